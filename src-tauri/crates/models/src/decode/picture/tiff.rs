//! TIFF files: their list of pages, and each page by our own decoder, else by libtiff.
//!
//! Cameras' negatives, which look like a TIFF, are another matter (`raw`).

use super::super::io_error;
use super::super::sample::Sample;
use super::pixels::{self, Picture, Stop};
use super::tiff_pages::{self, Patched, Tiff};
use super::{Found, described_beside, facts, libtiff, limit, recolour, render, without_reader};
use crate::caught;
use image::ImageFormat;
use image::metadata::Orientation;
use winnow_contract::Words;
use winnow_contract::worker::{DecodeLimits, PageRequest};

/// All pages are listed; the first is decoded. When it cannot be, the others may still.
///
/// # Errors
/// `too_many_pixels`, `picture_memory`, `damaged`, `io_error`.
pub fn found(sample: &mut Sample, limits: &DecodeLimits) -> Result<Found, Words> {
    let pages = tiff_pages::pages(&mut sample.file, limits.pages).unwrap_or_default();
    let many = pages.pages.len() > 1 || pages.cut.is_some();
    let mut found = Found { partial: pages.cut.is_some() || pages.broken, ..Found::default() };
    found.notes.extend(pages.cut.map(|count| Words::new("pages_cut").with("limit", limits.pages).with("count", count)));
    found.notes.extend(pages.broken.then(|| Words::new("pages_broken")));
    match decoded_page(sample, pages.pages.first().map(|page| page.at), limits) {
        Ok(picture) => {
            found.described = described_beside(&picture);
            found.picture = Some(picture);
        }
        Err(stop) if many => {
            found.partial = true;
            found.notes.push(stop.words());
        }
        Err(Stop::Flavour(note)) => return Ok(without_reader(note)),
        Err(Stop::Refused(reason)) => return Err(reason),
    }
    if many {
        found.pages = tiff_pages::heads(&pages.pages, |width, height| render::page_size(width, height, limits));
    }
    found.properties = if sample.bytes <= facts::TIFF_BYTES { facts::of(&mut sample.reader()?) } else { Vec::new() };
    Ok(found)
}

/// The page whose directory stands at `at`, with the descriptions beside it; by libtiff when our own decoder declines it.
fn decoded_page(sample: &mut Sample, at: Option<u64>, limits: &DecodeLimits) -> Result<Picture, Stop> {
    let own = caught::catch(|| page_by_own_decoder(sample, at, limits));
    let own = own.unwrap_or_else(|place| Err(Stop::Refused(super::super::gave_up(&place))));
    let Some(at) = at else { return own };
    own.or_else(|stop| match stop.may_be_tried_again().then(|| page_by_libtiff(sample, at, limits)).flatten() {
        Some(decoded) => decoded.map_err(|other| other.or(stop)),
        None => Err(stop),
    })
}

/// None when libtiff is not installed.
fn page_by_libtiff(sample: &mut Sample, at: u64, limits: &DecodeLimits) -> Option<Result<Picture, Stop>> {
    if !libtiff::is_installed() {
        return None;
    }
    let orientation = orientation_of_tiff(sample, at);
    let bytes = sample.start(limit(limits.file_bytes)).map_err(Stop::Refused);
    let image = match bytes {
        Ok(bytes) => libtiff::decode(&bytes, at, u32::from(orientation.to_exif()), limits)?,
        Err(stop) => Err(stop),
    };
    Some(image.map(|image| Picture { image, orientation, xmp: block(sample, tiff_pages::XMP), iptc: block(sample, tiff_pages::IPTC) }))
}

fn orientation_of_tiff(sample: &mut Sample, at: u64) -> Orientation {
    let turned = Tiff::open(&mut sample.file).and_then(|mut file| {
        let page = file.at(at)?;
        file.first(&page, tiff_pages::ORIENTATION)
    });
    turned.and_then(|value| Orientation::from_exif(u8::try_from(value).ok()?)).unwrap_or(Orientation::NoTransforms)
}

fn page_by_own_decoder(sample: &mut Sample, at: Option<u64>, limits: &DecodeLimits) -> Result<Picture, Stop> {
    let recolour = at.and_then(|at| recoloured(sample, at));
    let shown = recolour.as_ref().map_or((0, Vec::new()), |recolour| (recolour.at, recolour.shown.clone()));
    let file = Patched::new(&mut sample.file, shown.0, shown.1).map_err(|error| Stop::Refused(io_error(&error)))?;
    let Some(reader) = at.and_then(|at| tiff_pages::beginning_at(file, at)) else {
        return pixels::decode(sample.reader().map_err(Stop::Refused)?, ImageFormat::Tiff, limits);
    };
    let mut picture = pixels::decode(reader, ImageFormat::Tiff, limits)?;
    if let Some(recolour) = recolour {
        picture.image = recolour.apply(&picture.image);
    }
    picture.iptc = block(sample, tiff_pages::IPTC);
    Ok(picture)
}

fn recoloured(sample: &mut Sample, at: u64) -> Option<recolour::Recolour> {
    let mut file = Tiff::open(&mut sample.file)?;
    let page = file.at(at)?;
    recolour::of(&mut file, &page)
}

/// What programs wrote about the picture, on its first page.
fn block(sample: &mut Sample, tag: u16) -> Option<Vec<u8>> {
    let mut file = Tiff::open(&mut sample.file)?;
    let first = file.chain(1).directories.pop()?;
    file.bytes(&first, tag, 1 << 20)
}

/// One page; none when there is none of this number.
///
/// # Errors
/// As of the parent's `page`.
pub fn page(request: &PageRequest, sample: &mut Sample) -> Result<Option<Picture>, Words> {
    let pages = tiff_pages::pages(&mut sample.file, request.limits.pages).unwrap_or_default();
    let wanted = (request.page as usize).checked_sub(1).and_then(|index| pages.pages.get(index));
    let Some(wanted) = wanted else { return Ok(None) };
    decoded_page(sample, Some(wanted.at), &request.limits).map(Some).map_err(Stop::words)
}
