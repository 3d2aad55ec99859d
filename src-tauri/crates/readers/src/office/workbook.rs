//! Writes the cells of a workbook: sheet by sheet, row by row, with the name of every place.
//!
//! Shared by the families of workbooks; knows none of them.

use super::cells;
use crate::flow::Flow;
use crate::gap::Gap;
use winnow_contract::Words;
use winnow_contract::asset::{PartKind, Place};

/// Cells with a place of their own in one workbook; those after them share one for each row, or for a few short ones.
#[cfg(not(test))]
const PLACES: usize = 200_000;
#[cfg(test)]
const PLACES: usize = 900;
/// Characters from which on rows no longer share a place.
const SHARED: u32 = 200;

/// A workbook that is being written.
pub struct Book<'f> {
    pub flow: &'f mut Flow,
    /// Cells that may still be written.
    left: usize,
    limit: usize,
    sheet: String,
    hidden: bool,
    /// Row of the last cell.
    row: Option<u32>,
}

impl<'f> Book<'f> {
    pub fn new(flow: &'f mut Flow, cells: usize) -> Self {
        Self { flow, left: cells, limit: cells, sheet: String::new(), hidden: false, row: None }
    }

    /// Another sheet begins; its name is a heading.
    pub fn sheet(&mut self, name: &str, hidden: bool) {
        self.sheet = name.chars().take(200).collect();
        (self.hidden, self.row) = (hidden, None);
        self.flow.leave_all();
        self.flow.gap(Gap::Blank);
        self.flow.enter(PartKind::Heading, "");
        self.flow.push(&self.sheet);
        self.flow.leave(PartKind::Heading);
        self.flow.gap(Gap::Line);
    }

    /// A cell with something in it; row and column from 0. `hidden` when its row or column is.
    pub fn cell(&mut self, row: u32, column: u32, hidden: bool, value: &str) {
        if value.is_empty() || self.is_full() {
            return;
        }
        match self.left.checked_sub(1) {
            Some(left) => self.left = left,
            None => return,
        }
        let same_row = self.row == Some(row);
        self.row = Some(row);
        let part = if hidden || self.hidden { PartKind::HiddenCell } else { PartKind::Cell };
        self.flow.gap(if same_row { Gap::Tab } else { Gap::Line });
        let has_own = self.limit - self.left <= PLACES;
        self.flow.enter(part, if has_own { cells::place(&self.sheet, row, column) } else { rows(&self.sheet, row, row) });
        self.flow.push(value);
        self.flow.leave(part);
        if !has_own {
            let sheet = &self.sheet;
            self.flow.join(|before, last, length| shared(sheet, before, last, length));
        }
    }

    /// A comment on a cell.
    pub fn comment(&mut self, cell: &str, author: &str, text: &str) {
        let text = text.trim();
        if !text.is_empty() {
            self.flow.piece(PartKind::Comment, author, Gap::Line, &format!("{cell}: {text}"));
        }
    }

    /// Nothing more fits; the note on cells is made here.
    pub fn is_full(&mut self) -> bool {
        if self.left == 0 {
            self.flow.document.partial = true;
            self.flow.note(Words::new("cells_cut").with("limit", self.limit));
        }
        self.left == 0 || self.flow.is_full()
    }
}

/// `Sheet!7` for one row, `Sheet!7:9` for several; rows from 0.
fn rows(sheet: &str, first: u32, last: u32) -> String {
    let number = |row: u32| u64::from(row) + 1;
    if first == last { format!("{sheet}!{}", number(first)) } else { format!("{sheet}!{}:{}", number(first), number(last)) }
}

/// The place that two stretches of rows share: those of the same row, and short ones that follow one another.
fn shared(sheet: &str, before: &Place, last: &Place, length: u32) -> Option<Place> {
    let (first, end) = rows_of(sheet, &before.name)?;
    let (_, row) = rows_of(sheet, &last.name)?;
    let joined = before.part == last.part && (end == row || end < row && length < SHARED);
    joined.then(|| Place { part: last.part, name: rows(sheet, first, row) })
}

/// First and last row, from 0, of a place as [`rows`] names it; none for any other.
fn rows_of(sheet: &str, name: &str) -> Option<(u32, u32)> {
    let numbers = name.strip_prefix(sheet)?.strip_prefix('!')?;
    let (first, last) = numbers.split_once(':').unwrap_or((numbers, numbers));
    let row = |number: &str| number.parse::<u32>().ok()?.checked_sub(1);
    Some((row(first)?, row(last)?))
}

/// A header or footer of a sheet without the codes for its three parts, fonts and fields (ECMA-376 part 1, 18.3.1.46).
pub fn without_codes(text: &str) -> String {
    let mut shown = String::new();
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        if c != '&' {
            shown.push(c);
            continue;
        }
        match characters.next() {
            Some('&') => shown.push('&'),
            Some('"') => while characters.next().is_some_and(|c| c != '"') {},
            Some('K') => drop(characters.by_ref().take(6).count()),
            Some(digit) if digit.is_ascii_digit() => while characters.next_if(char::is_ascii_digit).is_some() {},
            Some('L' | 'C' | 'R') if !shown.is_empty() => shown.push(' '),
            Some(_) | None => {}
        }
    }
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_share_a_place_while_they_are_short() {
        let check = |before: (PartKind, &str), last: &str, length: u32, expected: Option<&str>| {
            let place = |part, name: &str| Place { part, name: name.to_owned() };
            let found = shared("A!1", &place(before.0, before.1), &place(PartKind::Cell, last), length);
            assert_eq!(found.map(|place| place.name).as_deref(), expected, "{before:?} {last}");
        };
        check((PartKind::Cell, "A!1!7"), "A!1!7", 9000, Some("A!1!7"));
        check((PartKind::Cell, "A!1!7"), "A!1!9", 10, Some("A!1!7:9"));
        check((PartKind::Cell, "A!1!7:9"), "A!1!10", 199, Some("A!1!7:10"));
        check((PartKind::Cell, "A!1!7:9"), "A!1!10", 200, None);
        check((PartKind::Cell, "A!1!7:9"), "A!1!2", 10, None);
        check((PartKind::HiddenCell, "A!1!7"), "A!1!7", 10, None);
        check((PartKind::Cell, "A!1!B7"), "A!1!7", 10, None);
        check((PartKind::Cell, "Other!7"), "A!1!7", 10, None);
        check((PartKind::Heading, ""), "A!1!7", 10, None);
    }

    #[test]
    fn codes_of_headers_are_no_text() {
        let check = |text: &str, expected: &str| assert_eq!(without_codes(text), expected);
        check("&L&\"Arial,Bold\"&12Parish && Co&C&P of &N&RDraft", "Parish & Co of Draft");
        check("&K00FF00green && white", "green & white");
        check("plain", "plain");
        check("&", "");
    }
}
