//! Lines of a stream, in pieces of bounded size.
//!
//! Knows nothing of mail.

use std::io::{self, BufRead};

/// Bytes of a line that are given at once; a longer line comes in pieces.
const PIECE: usize = 64 << 10;

/// A stream by its lines.
pub struct Lines<R> {
    source: R,
    at: u64,
    in_line: bool,
}

impl<R: BufRead> Lines<R> {
    /// `at` is where the stream stands in its file.
    pub fn new(source: R, at: u64) -> Self {
        Self { source, at, in_line: false }
    }

    /// Where the next piece begins.
    pub fn at(&self) -> u64 {
        self.at
    }

    /// Puts the next line, or a piece of it, into `line`, its end with it. True when a line begins with it; none at the end.
    pub fn next(&mut self, line: &mut Vec<u8>) -> io::Result<Option<bool>> {
        line.clear();
        let begins = !self.in_line;
        while !line.ends_with(b"\n") && line.len() < PIECE {
            let there = self.source.fill_buf()?;
            if there.is_empty() {
                break;
            }
            let there = &there[..there.len().min(PIECE - line.len())];
            let count = there.iter().position(|byte| *byte == b'\n').map_or(there.len(), |end| end + 1);
            line.extend_from_slice(&there[..count]);
            self.source.consume(count);
        }
        self.at += line.len() as u64;
        self.in_line = !line.ends_with(b"\n");
        Ok((!line.is_empty()).then_some(begins))
    }
}

/// A line without its end.
pub fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
