//! Tables of measurements as Markdown. Knows no measurement.

use std::fmt;

/// A table with a title and a line about how it was measured.
pub struct Table {
    pub title: &'static str,
    pub how: &'static str,
    pub columns: Vec<&'static str>,
    pub rows: Vec<Vec<String>>,
}

impl fmt::Display for Table {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        writeln!(to, "### {}\n\n{}\n\n| {} |", self.title, self.how, self.columns.join(" | "))?;
        writeln!(to, "|{}", "---|".repeat(self.columns.len()))?;
        self.rows.iter().try_for_each(|row| writeln!(to, "| {} |", row.join(" | ")))
    }
}

/// A median with its spread.
pub fn spread((middle, least, greatest): (f64, f64, f64), digits: usize) -> String {
    format!("{middle:.digits$} ({least:.digits$} to {greatest:.digits$})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_markdown() {
        let rows = vec![vec!["1".to_owned(), "2".to_owned()]];
        let table = Table { title: "T", how: "So.", columns: vec!["a", "b"], rows };
        assert_eq!(table.to_string(), "### T\n\nSo.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n");
        assert_eq!(spread((0.1234, 0.1, 0.2), 3), "0.123 (0.100 to 0.200)");
    }
}
