//! What is looked at in an open file: the tab, the page, the zoom, the word that is lit, the spot it was opened at.
//!
//! Nothing of it outlives the screen.

use crate::parts::page::Zoom;
use crate::parts::player::tape::Tape;
use crate::parts::transcript::lines::Transcript;
use leptos::prelude::*;
use winnow_contract::asset::{AssetDetail, PixelBox, RenditionKind, RenditionRow};
use winnow_contract::id::RenditionId;
use winnow_contract::review::FindingRow;
use winnow_contract::search::Evidence;

/// What the right side shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Text,
    Findings,
    About,
    Why,
}

impl Tab {
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "Text",
            Self::Findings => "Findings",
            Self::About => "About",
            Self::Why => "Why",
        }
    }

    /// The tabs of a file: its text is not shown twice when the text is the document.
    pub fn of(detail: &AssetDetail) -> Vec<Self> {
        let all = [Self::Text, Self::Findings, Self::About, Self::Why];
        all.into_iter().filter(|tab| *tab != Self::Text || has_page(detail)).collect()
    }
}

/// A page image is there.
pub fn has_page(detail: &AssetDetail) -> bool {
    detail.renditions.iter().any(|rendition| matches!(rendition.kind, RenditionKind::Page | RenditionKind::Preview))
}

/// The sound of a recording, if it was made already.
pub fn sound_of(detail: &AssetDetail) -> Option<&RenditionRow> {
    detail.renditions.iter().find(|rendition| rendition.kind == RenditionKind::Sound)
}

/// A stretch of text and the boxes it has on its page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spot {
    pub start: u32,
    pub end: u32,
    pub boxes: Vec<PixelBox>,
}

#[derive(Clone, Copy)]
pub struct Bench {
    pub tab: RwSignal<Tab>,
    pub zoom: RwSignal<Zoom>,
    pub page: RwSignal<u32>,
    pub pages: RwSignal<u32>,
    /// Index of the span the pointer is on, on either side.
    pub lit: RwSignal<Option<usize>>,
    /// What was searched for or jumped to.
    pub spot: RwSignal<Option<Spot>>,
    /// Index of the finding that was jumped to.
    pub finding: RwSignal<Option<usize>>,
    /// What plays the recording; the same one as long as the file is open, however often its detail changes.
    pub tape: RwSignal<Option<(RenditionId, Tape)>>,
    owner: StoredValue<Option<Owner>>,
    /// The second it was opened at.
    second: StoredValue<Option<f32>>,
    /// The answers to "what is it?" are offered.
    pub labelling: RwSignal<bool>,
    tabs: StoredValue<Vec<Tab>>,
    laid_out: StoredValue<bool>,
}

impl Bench {
    /// A bench for a file opened at a spot.
    pub fn new(at: Evidence) -> Self {
        let spot = match (at.start, at.end, at.rect) {
            (None, _, None) => None,
            (start, end, rect) => Some(Spot { start: start.unwrap_or(0), end: end.unwrap_or(0), boxes: rect.into_iter().collect() }),
        };
        Self {
            tab: RwSignal::new(Tab::Text),
            zoom: RwSignal::new(Zoom::WHOLE),
            page: RwSignal::new(at.page.unwrap_or(1).max(1)),
            pages: RwSignal::new(1),
            lit: RwSignal::new(None),
            spot: RwSignal::new(spot),
            finding: RwSignal::new(None),
            tape: RwSignal::new(None),
            owner: StoredValue::new(Owner::current()),
            second: StoredValue::new(at.t0),
            labelling: RwSignal::new(false),
            tabs: StoredValue::new(Vec::new()),
            laid_out: StoredValue::new(false),
        }
    }

    /// Fits the bench to the file; the tab only the first time.
    pub fn lay_out(&self, detail: &AssetDetail) {
        let pages = detail.renditions.iter().map(|rendition| rendition.page).max().unwrap_or(1).max(1);
        self.pages.set(pages);
        self.page.update(|page| *page = (*page).clamp(1, pages));
        let tabs = Tab::of(detail);
        if !self.laid_out.get_value() {
            let text = !detail.extractions.iter().all(|extraction| extraction.text.is_empty());
            let first = if tabs.contains(&Tab::Text) && text {
                Tab::Text
            } else if detail.findings.is_empty() {
                Tab::About
            } else {
                Tab::Findings
            };
            self.tab.set(first);
            self.spot_boxes(detail);
        }
        self.laid_out.set_value(true);
        self.tabs.set_value(tabs);
        if let Some(sound) = sound_of(detail) {
            self.lay_in(&sound.id, length_of(detail));
        }
    }

