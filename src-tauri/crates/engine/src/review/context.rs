//! Everything a person needs to see to decide an item: the page, the value, the text around, how alike ones were decided.
//!
//! Reads only. Values are cut out of the text when they are shown; they are stored nowhere else.

use super::{because, decide, policy, reading};
use crate::catalog::review::{self, Finding, Item};
use crate::catalog::texts::Text;
use crate::catalog::{assets, labels, near_duplicates, texts};
use crate::enrich::taxonomy::Known;
use crate::error::{EngineError, Result};
use rusqlite::Connection;
use std::collections::HashMap;
use winnow_contract::Words;
use winnow_contract::asset::{AssetRow, RenditionKind, RenditionRow, Span};
use winnow_contract::id::{AssetId, ExtractionId};
use winnow_contract::review::*;

/// Characters of text shown before and after what is asked about.
const AROUND: usize = 600;
/// Characters before and after it in a list.
const SNIPPET: u32 = 60;
/// Seconds of sound played before and after a value.
const MORE_SOUND: f32 = 3.0;

/// Texts that were read for one answer.
type Texts = HashMap<ExtractionId, (Text, Vec<char>)>;

fn text<'a>(catalog: &Connection, texts: &'a mut Texts, id: &ExtractionId) -> Result<&'a (Text, Vec<char>)> {
    if !texts.contains_key(id) {
        let text = texts::one(catalog, id)?.ok_or_else(|| EngineError::not_found(id.as_str()))?;
        let characters = text.text.chars().collect();
        texts.insert(id.clone(), (text, characters));
    }
    Ok(&texts[id])
}

/// A page of the queue.
pub fn page(catalog: &Connection, filter: ReviewFilter, offset: u32, limit: u32) -> Result<ReviewPage> {
    let items = review::queue(catalog, filter, offset, limit)?;
    let rows = items.iter().map(|item| row(catalog, item)).collect::<Result<_>>()?;
    let (by_filter, decided) = review::counts(catalog, filter)?;
    let total = by_filter.iter().find(|(known, _)| *known == filter).map_or(0, |(_, count)| *count);
    Ok(ReviewPage { rows, total, by_filter, decided })
}

fn row(catalog: &Connection, item: &Item) -> Result<ReviewRow> {
    let asset = assets::row(catalog, &item.asset)?.ok_or_else(|| EngineError::not_found(item.asset.as_str()))?;
    let finding = match review::findings_by_item(catalog, &item.id)?.first() {
        Some(first) => Some(finding_shown(catalog, first)?),
        None => None,
    };
    let suggestion = match item.kind {
        ItemKind::Label => labels::best(catalog, &item.asset)?.map(|value| SuggestionShown { value, probability: None }),
        ItemKind::Finding | ItemKind::Extraction | ItemKind::Duplicate => None,
    };
    Ok(ReviewRow {
        item: item.id.clone(),
        kind: item.kind,
        asset: item.asset.clone(),
        name: asset.name,
        path: assets::path(catalog, &item.asset)?,
        thumbnail: asset.thumbnail,
        reason: reason(catalog, item)?,
        priority: item.priority,
        blocks: item.blocks,
        suggestion,
        finding,
    })
}

/// Why it is asked; of a duplicate with the name of the other, which is kept nowhere.
fn reason(catalog: &Connection, item: &Item) -> Result<Words> {
    Ok(match item.kind {
        ItemKind::Duplicate => item.reason.clone().with("of", other(catalog, item)?.map(|other| other.name).unwrap_or_default()),
        ItemKind::Label | ItemKind::Finding | ItemKind::Extraction => item.reason.clone(),
    })
}

/// What a duplicate is nearly the same as.
pub fn other(catalog: &Connection, item: &Item) -> Result<Option<AssetRow>> {
    let known = match item.kind {
        ItemKind::Duplicate => near_duplicates::compared_with(catalog, &item.asset)?,
        ItemKind::Label | ItemKind::Finding | ItemKind::Extraction => None,
    };
    Ok(known.map(|asset| assets::row(catalog, &asset)).transpose()?.flatten())
}

