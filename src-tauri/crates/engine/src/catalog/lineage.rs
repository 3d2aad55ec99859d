//! Lineage: which row was derived from which, indexed both ways, and the walk from a value to its bytes.

use super::{assets, locations, members, texts};
use crate::error::{EngineError, Result};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::HashSet;
use winnow_contract::Words;
use winnow_contract::id::AssetId;
use winnow_contract::trail::{Lineage, LineageStep, RowKind};

/// Steps that one answer holds at most.
const LIMIT: usize = 2000;

/// A row by kind and id.
#[derive(Clone, Copy, Debug)]
pub struct Node<'a>(pub RowKind, pub &'a str);

/// Writes an edge; a known one stays as it is.
pub fn link(catalog: &Connection, child: Node<'_>, parent: Node<'_>, run: Option<&str>) -> Result<()> {
    catalog
        .prepare_cached("INSERT OR IGNORE INTO lineage (child, child_kind, parent, parent_kind, run_id) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![child.1, child.0.as_str(), parent.1, parent.0.as_str(), run])?;
    Ok(())
}

/// The row asked about, then what it came from (or, with `down`, what came from it), nearest first.
pub fn walk(catalog: &Connection, id: &str, down: bool) -> Result<Lineage> {
    let kind = kind_of(catalog, id)?.ok_or_else(|| EngineError::not_found(id))?;
    let mut seen = HashSet::from([id.to_owned()]);
    let mut row = (kind, id.to_owned(), None);
    let mut waiting = std::collections::VecDeque::new();
    let mut chain = Vec::new();
    loop {
        let edges = edges(catalog, &row.1, down)?;
        let run = row.2.take().filter(|_| down).or_else(|| edges.first().and_then(|edge| edge.2.clone()).filter(|_| !down));
        chain.push(step(catalog, row.0, &row.1, run.as_deref())?);
        waiting.extend(edges.into_iter().filter(|edge| seen.insert(edge.1.clone())));
        match waiting.pop_front() {
            Some(next) if chain.len() < LIMIT => row = next,
            _ => return Ok(Lineage { chain }),
        }
    }
}

type Edge = (RowKind, String, Option<String>);

/// What took the place of an earlier version (`versions`) is no part of the walk: neither was derived from the other.
fn edges(catalog: &Connection, id: &str, down: bool) -> Result<Vec<Edge>> {
    let sql = if down {
        "SELECT child_kind, child, run_id FROM lineage WHERE parent = ?1 AND NOT (child_kind = 'asset' AND parent_kind = 'asset') ORDER BY child"
    } else {
        "SELECT parent_kind, parent, run_id FROM lineage WHERE child = ?1 AND NOT (child_kind = 'asset' AND parent_kind = 'asset') ORDER BY parent"
    };
    let mut query = catalog.prepare_cached(sql)?;
    let rows = query.query_map([id], |row| Ok((assets::word(row, 0, RowKind::parse)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Tables a row may be in, with the column of its time.
const TABLES: &[(RowKind, &str, &str)] = &[
    (RowKind::Asset, "assets", "added_at"),
    (RowKind::Location, "locations", "first_seen"),
    (RowKind::Rendition, "renditions", ""),
    (RowKind::Extraction, "extractions", ""),
    (RowKind::Chunk, "chunks", ""),
    (RowKind::Suggestion, "suggestions", ""),
    (RowKind::Finding, "findings", ""),
    (RowKind::ReviewItem, "review_items", "created_at"),
    (RowKind::Decision, "decisions", "decided_at"),
    (RowKind::Annotation, "annotations", "created_at"),
];

fn kind_of(catalog: &Connection, id: &str) -> Result<Option<RowKind>> {
    for (kind, table, _) in TABLES {
        if catalog.prepare_cached(&format!("SELECT 1 FROM {table} WHERE id = ?1"))?.exists([id])? {
            return Ok(Some(*kind));
        }
    }
    Ok(None)
}

fn step(catalog: &Connection, kind: RowKind, id: &str, run: Option<&str>) -> Result<LineageStep> {
    let run = run.map(|run| run_of(catalog, run)).transpose()?.flatten();
    let what = what(catalog, kind, id)?;
    let by = match kind {
        RowKind::Location => run.as_ref().map_or_else(|| "disk".to_owned(), |run| run.stage.clone()),
        RowKind::Decision | RowKind::Annotation => actor_of(catalog, kind, id)?,
        RowKind::ReviewItem => catalog.query_row("SELECT policy FROM review_items WHERE id = ?1", [id], |row| row.get(0))?,
        _ => run.as_ref().map_or_else(String::new, |run| run.stage.clone()),
    };
    let at = time_of(catalog, kind, id)?.or(run.as_ref().map(|run| run.at)).unwrap_or_default();
    let (model, input_hash) = run.map_or((None, None), |run| (Some(run.card), run.input_hash));
    let model = model.filter(|_| !matches!(kind, RowKind::Location | RowKind::Decision | RowKind::Annotation | RowKind::ReviewItem));
    Ok(LineageStep { row: id.to_owned(), kind, by, model, input_hash, at, what })
}

struct RunRow {
    stage: String,
    card: String,
    input_hash: Option<String>,
    at: i64,
}

fn run_of(catalog: &Connection, run: &str) -> Result<Option<RunRow>> {
    let mut query = catalog.prepare_cached("SELECT stage, card, input_hash, ended_at FROM runs WHERE id = ?1")?;
    let row = query.query_row([run], |row| {
        let hash: Option<[u8; 32]> = row.get(2)?;
        let input_hash = hash.map(|hash| blake3::Hash::from(hash).to_hex().to_string());
        Ok(RunRow { stage: row.get(0)?, card: row.get(1)?, input_hash, at: row.get(3)? })
    });
    Ok(row.optional()?)
}

fn time_of(catalog: &Connection, kind: RowKind, id: &str) -> Result<Option<i64>> {
    let found = TABLES.iter().find(|(known, _, column)| *known == kind && !column.is_empty());
    let Some((_, table, column)) = found else { return Ok(None) };
    Ok(catalog.prepare_cached(&format!("SELECT {column} FROM {table} WHERE id = ?1"))?.query_row([id], |row| row.get(0)).optional()?)
}

fn actor_of(catalog: &Connection, kind: RowKind, id: &str) -> Result<String> {
    let decision = if kind == RowKind::Annotation { "(SELECT decision_id FROM annotations WHERE id = ?1)" } else { "?1" };
    let sql =
        format!("SELECT trim(a.name || ' ' || a.version) FROM decisions d JOIN actors a ON a.id = d.actor_id WHERE d.id = {decision}");
    Ok(catalog.prepare_cached(&sql)?.query_row([id], |row| row.get(0))?)
}

/// What a row is, in words. Never a copy of a text, but names of files and kinds of findings.
fn what(catalog: &Connection, kind: RowKind, id: &str) -> Result<Words> {
    let ask = |sql: &str| -> Result<String> {
        Ok(catalog.prepare_cached(sql)?.query_row([id], |row| row.get(0)).optional()?.unwrap_or_default())
    };
    let words = match kind {
        RowKind::Location => {
            let way = members::way(catalog, &id.into())?;
            let path = way.map(|way| locations::join(&way.folder_display, &way.path)).unwrap_or_default();
            Words::new("row_location").with("path", path)
        }
        RowKind::Asset => {
            Words::new("row_asset").with("name", assets::row(catalog, &AssetId::from(id))?.map(|row| row.name).unwrap_or_default())
        }
        RowKind::Rendition => Words::new("row_rendition").with("kind", ask("SELECT kind FROM renditions WHERE id = ?1")?),
        RowKind::Extraction => Words::new("row_extraction").with("characters", texts::characters(catalog, id)?),
        RowKind::Chunk => Words::new("row_chunk"),
        RowKind::Suggestion => Words::new("row_suggestion").with("answer", ask("SELECT answer FROM suggestions WHERE id = ?1")?),
        RowKind::Finding => Words::new("row_finding")
            .with("entity", ask("SELECT entity FROM findings WHERE id = ?1")?)
            .with("recogniser", ask("SELECT recogniser FROM findings WHERE id = ?1")?),
        RowKind::ReviewItem => Words::new("row_review_item"),
        RowKind::Decision => Words::new("row_decision").with("verdict", ask("SELECT verdict FROM decisions WHERE id = ?1")?),
        RowKind::Annotation => Words::new("row_annotation").with(
            "answer",
            ask("SELECT CASE WHEN n.question_id IN ('reading', 'sensitive') THEN d.verdict ELSE n.answer END
                 FROM annotations n JOIN decisions d ON d.id = n.decision_id WHERE n.id = ?1")?,
        ),
    };
    Ok(words)
}
