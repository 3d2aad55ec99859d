//! The queue of a reviewer: what waits, what is shown now, what was just decided.
//!
//! A verdict moves on at once and is sent behind the person's back, one after the other; a refusal comes back with its
//! item. Draws nothing.

mod outbox;
mod pace;

use super::loaded::Loaded;
use crate::ipc;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use outbox::Sending;
use pace::Pace;
use std::collections::{HashMap, VecDeque};
use winnow_contract::ApiError;
use winnow_contract::command::{GetReviewItem, ListReview, PAGE_LIMIT};
use winnow_contract::id::ReviewItemId;
use winnow_contract::review::{ItemState, ReviewDetail, ReviewFilter, ReviewPage, ReviewRow, Verdict};

/// Items whose evidence is loaded ahead of the person.
pub const AHEAD: usize = 4;

/// A verdict to be given.
#[derive(Clone, Debug, PartialEq)]
pub struct Ruling {
    pub verdict: Verdict,
    /// With a correction, and only then.
    pub value: Option<String>,
    pub all_alike: bool,
}

impl Ruling {
    /// A verdict on this item alone.
    pub fn on_this(verdict: Verdict) -> Self {
        Self { verdict, value: None, all_alike: false }
    }
}

/// The undo line.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    pub sentence: String,
    pub verdict: Option<Verdict>,
}

/// A detail and the state of the library, as counted here, at the time it was asked for.
type Known = (u32, Loaded<ReviewDetail>);

#[derive(Clone, Copy)]
pub struct ReviewStore {
    pub filter: RwSignal<ReviewFilter>,
    pub rows: RwSignal<Vec<ReviewRow>>,
    /// Whether the queue could be read at all.
    pub list: RwSignal<Loaded<()>>,
    pub total: RwSignal<u32>,
    pub decided: RwSignal<u32>,
    pub by_filter: RwSignal<Vec<(ReviewFilter, u32)>>,
    pub current: RwSignal<Option<ReviewItemId>>,
    details: RwSignal<HashMap<ReviewItemId, Known>>,
    pub said: RwSignal<Option<Said>>,
    pub refused: RwSignal<Option<ApiError>>,
    /// The verdict that was just given, with a running number.
    pub flash: RwSignal<Option<(Verdict, u32)>>,
    /// The seconds an item takes this person.
    pace: RwSignal<Pace>,
    shown_at: StoredValue<f64>,
    /// Counts acts; an answer to an older list is not taken.
    epoch: StoredValue<u32>,
    /// Counts what the engine was heard to have done; a detail of before may name what is not so any more.
    facts: StoredValue<u32>,
    loading: StoredValue<bool>,
    dirty: StoredValue<bool>,
    outbox: StoredValue<VecDeque<Sending>>,
    sending: StoredValue<bool>,
    /// What was decided here and where it stood, for an undo that is there at once.
    done: StoredValue<Vec<(ReviewRow, usize)>>,
    /// An item that was asked for by name and may stand far down the queue.
    pinned: StoredValue<Option<ReviewRow>>,
}

impl ReviewStore {
    pub fn new() -> Self {
        Self {
            filter: RwSignal::new(ReviewFilter::All),
            rows: RwSignal::new(Vec::new()),
            list: RwSignal::new(Loaded::Waiting),
            total: RwSignal::new(0),
            decided: RwSignal::new(0),
            by_filter: RwSignal::new(Vec::new()),
            current: RwSignal::new(None),
            details: RwSignal::new(HashMap::new()),
            said: RwSignal::new(None),
            refused: RwSignal::new(None),
            flash: RwSignal::new(None),
            pace: RwSignal::new(Pace::default()),
            shown_at: StoredValue::new(0.0),
            epoch: StoredValue::new(0),
            facts: StoredValue::new(0),
            loading: StoredValue::new(false),
            dirty: StoredValue::new(false),
            outbox: StoredValue::new(VecDeque::new()),
            sending: StoredValue::new(false),
            done: StoredValue::new(Vec::new()),
            pinned: StoredValue::new(None),
        }
    }

    /// What of the detail of an item stays as it is while others are decided: what is drawn of it is not drawn anew for a count.
    pub fn lasting(&self, item: &ReviewItemId) -> Loaded<ReviewDetail> {
        let mut detail = self.detail(item);
        if let Loaded::Here(detail) = &mut detail {
            detail.alike.clear();
            (detail.alike_open, detail.asset.open_items, detail.asset.busy) = (0, 0, false);
        }
        detail
    }

    /// The detail of an item, as far as it is there.
    pub fn detail(&self, item: &ReviewItemId) -> Loaded<ReviewDetail> {
        self.details.with(|details| details.get(item).map_or(Loaded::Waiting, |(_, detail)| detail.clone()))
    }