/// A finding with a little of the text around it. Only that little is read: a text may be millions of characters long.
fn finding_shown(catalog: &Connection, finding: &Finding) -> Result<FindingShown> {
    let row = &finding.row;
    let around = texts::slice(catalog, &row.extraction, row.start.saturating_sub(SNIPPET), row.end.saturating_add(SNIPPET))?;
    let snippet = around.split_whitespace().collect::<Vec<_>>().join(" ");
    Ok(FindingShown { entity: row.entity.clone(), start: row.start, end: row.end, snippet, score: row.score })
}

/// One item with everything that belongs to it; `known` holds the answers to choose from.
pub fn detail(catalog: &Connection, id: &winnow_contract::id::ReviewItemId, known: &Known) -> Result<ReviewDetail> {
    let item = review::item(catalog, id)?;
    let mut texts = Texts::new();
    let row = row(catalog, &item)?;
    let asset = assets::row(catalog, &item.asset)?.ok_or_else(|| EngineError::not_found(item.asset.as_str()))?;
    let findings = review::findings_by_item(catalog, id)?;
    let renditions = assets::renditions(catalog, &item.asset)?;
    let mut values = Vec::new();
    for finding in &findings {
        add_value(&mut values, finding, text(catalog, &mut texts, &finding.row.extraction)?);
    }
    let values: Vec<ValueShown> = values.into_iter().map(|(_, value)| value).collect();
    let stretch = reading::stretch_of(&item);
    let (context, words) = match item.kind {
        ItemKind::Finding => (finding_context(catalog, &findings, &mut texts)?, Vec::new()),
        ItemKind::Extraction => in_question(catalog, &item)?,
        ItemKind::Label | ItemKind::Duplicate => (beginning(catalog, &item.asset)?, Vec::new()),
    };
    let candidates = match item.kind {
        ItemKind::Label => candidates(catalog, &item.asset, known)?,
        ItemKind::Finding | ItemKind::Extraction | ItemKind::Duplicate => Vec::new(),
    };
    let stretch = match findings.first() {
        Some(first) => spoken(first, &text(catalog, &mut texts, &first.row.extraction)?.0),
        None => stretch,
    };
    let sound = stretch.and_then(|(t0, t1)| sound(&renditions, asset.seconds?, t0, t1));
    let precedents = precedents(catalog, &item.asset)?;
    let number = findings.first().and_then(|finding| finding.row.page).or_else(|| policy::page_of(&item.topic));
    let page = rendition(&renditions, RenditionKind::Page, number.unwrap_or(1));
    let page = page.or_else(|| rendition(&renditions, RenditionKind::Frame, number?));
    let preview = rendition(&renditions, RenditionKind::Preview, number.unwrap_or(1)).or_else(|| page.clone());
    Ok(ReviewDetail {
        row,
        asset,
        page,
        preview,
        page_number: number,
        values,
        context,
        words,
        candidates,
        sound,
        precedents,
        other: other(catalog, &item)?,
        alike: review::decided_alike(catalog, &item)?,
        alike_open: u32::try_from(decide::taken_along(catalog, &item)?).unwrap_or(u32::MAX),
        state: item.state,
    })
}

fn rendition(renditions: &[RenditionRow], kind: RenditionKind, page: u32) -> Option<RenditionRow> {
    renditions.iter().find(|rendition| rendition.kind == kind && rendition.page == page).cloned()
}

