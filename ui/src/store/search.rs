//! The search: what is asked, what answers, which result is selected.
//!
//! The latest answer wins, and the old one stays until it is there. While somebody types, one question after the other, and
//! what is quickest: the results in sight. Once they rest, all of them, with the nearest sentences.

use super::loaded::Loaded;
use crate::ipc;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use winnow_contract::ApiError;
use winnow_contract::asset::{AssetFilter, MediaKind};
use winnow_contract::command::{Search, Similar};
use winnow_contract::id::{AssetId, FolderId};
use winnow_contract::search::{SearchMode, SearchPage};

/// Milliseconds of quiet before a question is sent.
const QUIET: u32 = 10;
/// Milliseconds of rest before everything is asked for.
const REST: u32 = 250;
/// Results that fit a large window.
const IN_SIGHT: u32 = 14;
/// Results shown.
pub const LIMIT: u32 = 50;

/// What an answer answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    Nothing,
    Words(String),
    /// Files like this one, by name.
    Like(AssetId, String),
}

/// What can be chosen among, with counts of the question without a filter of its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    pub kinds: Vec<(MediaKind, u32)>,
    pub labels: Vec<(String, u32)>,
    pub folders: Vec<(FolderId, u32)>,
    pub languages: Vec<(String, u32)>,
    pub with_findings: u32,
}

#[derive(Clone, Copy)]
pub struct SearchStore {
    /// What stands in the search box.
    pub query: RwSignal<String>,
    /// Files like this one are asked for instead.
    pub like: RwSignal<Option<(AssetId, String)>>,
    pub mode: RwSignal<SearchMode>,
    pub filter: RwSignal<AssetFilter>,
    /// The name of the asset that is searched.
    pub inside: RwSignal<String>,
    /// The answer, and what it answers.
    pub page: RwSignal<Loaded<SearchPage>>,
    pub answered: RwSignal<Asked>,
    pub counts: RwSignal<Counts>,
    pub cursor: RwSignal<u32>,
    generation: StoredValue<u32>,
    /// A question is under way: what is typed meanwhile is asked afterwards, for the engine would work at both.
    busy: StoredValue<bool>,
    /// The last generation that was asked.
    sent: StoredValue<u32>,
    /// What a question by meaning needs was asked for.
    ready: StoredValue<bool>,
}

impl SearchStore {
    pub fn new() -> Self {
        Self {
            query: RwSignal::new(String::new()),
            like: RwSignal::new(None),
            mode: RwSignal::new(SearchMode::Hybrid),
            filter: RwSignal::new(AssetFilter::default()),
            inside: RwSignal::new(String::new()),
            page: RwSignal::new(Loaded::Here(SearchPage::default())),
            answered: RwSignal::new(Asked::Nothing),
            counts: RwSignal::new(Counts::default()),
            cursor: RwSignal::new(0),
            generation: StoredValue::new(0),
            busy: StoredValue::new(false),
            sent: StoredValue::new(0),
            ready: StoredValue::new(false),
        }
    }

    /// Somebody is about to type: what a question needs is loaded, once, for it takes half a second.
    pub fn get_ready(&self) {
        if self.ready.get_value() {
            return;
        }
        self.ready.set_value(true);
        let (query, mode, filter) = ("get ready".to_owned(), SearchMode::Hybrid, AssetFilter::default());
        // Nobody waits for the answer. Two words, so that the owners of the chunks are read as well as the model.
        spawn_local(async move { drop(ipc::ask(Search { query, mode, filter, offset: 0, limit: 1, hurried: true }).await) });
    }

    /// The text of the box changed.
    pub fn type_in(&self, query: String) {
        self.query.set(query);
        self.like.set(None);
        self.cursor.set(0);
        self.ask(QUIET);
    }

    /// Asks for files like this one.
    pub fn find_similar(&self, asset: AssetId, name: String) {
        self.like.set(Some((asset, name)));
        self.cursor.set(0);
        self.ask(0);
    }

    /// Back to the words in the box.
    pub fn leave_similar(&self) {
        self.like.set(None);
        self.cursor.set(0);
        self.ask(0);
    }

    /// Changes which files are searched.
    pub fn narrow(&self, change: impl FnOnce(&mut AssetFilter)) {
        self.filter.update(change);
        self.cursor.set(0);
        self.ask(0);
    }

    /// Searches only what was found in an asset, whatever was chosen before.
    pub fn within(&self, asset: AssetId, name: String) {
        self.inside.set(name);
        self.like.set(None);
        self.narrow(|filter| *filter = AssetFilter { inside: Some(asset), ..AssetFilter::default() });
    }

    /// Words, meaning, or both.
    pub fn by(&self, mode: SearchMode) {
        self.mode.set(mode);
        self.cursor.set(0);
        self.ask(0);
    }

    /// The next way of searching.
    pub fn next_mode(&self) {
        let now = SearchMode::ALL.iter().position(|mode| *mode == self.mode.get_untracked()).unwrap_or(0);
        if let Some(mode) = SearchMode::ALL.iter().cycle().nth(now + 1) {
            self.by(*mode);
        }
    }

