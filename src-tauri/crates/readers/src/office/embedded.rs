//! Documents, files and pictures that are embedded in a document: they are members of it.
//!
//! Pictures are taken out when they are large enough to be a photograph or a scanned page. Objects in rich text are not taken out.

mod blips;

use super::kind::{self, Family};
use super::{unlock, xls};
use crate::container::Spool;
use crate::ole::{Entry, Kind, MAGIC, Ole, u32_at};
use crate::packed::Packed;
use crate::{Input, Limits, damaged, rtf};
use std::collections::{HashMap, HashSet};
use std::io::{Cursor, Read, SeekFrom, Write};
use winnow_contract::Words;

/// Bytes of an object that is unwrapped in memory; a larger one is given as it is wrapped.
const UNWRAPPED: u64 = 256 << 20;

/// The spool has the limits; these are what it cannot see.
const LIMITS: Limits = Limits { text_chars: 0, cells: 0, nesting: 50, unpacked_bytes: u64::MAX };

/// The stream that a file of any kind is wrapped in (MS-OLEDS 2.3.6).
const NATIVE: &str = "\u{1}Ole10Native";

/// Streams that hold a whole file.
const WHOLE: &[&str] = &["Package", "CONTENTS"];

/// Streams that make a storage a document of its own, and the extension such a document has.
const DOCUMENTS: &[(&str, &str)] = &[("WordDocument", "doc"), ("Workbook", "xls"), ("Book", "xls"), ("PowerPoint Document", "ppt")];

/// Pictures that are members, by their extension, and from how many bytes on: logos and bullets are smaller, scanned pages
/// larger.
const PICTURES: &[&str] = &["png", "jpg", "jpeg", "tif", "tiff", "webp", "gif", "bmp"];
pub const PICTURE: u64 = 32 << 10;

/// Streams that hold pictures beside other things.
const STREAMS: &[&str] = &["Pictures", "Data", "WordDocument"];
const WORKBOOKS: &[&str] = &["Workbook", "Book"];

/// The numbers of pictures in such streams begin behind those of all entries.
const FIRST_PICTURE: u64 = 1 << 32;

/// Storages one within the other that are looked through.
const DEPTH: usize = 50;

/// True for media types whose documents can hold others.
pub fn has_members(media_type: &str) -> bool {
    let families = ["vnd.openxmlformats-officedocument.", "vnd.ms-word.", "vnd.ms-excel", "vnd.ms-powerpoint", "vnd.oasis.opendocument."];
    let rest = media_type.strip_prefix("application/").unwrap_or_default();
    matches!(rest, "msword" | "rtf" | "x-ooxml-protected") || families.iter().any(|family| rest.starts_with(family))
}

/// The parts of a package that are members, by their number and name.
pub fn parts(packed: &mut Packed<'_>) -> Vec<(usize, String)> {
    let named: Vec<_> = packed.names().enumerate().filter(|(_, name)| is_embedded(name) || is_picture(name)).collect();
    named.into_iter().filter(|(index, name)| is_embedded(name) || packed.size_at(*index) >= PICTURE).collect()
}

/// The part of a package is a picture that stands in the document.
fn is_picture(name: &str) -> bool {
    let Some((folder, file)) = name.rsplit_once('/') else { return false };
    let extension = file.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default();
    (folder.ends_with("/media") || folder == "media" || folder == "Pictures") && PICTURES.contains(&extension.as_str())
}

/// The part of a package is an embedded document.
fn is_embedded(name: &str) -> bool {
    let in_folder = name.contains("/embeddings/") && !name.ends_with('/') && !name.ends_with(".rels");
    in_folder || name.starts_with("Object ") && !name.contains('/')
}

/// A compound file holds embedded files or pictures.
pub fn holds_any(ole: &mut Ole<'_>) -> bool {
    !objects(ole).is_empty() || drawn(ole).any(|stream| blips::pictures(&stream, PICTURE).next().is_some())
}

/// The streams of a compound file that pictures may be in.
fn drawn<'o>(ole: &'o mut Ole<'_>) -> impl Iterator<Item = Vec<u8>> + 'o {
    STREAMS.iter().chain(WORKBOOKS).map(|name| {
        let stream = ole.named(name, UNWRAPPED);
        if WORKBOOKS.contains(name) { xls::drawings(&stream) } else { stream }
    })
}

