//! Where a row comes from: a vertical line of small cards, from the bytes to the person.

use super::icon::{Icon, IconData};
use super::{states, words};
use crate::store::loaded::Loaded;
use leptos::prelude::*;
use winnow_contract::trail::{Lineage, LineageStep, RowKind};

/// The line of cards, bytes first.
pub fn trail(lineage: Loaded<Lineage>, retry: impl Fn() + 'static) -> AnyView {
    states::whole(lineage, "Following it back", retry, |lineage| {
        if lineage.chain.is_empty() {
            return states::empty(icondata_lu::LuWaypoints, "Nothing to follow yet", "This file has not been read.");
        }
        let mut chain = lineage.chain;
        chain.sort_by_key(|step| step.at);
        let cards = chain.into_iter().map(card).collect_view();
        view! { <ol class="trail" data-testid="asset-why">{cards}</ol> }.into_any()
    })
}

fn card(step: LineageStep) -> impl IntoView {
    let hash = step
        .input_hash
        .map(|hash| view! { <span class="mono hash" title=hash.clone()>{hash.chars().take(12).collect::<String>()}"…"</span> });
    let model = step.model.map(|model| view! { <span class="mono">{model}</span> });
    view! {
        <li class="trail-step" data-kind=step.kind.as_str()>
            <span class="trail-icon"><Icon of=icon(step.kind)/></span>
            <div class="trail-card">
                <p class="trail-head"><span class="trail-kind">{name(step.kind)}</span><time class="muted tabular">{words::moment(step.at)}</time></p>
                <p class="trail-what">{step.what.sentence()}</p>
                <p class="trail-by muted"><span>{step.by}</span>{model}{hash}</p>
            </div>
        </li>
    }
}

fn name(kind: RowKind) -> &'static str {
    match kind {
        RowKind::Location => "File",
        RowKind::Asset => "Content",
        RowKind::Rendition => "Picture",
        RowKind::Extraction => "Reading",
        RowKind::Chunk => "Passage",
        RowKind::Suggestion => "Suggestion",
        RowKind::Finding => "Finding",
        RowKind::ReviewItem => "Policy",
        RowKind::Decision => "Decision",
        RowKind::Annotation => "Held to be true",
    }
}

fn icon(kind: RowKind) -> IconData {
    match kind {
        RowKind::Location => icondata_lu::LuHardDrive,
        RowKind::Asset => icondata_lu::LuHash,
        RowKind::Rendition => icondata_lu::LuImage,
        RowKind::Extraction => icondata_lu::LuScanText,
        RowKind::Chunk => icondata_lu::LuFileText,
        RowKind::Suggestion => icondata_lu::LuTag,
        RowKind::Finding => icondata_lu::LuFileSearch,
        RowKind::ReviewItem => icondata_lu::LuRoute,
        RowKind::Decision => icondata_lu::LuUser,
        RowKind::Annotation => icondata_lu::LuCircleCheck,
    }
}
