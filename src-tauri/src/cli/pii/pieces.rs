//! Bytes as pieces of text, whatever the reads cut through; invalid UTF-8 becomes �, one for each broken sequence.
//!
//! Holds one piece and at most three bytes of the next character.

use std::io::{ErrorKind, Read, Result};

const PIECE: usize = 1 << 16;

/// A stream of text.
pub struct Pieces<R> {
    source: R,
    buffer: Vec<u8>,
    /// Bytes at the beginning of the buffer that were read before.
    held: usize,
    ended: bool,
}

impl<R: Read> Pieces<R> {
    pub fn new(source: R) -> Self {
        Self { source, buffer: vec![0; PIECE], held: 0, ended: false }
    }

    /// The next piece; none at the end.
    pub fn next(&mut self) -> Result<Option<String>> {
        if self.ended {
            return Ok(None);
        }
        let read = self.read()?;
        self.ended = read == 0;
        let filled = self.held + read;
        let whole = if self.ended { filled } else { filled - unfinished(&self.buffer[..filled]) };
        let piece = String::from_utf8_lossy(&self.buffer[..whole]).into_owned();
        self.buffer.copy_within(whole..filled, 0);
        self.held = filled - whole;
        Ok(Some(piece))
    }

    fn read(&mut self) -> Result<usize> {
        loop {
            match self.source.read(&mut self.buffer[self.held..]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => return other,
            }
        }
    }
}

/// How many bytes at the end may be the beginning of a character that goes on.
fn unfinished(bytes: &[u8]) -> usize {
    let tail = &bytes[bytes.len().saturating_sub(3)..];
    let begun = tail.utf8_chunks().last().map_or(0, |last| last.invalid().len());
    let start = bytes.len() - begun;
    let goes_on = std::str::from_utf8(&bytes[start..]).is_err_and(|error| error.error_len().is_none());
    if goes_on { begun } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes at a time.
    struct Drip<'a>(&'a [u8], usize);

    impl Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
            let count = self.1.min(self.0.len());
            let (now, later) = self.0.split_at(count);
            buffer[..count].copy_from_slice(now);
            self.0 = later;
            Ok(count)
        }
    }

    #[test]
    fn however_it_is_cut_the_text_is_the_same() {
        let all: [&[u8]; 6] = ["aäß€😀z".as_bytes(), b"latin \xe4\xf6 1", b"cut \xf0\x9f\x98", b"\xff\xfe\xe2\x82", b"\xf0\x9f", b""];
        for bytes in all {
            for step in 1..6 {
                let mut pieces = Pieces::new(Drip(bytes, step));
                let mut text = String::new();
                while let Some(piece) = pieces.next().expect("no error") {
                    text.push_str(&piece);
                }
                assert_eq!(text, String::from_utf8_lossy(bytes), "{bytes:?} in steps of {step}");
            }
        }
    }
}
