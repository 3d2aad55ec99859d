//! What an item is about, as large as the room allows: the page with the value ringed, or the text with it marked.
//!
//! Evidence of the next items stands ready behind it, so that it is simply there.

use super::desk::{Desk, desk};
use super::listening::{listening, player};
use super::reading::reading;
use super::twins::twins;
use crate::parts::kind::kind_icon;
use crate::parts::page::{PageView, Pictures, Ring, Strip, lines};
use crate::parts::{bring, icon::Icon, name::FileName, states};
use crate::store::store;
use leptos::prelude::*;
use winnow_contract::asset::PixelBox;
use winnow_contract::id::ReviewItemId;
use winnow_contract::review::{ItemKind, ReviewDetail, TextPart, ValueShown};

#[component]
pub fn Evidence(item: ReviewItemId) -> impl IntoView {
    let store = store();
    let id = item.to_string();
    let item = StoredValue::new(item);
    let detail = Memo::new(move |_| item.with_value(|item| store.review.lasting(item)));
    let here = Memo::new(move |_| item.with_value(|item| store.review.current.with(|current| current.as_ref() == Some(item))));
    let body = move || states::whole(detail.get(), "Getting the page", move || store.review.again(), move |detail| draw(detail, here));
    view! {
        <article class="evidence" class:away=move || !here.get() aria-hidden=move || (!here.get()).then_some("true") data-testid="review-item" data-item=id data-current=move || here.get().then_some("true")>{body}</article>
    }
}

fn draw(detail: ReviewDetail, here: Memo<bool>) -> AnyView {
    if let Some(other) = detail.other.clone() {
        return twins(detail.asset, other);
    }
    let pictures = pictures(&detail);
    match (detail.row.kind, pictures) {
        (ItemKind::Extraction, _) if detail.sound.is_some() => listening(detail, here),
        (ItemKind::Extraction, pictures) => reading(detail, pictures, here),
        (_, Some(pictures)) => on_a_page(detail, pictures, here),
        (_, None) => in_a_text(detail, here),
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
    let context = (!detail.context.is_empty()).then(|| values.with_value(|values| sentence(detail.context, values, spot_of(desk, here))));
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

/// What lies under the page: the words the value stands in.
fn sentence(parts: Vec<TextPart>, values: &[ValueShown], spot: Memo<usize>) -> AnyView {
    let view = NodeRef::<leptos::html::Blockquote>::new();
    bring::follow(view, spot);
    let many = values.len() > 1;
    view! { <blockquote class="sentence" class:many=many node_ref=view>{marks(parts, values, spot)}</blockquote> }.into_any()
}

fn in_a_text(detail: ReviewDetail, here: Memo<bool>) -> AnyView {
    let kind = detail.asset.kind;
    let spot = spot_of(desk(), here);
    let view = NodeRef::<leptos::html::Div>::new();
    bring::follow(view, spot);
    let many = detail.values.len() > 1;
    let sound = player(&detail, here);
    let parts = if detail.context.is_empty() { from_snippet(&detail) } else { detail.context };
    view! {
        {sound}
        <div class="text-well" node_ref=view><div class="text-sheet">
            <p class="text-name muted"><Icon of=kind_icon(kind)/><FileName name=detail.row.name/></p>
            <div class="prose large" class:many=many>{marks(parts, &detail.values, spot)}</div>
        </div></div>
    }
    .into_any()
}

fn from_snippet(detail: &ReviewDetail) -> Vec<TextPart> {
    let snippet = detail.row.finding.as_ref().map(|finding| finding.snippet.clone()).unwrap_or_default();
    vec![TextPart { text: snippet, marked: false }]
}

/// Which value is looked at; the first one of an item that stands ready.
fn spot_of(desk: Desk, here: Memo<bool>) -> Memo<usize> {
    Memo::new(move |_| if here.get() { desk.spot.get() } else { 0 })
}

/// The text, each mark knowing its value.
fn marks(parts: Vec<TextPart>, values: &[ValueShown], spot: Memo<usize>) -> impl IntoView + use<> {
    let draw = |part: TextPart| {
        if !part.marked {
            return part.text.into_any();
        }
        let value = value_of(&part.text, values);
        view! { <mark class:current=move || spot.get() == value data-spot=value.to_string()>{part.text}</mark> }.into_any()
    };
    parts.into_iter().map(draw).collect_view()
}

/// The value a marked stretch of text is an occurrence of.
fn value_of(text: &str, values: &[ValueShown]) -> usize {
    values.iter().position(|value| value.text == text).unwrap_or(0)
}
