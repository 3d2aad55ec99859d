//! The directories of a TIFF file: its pages, and what a camera's raw file keeps beside them.
//!
//! Reads structure only, decodes no pixel, follows no loop and believes no count.

use std::collections::HashSet;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use winnow_contract::worker::PageHead;

/// Entries of one directory that are read; ordinary ones have fewer than fifty.
const ENTRIES: u64 = 1024;
/// Directories that are counted.
const COUNTED: usize = 100_000;
/// Values of one field that are read.
const VALUES: u64 = 64;

pub const SUBFILE: u16 = 254;
pub const WIDTH: u16 = 256;
pub const HEIGHT: u16 = 257;
pub const COMPRESSION: u16 = 259;
pub const PHOTOMETRIC: u16 = 262;
pub const STRIP_OFFSETS: u16 = 273;
pub const ORIENTATION: u16 = 274;
pub const STRIP_LENGTHS: u16 = 279;
pub const SUB_DIRECTORIES: u16 = 330;
pub const JPEG_OFFSET: u16 = 513;
pub const JPEG_LENGTH: u16 = 514;
pub const XMP: u16 = 700;
pub const IPTC: u16 = 33723;

/// A TIFF file whose header makes sense.
pub struct Tiff<R> {
    reader: R,
    little: bool,
    /// BigTIFF: offsets of eight bytes.
    big: bool,
    first: u64,
}

/// One directory: where it stands, its fields, and where the next one stands (0: nowhere).
#[derive(Clone, Debug, Default)]
pub struct Directory {
    pub at: u64,
    fields: Vec<Field>,
    next: u64,
}

#[derive(Clone, Copy, Debug)]
struct Field {
    tag: u16,
    /// Bytes of one value.
    size: u64,
    count: u64,
    /// Where its values stand.
    at: u64,
}

/// A chain of directories.
#[derive(Debug, Default)]
pub struct Chain {
    pub directories: Vec<Directory>,
    /// How many there are with those that were not asked for; these are only counted.
    pub count: usize,
    /// It leads back into itself, or to where no directory is.
    pub broken: bool,
}

impl<R: Read + Seek> Tiff<R> {
    /// Reads the header; none when it is no TIFF. The number of the format is not looked at, for cameras have their own.
    pub fn open(mut reader: R) -> Option<Self> {
        reader.seek(SeekFrom::Start(0)).ok()?;
        let mut head = [0; 4];
        reader.read_exact(&mut head).ok()?;
        let little = match &head[..2] {
            b"II" => true,
            b"MM" => false,
            _ => return None,
        };
        let big = whole(&head[2..4], little) == 43;
        let mut tiff = Self { reader, little, big, first: 0 };
        tiff.first = if big { tiff.number(8, 8)? } else { tiff.number(4, 4)? };
        Some(tiff)
    }

    /// The main chain, at most `limit` directories of it.
    pub fn chain(&mut self, limit: usize) -> Chain {
        self.chain_from(self.first, limit)
    }

    /// The chain that begins at an offset.
    pub fn chain_from(&mut self, first: u64, limit: usize) -> Chain {
        let (mut chain, mut seen, mut at) = (Chain::default(), HashSet::new(), first);
        while at != 0 && chain.count < COUNTED {
            let read = if seen.insert(at) { self.directory(at, chain.count < limit) } else { None };
            let Some(directory) = read else {
                chain.broken = true;
                break;
            };
            at = directory.next;
            chain.count += 1;
            if chain.count <= limit {
                chain.directories.push(directory);
            }
        }
        chain
    }

    /// The values of a field as whole numbers, at most 64; none when it is not there.
    pub fn numbers(&mut self, directory: &Directory, tag: u16) -> Vec<u64> {
        let Some(field) = directory.field(tag).filter(|field| field.size <= 8) else { return Vec::new() };
        let at = |index: u64| field.at.checked_add(index * field.size);
        (0..field.count.min(VALUES)).map_while(|index| self.number(at(index)?, field.size)).collect()
    }

    /// The first value of a field.
    pub fn first(&mut self, directory: &Directory, tag: u16) -> Option<u64> {
        self.numbers(directory, tag).first().copied()
    }

    /// The bytes of a field, when they are at most `limit`.
    pub fn bytes(&mut self, directory: &Directory, tag: u16, limit: u64) -> Option<Vec<u8>> {
        let field = directory.field(tag)?;
        let length = field.size.checked_mul(field.count).filter(|length| *length <= limit)?;
        self.slice(field.at, length)
    }

