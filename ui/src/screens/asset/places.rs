//! A text whose stretches say where they stand: sheets as rows of cells, slides, notes, comments, tracked changes.
//!
//! Of a long text only the blocks around what is looked at are drawn; the others are a button away.

use super::bench::Bench;
use super::text;
use crate::parts::icon::Icon;
use crate::parts::places::{Block, Cell, Of, Sign, block_at, blocks, column_letter, column_number, grid};
use crate::parts::segments::{Mark, MarkKind, Segment, segments};
use crate::parts::words;
use leptos::prelude::*;
use std::collections::HashMap;
use std::ops::Range;
use winnow_contract::asset::{AssetDetail, ExtractionView, PartKind, Span};

/// A sheet with more columns is not drawn as a grid.
const COLUMNS: u32 = 8;
/// Blocks drawn at first, and with every further step.
const DRAWN: usize = 240;

/// A text, its blocks, and what is marked in it.
struct Laid {
    letters: Vec<char>,
    spans: Vec<Span>,
    blocks: Vec<Block>,
    marks: Vec<Mark>,
    /// The last column of each sheet that is narrow enough for a grid.
    columns: HashMap<String, u32>,
}

impl Laid {
    /// Without the headers of a message when those are shown elsewhere.
    fn of(bench: Bench, detail: &AssetDetail, extraction: &ExtractionView, headers: bool) -> Self {
        let mut blocks = blocks(&extraction.text, &extraction.spans);
        blocks.retain(|block| headers || !matches!(&block.of, Of::At(place) if place.part == PartKind::MailHeader));
        let changed = |span: &Span| span.place.as_ref().is_some_and(|place| matches!(place.part, PartKind::Inserted | PartKind::Deleted));
        let placed = extraction.spans.iter().enumerate().filter(|(_, span)| changed(span));
        let placed = placed.map(|(n, span)| Mark { start: span.start, end: span.end, kind: MarkKind::Place(n) });
        let marks = text::found_and_spot(bench, detail, extraction).into_iter().chain(placed).collect();
        let columns = columns(&blocks);
        Self { letters: extraction.text.chars().collect(), spans: extraction.spans.clone(), blocks, marks, columns }
    }

    /// The segments between two offsets.
    fn segments(&self, start: u32, end: u32) -> Vec<Segment> {
        let end = end.min(self.letters.len() as u32).max(start);
        let text: String = self.letters[start as usize..end as usize].iter().collect();
        let inside = self.marks.iter().filter(|mark| mark.start < end && start < mark.end);
        let shifted = inside.map(|mark| Mark { start: mark.start.max(start) - start, end: mark.end.min(end) - start, kind: mark.kind });
        segments(&text, &shifted.collect::<Vec<_>>())
    }

    /// The blocks around one of them.
    fn around(&self, offset: u32) -> Range<usize> {
        let first = block_at(&self.blocks, offset).saturating_sub(DRAWN / 3);
        first..(first + DRAWN).min(self.blocks.len())
    }
}

/// The last column of each sheet, as far as a sheet can be drawn as a grid.
fn columns(blocks: &[Block]) -> HashMap<String, u32> {
    let mut last: HashMap<String, u32> = HashMap::new();
    for block in blocks {
        if let Of::Row { sheet, cells, .. } = &block.of {
            let widest = cells.iter().map(|cell| column_number(&cell.column).unwrap_or(u32::MAX)).max().unwrap_or(0);
            let known = last.entry(sheet.clone()).or_default();
            *known = widest.max(*known);
        }
    }
    last.retain(|_, columns| *columns <= COLUMNS);
    last
}

/// The sheet with its blocks.
pub fn draw(bench: Bench, detail: &AssetDetail) -> AnyView {
    let texts = detail.extractions.iter().filter(|extraction| !extraction.text.is_empty());
    let bodies = texts.map(|extraction| body(bench, detail, extraction, true)).collect_view();
    view! { <div class="text-well"><div class="text-sheet placed" data-testid="asset-text">{bodies}</div></div> }.into_any()
}

