//! Streams that begin anywhere, without a header: MPEG transport streams and AC-3.
//!
//! One mark is believed only when the next follows where it says; two random bytes would do otherwise.

use super::Kind;
use winnow_contract::asset::MediaKind;

const TRANSPORT: Kind = Kind::new(MediaKind::Video, "video/mp2t");
const AC3: Kind = Kind::new(MediaKind::Sound, "audio/ac3");

/// Bytes of a packet (ISO/IEC 13818-1, 2.4.3.2) and the byte it begins with; camcorders put four bytes before each.
const PACKET: usize = 188;
const SYNC: u8 = 0x47;
/// Packets that have to follow one another.
const ENOUGH: usize = 5;
/// Thousands of bits a second by code (ATSC A/52, table 5.18).
const KILOBITS: [usize; 19] = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640];

/// The kind of a stream; none when the bytes are no such stream.
pub fn of(head: &[u8]) -> Option<Kind> {
    if is_transport(head, 0) || is_transport(head, 4) {
        return Some(TRANSPORT);
    }
    let next = head.get(ac3(head)?..)?;
    (next.is_empty() || ac3(next).is_some()).then_some(AC3)
}

fn is_transport(head: &[u8], before: usize) -> bool {
    (0..ENOUGH).all(|packet| head.get(before + packet * (PACKET + before)) == Some(&SYNC))
}

/// Bytes of the frame at the start (ATSC A/52, 5.4.1).
fn ac3(bytes: &[u8]) -> Option<usize> {
    let head: &[u8; 6] = bytes.first_chunk()?;
    let (rate, size, version) = (head[4] >> 6, usize::from(head[4] & 0x3f), head[5] >> 3);
    if head[..2] != [0x0b, 0x77] || version > 10 {
        return None;
    }
    let kilobits = KILOBITS.get(size / 2)?;
    let words = match rate {
        0 => kilobits * 2,
        1 => kilobits * 96_000 / 44_100 + size % 2,
        2 => kilobits * 3,
        _ => return None,
    };
    Some(words * 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: Option<&str>) {
        assert_eq!(of(bytes).map(|kind| kind.media_type), expected);
    }

    #[test]
    fn streams_are_told_by_what_follows() {
        let transport = |before: usize| {
            let mut bytes = vec![0; 1000];
            (0..5).for_each(|packet| bytes[before + packet * (188 + before)] = 0x47);
            bytes
        };
        check(&transport(0), Some("video/mp2t"));
        check(&transport(4), Some("video/mp2t"));
        check(&transport(0)[..700], None);
        let mut frame = vec![0x0b, 0x77, 0, 0, 0x14, 0x40];
        frame.resize(768, 0);
        check(&frame, Some("audio/ac3"));
        check(&frame.repeat(2), Some("audio/ac3"));
        check(&[frame.as_slice(), b"something else"].concat(), None);
        check(b"\x0b\x77", None);
        check(b"", None);
    }
}
