//! The open items of a library, and the line that says one.
//!
//! The order is the policy's: open items best first, then those that were put off.

use crate::cli::failure::Failure;
use crate::cli::table::score;
use serde::Serialize;
use winnow_contract::command::{ListReview, PAGE_LIMIT};
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
}

impl From<ReviewRow> for Line {
    fn from(row: ReviewRow) -> Self {
        Self {
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
        }
    }
}

impl Line {
    /// What is asked, the place it stands in, where that is, and the id to answer with.
    pub fn in_words(&self, number: usize) -> String {
        let snippet = self.finding.as_ref().map(|finding| format!("\n      “{}”", finding.snippet)).unwrap_or_default();
        let stop = if self.blocks { " It blocks." } else { "" };
        format!("{number:>3}.  {}  {}{stop}{snippet}\n      {}\n      {}\n", score(self.priority), self.message, self.path, self.item)
    }
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
