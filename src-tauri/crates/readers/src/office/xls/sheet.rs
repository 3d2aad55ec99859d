//! The cells of one sheet.
//!
//! Charts on a sheet are passed over.

use super::Shared;
use super::formula::{self, Formula};
use super::record::{self, Record, Text, records};
use crate::gap::Gap;
use crate::office::cells::{self, Columns};
use crate::office::workbook::Book;
use crate::ole::{u16_at, u32_at};
use std::collections::{HashMap, HashSet};
use winnow_contract::asset::PartKind;

/// Comments and text boxes of a sheet that are kept.
const OBJECTS: usize = 100_000;
/// The flags of a formula that programs that cannot evaluate set beside a value of 0: it is to be calculated always, and when
/// it is opened. LibreOffice sets the second on every formula, beside its true value.
const CALCULATED_LATER: u16 = 3;
/// Formulas that are looked at to learn whether the workbook holds results.
const CANDIDATES: usize = 10_000;

/// Reads the sheet whose records begin at `at`; returns how many bytes they are.
pub fn read(stream: &[u8], at: usize, shared: &Shared, book: &mut Book<'_>) -> usize {
    let mut reader = Reader::new(stream, shared);
    let (mut depth, mut end) = (0_usize, at);
    for found in records(stream, at) {
        end = found.end;
        match found.kind {
            record::BEGIN => depth += 1,
            record::END if depth <= 1 => break,
            record::END => depth -= 1,
            // Within a chart, numbers are no cells.
            _ if depth > 1 => {}
            _ => reader.record(&found, book),
        }
        if book.is_full() {
            break;
        }
    }
    reader.write_formula(book);
    reader.write_objects(book);
    end - at
}

/// A comment on a cell.
struct Note {
    row: u16,
    column: u16,
    author: String,
}

struct Reader<'s> {
    stream: &'s [u8],
    shared: &'s Shared,
    hidden_rows: HashSet<u16>,
    hidden: Columns,
    /// The formula whose text comes in a record of its own, and what it shows if none comes.
    formula: Option<((u16, u16), String)>,
    /// Comments by the number of the object that holds their text.
    notes: HashMap<u16, Note>,
    object: u16,
    texts: Vec<(u16, String)>,
}

impl<'s> Reader<'s> {
    fn new(stream: &'s [u8], shared: &'s Shared) -> Self {
        Self {
            stream,
            shared,
            hidden_rows: HashSet::new(),
            hidden: Columns::none(),
            formula: None,
            notes: HashMap::new(),
            object: 0,
            texts: Vec::new(),
        }
    }

    fn record(&mut self, found: &Record<'s>, book: &mut Book<'_>) {
        let data = found.data;
        let at = (u16_at(data, 0), u16_at(data, 2));
        let style = u16_at(data, 4);
        if !matches!(found.kind, record::FORMULA_TEXT | record::ARRAY | record::TABLE | record::SHARED_FORMULA | record::CONTINUE) {
            self.write_formula(book);
        }
        match found.kind {
            record::ROW if data.get(12).is_some_and(|flags| flags & 0x20 != 0) => drop(self.hidden_rows.insert(at.0)),
            record::COLUMNS if u16_at(data, 8) & 1 != 0 => self.hidden.add(u32::from(at.0), u32::from(at.1)),
            record::SHARED_TEXT => {
                let text = self.shared.strings.get(u32_at(data, 6) as usize).map_or("", String::as_str);
                self.cell(at, text, book);
            }
            record::TEXT | record::RICH_TEXT => self.cell(at, &self.shared.text(data.get(6..).unwrap_or_default()), book),
            record::NUMBER => self.number(at, style, float(data.get(6..).unwrap_or_default()), book),
            record::SHORT_NUMBER => self.number(at, style, short_number(u32_at(data, 6)), book),
            record::NUMBERS => self.numbers(data, book),
            record::BOOL_OR_ERROR => {
                let (value, error) = (data.get(6).copied().unwrap_or(0), data.get(7) == Some(&1));
                self.cell(at, if error { error_name(value) } else { bool_name(value) }, book);
            }
            record::FORMULA => self.formula(at, style, data.get(6..).unwrap_or_default(), book),
            record::FORMULA_TEXT => {
                if let Some((at, _)) = self.formula.take() {
                    self.cell(at, &self.long_text(found), book);
                }
            }
            record::NOTE => self.note(at, data),
            record::OBJECT => self.object = u16_at(data, 6),
            record::OBJECT_TEXT => self.object_text(found),
            record::HEADER | record::FOOTER => self.margin(found, book),
            _ => {}
        }
    }

    fn cell(&self, (row, column): (u16, u16), value: &str, book: &mut Book<'_>) {
        let hidden = self.hidden_rows.contains(&row) || self.hidden.has(u32::from(column));
        book.cell(u32::from(row), u32::from(column), hidden, value.trim());
    }

    fn number(&self, at: (u16, u16), style: u16, number: f64, book: &mut Book<'_>) {
        self.cell(at, &self.shared.format(style).show(number, self.shared.since_1904), book);
    }

    /// Numbers side by side: row, first column, then style and number of each.
    fn numbers(&self, data: &[u8], book: &mut Book<'_>) {
        let (row, first) = (u16_at(data, 0), u16_at(data, 2));
        let list = data.get(4..data.len().saturating_sub(2)).unwrap_or_default();
        for (column, one) in (first..).zip(list.chunks_exact(6)) {
            self.number((row, column), u16_at(one, 0), short_number(u32_at(one, 2)), book);
        }
    }

