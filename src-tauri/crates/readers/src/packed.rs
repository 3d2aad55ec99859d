//! Opens the parts of a zip package, each and all together within limits.
//!
//! Knows nothing of what is in them, and believes no length that the package states.

use crate::xml::Xml;
use crate::{Fused, Input, Limits, Stop, cannot_unlock, damaged};
use std::io::{self, BufReader, Read};
use winnow_contract::Words;
use zip::ZipArchive;
use zip::read::{ZipFile, ZipReadOptions};
use zip::result::ZipError;

/// A part may grow this many times, once it has grown by [`FREE`] bytes.
const RATIO: u64 = 200;
/// Bytes that may come out of a part whatever its packed size is.
const FREE: u64 = 10 << 20;

type Source<'a> = BufReader<&'a mut dyn Input>;

/// An opened package.
pub struct Packed<'a> {
    archive: ZipArchive<Source<'a>>,
    /// Bytes that may still be unpacked.
    left: u64,
    limits: Limits,
}

impl<'a> Packed<'a> {
    /// Reads the list of parts.
    ///
    /// # Errors
    /// `damaged` when there is none.
    pub fn open(input: &'a mut dyn Input, limits: &Limits) -> Result<Self, Words> {
        let archive = ZipArchive::new(BufReader::new(input)).map_err(reason)?;
        Ok(Self { archive, left: limits.unpacked_bytes, limits: *limits })
    }

    /// A part by its name (a slash in front is passed over); none when there is no such part.
    ///
    /// # Errors
    /// `cannot_unlock` when it is encrypted, `damaged` when its header cannot be read.
    pub fn part(&mut self, name: &str) -> Result<Option<Part<'_, 'a>>, Words> {
        match self.index_of(name) {
            Some(index) => self.part_at(index).map(Some),
            None => Ok(None),
        }
    }

    /// The part at this place in the list.
    ///
    /// # Errors
    /// As [`Packed::part`].
    pub fn part_at(&mut self, index: usize) -> Result<Part<'_, 'a>, Words> {
        // A wrong checksum says that something is damaged, not that nothing can be read.
        let options = ZipReadOptions::new().ignore_crc32(true);
        let file = self.archive.by_index_with_options(index, options).map_err(reason)?;
        let allowed = FREE.max(file.compressed_size().saturating_mul(RATIO));
        Ok(Part { file: Fused::new(file), count: 0, allowed, left: &mut self.left, limit: self.limits.unpacked_bytes })
    }

    /// A part as XML.
    ///
    /// # Errors
    /// As [`Packed::part`].
    pub fn xml(&mut self, name: &str) -> Result<Option<Xml<Part<'_, 'a>>>, Words> {
        let nesting = self.limits.nesting;
        Ok(self.part(name)?.map(|part| Xml::new(part, nesting)))
    }

    /// The whole of a small part, at most `limit` bytes of it; nothing when it is not there.
    ///
    /// # Errors
    /// As [`Packed::part`], and what stopped the reading.
    pub fn bytes(&mut self, name: &str, limit: u64) -> Result<Vec<u8>, Words> {
        let mut bytes = Vec::new();
        if let Some(part) = self.part(name)? {
            part.take(limit).read_to_end(&mut bytes).map_err(|error| Stop::words(&error))?;
        }
        Ok(bytes)
    }

    pub fn has(&self, name: &str) -> bool {
        self.index_of(name).is_some()
    }

    /// The names of all parts, in the order of the list.
    pub fn names(&self) -> impl Iterator<Item = String> {
        self.archive.file_names_raw().map(|name| String::from_utf8_lossy(name).into_owned())
    }

    /// Bytes of the part at this place in the list, the more of packed and, as the package states, unpacked; 0 when it cannot be read.
    pub fn size_at(&mut self, index: usize) -> u64 {
        self.archive.by_index_raw(index).map_or(0, |file| file.size().max(file.compressed_size()))
    }

    /// Parts share bytes, which no honest writer of packages makes.
    pub fn overlaps(&mut self) -> bool {
        self.archive.len() <= 10_000 && self.archive.has_overlapping_files().unwrap_or(false)
    }

    /// Writers on Windows have used the other slash, and other capitals.
    fn index_of(&self, name: &str) -> Option<usize> {
        let name = name.trim_start_matches('/');
        let exact = self.archive.index_for_name(name);
        exact.or_else(|| self.archive.index_for_name(&name.replace('/', "\\")))
    }
}

/// A part that is being unpacked.
pub struct Part<'p, 'a> {
    file: Fused<ZipFile<'p, Source<'a>>>,
    count: u64,
    allowed: u64,
    left: &'p mut u64,
    limit: u64,
}

impl Read for Part<'_, '_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(into)?;
        self.count += count as u64;
        if self.count > self.allowed {
            let ratio = self.count / self.file.inner().compressed_size().max(1);
            return Err(Stop::error(Words::new("expands_too_much").with("ratio", ratio).with("limit", RATIO)));
        }
        match self.left.checked_sub(count as u64) {
            Some(left) => *self.left = left,
            None => return Err(Stop::error(Words::new("archive_too_large").with("limit", self.limit / 1_000_000))),
        }
        Ok(count)
    }
}

fn reason(error: ZipError) -> Words {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => cannot_unlock(),
        ZipError::Io(error) => Stop::words(&error),
        other => damaged(other),
    }
}
