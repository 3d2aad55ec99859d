//! The question, what speaks for it, and the verdicts: buttons that are the key map.

use super::candidates::candidates;
use super::desk::{Desk, desk, verdicts};
use super::edit::EditField;
use crate::keys::{self, Place};
use crate::parts::kind::kind_icon;
use crate::parts::name::FileName;
use crate::parts::{icon::Icon, trail, verdict, words};
use crate::store::loaded::Loaded;
use crate::store::review::Ruling;
use crate::store::{Store, store};
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use winnow_contract::asset::RenditionKind;
use winnow_contract::review::{ItemKind, ReviewDetail, ValueShown, Verdict};

#[component]
pub fn Panel() -> impl IntoView {
    let (store, desk) = (store(), desk());
    let lasting = Memo::new(move |_| store.review.current.get().map_or(Loaded::Waiting, |item| store.review.lasting(&item)));
    let now = Memo::new(move |_| store.review.current.get().map_or(Loaded::Waiting, |item| store.review.detail(&item)));
    let body = move || lasting.with(|detail| detail.here().map(|detail| draw(store, desk, detail, now)));
    view! { <aside class="panel" aria-label="The question">{body}</aside> }
}

/// `now` holds the counts as well, which change while the item is looked at.
fn draw(store: Store, desk: Desk, detail: &ReviewDetail, now: Memo<Loaded<ReviewDetail>>) -> AnyView {
    let trail_node = NodeRef::<leptos::html::Div>::new();
    Effect::new(move |_| {
        store.asset.why.track();
        if let Some(node) = trail_node.get() {
            request_animation_frame(move || node.scroll_into_view());
        }
    });
    let why = move || {
        desk.why.get().then(
            || view! { <div class="why" node_ref=trail_node>{trail::trail(store.asset.why.get(), move || desk.toggle_why(store))}</div> },
        )
    };
    // Where there is much to choose from, what else is known stands below the buttons.
    let beside = StoredValue::new(detail.clone());
    let known = move || {
        beside.with_value(|detail| {
            view! { {place(store, desk, detail)}{precedents(detail)}{move || now.with(|now| now.here().map(alike))} }.into_any()
        })
    };
    let choosing = !detail.candidates.is_empty();
    let reason = detail.row.kind != ItemKind::Finding;
    view! {
        <div class="panel-top">
            <h1 class="question" data-testid="review-question" aria-live="polite">{words::question(detail)}</h1>
            {reason.then(|| view! { <p class="muted" data-testid="review-reason">{detail.row.reason.sentence()}</p> })}
            {value(desk, detail)}
            {candidates(store, desk, detail)}
            {grounds(detail)}
            {(!choosing).then(known)}
        </div>
        <div class="verdicts">{verdicts(detail).into_iter().map(|verdict| button(store, desk, detail, verdict)).collect_view()}</div>
        {choosing.then(|| view! { <div class="panel-top">{known()}</div> })}
        {move || now.with(|now| now.here().map(|detail| for_all(store, desk, detail)))}
        {why}
    }
    .into_any()
}

fn value(desk: Desk, detail: &ReviewDetail) -> AnyView {
    if detail.row.kind == ItemKind::Label {
        return ().into_any();
    }
    if detail.row.kind == ItemKind::Extraction {
        let count = detail.words.len() as u32;
        if count == 0 {
            return ().into_any();
        }
        return view! { <p class="counter" data-testid="review-value"><span class="tabular">{move || format!("Word {} of {count}", words::number(desk.spot.get() as u32 + 1))}</span><kbd>"Tab"</kbd></p> }.into_any();
    }
    match detail.values.as_slice() {
        [] => ().into_any(),
        [one] => single(desk, one.text.clone()),
        many => list(desk, many),
    }
}

fn single(desk: Desk, text: String) -> AnyView {
    let shown = move || {
        if desk.editing.get() {
            view! { <EditField name="The corrected value"/> }.into_any()
        } else {
            view! { <p class="value mono" data-testid="review-value">{text.clone()}</p> }.into_any()
        }
    };
    view! { {shown} }.into_any()
}

fn list(desk: Desk, values: &[ValueShown]) -> AnyView {
    let row = |(n, value): (usize, &ValueShown)| {
        view! {
            <li class:current=move || desk.spot.get() == n on:click=move |_| desk.spot.set(n)>
                <span class="mono" data-testid="review-value" title=value.text.clone()>{value.text.clone()}</span><span class="muted">{words::entity(&value.entity)}</span>
            </li>
        }
    };
    view! { <ul class="values">{values.iter().enumerate().map(row).collect_view()}</ul> }.into_any()
}