/// Hands every embedded document and picture to the spool. Their numbers are those of the parts of the package, or of the
/// entries of the compound file; those of pictures that have no entry of their own count the pictures.
///
/// # Errors
/// `damaged` when the document cannot be opened, `locked` when it is encrypted and the password does not open it,
/// `cannot_unlock` when none does, `io_error` when a member cannot be written.
pub fn members(input: &mut dyn Input, password: Option<&str>, spool: &mut Spool<'_>) -> Result<(), Words> {
    let family = kind::of(input)?.family;
    input.seek(SeekFrom::Start(0)).map_err(damaged)?;
    match family {
        Family::Doc | Family::Xls | Family::Ppt => in_storages(&mut Ole::open(input)?, spool),
        Family::Word | Family::Sheets | Family::Slides | Family::OdfText | Family::OdfSheets | Family::OdfSlides => {
            in_package(&mut Packed::open(input, &LIMITS)?, spool)
        }
        Family::Encrypted => {
            let limits = Limits { unpacked_bytes: UNWRAPPED, ..LIMITS };
            let package = unlock::open(&mut Ole::open(input)?, password, &limits)?;
            members(&mut Cursor::new(package), None, spool)
        }
        Family::Rich => rtf::members(input, spool),
        Family::Book | Family::Other => Ok(()),
    }
}

fn in_package(packed: &mut Packed<'_>, spool: &mut Spool<'_>) -> Result<(), Words> {
    for (index, part) in parts(packed) {
        let name = part.rsplit('/').next().unwrap_or_default();
        let number = index as u64;
        let Ok(mut reader) = packed.part_at(index) else {
            spool.cut(name);
            continue;
        };
        let mut head = Vec::new();
        let read = (&mut reader).take(MAGIC.len() as u64).read_to_end(&mut head);
        let step = if read.is_ok() && head == MAGIC {
            // A wrapped file is small enough to be unwrapped in memory, or stays as it is.
            let mut bytes = head;
            let whole = reader.take(UNWRAPPED).read_to_end(&mut bytes).is_ok();
            match unwrapped(&bytes).filter(|_| whole) {
                Some((own, content)) => spool.member(number, own.as_bytes(), 0, &mut content.as_slice())?,
                None => spool.member(number, name.as_bytes(), 0, &mut bytes.as_slice())?,
            }
        } else {
            spool.member(number, name.as_bytes(), 0, &mut head.chain(reader))?
        };
        if step.is_break() {
            break;
        }
    }
    Ok(())
}

/// The file within an object, with its name.
fn unwrapped(bytes: &[u8]) -> Option<(String, Vec<u8>)> {
    let mut cursor = Cursor::new(bytes);
    let mut ole = Ole::open(&mut cursor).ok()?;
    let (number, _) = ole.entries().find(|(_, entry)| entry.parent == 0 && is_object(entry))?;
    taken(&mut ole, number)
}

