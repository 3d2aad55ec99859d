//! The help: every key, from the table that drives them.

use super::icon::Icon;
use crate::keys::{Act, Binding, KEYS, Place, cap};
use crate::store::store;
use leptos::prelude::*;

/// The overlay behind `?`.
#[component]
pub fn KeyMap() -> impl IntoView {
    let shown = store().keys_shown;
    view! { {move || shown.get().then(|| view! { <Sheet/> })} }
}

#[component]
fn Sheet() -> impl IntoView {
    let store = store();
    let shown = store.keys_shown;
    let close = NodeRef::<leptos::html::Button>::new();
    store.answer_keys(move |act| {
        if matches!(act, Act::Back | Act::ShowKeys) {
            shown.set(false);
        }
        true
    });
    Effect::new(move |_| close.get().map(|button| button.focus()));
    view! {
        <div class="veil" on:click=move |_| shown.set(false)>
            <div class="sheet key-map" role="dialog" aria-modal="true" aria-label="Keys" data-testid="key-map" on:click=|click| click.stop_propagation()>
                <header>
                    <h2>"Keys"</h2>
                    <button class="quiet-button" aria-label="Close" node_ref=close on:click=move |_| shown.set(false)><Icon of=icondata_lu::LuX/></button>
                </header>
                <div class="key-columns">{Place::ALL.into_iter().map(group).collect_view()}</div>
            </div>
        </div>
    }
}

fn group(place: Place) -> impl IntoView {
    let lines = KEYS.iter().filter(|binding| binding.place == place && !binding.says.is_empty()).map(line).collect_view();
    view! { <section><h3>{place.title()}</h3><dl>{lines}</dl></section> }
}

fn line(binding: &'static Binding) -> impl IntoView {
    let caps = binding.keys.iter().map(|key| view! { <kbd>{cap(key)}</kbd> }).collect_view();
    view! { <div class="key-line"><dt>{caps}</dt><dd>{binding.says}</dd></div> }
}
