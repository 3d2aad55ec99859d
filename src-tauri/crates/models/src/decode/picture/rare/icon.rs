//! Icons and pointers of Windows (ICO, CUR): the largest of their pictures.
//!
//! Each is a whole PNG, or a bitmap without a file header that is twice as high as it says, with a mask below.

use super::super::pixels::{self, Stop};
use super::Rare;
use super::bitmap;
use super::fields::Fields;
use super::raster::bits;
use image::{DynamicImage, ImageFormat};
use std::cmp::Reverse;
use std::io::Cursor;
use winnow_contract::worker::DecodeLimits;

/// Pictures of one file that are tried, the largest first.
const TRIED: usize = 8;
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Where fields stand in a bitmap without a file header.
const HEIGHT: usize = 8;
const BITS: usize = 14;
const COMPRESSION: usize = 16;
const COLOURS: usize = 32;

/// Whether this is the beginning of an icon or a pointer: its first picture stands behind the list of all.
pub fn begins(head: &[u8], bytes: u64) -> bool {
    let fields = Fields::little(head);
    let number = |at: usize| fields.u16(at).unwrap_or(0);
    let proper = number(0) == 0 && matches!(number(2), 1 | 2) && (1..=4096).contains(&number(4));
    let first = entry(&fields, 0).ok();
    proper && first.is_some_and(|first| first.at >= 6 + 16 * number(4) as usize && (first.at as u64) < bytes && first.length >= 12)
}

/// Reads the largest picture.
///
/// # Errors
/// `too_many_pixels`, `picture_memory`, `damaged`.
pub fn read(bytes: &[u8], limits: &DecodeLimits) -> Result<Rare, Stop> {
    let fields = Fields::little(bytes);
    let mut entries: Vec<Entry> = (0..fields.u16(4)? as usize).map_while(|index| entry(&fields, index).ok()).collect();
    entries.sort_by_key(|entry| Reverse((entry.pixels, entry.depth, entry.length)));
    let mut reason = None;
    for entry in entries.iter().take(TRIED) {
        let rest = fields.rest(entry.at);
        match picture(&rest[..rest.len().min(entry.length)], limits) {
            Ok(rare) => return Ok(rare),
            Err(stop) => reason = reason.or(Some(stop)),
        }
    }
    Err(reason.unwrap_or_else(|| Stop::broken("there is no picture in it")))
}

/// One picture of the list.
struct Entry {
    pixels: u32,
    /// Bits of a pixel; of a pointer, where it points.
    depth: u32,
    length: usize,
    at: usize,
}

fn entry(fields: &Fields, index: usize) -> Result<Entry, Stop> {
    let start = 6 + 16 * index;
    let side = |at: usize| fields.u8(at).map(|side| if side == 0 { 256 } else { side });
    let pixels = side(start)? * side(start + 1)?;
    Ok(Entry { pixels, depth: fields.u16(start + 6)?, length: fields.u32(start + 8)? as usize, at: fields.u32(start + 12)? as usize })
}

fn picture(bytes: &[u8], limits: &DecodeLimits) -> Result<Rare, Stop> {
    if bytes.starts_with(PNG) {
        return pixels::decode(Cursor::new(bytes), ImageFormat::Png, limits).map(Rare::from);
    }
    let height = Fields::little(bytes).u32(HEIGHT)? / 2;
    let mut bitmap = bytes.to_vec();
    bitmap::put(&mut bitmap, HEIGHT, height);
    let image = bitmap::read(&bitmap, limits)?.picture.image;
    let opacity = opacity(bytes, image.width() as usize, image.height() as usize);
    Ok(if let Some(opacity) = opacity { with_opacity(&image, &opacity) } else { image }.into())
}

/// How opaque each pixel is, row by row from the top; none when nothing says so.
fn opacity(bytes: &[u8], width: usize, height: usize) -> Option<Vec<u8>> {
    let fields = Fields::little(bytes);
    let (depth, colours) = (fields.u16(BITS).ok()? as usize, fields.u32(COLOURS).ok()? as usize);
    let listed = if depth > 8 {
        colours
    } else if colours == 0 {
        1 << depth
    } else {
        colours
    };
    let start = (fields.u32(0).ok()? as usize).checked_add(listed.checked_mul(4)?)?;
    if fields.u32(COMPRESSION).ok()? != 0 {
        return None;
    }
    let stride = (width * depth).div_ceil(32) * 4;
    let pixels = fields.slice(start, stride * height).ok()?;
    let mask_stride = width.div_ceil(32) * 4;
    if depth == 32 && pixels.as_chunks::<4>().0.iter().any(|pixel| pixel[3] != 0) {
        return Some(pixels.chunks_exact(stride).rev().flat_map(|row| row.iter().skip(3).step_by(4).copied()).collect());
    }
    let mask = fields.slice(start + pixels.len(), mask_stride * height).ok()?;
    let opaque = |transparent: bool| if transparent { 0 } else { 255 };
    Some(mask.chunks_exact(mask_stride).rev().flat_map(|row| bits(row).take(width).map(opaque)).collect())
}

fn with_opacity(image: &DynamicImage, opacity: &[u8]) -> DynamicImage {
    let mut image = image.to_rgba8();
    image.pixels_mut().zip(opacity).for_each(|(pixel, opacity)| pixel.0[3] = *opacity);
    DynamicImage::ImageRgba8(image)
}
