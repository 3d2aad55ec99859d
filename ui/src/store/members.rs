//! What was found in the asset that is open: a sparse cache of pages around what is in view, and which one is chosen.
//!
//! The first page comes with the asset's detail; the others are asked for when they come into view.

use crate::ipc;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use winnow_contract::asset::{AssetDetail, MemberRow};
use winnow_contract::command::{ListMembers, PAGE_LIMIT};
use winnow_contract::id::AssetId;

#[derive(Clone, Copy)]
pub struct MembersStore {
    of: RwSignal<Option<AssetId>>,
    pub total: RwSignal<u32>,
    pages: RwSignal<HashMap<u32, Vec<MemberRow>>>,
    asked: StoredValue<HashSet<u32>>,
    /// Index of the chosen one.
    pub cursor: RwSignal<u32>,
    /// Whoever goes up finds the one he came from chosen.
    came_from: StoredValue<Option<AssetId>>,
}

impl MembersStore {
    pub fn new() -> Self {
        Self {
            of: RwSignal::new(None),
            total: RwSignal::new(0),
            pages: RwSignal::new(HashMap::new()),
            asked: StoredValue::new(HashSet::new()),
            cursor: RwSignal::new(0),
            came_from: StoredValue::new(None),
        }
    }

    /// Takes what came with an asset. What was there of the same asset is asked for again when it is in view.
    pub fn take(&self, detail: &AssetDetail) {
        let other = self.of.with_untracked(|of| of.as_ref() != Some(&detail.row.id));
        self.asked.update_value(HashSet::clear);
        self.pages.set(HashMap::from([(0, detail.members.clone())]));
        self.total.set(detail.row.members.max(detail.members.len() as u32));
        if other {
            self.of.set(Some(detail.row.id.clone()));
            let from = self.came_from.try_update_value(Option::take).flatten();
            let chosen = detail.members.iter().position(|row| Some(&row.asset) == from.as_ref());
            self.cursor.set(chosen.unwrap_or(0) as u32);
        }
    }

    /// The next asset that is shown was left for what it lies in.
    pub fn leave(&self, child: AssetId) {
        self.came_from.set_value(Some(child));
    }

    /// The row at an index, if it was loaded.
    pub fn row(&self, index: u32) -> Option<MemberRow> {
        self.pages.with(|pages| pages.get(&(index / PAGE_LIMIT))?.get((index % PAGE_LIMIT) as usize).cloned())
    }

    /// The chosen row, without following it.
    pub fn chosen(&self) -> Option<MemberRow> {
        untrack(|| self.row(self.cursor.get()))
    }

    /// Says which rows are in view; asks for those that are not there.
    pub fn want(&self, rows: Range<u32>) {
        for page in pages_of(&rows) {
            if !self.pages.with_untracked(|pages| pages.contains_key(&page)) {
                self.ask(page);
            }
        }
    }

    fn ask(&self, page: u32) {
        let Some(asset) = self.of.get_untracked() else { return };
        if !self.asked.try_update_value(|asked| asked.insert(page)).unwrap_or(false) {
            return;
        }
        let store = *self;
        spawn_local(async move {
            let answer = ipc::ask(ListMembers { asset: asset.clone(), offset: page * PAGE_LIMIT, limit: PAGE_LIMIT }).await;
            if store.of.with_untracked(|of| of.as_ref() != Some(&asset)) {
                return;
            }
            store.asked.update_value(|asked| {
                asked.remove(&page);
            });
            // A page that was refused is asked for again when it comes into view again.
            if let Ok(list) = answer {
                store.total.set(list.total);
                store.pages.update(|pages| {
                    pages.insert(page, list.rows);
                });
            }
        });
    }
}

fn pages_of(rows: &Range<u32>) -> impl Iterator<Item = u32> + use<> {
    rows.start / PAGE_LIMIT..=rows.end.saturating_sub(1).max(rows.start) / PAGE_LIMIT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_lie_on_pages() {
        let check = |rows: Range<u32>, expected: &[u32]| assert_eq!(pages_of(&rows).collect::<Vec<_>>(), expected);
        check(0..0, &[0]);
        check(0..200, &[0]);
        check(190..410, &[0, 1, 2]);
    }
}
