//! Pictures in the streams of documents before 2007 (MS-ODRAW 2.2.23): found by their records, wherever these stand.
//!
//! Metafiles are passed over. What is not where a record says is no picture.

use crate::ole::{u16_at, u32_at};

/// Length of the header of a record, and of each mark of what is in it.
const HEADER: usize = 8;
const MARK: usize = 16;

/// Kinds of records: type, instance with one mark, extension, and what the content begins with. With two marks, the instance is
/// one more.
const KINDS: &[(u16, u16, &str, &[u8])] = &[
    (0xf01d, 0x46a, "jpg", b"\xff\xd8\xff"),
    (0xf01d, 0x6e2, "jpg", b"\xff\xd8\xff"),
    (0xf02a, 0x46a, "jpg", b"\xff\xd8\xff"),
    (0xf02a, 0x6e2, "jpg", b"\xff\xd8\xff"),
    (0xf01e, 0x6e0, "png", b"\x89PNG"),
    (0xf029, 0x6e4, "tif", b"II*\0"),
    (0xf029, 0x6e4, "tif", b"MM\0*"),
    (0xf01f, 0x7a8, "dib", b"\x28\0\0\0"),
];

/// The pictures in a stream that are large enough: extension and content.
pub fn pictures(stream: &[u8], least: u64) -> impl Iterator<Item = (&'static str, &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        // The second byte of every type of record.
        while let Some(found) = stream.get(at + 3..)?.iter().position(|byte| *byte == 0xf0) {
            let start = at + found;
            at = start + 1;
            if let Some((extension, content)) = picture(&stream[start..]).filter(|(_, content)| content.len() as u64 >= least) {
                at = start + HEADER + content.len();
                return Some((extension, content));
            }
        }
        None
    })
}

fn picture(record: &[u8]) -> Option<(&'static str, &[u8])> {
    let (instance, kind) = (u16_at(record, 0) >> 4, u16_at(record, 2));
    let content = record.get(HEADER..HEADER.checked_add(u32_at(record, 4) as usize)?)?;
    let (_, one, extension, _) = KINDS.iter().find(|(known, one, _, _)| *known == kind && instance & !1 == *one)?;
    // Behind the marks stands a byte that says nothing.
    let content = content.get(MARK * (1 + usize::from(instance - one)) + 1..)?;
    let begins = |(known, _, _, start): &(u16, u16, &str, &[u8])| *known == kind && content.starts_with(start);
    KINDS.iter().any(begins).then_some((*extension, content))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, instance: u16, content: &[u8]) -> Vec<u8> {
        [(instance << 4).to_le_bytes().as_slice(), &kind.to_le_bytes(), &(content.len() as u32).to_le_bytes(), content].concat()
    }

    #[test]
    fn records_are_found_wherever_they_stand() {
        let marked = |marks: usize, content: &[u8]| [vec![7; 16 * marks + 1].as_slice(), content].concat();
        let stream = [
            b"\xf0\xf0 rubbish".to_vec(),
            record(0xf01e, 0x6e0, &marked(1, b"\x89PNG one")),
            record(0xf01d, 0x46b, &marked(2, b"\xff\xd8\xff two")),
            record(0xf01d, 0x46a, &marked(1, b"no JPEG")),
            record(0xf01a, 0x3d4, &marked(1, b"metafile")),
            record(0xf029, 0x6e5, &marked(2, b"MM\0* three")),
            record(0xf01f, 0x7a8, &marked(1, b"\x28\0\0\0 four")),
            record(0xf01e, 0x6e0, &marked(1, b"\x89PNG cut"))[..30].to_vec(),
        ]
        .concat();
        let found: Vec<_> = pictures(&stream, 0).collect();
        let expected: [(&str, &[u8]); 4] =
            [("png", b"\x89PNG one"), ("jpg", b"\xff\xd8\xff two"), ("tif", b"MM\0* three"), ("dib", b"\x28\0\0\0 four")];
        assert_eq!(found, expected);
        assert_eq!(pictures(&stream, 10).count(), 1);
        assert_eq!(pictures(b"", 0).count(), 0);
        assert_eq!(pictures(&[0xf0; 1000], 0).count(), 0);
    }
}
