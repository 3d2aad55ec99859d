//! Reads Excel workbooks of 1993 to 2003 (MS-XLS, BIFF 5 to 8): every cell as it is shown, hidden ones too, comments, text boxes.
//!
//! Formulas are not evaluated: what Excel left as their value is taken, and the formula itself when no program left one. Excel
//! before version 5 is not read.

mod formula;
mod functions;
mod record;
mod sheet;

use super::cells::Format;
use super::facts::code_page;
use super::workbook::Book;
use crate::flow::Flow;
use crate::ole::{Ole, u16_at, u32_at};
use crate::{Limits, cannot_unlock, damaged};
use encoding_rs::{Encoding, WINDOWS_1252};
use record::{Record, Text, records};
use std::collections::{HashMap, HashSet};
use winnow_contract::Words;

/// Sheets that are read, and styles that are kept.
const MANY: usize = 70_000;

/// What all sheets share.
struct Shared {
    /// From version 8 on, text is Unicode.
    unicode: bool,
    encoding: &'static Encoding,
    since_1904: bool,
    formats: HashMap<u16, Format>,
    /// Number of the format by the number of the style.
    styles: Vec<u16>,
    strings: Vec<String>,
    /// For every number that formulas call sheets by, the list of books and the sheet in that one.
    references: Vec<(u16, u16)>,
    /// Books so far, and which of them is this one.
    books: u16,
    own: Option<u16>,
    names: Vec<String>,
    /// Who wrote the workbook stored no results of formulas.
    unevaluated: bool,
}

impl Shared {
    /// The name of a sheet of this workbook as formulas call it.
    fn sheet(&self, number: u16) -> Option<&str> {
        let (book, sheet) = *self.references.get(usize::from(number))?;
        let name = self.names.get(usize::from(sheet)).filter(|_| Some(book) == self.own)?;
        Some(name)
    }

    fn format(&self, style: u16) -> Format {
        let number = self.styles.get(usize::from(style)).copied().unwrap_or(0);
        self.formats.get(&number).copied().unwrap_or_else(|| Format::built_in(u32::from(number)))
    }

    /// A text behind its length in two bytes.
    fn text(&self, bytes: &[u8]) -> String {
        let length = usize::from(u16_at(bytes, 0));
        if self.unicode {
            return Text::plain(bytes.get(2..).unwrap_or_default(), length);
        }
        let bytes = bytes.get(2..).unwrap_or_default();
        self.encoding.decode_without_bom_handling(&bytes[..length.min(bytes.len())]).0.into_owned()
    }

    /// The same with the length in one byte.
    fn short_text(&self, bytes: &[u8]) -> String {
        let mut longer = vec![bytes.first().copied().unwrap_or(0), 0];
        longer.extend_from_slice(bytes.get(1..).unwrap_or_default());
        self.text(&longer)
    }
}

struct Sheet {
    name: String,
    at: usize,
    hidden: bool,
}

/// Reads a workbook.
///
/// # Errors
/// `cannot_unlock` when it is encrypted, `damaged` when its stream is missing.
pub fn read(ole: &mut Ole<'_>, limits: &Limits, flow: &mut Flow) -> Result<(), Words> {
    let name = if ole.has("Workbook") { "Workbook" } else { "Book" };
    let stream = ole.named(name, limits.unpacked_bytes);
    if stream.len() < 8 {
        return Err(damaged("the main stream is missing"));
    }
    let (mut shared, sheets) = globals(&stream, limits)?;
    shared.names = sheets.iter().map(|one| one.name.clone()).collect();
    shared.unevaluated = sheet::is_unevaluated(&stream, &shared);
    read_sheets(&stream, &shared, &sheets, &mut Book::new(flow, limits.cells));
    Ok(())
}

/// Reads each sheet once. Sheets do not overlap: together they are no longer than the stream, or no more of them are read.
fn read_sheets(stream: &[u8], shared: &Shared, sheets: &[Sheet], book: &mut Book<'_>) {
    let (mut places, mut length) = (HashSet::new(), 0);
    for one in sheets {
        if book.is_full() {
            break;
        }
        book.sheet(&one.name, one.hidden);
        if length <= stream.len() && places.insert(one.at) {
            length += sheet::read(stream, one.at, shared, book);
        }
    }
}

