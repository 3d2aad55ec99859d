//! Reads OpenDocument workbooks: every cell as it is shown, hidden ones too, and comments.
//!
//! Formulas are not evaluated: what a program left as their value is taken, and the formula itself when none did.
//! Cells and rows that are said to repeat are written as often as they repeat, while there is something in them.

mod formula;

use super::{MANY, read_comment};
use crate::Limits;
use crate::flow::Flow;
use crate::gap::Gap;
use crate::office::cells::{self, Columns};
use crate::office::workbook::Book;
use crate::packed::{Packed, Part};
use crate::xml::{Element, Token, Xml};
use std::collections::HashSet;
use winnow_contract::Words;
use winnow_contract::asset::PartKind;

/// Bytes of one row that are kept.
const ROW: usize = 16 << 20;
/// Rows and columns that a workbook can have.
const ROWS: u32 = 1 << 20;
const COLUMNS: u32 = 1 << 14;

/// Reads a workbook.
pub fn read(packed: &mut Packed<'_>, limits: &Limits, flow: &mut Flow) {
    let result = packed.xml("content.xml").and_then(|xml| match xml {
        Some(xml) => Reader::new(xml, Book::new(flow, limits.cells)).run(),
        None => Ok(()),
    });
    flow.kept(result);
    super::margins(packed, flow);
}

struct Reader<'r, 'p, 'a> {
    xml: Xml<Part<'p, 'a>>,
    book: Book<'r>,
    hidden_styles: HashSet<String>,
    style: String,
    hidden_columns: Columns,
    row: u32,
    column: u32,
    row_repeats: u32,
    row_hidden: bool,
    cells: Vec<(u32, String)>,
    /// Bytes in `cells`.
    kept: usize,
    /// Comments on cells of this row: place, author, text.
    comments: Vec<(String, String, String)>,
}

impl<'r, 'p, 'a> Reader<'r, 'p, 'a> {
    fn new(xml: Xml<Part<'p, 'a>>, book: Book<'r>) -> Self {
        Self {
            xml,
            book,
            hidden_styles: HashSet::new(),
            style: String::new(),
            hidden_columns: Columns::none(),
            row: 0,
            column: 0,
            row_repeats: 1,
            row_hidden: false,
            cells: Vec::new(),
            kept: 0,
            comments: Vec::new(),
        }
    }

    fn run(mut self) -> Result<(), Words> {
        while !self.book.is_full() {
            let Some(token) = self.xml.next()? else { break };
            match token {
                Token::Open(element) => {
                    let step = open(&element);
                    self.step(step)?;
                }
                Token::Close("table-row") => self.end_row(),
                Token::Close(_) | Token::Text(_) | Token::Nothing => {}
            }
        }
        Ok(())
    }

    fn step(&mut self, step: Step) -> Result<(), Words> {
        match step {
            Step::Nothing => {}
            Step::Skip => self.xml.skip()?,
            Step::Style(name) => self.style = name,
            Step::HiddenStyle => {
                if self.hidden_styles.len() < MANY {
                    self.hidden_styles.insert(self.style.clone());
                }
            }
            Step::Sheet(name, style) => {
                let hidden = self.hidden_styles.contains(&style);
                self.book.sheet(&name, hidden);
                (self.row, self.column, self.hidden_columns) = (0, 0, Columns::none());
            }
            Step::Columns(count, hidden) => {
                if hidden {
                    self.hidden_columns.add(self.column, self.column.saturating_add(count - 1));
                }
                self.column = self.column.saturating_add(count).min(COLUMNS);
            }
            Step::Row(count, hidden) => (self.row_repeats, self.row_hidden, self.column) = (count, hidden, 0),
            Step::Cell(count, without_text) => self.cell(count, without_text)?,
            Step::Description => {
                let text = self.xml.text(1 << 16)?;
                self.book.flow.piece(PartKind::Description, "", Gap::Line, text.trim());
            }
        }
        Ok(())
    }

    fn cell(&mut self, count: u32, without_text: String) -> Result<(), Words> {
        let place = format!("{}{}", cells::column_name(self.column.min(COLUMNS)), u64::from(self.row) + 1);
        let value = Some(self.value(&place)?).filter(|value| !value.trim().is_empty()).unwrap_or(without_text);
        let last = self.column.saturating_add(count).min(COLUMNS);
        if !value.is_empty() {
            for column in self.column..last {
                if self.kept > ROW {
                    break;
                }
                self.kept += value.len() + 16;
                self.cells.push((column, value.clone()));
            }
        }
        self.column = last;
        Ok(())
    }

    /// The paragraphs of the cell that was just opened, one after the other.
    fn value(&mut self, place: &str) -> Result<String, Words> {
        let outside = self.xml.depth().saturating_sub(1);
        let (mut value, mut paragraphs) = (String::new(), 0_usize);
        while self.xml.depth() > outside {
            match self.xml.next()? {
                Some(Token::Open(element)) => match element.name() {
                    "p" => {
                        paragraphs += 1;
                        if !value.is_empty() {
                            value.push(' ');
                        }
                    }
                    "s" => value.push(' '),
                    "annotation" => {
                        let comment = read_comment(&mut self.xml)?;
                        self.comments.push((place.to_owned(), comment.author, comment.text));
                    }
                    _ => {}
                },
                Some(Token::Close("p")) => paragraphs = paragraphs.saturating_sub(1),
                Some(Token::Text(text)) if paragraphs > 0 && value.len() < ROW => value.push_str(&text),
                Some(Token::Close(_) | Token::Text(_) | Token::Nothing) => {}
                None => break,
            }
        }
        Ok(value)
    }

    fn end_row(&mut self) {
        let last = self.row.saturating_add(self.row_repeats).min(ROWS);
        if !self.cells.is_empty() {
            for row in self.row..last {
                if self.book.is_full() {
                    break;
                }
                for (column, value) in &self.cells {
                    self.book.cell(row, *column, self.row_hidden || self.hidden_columns.has(*column), value);
                }
            }
        }
        for (place, author, text) in self.comments.drain(..) {
            self.book.comment(&place, &author, &text);
        }
        self.row = last;
        self.kept = 0;
        self.cells.clear();
    }
}

/// What the beginning of an element asks for.
enum Step {
    Nothing,
    Skip,
    Style(String),
    HiddenStyle,
    /// Name and style.
    Sheet(String, String),
    /// So many, and whether they are hidden.
    Columns(u32, bool),
    Row(u32, bool),
    /// So many, and what they show when there is no text in them.
    Cell(u32, String),
    Description,
}

fn open(element: &Element<'_>) -> Step {
    let get = |name: &str| element.get(name).unwrap_or_default();
    let repeats = |name: &str| element.number(name).unwrap_or(1_u32).max(1);
    let hidden = || matches!(get("visibility").as_str(), "collapse" | "filter");
    match element.name() {
        "style" => Step::Style(get("name")),
        "table-properties" if get("display") == "false" => Step::HiddenStyle,
        "table" => Step::Sheet(get("name"), get("style-name")),
        "table-column" => Step::Columns(repeats("number-columns-repeated"), hidden()),
        "table-row" => Step::Row(repeats("number-rows-repeated"), hidden()),
        "table-cell" | "covered-table-cell" => Step::Cell(repeats("number-columns-repeated"), formula::without_text(element)),
        "title" | "desc" => Step::Description,
        "tracked-changes" | "forms" | "binary-data" | "dde-links" => Step::Skip,
        _ => Step::Nothing,
    }
}
