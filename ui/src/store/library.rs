//! The list of assets: a sparse cache of pages around what is in view, the filter, the order, the selection.
//!
//! Knows nothing of pixels; the screen says which rows it wants.

use super::loaded::Loaded;
use crate::ipc;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;
use winnow_contract::ApiError;
use winnow_contract::asset::{AssetFilter, AssetPage, AssetRow, AssetSort};
use winnow_contract::command::ListAssets;
use winnow_contract::id::AssetId;

/// Rows asked for at once.
const PAGE: u32 = 100;

#[derive(Clone, Copy)]
pub struct LibraryStore {
    pub filter: RwSignal<AssetFilter>,
    pub sort: RwSignal<AssetSort>,
    /// Thumbnails, or lines.
    pub grid: RwSignal<bool>,
    /// Matching assets in all.
    pub total: RwSignal<Loaded<u32>>,
    pages: RwSignal<HashMap<u32, Vec<AssetRow>>>,
    asked: StoredValue<HashSet<u32>>,
    view: StoredValue<Range<u32>>,
    again: StoredValue<bool>,
    /// Answers of an older filter are not taken.
    generation: StoredValue<u32>,
    /// Index of the selected row.
    pub cursor: RwSignal<u32>,
    /// Languages of the files that were seen.
    pub languages: RwSignal<BTreeSet<String>>,
    /// The name of the asset in which the files that are listed were found.
    pub inside: RwSignal<String>,
    /// Where the list was scrolled to when it was left.
    pub scroll: StoredValue<f64>,
}

impl LibraryStore {
    pub fn new() -> Self {
        Self {
            filter: RwSignal::new(AssetFilter::default()),
            sort: RwSignal::new(AssetSort::Newest),
            grid: RwSignal::new(true),
            total: RwSignal::new(Loaded::Waiting),
            pages: RwSignal::new(HashMap::new()),
            asked: StoredValue::new(HashSet::new()),
            view: StoredValue::new(0..1),
            again: StoredValue::new(false),
            generation: StoredValue::new(0),
            cursor: RwSignal::new(0),
            languages: RwSignal::new(BTreeSet::new()),
            inside: RwSignal::new(String::new()),
            scroll: StoredValue::new(0.0),
        }
    }

    /// The row at an index, if it was loaded.
    pub fn row(&self, index: u32) -> Option<AssetRow> {
        self.pages.with(|pages| pages.get(&(index / PAGE))?.get((index % PAGE) as usize).cloned())
    }

    /// The selected row, without following it.
    pub fn selected(&self) -> Option<AssetRow> {
        untrack(|| self.row(self.cursor.get()))
    }

    /// How many there are, as far as known.
    pub fn count(&self) -> u32 {
        self.total.with(|total| total.here().copied().unwrap_or(0))
    }

    /// Says which rows are in view; asks for those that are not there.
    pub fn want(&self, rows: Range<u32>) {
        self.view.set_value(rows.clone());
        for page in pages_of(&rows) {
            if !self.pages.with_untracked(|pages| pages.contains_key(&page)) {
                self.ask(page);
            }
        }
    }

    /// Asks again for what is in view, keeping it until the answer is there.
    pub fn refresh(&self) {
        let kept: HashSet<u32> = pages_of(&self.view.get_value()).collect();
        self.pages.update(|pages| pages.retain(|page, _| kept.contains(page)));
        if self.asked.with_value(HashSet::is_empty) {
            kept.into_iter().for_each(|page| self.ask(page));
        } else {
            self.again.set_value(true);
        }
    }

    /// Changes what is listed, from the top.
    pub fn narrow(&self, change: impl FnOnce(&mut AssetFilter)) {
        self.filter.update(change);
        self.restart();
    }

    /// Lists only what was found in an asset, whatever was chosen before.
    pub fn within(&self, asset: AssetId, name: String) {
        self.inside.set(name);
        self.narrow(|filter| *filter = AssetFilter { inside: Some(asset), ..AssetFilter::default() });
    }

    /// Changes the order, from the top.
    pub fn order(&self, sort: AssetSort) {
        self.sort.set(sort);
        self.restart();
    }

    /// Forgets every row and asks for the first ones.
    pub fn restart(&self) {
        self.generation.update_value(|generation| *generation += 1);
        self.asked.update_value(HashSet::clear);
        self.pages.update(HashMap::clear);
        self.total.set(Loaded::Waiting);
        self.cursor.set(0);
        self.scroll.set_value(0.0);
        self.want(0..1);
    }

    fn ask(&self, page: u32) {
        if !self.asked.try_update_value(|asked| asked.insert(page)).unwrap_or(false) {
            return;
        }
        let store = *self;
        let generation = self.generation.get_value();
        let (filter, sort) = (self.filter.get_untracked(), self.sort.get_untracked());
        spawn_local(async move {
            let answer = ipc::ask(ListAssets { filter, sort, offset: page * PAGE, limit: PAGE }).await;
            if generation == store.generation.get_value() {
                store.receive(page, answer);
            }
        });
    }

    fn receive(&self, page: u32, answer: Result<AssetPage, ApiError>) {
        self.asked.update_value(|asked| {
            asked.remove(&page);
        });
        match answer {
            Ok(list) => {
                self.note_languages(&list.rows);
                self.pages.update(|pages| {
                    pages.insert(page, list.rows);
                });
                self.cursor.update(|cursor| *cursor = (*cursor).min(list.total.saturating_sub(1)));
                if self.total.with_untracked(|total| total.here() != Some(&list.total)) {
                    self.total.set(Loaded::Here(list.total));
                }
            }
            Err(error) => self.total.update(|total| total.receive(Err(error))),
        }
        if self.asked.with_value(HashSet::is_empty) && self.again.get_value() {
            self.again.set_value(false);
            self.refresh();
        }
    }
}

impl LibraryStore {
    fn note_languages(&self, rows: &[AssetRow]) {
        let new: Vec<String> = self
            .languages
            .with_untracked(|known| rows.iter().filter_map(|row| row.language.clone()).filter(|code| !known.contains(code)).collect());
        if !new.is_empty() {
            self.languages.update(|known| known.extend(new));
        }
    }
}

fn pages_of(rows: &Range<u32>) -> impl Iterator<Item = u32> + use<> {
    rows.start / PAGE..=rows.end.saturating_sub(1).max(rows.start) / PAGE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_lie_on_pages() {
        let check = |rows: Range<u32>, expected: &[u32]| assert_eq!(pages_of(&rows).collect::<Vec<_>>(), expected);
        check(0..1, &[0]);
        check(0..100, &[0]);
        check(90..110, &[0, 1]);
        check(0..0, &[0]);
        check(250..460, &[2, 3, 4]);
    }
}
