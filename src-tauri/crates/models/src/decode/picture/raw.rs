//! What cameras write as their own negative: the largest JPEG that lies in it, and how it has to be turned.
//!
//! The negative itself is not developed. Most are TIFF files of a kind (CR2, NEF, ARW, DNG, ORF, RW2, PEF), some are not
//! (RAF, CR3); where the structure leads to no preview, the file's start is searched for one.

use super::tiff_pages::{self as tiff, Directory, Tiff};
use image::metadata::Orientation;
use std::io::{Read, Seek, SeekFrom};

/// The beginning of a file in which a preview is searched for.
const SEARCHED: u64 = 32 << 20;
/// Places that are looked at; thumbnails within thumbnails make many.
const PLACES: usize = 256;
/// Bytes of a preview.
const PREVIEW: u64 = 128 << 20;
/// Directories of one chain, and chains below one directory.
const DIRECTORIES: usize = 16;
/// A preview with fewer pixels is only a thumbnail: worth a search for another one.
const THUMBNAIL: u64 = 500_000;
/// Segments of a JPEG before its size.
const SEGMENTS: usize = 64;

const JPEG_FROM_RAW: u16 = 46;
const DNG_VERSION: u16 = 50706;

/// The type of a negative by its first bytes, as far as they tell; those of Nikon, Sony and Adobe look like a TIFF.
pub fn media_type(head: &[u8]) -> Option<&'static str> {
    let magics: [(usize, &[u8], &str); 7] = [
        (0, b"FUJIFILMCCD-RAW ", "image/x-fuji-raf"),
        (0, b"IIRO", "image/x-olympus-orf"),
        (0, b"IIRS", "image/x-olympus-orf"),
        (0, b"MMOR", "image/x-olympus-orf"),
        (0, b"IIU\0", "image/x-panasonic-rw2"),
        (4, b"ftypcrx ", "image/x-canon-cr3"),
        (8, b"CR\x02", "image/x-canon-cr2"),
    ];
    let found = magics.iter().find(|(at, magic, _)| head.get(*at..).is_some_and(|rest| rest.starts_with(magic)));
    found.map(|(_, _, media_type)| *media_type)
}

/// Whether a TIFF is a camera's negative: its pixels are a mosaic, or it says so.
pub fn is_negative(file: impl Read + Seek) -> bool {
    let Some(mut file) = Tiff::open(file) else { return false };
    let raw = |file: &mut Tiff<_>, directory: &Directory| {
        let mosaic = matches!(file.first(directory, tiff::PHOTOMETRIC), Some(32803 | 34892));
        mosaic || directory.has(DNG_VERSION) || matches!(file.first(directory, tiff::COMPRESSION), Some(34713 | 32767 | 65535))
    };
    directories(&mut file).iter().any(|directory| raw(&mut file, directory))
}

/// The preview of a negative.
pub struct Preview {
    pub jpeg: Vec<u8>,
    /// How the negative says it has to be turned; none when only the preview itself may say so.
    pub orientation: Option<Orientation>,
}

/// The largest preview of at most `most` pixels; none when there is none.
pub fn preview(mut file: impl Read + Seek, most: u64) -> Option<Preview> {
    let mut found = listed(&mut file);
    let mut best = largest(&mut file, &found.places, most);
    if best.is_none_or(|(pixels, _)| pixels < THUMBNAIL) {
        found.places = searched(&mut file);
        best = largest(&mut file, &found.places, most).max(best);
    }
    let (_, place) = best?;
    file.seek(SeekFrom::Start(place.at)).ok()?;
    let mut jpeg = Vec::new();
    file.take(place.length.min(PREVIEW)).read_to_end(&mut jpeg).ok()?;
    Some(Preview { jpeg, orientation: found.orientation })
}

/// Where a preview may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    at: u64,
    length: u64,
}

#[derive(Default)]
struct Listed {
    places: Vec<Place>,
    orientation: Option<Orientation>,
}

/// The previews that the structure leads to.
fn listed(file: &mut (impl Read + Seek)) -> Listed {
    if let Some(place) = fuji(file) {
        return Listed { places: vec![place], orientation: None };
    }
    let Some(mut file) = Tiff::open(file) else { return Listed::default() };
    let all = directories(&mut file);
    let turned = all.first().and_then(|first| file.first(first, tiff::ORIENTATION));
    let orientation = turned.and_then(|value| Orientation::from_exif(u8::try_from(value).ok()?));
    Listed { places: all.iter().flat_map(|directory| places(&mut file, directory)).collect(), orientation }
}

