//! What lies on the reviewer's desk beside the item: the edit field, the word in question, the zoom.
//!
//! Cleared with every item; nothing of it is kept.

use crate::parts::page::Zoom;
use crate::parts::player::tape::Tape;
use crate::store::Store;
use crate::store::review::Ruling;
use leptos::prelude::*;
use std::collections::BTreeMap;
use winnow_contract::review::{ItemKind, ReviewDetail, Verdict};
use winnow_contract::search::Evidence;

#[derive(Clone, Copy)]
pub struct Desk {
    /// The edit field is open.
    pub editing: RwSignal<bool>,
    pub draft: RwSignal<String>,
    /// Which doubtful word or value is looked at.
    pub spot: RwSignal<usize>,
    /// Words of a reading that were corrected and not sent yet.
    pub corrections: RwSignal<BTreeMap<usize, String>>,
    pub zoom: RwSignal<Zoom>,
    /// The trail is shown.
    pub why: RwSignal<bool>,
    /// What plays the recording of the item that lies here, and the stretch it is about.
    pub tape: RwSignal<Option<(Tape, f64, f64)>>,
}

impl Desk {
    pub fn new() -> Self {
        Self {
            editing: RwSignal::new(false),
            draft: RwSignal::new(String::new()),
            spot: RwSignal::new(0),
            corrections: RwSignal::new(BTreeMap::new()),
            zoom: RwSignal::new(Zoom::WHOLE),
            why: RwSignal::new(false),
            tape: RwSignal::new(None),
        }
    }

    /// A new item lies here.
    pub fn clear(&self) {
        self.editing.set(false);
        self.spot.set(0);
        self.corrections.update(BTreeMap::clear);
        self.zoom.set(Zoom::WHOLE);
        self.why.set(false);
    }

    /// Gives a verdict, if the item knows it. A reading with corrected words is sent as a correction.
    pub fn rule(&self, store: Store, ruling: Ruling) {
        let Some(detail) = store.review.shown() else { return };
        let corrected = self.corrections.with_untracked(|words| !words.is_empty());
        if ruling.verdict == Verdict::Accepted && detail.row.kind == ItemKind::Label {
            self.pick(store, 0);
        } else if ruling.verdict == Verdict::Accepted && detail.row.kind == ItemKind::Extraction && corrected {
            let value = self.corrections.with_untracked(|words| corrected_text(&detail, words));
            store.review.decide(Ruling { verdict: Verdict::Corrected, value: Some(value), all_alike: false });
        } else if verdicts(&detail).contains(&ruling.verdict) {
            store.review.decide(ruling);
        }
    }

    /// Picks the nth of the possible answers to "what is it?": the proposed one is accepted, another is a correction.
    pub fn pick(&self, store: Store, n: usize) -> bool {
        let Some(detail) = store.review.shown().filter(|detail| detail.row.kind == ItemKind::Label) else { return false };
        let Some(candidate) = detail.candidates.get(n) else { return false };
        let proposed = detail.row.suggestion.as_ref().map_or(n == 0, |suggestion| suggestion.value == candidate.answer);
        let (verdict, value) = if proposed { (Verdict::Accepted, None) } else { (Verdict::Corrected, Some(candidate.answer.clone())) };
        store.review.decide(Ruling { verdict, value, all_alike: false });
        true
    }

    /// Plays the stretch in question from its beginning, also while it plays.
    pub fn play(&self) -> bool {
        let here = self.tape.get_untracked();
        if let Some((tape, t0, t1)) = here {
            tape.play_stretch(t0, t1);
        }
        here.is_some()
    }

    /// The same verdict for every open item with this value; for this one alone when there is no other.
    pub fn rule_alike(&self, store: Store, verdict: Verdict) {
        let alike = store.review.shown().is_some_and(|detail| detail.alike_open > 0);
        self.rule(store, Ruling { verdict, value: None, all_alike: alike });
    }

    /// Opens the edit field with what was read.
    pub fn edit(&self, store: Store) -> bool {
        let Some(detail) = store.review.shown().filter(|detail| verdicts(detail).contains(&Verdict::Corrected)) else { return false };
        self.draft.set(self.read(&detail));
        self.editing.set(true);
        true
    }

    /// What stands at the spot now.
    fn read(&self, detail: &ReviewDetail) -> String {
        let spot = self.spot.get_untracked();
        let corrected = self.corrections.with_untracked(|words| words.get(&spot).cloned());
        let read = match detail.row.kind {
            ItemKind::Extraction if detail.sound.is_some() => Some(on_one_line(detail)),
            ItemKind::Extraction => detail.words.get(spot).map(|word| word.text.clone()),
            ItemKind::Label | ItemKind::Duplicate => detail.row.suggestion.as_ref().map(|suggestion| suggestion.value.clone()),
            ItemKind::Finding => detail.values.first().map(|value| value.text.clone()),
        };
        corrected.or(read).unwrap_or_default()
    }