    /// A field of 16-bit numbers, when it has exactly so many.
    pub fn shorts(&mut self, directory: &Directory, tag: u16, count: usize) -> Option<Vec<u16>> {
        let bytes = self.bytes(directory, tag, 2 * count as u64).filter(|bytes| bytes.len() == 2 * count)?;
        Some(bytes.as_chunks::<2>().0.iter().map(|pair| whole(pair, self.little) as u16).collect())
    }

    /// A 16-bit number as this file writes it.
    pub fn short(&self, number: u16) -> Vec<u8> {
        if self.little { number.to_le_bytes().to_vec() } else { number.to_be_bytes().to_vec() }
    }

    /// The directory that stands at `at`.
    pub fn at(&mut self, at: u64) -> Option<Directory> {
        self.directory(at, true)
    }

    /// Where the values of a field stand, and how many bytes they are.
    pub fn extent(&self, directory: &Directory, tag: u16) -> Option<(u64, u64)> {
        let field = directory.field(tag)?;
        Some((field.at, field.size.checked_mul(field.count)?))
    }

    /// How many bytes a directory's number of entries, one entry, and the offset of the next one take.
    fn widths(&self) -> (u64, u64, u64) {
        if self.big { (8, 20, 8) } else { (2, 12, 4) }
    }

    /// One directory; without its fields when it is only counted.
    fn directory(&mut self, at: u64, whole: bool) -> Option<Directory> {
        let (counter, entry, offset) = self.widths();
        let count = self.number(at, counter)?;
        let entries = at.checked_add(counter)?;
        let end = count.checked_mul(entry).and_then(|length| entries.checked_add(length))?;
        let bytes = self.slice(entries, if whole { count.min(ENTRIES) * entry } else { 0 })?;
        let fields = bytes.chunks_exact(entry as usize).zip(0..).filter_map(|(bytes, index)| self.field(bytes, entries + index * entry));
        let fields = fields.collect();
        // A file that ends right behind its last directory is read by everybody else too.
        Some(Directory { at, fields, next: self.number(end, offset).unwrap_or(0) })
    }

    /// One entry, which stands at `at` in the file (TIFF 6.0, section 2).
    fn field(&self, bytes: &[u8], at: u64) -> Option<Field> {
        let whole = |range: std::ops::Range<usize>| bytes.get(range).map(|bytes| whole(bytes, self.little));
        let (tag, kind) = (whole(0..2)?, whole(2..4)?);
        let size = match kind {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 | 16..=18 => 8,
            _ => return None,
        };
        let width = if self.big { 8 } else { 4 };
        let count = whole(4..4 + width)?;
        let inline = count.checked_mul(size).is_some_and(|length| length <= width as u64);
        let at = if inline { at + 4 + width as u64 } else { whole(4 + width..4 + 2 * width)? };
        Some(Field { tag: u16::try_from(tag).ok()?, size, count, at })
    }

    fn number(&mut self, at: u64, size: u64) -> Option<u64> {
        self.slice(at, size).map(|bytes| whole(&bytes, self.little))
    }

    /// Grows with what is read, not with what is announced.
    fn slice(&mut self, at: u64, length: u64) -> Option<Vec<u8>> {
        self.reader.seek(SeekFrom::Start(at)).ok()?;
        let mut bytes = Vec::new();
        self.reader.by_ref().take(length).read_to_end(&mut bytes).ok()?;
        (bytes.len() as u64 == length).then_some(bytes)
    }
}

impl Directory {
    fn field(&self, tag: u16) -> Option<Field> {
        self.fields.iter().find(|field| field.tag == tag).copied()
    }

    /// It has a field of this name.
    pub fn has(&self, tag: u16) -> bool {
        self.field(tag).is_some()
    }
}

fn whole(bytes: &[u8], little: bool) -> u64 {
    let add = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
    if little { bytes.iter().rev().fold(0, add) } else { bytes.iter().fold(0, add) }
}

/// The pages of a file.
#[derive(Debug, Default)]
pub struct Pages {
    /// Where each page's directory stands, with its size in pixels as it is shown.
    pub pages: Vec<Leaf>,
    /// How many there are in all, when they are more than the limit.
    pub cut: Option<usize>,
    /// The chain of pages does not end properly.
    pub broken: bool,
}

/// One page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf {
    pub at: u64,
    pub width: u32,
    pub height: u32,
}

