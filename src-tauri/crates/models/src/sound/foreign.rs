//! Formats of sound and film that our decoder does not know, told by their first bytes.
//!
//! Nothing is read of them here: they are ffmpeg's, when it is installed.

use std::fs::File;
use std::os::unix::fs::FileExt;

/// Formats as (offset, bytes, name).
const FOREIGN: &[(usize, &[u8], &str)] = &[
    (8, b"AVI LIST", "AVI"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "Windows Media"),
    (0, b"\0\0\x01\xba", "MPEG"),
    (0, b"\0\0\x01\xb3", "MPEG"),
    (0, b"FLV\x01", "Flash video"),
    (0, b"#!AMR", "AMR"),
    (0, b"\x0b\x77", "AC-3"),
    (0, b"\x7f\xfe\x80\x01", "DTS"),
    (0, b".RMF", "RealMedia"),
    (0, b".ra\xfd", "RealAudio"),
    (0, b"MAC ", "Monkey's Audio"),
    (0, b"wvpk", "WavPack"),
    (0, b"MPCK", "Musepack"),
    (0, b"MP+", "Musepack"),
    (0, b"TTA1", "True Audio"),
    (0, b"DSD ", "DSD"),
    (28, b"Speex   ", "Speex"),
];
/// Bytes of a packet of an MPEG transport stream, and the byte each begins with; camcorders put four before it.
const PACKET: usize = 188;
const SYNC: u8 = 0x47;
/// Bytes that are looked at.
const HEAD: usize = 3 * (PACKET + 4);

/// The name of the format; none when it is not foreign, or cannot be read at a place of our choice.
pub fn name(file: &File) -> Option<&'static str> {
    let mut head = [0; HEAD];
    let read = file.read_at(&mut head, 0).ok()?;
    named(&head[..read])
}

fn named(head: &[u8]) -> Option<&'static str> {
    let listed = FOREIGN.iter().find(|(at, bytes, _)| head.get(*at..).is_some_and(|rest| rest.starts_with(bytes)));
    listed.map(|(_, _, name)| *name).or_else(|| is_transport_stream(head).then_some("MPEG transport stream"))
}

fn is_transport_stream(head: &[u8]) -> bool {
    let begins = |before: usize| (0..3).all(|packet| head.get(before + packet * (PACKET + before)) == Some(&SYNC));
    begins(0) || begins(4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_formats_are_named() {
        let check = |head: &[u8], expected: Option<&str>| assert_eq!(named(head), expected, "{head:?}");
        check(b"RIFF\x24\0\0\0AVI LIST", Some("AVI"));
        check(b"RIFF\x24\0\0\0WAVEfmt ", None);
        check(b"#!AMR\n", Some("AMR"));
        check(b"", None);
        let stream = |before: usize| {
            let mut bytes = vec![0; 600];
            (0..3).for_each(|packet| bytes[before + packet * (188 + before)] = 0x47);
            bytes
        };
        check(&stream(0), Some("MPEG transport stream"));
        check(&stream(4), Some("MPEG transport stream"));
        check(&stream(0)[..300], None);
    }
}
