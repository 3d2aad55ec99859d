//! Read-only connections, as many as are asked for at once, kept for the next who asks.
//!
//! Does not cache rows.

use super::schema;
use crate::error::Result;
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// Connections kept while nobody uses them.
const KEPT: usize = 8;

/// A pool of read-only connections.
pub struct Reader {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Reader {
    pub fn new(path: PathBuf) -> Self {
        Self { path, idle: Mutex::new(Vec::new()) }
    }

    /// Runs a query inside one snapshot of the catalog.
    pub fn read<T>(&self, query: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let connection = self.take()?;
        connection.execute_batch("BEGIN DEFERRED")?;
        let answer = query(&connection);
        connection.execute_batch("COMMIT")?;
        self.give_back(connection);
        answer
    }

    fn take(&self) -> Result<Connection> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| schema::open_for_reading(&self.path), Ok)
    }

    fn give_back(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT {
            idle.push(connection);
        }
    }
}