/// The pages of a TIFF, at most `limit`; none when it is no TIFF. Small copies and masks of a page are no pages.
pub fn pages<R: Read + Seek>(reader: R, limit: u32) -> Option<Pages> {
    let mut tiff = Tiff::open(reader)?;
    let chain = tiff.chain(limit as usize);
    let pages = chain.directories.iter().filter_map(|directory| tiff.leaf(directory)).collect();
    let cut = Some(chain.count).filter(|count| *count > chain.directories.len());
    Some(Pages { pages, cut, broken: chain.broken })
}

impl<R: Read + Seek> Tiff<R> {
    fn leaf(&mut self, directory: &Directory) -> Option<Leaf> {
        let side = |number: Option<u64>| u32::try_from(number.unwrap_or(0)).unwrap_or(u32::MAX);
        let copy_or_mask = self.first(directory, SUBFILE).is_some_and(|kind| kind & 0b101 != 0);
        let (width, height) = (side(self.first(directory, WIDTH)), side(self.first(directory, HEIGHT)));
        let lying = self.first(directory, ORIENTATION).is_some_and(|value| (5..=8).contains(&value));
        let (width, height) = if lying { (height, width) } else { (width, height) };
        (!copy_or_mask && width > 0 && height > 0).then_some(Leaf { at: directory.at, width, height })
    }
}

/// The list of pages as it is sent; `size` is what a page is reduced to.
pub fn heads(pages: &[Leaf], size: impl Fn(u32, u32) -> Option<(u32, u32)>) -> Vec<PageHead> {
    let head = |(number, leaf): (u32, &Leaf)| {
        let (width, height) = size(leaf.width, leaf.height).unwrap_or((leaf.width, leaf.height));
        PageHead { number, width, height, needs_ocr: true }
    };
    (1..).zip(pages).map(head).collect()
}

/// The same file with another first directory, so that a decoder of first pages decodes this one.
pub fn beginning_at<R: Read + Seek>(mut reader: R, directory: u64) -> Option<BufReader<Patched<R>>> {
    let tiff = Tiff::open(&mut reader)?;
    let bytes = match (tiff.big, tiff.little) {
        (true, true) => directory.to_le_bytes().to_vec(),
        (true, false) => directory.to_be_bytes().to_vec(),
        (false, true) => u32::try_from(directory).ok()?.to_le_bytes().to_vec(),
        (false, false) => u32::try_from(directory).ok()?.to_be_bytes().to_vec(),
    };
    let at = if tiff.big { 8 } else { 4 };
    Patched::new(reader, at, bytes).ok().map(BufReader::new)
}

/// A file of which some bytes read as others.
pub struct Patched<R> {
    reader: R,
    position: u64,
    at: u64,
    bytes: Vec<u8>,
}

impl<R: Read + Seek> Patched<R> {
    /// The file from its start, with `bytes` at `at`.
    ///
    /// # Errors
    /// When it cannot be wound back.
    pub fn new(mut reader: R, at: u64, bytes: Vec<u8>) -> io::Result<Self> {
        reader.rewind()?;
        Ok(Self { reader, position: 0, at, bytes })
    }
}

impl<R: Read> Read for Patched<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(into)?;
        for (byte, position) in into[..read].iter_mut().zip(self.position..) {
            if let Some(other) = position.checked_sub(self.at).and_then(|index| self.bytes.get(index as usize)) {
                *byte = *other;
            } else if position >= self.at {
                break;
            }
        }
        self.position += read as u64;
        Ok(read)
    }
}

