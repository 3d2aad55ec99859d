//! Windows bitmaps that the common decoder declines: without a file header (DIB), of OS/2 2, and packed in odd ways.
//!
//! A file is put right in memory and given to that decoder; nothing else of a bitmap is read here.

use super::super::pixels::{self, Stop, check_size};
use super::Rare;
use super::fields::Fields;
use image::codecs::bmp::BmpDecoder;
use std::io::Cursor;
use winnow_contract::worker::DecodeLimits;

/// Bytes of a file header, and where its offset of the pixels stands.
const FILE_HEADER: usize = 14;
const OFFSET: usize = 10;
/// Bytes of the ordinary header, and of the one of OS/2 2, which begins like it.
const HEADER: u32 = 40;
const OS2_HEADER: u32 = 64;
/// Where fields stand in a file.
const WIDTH: usize = 18;
const HEIGHT: usize = 22;
const PLANES: usize = 26;
const BITS: usize = 28;
const COMPRESSION: usize = 30;
const COLOURS: usize = 46;

/// Reads a bitmap without a file header.
///
/// # Errors
/// `too_many_pixels`, `picture_memory`, `damaged`, `picture_flavour`.
pub fn read(bytes: &[u8], limits: &DecodeLimits) -> Result<Rare, Stop> {
    let decoder = BmpDecoder::new_without_file_header(Cursor::new(bytes)).map_err(|error| pixels::stop(&error, limits))?;
    pixels::decoded(decoder, limits).map(Rare::from)
}

/// The same bitmap as the common decoder reads it; none when nothing helps.
pub fn mended(bytes: &[u8], limits: &DecodeLimits) -> Option<Vec<u8>> {
    let mut bytes = with_ordinary_header(bytes)?;
    bytes.get_mut(PLANES..PLANES + 2)?.copy_from_slice(&[1, 0]);
    Some(unpacked(&bytes, limits).unwrap_or(bytes))
}

fn with_ordinary_header(bytes: &[u8]) -> Option<Vec<u8>> {
    let fields = Fields::little(bytes);
    match fields.u32(FILE_HEADER).ok()? {
        OS2_HEADER => {
            let offset = fields.u32(OFFSET).ok()?.checked_sub(OS2_HEADER - HEADER)?;
            let kept = FILE_HEADER + HEADER as usize;
            let mut mended = [bytes.get(..kept)?, bytes.get(FILE_HEADER + OS2_HEADER as usize..)?].concat();
            put(&mut mended, OFFSET, offset);
            put(&mut mended, FILE_HEADER, HEADER);
            Some(mended)
        }
        HEADER.. => Some(bytes.to_vec()),
        _ => None,
    }
}

/// Runs of 4 or 8 bits made one byte for each pixel, as far as they make sense.
fn unpacked(bytes: &[u8], limits: &DecodeLimits) -> Option<Vec<u8>> {
    let fields = Fields::little(bytes);
    let (compression, bits) = (fields.u32(COMPRESSION).ok()?, fields.u16(BITS).ok()?);
    let four = match (compression, bits) {
        (1, 8) => false,
        (2, 4) => true,
        _ => return None,
    };
    let (width, height) = (fields.u32(WIDTH).ok()?, fields.u32(HEIGHT).ok()?.cast_signed().unsigned_abs());
    check_size(width, height, u64::from(width) * u64::from(height) * 3, limits).ok()?;
    let offset = fields.u32(OFFSET).ok()? as usize;
    let mut mended = bytes.get(..offset)?.to_vec();
    put(&mut mended, COMPRESSION, 0);
    mended.get_mut(BITS..BITS + 2)?.copy_from_slice(&[8, 0]);
    if four && fields.u32(COLOURS).ok()? == 0 {
        put(&mut mended, COLOURS, 16);
    }
    mended.extend(run_out(fields.rest(offset), width as usize, height as usize, four));
    Some(mended)
}

/// The colour numbers of runs, each row padded to four bytes; what lies outside is dropped.
fn run_out(packed: &[u8], width: usize, height: usize, four: bool) -> Vec<u8> {
    let stride = width.next_multiple_of(4);
    let mut rows = vec![0; stride * height];
    let mut put = |x: usize, y: usize, value: u8| {
        if x < width && y < height {
            rows[y * stride + x] = value;
        }
    };
    let half = |value: u8, index: usize| if index.is_multiple_of(2) { value >> 4 } else { value & 15 };
    let (mut x, mut y, mut at) = (0_usize, 0_usize, 0_usize);
    while let Some([count, value]) = packed.get(at..at + 2) {
        at += 2;
        match (*count, *value) {
            _ if y >= height => break,
            (0, 0) => (x, y) = (0, y + 1),
            (0, 1) => break,
            (0, 2) => {
                let Some([right, up]) = packed.get(at..at + 2) else { break };
                (x, y, at) = (x + usize::from(*right), y + usize::from(*up), at + 2);
            }
            (0, count) => {
                let count = usize::from(count);
                let bytes = if four { count.div_ceil(2) } else { count };
                let literal = packed.get(at..).unwrap_or_default();
                for index in 0..count {
                    let Some(byte) = literal.get(if four { index / 2 } else { index }) else { break };
                    put(x + index, y, if four { half(*byte, index) } else { *byte });
                }
                (x, at) = (x + count, at + bytes.next_multiple_of(2));
            }
            (count, value) => {
                let count = usize::from(count);
                (0..count).for_each(|index| put(x + index, y, if four { half(value, index) } else { value }));
                x += count;
            }
        }
    }
    rows
}

/// Writes a number over another; places beyond the end stay as they are.
pub fn put(bytes: &mut [u8], at: usize, number: u32) {
    if let Some(place) = bytes.get_mut(at..at + 4) {
        place.copy_from_slice(&number.to_le_bytes());
    }
}
