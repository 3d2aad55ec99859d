//! Cuts a text into stretches that carry the same marks.
//!
//! Offsets are Unicode scalar values, half-open, as everywhere in the contract.

/// Something that holds for a stretch of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    pub start: u32,
    pub end: u32,
    pub kind: MarkKind,
}

/// What holds for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// The nth span of the extraction: it has a place on the page.
    Span(usize),
    /// The nth finding.
    Finding(usize),
    /// The nth span of the extraction: it has a place of its own in a document without pages.
    Place(usize),
    /// What was searched for or jumped to.
    Spot,
    /// A person wrote it.
    Corrected,
}

/// A stretch of text with everything that holds for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Segment {
    pub text: String,
    pub span: Option<usize>,
    pub finding: Option<usize>,
    pub place: Option<usize>,
    pub spot: bool,
    pub corrected: bool,
}

/// The same text with the line breaks inside a sentence as spaces; every offset stays what it was.
pub fn flow(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let inside =
        |n: usize| letters[n] == '\n' && n > 0 && letters[n - 1] != '\n' && letters.get(n + 1).is_some_and(|next| next.is_lowercase());
    (0..letters.len()).map(|n| if inside(n) { ' ' } else { letters[n] }).collect()
}

/// The text between two offsets.
pub fn slice(text: &str, start: u32, end: u32) -> String {
    text.chars().skip(start as usize).take(end.saturating_sub(start) as usize).collect()
}

/// The segments of a text, in order; together they are the text.
pub fn segments(text: &str, marks: &[Mark]) -> Vec<Segment> {
    let length = text.chars().count() as u32;
    let cuts = cuts(length, marks);
    let mut opening: Vec<&Mark> = marks.iter().filter(|mark| mark.start < mark.end).collect();
    opening.sort_by_key(|mark| mark.start);
    let mut opening = opening.into_iter().peekable();
    let mut open: Vec<&Mark> = Vec::new();
    let mut letters = text.chars();
    let mut made = Vec::with_capacity(cuts.len());
    for pair in cuts.windows(2) {
        let (start, end) = (pair[0], pair[1]);
        open.retain(|mark| mark.end > start);
        while let Some(mark) = opening.next_if(|mark| mark.start <= start) {
            open.push(mark);
        }
        let text = letters.by_ref().take((end - start) as usize).collect();
        made.push(open.iter().fold(Segment { text, ..Segment::default() }, |segment, mark| marked(segment, mark.kind)));
    }
    made
}

fn cuts(length: u32, marks: &[Mark]) -> Vec<u32> {
    let ends = marks.iter().filter(|mark| mark.start < mark.end).flat_map(|mark| [mark.start.min(length), mark.end.min(length)]);
    let mut cuts: Vec<u32> = ends.chain([0, length]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}

fn marked(mut segment: Segment, kind: MarkKind) -> Segment {
    match kind {
        MarkKind::Span(n) => segment.span = Some(n),
        MarkKind::Finding(n) => segment.finding = Some(n),
        MarkKind::Place(n) => segment.place = Some(n),
        MarkKind::Spot => segment.spot = true,
        MarkKind::Corrected => segment.corrected = true,
    }
    segment
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_the_text() {
        let text = "Grüße an Ännie, 4111 1111";
        let marks = [
            Mark { start: 0, end: 5, kind: MarkKind::Span(0) },
            Mark { start: 9, end: 14, kind: MarkKind::Span(1) },
            Mark { start: 12, end: 20, kind: MarkKind::Finding(0) },
            Mark { start: 16, end: 900, kind: MarkKind::Spot },
            Mark { start: 3, end: 3, kind: MarkKind::Spot },
        ];
        let made = segments(text, &marks);
        assert_eq!(made.iter().map(|s| s.text.as_str()).collect::<String>(), text);
        assert_eq!(made[0].text, "Grüße");
        assert_eq!(made[0].span, Some(0));
        assert!(made.iter().any(|s| s.text == "ie" && s.span == Some(1) && s.finding == Some(0)));
        assert!(made.last().is_some_and(|s| s.spot));
    }

    #[test]
    fn lines_of_a_sentence_flow() {
        assert_eq!(flow("had taken\nthe lower room.\nYours,\n\nanne\n"), "had taken the lower room.\nYours,\n\nanne\n");
    }

    #[test]
    fn nothing_to_mark_is_one_piece_or_none() {
        assert_eq!(segments("", &[]).len(), 0);
        assert_eq!(segments("abc", &[]).len(), 1);
        assert_eq!(slice("Grüße an", 1, 5), "rüße");
    }
}
