//! The full text of a group of changes, put off until its commit.
//!
//! What was inserted into a full text table stays in memory until a later statement sets a savepoint of its own; then all of it
//! is written out, and such small pieces have to be merged. With one statement at the end of a group there is one piece.

use super::facts;
use crate::error::Result;
use crate::search::spaced::spaced;
use rusqlite::{Connection, params};
use std::sync::LazyLock;
use winnow_contract::id::{AssetId, LocationId};

/// Makes room for what is put off, beside the catalog. It is taken back with a change, as rows of the catalog are.
pub fn prepare(catalog: &Connection) -> Result<()> {
    catalog.execute_batch(
        "CREATE TEMP TABLE words_due (number INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
         CREATE TEMP TABLE names_due (location TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
         CREATE TEMP TABLE facts_due (asset TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;",
    )?;
    Ok(())
}

/// The text of a chunk becomes searchable with the commit.
pub fn chunk(catalog: &Connection, number: i64, text: &str) -> Result<()> {
    // A number may have been of a chunk that is gone.
    catalog.prepare_cached("INSERT OR REPLACE INTO words_due (number, text) VALUES (?1, ?2)")?.execute(params![number, spaced(text)])?;
    Ok(())
}

/// A file name becomes searchable with the commit, once per location.
pub fn name(catalog: &Connection, location: &LocationId) -> Result<()> {
    catalog.prepare_cached("INSERT OR IGNORE INTO names_due (location) VALUES (?1)")?.execute([location.as_str()])?;
    Ok(())
}

/// What an asset's properties say becomes searchable with the commit, in place of what they said before.
pub fn facts(catalog: &Connection, asset: &AssetId) -> Result<()> {
    catalog.prepare_cached("INSERT OR IGNORE INTO facts_due (asset) VALUES (?1)")?.execute([asset.as_str()])?;
    Ok(())
}

/// Names and facts that were put off, as far as they are still there and not yet written; by their numbers, for a number below the
/// last one makes the full text write out what it holds.
static NAMES: LazyLock<String> = LazyLock::new(|| {
    let lines = &*facts::LINES;
    format!(
        "INSERT INTO name_words (rowid, name, location)
         SELECT l.rowid, spaced(replace(replace(replace(l.display, '_', ' '), '-', ' '), '.', ' ')), l.id
           FROM names_due d JOIN locations l ON l.id = d.location
           WHERE l.asset_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM name_words w WHERE w.rowid = l.rowid)
         UNION ALL SELECT -a.rowid, {lines}, a.id FROM facts_due d JOIN assets a ON a.id = d.asset WHERE {lines} IS NOT NULL
         ORDER BY 1"
    )
});

/// Writes what was put off, as far as it is still there.
pub fn write(catalog: &Connection) -> Result<()> {
    let any = |table: &str| -> Result<bool> { Ok(catalog.prepare_cached(&format!("SELECT 1 FROM {table}"))?.exists([])?) };
    let run = |sql: &str| -> Result<usize> { Ok(catalog.prepare_cached(sql)?.execute([])?) };
    if any("words_due")? {
        run(
            "INSERT INTO chunk_words (rowid, text) SELECT number, text FROM words_due d WHERE EXISTS (SELECT 1 FROM chunks c WHERE c.number = d.number)",
        )?;
        run("DELETE FROM words_due")?;
    }
    let (names, facts) = (any("names_due")?, any("facts_due")?);
    if facts {
        run("DELETE FROM name_words WHERE rowid IN (SELECT -a.rowid FROM facts_due d JOIN assets a ON a.id = d.asset)")?;
    }
    if names || facts {
        run(&NAMES)?;
        run("DELETE FROM names_due")?;
        run("DELETE FROM facts_due")?;
    }
    Ok(())
}
