//! Pictures: checked on their header, decoded within limits, turned upright and re-encoded; with what was written about them.
//!
//! Colour profiles are not applied. Of an animation the first frame is read, of a camera's negative the preview.

mod colours;
mod described;
mod extent;
mod facts;
mod heif;
mod iptc;
mod libtiff;
mod look;
mod marks;
mod measured;
mod mend;
mod pixels;
mod rare;
mod raw;
mod recolour;
pub mod render;
mod svg;
mod tiff;
mod tiff_pages;
mod xmp;

use super::kind::Kind;
use super::sample::Sample;
use super::{bare, property};
use described::Described;
use image::metadata::Orientation;
use image::{DynamicImage, ImageFormat};
use pixels::{Picture, Stop, damaged};
use std::io::{BufRead, Cursor, Seek};
use tiff_pages::Patched;
use winnow_contract::Words;
use winnow_contract::asset::Property;
use winnow_contract::worker::{DecodeLimits, DecodeRequest, Decoded, DecodedText, PageHead, PageRequest, RenditionHead};

pub use marks::{PNM, TGA, media_type, media_type_by_shape};
pub use rare::{APPLE_ICON, DDS, ICON, JPEG_2000, PCX, PHOTO_CD, PHOTOSHOP, RADIANCE, SGI};
pub use raw::media_type as negative_type;

/// Loads the libraries and opens the fonts that pictures need. To be called before the process confines itself.
pub fn prepare() {
    heif::prepare();
    libtiff::prepare();
    svg::prepare();
}

/// Decodes a picture and makes its renditions. A file of several pages lists them, with the renditions of the first.
///
/// # Errors
/// `too_large`, `too_many_pixels` or `picture_memory` on its header; `damaged`; `drawing_too_complex`; `io_error`.
pub fn read(request: &DecodeRequest, kind: &Kind, sample: &mut Sample) -> Result<(Decoded, Vec<u8>), Words> {
    let found = found(kind, sample, &request.limits)?;
    let (text, cut) = found.described.text(request.limits.text_chars);
    let mut head = Decoded {
        texts: found.text.into_iter().chain(text).collect(),
        pages: found.pages,
        properties: found.properties,
        notes: found.notes.into_iter().chain(cut).collect(),
        partial: found.partial,
        unread: found.unread,
        ..bare(kind)
    };
    let mut blob = Vec::new();
    if let Some(Picture { image, orientation, .. }) = found.picture {
        let (image, orientation) = turned(image, orientation, request.turn);
        let size = upright_size(&image, orientation);
        let rendered = render::renditions(image, orientation, &request.limits).map_err(|error| damaged(&error))?;
        let (width, height) = found.size.unwrap_or(size);
        head.properties.splice(0..0, [property("width", width), property("height", height)]);
        let page = &rendered.heads[0];
        let reduced = || Words::new("pixels_reduced").with("width", page.width).with("height", page.height);
        head.notes.extend(((page.width, page.height) != size).then(reduced));
        (head.renditions, head.look, blob) = (rendered.heads, rendered.look, rendered.blob);
    }
    head.properties.extend(found.described.properties());
    head.properties = unique(head.properties);
    Ok((head, blob))
}

/// Draws one page. A picture is never enlarged, so the request's scale changes nothing.
///
/// # Errors
/// `no_page` when there is none of this number; `picture_flavour` when it has no reader; else as of [`read`].
pub fn page(request: &PageRequest, kind: &Kind, sample: &mut Sample) -> Result<(RenditionHead, Vec<u8>), Words> {
    let none = || Words::new("no_page").with("page", request.page);
    let picture = match source(kind, sample) {
        Source::Tiff => tiff::page(request, sample)?.ok_or_else(none)?,
        Source::Plain(_) | Source::Rare(_) | Source::Drawing | Source::Heif | Source::Negative if request.page == 1 => {
            found(kind, sample, &request.limits)?.picture.ok_or_else(none)?
        }
        Source::Plain(_) | Source::Rare(_) | Source::Drawing | Source::Heif | Source::Negative | Source::Unknown => return Err(none()),
    };
    render::page(picture.image, picture.orientation, &request.limits, request.page).map_err(|error| damaged(&error))
}

/// Who decodes a picture.
#[derive(Clone, Copy)]
enum Source {
    Plain(ImageFormat),
    /// One that is read in memory as a whole.
    Rare(rare::Reader),
    Tiff,
    Drawing,
    Heif,
    /// A camera's own format.
    Negative,
    Unknown,
}

