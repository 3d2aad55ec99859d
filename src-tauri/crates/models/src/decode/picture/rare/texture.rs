//! Textures of DirectDraw and Direct3D (DDS): the first surface, in full size.
//!
//! Its smaller copies and further surfaces are not read. Opacity that is nowhere more than none is taken for unused.

use super::super::limit;
use super::super::pixels::{Stop, line};
use super::Rare;
use super::raster::{Raster, from_samples};
use dds::header::ParseOptions;
use dds::{ColorFormat, Decoder, DecodingError, ImageViewMut};
use std::io::Cursor;
use winnow_contract::Words;
use winnow_contract::worker::DecodeLimits;

/// Reads the first surface.
///
/// # Errors
/// `too_many_pixels`, `picture_memory`, `damaged`; `picture_flavour` for layouts of pixels that are not known.
pub fn read(bytes: &[u8], limits: &DecodeLimits) -> Result<Rare, Stop> {
    let options = ParseOptions::new_permissive(Some(bytes.len() as u64));
    let mut decoder = Decoder::new_with_options(Cursor::new(bytes), &options).map_err(|error| stop(&error))?;
    let size = decoder.main_size();
    let mut raster = Raster::new(size.width, size.height, 4, limits)?;
    decoder.options.memory_limit = usize::try_from(limit(limits.picture_bytes)).unwrap_or(usize::MAX);
    let view = ImageViewMut::new(&mut raster.samples, size, ColorFormat::RGBA_U8);
    decoder.read_surface(view.ok_or_else(|| Stop::broken("its size makes no sense"))?).map_err(|error| stop(&error))?;
    let mut samples = raster.samples;
    if samples.chunks_exact(4).all(|pixel| pixel[3] == 0) {
        samples.chunks_exact_mut(4).for_each(|pixel| pixel[3] = 255);
    }
    let mut rare = Rare::from(from_samples(size.width, size.height, 4, samples));
    rare.notes.extend(decoder.layout().texture().is_none().then(|| Words::new("first_frame_only")));
    Ok(rare)
}

fn stop(error: &DecodingError) -> Stop {
    let why = line(&error.to_string());
    if matches!(error, DecodingError::Format(_)) { Stop::flavour(&why) } else { Stop::broken(&why) }
}
