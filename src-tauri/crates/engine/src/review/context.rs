//! Everything a person needs to see to decide an item: the page, the value, the text around, how alike ones were decided.
//!
//! Reads only. Values are cut out of the text when they are shown; they are stored nowhere else.

use super::policy;
use crate::catalog::review::{self, Finding, Item};
use crate::catalog::texts::Text;
use crate::catalog::{assets, texts};
use crate::error::{EngineError, Result};
use rusqlite::Connection;
use std::collections::HashMap;
use winnow_contract::asset::{RenditionKind, RenditionRow};
use winnow_contract::id::ExtractionId;
use winnow_contract::review::*;

/// Characters of text shown before and after what is asked about.
const AROUND: usize = 600;
/// Characters before and after it in a list.
const SNIPPET: u32 = 60;
/// Characters of a doubtful page that are shown.
const PAGE: usize = 20_000;

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
    Ok(ReviewRow {
        item: item.id.clone(),
        kind: item.kind,
        asset: item.asset.clone(),
        name: asset.name,
        path: assets::path(catalog, &item.asset)?,
        thumbnail: asset.thumbnail,
        reason: item.reason.clone(),
        priority: item.priority,
        blocks: item.blocks,
        suggestion: None,
        finding,
    })
}

/// A finding with a little of the text around it. Only that little is read: a text may be millions of characters long.
fn finding_shown(catalog: &Connection, finding: &Finding) -> Result<FindingShown> {
    let row = &finding.row;
    let around = texts::slice(catalog, &row.extraction, row.start.saturating_sub(SNIPPET), row.end.saturating_add(SNIPPET))?;
    let snippet = around.split_whitespace().collect::<Vec<_>>().join(" ");
    Ok(FindingShown { entity: row.entity.clone(), start: row.start, end: row.end, snippet, score: row.score })
}

/// One item with everything that belongs to it.
pub fn detail(catalog: &Connection, id: &winnow_contract::id::ReviewItemId) -> Result<ReviewDetail> {
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
    let (context, words) = match item.kind {
        ItemKind::Finding => (finding_context(catalog, &findings, &mut texts)?, Vec::new()),
        ItemKind::Extraction => reading(catalog, &item)?,
        ItemKind::Label | ItemKind::Duplicate => (Vec::new(), Vec::new()),
    };
    let preview = rendition(&renditions, RenditionKind::Preview).or_else(|| rendition(&renditions, RenditionKind::Page));
    Ok(ReviewDetail {
        row,
        asset,
        page: rendition(&renditions, RenditionKind::Page),
        preview,
        page_number: findings.first().and_then(|finding| finding.row.page).or(words.first().map(|_| 1)),
        values,
        context,
        words,
        candidates: Vec::new(),
        sound: None,
        precedents: Vec::new(),
        alike: review::decided_alike(catalog, &item)?,
        alike_open: u32::try_from(review::alike(catalog, &item)?.len()).unwrap_or(u32::MAX),
        state: item.state,
    })
}

fn rendition(renditions: &[RenditionRow], kind: RenditionKind) -> Option<RenditionRow> {
    renditions.iter().find(|rendition| rendition.kind == kind && rendition.page == 1).cloned()
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

/// A doubtful page: its text with the doubtful words marked, and those words.
fn reading(catalog: &Connection, item: &Item) -> Result<(Vec<TextPart>, Vec<DoubtfulWord>)> {
    let threshold = item.reason.params.get("threshold").and_then(|percent| percent.parse::<f32>().ok()).unwrap_or(60.0) / 100.0;
    let Some(text) = texts::live(catalog, &item.asset)?.into_iter().find(|text| text.confidence.is_some()) else {
        return Ok(Default::default());
    };
    let characters: Vec<char> = text.text.chars().collect();
    let words: Vec<_> = text.spans.iter().filter_map(|span| doubtful(span, &characters, threshold)).collect();
    let ranges = words.iter().map(|word| (word.start as usize, word.end as usize));
    Ok((marked(&characters, 0, characters.len().min(PAGE), ranges), words.clone()))
}

fn doubtful(span: &winnow_contract::asset::Span, characters: &[char], threshold: f32) -> Option<DoubtfulWord> {
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
