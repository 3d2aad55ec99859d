//! Gathers a text piece by piece and keeps where each piece stands.
//!
//! Knows no format.

use winnow_contract::Words;
use winnow_contract::asset::{Place, Span};
use winnow_contract::worker::DecodedText;

/// A text that grows up to a limit. What does not fit is left out, and it says so.
#[derive(Debug)]
pub struct Text {
    text: String,
    /// Unicode scalar values so far.
    length: usize,
    limit: usize,
    spans: Vec<Span>,
    cut: bool,
}

impl Text {
    /// Empty, for at most `limit` Unicode scalar values.
    pub fn new(limit: usize) -> Self {
        Self { text: String::new(), length: 0, limit, spans: Vec::new(), cut: false }
    }

    /// Adds a piece without a place of its own.
    pub fn push(&mut self, piece: &str) {
        let room = self.limit - self.length;
        let count = piece.chars().count();
        self.cut |= count > room;
        let cut = if count > room { piece.char_indices().nth(room) } else { None };
        match cut {
            Some((end, _)) => self.text.push_str(&piece[..end]),
            None => self.text.push_str(piece),
        }
        self.length += count.min(room);
    }

    /// Adds a piece that stands somewhere.
    pub fn push_at(&mut self, place: Place, piece: &str) {
        let start = self.length;
        self.push(piece);
        self.mark(start, Span { place: Some(place), ..Span::default() });
    }

    /// Gives what was added since `start` a place; nothing when nothing was added. Spans follow one another and never overlap.
    pub fn mark(&mut self, start: usize, span: Span) {
        if self.length > start {
            let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            self.spans.push(Span { start: number(start), end: number(self.length), ..span });
        }
    }

    /// Joins the last span to the one before, which has the place that `shared` makes of both and of how long the text of that one
    /// is; nothing when there is none before, or when it stays apart.
    pub fn join(&mut self, shared: impl FnOnce(&Place, &Place, u32) -> Option<Place>) {
        let [.., before, last] = self.spans.as_mut_slice() else { return };
        let (Some(one), Some(other)) = (&before.place, &last.place) else { return };
        let Some(place) = shared(one, other, before.end - before.start) else { return };
        (before.end, before.place) = (last.end, Some(place));
        self.spans.pop();
    }

    /// Ends a line or a paragraph: as many line ends as are wanted and not there yet; none at the very beginning.
    pub fn break_line(&mut self, wanted: usize) {
        let there = self.text.bytes().rev().take_while(|byte| *byte == b'\n').count();
        if !self.text.is_empty() {
            self.push(&"\n".repeat(wanted.saturating_sub(there)));
        }
    }

    /// Unicode scalar values so far.
    pub fn length(&self) -> usize {
        self.length
    }

    /// No more fits.
    pub fn is_full(&self) -> bool {
        self.length >= self.limit
    }

    /// The text with its places, and the note when something was left out.
    pub fn finish(self, tool: &str) -> (DecodedText, Option<Words>) {
        let note = self.cut.then(|| Words::new("text_cut").with("limit", self.limit));
        (DecodedText { page: 0, tool: tool.to_owned(), text: self.text, spans: self.spans }, note)
    }
}