    /// Takes what was typed: a word of a reading is kept and the next one comes; anything else is decided.
    pub fn save(&self, store: Store) {
        let Some(detail) = store.review.shown() else { return };
        let draft = self.draft.get_untracked().trim().to_owned();
        self.editing.set(false);
        if detail.row.kind == ItemKind::Extraction && detail.sound.is_none() {
            self.keep_word(store, &detail, draft);
        } else if detail.row.kind == ItemKind::Extraction && !draft.is_empty() && draft == on_one_line(&detail) {
            store.review.decide(Ruling { verdict: Verdict::Accepted, value: None, all_alike: false });
        } else if !draft.is_empty() {
            store.review.decide(Ruling { verdict: Verdict::Corrected, value: Some(draft), all_alike: false });
        }
    }

    fn keep_word(&self, store: Store, detail: &ReviewDetail, draft: String) {
        let spot = self.spot.get_untracked();
        let same = detail.words.get(spot).is_some_and(|word| word.text == draft);
        self.corrections.update(|words| {
            if same {
                words.remove(&spot)
            } else {
                words.insert(spot, draft)
            };
        });
        self.turn(store, 1);
    }

    /// Goes to the next or previous word or value; false at the end.
    pub fn turn(&self, store: Store, by: isize) -> bool {
        let count = store.review.shown().map_or(0, |detail| spots(&detail));
        let to = self.spot.get_untracked().checked_add_signed(by).filter(|to| *to < count);
        if let Some(to) = to {
            self.editing.set(false);
            self.spot.set(to);
            self.seek_word(store, to);
        }
        to.is_some()
    }

    /// Looks at a word or value that was clicked.
    pub fn look_at(&self, store: Store, spot: usize) {
        self.spot.set(spot);
        self.seek_word(store, spot);
    }

    /// Goes to where a doubtful word is said.
    fn seek_word(&self, store: Store, word: usize) {
        let second = store.review.shown().and_then(|detail| detail.words.get(word).and_then(|word| word.t0));
        if let (Some((tape, ..)), Some(second)) = (self.tape.get_untracked(), second) {
            tape.seek(f64::from(second));
        }
    }

    pub fn toggle_why(&self, store: Store) {
        self.why.update(|why| *why = !*why);
        if let (true, Some(item)) = (self.why.get_untracked(), store.review.current.get_untracked()) {
            store.asset.explain(item.to_string());
        }
    }

    /// Opens the file at what is asked about.
    pub fn open(&self, store: Store) -> bool {
        let Some(detail) = store.review.shown() else { return false };
        let at = evidence(&detail, self.spot.get_untracked());
        store.open(detail.asset.id, Some(at));
        true
    }

    /// Closes what lies on top; false when nothing does.
    pub fn close_something(&self) -> bool {
        let open = [self.editing, self.why].into_iter().find(|open| open.get_untracked());
        if let Some(open) = open {
            open.set(false);
        }
        open.is_some()
    }
}

/// The verdicts an item knows, in the order of their buttons.
pub fn verdicts(detail: &ReviewDetail) -> Vec<Verdict> {
    let all = [Verdict::Redacted, Verdict::Accepted, Verdict::Rejected, Verdict::Corrected, Verdict::Deferred];
    let finding = detail.row.kind == ItemKind::Finding;
    let editable = detail.values.len() <= 1 && !matches!(detail.row.kind, ItemKind::Duplicate | ItemKind::Label);
    let knows = |verdict: &Verdict| match verdict {
        Verdict::Redacted => finding,
        Verdict::Corrected => editable,
        Verdict::Accepted | Verdict::Rejected | Verdict::Deferred => true,
    };
    all.into_iter().filter(knows).collect()
}

fn spots(detail: &ReviewDetail) -> usize {
    if detail.row.kind == ItemKind::Extraction { detail.words.len() } else { detail.values.len() }
}

/// What is said in a stretch, as a field of one line holds it; the lines that were heard are kept by whoever takes it.
fn on_one_line(detail: &ReviewDetail) -> String {
    let said: String = detail.context.iter().map(|part| part.text.as_str()).collect();
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The page's text with the corrected words in place of the doubtful ones.
fn corrected_text(detail: &ReviewDetail, corrections: &BTreeMap<usize, String>) -> String {
    let mut doubtful = 0..;
    let parts = detail.context.iter().map(|part| {
        let word = if part.marked { doubtful.next() } else { None };
        word.and_then(|n: usize| corrections.get(&n)).unwrap_or(&part.text).as_str()
    });
    parts.collect()
}

fn evidence(detail: &ReviewDetail, spot: usize) -> Evidence {
    let page = detail.page_number;
    if let Some(word) = detail.words.get(spot).filter(|_| detail.row.kind == ItemKind::Extraction) {
        return Evidence {
            page,
            rect: word.rect,
            t0: word.t0,
            t1: word.t1,
            start: Some(word.start),
            end: Some(word.end),
            ..Evidence::default()
        };
    }
    let (t0, t1) = detail.sound.as_ref().map_or((None, None), |sound| (Some(sound.t0), Some(sound.t1)));
    let Some(place) = detail.values.get(spot).and_then(|value| value.occurrences.first()) else {
        return Evidence { page, t0, t1, ..Evidence::default() };
    };
    Evidence {
        extraction: Some(place.extraction.clone()),
        page: place.page.or(page),
        rect: place.boxes.first().copied(),
        start: Some(place.start),
        end: Some(place.end),
        t0,
        t1,
        place: None,
    }
}

/// The desk of the screen that is shown.
pub fn desk() -> Desk {
    expect_context::<Desk>()
}
