//! What is looked at in an open file: the tab, the page, the zoom, the word that is lit, the spot it was opened at.
//!
//! Nothing of it outlives the screen.

use crate::parts::page::Zoom;
use crate::parts::player::tape::Tape;
use crate::parts::transcript::lines::Transcript;
use crate::parts::window::Window;
use crate::store::Store;
use leptos::prelude::*;
use winnow_contract::asset::{AssetDetail, AssetState, ExtractionView, MediaKind, PixelBox, RenditionKind, RenditionRow};
use winnow_contract::id::{ExtractionId, RenditionId};
use winnow_contract::review::FindingRow;
use winnow_contract::search::Evidence;

/// What the right side shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Text,
    /// What was found in it.
    Inside,
    Findings,
    About,
    Why,
}

impl Tab {
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "Text",
            Self::Inside => "Inside",
            Self::Findings => "Findings",
            Self::About => "About",
            Self::Why => "Why",
        }
    }

    /// The tabs of a file: nothing is shown twice, neither its text nor what is in it.
    pub fn of(detail: &AssetDetail) -> Vec<Self> {
        let shape = Shape::of(detail);
        let has = |tab: &Self| match tab {
            Self::Text => shape == Shape::Pages || (shape == Shape::Recording && read_texts(detail).next().is_some()),
            Self::Inside => detail.row.members > 0 && shape != Shape::Members,
            Self::Findings | Self::About | Self::Why => true,
        };
        [Self::Text, Self::Inside, Self::Findings, Self::About, Self::Why].into_iter().filter(has).collect()
    }
}

/// How a file is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// It needs a password.
    Locked,
    /// Sound, and a film with its key frames.
    Recording,
    /// Lines with their times, without the sound they are of: subtitles.
    Transcript,
    /// A message: who wrote to whom, and what.
    Mail,
    /// Page images.
    Pages,
    /// A text whose stretches say where they stand: sheets, slides, comments.
    Places,
    Prose,
    /// A list of what is in it.
    Members,
    Nothing,
}

impl Shape {
    pub fn of(detail: &AssetDetail) -> Self {
        let text = detail.extractions.iter().any(|extraction| !extraction.text.is_empty());
        let placed = || detail.extractions.iter().any(|extraction| extraction.spans.iter().any(|span| span.place.is_some()));
        let is: [(bool, Self); 8] = [
            (wants_password(detail), Self::Locked),
            (sound_of(detail).is_some() || !frames(detail).is_empty(), Self::Recording),
            (text && is_all_timed(&detail.extractions), Self::Transcript),
            (detail.row.kind == MediaKind::Mail && text, Self::Mail),
            (has_page(detail), Self::Pages),
            (text && placed(), Self::Places),
            (text, Self::Prose),
            (detail.row.members > 0, Self::Members),
        ];
        is.into_iter().find(|(holds, _)| *holds).map_or(Self::Nothing, |(_, shape)| shape)
    }
}

/// It is locked, and a password may open it.
pub fn wants_password(detail: &AssetDetail) -> bool {
    let sealed = detail.row.failure.as_ref().is_some_and(|failure| failure.code == "cannot_unlock");
    detail.row.state == AssetState::Locked && !sealed
}

/// Texts that were read, not heard.
pub fn read_texts(detail: &AssetDetail) -> impl Iterator<Item = &ExtractionView> {
    detail.extractions.iter().filter(|extraction| !extraction.text.is_empty() && !is_heard(extraction))
}

/// Everything that is known of it has its seconds, and stands on no picture.
fn is_all_timed(extractions: &[ExtractionView]) -> bool {
    extractions.iter().filter(|extraction| !extraction.text.is_empty()).all(is_heard)
}

/// A text that was heard, or is to be: its words have their seconds, and stand on no picture.
pub fn is_heard(extraction: &ExtractionView) -> bool {
    extraction.spans.iter().any(|span| span.t0.is_some() && span.rect.is_none())
}

/// The key frames of a film, in order.
pub fn frames(detail: &AssetDetail) -> Vec<&RenditionRow> {
    let mut frames: Vec<_> = detail.renditions.iter().filter(|rendition| rendition.kind == RenditionKind::Frame).collect();
    frames.sort_by_key(|frame| frame.page);
    frames
}

/// A key frame stands at this second.
pub fn is_frame(detail: &AssetDetail, second: u32) -> bool {
    detail.renditions.iter().any(|rendition| rendition.kind == RenditionKind::Frame && rendition.page == second)
}

/// The texts that stand on a page: its own, or those of the whole with words on it.
pub fn texts_of(texts: &[ExtractionView], page: u32) -> Vec<&ExtractionView> {
    let own: Vec<_> = texts.iter().filter(|text| text.page == page).collect();
    if !own.is_empty() {
        return own;
    }
    let there = |text: &&ExtractionView| text.page == 0 && text.spans.iter().any(|span| span.page.is_none_or(|on| on == page));
    texts.iter().filter(there).collect()
}

