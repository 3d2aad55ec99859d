//! The window: frame, screens, overlays, and the one place where keys are heard.
//!
//! What a key means stands in `keys.rs`; what it does, in the screen that is shown.

use crate::ipc;
use crate::keys::{self, Act, Held};
use crate::parts::{
    drop_overlay::DropOverlay, key_map::KeyMap, notice::Notice, progress_line::ProgressLine, side_bar::SideBar, top_bar::TopBar,
};
use crate::screens::{activity::Activity, asset::Asset, library::Library, review::Review, search::Search, settings::Settings};
use crate::store::{Screen, Store};
use leptos::ev::{self, KeyboardEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

#[component]
pub fn App() -> impl IntoView {
    let store = Store::new();
    provide_context(store);
    ipc::listen(move |event| store.hear(event));
    store.refresh_status();
    store.review.refresh();
    store.settings.refresh();
    follow_theme(store);
    let main = NodeRef::<leptos::html::Main>::new();
    Effect::new(move |before: Option<Screen>| {
        let screen = store.screen.get();
        if before.is_some_and(|before| before != screen) {
            rest(main, screen != Screen::Search);
        }
        screen
    });
    let keys = window_event_listener(ev::keydown, move |event| hear_key(store, &event));
    on_cleanup(move || keys.remove());
    // A click by pointer; pressing a button by key leaves the focus on it.
    let clicked = move |event: leptos::ev::MouseEvent| {
        if event.detail() > 0 {
            rest(main, false);
        }
    };
    view! {
        <div class="frame" on:click=clicked>
            <SideBar/>
            <TopBar/>
            <main class="screen" id="screen" tabindex="-1" node_ref=main>{move || screen(store.screen.get())}</main>
            <ProgressLine/>
        </div>
        <Notice/>
        <KeyMap/>
        <DropOverlay/>
    }
}

fn screen(screen: Screen) -> AnyView {
    match screen {
        Screen::Library => view! { <Library/> }.into_any(),
        Screen::Review => view! { <Review/> }.into_any(),
        Screen::Search => view! { <Search/> }.into_any(),
        Screen::Activity => view! { <Activity/> }.into_any(),
        Screen::Settings => view! { <Settings/> }.into_any(),
        Screen::Asset(asset, at) => view! { <Asset asset at/> }.into_any(),
    }
}

/// Gives the focus back to the screen after a button was clicked, so that its keys are the screen's again.
fn rest(main: NodeRef<leptos::html::Main>, leave_field: bool) {
    let focused = document().active_element().map(|element| element.tag_name()).unwrap_or_default();
    if let Some(main) = main.get_untracked().filter(|_| focused == "BUTTON" || (leave_field && focused == "INPUT")) {
        // What cannot take the focus leaves it where it is.
        let _ = main.focus();
    }
}

fn hear_key(store: Store, event: &KeyboardEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    let tag = target.as_ref().map(|target| target.tag_name()).unwrap_or_default();
    let in_field = matches!(tag.as_str(), "INPUT" | "TEXTAREA" | "SELECT");
    let held = Held { shift: event.shift_key(), ctrl: event.ctrl_key() || event.meta_key(), alt: event.alt_key() };
    let chord = keys::chord(&event.key(), held);
    // A focused button does what it says on Space and Enter.
    let pressed = tag == "BUTTON" && matches!(chord.as_str(), "Space" | "Enter");
    if event.is_composing() || event.default_prevented() || pressed {
        return;
    }
    let place = store.screen.with_untracked(Screen::place);
    let Some(act) = keys::meaning(place, &chord, in_field) else { return };
    if store.offer(act) || everywhere(store, act, target.filter(|_| in_field)) {
        event.prevent_default();
    }
}

/// What an act does when no screen took it.
fn everywhere(store: Store, act: Act, field: Option<HtmlElement>) -> bool {
    match act {
        Act::FocusSearch => store.focus_search.update(|n| *n += 1),
        Act::ShowKeys => store.keys_shown.set(true),
        Act::GoLibrary => store.go(Screen::Library),
        Act::GoReview => store.go(Screen::Review),
        Act::GoSearch => store.go(Screen::Search),
        Act::GoActivity => store.go(Screen::Activity),
        Act::GoSettings => store.go(Screen::Settings),
        Act::ToggleSideBar => store.narrow.update(|narrow| *narrow = !*narrow),
        Act::Pause => store.set_paused(!store.status.with_untracked(|status| status.here().is_some_and(|status| status.paused))),
        Act::Back => return leave(store, field),
        _ => return false,
    }
    true
}

/// Leaves a field, puts a notice away, or goes back one screen.
fn leave(store: Store, field: Option<HtmlElement>) -> bool {
    if let Some(field) = field {
        return field.blur().is_ok();
    }
    if store.notice.with_untracked(Option::is_some) {
        store.notice.set(None);
        return true;
    }
    store.back()
}

/// Sets the theme on the document and keeps it for the first paint of the next session.
fn follow_theme(store: Store) {
    Effect::new(move |_| {
        if store.settings.view.with(|view| view.here().is_none()) {
            return;
        }
        let theme = store.settings.theme();
        let root = document().document_element();
        let kept = leptos::prelude::window().local_storage().ok().flatten();
        // Without an attribute or storage the system's theme is used.
        let _ = match theme.as_str() {
            "light" | "dark" => root.map(|root| root.set_attribute("data-theme", &theme)),
            _ => root.map(|root| root.remove_attribute("data-theme")),
        };
        let _ = kept.map(|kept| kept.set_item("winnow.theme", &theme));
    });
}
