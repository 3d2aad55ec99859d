//! What was found in a file: a message's attachments, an archive's members. Only the rows in view are drawn.

use super::bench::{Bench, Shape, Tab};
use crate::parts::icon::Icon;
use crate::parts::kind::{kind_icon, mark_of};
use crate::parts::name::FileName;
use crate::parts::window::{Move, Window};
use crate::parts::{size, words};
use crate::store::{Store, store};
use leptos::prelude::*;
use winnow_contract::asset::{AssetDetail, AssetState, MemberRow};

/// From one row to the next, in pixels.
const PITCH: f64 = 40.0;

/// The list as the document.
pub fn document(bench: Bench, detail: &AssetDetail) -> AnyView {
    let state = mark_of(detail.row.state, None);
    let note = detail.notes.first().or(detail.row.failure.as_ref()).map(|words| words.sentence());
    let note = note.map(|says| view! { <p class="members-note muted"><Icon of=icondata_lu::LuInfo/><span>{says}</span></p> });
    view! {
        <div class="members-document">
            <div class="members-head"><h2>{heading(detail)}</h2><span class="muted">{state}</span></div>
            {note}
            <Members bench/>
        </div>
    }
    .into_any()
}

/// The list beside the document.
pub fn tab(bench: Bench, detail: &AssetDetail) -> AnyView {
    view! { <div class="members-side"><p class="muted members-count">{heading(detail)}</p><Members bench/></div> }.into_any()
}

fn heading(detail: &AssetDetail) -> String {
    format!("{} in it", words::counted(detail.row.members, "file"))
}

#[component]
fn Members(bench: Bench) -> impl IntoView {
    let store = store();
    let members = store.asset.members;
    let scroller = NodeRef::<leptos::html::Div>::new();
    let (scroll, height) = (RwSignal::new(0.0), RwSignal::new(600.0));
    let window =
        Memo::new(move |_| Window { columns: 1, pitch: PITCH, items: members.total.get(), scroll: scroll.get(), height: height.get() });
    bench.members.set(Some(window));
    // The screen may have been left before either comes.
    on_cleanup(move || {
        let _ = bench.members.try_set(None);
    });
    size::follow(scroller, move |_, high| {
        let _ = height.try_set(high);
    });
    Effect::new(move |_| members.want(window.get().items_in_view()));
    // The chosen one is in view, however it was chosen.
    Effect::new(move |_| {
        let (chosen, element) = (members.cursor.get(), scroller.get());
        if let (Some(top), Some(element)) = (window.get_untracked().scroll_to(chosen), element) {
            element.set_scroll_top(top as i32);
        }
    });
    let range = Memo::new(move |_| window.get().items_in_view());
    let scrolled = move |_| {
        if let Some(element) = scroller.get_untracked() {
            scroll.set(f64::from(element.scroll_top()));
        }
    };
    let cell = move |index: u32| {
        let row = Memo::new(move |_| members.row(index));
        let chosen = move || members.cursor.get() == index;
        let open = move |_| {
            members.cursor.set(index);
            open_chosen(store);
        };
        let name = move || row.with(|row| row.as_ref().map(|row| row.name.clone()));
        view! {
            <div class="member" class:chosen=chosen role="option" id=format!("member-{index}") aria-selected=move || chosen().to_string() aria-label=name data-testid="member" style=format!("top:{}px", f64::from(index) * PITCH) on:click=open>
                {move || row.with(|row| row.as_ref().map_or_else(|| view! { <div class="ghost" aria-hidden="true"></div> }.into_any(), line))}
            </div>
        }
    };
    view! {
        <div class="members" node_ref=scroller on:scroll=scrolled tabindex="0" role="listbox" aria-label="Files in it" data-testid="members" aria-activedescendant=move || format!("member-{}", members.cursor.get())>
            <div class="members-tall" style:height=move || format!("{}px", window.get().full_height())>
                <For each=move || range.get() key=|index| *index children=cell/>
            </div>
        </div>
    }
}

fn line(row: &MemberRow) -> AnyView {
    let inside = (row.members > 0)
        .then(|| view! { <span class="member-inside muted tabular">{format!("{} in it", words::number(row.members))}</span> });
    let quiet = matches!(row.state, AssetState::Failed | AssetState::Unread | AssetState::Locked | AssetState::Missing);
    view! {
        <span class="line-icon"><Icon of=kind_icon(row.kind)/></span>
        <span class="member-name" class:muted=quiet><FileName name=row.name.clone()/></span>
        {inside}
        <span class="member-state muted">{mark_of(row.state, None)}</span>
        <span class="member-size muted tabular">{words::size(row.bytes)}</span>
    }
    .into_any()
}

/// Opens the chosen one; false when none is there.
pub fn open_chosen(store: Store) -> bool {
    let chosen = store.asset.members.chosen();
    let there = chosen.is_some();
    if let Some(row) = chosen {
        store.open(row.asset, None);
    }
    there
}

/// Moves the choice; false when there is no list.
pub fn choose(store: Store, bench: Bench, to: Move) -> bool {
    let Some(window) = bench.members.get_untracked().map(|window| window.get_untracked()).filter(|window| window.items > 0) else {
        return false;
    };
    store.asset.members.cursor.update(|cursor| *cursor = window.moved(*cursor, to));
    true
}

/// Moves the choice by one. Beside a message the list comes to the front first; of an archive it is the document. Any other
/// document is scrolled by an arrow, unless the list is in front already.
pub fn step(store: Store, bench: Bench, detail: &AssetDetail, to: Move) -> bool {
    if Shape::of(detail) == Shape::Mail && bench.bring(Tab::Inside) {
        return true;
    }
    choose(store, bench, to)
}

/// Opens what the file was found in; false for a file of its own.
pub fn go_up(store: Store) -> bool {
    let here = store.asset.detail.with_untracked(|detail| {
        let detail = detail.here()?;
        Some((detail.row.id.clone(), detail.parents.last()?.asset.clone()))
    });
    let there = here.is_some();
    if let Some((child, parent)) = here {
        store.asset.members.leave(child);
        store.open(parent, None);
    }
    there
}