    /// The detail of the item that is shown, without following it.
    pub fn shown(&self) -> Option<ReviewDetail> {
        let item = self.current.get_untracked()?;
        untrack(|| self.detail(&item).here().cloned())
    }

    /// Where the shown item stands in the queue, from 0.
    pub fn index(&self) -> usize {
        let current = self.current.get();
        self.rows.with(|rows| rows.iter().position(|row| Some(&row.item) == current.as_ref()).unwrap_or(0))
    }

    /// The items around the shown one whose evidence is kept ready: one behind, itself, the next ones.
    pub fn near(&self) -> Vec<ReviewItemId> {
        let from = self.index().saturating_sub(1);
        self.rows.with(|rows| rows.iter().skip(from).take(AHEAD + 2).map(|row| row.item.clone()).collect())
    }

    /// Seconds the rest of the queue takes at this person's pace; none before it is known.
    pub fn seconds_left(&self) -> Option<f64> {
        let left = f64::from(self.total.get());
        self.pace.with(|pace| pace.seconds().map(|seconds| seconds * left))
    }

    /// Shows another part of the queue.
    pub fn show_part(&self, filter: ReviewFilter) {
        self.refused.set(None);
        self.filter.set(filter);
        self.pinned.set_value(None);
        self.rows.update(Vec::clear);
        self.list.set(Loaded::Waiting);
        self.current.set(None);
        self.epoch.update_value(|epoch| *epoch += 1);
        self.refresh();
    }

    /// Shows one item, wherever it stands.
    pub fn show(&self, item: ReviewItemId) {
        self.shown_at.set_value(now());
        self.current.set(Some(item));
        self.load_near();
    }

    /// Shows one item that was asked for by name, before the rest of the queue.
    pub fn bring(&self, item: ReviewItemId) {
        let store = *self;
        spawn_local(async move {
            match ipc::ask(GetReviewItem { item: item.clone() }).await {
                Ok(detail) if matches!(detail.state, ItemState::Open | ItemState::Deferred) => {
                    store.pinned.set_value(Some(detail.row.clone()));
                    store.filter.set(ReviewFilter::All);
                    store.rows.update(|rows| pin(rows, &detail.row));
                    store.show(item);
                    store.refresh();
                }
                Ok(_) => store.refresh(),
                Err(error) => store.refused.set(Some(error)),
            }
        });
    }

    /// The screen is opened: what was refused before is past.
    pub fn enter(&self) {
        self.refused.set(None);
        self.refresh();
    }

    /// Moves along the queue without deciding.
    pub fn step(&self, by: isize) {
        self.refused.set(None);
        let to = untrack(|| self.index()).saturating_add_signed(by);
        let item = self.rows.with_untracked(|rows| rows.get(to).map(|row| row.item.clone()));
        if let Some(item) = item {
            self.show(item);
        }
        let loaded = self.rows.with_untracked(Vec::len);
        if to + AHEAD >= loaded && loaded < self.total.get_untracked() as usize {
            self.load(loaded + PAGE_LIMIT as usize);
        }
    }

    /// Gives a verdict on the shown item and shows the next.
    pub fn decide(&self, ruling: Ruling) {
        let Some(item) = self.current.get_untracked() else { return };
        let index = untrack(|| self.index());
        let Some(row) = self.rows.with_untracked(|rows| rows.get(index).filter(|row| row.item == item).cloned()) else { return };
        let took = now() - self.shown_at.get_value();
        self.pace.update(|pace| pace.took(took / 1000.0));
        self.said.set(Some(outbox::said(&row, &ruling)));
        self.flash.update(|flash| *flash = Some((ruling.verdict, flash.map_or(0, |(_, n)| n + 1))));
        self.take_out(index);
        self.done.update_value(|done| done.push((row.clone(), index)));
        self.send(Sending::Decide { row: Box::new(row), index, ruling, took_ms: took.clamp(0.0, 3.6e6) as u32 });
    }

    /// Takes back the last decision; its item is shown again at once.
    pub fn undo(&self) {
        if let Some((row, index)) = self.done.try_update_value(Vec::pop).flatten() {
            self.put_back(row, index);
        }
        self.said.set(None);
        self.send(Sending::Undo);
    }

    /// Asks for the queue again, a moment later; what is shown stays.
    pub fn refresh(&self) {
        self.load(0);
    }

    /// Loads at least `rows` rows.
    fn load(&self, rows: usize) {
        if self.loading.get_value() || self.sending.get_value() {
            return self.dirty.set_value(true);
        }
        let store = *self;
        store.loading.set_value(true);
        let epoch = store.epoch.get_value();
        let filter = store.filter.get_untracked();
        let rows = rows.max(store.rows.with_untracked(Vec::len));
        spawn_local(async move {
            let answer = ask_queue(filter, rows).await;
            store.loading.set_value(false);
            if epoch == store.epoch.get_value() {
                store.receive(answer);
            } else {
                store.dirty.set_value(true);
            }
            store.catch_up();
        });
    }

