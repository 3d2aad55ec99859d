//! What a picture's container says beyond its first frame: that there are more, or that its end is missing.
//!
//! Walks the container's structure only; no pixel is decoded. The pages of a TIFF are another matter (`tiff_pages`).

use super::super::sample::Sample;
use image::ImageFormat;
use winnow_contract::Words;

/// How far a picture file goes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// There are frames after the first.
    pub more_frames: bool,
    /// The file ends within the picture.
    pub cut: bool,
}

/// Larger files are not walked: they would be in memory beside their pixels.
const WALKED: u64 = 256 << 20;

/// Looks at a picture file that could be decoded.
///
/// # Errors
/// `io_error` when the file cannot be read.
pub fn of(sample: &mut Sample, format: ImageFormat) -> Result<Extent, Words> {
    let bytes = sample.bytes;
    if bytes > WALKED {
        return Ok(Extent::default());
    }
    let more_frames = match format {
        ImageFormat::Gif => gif_has_more(&sample.start(bytes)?),
        ImageFormat::Png => is_animated_png(&sample.head),
        ImageFormat::WebP => is_animated_webp(&sample.head),
        _ => false,
    };
    let cut = format == ImageFormat::Jpeg && !jpeg_has_end(&sample.start(bytes)?);
    Ok(Extent { more_frames, cut })
}

/// The control chunk of APNG stands before the first image data.
fn is_animated_png(head: &[u8]) -> bool {
    let position = |name: &[u8]| head.windows(4).position(|window| window == name);
    position(b"acTL").is_some_and(|control| position(b"IDAT").is_none_or(|data| control < data))
}

/// The animation flag of the extended header (RFC 9649, 2.7.1).
fn is_animated_webp(head: &[u8]) -> bool {
    head.get(12..16) == Some(b"VP8X") && head.get(20).is_some_and(|flags| flags & 2 != 0)
}

/// Whether a second image descriptor follows (GIF89a, appendix A).
fn gif_has_more(bytes: &[u8]) -> bool {
    let mut at = 13 + gif_colours(bytes.get(10));
    let mut images = 0;
    while let Some(block) = bytes.get(at) {
        at = match block {
            0x2c => {
                images += 1;
                at + 11 + gif_colours(bytes.get(at + 9))
            }
            0x21 => at + 2,
            _ => break,
        };
        if images == 2 {
            return true;
        }
        at = after_sub_blocks(bytes, at);
    }
    false
}

/// Bytes of the colour table that a packed field announces.
fn gif_colours(packed: Option<&u8>) -> usize {
    packed.filter(|packed| *packed & 0x80 != 0).map_or(0, |packed| 3 << ((packed & 7) + 1))
}

fn after_sub_blocks(bytes: &[u8], mut at: usize) -> usize {
    while let Some(length) = bytes.get(at).filter(|length| **length != 0) {
        at += 1 + usize::from(*length);
    }
    at + 1
}

/// Whether an end-of-image marker stands after the first scan (ITU T.81, annex B). One in an embedded preview does not count.
fn jpeg_has_end(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let Some([0xff, marker]) = bytes.get(at..at + 2) {
        match marker {
            0xff => at += 1,
            0xda => return bytes[at..].windows(2).any(|pair| pair == [0xff, 0xd9]),
            0xd9 => return true,
            0x01 | 0xd0..=0xd8 => at += 2,
            _ => match bytes.get(at + 2..at + 4) {
                Some([high, low]) => at += 2 + usize::from(u16::from_be_bytes([*high, *low])),
                _ => return false,
            },
        }
    }
    // Not the structure we know; the decoder had no complaint.
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_jpeg() {
        let check = |bytes: &[u8], expected: bool| assert_eq!(jpeg_has_end(bytes), expected, "{bytes:x?}");
        check(b"\xff\xd8\xff\xe1\0\x04\xff\xd9\xff\xda\0\x02data\xff\xd9", true);
        check(b"\xff\xd8\xff\xe1\0\x04\xff\xd9\xff\xda\0\x02data", false);
        check(b"\xff\xd8\xff\xda\0\x02data\xff\xd9and a film after it", true);
    }

    #[test]
    fn more_frames_of_a_gif() {
        let head = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff";
        let image = b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0";
        let check = |parts: &[&[u8]], expected: bool| assert_eq!(gif_has_more(&parts.concat()), expected);
        check(&[head, image, b";"], false);
        check(&[head, b"\x21\xfe\x05hello\0", image, image, b";"], true);
        check(&[head, image, b"\x21\xf9\x04\0\0\0\0\0", image], true);
        check(&[b"GIF89a"], false);
    }

    #[test]
    fn animations() {
        assert!(is_animated_png(b"..IHDR..acTL..IDAT"));
        assert!(!is_animated_png(b"..IHDR..IDAT..acTL"));
        assert!(is_animated_webp(b"RIFF....WEBPVP8X\x0a\0\0\0\x02\0\0\0"));
        assert!(!is_animated_webp(b"RIFF....WEBPVP8X\x0a\0\0\0\x10\0\0\0"));
    }
}
