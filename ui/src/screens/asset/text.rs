//! The text of a file; its words know their place on the page, and the page knows its words.
//!
//! Which word is lit is set on the nodes directly: a page has hundreds of them, and one changes.

use super::bench::{Bench, Shape, is_cut, is_frame, joined, read_texts, whole_texts_of};
use crate::parts::segments::{Mark, MarkKind, Segment, flow, segments};
use crate::parts::{states, words};
use crate::store::Store;
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use std::ops::Range;
use wasm_bindgen::JsCast;
use web_sys::{Element, ScrollIntoViewOptions, ScrollLogicalPosition};
use winnow_contract::asset::{AssetDetail, ExtractionView};

/// Above this many words they are not joined to the page one by one.
const WORDS: usize = 6000;

/// The tab beside the document: the text of the page that is shown, or what is read on the frames of a film.
pub fn tab(store: Store, bench: Bench, detail: &AssetDetail) -> AnyView {
    let paged = Shape::of(detail) == Shape::Pages;
    let page = if paged { bench.page.get() } else { 0 };
    let texts = if paged { whole_texts_of(store, &detail.extractions, page) } else { read_texts(detail).cloned().collect() };
    let coming = texts.iter().any(|text| text.text.is_empty() && is_cut(text));
    let texts: Vec<_> = texts.iter().filter(|text| !text.text.is_empty()).collect();
    if !texts.is_empty() {
        return bodies(bench, detail, &texts, paged);
    }
    if coming {
        return states::waiting("Getting the text of this page");
    }
    let says = match (detail.row.busy, bench.pages.get_untracked() > 1) {
        (true, _) => "It is being read now.",
        (false, true) => "No text was found on this page.",
        (false, false) => "No text was found in it.",
    };
    states::empty(icondata_lu::LuScanText, "No text", says)
}

/// The text of the whole as the document, in large letters.
pub fn prose(bench: Bench, detail: &AssetDetail) -> AnyView {
    let texts: Vec<_> = detail.extractions.iter().filter(|extraction| !extraction.text.is_empty()).collect();
    let first = texts.first().map(|text| text.id.clone());
    let bodies = texts.into_iter().map(|text| body(bench, detail, text, first.as_ref() == Some(&text.id), true)).collect_view();
    view! { <div data-testid="asset-text">{bodies}</div> }.into_any()
}

fn bodies(bench: Bench, detail: &AssetDetail, texts: &[&ExtractionView], paged: bool) -> AnyView {
    let wanted = bench.spot.with_untracked(|spot| spot.as_ref().and_then(|spot| spot.extraction.clone()));
    let own = joined(texts, wanted.as_ref()).map(|text| text.id.clone());
    let body = |text: &&ExtractionView| {
        let second = (!paged && is_frame(detail, text.page))
            .then(|| view! { <h3 class="side-heading">"Read at "{words::clock(f64::from(text.page))}</h3> });
        view! { {second}{body(bench, detail, text, own.as_ref() == Some(&text.id), false)} }
    };
    view! { <div data-testid="asset-text">{texts.iter().map(body).collect_view()}</div> }.into_any()
}

fn body(bench: Bench, detail: &AssetDetail, extraction: &ExtractionView, joined: bool, large: bool) -> AnyView {
    let node = NodeRef::<leptos::html::Div>::new();
    let marks = marks(bench, detail, extraction);
    // Lines that the page broke are not broken again in a narrow column.
    let text = if large { extraction.text.clone() } else { flow(&extraction.text) };
    let pieces = segments(&text, &marks).into_iter().map(piece).collect_view();
    if joined {
        follow_lit(bench, node);
        follow_spot(bench, detail, node, Signal::stored(0..0));
    }
    let light = move |event: MouseEvent| {
        let lit = if joined { span_under(&event) } else { None };
        if bench.lit.get_untracked() != lit {
            bench.lit.set(lit);
        }
    };
    view! {
        <div class="prose" class:large=large node_ref=node on:mouseover=light on:mouseleave=move |_| bench.lit.set(None)>{pieces}</div>
        {read_by(extraction)}
    }
    .into_any()
}

/// Which tool read a text, how sure it was, and whether all of it is shown.
pub fn read_by(extraction: &ExtractionView) -> AnyView {
    let sure = extraction.confidence.map(|confidence| format!(" · {:.0} % sure of its words", confidence * 100.0));
    let cut = (extraction.characters as usize > extraction.text.chars().count())
        .then(|| format!(" · the first part of {} is shown", words::counted(extraction.characters, "character")));
    view! { <p class="text-tool muted">"Read by "<span class="mono">{extraction.tool.clone()}</span>{sure}{by_you(extraction)}{cut}</p> }
        .into_any()
}

