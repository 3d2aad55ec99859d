//! MPEG sound that begins with its first frame: MP1 to MP3, and AAC in ADTS.
//!
//! One frame is believed only when the next follows where it says; two random bytes would do otherwise.

use super::Kind;
use winnow_contract::asset::MediaKind;

const MP3: Kind = Kind::new(MediaKind::Sound, "audio/mpeg");
const AAC: Kind = Kind::new(MediaKind::Sound, "audio/aac");

/// Thousands of bits a second by index for (MPEG 1: layers 1, 2, 3; MPEG 2: layer 1, layers 2 and 3), ISO/IEC 11172-3 and 13818-3.
const KILOBITS: [[usize; 15]; 5] = [
    [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];
const RATES: [usize; 3] = [44_100, 48_000, 32_000];

/// The kind of a file that begins with a frame and goes on with another.
pub fn of(head: &[u8]) -> Option<Kind> {
    let follows =
        |length: usize, next: fn(&[u8]) -> Option<usize>| head.get(length..).is_some_and(|rest| rest.is_empty() || next(rest).is_some());
    if adts(head).is_some_and(|length| follows(length, adts)) {
        return Some(AAC);
    }
    mpeg(head).is_some_and(|length| follows(length, mpeg)).then_some(MP3)
}

/// Bytes of the ADTS frame at the start (ISO/IEC 13818-7, 6.2).
fn adts(bytes: &[u8]) -> Option<usize> {
    let head: &[u8; 6] = bytes.first_chunk()?;
    let is_one = head[0] == 0xff && head[1] & 0xf6 == 0xf0 && (head[2] >> 2) & 0xf < 13;
    let length = usize::from(head[3] & 3) << 11 | usize::from(head[4]) << 3 | usize::from(head[5] >> 5);
    (is_one && length > 7).then_some(length)
}

/// Bytes of the MPEG frame at the start (ISO/IEC 11172-3, 2.4.1.3).
fn mpeg(bytes: &[u8]) -> Option<usize> {
    let head: &[u8; 4] = bytes.first_chunk()?;
    let (version, layer) = ((head[1] >> 3) & 3, 4 - usize::from((head[1] >> 1) & 3));
    if head[0] != 0xff || head[1] & 0xe0 != 0xe0 || version == 1 || layer == 4 {
        return None;
    }
    let table = if version == 3 { layer - 1 } else { 3 + usize::from(layer > 1) };
    let bits = KILOBITS[table].get(usize::from(head[2] >> 4)).copied().filter(|bits| *bits > 0)? * 1000;
    let rate = RATES.get(usize::from((head[2] >> 2) & 3))?
        >> match version {
            3 => 0,
            2 => 1,
            _ => 2,
        };
    let padding = usize::from((head[2] >> 1) & 1);
    Some(match layer {
        1 => (12 * bits / rate + padding) * 4,
        3 if version != 3 => 72 * bits / rate + padding,
        _ => 144 * bits / rate + padding,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(frame: &[u8], length: usize, expected: Option<&str>) {
        let mut bytes = frame.to_vec();
        bytes.resize(length, 0);
        bytes.extend(frame);
        bytes.resize(2 * length, 0);
        assert_eq!(of(&bytes).map(|kind| kind.media_type), expected, "{frame:x?}");
        assert_eq!(of(&bytes[..bytes.len().min(length)]).map(|kind| kind.media_type), expected, "{frame:x?} alone");
    }

    #[test]
    fn frames_follow_one_another() {
        check(&[0xff, 0xfb, 0x90, 0x00], 417, Some("audio/mpeg"));
        check(&[0xff, 0xfb, 0x92, 0x00], 418, Some("audio/mpeg"));
        check(&[0xff, 0xf3, 0x84, 0xc4], 192, Some("audio/mpeg"));
        check(&[0xff, 0xfd, 0x84, 0x00], 384, Some("audio/mpeg"));
        check(&[0xff, 0xf1, 0x50, 0x80, 0x20, 0x1f, 0xfc], 256, Some("audio/aac"));
        check(&[0xff, 0xff, 0xff, 0xff], 100, None);
        check(&[0xff, 0xfb, 0x00, 0x00], 100, None);
        assert_eq!(of(&[0xff, 0xfb, 0x90, 0x00].repeat(2)), None);
        assert_eq!(of(b""), None);
    }
}
