//! Kodak Photo CD (PCD): the base picture of 768 × 512, turned as the disc says.
//!
//! The larger ones are stored as differences in Huffman codes, and are not read; nothing official describes them.

use super::super::pixels::Stop;
use super::Rare;
use super::fields::{Fields, ends_early};
use super::raster::Raster;
use image::metadata::Orientation;
use winnow_contract::Words;
use winnow_contract::worker::DecodeLimits;

/// Where the mark stands, and the turn.
const MARK_AT: usize = 2048;
const MARK: &[u8] = b"PCD_";
const TURN_AT: usize = 3586;
/// Where the base picture stands, and its size.
const BASE_AT: usize = 96 * 2048;
const WIDTH: usize = 768;
const HEIGHT: usize = 512;

/// Whether this is the beginning of such a picture.
pub fn begins(head: &[u8]) -> bool {
    head.get(MARK_AT..).is_some_and(|rest| rest.starts_with(MARK))
}

/// Reads the base picture.
///
/// # Errors
/// `too_many_pixels`, `picture_memory`, `damaged`.
pub fn read(bytes: &[u8], limits: &DecodeLimits) -> Result<Rare, Stop> {
    let fields = Fields::big(bytes);
    let mut raster = Raster::new(WIDTH as u32, HEIGHT as u32, 3, limits)?;
    // Two rows of brightness, then one of each difference at half the width.
    let pairs = fields.rest(BASE_AT).chunks_exact(3 * WIDTH).take(HEIGHT / 2);
    for (index, pair) in pairs.enumerate() {
        let (brightness, differences) = pair.split_at(2 * WIDTH);
        for (half, row) in brightness.chunks_exact(WIDTH).enumerate() {
            let pixel = |x: usize| colour(row[x], differences[x / 2], differences[WIDTH / 2 + x / 2]);
            raster.put_pixels(2 * index + half, (0..WIDTH).map(pixel));
        }
    }
    let mut rare = raster.finish(HEIGHT as u64)?;
    rare.picture.orientation = match fields.u8(TURN_AT).map_err(|_| ends_early())? & 3 {
        1 => Orientation::Rotate270,
        2 => Orientation::Rotate180,
        3 => Orientation::Rotate90,
        _ => Orientation::NoTransforms,
    };
    rare.notes.push(Words::new("smaller_picture_only").with("width", WIDTH).with("height", HEIGHT));
    Ok(rare)
}

/// Photo YCC (scaled, without what is brighter than white) as red, green and blue.
fn colour(y: u8, blue: u8, red: u8) -> [u8; 3] {
    let (y, blue, red) = (1.3584 * f32::from(y), 2.2179 * (f32::from(blue) - 156.0), 1.8215 * (f32::from(red) - 137.0));
    [y + red, y - 0.194 * blue - 0.509 * red, y + blue].map(|value| value.round().clamp(0.0, 255.0) as u8)
}
