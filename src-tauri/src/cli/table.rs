//! Aligned columns of text for people, and numbers as people write them.
//!
//! Measures in characters; knows nothing of what is in a cell.

use std::fmt::{Display, Formatter, Result};

/// Rows of cells under their headings.
pub struct Table<const N: usize> {
    columns: [Column; N],
    rows: Vec<[String; N]>,
}

/// Its heading, and on which side its cells stand.
#[derive(Clone, Copy)]
pub enum Column {
    Left(&'static str),
    Right(&'static str),
}

pub use Column::{Left, Right};

impl<const N: usize> Table<N> {
    pub fn new(columns: [Column; N]) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// The same table with one more row.
    #[must_use]
    pub fn row(mut self, row: [String; N]) -> Self {
        self.rows.push(row);
        self
    }

    fn width(&self, number: usize) -> usize {
        let cells = self.rows.iter().map(|row| row[number].chars().count());
        cells.chain([self.columns[number].heading().chars().count()]).max().unwrap_or_default()
    }
}

impl Column {
    fn heading(self) -> &'static str {
        match self {
            Self::Left(heading) | Self::Right(heading) => heading,
        }
    }

    fn pad(self, cell: &str, width: usize) -> String {
        match self {
            Self::Left(_) => format!("{cell:<width$}"),
            Self::Right(_) => format!("{cell:>width$}"),
        }
    }
}

impl<const N: usize> Display for Table<N> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let widths: [usize; N] = std::array::from_fn(|number| self.width(number));
        let headings = self.columns.map(|column| column.heading().to_owned());
        for (number, row) in [&headings].into_iter().chain(&self.rows).enumerate() {
            let cells = (0..N).map(|cell| self.columns[cell].pad(&row[cell], widths[cell]));
            let line = cells.collect::<Vec<_>>().join("  ");
            write!(f, "{}{}", if number == 0 { "" } else { "\n" }, line.trim_end())?;
        }
        Ok(())
    }
}

/// Bytes in the largest unit that leaves at least one: `0 B`, `999 B`, `1.5 kB`, `12 MB`.
pub fn size(bytes: i64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let (mut number, mut unit) = (bytes as f64, 0);
    while number >= 1000.0 && unit + 1 < UNITS.len() {
        (number, unit) = (number / 1000.0, unit + 1);
    }
    let digits = usize::from(unit > 0 && number < 10.0);
    format!("{number:.digits$} {}", UNITS[unit])
}

/// A count with its noun: `1 file`, `2 files`.
pub fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// A score from 0 to 1 with two decimals.
pub fn score(score: f32) -> String {
    format!("{score:.2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let table = Table::new([Left("state"), Right("bytes"), Left("path")]);
        let table = table.row(["ready".into(), "1".into(), "ä.txt".into()]).row(["locked".into(), "100".into(), "b".into()]);
        assert_eq!(table.to_string(), "state   bytes  path\nready       1  ä.txt\nlocked    100  b");
    }

    #[test]
    fn sizes_are_short() {
        let check = |bytes: i64, expected: &str| assert_eq!(size(bytes), expected);
        check(0, "0 B");
        check(999, "999 B");
        check(1500, "1.5 kB");
        check(12_300_000, "12 MB");
    }

    #[test]
    fn nouns_agree_with_their_count() {
        assert_eq!([counted(0, "file"), counted(1, "file"), counted(2, "file")], ["0 files", "1 file", "2 files"]);
    }
}
