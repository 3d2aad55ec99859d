//! The line above the files: how many, which, in what order, and how to add more.

use crate::parts::chip;
use crate::parts::icon::Icon;
use crate::parts::words;
use crate::store::{Store, store};
use leptos::prelude::*;
use winnow_contract::asset::{AssetFilter, AssetSort, AssetState, MediaKind};
use winnow_contract::command::Chosen;

#[component]
pub fn Tools() -> impl IntoView {
    let store = store();
    let there = move || store.library.count() > 0 || store.library.filter.with(|filter| *filter != AssetFilter::default());
    view! {
        <div class="tools-room"><header class="tools">
            <div class="tools-title"><h1>{move || title(store)}</h1><span class="muted tabular nowrap" data-testid="asset-count">{move || count(store)}</span></div>
            {move || inside_chip(store)}
            {move || there().then(|| view! { <Filters/> })}
            {move || there().then(|| view! { <Add/> })}
        </header></div>
    }
}

/// Only what was found in one file is listed; pressed, everything is again.
fn inside_chip(store: Store) -> AnyView {
    if store.library.filter.with(|filter| filter.inside.is_none()) {
        return ().into_any();
    }
    chip::inside(store.library.inside.get(), move || store.library.narrow(|filter| filter.inside = None))
}

fn title(store: Store) -> String {
    let folder = store.library.filter.with(|filter| filter.folder.clone());
    let name = folder.and_then(|id| {
        store.status.with(|status| status.here().and_then(|s| s.folders.iter().find(|f| f.id == id).map(|f| f.name.clone())))
    });
    name.unwrap_or_else(|| "Library".to_owned())
}

fn count(store: Store) -> String {
    store.library.total.with(|total| total.here().filter(|n| **n > 0).map(|n| words::counted(*n, "file")).unwrap_or_default())
}

#[component]
fn Filters() -> impl IntoView {
    let store = store();
    let filter = store.library.filter;
    let kinds = MediaKind::ALL.iter().map(|kind| (kind.as_str(), words::kind(*kind)));
    let states = AssetState::ALL.iter().map(|state| (state.as_str(), words::state(*state)));
    let sorts = AssetSort::ALL.iter().map(|sort| (sort.as_str(), words::sort(*sort)));
    let kind = choice(
        "filter-kind",
        "Kind",
        Some("All kinds"),
        kinds,
        move || filter.with(|f| f.kind.map_or("", MediaKind::as_str)),
        move |word| {
            store.library.narrow(|filter| filter.kind = MediaKind::parse(&word));
        },
    );
    let state = choice(
        "filter-state",
        "State",
        Some("Any state"),
        states,
        move || filter.with(|f| f.state.map_or("", AssetState::as_str)),
        move |word| {
            store.library.narrow(|filter| filter.state = AssetState::parse(&word));
        },
    );
    let (label, language) = (label_choice(store), language_choice(store));
    let sort = choice(
        "sort",
        "Order",
        None,
        sorts,
        move || store.library.sort.get().as_str(),
        move |word| {
            store.library.order(AssetSort::parse(&word).unwrap_or(AssetSort::Newest));
        },
    );
    let waiting = move || filter.with(|f| f.waiting);
    view! {
        <div class="filters">
            <button class="toggle" data-testid="filter-waiting" aria-pressed=move || waiting().to_string() on:click=move |_| store.library.narrow(|f| f.waiting = !f.waiting)>
                <span class="doubt-dot" aria-hidden="true"></span>"Waiting for me"
            </button>
            {kind}{label}{language}{state}{sort}<Layout/>
        </div>
    }
}

/// Answers to "what is it?", as far as there are any.
fn label_choice(store: Store) -> AnyView {
    store.taxonomy.load();
    let now = move || store.library.filter.with(|filter| filter.label.clone());
    let names = Memo::new(move |_| {
        let known = store.taxonomy.known.with(|known| {
            known.here().map(|taxonomy| taxonomy.answers.iter().map(|answer| (answer.name.clone(), answer.name.clone())).collect())
        });
        known.unwrap_or_default()
    });
    free_choice("filter-label", "What it is", "Any label", names, now, move |word| store.library.narrow(move |filter| filter.label = word))
}

/// Languages of the files that were seen.
fn language_choice(store: Store) -> AnyView {
    let now = move || store.library.filter.with(|filter| filter.language.clone());
    let codes = Memo::new(move |_| store.library.languages.get().into_iter().map(|code| (code.clone(), words::language(&code))).collect());
    free_choice("filter-language", "Language", "Any language", codes, now, move |word| {
        store.library.narrow(move |filter| filter.language = word)
    })
}

/// A choice among words that come with the files; not there while there is nothing to choose.
fn free_choice(
    id: &'static str,
    name: &'static str,
    all: &'static str,
    words: Memo<Vec<(String, String)>>,
    now: impl Fn() -> Option<String> + Copy + Send + Sync + 'static,
    choose: impl Fn(Option<String>) + Copy + Send + Sync + 'static,
) -> AnyView {
    let options = move || {
        let every = std::iter::once((String::new(), all.to_owned())).chain(words.get());
        every
            .map(|(word, says)| {
                let own = word.clone();
                view! { <option value=word selected=move || now().unwrap_or_default() == own>{says}</option> }
            })
            .collect_view()
    };
    let chosen = move |event: leptos::ev::Event| choose(Some(event_target_value(&event)).filter(|word| !word.is_empty()));
    let shown = Memo::new(move |_| !words.with(Vec::is_empty) || now().is_some());
    view! {
        {move || shown.get().then(|| view! { <span class="select"><select data-testid=id aria-label=name prop:value=move || now().unwrap_or_default() on:change=chosen>{options}</select><Icon of=icondata_lu::LuChevronDown/></span> })}
    }
    .into_any()
}

fn choice(
    id: &'static str,
    name: &'static str,
    all: Option<&'static str>,
    words: impl Iterator<Item = (&'static str, &'static str)>,
    now: impl Fn() -> &'static str + Copy + Send + Sync + 'static,
    choose: impl Fn(String) + 'static,
) -> AnyView {
    let options = all.map(|says| ("", says)).into_iter().chain(words);
    let options = options.map(|(word, says)| view! { <option value=word selected=move || now() == word>{says}</option> }).collect_view();
    view! {
        <span class="select"><select data-testid=id aria-label=name prop:value=now on:change=move |event| choose(event_target_value(&event))>{options}</select><Icon of=icondata_lu::LuChevronDown/></span>
    }
    .into_any()
}

#[component]
fn Layout() -> impl IntoView {
    let grid = store().library.grid;
    view! {
        <div class="segmented" role="group" aria-label="Layout">
            <button data-testid="layout-grid" aria-label="Thumbnails" title="Thumbnails" aria-pressed=move || grid.get().to_string() on:click=move |_| grid.set(true)><Icon of=icondata_lu::LuLayoutGrid/></button>
            <button data-testid="layout-list" aria-label="Lines" title="Lines" aria-pressed=move || (!grid.get()).to_string() on:click=move |_| grid.set(false)><Icon of=icondata_lu::LuList/></button>
        </div>
    }
}

#[component]
fn Add() -> impl IntoView {
    let store = store();
    view! {
        <div class="button-row add">
            <button class="button" data-testid="add-files" on:click=move |_| store.choose(Chosen::Files)><Icon of=icondata_lu::LuFilePlus2/>"Add files…"</button>
            <button class="button" data-testid="add-folder" on:click=move |_| store.choose(Chosen::Folder)><Icon of=icondata_lu::LuFolderPlus/>"Add folder…"</button>
        </div>
    }
}
