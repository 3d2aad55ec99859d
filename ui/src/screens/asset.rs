//! One file: the document on the left, what is known about it on the right.
//!
//! Decides nothing; what waits is decided in Review.

mod about;
mod bench;
mod document;
mod film;
mod findings;
mod label;
mod locked;
mod mail;
mod members;
mod places;
mod recording;
mod text;

use crate::keys::Act;
use crate::parts::icon::Icon;
use crate::parts::kind::{doubt_dot, kind_icon, state_mark};
use crate::parts::label::label_chips;
use crate::parts::name::FileName;
use crate::parts::page::Zoom;
use crate::parts::window::Move;
use crate::parts::{states, trail, words};
use crate::store::{Screen, Store, store};
use bench::{Bench, Tab};
use leptos::prelude::*;
use winnow_contract::asset::{AssetDetail, MemberRow};
use winnow_contract::id::AssetId;
use winnow_contract::search::Evidence;

#[component]
pub fn Asset(asset: AssetId, at: Option<Evidence>) -> impl IntoView {
    let store = store();
    store.asset.show(asset);
    on_cleanup(move || store.asset.close());
    let bench = Bench::new(at.unwrap_or_default());
    provide_context(bench);
    store.answer_keys(move |act| answer(store, bench, act));
    let detail = Memo::new(move |_| store.asset.detail.get());
    let body =
        move || states::whole(detail.get(), "Opening the file", move || store.asset.again(), move |detail| draw(store, bench, detail));
    view! { <section class="asset" aria-label="File">{body}</section> }
}

fn draw(store: Store, bench: Bench, detail: AssetDetail) -> AnyView {
    bench.lay_out(&detail);
    let detail = StoredValue::new(detail);
    let content = move || {
        detail.with_value(|detail| match bench.tab.get() {
            Tab::Text => text::tab(store, bench, detail),
            Tab::Inside => members::tab(bench, detail),
            Tab::Findings => findings::tab(store, bench, detail),
            Tab::About => about::tab(store, bench, detail),
            Tab::Why => why(store, detail),
        })
    };
    view! {
        {detail.with_value(|detail| head(store, detail))}
        <div class="asset-room">
            <div class="asset-document">{detail.with_value(|detail| document::draw(store, bench, detail))}</div>
            <aside class="asset-side">
                <div class="tabs" role="tablist" aria-label="What is known">{detail.with_value(|detail| Tab::of(detail).into_iter().map(|tab| tab_button(bench, tab, detail)).collect_view())}</div>
                <div class="tab-body" role="tabpanel">{content}</div>
            </aside>
        </div>
    }
    .into_any()
}

fn head(store: Store, detail: &AssetDetail) -> AnyView {
    let row = &detail.row;
    let back = move |_| {
        if !store.back() {
            store.go(Screen::Library);
        }
    };
    let like = StoredValue::new((row.id.clone(), row.name.clone()));
    let similar = move |_| {
        let (id, name) = like.get_value();
        store.find_similar(id, name);
    };
    let waits = detail.open.first().map(|(item, _)| item.clone());
    let review = waits.map(|item| {
        let says = format!("Review {}", words::counted(detail.open.len() as u32, "item"));
        let go = move |_| {
            store.review.bring(item.clone());
            store.go(Screen::Review);
        };
        view! { <button class="button" data-testid="asset-review" on:click=go>{doubt_dot(1)}{says}</button> }
    });
    let pages = row.pages.filter(|pages| *pages > 1).map(|pages| format!(" · {}", words::counted(pages, "page")));
    view! {
        {crumbs(store, detail)}
        <header class="asset-head">
            <button class="quiet-button" data-testid="back" aria-label="Back" title="Back (Esc)" on:click=back><Icon of=icondata_lu::LuArrowLeft size=20/></button>
            <span class="asset-kind"><Icon of=kind_icon(row.kind) size=20/></span>
            <h1 data-testid="asset-name"><FileName name=row.name.clone()/></h1>
            <span class="muted nowrap">{words::kind(row.kind)}{pages}" · "{row.seconds.map_or_else(|| words::size(row.bytes), |seconds| words::clock(f64::from(seconds)))}</span>
            <span class="asset-labels">{label_chips(row)}</span>
            <span class="muted">{state_mark(row)}</span>
            <span class="grow"></span>
            {inside(store, detail)}
            <button class="button" data-testid="asset-similar" title="More like this (M)" on:click=similar><Icon of=icondata_lu::LuShapes/><span class="button-words">"More like this"</span></button>
            {review}
        </header>
    }
    .into_any()
}

/// What the file was found in, the outermost first.
fn crumbs(store: Store, detail: &AssetDetail) -> AnyView {
    if detail.parents.is_empty() {
        return ().into_any();
    }
    let last = detail.parents.len() - 1;
    let crumb = |(n, parent): (usize, &MemberRow)| {
        let (asset, here) = (parent.asset.clone(), detail.row.id.clone());
        let title = if n == last { format!("{} (Backspace)", parent.name) } else { parent.name.clone() };
        let open = move |_| {
            if n == last {
                store.asset.members.leave(here.clone());
            }
            store.open(asset.clone(), None);
        };
        view! { <button class="crumb" data-testid="crumb" title=title on:click=open><Icon of=kind_icon(parent.kind)/><FileName name=parent.name.clone()/></button><Icon of=icondata_lu::LuChevronRight size=12/> }
    };
    let crumbs = detail.parents.iter().enumerate().map(crumb).collect_view();
    view! { <nav class="crumbs" aria-label="Found in"><span class="muted">"Found in"</span>{crumbs}</nav> }.into_any()
}

