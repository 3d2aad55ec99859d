//! What a file holds, told from its bytes.
//!
//! The name counts only between text formats, which look alike. Nothing is decoded here.

mod container;
mod learned;
mod mpeg;
mod stream;
mod textual;

use super::picture;
use super::sample::Sample;
use winnow_contract::asset::MediaKind;
use winnow_readers::{encoding, mail, office};

pub use learned::{Ask, Found, Model};

/// What content it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    pub media: MediaKind,
    pub media_type: &'static str,
}

impl Kind {
    const fn new(media: MediaKind, media_type: &'static str) -> Self {
        Self { media, media_type }
    }

    /// There may be recorded sound in it.
    pub fn is_heard(&self) -> bool {
        matches!(self.media, MediaKind::Sound | MediaKind::Video) && self.media_type != MIDI
    }
}

/// Notes, not sound.
const MIDI: &str = "audio/midi";

/// Formats that begin like text but are none for a reader of text, as (bytes, kind).
const TEXT_SHAPED: &[(&[u8], Kind)] =
    &[(b"{\\rtf", Kind::new(MediaKind::Office, "application/rtf")), (b"%!PS", Kind::new(MediaKind::Other, "application/postscript"))];

/// A single message.
pub const MESSAGE: &str = "message/rfc822";

/// Binary formats that `infer` does not know or names otherwise, as (offset, bytes, kind).
const BINARY: &[(usize, &[u8], Kind)] = &[
    (0, b"SQLite format 3\0", Kind::new(MediaKind::Other, "application/vnd.sqlite3")),
    (0, b"\x7fELF", Kind::new(MediaKind::Other, "application/x-elf")),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind::new(MediaKind::Office, "application/x-ole-storage")),
    (0, b"!BDN", Kind::new(MediaKind::Mail, "application/vnd.ms-outlook-pst")),
    (8, b"AIFF", Kind::new(MediaKind::Sound, "audio/x-aiff")),
    (8, b"AIFC", Kind::new(MediaKind::Sound, "audio/x-aiff")),
    (0, b"caff\0\x01", Kind::new(MediaKind::Sound, "audio/x-caf")),
    (0, b"MThd", Kind::new(MediaKind::Sound, MIDI)),
    (0, b"#!AMR", Kind::new(MediaKind::Sound, "audio/amr")),
    (0, b"wvpk", Kind::new(MediaKind::Sound, "audio/x-wavpack")),
    (0, b"MPCK", Kind::new(MediaKind::Sound, "audio/x-musepack")),
    (0, b"TTA1", Kind::new(MediaKind::Sound, "audio/x-tta")),
    (0, b"DSD \x1c\0", Kind::new(MediaKind::Sound, "audio/x-dsf")),
    (0, b"\x7f\xfe\x80\x01", Kind::new(MediaKind::Sound, "audio/vnd.dts")),
    (0, b".ra\xfd", Kind::new(MediaKind::Sound, "audio/x-pn-realaudio")),
    (0, b".RMF", Kind::new(MediaKind::Video, "application/vnd.rn-realmedia")),
    (0, b"AT&TFORM", Kind::new(MediaKind::Image, "image/vnd.djvu")),
    (0, b"8BPS", Kind::new(MediaKind::Image, picture::PHOTOSHOP)),
];

/// Compound files that people did not write.
const NO_DOCUMENTS: &[&str] = &["application/x-msi", "application/x-thumbs-db"];

const EMPTY: Kind = Kind::new(MediaKind::Empty, "application/x-empty");
const UNKNOWN: Kind = Kind::new(MediaKind::Other, "application/octet-stream");

/// The kind of a file. `extension` is lower case, without dot, and decides only between text formats; what it leaves open is
/// asked.
pub fn of(sample: &mut Sample, extension: &str, ask: &Ask) -> Found {
    if sample.bytes == 0 {
        return Found::sure(EMPTY);
    }
    let kind = by_ends(sample, extension);
    if container::is_package(&sample.head) {
        return Found::sure(of_package(kind, sample));
    }
    learned::settle(kind, sample, extension, ask)
}

