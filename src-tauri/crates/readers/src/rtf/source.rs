//! Bytes and control words of a rich text.
//!
//! Knows no word but that it is one.

use crate::{Input, damaged};
use std::io::{BufReader, Bytes, Read};
use winnow_contract::Words;

/// Letters of a control word that are read (the specification says 32).
const WORD: usize = 32;

/// Reads a rich text from where the input stands.
pub struct Source<'r> {
    bytes: Bytes<BufReader<&'r mut dyn Input>>,
    /// A byte that was read too far.
    ahead: Option<u8>,
}

/// A control word and its number.
pub struct Word {
    letters: [u8; WORD],
    length: usize,
    pub number: Option<i32>,
}

impl Word {
    pub fn name(&self) -> &str {
        std::str::from_utf8(&self.letters[..self.length]).unwrap_or_default()
    }
}

impl<'r> Source<'r> {
    pub fn new(input: &'r mut dyn Input) -> Self {
        Self { bytes: BufReader::with_capacity(64 << 10, input).bytes(), ahead: None }
    }

    /// The next byte; none at the end.
    pub fn next(&mut self) -> Result<Option<u8>, Words> {
        match self.ahead.take() {
            Some(byte) => Ok(Some(byte)),
            None => self.bytes.next().transpose().map_err(damaged),
        }
    }

    /// The byte is read again.
    pub fn put_back(&mut self, byte: u8) {
        self.ahead = Some(byte);
    }

    /// The control word whose first letter was read.
    pub fn word(&mut self, first: u8) -> Result<Word, Words> {
        let (mut letters, mut length) = ([0; WORD], 1);
        letters[0] = first;
        let mut next = self.next()?;
        while let Some(byte) = next.filter(u8::is_ascii_alphabetic) {
            if length < WORD {
                letters[length] = byte;
                length += 1;
            }
            next = self.next()?;
        }
        let negative = next == Some(b'-');
        if negative {
            next = self.next()?;
        }
        let mut number: Option<i32> = None;
        while let Some(byte) = next.filter(u8::is_ascii_digit) {
            number = Some(number.unwrap_or(0).saturating_mul(10).saturating_add(i32::from(byte - b'0')));
            next = self.next()?;
        }
        if next != Some(b' ') {
            self.ahead = next;
        }
        Ok(Word { letters, length, number: number.map(|number| if negative { -number } else { number }) })
    }

    /// Bytes that are no text, however many the file says: they are read, not kept.
    pub fn pass_over(&mut self, count: i32) -> Result<(), Words> {
        for _ in 0..count {
            if self.next()?.is_none() {
                break;
            }
        }
        Ok(())
    }
}
