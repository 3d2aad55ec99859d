//! Folders: what was added and when it was last walked.

use super::count;
use crate::error::Result;
use crate::paths;
use crate::watch::root::Identity;
use rusqlite::{Connection, OptionalExtension, params};
use winnow_contract::id::{FolderId, LocationId};
use winnow_contract::status::FolderRow;

/// A folder as its last scan left it.
#[derive(Debug)]
pub struct Standing {
    /// Absolute, as bytes.
    pub path: Vec<u8>,
    /// UTC milliseconds.
    pub last_scan: Option<i64>,
    pub unavailable: bool,
    /// Which directory it was.
    pub identity: Option<Identity>,
}

/// How a folder stands.
pub fn standing(catalog: &Connection, folder: &FolderId) -> Result<Standing> {
    let sql = "SELECT path, last_scan, unavailable, device, inode FROM folders WHERE id = ?1";
    let standing = catalog.prepare_cached(sql)?.query_row([folder.as_str()], |row| {
        let (device, inode): (Option<i64>, Option<i64>) = (row.get(3)?, row.get(4)?);
        let identity = device.zip(inode).map(|(device, inode)| Identity { device, inode });
        Ok(Standing { path: row.get(0)?, last_scan: row.get(1)?, unavailable: row.get(2)?, identity })
    })?;
    Ok(standing)
}

/// The folders that are watched, with their absolute paths.
pub fn watched(catalog: &Connection) -> Result<Vec<(FolderId, Vec<u8>)>> {
    let mut query = catalog.prepare_cached("SELECT id, path FROM folders WHERE watched_since IS NOT NULL AND NOT loose")?;
    let rows = query.query_map([], |row| Ok((FolderId(row.get(0)?), row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Marks a folder as watched, or not; false when the user added no such folder. One that is watched keeps its date.
pub fn watch(catalog: &Connection, folder: &FolderId, watched: bool, now: i64) -> Result<bool> {
    let sql = "UPDATE folders SET watched_since = CASE WHEN ?2 THEN coalesce(watched_since, ?3) END WHERE id = ?1 AND NOT loose";
    Ok(catalog.prepare_cached(sql)?.execute(params![folder.as_str(), watched, now])? > 0)
}

/// True while a scan of the folder waits or runs.
pub fn is_scanned(catalog: &Connection, folder: &FolderId) -> Result<bool> {
    let sql = "SELECT 1 FROM jobs WHERE subject = ?1 AND state IN ('queued', 'running') AND kind = 'scan'";
    Ok(catalog.prepare_cached(sql)?.exists([folder.as_str()])?)
}

/// The folder the user added that is at this path.
pub fn at(catalog: &Connection, path: &[u8]) -> Result<Option<FolderId>> {
    let sql = "SELECT id FROM folders WHERE path = ?1 AND NOT loose";
    Ok(catalog.prepare_cached(sql)?.query_row([path], |row| Ok(FolderId(row.get(0)?))).optional()?)
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
    locations.iter().try_for_each(|location| super::due::name(catalog, location))?;
    // Scans of the inner folder that still wait are carried out by the scan of the outer one.
    catalog.execute("UPDATE jobs SET state = 'done' WHERE subject = ?1 AND state <> 'done'", [inner.as_str()])?;
    // What was watched is watched.
    let watched =
        "UPDATE folders SET watched_since = coalesce(watched_since, (SELECT watched_since FROM folders WHERE id = ?2)) WHERE id = ?1";
    catalog.execute(watched, [outer.as_str(), inner.as_str()])?;
    catalog.execute("DELETE FROM folders WHERE id = ?1", [inner.as_str()])?;
    Ok(())
}

/// Notes the end of a walk, and which directory it went through.
pub fn scanned(catalog: &Connection, folder: &FolderId, reached: bool, root: Option<Identity>, now: i64) -> Result<()> {
    let sql = "UPDATE folders SET unavailable = NOT ?2, last_scan = CASE WHEN ?2 THEN ?3 ELSE last_scan END,
         device = coalesce(?4, device), inode = coalesce(?5, inode) WHERE id = ?1";
    let (device, inode) = (root.map(|root| root.device), root.map(|root| root.inode));
    catalog.prepare_cached(sql)?.execute(params![folder.as_str(), reached, now, device, inode])?;
    Ok(())
}

/// The folders the user added, by name.
pub fn rows(catalog: &Connection) -> Result<Vec<FolderRow>> {
    let mut query = catalog.prepare_cached(
        "SELECT f.id, f.display, f.last_scan, f.unavailable,
                (SELECT count(DISTINCT l.asset_id) FROM locations l WHERE l.folder_id = f.id AND l.missing_since IS NULL), f.watched_since
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
            since: row.get::<_, Option<i64>>(5)?.map(|at| at.to_string()),
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
