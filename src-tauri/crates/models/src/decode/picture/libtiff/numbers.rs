//! Gray pictures of numbers that libtiff hands out and does not draw: 12, 32 and 64 bits, whole or with a point, and 16 bits
//! with a sign.
//!
//! Nothing else, and nothing in tiles or with several numbers for each pixel.

use super::super::limit;
use super::super::measured::Scale;
use super::library::{File, ShortTag};
use image::{DynamicImage, GrayImage};
use winnow_contract::worker::DecodeLimits;

/// Whole numbers with a sign, and numbers with a point (TIFF 6.0, section 19).
const SIGNED: u16 = 2;
const POINT: u16 = 3;
const WHITE_IS_ZERO: u16 = 0;

/// The picture; none when it is no such picture, or damaged.
pub fn of(file: &File, limits: &DecodeLimits) -> Option<DynamicImage> {
    if file.short(ShortTag::Samples).unwrap_or(1) != 1 {
        return None;
    }
    let read = reader(file.short(ShortTag::Bits)?, file.short(ShortTag::Format).unwrap_or(1))?;
    let (width, height) = file.size()?;
    let (row, rows) = file.rows(limit(limits.picture_bytes))?;
    let inverted = file.short(ShortTag::Photometric) == Some(WHITE_IS_ZERO);
    let values = || rows.chunks_exact(row).flat_map(|row| (0..width as usize).map(move |x| read(row, x).unwrap_or(0.0)));
    let scale = Scale::of(values());
    let shade = |value: f64| if inverted { 255 - scale.shade(value) } else { scale.shade(value) };
    GrayImage::from_raw(width, height, values().map(shade).collect()).map(DynamicImage::ImageLuma8)
}

/// The number at a place of a row.
type Reader = fn(&[u8], usize) -> Option<f64>;

fn reader(bits: u16, format: u16) -> Option<Reader> {
    let reader: Reader = match (bits, format) {
        // Packed without a gap, the highest bits first.
        (12, _) => |row, x| {
            let pair = u16::from_be_bytes(*row.get(x * 3 / 2..)?.first_chunk()?);
            Some(f64::from(if x.is_multiple_of(2) { pair >> 4 } else { pair & 0xfff }))
        },
        (16, SIGNED) => |row, x| Some(f64::from(i16::from_ne_bytes(*row.as_chunks().0.get(x)?))),
        (32, SIGNED) => |row, x| Some(f64::from(i32::from_ne_bytes(*row.as_chunks().0.get(x)?))),
        (32, POINT) => |row, x| Some(f64::from(f32::from_ne_bytes(*row.as_chunks().0.get(x)?))),
        (32, _) => |row, x| Some(f64::from(u32::from_ne_bytes(*row.as_chunks().0.get(x)?))),
        (64, POINT) => |row, x| Some(f64::from_ne_bytes(*row.as_chunks().0.get(x)?)),
        _ => return None,
    };
    Some(reader)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_in_their_rows() {
        let check = |bits: u16, format: u16, row: &[u8], expected: &[Option<f64>]| {
            let read = reader(bits, format).expect("a reader");
            let found: Vec<_> = (0..expected.len()).map(|x| read(row, x)).collect();
            assert_eq!(found, expected);
        };
        check(12, 1, &[0x12, 0x34, 0x56], &[Some(291.0), Some(1110.0), None]);
        check(32, 3, &[0.5_f32, -2.0].map(f32::to_ne_bytes).concat(), &[Some(0.5), Some(-2.0), None]);
        check(16, 2, &(-7_i16).to_ne_bytes(), &[Some(-7.0)]);
        check(32, 2, &(-7_i32).to_ne_bytes(), &[Some(-7.0)]);
        check(32, 1, &u32::MAX.to_ne_bytes(), &[Some(4_294_967_295.0)]);
        check(64, 3, &0.25_f64.to_ne_bytes(), &[Some(0.25)]);
        assert!(reader(8, 1).is_none());
    }
}
