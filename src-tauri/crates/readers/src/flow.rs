//! Writes a document as it reads: pieces, the white space that is due between them, and what they stand in.
//!
//! Knows no format.

use crate::gap::Gap;
use crate::{Document, Limits, Text};
use winnow_contract::Words;
use winnow_contract::asset::{PartKind, Place, Property, Span};

/// A document that is being written.
pub struct Flow {
    text: Text,
    /// What is open, the innermost last: that one gives a piece its place.
    places: Vec<Place>,
    /// Where the stretch of the innermost place began.
    since: usize,
    gap: Gap,
    pub document: Document,
}

impl Flow {
    pub fn new(limits: &Limits) -> Self {
        let text = Text::new(limits.text_chars);
        Self { text, places: Vec::new(), since: 0, gap: Gap::None, document: Document::default() }
    }

    /// Adds a piece after the white space that is due.
    pub fn push(&mut self, piece: &str) {
        if piece.is_empty() {
            return;
        }
        self.fill_gap();
        // Nothing that is text holds it, and what stores text may end there.
        if piece.contains('\0') {
            self.text.push(&piece.replace('\0', "\u{fffd}"));
        } else {
            self.text.push(piece);
        }
    }

    /// At least this white space stands before the next piece.
    pub fn gap(&mut self, gap: Gap) {
        self.gap = self.gap.max(gap);
    }

    /// What comes stands in this, until it is left.
    pub fn enter(&mut self, part: PartKind, name: impl Into<String>) {
        self.mark();
        self.places.push(Place { part, name: name.into() });
    }

    /// Ends the innermost place of this kind; nothing when there is none.
    pub fn leave(&mut self, part: PartKind) {
        if let Some(at) = self.places.iter().rposition(|place| place.part == part) {
            self.mark();
            self.places.remove(at);
        }
    }

    /// A piece on its own in a place of its own.
    pub fn piece(&mut self, part: PartKind, name: impl Into<String>, gap: Gap, piece: &str) {
        self.gap(gap);
        self.enter(part, name);
        self.push(piece);
        self.leave(part);
        self.gap(gap);
    }

    /// Joins the last stretch with a place to the one before, as [`Text::join`] does.
    pub fn join(&mut self, shared: impl FnOnce(&Place, &Place, u32) -> Option<Place>) {
        self.text.join(shared);
    }

    /// Ends all places at once, for a part of the document that broke off.
    pub fn leave_all(&mut self) {
        self.mark();
        self.places.clear();
    }

    pub fn is_full(&self) -> bool {
        self.text.is_full()
    }

    pub fn is_empty(&self) -> bool {
        self.text.length() == 0
    }

    /// Unicode scalar values so far.
    pub fn length(&self) -> usize {
        self.text.length()
    }

    /// Adds a property, once and when there is something to say.
    pub fn property(&mut self, key: &str, value: &str) {
        let value = value.trim();
        if value.is_empty() || self.document.properties.iter().any(|known| known.key == key) {
            return;
        }
        let value = value.chars().take(1000).collect();
        self.document.properties.push(Property { key: key.to_owned(), value });
    }

    /// Adds a note, once.
    pub fn note(&mut self, note: Words) {
        if !self.document.notes.contains(&note) {
            self.document.notes.push(note);
        }
    }

    /// A part of the document could not be read to its end.
    pub fn broken(&mut self, why: Words) {
        self.leave_all();
        self.gap(Gap::Blank);
        self.document.partial = true;
        self.note(why);
    }

    /// Keeps what was read when a part ended in an error.
    pub fn kept(&mut self, result: Result<(), Words>) {
        if let Err(why) = result {
            self.broken(why);
        }
    }

    /// The document as far as it was read.
    ///
    /// # Errors
    /// The first reason it could not be read further, when nothing was read at all.
    pub fn finish(mut self, tool: &str) -> Result<Document, Words> {
        self.mark();
        let Self { text, mut document, .. } = self;
        if text.length() == 0 && document.partial && !document.notes.is_empty() {
            return Err(document.notes.swap_remove(0));
        }
        let (text, cut) = text.finish(tool);
        document.partial |= cut.is_some();
        document.notes.extend(cut);
        document.text = Some(text);
        Ok(document)
    }

    fn fill_gap(&mut self) {
        let gap = std::mem::take(&mut self.gap);
        if self.is_empty() || gap == Gap::None {
            return;
        }
        let fresh = self.since == self.text.length();
        match gap {
            Gap::None => {}
            Gap::Space => self.text.push(" "),
            Gap::Tab => self.text.push("\t"),
            Gap::Line => self.text.break_line(1),
            Gap::Blank => self.text.break_line(2),
        }
        if fresh {
            self.since = self.text.length();
        }
    }

    /// Gives what was written since the last change of place its place.
    fn mark(&mut self) {
        if let Some(place) = self.places.last() {
            self.text.mark(self.since, Span { place: Some(place.clone()), ..Span::default() });
        }
        self.since = self.text.length();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_place_counts_and_white_space_is_no_part_of_it() {
        let limits = Limits { text_chars: 100, cells: 1, nesting: 1, unpacked_bytes: 1 };
        let mut flow = Flow::new(&limits);
        flow.push("one");
        flow.gap(Gap::Line);
        flow.enter(PartKind::Table, "1");
        flow.push("a");
        flow.gap(Gap::Tab);
        flow.enter(PartKind::Inserted, "Ann");
        flow.push("b");
        flow.leave(PartKind::Inserted);
        flow.push("c");
        flow.leave(PartKind::Table);
        flow.gap(Gap::Blank);
        flow.push("end");
        let text = flow.finish("test").expect("a document").text.expect("a text");
        assert_eq!(text.text, "one\na\tbc\n\nend");
        let spans: Vec<_> = text.spans.iter().map(|span| (span.start, span.end, span.place.as_ref().expect("a place").part)).collect();
        assert_eq!(spans, [(4, 5, PartKind::Table), (6, 7, PartKind::Inserted), (7, 8, PartKind::Table)]);
    }
}
