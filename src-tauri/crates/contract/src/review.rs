//! Review: what waits for a person, what was found, what was decided.

use crate::asset::{AssetRow, PixelBox, RenditionRow};
use crate::id::*;
use crate::vocabulary;
use crate::words::Words;
use serde::{Deserialize, Serialize};

vocabulary! {
    /// What a review item asks about.
    ItemKind { Label = "label", Finding = "finding", Extraction = "extraction", Duplicate = "duplicate" }
}

vocabulary! {
    /// One answer of a person or a policy.
    Verdict {
        /// Right as it is; a finding is kept in the text.
        Accepted = "accepted",
        /// Right after a change; carries the value.
        Corrected = "corrected",
        /// To be removed on export.
        Redacted = "redacted",
        /// Wrong: not what the machine took it for.
        Rejected = "rejected",
        /// Later.
        Deferred = "deferred",
    }
}

vocabulary! {
    /// Where a finding stands.
    FindingState {
        /// Waits for a person.
        Open = "open",
        /// Kept for the record, nobody is asked.
        Recorded = "recorded",
        Accepted = "accepted",
        Corrected = "corrected",
        Redacted = "redacted",
        Rejected = "rejected",
    }
}

/// One occurrence of sensitive data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FindingRow {
    pub finding: FindingId,
    pub entity: String,
    pub extraction: ExtractionId,
    pub start: u32,
    pub end: u32,
    pub page: Option<u32>,
    /// Boxes of the words it stands on; empty for text without a page.
    pub boxes: Vec<PixelBox>,
    pub score: f32,
    pub recogniser: String,
    pub state: FindingState,
    /// The review item that asks about it.
    pub item: Option<ReviewItemId>,
}

/// What is now held to be true of an asset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnnotationRow {
    pub id: AnnotationId,
    pub question: String,
    /// The verdict, or the corrected value.
    pub answer: String,
    pub decision: DecisionId,
    #[serde(with = "crate::asset::big")]
    pub at: i64,
}

/// One line of the queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReviewRow {
    pub item: ReviewItemId,
    pub kind: ItemKind,
    pub asset: AssetId,
    pub name: String,
    /// Full path for display.
    pub path: String,
    pub thumbnail: Option<RenditionId>,
    pub reason: Words,
    /// Severity × doubt, 0..1; higher comes first.
    pub priority: f32,
    /// Blocks automatic acceptance of its asset.
    pub blocks: bool,
    pub suggestion: Option<SuggestionShown>,
    pub finding: Option<FindingShown>,
}

/// A suggestion as the queue shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SuggestionShown {
    pub value: String,
    /// Only when calibrated.
    pub probability: Option<f32>,
}

/// The first occurrence of what a finding item asks about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FindingShown {
    pub entity: String,
    pub start: u32,
    pub end: u32,
    /// The sentence it stands in.
    pub snippet: String,
    pub score: f32,
}

/// A page of the queue, best first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReviewPage {
    pub rows: Vec<ReviewRow>,
    /// Open items that match.
    pub total: u32,
    /// Open items of every kind: ids and bank, contact, reading … by filter name.
    pub by_filter: Vec<(ReviewFilter, u32)>,
    /// Items of this filter's kind decided so far, for "37 of 412".
    pub decided: u32,
}

vocabulary! {
    /// Which part of the queue is shown.
    ReviewFilter {
        All = "all",
        /// Ids, cards and bank details: what blocks.
        Ids = "ids",
        /// E-mail, phone, IP.
        Contacts = "contacts",
        Labels = "labels",
        Reading = "reading",
        /// What was put off.
        Deferred = "deferred",
    }
}

/// One review item with everything needed to decide it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReviewDetail {
    pub row: ReviewRow,
    pub asset: AssetRow,
    /// The page image at full size that boxes refer to, and the preview to show first; none for plain text.
    pub page: Option<RenditionRow>,
    pub preview: Option<RenditionRow>,
    pub page_number: Option<u32>,
    /// Distinct values asked about, in order of appearance; one for an id, several for a group of contact details.
    pub values: Vec<ValueShown>,
    /// The text around, with marks: the paragraph for a finding; the whole page, or all that is said in the stretch, for a
    /// doubtful reading, as it stands now. What a correction says takes the place of all of it.
    pub context: Vec<TextPart>,
    /// Doubtful words, for a reading.
    pub words: Vec<DoubtfulWord>,
    /// Possible answers, the likeliest first, for a label; keys 1 to 9 pick them.
    #[serde(default)]
    pub candidates: Vec<Candidate>,
    /// The stretch of the recording this is about, for doubtful speech.
    #[serde(default)]
    pub sound: Option<SoundShown>,
    /// What was decided of the content that stood at this place before the file was edited.
    #[serde(default)]
    pub precedents: Vec<AnnotationRow>,
    /// What this is nearly the same as, for a duplicate.
    #[serde(default)]
    pub other: Option<AssetRow>,
    /// How this person decided alike ones: same entity or same kind.
    pub alike: Vec<(Verdict, u32)>,
    /// Others that "decide all alike" would take along: items with the same value; for a label or a duplicate, what is nearly
    /// the same.
    pub alike_open: u32,
    pub state: ItemState,
}

vocabulary! {
    /// Where a review item stands.
    ItemState { Open = "open", Deferred = "deferred", Decided = "decided", Withdrawn = "withdrawn" }
}

/// A distinct value and its occurrences.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ValueShown {
    pub entity: String,
    /// As it stands in the text.
    pub text: String,
    pub score: f32,
    /// What speaks for it: `check_digit_ok`, `context:iban`, …
    pub recogniser: String,
    pub occurrences: Vec<Occurrence>,
}

/// Where a value stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Occurrence {
    pub finding: FindingId,
    pub extraction: ExtractionId,
    pub start: u32,
    pub end: u32,
    pub page: Option<u32>,
    pub boxes: Vec<PixelBox>,
}

/// A stretch of text and whether it is what the item is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextPart {
    pub text: String,
    pub marked: bool,
}

/// A possible answer to "what is it?".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    pub answer: String,
    pub description: String,
    /// Similarity of the asset and the description, 0..1: a match, no probability. None for answers that were not proposed.
    pub matches: Option<f32>,
    /// Two or three words of the asset that speak for it.
    pub because: Vec<String>,
}

/// A recording and the stretch in question, in seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SoundShown {
    pub sound: RenditionId,
    pub waveform: Option<RenditionId>,
    pub seconds: f32,
    pub t0: f32,
    pub t1: f32,
}

/// A word read or heard with little confidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DoubtfulWord {
    pub text: String,
    pub start: u32,
    pub end: u32,
    pub confidence: f32,
    /// Where it stands on the page; none for speech.
    #[serde(rename = "box")]
    pub rect: Option<PixelBox>,
    /// When it was said, in seconds; none for a page.
    #[serde(default)]
    pub t0: Option<f32>,
    #[serde(default)]
    pub t1: Option<f32>,
}

/// A decision was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decided {
    /// None on a dry run.
    pub decision: Option<DecisionId>,
    pub item: ReviewItemId,
    pub verdict: Verdict,
    /// Items decided by this act.
    pub affected: u32,
    /// For the undo line.
    pub said: Words,
}

/// Decisions were taken back, newest first; one id per act, as `Decided` gave it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Undone {
    pub undone: Vec<DecisionId>,
    /// Items that are open again.
    pub items: Vec<ReviewItemId>,
}
