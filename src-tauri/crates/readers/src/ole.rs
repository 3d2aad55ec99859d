//! Reads OLE compound files (MS-CFB): the container of Office before 2007, of messages and of embedded objects.
//!
//! Forgiving: a chain that is cut or damaged gives what it has. It believes no length, and follows no chain twice.

use crate::{Input, damaged};
use std::io::{Read, SeekFrom};
use winnow_contract::Words;

/// The first bytes of every compound file.
pub const MAGIC: &[u8; 8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// Entries of a directory that are looked at.
const ENTRIES: usize = 100_000;
/// The largest sector number; beyond it are marks.
const REGULAR: u32 = 0xffff_fffa;
const NONE: u32 = 0xffff_ffff;
/// Streams shorter than this are in the small sectors.
const SMALL_STREAM: u64 = 4096;
const SMALL_SECTOR: usize = 64;

/// What an entry of the directory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Storage,
    Stream,
}

/// An entry of the directory.
#[derive(Clone, Debug)]
pub struct Entry {
    pub name: String,
    pub kind: Kind,
    /// Number of the storage it is in; 0 is the root.
    pub parent: usize,
    pub bytes: u64,
    /// Class of a storage, as stored.
    pub class: [u8; 16],
    start: u32,
}

/// An opened compound file.
pub struct Ole<'a> {
    input: &'a mut dyn Input,
    bytes: u64,
    sector: usize,
    fat: Vec<u32>,
    small_fat: Vec<u32>,
    /// The stream of small sectors, read when it is first needed.
    small: Option<Vec<u8>>,
    /// Entry 0 is the root.
    entries: Vec<Entry>,
}

impl<'a> Ole<'a> {
    /// Reads the tables and the directory.
    ///
    /// # Errors
    /// `damaged` when it is no compound file or its directory cannot be read.
    pub fn open(input: &'a mut dyn Input) -> Result<Self, Words> {
        let bytes = input.seek(SeekFrom::End(0)).map_err(damaged)?;
        let mut head = [0; 512];
        input.seek(SeekFrom::Start(0)).map_err(damaged)?;
        input.read_exact(&mut head).map_err(damaged)?;
        let sector = 1_usize << u16_at(&head, 30).min(16);
        if !head.starts_with(MAGIC) || !matches!(sector, 512 | 4096) {
            return Err(damaged("not a compound file"));
        }
        let mut ole = Self { input, bytes, sector, fat: Vec::new(), small_fat: Vec::new(), small: None, entries: Vec::new() };
        ole.read_fat(&head);
        ole.small_fat = numbers(&ole.chain(u32_at(&head, 60), u64::MAX));
        let directory = ole.chain(u32_at(&head, 48), (ENTRIES * 128) as u64);
        ole.entries = entries(&directory);
        if ole.entries.is_empty() {
            return Err(damaged("no directory"));
        }
        Ok(ole)
    }

    /// All entries but the root, with their numbers.
    pub fn entries(&self) -> impl Iterator<Item = (usize, &Entry)> {
        self.entries.iter().enumerate().skip(1).filter(|(_, entry)| !entry.name.is_empty())
    }

    /// The number of the entry of this name in a storage (0 is the root). Capitals do not matter.
    pub fn find(&self, parent: usize, name: &str) -> Option<usize> {
        let same = |entry: &Entry| entry.parent == parent && entry.name.eq_ignore_ascii_case(name);
        self.entries().find(|(_, entry)| same(entry)).map(|(number, _)| number)
    }

    /// There is such a stream or storage in the root.
    pub fn has(&self, name: &str) -> bool {
        self.find(0, name).is_some()
    }

    pub fn entry(&self, number: usize) -> Option<&Entry> {
        self.entries.get(number)
    }

