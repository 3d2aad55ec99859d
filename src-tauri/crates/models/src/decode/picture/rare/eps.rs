//! PostScript in an envelope of DOS (EPS): the preview that a program put beside it.
//!
//! PostScript itself is a program, and is not run. Previews as Windows metafiles are not read (PLRM EPSF 3.0, 5.2).

use super::super::libtiff;
use super::super::pixels::{self, Stop};
use super::Rare;
use super::fields::Fields;
use image::ImageFormat;
use std::io::Cursor;
use winnow_contract::Words;
use winnow_contract::worker::DecodeLimits;

/// Where the place and the length of the preview stand.
const PREVIEW: usize = 20;

/// Reads the preview.
///
/// # Errors
/// `too_many_pixels`, `picture_memory`, `damaged`; `picture_flavour` when there is no preview.
pub fn read(bytes: &[u8], limits: &DecodeLimits) -> Result<Rare, Stop> {
    let fields = Fields::little(bytes);
    let (at, length) = (fields.u32(PREVIEW)? as usize, fields.u32(PREVIEW + 4)? as usize);
    if at == 0 || length == 0 {
        return Err(Stop::flavour("PostScript without a preview"));
    }
    let rest = fields.rest(at);
    let preview = &rest[..rest.len().min(length)];
    let own = pixels::decode(Cursor::new(preview), ImageFormat::Tiff, limits).map(Rare::from);
    let mut rare =
        own.or_else(|stop| if stop.may_be_tried_again() { by_libtiff(preview, limits).unwrap_or(Err(stop)) } else { Err(stop) })?;
    rare.notes.push(Words::new("eps_preview_only"));
    Ok(rare)
}

/// None when libtiff is not installed, or it is no TIFF.
fn by_libtiff(preview: &[u8], limits: &DecodeLimits) -> Option<Result<Rare, Stop>> {
    let fields = if preview.starts_with(b"II") { Fields::little(preview) } else { Fields::big(preview) };
    let decoded = libtiff::decode(preview, u64::from(fields.u32(4).ok()?), 1, limits)?;
    Some(decoded.map(Rare::from))
}
