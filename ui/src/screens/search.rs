//! Search: results while one types, by words and by meaning, each at its spot; and filters with counts.

mod hit;
mod rail;

use crate::keys::Act;
use crate::parts::chip;
use crate::parts::icon::Icon;
use crate::parts::{states, words};
use crate::store::loaded::Loaded;
use crate::store::search::{Asked, LIMIT};
use crate::store::{Screen, Store, store};
use leptos::prelude::*;
use rail::Rail;
use winnow_contract::asset::AssetFilter;
use winnow_contract::search::{Hit, SearchMode, SearchPage};

#[component]
pub fn Search() -> impl IntoView {
    let store = store();
    if store.search.asked() == Asked::Nothing {
        store.focus_search.update(|n| *n += 1);
    }
    store.answer_keys(move |act| answer(store, act));
    Effect::new(move |_| bring(store.search.cursor.get()));
    let nothing_asked = Memo::new(move |_| store.search.answered.with(|asked| *asked == Asked::Nothing));
    let first_awaited = Memo::new(move |_| nothing_asked.get() && store.search.asks_something());
    let body = move || {
        if first_awaited.get() {
            return states::waiting("Searching");
        }
        if nothing_asked.get() {
            return view! { {move || inside_chip(store)}{teach()} }.into_any();
        }
        states::whole(store.search.page.get(), "Searching", move || store.search.refresh(), move |page| results(store, page))
    };
    view! {
        <section class="search" aria-label="Search">
            {move || (!nothing_asked.get()).then(|| view! { <Rail/> })}
            <div class="search-results">{move || (!nothing_asked.get()).then(|| view! { <Head/> })}{body}</div>
        </section>
    }
}

/// What can be asked, before anything is.
fn teach() -> AnyView {
    let line =
        |example: &'static str, says: &'static str| view! { <li><span class="mono">{example}</span><span class="muted">{says}</span></li> };
    view! {
        <div class="first-time" data-testid="empty">
            <Icon of=icondata_lu::LuSearch size=40/>
            <h1>"Search words, or what they mean."</h1>
            <p class="muted narrow-text">"In texts, in what is said in recordings, in what was read on pictures, and in names. Results come while you type, and open at the spot."</p>
            <ul class="examples">{line("a keeper's log of storms", "places that mean this, in whatever words")}{line("letter bequest", "both words, anywhere in a file")}{line("\"in memory of\"", "these words, side by side")}{line("donor*", "words that begin so")}</ul>
        </div>
    }
    .into_any()
}

/// What is shown, and by what it is searched.
#[component]
fn Head() -> impl IntoView {
    let store = store();
    let like = move || match store.search.answered.get() {
        Asked::Like(_, name) => Some(view! {
            <div class="like" data-testid="similar-head">
                <h1>"Like "<span class="breakable">"“"{name}"”"</span></h1>
                <button class="button small" data-testid="similar-leave" on:click=move |_| leave(store)><Icon of=icondata_lu::LuArrowLeft/>"Back"</button>
            </div>
        }),
        Asked::Words(_) | Asked::Nothing => None,
    };
    let modes = move || {
        let button = |mode: SearchMode| {
            view! { <button data-testid=format!("mode-{mode}") aria-pressed=move || (store.search.mode.get() == mode).to_string() on:click=move |_| store.search.by(mode)>{words::mode(mode)}</button> }
        };
        let words = store.search.answered.with(|asked| matches!(asked, Asked::Words(_)));
        words.then(|| view! { <div class="segmented" role="group" aria-label="Search by" title="Ctrl J">{SearchMode::ALL.iter().copied().map(button).collect_view()}</div> })
    };
    view! {
        {like}
        {move || inside_chip(store)}
        <div class="result-line"><p class="muted tabular" role="status" data-testid="search-count">{move || count(store)}</p>{modes}</div>
        {move || note(store)}
    }
}

/// Only one file and what was found in it is searched; pressed, everything is again.
fn inside_chip(store: Store) -> AnyView {
    if store.search.filter.with(|filter| filter.inside.is_none()) {
        return ().into_any();
    }
    let chip = chip::inside(store.search.inside.get(), move || store.search.narrow(|filter| filter.inside = None));
    view! { <div class="chip-line">{chip}</div> }.into_any()
}

/// Leaves what is alike: back to the words in the box, or to where one came from.
fn leave(store: Store) {
    let words = store.search.query.with_untracked(|query| !query.trim().is_empty());
    if words || !store.back() {
        return store.search.leave_similar();
    }
    store.search.leave_similar();
}

fn count(store: Store) -> String {
    store.search.page.with(|page| {
        let Some(page) = page.here() else { return String::new() };
        let shown = page.total.min(LIMIT);
        match page.total {
            0 => String::new(),
            total if total > shown => format!("The best {} of {}", words::number(shown), words::counted(total, "file")),
            total => words::counted(total, "file"),
        }
    })
}

/// Why meaning took no part, or that it found nothing clear.
fn note(store: Store) -> AnyView {
    let note = store.search.page.with(|page| page.here().and_then(|page| page.note.clone()));
    let Some(note) = note else { return ().into_any() };
    let models = (note.code != "meaning_faint")
        .then(|| view! { <button class="link-button" on:click=move |_| store.go(Screen::Settings)>"Models"</button> });
    view! { <p class="search-note" role="note" data-testid="search-note"><Icon of=icondata_lu::LuInfo/><span>{note.sentence()}</span>{models}</p> }
        .into_any()
}

