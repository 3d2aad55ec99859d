//! Assets: one row per distinct content, its state, notes, facts and pictures.

use super::filter::filter_sql;
use super::{count, due, facts, jobs, locations, members, params_json, threads, versions, words_of};
use crate::error::Result;
use crate::outcome::NewRendition;
use crate::paths;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};
use winnow_contract::Words;
use winnow_contract::asset::{AssetFilter, AssetPage, AssetRow, AssetSort, AssetState, MediaKind, Property, RenditionKind, RenditionRow};
use winnow_contract::id::{AssetId, FolderId, RenditionId};
use winnow_contract::job::JobKind;

/// What a stage needs to know of an asset.
#[derive(Debug)]
pub struct Source {
    pub hash: [u8; 32],
    pub bytes: i64,
}

/// An asset whose bytes are known; none when there is no such asset.
pub fn source(catalog: &Connection, asset: &AssetId) -> Result<Option<Source>> {
    let sql = "SELECT hash, bytes FROM assets WHERE id = ?1 AND hash IS NOT NULL";
    let row = |row: &Row<'_>| Ok(Source { hash: row.get(0)?, bytes: row.get(1)? });
    Ok(catalog.prepare_cached(sql)?.query_row([asset.as_str()], row).optional()?)
}

/// The asset with this content.
pub fn by_hash(catalog: &Connection, hash: &[u8; 32]) -> Result<Option<AssetId>> {
    let sql = "SELECT id FROM assets WHERE hash = ?1";
    Ok(catalog.prepare_cached(sql)?.query_row([hash.as_slice()], |row| row.get(0)).optional()?.map(AssetId))
}

/// True when there is an asset with this id.
pub fn exists(catalog: &Connection, asset: &AssetId) -> Result<bool> {
    Ok(catalog.prepare_cached("SELECT 1 FROM assets WHERE id = ?1")?.exists([asset.as_str()])?)
}

/// A new asset that waits to be read.
pub fn insert(catalog: &Connection, asset: &AssetId, hash: Option<&[u8; 32]>, bytes: i64, now: i64) -> Result<()> {
    catalog
        .prepare_cached(
            "INSERT INTO assets (id, hash, bytes, kind, media_type, state, added_at)
             VALUES (?1, ?2, ?3, 'other', 'application/octet-stream', 'pending', ?4)",
        )?
        .execute(params![asset.as_str(), hash.map(<[u8; 32]>::as_slice), bytes, now])?;
    Ok(())
}

/// Gives content to an asset that could not be read before.
pub fn fill(catalog: &Connection, asset: &AssetId, hash: &[u8; 32], bytes: i64) -> Result<()> {
    catalog
        .prepare_cached(
            "UPDATE assets SET hash = ?2, bytes = ?3, state = 'pending', read_state = 'pending', failure_code = NULL, failure_params = NULL
             WHERE id = ?1",
        )?
        .execute(params![asset.as_str(), hash.as_slice(), bytes])?;
    Ok(())
}

/// True when the asset stands for bytes that were never read.
pub fn is_placeholder(catalog: &Connection, asset: &AssetId) -> Result<bool> {
    Ok(catalog.prepare_cached("SELECT 1 FROM assets WHERE id = ?1 AND hash IS NULL")?.exists([asset.as_str()])?)
}

/// Removes an asset that stood for unread bytes, now that they are known to be another's.
pub fn remove_placeholder(catalog: &Connection, asset: &AssetId) -> Result<()> {
    catalog.execute("UPDATE locations SET replaces = NULL WHERE replaces = ?1", [asset.as_str()])?;
    versions::forget(catalog, asset)?;
    catalog.execute("DELETE FROM assets WHERE id = ?1 AND hash IS NULL", [asset.as_str()])?;
    Ok(())
}

/// A step on an asset failed. What its reading had ended in is kept, to come back to.
pub fn fail(catalog: &Connection, asset: &AssetId, state: AssetState, failure: &Words) -> Result<()> {
    catalog.prepare_cached("UPDATE assets SET state = ?2, failure_code = ?3, failure_params = ?4 WHERE id = ?1")?.execute(params![
        asset.as_str(),
        state.as_str(),
        failure.code,
        params_json(failure)
    ])?;
    Ok(())
}

