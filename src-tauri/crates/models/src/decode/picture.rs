//! Pictures: checked on their header, decoded within limits, turned upright and re-encoded.
//!
//! Colour profiles are not applied, and of several frames only the first is read.

mod extent;
mod facts;
mod render;

use super::kind::Kind;
use super::sample::Sample;
use super::{bare, property, unread};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use winnow_contract::Words;
use winnow_contract::asset::Property;
use winnow_contract::worker::{DecodeLimits, DecodeRequest, Decoded};

/// Decodes a picture and makes its renditions.
///
/// # Errors
/// `too_large`, `too_many_pixels` or `picture_memory` on its header; `damaged`; `io_error`.
pub fn read(request: &DecodeRequest, kind: &Kind, sample: &mut Sample) -> Result<(Decoded, Vec<u8>), Words> {
    let Some(format) = format_of(kind.media_type) else { return Ok((unread(kind), Vec::new())) };
    let limits = &request.limits;
    if sample.bytes > limit(limits.file_bytes) {
        return Err(Words::new("too_large").with("bytes", sample.bytes).with("limit", limits.file_bytes));
    }
    let Some((image, orientation)) = pixels(sample, format, limits)? else { return Ok((unread(kind), Vec::new())) };
    let (image, orientation) = turned(image, orientation, request.turn);
    let extent = extent::of(sample, format)?;
    let original = upright_size(&image, orientation);
    let rendered = render::renditions(image, orientation, limits).map_err(|error| damaged(&error))?;
    let mut properties = vec![property("width", original.0), property("height", original.1)];
    properties.extend(facts::of(sample, format));
    let page = &rendered.heads[0];
    // The frames of an animation show one picture; those of a TIFF are pages, and only the first was read.
    let pages_left = extent.more_frames && format == ImageFormat::Tiff;
    let notes = notes(&extent, ((page.width, page.height) != original).then_some((page.width, page.height)));
    let head =
        Decoded { properties: unique(properties), renditions: rendered.heads, notes, partial: extent.cut || pages_left, ..bare(kind) };
    Ok((head, rendered.blob))
}

/// The pixels as they are stored, and how they have to be turned; none when this flavour of the format has no reader.
fn pixels(sample: &mut Sample, format: ImageFormat, limits: &DecodeLimits) -> Result<Option<(DynamicImage, Orientation)>, Words> {
    let mut reader = ImageReader::with_format(sample.reader()?, format);
    let mut allowed = Limits::no_limits();
    allowed.max_alloc = Some(limit(limits.picture_bytes));
    reader.limits(allowed);
    let decoded = reader.into_decoder().map_err(Stop::from).and_then(|mut decoder| {
        check_header(&decoder, limits)?;
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        Ok((DynamicImage::from_decoder(decoder)?, orientation))
    });
    match decoded {
        Ok(decoded) => Ok(Some(decoded)),
        Err(Stop::Refused(reason)) => Err(reason),
        Err(Stop::Image(ImageError::Unsupported(_))) => Ok(None),
        Err(Stop::Image(ImageError::Limits(_))) => Err(too_much_memory(limits)),
        Err(Stop::Image(error)) => Err(damaged(&error)),
    }
}

/// Nothing the size of the picture is allocated before this.
fn check_header(decoder: &impl ImageDecoder, limits: &DecodeLimits) -> Result<(), Stop> {
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > limit(limits.pixels) {
        let reason = Words::new("too_many_pixels").with("width", width).with("height", height);
        return Err(Stop::Refused(reason.with("limit", limits.pixels / 1_000_000)));
    }
    if width == 0 || height == 0 {
        return Err(Stop::Refused(Words::new("damaged").with("why", "it has no pixels")));
    }
    if decoder.total_bytes() > limit(limits.picture_bytes) {
        return Err(Stop::Refused(too_much_memory(limits)));
    }
    Ok(())
}

/// Why there are no pixels.
enum Stop {
    Refused(Words),
    Image(ImageError),
}

impl From<ImageError> for Stop {
    fn from(error: ImageError) -> Self {
        Self::Image(error)
    }
}

fn format_of(media_type: &str) -> Option<ImageFormat> {
    match media_type {
        "image/png" => Some(ImageFormat::Png),
        "image/jpeg" => Some(ImageFormat::Jpeg),
        "image/webp" => Some(ImageFormat::WebP),
        "image/gif" => Some(ImageFormat::Gif),
        "image/bmp" => Some(ImageFormat::Bmp),
        "image/tiff" => Some(ImageFormat::Tiff),
        _ => None,
    }
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

fn notes(extent: &extent::Extent, reduced: Option<(u32, u32)>) -> Vec<Words> {
    let frames = extent.more_frames.then(|| Words::new("first_frame_only"));
    let cut = extent.cut.then(|| Words::new("picture_cut"));
    let reduced = reduced.map(|(width, height)| Words::new("pixels_reduced").with("width", width).with("height", height));
    frames.into_iter().chain(cut).chain(reduced).collect()
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

fn too_much_memory(limits: &DecodeLimits) -> Words {
    Words::new("picture_memory").with("limit", limits.picture_bytes / 1_000_000)
}

/// A short reason on one line. The decoders' messages hold numbers and format names, no content.
fn damaged(error: &ImageError) -> Words {
    let ended = matches!(error, ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof);
    let said = if ended { "it ends too early".to_owned() } else { error.to_string() };
    let line: String = said.chars().map(|c| if c.is_control() { ' ' } else { c }).take(120).collect();
    Words::new("damaged").with("why", line.trim().trim_end_matches('.'))
}
