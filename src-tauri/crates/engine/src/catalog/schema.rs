//! Opens the catalog file and brings it to the newest schema. Migrations are immutable and listed here.
//!
//! Does not repair: a file that SQLite refuses is reported as it is.

use crate::error::{EngineError, Result};
use crate::ports::Ports;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use rusqlite_migration::{M, Migrations};
use std::path::Path;
use std::time::Duration;

const MIGRATIONS: &[M<'_>] = &[
    M::up(include_str!("../../../../../migrations/0001_catalog.sql")),
    M::up(include_str!("../../../../../migrations/0002_meaning.sql")).foreign_key_check(),
    M::up(include_str!("../../../../../migrations/0003_members.sql")).foreign_key_check(),
];

/// The schema this program writes: the number of migrations.
pub const KNOWN: i64 = MIGRATIONS.len() as i64;

/// Questions every library asks.
const QUESTIONS: &[(&str, &str)] = &[
    ("sensitive", "Is this a piece of personal or secret data, and may it stay in the text?"),
    ("reading", "Was this read, or heard, well enough to rely on its words?"),
    ("what is it?", "What kind of thing is this?"),
    ("alike", "Is this the same thing as the other, so that one decision holds for both?"),
];

/// Memory for pages of the catalog that the writer keeps at hand, in kilobytes.
const KEPT_PAGES_KB: i64 = 8_000;
/// Pages in the log of changes at which they are brought into the catalog: 32 MB, so that one page goes there once for many changes.
const LOGGED_PAGES: i64 = 8_000;

/// A connection that may write. Only the writer thread holds one.
pub fn open_for_writing(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path)?;
    // A negative size is one in kilobytes.
    connection.pragma_update(None, "cache_size", -KEPT_PAGES_KB)?;
    connection.pragma_update(None, "wal_autocheckpoint", LOGGED_PAGES)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "mmap_size", 0)?;
    in_memory(&connection)?;
    compiled_once(&connection)?;
    super::words::functions(&connection)?;
    connection.set_prepared_statement_cache_capacity(128);
    super::due::prepare(&connection)?;
    Ok(connection)
}

/// Brings the log of changes into the catalog's file as far as nobody reads in it, so that the file alone is the whole catalog.
pub fn fold(path: &Path) -> Result<()> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    Ok(connection.query_row("PRAGMA wal_checkpoint (PASSIVE)", [], |_| Ok(()))?)
}

/// A connection that can only read.
pub fn open_for_reading(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "query_only", true)?;
    in_memory(&connection)?;
    compiled_once(&connection)?;
    super::words::functions(&connection)?;
    connection.set_prepared_statement_cache_capacity(64);
    check_version(&connection)?;
    wait_until_made(&connection)?;
    Ok(connection)
}

/// A statement stays as it was compiled: without this, one with a limit that is bound is compiled again each time it is asked.
fn compiled_once(connection: &Connection) -> Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// What SQLite puts aside for a moment stays in memory: no temporary file is made outside of the library.
fn in_memory(connection: &Connection) -> Result<()> {
    Ok(connection.pragma_update(None, "temp_store", "MEMORY")?)
}

