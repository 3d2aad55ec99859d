//! A transcript as lines of words, each with its time.
//!
//! Works on what a reader gave: spans of segments, of words, or of both. Draws nothing.

use std::ops::Range;
use winnow_contract::asset::{ExtractionView, Span};

/// A line is broken at the end of a sentence once it has so many characters, and between words at twice as many.
const LONG: u32 = 160;
/// Seconds of silence at which a new line begins.
const PAUSE: f32 = 1.5;

/// A word, or a whole segment where nothing smaller has a time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Word {
    pub start: u32,
    pub end: u32,
    pub t0: f32,
    pub t1: f32,
    pub confidence: Option<f32>,
    /// A person wrote it.
    pub corrected: bool,
}

/// Words that are said together, and the text they stand in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub start: u32,
    pub end: u32,
    pub words: Range<usize>,
}

/// A stretch of a line's text: a word, or what stands between words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub word: Option<usize>,
}

/// A whole transcript.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Transcript {
    letters: Vec<char>,
    pub words: Vec<Word>,
    pub lines: Vec<Line>,
}

impl Transcript {
    /// The lines of an extraction; empty when nothing in it has a time.
    pub fn of(extraction: &ExtractionView) -> Self {
        let letters: Vec<char> = extraction.text.chars().collect();
        let (words, segments) = words(&extraction.spans, letters.len() as u32);
        let lines = lines(&letters, &words, &segments);
        Self { letters, words, lines }
    }

    /// The word that is said at a second, or the last one before it.
    pub fn word_at(&self, second: f64) -> Option<usize> {
        self.words.partition_point(|word| f64::from(word.t0) <= second + 0.001).checked_sub(1)
    }

    /// The line of a word.
    pub fn line_of(&self, word: usize) -> usize {
        self.lines.partition_point(|line| line.words.end <= word).min(self.lines.len().saturating_sub(1))
    }

    /// The line a character stands in.
    pub fn line_at(&self, offset: u32) -> usize {
        self.lines.partition_point(|line| line.end <= offset).min(self.lines.len().saturating_sub(1))
    }

    /// The first second of a line.
    pub fn begins(&self, line: usize) -> f32 {
        self.lines.get(line).and_then(|line| self.words.get(line.words.start)).map_or(0.0, |word| word.t0)
    }

    /// Characters of a line.
    pub fn length(&self, line: usize) -> u32 {
        self.lines.get(line).map_or(0, |line| line.end - line.start)
    }

    /// The text of a line, cut at its words.
    pub fn pieces(&self, line: usize) -> Vec<Piece> {
        let Some(line) = self.lines.get(line) else { return Vec::new() };
        let mut at = line.start;
        let mut made = Vec::new();
        for n in line.words.clone() {
            let word = self.words[n];
            self.push(&mut made, at..word.start, None);
            self.push(&mut made, word.start.max(at)..word.end, Some(n));
            at = word.end.max(at);
        }
        self.push(&mut made, at..line.end, None);
        made
    }

    fn push(&self, made: &mut Vec<Piece>, range: Range<u32>, word: Option<usize>) {
        if range.start < range.end {
            let text: String = self.letters[range.start as usize..range.end as usize].iter().collect();
            made.push(Piece { text: text.replace('\n', " "), word });
        }
    }
}

/// The smallest timed spans, and the first characters of those that hold others.
fn words(spans: &[Span], length: u32) -> (Vec<Word>, Vec<u32>) {
    let timed = |span: &Span| {
        let (start, end) = (span.start.min(length), span.end.min(length));
        let (t0, confidence, corrected) = (span.t0?, span.confidence, span.corrected);
        Some(Word { start, end, t0, t1: span.t1.unwrap_or(t0), confidence, corrected }).filter(|word| word.start < word.end)
    };
    let mut all: Vec<Word> = spans.iter().filter_map(timed).collect();
    all.sort_by_key(|word| (word.start, std::cmp::Reverse(word.end)));
    let holds = |n: usize| all.get(n + 1).is_some_and(|next| next.start < all[n].end && next.end <= all[n].end);
    let (outer, inner): (Vec<usize>, Vec<usize>) = (0..all.len()).partition(|n| holds(*n));
    (inner.into_iter().map(|n| all[n]).collect(), outer.into_iter().map(|n| all[n].start).collect())
}

