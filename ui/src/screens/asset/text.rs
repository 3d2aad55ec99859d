//! The text of a file; its words know their place on the page, and the page knows its words.
//!
//! Which word is lit is set on the nodes directly: a page has hundreds of them, and one changes.

use super::bench::Bench;
use crate::parts::segments::{Mark, MarkKind, Segment, flow, segments};
use crate::parts::{states, words};
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, ScrollIntoViewOptions, ScrollLogicalPosition};
use winnow_contract::asset::{AssetDetail, ExtractionView};

/// Above this many words they are not joined to the page one by one.
const WORDS: usize = 6000;

/// The tab beside a page image.
pub fn tab(bench: Bench, detail: &AssetDetail) -> AnyView {
    let there = detail.extractions.iter().any(|extraction| !extraction.text.is_empty());
    if there {
        return prose(bench, detail, false);
    }
    let says = if detail.row.busy { "It is being read now." } else { "No text was found in it." };
    states::empty(icondata_lu::LuScanText, "No text", says)
}

/// The text with its marks; in large letters where it is the document.
pub fn prose(bench: Bench, detail: &AssetDetail, large: bool) -> AnyView {
    let extractions = detail.extractions.iter().filter(|extraction| !extraction.text.is_empty());
    let bodies = extractions.enumerate().map(|(n, extraction)| body(bench, detail, extraction, n == 0, large)).collect_view();
    view! { <div data-testid="asset-text">{bodies}</div> }.into_any()
}

fn body(bench: Bench, detail: &AssetDetail, extraction: &ExtractionView, joined: bool, large: bool) -> AnyView {
    let node = NodeRef::<leptos::html::Div>::new();
    let spot = bench.spot.get_untracked().filter(|_| joined);
    let marks = marks(detail, extraction, spot.map(|spot| (spot.start, spot.end)));
    // Lines that the page broke are not broken again in a narrow column.
    let text = if large { extraction.text.clone() } else { flow(&extraction.text) };
    let pieces = segments(&text, &marks).into_iter().map(piece).collect_view();
    if joined {
        follow_lit(bench, node);
        follow_spot(bench, detail, node);
    }
    let light = move |event: MouseEvent| {
        let lit = if joined { span_under(&event) } else { None };
        if bench.lit.get_untracked() != lit {
            bench.lit.set(lit);
        }
    };
    let sure = extraction.confidence.map(|confidence| format!(" · {:.0} % sure of its words", confidence * 100.0));
    let cut = (extraction.characters as usize > extraction.text.chars().count()).then(|| {
        view! { <p class="muted">{format!("The first part of {} is shown.", words::counted(extraction.characters, "character"))}</p> }
    });
    view! {
        <p class="text-tool muted">"Read by "<span class="mono">{extraction.tool.clone()}</span>{sure}</p>
        <div class="prose" class:large=large node_ref=node on:mouseover=light on:mouseleave=move |_| bench.lit.set(None)>{pieces}</div>
        {cut}
    }
    .into_any()
}

fn marks(detail: &AssetDetail, extraction: &ExtractionView, spot: Option<(u32, u32)>) -> Vec<Mark> {
    let spans = if extraction.spans.len() <= WORDS { extraction.spans.as_slice() } else { &[] };
    let spans = spans.iter().enumerate().filter(|(_, span)| span.rect.is_some()).map(|(n, span)| (span.start, span.end, MarkKind::Span(n)));
    let findings = detail.findings.iter().enumerate().filter(|(_, finding)| finding.extraction == extraction.id);
    let findings = findings.map(|(n, finding)| (finding.start, finding.end, MarkKind::Finding(n)));
    let spot = spot.map(|(start, end)| (start, end, MarkKind::Spot));
    spans.chain(findings).chain(spot).map(|(start, end, kind)| Mark { start, end, kind }).collect()
}

fn piece(segment: Segment) -> AnyView {
    if segment.span.is_none() && segment.finding.is_none() && !segment.spot {
        return segment.text.into_any();
    }
    let class = match (segment.spot, segment.finding) {
        (true, _) => "piece spot",
        (false, Some(_)) => "piece found",
        (false, None) => "piece",
    };
    view! { <span class=class data-span=segment.span.map(|n| n.to_string()) data-finding=segment.finding.map(|n| n.to_string())>{segment.text}</span> }.into_any()
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

/// Marks what was jumped to, and brings it into view.
fn follow_spot(bench: Bench, detail: &AssetDetail, node: NodeRef<leptos::html::Div>) {
    let starts: Vec<u32> = detail.findings.iter().map(|finding| finding.start).collect();
    Effect::new(move |_| {
        let finding = bench.finding.get();
        let Some(text) = node.get() else { return };
        each(&text, ".current", |element| drop(element.class_list().remove_1("current")));
        let wanted = match finding {
            Some(n) if n < starts.len() => format!("[data-finding=\"{n}\"]"),
            _ => ".spot".to_owned(),
        };
        each(&text, &wanted, |element| drop(element.class_list().add_1("current")));
        request_animation_frame(move || bring(&text, &wanted));
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
