//! What persons wrote in the place of what was read: the decisions that say so, and the runs that make texts of them.
//!
//! Where the words go is `review::correct`'s.

use super::audit;
use crate::error::Result;
use crate::outcome::NewExtraction;
use crate::review::correct::{CARD, Stretch};
use crate::review::policy;
use rusqlite::{Connection, params};
use serde::Deserialize;
use std::ops::Range;
use winnow_contract::Words;
use winnow_contract::id::{AssetId, DecisionId, ExtractionId};

/// A row of `runs r` made a corrected text.
pub const MADE: &str = "r.stage = 'correction'";

/// A row of `extractions x` is what a tool read there last, live or in a corrected form.
pub const READ: &str = "(NOT EXISTS (SELECT 1 FROM runs r WHERE r.id = x.run_id AND r.stage = 'correction')
    AND (x.superseded_by IS NULL OR EXISTS (SELECT 1 FROM runs r WHERE r.id = x.superseded_by AND r.stage = 'correction')))";

/// A row of `decisions d` corrected words that are not what is read there now.
pub fn lapsed() -> String {
    format!(
        "(d.verdict = 'corrected' AND d.question_id = 'reading' AND NOT EXISTS (SELECT 1 FROM extractions e JOIN extractions x
           ON x.asset_id = e.asset_id AND x.stage = e.stage AND x.page = e.page AND x.text_hash = e.text_hash
          WHERE e.id = json_extract(d.shown, '$.extraction') AND {READ}))"
    )
}

/// True when a person ever corrected a reading of an asset.
pub fn were_made(catalog: &Connection, asset: &AssetId) -> Result<bool> {
    let sql = "SELECT 1 FROM decisions WHERE asset_id = ?1 AND question_id = 'reading' AND verdict = 'corrected'";
    Ok(catalog.prepare_cached(sql)?.exists([asset.as_str()])?)
}

/// A correction that stands.
#[derive(Debug)]
pub struct Correction {
    pub decision: DecisionId,
    /// Characters of the text with the corrections before.
    pub range: Range<u32>,
    pub value: String,
    pub stretch: Option<Stretch>,
}

/// What was shown to whoever corrected it.
#[derive(Deserialize)]
struct Shown {
    reason: Words,
    start: u32,
    end: u32,
}

/// The corrections of what a tool read, oldest first: those that were made on these words and not taken back.
pub fn standing(catalog: &Connection, read: &ExtractionId) -> Result<Vec<Correction>> {
    let sql = "SELECT d.id, d.value, d.shown FROM extractions x JOIN decisions d ON d.asset_id = x.asset_id AND d.question_id = 'reading'
           JOIN extractions e ON e.id = json_extract(d.shown, '$.extraction')
         WHERE x.id = ?1 AND d.verdict = 'corrected' AND e.stage = x.stage AND e.page = x.page AND e.text_hash = x.text_hash
           AND NOT EXISTS (SELECT 1 FROM reversals r WHERE r.decision_id = d.id) ORDER BY d.rowid";
    let mut query = catalog.prepare_cached(sql)?;
    let rows = query.query_map([read.as_str()], |row| Ok((DecisionId(row.get(0)?), row.get(1)?, row.get::<_, String>(2)?)))?;
    let mut corrections = Vec::new();
    for row in rows {
        let (decision, value, shown) = row?;
        let Ok(Shown { reason, start, end }) = serde_json::from_str(&shown) else { continue };
        let stretch = policy::stretch_of(&reason).map(|(t0, t1)| (t0 as f32, t1 as f32));
        corrections.push(Correction { decision, range: start..end, value, stretch });
    }
    Ok(corrections)
}

/// The run that makes a corrected text of what was read, under the job that read it, with its event.
pub fn run(catalog: &Connection, read: &ExtractionId, new: &NewExtraction, id: &str, now: i64) -> Result<String> {
    let digest = *blake3::hash(&serde_json::to_vec(new).expect("BUG: a text is always JSON")).as_bytes();
    let sql = "INSERT INTO runs (id, job_id, stage, subject, card, input_hash, output_digest, started_at, ended_at)
         SELECT ?2, r.job_id, 'correction', x.asset_id, ?3, x.text_hash, ?4, ?5, ?5 FROM extractions x JOIN runs r ON r.id = x.run_id WHERE x.id = ?1";
    catalog.prepare_cached(sql)?.execute(params![read.as_str(), id, CARD, digest.as_slice(), now])?;
    let subject = new.asset.as_str();
    audit::append(catalog, &audit::Event { at: now, actor: "winnow", code: "correction_done", subject, reference: id, digest })?;
    Ok(id.to_owned())
}