/// Adds an occurrence to its value, or a value that was not there yet.
fn add_value(values: &mut Vec<([u8; 32], ValueShown)>, finding: &Finding, (_, characters): &(Text, Vec<char>)) {
    let row = &finding.row;
    let occurrence = Occurrence {
        finding: row.finding.clone(),
        extraction: row.extraction.clone(),
        start: row.start,
        end: row.end,
        page: row.page,
        boxes: row.boxes.clone(),
    };
    if let Some((_, value)) = values.iter_mut().find(|(hash, _)| *hash == finding.value_hash) {
        value.occurrences.push(occurrence);
        return;
    }
    let end = (row.end as usize).min(characters.len());
    let text = characters[(row.start as usize).min(end)..end].iter().collect();
    let (entity, score, recogniser) = (row.entity.clone(), row.score, row.recogniser.clone());
    values.push((finding.value_hash, ValueShown { entity, text, score, recogniser, occurrences: vec![occurrence] }));
}

/// The text around the findings of the first finding's extraction, with all of them marked.
fn finding_context(catalog: &Connection, findings: &[Finding], texts: &mut Texts) -> Result<Vec<TextPart>> {
    let Some(first) = findings.first() else { return Ok(Vec::new()) };
    let (_, characters) = text(catalog, texts, &first.row.extraction)?;
    let here = || findings.iter().filter(|finding| finding.row.extraction == first.row.extraction);
    let last = here().map(|finding| finding.row.end as usize).max().unwrap_or_default().min(first.row.end as usize + 4 * AROUND);
    let start = line_start(characters, (first.row.start as usize).saturating_sub(AROUND));
    let end = (last + AROUND).min(characters.len());
    Ok(marked(characters, start, end, here().map(|finding| (finding.row.start as usize, finding.row.end as usize))))
}

/// The next start of a line within a few characters, or the place itself.
fn line_start(characters: &[char], at: usize) -> usize {
    if at == 0 {
        return 0;
    }
    characters[at..].iter().take(120).position(|character| *character == '\n').map_or(at, |offset| at + offset + 1)
}

/// Characters from `start` to `end` in parts, those in the ranges marked. Ranges ascend.
fn marked(characters: &[char], start: usize, end: usize, ranges: impl Iterator<Item = (usize, usize)>) -> Vec<TextPart> {
    let mut parts = Vec::new();
    let mut add = |from: usize, to: usize, marked: bool| {
        if from < to {
            parts.push(TextPart { text: characters[from..to].iter().collect(), marked });
        }
    };
    let mut at = start;
    for (from, to) in ranges {
        let (from, to) = (from.clamp(at, end), to.clamp(at, end));
        add(at, from, false);
        add(from, to, true);
        at = to;
    }
    add(at, end, false);
    parts
}

/// What was decided of the contents that stood at an asset's places before.
pub fn precedents(catalog: &Connection, asset: &AssetId) -> Result<Vec<AnnotationRow>> {
    let mut rows = Vec::new();
    for earlier in labels::earlier(catalog, asset)? {
        rows.extend(review::annotations_of(catalog, &earlier)?);
    }
    Ok(rows)
}

/// Every answer, those that were proposed first.
fn candidates(catalog: &Connection, asset: &AssetId, known: &Known) -> Result<Vec<Candidate>> {
    let answers = &known.taxonomy.answers;
    let mut candidates = Vec::new();
    for suggestion in labels::of(catalog, asset)? {
        let Some(answer) = answers.iter().find(|answer| answer.name == suggestion.row.answer) else { continue };
        let passage = labels::passage_text(catalog, &suggestion.evidence)?;
        let mut spread = Vec::new();
        for word in because::looked_at(&passage, &answer.description) {
            let count = labels::passages_with(catalog, &word)?;
            spread.push((word, count));
        }
        let because = because::words(spread, &answer.description);
        let (answer, description) = (answer.name.clone(), answer.description.clone());
        candidates.push(Candidate { answer, description, matches: Some(suggestion.row.score), because });
    }
    let rest = answers.iter().filter(|answer| !candidates.iter().any(|candidate| candidate.answer == answer.name));
    let rest = rest.map(|answer| Candidate {
        answer: answer.name.clone(),
        description: answer.description.clone(),
        matches: None,
        because: Vec::new(),
    });
    let rest: Vec<_> = rest.collect();
    candidates.extend(rest);
    Ok(candidates)
}

