//! What a file says of itself in words (title, author, keywords …), findable by these words.
//!
//! No text of the file: it is not embedded, not compared, not looked through. It stands beside the file names in `name_words`, one
//! row for each asset that has such properties: a line for each of them, in the order of their keys. Its number is the asset's
//! row number below zero, its location the asset.

use super::marked::Marked;
use super::near::Scope;
use super::words::{BESIDE, NAMED};
use crate::error::Result;
use crate::search::query::Query;
use rusqlite::{Connection, OptionalExtension, ToSql, params};
use std::sync::LazyLock;
use winnow_contract::asset::AssetFilter;
use winnow_contract::id::AssetId;
use winnow_contract::review::TextPart;

/// Properties that are searched. What a reader puts into the text as well (headers of messages, descriptions of pictures) need not
/// be here, and what is alike in thousands of files (programs, sizes, encodings) should not.
const SEARCHED: &[&str] = &[
    "address",
    "album",
    "artist",
    "author",
    "camera",
    "category",
    "comments",
    "company",
    "identifier",
    "keywords",
    "last_author",
    "manager",
    "publisher",
    "subject",
    "title",
];

/// Characters of a value that are shown …
const SHOWN: usize = 240;
/// … and those of them that stand before the first match.
const BEFORE: usize = 60;

/// True when a property is searched.
pub fn is_searched(key: &str) -> bool {
    SEARCHED.contains(&key)
}

/// The searched properties `p` of asset `a`.
static THEIRS: LazyLock<String> =
    LazyLock::new(|| format!("properties p WHERE p.asset_id = a.id AND p.key IN ('{}')", SEARCHED.join("', '")));

/// What is to be searched of asset `a`; null when there is nothing.
pub(super) static LINES: LazyLock<String> =
    LazyLock::new(|| format!("(SELECT spaced(group_concat(one_line(p.value), char(10) ORDER BY p.key)) FROM {})", *THEIRS));

/// Assets with properties that hold every wanted term, and that hold no unwanted one there or in their texts, best first; of what
/// thousands say, some.
pub fn in_facts(catalog: &Connection, query: &Query, filter: &AssetFilter) -> Result<Vec<AssetId>> {
    let (wanted, mut values) = Scope { filter, unwanted: &query.unwanted, except: None }.sql();
    values.push(Box::new(query.all()));
    let sql = format!(
        "SELECT id FROM (SELECT a.id, bm25(name_words) AS rank FROM name_words w CROSS JOIN assets a ON a.id = w.location
           WHERE w.name_words MATCH ?{} AND w.rowid < 0 AND {wanted} LIMIT {NAMED}) ORDER BY rank LIMIT {BESIDE}",
        values.len()
    );
    let values: Vec<&dyn ToSql> = values.iter().map(AsRef::as_ref).collect();
    let mut query = catalog.prepare_cached(&sql)?;
    let rows = query.query_map(values.as_slice(), |row| Ok(AssetId(row.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The property of an asset that holds the most of what was asked for: its key, and its value with the matches marked.
pub fn matches(catalog: &Connection, query: &Query, asset: &AssetId) -> Result<Option<(String, Vec<TextPart>)>> {
    let sql = "SELECT highlight(name_words, 0, char(2), char(3)) FROM name_words
         WHERE name_words MATCH ?1 AND rowid = (SELECT -a.rowid FROM assets a WHERE a.id = ?2)";
    let asked = params![query.any(), asset.as_str()];
    let marked: Option<Marked> = catalog.prepare_cached(sql)?.query_row(asked, |row| row.get(0).map(Marked::new)).optional()?;
    let Some(line) = marked.and_then(|marked| best_line(&marked)) else { return Ok(None) };
    let key = format!("SELECT p.key FROM assets a, {} AND a.id = ?1 ORDER BY p.key LIMIT 1 OFFSET ?2", *THEIRS);
    let number = i64::try_from(line.0).unwrap_or(i64::MAX);
    let key: Option<String> = catalog.prepare_cached(&key)?.query_row(params![asset.as_str(), number], |row| row.get(0)).optional()?;
    Ok(key.map(|key| (key, line.1.cut(BEFORE, SHOWN).parts())))
}

/// The line with the most marks, the first of equals, and its number from 0.
fn best_line(marked: &Marked) -> Option<(usize, Marked)> {
    let lines = marked.lines().enumerate().filter(|(_, line)| line.marks() > 0);
    lines.rev().max_by_key(|(_, line)| line.marks())
}

/// Assets whose row is missing, surplus or not what it should be.
pub fn faults(catalog: &Connection) -> Result<u32> {
    let sql = format!(
        "SELECT (SELECT count(*) FROM assets a LEFT JOIN name_words_content w ON w.id = -a.rowid WHERE w.c0 IS NOT {})
              + (SELECT count(*) FROM name_words_content w WHERE w.id < 0 AND NOT EXISTS (SELECT 1 FROM assets a WHERE a.rowid = -w.id))",
        *LINES
    );
    Ok(super::count(catalog.query_row(&sql, [], |row| row.get(0))?))
}

/// Every asset's row is written with the commit.
pub fn all_due(catalog: &Connection) -> Result<()> {
    let sql = format!("SELECT a.id FROM assets a WHERE EXISTS (SELECT 1 FROM {})", *THEIRS);
    let mut query = catalog.prepare(&sql)?;
    let assets = query.query_map([], |row| Ok(AssetId(row.get(0)?)))?.collect::<Result<Vec<_>, _>>()?;
    assets.iter().try_for_each(|asset| super::due::facts(catalog, asset))
}