fn grounds(detail: &ReviewDetail) -> AnyView {
    let [one] = detail.values.as_slice() else { return ().into_any() };
    let grounds =
        words::speaks(&one.recogniser).into_iter().map(|ground| view! { <li><Icon of=icondata_lu::LuCheck/>{ground}</li> }).collect_view();
    let times = one.occurrences.len() as u32;
    let often = (times > 1).then(|| view! { <li><Icon of=icondata_lu::LuCopy/>{format!("It stands here {times} times")}</li> });
    view! { <ul class="grounds muted">{grounds}{often}</ul> }.into_any()
}

fn place(store: Store, desk: Desk, detail: &ReviewDetail) -> AnyView {
    let second = detail.sound.as_ref().map(|sound| format!(" · {}", words::clock(f64::from(sound.t0))));
    let is_frame = detail.page.as_ref().is_some_and(|picture| picture.kind == RenditionKind::Frame);
    let page = detail.page_number.map(|page| format!(" · {}", words::on_page(page, is_frame))).or(second);
    view! {
        <button class="place" title=detail.row.path.clone() on:click=move |_| { desk.open(store); }><Icon of=kind_icon(detail.asset.kind)/><FileName name=detail.row.name.clone()/><span class="muted nowrap">{page}</span></button>
    }
    .into_any()
}

/// What was decided before the file was edited.
fn precedents(detail: &ReviewDetail) -> AnyView {
    if detail.precedents.is_empty() {
        return ().into_any();
    }
    let parts: Vec<String> =
        detail.precedents.iter().map(|row| format!("{}: {}", words::asked(&row.question), words::answered(&row.answer))).collect();
    view! { <p class="precedents muted" data-testid="review-precedents"><Icon of=icondata_lu::LuHistory/><span>"Before the file was edited: "<strong>{parts.join(" · ")}</strong></span></p> }.into_any()
}

fn alike(detail: &ReviewDetail) -> AnyView {
    let count: u32 = detail.alike.iter().map(|(_, n)| n).sum();
    if count == 0 {
        return ().into_any();
    }
    let parts: Vec<String> = detail
        .alike
        .iter()
        .filter(|(_, n)| *n > 0)
        .map(|(verdict, n)| format!("{} {}", words::number(*n), words::verdict_past(*verdict)))
        .collect();
    view! { <p class="alike muted" data-testid="review-alike">{format!("You decided {} alike: ", words::number(count))}<strong>{parts.join(" · ")}</strong></p> }.into_any()
}

fn button(store: Store, desk: Desk, detail: &ReviewDetail, verdict: Verdict) -> AnyView {
    let key = keys::key_of(Place::Review, verdict::act(verdict));
    let says = words::verdict_says(detail, verdict);
    let reading = detail.row.kind == ItemKind::Extraction && detail.sound.is_none() && verdict == Verdict::Accepted;
    let says = move || match desk.corrections.with(|words| words.len() as u32) {
        n if reading && n > 0 => format!("Save {}", words::counted(n, "correction")),
        _ => says.clone(),
    };
    let give = move |event: MouseEvent| match verdict {
        Verdict::Corrected => {
            desk.edit(store);
        }
        _ if event.shift_key() => desk.rule_alike(store, verdict),
        _ => desk.rule(store, Ruling::on_this(verdict)),
    };
    view! {
        <button class=format!("verdict {verdict}") data-testid=format!("verdict-{verdict}") on:mousedown=|event| event.prevent_default() on:click=give>
            <kbd>{key}</kbd><span>{says}</span><Icon of=verdict::icon(verdict)/>
        </button>
    }
    .into_any()
}

/// The verdicts that take every open item with the same value along.
fn for_all(store: Store, desk: Desk, detail: &ReviewDetail) -> AnyView {
    let more = detail.alike_open;
    if more == 0 {
        return ().into_any();
    }
    let known = verdicts(detail);
    let offered = [Verdict::Redacted, Verdict::Accepted, Verdict::Rejected].into_iter().filter(|verdict| known.contains(verdict));
    let buttons = offered.filter_map(|verdict| {
        let key = keys::key_of(Place::Review, verdict::act_alike(verdict)?)?;
        Some(view! {
            <button class="mini" data-testid=format!("alike-{verdict}") title=format!("{}, all {}", words::verdict_says(detail, verdict), more + 1) on:mousedown=|event| event.prevent_default() on:click=move |_| desk.rule_alike(store, verdict)>
                <kbd>{key}</kbd><Icon of=verdict::icon(verdict)/>
            </button>
        })
    });
    let says = match detail.row.kind {
        ItemKind::Finding | ItemKind::Extraction => {
            format!("The same value waits in {}. All {} at once:", words::counted(more, "other item"), words::number(more + 1))
        }
        ItemKind::Label | ItemKind::Duplicate => {
            format!(
                "{} nearly the same. Decide once for all {}:",
                words::counted(more, "other file") + if more == 1 { " is" } else { " are" },
                words::number(more + 1)
            )
        }
    };
    view! { <div class="for-all" data-testid="review-alike-open"><p class="muted">{says}</p><div class="minis">{buttons.collect_view()}</div></div> }.into_any()
}