    /// A stream, at most `limit` bytes of it, as far as it can be read.
    pub fn stream(&mut self, number: usize, limit: u64) -> Vec<u8> {
        let Some(Entry { kind: Kind::Stream, bytes, start, .. }) = self.entries.get(number).cloned() else { return Vec::new() };
        let wanted = bytes.min(limit);
        if bytes < SMALL_STREAM { self.small_stream(start, wanted) } else { self.chain(start, wanted) }
    }

    /// A stream in the root by its name; empty when it is not there.
    pub fn named(&mut self, name: &str, limit: u64) -> Vec<u8> {
        self.find(0, name).map(|number| self.stream(number, limit)).unwrap_or_default()
    }

    /// The table of sectors: 109 of its sectors are listed in the header, the others in a chain (MS-CFB 2.5).
    fn read_fat(&mut self, head: &[u8; 512]) {
        let sectors = self.sector_count();
        let mut listed = numbers(&head[76..]);
        let mut next = u32_at(head, 68);
        let mut hops = 0;
        while next < REGULAR && hops <= sectors / 100 {
            let list = numbers(&self.sector_at(next));
            let Some((last, list)) = list.split_last() else { break };
            listed.extend(list);
            (next, hops) = (*last, hops + 1);
        }
        let most = sectors.div_ceil(self.sector / 4);
        for number in listed.into_iter().filter(|number| *number < REGULAR).take(most) {
            let part = numbers(&self.sector_at(number));
            self.fat.extend(part);
        }
        self.fat.truncate(sectors);
    }

    fn sector_count(&self) -> usize {
        usize::try_from(self.bytes).unwrap_or(usize::MAX).div_ceil(self.sector)
    }

    /// One sector; shorter at the end of the file.
    fn sector_at(&mut self, number: u32) -> Vec<u8> {
        let mut sector = Vec::new();
        self.read_run(number, 1, &mut sector);
        sector
    }

    /// Adds sectors that follow one another in the file.
    fn read_run(&mut self, first: u32, count: usize, into: &mut Vec<u8>) {
        let start = (u64::from(first) + 1) * self.sector as u64;
        let wanted = (count * self.sector) as u64;
        if start >= self.bytes || self.input.seek(SeekFrom::Start(start)).is_err() {
            return;
        }
        // What can be read is what counts: a file that is cut gives what it has.
        let _ = (&mut self.input).take(wanted.min(self.bytes - start)).read_to_end(into);
    }

    /// The bytes of a chain of sectors, at most `limit` of them.
    fn chain(&mut self, start: u32, limit: u64) -> Vec<u8> {
        let (mut bytes, mut next, mut left) = (Vec::new(), start, self.fat.len());
        while next < REGULAR && (bytes.len() as u64) < limit && left > 0 {
            let first = next;
            let mut count = 0;
            // Sectors in a row are read at once.
            while next == first.saturating_add(count) && next < REGULAR && left > 0 && u64::from(count) * 512 < (1 << 20) {
                (count, left) = (count + 1, left - 1);
                next = self.fat.get(next as usize).copied().unwrap_or(NONE);
            }
            let before = bytes.len();
            self.read_run(first, count as usize, &mut bytes);
            if bytes.len() == before {
                break;
            }
        }
        bytes.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        bytes
    }

    fn small_stream(&mut self, start: u32, limit: u64) -> Vec<u8> {
        if self.small.is_none() {
            let (first, bytes) = self.entries.first().map_or((NONE, 0), |root| (root.start, root.bytes));
            self.small = Some(self.chain(first, bytes));
        }
        let small = self.small.as_deref().unwrap_or_default();
        let (mut bytes, mut next) = (Vec::new(), start);
        while next < REGULAR && (bytes.len() as u64) < limit {
            let at = next as usize * SMALL_SECTOR;
            // Beyond the end there is nothing to gain, and the chain may be a circle.
            let Some(rest) = small.get(at..).filter(|rest| !rest.is_empty()) else { break };
            bytes.extend_from_slice(&rest[..rest.len().min(SMALL_SECTOR)]);
            next = self.small_fat.get(next as usize).copied().unwrap_or(NONE);
        }
        bytes.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        bytes
    }
}

