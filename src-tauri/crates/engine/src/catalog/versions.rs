//! Earlier versions: contents whose last place was taken over by a newer one, when their file was edited, or when the container
//! was that they are in.
//!
//! An edge of `lineage` leads from such a content to the one that took its place; it goes when the content is found again. What
//! was decided of it stays, and is a precedent for the newer one; what was only asked is not asked any more.

use super::assets::word;
use super::corrections::READ;
use super::{near_duplicates, review};
use crate::error::Result;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::HashMap;
use winnow_contract::id::{AssetId, LocationId, ReviewItemId};
use winnow_contract::review::ItemKind;

/// A row of `assets a` is an earlier version.
pub const EARLIER: &str = "(a.state = 'missing' AND EXISTS (SELECT 1 FROM lineage v
    WHERE v.child = a.id AND v.child_kind = 'asset' AND v.parent_kind = 'asset'))";

const EDGE: &str = "FROM lineage WHERE child = ?1 AND child_kind = 'asset' AND parent_kind = 'asset'";

/// What took the place of an asset; none when it is no earlier version.
pub fn successor(catalog: &Connection, asset: &AssetId) -> Result<Option<AssetId>> {
    let sql = format!("SELECT parent {EDGE}");
    Ok(catalog.prepare_cached(&sql)?.query_row([asset.as_str()], |row| row.get(0)).optional()?.map(AssetId))
}

/// True when the last place of an asset was taken over.
pub fn is_earlier(catalog: &Connection, asset: &AssetId) -> Result<bool> {
    Ok(successor(catalog, asset)?.is_some())
}

/// What was found in the earlier versions of a container, with the other content that has the same name in this one.
pub fn edited_members(catalog: &Connection, container: &AssetId) -> Result<Vec<(AssetId, AssetId)>> {
    let mut query =
        catalog.prepare_cached("SELECT child FROM lineage WHERE parent = ?1 AND parent_kind = 'asset' AND child_kind = 'asset'")?;
    let earlier = query.query_map([container.as_str()], |row| row.get(0).map(AssetId))?.collect::<Result<Vec<_>, _>>()?;
    if earlier.is_empty() {
        return Ok(Vec::new());
    }
    let there = members_of(catalog, container)?;
    let mut edited = Vec::new();
    for container in &earlier {
        let before = members_of(catalog, container)?.into_iter();
        edited.extend(before.filter_map(|(name, member)| Some((member, there.get(&name)?.clone()))).filter(|(old, new)| old != new));
    }
    edited.sort();
    Ok(edited)
}

/// What was found in a container, by the names there.
pub fn members_of(catalog: &Connection, container: &AssetId) -> Result<HashMap<String, AssetId>> {
    let sql = "SELECT display, asset_id FROM locations WHERE parent_asset = ?1 AND asset_id IS NOT NULL ORDER BY id";
    let mut query = catalog.prepare_cached(sql)?;
    let rows = query.query_map([container.as_str()], |row| Ok((row.get(0)?, AssetId(row.get(1)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Takes what an older program left without any place for what it is: an earlier version.
pub fn adopt(catalog: &Connection) -> Result<()> {
    let sql = format!(
        "SELECT a.id, (SELECT l.asset_id FROM lineage e JOIN locations l ON l.id = e.parent
             WHERE e.child = a.id AND e.parent_kind = 'location' AND l.asset_id IS NOT NULL ORDER BY l.id DESC LIMIT 1) AS newer
         FROM assets a WHERE a.state = 'missing' AND newer IS NOT NULL AND NOT {EARLIER} AND NOT EXISTS (SELECT 1 FROM locations x WHERE x.asset_id = a.id)"
    );
    let mut query = catalog.prepare(&sql)?;
    let left = query.query_map([], |row| Ok((AssetId(row.get(0)?), AssetId(row.get(1)?))))?.collect::<Result<Vec<_>, _>>()?;
    left.iter().try_for_each(|(asset, newer)| make_way(catalog, asset, newer).map(drop))
}

/// What an earlier version is called, by the path at which it stood.
pub fn name(path: &str) -> String {
    format!("earlier version of {}", crate::paths::file_name(path))
}

/// The place of an earlier version that was taken over: one that is there before one that is missing, the newest first. None
/// for any other asset, and for what was found in an earlier version, which has its own place there.
pub fn former(catalog: &Connection, asset: &AssetId) -> Result<Option<LocationId>> {
    if !is_earlier(catalog, asset)? {
        return Ok(None);
    }
    let sql = "SELECT l.id FROM lineage e JOIN locations l ON l.id = e.parent
         WHERE e.child = ?1 AND e.parent_kind = 'location' AND l.asset_id <> ?1 ORDER BY l.missing_since IS NOT NULL, l.id DESC LIMIT 1";
    Ok(catalog.prepare_cached(sql)?.query_row([asset.as_str()], |row| row.get(0)).optional()?.map(LocationId))
}

/// An asset that is nowhere any more makes way for another; its open questions are withdrawn. True when there were some.
pub fn make_way(catalog: &Connection, asset: &AssetId, newer: &AssetId) -> Result<bool> {
    forget(catalog, asset)?;
    catalog
        .prepare_cached("INSERT INTO lineage (child, child_kind, parent, parent_kind) VALUES (?1, 'asset', ?2, 'asset')")?
        .execute([asset.as_str(), newer.as_str()])?;
    review::withdraw_all(catalog, asset)
}

/// An asset is there: if it was an earlier version, it is none any more, and its questions are asked again. True when the queue
/// changed.
pub fn come_back(catalog: &Connection, asset: &AssetId) -> Result<bool> {
    if !forget(catalog, asset)? {
        return Ok(false);
    }
    let mut changed = false;
    for (item, kind) in withdrawn_with_cause(catalog, asset)? {
        let asked = kind != ItemKind::Duplicate || near_duplicates::compared_with(catalog, asset)?.is_some();
        if asked {
            review::reopen(catalog, &item)?;
            changed = true;
        }
    }
    Ok(changed)
}

/// Forgets that an asset is an earlier version. True when it was.
pub fn forget(catalog: &Connection, asset: &AssetId) -> Result<bool> {
    Ok(catalog.prepare_cached(&format!("DELETE {EDGE}"))?.execute([asset.as_str()])? > 0)
}

/// Withdrawn questions of an asset whose cause still lives: a finding, a proposal, a reading. One that was withdrawn because its
/// cause went is no question any more.
fn withdrawn_with_cause(catalog: &Connection, asset: &AssetId) -> Result<Vec<(ReviewItemId, ItemKind)>> {
    let sql = format!(
        "SELECT i.id, i.kind FROM review_items i
         WHERE i.asset_id = ?1 AND i.state = 'withdrawn' AND i.reason_code <> 'labelled_by_hand' AND CASE i.kind
           WHEN 'finding' THEN EXISTS (SELECT 1 FROM findings f WHERE f.item_id = i.id AND f.superseded_by IS NULL)
           WHEN 'label' THEN EXISTS (SELECT 1 FROM lineage e JOIN suggestions s ON s.id = e.parent WHERE e.child = i.id AND s.superseded_by IS NULL)
           WHEN 'extraction' THEN EXISTS (SELECT 1 FROM lineage e JOIN extractions x ON x.id = e.parent WHERE e.child = i.id AND {READ})
           ELSE 1 END
         ORDER BY i.id"
    );
    let mut query = catalog.prepare_cached(&sql)?;
    let rows = query.query_map(params![asset.as_str()], |row| Ok((ReviewItemId(row.get(0)?), word(row, 1, ItemKind::parse)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