/// Ways to search and list only what is in it.
fn inside(store: Store, detail: &AssetDetail) -> AnyView {
    if detail.row.members == 0 {
        return ().into_any();
    }
    let of = StoredValue::new((detail.row.id.clone(), detail.row.name.clone()));
    let search = move |_| {
        let (asset, name) = of.get_value();
        store.search_inside(asset, name);
    };
    let list = move |_| {
        let (asset, name) = of.get_value();
        store.list_inside(asset, name);
    };
    view! {
        <button class="button" data-testid="search-inside" title="Search only in this, and in what was found in it" on:click=search><Icon of=icondata_lu::LuSearch/><span class="button-words">"Search in this"</span></button>
        <button class="button" data-testid="list-inside" title="Show in the library what was found in it, at any depth" on:click=list><Icon of=icondata_lu::LuLayoutGrid/><span class="button-words">"In the library"</span></button>
    }
    .into_any()
}

fn tab_button(bench: Bench, tab: Tab, detail: &AssetDetail) -> impl IntoView + use<> {
    let count = match tab {
        Tab::Findings => detail.findings.len() as u32,
        Tab::Inside => detail.row.members,
        Tab::Text | Tab::About | Tab::Why => 0,
    };
    let count = (count > 0).then(|| view! { <span class="muted tabular">{words::number(count)}</span> });
    let here = move || bench.tab.get() == tab;
    view! {
        <button class="tab" role="tab" data-testid=format!("tab-{}", tab.name().to_lowercase()) aria-selected=move || here().to_string() on:click=move |_| bench.tab.set(tab)>{tab.name()}{count}</button>
    }
}

fn why(store: Store, detail: &AssetDetail) -> AnyView {
    let asset = detail.row.id.to_string();
    let own = asset.clone();
    let elsewhere = move || store.asset.why_of.with(|of| of.as_deref() != Some(own.as_str()));
    let again = asset.clone();
    let back = StoredValue::new(asset);
    let whole = move || {
        elsewhere().then(|| view! { <button class="link-button" on:click=move |_| store.asset.explain(back.get_value())>"The whole file instead"</button> })
    };
    view! { {whole}{move || { let again = again.clone(); trail::trail(store.asset.why.get(), move || store.asset.explain(again.clone())) }} }.into_any()
}

fn answer(store: Store, bench: Bench, act: Act) -> bool {
    match act {
        Act::Back if bench.offers_answers() => label::put_away(bench),
        Act::Down if bench.offers_answers() => label::step(store, bench, 1),
        Act::Up if bench.offers_answers() => label::step(store, bench, -1),
        Act::Open if bench.offers_answers() => return label::pick(store, bench, bench.answer.get_untracked()),
        Act::Pick(n) if bench.offers_answers() => return label::pick(store, bench, usize::from(n) - 1),
        Act::Pick(n) => bench.pick(usize::from(n) - 1),
        Act::Label => label::offer(store, bench),
        Act::Similar => return with_detail(store, |detail| store.find_similar(detail.row.id.clone(), detail.row.name.clone())).is_some(),
        Act::Play => return bench.with_tape(|tape| tape.toggle()),
        Act::Left => return bench.with_tape(|tape| tape.step(-5.0)) || bench.turn(-1),
        Act::Right => return bench.with_tape(|tape| tape.step(5.0)) || bench.turn(1),
        Act::Slower => return bench.with_tape(|tape| tape.shift_rate(-1)),
        Act::Faster => return bench.with_tape(|tape| tape.shift_rate(1)),
        Act::ZoomIn => bench.zoom.update(|zoom| *zoom = zoom.step(1)),
        Act::ZoomOut => bench.zoom.update(|zoom| *zoom = zoom.step(-1)),
        Act::ZoomFit => bench.zoom.set(Zoom::WHOLE),
        Act::PageDown => return bench.turn(1) || members::choose(store, bench, Move::PageDown),
        Act::PageUp => return bench.turn(-1) || members::choose(store, bench, Move::PageUp),
        Act::First => return bench.turn(i32::MIN) || members::choose(store, bench, Move::First),
        Act::Last => return bench.turn(i32::MAX) || members::choose(store, bench, Move::Last),
        Act::Down => return with_detail(store, |detail| members::step(store, bench, detail, Move::Down)) == Some(true),
        Act::Up => return with_detail(store, |detail| members::step(store, bench, detail, Move::Up)) == Some(true),
        Act::Open => return bench.members.with_untracked(Option::is_some) && members::open_chosen(store),
        Act::Parent => return members::go_up(store),
        Act::Next => return with_detail(store, |detail| bench.next_finding(detail, 1)).is_some(),
        Act::Previous => return with_detail(store, |detail| bench.next_finding(detail, -1)).is_some(),
        _ => return false,
    }
    true
}

fn with_detail<T>(store: Store, act: impl FnOnce(&AssetDetail) -> T) -> Option<T> {
    store.asset.detail.with_untracked(|detail| detail.here().map(act))
}