/// The same, whole: those that came with the detail, or those that were asked for since.
pub fn whole_texts_of(store: Store, texts: &[ExtractionView], page: u32) -> Vec<ExtractionView> {
    let asked = store.asset.pages.with(|pages| pages.get(&page).cloned());
    asked.unwrap_or_else(|| texts_of(texts, page).into_iter().cloned().collect())
}

/// Some of a text did not come with the detail.
pub fn is_cut(text: &ExtractionView) -> bool {
    (text.characters as usize) > text.text.chars().count()
}

/// The text whose words are joined to the page: the one that was opened, or the one with the most words.
pub fn joined<'a>(texts: &[&'a ExtractionView], wanted: Option<&ExtractionId>) -> Option<&'a ExtractionView> {
    let asked = texts.iter().find(|text| Some(&text.id) == wanted);
    asked.or_else(|| texts.iter().max_by_key(|text| text.spans.len())).copied()
}

/// The text that a spot is a stretch of: the one it names, on whatever page, or of those of a page the one that is joined to it.
fn text_of<'a>(spot: &Spot, texts: &'a [ExtractionView], page: u32) -> Option<&'a ExtractionView> {
    match &spot.extraction {
        Some(id) => texts.iter().find(|text| text.id == *id),
        None => joined(&texts_of(texts, page), None),
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
    /// The text it is a stretch of, when it is known.
    pub extraction: Option<ExtractionId>,
    pub page: Option<u32>,
    pub start: u32,
    pub end: u32,
    pub boxes: Vec<PixelBox>,
}

impl Spot {
    /// It is a stretch of this text. Without an id, of one of the same page.
    pub fn is_in(&self, text: &ExtractionView) -> bool {
        match &self.extraction {
            Some(id) => *id == text.id,
            None => text.page == 0 || self.page.is_none_or(|page| page == text.page),
        }
    }
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
    /// The page it was opened at; of a film, the second of a key frame.
    opened_at: StoredValue<Option<u32>>,
    /// The key frame that is looked at, by its second.
    pub frame: RwSignal<Option<u32>>,
    /// What is seen of the list of files in it, while that list is shown.
    pub members: RwSignal<Option<Memo<Window>>>,
    /// The answers to "what is it?" are offered.
    pub labelling: RwSignal<bool>,
    /// The answer that has the focus, counted as they are offered.
    pub answer: RwSignal<usize>,
    tabs: StoredValue<Vec<Tab>>,
    laid_out: StoredValue<bool>,
}

impl Bench {
    /// A bench for a file opened at a spot.
    pub fn new(at: Evidence) -> Self {
        let spot = match (at.start, at.end, at.rect) {
            (None, _, None) => None,
            (start, end, rect) => Some(Spot {
                extraction: at.extraction,
                page: at.page,
                start: start.unwrap_or(0),
                end: end.unwrap_or(0),
                boxes: rect.into_iter().collect(),
            }),
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
            opened_at: StoredValue::new(at.page),
            frame: RwSignal::new(None),
            members: RwSignal::new(None),
            labelling: RwSignal::new(false),
            answer: RwSignal::new(0),
            tabs: StoredValue::new(Vec::new()),
            laid_out: StoredValue::new(false),
        }
    }

