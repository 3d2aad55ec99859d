//! The models and what they run on: what is here, what came of checking or taking in.
//!
//! One act at a time; while it runs its name is shown.

use super::loaded::Loaded;
use crate::ipc;
use leptos::prelude::*;
use leptos::task::spawn_local;
use winnow_contract::command::{FetchModels, GetModels, ImportModels, VerifyModels};
use winnow_contract::model::ModelsView;
use winnow_contract::{ApiError, Call};

/// What is being done with the models.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doing {
    Checking,
    TakingIn,
    /// Downloading the card of this name.
    Fetching(String),
}

#[derive(Clone, Copy)]
pub struct ModelsStore {
    pub view: RwSignal<Loaded<ModelsView>>,
    pub doing: RwSignal<Option<Doing>>,
    /// What failed last, and why.
    pub refused: RwSignal<Option<(Doing, ApiError)>>,
    /// The last check found every file as its card says.
    pub checked: RwSignal<bool>,
}

impl ModelsStore {
    pub fn new() -> Self {
        Self {
            view: RwSignal::new(Loaded::Waiting),
            doing: RwSignal::new(None),
            refused: RwSignal::new(None),
            checked: RwSignal::new(false),
        }
    }

    /// Asks what is there.
    pub fn refresh(&self) {
        let store = *self;
        spawn_local(async move {
            let answer = ipc::ask(GetModels {}).await;
            store.view.update(|view| view.receive(answer));
        });
    }

    /// Compares every file with its card.
    pub fn verify(&self) {
        self.act(Doing::Checking, VerifyModels {});
    }

    /// Asks for a folder and takes in what fits a card.
    pub fn import(&self) {
        self.act(Doing::TakingIn, ImportModels { folder: None });
    }

    /// Downloads one.
    pub fn fetch(&self, card: String) {
        self.act(Doing::Fetching(card.clone()), FetchModels { cards: vec![card] });
    }

    fn act<C: Call<View = ModelsView> + 'static>(&self, doing: Doing, call: C) {
        if self.doing.with_untracked(Option::is_some) {
            return;
        }
        let store = *self;
        let check = doing == Doing::Checking;
        store.doing.set(Some(doing.clone()));
        store.refused.set(None);
        store.checked.set(false);
        spawn_local(async move {
            let answer = ipc::ask(call).await;
            store.doing.set(None);
            match answer {
                Ok(view) => {
                    store.view.set(Loaded::Here(view));
                    store.checked.set(check);
                }
                Err(error) => store.refused.set(Some((doing, error))),
            }
        });
    }
}
