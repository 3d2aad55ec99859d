//! The asset that is open: its detail, what was found in it, and where it comes from.
//!
//! Which spot is lit on it is the screen's own matter.

use super::loaded::Loaded;
use super::members::MembersStore;
use crate::ipc;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::HashMap;
use winnow_contract::ApiError;
use winnow_contract::asset::{AssetDetail, ExtractionView};
use winnow_contract::command::{GetAsset, GetTexts, GetWhy, SetLabel, TakeFrames, Unlock};
use winnow_contract::id::AssetId;
use winnow_contract::trail::Lineage;
use winnow_contract::worker::Password;

/// What became of the last password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unlocking {
    Asked,
    Trying,
    Wrong,
    Opened,
    Refused(ApiError),
}

#[derive(Clone, Copy)]
pub struct AssetStore {
    id: RwSignal<Option<AssetId>>,
    pub detail: RwSignal<Loaded<AssetDetail>>,
    pub why: RwSignal<Loaded<Lineage>>,
    /// The row the lineage is of.
    pub why_of: RwSignal<Option<String>>,
    /// A label that was refused.
    pub refused: RwSignal<Option<ApiError>>,
    pub members: MembersStore,
    /// Texts of pages that are beyond what came with the detail.
    pub pages: RwSignal<HashMap<u32, Vec<ExtractionView>>>,
    pub unlocking: RwSignal<Unlocking>,
    /// Key frames were asked for, and are not there yet.
    pub framing: RwSignal<bool>,
}

impl AssetStore {
    pub fn new() -> Self {
        Self {
            id: RwSignal::new(None),
            detail: RwSignal::new(Loaded::Waiting),
            why: RwSignal::new(Loaded::Waiting),
            why_of: RwSignal::new(None),
            refused: RwSignal::new(None),
            members: MembersStore::new(),
            pages: RwSignal::new(HashMap::new()),
            unlocking: RwSignal::new(Unlocking::Asked),
            framing: RwSignal::new(false),
        }
    }

    /// Loads an asset afresh.
    pub fn show(&self, asset: AssetId) {
        self.id.set(Some(asset.clone()));
        self.detail.set(Loaded::Waiting);
        self.refused.set(None);
        self.unlocking.set(Unlocking::Asked);
        self.framing.set(false);
        self.pages.update(HashMap::clear);
        self.explain(asset.as_str().to_owned());
        self.ask(asset);
    }

    /// Asks again, if it is the one that is open.
    pub fn changed(&self, assets: &[AssetId], more: bool) {
        match self.id.get_untracked() {
            Some(open) if more || assets.contains(&open) => self.ask(open),
            _ => {}
        }
    }

    /// Asks again for what is open.
    pub fn again(&self) {
        if let Some(open) = self.id.get_untracked() {
            self.show(open);
        }
    }

    /// Nothing is open any more.
    pub fn close(&self) {
        self.id.set(None);
    }

    /// Loads where a row comes from.
    pub fn explain(&self, row: String) {
        let store = *self;
        store.why_of.set(Some(row.clone()));
        store.why.set(Loaded::Waiting);
        spawn_local(async move {
            let answer = lineage(row.clone(), store.id.with_untracked(|open| open.as_ref().is_some_and(|open| open.as_str() == row))).await;
            if store.why_of.with_untracked(|of| of.as_ref() == Some(&row)) {
                store.why.set(answer.into());
            }
        });
    }

    /// Says what the asset is; no answer takes back what was said.
    pub fn label(&self, asset: AssetId, answer: String) {
        let store = *self;
        spawn_local(async move {
            let answered = ipc::ask(SetLabel { asset: asset.clone(), answer }).await;
            store.refused.set(answered.err());
            store.ask(asset);
        });
    }

    /// Asks for the whole texts of a page, once.
    pub fn want_page(&self, asset: AssetId, page: u32) {
        if self.pages.with_untracked(|pages| pages.contains_key(&page)) {
            return;
        }
        let store = *self;
        spawn_local(async move {
            let answer = ipc::ask(GetTexts { asset: asset.clone(), page }).await;
            // Without an answer the part that came with the detail stays.
            let Ok(texts) = answer else { return };
            if !texts.extractions.is_empty() && store.id.with_untracked(|open| open.as_ref() == Some(&asset)) {
                store.pages.update(|pages| drop(pages.insert(page, texts.extractions)));
            }
        });
    }

    /// Tries a password. It goes nowhere but into the request.
    pub fn unlock(&self, asset: AssetId, password: String) {
        let store = *self;
        store.unlocking.set(Unlocking::Trying);
        spawn_local(async move {
            let answer = ipc::ask(Unlock { asset: asset.clone(), password: Password(password) }).await;
            store.unlocking.set(match answer {
                Ok(unlocked) if unlocked.opened => Unlocking::Opened,
                Ok(_) => Unlocking::Wrong,
                Err(error) => Unlocking::Refused(error),
            });
            store.ask(asset);
        });
    }

    /// Has key frames taken out of a film.
    pub fn take_frames(&self, asset: AssetId) {
        let store = *self;
        store.framing.set(true);
        spawn_local(async move {
            let answer = ipc::ask(TakeFrames { asset: asset.clone() }).await;
            if let Err(error) = answer {
                store.framing.set(false);
                store.refused.set(Some(error));
            }
            store.ask(asset);
        });
    }

    fn ask(&self, asset: AssetId) {
        let store = *self;
        spawn_local(async move {
            let answer = ipc::ask(GetAsset { asset: asset.clone() }).await;
            if store.id.with_untracked(|open| open.as_ref() == Some(&asset)) {
                if let Ok(detail) = &answer {
                    store.members.take(detail);
                    store.pages.update(HashMap::clear);
                }
                store.detail.update(|detail| detail.receive(answer));
            }
        });
    }
}

/// Where a row comes from; of a whole file also what was made of it.
async fn lineage(row: String, whole: bool) -> Result<Lineage, ApiError> {
    let mut lineage = ipc::ask(GetWhy { id: row.clone(), down: false }).await?;
    if whole {
        let made = ipc::ask(GetWhy { id: row, down: true }).await?;
        lineage.chain.extend(made.chain.into_iter().skip(1));
    }
    Ok(lineage)
}
