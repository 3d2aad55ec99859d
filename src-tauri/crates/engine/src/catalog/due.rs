//! The full text of a group of changes, put off until its commit.
//!
//! What was inserted into a full text table stays in memory until a later statement sets a savepoint of its own; then all of it
//! is written out, and such small pieces have to be merged. With one statement at the end of a group there is one piece.

use crate::error::Result;
use rusqlite::{Connection, params};
use winnow_contract::id::LocationId;

/// Makes room for what is put off, beside the catalog. It is taken back with a change, as rows of the catalog are.
pub fn prepare(catalog: &Connection) -> Result<()> {
    catalog.execute_batch(
        "CREATE TEMP TABLE words_due (number INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
         CREATE TEMP TABLE names_due (location TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;",
    )?;
    Ok(())
}

/// The text of a chunk becomes searchable with the commit.
pub fn chunk(catalog: &Connection, number: i64, text: &str) -> Result<()> {
    // A number may have been of a chunk that is gone.
    catalog.prepare_cached("INSERT OR REPLACE INTO words_due (number, text) VALUES (?1, ?2)")?.execute(params![number, text])?;
    Ok(())
}

/// A file name becomes searchable with the commit, once per location.
pub fn name(catalog: &Connection, location: &LocationId) -> Result<()> {
    catalog.prepare_cached("INSERT OR IGNORE INTO names_due (location) VALUES (?1)")?.execute([location.as_str()])?;
    Ok(())
}

/// Writes what was put off, as far as it is still there.
pub fn write(catalog: &Connection) -> Result<()> {
    if catalog.prepare_cached("SELECT 1 FROM words_due")?.exists([])? {
        let words = "INSERT INTO chunk_words (rowid, text) SELECT number, text FROM words_due d WHERE EXISTS (SELECT 1 FROM chunks c WHERE c.number = d.number)";
        catalog.prepare_cached(words)?.execute([])?;
        catalog.prepare_cached("DELETE FROM words_due")?.execute([])?;
    }
    if catalog.prepare_cached("SELECT 1 FROM names_due")?.exists([])? {
        let names = "INSERT INTO name_words (rowid, name, location)
             SELECT l.rowid, replace(replace(replace(l.display, '_', ' '), '-', ' '), '.', ' '), l.id FROM names_due d JOIN locations l ON l.id = d.location
             WHERE l.asset_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM name_words w WHERE w.rowid = l.rowid)";
        catalog.prepare_cached(names)?.execute([])?;
        catalog.prepare_cached("DELETE FROM names_due")?.execute([])?;
    }
    Ok(())
}
