//! Pictures of telephones (HEIC) and AVIF, by the system's libheif when it is installed.
//!
//! The library is looked for once, before the process confines itself; nothing is linked. Of several pictures in a file the
//! primary one is read.

mod library;

use super::limit;
use super::pixels::{Picture, check_size};
use library::Library;
use std::sync::OnceLock;
use winnow_contract::Words;
use winnow_contract::worker::DecodeLimits;

/// The library, or nothing where it is not installed.
static LIBRARY: OnceLock<Option<Library>> = OnceLock::new();

/// Loads the library with its decoders. To be called before the process confines itself; later it would not be found.
pub fn prepare() {
    installed();
}

fn installed() -> Option<&'static Library> {
    LIBRARY.get_or_init(Library::load).as_ref()
}

/// Whether this is a type that libheif reads.
pub fn reads(media_type: &str) -> bool {
    matches!(media_type, "image/heic" | "image/heif" | "image/heic-sequence" | "image/heif-sequence" | "image/avif" | "image/avif-sequence")
}

/// A picture and its EXIF block. It stands upright already.
pub struct Decoded {
    pub picture: Picture,
    pub exif: Option<Vec<u8>>,
}

/// Decodes the primary picture; none when libheif is not installed.
///
/// # Errors
/// `too_many_pixels`, `picture_memory`, `damaged`.
pub fn decode(bytes: &[u8], limits: &DecodeLimits) -> Option<Result<Decoded, Words>> {
    Some(decode_with(installed()?, bytes, limits))
}

fn decode_with(library: &Library, bytes: &[u8], limits: &DecodeLimits) -> Result<Decoded, Words> {
    let damaged = |why: String| Words::new("damaged").with("why", super::pixels::line(&why));
    let file = library.open(bytes).map_err(damaged)?;
    let primary = file.primary().map_err(damaged)?;
    let (width, height) = primary.size();
    let bytes = u64::from(width) * u64::from(height) * 3;
    // The decoder holds its own planes beside the pixels.
    check_size(width, height, bytes.saturating_mul(2), limits)?;
    let image = primary.decode(limit(limits.pixels)).map_err(damaged)?;
    let orientation = image::metadata::Orientation::NoTransforms;
    let picture = Picture { image, orientation, xmp: primary.metadata("mime"), iptc: None };
    Ok(Decoded { picture, exif: primary.metadata("Exif").and_then(without_offset) })
}

/// The fields of EXIF follow an offset to them (ISO/IEC 23008-12, A.2.1).
fn without_offset(block: Vec<u8>) -> Option<Vec<u8>> {
    let offset = u32::from_be_bytes(*block.first_chunk()?) as usize;
    block.get(offset.checked_add(4)?..).map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_before_exif_is_followed() {
        let check = |block: &[u8], expected: Option<&[u8]>| assert_eq!(without_offset(block.to_vec()).as_deref(), expected);
        check(b"\0\0\0\0II*\0", Some(b"II*\0"));
        check(b"\0\0\0\x06Exif\0\0MM\0*", Some(b"MM\0*"));
        check(b"\xff\xff\xff\xffII", None);
        check(b"\0\0", None);
    }

    #[test]
    fn rubbish_is_refused_where_the_library_is_installed() {
        let Some(library) = installed() else { return };
        let check = |bytes: &[u8]| assert!(library.open(bytes).is_err_and(|why| !why.is_empty()), "{bytes:x?}");
        check(b"");
        check(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic");
        check(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic\xff\xff\xff\xffmeta\0\0\0\0");
    }
}
