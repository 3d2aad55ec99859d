//! The open items of a library, and the line that says one.
//!
//! The order is the policy's: open items best first, then those that were put off.

use crate::cli::failure::Failure;
use crate::cli::table::score;
use serde::Serialize;
use winnow_contract::command::{GetReviewItem, ListReview, PAGE_LIMIT};
use winnow_contract::id::{AssetId, ReviewItemId};
use winnow_contract::review::{FindingShown, ItemKind, ReviewFilter, ReviewRow, SuggestionShown};
use winnow_engine::Engine;

#[derive(Debug, Serialize)]
pub struct Line {
    item: ReviewItemId,
    kind: ItemKind,
    asset: AssetId,
    path: String,
    /// The code of the reason; `message` says it.
    reason: String,
    priority: f32,
    suggestion: Option<SuggestionShown>,
    finding: Option<FindingShown>,
    message: String,
    blocks: bool,
    /// Of a reading: all of the text that is asked about, in whose place a correction is put; none when the item is gone.
    text: Option<String>,
}

impl Line {
    /// An item with what it asks about.
    pub fn of(engine: &Engine, row: ReviewRow) -> Result<Self, Failure> {
        let text = match row.kind {
            ItemKind::Extraction => in_question(engine, &row.item)?,
            ItemKind::Label | ItemKind::Finding | ItemKind::Duplicate => None,
        };
        Ok(Self {
            item: row.item,
            kind: row.kind,
            asset: row.asset,
            path: row.path,
            message: row.reason.sentence(),
            reason: row.reason.code,
            priority: row.priority,
            suggestion: row.suggestion,
            finding: row.finding,
            blocks: row.blocks,
            text,
        })
    }

    /// What is asked, the place it stands in, where that is, and the id to answer with.
    pub fn in_words(&self, number: usize) -> String {
        let words = self.text.as_deref().filter(|text| !text.is_empty()).map(beginning);
        let quoted = self.finding.as_ref().map(|finding| finding.snippet.clone()).or(words);
        let snippet = quoted.map(|quoted| format!("\n      “{quoted}”")).unwrap_or_default();
        let stop = if self.blocks { " It blocks." } else { "" };
        format!("{number:>3}.  {}  {}{stop}{snippet}\n      {}\n      {}\n", score(self.priority), self.message, self.path, self.item)
    }
}

/// The text that an item asks about; none when it is gone since it was listed.
fn in_question(engine: &Engine, item: &ReviewItemId) -> Result<Option<String>, Failure> {
    match engine.ask(GetReviewItem { item: item.clone() }) {
        Ok(detail) => Ok(Some(detail.context.into_iter().map(|part| part.text).collect())),
        Err(error) if error.code == "not_found" => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// How a text begins, on one line.
fn beginning(text: &str) -> String {
    const SHOWN: usize = 160;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > SHOWN { line.chars().take(SHOWN).chain(['…']).collect() } else { line }
}

/// At most `limit` open items, of one kind or of all.
pub fn open(engine: &Engine, kind: Option<ItemKind>, limit: usize) -> Result<Vec<ReviewRow>, Failure> {
    let mut rows = Vec::new();
    for filter in [ReviewFilter::All, ReviewFilter::Deferred] {
        let mut offset = 0;
        while rows.len() < limit {
            let page = engine.ask(ListReview { filter, offset, limit: PAGE_LIMIT })?.rows;
            if page.is_empty() {
                break;
            }
            offset += page.len() as u32;
            rows.extend(page.into_iter().filter(|row| kind.is_none_or(|kind| kind == row.kind)));
        }
    }
    rows.truncate(limit);
    Ok(rows)
}