/// Zip files and compound files of Microsoft tell inside what they are.
fn of_package(by_ends: Kind, sample: &mut Sample) -> Kind {
    let found = sample.reader().ok().and_then(|mut reader| office::kind_of(&mut reader));
    match found {
        Some(mail::OUTLOOK) => Kind::new(MediaKind::Mail, mail::OUTLOOK),
        Some(media_type) if NO_DOCUMENTS.contains(&media_type) => Kind::new(MediaKind::Other, media_type),
        Some(media_type) => Kind::new(MediaKind::Office, media_type),
        // A document that is damaged is still no archive, if its first part is one of a document.
        None if container::is_zip(&sample.head) && !container::begins_a_document(&sample.head) => {
            Kind::new(MediaKind::Archive, "application/zip")
        }
        None => by_ends,
    }
}

fn by_ends(sample: &Sample, extension: &str) -> Kind {
    let head = sample.head.as_slice();
    text_shaped(head)
        .or_else(|| picture::media_type_by_shape(head, sample.bytes).map(picture_kind))
        .or_else(|| encoding::is_clean_text(head).then(|| textual::of(head, extension)))
        .or_else(|| picture::media_type(head, sample.end(), sample.bytes, extension).map(picture_kind))
        .or_else(|| binary(head, &sample.tail))
        .or_else(|| encoding::is_text(head).then(|| textual::of(head, extension)))
        .unwrap_or(UNKNOWN)
}

fn text_shaped(head: &[u8]) -> Option<Kind> {
    // A PDF may follow a little rubbish (ISO 32000, annex H); within a text that only quotes one, it is none.
    let start = &head[..head.len().min(1024)];
    let pdf = start.starts_with(b"%PDF-") || find(start, b"%PDF-").is_some() && !encoding::is_clean_text(head);
    if pdf {
        return Some(Kind::new(MediaKind::Pdf, "application/pdf"));
    }
    TEXT_SHAPED.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, kind)| *kind)
}

fn binary(head: &[u8], tail: &[u8]) -> Option<Kind> {
    let listed = BINARY.iter().find(|(at, magic, _)| head.get(*at..).is_some_and(|rest| rest.starts_with(magic)));
    let negative = || picture::negative_type(head).map(picture_kind);
    let listed = listed.map(|(_, _, kind)| *kind).or_else(negative).or_else(|| container::of(head, tail)).or_else(|| packed(head));
    listed.or_else(|| mpeg::of(head)).or_else(|| stream::of(head)).or_else(|| inferred(head))
}

/// Archives, and files that were compressed by themselves.
fn packed(head: &[u8]) -> Option<Kind> {
    winnow_readers::container::kind_of(head).map(|media_type| Kind::new(MediaKind::Archive, media_type))
}

fn picture_kind(media_type: &'static str) -> Kind {
    Kind::new(MediaKind::Image, media_type)
}

fn inferred(head: &[u8]) -> Option<Kind> {
    // The few bytes that are taken for an icon prove nothing; icons were looked for before, and better.
    let found = infer::get(head).filter(|found| found.mime_type() != picture::ICON)?;
    let media = match found.matcher_type() {
        infer::MatcherType::Archive => MediaKind::Archive,
        infer::MatcherType::Audio => MediaKind::Sound,
        infer::MatcherType::Book | infer::MatcherType::Doc => MediaKind::Office,
        infer::MatcherType::Image => MediaKind::Image,
        infer::MatcherType::Video => MediaKind::Video,
        infer::MatcherType::App | infer::MatcherType::Custom | infer::MatcherType::Font => MediaKind::Other,
        // Text was looked at before, and better.
        infer::MatcherType::Text => return None,
    };
    Some(Kind::new(media, found.mime_type()))
}