fn globals(stream: &[u8], limits: &Limits) -> Result<(Shared, Vec<Sheet>), Words> {
    let mut shared = Shared {
        unicode: true,
        encoding: WINDOWS_1252,
        since_1904: false,
        formats: HashMap::new(),
        styles: Vec::new(),
        strings: Vec::new(),
        references: Vec::new(),
        books: 0,
        own: None,
        names: Vec::new(),
        unevaluated: false,
    };
    let mut sheets = Vec::new();
    for found in records(stream, 0) {
        match found.kind {
            record::BEGIN => shared.unicode = u16_at(found.data, 0) >= 0x600,
            record::ENCRYPTED => return Err(cannot_unlock()),
            record::CODE_PAGE => shared.encoding = encoding(u16_at(found.data, 0)),
            record::SINCE_1904 => shared.since_1904 = u16_at(found.data, 0) == 1,
            record::FORMAT if shared.formats.len() < MANY => format(&found, &mut shared),
            record::STYLE if shared.styles.len() < MANY => shared.styles.push(u16_at(found.data, 2)),
            record::SHEET if sheets.len() < MANY => sheets.push(listed(&found, &shared)),
            record::BOOK => {
                // A mark in the place of a name says that it is this workbook.
                shared.own = shared.own.or((u16_at(found.data, 2) == 0x0401).then_some(shared.books));
                shared.books = shared.books.saturating_add(1);
            }
            record::SHEET_REFERENCES if shared.unicode => shared.references = references(found.data),
            record::STRINGS => shared.strings = strings(stream, &found, limits),
            record::END => break,
            _ => {}
        }
    }
    Ok((shared, sheets))
}

/// What the workbook has drawn in it, put together from its records.
pub fn drawings(stream: &[u8]) -> Vec<u8> {
    let (mut drawings, mut goes_on) = (Vec::new(), false);
    for found in records(stream, 0).take_while(|found| found.kind != record::END) {
        goes_on = found.kind == record::DRAWINGS || goes_on && found.kind == record::CONTINUE;
        if goes_on {
            drawings.extend_from_slice(found.data);
        }
    }
    drawings
}

/// Two numbers here are not those of Windows.
fn encoding(number: u16) -> &'static Encoding {
    match number {
        0x8000 => code_page(10_000),
        0x8001 => WINDOWS_1252,
        other => code_page(other),
    }
}

fn format(found: &Record<'_>, shared: &mut Shared) {
    let rest = found.data.get(2..).unwrap_or_default();
    let code = if shared.unicode { shared.text(rest) } else { shared.short_text(rest) };
    shared.formats.insert(u16_at(found.data, 0), Format::of_code(&code));
}

/// Three numbers each: the book, its first and its last sheet.
fn references(data: &[u8]) -> Vec<(u16, u16)> {
    let list = data.get(2..).unwrap_or_default().chunks_exact(6);
    list.map(|one| (u16_at(one, 0), u16_at(one, 2))).collect()
}

fn listed(found: &Record<'_>, shared: &Shared) -> Sheet {
    let hidden = found.data.get(4).is_some_and(|state| state & 3 != 0);
    let name = shared.short_text(found.data.get(6..).unwrap_or_default());
    Sheet { name, at: u32_at(found.data, 0) as usize, hidden }
}

/// The texts that cells share, as far as they can be read.
fn strings(stream: &[u8], found: &Record<'_>, limits: &Limits) -> Vec<String> {
    let mut strings = Vec::new();
    let mut text = Text::new(stream, found, 8);
    let mut left = limits.text_chars.saturating_mul(4);
    while let Some(string) = text.rich() {
        left = left.saturating_sub(string.len() + 1);
        if left == 0 {
            break;
        }
        strings.push(string);
    }
    strings
}