/// Whoever makes a library is done in a moment; until then there is nothing to read.
fn wait_until_made(connection: &Connection) -> Result<()> {
    for _ in 0..100 {
        let made = "SELECT count(*) FROM sqlite_schema WHERE name = 'library'";
        if connection.query_row(made, [], |row| row.get::<_, i64>(0))? == 1 && connection.prepare("SELECT 1 FROM library")?.exists([])? {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Err(EngineError::Unusable("its catalog was never finished".into()))
}

/// Brings the file to the newest schema and makes sure of the rows that every library has.
pub fn migrate(connection: &mut Connection, ports: &Ports) -> Result<()> {
    check_version(connection)?;
    // Tables that others refer to are rebuilt by some migrations; references are checked at the end of each of those.
    connection.pragma_update(None, "foreign_keys", false)?;
    Migrations::from_slice(MIGRATIONS).to_latest(connection).map_err(|error| EngineError::Unusable(error.to_string()))?;
    connection.pragma_update(None, "foreign_keys", true)?;
    seed(connection, ports)
}

/// The key for keyed hashes of values.
pub fn value_key(connection: &Connection) -> Result<[u8; 32]> {
    let key: Vec<u8> = connection.query_row("SELECT value_key FROM library", [], |row| row.get(0))?;
    key.try_into().map_err(|_| EngineError::Unusable("the library's key has the wrong length".into()))
}

fn check_version(connection: &Connection) -> Result<()> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > KNOWN { Err(EngineError::Newer { found, known: KNOWN }) } else { Ok(()) }
}

fn seed(connection: &mut Connection, ports: &Ports) -> Result<()> {
    let now = ports.clock.now_ms();
    let tx = connection.transaction()?;
    let known: Option<i64> = tx.query_row("SELECT 1 FROM library", [], |row| row.get(0)).optional()?;
    if known.is_none() {
        let key = random_bytes()?;
        tx.execute("INSERT INTO library (id, created_at, value_key) VALUES (?1, ?2, ?3)", params![ports.ids.next(), now, key])?;
        let person = params![ports.ids.next(), now];
        tx.execute("INSERT INTO actors (id, kind, name, created_at) VALUES (?1, 'person', 'you', ?2)", person)?;
        tx.execute("INSERT INTO audit_head (one, events, hash) VALUES (1, 0, zeroblob(32))", [])?;
    }
    for (id, guideline) in QUESTIONS {
        tx.execute("INSERT OR IGNORE INTO questions (id, guideline, created_at) VALUES (?1, ?2, ?3)", params![id, guideline, now])?;
    }
    tx.commit()?;
    Ok(())
}

/// 32 bytes from the system's random source.
pub(crate) fn random_bytes() -> Result<[u8; 32]> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| EngineError::Unusable(format!("no random numbers: {error}")))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_put_aside_in_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("catalog.sqlite");
        let mut writer = open_for_writing(&path).expect("a catalog");
        migrate(&mut writer, &crate::testing::ports()).expect("a schema");
        for connection in [&writer, &open_for_reading(&path).expect("a reader")] {
            let kept: i64 = connection.pragma_query_value(None, "temp_store", |row| row.get(0)).expect("a number");
            assert_eq!(kept, 2, "in memory");
        }
    }

    #[test]
    fn migrations_are_valid() {
        assert!(Migrations::from_slice(MIGRATIONS).validate().is_ok());
    }

    /// A library of the first version, with a file that was read and looked through.
    fn first_version() -> Connection {
        let connection = Connection::open_in_memory().expect("a catalog");
        connection.execute_batch(include_str!("../../../../../migrations/0001_catalog.sql")).expect("the first schema");
        connection
            .execute_batch(
                "PRAGMA user_version = 1;
                 INSERT INTO library VALUES ('l', 1, zeroblob(32));
                 INSERT INTO audit_head VALUES (1, 0, zeroblob(32));
                 INSERT INTO questions VALUES ('sensitive', '?', '[]', 1);
                 INSERT INTO folders (id, path, display, loose, added_at) VALUES ('f', x'2f61', '/a', 0, 1);
                 INSERT INTO assets (id, hash, bytes, kind, media_type, state, added_at) VALUES ('a', zeroblob(32), 9, 'image', 'image/png', 'ready', 1);
                 INSERT INTO locations (id, asset_id, folder_id, path, display, size, mtime_ns, first_seen, last_seen)
                   VALUES ('p', 'a', 'f', x'62', 'b', 9, 1, 1, 1);
                 INSERT INTO jobs (id, kind, subject, fingerprint, lane, state, created_at, changed_at) VALUES ('j', 'ocr', 'a', '1', 'ocr', 'done', 1, 1);
                 INSERT INTO jobs (id, kind, subject, fingerprint, lane, state, created_at, changed_at) VALUES ('k', 'detect', 'a', '1', 'io', 'queued', 1, 1);
                 INSERT INTO runs VALUES ('r', 'j', 'ocr', 'a', 'tool', NULL, zeroblob(32), 1, 2);
                 INSERT INTO renditions VALUES ('n', 'a', 'r', 'page', 1, 'image/png', 10, 10, 9);
                 INSERT INTO extractions (id, asset_id, run_id, stage, tool, text, text_hash, characters, spans)
                   VALUES ('e', 'a', 'r', 'ocr', 'tool', 'first part, second part', zeroblob(32), 23, '[]');
                 INSERT INTO chunks (number, id, asset_id, extraction_id, start, \"end\", page) VALUES (1, 'c', 'a', 'e', 0, 10, 1), (2, 'd', 'a', 'e', 12, 23, 1);
                 INSERT INTO chunk_words (rowid, text) VALUES (1, 'first part');
                 INSERT INTO review_items VALUES ('i', 'a', 'r', 'sensitive', 'finding', 't', 'code', '{}', 0.5, 0, 'open', 'policy 1', 1);
                 INSERT INTO properties VALUES ('a', 'r', 'width', '10');",
            )
            .expect("rows");
        connection
    }

    #[test]
    fn a_library_of_the_first_version_keeps_everything() {
        let mut connection = first_version();
        let tables = ["jobs", "runs", "renditions", "extractions", "chunks", "review_items", "locations", "folders", "properties"];
        let count = |connection: &Connection| {
            tables.map(|table| {
                connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0)).expect("a count")
            })
        };
        let before = count(&connection);
        migrate(&mut connection, &crate::testing::ports()).expect("migrated");
        assert_eq!(count(&connection), before);
        let broken = connection.prepare("PRAGMA foreign_key_check").expect("a check").query_map([], |_| Ok(())).expect("rows").count();
        assert_eq!(broken, 0);
        let to: String = connection
            .query_row("SELECT \"table\" FROM pragma_foreign_key_list('runs') WHERE \"from\" = 'job_id'", [], |row| row.get(0))
            .expect("a reference");
        assert_eq!(to, "jobs", "runs still refer to the rebuilt table");
        assert!(connection.execute("INSERT INTO runs VALUES ('x', 'nobody', 'ocr', 'a', 't', NULL, zeroblob(32), 1, 2)", []).is_err());
    }

    #[test]
    fn chunks_of_an_older_library_get_their_hashes() {
        use crate::catalog::vectors::fill_hashes;
        let mut connection = first_version();
        migrate(&mut connection, &crate::testing::ports()).expect("migrated");
        assert_eq!((fill_hashes(&connection, 1).expect("one"), fill_hashes(&connection, 9).expect("the other")), (1, 1));
        assert_eq!(fill_hashes(&connection, 9).expect("none"), 0);
        for (chunk, text) in [("c", "first part"), ("d", "second part")] {
            let hash: [u8; 32] =
                connection.query_row("SELECT text_hash FROM chunks WHERE id = ?1", [chunk], |row| row.get(0)).expect("a hash");
            assert_eq!(hash, *blake3::hash(text.as_bytes()).as_bytes(), "{chunk}");
        }
    }

    #[test]
    fn released_migrations_never_change() {
        let check = |sql: &[u8], pinned: &str| assert_eq!(blake3::hash(sql).to_hex().as_str(), pinned.trim());
        check(include_bytes!("../../../../../migrations/0001_catalog.sql"), include_str!("../../../../../migrations/0001_catalog.blake3"));
        check(include_bytes!("../../../../../migrations/0002_meaning.sql"), include_str!("../../../../../migrations/0002_meaning.blake3"));
        check(include_bytes!("../../../../../migrations/0003_members.sql"), include_str!("../../../../../migrations/0003_members.blake3"));
    }
}
