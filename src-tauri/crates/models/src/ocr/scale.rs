//! How large the letters of a page are, and how small the page may be made before it is read.
//!
//! Tesseract brings every line to 36 pixels before it reads it: letters that are larger only cost time, and bring noise with
//! them. Letters that are smaller lose their shape, so a page is never enlarged, and left alone when its letters are not known.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::GrayImage;

/// Small letters (the x-height) are reduced to so many pixels. Measured on text of 7 to 11 points with noise and blur: with this
/// height errors do not grow, below 15 pixels they do.
const AIM: f32 = 16.0;
/// A page that would hardly become smaller stays as it is.
const WORTH: f32 = 0.85;
/// Shapes below so many say nothing of a page.
const ENOUGH: usize = 200;
/// Lower ones, in pixels of the halved page, are dots, commas and specks.
const SPECK: u32 = 4;
/// Wider ones, as a multiple of their height, are rules and whole words that stick together.
const LETTER: u32 = 3;

/// By how much a page is to be reduced before it is read, 0.5..1.
pub fn factor(page: &GrayImage) -> f32 {
    let factor = small_letters(page).map_or(1.0, |height| AIM / height);
    if factor < WORTH { factor.max(0.5) } else { 1.0 }
}

/// The page with its sides so much shorter.
pub fn reduced(page: &GrayImage, factor: f32) -> Option<GrayImage> {
    let side = |length: u32| ((length as f32 * factor).round() as u32).max(1);
    let (width, height) = (side(page.width()), side(page.height()));
    let source = ImageRef::new(page.width(), page.height(), page.as_raw(), PixelType::U8).ok()?;
    let mut target = Image::new(width, height, PixelType::U8);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    Resizer::new().resize(&source, &mut target, &options).ok()?;
    GrayImage::from_raw(width, height, target.into_vec())
}

/// Height of the small letters in pixels of the page; none when too little stands on it.
fn small_letters(page: &GrayImage) -> Option<f32> {
    let (pixels, width) = halved(page)?;
    let mut heights = letters(&pixels, width, threshold(&pixels));
    if heights.len() < ENOUGH {
        return None;
    }
    // More than half of all letters are small ones. Where specks count with them, the page is left larger, which harms nothing.
    let middle = heights.len() * 2 / 5;
    let (_, height, _) = heights.select_nth_unstable(middle);
    Some(*height as f32 * 2.0)
}

/// Every four pixels as one, and the pixels of a row.
fn halved(page: &GrayImage) -> Option<(Vec<u8>, usize)> {
    let (width, height) = (page.width() as usize, page.height() as usize);
    if width < 2 || height < 2 {
        return None;
    }
    let mut pixels = Vec::with_capacity((width / 2) * (height / 2));
    for rows in page.as_raw().chunks_exact(2 * width) {
        let (upper, lower) = rows.split_at(width);
        let pairs = upper.as_chunks::<2>().0.iter().zip(lower.as_chunks::<2>().0);
        pixels.extend(pairs.map(|(a, b)| ((u16::from(a[0]) + u16::from(a[1]) + u16::from(b[0]) + u16::from(b[1])) / 4) as u8));
    }
    Some((pixels, width / 2))
}

/// What is darker than this is ink (Otsu): the two sides differ most.
fn threshold(pixels: &[u8]) -> u8 {
    let mut counts = [0u64; 256];
    pixels.iter().for_each(|pixel| counts[usize::from(*pixel)] += 1);
    let sum: f64 = counts.iter().enumerate().map(|(value, count)| value as f64 * *count as f64).sum();
    let (mut dark, mut dark_sum, mut best) = (0.0, 0.0, (0.0, 0));
    for (value, count) in counts.iter().enumerate() {
        dark += *count as f64;
        dark_sum += value as f64 * *count as f64;
        let bright = pixels.len() as f64 - dark;
        if dark > 0.0 && bright > 0.0 {
            let apart = dark_sum / dark - (sum - dark_sum) / bright;
            let between = dark * bright * apart * apart;
            best = if between > best.0 { (between, value) } else { best };
        }
    }
    best.1 as u8
}

/// A stretch of ink in one row, and the shape it belongs to.
#[derive(Clone, Copy)]
struct Run {
    start: usize,
    end: usize,
    shape: usize,
}

/// Shapes of ink that hang together, found row by row.
#[derive(Default)]
struct Shapes {
    /// The shape each one became a part of; itself when it is whole.
    joined: Vec<usize>,
    /// Left, top, right and bottom, inclusive.
    extents: Vec<[u32; 4]>,
}

impl Shapes {
    fn add(&mut self, start: usize, end: usize, row: usize) -> usize {
        self.joined.push(self.joined.len());
        self.extents.push([start as u32, row as u32, end as u32 - 1, row as u32]);
        self.joined.len() - 1
    }

