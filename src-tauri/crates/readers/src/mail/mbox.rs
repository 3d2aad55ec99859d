//! Mailboxes: messages one behind the other, parted by lines that begin with `From ` (RFC 4155, and its older kin).
//!
//! A stream in constant memory: 4 GB are read as 4 kB are. `Content-Length` is not believed. Marks before `From ` lines of
//! messages are taken away by one, as in `mboxrd`.

use super::Opening;
use super::lines::{Lines, without_end};
use crate::container::Spool;
use crate::{Input, damaged};
use std::io::{self, BufReader, Read, SeekFrom};
use winnow_contract::Words;
use winnow_contract::worker::ExpandRequest;

const MONTHS: &[&[u8]] = &[b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];

/// True for a line that parts messages: `From`, a sender, and a date with a month and a time. People begin lines with the word.
pub fn parts_messages(line: &[u8]) -> bool {
    let Some(rest) = line[..line.len().min(1000)].strip_prefix(b"From ") else { return false };
    let is_time = |window: &[u8]| window[2] == b':' && [0, 1, 3, 4].iter().all(|at| window[*at].is_ascii_digit());
    rest.windows(5).any(is_time) && rest.split(u8::is_ascii_whitespace).any(|word| MONTHS.contains(&word))
}

/// Messages from where the request says, at most a slice of them. A member's number is the place of its `From ` line in bytes.
pub fn walk(input: &mut dyn Input, request: &ExpandRequest, spool: &mut Spool) -> Result<(), Words> {
    let from = spool.only().or_else(|| u64::try_from(request.from).ok()).unwrap_or(0);
    input.seek(SeekFrom::Start(from)).map_err(damaged)?;
    let mut mailbox = Mailbox::new(input, from);
    let slice = u64::try_from(request.limits.slice_bytes).unwrap_or(0);
    while let Some(at) = mailbox.next_message().map_err(damaged)? {
        if spool.only().is_some_and(|only| only != at) {
            return Ok(());
        }
        let is_full = spool.written() >= slice || spool.count() >= request.limits.entries as usize || spool.is_listed_full();
        if is_full && spool.count() > 0 {
            spool.more(at);
            return Ok(());
        }
        let Opening { head, name, mtime_ns } = Opening::of(&mut mailbox);
        if spool.member(at, &name, mtime_ns, &mut head.chain(&mut mailbox))?.is_break() {
            return Ok(());
        }
    }
    Ok(())
}

/// A mailbox by its messages. Reading gives the message that came last.
struct Mailbox<'a> {
    lines: Lines<BufReader<&'a mut dyn Input>>,
    line: Vec<u8>,
    /// Where the next message begins, when its line was reached.
    reached: Option<u64>,
    ended: bool,
    /// The last line was blank: it belongs to the line that parts.
    after_blank: bool,
    held: Vec<u8>,
    ready: Vec<u8>,
    at: usize,
}

impl<'a> Mailbox<'a> {
    fn new(input: &'a mut dyn Input, from: u64) -> Self {
        let lines = Lines::new(BufReader::with_capacity(64 << 10, input), from);
        Self { lines, line: Vec::new(), reached: None, ended: false, after_blank: true, held: Vec::new(), ready: Vec::new(), at: 0 }
    }

    /// Passes over the rest of the last message and gives the place of the next one.
    fn next_message(&mut self) -> io::Result<Option<u64>> {
        while self.reached.is_none() && !self.ended {
            self.more()?;
            self.ready.clear();
        }
        self.at = 0;
        self.ready.clear();
        self.held.clear();
        self.after_blank = false;
        Ok(self.reached.take())
    }

    fn more(&mut self) -> io::Result<()> {
        let at = self.lines.at();
        let Some(begins) = self.lines.next(&mut self.line)? else {
            self.ended = true;
            return Ok(());
        };
        if begins && self.after_blank && parts_messages(&self.line) {
            self.reached = Some(at);
            return Ok(());
        }
        self.ready.append(&mut self.held);
        self.after_blank = begins && without_end(&self.line).is_empty();
        let kept = if begins && is_marked(&self.line) { &self.line[1..] } else { &self.line };
        let into = if self.after_blank { &mut self.held } else { &mut self.ready };
        into.extend_from_slice(kept);
        Ok(())
    }
}

/// `>From `, with any number of marks.
fn is_marked(line: &[u8]) -> bool {
    line.starts_with(b">") && line[line.iter().take_while(|byte| **byte == b'>').count()..].starts_with(b"From ")
}

impl Read for Mailbox<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.ready.len() && self.reached.is_none() && !self.ended {
            self.at = 0;
            self.ready.clear();
            self.more()?;
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
    fn lines_that_part_messages_bear_a_date() {
        let check = |line: &str, expected: bool| assert_eq!(parts_messages(line.as_bytes()), expected, "{line}");
        check("From ann@example.org Thu Jul  4 12:08:34 2019\n", true);
        check("From - Sat Nov 21 09:00:00 2026", true);
        check("From MAILER-DAEMON 21 Nov 2026 09:00 +0000", true);
        check("From now on, all is well.", false);
        check("From May to June, at 10 o'clock", false);
        check("From: ann@example.org", false);
        check("from ann Thu Jul  4 12:08:34 2019", false);
    }

    #[test]
    fn marked_lines_lose_one_mark() {
        let check = |line: &[u8], expected: bool| assert_eq!(is_marked(line), expected);
        check(b">From here", true);
        check(b">>From here", true);
        check(b"> From here", false);
        check(b"From here", false);
    }
}
