//! Damage that other programs overlook: a file that the decoder declined, put right in memory for a second try.
//!
//! Only what stands in headers is touched; pixels that are missing stay missing.

use super::rare;
use image::ImageFormat;
use winnow_contract::worker::DecodeLimits;

/// The file put right; none when nothing is known that would help.
pub fn mended(format: ImageFormat, bytes: &[u8], limits: &DecodeLimits) -> Option<Vec<u8>> {
    match format {
        ImageFormat::Bmp => rare::mended_bitmap(bytes, limits),
        ImageFormat::Gif => gif_with_colours(bytes),
        ImageFormat::Jpeg => jpeg_without_short_segments(bytes),
        _ => None,
    }
}

/// A GIF that has no colours at all gets gray ones (GIF89a, 18).
fn gif_with_colours(bytes: &[u8]) -> Option<Vec<u8>> {
    let (head, rest) = bytes.split_at_checked(13).filter(|(head, _)| head[10] & 0x80 == 0)?;
    let mut mended = head.to_vec();
    mended[10] |= 0x87;
    mended.extend((0..=255).flat_map(|gray| [gray; 3]));
    mended.extend(rest);
    Some(mended)
}

/// A JPEG whose segment of Adobe is too short to say anything: it is made a comment (ITU T.81, B.2.4.5).
fn jpeg_without_short_segments(bytes: &[u8]) -> Option<Vec<u8>> {
    const ADOBE: u8 = 0xee;
    const COMMENT: u8 = 0xfe;
    let (mut at, mut mended) = (2, None::<Vec<u8>>);
    while let Some([0xff, marker, high, low]) = bytes.get(at..at + 4) {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        match *marker {
            0xda | 0xd9 => break,
            ADOBE if length < 14 => mended.get_or_insert_with(|| bytes.to_vec())[at + 1] = COMMENT,
            _ => {}
        }
        at += 2 + length;
    }
    mended
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_segment_becomes_a_comment() {
        let check = |bytes: &[u8], expected: Option<&[u8]>| assert_eq!(jpeg_without_short_segments(bytes).as_deref(), expected);
        check(b"\xff\xd8\xff\xee\0\x04ab\xff\xda\0\x02", Some(b"\xff\xd8\xff\xfe\0\x04ab\xff\xda\0\x02"));
        check(b"\xff\xd8\xff\xee\0\x0eAdobe\0d\0\0\0\0\0\xff\xda\0\x02", None);
        check(b"\xff\xd8\xff\xda\0\x02\xff\xee\0\x04", None);
        check(b"\xff\xd8", None);
    }

    #[test]
    fn gray_is_given_to_what_has_no_colours() {
        let head = b"GIF87a\x01\0\x01\0\0\0\0";
        let mended = gif_with_colours(&[head.as_slice(), b";"].concat()).expect("mended");
        assert_eq!((mended.len(), mended[10], &mended[13..19]), (13 + 768 + 1, 0x87, [0, 0, 0, 1, 1, 1].as_slice()));
        assert_eq!(gif_with_colours(b"GIF87a\x01\0\x01\0\x80\0\0"), None);
        assert_eq!(gif_with_colours(b"GIF"), None);
    }
}