    fn whole(&mut self, mut shape: usize) -> usize {
        while self.joined[shape] != shape {
            self.joined[shape] = self.joined[self.joined[shape]];
            shape = self.joined[shape];
        }
        shape
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.whole(one), self.whole(other));
        let (into, from) = (one.min(other), one.max(other));
        if into == from {
            return;
        }
        self.joined[from] = into;
        let [left, top, right, bottom] = self.extents[from];
        let extent = &mut self.extents[into];
        *extent = [extent[0].min(left), extent[1].min(top), extent[2].max(right), extent[3].max(bottom)];
    }
}

/// Heights of what may be letters.
fn letters(pixels: &[u8], width: usize, threshold: u8) -> Vec<u32> {
    let mut shapes = Shapes::default();
    let mut above: Vec<Run> = Vec::new();
    for (number, row) in pixels.chunks_exact(width).enumerate() {
        let mut here = Vec::with_capacity(above.len());
        let mut first = 0;
        for (start, end) in runs(row, threshold) {
            let shape = shapes.add(start, end, number);
            // Corners touch, too.
            first += above[first..].iter().take_while(|run| run.end < start).count();
            above[first..].iter().take_while(|run| run.start <= end).for_each(|run| shapes.join(run.shape, shape));
            here.push(Run { start, end, shape });
        }
        above = here;
    }
    let whole = (0..shapes.joined.len()).filter(|shape| shapes.joined[*shape] == *shape);
    let sizes = whole.map(|shape| shapes.extents[shape]).map(|[left, top, right, bottom]| (right - left + 1, bottom - top + 1));
    sizes.filter(|(width, height)| *height >= SPECK && *width <= LETTER * height).map(|(_, height)| height).collect()
}

/// Where ink begins and ends in a row.
fn runs(row: &[u8], threshold: u8) -> impl Iterator<Item = (usize, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + row[at..].iter().position(|pixel| *pixel <= threshold)?;
        at = row[start..].iter().position(|pixel| *pixel > threshold).map_or(row.len(), |length| start + length);
        Some((start, at))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    /// A page with rings in rows, as high as small letters, and every fifth one higher.
    fn page(letter: u32) -> GrayImage {
        let mut page = GrayImage::from_pixel(30 * letter, 30 * letter, Luma([250]));
        for row in 0..14 {
            for column in 0..18 {
                let rise = if column % 5 == 0 { letter / 2 } else { 0 };
                let (left, bottom) = (letter + column * letter * 3 / 2, 2 * letter * (row + 1));
                for x in left..left + letter {
                    for y in bottom - letter - rise..bottom {
                        let inside = x > left + 2 && x + 3 < left + letter && y > bottom - letter - rise + 2 && y + 3 < bottom;
                        page.put_pixel(x, y, Luma([if inside { 250 } else { 20 }]));
                    }
                }
            }
        }
        page
    }

    #[test]
    fn large_letters_are_reduced_and_small_ones_are_not() {
        let check = |letter: u32, expected: f32| {
            let found = factor(&page(letter));
            assert!((found - expected).abs() < 0.06, "letters of {letter} pixels: {found}, expected {expected}");
        };
        check(12, 1.0);
        check(18, 1.0);
        check(24, 0.67);
        check(30, 0.53);
        check(60, 0.5);
    }

    #[test]
    fn a_page_without_letters_stays_as_it_is() {
        let check = |page: GrayImage| assert_eq!(factor(&page), 1.0);
        check(GrayImage::new(0, 0));
        check(GrayImage::new(1, 900));
        check(GrayImage::from_pixel(500, 500, Luma([255])));
        check(GrayImage::from_fn(600, 600, |x, y| Luma([if (x / 50 + y / 50) % 2 == 0 { 0 } else { 255 }])));
    }

    #[test]
    fn shapes_that_touch_are_one() {
        let ink = b"#..#....#\n#..#...#.\n#..#..#..\n####.#...\n.........\n#########";
        let pixels: Vec<u8> = ink.iter().filter(|sign| **sign != b'\n').map(|sign| if *sign == b'#' { 0 } else { 255 }).collect();
        assert_eq!(letters(&pixels, 9, 128), [4, 4], "two legs with a bow, a slanting stroke; the rule below is none");
    }

    #[test]
    fn a_page_is_reduced_by_its_factor() {
        let smaller = reduced(&GrayImage::from_pixel(90, 60, Luma([77])), 0.5).expect("smaller");
        assert_eq!((smaller.dimensions(), smaller.get_pixel(20, 20)[0]), ((45, 30), 77));
    }
}
