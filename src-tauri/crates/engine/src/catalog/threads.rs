//! Which messages are of one thread: those that name each other, or the same one, by Message-ID, In-Reply-To or References.
//!
//! Reads no mail: the ids are taken out of a message's properties when those are written.

use super::assets::{self, word};
use super::versions::EARLIER;
use crate::error::Result;
use rusqlite::{Connection, Row, params};
use winnow_contract::asset::{AssetState, Property, ThreadRow};
use winnow_contract::id::AssetId;

/// Properties that hold ids of messages.
const NAMING: [&str; 3] = ["message_id", "in_reply_to", "references"];
/// Messages and ids that are gone through for one thread.
const FOLLOWED: u32 = 4_000;
/// Messages that one view holds.
const SHOWN: u32 = 200;

/// Keeps the ids of messages that a property names; they go with it.
pub fn link(catalog: &Connection, asset: &AssetId, property: &Property) -> Result<()> {
    if !NAMING.contains(&property.key.as_str()) {
        return Ok(());
    }
    let mut insert = catalog.prepare_cached("INSERT OR IGNORE INTO message_links (asset_id, key, message) VALUES (?1, ?2, ?3)")?;
    ids(&property.value).try_for_each(|id| Ok(insert.execute(params![asset.as_str(), property.key, id]).map(drop)?))
}

/// The ids in a header. An old In-Reply-To may be words (“Your message of Tuesday”), which would tie strangers together.
fn ids(value: &str) -> impl Iterator<Item = &str> {
    value.split_whitespace().filter(|word| word.contains('@'))
}

/// The other messages of an asset's thread, the oldest first by their dates, those without a date last, earlier versions left out; at most 200. Work is
/// linear in the ids that the thread's messages name, for each message and each id is followed once.
pub fn others(catalog: &Connection, asset: &AssetId) -> Result<Vec<ThreadRow>> {
    let property = |key: &str| format!("(SELECT p.value FROM properties p WHERE p.asset_id = a.id AND p.key = '{key}' AND p.value <> '')");
    let sql = format!(
        "WITH RECURSIVE thread (asset, message) AS (SELECT ?1, NULL
           UNION SELECT NULL, l.message FROM thread t JOIN message_links l ON l.asset_id = t.asset
           UNION SELECT l.asset_id, NULL FROM thread t JOIN message_links l ON l.message = t.message LIMIT {FOLLOWED})
         SELECT a.id, a.state, {}, {}, {} AS date FROM thread t JOIN assets a ON a.id = t.asset WHERE a.id <> ?1 AND NOT {EARLIER}
         ORDER BY unixepoch(date) IS NULL, unixepoch(date), a.id LIMIT {SHOWN}",
        property("subject"),
        property("from"),
        property("date"),
    );
    let mut query = catalog.prepare_cached(&sql)?;
    let rows = query.query_map([asset.as_str()], row_of)?;
    rows.map(|row| named(catalog, row?)).collect()
}

fn row_of(row: &Row<'_>) -> rusqlite::Result<ThreadRow> {
    Ok(ThreadRow {
        asset: AssetId(row.get(0)?),
        state: word(row, 1, AssetState::parse)?,
        name: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
        from: row.get(3)?,
        date: row.get(4)?,
    })
}

/// A message without a subject is called by its file.
fn named(catalog: &Connection, mut row: ThreadRow) -> Result<ThreadRow> {
    if row.name.is_empty() {
        row.name = assets::row(catalog, &row.asset)?.map(|row| row.name).unwrap_or_default();
    }
    Ok(row)
}
