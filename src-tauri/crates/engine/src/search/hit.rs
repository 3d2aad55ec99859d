//! Shows what was found: the words around it, and the spot it opens at.
//!
//! Ranks nothing.

use super::fuse::Match;
use super::query::Query;
use crate::catalog::words::{self, Place};
use crate::catalog::{assets, facts, texts};
use crate::error::Result;
use rusqlite::Connection;
use std::collections::HashSet;
use winnow_contract::asset::{self, AssetRow, PartKind, PixelBox, Span};
use winnow_contract::boxes::{around, upright};
use winnow_contract::review::TextPart;
use winnow_contract::search::{Evidence, Hit};

/// Characters of a passage that are shown when no word of it was asked for.
const SHOWN: usize = 240;

/// Words to show, and the spot they open at.
type Showing = (Vec<TextPart>, Evidence);

/// Tells which of some sentences means most nearly what was asked; none when it cannot tell.
pub type Nearest<'a> = &'a dyn Fn(&[&str]) -> Option<usize>;

/// What is shown, and how it stands among the others.
pub struct Shown<'a> {
    pub found: &'a Match,
    /// From 1.
    pub rank: u32,
    pub score: f32,
    /// None when an asset was asked about.
    pub query: Option<&'a Query>,
    /// For the first hits, which a person looks at.
    pub nearest: Option<Nearest<'a>>,
}

/// A hit; none when its asset is gone meanwhile.
pub fn hit(catalog: &Connection, shown: &Shown<'_>) -> Result<Option<Hit>> {
    let found = shown.found;
    let Some(row) = assets::row(catalog, &found.asset)? else { return Ok(None) };
    let sure = |(snippet, evidence)| (snippet, evidence, false);
    let (snippet, evidence, rough) = match (&found.best, shown.query) {
        (Some((place, true)), Some(query)) => sure(by_words(catalog, query, place)?),
        (best, Some(query)) if !found.named && (found.told || best.is_none()) => sure(by_facts(catalog, query, found, &row)?),
        (Some((place, _)), query) => by_meaning(catalog, place, query, shown.nearest)?,
        (None, _) => sure(by_name(found, &row)),
    };
    Ok(Some(Hit {
        rank: shown.rank,
        asset: found.asset.clone(),
        name: row.name,
        path: assets::path(catalog, &found.asset)?,
        kind: row.kind,
        thumbnail: row.thumbnail,
        score: shown.score,
        why: found.why.clone(),
        snippet,
        more: found.more,
        evidence,
        rough,
    }))
}

/// Where the sentence of a place stands that is nearest to a question.
pub fn spot(catalog: &Connection, place: &Place, query: &Query, nearest: Nearest<'_>) -> Result<Evidence> {
    by_meaning(catalog, place, Some(query), Some(nearest)).map(|(_, evidence, _)| evidence)
}

/// The name, which stands on no page.
fn by_name(found: &Match, row: &AssetRow) -> Showing {
    (vec![TextPart { text: row.name.clone(), marked: found.named }], Evidence::default())
}

/// The property that answers, and which it is: the asset opens at its beginning.
fn by_facts(catalog: &Connection, query: &Query, found: &Match, row: &AssetRow) -> Result<Showing> {
    let Some((key, value)) = facts::matches(catalog, query, &found.asset)? else { return Ok(by_name(found, row)) };
    let place = asset::Place { part: PartKind::Property, name: key };
    Ok((value, Evidence { place: Some(place), ..Evidence::default() }))
}

/// The words around those that match, and where these stand: characters, page, box, seconds.
fn by_words(catalog: &Connection, query: &Query, place: &Place) -> Result<Showing> {
    let (snippet, run) = words::matches(catalog, query, place)?;
    let Some((start, end)) = run else { return Ok((snippet, Evidence::default())) };
    let spans = texts::spans(catalog, &place.extraction)?;
    let word = at(&spans, start);
    let evidence = Evidence {
        extraction: Some(place.extraction.clone()),
        page: word.and_then(|span| span.page).or(place.page),
        rect: line_box(&spans, start, end),
        t0: word.and_then(|span| span.t0),
        t1: word.and_then(|span| span.t1),
        start: Some(start),
        end: Some(end),
        place: word.and_then(|span| span.place.clone()),
    };
    Ok((snippet, evidence))
}

