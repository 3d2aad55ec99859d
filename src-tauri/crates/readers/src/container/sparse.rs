//! Sparse files in a tar: parts with holes of zeros between them.
//!
//! GNU's old format and the three pax formats (0.0, 0.1, 1.0) are read. Holes cost nothing here; the spool's limits end them.

use super::tar::{BLOCK, fill};
use super::tar_names::number;
use std::io::{self, Read};
use tar::{GnuExtSparseHeader, GnuHeader, GnuSparseHeader};

/// Parts of one file; more are taken for damage.
const PARTS: usize = 100_000;

/// Where the parts stand.
#[derive(Clone, Default)]
pub struct Sparse {
    /// Offsets in the file and lengths, in order.
    parts: Vec<(u64, u64)>,
    /// Bytes of the file with its holes.
    size: u64,
    offset: Option<u64>,
    /// The map stands at the beginning of the content (pax 1.0).
    pub in_body: bool,
}

/// The map in a header of GNU's own, and in the blocks that continue it.
pub fn of_gnu(gnu: &GnuHeader, stream: &mut dyn Read) -> io::Result<Sparse> {
    let mut map = Sparse { size: gnu.real_size()?, ..Sparse::default() };
    map.add_all(&gnu.sparse)?;
    let mut more = gnu.is_extended();
    while more {
        let mut next = GnuExtSparseHeader::new();
        let mut block = [0; BLOCK];
        if !fill(stream, &mut block)? {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        next.as_mut_bytes().copy_from_slice(&block);
        map.add_all(next.sparse())?;
        more = next.is_extended();
    }
    Ok(map)
}

impl Sparse {
    fn add_all(&mut self, parts: &[GnuSparseHeader]) -> io::Result<()> {
        parts.iter().filter(|part| !part.is_empty()).try_for_each(|part| self.add(part.offset()?, part.length()?))
    }

    fn add(&mut self, offset: u64, length: u64) -> io::Result<()> {
        let end = offset.checked_add(length);
        let from = self.parts.last().map_or(0, |(offset, length)| offset + length);
        match end {
            Some(_) if offset >= from && self.parts.len() < PARTS => self.parts.push((offset, length)),
            _ => return Err(io::Error::other("map of a sparse file")),
        }
        Ok(())
    }

    /// One pax record, `about` being its key after `GNU.sparse.`.
    pub fn record(&mut self, about: &[u8], value: &[u8]) -> io::Result<()> {
        let wrong = || io::Error::other("map of a sparse file");
        match about {
            b"major" => self.in_body = number(value) == Some(1),
            b"realsize" | b"size" => self.size = number(value).ok_or_else(wrong)?,
            b"offset" => self.offset = number(value),
            b"numbytes" => {
                let offset = self.offset.take().ok_or_else(wrong)?;
                self.add(offset, number(value).ok_or_else(wrong)?)?;
            }
            b"map" => {
                let numbers: Option<Vec<u64>> = value.split(|byte| *byte == b',').take(2 * PARTS + 1).map(number).collect();
                numbers.ok_or_else(wrong)?.chunks_exact(2).try_for_each(|pair| self.add(pair[0], pair[1]))?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Reads the map that stands before the content: numbers on lines of their own, filled up to a whole block.
    pub fn read_ahead(&mut self, body: &mut dyn Read) -> io::Result<()> {
        let mut lines = Lines { body, block: [0; BLOCK], at: BLOCK };
        let count = lines.number()?;
        for _ in 0..count.min(PARTS as u64 + 1) {
            let (offset, length) = (lines.number()?, lines.number()?);
            self.add(offset, length)?;
        }
        Ok(())
    }

    /// The file with its holes, its parts read from `body` one after the other.
    pub fn reader<'a>(&'a self, body: &'a mut dyn Read) -> Filled<'a> {
        Filled { map: self, body, part: 0, at: 0 }
    }
}

struct Lines<'a> {
    body: &'a mut dyn Read,
    block: [u8; BLOCK],
    at: usize,
}

impl Lines<'_> {
    fn number(&mut self) -> io::Result<u64> {
        let mut digits = Vec::new();
        loop {
            if self.at == BLOCK {
                self.body.read_exact(&mut self.block)?;
                self.at = 0;
            }
            self.at += 1;
            match self.block[self.at - 1] {
                b'\n' => return number(&digits).ok_or_else(|| io::Error::other("map of a sparse file")),
                _ if digits.len() > 20 => return Err(io::Error::other("map of a sparse file")),
                digit => digits.push(digit),
            }
        }
    }
}

/// Reads a sparse file as programs see it.
pub struct Filled<'a> {
    map: &'a Sparse,
    body: &'a mut dyn Read,
    part: usize,
    at: u64,
}

impl Read for Filled<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let cut = |length: u64| usize::try_from(length).unwrap_or(usize::MAX).min(buffer.len());
        while let Some((offset, length)) = self.map.parts.get(self.part) {
            if self.at < *offset {
                let hole = cut(offset - self.at);
                return Ok(self.zeros(&mut buffer[..hole]));
            }
            let left = offset + length - self.at;
            if left > 0 {
                let room = cut(left);
                let count = self.body.read(&mut buffer[..room])?;
                self.at += count as u64;
                return if count == 0 && !buffer.is_empty() { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(count) };
            }
            self.part += 1;
        }
        let rest = cut(self.map.size.saturating_sub(self.at));
        Ok(self.zeros(&mut buffer[..rest]))
    }
}

impl Filled<'_> {
    fn zeros(&mut self, buffer: &mut [u8]) -> usize {
        buffer.fill(0);
        self.at += buffer.len() as u64;
        buffer.len()
    }
}