    /// Fits the bench to the file; the tab only the first time.
    pub fn lay_out(&self, detail: &AssetDetail) {
        let pages = page_count(detail);
        self.pages.set(pages);
        self.page.update(|page| *page = (*page).clamp(1, pages));
        let tabs = Tab::of(detail);
        if !self.laid_out.get_value() {
            let text = !detail.extractions.iter().all(|extraction| extraction.text.is_empty());
            let first = if tabs.contains(&Tab::Text) && text {
                Tab::Text
            } else if tabs.contains(&Tab::Inside) && Shape::of(detail) != Shape::Mail {
                Tab::Inside
            } else if detail.findings.is_empty() {
                Tab::About
            } else {
                Tab::Findings
            };
            self.tab.set(first);
            self.spot_boxes(detail);
            self.open_frame(detail);
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
        self.spot.set(line.map(|line| Spot { start: line.start, end: line.end, ..Spot::default() }));
    }

    /// Does something with the recording; false when there is none.
    pub fn with_tape(&self, act: impl FnOnce(Tape)) -> bool {
        let tape = self.tape.with_untracked(|tape| tape.as_ref().map(|(_, tape)| *tape));
        tape.map(act).is_some()
    }

    /// A film that was opened at what is read on a key frame shows that frame.
    fn open_frame(&self, detail: &AssetDetail) {
        if let Some(frame) = self.opened_at.get_value().filter(|second| is_frame(detail, *second)) {
            self.frame.set(Some(frame));
            self.second.update_value(|second| *second = second.or(Some(frame as f32)));
        }
    }

    /// A spot gets the boxes of all its words; where they or their text are not known, the one it came with stays.
    fn spot_boxes(&self, detail: &AssetDetail) {
        self.spot.update(|spot| {
            let Some(spot) = spot.as_mut() else { return };
            let page = spot.page.unwrap_or(1);
            let spans = text_of(spot, &detail.extractions, page).map(|extraction| extraction.spans.as_slice()).unwrap_or_default();
            let spans = spans.iter().filter(|span| span.page.is_none_or(|on| on == page));
            let boxes: Vec<_> = spans.filter(|span| span.start < spot.end && spot.start < span.end).filter_map(|span| span.rect).collect();
            if !boxes.is_empty() {
                spot.boxes = boxes;
            }
        });
    }

    /// Shows a page, the nearest when there is no such page. Which word is lit belongs to the page before.
    pub fn turn_to(&self, page: u32) {
        self.lit.set(None);
        let page = page.clamp(1, self.pages.get_untracked());
        if self.page.get_untracked() != page {
            self.page.set(page);
        }
    }

    /// Turns pages; false when there is only one.
    pub fn turn(&self, by: i32) -> bool {
        self.turn_to(self.page.get_untracked().saturating_add_signed(by));
        self.pages.get_untracked() > 1
    }

    /// The answers to "what is it?" are in sight, and the keys are theirs.
    pub fn offers_answers(&self) -> bool {
        self.labelling.get_untracked() && self.tab.get_untracked() == Tab::About
    }

    /// Shows the nth tab.
    pub fn pick(&self, n: usize) {
        if let Some(tab) = self.tabs.with_value(|tabs| tabs.get(n).copied()) {
            self.tab.set(tab);
        }
    }

    /// Brings a tab to the front; false when it is there already, or there is no such tab.
    pub fn bring(&self, tab: Tab) -> bool {
        let comes = self.tab.get_untracked() != tab && self.tabs.with_value(|tabs| tabs.contains(&tab));
        if comes {
            self.tab.set(tab);
        }
        comes
    }

    /// Brings a finding into view on the document.
    pub fn jump(&self, n: usize, finding: &FindingRow) {
        self.finding.set(Some(n));
        self.spot.set(Some(Spot {
            extraction: Some(finding.extraction.clone()),
            page: finding.page,
            start: finding.start,
            end: finding.end,
            boxes: finding.boxes.clone(),
        }));
        self.turn_to(finding.page.unwrap_or_else(|| self.page.get_untracked()));
    }

    /// Goes to where a stretch of the text is said, or to the key frame it is read on.
    pub fn jump_in_time(&self, detail: &AssetDetail, finding: &FindingRow) {
        if let Some(frame) = finding.page.filter(|second| is_frame(detail, *second)) {
            self.frame.set(Some(frame));
        }
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

/// Pages that can be shown.
fn page_count(detail: &AssetDetail) -> u32 {
    let pictures = detail.renditions.iter().filter(|rendition| matches!(rendition.kind, RenditionKind::Page | RenditionKind::Preview));
    pictures.map(|rendition| rendition.page).max().unwrap_or(1).max(1)
}

/// Seconds of a recording, from what was read out of it or from its last word.
fn length_of(detail: &AssetDetail) -> f64 {
    let spans = detail.extractions.iter().flat_map(|extraction| &extraction.spans);
    let said = spans.filter_map(|span| span.t1).max_by(f32::total_cmp).unwrap_or(0.0);
    f64::from(detail.row.seconds.unwrap_or(said))
}

#[cfg(test)]
mod tests {
    use super::*;
    use winnow_contract::asset::Span;

    fn view(text: &str, span: Span) -> ExtractionView {
        ExtractionView {
            id: ExtractionId(text.into()),
            tool: "t".into(),
            text: text.into(),
            characters: text.chars().count() as u32,
            confidence: None,
            spans: vec![span],
            page: 0,
        }
    }

    #[test]
    fn a_spot_is_in_the_text_it_names_and_in_no_other() {
        let said = view("said", Span { end: 4, t0: Some(1.0), ..Span::default() });
        let frame = ExtractionView { page: 1, ..view("frame", Span { end: 5, rect: Some([1, 1, 9, 9]), ..Span::default() }) };
        let texts = [said, frame];
        let check = |named: Option<&str>, expected: Option<&str>| {
            let spot = Spot { extraction: named.map(|id| ExtractionId(id.into())), ..Spot::default() };
            assert_eq!(text_of(&spot, &texts, 1).map(|text| text.text.as_str()), expected, "{named:?}");
        };
        check(Some("said"), Some("said"));
        check(Some("frame"), Some("frame"));
        check(Some("gone"), None);
        check(None, Some("frame"));
    }

    #[test]
    fn lines_with_times_are_a_transcript_unless_they_stand_on_a_picture() {
        let cue = Span { end: 3, t0: Some(1.0), t1: Some(2.0), ..Span::default() };
        let (timed, plain) = (view("two", cue.clone()), view("two", Span { end: 3, ..Span::default() }));
        let on_a_frame = view("two", Span { rect: Some([1, 1, 9, 9]), ..cue });
        let nothing = view("", Span::default());
        assert!(is_all_timed(&[timed.clone(), nothing]));
        assert!(!is_all_timed(&[timed.clone(), plain]));
        assert!(!is_all_timed(&[timed, on_a_frame]));
    }
}