/// One text.
pub fn body(bench: Bench, detail: &AssetDetail, extraction: &ExtractionView, headers: bool) -> AnyView {
    let node = NodeRef::<leptos::html::Div>::new();
    let laid = Laid::of(bench, detail, extraction, headers);
    let spot = bench.spot.get_untracked().map_or(0, |spot| spot.start);
    let drawn = RwSignal::new(laid.around(spot));
    let count = laid.blocks.len();
    let laid = StoredValue::new(laid);
    follow_finding(bench, detail, extraction, laid, drawn);
    text::follow_spot(bench, detail, node, drawn.into());
    let rows = move || laid.with_value(|laid| view_of(laid, &drawn.get()));
    let before = move || {
        let first = drawn.with(|drawn| drawn.start);
        (first > 0).then(|| view! { <button class="button small more-text" on:click=move |_| drawn.update(|drawn| drawn.start = drawn.start.saturating_sub(DRAWN))><Icon of=icondata_lu::LuChevronUp/>{format!("What stands before ({})", words::number(first as u32))}</button> })
    };
    let after = move || {
        let last = drawn.with(|drawn| drawn.end);
        (last < count).then(|| view! { <button class="button small more-text" on:click=move |_| drawn.update(|drawn| drawn.end = (drawn.end + DRAWN).min(count))><Icon of=icondata_lu::LuChevronDown/>{format!("What follows ({})", words::number((count - last) as u32))}</button> })
    };
    view! { <div class="blocks" node_ref=node>{before}{rows}{after}</div>{text::read_by(extraction)} }.into_any()
}

/// A finding that is jumped to is drawn, wherever it stands.
fn follow_finding(bench: Bench, detail: &AssetDetail, extraction: &ExtractionView, laid: StoredValue<Laid>, drawn: RwSignal<Range<usize>>) {
    let own = |n: &usize| detail.findings[*n].extraction == extraction.id;
    let starts: Vec<Option<u32>> = (0..detail.findings.len()).map(|n| own(&n).then(|| detail.findings[n].start)).collect();
    Effect::new(move |_| {
        let Some(start) = bench.finding.get().and_then(|n| starts.get(n).copied().flatten()) else { return };
        let block = laid.with_value(|laid| block_at(&laid.blocks, start));
        if !drawn.with_untracked(|drawn| drawn.contains(&block)) {
            drawn.set(laid.with_value(|laid| laid.around(start)));
        }
    });
}

fn view_of(laid: &Laid, drawn: &Range<usize>) -> AnyView {
    let mut said = None;
    let mut heading = String::new();
    let mut rows = Vec::with_capacity(drawn.len());
    for block in &laid.blocks[drawn.clone()] {
        let sign = block.sign();
        if sign != said {
            rows.extend(sign.as_ref().and_then(|sign| sign_view(sign, &heading)));
            rows.extend(column_letters(laid, block));
            said = sign;
        }
        heading = heading_of(laid, block);
        rows.push(block_view(laid, block));
    }
    rows.into_any()
}

/// The line above a block. A sheet's name that is its heading is not said twice.
fn sign_view(sign: &Sign, heading: &str) -> Option<AnyView> {
    let twice = sign.says == heading;
    let hidden = sign.hidden.then(|| view! { <span class="chip hidden-mark"><Icon of=icondata_lu::LuEyeOff size=12/>"hidden"</span> });
    let says = (!twice).then(|| view! { <span>{sign.says.clone()}</span> });
    (!twice || sign.hidden)
        .then(|| view! { <p class="place-sign muted" class:below=twice data-testid="place-sign">{says}{hidden}</p> }.into_any())
}

/// The text of a heading; empty for any other block.
fn heading_of(laid: &Laid, block: &Block) -> String {
    match &block.of {
        Of::At(place) if place.part == PartKind::Heading => {
            laid.letters[block.start as usize..block.end as usize].iter().collect::<String>().trim().to_owned()
        }
        Of::At(_) | Of::Body | Of::Row { .. } => String::new(),
    }
}

