//! Icons of Apple (ICNS): the largest of their pictures.
//!
//! PNG and JPEG 2000 as they are, and the older ones of 24 bits with their mask. Those of few colours are not read.

use super::super::pixels::{self, Stop};
use super::fields::{Fields, ends_early};
use super::raster::from_samples;
use super::{Rare, jpeg2000};
use image::ImageFormat;
use std::io::Cursor;
use winnow_contract::worker::DecodeLimits;

/// Elements of one file that are looked at.
const ELEMENTS: usize = 256;

/// A type of elements: the length of a side, and the type of the mask when it is no picture by itself.
type Type = (&'static [u8; 4], usize, Option<&'static [u8; 4]>);

/// The types, the largest first.
const TYPES: &[Type] = &[
    (b"ic10", 1024, None),
    (b"ic09", 512, None),
    (b"ic14", 512, None),
    (b"ic08", 256, None),
    (b"ic13", 256, None),
    (b"ic07", 128, None),
    (b"it32", 128, Some(b"t8mk")),
    (b"ic12", 64, None),
    (b"icp6", 64, None),
    (b"ih32", 48, Some(b"h8mk")),
    (b"ic11", 32, None),
    (b"icp5", 32, None),
    (b"il32", 32, Some(b"l8mk")),
    (b"icp4", 16, None),
    (b"is32", 16, Some(b"s8mk")),
];

/// Reads the largest picture.
///
/// # Errors
/// `too_many_pixels`, `picture_memory`, `damaged`; `picture_flavour` when there are only old ones of few colours.
pub fn read(bytes: &[u8], limits: &DecodeLimits) -> Result<Rare, Stop> {
    let elements = elements(bytes);
    let find = |name: &[u8; 4]| elements.iter().find(|(found, _)| found == name).map(|(_, data)| *data);
    let mut reason = None;
    for (name, side, mask) in TYPES {
        let Some(data) = find(name) else { continue };
        let read = match mask {
            Some(mask) => runs(data, *side, find(mask)),
            None => whole(data, limits),
        };
        match read {
            Ok(rare) => return Ok(rare),
            Err(stop) => reason = reason.or(Some(stop)),
        }
    }
    Err(reason.unwrap_or_else(|| Stop::flavour("it holds only icons of few colours")))
}

/// Type and content of each element.
fn elements(bytes: &[u8]) -> Vec<(&[u8], &[u8])> {
    let fields = Fields::big(bytes);
    let (mut elements, mut at) = (Vec::new(), 8);
    while let (Ok(name), Ok(length)) = (fields.slice(at, 4), fields.u32(at + 4)) {
        if length < 8 || elements.len() == ELEMENTS {
            break;
        }
        let rest = fields.rest(at + 8);
        elements.push((name, &rest[..rest.len().min(length as usize - 8)]));
        at = at.saturating_add(length as usize);
    }
    elements
}

fn whole(data: &[u8], limits: &DecodeLimits) -> Result<Rare, Stop> {
    if data.starts_with(b"\x89PNG") {
        return pixels::decode(Cursor::new(data), ImageFormat::Png, limits).map(Rare::from);
    }
    jpeg2000::read(data, limits)
}

/// Red, green and blue one after the other, in runs; the largest begin with four empty bytes.
fn runs(data: &[u8], side: usize, mask: Option<&[u8]>) -> Result<Rare, Stop> {
    let mut data = if side == 128 { data.get(4..).unwrap_or_default() } else { data };
    let mut samples = vec![255; side * side * 4];
    for channel in 0..3 {
        let mut pixel = 0;
        while pixel < side * side {
            let [count, rest @ ..] = data else { return Err(ends_early()) };
            let (length, run) = if *count < 128 { (usize::from(*count) + 1, false) } else { (usize::from(*count) - 125, true) };
            for index in 0..length {
                let value = rest.get(if run { 0 } else { index }).ok_or_else(ends_early)?;
                if let Some(sample) = samples.get_mut((pixel + index) * 4 + channel) {
                    *sample = *value;
                }
            }
            data = &rest[if run { 1 } else { length }..];
            pixel += length;
        }
    }
    for (pixel, opacity) in samples.chunks_exact_mut(4).zip(mask.unwrap_or_default()) {
        pixel[3] = *opacity;
    }
    Ok(from_samples(side as u32, side as u32, 4, samples).into())
}
