//! Which kind of document a package or a compound file is, by what it says of itself.
//!
//! Names of files count for nothing.

use crate::ole::{MAGIC, Ole};
use crate::packed::Packed;
use crate::xml::Token;
use crate::{Input, Limits};
use std::io::{Read, SeekFrom};
use winnow_contract::Words;

/// Which reader takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Word,
    Sheets,
    Slides,
    OdfText,
    OdfSheets,
    OdfSlides,
    Book,
    Doc,
    Xls,
    Ppt,
    Rich,
    /// A compound file that holds an encrypted document.
    Encrypted,
    /// None of these.
    Other,
}

/// A kind of document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    pub media_type: &'static str,
    pub family: Family,
}

const fn kind(media_type: &'static str, family: Family) -> Kind {
    Kind { media_type, family }
}

const OOXML: &str = "application/vnd.openxmlformats-officedocument.";

/// Types of main parts as `[Content_Types].xml` names them, in lower case, without `+xml`.
const MAIN_PARTS: &[(&str, Kind)] = &[
    (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main",
        kind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", Family::Word),
    ),
    (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main",
        kind("application/vnd.openxmlformats-officedocument.wordprocessingml.template", Family::Word),
    ),
    ("application/vnd.ms-word.document.macroenabled.main", kind("application/vnd.ms-word.document.macroenabled.12", Family::Word)),
    ("application/vnd.ms-word.template.macroenabledtemplate.main", kind("application/vnd.ms-word.template.macroenabled.12", Family::Word)),
    (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main",
        kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Family::Sheets),
    ),
    (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main",
        kind("application/vnd.openxmlformats-officedocument.spreadsheetml.template", Family::Sheets),
    ),
    ("application/vnd.ms-excel.sheet.macroenabled.main", kind("application/vnd.ms-excel.sheet.macroenabled.12", Family::Sheets)),
    ("application/vnd.ms-excel.template.macroenabled.main", kind("application/vnd.ms-excel.template.macroenabled.12", Family::Sheets)),
    (
        "application/vnd.ms-excel.sheet.binary.macroenabled.main",
        kind("application/vnd.ms-excel.sheet.binary.macroenabled.12", Family::Other),
    ),
    (
        "application/vnd.openxmlformats-officedocument.presentationml.presentation.main",
        kind("application/vnd.openxmlformats-officedocument.presentationml.presentation", Family::Slides),
    ),
    (
        "application/vnd.openxmlformats-officedocument.presentationml.slideshow.main",
        kind("application/vnd.openxmlformats-officedocument.presentationml.slideshow", Family::Slides),
    ),
    (
        "application/vnd.openxmlformats-officedocument.presentationml.template.main",
        kind("application/vnd.openxmlformats-officedocument.presentationml.template", Family::Slides),
    ),
    (
        "application/vnd.ms-powerpoint.presentation.macroenabled.main",
        kind("application/vnd.ms-powerpoint.presentation.macroenabled.12", Family::Slides),
    ),
    (
        "application/vnd.ms-powerpoint.slideshow.macroenabled.main",
        kind("application/vnd.ms-powerpoint.slideshow.macroenabled.12", Family::Slides),
    ),
    ("application/vnd.ms-visio.drawing.main", kind("application/vnd.ms-visio.drawing", Family::Other)),
    ("application/vnd.ms-visio.drawing.macroenabled.main", kind("application/vnd.ms-visio.drawing.macroenabled", Family::Other)),
    ("application/vnd.ms-package.xps-fixeddocumentsequence", kind("application/vnd.ms-xpsdocument", Family::Other)),
];

/// What a file called `mimetype` says.
const MIMETYPES: &[Kind] = &[
    kind("application/epub+zip", Family::Book),
    kind("application/vnd.oasis.opendocument.text", Family::OdfText),
    kind("application/vnd.oasis.opendocument.text-template", Family::OdfText),
    kind("application/vnd.oasis.opendocument.text-master", Family::OdfText),
    kind("application/vnd.oasis.opendocument.text-web", Family::OdfText),
    kind("application/vnd.oasis.opendocument.spreadsheet", Family::OdfSheets),
    kind("application/vnd.oasis.opendocument.spreadsheet-template", Family::OdfSheets),
    kind("application/vnd.oasis.opendocument.presentation", Family::OdfSlides),
    kind("application/vnd.oasis.opendocument.presentation-template", Family::OdfSlides),
    kind("application/vnd.oasis.opendocument.graphics", Family::OdfSlides),
    kind("application/vnd.oasis.opendocument.formula", Family::Other),
    kind("application/vnd.oasis.opendocument.database", Family::Other),
    kind("application/vnd.sun.xml.writer", Family::OdfText),
    kind("application/vnd.sun.xml.calc", Family::OdfSheets),
    kind("application/vnd.sun.xml.impress", Family::OdfSlides),
    kind("application/vnd.sun.xml.draw", Family::OdfSlides),
];

