//! Files that old programs put into the text of a message by uuencode.
//!
//! A `begin` line counts only when an encoded line follows: people write such lines too.

use super::lines::{Lines, without_end};
use super::walk::{Leaf, Walk};
use crate::container::Spool;
use crate::{damaged, names};
use std::io::{self, BufRead, BufReader, Read};
use std::ops::ControlFlow;
use winnow_contract::Words;

/// The name on a line that begins a file.
pub fn begins(line: &[u8]) -> Option<&[u8]> {
    let rest = line.strip_prefix(b"begin ")?.trim_ascii();
    let digits = rest.iter().take_while(|byte| matches!(byte, b'0'..=b'7')).count();
    let name = rest.get(digits..).unwrap_or_default().trim_ascii_start();
    (matches!(digits, 3 | 4) && !name.is_empty()).then_some(name)
}

/// The bytes of an encoded line: its first character is their number. None when it is no such line.
pub fn decoded(line: &[u8]) -> Option<Vec<u8>> {
    let line = line.trim_ascii_end();
    let (first, rest) = line.split_first()?;
    let is_code = |byte: &u8| matches!(byte, b' '..=b'`');
    let length = usize::from(first.wrapping_sub(b' ') & 63);
    let fits = is_code(first) && rest.iter().all(is_code) && rest.len() <= length.div_ceil(3) * 4 + 4;
    // Spaces at the end may have been lost on the way.
    let is_whole = rest.len() * 3 + 9 >= length * 4;
    if !fits || !is_whole {
        return None;
    }
    let code = |at: usize| u32::from(rest.get(at).map_or(0, |byte| byte.wrapping_sub(b' ') & 63));
    let groups = (0..length.div_ceil(3)).map(|group| (0..4).fold(0, |bits, at| bits << 6 | code(group * 4 + at)));
    let mut bytes: Vec<u8> = groups.flat_map(|bits: u32| bits.to_be_bytes()[1..].to_vec()).collect();
    bytes.truncate(length);
    Some(bytes)
}

/// The text without the files in it, and how many those were.
pub fn without_files(text: &str) -> (String, usize) {
    let mut kept = String::with_capacity(text.len());
    let mut count = 0;
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let encoded = |line: &&str| decoded(line.as_bytes()).is_some_and(|bytes| !bytes.is_empty());
        if begins(line.as_bytes()).is_none() || !lines.peek().is_some_and(encoded) {
            kept.push_str(line);
            continue;
        }
        count += 1;
        while lines.next_if(encoded).is_some() {}
        lines.next_if(|line| matches!(line.trim_end(), "`" | ""));
        lines.next_if(|line| line.trim_end() == "end");
    }
    (kept, count)
}

/// Files in the text of a part to the spool, in the same way.
pub fn members(leaf: &Leaf, walk: &mut Walk, spool: &mut Spool) -> Result<ControlFlow<()>, Words> {
    if leaf.head.media != "text/plain" {
        return Ok(ControlFlow::Continue(()));
    }
    // Numbers go on after that of the part.
    let mut number = leaf.number;
    let content = leaf.content(walk);
    let mut files = Files::new(BufReader::new(content));
    let mut step = ControlFlow::Continue(());
    while step.is_continue() {
        let Some(name) = files.next_file().map_err(damaged)? else { break };
        number += 1;
        step = spool.member(number, &name, 0, &mut files)?;
    }
    drop(files);
    for _ in leaf.number..number {
        walk.take_number();
    }
    Ok(step)
}

/// Finds files in lines; reading gives the bytes of the one found last.
struct Files<R> {
    lines: Lines<R>,
    line: Vec<u8>,
    /// The line in `line` was not used yet.
    ahead: bool,
    ready: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<R: BufRead> Files<R> {
    fn new(source: R) -> Self {
        Self { lines: Lines::new(source, 0), line: Vec::new(), ahead: false, ready: Vec::new(), at: 0, ended: true }
    }

    fn advance(&mut self) -> io::Result<bool> {
        let there = std::mem::take(&mut self.ahead) || self.lines.next(&mut self.line)?.is_some();
        Ok(there)
    }

    /// Passes over text up to the next file and gives its name.
    fn next_file(&mut self) -> io::Result<Option<Vec<u8>>> {
        io::copy(self, &mut io::sink())?;
        while self.advance()? {
            let Some(name) = begins(without_end(&self.line)).map(|name| name[..name.len().min(names::LONGEST)].to_vec()) else { continue };
            self.ahead = self.lines.next(&mut self.line)?.is_some();
            let begun = decoded(without_end(&self.line)).is_some_and(|bytes| !bytes.is_empty());
            if self.ahead && begun {
                self.ended = false;
                return Ok(Some(name));
            }
        }
        Ok(None)
    }
}

impl<R: BufRead> Read for Files<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.ready.len() && !self.ended {
            self.at = 0;
            self.ready.clear();
            let bytes = if self.advance()? { decoded(without_end(&self.line)).filter(|bytes| !bytes.is_empty()) } else { None };
            match bytes {
                Some(bytes) => self.ready = bytes,
                None => (self.ended, self.ahead) = (true, !self.line.is_empty()),
            }
        }
        let count = (&self.ready[self.at..]).read(buffer)?;
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_begin_a_file_have_a_mode_and_a_name() {
        let check = |line: &str, expected: Option<&str>| assert_eq!(begins(line.as_bytes()), expected.map(str::as_bytes), "{line}");
        check("begin 644 cat.txt", Some("cat.txt"));
        check("begin 0755 a b.bin\r", Some("a b.bin"));
        check("begin at the beginning", None);
        check("begin 644", None);
        check("began 644 x", None);
    }

    #[test]
    fn encoded_lines_say_how_long_they_are() {
        let check = |line: &str, expected: Option<&[u8]>| assert_eq!(decoded(line.as_bytes()).as_deref(), expected, "{line}");
        check("#0V%T", Some(b"Cat"));
        check("`", Some(b""));
        check("end", None);
        check("Dear Sir,", None);
        check("", None);
    }

    #[test]
    fn files_are_taken_out_of_a_text() {
        let check = |text: &str, expected: &str, count: usize| assert_eq!(without_files(text), (expected.to_owned(), count));
        check("Hello\nbegin 644 cat.txt\n#0V%T\n`\nend\nBye\n", "Hello\nBye\n", 1);
        check("begin 644 words\nas people say\n", "begin 644 words\nas people say\n", 0);
        check("begin 644 cut\n#0V%T\n", "", 1);
    }
}