/// What was found in a picture's file.
#[derive(Default)]
struct Found {
    picture: Option<Picture>,
    /// Its size, when that is not the size of its pixels.
    size: Option<(u32, u32)>,
    text: Option<DecodedText>,
    described: Described,
    properties: Vec<Property>,
    pages: Vec<PageHead>,
    notes: Vec<Words>,
    partial: bool,
    /// There is no reader for it.
    unread: bool,
}

fn source(kind: &Kind, sample: &mut Sample) -> Source {
    match kind.media_type {
        "image/svg+xml" => Source::Drawing,
        other if heif::reads(other) => Source::Heif,
        _ if raw::media_type(&sample.head).is_some() => Source::Negative,
        "image/tiff" if raw::is_negative(&mut sample.file) => Source::Negative,
        "image/tiff" => Source::Tiff,
        "image/png" => Source::Plain(ImageFormat::Png),
        "image/jpeg" => Source::Plain(ImageFormat::Jpeg),
        "image/webp" => Source::Plain(ImageFormat::WebP),
        "image/gif" => Source::Plain(ImageFormat::Gif),
        "image/bmp" => Source::Plain(ImageFormat::Bmp),
        marks::PNM => Source::Plain(ImageFormat::Pnm),
        marks::TGA => Source::Plain(ImageFormat::Tga),
        other => rare::reader_of(other).map_or(Source::Unknown, Source::Rare),
    }
}

fn found(kind: &Kind, sample: &mut Sample, limits: &DecodeLimits) -> Result<Found, Words> {
    let source = source(kind, sample);
    if !matches!(source, Source::Unknown) && sample.bytes > limit(limits.file_bytes) {
        return Err(Words::new("too_large").with("bytes", sample.bytes).with("limit", limits.file_bytes));
    }
    match source {
        Source::Plain(format) => plain(format, sample, limits),
        Source::Rare(reader) => rare(reader, sample, limits),
        Source::Tiff => tiff::found(sample, limits),
        Source::Drawing => drawing(sample, limits),
        Source::Heif => heif(sample, limits),
        Source::Negative => negative(sample, limits),
        Source::Unknown => Ok(Found { unread: true, ..Found::default() }),
    }
}

fn plain(format: ImageFormat, sample: &mut Sample, limits: &DecodeLimits) -> Result<Found, Words> {
    let picture = match pixels::decode(sample.reader()?, format, limits).or_else(|stop| again(stop, format, sample, limits)) {
        Ok(picture) => picture,
        Err(Stop::Flavour(note)) => return Ok(without_reader(note)),
        Err(Stop::Refused(reason)) => return Err(reason),
    };
    let extent = extent::of(sample, format)?;
    let frames = extent.more_frames.then(|| Words::new("first_frame_only"));
    let cut = extent.cut.then(|| Words::new("picture_cut"));
    let properties = facts(&mut sample.reader()?, format);
    let notes = frames.into_iter().chain(cut).collect();
    Ok(Found { described: described_beside(&picture), picture: Some(picture), properties, notes, partial: extent.cut, ..Found::default() })
}

/// A second try at a file that was declined, put right as far as anything is known that helps.
fn again(stop: Stop, format: ImageFormat, sample: &mut Sample, limits: &DecodeLimits) -> Result<Picture, Stop> {
    let mended = match stop.may_be_tried_again() {
        true => mend::mended(format, &sample.start(limit(limits.file_bytes)).map_err(Stop::Refused)?, limits),
        false => None,
    };
    mended.and_then(|bytes| pixels::decode(Cursor::new(bytes), format, limits).ok()).ok_or(stop)
}

fn rare(reader: rare::Reader, sample: &mut Sample, limits: &DecodeLimits) -> Result<Found, Words> {
    let rare = match reader(&sample.start(limit(limits.file_bytes))?, limits) {
        Ok(rare) => rare,
        Err(Stop::Flavour(note)) => return Ok(without_reader(note)),
        Err(Stop::Refused(reason)) => return Err(reason),
    };
    let cut = rare.cut.then(|| Words::new("picture_cut"));
    Ok(Found {
        described: described_beside(&rare.picture),
        picture: Some(rare.picture),
        size: rare.size,
        properties: rare.exif.map(facts::of_block).unwrap_or_default(),
        notes: rare.notes.into_iter().chain(cut).collect(),
        partial: rare.cut,
        ..Found::default()
    })
}

