//! Writes the cells of a workbook: sheet by sheet, row by row, with the name of every place.
//!
//! Shared by the families of workbooks; knows none of them.

use super::cells;
use crate::flow::Flow;
use crate::gap::Gap;
use winnow_contract::Words;
use winnow_contract::asset::PartKind;

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
        self.flow.enter(part, cells::place(&self.sheet, row, column));
        self.flow.push(value);
        self.flow.leave(part);
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
    fn codes_of_headers_are_no_text() {
        let check = |text: &str, expected: &str| assert_eq!(without_codes(text), expected);
        check("&L&\"Arial,Bold\"&12Parish && Co&C&P of &N&RDraft", "Parish & Co of Draft");
        check("&K00FF00green && white", "green & white");
        check("plain", "plain");
        check("&", "");
    }
}