/// The sentence of a place that answers best, where it stands, and whether another may answer better.
fn by_meaning(
    catalog: &Connection,
    place: &Place,
    query: Option<&Query>,
    nearest: Option<Nearest<'_>>,
) -> Result<(Vec<TextPart>, Evidence, bool)> {
    let text = words::text(catalog, place.chunk)?;
    let ((from, to), sure) = closest(&text, query.map_or("", |query| query.text.as_str()), nearest);
    let (start, end) = (place.start + characters(&text[..from]), place.start + characters(&text[..to]));
    let spans = texts::spans(catalog, &place.extraction)?;
    let (first, last) = (at(&spans, start), end.checked_sub(1).and_then(|end| at(&spans, end)));
    let evidence = Evidence {
        extraction: Some(place.extraction.clone()),
        page: first.and_then(|span| span.page).or(place.page),
        rect: line_box(&spans, start, end),
        t0: first.and_then(|span| span.t0).or(place.t0),
        t1: last.and_then(|span| span.t1).or(place.t1),
        start: Some(start),
        end: Some(end),
        place: first.and_then(|span| span.place.clone()),
    };
    Ok((vec![TextPart { text: one_line(&text[from..to]), marked: false }], evidence, query.is_some() && !sure))
}

fn characters(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

/// The bytes of the sentence that is nearest in meaning where that can be told, else of the one that shares the most words with
/// what was asked, else of the first two; and whether no other can be nearer.
fn closest(text: &str, asked: &str, nearest: Option<Nearest<'_>>) -> ((usize, usize), bool) {
    let asked: HashSet<String> = terms(asked).collect();
    let sentences = sentences(text);
    let told = || nearest?(&sentences.iter().map(|(from, to)| &text[*from..*to]).collect::<Vec<_>>());
    let shared = |(from, to): (usize, usize)| terms(&text[from..to]).filter(|word| asked.contains(word)).collect::<HashSet<_>>().len();
    let sharing = || sentences.iter().copied().rev().map(|sentence| (shared(sentence), sentence)).max_by_key(|(count, _)| *count);
    let first_two = || sentences.first().map_or((0, 0), |first| (first.0, sentences[sentences.len().min(2) - 1].1));
    match (told().and_then(|index| sentences.get(index)), sharing()) {
        (Some(sentence), _) => (*sentence, true),
        (None, Some((count, sentence))) if count > 0 => (sentence, sentences.len() < 2),
        (None, _) => (first_two(), sentences.len() < 2),
    }
}

/// On one line, cut where it gets long.
fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((cut, _)) => format!("{}…", line[..cut].rsplit_once(' ').map_or(&line[..cut], |(head, _)| head)),
        None => line,
    }
}

/// Words of four letters and more, in small letters: shorter ones say little of what a sentence is about.
fn terms(text: &str) -> impl Iterator<Item = String> {
    text.split(|character: char| !character.is_alphanumeric()).filter(|word| word.chars().count() > 3).map(str::to_lowercase)
}

/// Bytes of each sentence without the blanks around it. A line of a transcript or a list is one too.
fn sentences(text: &str) -> Vec<(usize, usize)> {
    let mut ends = Vec::new();
    let mut before = ' ';
    for (at, character) in text.char_indices() {
        let ended =
            matches!(before, '.' | '!' | '?' | '…') && character.is_whitespace() || before == '\n' && character == '\n' || before == '。';
        if ended {
            ends.push(at);
        }
        before = character;
    }
    ends.push(text.len());
    let mut from = 0;
    let parts = ends.into_iter().map(|to| trimmed(text, std::mem::replace(&mut from, to), to));
    parts.filter(|(from, to)| from < to).collect()
}

fn trimmed(text: &str, from: usize, to: usize) -> (usize, usize) {
    let part = &text[from..to];
    let start = from + (part.len() - part.trim_start().len());
    (start, start + part.trim().len())
}

