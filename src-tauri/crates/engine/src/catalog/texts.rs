//! Extractions, their chunks and full text: written together, superseded together.

use super::corrections::{MADE, READ};
use super::due;
use super::lineage::{Node, link};
use super::vectors::{self, TextHash};
use crate::error::Result;
use crate::outcome::{NewChunk, NewExtraction};
use crate::review::reading::Place;
use rusqlite::{Connection, OptionalExtension, Row, params};
use winnow_contract::asset::{ExtractionView, Span};
use winnow_contract::id::{AssetId, ExtractionId};
use winnow_contract::job::JobKind;
use winnow_contract::trail::RowKind;

/// Writes a text with its chunks, and supersedes what the stage had read before, also where a person had corrected it. The same
/// text again changes nothing; true when something changed.
pub fn insert(catalog: &Connection, new: &NewExtraction, run: &str) -> Result<bool> {
    if is_read(catalog, new)? {
        return Ok(false);
    }
    replace(catalog, new, run)?;
    let child = Node(RowKind::Extraction, new.id.as_str());
    match &new.read_from {
        Some(rendition) => link(catalog, child, Node(RowKind::Rendition, rendition.as_str()), Some(run))?,
        None => link(catalog, child, Node(RowKind::Asset, new.asset.as_str()), Some(run))?,
    }
    Ok(true)
}

/// Writes a text that persons corrected, by their decisions, in the place of what a tool read or of an earlier correction.
pub fn correct<'a>(
    catalog: &Connection,
    new: &NewExtraction,
    read: &ExtractionId,
    decisions: impl Iterator<Item = &'a str>,
    run: &str,
) -> Result<()> {
    replace(catalog, new, run)?;
    let child = Node(RowKind::Extraction, new.id.as_str());
    link(catalog, child, Node(RowKind::Extraction, read.as_str()), Some(run))?;
    decisions.into_iter().try_for_each(|decision| link(catalog, child, Node(RowKind::Decision, decision), Some(run)))
}

/// What a tool read is live again, in the place of a corrected text.
pub fn stand_again(catalog: &Connection, asset: &AssetId, place: Place, read: &Text, chunks: &[NewChunk]) -> Result<()> {
    let run: String =
        catalog.prepare_cached("SELECT run_id FROM extractions WHERE id = ?1")?.query_row([read.id.as_str()], |row| row.get(0))?;
    let gone = supersede(catalog, &live_ids(catalog, asset, place)?, &run)?;
    catalog.prepare_cached("UPDATE extractions SET superseded_by = NULL WHERE id = ?1")?.execute([read.id.as_str()])?;
    insert_chunks(catalog, asset, &read.id, &read.text, chunks, &run)?;
    vectors::forget(catalog, &gone)
}

/// Puts a text and its chunks where another one was live.
fn replace(catalog: &Connection, new: &NewExtraction, run: &str) -> Result<()> {
    let hash = blake3::hash(new.text.as_bytes());
    let spans = serde_json::to_string(&new.spans).expect("BUG: spans are always JSON");
    let gone = supersede(catalog, &live_ids(catalog, &new.asset, (new.stage, new.page))?, run)?;
    let characters = new.text.chars().count();
    let confidence = new.confidence.map(f64::from);
    catalog
        .prepare_cached(
            "INSERT INTO extractions (id, asset_id, run_id, stage, tool, text, text_hash, characters, confidence, spans, page)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            new.id.as_str(),
            new.asset.as_str(),
            run,
            new.stage.as_str(),
            new.tool,
            new.text,
            hash.as_bytes().as_slice(),
            i64::try_from(characters).unwrap_or(i64::MAX),
            confidence,
            spans,
            new.page
        ])?;
    insert_chunks(catalog, &new.asset, &new.id, &new.text, &new.chunks, run)?;
    vectors::forget(catalog, &gone)
}

/// True when this is what a tool read there last, whether or not a person corrected it.
fn is_read(catalog: &Connection, new: &NewExtraction) -> Result<bool> {
    let Some(read) = read_id(catalog, &new.asset, (new.stage, new.page))? else { return Ok(false) };
    let hash = blake3::hash(new.text.as_bytes());
    let spans = serde_json::to_string(&new.spans).expect("BUG: spans are always JSON");
    let sql = "SELECT 1 FROM extractions WHERE id = ?1 AND tool = ?2 AND text_hash = ?3 AND spans = ?4";
    Ok(catalog.prepare_cached(sql)?.exists(params![read, new.tool, hash.as_bytes().as_slice(), spans])?)
}

/// What a tool read at a place last: the live text, or what lies beneath it when it is a corrected one. By way of the live text,
/// which an index names: a document has thousands of pages, and each is asked about as it is written.
pub fn read_id(catalog: &Connection, asset: &AssetId, (stage, page): Place) -> Result<Option<String>> {
    let sql = "SELECT id, run_id FROM extractions WHERE asset_id = ?1 AND stage = ?2 AND page = ?3 AND superseded_by IS NULL";
    let found = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
    let live = catalog.prepare_cached(sql)?.query_row(params![asset.as_str(), stage.as_str(), page], found).optional()?;
    let Some((live, run)) = live else { return Ok(None) };
    if !is_correction(catalog, &run)? {
        return Ok(Some(live));
    }
    let sql = format!(
        "SELECT x.id FROM extractions x WHERE x.asset_id = ?1 AND x.stage = ?2 AND x.page = ?3 AND x.superseded_by IS NOT NULL AND {READ}"
    );
    Ok(catalog.prepare_cached(&sql)?.query_row(params![asset.as_str(), stage.as_str(), page], |row| row.get(0)).optional()?)
}

