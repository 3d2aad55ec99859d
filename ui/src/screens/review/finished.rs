//! The end of the queue.

use crate::parts::sieve::Sieve;
use crate::parts::words;
use crate::store::{Screen, Store};
use leptos::prelude::*;
use winnow_contract::review::ReviewFilter;

/// Nothing waits in the part that is shown.
pub fn finished(store: Store) -> AnyView {
    let count = |wanted: ReviewFilter| {
        store.review.by_filter.with(|counts| counts.iter().find(|(filter, _)| *filter == wanted).map_or(0, |(_, n)| *n))
    };
    let all = store.review.filter.get() == ReviewFilter::All;
    let (rest, later, decided) = (count(ReviewFilter::All), count(ReviewFilter::Deferred), store.review.decided.get());
    let title = if decided == 0 && all {
        "Nothing waits for you."
    } else if all {
        "That was all of it."
    } else {
        "Nothing left in this part."
    };
    let says = match decided {
        0 => "Where a machine should not decide alone, the question comes here.".to_owned(),
        n => format!("You have decided {}. Each keeps who decided it, when, and what was shown.", words::counted(n, "item")),
    };
    let part = move |filter: ReviewFilter| move |_| store.review.show_part(filter);
    let more = (!all && rest > 0).then(|| view! { <button class="button primary" on:click=part(ReviewFilter::All)>{format!("Go on with {}", words::counted(rest, "item"))}</button> });
    let put_off = (later > 0 && store.review.filter.get() != ReviewFilter::Deferred)
        .then(|| view! { <button class="button" on:click=part(ReviewFilter::Deferred)>{format!("{} left for later", words::number(later))}</button> });
    view! {
        <div class="first-time finished" data-testid="empty">
            <Sieve/>
            <h1>{title}</h1>
            <p class="muted narrow-text">{says}</p>
            <div class="button-row">{more}{put_off}<button class="button" on:click=move |_| store.go(Screen::Library)>"Back to the library"</button></div>
        </div>
    }
    .into_any()
}
