//! Files that are dragged over the window and dropped on it.
//!
//! Reads nothing of them: the engine takes their paths.

use crate::events;
use std::path::PathBuf;
use std::sync::Arc;
use tauri::{AppHandle, DragDropEvent, Manager, WebviewWindow, WindowEvent};
use winnow_contract::Event;
use winnow_engine::Engine;

/// From now on the window takes files and says so while they hover.
pub fn accept(window: &WebviewWindow, engine: Arc<Engine>) {
    let app = window.app_handle().clone();
    window.on_window_event(move |event| {
        let WindowEvent::DragDrop(event) = event else { return };
        match event {
            DragDropEvent::Enter { paths, .. } => hover(&app, Some(u32::try_from(paths.len()).unwrap_or(u32::MAX))),
            DragDropEvent::Drop { paths, .. } => {
                hover(&app, None);
                add(app.clone(), Arc::clone(&engine), paths.clone());
            }
            DragDropEvent::Leave => hover(&app, None),
            _ => {}
        }
    });
}

fn hover(app: &AppHandle, files: Option<u32>) {
    events::emit(app, &Event::DropHover { files });
}

/// Where it may block: this is called on the window's own thread. Folders are watched from then on.
fn add(app: AppHandle, engine: Arc<Engine>, paths: Vec<PathBuf>) {
    tauri::async_runtime::spawn_blocking(move || {
        if let Err(error) = engine.add_watched(&paths) {
            events::refuse(&app, error.into());
        }
    });
}
