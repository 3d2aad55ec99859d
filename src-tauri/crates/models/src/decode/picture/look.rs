//! What a picture looks like in 64 bits, so that copies in other sizes and qualities are found (pHash).
//!
//! The measure is Python's `imagehash.phash`: gray, 32 × 32, discrete cosine transform, the 8 × 8 lowest frequencies against
//! their median. It compares nothing itself: the distance is the number of bits that differ.

use super::render;
use image::DynamicImage;
use std::f64::consts::PI;

const SIDE: usize = 32;
const LOW: usize = 8;
/// Differences of brightness below this (of 255, root mean square) are paper, not a picture.
const FLAT: f64 = 1.0;

/// The look as 16 hexadecimal digits, the first bit the most significant; none of a picture without any detail, for all
/// blank pages would look alike.
pub fn look(image: &DynamicImage) -> Option<String> {
    let gray = small_gray(image)?;
    has_detail(&gray).then(|| format!("{:016x}", bits(&low_frequencies(&gray))))
}

/// The picture in 32 × 32 pixels of brightness, 0..255, row by row.
fn small_gray(image: &DynamicImage) -> Option<Vec<f64>> {
    let small = render::shrunk(image, SIDE as u32)?;
    // The weights of ITU-R BT.601, which Pillow takes.
    let brightness = |pixel: &image::Rgb<u8>| {
        let [red, green, blue] = pixel.0.map(f64::from);
        (0.299 * red + 0.587 * green + 0.114 * blue).round()
    };
    Some(small.to_rgb8().pixels().map(brightness).collect())
}

fn has_detail(gray: &[f64]) -> bool {
    let count = gray.len() as f64;
    let mean = gray.iter().sum::<f64>() / count;
    let variance = gray.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
    variance.sqrt() >= FLAT
}

/// The lowest frequencies of a DCT-II in both directions; row is the vertical frequency.
fn low_frequencies(gray: &[f64]) -> Vec<f64> {
    let wave = |frequency: usize, at: usize| (PI * frequency as f64 * (2 * at + 1) as f64 / (2 * SIDE) as f64).cos();
    let across: Vec<[f64; LOW]> = gray
        .chunks_exact(SIDE)
        .map(|row| std::array::from_fn(|frequency| row.iter().zip(0..).map(|(value, x)| value * wave(frequency, x)).sum()))
        .collect();
    let down = |vertical: usize, horizontal: usize| across.iter().zip(0..).map(|(row, y)| row[horizontal] * wave(vertical, y)).sum();
    (0..LOW * LOW).map(|index| down(index / LOW, index % LOW)).collect()
}

/// One bit for each frequency: above the median or not.
fn bits(frequencies: &[f64]) -> u64 {
    let mut sorted = frequencies.to_vec();
    sorted.sort_by(f64::total_cmp);
    let median = f64::midpoint(sorted[sorted.len() / 2 - 1], sorted[sorted.len() / 2]);
    frequencies.iter().fold(0, |bits, value| bits << 1 | u64::from(*value > median))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::codecs::jpeg::JpegEncoder;
    use image::imageops::FilterType;
    use image::{Rgb, RgbImage};

    /// A scene of soft hills and discs that depends on `seed`.
    fn scene(seed: u32) -> DynamicImage {
        let number = |index: u32| {
            let mixed = (u64::from(seed) << 32 | u64::from(index)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let mixed = (mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            f64::from((mixed >> 40) as u8) / 255.0
        };
        let discs: Vec<[f64; 4]> = (0..12).map(|i| std::array::from_fn(|part| number(i * 4 + part as u32))).collect();
        let shade = |x: u32, y: u32| {
            let (x, y) = (f64::from(x) / 400.0, f64::from(y) / 300.0);
            let inside = |disc: &&[f64; 4]| (x - disc[0]).hypot(y - disc[1]) < 0.05 + 0.2 * disc[2];
            discs.iter().rev().find(inside).map_or(60.0 + 120.0 * y * number(99), |disc| 255.0 * disc[3])
        };
        let pixel = |x, y| {
            let value = shade(x, y) as u8;
            Rgb([value, value.saturating_add(9), value / 2 + 40])
        };
        DynamicImage::ImageRgb8(RgbImage::from_fn(400, 300, pixel))
    }

    fn distance(a: &DynamicImage, b: &DynamicImage) -> u32 {
        let number = |image| u64::from_str_radix(&look(image).expect("a look"), 16).expect("hexadecimal");
        (number(a) ^ number(b)).count_ones()
    }

    fn as_jpeg(image: &DynamicImage, quality: u8) -> DynamicImage {
        let mut bytes = Vec::new();
        image.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality)).expect("a JPEG");
        image::load_from_memory(&bytes).expect("read again")
    }

    #[test]
    fn the_same_picture_looks_alike_and_another_does_not() {
        for seed in 1..=8 {
            let scene_ = scene(seed);
            let check = |name: &str, other: DynamicImage| {
                let distance = distance(&scene_, &other);
                assert!(distance <= 10, "{seed}, {name}: {distance}");
            };
            check("half", scene_.resize_exact(200, 150, FilterType::Triangle));
            check("a thumbnail", scene_.resize_exact(80, 60, FilterType::Lanczos3));
            check("twice", scene_.resize_exact(800, 600, FilterType::CatmullRom));
            check("JPEG", as_jpeg(&scene_, 50));
            check("gray", DynamicImage::ImageLuma8(scene_.to_luma8()));
            check("brighter", scene_.brighten(12));
            check("cropped", scene_.crop_imm(4, 3, 392, 294));
            for other in seed + 1..=8 {
                let distance = distance(&scene_, &scene(other));
                assert!(distance > 14, "{seed} and {other}: {distance}");
            }
        }
    }

    #[test]
    fn a_blank_page_has_no_look() {
        let check = |value: u8| assert_eq!(look(&DynamicImage::ImageRgb8(RgbImage::from_pixel(90, 120, Rgb([value; 3])))), None);
        check(0);
        check(250);
    }

    #[test]
    fn waves_stand_at_their_frequency() {
        // One period over the width is the second horizontal frequency, and the constant the first.
        let gray: Vec<f64> = (0..SIDE * SIDE).map(|at| 128.0 + 100.0 * (PI * 2.0 * ((2 * (at % SIDE) + 1) as f64) / 64.0).cos()).collect();
        let found = low_frequencies(&gray);
        let strong: Vec<usize> = (0..64).filter(|index| found[*index].abs() > 1.0).collect();
        assert_eq!(strong, [0, 2]);
        assert!((found[0] - 128.0 * 1024.0).abs() < 1e-6 && (found[2] - 100.0 * 512.0).abs() < 1e-6);
    }
}