fn in_storages(ole: &mut Ole<'_>, spool: &mut Spool<'_>) -> Result<(), Words> {
    for (number, extension) in objects(ole) {
        let found = match extension {
            Some(extension) => copied(ole, number).map(|content| (named(ole, number, extension), content)),
            None => taken(ole, number),
        };
        let Some((name, content)) = found else { continue };
        if spool.member(number as u64, name.as_bytes(), 0, &mut content.as_slice())?.is_break() {
            return Ok(());
        }
    }
    let mut count = 0;
    for stream in drawn(ole) {
        for (extension, mut content) in blips::pictures(&stream, PICTURE) {
            count += 1;
            let name = format!("image{count}.{extension}");
            if spool.member(FIRST_PICTURE + count, name.as_bytes(), 0, &mut content)?.is_break() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Entries that are embedded files: streams, and storages with the extension of the document they are. What is embedded in
/// such a storage is found when that is opened.
fn objects(ole: &Ole<'_>) -> Vec<(usize, Option<&'static str>)> {
    let mut storages: HashMap<usize, &'static str> = HashMap::new();
    for (_, entry) in ole.entries().filter(|(_, entry)| entry.parent > 0 && entry.kind == Kind::Stream) {
        let document = DOCUMENTS.iter().find(|(stream, _)| *stream == entry.name);
        storages.extend(document.map(|(_, extension)| (entry.parent, *extension)));
    }
    let wanted = ole.entries().filter(|(number, entry)| storages.contains_key(number) || is_object(entry));
    let outermost = wanted.filter(|(_, entry)| !is_within(ole, entry.parent, &storages));
    outermost.map(|(number, _)| (number, storages.get(&number).copied())).collect()
}

fn is_within(ole: &Ole<'_>, mut storage: usize, storages: &HashMap<usize, &'static str>) -> bool {
    for _ in 0..DEPTH {
        if storage == 0 || storages.contains_key(&storage) {
            break;
        }
        storage = ole.entry(storage).map_or(0, |entry| entry.parent);
    }
    storage != 0
}

fn named(ole: &Ole<'_>, number: usize, extension: &str) -> String {
    let name = ole.entry(number).map_or("", |entry| entry.name.as_str());
    format!("{name}.{extension}")
}

/// A storage as a compound file of its own; none when it is too large. Streams that cannot be named there are left out.
fn copied(ole: &mut Ole<'_>, number: usize) -> Option<Vec<u8>> {
    let mut children: HashMap<usize, Vec<usize>> = HashMap::new();
    ole.entries().for_each(|(child, entry)| children.entry(entry.parent).or_default().push(child));
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).ok()?;
    let (mut waiting, mut seen, mut left) = (vec![(number, String::new(), 0)], HashSet::new(), UNWRAPPED);
    while let Some((storage, path, depth)) = waiting.pop() {
        for child in children.remove(&storage).unwrap_or_default() {
            let Some(Entry { name, kind, .. }) = ole.entry(child).filter(|_| seen.insert(child)).cloned() else { continue };
            let path = format!("{path}/{name}");
            if kind == Kind::Storage {
                if depth < DEPTH && file.create_storage(&path).is_ok() {
                    waiting.push((child, path, depth + 1));
                }
                continue;
            }
            let content = ole.stream(child, left);
            left = left.checked_sub(content.len() as u64).filter(|left| *left > 0)?;
            if let Ok(mut stream) = file.create_stream(&path) {
                stream.write_all(&content).ok()?;
            }
        }
    }
    file.flush().ok()?;
    Some(file.into_inner().into_inner())
}

fn is_object(entry: &Entry) -> bool {
    let known = entry.name == NATIVE || WHOLE.iter().any(|name| entry.name.eq_ignore_ascii_case(name));
    entry.kind == Kind::Stream && entry.bytes > 0 && known
}

fn taken(ole: &mut Ole<'_>, number: usize) -> Option<(String, Vec<u8>)> {
    let entry = ole.entry(number)?.clone();
    let bytes = ole.stream(number, UNWRAPPED);
    if entry.name == NATIVE {
        return native(&bytes);
    }
    let storage = ole.entry(entry.parent).filter(|_| entry.parent > 0).map(|storage| storage.name.clone());
    Some((storage.unwrap_or(entry.name), bytes))
}

/// Label, path, temporary path, then the bytes of the file.
fn native(stream: &[u8]) -> Option<(String, Vec<u8>)> {
    let mut rest = stream.get(6..)?;
    let mut word = || {
        let end = rest.iter().position(|byte| *byte == 0)?;
        let word = &rest[..end];
        rest = &rest[end + 1..];
        Some(word)
    };
    let (label, path) = (word()?, word()?);
    // Two numbers of two bytes, the temporary path behind its length, the length of the file.
    let at = 8_usize.checked_add(u32_at(rest, 4) as usize)?;
    let content = rest.get(at.checked_add(4)?..)?;
    let content = &content[..content.len().min(u32_at(rest, at) as usize)];
    let name = if label.is_empty() { path } else { label };
    let name = encoding_rs::WINDOWS_1252.decode_without_bom_handling(name).0;
    let name = name.rsplit(['\\', '/']).next().unwrap_or_default().to_owned();
    Some((name, content.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapped_file_is_taken_out() {
        let mut stream = b"\0\0\0\0\x02\0letter.txt\0C:\\a\\letter.txt\0\0\0\x03\0\x04\0\0\0tmp\0\x05\0\0\0hello....".to_vec();
        assert_eq!(native(&stream), Some(("letter.txt".to_owned(), b"hello".to_vec())));
        stream.truncate(20);
        assert_eq!(native(&stream), None);
        assert_eq!(native(b"\0\0\0\0\x02\0a\0b\0\0\0\x03\0\xff\xff\xff\xff"), None);
    }

    #[test]
    fn parts_that_are_embedded() {
        let check = |name: &str, expected: bool| assert_eq!(is_embedded(name), expected, "{name}");
        check("word/embeddings/oleObject1.bin", true);
        check("xl/embeddings/Microsoft_Word_Document1.docx", true);
        check("word/media/image1.png", false);
        check("Object 1", true);
        check("Object 1/content.xml", false);
        check("ObjectReplacements/Object 1", false);
    }

    #[test]
    fn parts_that_are_pictures() {
        let check = |name: &str, expected: bool| assert_eq!(is_picture(name), expected, "{name}");
        check("word/media/image1.png", true);
        check("ppt/media/image12.JPEG", true);
        check("Pictures/10000000000004B0.tif", true);
        check("word/media/image1.emf", false);
        check("word/media/", false);
        check("Thumbnails/thumbnail.png", false);
        check("docProps/thumbnail.jpeg", false);
        check("image1.png", false);
    }
}
