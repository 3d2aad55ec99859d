//! A file that needs a password: says so, and tries one.
//!
//! The password goes from the field into the request and nowhere else; the field is emptied at once.

use crate::parts::icon::Icon;
use crate::store::asset::Unlocking;
use crate::store::store;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use winnow_contract::Words;
use winnow_contract::id::AssetId;

/// The panel in the place of the document. `again`: it was read before, and only its pages cannot be shown.
#[component]
pub fn Locked(asset: AssetId, #[prop(optional)] again: bool) -> impl IntoView {
    let store = store();
    let asset = StoredValue::new(asset);
    let field = NodeRef::<leptos::html::Input>::new();
    let unlocking = store.asset.unlocking;
    let trying = move || unlocking.with(|state| matches!(state, Unlocking::Trying | Unlocking::Opened));
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(field) = field.get_untracked() else { return };
        let password = field.value();
        if !password.is_empty() && !trying() {
            field.set_value("");
            store.asset.unlock(asset.get_value(), password);
        }
    };
    // Whoever comes here types, and whoever was wrong types again; not while something is typed elsewhere.
    Effect::new(move |_| {
        let wanted = unlocking.with(|state| matches!(state, Unlocking::Asked | Unlocking::Wrong));
        if let Some(field) = field.get().filter(|_| wanted && !types_elsewhere()) {
            drop(field.focus());
        }
    });
    let says = move || {
        match unlocking.get() {
        Unlocking::Asked => ().into_any(),
        Unlocking::Trying => view! { <p class="muted" role="status"><span class="pulse" aria-hidden="true"></span>" Trying it"</p> }.into_any(),
        Unlocking::Opened => view! { <p class="opened" role="status" data-testid="unlock-opened"><Icon of=icondata_lu::LuLockOpen/>"It is open, and is being read."</p> }.into_any(),
        Unlocking::Wrong => view! { <p class="setting-refused" role="alert" data-testid="unlock-wrong">{Words::new("wrong_password").sentence()}</p> }.into_any(),
        Unlocking::Refused(error) => view! { <p class="setting-refused" role="alert">{error.to_string()}</p> }.into_any(),
    }
    };
    let why = if again {
        "Its text was read and is kept. To show its pages the password is needed once more, for it is never written down."
    } else {
        "It is listed and followed. With its password it can be read; nothing of it is known until then."
    };
    view! {
        <div class="no-document locked" data-testid="locked">
            <Icon of=icondata_lu::LuLock size=40/>
            <h2>"It needs a password"</h2>
            <p class="muted narrow-text">{why}</p>
            <form class="unlock" on:submit=send>
                <input class="field" type="password" autocomplete="off" spellcheck="false" aria-label="Password" placeholder="Password" data-testid="password" node_ref=field disabled=trying/>
                <button class="button primary" type="submit" data-testid="unlock" disabled=trying>"Open"<kbd>"↵"</kbd></button>
            </form>
            <div class="unlock-says">{says}</div>
            <p class="muted small-print">"The password stays in memory until Winnow is closed. It is not written down."</p>
        </div>
    }
}

fn types_elsewhere() -> bool {
    document().active_element().is_some_and(|element| matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA"))
}
