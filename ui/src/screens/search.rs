//! Search: results while one types, each at its spot, and filters with counts.

use crate::ipc;
use crate::keys::Act;
use crate::parts::icon::Icon;
use crate::parts::kind::kind_icon;
use crate::parts::marked::marked;
use crate::parts::miniature::miniature;
use crate::parts::name::FileName;
use crate::parts::{states, words};
use crate::store::loaded::Loaded;
use crate::store::{Store, store};
use leptos::prelude::*;
use winnow_contract::asset::MediaKind;
use winnow_contract::search::{Hit, SearchPage};

#[component]
pub fn Search() -> impl IntoView {
    let store = store();
    if store.search.query.with_untracked(String::is_empty) {
        store.focus_search.update(|n| *n += 1);
    }
    store.answer_keys(move |act| answer(store, act));
    Effect::new(move |_| bring(store.search.cursor.get()));
    let nothing_asked = Memo::new(move |_| store.search.answered.with(String::is_empty));
    let rail_wanted =
        Memo::new(move |_| !nothing_asked.get() && (store.search.kind.get().is_some() || !store.search.kinds.with(Vec::is_empty)));
    let body = move || {
        if nothing_asked.get() {
            return teach();
        }
        states::whole(store.search.page.get(), "Searching", move || store.search.refresh(), move |page| results(store, page))
    };
    view! { <section class="search" aria-label="Search">{move || rail_wanted.get().then(|| view! { <Rail/> })}<div class="search-results">{body}</div></section> }
}

/// What can be asked, before anything is.
fn teach() -> AnyView {
    let line =
        |example: &'static str, says: &'static str| view! { <li><span class="mono">{example}</span><span class="muted">{says}</span></li> };
    view! {
        <div class="first-time" data-testid="empty">
            <Icon of=icondata_lu::LuSearch size=40/>
            <h1>"Search every word."</h1>
            <p class="muted narrow-text">"In texts, in what was read on pictures, and in names. Results come while you type, and open at the spot."</p>
            <ul class="examples">{line("letter bequest", "both words, anywhere in a file")}{line("\"in memory of\"", "these words, side by side")}{line("donor*", "words that begin so")}</ul>
        </div>
    }
    .into_any()
}

#[component]
fn Rail() -> impl IntoView {
    let store = store();
    let all = move || store.search.kinds.with(|kinds| kinds.iter().map(|(_, n)| n).sum::<u32>());
    let kinds = move || {
        store
            .search
            .kinds
            .get()
            .into_iter()
            .map(|(kind, count)| view! { <Kind kind=Some(kind) count=Signal::stored(count)/> })
            .collect_view()
    };
    view! {
        <div class="rail" role="group" aria-label="Kinds">
            <h2 class="nav-heading">"Kind"</h2>
            <Kind kind=None count=Signal::derive(all)/>
            {kinds}
        </div>
    }
}

#[component]
fn Kind(kind: Option<MediaKind>, count: Signal<u32>) -> impl IntoView {
    let store = store();
    let icon = kind.map_or(icondata_lu::LuFiles, kind_icon);
    let name = kind.map_or("All", words::kind);
    let id = format!("search-kind-{}", kind.map_or("all", MediaKind::as_str));
    view! {
        <button class="nav-item" data-testid=id aria-pressed=move || (store.search.kind.get() == kind).to_string() on:click=move |_| store.search.only(kind)>
            <Icon of=icon/><span class="nav-name">{name}</span><span class="badge tabular">{move || words::number(count.get())}</span>
        </button>
    }
}

fn results(store: Store, page: SearchPage) -> AnyView {
    if page.hits.is_empty() {
        return nothing(store);
    }
    let shown = page.hits.len() as u32;
    let count = if page.total > shown {
        format!("The best {} of {}", words::number(shown), words::counted(page.total, "file"))
    } else {
        words::counted(page.total, "file")
    };
    let hits = page.hits.into_iter().enumerate().map(|(n, hit)| row(store, n as u32, hit)).collect_view();
    view! { <p class="muted result-count tabular" role="status" data-testid="search-count">{count}</p><div class="hits" role="listbox" aria-label="Results">{hits}</div> }.into_any()
}

