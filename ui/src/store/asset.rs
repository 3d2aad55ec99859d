//! The asset that is open: its detail, and where it comes from.
//!
//! Which spot is lit on it is the screen's own matter.

use super::loaded::Loaded;
use crate::ipc;
use leptos::prelude::*;
use leptos::task::spawn_local;
use winnow_contract::ApiError;
use winnow_contract::asset::AssetDetail;
use winnow_contract::command::{GetAsset, GetWhy, SetLabel};
use winnow_contract::id::AssetId;
use winnow_contract::trail::Lineage;

#[derive(Clone, Copy)]
pub struct AssetStore {
    id: RwSignal<Option<AssetId>>,
    pub detail: RwSignal<Loaded<AssetDetail>>,
    pub why: RwSignal<Loaded<Lineage>>,
    /// The row the lineage is of.
    pub why_of: RwSignal<Option<String>>,
    /// A label that was refused.
    pub refused: RwSignal<Option<ApiError>>,
}

impl AssetStore {
    pub fn new() -> Self {
        Self {
            id: RwSignal::new(None),
            detail: RwSignal::new(Loaded::Waiting),
            why: RwSignal::new(Loaded::Waiting),
            why_of: RwSignal::new(None),
            refused: RwSignal::new(None),
        }
    }

    /// Loads an asset afresh.
    pub fn show(&self, asset: AssetId) {
        self.id.set(Some(asset.clone()));
        self.detail.set(Loaded::Waiting);
        self.refused.set(None);
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

    fn ask(&self, asset: AssetId) {
        let store = *self;
        spawn_local(async move {
            let answer = ipc::ask(GetAsset { asset: asset.clone() }).await;
            if store.id.with_untracked(|open| open.as_ref() == Some(&asset)) {
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
