//! The field for a correction: Enter saves, Escape leaves it.

use super::desk::desk;
use crate::parts::icon::Icon;
use crate::store::store;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

#[component]
pub fn EditField(name: &'static str) -> impl IntoView {
    let (store, desk) = (store(), desk());
    let field = NodeRef::<leptos::html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            // A field that cannot take the caret can still be clicked.
            let _ = field.focus();
            request_animation_frame(move || field.select());
        }
    });
    let pressed = move |event: KeyboardEvent| {
        if event.key() == "Enter" && !event.is_composing() {
            event.prevent_default();
            desk.save(store);
        }
    };
    view! {
        <div class="edit">
            <input class="field mono" data-testid="review-edit" aria-label=name spellcheck="false" autocomplete="off" node_ref=field
                prop:value=move || desk.draft.get() on:input=move |event| desk.draft.set(event_target_value(&event)) on:keydown=pressed/>
            <button class="button primary" data-testid="review-edit-save" on:click=move |_| desk.save(store)><Icon of=icondata_lu::LuCheck/>"Save"<kbd>"↵"</kbd></button>
            <button class="button" on:click=move |_| desk.editing.set(false)>"Cancel"<kbd>"Esc"</kbd></button>
        </div>
    }
}
