//! Office documents: which kind a file is, by its content, and its text with headings, tables, notes, comments, changes and cells.
//!
//! Read are Open XML and OpenDocument texts, workbooks and presentations, Word, Excel and PowerPoint of 1993 to 2003, and rich
//! text. Not read: binary workbooks (xlsb), drawings (Visio, Draw), Publisher, Works, WordPerfect, and Word, Excel and
//! PowerPoint before that.

mod cells;
mod doc;
mod docx;
mod drawing;
mod embedded;
pub(crate) mod facts;
mod kind;
mod odf;
mod ppt;
mod pptx;
pub(crate) mod relations;
mod unlock;
mod workbook;
mod xls;
mod xlsx;

pub(crate) use embedded::PICTURE;
pub use embedded::{has_members, members};
pub use kind::kind_of;

use crate::flow::Flow;
use crate::ole::Ole;
use crate::packed::Packed;
use crate::{Document, Input, Limits, book, cannot_unlock, damaged, rtf};
use kind::Family;
use std::io::{Cursor, SeekFrom};
use winnow_contract::Words;

/// Reads a document of any of the families, told by its content.
///
/// Text stands in the order of the document; what stands beside the body (notes, headers, comments) follows it. A password opens
/// encrypted Open XML documents; none opens encrypted OpenDocument files, books, and documents from before 2007.
///
/// # Errors
/// `locked` when it is encrypted and the password does not open it, `cannot_unlock` when none does, `no_reader` when it is none of these kinds, `damaged` or the limit that was met when nothing
/// of it could be read.
pub fn read(input: &mut dyn Input, password: Option<&str>, limits: &Limits) -> Result<Document, Words> {
    let found = kind::of(input)?;
    input.seek(SeekFrom::Start(0)).map_err(damaged)?;
    match found.family {
        Family::Rich => rtf::read(input, limits),
        Family::Book => book::read(input, limits),
        Family::Encrypted => {
            let package = unlock::open(&mut Ole::open(input)?, password, limits)?;
            read(&mut Cursor::new(package), None, limits)
        }
        Family::Other => Err(Words::new("no_reader").with("media_type", found.media_type)),
        Family::Word => open_xml(input, limits, "docx 1", docx::read),
        Family::Sheets => open_xml(input, limits, "xlsx 1", |packed, main, flow| xlsx::read(packed, main, limits, flow)),
        Family::Slides => open_xml(input, limits, "pptx 1", pptx::read),
        Family::OdfText => open_document(input, limits, "odt 1", odf::read),
        Family::OdfSlides => open_document(input, limits, "odp 1", odf::read),
        Family::OdfSheets => open_document(input, limits, "ods 1", |packed, flow| odf::sheets::read(packed, limits, flow)),
        Family::Doc => before_2007(input, limits, "doc 1", doc::read),
        Family::Xls => before_2007(input, limits, "xls 1", xls::read),
        Family::Ppt => before_2007(input, limits, "ppt 1", ppt::read),
    }
}

/// The text of a rich text, as it stands in messages; none when it is none.
pub fn rtf_text(source: &[u8], limits: &Limits) -> Option<String> {
    let document = rtf::read(&mut Cursor::new(source), limits).ok()?;
    document.text.map(|text| text.text)
}

/// Where the main part is when the package does not say.
const MAIN: &[&str] = &["word/document.xml", "xl/workbook.xml", "ppt/presentation.xml"];

fn open_xml(
    input: &mut dyn Input,
    limits: &Limits,
    tool: &str,
    body: impl FnOnce(&mut Packed<'_>, &str, &mut Flow),
) -> Result<Document, Words> {
    let mut packed = Packed::open(input, limits)?;
    let mut flow = opened(&mut packed, limits);
    let relations = relations::of(&mut packed, "").unwrap_or_default();
    let main = relations::targets(&relations, "officeDocument").next().filter(|part| packed.has(part));
    let main = main.or_else(|| MAIN.iter().copied().find(|part| packed.has(part)));
    let main = main.ok_or_else(|| damaged("the main part is missing"))?;
    for kind in ["core-properties", "extended-properties"] {
        for part in relations::targets(&relations, kind) {
            facts::part(&mut packed, part, &mut flow);
        }
    }
    body(&mut packed, main, &mut flow);
    flow.finish(tool)
}

fn open_document(
    input: &mut dyn Input,
    limits: &Limits,
    tool: &str,
    body: impl FnOnce(&mut Packed<'_>, &mut Flow),
) -> Result<Document, Words> {
    let mut packed = Packed::open(input, limits)?;
    if odf::is_locked(&mut packed) {
        return Err(cannot_unlock());
    }
    if !packed.has("content.xml") {
        return Err(damaged("the main part is missing"));
    }
    let mut flow = opened(&mut packed, limits);
    facts::part(&mut packed, "meta.xml", &mut flow);
    body(&mut packed, &mut flow);
    flow.finish(tool)
}

/// The beginning of every package: what is embedded, and parts that share bytes.
fn opened(packed: &mut Packed<'_>, limits: &Limits) -> Flow {
    let mut flow = Flow::new(limits);
    flow.document.has_members = !embedded::parts(packed).is_empty();
    if packed.overlaps() {
        flow.note(Words::new("overlapping"));
    }
    flow
}

fn before_2007(
    input: &mut dyn Input,
    limits: &Limits,
    tool: &str,
    body: impl FnOnce(&mut Ole<'_>, &Limits, &mut Flow) -> Result<(), Words>,
) -> Result<Document, Words> {
    let mut ole = Ole::open(input)?;
    let mut flow = Flow::new(limits);
    facts::summary(&ole.named("\u{5}SummaryInformation", 1 << 20), &mut flow);
    facts::set(&ole.named("\u{5}DocumentSummaryInformation", 1 << 20), facts::DOCUMENT_SUMMARY, &mut flow);
    flow.document.has_members = embedded::holds_any(&mut ole);
    body(&mut ole, limits, &mut flow)?;
    flow.finish(tool)
}

#[cfg(test)]
mod tests;
