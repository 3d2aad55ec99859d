//! What an asset may be and what it is: suggestions for the question "what is it?", and the vectors they are made from.
//!
//! Whether anybody is asked is the policy's; what a verdict does is in `review::decide`.

use super::lineage::{Node, link};
use super::{review, vectors};
use crate::error::Result;
use crate::outcome::NewSuggestion;
use crate::review::policy::{NewItem, WHAT_IS_IT};
use crate::search::spaced::{spaced, unspaced};
use rusqlite::{Connection, OptionalExtension, params};
use winnow_contract::asset::SuggestionRow;
use winnow_contract::id::{AssetId, ChunkId, DecisionId, ExtractionId, ReviewItemId, SuggestionId};
use winnow_contract::job::JobKind;
use winnow_contract::trail::RowKind;

/// Passages of an asset that say what it is: the first ones.
const PASSAGES: u32 = 64;

/// A passage with its vector of unit length.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    pub chunk: ChunkId,
    pub characters: u32,
    pub vector: Vec<f32>,
}

/// The first passages of an asset that have a vector in the space of a model card.
pub fn passages(catalog: &Connection, card: &str, asset: &AssetId) -> Result<Vec<Passage>> {
    let mut query = catalog.prepare_cached(
        "SELECT c.id, c.\"end\" - c.start, v.vector FROM chunks c JOIN spaces s ON s.card = ?2
         JOIN embeddings v ON v.space_id = s.id AND v.text_hash = c.text_hash WHERE c.asset_id = ?1 ORDER BY c.number LIMIT ?3",
    )?;
    let rows = query.query_map(params![asset.as_str(), card, PASSAGES], |row| {
        let vector = vectors::decode(&row.get::<_, Vec<u8>>(2)?);
        Ok(Passage { chunk: ChunkId(row.get(0)?), characters: row.get(1)?, vector })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Replaces what is proposed for an asset; asks, or withdraws the question. The same proposals again change nothing. True
/// when the queue changed.
pub fn set(
    catalog: &Connection,
    asset: &AssetId,
    suggestions: &[NewSuggestion],
    item: Option<&NewItem>,
    run: &str,
    now: i64,
) -> Result<bool> {
    if !stand(catalog, asset, suggestions)? {
        let old = "UPDATE suggestions SET superseded_by = ?3 WHERE asset_id = ?1 AND question_id = ?2 AND superseded_by IS NULL";
        catalog.prepare_cached(old)?.execute(params![asset.as_str(), WHAT_IS_IT, run])?;
        suggestions.iter().try_for_each(|new| insert(catalog, asset, new, run))?;
    }
    let items: Vec<NewItem> = item.cloned().into_iter().collect();
    let withdrawn = review::withdraw_others(catalog, asset, WHAT_IS_IT, &items)?;
    for item in &items {
        review::ask(catalog, item, Some(run), now)?;
        if let Some(id) = review::item_of_topic(catalog, item)? {
            for suggestion in of(catalog, asset)?.iter().take(2) {
                let proposed = Node(RowKind::Suggestion, suggestion.row.id.as_str());
                link(catalog, Node(RowKind::ReviewItem, id.as_str()), proposed, Some(run))?;
            }
        }
    }
    Ok(withdrawn || !items.is_empty())
}

fn stand(catalog: &Connection, asset: &AssetId, suggestions: &[NewSuggestion]) -> Result<bool> {
    let live = of(catalog, asset)?;
    let same = |(live, new): (&Suggestion, &NewSuggestion)| {
        live.row.answer == new.answer && live.row.card == new.card && live.row.score == new.score && live.evidence == new.evidence
    };
    Ok(live.len() == suggestions.len() && live.iter().zip(suggestions).all(same))
}

fn insert(catalog: &Connection, asset: &AssetId, new: &NewSuggestion, run: &str) -> Result<()> {
    catalog
        .prepare_cached(
            "INSERT INTO suggestions (id, asset_id, run_id, question_id, answer, score, calibrated, evidence, card)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8)",
        )?
        .execute(params![
            new.id.as_str(),
            asset.as_str(),
            run,
            WHAT_IS_IT,
            new.answer,
            f64::from(new.score),
            new.evidence.as_str(),
            new.card
        ])?;
    link(catalog, Node(RowKind::Suggestion, new.id.as_str()), Node(RowKind::Chunk, new.evidence.as_str()), Some(run))
}

/// A live suggestion and the passage that speaks for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    pub row: SuggestionRow,
    pub evidence: ChunkId,
}

/// What is proposed for an asset, the likeliest first.
pub fn of(catalog: &Connection, asset: &AssetId) -> Result<Vec<Suggestion>> {
    let mut query = catalog.prepare_cached(
        "SELECT id, question_id, answer, score, calibrated, card, coalesce(evidence, '') FROM suggestions
         WHERE asset_id = ?1 AND question_id = ?2 AND superseded_by IS NULL ORDER BY score DESC, rowid",
    )?;
    let rows = query.query_map([asset.as_str(), WHAT_IS_IT], |row| {
        let shown = SuggestionRow {
            id: SuggestionId(row.get(0)?),
            question: row.get(1)?,
            answer: row.get(2)?,
            score: row.get(3)?,
            calibrated: row.get(4)?,
            card: row.get(5)?,
        };
        Ok(Suggestion { row: shown, evidence: ChunkId(row.get(6)?) })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The likeliest answer.
pub fn best(catalog: &Connection, asset: &AssetId) -> Result<Option<String>> {
    Ok(of(catalog, asset)?.into_iter().next().map(|best| best.row.answer))
}

/// The first text of an asset that holds anything.
pub fn first_text(catalog: &Connection, asset: &AssetId) -> Result<Option<ExtractionId>> {
    let sql = "SELECT id FROM extractions WHERE asset_id = ?1 AND superseded_by IS NULL AND characters > 0 ORDER BY page, stage LIMIT 1";
    Ok(catalog.prepare_cached(sql)?.query_row([asset.as_str()], |row| row.get(0)).optional()?.map(ExtractionId))
}

/// The text of a passage; empty when it is no longer there.
pub fn passage_text(catalog: &Connection, chunk: &ChunkId) -> Result<String> {
    let sql = "SELECT w.text FROM chunks c JOIN chunk_words w ON w.rowid = c.number WHERE c.id = ?1";
    Ok(catalog.prepare_cached(sql)?.query_row([chunk.as_str()], |row| row.get(0)).optional()?.map(unspaced).unwrap_or_default())
}

/// Passages beyond this number are not counted: the word is common.
const COMMON: u32 = 500;

/// In how many passages of the library a word stands, up to a limit.
pub fn passages_with(catalog: &Connection, word: &str) -> Result<u32> {
    let sql = "SELECT count(*) FROM (SELECT 1 FROM chunk_words WHERE chunk_words MATCH ?1 LIMIT ?2)";
    let quoted = format!("\"{}\"", spaced(word).replace('"', "\"\""));
    Ok(catalog.prepare_cached(sql)?.query_row(params![quoted, COMMON], |row| row.get(0))?)
}

/// The item that asks what an asset is.
pub fn item(catalog: &Connection, asset: &AssetId) -> Result<Option<ReviewItemId>> {
    let sql = "SELECT id FROM review_items WHERE asset_id = ?1 AND question_id = ?2 AND topic = ?2";
    Ok(catalog.prepare_cached(sql)?.query_row([asset.as_str(), WHAT_IS_IT], |row| row.get(0)).optional()?.map(ReviewItemId))
}

/// Puts a person's own question in place of one that was withdrawn, or where none was asked.
pub fn ask_by_hand(catalog: &Connection, item: &NewItem, now: i64) -> Result<()> {
    let withdrawn =
        "UPDATE review_items SET reason_code = ?3, reason_params = '{}' WHERE asset_id = ?1 AND question_id = ?2 AND state = 'withdrawn'";
    catalog.prepare_cached(withdrawn)?.execute([item.asset.as_str(), WHAT_IS_IT, item.reason.code.as_str()])?;
    if self::item(catalog, &item.asset)?.is_some() {
        return Ok(());
    }
    review::ask(catalog, item, None, now)?;
    link(catalog, Node(RowKind::ReviewItem, item.id.as_str()), Node(RowKind::Asset, item.asset.as_str()), None)
}

/// The acts whose decisions on an item stand, newest first.
pub fn standing(catalog: &Connection, item: &ReviewItemId) -> Result<Vec<DecisionId>> {
    let mut query = catalog.prepare_cached(
        "SELECT d.act_id FROM decisions d WHERE d.item_id = ?1 AND NOT EXISTS (SELECT 1 FROM reversals r WHERE r.decision_id = d.id)
         ORDER BY d.rowid DESC",
    )?;
    let rows = query.query_map([item.as_str()], |row| row.get(0).map(DecisionId))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The last labelling of every asset: the asset and the key of the job.
pub fn last_jobs(catalog: &Connection) -> Result<Vec<(AssetId, String)>> {
    let sql = "SELECT subject, fingerprint, max(changed_at) FROM jobs WHERE kind = ?1 GROUP BY subject";
    let mut query = catalog.prepare(sql)?;
    let rows = query.query_map([JobKind::Label.as_str()], |row| Ok((AssetId(row.get(0)?), row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Keeps the question's wording and answers beside the decisions they were given to.
pub fn set_question(catalog: &Connection, guideline: &str, answers: &[String]) -> Result<()> {
    let answers = serde_json::to_string(answers).expect("BUG: a list of strings is always JSON");
    let sql = "UPDATE questions SET guideline = ?2, answers = ?3 WHERE id = ?1 AND (guideline <> ?2 OR answers <> ?3)";
    catalog.prepare_cached(sql)?.execute(params![WHAT_IS_IT, guideline, answers])?;
    Ok(())
}

/// What else stood at the places of an asset before: standing decisions on up to ten earlier contents, newest content first.
pub fn earlier(catalog: &Connection, asset: &AssetId) -> Result<Vec<AssetId>> {
    let mut query = catalog.prepare_cached(
        "SELECT DISTINCT e.child FROM locations l JOIN lineage e ON e.parent = l.id AND e.child_kind = 'asset' JOIN assets a ON a.id = e.child
         WHERE l.asset_id = ?1 AND l.replaces IS NOT NULL AND e.child <> ?1 ORDER BY a.added_at DESC, a.id DESC LIMIT 10",
    )?;
    let rows = query.query_map([asset.as_str()], |row| row.get(0).map(AssetId))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
