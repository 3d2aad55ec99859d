//! Detection over a text that arrives in pieces, in constant memory.
//!
//! Deliberately the only path: a text in memory takes it too, so that both give the same findings.

use super::recogniser::Recognisers;
use super::scan::{self, Window};
use super::{Detected, segment};

/// Takes a text in pieces of any size and gives findings as soon as they are certain. Keeps at most some 25 KB of text beside
/// the piece that is being pushed.
pub struct StreamDetector<'r> {
    rules: &'r Recognisers,
    /// Text not yet scanned, after a margin of text that was.
    held: String,
    done: Progress,
}

/// How far the scan is.
#[derive(Clone, Copy, Default)]
struct Progress {
    /// Byte of the text at hand where the next segment starts.
    byte: usize,
    /// Scalar values before that byte, since the beginning of the stream.
    scalar: u64,
    /// One past the last scalar value of the last finding, which may reach into the next segment.
    claimed: u64,
}

impl<'r> StreamDetector<'r> {
    /// A detector at the beginning of a stream.
    #[must_use]
    pub fn new(rules: &'r Recognisers) -> Self {
        Self { rules, held: String::new(), done: Progress::default() }
    }

    /// Findings that became certain with this piece, positions counted from the beginning of the stream.
    pub fn push(&mut self, piece: &str) -> Vec<Detected<u64>> {
        self.held.push_str(piece);
        let held = std::mem::take(&mut self.held);
        let found = self.advance(&held, false);
        self.keep_from(held);
        found
    }

    /// The findings in what is left; the detector is then at the beginning of another stream.
    pub fn finish(&mut self) -> Vec<Detected<u64>> {
        let held = std::mem::take(&mut self.held);
        let found = self.advance(&held, true);
        self.done = Progress::default();
        found
    }

    /// All findings of a stream that consists of `text` alone, without copying it.
    pub(super) fn finish_with(&mut self, text: &str) -> Vec<Detected<u64>> {
        self.advance(text, true)
    }

    fn advance(&mut self, text: &str, last: bool) -> Vec<Detected<u64>> {
        let mut found = Vec::new();
        while let Some(body) = segment::next(text, self.done.byte, last) {
            let window = Window::new(text, &body);
            for hit in scan::findings(self.rules, &window) {
                self.claim(hit, &mut found);
            }
            self.done.scalar += count_scalars(&text[body.clone()]);
            self.done.byte = body.end;
        }
        found
    }

    /// Places a finding of the current segment in the stream, unless an earlier one reaches over its start.
    fn claim(&mut self, hit: Detected<u64>, found: &mut Vec<Detected<u64>>) {
        let (start, end) = (hit.start + self.done.scalar, hit.end + self.done.scalar);
        if start >= self.done.claimed {
            self.done.claimed = end;
            found.push(Detected { start, end, ..hit });
        }
    }

    fn keep_from(&mut self, mut held: String) {
        let margin = segment::margin_before(&held, self.done.byte);
        held.drain(..margin);
        self.done.byte -= margin;
        self.held = held;
    }
}

/// Scalar values in `text`: bytes that do not continue one.
pub(super) fn count_scalars(text: &str) -> u64 {
    text.bytes().filter(|byte| byte & 0xC0 != 0x80).count() as u64
}
