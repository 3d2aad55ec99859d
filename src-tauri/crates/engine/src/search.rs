//! Search: from what a person typed to the places that answer it.
//!
//! `query` reads what was typed (pure); the rows are in `catalog::words`.

pub mod query;

use crate::catalog::{assets, texts, words};
use crate::error::Result;
use query::Query;
use rusqlite::Connection;
use std::collections::HashMap;
use winnow_contract::asset::{AssetFilter, MediaKind, PixelBox, Span};
use winnow_contract::id::AssetId;
use winnow_contract::review::TextPart;
use winnow_contract::search::{Evidence, Hit, HitWhy, SearchPage};

/// Constant of reciprocal rank fusion (Cormack, Clarke, Büttcher 2009).
const FUSION: f32 = 60.0;

/// Assets that hold every term, in their texts or names, best first; a page of them.
pub fn search(catalog: &Connection, typed: &str, filter: &AssetFilter, offset: u32, limit: u32) -> Result<SearchPage> {
    let Some(query) = Query::parse(typed) else { return Ok(SearchPage::default()) };
    let texts = words::in_texts(catalog, &query, filter)?;
    let names = words::in_names(catalog, &query, filter)?;
    let ranked = fuse(&texts, &names);
    let best = ranked.first().map_or(1.0, |first| first.1);
    let by_kind = words::by_kind(catalog, ranked.iter().map(|(asset, _)| asset))?;
    let mut hits = Vec::new();
    for (rank, (asset, score)) in (1u32..).zip(&ranked).skip(offset as usize).take(limit as usize) {
        hits.extend(hit(catalog, &query, asset, rank, score / best, &texts, &names)?);
    }
    Ok(SearchPage { hits, total: u32::try_from(ranked.len()).unwrap_or(u32::MAX), by_kind: sorted(by_kind), ..SearchPage::default() })
}

fn sorted(by_kind: HashMap<MediaKind, u32>) -> Vec<(MediaKind, u32)> {
    let mut counts: Vec<_> = by_kind.into_iter().collect();
    counts.sort_unstable_by_key(|(kind, count)| (std::cmp::Reverse(*count), *kind));
    counts
}

/// Reciprocal ranks of an asset in both lists, added up; best first.
fn fuse(texts: &[words::Place], names: &[AssetId]) -> Vec<(AssetId, f32)> {
    let mut scores: HashMap<&AssetId, f32> = HashMap::new();
    let mut order: Vec<&AssetId> = Vec::new();
    let mut add = |asset, rank: usize| {
        let score = scores.entry(asset).or_insert_with(|| {
            order.push(asset);
            0.0
        });
        *score += 1.0 / (FUSION + rank as f32 + 1.0);
    };
    texts.iter().enumerate().for_each(|(rank, place)| add(&place.asset, rank));
    names.iter().enumerate().for_each(|(rank, asset)| add(asset, rank));
    let mut ranked: Vec<_> = order.into_iter().map(|asset| (asset.clone(), scores[asset])).collect();
    ranked.sort_by(|one, other| other.1.total_cmp(&one.1));
    ranked
}

fn hit(
    catalog: &Connection,
    query: &Query,
    asset: &AssetId,
    rank: u32,
    score: f32,
    texts: &[words::Place],
    names: &[AssetId],
) -> Result<Option<Hit>> {
    let Some(row) = assets::row(catalog, asset)? else { return Ok(None) };
    let place = texts.iter().find(|place| place.asset == *asset);
    let (snippet, evidence, more) = match place {
        Some(place) => (words::snippet(catalog, query, place.chunk)?, evidence(catalog, query, place)?, place.chunks.saturating_sub(1)),
        None => (vec![TextPart { text: row.name.clone(), marked: names.contains(asset) }], Evidence::default(), 0),
    };
    Ok(Some(Hit {
        rank,
        asset: asset.clone(),
        name: row.name,
        path: assets::path(catalog, asset)?,
        kind: row.kind,
        thumbnail: row.thumbnail,
        score,
        why: HitWhy { lexical: Some(score), semantic: None },
        snippet,
        more,
        evidence,
    }))
}

/// Where the first matching words of a place stand: characters, page and box.
fn evidence(catalog: &Connection, query: &Query, place: &words::Place) -> Result<Evidence> {
    let Some((start, end)) = words::first_match(catalog, query, place)? else { return Ok(Evidence::default()) };
    let text = texts::one(catalog, &place.extraction)?;
    let word = text.as_ref().and_then(|text| at(&text.spans, start));
    Ok(Evidence {
        extraction: Some(place.extraction.clone()),
        page: word.and_then(|span| span.page),
        rect: text.as_ref().and_then(|text| line_box(&text.spans, start, end)),
        t0: word.and_then(|span| span.t0),
        t1: word.and_then(|span| span.t1),
        start: Some(start),
        end: Some(end),
    })
}

/// The box around the words from `start` to `end`, as far as they stand on the line of the first.
fn line_box(spans: &[Span], start: u32, end: u32) -> Option<PixelBox> {
    let first = spans.partition_point(|span| span.end <= start);
    let mut boxes = spans[first..].iter().take_while(|span| span.start < end).filter_map(|span| span.rect);
    let head = boxes.next()?;
    let middle = |rect: &PixelBox| rect[1] + rect[3] / 2;
    let same_line = |rect: &PixelBox| (head[1]..head[1] + head[3]).contains(&middle(rect)) && rect[0] >= head[0];
    Some(boxes.take_while(same_line).fold(head, around))
}

fn around(one: PixelBox, other: PixelBox) -> PixelBox {
    let (left, top) = (one[0].min(other[0]), one[1].min(other[1]));
    let (right, bottom) = ((one[0] + one[2]).max(other[0] + other[2]), (one[1] + one[3]).max(other[1] + other[3]));
    [left, top, right - left, bottom - top]
}

/// The span that holds a character.
pub(crate) fn at(spans: &[Span], character: u32) -> Option<&Span> {
    spans.get(spans.partition_point(|span| span.end <= character)).filter(|span| span.start <= character)
}
