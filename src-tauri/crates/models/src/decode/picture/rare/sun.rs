//! Pictures of Sun workstations (RAS): 1, 8, 24 and 32 bits, plain or in runs, with a map of colours or without.
//!
//! The format is told by Sun's rasterfile(5).

use super::super::pixels::{Stop, check_size};
use super::Rare;
use super::fields::Fields;
use super::raster::{Raster, bits};
use std::borrow::Cow;
use winnow_contract::worker::DecodeLimits;

const HEADER: usize = 32;
/// Runs of bytes; red before blue.
const IN_RUNS: u32 = 2;
const RED_FIRST: u32 = 3;

/// Reads the picture.
///
/// # Errors
/// `too_many_pixels`, `picture_memory`, `damaged`, `picture_flavour`.
pub fn read(bytes: &[u8], limits: &DecodeLimits) -> Result<Rare, Stop> {
    let fields = Fields::big(bytes);
    let (width, height, depth, kind) = (fields.u32(4)?, fields.u32(8)?, fields.u32(12)?, fields.u32(20)?);
    if kind > RED_FIRST || !matches!(depth, 1 | 8 | 24 | 32) {
        return Err(Stop::flavour("its depth or its compression is not known"));
    }
    // Rows are padded to two bytes.
    let stride = (u64::from(width) * u64::from(depth)).div_ceil(16) * 2;
    check_size(width, height, stride.saturating_mul(u64::from(height)), limits).map_err(Stop::Refused)?;
    let map = fields.slice(HEADER, fields.u32(28)? as usize)?;
    let rest = fields.rest(HEADER + map.len());
    let size = stride as usize * height as usize;
    let pixels = if kind == IN_RUNS { Cow::Owned(run_out(rest, size)) } else { Cow::Borrowed(rest) };
    let colours = Colours { map, red_first: kind == RED_FIRST };
    let mut raster = Raster::new(width, height, if depth < 24 && map.is_empty() { 1 } else { 3 }, limits)?;
    for (y, row) in pixels.chunks_exact(stride as usize).take(height as usize).enumerate() {
        match (depth, raster.channels) {
            // A bit that is set is black.
            (1, 1) => raster.put(y, 0, bits(row).map(|black| if black { 0 } else { 255 })),
            (1, _) => raster.put_pixels(y, bits(row).map(|bit| colours.numbered(u8::from(bit)))),
            (8, 1) => raster.put(y, 0, row.iter().copied()),
            (8, _) => raster.put_pixels(y, row.iter().map(|number| colours.numbered(*number))),
            (24, _) => raster.put_pixels(y, row.as_chunks::<3>().0.iter().map(|pixel| colours.ordered(*pixel))),
            // The first byte of four says nothing.
            _ => raster.put_pixels(y, row.as_chunks::<4>().0.iter().map(|[_, a, b, c]| colours.ordered([*a, *b, *c]))),
        }
    }
    raster.finish(u64::from(height))
}

struct Colours<'a> {
    /// All reds, then all greens, then all blues.
    map: &'a [u8],
    red_first: bool,
}

impl Colours<'_> {
    fn numbered(&self, number: u8) -> [u8; 3] {
        let count = self.map.len() / 3;
        [0, 1, 2].map(|part| self.map.get(part * count + usize::from(number)).copied().filter(|_| usize::from(number) < count).unwrap_or(0))
    }

    fn ordered(&self, [a, b, c]: [u8; 3]) -> [u8; 3] {
        if self.red_first { [a, b, c] } else { [c, b, a] }
    }
}

/// At most `size` bytes: `80 00` is one byte of 80, `80 n v` is v and n copies, anything else is itself.
fn run_out(mut packed: &[u8], size: usize) -> Vec<u8> {
    let mut out = Vec::new();
    while out.len() < size {
        packed = match packed {
            [0x80, 0, rest @ ..] => {
                out.push(0x80);
                rest
            }
            [0x80, count, value, rest @ ..] => {
                out.resize(out.len() + usize::from(*count) + 1, *value);
                rest
            }
            [value, rest @ ..] => {
                out.push(*value);
                rest
            }
            [] => break,
        };
    }
    out
}
