//! The cells of one sheet.
//!
//! A cell without a reference stands right of the one before, as programs read it.

use super::Shared;
use crate::office::cells::{self, Columns};
use crate::office::workbook::{self, Book};
use crate::packed::{Packed, Part};
use crate::xml::{Element, Token, Xml};
use winnow_contract::Words;
use winnow_contract::asset::PartKind;

/// Bytes of one cell that are read.
const CELL: usize = 4 << 20;

/// Writes the cells of a sheet.
///
/// # Errors
/// What stopped the reading; cells read until then are written.
pub fn read(packed: &mut Packed<'_>, part: &str, shared: &Shared, book: &mut Book<'_>) -> Result<(), Words> {
    let Some(mut xml) = packed.xml(part)? else { return Ok(()) };
    let mut at = At { row: 0, column: 0, hidden_row: false, hidden: Columns::none(), astray: 0 };
    let mut value = String::new();
    while !book.is_full() {
        let Some(token) = xml.next()? else { break };
        let Token::Open(element) = token else { continue };
        match element.name() {
            "row" => at.begin_row(&element),
            "c" => {
                let cell = at.begin_cell(&element);
                read_cell(&mut xml, &cell, shared, &mut at, &mut value)?;
                let hidden = at.hidden_row || at.hidden.has(at.column);
                book.cell(at.row, at.column, hidden, value.trim());
                at.column += 1;
            }
            "col" if element.flag("hidden") => at.hide(&element),
            "oddHeader" | "evenHeader" | "firstHeader" => margin(&mut xml, PartKind::Header, book)?,
            "oddFooter" | "evenFooter" | "firstFooter" => margin(&mut xml, PartKind::Footer, book)?,
            _ => {}
        }
    }
    if at.astray > 0 {
        book.flow.note(Words::new("cells_astray").with("count", at.astray));
    }
    Ok(())
}

/// Where the reading stands.
struct At {
    row: u32,
    column: u32,
    hidden_row: bool,
    hidden: Columns,
    /// Cells that point at a text that is not there.
    astray: usize,
}

/// What the element of a cell says.
#[derive(Default)]
struct Cell {
    kind: CellKind,
    style: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum CellKind {
    #[default]
    Number,
    Shared,
    Bool,
    /// Text, an error or a date, as it stands.
    AsItStands,
}

impl At {
    fn begin_row(&mut self, element: &Element<'_>) {
        // Rows without a number follow one another.
        let next = if self.column > 0 || self.row > 0 { self.row.saturating_add(1) } else { 0 };
        self.row = element.number("r").and_then(|row: u32| row.checked_sub(1)).unwrap_or(next);
        self.column = 0;
        self.hidden_row = element.flag("hidden");
    }

    fn begin_cell(&mut self, element: &Element<'_>) -> Cell {
        let mut cell = Cell::default();
        element.each(|name, value| match name {
            "r" => (self.row, self.column) = cells::reference(value).unwrap_or((self.row, self.column)),
            "s" => cell.style = value.parse().unwrap_or(0),
            "t" => {
                cell.kind = match value {
                    "s" => CellKind::Shared,
                    "b" => CellKind::Bool,
                    "str" | "inlineStr" | "e" | "d" => CellKind::AsItStands,
                    _ => CellKind::Number,
                };
            }
            _ => {}
        });
        cell
    }

    /// Columns are counted from 1 here.
    fn hide(&mut self, element: &Element<'_>) {
        let first: u32 = element.number("min").unwrap_or(1);
        let last: u32 = element.number("max").unwrap_or(first);
        self.hidden.add(first.saturating_sub(1), last.saturating_sub(1));
    }
}

/// Leaves in `value` what the cell shows; nothing when it is empty. A formula whose result nobody stored shows itself.
fn read_cell(xml: &mut Xml<Part<'_, '_>>, cell: &Cell, shared: &Shared, at: &mut At, value: &mut String) -> Result<(), Words> {
    value.clear();
    let outside = xml.depth().saturating_sub(1);
    let (mut wanted, mut stored, mut formula) = (false, false, String::new());
    while xml.depth() > outside {
        match xml.next()? {
            Some(Token::Open(element)) => match element.name() {
                "v" | "t" => (wanted, stored) = (true, true),
                "f" => formula = xml.text(CELL)?,
                "rPh" => xml.skip()?,
                _ => {}
            },
            Some(Token::Close("v" | "t")) => wanted = false,
            Some(Token::Text(text)) if wanted && value.len() + text.len() <= CELL => value.push_str(&text),
            Some(Token::Close(_) | Token::Text(_) | Token::Nothing) => {}
            None => break,
        }
    }
    let is_open = value.trim().is_empty() && !formula.trim().is_empty();
    // An empty text is a result; some programs leave the place of a number empty.
    if is_open && !(stored && cell.kind == CellKind::AsItStands) {
        value.clear();
        value.push('=');
        value.push_str(formula.trim());
    } else {
        show(cell, shared, at, value);
    }
    Ok(())
}

fn show(cell: &Cell, shared: &Shared, at: &mut At, value: &mut String) {
    match cell.kind {
        CellKind::AsItStands => {}
        CellKind::Bool => *value = if value.trim() == "1" { "TRUE" } else { "FALSE" }.to_owned(),
        CellKind::Shared => {
            let text = value.trim().parse().ok().and_then(|number| shared.strings.get(number));
            at.astray += usize::from(text.is_none() && !value.is_empty());
            let text = text.unwrap_or_default();
            value.clear();
            value.push_str(text);
        }
        CellKind::Number => {
            if let Ok(number) = value.trim().parse() {
                *value = shared.styles.format(cell.style).show(number, shared.since_1904);
            }
        }
    }
}

/// A header or footer, without the codes for its three parts, fonts and fields.
fn margin(xml: &mut Xml<Part<'_, '_>>, part: PartKind, book: &mut Book<'_>) -> Result<(), Words> {
    let text = xml.text(CELL)?;
    let shown = workbook::without_codes(&text);
    if !shown.is_empty() {
        book.flow.piece(part, "", crate::gap::Gap::Line, &shown);
    }
    Ok(())
}