/// The header of Fujifilm's files names the preview.
fn fuji(file: &mut (impl Read + Seek)) -> Option<Place> {
    let mut head = [0; 92];
    file.rewind().ok()?;
    file.read_exact(&mut head).ok()?;
    let number = |at: usize| head[at..at + 4].iter().fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte));
    head.starts_with(b"FUJIFILMCCD-RAW ").then(|| Place { at: number(84), length: number(88) })
}

/// The main chain and the chains below its directories.
fn directories<R: Read + Seek>(file: &mut Tiff<R>) -> Vec<Directory> {
    let mut all = file.chain(DIRECTORIES).directories;
    for main in 0..all.len() {
        let below = file.numbers(&all[main], tiff::SUB_DIRECTORIES);
        for first in below.into_iter().take(DIRECTORIES) {
            all.extend(file.chain_from(first, 2).directories);
        }
    }
    all
}

fn places<R: Read + Seek>(file: &mut Tiff<R>, directory: &Directory) -> Vec<Place> {
    let named = |file: &mut Tiff<R>, at: u16, length: u16| {
        let (at, length) = (file.numbers(directory, at), file.numbers(directory, length));
        // In several strips it is no preview.
        (at.len() == 1 && length.len() == 1).then(|| Place { at: at[0], length: length[0] })
    };
    let field = file.extent(directory, JPEG_FROM_RAW).map(|(at, length)| Place { at, length });
    let pair = named(file, tiff::JPEG_OFFSET, tiff::JPEG_LENGTH);
    let strip = named(file, tiff::STRIP_OFFSETS, tiff::STRIP_LENGTHS);
    [field, pair, strip].into_iter().flatten().collect()
}

/// Everything that begins like a JPEG near the start of the file.
fn searched(file: &mut (impl Read + Seek)) -> Vec<Place> {
    let mut bytes = Vec::new();
    if file.rewind().and_then(|()| file.take(SEARCHED).read_to_end(&mut bytes)).is_err() {
        return Vec::new();
    }
    let begins = |at: &usize| bytes[*at..].starts_with(b"\xff\xd8\xff");
    let marks = bytes.iter().enumerate().filter(|(_, byte)| **byte == 0xff).map(|(at, _)| at);
    marks.filter(begins).take(PLACES).map(|at| Place { at: at as u64, length: PREVIEW }).collect()
}

/// The place with the most pixels, and how many.
fn largest(file: &mut (impl Read + Seek), places: &[Place], most: u64) -> Option<(u64, Place)> {
    let measured = places.iter().take(PLACES).filter_map(|place| Some((jpeg_pixels(file, place.at)?, *place)));
    measured.filter(|(pixels, _)| (1..=most).contains(pixels)).max_by_key(|(pixels, place)| (*pixels, std::cmp::Reverse(place.at)))
}

