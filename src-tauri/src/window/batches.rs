//! One notification when everything is read and nobody looks at the window: how much it was, and what waits.
//!
//! Counts only; no name of a file leaves the window.

use super::LABEL;
use std::sync::{Arc, Mutex, PoisonError};
use tauri::{AppHandle, Manager};
use tauri_plugin_notification::NotificationExt;
use winnow_contract::Words;
use winnow_contract::asset::AssetState;
use winnow_contract::command::GetStatus;
use winnow_contract::status::Status;
use winnow_engine::Engine;

/// What a library held when the last batch was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    read: u32,
    failed: u32,
    waiting: u32,
}

/// The batches of one window.
pub struct Batches(Mutex<Tally>);

impl Batches {
    /// Begins with what is there.
    pub fn new(engine: &Engine) -> Self {
        Self(Mutex::new(tally(engine).unwrap_or_default()))
    }

    /// A batch is done: says so, unless somebody looks at the window, or wants no notifications.
    pub fn done(&self, app: &AppHandle) {
        let engine = app.state::<Arc<Engine>>();
        let Some(now) = tally(&engine) else { return };
        let before = std::mem::replace(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner), now);
        let looked_at = app.get_webview_window(LABEL).is_none_or(|window| window.is_focused().unwrap_or(true));
        let Some(said) = said(before, now).filter(|_| !looked_at && engine.settings().window.notify) else { return };
        let shown = app.notification().builder().title("Winnow").body(said.sentence()).show();
        if let Err(error) = shown {
            tracing::info!("no notification could be shown: {error}");
        }
    }
}

fn tally(engine: &Engine) -> Option<Tally> {
    engine.ask(GetStatus {}).ok().map(|status| count(&status))
}

fn count(status: &Status) -> Tally {
    let of = |wanted: fn(AssetState) -> bool| status.assets.iter().filter(|(state, _)| wanted(*state)).map(|(_, count)| count).sum();
    Tally {
        read: of(|state| !matches!(state, AssetState::Pending | AssetState::Failed | AssetState::Missing)),
        failed: of(|state| state == AssetState::Failed),
        waiting: status.review_open,
    }
}

/// What is new since the last batch; nothing when nothing is.
fn said(before: Tally, now: Tally) -> Option<Words> {
    let new = |now: u32, before: u32| now.saturating_sub(before);
    let (read, failed, waiting) = (new(now.read, before.read), new(now.failed, before.failed), new(now.waiting, before.waiting));
    let code = match (read + failed, failed, waiting) {
        (0, _, _) => return None,
        (_, 0, 0) => "batch_read",
        (_, 0, _) => "batch_waits",
        (_, _, 0) => "batch_failed",
        (_, _, _) => "batch_failed_waits",
    };
    Some(Words::new(code).with("read", read).with("failed", failed).with("waiting", waiting))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_said_in_one_sentence() {
        let check = |before: [u32; 3], now: [u32; 3], expected: Option<&str>| {
            let tally = |[read, failed, waiting]: [u32; 3]| Tally { read, failed, waiting };
            assert_eq!(said(tally(before), tally(now)).map(|words| words.sentence()).as_deref(), expected, "{before:?} {now:?}");
        };
        check([5, 0, 3], [5, 0, 3], None);
        check([5, 0, 3], [5, 0, 9], None);
        check([5, 1, 3], [4, 1, 3], None);
        check([0, 0, 0], [12, 0, 0], Some("Files read: 12."));
        check([10, 0, 3], [12, 0, 7], Some("Files read: 2. New questions: 4."));
        check([10, 0, 3], [12, 1, 3], Some("Files read: 2. Could not be read: 1."));
        check([0, 0, 0], [0, 2, 1], Some("Files read: 0. Could not be read: 2. New questions: 1."));
    }
}
