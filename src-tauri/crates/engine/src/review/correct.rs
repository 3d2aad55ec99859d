//! Puts what a person wrote in the place of what was read or heard: one text, and each word where it stands or is said. Pure.
//!
//! Words that stay keep their places. As many words as they replace take their places one by one; any other run of words has one
//! place, around those of the words that it replaces.

use crate::extract::chunks;
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::ops::Range;
use winnow_contract::asset::Span;
use winnow_contract::boxes::around;

/// Name and version of these rules, as the card of what they make.
pub const CARD: &str = "correction 1";

/// A text and the places of its words, which ascend.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Placed {
    pub text: String,
    pub spans: Vec<Span>,
}

/// Seconds of sound, from and to.
pub type Stretch = (f32, f32);

/// The characters that a question about a reading is about: all of them, or those of the words that begin in a stretch of sound.
/// Where nothing was written down then it is the empty place between the words around.
pub fn asked_about(text: &str, spans: &[Span], stretch: Option<Stretch>) -> Range<u32> {
    let Some(stretch) = stretch else { return 0..at(text.chars().count()) };
    let (first, words) = within(spans, stretch);
    match words {
        [] => {
            let before = spans[..first].last().map_or(0, |span| span.end);
            let rest = text.chars().skip(before as usize).take_while(|letter| !letter.is_whitespace());
            let here = before + if before == 0 { 0 } else { at(rest.count()) };
            here..here
        }
        [first, ..] => first.start..words.last().map_or(first.end, |last| last.end),
    }
}

/// The spans that begin in a stretch, and how many come before.
fn within(spans: &[Span], (t0, t1): Stretch) -> (usize, &[Span]) {
    /// Times of words are rounded.
    const SLACK: f32 = 0.02;
    let first = spans.partition_point(|span| span.t0.is_none_or(|start| start < t0 - SLACK));
    let count = spans[first..].iter().take_while(|span| span.t0.is_some_and(|start| start < t1 - SLACK)).count();
    (first, &spans[first..first + count])
}

/// The text with `value` in the place of the characters of a range. Words where none were are said in the `stretch`. A value on
/// one line keeps the lines that were read.
pub fn put(read: &Placed, range: Range<u32>, value: &str, stretch: Option<Stretch>) -> Placed {
    let letters: Vec<char> = read.text.chars().collect();
    let value: Vec<char> = chunks::plain(value.trim().to_owned()).chars().collect();
    let end = (range.end as usize).min(letters.len());
    let old = tokens(&letters, (range.start as usize).min(end)..end);
    let (Some(first), Some(last)) = (old.first().cloned(), old.last().cloned()) else {
        return write_down(&letters, &read.spans, end, &value, stretch);
    };
    let new = tokens(&value, 0..value.len());
    let groups = groups(&letters, &old, &value, &new);
    let (between, places) = compose(&letters, &old, &value, &new, &groups, first.start);
    let text: Vec<char> = [&letters[..first.start], &between, &letters[last.end..]].concat();
    let moved = |place: u32| at(place as usize + first.start + between.len() - last.end);
    let (before, rest) = read.spans.split_at(read.spans.partition_point(|span| span.end as usize <= first.start));
    let (inside, after) = rest.split_at(rest.partition_point(|span| (span.start as usize) < last.end));
    let mut spans = before.to_vec();
    spans.extend(place(inside, &old, &groups, &places, before.last().or(after.first())));
    spans.extend(after.iter().map(|span| Span { start: moved(span.start), end: moved(span.end), ..span.clone() }));
    Placed { text: text.into_iter().collect(), spans }
}

