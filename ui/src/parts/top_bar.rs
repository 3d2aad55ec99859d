//! The search box at the upper edge of every screen.

use super::icon::Icon;
use crate::store::{Screen, store};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

#[component]
pub fn TopBar() -> impl IntoView {
    let store = store();
    let input = NodeRef::<leptos::html::Input>::new();
    let query = store.search.query;
    Effect::new(move |_| {
        let wanted = store.focus_search.get() > 0;
        if let Some(input) = input.get_untracked().filter(|_| wanted) {
            // A box that cannot take the caret is no reason to stop.
            let _ = input.focus();
            input.select();
        }
    });
    let typed = move |text: String| {
        if !text.trim().is_empty() {
            store.go(Screen::Search);
        }
        store.search.type_in(text);
    };
    let pressed = move |event: KeyboardEvent| {
        let elsewhere = store.screen.with_untracked(|screen| *screen != Screen::Search);
        if event.key() == "Enter" && !event.is_composing() && elsewhere && store.search.resume() {
            event.prevent_default();
            store.go(Screen::Search);
        }
    };
    let clear = move |_| {
        store.search.type_in(String::new());
        store.focus_search.update(|n| *n += 1);
    };
    view! {
        <header class="top-bar">
            <div class="search-field" role="search">
                <Icon of=icondata_lu::LuSearch/>
                <input type="text" data-testid="search-box" aria-label="Search all files" placeholder="Search meaning or words…" autocomplete="off" spellcheck="false"
                    node_ref=input prop:value=move || query.get() on:focus=move |_| store.search.get_ready() on:input=move |event| typed(event_target_value(&event)) on:keydown=pressed/>
                {move || if query.with(String::is_empty) {
                    view! { <kbd aria-hidden="true">"/"</kbd> }.into_any()
                } else {
                    view! { <button class="quiet-button" aria-label="Clear the search" on:click=clear><Icon of=icondata_lu::LuX/></button> }.into_any()
                }}
            </div>
            <button class="quiet-button" data-testid="show-keys" aria-label="Keys" title="Keys (?)" on:click=move |_| store.keys_shown.set(true)><Icon of=icondata_lu::LuKeyboard size=20/></button>
        </header>
    }
}