/// The line with `A`, `B`, `C` above the rows of a sheet that is drawn as a grid.
fn column_letters(laid: &Laid, block: &Block) -> Option<AnyView> {
    let Of::Row { sheet, .. } = &block.of else { return None };
    let columns = *laid.columns.get(sheet)?;
    let letters = (1..=columns).map(|n| view! { <span class="sheet-cell">{column_letter(n)}</span> }).collect_view();
    Some(view! { <div class="sheet-row letters muted" style=format!("--columns:{columns}")><span class="row-number"></span><div class="cells aligned">{letters}</div></div> }.into_any())
}

fn block_view(laid: &Laid, block: &Block) -> AnyView {
    match &block.of {
        Of::Row { sheet, row, cells, hidden } => {
            let columns = laid.columns.get(sheet).copied();
            let cells = cells.iter().map(|cell| cell_view(laid, cell, columns.is_some())).collect_view();
            let style = columns.map(|columns| format!("--columns:{columns}"));
            view! { <div class="sheet-row" class:hidden-row=*hidden style=style><span class="row-number muted tabular">{row.clone()}</span><div class="cells" class:aligned=columns.is_some()>{cells}</div></div> }.into_any()
        }
        Of::At(place) if place.part == PartKind::Table => table_view(laid, block),
        Of::Body => view! { <div class="prose block">{pieces(laid, block)}</div> }.into_any(),
        Of::At(place) => {
            let class = format!("prose block at-{}", place.part);
            view! { <div class=class>{pieces(laid, block)}</div> }.into_any()
        }
    }
}

/// A table in a text.
fn table_view(laid: &Laid, block: &Block) -> AnyView {
    let pieces = |from, to| laid.segments(from, to).into_iter().map(|segment| piece(laid, segment)).collect_view();
    let cell = |(from, to): (u32, u32)| view! { <td>{pieces(from, to)}</td> };
    let rows = grid(&laid.letters, block.start, block.end).into_iter();
    let rows = rows.map(|row| view! { <tr>{row.into_iter().map(cell).collect_view()}</tr> }).collect_view();
    view! { <div class="block at-table"><table><tbody>{rows}</tbody></table></div> }.into_any()
}

fn cell_view(laid: &Laid, cell: &Cell, aligned: bool) -> AnyView {
    let segments = laid.segments(cell.start, cell.end);
    let spot = segments.iter().any(|segment| segment.spot);
    let pieces = segments.into_iter().map(text::piece).collect_view();
    let column = (!aligned && !cell.column.is_empty()).then(|| view! { <span class="cell-column muted">{cell.column.clone()}</span> });
    let style = column_number(&cell.column).filter(|_| aligned).map(|n| format!("grid-column:{n}"));
    let title = laid.spans.get(cell.span).and_then(|span| span.place.as_ref()).map(|place| place.name.clone());
    view! { <span class="sheet-cell" class:spot-cell=spot title=title style=style>{column}<span class="cell-text">{pieces}</span></span> }
        .into_any()
}

fn pieces(laid: &Laid, block: &Block) -> AnyView {
    // The end of a paragraph is the end of its block.
    let blank = laid.letters[..block.end as usize].iter().rev().take_while(|letter| letter.is_whitespace()).count() as u32;
    let start = laid.letters[block.start as usize..].iter().take_while(|letter| **letter == '\n').count() as u32 + block.start;
    laid.segments(start.min(block.end), block.end.saturating_sub(blank).max(start))
        .into_iter()
        .map(|segment| piece(laid, segment))
        .collect_view()
        .into_any()
}

/// A piece of a sentence: what a tracked change put in or took out stays in its place, and says so.
fn piece(laid: &Laid, segment: Segment) -> AnyView {
    let place = segment.place.and_then(|n| laid.spans.get(n)).and_then(|span| span.place.as_ref());
    let title = place.and_then(|place| place.words()).map(|words| words::capital(&words.sentence()));
    let is = |part: PartKind| place.is_some_and(|place| place.part == part);
    if is(PartKind::Inserted) {
        view! { <ins title=title>{text::piece(segment)}</ins> }.into_any()
    } else if is(PartKind::Deleted) {
        view! { <del title=title>{text::piece(segment)}</del> }.into_any()
    } else {
        text::piece(segment)
    }
}