/// The box around the words from `start` to `end`, as far as they stand on the line of the first. On a page that lies on its
/// side, lines run up or down.
fn line_box(spans: &[Span], start: u32, end: u32) -> Option<PixelBox> {
    let first = spans.partition_point(|span| span.end <= start);
    let boxes: Vec<PixelBox> = spans[first..].iter().take_while(|span| span.start < end).filter_map(|span| span.rect).collect();
    let head = *boxes.first()?;
    if upright(&head) || boxes.get(1).is_some_and(upright) {
        let column = |rect: &&PixelBox| (head[0]..head[0] + head[2]).contains(&(rect[0] + rect[2] / 2));
        return Some(boxes[1..].iter().take_while(column).copied().fold(head, around));
    }
    let line = |rect: &&PixelBox| (head[1]..head[1] + head[3]).contains(&(rect[1] + rect[3] / 2)) && rect[0] >= head[0];
    Some(boxes[1..].iter().take_while(line).copied().fold(head, around))
}

/// The span that holds a character.
pub(crate) fn at(spans: &[Span], character: u32) -> Option<&Span> {
    spans.get(spans.partition_point(|span| span.end <= character)).filter(|span| span.start <= character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_goes_along_its_line() {
        let check = |boxes: &[PixelBox], expected: PixelBox| {
            let word = |(at, rect): (usize, &PixelBox)| Span { start: at as u32, end: at as u32 + 1, rect: Some(*rect), ..Span::default() };
            let spans: Vec<Span> = boxes.iter().enumerate().map(word).collect();
            assert_eq!(line_box(&spans, 0, boxes.len() as u32), Some(expected), "{boxes:?}");
        };
        check(&[[10, 10, 40, 12]], [10, 10, 40, 12]);
        check(&[[10, 10, 40, 12], [60, 11, 30, 12]], [10, 10, 80, 13]);
        check(&[[10, 10, 40, 12], [10, 30, 30, 12]], [10, 10, 40, 12]);
        check(&[[100, 10, 12, 60], [100, 80, 12, 20]], [100, 10, 12, 90]);
        check(&[[100, 10, 12, 14], [100, 30, 12, 60], [80, 10, 12, 60]], [100, 10, 12, 80]);
    }

    #[test]
    fn the_sentence_nearest_to_the_question_is_shown() {
        let shown = |text: &str, asked: &str, nearest: Option<Nearest<'_>>| {
            let ((from, to), _) = closest(text, asked, nearest);
            one_line(&text[from..to])
        };
        let check = |text: &str, asked: &str, expected: &str| assert_eq!(shown(text, asked, None), expected, "{text} / {asked}");
        check("", "anything", "");
        check("Only one.", "", "Only one.");
        check("One here. Two here. Three here.", "", "One here. Two here.");
        check("The lamp was lit. A ship\nran aground at night. Nobody saw it.", "which ship was aground", "A ship ran aground at night.");
        check("Version 1.2 of it. Other.", "version", "Version 1.2 of it.");
        check("a heading\n\nthe flood soaked it", "flood", "the flood soaked it");
        check("STORM first. storm second.", "storm", "STORM first.");
        let long = "word ".repeat(100);
        assert_eq!(shown(&long, "", None).chars().count(), SHOWN);
        assert_eq!(shown(&"x".repeat(900), "", None).chars().count(), SHOWN + 1);
        let last = |sentences: &[&str]| sentences.len().checked_sub(1);
        assert_eq!(shown("One ship. Two lamps. Ärger am Kai.", "ship", Some(&last)), "Ärger am Kai.");
        assert_eq!(shown("One ship. Two.", "ship", Some(&|_: &[&str]| None)), "One ship.", "it cannot tell");
        let sure = |text: &str, nearest: Option<Nearest<'_>>| closest(text, "ship", nearest).1;
        assert!(sure("", None) && sure("Only one.", None) && sure("One ship. Two.", Some(&last)));
        assert!(!sure("One ship. Two.", None) && !sure("One lamp. Two.", Some(&|_: &[&str]| None)));
    }
}
