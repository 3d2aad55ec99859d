//! The first and last bytes of an opened file, enough to tell what it is.
//!
//! It judges nothing; the rest of the file stays unread until a reader asks for it.

use super::io_error;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use winnow_contract::Words;

const HEAD: u64 = 64 << 10;
const TAIL: u64 = 64 << 10;

/// A file with its ends in memory.
pub struct Sample {
    pub file: File,
    /// Bytes of the whole file.
    pub bytes: u64,
    /// At most 64 KiB.
    pub head: Vec<u8>,
    /// At most 64 KiB, and none when the head is the whole file.
    pub tail: Vec<u8>,
}

impl Sample {
    /// Reads both ends.
    ///
    /// # Errors
    /// `io_error` when the file cannot be read.
    pub fn take(mut file: File) -> Result<Self, Words> {
        let bytes = file.metadata().map_err(|error| io_error(&error))?.len();
        let head = read_at(&mut file, 0, HEAD).map_err(|error| io_error(&error))?;
        let tail = if bytes > HEAD { read_at(&mut file, bytes.saturating_sub(TAIL).max(HEAD), TAIL) } else { Ok(Vec::new()) };
        Ok(Self { tail: tail.map_err(|error| io_error(&error))?, file, bytes, head })
    }

    /// The file's last bytes.
    pub fn end(&self) -> &[u8] {
        if self.tail.is_empty() { &self.head } else { &self.tail }
    }

    /// The file's first bytes, at most `limit`.
    ///
    /// # Errors
    /// `io_error` when the file cannot be read.
    pub fn start(&mut self, limit: u64) -> Result<Vec<u8>, Words> {
        read_at(&mut self.file, 0, limit).map_err(|error| io_error(&error))
    }

    /// The whole file as a reader at its start.
    ///
    /// # Errors
    /// `io_error` when the file cannot be wound back.
    pub fn reader(&mut self) -> Result<io::BufReader<&mut File>, Words> {
        self.file.rewind().map_err(|error| io_error(&error))?;
        Ok(io::BufReader::with_capacity(64 << 10, &mut self.file))
    }
}

fn read_at(file: &mut File, at: u64, limit: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}
