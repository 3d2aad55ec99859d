//! The only way to standard output: JSON lines for machines or text for people, and words beside it on standard error.
//!
//! Decides nothing about what is said. A reader that has gone ends the command without an error.

use super::failure::Failure;
use super::table::Table;
use serde::Serialize;
use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};
use winnow_engine::paths;

/// Standard output of one command.
pub struct Output {
    json: bool,
    quiet: bool,
    out: BufWriter<StdoutLock<'static>>,
    /// A line of progress stands on the terminal and is to be overwritten.
    passing: bool,
}

impl Output {
    pub fn new(json: bool, quiet: bool) -> Self {
        Self { json, quiet, out: BufWriter::with_capacity(1 << 16, io::stdout().lock()), passing: false }
    }

    /// True when a machine reads.
    pub fn json(&self) -> bool {
        self.json
    }

    /// One JSON object on a line of its own, whoever reads.
    pub fn line(&mut self, line: &impl Serialize) -> Result<(), Failure> {
        serde_json::to_writer(&mut self.out, line).map_err(io::Error::from)?;
        Ok(self.out.write_all(b"\n")?)
    }

    /// A line of text, whoever reads.
    pub fn text(&mut self, text: impl Display) -> Result<(), Failure> {
        Ok(writeln!(self.out, "{text}")?)
    }

    /// An answer in the form that was asked for.
    pub fn answer<L: Serialize>(&mut self, line: &L, text: impl FnOnce(&L) -> String) -> Result<(), Failure> {
        if self.json { self.line(line) } else { self.text(harmless(text(line).trim_end())) }
    }

    /// Answers in the form that was asked for: one line each, or a table with one row each.
    pub fn answers<L: Serialize, const N: usize>(
        &mut self,
        lines: &[L],
        table: Table<N>,
        row: impl Fn(&L) -> [String; N],
    ) -> Result<(), Failure> {
        match self.json {
            true => lines.iter().try_for_each(|line| self.line(line)),
            false => self.text(harmless(&lines.iter().map(row).fold(table, Table::row).to_string())),
        }
    }

    /// What was written so far reaches the reader.
    pub fn flush(&mut self) -> Result<(), Failure> {
        self.settle_progress();
        Ok(self.out.flush()?)
    }

    /// A sentence beside the answer.
    pub fn say(&mut self, sentence: impl Display) {
        self.settle_progress();
        if !self.quiet {
            drop(writeln!(io::stderr(), "{sentence}"));
        }
    }

    /// How far the work is: on a terminal always in the same line.
    pub fn progress(&mut self, sentence: impl Display) {
        if self.quiet {
            return;
        }
        let terminal = io::stderr().is_terminal();
        self.passing = terminal;
        drop(if terminal { write!(io::stderr(), "\r\x1b[2K{sentence}") } else { writeln!(io::stderr(), "{sentence}") });
    }

    fn settle_progress(&mut self) {
        if std::mem::take(&mut self.passing) {
            drop(write!(io::stderr(), "\r\x1b[2K"));
        }
    }
}

/// Text for a terminal: what came from a file must not move its cursor, change its colours or turn its letters around.
fn harmless(text: &str) -> String {
    text.split('\n').map(|line| paths::display(line.replace('\t', "  ").as_bytes())).collect::<Vec<_>>().join("\n")
}
