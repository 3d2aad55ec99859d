//! Puts what was heard in the stretches of a recording together: one text, and for each word its place and its time. Pure.
//!
//! A segment stands on a line of its own; a pause, or a new stretch, begins a new paragraph.

use super::chunks;
use crate::review::policy::{self, Said};
use winnow_contract::asset::Span;
use winnow_contract::worker::{Heard, HeardWord, Segment};

/// Seconds of silence that begin a new paragraph.
const PAUSE: f64 = 2.0;

/// A whole recording as text.
#[derive(Debug, Default, PartialEq)]
pub struct Transcript {
    pub text: String,
    /// One for each word, with its times and its confidence.
    pub spans: Vec<Span>,
    /// Mean confidence of the words; none without words.
    pub confidence: Option<f32>,
    /// The language most of the speech is in; none when nothing was understood.
    pub language: Option<String>,
    /// How surely each segment was heard.
    pub said: Vec<Said>,
}

/// Joins stretches in their order.
pub fn join(parts: &[Heard]) -> Transcript {
    let mut whole = Transcript { language: language(parts), ..Transcript::default() };
    let mut at = 0;
    for part in parts.iter().filter(|part| !part.not_covered) {
        let mut last = None;
        for segment in &part.segments {
            let text = plain(&segment.text);
            if text.is_empty() {
                continue;
            }
            let paragraph = last.is_none_or(|end| segment.t0 - end > PAUSE);
            let gap = if whole.text.is_empty() { "" } else { if paragraph { "\n\n" } else { "\n" } };
            whole.text.push_str(gap);
            at += gap.len() as u32;
            let spans = spans(&text, &segment.words, at);
            whole.said.extend(said(segment, &text, &spans, at));
            whole.spans.extend(spans);
            whole.text.push_str(&text);
            at += text.chars().count() as u32;
            last = Some(segment.t1);
        }
    }
    let confidences = whole.spans.iter().filter_map(|span| span.confidence);
    whole.confidence = mean(confidences);
    whole
}

/// One line, without control characters that would be taken for marks.
fn plain(text: &str) -> String {
    chunks::plain(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The words of a segment where they stand in its text, which begins at character `at` of the whole.
fn spans(text: &str, words: &[HeardWord], at: u32) -> Vec<Span> {
    let (mut rest, mut at) = (text, at);
    let mut spans = Vec::with_capacity(words.len());
    for word in words {
        let wanted = plain(&word.text);
        let Some(before) = rest.find(&wanted).filter(|_| !wanted.is_empty()) else { continue };
        let start = at + rest[..before].chars().count() as u32;
        at = start + wanted.chars().count() as u32;
        rest = &rest[before + wanted.len()..];
        let (t0, t1) = (Some(rounded(word.t0, 100.0)), Some(rounded(word.t1, 100.0)));
        let confidence = Some(rounded(f64::from(word.probability), 1000.0).clamp(0.0, 1.0));
        spans.push(Span { start, end: at, t0, t1, confidence, ..Span::default() });
    }
    spans
}

/// Hundredths are enough to seek by, and keep the spans of a long recording small.
fn rounded(value: f64, steps: f64) -> f32 {
    ((value * steps).round() / steps) as f32
}

fn said(segment: &Segment, text: &str, spans: &[Span], at: u32) -> Option<Said> {
    let characters: Vec<char> = text.chars().collect();
    let is_word = |span: &&Span| {
        let word: String = characters[(span.start - at) as usize..(span.end - at) as usize].iter().collect();
        policy::is_word(&word)
    };
    let confidences: Vec<f32> = spans.iter().filter(is_word).filter_map(|span| span.confidence).collect();
    let confidence = mean(confidences.iter().copied())?;
    Some(Said { t0: segment.t0, t1: segment.t1, confidence, words: confidences })
}

fn mean(values: impl Iterator<Item = f32>) -> Option<f32> {
    let (sum, count) = values.fold((0.0f64, 0u32), |(sum, count), value| (sum + f64::from(value), count + 1));
    (count > 0).then(|| (sum / f64::from(count)) as f32)
}

/// The language that was spoken longest, of those that were written down.
fn language(parts: &[Heard]) -> Option<String> {
    let mut spoken: Vec<(&str, f64)> = Vec::new();
    for part in parts.iter().filter(|part| !part.not_covered && !part.segments.is_empty()) {
        let Some((language, _)) = &part.language else { continue };
        match spoken.iter_mut().find(|(known, _)| known == language) {
            Some((_, seconds)) => *seconds += part.speech,
            None => spoken.push((language, part.speech)),
        }
    }
    spoken.into_iter().max_by(|one, other| one.1.total_cmp(&other.1)).map(|(language, _)| language.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(t0: f64, t1: f64, text: &str) -> Segment {
        let words = text.split_whitespace().zip(0..).map(|(word, at)| {
            let t0 = t0 + f64::from(at) * 0.1;
            HeardWord { text: word.to_owned(), t0, t1: t0 + 0.1, probability: 0.9 }
        });
        Segment { t0, t1, text: text.to_owned(), words: words.collect() }
    }

    fn heard(segments: Vec<Segment>, language: &str) -> Heard {
        let language = Some((language.to_owned(), 0.9));
        Heard { segments, language, not_covered: false, until: 0.0, at_end: false, speech: 1.0, discarded: 0 }
    }

    #[test]
    fn lines_for_segments_and_paragraphs_for_pauses_and_stretches() {
        let check = |parts: &[Heard], expected: &str| {
            let whole = join(parts);
            assert_eq!(whole.text, expected);
            let characters: Vec<char> = whole.text.chars().collect();
            let words: Vec<String> =
                whole.spans.iter().map(|span| characters[span.start as usize..span.end as usize].iter().collect()).collect();
            assert_eq!(words, whole.text.split_whitespace().collect::<Vec<_>>());
        };
        check(&[], "");
        check(&[heard(vec![], "en")], "");
        check(
            &[heard(vec![segment(0.0, 1.0, " Good evening. "), segment(1.5, 2.0, "Ships\tpassed.")], "en")],
            "Good evening.\nShips passed.",
        );
        check(&[heard(vec![segment(0.0, 1.0, "One."), segment(3.5, 4.0, "Zwölf."), segment(4.0, 5.0, " ")], "en")], "One.\n\nZwölf.");
        check(&[heard(vec![segment(0.0, 1.0, "One.")], "en"), heard(vec![segment(1.0, 2.0, "Two.")], "en")], "One.\n\nTwo.");
        check(&[Heard { not_covered: true, ..heard(vec![segment(0.0, 1.0, "Un.")], "cy") }], "");
    }

    #[test]
    fn words_that_are_not_in_their_text_have_no_place() {
        let mut odd = segment(0.0, 1.0, "the the lamp");
        odd.words[1].text = "missing".into();
        let whole = join(&[heard(vec![odd], "en")]);
        let places: Vec<_> = whole.spans.iter().map(|span| (span.start, span.end)).collect();
        assert_eq!(places, [(0, 3), (8, 12)]);
    }

    #[test]
    fn the_language_is_the_one_that_was_spoken_longest() {
        let part = |language: &str, speech: f64| Heard { speech, ..heard(vec![segment(0.0, 1.0, "word")], language) };
        let check = |parts: &[Heard], expected: Option<&str>| assert_eq!(join(parts).language.as_deref(), expected);
        check(&[], None);
        check(&[part("en", 10.0), part("de", 15.0), part("en", 8.0)], Some("en"));
        check(&[Heard { not_covered: true, ..part("cy", 99.0) }, part("en", 1.0)], Some("en"));
        check(&[heard(vec![], "en")], None);
    }
}