fn results(store: Store, page: SearchPage) -> AnyView {
    if page.hits.is_empty() {
        // The next question may find nothing either: the page stays the same, and what was asked does not.
        let says = move || {
            store.search.answered.track();
            nothing(store)
        };
        return view! { {says} }.into_any();
    }
    let hits = page.hits.into_iter().enumerate().map(|(n, hit)| hit::row(store, n as u32, hit)).collect_view();
    view! { <div class="hits" role="listbox" aria-label="Results">{hits}</div> }.into_any()
}

/// What was tried, and what else can be.
fn nothing(store: Store) -> AnyView {
    let filtered = store.search.filter.with_untracked(|filter| *filter != AssetFilter::default());
    let query = match store.search.answered.get_untracked() {
        Asked::Words(query) => query,
        Asked::Nothing | Asked::Like(..) => return nothing_like(store, filtered),
    };
    let by = store.search.mode.get_untracked();
    let by_words = store.search.page.with_untracked(|page| page.here().is_some_and(|page| page.note.is_some()));
    let how = match by {
        SearchMode::Hybrid | SearchMode::Semantic if by_words => "for these words",
        SearchMode::Hybrid => "by their words and by what they mean",
        SearchMode::Semantic => "by what they mean",
        SearchMode::Lexical => "for these words",
    };
    let which = if filtered { "the chosen files" } else { "all files" };
    let tried = format!("Texts, recordings, words on pictures, names and properties of {which} were searched {how}.");
    let reading = store.status.with_untracked(|status| status.here().is_some_and(|status| status.progress.is_some()));
    let wait = reading.then(|| view! { <p class="muted">"Files are still being read; results appear as they come."</p> });
    let meaning = (by == SearchMode::Lexical)
        .then(|| view! { <button class="button" on:click=move |_| store.search.by(SearchMode::Hybrid)>"Search by meaning, too"</button> });
    let fewer = longest_of_several(&query).map(|word| {
        let (says, word) = (format!("Search only “{word}”"), word.to_owned());
        view! { <button class="button" on:click=move |_| store.search.type_in(word.clone())>{says}</button> }
    });
    view! {
        <div class="empty" data-testid="empty">
            <Icon of=icondata_lu::LuSearchX size=32/>
            <h2 class="breakable">{format!("Nothing with “{query}”.")}</h2>
            <p class="muted">{tried}</p>{wait}
            <div class="button-row">{widen(store, filtered)}{meaning}{fewer}</div>
        </div>
    }
    .into_any()
}

/// The word of a query that says most; none where there is no other.
fn longest_of_several(query: &str) -> Option<&str> {
    let several = query.split_whitespace().nth(1).is_some();
    query.split_whitespace().rev().max_by_key(|word| word.chars().count()).filter(|_| several)
}

fn nothing_like(store: Store, filtered: bool) -> AnyView {
    view! {
        <div class="empty" data-testid="empty">
            <Icon of=icondata_lu::LuShapes size=32/>
            <h2>"Nothing is like it."</h2>
            <p class="muted">"Files are compared by what their texts mean. This one has no text, or it is not among those searchable by meaning yet."</p>
            <div class="button-row">{widen(store, filtered)}</div>
        </div>
    }
    .into_any()
}

fn widen(store: Store, filtered: bool) -> Option<impl IntoView> {
    filtered.then(|| view! { <button class="button" on:click=move |_| store.search.narrow(|filter| *filter = AssetFilter::default())>"Search all files"</button> })
}

fn answer(store: Store, act: Act) -> bool {
    let hits = store.search.page.with_untracked(|page| page.here().map_or(0, |page| page.hits.len() as u32));
    match act {
        Act::NextMode => store.search.next_mode(),
        Act::Down if hits > 0 => store.search.cursor.update(|n| *n = (*n + 1).min(hits - 1)),
        Act::Up if hits > 0 => store.search.cursor.update(|n| *n = n.saturating_sub(1)),
        Act::Open => return open(store),
        Act::Similar => {
            return chosen(store).is_some_and(|hit| {
                store.search.find_similar(hit.asset, hit.name);
                true
            });
        }
        _ => return false,
    }
    true
}

/// The selected result. One of an older question is not what was asked for.
fn chosen(store: Store) -> Option<Hit> {
    let fresh = store.search.answered.get_untracked() == store.search.asked();
    let n = store.search.cursor.get_untracked() as usize;
    let page = store.search.page.get_untracked();
    match page {
        Loaded::Here(page) if fresh => page.hits.into_iter().nth(n),
        Loaded::Here(_) | Loaded::Waiting | Loaded::Problem(_) => None,
    }
}

fn open(store: Store) -> bool {
    let hit = chosen(store);
    let there = hit.is_some();
    if let Some(hit) = hit {
        store.open_hit(hit);
    }
    there
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

#[cfg(test)]
mod tests {
    use super::longest_of_several;

    #[test]
    fn fewer_words_are_offered_where_there_are_several() {
        let check = |query, expected| assert_eq!(longest_of_several(query), expected, "{query}");
        check("the lighthouse keeper", Some("lighthouse"));
        check("one two", Some("one"));
        check("lighthouse ", None);
        check("", None);
    }
}
