//! Reads SpreadsheetML (ECMA-376 part 1, 18): every cell as it is shown, hidden ones too, comments and text boxes.
//!
//! Formulas are not evaluated: what a program left as their value is taken, and the formula itself when none did.

mod notes;
mod sheet;
mod strings;
mod styles;

use super::drawing;
use super::relations::{self, Relation};
use super::workbook::Book;
use crate::Limits;
use crate::flow::Flow;
use crate::gap::Gap;
use crate::packed::Packed;
use crate::xml::Token;
use std::collections::HashMap;
use strings::Strings;
use styles::Styles;
use winnow_contract::Words;

/// Sheets that are read.
const SHEETS: usize = 10_000;

/// What all sheets share.
#[derive(Debug, Default)]
struct Shared {
    strings: Strings,
    styles: Styles,
    since_1904: bool,
    /// Names of those who comment, by id.
    persons: HashMap<String, String>,
}

#[derive(Debug)]
struct Sheet {
    name: String,
    part: String,
    hidden: bool,
}

/// Reads a workbook whose list of sheets is in `main`.
pub fn read(packed: &mut Packed<'_>, main: &str, limits: &Limits, flow: &mut Flow) {
    let relations = relations::of(packed, main).unwrap_or_default();
    let mut shared = Shared::default();
    let sheets = match workbook(packed, main, &relations, &mut shared) {
        Ok(sheets) => sheets,
        Err(why) => return flow.broken(why),
    };
    if let Some(part) = relations::targets(&relations, "sharedStrings").next() {
        shared.strings = strings::read(packed, part, limits, flow);
    }
    if let Some(part) = relations::targets(&relations, "styles").next() {
        shared.styles = styles::read(packed, part);
    }
    for part in relations::targets(&relations, "person") {
        shared.persons = notes::persons(packed, part);
    }
    let mut book = Book::new(flow, limits.cells);
    for one in &sheets {
        if book.is_full() {
            break;
        }
        read_sheet(packed, one, &shared, &mut book);
    }
}

fn workbook(packed: &mut Packed<'_>, main: &str, relations: &[Relation], shared: &mut Shared) -> Result<Vec<Sheet>, Words> {
    let mut sheets = Vec::new();
    let Some(mut xml) = packed.xml(main)? else { return Ok(sheets) };
    while let Some(token) = xml.next()? {
        let Token::Open(element) = token else { continue };
        match element.name() {
            "workbookPr" => shared.since_1904 = element.flag("date1904"),
            "sheet" if sheets.len() < SHEETS => {
                let id = element.get_prefixed("id").unwrap_or_default();
                let part = relations.iter().find(|relation| relation.id == id).map(|relation| relation.target.clone());
                let hidden = element.get("state").is_some_and(|state| state != "visible");
                sheets.push(Sheet { name: element.get("name").unwrap_or_default(), part: part.unwrap_or_default(), hidden });
            }
            _ => {}
        }
    }
    Ok(sheets)
}

fn read_sheet(packed: &mut Packed<'_>, one: &Sheet, shared: &Shared, book: &mut Book<'_>) {
    book.sheet(&one.name, one.hidden);
    let result = sheet::read(packed, &one.part, shared, book);
    book.flow.kept(result);
    let relations = relations::of(packed, &one.part).unwrap_or_default();
    let result = notes::read(packed, &relations, &shared.persons, book);
    book.flow.kept(result);
    for part in relations::targets(&relations, "drawing") {
        book.flow.gap(Gap::Line);
        let result = drawing::part(packed, part, book.flow);
        book.flow.kept(result);
    }
}
