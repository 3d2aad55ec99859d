//! What was found in a file, where each stands, and a way to it.

use super::bench::{Bench, is_frame};
use crate::parts::icon::Icon;
use crate::parts::segments::slice;
use crate::parts::{states, words};
use crate::store::{Screen, Store};
use leptos::prelude::*;
use winnow_contract::asset::AssetDetail;
use winnow_contract::id::ReviewItemId;
use winnow_contract::review::{AnnotationRow, FindingRow, FindingState, Verdict};

/// Findings drawn; what is beyond is counted.
const SHOWN: usize = 200;

pub fn tab(store: Store, bench: Bench, detail: &AssetDetail) -> AnyView {
    if detail.findings.is_empty() && detail.annotations.is_empty() {
        let says = if detail.row.busy { "It is being read now." } else { "No sensitive data was found in it." };
        return states::empty(icondata_lu::LuShieldCheck, "No findings", says);
    }
    let rows = detail.findings.iter().take(SHOWN).enumerate().map(|(n, finding)| row(store, bench, detail, n, finding)).collect_view();
    let beyond = detail.findings.len().saturating_sub(SHOWN) as u32;
    let beyond = (beyond > 0).then(|| view! { <p class="muted">{format!("and {} more", words::number(beyond))}</p> });
    let held = (!detail.annotations.is_empty()).then(|| {
        view! { <h3 class="side-heading">"Held to be true"</h3><ul class="held">{detail.annotations.iter().map(annotation).collect_view()}</ul> }
    });
    view! { <ul class="finding-list" data-testid="asset-findings">{rows}</ul>{beyond}{held} }.into_any()
}

fn row(store: Store, bench: Bench, detail: &AssetDetail, n: usize, finding: &FindingRow) -> impl IntoView + use<> {
    let extraction = detail.extractions.iter().find(|extraction| extraction.id == finding.extraction);
    let value = extraction.map(|extraction| slice(&extraction.text, finding.start, finding.end)).unwrap_or_default();
    let at = finding.page.map(|page| format!(" · {}", words::on_page(page, is_frame(detail, page))));
    let place = StoredValue::new(finding.clone());
    let jump = move |_| {
        place.with_value(|finding| bench.jump(n, finding));
        store
            .asset
            .detail
            .with_untracked(|detail| detail.here().map(|detail| place.with_value(|finding| bench.jump_in_time(detail, finding))));
    };
    let id = finding.finding.to_string();
    let why = move |_| {
        store.asset.explain(id.clone());
        bench.tab.set(super::bench::Tab::Why);
    };
    view! {
        <li class="finding" class:current=move || bench.finding.get() == Some(n) data-testid="finding-row">
            <button class="finding-jump" title="Show it on the document" on:click=jump>
                <span class="finding-value mono">{value}</span>
                <span class="muted">{words::capital(&words::entity(&finding.entity))}{at}</span>
            </button>
            <span class=format!("chip {}", finding.state)>{words::finding_state(finding.state)}</span>
            {decide(store, finding)}
            <button class="quiet-button" aria-label="Why" title="Why" on:click=why><Icon of=icondata_lu::LuWaypoints/></button>
        </li>
    }
}

fn decide(store: Store, finding: &FindingRow) -> AnyView {
    match finding.item.clone().filter(|_| finding.state == FindingState::Open) {
        Some(item) => view! { <button class="button small" on:click=move |_| review(store, item.clone())>"Decide"</button> }.into_any(),
        None => ().into_any(),
    }
}

fn review(store: Store, item: ReviewItemId) {
    store.review.bring(item);
    store.go(Screen::Review);
}

fn annotation(row: &AnnotationRow) -> impl IntoView + use<> {
    // Words that were corrected stand in the text.
    let corrected = row.question == "reading" && Verdict::parse(&row.answer).is_none();
    let answer = if corrected { Verdict::Corrected.to_string() } else { row.answer.clone() };
    view! { <li><span>{row.question.clone()}</span><strong class="mono">{answer}</strong><time class="muted tabular">{words::day(row.at)}</time></li> }
}