/// That a person corrected some of it.
pub fn by_you(extraction: &ExtractionView) -> Option<&'static str> {
    extraction.spans.iter().any(|span| span.corrected).then_some(" · corrected by you")
}

fn marks(bench: Bench, detail: &AssetDetail, extraction: &ExtractionView) -> Vec<Mark> {
    let spans = if extraction.spans.len() <= WORDS { extraction.spans.as_slice() } else { &[] };
    let spans = spans.iter().enumerate().filter(|(_, span)| span.rect.is_some());
    let spans = spans.map(|(n, span)| Mark { start: span.start, end: span.end, kind: MarkKind::Span(n) });
    spans.chain(found_and_spot(bench, detail, extraction)).collect()
}

/// The findings of a text, what a person corrected, and what was searched for in it.
pub fn found_and_spot(bench: Bench, detail: &AssetDetail, extraction: &ExtractionView) -> Vec<Mark> {
    let findings = detail.findings.iter().enumerate().filter(|(_, finding)| finding.extraction == extraction.id);
    let findings = findings.map(|(n, finding)| (finding.start, finding.end, MarkKind::Finding(n)));
    let corrected = extraction.spans.iter().filter(|span| span.corrected).map(|span| (span.start, span.end, MarkKind::Corrected));
    let spot = bench.spot.get_untracked().filter(|spot| spot.is_in(extraction));
    let spot = spot.map(|spot| (spot.start, spot.end, MarkKind::Spot));
    findings.chain(corrected).chain(spot).map(|(start, end, kind)| Mark { start, end, kind }).collect()
}

/// A stretch of text with what is known of it.
pub fn piece(segment: Segment) -> AnyView {
    if segment.span.is_none() && segment.finding.is_none() && !segment.spot && !segment.corrected {
        return segment.text.into_any();
    }
    let class = match (segment.spot, segment.finding) {
        (true, _) => "piece spot",
        (false, Some(_)) => "piece found",
        (false, None) => "piece",
    };
    let title = segment.corrected.then_some("Corrected by you");
    view! { <span class=class class:corrected=segment.corrected title=title data-span=segment.span.map(|n| n.to_string()) data-finding=segment.finding.map(|n| n.to_string())>{segment.text}</span> }.into_any()
}

/// The span of the word the pointer is on.
fn span_under(event: &MouseEvent) -> Option<usize> {
    let element = event.target()?.dyn_into::<Element>().ok()?;
    element.get_attribute("data-span")?.parse().ok()
}

/// Lights the word whose box the pointer is on.
fn follow_lit(bench: Bench, node: NodeRef<leptos::html::Div>) {
    Effect::new(move |_| {
        let lit = bench.lit.get();
        let Some(text) = node.get() else { return };
        each(&text, ".lit", |element| drop(element.class_list().remove_1("lit")));
        if let Some(n) = lit {
            each(&text, &format!("[data-span=\"{n}\"]"), |element| drop(element.class_list().add_1("lit")));
        }
    });
}

/// Marks what was jumped to, and brings it into view; again when other parts of the text are drawn.
pub fn follow_spot(bench: Bench, detail: &AssetDetail, node: NodeRef<leptos::html::Div>, drawn: Signal<Range<usize>>) {
    let starts: Vec<u32> = detail.findings.iter().map(|finding| finding.start).collect();
    Effect::new(move |_| {
        let finding = bench.finding.get();
        drawn.track();
        let Some(text) = node.get() else { return };
        each(&text, ".current", |element| drop(element.class_list().remove_1("current")));
        let wanted = match finding {
            Some(n) if n < starts.len() => format!("[data-finding=\"{n}\"]"),
            _ => ".spot".to_owned(),
        };
        request_animation_frame(move || {
            each(&text, &wanted, |element| drop(element.class_list().add_1("current")));
            bring(&text, &wanted);
        });
    });
}

fn each(text: &Element, selector: &str, act: impl Fn(&Element)) {
    let Ok(found) = text.query_selector_all(selector) else { return };
    (0..found.length()).filter_map(|n| found.item(n)?.dyn_into::<Element>().ok()).for_each(|element| act(&element));
}

fn bring(text: &Element, selector: &str) {
    if let Ok(Some(element)) = text.query_selector(selector) {
        let how = ScrollIntoViewOptions::new();
        how.set_block(ScrollLogicalPosition::Center);
        element.scroll_into_view_with_scroll_into_view_options(&how);
    }
}