/// How the reading of a row of `assets` ended: without a page, or with members left out, it is not whole.
const READ: &str = "CASE WHEN read_state = 'ready' AND (members_cut OR EXISTS (SELECT 1 FROM jobs p WHERE p.subject = assets.id
       AND p.state IN ('failed', 'parked') AND p.part IS NOT NULL)) THEN 'partial' ELSE read_state END";

/// A step succeeded: unless another step of the asset still stands failed, its state is what its reading ended in.
pub fn mend(catalog: &Connection, asset: &AssetId) -> Result<()> {
    let failed = jobs::FAILED_WHOLE;
    let sql = format!(
        "UPDATE assets SET state = {READ}, failure_code = NULL, failure_params = NULL WHERE id = ?1 AND state <> 'missing'
           AND (failure_code IS NOT NULL OR state <> {READ}) AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.subject = ?1 AND {failed})"
    );
    catalog.prepare_cached(&sql)?.execute([asset.as_str()])?;
    Ok(())
}

/// The last location went.
pub fn lose(catalog: &Connection, asset: &AssetId) -> Result<()> {
    let sql = "UPDATE assets SET state = 'missing' WHERE id = ?1";
    catalog.prepare_cached(sql)?.execute([asset.as_str()])?;
    Ok(())
}

/// A location is there (again): the state is what the reading, or its failure, had ended in.
pub fn find(catalog: &Connection, asset: &AssetId) -> Result<()> {
    let sql = format!(
        "UPDATE assets SET state = CASE WHEN failure_code IS NULL OR failure_code = 'vanished' THEN {READ}
           WHEN failure_code IN ('model_missing', 'needs_ffmpeg') THEN 'unread' WHEN failure_code IN ('locked', 'cannot_unlock') THEN 'locked' ELSE 'failed' END,
         failure_params = CASE WHEN failure_code = 'vanished' THEN NULL ELSE failure_params END, failure_code = nullif(failure_code, 'vanished')
         WHERE id = ?1 AND state = 'missing'"
    );
    catalog.prepare_cached(&sql)?.execute([asset.as_str()])?;
    Ok(())
}

/// What a decoder says an asset is, and how its reading ended.
pub fn describe(catalog: &Connection, asset: &AssetId, kind: MediaKind, media_type: &str, read: Option<AssetState>) -> Result<()> {
    let sql = "UPDATE assets SET kind = ?2, media_type = ?3, read_state = coalesce(?4, read_state) WHERE id = ?1";
    catalog.prepare_cached(sql)?.execute(params![asset.as_str(), kind.as_str(), media_type, read.map(AssetState::as_str)])?;
    Ok(())
}

/// Replaces a stage's notes on an asset, or on a page of it.
pub fn set_notes(catalog: &Connection, asset: &AssetId, run: &str, stage: JobKind, page: u32, notes: &[Words]) -> Result<()> {
    remove_notes(catalog, asset, stage, page)?;
    notes.iter().try_for_each(|note| add_note(catalog, asset, Some(run), stage, page, note))
}

/// Removes a stage's notes on an asset, or on a page of it.
pub fn remove_notes(catalog: &Connection, asset: &AssetId, stage: JobKind, page: u32) -> Result<()> {
    let sql = "DELETE FROM asset_notes WHERE asset_id = ?1 AND stage = ?2 AND page = ?3";
    catalog.prepare_cached(sql)?.execute(params![asset.as_str(), stage.as_str(), page])?;
    Ok(())
}