    /// Asks the same again.
    pub fn refresh(&self) {
        if self.asked() != Asked::Nothing {
            // Whoever scrolled must not lose their place.
            self.ask_for(LIMIT, 400);
        }
    }

    /// What is to be asked now.
    pub fn asked(&self) -> Asked {
        let words = self.query.with_untracked(|query| query.trim().to_owned());
        match self.like.get_untracked() {
            Some((asset, name)) => Asked::Like(asset, name),
            None if words.is_empty() => Asked::Nothing,
            None => Asked::Words(words),
        }
    }

    fn ask(&self, wait: u32) {
        self.ask_for(IN_SIGHT, wait);
    }

    fn ask_for(&self, limit: u32, wait: u32) {
        let store = *self;
        let generation = self.generation.get_value() + 1;
        self.generation.set_value(generation);
        spawn_local(async move {
            TimeoutFuture::new(wait).await;
            if store.is_current(generation) && store.sent.get_value() != generation && !store.busy.get_value() {
                store.answer(limit).await;
            }
        });
    }

    async fn answer(&self, mut limit: u32) {
        self.busy.set_value(true);
        let mut generation = self.send(limit).await;
        while !self.is_current(generation) {
            limit = IN_SIGHT;
            generation = self.send(limit).await;
        }
        self.busy.set_value(false);
        if limit < LIMIT && self.has_more() {
            TimeoutFuture::new(REST).await;
            if self.is_current(generation) {
                self.send(LIMIT).await;
            }
        }
    }

    /// Asks what is to be asked now, and shows the answer unless something else is asked meanwhile.
    async fn send(&self, limit: u32) -> u32 {
        let (generation, asked) = (self.generation.get_value(), self.asked());
        self.sent.set_value(generation);
        let (filter, mode, offset, hurried) = (self.filter.get_untracked(), self.mode.get_untracked(), 0, limit < LIMIT);
        let answer = match &asked {
            Asked::Nothing => Ok(SearchPage::default()),
            Asked::Words(query) => ipc::ask(Search { query: query.clone(), mode, filter: filter.clone(), offset, limit, hurried }).await,
            Asked::Like(asset, _) => ipc::ask(Similar { asset: asset.clone(), filter: filter.clone(), offset, limit }).await,
        };
        if self.is_current(generation) {
            self.receive(asked, &filter, answer);
        }
        generation
    }

    /// There are results out of sight, or words found something by its meaning, and there a sentence is looked for.
    fn has_more(&self) -> bool {
        let by_words = self.answered.with_untracked(|asked| matches!(asked, Asked::Words(_)));
        let has_sentences = |page: &SearchPage| by_words && page.hits.iter().any(|hit| hit.why.semantic.is_some());
        let more = |page: &SearchPage| page.total as usize > page.hits.len() || has_sentences(page);
        self.page.with_untracked(|page| page.here().is_some_and(more))
    }

    /// Nothing else was asked since.
    fn is_current(&self, generation: u32) -> bool {
        self.generation.get_value() == generation
    }

    fn receive(&self, asked: Asked, filter: &AssetFilter, answer: Result<SearchPage, ApiError>) {
        if let Ok(page) = &answer {
            self.counts.update(|counts| counts.take(page, filter));
        }
        self.answered.set(asked);
        let page = answer.into();
        if self.page.with_untracked(|shown| *shown != page) {
            self.page.set(page);
        }
    }
}

impl Counts {
    /// Takes the counts of an answer; where it was filtered, what can be chosen instead stays.
    fn take(&mut self, page: &SearchPage, filter: &AssetFilter) {
        if filter.kind.is_none() {
            self.kinds.clone_from(&page.by_kind);
        }
        if filter.label.is_none() {
            self.labels.clone_from(&page.by_label);
        }
        if filter.folder.is_none() {
            self.folders.clone_from(&page.by_folder);
        }
        if filter.language.is_none() {
            self.languages.clone_from(&page.by_language);
        }
        if filter.has_findings.is_none() {
            self.with_findings = page.with_findings;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chosen_filter_keeps_what_can_be_chosen_instead() {
        let page = |kinds: &[(MediaKind, u32)], labels: &[(&str, u32)]| SearchPage {
            by_kind: kinds.to_vec(),
            by_label: labels.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect(),
            ..SearchPage::default()
        };
        let mut counts = Counts::default();
        counts.take(&page(&[(MediaKind::Text, 3), (MediaKind::Sound, 1)], &[("Letter", 2)]), &AssetFilter::default());
        counts.take(
            &page(&[(MediaKind::Sound, 1)], &[("Diary", 1)]),
            &AssetFilter { kind: Some(MediaKind::Sound), ..AssetFilter::default() },
        );
        assert_eq!(counts.kinds.len(), 2);
        assert_eq!(counts.labels, [("Diary".to_owned(), 1)]);
    }
}
