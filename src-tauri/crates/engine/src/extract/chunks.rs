//! Cuts a text into chunks: at paragraphs, else at sentences, else at spaces, never longer than a limit.
//!
//! Knows no embedder: the cut is the same whatever reads it later.

use crate::outcome::NewChunk;
use winnow_contract::asset::Span;
use winnow_contract::id::ChunkId;

/// Unicode scalar values that a chunk aims at …
const AIM: usize = 600;
/// … and never exceeds.
const LIMIT: usize = 900;

/// The text without control characters that would be taken for marks or ends; each becomes one `�`, so that places stay.
pub fn plain(text: String) -> String {
    let odd = |character: char| character.is_control() && !matches!(character, '\t' | '\n' | '\r');
    if text.contains(odd) { text.chars().map(|character| if odd(character) { '\u{fffd}' } else { character }).collect() } else { text }
}

/// Chunks that cover every non-blank character of a text exactly once. `page` is the one the text was read from; 0 when it is of
/// the whole.
pub fn cut(text: &str, spans: &[Span], page: u32, mut id: impl FnMut() -> String) -> Vec<NewChunk> {
    let characters: Vec<char> = text.chars().collect();
    let mut chunks = Vec::new();
    let mut start = 0;
    while start < characters.len() {
        let end = start + length(&characters[start..]);
        if let Some((from, to)) = trim(&characters, start, end) {
            let (t0, t1) = times(spans, from, to);
            chunks.push(NewChunk {
                id: ChunkId(id()),
                start: from,
                end: to,
                page: page_at(spans, from).or((page > 0).then_some(page)),
                t0,
                t1,
            });
        }
        start = end;
    }
    chunks
}

/// Where to cut what is left.
fn length(rest: &[char]) -> usize {
    if rest.len() <= LIMIT {
        return rest.len();
    }
    let window = &rest[..LIMIT];
    let paragraph = |at: usize| window[at - 1] == '\n' && window.get(at.wrapping_sub(2)) == Some(&'\n');
    let sentence = |at: usize| window[at - 1].is_whitespace() && at >= 2 && matches!(window[at - 2], '.' | '!' | '?' | '\n' | '。');
    let space = |at: usize| window[at - 1].is_whitespace();
    last_at(paragraph).or_else(|| last_at(sentence)).or_else(|| last_at(space)).unwrap_or(LIMIT)
}

/// The last place from the aim (then from half of it) where a cut fits.
fn last_at(fits: impl Fn(usize) -> bool) -> Option<usize> {
    (AIM / 2..=LIMIT).rev().find(|at| *at <= AIM + 200 && fits(*at)).or_else(|| (AIM..=LIMIT).rev().find(|at| fits(*at)))
}

fn trim(characters: &[char], start: usize, end: usize) -> Option<(u32, u32)> {
    let slice = &characters[start..end];
    let first = slice.iter().position(|character| !character.is_whitespace())?;
    let last = slice.iter().rposition(|character| !character.is_whitespace())?;
    Some((u32::try_from(start + first).ok()?, u32::try_from(start + last + 1).ok()?))
}

fn page_at(spans: &[Span], at: u32) -> Option<u32> {
    spans.get(spans.partition_point(|span| span.end <= at)).and_then(|span| span.page)
}

/// From when to when a stretch of the text is heard.
fn times(spans: &[Span], start: u32, end: u32) -> (Option<f32>, Option<f32>) {
    let inside = &spans[spans.partition_point(|span| span.end <= start)..spans.partition_point(|span| span.start < end)];
    (inside.iter().find_map(|span| span.t0), inside.iter().rev().find_map(|span| span.t1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_cover_every_character_once_and_stay_below_the_limit() {
        let check = |text: &str, expected: Option<usize>| {
            let chunks = cut(text, &[], 0, || "c".into());
            let characters: Vec<char> = text.chars().collect();
            let covered: String = chunks
                .iter()
                .flat_map(|chunk| &characters[chunk.start as usize..chunk.end as usize])
                .filter(|c| !c.is_whitespace())
                .collect();
            let wanted: String = text.chars().filter(|c| !c.is_whitespace()).collect();
            assert_eq!(covered, wanted);
            assert!(chunks.iter().all(|chunk| (chunk.end - chunk.start) as usize <= LIMIT));
            if let Some(expected) = expected {
                assert_eq!(chunks.len(), expected);
            }
        };
        check("", Some(0));
        check(" \n\n ", Some(0));
        check("one short paragraph", Some(1));
        check(&"word ".repeat(2000), None);
        check(&"ä".repeat(4000), Some(5));
        check(&format!("{}\n\n{}", "first. ".repeat(120), "second. ".repeat(100)), Some(2));
    }

    #[test]
    fn a_chunk_knows_when_it_is_heard() {
        let span = |start, end, t0: f32| Span { start, end, t0: Some(t0), t1: Some(t0 + 1.0), ..Span::default() };
        let spans = [span(0, 4, 10.0), span(5, 9, 11.0), span(12, 15, 20.0)];
        let check = |start, end, expected| assert_eq!(times(&spans, start, end), expected, "{start}..{end}");
        check(0, 9, (Some(10.0), Some(12.0)));
        check(5, 15, (Some(11.0), Some(21.0)));
        check(9, 12, (None, None));
        check(2, 3, (Some(10.0), Some(11.0)));
        check(15, 99, (None, None));
        assert_eq!(times(&[], 0, 5), (None, None));
    }
}
