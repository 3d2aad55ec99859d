//! Stored pixels of the common formats, decoded within the limits, with what stands beside them.
//!
//! Colour profiles are not applied; nothing is turned yet.

use super::limit;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use std::io::{BufRead, Seek};
use winnow_contract::Words;
use winnow_contract::worker::DecodeLimits;

/// A decoded picture.
pub struct Picture {
    pub image: DynamicImage,
    /// How it has to be turned to stand upright.
    pub orientation: Orientation,
    /// Its XMP packet.
    pub xmp: Option<Vec<u8>>,
    /// Its IPTC block, maybe inside Photoshop's resources.
    pub iptc: Option<Vec<u8>>,
}

impl Picture {
    /// A picture that stands upright and of which nothing else is known.
    pub fn upright(image: DynamicImage) -> Self {
        Self { image, orientation: Orientation::NoTransforms, xmp: None, iptc: None }
    }
}

/// Why there are no pixels.
#[derive(Debug, PartialEq, Eq)]
pub enum Stop {
    /// A limit, or damage.
    Refused(Words),
    /// A flavour of the format that has no reader (`picture_flavour`).
    Flavour(Words),
}

impl Stop {
    pub fn words(self) -> Words {
        match self {
            Self::Refused(words) | Self::Flavour(words) => words,
        }
    }

    /// It is damaged: `why` in a few words, nothing out of the file.
    pub fn broken(why: &str) -> Self {
        Self::Refused(winnow_readers::damaged(why))
    }

    /// It is stored in a way that nobody here reads: `why` in a few words.
    pub fn flavour(why: &str) -> Self {
        Self::Flavour(Words::new("picture_flavour").with("why", why))
    }

    /// Of two reasons the one that says more: a limit, then what has no reader, then what is damaged.
    #[must_use]
    pub fn or(self, first: Self) -> Self {
        let met_a_limit = !self.may_be_tried_again();
        if met_a_limit || matches!(self, Self::Flavour(_)) && !matches!(first, Self::Flavour(_)) { self } else { first }
    }

    /// No limit was met: another reader may have more luck.
    pub fn may_be_tried_again(&self) -> bool {
        matches!(self, Self::Flavour(_)) || matches!(self, Self::Refused(words) if words.code == "damaged")
    }
}

/// Decodes one picture. Nothing of its size is allocated before its header was checked.
///
/// # Errors
/// `too_many_pixels`, `picture_memory`, `damaged`; `picture_flavour` when it is well-formed but unknown.
pub fn decode(reader: impl BufRead + Seek, format: ImageFormat, limits: &DecodeLimits) -> Result<Picture, Stop> {
    let mut reader = ImageReader::with_format(reader, format);
    let mut allowed = Limits::no_limits();
    allowed.max_alloc = Some(limit(limits.picture_bytes));
    reader.limits(allowed);
    decoded(reader.into_decoder().map_err(|error| stop(&error, limits))?, limits)
}

/// Decodes a picture whose header was read. The limits are asked before anything of its size is allocated.
///
/// # Errors
/// As of [`decode`].
pub fn decoded(mut decoder: impl ImageDecoder, limits: &DecodeLimits) -> Result<Picture, Stop> {
    let (width, height) = decoder.dimensions();
    check_size(width, height, decoder.total_bytes(), limits).map_err(Stop::Refused)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let (xmp, iptc) = (decoder.xmp_metadata().ok().flatten(), decoder.iptc_metadata().ok().flatten());
    let image = DynamicImage::from_decoder(decoder).map_err(|error| stop(&error, limits))?;
    Ok(Picture { image, orientation, xmp, iptc })
}

/// Whether a picture of so many pixels and bytes may be decoded.
///
/// # Errors
/// `too_many_pixels`, `picture_memory`, or `damaged` when there are none.
pub fn check_size(width: u32, height: u32, bytes: u64, limits: &DecodeLimits) -> Result<(), Words> {
    if u64::from(width) * u64::from(height) > limit(limits.pixels) {
        let reason = Words::new("too_many_pixels").with("width", width).with("height", height);
        return Err(reason.with("limit", limits.pixels / 1_000_000));
    }
    if width == 0 || height == 0 {
        return Err(Words::new("damaged").with("why", "it has no pixels"));
    }
    if bytes > limit(limits.picture_bytes) {
        return Err(too_much_memory(limits));
    }
    Ok(())
}

/// Why a decoder of the image library stopped.
pub fn stop(error: &ImageError, limits: &DecodeLimits) -> Stop {
    match error {
        ImageError::Unsupported(_) => Stop::Flavour(Words::new("picture_flavour").with("why", line(&error.to_string()))),
        ImageError::Limits(_) => Stop::Refused(too_much_memory(limits)),
        ImageError::Decoding(_) | ImageError::Encoding(_) | ImageError::Parameter(_) | ImageError::IoError(_) => {
            Stop::Refused(damaged(error))
        }
    }
}

fn too_much_memory(limits: &DecodeLimits) -> Words {
    Words::new("picture_memory").with("limit", limits.picture_bytes / 1_000_000)
}

/// The reason for a picture that cannot be decoded or encoded. The decoders' messages hold numbers and format names, no content.
pub fn damaged(error: &ImageError) -> Words {
    let ended = matches!(error, ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof);
    let said = if ended { "it ends too early".to_owned() } else { error.to_string() };
    Words::new("damaged").with("why", line(&said))
}

/// A short reason on one line.
pub fn line(said: &str) -> String {
    let line: String = said.chars().map(|c| if c.is_control() { ' ' } else { c }).take(120).collect();
    line.trim().trim_end_matches('.').to_owned()
}
