//! The line of `winnow show`: everything known about one asset, for machines and in words.
//!
//! Shortens texts for people only.

use crate::cli::lines::{At, Said};
use crate::cli::table::{score, size};
use crate::cli::trail::moment;
use serde::Serialize;
use std::collections::BTreeMap;
use winnow_contract::asset::{
    AlikeRow, AssetDetail, AssetState, ExtractionView, MediaKind, MemberRow, PixelBox, RenditionRow, Span, SuggestionRow,
};
use winnow_contract::id::*;
use winnow_contract::review::{AnnotationRow, FindingRow, FindingState, ItemKind};

/// Characters of a text that a person is shown here.
const GLANCE: usize = 1200;

#[derive(Debug, Serialize)]
pub struct Detail {
    asset: AssetId,
    hash: Option<String>,
    paths: Vec<String>,
    kind: MediaKind,
    media_type: String,
    bytes: i64,
    state: AssetState,
    failure: Option<Said>,
    notes: Vec<Said>,
    labels: Vec<String>,
    language: Option<String>,
    duplicate_of: Option<AssetId>,
    added_at: String,
    properties: BTreeMap<String, String>,
    extractions: Vec<Extraction>,
    suggestions: Vec<Suggestion>,
    findings: Vec<Finding>,
    annotations: Vec<Annotation>,
    renditions: Vec<Rendition>,
    review: Vec<Open>,
    pages: Option<u32>,
    /// What it was found in, the outermost first.
    parents: Vec<Within>,
    /// How many assets were found directly in it.
    members: u32,
    /// What is nearly the same, the oldest first.
    alike: Vec<Alike>,
    /// Other messages of the same thread, the oldest first.
    thread: Vec<AssetId>,
}

#[derive(Debug, Serialize)]
struct Alike {
    asset: AssetId,
    path: String,
    percent: u32,
}

#[derive(Debug, Serialize)]
struct Within {
    asset: AssetId,
    name: String,
}

#[derive(Debug, Serialize)]
struct Extraction {
    extraction: ExtractionId,
    tool: String,
    /// From 1; 0 when it is of the whole.
    page: u32,
    text: String,
    confidence: Option<f32>,
    spans: Vec<Stretch>,
}

#[derive(Debug, Serialize)]
struct Stretch {
    start: u32,
    end: u32,
    page: Option<u32>,
    #[serde(rename = "box")]
    rect: Option<PixelBox>,
    t0: Option<f32>,
    t1: Option<f32>,
    confidence: Option<f32>,
    place: Option<At>,
    /// A person wrote it.
    corrected: bool,
}

#[derive(Debug, Serialize)]
struct Suggestion {
    suggestion: SuggestionId,
    question: String,
    answer: String,
    score: f32,
    calibrated: bool,
    card: String,
}

#[derive(Debug, Serialize)]
struct Finding {
    finding: FindingId,
    entity: String,
    start: u32,
    end: u32,
    extraction: ExtractionId,
    score: f32,
    recogniser: String,
    state: FindingState,
    page: Option<u32>,
    boxes: Vec<PixelBox>,
    item: Option<ReviewItemId>,
}

#[derive(Debug, Serialize)]
struct Annotation {
    annotation: AnnotationId,
    question: String,
    answer: String,
    decision: DecisionId,
    at: String,
}

#[derive(Debug, Serialize)]
struct Rendition {
    rendition: RenditionId,
    kind: &'static str,
    page: u32,
    media_type: String,
    width: u32,
    height: u32,
}

#[derive(Debug, Serialize)]
struct Open {
    item: ReviewItemId,
    kind: ItemKind,
}

impl From<AssetDetail> for Detail {
    fn from(detail: AssetDetail) -> Self {
        let row = detail.row;
        // Ids are in the order in which assets were first seen.
        let own = row.id.clone();
        Self {
            asset: row.id,
            hash: detail.hash,
            paths: detail.locations.into_iter().filter(|location| !location.missing).map(|location| location.path).collect(),
            kind: row.kind,
            media_type: row.media_type,
            bytes: row.bytes,
            state: row.state,
            failure: row.failure.as_ref().map(Said::from),
            notes: detail.notes.iter().map(Said::from).collect(),
            labels: row.labels,
            language: row.language,
            duplicate_of: detail.alike.first().map(|row| row.asset.clone()).filter(|other| *other < own),
            added_at: moment(row.added_at),
            properties: detail.properties.into_iter().map(|property| (property.key, property.value)).collect(),
            extractions: detail.extractions.into_iter().map(Extraction::from).collect(),
            suggestions: detail.suggestions.into_iter().map(Suggestion::from).collect(),
            findings: detail.findings.into_iter().map(Finding::from).collect(),
            annotations: detail.annotations.into_iter().map(Annotation::from).collect(),
            renditions: detail.renditions.into_iter().map(Rendition::from).collect(),
            review: detail.open.into_iter().map(|(item, kind)| Open { item, kind }).collect(),
            pages: row.pages,
            parents: detail.parents.into_iter().map(Within::from).collect(),
            members: row.members,
            alike: detail.alike.into_iter().map(Alike::from).collect(),
            thread: detail.thread.into_iter().map(|row| row.asset).collect(),
        }
    }
}

