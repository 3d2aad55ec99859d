//! Pictures of astronomers (FITS): the first array of numbers with two axes or more.
//!
//! Tables, further axes, units and the coordinates of the sky are not read (FITS Standard 4.0).

use super::super::measured::Scale;
use super::super::pixels::Stop;
use super::Rare;
use super::fields::{Fields, ends_early};
use super::raster::Raster;
use winnow_contract::worker::DecodeLimits;

/// Bytes of a card of the header, and of what the header is padded to.
const CARD: usize = 80;
const BLOCK: usize = 2880;
/// Cards that are looked at.
const CARDS: usize = 10_000;

/// Reads the picture.
///
/// # Errors
/// `too_many_pixels`, `picture_memory`, `damaged`; `picture_flavour` when the first array is no picture.
pub fn read(bytes: &[u8], limits: &DecodeLimits) -> Result<Rare, Stop> {
    let head = Head::of(bytes)?;
    let (read, size) = number(head.bits).ok_or_else(|| Stop::flavour("its numbers are of an unknown length"))?;
    let mut raster = Raster::new(head.width, head.height, 1, limits)?;
    let (width, height) = (head.width as usize, head.height as usize);
    let numbers = Fields::big(bytes).rest(head.end).chunks_exact(size);
    let rows = (numbers.len() / width).min(height);
    let scale = Scale::of(numbers.clone().take(width * height).map(read));
    for row in 0..rows {
        // From the bottom to the top.
        let values = numbers.clone().skip(row * width).take(width).map(read);
        raster.put(height - 1 - row, 0, values.map(|value| scale.shade(value)));
    }
    raster.finish(u64::from(head.height))
}

/// What the cards say.
struct Head {
    /// Bits of a number; negative for numbers with a point.
    bits: i64,
    width: u32,
    height: u32,
    /// Where the numbers begin.
    end: usize,
}

impl Head {
    fn of(bytes: &[u8]) -> Result<Self, Stop> {
        let cards = bytes.chunks_exact(CARD).take(CARDS);
        let end = cards.clone().position(|card| card.starts_with(b"END     ")).ok_or_else(ends_early)?;
        let number = |name: &str| cards.clone().take(end).find_map(|card| value(card, name));
        let side = |name: &str| number(name).and_then(|length| u32::try_from(length).ok());
        let axes = number("NAXIS").unwrap_or(0);
        let sides = side("NAXIS1").zip(side("NAXIS2")).filter(|_| axes >= 2);
        let (width, height) = sides.ok_or_else(|| Stop::flavour("its first array is no picture"))?;
        Ok(Self { bits: number("BITPIX").unwrap_or(0), width, height, end: ((end + 1) * CARD).next_multiple_of(BLOCK) })
    }
}

/// The whole number of a card of this name.
fn value(card: &[u8], name: &str) -> Option<i64> {
    let rest = card.strip_prefix(name.as_bytes())?;
    let (blanks, value) = std::str::from_utf8(rest).ok()?.split_once('=')?;
    let value = value.split('/').next()?.trim();
    value.parse().ok().filter(|_| blanks.trim().is_empty())
}

/// How a number is read.
type Number = fn(&[u8]) -> f64;

/// How numbers of so many bits are read, and their bytes.
fn number(bits: i64) -> Option<(Number, usize)> {
    let read: Number = match bits {
        8 => |bytes| f64::from(bytes[0]),
        16 => |bytes| bytes.first_chunk().map_or(0.0, |bytes| f64::from(i16::from_be_bytes(*bytes))),
        32 => |bytes| bytes.first_chunk().map_or(0.0, |bytes| f64::from(i32::from_be_bytes(*bytes))),
        -32 => |bytes| bytes.first_chunk().map_or(0.0, |bytes| f64::from(f32::from_be_bytes(*bytes))),
        -64 => |bytes| bytes.first_chunk().map_or(0.0, |bytes| f64::from_be_bytes(*bytes)),
        _ => return None,
    };
    Some((read, bits.unsigned_abs() as usize / 8))
}
