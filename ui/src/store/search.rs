//! The search: what is asked, what answers, which result is selected.
//!
//! Waits a moment after each letter; the latest answer wins.

use super::loaded::Loaded;
use crate::ipc;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use winnow_contract::asset::{AssetFilter, MediaKind};
use winnow_contract::command::Search;
use winnow_contract::search::SearchPage;

/// Milliseconds of quiet before a question is sent.
const QUIET: u32 = 80;
/// Results shown.
const LIMIT: u32 = 50;

#[derive(Clone, Copy)]
pub struct SearchStore {
    /// What stands in the search box.
    pub query: RwSignal<String>,
    pub kind: RwSignal<Option<MediaKind>>,
    /// The answer, and the query it answers.
    pub page: RwSignal<Loaded<SearchPage>>,
    pub answered: RwSignal<String>,
    /// Kinds with counts of the query without a kind filter.
    pub kinds: RwSignal<Vec<(MediaKind, u32)>>,
    pub cursor: RwSignal<u32>,
    generation: StoredValue<u32>,
}

impl SearchStore {
    pub fn new() -> Self {
        Self {
            query: RwSignal::new(String::new()),
            kind: RwSignal::new(None),
            page: RwSignal::new(Loaded::Here(SearchPage::default())),
            answered: RwSignal::new(String::new()),
            kinds: RwSignal::new(Vec::new()),
            cursor: RwSignal::new(0),
            generation: StoredValue::new(0),
        }
    }

    /// The text of the box changed.
    pub fn type_in(&self, query: String) {
        self.query.set(query);
        self.cursor.set(0);
        self.ask(QUIET);
    }

    /// Only one kind, or all again.
    pub fn only(&self, kind: Option<MediaKind>) {
        self.kind.set(kind);
        self.cursor.set(0);
        self.ask(0);
    }

    /// Asks the same again.
    pub fn refresh(&self) {
        if !self.query.with_untracked(|query| query.trim().is_empty()) {
            self.ask(400);
        }
    }

    fn ask(&self, wait: u32) {
        let store = *self;
        let generation = self.generation.get_value() + 1;
        self.generation.set_value(generation);
        spawn_local(async move {
            TimeoutFuture::new(wait).await;
            if store.generation.get_value() == generation {
                store.send(generation).await;
            }
        });
    }

    async fn send(&self, generation: u32) {
        let query = self.query.get_untracked().trim().to_owned();
        if query.is_empty() {
            self.page.set(Loaded::Here(SearchPage::default()));
            return self.answered.set(query);
        }
        let kind = self.kind.get_untracked();
        let filter = AssetFilter { kind, ..AssetFilter::default() };
        let answer = ipc::ask(Search { query: query.clone(), mode: winnow_contract::search::SearchMode::Hybrid, filter, offset: 0, limit: LIMIT }).await;
        if self.generation.get_value() != generation {
            return;
        }
        if let (Ok(page), true) = (&answer, kind.is_none()) {
            self.kinds.set(page.by_kind.clone());
        }
        self.answered.set(query);
        self.page.set(answer.into());
    }
}
