//! One asset: as a card of the contact sheet, and as a line.

use crate::ipc;
use crate::parts::icon::Icon;
use crate::parts::kind::{doubt_dot, kind_icon, state_mark};
use crate::parts::label::label_chips;
use crate::parts::miniature::miniature;
use crate::parts::name::FileName;
use crate::parts::words;
use crate::store::{Store, store};
use leptos::prelude::*;
use winnow_contract::asset::{AssetRow, AssetState, MediaKind};

/// A card of the contact sheet.
#[component]
pub fn Card(index: u32) -> impl IntoView {
    option(index, "card", card)
}

/// A line of the list.
#[component]
pub fn Line(index: u32) -> impl IntoView {
    option(index, "line", line)
}

fn option(index: u32, class: &'static str, inner: fn(&AssetRow) -> AnyView) -> AnyView {
    let store = store();
    let row = Memo::new(move |_| store.library.row(index));
    let chosen = move || store.library.cursor.get() == index;
    let body = move || row.with(|row| row.as_ref().map_or_else(not_here_yet, inner));
    view! {
        <div class=class class:chosen=chosen role="option" id=format!("asset-{index}") aria-selected=move || chosen().to_string() data-testid="asset-card"
            data-asset=move || row.with(|row| row.as_ref().map(|row| row.id.to_string())) aria-label=move || row.with(|row| row.as_ref().map(label))
            on:click=move |_| store.library.cursor.set(index) on:dblclick=move |_| open(store, row)>
            {body}
        </div>
    }
    .into_any()
}

fn open(store: Store, row: Memo<Option<AssetRow>>) {
    if let Some(row) = row.get_untracked() {
        store.open(row.id, None);
    }
}

fn not_here_yet() -> AnyView {
    view! { <div class="ghost" aria-hidden="true"></div> }.into_any()
}

fn label(row: &AssetRow) -> String {
    let waits = if row.open_items > 0 { format!(", {} waiting", words::counted(row.open_items, "item")) } else { String::new() };
    let label = row.labels.first().map(|label| format!(", {label}")).unwrap_or_default();
    format!("{}, {}, {}{label}{waits}", row.name, words::kind(row.kind), words::state(row.state))
}

fn card(row: &AssetRow) -> AnyView {
    let quiet = !matches!(row.state, AssetState::Ready | AssetState::Partial);
    let copies = (row.copies > 1).then(|| view! { <span class="copies" title=format!("{} of the same content", words::counted(row.copies, "copy").replace("copys", "copies"))>"×"{row.copies}</span> });
    let second = if row.busy || quiet || row.state == AssetState::Partial {
        state_mark(row)
    } else if !row.labels.is_empty() || row.suggested.is_some() {
        label_chips(row)
    } else if row.parent.is_some() {
        let within = words::found_in(&row.path, &row.name);
        view! { <span class="found-in" title=format!("Found in {}", row.path) data-testid="found-in"><Icon of=icondata_lu::LuCornerDownRight size=12/><span>{within}</span></span> }.into_any()
    } else {
        view! { <span>{words::kind(row.kind)}" · "{measure(row)}</span> }.into_any()
    };
    view! {
        <div class="thumb" class:quiet=quiet>
            <span class="picture">{picture(row)}<span class="kind-mark" title=words::kind(row.kind)><Icon of=kind_icon(row.kind)/></span>{copies}</span>
        </div>
        <div class="caption"><div class="caption-name">{doubt_dot(row.open_items)}<FileName name=row.name.clone()/></div><div class="caption-second muted">{second}</div></div>
    }
    .into_any()
}

/// How many files are in an archive, how long a recording is, how many pages a document has, or how large a file is.
fn measure(row: &AssetRow) -> String {
    match (row.seconds, row.pages) {
        _ if row.members > 0 && row.kind == MediaKind::Archive => format!("{} in it", words::number(row.members)),
        (Some(seconds), _) => words::clock(f64::from(seconds)),
        (None, Some(pages)) if pages > 1 => words::counted(pages, "page"),
        (None, _) => words::size(row.bytes),
    }
}

/// A recording: how long it is, and how what is said in it begins.
fn recording(row: &AssetRow) -> AnyView {
    let length = row.seconds.map(|seconds| view! { <span class="sound-length tabular">{words::clock(f64::from(seconds))}</span> });
    let begins = row.excerpt.clone().map(|text| view! { <span class="sound-words">{text}</span> });
    view! { <span class="sound-page" aria-hidden="true"><Icon of=kind_icon(MediaKind::Sound) size=32/>{length}{begins}</span> }.into_any()
}

fn picture(row: &AssetRow) -> AnyView {
    match (&row.thumbnail, &row.excerpt) {
        (None, _) if row.kind == MediaKind::Sound => recording(row),
        (Some(id), _) => view! { <img src=ipc::rendition_url(id) alt="" loading="lazy" decoding="async" draggable="false"/> }.into_any(),
        (None, Some(text)) => view! { <span class="small-page">{miniature(text)}</span> }.into_any(),
        (None, None) => view! { <span class="no-picture" aria-hidden="true"><Icon of=kind_icon(row.kind) size=40/></span> }.into_any(),
    }
}

fn line(row: &AssetRow) -> AnyView {
    let folder = row.path.rsplit_once('/').map(|(folder, _)| folder.to_owned()).unwrap_or_default();
    view! {
        <span class="line-name"><span class="line-icon"><Icon of=kind_icon(row.kind)/></span><FileName name=row.name.clone()/>{doubt_dot(row.open_items)}</span>
        <span class="line-folder muted" title=folder.clone()>{row.parent.is_some().then(|| view! { <Icon of=icondata_lu::LuCornerDownRight size=12/> })}<span>{folder.clone()}</span></span>
        <span class="line-label">{label_chips(row)}</span>
        <span class="line-kind muted">{words::kind(row.kind)}</span>
        <span class="line-language muted" title="Language">{row.language.as_deref().map(words::language)}</span>
        <span class="line-size muted tabular">{measure(row)}</span>
        <span class="line-date muted tabular">{words::day(row.added_at)}</span>
        <span class="line-state muted">{state_mark(row)}</span>
    }
    .into_any()
}
