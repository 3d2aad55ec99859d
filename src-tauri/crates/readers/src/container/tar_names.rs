//! What entries of a tar say of the entry that follows: long names, pax records.
//!
//! Records for all entries to come (`g`) are passed over: they name no member.

use super::sparse::Sparse;
use std::io::{self, Read};
use tar::{EntryType, PaxExtensions};

/// Bytes of such an entry that are read.
const LIMIT: u64 = 1 << 20;

/// What was said of the next entry.
#[derive(Default)]
pub struct Ahead {
    pub name: Option<Vec<u8>>,
    pub size: Option<u64>,
    /// Seconds since 1970.
    pub mtime: Option<u64>,
    sparse: Option<Sparse>,
}

impl Ahead {
    /// True for entries that say something of the next one.
    pub fn is_told_by(kind: EntryType) -> bool {
        matches!(kind, EntryType::GNULongName | EntryType::GNULongLink | EntryType::XHeader)
    }

    /// The map of a sparse file that pax records gave.
    pub fn sparse(&self) -> Option<Sparse> {
        self.sparse.clone()
    }

    /// Reads the beginning of such an entry.
    pub fn read(&mut self, kind: EntryType, body: &mut dyn Read) -> io::Result<()> {
        let mut bytes = Vec::new();
        body.take(LIMIT).read_to_end(&mut bytes)?;
        match kind {
            EntryType::GNULongName => self.name = Some(bytes.split(|byte| *byte == 0).next().unwrap_or_default().to_vec()),
            EntryType::XHeader => self.records(&bytes)?,
            _ => {}
        }
        Ok(())
    }

    fn records(&mut self, bytes: &[u8]) -> io::Result<()> {
        for record in PaxExtensions::new(bytes).filter_map(Result::ok) {
            self.record(record.key_bytes(), record.value_bytes())?;
        }
        Ok(())
    }

    fn record(&mut self, key: &[u8], value: &[u8]) -> io::Result<()> {
        match key {
            b"path" if self.sparse.is_none() => self.name = Some(value.to_vec()),
            b"GNU.sparse.name" => self.name = Some(value.to_vec()),
            b"size" => self.size = number(value),
            b"mtime" => self.mtime = number(value.split(|byte| *byte == b'.').next().unwrap_or_default()),
            _ => {
                if let Some(about) = key.strip_prefix(b"GNU.sparse.") {
                    self.sparse.get_or_insert_default().record(about, value)?;
                }
            }
        }
        Ok(())
    }
}

/// A decimal number.
pub fn number(value: &[u8]) -> Option<u64> {
    std::str::from_utf8(value).ok()?.trim().parse().ok()
}