    /// Lays the sound into the player, unless it is there already.
    fn lay_in(&self, sound: &RenditionId, seconds: f64) {
        let there = self.tape.with_untracked(|tape| tape.as_ref().filter(|(id, _)| id == sound).map(|(_, tape)| *tape));
        if let Some(tape) = there {
            return tape.at_least(seconds);
        }
        let Some(owner) = self.owner.get_value() else { return };
        let tape = owner.with(|| Tape::new(sound.clone(), seconds));
        if let Some(second) = self.second.get_value() {
            tape.now.set(f64::from(second));
            tape.prepare(f64::from(second));
        }
        self.tape.set(Some((sound.clone(), tape)));
    }

    /// A file that was opened at a second, and not at a stretch of its text, is shown at what is said there.
    pub fn ring_second(&self, transcript: &Transcript) {
        let Some(second) = self.second.get_value().filter(|_| self.spot.with_untracked(Option::is_none)) else { return };
        let line = transcript.word_at(f64::from(second)).and_then(|word| transcript.lines.get(transcript.line_of(word)));
        self.spot.set(line.map(|line| Spot { start: line.start, end: line.end, boxes: Vec::new() }));
    }

    /// Does something with the recording; false when there is none.
    pub fn with_tape(&self, act: impl FnOnce(Tape)) -> bool {
        let tape = self.tape.with_untracked(|tape| tape.as_ref().map(|(_, tape)| *tape));
        tape.map(act).is_some()
    }

    /// A spot that came without a box gets those of its words.
    fn spot_boxes(&self, detail: &AssetDetail) {
        self.spot.update(|spot| {
            let Some(spot) = spot.as_mut().filter(|spot| spot.boxes.is_empty()) else { return };
            let spans = detail.extractions.first().map(|extraction| extraction.spans.as_slice()).unwrap_or_default();
            spot.boxes = spans.iter().filter(|span| span.start < spot.end && spot.start < span.end).filter_map(|span| span.rect).collect();
        });
    }

    /// Shows the nth tab.
    pub fn pick(&self, n: usize) {
        if let Some(tab) = self.tabs.with_value(|tabs| tabs.get(n).copied()) {
            self.tab.set(tab);
        }
    }

    /// Brings a finding into view on the document.
    pub fn jump(&self, n: usize, finding: &FindingRow) {
        self.finding.set(Some(n));
        self.page.set(finding.page.unwrap_or_else(|| self.page.get_untracked()));
        self.spot.set(Some(Spot { start: finding.start, end: finding.end, boxes: finding.boxes.clone() }));
    }

    /// Goes to where a stretch of the text is said.
    pub fn jump_in_time(&self, detail: &AssetDetail, finding: &FindingRow) {
        let extraction = detail.extractions.iter().find(|extraction| extraction.id == finding.extraction);
        let spans = extraction.map(|extraction| extraction.spans.as_slice()).unwrap_or_default();
        let said = spans.iter().filter(|span| span.start < finding.end && finding.start < span.end).filter_map(|span| span.t0);
        if let Some(second) = said.max_by(f32::total_cmp) {
            self.with_tape(|tape| tape.seek(f64::from(second)));
        }
    }

    /// The next or previous finding.
    pub fn next_finding(&self, detail: &AssetDetail, by: isize) {
        let to = match self.finding.get_untracked() {
            Some(n) => n.checked_add_signed(by),
            None => Some(0),
        };
        if let Some((n, finding)) = to.and_then(|n| Some((n, detail.findings.get(n)?))) {
            self.jump(n, finding);
            self.jump_in_time(detail, finding);
        }
    }
}

/// Seconds of a recording, from what was read out of it or from its last word.
fn length_of(detail: &AssetDetail) -> f64 {
    let spans = detail.extractions.iter().flat_map(|extraction| &extraction.spans);
    let said = spans.filter_map(|span| span.t1).max_by(f32::total_cmp).unwrap_or(0.0);
    f64::from(detail.row.seconds.unwrap_or(said))
}