    fn catch_up(&self) {
        if self.dirty.get_value() && !self.sending.get_value() {
            self.dirty.set_value(false);
            let store = *self;
            spawn_local(async move {
                TimeoutFuture::new(150).await;
                store.refresh();
            });
        }
    }

    fn receive(&self, answer: Result<ReviewPage, ApiError>) {
        match answer {
            Ok(page) => self.take_list(page),
            Err(error) => self.list.update(|list| list.receive(Err(error))),
        }
    }

    fn take_list(&self, mut page: ReviewPage) {
        self.pinned.with_value(|row| row.iter().for_each(|row| pin(&mut page.rows, row)));
        let index = untrack(|| self.index());
        let current = self.current.get_untracked();
        let stays = page.rows.iter().any(|row| Some(&row.item) == current.as_ref());
        let next = page.rows.get(index.min(page.rows.len().saturating_sub(1))).map(|row| row.item.clone());
        self.rows.set(page.rows);
        self.total.set(page.total);
        self.decided.set(page.decided);
        self.by_filter.set(page.by_filter);
        self.list.set(Loaded::Here(()));
        self.count_fact();
        match next {
            Some(next) if !stays => self.show(next),
            None => self.current.set(None),
            Some(_) => self.load_near(),
        }
    }

    fn take_out(&self, index: usize) {
        self.epoch.update_value(|epoch| *epoch += 1);
        self.pinned.set_value(None);
        self.rows.update(|rows| {
            rows.remove(index);
        });
        self.total.update(|total| *total = total.saturating_sub(1));
        self.decided.update(|decided| *decided += 1);
        let next = self.rows.with_untracked(|rows| rows.get(index).or(rows.last()).map(|row| row.item.clone()));
        match next {
            Some(next) => self.show(next),
            None => self.current.set(None),
        }
    }

    fn put_back(&self, row: ReviewRow, index: usize) {
        self.epoch.update_value(|epoch| *epoch += 1);
        let item = row.item.clone();
        self.rows.update(|rows| {
            rows.retain(|other| other.item != row.item);
            rows.insert(index.min(rows.len()), row);
        });
        self.total.update(|total| *total += 1);
        self.decided.update(|decided| *decided = decided.saturating_sub(1));
        self.show(item);
    }

    /// The engine has done something: what is shown is asked for once more.
    fn count_fact(&self) {
        self.facts.update_value(|facts| *facts += 1);
    }

    fn load_near(&self) {
        let current = self.current.get_untracked();
        let facts = self.facts.get_value();
        for item in untrack(|| self.near()) {
            let known = self.details.with_untracked(|details| details.get(&item).map(|(at, _)| *at));
            let stale = known != Some(facts) && current.as_ref() == Some(&item);
            if known.is_none() || stale {
                self.ask_detail(item, facts);
            }
        }
        self.forget_far();
    }

    fn forget_far(&self) {
        if self.details.with_untracked(HashMap::len) > 60 {
            let near = untrack(|| self.near());
            self.details.update(|details| details.retain(|item, _| near.contains(item)));
        }
    }

    fn ask_detail(&self, item: ReviewItemId, facts: u32) {
        let store = *self;
        store.details.update_untracked(|details| {
            details.entry(item.clone()).or_insert((facts, Loaded::Waiting)).0 = facts;
        });
        spawn_local(async move {
            let answer = ipc::ask(GetReviewItem { item: item.clone() }).await;
            store.details.update(|details| {
                let (asked, detail) = details.entry(item).or_insert((facts, Loaded::Waiting));
                // It may have been asked for once more since.
                if *asked == facts {
                    detail.receive(answer);
                }
            });
        });
    }

    /// Asks once more for the evidence of the shown item.
    pub fn again(&self) {
        if let Some(item) = self.current.get_untracked() {
            self.details.update(|details| {
                details.remove(&item);
            });
            self.load_near();
        }
    }
}

/// Puts a row first, if the queue does not hold it.
fn pin(rows: &mut Vec<ReviewRow>, row: &ReviewRow) {
    if !rows.iter().any(|other| other.item == row.item) {
        rows.insert(0, row.clone());
    }
}

async fn ask_queue(filter: ReviewFilter, rows: usize) -> Result<ReviewPage, ApiError> {
    let mut page = ipc::ask(ListReview { filter, offset: 0, limit: PAGE_LIMIT }).await?;
    while page.rows.len() < rows.min(page.total as usize) {
        let offset = page.rows.len() as u32;
        let next = ipc::ask(ListReview { filter, offset, limit: PAGE_LIMIT }).await?;
        if next.rows.is_empty() {
            break;
        }
        page.rows.extend(next.rows);
    }
    Ok(page)
}

fn now() -> f64 {
    leptos::prelude::window().performance().map_or(0.0, |clock| clock.now())
}
