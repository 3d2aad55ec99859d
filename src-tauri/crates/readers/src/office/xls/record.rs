//! Records of a workbook stream, and texts that go on from one record into the next (MS-XLS 2.5.293).
//!
//! A record that is cut ends the stream.

use crate::ole::{u16_at, u32_at};

pub const FORMULA: u16 = 0x06;
pub const END: u16 = 0x0a;
pub const HEADER: u16 = 0x14;
pub const FOOTER: u16 = 0x15;
pub const SHEET_REFERENCES: u16 = 0x17;
pub const NOTE: u16 = 0x1c;
pub const SINCE_1904: u16 = 0x22;
pub const ENCRYPTED: u16 = 0x2f;
pub const CONTINUE: u16 = 0x3c;
pub const CODE_PAGE: u16 = 0x42;
pub const OBJECT: u16 = 0x5d;
pub const COLUMNS: u16 = 0x7d;
pub const SHEET: u16 = 0x85;
pub const NUMBERS: u16 = 0xbd;
pub const RICH_TEXT: u16 = 0xd6;
pub const STYLE: u16 = 0xe0;
pub const DRAWINGS: u16 = 0xeb;
pub const STRINGS: u16 = 0xfc;
pub const SHARED_TEXT: u16 = 0xfd;
pub const BOOK: u16 = 0x1ae;
pub const OBJECT_TEXT: u16 = 0x1b6;
pub const NUMBER: u16 = 0x203;
pub const TEXT: u16 = 0x204;
pub const BOOL_OR_ERROR: u16 = 0x205;
pub const FORMULA_TEXT: u16 = 0x207;
pub const ROW: u16 = 0x208;
pub const ARRAY: u16 = 0x221;
pub const TABLE: u16 = 0x236;
pub const SHORT_NUMBER: u16 = 0x27e;
pub const FORMAT: u16 = 0x41e;
pub const SHARED_FORMULA: u16 = 0x4bc;
pub const BEGIN: u16 = 0x809;

/// One record.
#[derive(Clone, Copy, Debug)]
pub struct Record<'s> {
    pub kind: u16,
    pub data: &'s [u8],
    /// Where the next one begins.
    pub end: usize,
}

/// The record at a place of the stream.
fn at(stream: &[u8], at: usize) -> Option<Record<'_>> {
    let head = stream.get(at..at.checked_add(4)?)?;
    let end = at + 4 + usize::from(u16_at(head, 2));
    Some(Record { kind: u16_at(head, 0), data: stream.get(at + 4..end)?, end })
}

/// The records from a place of the stream on.
pub fn records(stream: &[u8], from: usize) -> impl Iterator<Item = Record<'_>> {
    let mut next = from;
    std::iter::from_fn(move || {
        let found = at(stream, next)?;
        next = found.end;
        Some(found)
    })
}

/// Reads texts that may go on in the records that continue the first.
pub struct Text<'s> {
    stream: &'s [u8],
    data: &'s [u8],
    /// Where the record after this one begins.
    next: usize,
}

impl<'s> Text<'s> {
    /// Begins `skip` bytes after the beginning of a record.
    pub fn new(stream: &'s [u8], found: &Record<'s>, skip: usize) -> Self {
        Self { stream, data: found.data.get(skip..).unwrap_or_default(), next: found.end }
    }

    /// A text of `length` characters behind its flags, in one record.
    pub fn plain(bytes: &'s [u8], length: usize) -> String {
        let mut one = Self { stream: &[], data: bytes, next: 0 };
        let flags = one.byte().unwrap_or(0);
        one.characters(length, flags & 1 != 0)
    }

    /// The next text with its length in front, formatting and phonetics passed over; none at the end.
    pub fn rich(&mut self) -> Option<String> {
        let length = usize::from(u16::from_le_bytes([self.byte()?, self.byte()?]));
        let flags = self.byte()?;
        let (mut runs, mut extra) = (0, 0);
        if flags & 8 != 0 {
            runs = usize::from(u16_at(&self.bytes(2), 0)) * 4;
        }
        if flags & 4 != 0 {
            extra = u32_at(&self.bytes(4), 0) as usize;
        }
        let text = self.characters(length, flags & 1 != 0);
        self.skip(runs.saturating_add(extra));
        Some(text)
    }

    /// A text of `length` characters that begins in the next record, with its flags.
    pub fn continued(&mut self, length: usize) -> String {
        self.data = &[];
        self.characters(length, false)
    }

    /// Characters, wide or narrow; every record that continues them says again which.
    fn characters(&mut self, length: usize, mut wide: bool) -> String {
        let mut units = Vec::new();
        while units.len() < length {
            if self.data.is_empty() {
                if !self.go_on() {
                    break;
                }
                let Some((flags, rest)) = self.data.split_first() else { break };
                (wide, self.data) = (flags & 1 != 0, rest);
            }
            let left = length - units.len();
            if wide {
                let count = left.min(self.data.len() / 2);
                units.extend(self.data[..count * 2].chunks_exact(2).map(|pair| u16_at(pair, 0)));
                self.data = if count == 0 { &[] } else { &self.data[count * 2..] };
            } else {
                let count = left.min(self.data.len());
                units.extend(self.data[..count].iter().map(|byte| u16::from(*byte)));
                self.data = &self.data[count..];
            }
        }
        String::from_utf16_lossy(&units)
    }

    fn byte(&mut self) -> Option<u8> {
        if self.data.is_empty() && !self.go_on() {
            return None;
        }
        let (byte, rest) = self.data.split_first()?;
        self.data = rest;
        Some(*byte)
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map_while(|_| self.byte()).collect()
    }

    fn skip(&mut self, mut count: usize) {
        while count > 0 {
            if self.data.is_empty() && !self.go_on() {
                return;
            }
            let step = count.min(self.data.len());
            self.data = &self.data[step..];
            count -= step;
            if step == 0 {
                return;
            }
        }
    }

    /// Goes on in the record that continues this one.
    fn go_on(&mut self) -> bool {
        match at(self.stream, self.next).filter(|found| found.kind == CONTINUE) {
            Some(found) => {
                (self.data, self.next) = (found.data, found.end);
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(records: &[(u16, &[u8])]) -> Vec<u8> {
        let mut stream = Vec::new();
        for (kind, data) in records {
            stream.extend_from_slice(&kind.to_le_bytes());
            stream.extend_from_slice(&(data.len() as u16).to_le_bytes());
            stream.extend_from_slice(data);
        }
        stream
    }

    #[test]
    fn texts_go_on_in_the_next_record() {
        let stream = stream(&[(STRINGS, b"\x05\0\0ab"), (CONTINUE, b"\x01c\0d\0e\0\x02\0\0xy"), (CONTINUE, b"\x01\0\x08\x01\0z....")]);
        let first = records(&stream, 0).next().expect("a record");
        let mut text = Text::new(&stream, &first, 0);
        assert_eq!(text.rich().as_deref(), Some("abcde"));
        assert_eq!(text.rich().as_deref(), Some("xy"));
        assert_eq!(text.rich().as_deref(), Some("z"));
        assert_eq!(text.rich(), None);
    }

    #[test]
    fn a_length_that_lies_gives_what_there_is() {
        let stream = stream(&[(STRINGS, b"\xff\xff\x0d\xff\xff\xff\xff\xff\xffab")]);
        let first = records(&stream, 0).next().expect("a record");
        let mut text = Text::new(&stream, &first, 0);
        assert!(text.rich().is_some_and(|text| text.chars().count() <= 2));
        assert_eq!(text.rich(), None);
    }
}
