//! Counts over the assets that a search found, for its filters.

use super::assets::word;
use super::count;
use super::filter::FINDINGS;
use crate::error::Result;
use crate::review::policy::WHAT_IS_IT;
use rusqlite::{Connection, Row};
use winnow_contract::asset::MediaKind;
use winnow_contract::id::{AssetId, FolderId};

/// How many of the assets are of each kind, of each label, and so on; the most frequent first.
#[derive(Debug, Default)]
pub struct Facets {
    pub by_kind: Vec<(MediaKind, u32)>,
    pub by_label: Vec<(String, u32)>,
    pub by_folder: Vec<(FolderId, u32)>,
    pub by_language: Vec<(String, u32)>,
    pub with_findings: u32,
}

/// Counts over some assets.
pub fn over<'a>(catalog: &Connection, assets: impl Iterator<Item = &'a AssetId>) -> Result<Facets> {
    let ids: Vec<&str> = assets.map(AssetId::as_str).collect();
    let ids = serde_json::to_string(&ids).expect("BUG: ids are always JSON");
    let these = "FROM json_each(?1) j CROSS JOIN assets a ON a.id = j.value";
    let mut by_kind = groups(catalog, &format!("SELECT a.kind, count(*) {these} GROUP BY 1"), &ids, |row| word(row, 0, MediaKind::parse))?;
    by_kind.sort_unstable_by_key(|(kind, count)| (std::cmp::Reverse(*count), *kind));
    let labels = format!(
        "SELECT n.answer, count(DISTINCT a.id) {these} JOIN annotations n ON n.asset_id = a.id AND n.question_id = '{WHAT_IS_IT}' GROUP BY 1 ORDER BY 2 DESC, 1"
    );
    let folders = "WITH RECURSIVE up (asset, id) AS (SELECT j.value, j.value FROM json_each(?1) j
           UNION SELECT u.asset, m.parent_asset FROM up u JOIN locations m ON m.asset_id = u.id WHERE m.parent_asset IS NOT NULL)
         SELECT l.folder_id, count(DISTINCT u.asset) FROM up u
         JOIN locations l ON l.asset_id = u.id AND l.missing_since IS NULL AND l.folder_id IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1";
    let languages = format!("SELECT a.language, count(*) {these} WHERE a.language IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1");
    let findings = format!("SELECT count(*) {these} WHERE {FINDINGS}");
    Ok(Facets {
        by_kind,
        by_label: groups(catalog, &labels, &ids, |row| row.get(0))?,
        by_folder: groups(catalog, folders, &ids, |row| Ok(FolderId(row.get(0)?)))?,
        by_language: groups(catalog, &languages, &ids, |row| row.get(0))?,
        with_findings: count(catalog.prepare_cached(&findings)?.query_row([&ids], |row| row.get(0))?),
    })
}

fn groups<T>(catalog: &Connection, sql: &str, ids: &str, key: impl Fn(&Row<'_>) -> rusqlite::Result<T>) -> Result<Vec<(T, u32)>> {
    let mut query = catalog.prepare_cached(sql)?;
    let rows = query.query_map([ids], |row| Ok((key(row)?, count(row.get(1)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
