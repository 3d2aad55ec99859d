//! Where one stands in the queue, how long it will take, and which part of it is shown.

use crate::parts::words;
use crate::store::{Store, store};
use leptos::prelude::*;
use winnow_contract::review::ReviewFilter;

#[component]
pub fn Head() -> impl IntoView {
    let store = store();
    view! {
        <header class="review-head">
            <p class="position" data-testid="review-position"><span class="tabular">{move || position(store)}</span><span class="muted">{move || pace(store)}</span></p>
            <div class="parts" role="group" aria-label="Part of the queue">{move || parts(store)}</div>
        </header>
    }
}

fn position(store: Store) -> String {
    let (left, decided) = (store.review.total.get(), store.review.decided.get());
    if left == 0 {
        return if decided == 0 { "Nothing waits".to_owned() } else { format!("{} decided", words::number(decided)) };
    }
    format!("{} of {}", words::number(decided + store.review.index() as u32 + 1), words::number(decided + left))
}

fn pace(store: Store) -> String {
    let left = store.review.total.get();
    store.review.seconds_left().filter(|_| left > 0).map(|seconds| format!(" · {} at your pace", words::about(seconds))).unwrap_or_default()
}

fn parts(store: Store) -> AnyView {
    let chosen = store.review.filter.get();
    let counts = store.review.by_filter.get();
    let shown = counts.into_iter().filter(|(filter, count)| *count > 0 || *filter == chosen || *filter == ReviewFilter::All);
    shown.map(|(filter, count)| part(store, filter, count, filter == chosen)).collect_view().into_any()
}

fn part(store: Store, filter: ReviewFilter, count: u32, chosen: bool) -> impl IntoView {
    view! {
        <button class="part" data-testid=format!("review-filter-{filter}") aria-pressed=chosen.to_string() on:click=move |_| store.review.show_part(filter)>
            {words::part(filter)}<span class="tabular muted">{words::number(count)}</span>
        </button>
    }
}
