//! What an item is about, as large as the room allows: the page with the value ringed, or the text with it marked.
//!
//! Evidence of the next items stands ready behind it, so that it is simply there.

use super::desk::{Desk, desk};
use super::reading::reading;
use crate::parts::kind::kind_icon;
use crate::parts::marked::marked;
use crate::parts::page::{PageView, Pictures, Ring, Strip, lines};
use crate::parts::{icon::Icon, name::FileName, states};
use crate::store::store;
use leptos::prelude::*;
use winnow_contract::asset::PixelBox;
use winnow_contract::id::ReviewItemId;
use winnow_contract::review::{ItemKind, ReviewDetail, ValueShown};

#[component]
pub fn Evidence(item: ReviewItemId) -> impl IntoView {
    let store = store();
    let id = item.to_string();
    let item = StoredValue::new(item);
    let detail = Memo::new(move |_| item.with_value(|item| store.review.detail(item)));
    let here = Memo::new(move |_| item.with_value(|item| store.review.current.with(|current| current.as_ref() == Some(item))));
    let body = move || states::whole(detail.get(), "Getting the page", move || store.review.again(), move |detail| draw(detail, here));
    view! {
        <article class="evidence" class:away=move || !here.get() aria-hidden=move || (!here.get()).then_some("true") data-testid="review-item" data-item=id data-current=move || here.get().then_some("true")>{body}</article>
    }
}

fn draw(detail: ReviewDetail, here: Memo<bool>) -> AnyView {
    let pictures = pictures(&detail);
    match (detail.row.kind, pictures) {
        (ItemKind::Extraction, pictures) => reading(detail, pictures, here),
        (_, Some(pictures)) => on_a_page(detail, pictures, here),
        (_, None) => in_a_text(detail),
    }
}

/// The page image of an item, and the preview that is there sooner.
fn pictures(detail: &ReviewDetail) -> Option<Pictures> {
    let page = detail.page.clone().or_else(|| detail.preview.clone())?;
    Some(Pictures { page, preview: detail.preview.clone() })
}

fn on_a_page(detail: ReviewDetail, pictures: Pictures, here: Memo<bool>) -> AnyView {
    let desk = desk();
    let page = detail.page_number;
    let values = StoredValue::new(detail.values);
    let rings = Signal::derive(move || values.with_value(|values| rings(values, page, desk, here.get())));
    let first = Signal::derive(move || values.with_value(|values| box_of(values.get(if here.get() { desk.spot.get() } else { 0 })?, page)));
    let near = pictures.clone();
    let context = (!detail.context.is_empty()).then(|| view! { <blockquote class="sentence">{marked(detail.context)}</blockquote> });
    view! {
        <PageView pictures rings quiet=true zoom=desk.zoom focus=first name=detail.row.name/>
        <div class="close-up"><Strip pictures=near rect=first sharp=here ratio=4.5 heights=3.2/>{context}</div>
    }
    .into_any()
}

fn rings(values: &[ValueShown], page: Option<u32>, desk: Desk, here: bool) -> Vec<Ring> {
    let spot = if here { desk.spot.get() } else { 0 };
    let on_page = |place: &Option<u32>| place.is_none() || page.is_none() || *place == page;
    let all = values.iter().enumerate().flat_map(|(n, value)| value.occurrences.iter().map(move |place| (n, place)));
    all.filter(|(_, place)| on_page(&place.page))
        .flat_map(|(n, place)| lines(&place.boxes).into_iter().map(move |rect| Ring { rect, kind: "doubt", current: n == spot }))
        .collect()
}

/// The first line of a value on the page.
fn box_of(value: &ValueShown, page: Option<u32>) -> Option<PixelBox> {
    let place = value.occurrences.iter().find(|place| place.page.is_none() || page.is_none() || place.page == page)?;
    lines(&place.boxes).first().copied()
}

fn in_a_text(detail: ReviewDetail) -> AnyView {
    let kind = detail.asset.kind;
    let parts = if detail.context.is_empty() { from_snippet(&detail) } else { detail.context };
    view! {
        <div class="text-well"><div class="text-sheet">
            <p class="text-name muted"><Icon of=kind_icon(kind)/><FileName name=detail.row.name/></p>
            <div class="prose large">{marked(parts)}</div>
        </div></div>
    }
    .into_any()
}

fn from_snippet(detail: &ReviewDetail) -> Vec<winnow_contract::review::TextPart> {
    let snippet = detail.row.finding.as_ref().map(|finding| finding.snippet.clone()).unwrap_or_default();
    vec![winnow_contract::review::TextPart { text: snippet, marked: false }]
}
