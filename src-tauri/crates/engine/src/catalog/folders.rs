//! Folders: what was added and when it was last walked.

use super::count;
use crate::error::Result;
use crate::paths;
use rusqlite::{Connection, OptionalExtension, params};
use winnow_contract::id::{FolderId, LocationId};
use winnow_contract::status::FolderRow;

/// Absolute path of a folder, as bytes.
pub fn path(catalog: &Connection, folder: &FolderId) -> Result<Vec<u8>> {
    Ok(catalog.prepare_cached("SELECT path FROM folders WHERE id = ?1")?.query_row([folder.as_str()], |row| row.get(0))?)
}

/// A folder as it is stored: id, absolute path, loose.
pub type Stored = (FolderId, Vec<u8>, bool);

/// Every folder, loose ones too.
pub fn all(catalog: &Connection) -> Result<Vec<Stored>> {
    let mut query = catalog.prepare_cached("SELECT id, path, loose FROM folders")?;
    let rows = query.query_map([], |row| Ok((FolderId(row.get(0)?), row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Adds a folder.
pub fn insert(catalog: &Connection, id: &FolderId, path: &[u8], loose: bool, now: i64) -> Result<()> {
    let sql = "INSERT INTO folders (id, path, display, loose, added_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    catalog.execute(sql, params![id.as_str(), path, paths::display(path), loose, now])?;
    Ok(())
}

/// A folder that was loose until now is one the user added.
pub fn keep(catalog: &Connection, id: &FolderId) -> Result<()> {
    catalog.execute("UPDATE folders SET loose = 0 WHERE id = ?1", [id.as_str()])?;
    Ok(())
}

/// Gives the locations of an inner folder to the outer one, and forgets the inner one.
/// `prefix` is the inner folder's path relative to the outer one, with a `/` at its end.
pub fn merge(catalog: &Connection, inner: &FolderId, outer: &FolderId, prefix: &[u8]) -> Result<()> {
    let mut query = catalog.prepare("SELECT id FROM locations WHERE folder_id = ?1")?;
    let locations = query.query_map([inner.as_str()], |row| Ok(LocationId(row.get(0)?)))?.collect::<Result<Vec<_>, _>>()?;
    catalog.execute(
        "DELETE FROM name_words WHERE rowid IN (SELECT rowid FROM locations WHERE folder_id = ?1 AND asset_id IS NOT NULL)",
        [inner.as_str()],
    )?;
    let moved = "UPDATE locations SET folder_id = ?2, path = CAST(?3 || path AS BLOB), display = ?4 || display WHERE folder_id = ?1";
    catalog.execute(moved, params![inner.as_str(), outer.as_str(), prefix, paths::display(prefix)])?;
    locations.iter().try_for_each(|location| super::locations::index_name(catalog, location))?;
    // Scans of the inner folder that still wait are carried out by the scan of the outer one.
    catalog.execute("UPDATE jobs SET state = 'done' WHERE subject = ?1 AND state <> 'done'", [inner.as_str()])?;
    catalog.execute("DELETE FROM folders WHERE id = ?1", [inner.as_str()])?;
    Ok(())
}

/// Notes the end of a walk.
pub fn scanned(catalog: &Connection, folder: &FolderId, reached: bool, now: i64) -> Result<()> {
    let sql = "UPDATE folders SET unavailable = NOT ?2, last_scan = CASE WHEN ?2 THEN ?3 ELSE last_scan END WHERE id = ?1";
    catalog.execute(sql, params![folder.as_str(), reached, now])?;
    Ok(())
}

/// The folders the user added, by name.
pub fn rows(catalog: &Connection) -> Result<Vec<FolderRow>> {
    let mut query = catalog.prepare_cached(
        "SELECT f.id, f.display, f.last_scan, f.unavailable,
                (SELECT count(DISTINCT l.asset_id) FROM locations l WHERE l.folder_id = f.id AND l.missing_since IS NULL)
         FROM folders f WHERE NOT f.loose ORDER BY f.display",
    )?;
    let rows = query.query_map([], |row| {
        let path: String = row.get(1)?;
        Ok(FolderRow {
            id: FolderId(row.get(0)?),
            name: paths::file_name(&path).to_owned(),
            path,
            last_scan: row.get::<_, Option<i64>>(2)?.map(|at| at.to_string()),
            unavailable: row.get(3)?,
            watch: Default::default(),
            since: None,
            assets: count(row.get(4)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// True when the folder exists.
pub fn exists(catalog: &Connection, folder: &FolderId) -> Result<bool> {
    let found: Option<i64> = catalog.query_row("SELECT 1 FROM folders WHERE id = ?1", [folder.as_str()], |row| row.get(0)).optional()?;
    Ok(found.is_some())
}