impl<R: Seek> Seek for Patched<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.position = self.reader.seek(to)?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    /// Tags of a directory with their values.
    type Tags<'a> = &'a [(u16, u32)];

    /// A little-endian TIFF whose directories hold (tag, value) and the place of the next directory.
    fn file(directories: &[(Tags<'_>, Option<usize>)]) -> Vec<u8> {
        let place = |index: usize| 8 + directories[..index].iter().map(|(fields, _)| 6 + 12 * fields.len()).sum::<usize>();
        let mut bytes = b"II*\0\x08\0\0\0".to_vec();
        for (fields, next) in directories {
            bytes.extend((fields.len() as u16).to_le_bytes());
            for (tag, value) in *fields {
                bytes.extend(tag.to_le_bytes());
                bytes.extend([4, 0, 1, 0, 0, 0]);
                bytes.extend(value.to_le_bytes());
            }
            bytes.extend((next.map_or(0, place) as u32).to_le_bytes());
        }
        bytes
    }

    fn sizes(bytes: Vec<u8>, limit: u32) -> (Vec<(u32, u32)>, Option<usize>, bool) {
        let found = pages(Cursor::new(bytes), limit).expect("a TIFF");
        (found.pages.iter().map(|page| (page.width, page.height)).collect(), found.cut, found.broken)
    }

    #[test]
    fn pages_are_listed_in_order_and_small_copies_are_none() {
        let check = |directories: &[(Tags<'_>, Option<usize>)], expected: (&[(u32, u32)], Option<usize>, bool)| {
            assert_eq!(sizes(file(directories), 3), (expected.0.to_vec(), expected.1, expected.2));
        };
        let page: &[(u16, u32)] = &[(WIDTH, 20), (HEIGHT, 30)];
        let copy: &[(u16, u32)] = &[(SUBFILE, 1), (WIDTH, 2), (HEIGHT, 3)];
        let mask: &[(u16, u32)] = &[(SUBFILE, 4), (WIDTH, 20), (HEIGHT, 30)];
        let lying: &[(u16, u32)] = &[(SUBFILE, 2), (WIDTH, 20), (HEIGHT, 30), (ORIENTATION, 6)];
        check(&[(page, None)], (&[(20, 30)], None, false));
        check(&[(page, Some(1)), (copy, Some(2)), (lying, None)], (&[(20, 30), (30, 20)], None, false));
        check(&[(page, Some(1)), (mask, None)], (&[(20, 30)], None, false));
        check(&[(page, Some(1)), (page, Some(2)), (page, Some(3)), (page, None)], (&[(20, 30); 3], Some(4), false));
    }

    #[test]
    fn a_chain_that_bites_its_tail_ends() {
        let page: &[(u16, u32)] = &[(WIDTH, 20), (HEIGHT, 30)];
        assert_eq!(sizes(file(&[(page, Some(1)), (page, Some(0))]), 2000), (vec![(20, 30); 2], None, true));
        let mut lost = file(&[(page, None)]);
        let end = lost.len() - 4;
        lost[end..].copy_from_slice(&[0xff; 4]);
        assert_eq!(sizes(lost, 2000), (vec![(20, 30)], None, true));
    }

    #[test]
    fn sixty_five_thousand_pages_are_cut_at_the_limit() {
        let page: &[(u16, u32)] = &[(WIDTH, 20), (HEIGHT, 30)];
        let mut bytes = b"II*\0\x08\0\0\0".to_vec();
        let one = file(&[(page, None)])[8..].to_vec();
        for number in 1..=65_000_u32 {
            let next = if number == 65_000 { 0 } else { 8 + number * one.len() as u32 };
            bytes.extend(&one[..one.len() - 4]);
            bytes.extend(next.to_le_bytes());
        }
        let (found, cut, broken) = sizes(bytes, 2000);
        assert_eq!((found.len(), cut, broken), (2000, Some(65_000), false));
    }

    #[test]
    fn counts_that_the_file_does_not_hold_are_not_believed() {
        let check = |bytes: &[u8]| assert!(pages(Cursor::new(bytes), 10).is_none_or(|found| found.pages.is_empty()), "{bytes:x?}");
        check(b"II*\0\x08\0\0\0\xff\xff\0\0");
        check(b"II*\0\xff\xff\xff\xff");
        check(b"MM\0*\0\0\0\x08");
        check(b"MM\0+\0\x08\0\0\0\0\0\0\0\0\0\x10\xff\xff\xff\xff\xff\xff\xff\xff");
        check(b"II*");
        check(b"not a TIFF at all");
        // A field of four thousand million values: as many as the file holds, at most 64.
        let mut bytes = file(&[(&[(WIDTH, 8)], None)]);
        bytes[14..18].copy_from_slice(&[0xff; 4]);
        let mut tiff = Tiff::open(Cursor::new(bytes)).expect("a TIFF");
        let directory = tiff.chain(1).directories[0].clone();
        assert!(tiff.numbers(&directory, WIDTH).len() <= 64);
        assert_eq!(tiff.bytes(&directory, WIDTH, 1000), None);
    }

    #[test]
    fn another_first_directory() {
        let (a, b): (Tags<'_>, Tags<'_>) = (&[(WIDTH, 1), (HEIGHT, 1)], &[(WIDTH, 7), (HEIGHT, 9)]);
        let bytes = file(&[(a, Some(1)), (b, None)]);
        let second = pages(Cursor::new(&bytes), 9).expect("pages").pages[1].at;
        let reader = beginning_at(Cursor::new(&bytes), second).expect("a TIFF");
        assert_eq!(pages(reader, 9).expect("pages").pages, [Leaf { at: second, width: 7, height: 9 }]);
    }
}