    /// The value of a formula: a number, or a mark of what else it is. Behind it are flags and the formula itself.
    fn formula(&mut self, at: (u16, u16), style: u16, value: &[u8], book: &mut Book<'_>) {
        if u16_at(value, 6) != 0xffff {
            return match self.written(value).filter(|_| float(value) == 0.0 && u16_at(value, 8) & CALCULATED_LATER == CALCULATED_LATER) {
                Some(formula) => self.cell(at, &formula.text, book),
                None => self.number(at, style, float(value), book),
            };
        }
        let second = value.get(2).copied().unwrap_or(0);
        match value.first() {
            Some(0) => self.formula = Some((at, self.written(value).map(|formula| formula.text).unwrap_or_default())),
            Some(1) => self.cell(at, bool_name(second), book),
            Some(2) => self.cell(at, error_name(second), book),
            // An empty text is a result, where results are stored.
            Some(3) if self.shared.unevaluated => {
                if let Some(formula) = self.written(value) {
                    self.cell(at, &formula.text, book);
                }
            }
            Some(_) | None => {}
        }
    }

    fn written(&self, value: &[u8]) -> Option<Formula> {
        written(value, self.shared)
    }

    /// A formula whose text did not come shows itself.
    fn write_formula(&mut self, book: &mut Book<'_>) {
        if let Some((at, formula)) = self.formula.take() {
            self.cell(at, &formula, book);
        }
    }

    /// A text that may go on in the next record.
    fn long_text(&self, found: &Record<'s>) -> String {
        if !self.shared.unicode {
            return self.shared.text(found.data);
        }
        Text::new(self.stream, found, 0).rich().unwrap_or_default()
    }

    fn note(&mut self, (row, column): (u16, u16), data: &[u8]) {
        if self.notes.len() < OBJECTS && self.shared.unicode {
            let author = self.shared.text(data.get(8..).unwrap_or_default());
            self.notes.insert(u16_at(data, 6), Note { row, column, author });
        }
    }

    fn object_text(&mut self, found: &Record<'s>) {
        if self.texts.len() < OBJECTS {
            let length = usize::from(u16_at(found.data, 10));
            let text = Text::new(self.stream, found, 0).continued(length);
            self.texts.push((self.object, text));
        }
    }

    fn margin(&self, found: &Record<'s>, book: &mut Book<'_>) {
        if found.data.len() > 2 && self.shared.unicode {
            let text = self.shared.text(found.data);
            let part = if found.kind == record::HEADER { PartKind::Header } else { PartKind::Footer };
            let shown = crate::office::workbook::without_codes(&text);
            book.flow.piece(part, "", Gap::Line, &shown);
        }
    }

    fn write_objects(&mut self, book: &mut Book<'_>) {
        for (object, text) in self.texts.drain(..) {
            match self.notes.remove(&object) {
                Some(note) => {
                    let place = format!("{}{}", cells::column_name(u32::from(note.column)), u32::from(note.row) + 1);
                    book.comment(&place, &note.author, &text);
                }
                None => {
                    book.flow.gap(Gap::Line);
                    book.flow.push(text.trim());
                    book.flow.gap(Gap::Line);
                }
            }
        }
    }
}

/// The result of a formula is said to be an empty text, which it cannot be: the program that wrote it evaluates nothing.
pub fn is_unevaluated(stream: &[u8], shared: &Shared) -> bool {
    let values = records(stream, 0).filter(|found| found.kind == record::FORMULA).filter_map(|found| found.data.get(6..));
    let mut empty = values.filter(|value| u16_at(value, 6) == 0xffff && value.first() == Some(&3)).take(CANDIDATES);
    empty.any(|value| written(value, shared).is_some_and(|formula| formula.never_text))
}

/// The formula that stands behind its value, flags and its length.
fn written(value: &[u8], shared: &Shared) -> Option<Formula> {
    let length = usize::from(u16_at(value, 14));
    let tokens = value.get(16..16 + length).filter(|_| shared.unicode)?;
    formula::written(tokens, &|number| shared.sheet(number))
}

fn float(bytes: &[u8]) -> f64 {
    bytes.first_chunk().map_or(0.0, |eight| f64::from_le_bytes(*eight))
}

/// MS-XLS 2.5.217: a whole number or the upper half of a float, perhaps in hundredths.
fn short_number(stored: u32) -> f64 {
    let number = if stored & 2 != 0 { f64::from(stored.cast_signed() >> 2) } else { f64::from_bits(u64::from(stored & 0xffff_fffc) << 32) };
    if stored & 1 != 0 { number / 100.0 } else { number }
}

fn bool_name(value: u8) -> &'static str {
    if value == 0 { "FALSE" } else { "TRUE" }
}

pub fn error_name(value: u8) -> &'static str {
    match value {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0f => "#VALUE!",
        0x17 => "#REF!",
        0x1d => "#NAME?",
        0x24 => "#NUM!",
        _ => "#N/A",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_numbers_are_told() {
        let check = |stored: u32, expected: f64| assert_eq!(short_number(stored), expected);
        check(0x3ff0_0000, 1.0);
        check(0x004b_5646, 1_234_321.0);
        check(0x004b_5647, 12_343.21);
        check(0xffff_fffe, -1.0);
    }
}