/// Streams and storages that tell what a compound file is; the first that is there counts.
const STREAMS: &[(&str, Kind)] = &[
    ("EncryptedPackage", kind("application/x-ooxml-protected", Family::Encrypted)),
    ("__properties_version1.0", kind("application/vnd.ms-outlook", Family::Other)),
    ("WordDocument", kind("application/msword", Family::Doc)),
    ("PowerPoint Document", kind("application/vnd.ms-powerpoint", Family::Ppt)),
    ("Workbook", kind("application/vnd.ms-excel", Family::Xls)),
    ("Book", kind("application/vnd.ms-excel", Family::Xls)),
    ("VisioDocument", kind("application/vnd.visio", Family::Other)),
    ("Quill", kind("application/x-mspublisher", Family::Other)),
    ("MatOST", kind("application/vnd.ms-works", Family::Other)),
    ("HwpSummaryInformation", kind("application/x-hwp", Family::Other)),
    ("Catalog", kind("application/x-thumbs-db", Family::Other)),
];

/// The class of installer packages and patches: the first byte differs.
const INSTALLER: &[u8] = b"\x10\x0c\0\0\0\0\0\xc0\0\0\0\0\0\0\x46";

const OLE: Kind = kind("application/x-ole-storage", Family::Other);
const RICH: Kind = kind("application/rtf", Family::Rich);
const NONE: Kind = kind("application/octet-stream", Family::Other);

/// Enough for the parts that tell what a package is.
const LIMITS: Limits = Limits { text_chars: 0, cells: 0, nesting: 50, unpacked_bytes: 8 << 20 };

/// The media type of an office document, a book, a message of Outlook or another compound file, by its content.
/// None when it is none of these: another zip file, or something else.
pub fn kind_of(input: &mut dyn Input) -> Option<&'static str> {
    of(input).ok().filter(|kind| *kind != NONE).map(|kind| kind.media_type)
}

/// The kind of a document.
///
/// # Errors
/// `damaged` when it begins like a package or a compound file and cannot be opened as one.
pub fn of(input: &mut dyn Input) -> Result<Kind, Words> {
    let mut head = Vec::new();
    input.seek(SeekFrom::Start(0)).map_err(crate::damaged)?;
    (&mut *input).take(8).read_to_end(&mut head).map_err(crate::damaged)?;
    if head.starts_with(b"{\\rtf") {
        return Ok(RICH);
    }
    if head.starts_with(MAGIC) {
        return Ok(of_streams(&Ole::open(input)?));
    }
    if head.starts_with(b"PK") {
        return Ok(of_parts(&mut Packed::open(input, &LIMITS)?));
    }
    Ok(NONE)
}

fn of_streams(ole: &Ole<'_>) -> Kind {
    if ole.entry(0).is_some_and(|root| root.class[1..] == *INSTALLER) {
        return kind("application/x-msi", Family::Other);
    }
    STREAMS.iter().find(|(name, _)| ole.has(name)).map_or(OLE, |(_, kind)| *kind)
}

fn of_parts(packed: &mut Packed<'_>) -> Kind {
    let said = packed.bytes("mimetype", 200).unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    if let Some(kind) = MIMETYPES.iter().find(|kind| kind.media_type == said.trim()) {
        return *kind;
    }
    listed(packed).or_else(|| by_names(packed)).unwrap_or(NONE)
}

/// What the list of content types says of the main part.
fn listed(packed: &mut Packed<'_>) -> Option<Kind> {
    let mut xml = packed.xml("[Content_Types].xml").ok()??;
    while let Ok(Some(token)) = xml.next() {
        let Token::Open(element) = token else { continue };
        let Some(content) = element.get("ContentType") else { continue };
        let content = content.trim().trim_end_matches("+xml").to_ascii_lowercase();
        if let Some((_, kind)) = MAIN_PARTS.iter().find(|(known, _)| *known == content) {
            return Some(*kind);
        }
    }
    None
}

/// A package whose list is damaged, by the names of its parts; a book without its first entry.
fn by_names(packed: &mut Packed<'_>) -> Option<Kind> {
    let at = |number: usize| MAIN_PARTS.get(number).map(|(_, kind)| *kind);
    let family = |family: Family| MAIN_PARTS.iter().position(|(name, kind)| kind.family == family && name.starts_with(OOXML));
    let parts = [("word/document.xml", Family::Word), ("xl/workbook.xml", Family::Sheets), ("ppt/presentation.xml", Family::Slides)];
    let found = parts.iter().find(|(name, _)| packed.has(name)).and_then(|(_, wanted)| family(*wanted));
    let book = packed.has("META-INF/container.xml").then_some(MIMETYPES[0]);
    found.and_then(at).or(book)
}
