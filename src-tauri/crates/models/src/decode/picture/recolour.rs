//! Colours of a TIFF that its decoder does not know: palettes, and JPEG's own colours as scanners write them.
//!
//! The decoder is shown another photometric interpretation (TIFF 6.0, sections 8, 5 and 21), and the colours are put right
//! afterwards. Palettes of 1 and 8 bits, 8-bit YCbCr within JPEG, and 8-bit L*a*b*; no others.

use super::colours;
use super::tiff_pages::{self as tiff, Directory, Tiff};
use image::{DynamicImage, Rgb, RgbImage};
use std::io::{Read, Seek};

const BITS: u16 = 258;
const SAMPLES: u16 = 277;
const COLOUR_MAP: u16 = 320;
const GRAY: u16 = 1;
const RGB: u16 = 2;
const PALETTE: u64 = 3;
const YCBCR: u64 = 6;
const JPEG: u64 = 7;
/// L*a*b* with signs (section 23), and as profiles have it.
const LAB: u64 = 8;
const ICC_LAB: u64 = 9;

/// What the decoder has to be shown, and what its pixels are in truth.
pub struct Recolour {
    /// Where in the file the photometric interpretation stands.
    pub at: u64,
    /// What it has to read there.
    pub shown: Vec<u8>,
    truth: Truth,
}

enum Truth {
    /// Gray is the number of a colour.
    Palette(Vec<Rgb<u8>>),
    /// Red, green and blue are brightness and two differences.
    Differences,
    /// Red, green and blue are lightness and two opponents, to which so much has to be added.
    Lab(u8),
}

/// None when the decoder knows the colours of this page itself.
pub fn of<R: Read + Seek>(file: &mut Tiff<R>, page: &Directory) -> Option<Recolour> {
    let (at, _) = file.extent(page, tiff::PHOTOMETRIC)?;
    let bits = file.first(page, BITS).unwrap_or(1);
    let (gray_or_rgb, truth) = match file.first(page, tiff::PHOTOMETRIC)? {
        PALETTE if matches!(bits, 1 | 8) => (GRAY, Truth::Palette(palette(file, page, 1 << bits)?)),
        YCBCR if bits == 8 && file.first(page, tiff::COMPRESSION) == Some(JPEG) => (RGB, Truth::Differences),
        LAB if bits == 8 && file.first(page, SAMPLES) == Some(3) => (RGB, Truth::Lab(128)),
        ICC_LAB if bits == 8 && file.first(page, SAMPLES) == Some(3) => (RGB, Truth::Lab(0)),
        _ => return None,
    };
    Some(Recolour { at, shown: file.short(gray_or_rgb), truth })
}

/// All reds, then all greens, then all blues, each of 16 bits.
fn palette<R: Read + Seek>(file: &mut Tiff<R>, page: &Directory, colours: usize) -> Option<Vec<Rgb<u8>>> {
    let values = file.shorts(page, COLOUR_MAP, 3 * colours)?;
    let part = |at: usize| values.get(at).map(|value| (value >> 8) as u8);
    (0..colours).map(|at| Some(Rgb([part(at)?, part(at + colours)?, part(at + 2 * colours)?]))).collect()
}

impl Recolour {
    /// The picture in its true colours.
    pub fn apply(&self, image: &DynamicImage) -> DynamicImage {
        let (width, height) = (image.width(), image.height());
        let pixels = match &self.truth {
            Truth::Palette(colours) => {
                // One bit was decoded to black and white.
                let colour = |value: u8| if colours.len() == 2 { colours[usize::from(value > 127)] } else { colours[usize::from(value)] };
                image.to_luma8().pixels().flat_map(|pixel| colour(pixel.0[0]).0).collect()
            }
            Truth::Lab(added) => {
                let signed = |[l, a, b]: [u8; 3]| colours::of_lab([l, a.wrapping_add(*added), b.wrapping_add(*added)]);
                image.to_rgb8().pixels().flat_map(|pixel| signed(pixel.0)).collect()
            }
            Truth::Differences => image.to_rgb8().pixels().flat_map(|pixel| rgb(pixel.0)).collect(),
        };
        DynamicImage::ImageRgb8(RgbImage::from_raw(width, height, pixels).expect("BUG: three bytes for each pixel"))
    }
}

/// ITU-R BT.601 without reserved ends, as JFIF 1.02 has it.
fn rgb([y, cb, cr]: [u8; 3]) -> [u8; 3] {
    let (y, cb, cr) = (f32::from(y), f32::from(cb) - 128.0, f32::from(cr) - 128.0);
    [y + 1.402 * cr, y - 0.344_136 * cb - 0.714_136 * cr, y + 1.772 * cb].map(|value| value.round().clamp(0.0, 255.0) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brightness_and_differences_become_colours() {
        let check = |from: [u8; 3], expected: [u8; 3]| assert_eq!(rgb(from), expected);
        check([0, 128, 128], [0, 0, 0]);
        check([255, 128, 128], [255, 255, 255]);
        check([76, 85, 255], [254, 0, 0]);
        check([29, 255, 107], [0, 0, 254]);
    }

    #[test]
    fn lightness_and_opponents_become_colours() {
        let check = |from: [u8; 3], added: u8, expected: [u8; 3]| {
            let image = DynamicImage::ImageRgb8(RgbImage::from_raw(1, 1, from.to_vec()).expect("a pixel"));
            let recolour = Recolour { at: 0, shown: Vec::new(), truth: Truth::Lab(added) };
            assert_eq!(recolour.apply(&image).as_bytes(), expected);
        };
        check([255, 0, 0], 128, [255, 255, 255]);
        check([255, 128, 128], 0, [255, 255, 255]);
        check([138, 81, 70], 128, [255, 0, 0]);
    }

    #[test]
    fn numbers_become_the_colours_of_the_palette() {
        let image = DynamicImage::ImageLuma8(image::GrayImage::from_raw(2, 1, vec![0, 255]).expect("two pixels"));
        let check = |colours: Vec<Rgb<u8>>, expected: [u8; 6]| {
            let recolour = Recolour { at: 0, shown: Vec::new(), truth: Truth::Palette(colours) };
            assert_eq!(recolour.apply(&image).as_bytes(), expected);
        };
        check(vec![Rgb([1, 2, 3]), Rgb([4, 5, 6])], [1, 2, 3, 4, 5, 6]);
        check((0..=255).map(|n| Rgb([n, 255 - n, 7])).collect(), [0, 255, 7, 255, 0, 7]);
    }
}
