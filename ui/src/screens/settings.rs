//! Settings: one column of plain sentences, each with its default; a change applies at once. Folders, models and the
//! answers to "what is it?" have sections of their own.

mod answers;
mod confinement;
mod folders;
mod models;

use crate::parts::icon::Icon;
use crate::parts::{states, words};
use crate::store::settings::{Literal, THEME};
use crate::store::{Store, store};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use winnow_contract::settings::{SettingRow, SettingsView};

#[component]
pub fn Settings() -> impl IntoView {
    let store = store();
    store.settings.refresh();
    store.models.refresh();
    store.confinement.refresh();
    store.taxonomy.load();
    let keys = Memo::new(move |_| store.settings.view.with(|view| view.here().map(sections)));
    let loaded = Memo::new(move |_| store.settings.view.with(|view| view.here().is_none()));
    let body = move || {
        if loaded.get() {
            return states::whole(store.settings.view.get(), "Reading the settings", move || store.settings.refresh(), |_| ().into_any());
        }
        let sections = keys.get().unwrap_or_default().into_iter();
        let (window, rest): (Vec<_>, Vec<_>) = sections.partition(|(name, _)| name == "window");
        let drawn = |(name, keys): (String, Vec<String>)| section(store, &name, keys);
        let (window, rest) = (window.into_iter().map(drawn).collect_view(), rest.into_iter().map(drawn).collect_view());
        view! { {window}<folders::Folders/><models::Models/><answers::Answers/>{rest}<confinement::Confinements/> }.into_any()
    };
    view! { <section class="column-screen" aria-label="Settings"><div class="column settings"><h1>"Settings"</h1>{move || unknown(store)}{body}{move || foot(store)}</div></section> }
}

/// Sections with their keys, in the order of the manual; how the window looks comes first.
fn sections(view: &SettingsView) -> Vec<(String, Vec<String>)> {
    let mut all: Vec<(String, Vec<String>)> = Vec::new();
    for row in &view.rows {
        let name = row.key.split_once('.').map_or("", |(section, _)| section);
        match all.iter_mut().find(|(section, _)| section == name) {
            Some((_, keys)) => keys.push(row.key.clone()),
            None => all.push((name.to_owned(), vec![row.key.clone()])),
        }
    }
    all.sort_by_key(|(name, _)| name != "window");
    all
}

fn title(section: &str) -> String {
    match section {
        "window" => "The window".to_owned(),
        "ingest" => "Taking files in".to_owned(),
        "decode" => "Opening files".to_owned(),
        "ocr" => "Reading words on pictures".to_owned(),
        "detect" => "Sensitive data".to_owned(),
        "policy" => "What a machine may decide".to_owned(),
        "work" => "Work".to_owned(),
        "sound" => "Opening recordings".to_owned(),
        "speech" => "Listening to recordings".to_owned(),
        "embed" => "Searching by meaning".to_owned(),
        "search" => "Search".to_owned(),
        "label" | "labels" => "What a file is".to_owned(),
        "watch" => "Following folders".to_owned(),
        "archives" => "Archives, mail and attachments".to_owned(),
        "near" => "Nearly the same files".to_owned(),
        other => words::capital(&other.replace('_', " ")),
    }
}

fn section(store: Store, name: &str, keys: Vec<String>) -> AnyView {
    let rows = keys.into_iter().map(|key| view! { <Setting store key/> }).collect_view();
    view! { <section class="setting-group" aria-label=title(name)><h2 class="section-heading">{title(name)}</h2>{rows}</section> }
        .into_any()
}

#[component]
fn Setting(store: Store, key: String) -> impl IntoView {
    let id = format!("setting-{key}");
    let key = StoredValue::new(key);
    let row = Memo::new(move |_| {
        key.with_value(|key| {
            store.settings.view.with(|view| view.here().and_then(|view| view.rows.iter().find(|row| row.key == *key).cloned()))
        })
    });
    let refused = move || {
        store
            .settings
            .refused
            .get()
            .filter(|(refused, _)| key.with_value(|key| key == refused))
            .map(|(_, error)| view! { <p class="setting-refused" role="alert">{error.to_string()}</p> })
    };
    let changed = move || row.with(|row| row.as_ref().is_some_and(|row| row.value != row.default));
    let reset = move || {
        changed().then(|| view! { <button class="link-button" data-testid="setting-reset" on:click=move |_| store.settings.change(key.get_value(), None)><Icon of=icondata_lu::LuRotateCcw/>"Put back"</button> })
    };
    let again = store.settings.again;
    let control = move || {
        again.track();
        row.get().map(|row| editor(store, &row))
    };
    view! {
        <div class="setting" data-testid="setting" data-key=key.get_value() id=id>
            <div class="setting-words">
                <p>{move || row.with(|row| row.as_ref().map(|row| row.comment.replace('\n', " ")))}</p>
                <p class="muted setting-default"><span class="mono">{key.get_value()}</span>" · default: "{move || row.with(|row| row.as_ref().map(|row| Literal::read(&row.default).said()))}{reset}</p>
                {refused}
            </div>
            <div class="setting-control">{control}</div>
        </div>
    }
}