/// One more note; a known one stays as it is.
pub fn add_note(catalog: &Connection, asset: &AssetId, run: Option<&str>, stage: JobKind, page: u32, note: &Words) -> Result<()> {
    let sql = "INSERT OR IGNORE INTO asset_notes (asset_id, run_id, stage, page, code, params) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let row = params![asset.as_str(), run, stage.as_str(), page, note.code, params_json(note)];
    catalog.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

/// How the reading of an asset ended, when a stage after decoding found out.
pub fn end(catalog: &Connection, asset: &AssetId, state: AssetState) -> Result<()> {
    catalog.prepare_cached("UPDATE assets SET read_state = ?2 WHERE id = ?1")?.execute([asset.as_str(), state.as_str()])?;
    Ok(())
}

/// Whether members of a container were left out.
pub fn set_members_cut(catalog: &Connection, asset: &AssetId, cut: bool) -> Result<()> {
    catalog.prepare_cached("UPDATE assets SET members_cut = ?2 WHERE id = ?1")?.execute(params![asset.as_str(), cut])?;
    Ok(())
}

/// What an asset is, and the language it is known to be in; none when there is no such asset.
pub fn language(catalog: &Connection, asset: &AssetId) -> Result<Option<(MediaKind, Option<String>)>> {
    let sql = "SELECT kind, language FROM assets WHERE id = ?1";
    let row = |row: &Row<'_>| Ok((word(row, 0, MediaKind::parse)?, row.get(1)?));
    Ok(catalog.prepare_cached(sql)?.query_row([asset.as_str()], row).optional()?)
}

/// The language of an asset's text or speech, as ISO 639-1.
pub fn set_language(catalog: &Connection, asset: &AssetId, language: Option<&str>) -> Result<()> {
    catalog.prepare_cached("UPDATE assets SET language = ?2 WHERE id = ?1")?.execute(params![asset.as_str(), language])?;
    Ok(())
}

/// Replaces the facts that a stage read out of an asset.
pub fn set_properties(catalog: &Connection, asset: &AssetId, run: &str, stage: JobKind, properties: &[Property]) -> Result<()> {
    let old = "DELETE FROM properties WHERE asset_id = ?1 AND (SELECT r.stage FROM runs r WHERE r.id = properties.run_id) = ?2";
    let removed = catalog.prepare_cached(old)?.execute([asset.as_str(), stage.as_str()])?;
    if removed > 0 || properties.iter().any(|property| facts::is_searched(&property.key)) {
        due::facts(catalog, asset)?;
    }
    let mut insert = catalog.prepare_cached("INSERT OR REPLACE INTO properties (asset_id, run_id, key, value) VALUES (?1, ?2, ?3, ?4)")?;
    for property in properties {
        insert.execute(params![asset.as_str(), run, property.key, property.value])?;
        threads::link(catalog, asset, property)?;
    }
    Ok(())
}

/// The media type of an asset; none when there is no such asset.
pub fn media_type(catalog: &Connection, asset: &AssetId) -> Result<Option<String>> {
    let sql = "SELECT media_type FROM assets WHERE id = ?1";
    Ok(catalog.prepare_cached(sql)?.query_row([asset.as_str()], |row| row.get(0)).optional()?)
}

/// What an asset is; none when there is no such asset.
pub fn kind(catalog: &Connection, asset: &AssetId) -> Result<Option<MediaKind>> {
    let sql = "SELECT kind FROM assets WHERE id = ?1";
    Ok(catalog.prepare_cached(sql)?.query_row([asset.as_str()], |row| word(row, 0, MediaKind::parse)).optional()?)
}

/// Replaces the pictures or sounds that a stage made of an asset. Their ids are the same each time.
pub fn set_renditions(catalog: &Connection, asset: &AssetId, run: &str, stage: JobKind, renditions: &[NewRendition]) -> Result<()> {
    let made: Vec<&str> = RenditionKind::ALL.iter().filter(|kind| jobs::maker(**kind) == stage).map(|kind| kind.as_str()).collect();
    let made = serde_json::to_string(&made).expect("BUG: kinds are always JSON");
    let old = "DELETE FROM renditions WHERE asset_id = ?1 AND kind IN (SELECT value FROM json_each(?2))";
    catalog.prepare_cached(old)?.execute(params![asset.as_str(), made])?;
    let mut insert = catalog.prepare_cached(
        "INSERT INTO renditions (id, asset_id, run_id, kind, page, media_type, width, height, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    for new in renditions {
        let (kind, media) = (new.kind.as_str(), &new.media_type);
        insert.execute(params![new.id.as_str(), asset.as_str(), run, kind, new.page, media, new.width, new.height, new.bytes])?;
    }
    Ok(())
}

/// Notes on an asset, in the order of the stages.
pub fn notes(catalog: &Connection, asset: &AssetId) -> Result<Vec<Words>> {
    let mut query =
        catalog.prepare_cached("SELECT code, params FROM asset_notes WHERE asset_id = ?1 ORDER BY stage, page, code, params")?;
    let rows = query.query_map([asset.as_str()], |row| Ok(words_of(row.get(0)?, &row.get::<_, String>(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Facts of an asset by key.
pub fn properties(catalog: &Connection, asset: &AssetId) -> Result<Vec<Property>> {
    let mut query = catalog.prepare_cached("SELECT key, value FROM properties WHERE asset_id = ?1 ORDER BY key")?;
    let rows = query.query_map([asset.as_str()], |row| Ok(Property { key: row.get(0)?, value: row.get(1)? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Pictures of an asset.
pub fn renditions(catalog: &Connection, asset: &AssetId) -> Result<Vec<RenditionRow>> {
    let sql = "SELECT id, kind, page, media_type, width, height FROM renditions WHERE asset_id = ?1 ORDER BY page, kind";
    let mut query = catalog.prepare_cached(sql)?;
    let rows = query.query_map([asset.as_str()], rendition_of)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn rendition_of(row: &Row<'_>) -> rusqlite::Result<RenditionRow> {
    Ok(RenditionRow {
        id: RenditionId(row.get(0)?),
        kind: word(row, 1, RenditionKind::parse)?,
        page: row.get(2)?,
        media_type: row.get(3)?,
        width: row.get(4)?,
        height: row.get(5)?,
    })
}

/// A rendition, the asset it belongs to, and whether it is drawn when somebody looks at it.
#[derive(Debug)]
pub struct Stored {
    pub row: RenditionRow,
    pub asset: AssetId,
    pub on_demand: bool,
}

fn stored_of(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok(Stored { row: rendition_of(row)?, asset: AssetId(row.get(6)?), on_demand: row.get(7)? })
}

/// One rendition.
pub fn rendition(catalog: &Connection, id: &RenditionId) -> Result<Option<Stored>> {
    let sql = "SELECT id, kind, page, media_type, width, height, asset_id, bytes = 0 AND kind = 'page' FROM renditions WHERE id = ?1";
    Ok(catalog.prepare_cached(sql)?.query_row([id.as_str()], stored_of).optional()?)
}

/// The picture of a page of an asset.
pub fn page_rendition(catalog: &Connection, asset: &AssetId, page: u32) -> Result<Option<RenditionRow>> {
    let sql = "SELECT id, kind, page, media_type, width, height FROM renditions WHERE asset_id = ?1 AND kind = 'page' AND page = ?2";
    Ok(catalog.prepare_cached(sql)?.query_row(params![asset.as_str(), page], rendition_of).optional()?)
}

/// True when an asset has a rendition of a kind, whether or not its file is there.
pub fn has_rendition(catalog: &Connection, asset: &AssetId, kind: RenditionKind) -> Result<bool> {
    let sql = "SELECT 1 FROM renditions WHERE asset_id = ?1 AND kind = ?2";
    Ok(catalog.prepare_cached(sql)?.exists(params![asset.as_str(), kind.as_str()])?)
}

/// Renditions of assets that are there whose files have to be in the cache.
pub fn kept_renditions(catalog: &Connection) -> Result<Vec<(RenditionId, AssetId, RenditionKind)>> {
    let sql = "SELECT id, asset_id, kind FROM renditions r WHERE NOT (bytes = 0 AND kind = 'page')
         AND EXISTS (SELECT 1 FROM locations l WHERE l.asset_id = r.asset_id AND l.missing_since IS NULL)";
    let mut query = catalog.prepare(sql)?;
    let rows = query.query_map([], |row| Ok((RenditionId(row.get(0)?), AssetId(row.get(1)?), word(row, 2, RenditionKind::parse)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Every rendition.
pub fn all_renditions(catalog: &Connection) -> Result<Vec<RenditionId>> {
    let mut query = catalog.prepare("SELECT id FROM renditions")?;
    let rows = query.query_map([], |row| Ok(RenditionId(row.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Hashes of every content.
pub fn contents(catalog: &Connection) -> Result<Vec<[u8; 32]>> {
    let mut query = catalog.prepare("SELECT hash FROM assets WHERE hash IS NOT NULL")?;
    let rows = query.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A closed word from a column; the CHECK of the table makes others impossible.
pub(crate) fn word<T>(row: &Row<'_>, column: usize, parse: impl Fn(&str) -> Option<T>) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    parse(&text).ok_or_else(|| rusqlite::Error::InvalidColumnType(column, text, rusqlite::types::Type::Text))
}

/// Columns of an `AssetRow`, from `assets a` joined with its first location `l` and folder `f`.
const ROW: &str = "a.id, coalesce(l.display, ''), l.folder_id, a.kind, a.media_type, a.bytes, a.state, a.failure_code, a.failure_params,
    (SELECT r.id FROM renditions r WHERE r.asset_id = a.id AND r.kind = 'thumbnail' AND r.page = 1),
    (SELECT count(*) FROM locations c WHERE c.asset_id = a.id AND c.missing_since IS NULL),
    (SELECT count(*) FROM review_items i WHERE i.asset_id = a.id AND i.state IN ('open', 'deferred')),
    EXISTS (SELECT 1 FROM jobs j WHERE j.subject = a.id AND j.state IN ('queued', 'running')),
    a.added_at,
    (SELECT substr(e.text, 1, 240) FROM extractions e WHERE e.asset_id = a.id AND e.superseded_by IS NULL AND e.stage IN ('decode', 'transcribe') ORDER BY e.page LIMIT 1),
    (SELECT json_group_array(n.answer) FROM annotations n JOIN decisions d ON d.id = n.decision_id
     WHERE n.asset_id = a.id AND n.question_id = 'what is it?' AND d.verdict IN ('accepted', 'corrected')),
    (SELECT s.answer FROM suggestions s WHERE s.asset_id = a.id AND s.question_id = 'what is it?' AND s.superseded_by IS NULL
       AND NOT EXISTS (SELECT 1 FROM review_items i WHERE i.asset_id = a.id AND i.question_id = 'what is it?' AND i.state <> 'withdrawn')
     ORDER BY s.score DESC, s.rowid LIMIT 1),
    a.language, (SELECT CAST(p.value AS REAL) FROM properties p WHERE p.asset_id = a.id AND p.key = 'duration'),
    l.parent_asset, (SELECT count(*) FROM locations m WHERE m.parent_asset = a.id),
    (SELECT count(*) FROM renditions r WHERE r.asset_id = a.id AND r.kind = 'page')";

/// The first location of an asset: one that is there before one that is missing.
const FROM: &str = "assets a LEFT JOIN locations l ON l.id =
    (SELECT x.id FROM locations x WHERE x.asset_id = a.id ORDER BY x.missing_since IS NOT NULL, x.parent_asset IS NOT NULL, x.id LIMIT 1)";

fn row_of(row: &Row<'_>) -> rusqlite::Result<AssetRow> {
    let path: String = row.get(1)?;
    let kind = word(row, 3, MediaKind::parse)?;
    let failure: Option<String> = row.get(7)?;
    let params: Option<String> = row.get(8)?;
    Ok(AssetRow {
        id: AssetId(row.get(0)?),
        name: paths::file_name(&path).to_owned(),
        path,
        folder: row.get::<_, Option<String>>(2)?.map(FolderId),
        kind,
        media_type: row.get(4)?,
        bytes: row.get(5)?,
        state: word(row, 6, AssetState::parse)?,
        failure: failure.map(|code| words_of(code, params.as_deref().unwrap_or("{}"))),
        thumbnail: row.get::<_, Option<String>>(9)?.map(RenditionId),
        copies: count(row.get(10)?),
        open_items: count(row.get(11)?),
        busy: row.get(12)?,
        added_at: row.get(13)?,
        excerpt: row.get::<_, Option<String>>(14)?.filter(|text| !text.trim().is_empty()),
        labels: serde_json::from_str(&row.get::<_, String>(15)?).unwrap_or_default(),
        suggested: row.get(16)?,
        language: row.get(17)?,
        seconds: row.get(18)?,
        parent: row.get::<_, Option<String>>(19)?.map(AssetId),
        members: count(row.get(20)?),
        // A picture is no document of one page.
        pages: Some(count(row.get(21)?)).filter(|pages| *pages > u32::from(kind == MediaKind::Image)),
    })
}

/// A member is shown at the path of its container, in the folder of the outermost file; an earlier version where it stood.
fn placed(catalog: &Connection, row: AssetRow) -> Result<AssetRow> {
    let earlier = row.state == AssetState::Missing && versions::is_earlier(catalog, &row.id)?;
    if row.parent.is_none() && !earlier {
        return Ok(row);
    }
    let Some(way) = members::way_to(catalog, &row.id)? else { return Ok(row) };
    let name = if earlier { versions::name(&way.path) } else { row.name };
    Ok(AssetRow { name, path: way.path, folder: Some(way.folder), ..row })
}

/// One asset as lists show it.
pub fn row(catalog: &Connection, asset: &AssetId) -> Result<Option<AssetRow>> {
    let sql = format!("SELECT {ROW} FROM {FROM} WHERE a.id = ?1");
    let row = catalog.prepare_cached(&sql)?.query_row([asset.as_str()], row_of).optional()?;
    row.map(|row| placed(catalog, row)).transpose()
}

/// BLAKE3 of an asset in hexadecimal.
pub fn hash(catalog: &Connection, asset: &AssetId) -> Result<Option<String>> {
    Ok(source(catalog, asset)?.map(|source| blake3::Hash::from(source.hash).to_hex().to_string()))
}

fn order_sql(sort: AssetSort) -> &'static str {
    match sort {
        AssetSort::Newest => "a.added_at DESC, a.id DESC",
        AssetSort::Oldest => "a.added_at, a.id",
        AssetSort::Name => "lower(l.display), a.id",
        AssetSort::Kind => "a.kind, a.added_at DESC, a.id DESC",
        AssetSort::Size => "a.bytes DESC, a.id",
        AssetSort::State => "a.state, a.added_at DESC, a.id DESC",
    }
}

/// A page of assets and how many match in all.
pub fn page(catalog: &Connection, filter: &AssetFilter, sort: AssetSort, offset: u32, limit: u32) -> Result<AssetPage> {
    let (wanted, values) = filter_sql(filter);
    let values: Vec<&dyn ToSql> = values.iter().map(AsRef::as_ref).collect();
    let total =
        catalog.prepare_cached(&format!("SELECT count(*) FROM assets a WHERE {wanted}"))?.query_row(values.as_slice(), |row| row.get(0))?;
    // The page is chosen before its columns are computed, so that a late page costs no more than an early one.
    let named = if sort == AssetSort::Name { FROM } else { "assets a" };
    let order = order_sql(sort);
    let chosen = format!("SELECT a.id FROM {named} WHERE {wanted} ORDER BY {order} LIMIT {limit} OFFSET {offset}");
    let sql = format!("SELECT {ROW} FROM {FROM} WHERE a.id IN ({chosen}) ORDER BY {order}");
    let mut query = catalog.prepare_cached(&sql)?;
    let rows = query.query_map(values.as_slice(), row_of)?.collect::<Result<Vec<_>, _>>()?;
    let rows = rows.into_iter().map(|row| placed(catalog, row)).collect::<Result<_>>()?;
    Ok(AssetPage { rows, total: count(total) })
}

/// Assets by state.
pub fn by_state(catalog: &Connection) -> Result<Vec<(AssetState, u32)>> {
    let mut query = catalog.prepare_cached("SELECT state, count(*) FROM assets GROUP BY state ORDER BY state")?;
    let rows = query.query_map([], |row| Ok((word(row, 0, AssetState::parse)?, count(row.get(1)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Ids of every asset, oldest first.
pub fn ids(catalog: &Connection, filter: &AssetFilter) -> Result<Vec<AssetId>> {
    let (wanted, values) = filter_sql(filter);
    let values: Vec<&dyn ToSql> = values.iter().map(AsRef::as_ref).collect();
    let mut query = catalog.prepare(&format!("SELECT a.id FROM assets a WHERE {wanted} ORDER BY a.added_at, a.id"))?;
    let rows = query.query_map(values.as_slice(), |row| Ok(AssetId(row.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Assets with a location below an absolute path (or exactly there), and what was found in them.
pub fn below(catalog: &Connection, path: &[u8]) -> Result<Vec<AssetId>> {
    let mut ids = Vec::new();
    let mut query = catalog.prepare(
        "SELECT l.asset_id, f.path, l.path FROM locations l JOIN folders f ON f.id = l.folder_id WHERE l.asset_id IS NOT NULL ORDER BY l.asset_id",
    )?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let (folder, relative): (Vec<u8>, Vec<u8>) = (row.get(1)?, row.get(2)?);
        let full = paths::to_bytes(paths::from_bytes(&folder).join(paths::from_bytes(&relative)));
        if full.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/") || path.ends_with(b"/")) {
            ids.push(AssetId(row.get(0)?));
        }
    }
    ids.dedup();
    members::with_members(catalog, &ids)
}

/// Full display path of an asset's first location; of an earlier version the one that was taken over.
pub fn path(catalog: &Connection, asset: &AssetId) -> Result<String> {
    let way = members::way_to(catalog, asset)?;
    Ok(way.map(|way| locations::join(&way.folder_display, &way.path)).unwrap_or_default())
}