/// Pixels of the JPEG that begins here; none when there is none, or one of a kind that only negatives use (lossless).
fn jpeg_pixels(file: &mut (impl Read + Seek), at: u64) -> Option<u64> {
    let mut start = [0; 2];
    file.seek(SeekFrom::Start(at)).ok()?;
    file.read_exact(&mut start).ok()?;
    if start != [0xff, 0xd8] {
        return None;
    }
    for _ in 0..SEGMENTS {
        let mut segment = [0; 4];
        file.read_exact(&mut segment).ok()?;
        let length = u16::from_be_bytes([segment[2], segment[3]]);
        match (segment[0], segment[1]) {
            (0xff, 0xc0..=0xc2) => {
                let mut frame = [0; 5];
                file.read_exact(&mut frame).ok()?;
                let side = |high: u8, low: u8| u64::from(u16::from_be_bytes([high, low]));
                return Some(side(frame[1], frame[2]) * side(frame[3], frame[4]));
            }
            // Tables (DHT, DQT, DRI), comments and applications' segments; anything else is no beginning.
            (0xff, 0xc4 | 0xdb | 0xdd | 0xe0..=0xef | 0xfe) if length >= 2 => {
                file.seek(SeekFrom::Current(i64::from(length) - 2)).ok()?;
            }
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    /// A JPEG's head of so many pixels; `kind` is the marker of its frame.
    fn jpeg(width: u16, height: u16, kind: u8) -> Vec<u8> {
        let (w, h) = (width.to_be_bytes(), height.to_be_bytes());
        [&[0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, kind, 0, 17, 8][..], &h, &w, &[3; 12], b"\xff\xd9"].concat()
    }

    /// A little-endian TIFF with one directory of (tag, value), and what follows it.
    fn negative(magic: &[u8; 4], fields: &[(u16, u32)], rest: &[u8]) -> Vec<u8> {
        let mut bytes = [&magic[..], &[8, 0, 0, 0], &(fields.len() as u16).to_le_bytes()].concat();
        for (tag, value) in fields {
            bytes.extend([&tag.to_le_bytes()[..], &[4, 0, 1, 0, 0, 0], &value.to_le_bytes()].concat());
        }
        bytes.extend([0; 4]);
        bytes.extend(rest);
        bytes
    }

    fn found(bytes: &[u8]) -> Option<(Vec<u8>, Option<Orientation>)> {
        preview(Cursor::new(bytes), 100_000_000).map(|preview| (preview.jpeg, preview.orientation))
    }

    #[test]
    fn the_largest_preview_counts_and_the_negative_says_how_it_is_turned() {
        let (small, large) = (jpeg(160, 120, 0xc0), jpeg(3000, 2000, 0xc0));
        let start = 14 + 5 * 12;
        let fields = [
            (tiff::ORIENTATION, 6),
            (tiff::STRIP_OFFSETS, start),
            (tiff::STRIP_LENGTHS, small.len() as u32),
            (tiff::JPEG_OFFSET, start + small.len() as u32),
            (tiff::JPEG_LENGTH, large.len() as u32),
        ];
        let bytes = negative(b"II*\0", &fields, &[small, large.clone()].concat());
        assert_eq!(found(&bytes), Some((large, Some(Orientation::Rotate90))));
    }

    #[test]
    fn a_preview_that_nothing_leads_to_is_searched_for() {
        let large = jpeg(3000, 2000, 0xc2);
        let bytes = negative(b"IIRO", &[(tiff::ORIENTATION, 1)], &[&[9; 1000][..], &jpeg(160, 120, 0xc0), &large].concat());
        assert_eq!(found(&bytes), Some((large.clone(), Some(Orientation::NoTransforms))));
        let canon = [&b"\0\0\0\x18ftypcrx \0\0\0\x01"[..], &[7; 99], &large].concat();
        assert_eq!(found(&canon), Some((large.clone(), None)));
        let mut fuji = [&b"FUJIFILMCCD-RAW 0201"[..], &[0; 72], &large].concat();
        fuji[84..92].copy_from_slice(&[0, 0, 0, 92, 0, 0, 0, large.len() as u8]);
        assert_eq!(found(&fuji), Some((large, None)));
    }

    #[test]
    fn the_negative_itself_is_no_preview() {
        let check = |bytes: &[u8]| assert_eq!(found(bytes), None);
        // Lossless JPEG (SOF3), no frame at all, an offset beyond the end, nothing.
        check(&negative(b"II*\0", &[(tiff::STRIP_OFFSETS, 38), (tiff::STRIP_LENGTHS, 99)], &jpeg(3000, 2000, 0xc3)));
        check(&negative(b"II*\0", &[(tiff::JPEG_OFFSET, 38), (tiff::JPEG_LENGTH, 99)], b"\xff\xd8\xff\xda\0\x04"));
        check(&negative(b"II*\0", &[(tiff::JPEG_OFFSET, u32::MAX), (tiff::JPEG_LENGTH, u32::MAX)], b""));
        check(b"FUJIFILMCCD-RAW ");
        check(b"");
        let huge = negative(b"II*\0", &[(tiff::JPEG_OFFSET, 38), (tiff::JPEG_LENGTH, 99)], &jpeg(60_000, 60_000, 0xc0));
        check(&huge);
        // As many beginnings as fit.
        check(&b"\xff\xd8\xff".repeat(100_000));
    }

    #[test]
    fn negatives_are_told_from_pictures() {
        let check = |fields: &[(u16, u32)], expected: bool| {
            assert_eq!(is_negative(Cursor::new(negative(b"II*\0", fields, b""))), expected, "{fields:?}");
        };
        check(&[(tiff::PHOTOMETRIC, 32803)], true);
        check(&[(tiff::PHOTOMETRIC, 2)], false);
        check(&[(DNG_VERSION, 1)], true);
        check(&[(tiff::COMPRESSION, 34713)], true);
        check(&[(tiff::COMPRESSION, 4)], false);
        assert_eq!(media_type(b"II*\0\x10\0\0\0CR\x02\0"), Some("image/x-canon-cr2"));
        assert_eq!(media_type(b"II*\0\x08\0\0\0\x01\0"), None);
    }
}
