//! What an answer has room for: texts and their places together, whichever reader they are from.
//!
//! Readers have limits of their own, which are met first in all but rare files.

use serde::Serialize;
use std::io::{self, Write};
use winnow_contract::Words;
use winnow_contract::worker::{Decoded, DecodedText, MAX_HEADER};

/// Bytes that all texts may take as JSON; a quarter of the answer is left to what else is in it.
const ROOM: usize = MAX_HEADER as usize / 4 * 3;
/// The note on a text that is not whole.
const CUT: &str = "text_cut";

/// Leaves out the end of the texts when they are more than an answer holds.
pub fn fit(head: &mut Decoded) {
    if let Some(kept) = fit_texts(&mut head.texts, ROOM) {
        head.partial = true;
        head.notes.retain(|note| note.code != CUT);
        head.notes.push(Words::new(CUT).with("limit", kept));
    }
}

/// Cuts texts so that they take at most so many bytes; the characters that are kept when that was needed.
fn fit_texts(texts: &mut Vec<DecodedText>, room: usize) -> Option<usize> {
    let mut left = room;
    let over = texts.iter().position(|text| match left.checked_sub(weight(text)) {
        Some(rest) => {
            left = rest;
            false
        }
        None => true,
    })?;
    texts.truncate(over + 1);
    if let Some(text) = texts.last_mut() {
        cut(text, left);
    }
    texts.retain(|text| !text.text.is_empty());
    Some(texts.iter().map(|text| text.text.chars().count()).sum())
}

/// Cuts a text after the last span that fits; one whose spans all fit, after the last character that does.
fn cut(text: &mut DecodedText, room: usize) {
    let mut left = room.saturating_sub(weight(&text.tool) + 100);
    let mut characters = text.text.char_indices().map(|(at, c)| (at + c.len_utf8(), written(c)));
    let (mut number, mut end) = (0, 0);
    for (count, span) in text.spans.iter().enumerate() {
        let wanted = (span.end as usize).saturating_sub(number);
        let (last, bytes) = characters.by_ref().take(wanted).fold((end, 0), |(_, sum), (at, bytes)| (at, sum + bytes));
        let Some(rest) = left.checked_sub(bytes + weight(span) + 1) else {
            text.spans.truncate(count);
            text.text.truncate(end);
            return;
        };
        (left, end, number) = (rest, last, number + wanted);
    }
    for (at, bytes) in characters {
        let Some(rest) = left.checked_sub(bytes) else { break };
        (left, end) = (rest, at);
    }
    text.text.truncate(end);
}

/// Bytes of a character in JSON, at most.
fn written(c: char) -> usize {
    match c {
        '"' | '\\' | '\n' | '\r' | '\t' => 2,
        c if c.is_ascii_control() => 6,
        c => c.len_utf8(),
    }
}

/// Bytes of a value in JSON.
fn weight(value: &(impl Serialize + ?Sized)) -> usize {
    let mut scales = Scales(0);
    // Nothing here fails: what is weighed is text and numbers.
    let _ = serde_json::to_writer(&mut scales, value);
    scales.0
}

/// Counts what is written to it.
struct Scales(usize);

impl Write for Scales {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use winnow_contract::asset::Span;

    /// A text of pieces with a span each, one for every letter but the spaces.
    fn text(letters: &str, with_spans: bool) -> DecodedText {
        let at = |start: usize| Span { start: start as u32, end: start as u32 + 1, ..Span::default() };
        let spans = letters.chars().enumerate().filter(|(_, c)| with_spans && *c != ' ').map(|(start, _)| at(start)).collect();
        DecodedText { page: 0, tool: "test 1".to_owned(), text: letters.to_owned(), spans }
    }

    #[test]
    fn texts_never_take_more_than_there_is_room_for() {
        for letters in ["ä ß ö ü ".repeat(100), "\u{1}\n\"\\".repeat(100), "plain".repeat(100)] {
            for (with_spans, room) in [false, true].into_iter().flat_map(|spans| (0..9000).step_by(97).map(move |room| (spans, room))) {
                let mut texts = vec![text(&letters, with_spans), text(&letters, false)];
                let whole = weight(&texts);
                let kept = fit_texts(&mut texts, room);
                assert!(weight(&texts) <= room + 3, "{} of {room}", weight(&texts));
                assert_eq!(kept.is_none(), whole <= room + 3, "{whole} of {room}");
                assert!(texts.iter().all(|text| letters.starts_with(&text.text)));
                let spans_end = texts.first().and_then(|text| text.spans.last()).map_or(0, |span| span.end as usize);
                assert!(texts.first().map_or(0, |text| text.text.chars().count()) >= spans_end);
            }
        }
    }

    #[test]
    fn a_text_is_cut_where_a_span_ends() {
        let mut texts = vec![text(&"a b ".repeat(100), true)];
        let kept = fit_texts(&mut texts, 1000).expect("it is cut");
        assert_eq!((texts[0].text.chars().count(), texts[0].spans.last().map(|span| span.end as usize)), (kept, Some(kept)));
        assert!(kept > 40, "{kept}");
    }
}
