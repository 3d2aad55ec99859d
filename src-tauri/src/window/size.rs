//! The window's size from one session to the next, in `window.json` beside the catalog.
//!
//! Not its place: the screen it stood on may be gone. A file that cannot be read or written changes nothing.

use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use tauri::{WebviewWindow, WindowEvent};

const FILE: &str = "window.json";
/// Smaller than this nothing can be read.
pub const LEAST: (f64, f64) = (900.0, 600.0);

/// Logical pixels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Size {
    pub width: f64,
    pub height: f64,
    pub maximized: bool,
}

impl Default for Size {
    fn default() -> Self {
        Self { width: 1280.0, height: 832.0, maximized: false }
    }
}

impl Size {
    /// The size of the last session, or the first one.
    pub fn last(library: &Path) -> Self {
        let text = fs_err::read_to_string(library.join(FILE)).unwrap_or_default();
        let sane = |size: &Self| (LEAST.0..=10_000.0).contains(&size.width) && (LEAST.1..=10_000.0).contains(&size.height);
        serde_json::from_str(&text).ok().filter(sane).unwrap_or_default()
    }

    /// A maximised window goes back to the size it had before.
    fn of(window: &WebviewWindow, before: Self) -> tauri::Result<Self> {
        if window.is_maximized()? {
            return Ok(Self { maximized: true, ..before });
        }
        let size = window.inner_size()?.to_logical(window.scale_factor()?);
        Ok(Self { width: size.width, height: size.height, maximized: false })
    }
}

/// Writes the size down when the window is closed.
pub fn remember(window: &WebviewWindow, library: &Path) {
    let (closing, library): (WebviewWindow, PathBuf) = (window.clone(), library.to_owned());
    window.on_window_event(move |event| {
        if let WindowEvent::CloseRequested { .. } = event
            && let Ok(size) = Size::of(&closing, Size::last(&library))
        {
            drop(fs_err::write(library.join(FILE), serde_json::json!(size).to_string()));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_sane_size_is_taken_from_the_last_session() {
        let library = tempfile::tempdir().expect("a folder");
        let last = |text: &str| {
            fs_err::write(library.path().join(FILE), text).expect("written");
            Size::last(library.path())
        };
        let large = Size { width: 1600.0, height: 1000.0, maximized: true };
        assert_eq!(last(&serde_json::json!(large).to_string()), large);
        assert_eq!(last(r#"{"width":1,"height":1,"maximized":false}"#), Size::default());
        assert_eq!(last("nonsense"), Size::default());
    }
}
