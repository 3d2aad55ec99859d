//! Locations: where bytes are, by folder and relative path, or inside another asset.

use super::members;
use crate::error::Result;
use crate::extract::walk::Listed;
use crate::outcome::{Content, SeenFile};
use crate::paths;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::HashMap;
use std::path::PathBuf;
use winnow_contract::asset::LocationRow;
use winnow_contract::id::{AssetId, FolderId, LocationId};

/// What the catalog knows of a path.
#[derive(Debug)]
pub struct Known {
    pub location: LocationId,
    pub missing: bool,
    size: i64,
    mtime_ns: i64,
    /// Its bytes were read.
    read: bool,
}

impl Known {
    /// True when the listing says nothing new.
    pub fn same(&self, listed: &Listed) -> bool {
        self.read && self.listed_as(listed)
    }

    /// True when the listing is written down already, whether or not the bytes were read.
    pub fn listed_as(&self, listed: &Listed) -> bool {
        !self.missing && self.size == listed.size && self.mtime_ns == listed.mtime_ns
    }
}

/// Everything known below a prefix (or exactly there), behind the cursor and up to and with `until`.
pub fn known(
    catalog: &Connection,
    folder: &FolderId,
    below: &[u8],
    cursor: &[u8],
    until: Option<&[u8]>,
) -> Result<HashMap<Vec<u8>, Known>> {
    let mut query = catalog.prepare_cached(
        "SELECT l.path, l.id, l.missing_since IS NOT NULL, l.size, l.mtime_ns, a.hash IS NOT NULL
         FROM locations l LEFT JOIN assets a ON a.id = l.asset_id
         WHERE l.folder_id = ?1 AND l.path > ?2 AND l.path >= ?3 AND (?4 IS NULL OR l.path < ?4) AND (?5 IS NULL OR l.path <= ?5)",
    )?;
    let rows = query.query_map(params![folder.as_str(), cursor, below, after(below), until], |row| {
        let known =
            Known { location: LocationId(row.get(1)?), missing: row.get(2)?, size: row.get(3)?, mtime_ns: row.get(4)?, read: row.get(5)? };
        Ok((row.get(0)?, known))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Everything known of these very paths.
pub fn known_at(catalog: &Connection, folder: &FolderId, paths: &[Vec<u8>]) -> Result<HashMap<Vec<u8>, Known>> {
    let mut all = HashMap::new();
    for path in paths {
        all.extend(known(catalog, folder, path, b"", None)?);
    }
    Ok(all)
}

/// True when something is known below a prefix, which ends in `/`.
pub fn any_below(catalog: &Connection, folder: &FolderId, below: &[u8]) -> Result<bool> {
    let sql = "SELECT 1 FROM locations WHERE folder_id = ?1 AND path >= ?2 AND path < ?3";
    Ok(catalog.prepare_cached(sql)?.exists(params![folder.as_str(), below, after(below)])?)
}

/// True when a folder has a file that is not missing.
pub fn any_present(catalog: &Connection, folder: &FolderId) -> Result<bool> {
    let sql = "SELECT 1 FROM locations WHERE folder_id = ?1 AND missing_since IS NULL";
    Ok(catalog.prepare_cached(sql)?.exists([folder.as_str()])?)
}

/// The first path that is not below the prefix; none when every path is.
fn after(below: &[u8]) -> Option<Vec<u8>> {
    let mut end = below.to_vec();
    match end.last_mut() {
        None => return None,
        Some(last) if *last == b'/' => *last += 1,
        Some(_) => end.push(0),
    }
    Some(end)
}

/// Where a location is on disk.
#[derive(Debug)]
pub struct Place {
    pub folder: PathBuf,
    /// Relative to the folder.
    pub path: PathBuf,
    pub mtime_ns: i64,
}

fn place_of(row: &Row<'_>) -> rusqlite::Result<Place> {
    let (folder, path): (Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(1)?);
    Ok(Place { folder: paths::from_bytes(&folder), path: paths::from_bytes(&path), mtime_ns: row.get(2)? })
}

/// Where one location is; none when it is gone from the catalog.
pub fn place(catalog: &Connection, location: &LocationId) -> Result<Option<Place>> {
    let sql = "SELECT f.path, l.path, l.mtime_ns FROM locations l JOIN folders f ON f.id = l.folder_id WHERE l.id = ?1";
    Ok(catalog.prepare_cached(sql)?.query_row([location.as_str()], place_of).optional()?)
}

/// Where an asset's bytes are inside another asset.
#[derive(Debug)]
pub struct Inside {
    pub parent: AssetId,
    pub locator: Vec<u8>,
    /// Its name there, escaped.
    pub display: String,
}

/// The containers an asset's bytes can be taken out of, oldest location first.
pub fn inside(catalog: &Connection, asset: &AssetId) -> Result<Vec<Inside>> {
    let sql = "SELECT parent_asset, member, display FROM locations
         WHERE asset_id = ?1 AND parent_asset IS NOT NULL AND missing_since IS NULL ORDER BY id";
    let mut query = catalog.prepare_cached(sql)?;
    let rows =
        query.query_map([asset.as_str()], |row| Ok(Inside { parent: AssetId(row.get(0)?), locator: row.get(1)?, display: row.get(2)? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Where an asset's bytes can be opened as a file of their own, oldest location first.
pub fn places(catalog: &Connection, asset: &AssetId) -> Result<Vec<Place>> {
    let mut query = catalog.prepare_cached(
        "SELECT f.path, l.path, l.mtime_ns FROM locations l JOIN folders f ON f.id = l.folder_id
         WHERE l.asset_id = ?1 AND l.missing_since IS NULL ORDER BY l.id",
    )?;
    let rows = query.query_map([asset.as_str()], place_of)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// When the bytes of an asset were last changed where they are, nanoseconds since 1970; 0 when that is not known.
pub fn latest_change(catalog: &Connection, asset: &AssetId) -> Result<i64> {
    let sql = "SELECT coalesce(max(mtime_ns), 0) FROM locations WHERE asset_id = ?1 AND missing_since IS NULL";
    Ok(catalog.prepare_cached(sql)?.query_row([asset.as_str()], |row| row.get(0))?)
}

/// Full display paths of an asset, oldest location first; of a member it is the path of its container and its name there.
pub fn rows(catalog: &Connection, asset: &AssetId) -> Result<Vec<LocationRow>> {
    let mut query = catalog.prepare_cached(
        "SELECT id, first_seen, last_seen, missing_since IS NOT NULL FROM locations
         WHERE asset_id = ?1 ORDER BY missing_since IS NOT NULL, parent_asset IS NOT NULL, id",
    )?;
    let found = query.query_map([asset.as_str()], |row| Ok((LocationId(row.get(0)?), row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let mut rows = Vec::new();
    for row in found {
        let (id, first_seen, last_seen, missing) = row?;
        let Some(way) = members::way(catalog, &id)? else { continue };
        let path = join(&way.folder_display, &way.path);
        rows.push(LocationRow { id, folder: way.folder, path, first_seen, last_seen, missing });
    }
    Ok(rows)
}

/// A folder's and a location's display form as one path.
pub fn join(folder: &str, path: &str) -> String {
    if folder.ends_with('/') { format!("{folder}{path}") } else { format!("{folder}/{path}") }
}

/// The asset a location is bound to.
pub fn asset(catalog: &Connection, location: &LocationId) -> Result<Option<AssetId>> {
    let asset: Option<Option<String>> = catalog
        .prepare_cached("SELECT asset_id FROM locations WHERE id = ?1")?
        .query_row([location.as_str()], |row| row.get(0))
        .optional()?;
    Ok(asset.flatten().map(AssetId))
}

/// The asset at an absolute path.
pub fn asset_at(catalog: &Connection, path: &[u8]) -> Result<Option<AssetId>> {
    let mut query = catalog.prepare_cached(
        "SELECT l.asset_id FROM locations l JOIN folders f ON f.id = l.folder_id
         WHERE l.asset_id IS NOT NULL AND (CAST(f.path || x'2f' || l.path AS BLOB) = ?1 OR (f.path = x'2f' AND CAST(f.path || l.path AS BLOB) = ?1))",
    )?;
    Ok(query.query_row([path], |row| row.get(0)).optional()?.map(AssetId))
}

/// Writes down a file that a scan saw.
pub fn see(catalog: &Connection, folder: &FolderId, file: &SeenFile, now: i64) -> Result<()> {
    let mut insert = catalog.prepare_cached(
        "INSERT INTO locations (id, folder_id, path, display, size, mtime_ns, first_seen, last_seen) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)
         ON CONFLICT (folder_id, path) DO UPDATE SET size = excluded.size, mtime_ns = excluded.mtime_ns, last_seen = excluded.last_seen",
    )?;
    let (id, path) = (file.location.as_str(), file.path.as_slice());
    let inserted = insert.execute(params![id, folder.as_str(), path, file.display, file.size, file.mtime_ns, now])?;
    debug_assert_eq!(inserted, 1);
    Ok(())
}

/// Marks a location whose file is gone; gives back its asset.
pub fn lose(catalog: &Connection, location: &LocationId, now: i64) -> Result<Option<AssetId>> {
    catalog
        .prepare_cached("UPDATE locations SET missing_since = ?2 WHERE id = ?1 AND missing_since IS NULL")?
        .execute(params![location.as_str(), now])?;
    asset(catalog, location)
}

/// The size and time that a file had when it was read: it may have changed since a scan saw it.
pub fn set_read(catalog: &Connection, location: &LocationId, content: &Content) -> Result<()> {
    let sql = "UPDATE locations SET size = ?2, mtime_ns = ?3 WHERE id = ?1";
    catalog.prepare_cached(sql)?.execute(params![location.as_str(), content.bytes, content.mtime_ns])?;
    Ok(())
}

/// Binds a location to an asset and gives back the one that stood there before, if it was another.
pub fn bind(catalog: &Connection, location: &LocationId, asset: &AssetId, now: i64) -> Result<Option<AssetId>> {
    let before = self::asset(catalog, location)?.filter(|before| before != asset);
    catalog
        .prepare_cached(
            "UPDATE locations SET asset_id = ?2, missing_since = NULL, last_seen = ?3, replaces = coalesce(?4, replaces) WHERE id = ?1",
        )?
        .execute(params![location.as_str(), asset.as_str(), now, before.as_ref().map(AssetId::as_str)])?;
    Ok(before)
}

/// Locations of an asset that are not missing.
pub fn present(catalog: &Connection, asset: &AssetId) -> Result<i64> {
    let sql = "SELECT count(*) FROM locations WHERE asset_id = ?1 AND missing_since IS NULL";
    Ok(catalog.prepare_cached(sql)?.query_row([asset.as_str()], |row| row.get(0))?)
}