/// How the first text of an asset begins.
fn beginning(catalog: &Connection, asset: &AssetId) -> Result<Vec<TextPart>> {
    let Some(id) = labels::first_text(catalog, asset)? else { return Ok(Vec::new()) };
    let text = texts::slice(catalog, &id, 0, 3 * AROUND as u32)?;
    Ok(if text.trim().is_empty() { Vec::new() } else { vec![TextPart { text, marked: false }] })
}

/// A stretch of an asset's sound, cut to what there is; none when it has no sound.
fn sound(renditions: &[RenditionRow], seconds: f32, t0: f32, t1: f32) -> Option<SoundShown> {
    let sound = rendition(renditions, RenditionKind::Sound, 1)?.id;
    let waveform = rendition(renditions, RenditionKind::Waveform, 1).map(|waveform| waveform.id);
    let t0 = t0.clamp(0.0, seconds);
    Some(SoundShown { sound, waveform, seconds, t0, t1: t1.clamp(t0, seconds) })
}

/// When a finding was said, with some seconds around it; none for text that nobody spoke.
fn spoken(finding: &Finding, text: &Text) -> Option<(f32, f32)> {
    let first = text.spans.partition_point(|span| span.end <= finding.row.start);
    let words = || text.spans[first..].iter().take_while(|span| span.start < finding.row.end);
    let t0 = words().find_map(|span| span.t0)?;
    let t1 = words().filter_map(|span| span.t1).fold(t0, f32::max);
    Some((t0 - MORE_SOUND, t1 + MORE_SOUND))
}

/// A doubtful page, or a stretch of speech: its text with the doubtful words marked, and those words.
fn in_question(catalog: &Connection, item: &Item) -> Result<(Vec<TextPart>, Vec<DoubtfulWord>)> {
    let threshold = item.reason.params.get("threshold").and_then(|percent| percent.parse::<f32>().ok()).unwrap_or(60.0) / 100.0;
    let Some(reading::Asked { text, range, .. }) = reading::asked(catalog, item)? else { return Ok(Default::default()) };
    let characters: Vec<char> = text.text.chars().collect();
    let asked = text.spans.iter().filter(|span| span.start >= range.start && span.end <= range.end);
    let words: Vec<_> = asked.filter_map(|span| doubtful(span, &characters, threshold)).collect();
    let ranges = words.iter().map(|word| (word.start as usize, word.end as usize));
    Ok((marked(&characters, range.start as usize, range.end as usize, ranges), words.clone()))
}

fn doubtful(span: &Span, characters: &[char], threshold: f32) -> Option<DoubtfulWord> {
    let text: String = characters.get(span.start as usize..span.end as usize)?.iter().collect();
    let confidence = span.confidence.filter(|confidence| *confidence < threshold)?;
    policy::is_word(&text).then_some(DoubtfulWord {
        text,
        start: span.start,
        end: span.end,
        confidence,
        rect: span.rect,
        t0: span.t0,
        t1: span.t1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_marked_and_nothing_is_lost() {
        let check = |text: &str, start, end, ranges: &[(usize, usize)], expected: &[(&str, bool)]| {
            let characters: Vec<char> = text.chars().collect();
            let parts = marked(&characters, start, end, ranges.iter().copied());
            let parts: Vec<_> = parts.iter().map(|part| (part.text.as_str(), part.marked)).collect();
            assert_eq!(parts, expected);
        };
        check("äbcdef", 0, 6, &[(1, 3)], &[("ä", false), ("bc", true), ("def", false)]);
        check("abcdef", 2, 4, &[(0, 3), (3, 9)], &[("c", true), ("d", true)]);
        check("abc", 0, 3, &[], &[("abc", false)]);
    }
}
