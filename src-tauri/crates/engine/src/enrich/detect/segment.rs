//! Cuts a text of any length into segments of bounded size, at places that depend on the text alone.
//!
//! Deliberately knows nothing of findings. Because a cut never depends on how the text arrived, a stream and the whole
//! text give the same segments, and so the same findings.

use std::ops::Range;

/// A segment is at least this long unless the text ends, in bytes.
const SHORTEST: usize = 16 * 1024;
/// A segment is never longer, in bytes.
const LONGEST: usize = 24 * 1024;
/// What is shown of the text before and after a segment, in bytes: the longest e-mail address and its context words.
const MARGIN: usize = 512;

/// The next segment that starts at byte `from` of `text`, or `None` while more text must arrive to decide where it ends.
/// With `last`, `text` is all there will ever be.
pub fn next(text: &str, from: usize, last: bool) -> Option<Range<usize>> {
    let rest = text.len() - from;
    match last {
        true if rest == 0 => None,
        true if rest <= LONGEST => Some(from..text.len()),
        false if rest < LONGEST + MARGIN => None,
        _ => Some(from..cut(text, from)),
    }
}

/// First byte that has to be kept for a segment that starts at `from`.
pub fn margin_before(text: &str, from: usize) -> usize {
    text.floor_char_boundary(from.saturating_sub(MARGIN))
}

/// One past the last byte shown after a segment that ends at `to`.
pub fn margin_after(text: &str, to: usize) -> usize {
    text.floor_char_boundary((to + MARGIN).min(text.len()))
}

/// A blank between two words is best, for no value stands across it; then any blank; then the limit.
fn cut(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes();
    let window = from + SHORTEST..from + LONGEST;
    let between_words = |&at: &usize| is_blank(bytes[at]) && bytes[at - 1].is_ascii_alphabetic() && bytes[at + 1].is_ascii_alphabetic();
    let best = window.clone().find(between_words);
    let any = || window.clone().find(|&at| is_blank(bytes[at]));
    best.or_else(any).unwrap_or_else(|| text.floor_char_boundary(from + LONGEST))
}

fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\n'
}
