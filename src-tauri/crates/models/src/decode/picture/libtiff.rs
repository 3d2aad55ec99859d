//! TIFF files that the common decoder declines, by the system's libtiff when it is installed.
//!
//! The library is looked for once, before the process confines itself; nothing is linked. Colour profiles are not applied,
//! and what a colour is without one libtiff decides.

mod library;
mod numbers;

use super::limit;
use super::pixels::{Stop, check_size, line};
use image::{DynamicImage, RgbImage};
use library::Library;
use std::sync::OnceLock;
use winnow_contract::worker::DecodeLimits;

/// The library, or nothing where it is not installed.
static LIBRARY: OnceLock<Option<Library>> = OnceLock::new();

/// Loads the library. To be called before the process confines itself; later it would not be found.
pub fn prepare() {
    is_installed();
}

/// Whether there is a second reader.
pub fn is_installed() -> bool {
    installed().is_some()
}

fn installed() -> Option<&'static Library> {
    LIBRARY.get_or_init(Library::load).as_ref()
}

/// Decodes the page whose directory stands at `at`, as it is stored; `orientation` is what it says of itself. None when
/// libtiff is not installed.
///
/// # Errors
/// `too_many_pixels`, `picture_memory`, `damaged`; `picture_flavour` with what libtiff says.
pub fn decode(bytes: &[u8], at: u64, orientation: u32, limits: &DecodeLimits) -> Option<Result<DynamicImage, Stop>> {
    Some(decode_with(installed()?, bytes, at, orientation, limits))
}

fn decode_with(library: &Library, bytes: &[u8], at: u64, orientation: u32, limits: &DecodeLimits) -> Result<DynamicImage, Stop> {
    let no_page = || Stop::broken("there is no page where it should be");
    let file = library.open(bytes, at).ok_or_else(no_page)?;
    let (width, height) = file.size().ok_or_else(no_page)?;
    let pixels = u64::from(width).saturating_mul(u64::from(height));
    // Four bytes for each pixel, beside four planes of a strip or tile at most.
    let pieces = file.piece().unwrap_or(u64::MAX).saturating_mul(4);
    check_size(width, height, pixels.saturating_mul(4).max(pieces), limits).map_err(Stop::Refused)?;
    if let Some(image) = numbers::of(&file, limits) {
        return Ok(image);
    }
    file.is_known().map_err(|why| Stop::flavour(&line(&why)))?;
    let pixels = file.pixels(orientation, limit(limits.pixels)).ok_or_else(|| Stop::broken("libtiff cannot read its pixels"))?;
    let samples = pixels.into_iter().flat_map(over_white).collect();
    Ok(DynamicImage::ImageRgb8(RgbImage::from_raw(width, height, samples).expect("BUG: three bytes for each pixel")))
}

/// Red, green and blue over white of a pixel whose colours are multiplied by its opacity.
fn over_white(pixel: u32) -> [u8; 3] {
    let [red, green, blue, opacity] = pixel.to_le_bytes();
    [red, green, blue].map(|value| value.saturating_add(255 - opacity))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_come_out_in_their_order_over_white() {
        let check = |pixel: u32, expected: [u8; 3]| assert_eq!(over_white(pixel), expected, "{pixel:08x}");
        check(0xff03_0201, [1, 2, 3]);
        check(0, [255, 255, 255]);
        check(0x8000_0080, [255, 127, 127]);
    }
}