fn editor(store: Store, row: &SettingRow) -> AnyView {
    let key = row.key.clone();
    let name = row.comment.clone();
    let change = move |literal: Literal| store.settings.change(key.clone(), Some(literal.write()));
    match Literal::read(&row.value) {
        Literal::Text(text) if row.key == THEME => choice(text, &["system", "light", "dark"], change),
        Literal::Text(text) if row.key == "policy.automatic" => choice(text, &["off", "calibrated"], change),
        Literal::Switch(on) => view! {
            <button class="switch" role="switch" aria-checked=on.to_string() aria-label=name on:click=move |_| change(Literal::Switch(!on))><span class="knob"></span></button>
        }
        .into_any(),
        Literal::Number(text) => field(text, "number", name, move |text| change(Literal::Number(text))),
        Literal::Text(text) => field(text, "words", name, move |text| change(Literal::Text(text))),
        Literal::Raw(text) => field(text, "words", name, move |text| change(Literal::Raw(text))),
        Literal::List(items) => list(items, name, move |items| change(Literal::List(items))),
    }
}

fn choice(now: String, words_of: &'static [&'static str], change: impl Fn(Literal) + Clone + 'static) -> AnyView {
    let button = |word: &'static str| {
        let change = change.clone();
        view! { <button aria-pressed=(now == word).to_string() data-testid=format!("choice-{word}") on:click=move |_| change(Literal::Text(word.to_owned()))>{words::capital(word)}</button> }
    };
    view! { <div class="segmented" role="group">{words_of.iter().copied().map(button).collect_view()}</div> }.into_any()
}

fn field(text: String, class: &'static str, name: String, change: impl Fn(String) + 'static) -> AnyView {
    view! { <input class=format!("field {class} mono") aria-label=name prop:value=text on:change=move |event| change(event_target_value(&event)) on:keydown=leave_on_enter/> }.into_any()
}

/// A list is edited one per line.
fn list(items: Vec<String>, name: String, change: impl Fn(Vec<String>) + 'static) -> AnyView {
    let rows = (items.len() + 1).clamp(3, 10);
    let changed = move |text: String| change(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect());
    view! { <textarea class="field mono" aria-label=format!("{name} One per line.") rows=rows.to_string() spellcheck="false" prop:value=items.join("\n") on:change=move |event| changed(event_target_value(&event))></textarea> }.into_any()
}

fn leave_on_enter(event: KeyboardEvent) {
    let focused = document().active_element().and_then(|element| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(element).ok());
    if let Some(field) = focused.filter(|_| event.key() == "Enter") {
        // Leaving the field is what sends the change.
        let _ = field.blur();
    }
}

/// Keys of the user's file that no setting has.
fn unknown(store: Store) -> AnyView {
    let unknown = store.settings.view.with(|view| view.here().map(|view| view.unknown.clone()).unwrap_or_default());
    if unknown.is_empty() {
        return ().into_any();
    }
    view! { <div class="problem" role="note"><Icon of=icondata_lu::LuTriangleAlert size=20/><div><p>"Your settings file holds keys that no setting has:"</p><p class="mono breakable">{unknown.join(", ")}</p></div></div> }.into_any()
}

fn foot(store: Store) -> AnyView {
    let says = store.status.with(|status| status.here().map(|status| (status.version.clone(), status.library.clone())));
    let Some((version, library)) = says else { return ().into_any() };
    view! {
        <section class="setting-group" aria-label="About"><h2 class="section-heading">"This library"</h2>
            <dl class="facts"><div class="fact"><dt>"Winnow"</dt><dd class="tabular">{version}</dd></div><div class="fact"><dt>"Folder"</dt><dd class="mono breakable">{library}</dd></div></dl>
        </section>
    }
    .into_any()
}
