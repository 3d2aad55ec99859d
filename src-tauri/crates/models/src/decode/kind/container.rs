//! Containers that hold many formats: zip (office, books), ISO media (film, sound, pictures), Ogg and Matroska.
//!
//! Told by names and brands near both ends; nothing is unpacked.

use super::{Kind, find};
use winnow_contract::asset::MediaKind;

/// Names inside a zip that tell its format, as (name, kind). The first that occurs counts.
const IN_ZIP: &[(&[u8], Kind)] = &[
    (b"mimetypeapplication/epub+zip", Kind::new(MediaKind::Office, "application/epub+zip")),
    (b"mimetypeapplication/vnd.oasis.opendocument.text", Kind::new(MediaKind::Office, "application/vnd.oasis.opendocument.text")),
    (
        b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
        Kind::new(MediaKind::Office, "application/vnd.oasis.opendocument.spreadsheet"),
    ),
    (
        b"mimetypeapplication/vnd.oasis.opendocument.presentation",
        Kind::new(MediaKind::Office, "application/vnd.oasis.opendocument.presentation"),
    ),
    (b"word/document", Kind::new(MediaKind::Office, "application/vnd.openxmlformats-officedocument.wordprocessingml.document")),
    (b"xl/workbook", Kind::new(MediaKind::Office, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
    (b"ppt/presentation", Kind::new(MediaKind::Office, "application/vnd.openxmlformats-officedocument.presentationml.presentation")),
];

/// How a file of Windows Media begins, and how it announces a track of sound or of pictures (ASF 1.2, 10.1 and 10.4).
const WINDOWS_MEDIA: &[u8] = b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\0\xaa\0\x62\xce\x6c";
const WINDOWS_SOUND: &[u8] = b"\x40\x9e\x69\xf8\x4d\x5b\xcf\x11\xa8\xfd\0\x80\x5f\x5c\x44\x2b";
const WINDOWS_PICTURES: &[u8] = b"\xc0\xef\x19\xbc\x4d\x5b\xcf\x11\xa8\xfd\0\x80\x5f\x5c\x44\x2b";

/// Major brands of ISO base media files (ISO/IEC 14496-12) that are no film.
const BRANDS: &[(&[u8], Kind)] = &[
    (b"heic", Kind::new(MediaKind::Image, "image/heic")),
    (b"heix", Kind::new(MediaKind::Image, "image/heic")),
    (b"mif1", Kind::new(MediaKind::Image, "image/heif")),
    (b"avif", Kind::new(MediaKind::Image, "image/avif")),
    (b"crx ", Kind::new(MediaKind::Image, "image/x-canon-cr3")),
    (b"M4A ", Kind::new(MediaKind::Sound, "audio/mp4")),
    (b"M4B ", Kind::new(MediaKind::Sound, "audio/mp4")),
    (b"qt  ", Kind::new(MediaKind::Video, "video/quicktime")),
    (b"3gp", Kind::new(MediaKind::Video, "video/3gpp")),
];

/// What the first member of a document that is a zip file is called.
const FIRST: &[&[u8]] = &[b"mimetype", b"[Content_Types].xml", b"_rels/", b"word/", b"xl/", b"ppt/", b"docProps/"];

/// A zip file.
pub fn is_zip(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
}

/// A zip file, or a compound file of Microsoft.
pub fn is_package(head: &[u8]) -> bool {
    is_zip(head) || head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
}

/// A zip file whose first member is one that documents have.
pub fn begins_a_document(head: &[u8]) -> bool {
    // The name stands after 30 bytes of fixed length (APPNOTE 6.3.10, 4.3.7).
    head.get(30..).is_some_and(|name| FIRST.iter().any(|first| name.starts_with(first)))
}

/// The kind of a container; none when the bytes are no container of these families.
pub fn of(head: &[u8], tail: &[u8]) -> Option<Kind> {
    if is_zip(head) {
        return Some(zip(head, tail));
    }
    if head.get(4..8) == Some(b"ftyp") {
        return Some(iso_media(head, tail));
    }
    if head.starts_with(b"OggS") {
        return Some(ogg(head));
    }
    if head.starts_with(WINDOWS_MEDIA) {
        return Some(windows_media(head));
    }
    head.starts_with(b"\x1a\x45\xdf\xa3").then(|| matroska(head))
}

fn windows_media(head: &[u8]) -> Kind {
    match (find(head, WINDOWS_SOUND), find(head, WINDOWS_PICTURES)) {
        (Some(_), None) => Kind::new(MediaKind::Sound, "audio/x-ms-wma"),
        _ => Kind::new(MediaKind::Video, "video/x-ms-wmv"),
    }
}

fn zip(head: &[u8], tail: &[u8]) -> Kind {
    let holds = |name: &[u8]| find(head, name).is_some() || find(tail, name).is_some();
    IN_ZIP.iter().find(|(name, _)| holds(name)).map_or(Kind::new(MediaKind::Archive, "application/zip"), |(_, kind)| *kind)
}

fn iso_media(head: &[u8], tail: &[u8]) -> Kind {
    let brand = head.get(8..12).unwrap_or_default();
    let kind = BRANDS.iter().find(|(name, _)| brand.starts_with(name)).map_or(Kind::new(MediaKind::Video, "video/mp4"), |(_, kind)| *kind);
    let shows = |media: &[u8]| handles(head, media) || handles(tail, media);
    // Telephones and recorders write sound under the brand of films.
    match kind.media {
        MediaKind::Video if shows(b"soun") && !shows(b"vide") => Kind::new(MediaKind::Sound, "audio/mp4"),
        _ => kind,
    }
}

/// Whether a track of this kind is announced (ISO/IEC 14496-12, 8.4.3).
fn handles(bytes: &[u8], media: &[u8]) -> bool {
    bytes.windows(16).any(|window| window.starts_with(b"hdlr") && window.ends_with(media))
}

fn ogg(head: &[u8]) -> Kind {
    let start = &head[..head.len().min(512)];
    if find(start, b"\x80theora").is_some() {
        return Kind::new(MediaKind::Video, "video/ogg");
    }
    match find(start, b"OpusHead") {
        Some(_) => Kind::new(MediaKind::Sound, "audio/opus"),
        None => Kind::new(MediaKind::Sound, "audio/ogg"),
    }
}

fn matroska(head: &[u8]) -> Kind {
    // Where the tracks are announced; names of codecs begin with what they are for.
    let start = &head[..head.len().min(4096)];
    let is_sound = (find(start, b"A_OPUS").is_some() || find(start, b"A_VORBIS").is_some()) && find(start, b"V_").is_none();
    match find(&head[..head.len().min(64)], b"webm") {
        Some(_) if is_sound => Kind::new(MediaKind::Sound, "audio/webm"),
        Some(_) => Kind::new(MediaKind::Video, "video/webm"),
        None => Kind::new(MediaKind::Video, "video/x-matroska"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(head: &[u8], tail: &[u8], expected: Option<&str>) {
        assert_eq!(of(head, tail).map(|kind| kind.media_type), expected);
    }

    #[test]
    fn containers_are_told_by_what_they_hold() {
        check(b"PK\x03\x04....mimetypeapplication/epub+zipPK", b"", Some("application/epub+zip"));
        check(b"PK\x03\x04....photo.jpg", b"word/document.xml", Some(IN_ZIP[4].1.media_type));
        check(b"PK\x03\x04....photo.jpg", b"", Some("application/zip"));
        check(b"\0\0\0\x14ftypqt  ", b"", Some("video/quicktime"));
        check(b"OggS\0\x02\0\0\x01vorbis", b"", Some("audio/ogg"));
        check(b"OggS\0\x02\0\0\x80theora", b"", Some("video/ogg"));
        check(b"OggS\0\x02\0\0....OpusHead\x01", b"", Some("audio/opus"));
        check(b"\0\0\0\x18ftypisom....hdlr\0\0\0\0\0\0\0\0soun", b"", Some("audio/mp4"));
        check(b"\0\0\0\x18ftypmp42", b"hdlr\0\0\0\0\0\0\0\0soun", Some("audio/mp4"));
        check(b"\0\0\0\x18ftypisom", b"hdlr\0\0\0\0\0\0\0\0sounhdlr\0\0\0\0\0\0\0\0vide", Some("video/mp4"));
        check(b"\x1a\x45\xdf\xa3....webm....A_OPUS", b"", Some("audio/webm"));
        check(b"\x1a\x45\xdf\xa3....webm....V_VP9A_OPUS", b"", Some("video/webm"));
        check(&[WINDOWS_MEDIA, WINDOWS_SOUND].concat(), b"", Some("audio/x-ms-wma"));
        check(&[WINDOWS_MEDIA, WINDOWS_SOUND, WINDOWS_PICTURES].concat(), b"", Some("video/x-ms-wmv"));
        check(b"PK", b"", None);
    }
}