/// The directory with the storage each entry is in. Entries that no storage reaches keep the root as theirs.
fn entries(directory: &[u8]) -> Vec<Entry> {
    let records: Vec<&[u8]> = directory.chunks_exact(128).take(ENTRIES).collect();
    let mut entries: Vec<Entry> = records.iter().map(|record| entry(record)).collect();
    let mut seen = vec![false; records.len()];
    // (entry, storage) still to be placed
    let mut waiting: Vec<(u32, usize)> = records.first().map(|root| (u32_at(root, 76), 0)).into_iter().collect();
    while let Some((number, parent)) = waiting.pop() {
        let number = number as usize;
        let Some(record) = records.get(number).filter(|_| number > 0 && !seen[number]) else { continue };
        seen[number] = true;
        entries[number].parent = parent;
        waiting.extend([(u32_at(record, 68), parent), (u32_at(record, 72), parent), (u32_at(record, 76), number)]);
    }
    entries
}

fn entry(record: &[u8]) -> Entry {
    let length = usize::from(u16_at(record, 64)).min(64) / 2;
    let units: Vec<u16> = record[..64].chunks_exact(2).take(length).map(|pair| u16_at(pair, 0)).collect();
    let used = matches!(record[66], 1 | 2 | 5);
    let name = if used { String::from_utf16_lossy(&units).trim_end_matches('\0').to_owned() } else { String::new() };
    let kind = if record[66] == 2 { Kind::Stream } else { Kind::Storage };
    let mut class = [0; 16];
    class.copy_from_slice(&record[80..96]);
    Entry { name, kind, parent: 0, bytes: u64::from(u32_at(record, 120)), class, start: u32_at(record, 116) }
}

fn numbers(bytes: &[u8]) -> Vec<u32> {
    bytes.chunks_exact(4).map(|four| u32_at(four, 0)).collect()
}

/// The little-endian number at `at`; 0 where there are no bytes.
pub fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |two| u16::from_le_bytes(*two))
}

/// The little-endian number at `at`; 0 where there are no bytes.
pub fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |four| u32::from_le_bytes(*four))
}

/// UTF-16 text, little-endian; what is not valid becomes U+FFFD.
pub fn utf16(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|pair| u16_at(pair, 0));
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn check_small(small: &[u8], small_fat: &[u32], start: u32, limit: u64, expected: &[u8]) {
        let mut nothing = Cursor::new(Vec::new());
        let input: &mut dyn Input = &mut nothing;
        let (small, small_fat) = (Some(small.to_vec()), small_fat.to_vec());
        let mut ole = Ole { input, bytes: 0, sector: 512, fat: Vec::new(), small_fat, small, entries: Vec::new() };
        assert_eq!(ole.small_stream(start, limit), expected);
    }

    #[test]
    fn chains_of_small_sectors_end() {
        let sectors = [[b'a'; 64], [b'b'; 64]].concat();
        check_small(&sectors, &[1, NONE], 0, 70, &sectors[..70]);
        check_small(&sectors, &[0], 0, 130, &[b'a'; 130]);
        check_small(&sectors, &[2, 0, 2], 0, 1000, &[b'a'; 64]);
        check_small(&sectors, &[NONE], 900, 10, b"");
    }

    #[test]
    fn a_chain_that_is_a_circle_ends() {
        let mut file = vec![b'x'; 512 * 3];
        file[512..1024].fill(b'a');
        let bytes = file.len() as u64;
        let mut input = Cursor::new(file);
        let mut ole =
            Ole { input: &mut input, bytes, sector: 512, fat: vec![0, NONE], small_fat: Vec::new(), small: None, entries: Vec::new() };
        assert_eq!(ole.chain(0, u64::MAX), [b'a'; 1024]);
        assert_eq!(ole.chain(7, u64::MAX), b"");
    }
}