fn lines(letters: &[char], words: &[Word], segments: &[u32]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (n, word) in words.iter().enumerate() {
        let begins = n == 0 || breaks(letters, words, n, lines.last().map_or(0, |line| line.start), segments);
        match lines.last_mut().filter(|_| !begins) {
            Some(line) => (line.end, line.words.end) = (word.end, n + 1),
            None => lines.push(Line { start: word.start, end: word.end, words: n..n + 1 }),
        }
    }
    lines
}

/// A line begins with the nth word: the text or a segment breaks there, somebody paused, or the line is long enough.
fn breaks(letters: &[char], words: &[Word], n: usize, line: u32, segments: &[u32]) -> bool {
    let (before, word) = (words[n - 1], words[n]);
    let between = &letters[before.end.min(word.start) as usize..word.start as usize];
    let last = letters.get((before.end as usize).saturating_sub(1)).copied().unwrap_or(' ');
    let length = before.end.saturating_sub(line);
    between.contains(&'\n')
        || segments.binary_search(&word.start).is_ok()
        || word.t0 - before.t1 > PAUSE
        || (length > LONG && matches!(last, '.' | '?' | '!' | '…'))
        || length > 2 * LONG
}

#[cfg(test)]
mod tests {
    use super::*;
    use winnow_contract::id::ExtractionId;

    fn span(start: u32, end: u32, t0: f32, t1: f32) -> Span {
        Span { start, end, t0: Some(t0), t1: Some(t1), confidence: Some(0.9), ..Span::default() }
    }

    fn transcript(text: &str, spans: Vec<Span>) -> Transcript {
        let characters = text.chars().count() as u32;
        Transcript::of(&ExtractionView {
            id: ExtractionId("e".into()),
            tool: "t".into(),
            text: text.into(),
            characters,
            confidence: None,
            spans,
            page: 0,
        })
    }

    fn shown(transcript: &Transcript) -> Vec<String> {
        (0..transcript.lines.len()).map(|n| transcript.pieces(n).into_iter().map(|piece| piece.text).collect()).collect()
    }

    #[test]
    fn words_make_lines() {
        let check = |text: &str, spans: Vec<Span>, expected: &[&str]| assert_eq!(shown(&transcript(text, spans)), expected);
        check("Wind süd\nhard", vec![span(0, 4, 0.0, 0.4), span(5, 8, 0.4, 0.9), span(9, 13, 1.0, 1.4)], &["Wind süd", "hard"]);
        check("a b c", vec![span(0, 1, 0.0, 0.4), span(2, 3, 2.4, 2.9), span(4, 5, 3.0, 3.4)], &["a", "b c"]);
        // A segment around its words begins a line; by itself it is one.
        check(
            "a b c d",
            vec![
                span(0, 3, 0.0, 1.0),
                span(0, 1, 0.0, 0.4),
                span(2, 3, 0.5, 1.0),
                span(4, 7, 1.0, 2.0),
                span(4, 5, 1.0, 1.4),
                span(6, 7, 1.5, 2.0),
            ],
            &["a b", "c d"],
        );
        check("One. Two.", vec![span(0, 4, 0.0, 1.0), span(5, 9, 4.0, 5.0)], &["One.", "Two."]);
        check("no times", vec![], &[]);
        // Offsets beyond the text, empty spans and times without words do no harm.
        check("ab", vec![span(0, 90, 0.0, 1.0), span(7, 9, 1.0, 2.0), span(1, 1, 0.0, 0.0)], &["ab"]);
    }

    #[test]
    fn seconds_and_offsets_find_their_line() {
        let transcript = transcript("Wind\nhard", vec![span(0, 4, 1.0, 1.4), span(5, 9, 3.0, 3.4)]);
        assert_eq!(transcript.word_at(0.2), None);
        assert_eq!(transcript.word_at(1.0), Some(0));
        assert_eq!(transcript.word_at(99.0), Some(1));
        assert_eq!((transcript.line_of(0), transcript.line_of(1)), (0, 1));
        assert_eq!((transcript.line_at(2), transcript.line_at(6), transcript.line_at(900)), (0, 1, 1));
        assert_eq!(transcript.begins(1), 3.0);
    }

    #[test]
    fn a_speech_without_a_pause_is_broken_all_the_same() {
        let text = "word ".repeat(200);
        let spans = (0..200).map(|n| span(n * 5, n * 5 + 4, n as f32 * 0.3, n as f32 * 0.3 + 0.3)).collect();
        let transcript = transcript(&text, spans);
        assert!(transcript.lines.len() > 2);
        assert!((0..transcript.lines.len()).all(|line| transcript.length(line) <= 2 * LONG + 10));
    }
}
