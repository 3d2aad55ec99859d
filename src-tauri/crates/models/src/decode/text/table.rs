//! Tables as text: rows and columns of CSV and TSV (RFC 4180, any of four delimiters), and where each row stands.
//!
//! Cells are not taken apart: the text stays as it is. Rows of a very long table have no place of their own.

use super::{Content, property};
use winnow_contract::asset::{PartKind, Place, Span};

/// Rows that have a place of their own.
const PLACES: usize = 20_000;

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A table with its size. Rows include a header.
pub fn read(text: String, media_type: &str) -> Content {
    let delimiter = if media_type == "text/csv" { delimiter_of(&text) } else { b'\t' };
    let size = size(&text, delimiter);
    let properties = vec![property("rows", size.rows), property("columns", size.columns)];
    Content { tool: "table 2", text, spans: size.spans, properties, ..Content::default() }
}

/// The delimiter that occurs most often in the first lines, outside of quotes; a comma when none does.
fn delimiter_of(text: &str) -> u8 {
    let mut counts = [0usize; DELIMITERS.len()];
    let mut quoted = false;
    for byte in text.bytes().take(8192) {
        quoted ^= byte == b'"';
        if let Some(at) = DELIMITERS.iter().position(|delimiter| *delimiter == byte && !quoted) {
            counts[at] += 1;
        }
    }
    let most = counts.iter().copied().max().unwrap_or(0);
    counts.iter().position(|count| *count == most).map_or(b',', |at| DELIMITERS[at])
}

/// Records, the most fields of one, and where the first of them stand.
#[derive(Debug, Default)]
struct Size {
    rows: usize,
    columns: usize,
    spans: Vec<Span>,
}

impl Size {
    fn record(&mut self, fields: usize, start: u32, end: u32) {
        (self.rows, self.columns) = (self.rows + 1, self.columns.max(fields));
        if self.rows <= PLACES {
            let place = Place { part: PartKind::Row, name: self.rows.to_string() };
            self.spans.push(Span { start, end, place: Some(place), ..Span::default() });
        }
    }
}

/// A line break within quotes ends no record; empty lines are none.
fn size(text: &str, delimiter: u8) -> Size {
    let mut size = Size::default();
    let (mut fields, mut quoted, mut content) = (1, false, false);
    let (mut at, mut start) = (0, 0);
    for byte in text.bytes() {
        if byte == b'\n' && !quoted {
            if content {
                size.record(fields, start, at);
            }
            (fields, content, start) = (1, false, at + 1);
        } else {
            quoted ^= byte == b'"';
            fields += usize::from(byte == delimiter && !quoted);
            content = true;
        }
        // Places count characters: all bytes but those that go on with one.
        at += u32::from(byte & 0xc0 != 0x80);
    }
    // The last line, or a quote that is never closed: what was read so far is one record.
    if content {
        size.record(fields, start, at);
    }
    size
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_columns_are_counted() {
        let check = |text: &str, expected: (usize, usize)| {
            let found = size(text, delimiter_of(text));
            assert_eq!((found.rows, found.columns), expected, "{text:?}");
        };
        check("a,b,c\n1,2,3\n", (2, 3));
        check("a;b\n1,5;2\n1,6;3", (3, 2));
        check("a\tb\n", (1, 2));
        check("\"one, two\",b\n\"line\nbreak\",c\n", (2, 2));
        check("a\n\nb\n", (2, 1));
        check("", (0, 0));
        check("a,\"never closed\n", (1, 2));
    }

    #[test]
    fn every_row_has_its_place() {
        let check = |text: &str, expected: &[(u32, u32)]| {
            let places: Vec<_> = size(text, b',').spans.iter().map(|span| (span.start, span.end)).collect();
            assert_eq!(places, expected, "{text:?}");
        };
        check("a,b\nä,ö\n", &[(0, 3), (4, 7)]);
        check("a\n\n\"b\nc\"\nd", &[(0, 1), (3, 8), (9, 10)]);
        check("", &[]);
        let long = size(&"x\n".repeat(30_000), b',');
        assert_eq!((long.rows, long.spans.len()), (30_000, PLACES));
        assert_eq!(long.spans[7].place, Some(Place { part: PartKind::Row, name: "8".to_owned() }));
    }
}