fn is_correction(catalog: &Connection, run: &str) -> Result<bool> {
    Ok(catalog.prepare_cached(&format!("SELECT 1 FROM runs r WHERE r.id = ?1 AND {MADE}"))?.exists([run])?)
}

/// The live text at a place.
fn live_ids(catalog: &Connection, asset: &AssetId, (stage, page): Place) -> Result<Vec<String>> {
    let sql = "SELECT id FROM extractions WHERE asset_id = ?1 AND stage = ?2 AND page = ?3 AND superseded_by IS NULL";
    let mut query = catalog.prepare_cached(sql)?;
    let rows = query.query_map(params![asset.as_str(), stage.as_str(), page], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Supersedes what a stage read on pages other than these; true when there was something.
pub fn keep_pages(catalog: &Connection, asset: &AssetId, stage: JobKind, pages: &[u32], run: &str) -> Result<bool> {
    let pages = serde_json::to_string(pages).expect("BUG: numbers are always JSON");
    let sql = "SELECT id FROM extractions WHERE asset_id = ?1 AND stage = ?2 AND superseded_by IS NULL
         AND page NOT IN (SELECT value FROM json_each(?3))";
    let mut query = catalog.prepare_cached(sql)?;
    let rows = query.query_map(params![asset.as_str(), stage.as_str(), pages], |row| row.get(0))?;
    let old = rows.collect::<Result<Vec<String>, _>>()?;
    let gone = supersede(catalog, &old, run)?;
    vectors::forget(catalog, &gone)?;
    Ok(!old.is_empty())
}

/// Ends the life of texts with their chunks, and of what was read beneath a corrected one. Gives back the hashes of these chunks'
/// texts.
fn supersede(catalog: &Connection, old: &[String], run: &str) -> Result<Vec<TextHash>> {
    let mut gone = Vec::new();
    let beneath = format!(
        "UPDATE extractions SET superseded_by = ?2 WHERE asset_id = (SELECT e.asset_id FROM extractions e WHERE e.id = ?1)
         AND superseded_by IN (SELECT r.id FROM extractions e JOIN runs r ON r.id = e.run_id WHERE e.id = ?1 AND {MADE})"
    );
    for text in old {
        let by: String = catalog.prepare_cached("SELECT run_id FROM extractions WHERE id = ?1")?.query_row([text], |row| row.get(0))?;
        if is_correction(catalog, &by)? {
            catalog.prepare_cached(&beneath)?.execute([text.as_str(), run])?;
        }
        gone.extend(vectors::retract(catalog, text)?);
        let mut words =
            catalog.prepare_cached("DELETE FROM chunk_words WHERE rowid IN (SELECT number FROM chunks WHERE extraction_id = ?1)")?;
        words.execute([text])?;
        catalog.prepare_cached("DELETE FROM chunks WHERE extraction_id = ?1")?.execute([text])?;
        catalog.prepare_cached("UPDATE extractions SET superseded_by = ?2 WHERE id = ?1")?.execute([text.as_str(), run])?;
    }
    Ok(gone)
}

fn insert_chunks(
    catalog: &Connection,
    asset: &AssetId,
    extraction: &ExtractionId,
    text: &str,
    chunks: &[NewChunk],
    run: &str,
) -> Result<()> {
    let mut rows = catalog.prepare_cached(
        "INSERT INTO chunks (id, asset_id, extraction_id, start, \"end\", page, text_hash, t0, t1) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    let space = vectors::active(catalog)?;
    // Chunks ascend, so one pass over the text is enough.
    let mut characters = text.chars();
    let mut at = 0;
    for chunk in chunks {
        let text: String = characters.by_ref().skip((chunk.start - at) as usize).take((chunk.end - chunk.start) as usize).collect();
        at = chunk.end;
        let (asset, extraction) = (asset.as_str(), extraction.as_str());
        let (id, hash) = (chunk.id.as_str(), *blake3::hash(text.as_bytes()).as_bytes());
        rows.execute(params![id, asset, extraction, chunk.start, chunk.end, chunk.page, hash, chunk.t0, chunk.t1])?;
        due::chunk(catalog, catalog.last_insert_rowid(), &text)?;
        link(catalog, Node(RowKind::Chunk, id), Node(RowKind::Extraction, extraction), Some(run))?;
        if let Some(space) = &space {
            vectors::announce(catalog, &space.id, id, &hash)?;
        }
    }
    Ok(())
}

/// A live text with its positions.
#[derive(Debug)]
pub struct Text {
    pub id: ExtractionId,
    pub tool: String,
    pub text: String,
    pub characters: u32,
    pub confidence: Option<f32>,
    pub spans: Vec<Span>,
    /// From 1; 0 when it is of the whole.
    pub page: u32,
}

fn text_of(row: &Row<'_>) -> rusqlite::Result<Text> {
    let spans: String = row.get(5)?;
    Ok(Text {
        id: ExtractionId(row.get(0)?),
        tool: row.get(1)?,
        text: row.get(2)?,
        characters: row.get(3)?,
        confidence: row.get(4)?,
        spans: serde_json::from_str(&spans).unwrap_or_default(),
        page: row.get(6)?,
    })
}

/// The live texts of an asset, by page and then by stage.
pub fn live(catalog: &Connection, asset: &AssetId) -> Result<Vec<Text>> {
    let sql = "SELECT id, tool, text, characters, confidence, spans, page FROM extractions WHERE asset_id = ?1 AND superseded_by IS NULL ORDER BY page, stage";
    let mut query = catalog.prepare_cached(sql)?;
    let rows = query.query_map([asset.as_str()], text_of)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The live texts of one page of an asset.
pub fn on_page(catalog: &Connection, asset: &AssetId, page: u32) -> Result<Vec<Text>> {
    let sql = "SELECT id, tool, text, characters, confidence, spans, page FROM extractions
               WHERE asset_id = ?1 AND page = ?2 AND superseded_by IS NULL ORDER BY stage";
    let mut query = catalog.prepare_cached(sql)?;
    let rows = query.query_map(params![asset.as_str(), page], text_of)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The live text at a place.
pub fn live_at(catalog: &Connection, asset: &AssetId, place: Place) -> Result<Option<Text>> {
    let (stage, page) = place;
    let sql = "SELECT id, tool, text, characters, confidence, spans, page FROM extractions
               WHERE asset_id = ?1 AND stage = ?2 AND page = ?3 AND superseded_by IS NULL";
    Ok(catalog.prepare_cached(sql)?.query_row(params![asset.as_str(), stage.as_str(), page], text_of).optional()?)
}

/// What a tool read at a place, whether or not a person corrected it.
pub fn read_at(catalog: &Connection, asset: &AssetId, place: Place) -> Result<Option<Text>> {
    read_id(catalog, asset, place)?.map_or(Ok(None), |id| one(catalog, &ExtractionId(id)))
}

/// One text, live or superseded.
pub fn one(catalog: &Connection, extraction: &ExtractionId) -> Result<Option<Text>> {
    let sql = "SELECT id, tool, text, characters, confidence, spans, page FROM extractions WHERE id = ?1";
    Ok(catalog.prepare_cached(sql)?.query_row([extraction.as_str()], text_of).optional()?)
}

/// Where the words of a text stand.
pub fn spans(catalog: &Connection, extraction: &ExtractionId) -> Result<Vec<Span>> {
    let sql = "SELECT spans FROM extractions WHERE id = ?1";
    let spans: Option<String> = catalog.prepare_cached(sql)?.query_row([extraction.as_str()], |row| row.get(0)).optional()?;
    Ok(spans.and_then(|spans| serde_json::from_str(&spans).ok()).unwrap_or_default())
}

/// Characters of a text from `start` to `end`, as far as it goes.
pub fn slice(catalog: &Connection, extraction: &ExtractionId, start: u32, end: u32) -> Result<String> {
    let sql = "SELECT substr(text, ?2 + 1, ?3 - ?2) FROM extractions WHERE id = ?1";
    Ok(catalog.prepare_cached(sql)?.query_row(params![extraction.as_str(), start, end], |row| row.get(0)).optional()?.unwrap_or_default())
}

/// Length of a text in Unicode scalar values.
pub fn characters(catalog: &Connection, extraction: &str) -> Result<i64> {
    let sql = "SELECT characters FROM extractions WHERE id = ?1";
    Ok(catalog.prepare_cached(sql)?.query_row([extraction], |row| row.get(0)).optional()?.unwrap_or_default())
}

/// A text for a view: at most `limit` characters of it, with the spans inside.
pub fn view(text: Text, limit: usize) -> ExtractionView {
    let end = text.text.char_indices().nth(limit).map_or(text.text.len(), |(at, _)| at);
    let shown = u32::try_from(limit).unwrap_or(u32::MAX);
    ExtractionView {
        id: text.id,
        tool: text.tool,
        characters: text.characters,
        confidence: text.confidence,
        spans: text.spans.into_iter().filter(|span| span.end <= shown).collect(),
        text: text.text[..end].to_owned(),
        page: text.page,
    }
}

/// Texts whose stored hash is not theirs.
pub fn damaged(catalog: &Connection) -> Result<Vec<String>> {
    let mut query = catalog.prepare("SELECT id, text, text_hash FROM extractions")?;
    let mut rows = query.query([])?;
    let mut wrong = Vec::new();
    while let Some(row) = rows.next()? {
        let (text, hash): (String, [u8; 32]) = (row.get(1)?, row.get(2)?);
        if *blake3::hash(text.as_bytes()).as_bytes() != hash {
            wrong.push(row.get(0)?);
        }
    }
    Ok(wrong)
}