/// Where `needle` first stands in `bytes`.
fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, needle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn check(bytes: &[u8], extension: &str, media: MediaKind, media_type: &str) {
        let mut file = tempfile();
        file.write_all(bytes).expect("written");
        let mut sample = Sample::take(file).expect("a sample");
        let found = of(&mut sample, extension, &|_| None).kind;
        assert_eq!(found, Kind { media, media_type: leak(media_type) }, "{:?}", String::from_utf8_lossy(bytes));
    }

    fn leak(text: &str) -> &'static str {
        Box::leak(text.to_owned().into_boxed_str())
    }

    fn tempfile() -> std::fs::File {
        tempfile::tempfile().expect("a file")
    }

    #[test]
    fn binary_formats_are_told_by_their_bytes_whatever_the_name() {
        use MediaKind::*;
        check(b"", "txt", Empty, "application/x-empty");
        check(b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01", "pdf", Image, "image/jpeg");
        check(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "txt", Image, "image/png");
        check(b"GIF89a\x01\0\x01\0\x80\0\0", "", Image, "image/gif");
        check(b"RIFF\x24\0\0\0WEBPVP8 ", "", Image, "image/webp");
        check(b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0", "mp3", Sound, "audio/x-wav");
        check(b"RIFF\x24\0\0\0AVI LIST\0\0\0\0", "", Video, "video/x-msvideo");
        check(b"II*\0\x08\0\0\0\x01\0", "", Image, "image/tiff");
        check(b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0", "", Image, "image/bmp");
        check(b"8BPS\0\x01\0\0\0\0\0\0\0\x03", "", Image, "image/vnd.adobe.photoshop");
        check(b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 ", "", Image, "image/jp2");
        check(b"II+\0\x08\0\0\0\x10\0\0\0", "", Image, "image/tiff");
        check(b"P5\n2 1\n255\n\x01\xff", "txt", Image, "image/x-portable-anymap");
        check(b"P2 2 1 255 1 2", "txt", Image, "image/x-portable-anymap");
        check(b"\0\0\x01\0\x01\0\x10", "ico", Other, "application/octet-stream");
        check(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "doc", Pdf, "application/pdf");
        check(b"\0\0rubbish\n%PDF-1.4\n", "", Pdf, "application/pdf");
        check(b"7z\xbc\xaf\x27\x1c\0\x04", "", Archive, "application/x-7z-compressed");
        check(b"\x1f\x8b\x08\0\0\0\0\0\0\x03", "", Archive, "application/gzip");
        check(b"fLaC\0\0\0\x22", "", Sound, "audio/x-flac");
        check(b"ID3\x04\0\0\0\0\0\0", "", Sound, "audio/mpeg");
        check(b"FORM\0\0\x10\0AIFFCOMM", "", Sound, "audio/x-aiff");
        check(b"FORM\0\0\x10\0AIFCFVER", "wav", Sound, "audio/x-aiff");
        check(b"caff\0\x01\0\0desc", "", Sound, "audio/x-caf");
        check(b"\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x1f\x42\x86\x81\x01webm", "", Video, "video/webm");
        check(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "", Video, "video/mp4");
        check(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "jpg", Image, "image/heic");
        check(b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42", "", Sound, "audio/mp4");
        check(b"SQLite format 3\0\x10\0\x01\x01\0", "", Other, "application/vnd.sqlite3");
        check(b"\x7fELF\x02\x01\x01\0\0\0", "", Other, "application/x-elf");
        check(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "doc", Office, "application/x-ole-storage");
        check(b"{\\rtf1\\ansi hello}", "", Office, "application/rtf");
        check(b"\0\x01\x02\x03\x04\x05\x06\x07", "txt", Other, "application/octet-stream");
    }

    #[test]
    fn words_that_begin_like_a_magic_number_are_text() {
        use MediaKind::Text;
        check(b"BMW cars are listed below.\n", "txt", Text, "text/plain");
        check(b"P1 is the first of the papers.\n", "txt", Text, "text/plain");
        check(b"MZ is how the letter began.\n", "txt", Text, "text/plain");
        check(b"II*V of the series\n", "", Text, "text/plain");
        check(b"A PDF begins with %PDF-1.7, they say.\n", "txt", Text, "text/plain");
    }

    #[test]
    fn a_tar_is_an_archive_although_it_holds_text() {
        let mut tar = b"letter.txt".to_vec();
        tar.resize(512, 0);
        tar[257..262].copy_from_slice(b"ustar");
        check(&tar, "", MediaKind::Archive, "application/x-tar");
    }
}
