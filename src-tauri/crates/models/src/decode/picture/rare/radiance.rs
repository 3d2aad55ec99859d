//! Pictures of Radiance (HDR): amounts of light, shown as screens show them.
//!
//! What is brighter than white is white; exposure is as the file has it.

use super::super::colours;
use super::super::pixels::{self, Stop};
use super::Rare;
use super::raster::from_samples;
use image::codecs::hdr::HdrDecoder;
use std::io::Cursor;
use winnow_contract::worker::DecodeLimits;

/// Reads the picture.
///
/// # Errors
/// `too_many_pixels`, `picture_memory`, `damaged`.
pub fn read(bytes: &[u8], limits: &DecodeLimits) -> Result<Rare, Stop> {
    let decoder = HdrDecoder::new(Cursor::new(bytes)).map_err(|error| pixels::stop(&error, limits))?;
    let light = pixels::decoded(decoder, limits)?.image.into_rgb32f();
    let (width, height) = light.dimensions();
    Ok(from_samples(width, height, 3, light.into_raw().into_iter().map(colours::of_light).collect()).into())
}