fn facts(reader: &mut (impl BufRead + Seek), format: ImageFormat) -> Vec<Property> {
    let has = matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP);
    if has { facts::of(reader) } else { Vec::new() }
}

fn described_beside(picture: &Picture) -> Described {
    let xmp = picture.xmp.as_deref().map(xmp::described).unwrap_or_default();
    xmp.or(picture.iptc.as_deref().map(iptc::described).unwrap_or_default())
}

fn drawing(sample: &mut Sample, limits: &DecodeLimits) -> Result<Found, Words> {
    let bytes = sample.start(limit(limits.file_bytes))?;
    let drawing = svg::read(&bytes, limits)?;
    let upright = |image| Picture { image, orientation: Orientation::NoTransforms, xmp: None, iptc: None };
    Ok(Found {
        picture: drawing.image.map(upright),
        size: drawing.size,
        text: drawing.text,
        described: drawing.described,
        notes: drawing.notes,
        partial: drawing.partial,
        ..Found::default()
    })
}

fn heif(sample: &mut Sample, limits: &DecodeLimits) -> Result<Found, Words> {
    let bytes = sample.start(limit(limits.file_bytes))?;
    let Some(decoded) = heif::decode(&bytes, limits) else { return Ok(without_reader(Words::new("needs_libheif"))) };
    let heif::Decoded { picture, exif } = decoded?;
    let properties = exif.map(facts::of_block).unwrap_or_default();
    Ok(Found { described: described_beside(&picture), picture: Some(picture), properties, ..Found::default() })
}

/// The preview of a negative, else what the file shows as its first picture.
fn negative(sample: &mut Sample, limits: &DecodeLimits) -> Result<Found, Words> {
    let note = Words::new("preview_only");
    let Some(preview) = raw::preview(&mut sample.file, limit(limits.pixels)) else {
        let small = pixels::decode(sample.reader()?, ImageFormat::Tiff, limits);
        let found = |picture| Found { picture: Some(picture), notes: vec![note], ..Found::default() };
        return Ok(small.map_or_else(|stop| without_reader(stop.words()), found));
    };
    let mut picture = pixels::decode(Cursor::new(&preview.jpeg), ImageFormat::Jpeg, limits).map_err(Stop::words)?;
    picture.orientation = preview.orientation.unwrap_or(picture.orientation);
    let mut properties = negative_facts(sample);
    properties.extend(facts::of(&mut Cursor::new(&preview.jpeg)));
    Ok(Found { described: described_beside(&picture), picture: Some(picture), properties, notes: vec![note], ..Found::default() })
}

/// Cameras number their formats otherwise, but keep the fields of a TIFF.
fn negative_facts(sample: &mut Sample) -> Vec<Property> {
    let number: &[u8] = if sample.head.starts_with(b"MM") { &[0, 42] } else { &[42, 0] };
    if sample.bytes > facts::TIFF_BYTES || !sample.head.starts_with(b"II") && !sample.head.starts_with(b"MM") {
        return Vec::new();
    }
    let file = Patched::new(&mut sample.file, 2, number.to_vec());
    file.map_or_else(|_| Vec::new(), |file| facts::of(&mut std::io::BufReader::new(file)))
}

/// No reader for this one, and why.
fn without_reader(note: Words) -> Found {
    Found { unread: true, notes: vec![note], ..Found::default() }
}

/// The picture turned by hand, on top of what the file says; left as it is when there is nothing to turn.
fn turned(mut image: DynamicImage, orientation: Orientation, turn: u32) -> (DynamicImage, Orientation) {
    if turn == 0 {
        return (image, orientation);
    }
    image.apply_orientation(orientation);
    let image = match turn {
        90 => image.rotate90(),
        180 => image.rotate180(),
        270 => image.rotate270(),
        _ => image,
    };
    (image, Orientation::NoTransforms)
}

fn upright_size(image: &DynamicImage, orientation: Orientation) -> (u32, u32) {
    let lying =
        matches!(orientation, Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH);
    if lying { (image.height(), image.width()) } else { (image.width(), image.height()) }
}

/// One value for each key, the first.
fn unique(properties: Vec<Property>) -> Vec<Property> {
    let mut kept: Vec<Property> = Vec::new();
    for property in properties {
        if kept.iter().all(|other| other.key != property.key) {
            kept.push(property);
        }
    }
    kept
}

fn limit(bound: i64) -> u64 {
    u64::try_from(bound).unwrap_or(0)
}

#[cfg(test)]
mod tests;
