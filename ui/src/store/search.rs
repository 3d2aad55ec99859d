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
use winnow_contract::command::{FindSpot, Search, Similar};
use winnow_contract::id::{AssetId, FolderId};
use winnow_contract::search::{Evidence, Hit, SearchMode, SearchPage};

/// Milliseconds of quiet before a question is sent.
const QUIET: u32 = 10;
/// Milliseconds of rest before everything is asked for.
const REST: u32 = 250;
/// Milliseconds that the nearest sentence of a result is waited for before it is opened.
const PATIENCE: u32 = 400;
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

/// A question with everything that narrows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    asked: Asked,
    mode: SearchMode,
    filter: AssetFilter,
}

/// Filters of which one is chosen at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Kind,
    Label,
    Folder,
    Language,
    Findings,
}

impl Group {
    const ALL: [Self; 5] = [Self::Kind, Self::Label, Self::Folder, Self::Language, Self::Findings];
}

/// What can be chosen among, each group counted without its own filter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    pub kinds: Vec<(MediaKind, u32)>,
    pub labels: Vec<(String, u32)>,
    pub folders: Vec<(FolderId, u32)>,
    pub languages: Vec<(String, u32)>,
    /// Files with findings, and those without.
    pub findings: (u32, u32),
    /// Files that answer the present question: what every chosen filter leaves.
    pub total: u32,
    /// The present question.
    question: Option<Question>,
    /// What was counted for each group.
    of: [Option<Question>; 5],
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
    /// Counts results that were to be opened.
    opening: StoredValue<u32>,
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
            opening: StoredValue::new(0),
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

    /// Tells where a result opens: of a rough one its nearest sentence is looked for first, but not for long. Nothing is told when
    /// another is opened, or something else is asked, meanwhile.
    pub fn spot_of(&self, hit: Hit, open: impl Fn(AssetId, Evidence) + Copy + 'static) {
        let order = self.next_opening();
        let query = self.answered.with_untracked(|asked| if let Asked::Words(query) = asked { Some(query.clone()) } else { None });
        let Some(query) = query.filter(|_| hit.rough) else { return open(hit.asset, hit.evidence) };
        let (store, asked) = (*self, self.asked());
        let still = move || {
            let newest = store.opening.get_value() == order && store.asked() == asked;
            if newest {
                store.next_opening();
            }
            newest
        };
        let (asset, at, too_long) = (hit.asset.clone(), hit.evidence.clone(), still.clone());
        spawn_local(async move {
            let found = ipc::ask(FindSpot { query, at: at.clone() }).await;
            if still() {
                open(asset, found.unwrap_or(at));
            }
        });
        spawn_local(async move {
            TimeoutFuture::new(PATIENCE).await;
            if too_long() {
                open(hit.asset, hit.evidence);
            }
        });
    }

    fn next_opening(&self) -> u32 {
        self.opening.update_value(|order| *order += 1);
        self.opening.get_value()
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

    /// Something stands in the box, or files like one are wanted; tracked.
    pub fn asks_something(&self) -> bool {
        self.query.with(|query| !query.trim().is_empty()) || self.like.with(Option::is_some)
    }

    /// Back to the words in the box, if there are any: false when there are none.
    pub fn resume(&self) -> bool {
        let words = self.query.with_untracked(|query| !query.trim().is_empty());
        if words && self.like.with_untracked(Option::is_some) {
            self.leave_similar();
        }
        words
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
        if limit < LIMIT && (self.has_more() || self.is_narrowed()) {
            TimeoutFuture::new(REST).await;
        }
        if limit < LIMIT && self.has_more() && self.is_current(generation) {
            self.send(LIMIT).await;
        }
        self.count_chosen(generation).await;
    }

    /// A filter is chosen that hides what could be chosen instead.
    fn is_narrowed(&self) -> bool {
        self.counts.with_untracked(|counts| counts.question.as_ref().is_some_and(|question| question.chosen().next().is_some()))
    }

    /// Counts what could be chosen instead of what is: the same question without that filter.
    async fn count_chosen(&self, generation: u32) {
        let Some(question) = self.counts.with_untracked(|counts| counts.question.clone()) else { return };
        for group in question.chosen() {
            if !self.is_current(generation) {
                return;
            }
            let wider = question.without(group);
            let answer = wider.ask(1).await;
            if let (Ok(page), true) = (answer, self.is_current(generation)) {
                self.counts.update(|counts| counts.count(group, &page, wider));
            }
        }
    }

    /// Asks what is to be asked now, and shows the answer unless something else is asked meanwhile.
    async fn send(&self, limit: u32) -> u32 {
        let generation = self.generation.get_value();
        self.sent.set_value(generation);
        let question = Question { asked: self.asked(), mode: self.mode.get_untracked(), filter: self.filter.get_untracked() };
        let answer = question.ask(limit).await;
        if self.is_current(generation) {
            self.receive(question, answer);
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

    fn receive(&self, question: Question, answer: Result<SearchPage, ApiError>) {
        self.answered.set(question.asked.clone());
        if let Ok(page) = &answer {
            self.counts.update(|counts| counts.take(page, question));
        }
        let page = answer.into();
        if self.page.with_untracked(|shown| *shown != page) {
            self.page.set(page);
        }
    }
}

impl Question {
    /// Asks for the best results; in a hurry unless all that are shown are wanted.
    async fn ask(&self, limit: u32) -> Result<SearchPage, ApiError> {
        let (mode, filter, offset, hurried) = (self.mode, self.filter.clone(), 0, limit < LIMIT);
        match &self.asked {
            Asked::Nothing => Ok(SearchPage::default()),
            Asked::Words(query) => ipc::ask(Search { query: query.clone(), mode, filter, offset, limit, hurried }).await,
            Asked::Like(asset, _) => ipc::ask(Similar { asset: asset.clone(), filter, offset, limit }).await,
        }
    }

    /// The same question without the filter of a group.
    fn without(&self, group: Group) -> Self {
        let mut wider = self.clone();
        let filter = &mut wider.filter;
        match group {
            Group::Kind => filter.kind = None,
            Group::Label => filter.label = None,
            Group::Folder => filter.folder = None,
            Group::Language => filter.language = None,
            Group::Findings => filter.has_findings = None,
        }
        wider
    }

    /// Groups in which something is chosen.
    fn chosen(&self) -> impl Iterator<Item = Group> {
        Group::ALL.into_iter().filter(|group| self.without(*group) != *self)
    }
}

impl Counts {
    /// Takes the counts of an answer. Of a group in which something is chosen they say nothing.
    fn take(&mut self, page: &SearchPage, question: Question) {
        for group in Group::ALL.into_iter().filter(|group| question.without(*group) == question) {
            self.count(group, page, question.clone());
        }
        self.total = page.total;
        self.question = Some(question);
    }

    /// Takes the counts of one group from the answer to a question without its filter.
    fn count(&mut self, group: Group, page: &SearchPage, of: Question) {
        match group {
            Group::Kind => self.kinds.clone_from(&page.by_kind),
            Group::Label => self.labels.clone_from(&page.by_label),
            Group::Folder => self.folders.clone_from(&page.by_folder),
            Group::Language => self.languages.clone_from(&page.by_language),
            Group::Findings => self.findings = (page.with_findings, page.total.saturating_sub(page.with_findings)),
        }
        self.of[group as usize] = Some(of);
    }

    /// A group was counted for the present question; else its counts are those of another.
    pub fn fits(&self, group: Group) -> bool {
        let of = self.of[group as usize].as_ref();
        self.question.as_ref().is_none_or(|question| of == Some(&question.without(group)))
    }

    /// How many files a choice leaves, where that is known.
    pub fn shown(&self, group: Group, chosen: bool, count: u32) -> Option<u32> {
        if chosen { Some(self.total) } else { self.fits(group).then_some(count) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_belong_to_the_present_question() {
        let page = |kinds: &[(MediaKind, u32)], labels: &[(&str, u32)]| SearchPage {
            total: kinds.iter().map(|(_, n)| n).sum(),
            by_kind: kinds.to_vec(),
            by_label: labels.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect(),
            ..SearchPage::default()
        };
        let question =
            |mode, kind| Question { asked: Asked::Words("storm".to_owned()), mode, filter: AssetFilter { kind, ..AssetFilter::default() } };
        let sound = Some(MediaKind::Sound);
        let mut counts = Counts::default();
        counts.take(&page(&[(MediaKind::Text, 3), (MediaKind::Sound, 1)], &[("Letter", 2)]), question(SearchMode::Hybrid, None));
        counts.take(&page(&[(MediaKind::Sound, 2)], &[("Diary", 1)]), question(SearchMode::Hybrid, sound));
        assert_eq!((counts.kinds.len(), counts.fits(Group::Kind)), (2, true), "what can be chosen instead stays");
        assert_eq!(counts.labels, [("Diary".to_owned(), 1)]);
        assert_eq!((counts.shown(Group::Kind, true, 1), counts.shown(Group::Kind, false, 3)), (Some(2), Some(3)));
        counts.take(&page(&[(MediaKind::Sound, 1)], &[]), question(SearchMode::Lexical, sound));
        assert_eq!((counts.shown(Group::Kind, true, 1), counts.shown(Group::Kind, false, 3)), (Some(1), None));
        assert!(counts.fits(Group::Label));
        let wider = question(SearchMode::Lexical, sound).without(Group::Kind);
        counts.count(Group::Kind, &page(&[(MediaKind::Text, 1), (MediaKind::Sound, 1)], &[]), wider);
        assert_eq!(counts.shown(Group::Kind, false, 1), Some(1));
    }
}