/// Words where none were: a paragraph of their own.
fn write_down(letters: &[char], spans: &[Span], here: usize, value: &[char], stretch: Option<Stretch>) -> Placed {
    let (before, after) = letters.split_at(here);
    let gap = |needed: bool| if needed { vec!['\n', '\n'] } else { Vec::new() };
    let (lead, trail) = (gap(!before.is_empty()), gap(after.first().is_some_and(|letter| !letter.is_whitespace())));
    let start = at(here + lead.len());
    let (end, more) = (start + at(value.len()), at(lead.len() + value.len() + trail.len()));
    let (t0, t1) = (stretch.map(|(t0, _)| t0), stretch.map(|(_, t1)| t1));
    let (head, tail) = spans.split_at(spans.partition_point(|span| span.end as usize <= here));
    let mut spans = head.to_vec();
    spans.push(Span { start, end, t0, t1, corrected: true, ..Span::default() });
    spans.extend(tail.iter().map(|span| Span { start: span.start + more, end: span.end + more, ..span.clone() }));
    Placed { text: [before, &lead, value, &trail, after].concat().into_iter().collect(), spans }
}

/// The words of some characters. In scripts that are written without spaces each character is one.
fn tokens(letters: &[char], range: Range<usize>) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for n in range.clone().filter(|n| !letters[*n].is_whitespace()) {
        let goes_on = !stands_alone(letters[n]) && n > range.start && !letters[n - 1].is_whitespace() && !stands_alone(letters[n - 1]);
        match found.last_mut().filter(|_| goes_on) {
            Some(last) => last.end = n + 1,
            None => found.push(n..n + 1),
        }
    }
    found
}