/// What was tried, and what else can be.
fn nothing(store: Store) -> AnyView {
    let query = store.search.answered.get_untracked();
    let kind = store.search.kind.get_untracked();
    let tried = match kind {
        Some(kind) => format!("Texts, words on pictures and names were searched, among files of the kind “{}”.", words::kind(kind)),
        None => "Texts, words on pictures and names of all files were searched.".to_owned(),
    };
    let reading = store.status.with_untracked(|status| status.here().is_some_and(|status| status.progress.is_some()));
    let wait = reading.then(|| view! { <p class="muted">"Files are still being read; results appear as they come."</p> });
    let widen = kind.map(|_| view! { <button class="button" on:click=move |_| store.search.only(None)>"Search all kinds"</button> });
    let fewer = query.split_whitespace().count() > 1;
    let fewer = fewer.then(|| {
        let first = query.split_whitespace().max_by_key(|word| word.chars().count()).unwrap_or_default().to_owned();
        let says = format!("Search only “{first}”");
        view! { <button class="button" on:click=move |_| store.search.type_in(first.clone())>{says}</button> }
    });
    view! {
        <div class="empty" data-testid="empty">
            <Icon of=icondata_lu::LuSearchX size=32/>
            <h2 class="breakable">{format!("Nothing with “{query}”.")}</h2>
            <p class="muted">{tried}</p>{wait}
            <div class="button-row">{widen}{fewer}</div>
        </div>
    }
    .into_any()
}

fn row(store: Store, n: u32, hit: Hit) -> impl IntoView {
    let chosen = move || store.search.cursor.get() == n;
    let (asset, at) = (hit.asset.clone(), hit.evidence.clone());
    let open = move |_| {
        store.search.cursor.set(n);
        store.open(asset.clone(), Some(at.clone()));
    };
    let page = hit.evidence.page.map(|page| format!("page {page}"));
    let more = (hit.more > 0).then(|| format!("{} in this file", words::counted(hit.more, "more place")));
    let folder = hit.path.rsplit_once('/').map(|(folder, _)| folder.to_owned()).unwrap_or_default();
    view! {
        <div class="hit" class:chosen=chosen role="option" id=format!("hit-{n}") aria-selected=move || chosen().to_string() data-testid="search-hit" data-asset=hit.asset.to_string() on:click=open>
            <div class="hit-thumb">{picture(&hit)}</div>
            <div class="hit-body">
                <p class="hit-name"><FileName name=hit.name.clone()/>{by(&hit)}</p>
                <p class="hit-snippet" data-testid="hit-snippet">{marked(hit.snippet)}</p>
                <p class="hit-place muted"><span class="hit-folder" title=hit.path>{folder}</span>{page.map(|page| view! { <span class="nowrap">{page}</span> })}{more.map(|more| view! { <span class="nowrap">{more}</span> })}</p>
            </div>
        </div>
    }
}

fn picture(hit: &Hit) -> AnyView {
    match &hit.thumbnail {
        Some(id) => view! { <img src=ipc::rendition_url(id) alt="" loading="lazy" draggable="false"/> }.into_any(),
        None => {
            let text: String = hit.snippet.iter().map(|part| part.text.as_str()).collect();
            view! { {miniature(&text)}<span class="kind-mark"><Icon of=kind_icon(hit.kind)/></span> }.into_any()
        }
    }
}

/// Whether its words or its meaning speak for a hit.
fn by(hit: &Hit) -> AnyView {
    let says = match (hit.why.lexical, hit.why.semantic) {
        (Some(_), Some(_)) => "words and meaning",
        (None, Some(_)) => "meaning",
        _ => "words",
    };
    view! { <span class="chip">{says}</span> }.into_any()
}

fn answer(store: Store, act: Act) -> bool {
    let hits = store.search.page.with_untracked(|page| page.here().map_or(0, |page| page.hits.len() as u32));
    if hits == 0 {
        return false;
    }
    match act {
        Act::Down => store.search.cursor.update(|n| *n = (*n + 1).min(hits - 1)),
        Act::Up => store.search.cursor.update(|n| *n = n.saturating_sub(1)),
        Act::Open => return open(store),
        _ => return false,
    }
    true
}

fn open(store: Store) -> bool {
    let n = store.search.cursor.get_untracked() as usize;
    let hit = store.search.page.with_untracked(|page| page.here().and_then(|page| page.hits.get(n).cloned()));
    // A result of an older query is not what was asked for.
    let fresh = store.search.answered.get_untracked() == store.search.query.get_untracked().trim();
    match (hit, store.search.page.get_untracked()) {
        (Some(hit), Loaded::Here(_)) if fresh => store.open(hit.asset, Some(hit.evidence)),
        _ => return false,
    }
    true
}

fn bring(n: u32) {
    request_animation_frame(move || {
        if let Some(row) = document().get_element_by_id(&format!("hit-{n}")) {
            let how = web_sys::ScrollIntoViewOptions::new();
            how.set_block(web_sys::ScrollLogicalPosition::Nearest);
            row.scroll_into_view_with_scroll_into_view_options(&how);
        }
    });
}