impl From<AlikeRow> for Alike {
    fn from(row: AlikeRow) -> Self {
        Self { asset: row.asset, path: row.path, percent: row.percent }
    }
}

impl From<MemberRow> for Within {
    fn from(row: MemberRow) -> Self {
        Self { asset: row.asset, name: row.name }
    }
}

impl From<ExtractionView> for Extraction {
    fn from(view: ExtractionView) -> Self {
        let spans = view.spans.into_iter().map(Stretch::from).collect();
        Self { extraction: view.id, tool: view.tool, page: view.page, text: view.text, confidence: view.confidence, spans }
    }
}

impl From<Span> for Stretch {
    fn from(span: Span) -> Self {
        let Span { start, end, page, rect, t0, t1, confidence, place, corrected } = span;
        Self { start, end, page, rect, t0, t1, confidence, place: place.map(At::from), corrected }
    }
}

impl From<SuggestionRow> for Suggestion {
    fn from(row: SuggestionRow) -> Self {
        let SuggestionRow { id, question, answer, score, calibrated, card } = row;
        Self { suggestion: id, question, answer, score, calibrated, card }
    }
}

impl From<FindingRow> for Finding {
    fn from(row: FindingRow) -> Self {
        let FindingRow { finding, entity, extraction, start, end, page, boxes, score, recogniser, state, item } = row;
        Self { finding, entity, start, end, extraction, score, recogniser, state, page, boxes, item }
    }
}

impl From<AnnotationRow> for Annotation {
    fn from(row: AnnotationRow) -> Self {
        Self { annotation: row.id, question: row.question, answer: row.answer, decision: row.decision, at: moment(row.at) }
    }
}

impl From<RenditionRow> for Rendition {
    fn from(row: RenditionRow) -> Self {
        let RenditionRow { id, kind, page, media_type, width, height } = row;
        Self { rendition: id, kind: kind.as_str(), page, media_type, width, height }
    }
}

impl Detail {
    /// The same for a person; a long text is cut.
    pub fn in_words(&self) -> String {
        let mut text = String::new();
        let mut say = |name: &str, value: &str| text += &format!("{name:<12} {value}\n");
        self.heading(&mut say);
        self.findings.iter().for_each(|finding| say("found", &finding.in_words()));
        self.alike.iter().for_each(|other| say("like", &format!("{} ({} % alike)", other.path, other.percent)));
        self.thread.iter().for_each(|message| say("thread", message.as_str()));
        self.annotations.iter().for_each(|annotation| say("decided", &format!("{}: {}", annotation.question, annotation.answer)));
        self.review.iter().for_each(|open| say("open", &format!("{} {}", open.kind, open.item)));
        for extraction in self.extractions.iter().filter(|extraction| !extraction.text.is_empty()) {
            say("text", &extraction.in_words());
        }
        text
    }

    fn heading(&self, say: &mut impl FnMut(&str, &str)) {
        say("asset", self.asset.as_str());
        self.parents.iter().for_each(|parent| say("in", &format!("{} ({})", parent.name, parent.asset)));
        self.paths.iter().for_each(|path| say("path", path));
        say("kind", &format!("{} ({}), {}", self.kind, self.media_type, size(self.bytes)));
        say("state", self.state.as_str());
        self.failure.iter().for_each(|failure| say("", &failure.message));
        self.pages.iter().for_each(|pages| say("pages", &pages.to_string()));
        if self.members > 0 {
            say("members", &format!("{}: winnow members", self.members));
        }
        self.notes.iter().for_each(|note| say("note", &note.message));
        say("added", &self.added_at);
        say("BLAKE3", self.hash.as_deref().unwrap_or("not read"));
        self.properties.iter().for_each(|(key, value)| say(key, value));
    }
}

impl Finding {
    fn in_words(&self) -> String {
        format!("{} at {}–{}, {}, {} ({})", self.entity, self.start, self.end, score(self.score), self.state, self.recogniser)
    }
}

impl Extraction {
    fn in_words(&self) -> String {
        let glance: String = self.text.chars().take(GLANCE).collect();
        let rest = self.text.chars().count().saturating_sub(GLANCE);
        let cut = if rest > 0 { format!("\n[{rest} more characters: winnow text]") } else { String::new() };
        let page = if self.page > 0 { format!(", page {}", self.page) } else { String::new() };
        format!("by {}{page}\n\n{}{cut}\n", self.tool, glance.trim_end())
    }
}
