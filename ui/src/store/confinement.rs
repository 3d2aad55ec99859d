//! What holds the reading processes back.
//!
//! Words nothing; the settings screen does.

use super::loaded::Loaded;
use crate::ipc;
use leptos::prelude::*;
use leptos::task::spawn_local;
use winnow_contract::command::{ConfinementView, GetConfinement};

#[derive(Clone, Copy)]
pub struct ConfinementStore {
    pub view: RwSignal<Loaded<ConfinementView>>,
}

impl ConfinementStore {
    pub fn new() -> Self {
        Self { view: RwSignal::new(Loaded::Waiting) }
    }

    /// Asks how it stands.
    pub fn refresh(&self) {
        let store = *self;
        spawn_local(async move {
            let answer = ipc::ask(GetConfinement {}).await;
            store.view.update(|view| view.receive(answer));
        });
    }
}
