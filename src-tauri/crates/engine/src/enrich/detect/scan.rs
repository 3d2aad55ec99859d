//! Finds the values in one segment: where patterns match, which matches hold, and who wins where two overlap.
//!
//! Deliberately bounded: the work on a segment depends on its length alone, so a text of any length takes linear time.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use super::check::{Candidate, Checked};
use super::recogniser::{EntityRules, Near, Pattern, Recognisers};
use super::stream::count_scalars;
use super::{Detected, fold, segment};

/// A segment with some text on both sides, folded.
pub struct Window<'t> {
    text: Cow<'t, str>,
    /// Bytes of the folded text in which a finding may start.
    body: Range<usize>,
}

impl<'t> Window<'t> {
    /// The window on bytes `body` of `text`.
    pub fn new(text: &'t str, body: &Range<usize>) -> Self {
        let (from, to) = (segment::margin_before(text, body.start), segment::margin_after(text, body.end));
        if text[from..to].is_ascii() {
            return Self { text: Cow::Borrowed(&text[from..to]), body: body.start - from..body.end - from };
        }
        let mut folded = String::with_capacity(to - from);
        fold::fold_into(&text[from..body.start], &mut folded);
        let start = folded.len();
        fold::fold_into(&text[body.clone()], &mut folded);
        let end = folded.len();
        fold::fold_into(&text[body.end..to], &mut folded);
        Self { text: Cow::Owned(folded), body: start..end }
    }
}

/// A value that holds, in bytes of the window.
struct Hit<'r> {
    rules: &'r EntityRules,
    pattern: &'r Pattern,
    checked: Checked,
    score: f32,
}

/// The findings that start in the window's body, sorted and without overlaps, positions counted from the body's start.
pub fn findings(rules: &Recognisers, window: &Window<'_>) -> Vec<Detected<u64>> {
    let mut hits = Vec::new();
    for entity in rules.entities() {
        for island in islands(&window.text, &entity.near) {
            for pattern in &entity.patterns {
                search(entity, pattern, &window.text, &island, &mut hits);
            }
        }
    }
    hits.retain(|hit| window.body.contains(&hit.checked.start));
    located(winners(hits), window)
}

/// Stretches of the text that can hold a value: around enough of the bytes that every value contains.
fn islands(text: &str, near: &Near) -> Vec<Range<usize>> {
    let mut islands = Vec::new();
    let mut open: Option<(usize, usize, usize)> = None;
    let marks = text.bytes().enumerate().filter(|&(_, byte)| near.bytes[usize::from(byte)]).map(|(at, _)| at);
    for at in marks {
        open = match open {
            Some((first, last, count)) if at - last <= near.reach => Some((first, at, count + 1)),
            _ => {
                islands.extend(open.and_then(|found| island(text, near, found)));
                Some((at, at, 1))
            }
        };
    }
    islands.extend(open.and_then(|found| island(text, near, found)));
    islands
}

fn island(text: &str, near: &Near, (first, last, count): (usize, usize, usize)) -> Option<Range<usize>> {
    let start = text.floor_char_boundary(first.saturating_sub(near.reach));
    let end = text.ceil_char_boundary((last + 1 + near.reach).min(text.len()));
    (count >= near.min).then_some(start..end)
}

/// Tries one pattern over an island. After a match that does not hold, or holds by its context alone, the search goes on
/// behind its first token, for a better one may start inside.
fn search<'r>(rules: &'r EntityRules, pattern: &'r Pattern, text: &str, island: &Range<usize>, hits: &mut Vec<Hit<'r>>) {
    let mut at = island.start;
    while let Some(found) = text.get(at..island.end).and_then(|rest| pattern.regex.find(rest)) {
        let candidate = Candidate { text, start: at + found.start(), end: at + found.end() };
        at = rules.check.resume(&candidate);
        if let Some(hit) = judge(rules, pattern, &candidate) {
            at = if hit.checked.sound { hit.checked.end } else { at };
            hits.push(hit);
        }
    }
}

fn judge<'r>(rules: &'r EntityRules, pattern: &'r Pattern, candidate: &Candidate<'_>) -> Option<Hit<'r>> {
    let hopeless = || pattern.best() + rules.shift(candidate.text, candidate.start, candidate.end) < rules.min_score;
    if !rules.check.is_plausible(candidate) || (rules.check.is_slow() && hopeless()) {
        return None;
    }
    let checked = rules.check.confirm(candidate)?;
    let base = if checked.sound { Some(pattern.score) } else { pattern.unchecked };
    let score = (base? + checked.weight + rules.shift(candidate.text, checked.start, checked.end)).clamp(0.0, 0.99);
    (score >= rules.min_score).then_some(Hit { rules, pattern, checked, score })
}

impl Hit<'_> {
    /// Order of strength: score, then harm, then length, then position.
    fn by_strength(&self, other: &Self) -> std::cmp::Ordering {
        let length = |hit: &Self| hit.checked.end - hit.checked.start;
        let by_score = other.score.total_cmp(&self.score).then(other.rules.severity.total_cmp(&self.rules.severity));
        by_score.then(length(other).cmp(&length(self))).then(self.checked.start.cmp(&other.checked.start))
    }
}

/// The strongest first, each unless it overlaps one that is in already. By start.
fn winners(mut hits: Vec<Hit<'_>>) -> BTreeMap<usize, Hit<'_>> {
    hits.sort_by(Hit::by_strength);
    let mut kept: BTreeMap<usize, Hit<'_>> = BTreeMap::new();
    for hit in hits {
        let last_before_end = kept.range(..hit.checked.end).next_back();
        if last_before_end.is_none_or(|(_, other)| other.checked.end <= hit.checked.start) {
            kept.insert(hit.checked.start, hit);
        }
    }
    kept
}

/// Turns bytes into scalar values in one pass.
fn located(hits: BTreeMap<usize, Hit<'_>>, window: &Window<'_>) -> Vec<Detected<u64>> {
    let (mut byte, mut scalar) = (window.body.start, 0);
    let mut found = Vec::with_capacity(hits.len());
    for hit in hits.into_values() {
        let start = scalar + count_scalars(&window.text[byte..hit.checked.start]);
        let end = start + count_scalars(&window.text[hit.checked.start..hit.checked.end]);
        (byte, scalar) = (hit.checked.end, end);
        found.push(hit.placed(start, end));
    }
    found
}

impl Hit<'_> {
    fn placed(self, start: u64, end: u64) -> Detected<u64> {
        Detected {
            recogniser: self.name(),
            entity: self.rules.entity.clone(),
            start,
            end,
            score: self.score,
            severity: self.rules.severity,
            route: self.rules.route,
            blocks: self.rules.blocks,
            grouped: self.rules.grouped,
            normalised: self.checked.normalised,
        }
    }

    fn name(&self) -> String {
        let kind = self.checked.kind.as_deref().unwrap_or(&self.pattern.name);
        let proof = if self.checked.sound { format!("+{}", self.rules.check.name()) } else { String::new() };
        format!("{}/{kind}{proof}", self.rules.entity.to_ascii_lowercase())
    }
}