/// True for letters of scripts without spaces between words: Chinese, Japanese, Thai, Lao, Burmese, Khmer.
fn stands_alone(letter: char) -> bool {
    matches!(letter, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{2e80}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}

/// Words on both sides together that are compared one by one; the work grows with their square. Beyond, all take the place of all.
const COMPARED: usize = 10_000;

/// Words that were read and the words in their place; there is always at least one that was read.
#[derive(Debug, Clone, PartialEq)]
struct Group {
    old: Range<usize>,
    new: Range<usize>,
    same: bool,
}

fn groups(letters: &[char], old: &[Range<usize>], value: &[char], new: &[Range<usize>]) -> Vec<Group> {
    let of = |letters: &[char], tokens: &[Range<usize>]| -> Vec<String> {
        tokens.iter().map(|token| letters[token.clone()].iter().collect()).collect()
    };
    if old.len() + new.len() > COMPARED {
        return vec![Group { old: 0..old.len(), new: 0..new.len(), same: false }];
    }
    let mut found: Vec<Group> = Vec::new();
    // Where new words begin that belong to the next group.
    let mut begins: Option<usize> = None;
    for step in capture_diff_slices(Algorithm::Myers, &of(letters, old), &of(value, new)) {
        let (same, from, to) = (matches!(step, DiffOp::Equal { .. }), step.old_range(), step.new_range());
        if from.is_empty() {
            match found.last_mut() {
                // New words belong to those before them, unless they begin a line.
                Some(last) if !begins_line(value, new, to.start) => (last.new.end, last.same) = (to.end, false),
                Some(_) | None => begins = Some(to.start),
            }
            continue;
        }
        let pairs = if from.len() == to.len() { from.len() } else { 1 };
        let part = |whole: &Range<usize>, n: usize| if pairs == 1 { whole.clone() } else { whole.start + n..whole.start + n + 1 };
        for n in 0..pairs {
            let (old, new, early) = (part(&from, n), part(&to, n), begins.take());
            found.push(Group { old, new: early.unwrap_or(new.start)..new.end, same: same && early.is_none() });
        }
    }
    if let (Some(_), Some(last)) = (begins, found.last_mut()) {
        (last.new.end, last.same) = (new.len(), false);
    }
    found
}

fn begins_line(value: &[char], new: &[Range<usize>], token: usize) -> bool {
    token > 0 && value[new[token - 1].end..new[token].start].contains(&'\n')
}

/// The characters that take the place of the old words, and where each group stands in the text, which they begin at `start`.
fn compose(
    letters: &[char],
    old: &[Range<usize>],
    value: &[char],
    new: &[Range<usize>],
    groups: &[Group],
    start: usize,
) -> (Vec<char>, Vec<Range<usize>>) {
    let one_line = !value.contains(&'\n');
    let (mut text, mut places) = (Vec::new(), Vec::with_capacity(groups.len()));
    let mut last: Option<&Group> = None;
    for group in groups {
        if !group.new.is_empty() {
            if let Some(last) = last {
                let said = &value[new[last.new.end - 1].end..new[group.new.start].start];
                let stood = gap(&letters[old[last.old.end - 1].end..old[group.old.start].start]);
                text.extend_from_slice(stood.filter(|_| one_line && !said.is_empty()).unwrap_or(said));
            }
            last = Some(group);
        }
        let from = start + text.len();
        if !group.new.is_empty() {
            text.extend_from_slice(&value[new[group.new.start].start..new[group.new.end - 1].end]);
        }
        places.push(from..start + text.len());
    }
    (text, places)
}

/// What parts words most among some characters: the white space with the most ends of lines.
fn gap(between: &[char]) -> Option<&[char]> {
    let runs = between.chunk_by(|one, other| one.is_whitespace() == other.is_whitespace()).filter(|run| run[0].is_whitespace());
    runs.rev().max_by_key(|run| run.iter().filter(|letter| **letter == '\n').count())
}

/// The spans of the words that stand there now.
fn place(inside: &[Span], old: &[Range<usize>], groups: &[Group], places: &[Range<usize>], near: Option<&Span>) -> Vec<Span> {
    let group_of: Vec<usize> = groups.iter().enumerate().flat_map(|(n, group)| group.old.clone().map(move |_| n)).collect();
    let mut kept: Vec<Span> = Vec::new();
    let mut runs: Vec<(Range<usize>, Vec<Span>)> = Vec::new();
    for span in inside {
        let (start, end) = (span.start as usize, span.end as usize);
        let (first, last) = (old.partition_point(|token| token.end <= start), old.partition_point(|token| token.start < end));
        if first >= last {
            continue;
        }
        let met = group_of[first]..group_of[last - 1] + 1;
        if groups[met.clone()].iter().all(|group| group.same) {
            let shifted = |token: usize, place: usize| places[group_of[token]].start + place.saturating_sub(old[token].start);
            let end = shifted(last - 1, end).min(places[met.end - 1].end);
            kept.push(Span { start: at(shifted(first, start)), end: at(end), ..span.clone() });
        } else {
            match runs.last_mut().filter(|(groups, _)| met.start < groups.end) {
                Some((groups, spans)) => {
                    groups.end = groups.end.max(met.end);
                    spans.push(span.clone());
                }
                None => runs.push((met, vec![span.clone()])),
            }
        }
    }
    let bare = (0..groups.len()).filter(|n| !groups[*n].same && !runs.iter().any(|(met, _)| met.contains(n)));
    let bare: Vec<_> = bare.map(|n| (n..n + 1, next_to(&kept, &places[n], near))).collect();
    kept.extend(runs.into_iter().chain(bare).filter_map(|(met, from)| run(&from, places[met.start].start..places[met.end - 1].end)));
    kept.sort_by_key(|span| span.start);
    kept
}

/// What stands nearest before some words, else after them.
fn next_to(spans: &[Span], words: &Range<usize>, near: Option<&Span>) -> Vec<Span> {
    let before = spans.iter().rev().find(|span| span.end as usize <= words.start);
    let after = || spans.iter().find(|span| span.start as usize >= words.end);
    before.or_else(after).or(near).cloned().into_iter().collect()
}

/// One span for the words of a run, around the places of those that they replace; none when nothing is left of them.
fn run(replaced: &[Span], words: Range<usize>) -> Option<Span> {
    let first = replaced.first().cloned().unwrap_or_default();
    let on_page = replaced.iter().filter(|span| span.page == first.page);
    let span = Span {
        start: at(words.start),
        end: at(words.end),
        rect: on_page.filter_map(|span| span.rect).reduce(around),
        t0: replaced.iter().filter_map(|span| span.t0).reduce(f32::min),
        t1: replaced.iter().filter_map(|span| span.t1).reduce(f32::max),
        confidence: None,
        corrected: true,
        ..first
    };
    (!words.is_empty()).then_some(span)
}

fn at(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
