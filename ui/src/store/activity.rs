//! What is being done now and what failed.
//!
//! Asks only while its screen is shown.

use super::loaded::Loaded;
use crate::ipc;
use leptos::prelude::*;
use leptos::task::spawn_local;
use winnow_contract::command::{GetActivity, Retry};
use winnow_contract::id::JobId;
use winnow_contract::job::Activity;
use winnow_contract::{ApiError, command::PAGE_LIMIT};

#[derive(Clone, Copy)]
pub struct ActivityStore {
    pub shown: RwSignal<bool>,
    pub activity: RwSignal<Loaded<Activity>>,
    /// First failure on the page.
    pub offset: RwSignal<u32>,
    pub refused: RwSignal<Option<ApiError>>,
    asking: StoredValue<bool>,
}

/// Failures on one page; each is a row of its own in the window.
pub const FAILURES: u32 = 40;
const _: () = assert!(FAILURES <= PAGE_LIMIT);

impl ActivityStore {
    pub fn new() -> Self {
        Self {
            shown: RwSignal::new(false),
            activity: RwSignal::new(Loaded::Waiting),
            offset: RwSignal::new(0),
            refused: RwSignal::new(None),
            asking: StoredValue::new(false),
        }
    }

    /// Shows the failures from an offset.
    pub fn turn(&self, offset: u32) {
        self.offset.set(offset);
        self.refresh();
    }

    /// Asks again, if the screen is shown.
    pub fn refresh(&self) {
        if !self.shown.get_untracked() || self.asking.get_value() {
            return;
        }
        let store = *self;
        store.asking.set_value(true);
        spawn_local(async move {
            let offset = store.offset.get_untracked();
            let answer = ipc::ask(GetActivity { offset, limit: FAILURES }).await;
            store.asking.set_value(false);
            store.activity.update(|activity| activity.receive(answer));
            if store.offset.get_untracked() != offset {
                store.refresh();
            }
        });
    }

    /// Puts one failed job back, or all.
    pub fn retry(&self, job: Option<JobId>) {
        let store = *self;
        spawn_local(async move {
            let answer = ipc::ask(Retry { job }).await;
            store.refused.set(answer.err());
            store.refresh();
        });
    }
}
