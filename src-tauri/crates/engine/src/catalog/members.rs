//! What was found in what: the tree of containers and their members, upwards and downwards, and who is there when a container is.
//!
//! A member's location names its container and its place in it. Bytes are opened by `extract::open`.

use super::assets::word;
use super::{assets, count, jobs, locations, versions};
use crate::error::Result;
use crate::outcome::NewMember;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::HashMap;
use winnow_contract::asset::{AssetState, MediaKind, MemberRow};
use winnow_contract::id::{AssetId, FolderId, LocationId};

/// Levels that are followed at most: nothing lies deeper, and a damaged catalog ends no walk otherwise.
const DEEPEST: u32 = 64;
/// The media type of a mailbox: a file of many messages.
pub const MAILBOX: &str = "application/mbox";

/// A location with the way down to it.
#[derive(Debug, Clone)]
pub struct Way {
    /// The location of the outermost file.
    pub file: LocationId,
    pub folder: FolderId,
    /// How the folder is shown.
    pub folder_display: String,
    /// Path in the folder, then the names of the members, as it is shown.
    pub path: String,
    /// What it was found in, the outermost first.
    pub containers: Vec<AssetId>,
}

struct Step {
    display: String,
    folder: Option<(FolderId, String)>,
    parent: Option<AssetId>,
}

/// The way from a folder down to a location; none when the catalog does not hold it.
pub fn way(catalog: &Connection, location: &LocationId) -> Result<Option<Way>> {
    let (mut location, mut names, mut containers) = (location.clone(), Vec::new(), Vec::new());
    for _ in 0..DEEPEST {
        let Some(step) = step(catalog, &location)? else { return Ok(None) };
        names.push(step.display);
        match (step.folder, step.parent) {
            (Some((folder, folder_display)), _) => {
                names.reverse();
                containers.reverse();
                return Ok(Some(Way { file: location, folder, folder_display, path: names.join("/"), containers }));
            }
            (None, Some(parent)) => {
                let Some(above) = shown_location(catalog, &parent)? else { return Ok(None) };
                containers.push(parent);
                location = above;
            }
            (None, None) => return Ok(None),
        }
    }
    Ok(None)
}

fn step(catalog: &Connection, location: &LocationId) -> Result<Option<Step>> {
    let sql =
        "SELECT l.display, f.id, f.display, l.parent_asset FROM locations l LEFT JOIN folders f ON f.id = l.folder_id WHERE l.id = ?1";
    let row = catalog.prepare_cached(sql)?.query_row([location.as_str()], |row| {
        let folder: Option<String> = row.get(1)?;
        let shown: Option<String> = row.get(2)?;
        let folder = folder.map(FolderId).zip(shown);
        Ok(Step { display: row.get(0)?, folder, parent: row.get::<_, Option<String>>(3)?.map(AssetId) })
    });
    Ok(row.optional()?)
}

/// The first location of an asset: one that is there before one that is missing, a file before a member.
pub const FIRST: &str = "x.missing_since IS NOT NULL, x.parent_asset IS NOT NULL, x.id LIMIT 1";

/// The location an asset is shown at: of an earlier version the one that was taken over.
fn shown_location(catalog: &Connection, asset: &AssetId) -> Result<Option<LocationId>> {
    let former = versions::former(catalog, asset)?;
    if former.is_some() { Ok(former) } else { first_location(catalog, asset) }
}

fn first_location(catalog: &Connection, asset: &AssetId) -> Result<Option<LocationId>> {
    let sql = format!("SELECT x.id FROM locations x WHERE x.asset_id = ?1 ORDER BY {FIRST}");
    Ok(catalog.prepare_cached(&sql)?.query_row([asset.as_str()], |row| row.get(0)).optional()?.map(LocationId))
}

/// The way to the location an asset is shown at.
pub fn way_to(catalog: &Connection, asset: &AssetId) -> Result<Option<Way>> {
    match shown_location(catalog, asset)? {
        Some(location) => way(catalog, &location),
        None => Ok(None),
    }
}

