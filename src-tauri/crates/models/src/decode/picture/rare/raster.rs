//! Samples of a file that are put together to a picture, row by row.
//!
//! Rows that a file announces and does not hold stay white.

use super::super::pixels::{Stop, check_size};
use super::Rare;
use super::fields::ends_early;
use image::{DynamicImage, GrayAlphaImage, GrayImage, RgbImage, RgbaImage};
use winnow_contract::worker::DecodeLimits;

/// A picture in the making: samples of one byte, pixel by pixel.
pub struct Raster {
    pub width: u32,
    pub height: u32,
    /// Samples of one pixel: 1 gray, 2 gray and opacity, 3 colour, 4 colour and opacity.
    pub channels: usize,
    pub samples: Vec<u8>,
    /// Rows that came.
    filled: u64,
}

impl Raster {
    /// A white picture of this size.
    ///
    /// # Errors
    /// `too_many_pixels`, `picture_memory`; `damaged` when it has no pixels.
    pub fn new(width: u32, height: u32, channels: usize, limits: &DecodeLimits) -> Result<Self, Stop> {
        let samples = u64::from(width).saturating_mul(u64::from(height)).saturating_mul(channels as u64);
        check_size(width, height, samples, limits).map_err(Stop::Refused)?;
        let samples = usize::try_from(samples).map_err(|_| ends_early())?;
        Ok(Self { width, height, channels, samples: vec![255; samples], filled: 0 })
    }

    /// Puts one sample of each pixel of a row into its place.
    pub fn put(&mut self, row: usize, channel: usize, samples: impl IntoIterator<Item = u8>) {
        for (pixel, sample) in self.pixels(row).zip(samples) {
            pixel[channel] = sample;
        }
        self.filled += 1;
    }

    /// Puts the pixels of a whole row into their places.
    pub fn put_pixels(&mut self, row: usize, pixels: impl IntoIterator<Item = [u8; 3]>) {
        for (into, pixel) in self.pixels(row).zip(pixels) {
            into[..3].copy_from_slice(&pixel);
        }
        self.filled += 1;
    }

    /// The pixels of a row; none beyond the last row.
    fn pixels(&mut self, row: usize) -> impl Iterator<Item = &mut [u8]> {
        let (width, channels) = (self.width as usize, self.channels);
        self.samples.get_mut(row * width * channels..).unwrap_or_default().chunks_exact_mut(channels).take(width)
    }

    /// The same picture with each pixel as red, green and blue.
    #[must_use]
    pub fn converted(mut self, colour: impl Fn(&[u8]) -> [u8; 3]) -> Self {
        self.samples = self.samples.chunks_exact(self.channels).flat_map(colour).collect();
        self.channels = 3;
        self
    }

    /// The picture; `cut` when there were fewer than `rows`.
    ///
    /// # Errors
    /// `damaged` when there were none.
    pub fn finish(self, rows: u64) -> Result<Rare, Stop> {
        if self.filled == 0 {
            return Err(ends_early());
        }
        let cut = self.filled < rows;
        Ok(Rare { cut, ..from_samples(self.width, self.height, self.channels, self.samples).into() })
    }
}

/// Samples of one byte as a picture; there are as many as its size asks for.
pub fn from_samples(width: u32, height: u32, channels: usize, samples: Vec<u8>) -> DynamicImage {
    let made = match channels {
        1 => GrayImage::from_raw(width, height, samples).map(DynamicImage::ImageLuma8),
        2 => GrayAlphaImage::from_raw(width, height, samples).map(DynamicImage::ImageLumaA8),
        3 => RgbImage::from_raw(width, height, samples).map(DynamicImage::ImageRgb8),
        _ => RgbaImage::from_raw(width, height, samples).map(DynamicImage::ImageRgba8),
    };
    made.expect("BUG: as many samples as the size asks for")
}

/// The bits of a row, the most significant first.
pub fn bits(row: &[u8]) -> impl Iterator<Item = bool> + '_ {
    row.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1))
}
