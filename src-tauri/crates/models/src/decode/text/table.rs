//! Tables as text: counts rows and columns of CSV and TSV (RFC 4180, any of four delimiters).
//!
//! Cells are not taken apart: the text stays as it is.

use super::{Content, property};

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A table with its size. Rows include a header.
pub fn read(text: String, media_type: &str) -> Content {
    let delimiter = if media_type == "text/csv" { delimiter_of(&text) } else { b'\t' };
    let (rows, columns) = size(&text, delimiter);
    let properties = vec![property("rows", rows), property("columns", columns)];
    Content { tool: "table 1", text, properties, ..Content::default() }
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

/// Records and the most fields of one. A line break within quotes ends no record; empty lines are none.
fn size(text: &str, delimiter: u8) -> (usize, usize) {
    let (mut rows, mut columns) = (0, 0);
    let (mut fields, mut quoted, mut content) = (1, false, false);
    for byte in text.bytes().chain([b'\n']) {
        match byte {
            b'\n' if !quoted => {
                (rows, columns) = if content { (rows + 1, columns.max(fields)) } else { (rows, columns) };
                (fields, content) = (1, false);
                continue;
            }
            b'"' => quoted = !quoted,
            _ if byte == delimiter && !quoted => fields += 1,
            _ => {}
        }
        content = true;
    }
    // A quote that is never closed: what was read so far is one record.
    if content { (rows + 1, columns.max(fields)) } else { (rows, columns) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_columns_are_counted() {
        let check = |text: &str, expected: (usize, usize)| assert_eq!(size(text, delimiter_of(text)), expected, "{text:?}");
        check("a,b,c\n1,2,3\n", (2, 3));
        check("a;b\n1,5;2\n1,6;3", (3, 2));
        check("a\tb\n", (1, 2));
        check("\"one, two\",b\n\"line\nbreak\",c\n", (2, 2));
        check("a\n\nb\n", (2, 1));
        check("", (0, 0));
        check("a,\"never closed\n", (1, 2));
    }
}