/// Containers that an asset is in, at any height, itself left out.
pub fn above(catalog: &Connection, asset: &AssetId) -> Result<Vec<AssetId>> {
    let sql = "WITH RECURSIVE up (id) AS (SELECT parent_asset FROM locations WHERE asset_id = ?1 AND parent_asset IS NOT NULL
           UNION SELECT l.parent_asset FROM up u JOIN locations l ON l.asset_id = u.id WHERE l.parent_asset IS NOT NULL)
         SELECT id FROM up";
    let mut query = catalog.prepare_cached(sql)?;
    let rows = query.query_map([asset.as_str()], |row| Ok(AssetId(row.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// In how many containers an asset lies, one in the other, on the shortest way; 0 for a file of its own, none when it is nowhere.
/// A mailbox is the folder its messages lie in, so it does not count.
pub fn depth(catalog: &Connection, asset: &AssetId) -> Result<Option<u32>> {
    let sql = format!(
        "WITH RECURSIVE up (id, height) AS (SELECT ?1, 0
           UNION SELECT p.id, u.height + (p.media_type <> '{MAILBOX}') FROM up u JOIN locations l ON l.asset_id = u.id
             JOIN assets p ON p.id = l.parent_asset WHERE l.parent_asset IS NOT NULL AND l.missing_since IS NULL AND u.height < {DEEPEST})
         SELECT min(u.height) FROM up u JOIN locations f ON f.asset_id = u.id WHERE f.folder_id IS NOT NULL AND f.missing_since IS NULL"
    );
    Ok(catalog.prepare_cached(&sql)?.query_row([asset.as_str()], |row| row.get(0))?)
}

/// How much was taken out of an archive, and of everything in it: members and their bytes.
pub fn taken(catalog: &Connection, archive: &AssetId) -> Result<(u32, i64)> {
    let sql = "WITH RECURSIVE inside (id) AS (SELECT ?1
           UNION SELECT l.asset_id FROM inside i JOIN locations l ON l.parent_asset = i.id WHERE l.asset_id IS NOT NULL)
         SELECT count(*), coalesce(sum(m.size), 0) FROM inside i JOIN locations m ON m.parent_asset = i.id";
    let row = catalog.prepare_cached(sql)?.query_row([archive.as_str()], |row| Ok((count(row.get(0)?), row.get(1)?)))?;
    Ok(row)
}

/// The outermost archive that an asset is in, or is; none when it is in mail only.
pub fn outermost_archive(catalog: &Connection, asset: &AssetId) -> Result<Option<AssetId>> {
    let mut line = way_to(catalog, asset)?.map(|way| way.containers).unwrap_or_default();
    line.push(asset.clone());
    for asset in line {
        if assets::kind(catalog, &asset)? == Some(MediaKind::Archive) {
            return Ok(Some(asset));
        }
    }
    Ok(None)
}

/// The members of an asset that were found before, by their places in it.
pub fn known(catalog: &Connection, parent: &AssetId) -> Result<HashMap<Vec<u8>, LocationId>> {
    let mut query = catalog.prepare_cached("SELECT member, id FROM locations WHERE parent_asset = ?1")?;
    let rows = query.query_map([parent.as_str()], |row| Ok((row.get(0)?, LocationId(row.get(1)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Writes down where a member was found; gives back the id of its location, which may be an older one.
pub fn see(catalog: &Connection, parent: &AssetId, member: &NewMember, now: i64) -> Result<LocationId> {
    let mut insert = catalog.prepare_cached(
        "INSERT INTO locations (id, parent_asset, member, display, size, mtime_ns, first_seen, last_seen) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)
         ON CONFLICT (parent_asset, member) DO UPDATE SET size = excluded.size, mtime_ns = excluded.mtime_ns, last_seen = excluded.last_seen
         RETURNING id",
    )?;
    let content = &member.content;
    let row = params![member.location.as_str(), parent.as_str(), member.locator, member.display, content.bytes, content.mtime_ns, now];
    Ok(insert.query_row(row, |row| Ok(LocationId(row.get(0)?)))?)
}

/// Marks members by the going through their container that found them.
pub fn mark(catalog: &Connection, parent: &AssetId, members: &[NewMember], began: i64) -> Result<()> {
    let mut mark = catalog.prepare_cached("UPDATE locations SET last_seen = ?3 WHERE parent_asset = ?1 AND member = ?2")?;
    members.iter().try_for_each(|member| Ok(mark.execute(params![parent.as_str(), member.locator, began]).map(drop)?))
}

/// Forgets members that a newer reading of a container, which went through to its end, did not find. Gives back their assets.
pub fn forget_unseen(catalog: &Connection, parent: &AssetId, began: i64) -> Result<Vec<AssetId>> {
    let old = "SELECT rowid FROM locations WHERE parent_asset = ?1 AND last_seen <> ?2";
    catalog.prepare_cached(&format!("DELETE FROM name_words WHERE rowid IN ({old})"))?.execute(params![parent.as_str(), began])?;
    bound(catalog, "DELETE FROM locations WHERE parent_asset = ?1 AND last_seen <> ?2 RETURNING asset_id", params![parent.as_str(), began])
}

/// What became of assets whose places changed.
#[derive(Debug, Default)]
pub struct Settled {
    /// Every asset that was looked at.
    pub assets: Vec<AssetId>,
    /// Questions were withdrawn, or asked again.
    pub review: bool,
}

impl Settled {
    pub fn add(&mut self, other: Self) {
        self.assets.extend(other.assets);
        self.review |= other.review;
    }
}

/// Says whether an asset is there, by its locations, and passes that on to what was found in it.
pub fn settle(catalog: &Connection, asset: &AssetId, now: i64) -> Result<Settled> {
    settle_behind(catalog, asset, versions::successor(catalog, asset)?, now)
}

/// The same of an asset whose place another one took: if that was its last, it is an earlier version of that other, and what was
/// found in it alone of what has the same name in the other.
pub fn settle_behind(catalog: &Connection, asset: &AssetId, newer: Option<AssetId>, now: i64) -> Result<Settled> {
    let (mut waiting, mut settled) = (vec![(asset.clone(), newer)], Settled::default());
    while let Some((asset, newer)) = waiting.pop() {
        if locations::present(catalog, &asset)? == 0 {
            assets::lose(catalog, &asset)?;
            let mut there = HashMap::new();
            if let Some(newer) = &newer {
                settled.review |= versions::make_way(catalog, &asset, newer)?;
                there = versions::members_of(catalog, newer)?;
            }
            let lost = lose_members(catalog, &asset, now)?;
            waiting.extend(lost.into_iter().map(|(name, member)| {
                let newer = there.get(&name).filter(|newer| **newer != member).cloned();
                (member, newer)
            }));
        } else {
            assets::find(catalog, &asset)?;
            settled.review |= versions::come_back(catalog, &asset)?;
            jobs::retry_failed(catalog, &asset, "vanished", now)?;
            waiting.extend(find_members(catalog, &asset)?.into_iter().map(|member| (member, None)));
        }
        settled.assets.push(asset);
    }
    Ok(settled)
}

/// The members of a container that went, with their names there.
fn lose_members(catalog: &Connection, parent: &AssetId, now: i64) -> Result<Vec<(String, AssetId)>> {
    let mut query = catalog.prepare_cached(
        "UPDATE locations SET missing_since = ?2 WHERE parent_asset = ?1 AND missing_since IS NULL RETURNING display, asset_id",
    )?;
    let rows = query.query_map(params![parent.as_str(), now], |row| Ok((row.get(0)?, row.get::<_, Option<String>>(1)?)))?;
    let rows: Vec<(String, Option<String>)> = rows.collect::<Result<_, _>>()?;
    Ok(rows.into_iter().filter_map(|(name, asset)| Some((name, AssetId(asset?)))).collect())
}

fn find_members(catalog: &Connection, parent: &AssetId) -> Result<Vec<AssetId>> {
    let sql = "UPDATE locations SET missing_since = NULL WHERE parent_asset = ?1 AND missing_since IS NOT NULL RETURNING asset_id";
    bound(catalog, sql, params![parent.as_str()])
}

/// The assets of the locations that a statement gives back.
fn bound(catalog: &Connection, sql: &str, params: &[&dyn rusqlite::ToSql]) -> Result<Vec<AssetId>> {
    let mut query = catalog.prepare_cached(sql)?;
    let rows = query.query_map(params, |row| row.get::<_, Option<String>>(0))?;
    Ok(rows.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().map(AssetId).collect())
}

const MEMBERS: &str = "(SELECT count(*) FROM locations c WHERE c.parent_asset = a.id)";

/// What was found directly in an asset, in the order of the container, and how many there are.
pub fn rows(catalog: &Connection, parent: &AssetId, offset: u32, limit: u32) -> Result<(Vec<MemberRow>, u32)> {
    let total = "SELECT count(*) FROM locations WHERE parent_asset = ?1 AND asset_id IS NOT NULL";
    let total = count(catalog.prepare_cached(total)?.query_row([parent.as_str()], |row| row.get(0))?);
    let sql = format!(
        "SELECT a.id, l.display, a.kind, a.state, a.bytes, {MEMBERS} FROM locations l JOIN assets a ON a.id = l.asset_id
         WHERE l.parent_asset = ?1 ORDER BY CAST(CAST(l.member AS TEXT) AS INTEGER), l.member LIMIT ?2 OFFSET ?3"
    );
    let mut query = catalog.prepare_cached(&sql)?;
    let rows = query.query_map(params![parent.as_str(), limit, offset], |row| {
        let (kind, state) = (word(row, 2, MediaKind::parse)?, word(row, 3, AssetState::parse)?);
        Ok(MemberRow { asset: AssetId(row.get(0)?), name: row.get(1)?, kind, state, bytes: row.get(4)?, members: count(row.get(5)?) })
    })?;
    Ok((rows.collect::<Result<_, _>>()?, total))
}

/// What an asset was found in, the outermost first.
pub fn parents(catalog: &Connection, asset: &AssetId) -> Result<Vec<MemberRow>> {
    let Some(way) = way_to(catalog, asset)? else { return Ok(Vec::new()) };
    let mut rows = Vec::new();
    for container in &way.containers {
        rows.extend(parent_row(catalog, container)?);
    }
    Ok(rows)
}

fn parent_row(catalog: &Connection, asset: &AssetId) -> Result<Option<MemberRow>> {
    let Some(row) = assets::row(catalog, asset)? else { return Ok(None) };
    Ok(Some(MemberRow { asset: row.id, name: row.name, kind: row.kind, state: row.state, bytes: row.bytes, members: row.members }))
}

/// The member of an asset that is shown at this path inside it, also in containers that it holds.
pub fn at(catalog: &Connection, container: &AssetId, path: &str) -> Result<Option<AssetId>> {
    let (mut container, mut rest) = (container.clone(), path.to_owned());
    for _ in 0..DEEPEST {
        let mut query = catalog.prepare_cached(
            "SELECT asset_id, display FROM locations WHERE parent_asset = ?1 AND asset_id IS NOT NULL
               AND (display = ?2 OR substr(?2, 1, length(display) + 1) = display || '/') ORDER BY length(display) DESC, id LIMIT 1",
        )?;
        let found = query.query_row([container.as_str(), &rest], |row| Ok((AssetId(row.get(0)?), row.get::<_, String>(1)?))).optional()?;
        let Some((asset, display)) = found else { return Ok(None) };
        match rest.strip_prefix(&display).and_then(|left| left.strip_prefix('/')) {
            Some(left) => (container, rest) = (asset, left.to_owned()),
            None => return Ok(Some(asset)),
        }
    }
    Ok(None)
}

/// Some assets and everything that was found in them, at any depth.
pub fn with_members(catalog: &Connection, assets: &[AssetId]) -> Result<Vec<AssetId>> {
    let ids: Vec<&str> = assets.iter().map(AssetId::as_str).collect();
    let ids = serde_json::to_string(&ids).expect("BUG: ids are always JSON");
    let sql = "WITH RECURSIVE inside (id) AS (SELECT value FROM json_each(?1)
           UNION SELECT l.asset_id FROM inside i JOIN locations l ON l.parent_asset = i.id WHERE l.asset_id IS NOT NULL)
         SELECT id FROM inside ORDER BY id";
    let mut query = catalog.prepare_cached(sql)?;
    let rows = query.query_map([ids], |row| Ok(AssetId(row.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
