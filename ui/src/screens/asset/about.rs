//! The facts about a file: what went wrong, what it is, where it lies.

use super::bench::{Bench, wants_password};
use super::label;
use crate::parts::icon::Icon;
use crate::parts::kind::kind_icon;
use crate::parts::name::FileName;
use crate::parts::words;
use crate::store::Store;
use leptos::prelude::*;
use winnow_contract::asset::{AlikeRow, AssetDetail, AssetState, LocationRow};
use winnow_contract::command::ShowFile;
use winnow_contract::review::AnnotationRow;

pub fn tab(store: Store, bench: Bench, detail: &AssetDetail) -> AnyView {
    let row = &detail.row;
    let facts = [
        ("Kind", format!("{} ({})", words::kind(row.kind), row.media_type)),
        ("Size", words::size(row.bytes)),
        ("State", words::state(row.state).to_owned()),
        ("Added", words::moment(row.added_at)),
    ];
    let length = row.seconds.map(|seconds| ("Length", words::clock(f64::from(seconds))));
    let language = row.language.as_deref().map(|code| ("Language", words::language(code)));
    let own = facts.into_iter().chain(length).chain(language);
    let own = own.map(|(key, value)| fact(key.to_owned(), value)).collect_view();
    let told = |key: &str| key == "duration" && row.seconds.is_some();
    let read = detail.properties.iter().filter(|property| !told(&property.key));
    let read =
        read.map(|property| fact(words::property(&property.key), words::property_value(&property.key, &property.value))).collect_view();
    let notes = detail.notes.iter().map(|note| view! { <li><Icon of=icondata_lu::LuInfo/>{note.sentence()}</li> }).collect_view();
    let hash = detail.hash.clone().map(|hash| view! { <div class="fact"><dt>"BLAKE3"</dt><dd class="mono breakable">{hash}</dd></div> });
    view! {
        <div data-testid="asset-about">
            {failure(detail)}
            {label::section(store, bench, detail)}
            {(!detail.notes.is_empty()).then(|| view! { <ul class="notes">{notes}</ul> })}
            <dl class="facts">{own}{read}{hash}</dl>
            {alike(store, &detail.alike)}
            {precedents(&detail.precedents)}
            <h3 class="side-heading">{if detail.locations.len() == 1 { "Where it lies" } else { "Where its copies lie" }}</h3>
            <ul class="locations">{detail.locations.iter().map(|place| location(store, place)).collect_view()}</ul>
        </div>
    }
    .into_any()
}

fn fact(key: String, value: String) -> impl IntoView {
    view! { <div class="fact"><dt>{key}</dt><dd>{value}</dd></div> }
}

/// Other files that are nearly the same.
fn alike(store: Store, rows: &[AlikeRow]) -> AnyView {
    if rows.is_empty() {
        return ().into_any();
    }
    let row = |row: &AlikeRow| {
        let asset = row.asset.clone();
        view! { <li><button class="alike-file" data-testid="alike-file" title=row.path.clone() on:click=move |_| store.open(asset.clone(), None)><Icon of=kind_icon(row.kind)/><FileName name=row.name.clone()/></button><span class="muted tabular nowrap">{format!("{} % alike", row.percent)}</span></li> }
    };
    view! { <h3 class="side-heading">"Nearly the same"</h3><ul class="held alike-files" data-testid="alike-files">{rows.iter().map(row).collect_view()}</ul> }.into_any()
}

/// What was decided of the content that stood here before.
fn precedents(rows: &[AnnotationRow]) -> AnyView {
    if rows.is_empty() {
        return ().into_any();
    }
    let rows = rows.iter().map(|row| view! { <li><span>{words::asked(&row.question)}</span><strong>{words::answered(&row.answer)}</strong><time class="muted tabular">{words::day(row.at)}</time></li> });
    view! { <h3 class="side-heading">"Before the file was edited"</h3><ul class="held" data-testid="precedents">{rows.collect_view()}</ul> }
        .into_any()
}

/// What happened, what was kept, what to do.
fn failure(detail: &AssetDetail) -> AnyView {
    let Some(failure) = &detail.row.failure else { return ().into_any() };
    // The panel in the place of the document says it.
    if wants_password(detail) {
        return ().into_any();
    }
    if matches!(detail.row.state, AssetState::Unread | AssetState::Locked) {
        return view! { <p class="notes side-note"><Icon of=icondata_lu::LuInfo/>{failure.sentence()}" It is listed and followed all the same."</p> }.into_any();
    }
    let kept = if detail.extractions.is_empty() { "The file is listed, and was not changed." } else { "What was read before is kept." };
    view! {
        <div class="problem" role="note" data-testid="asset-failure">
            <Icon of=icondata_lu::LuTriangleAlert size=20/>
            <div><p>{failure.sentence()}</p><p class="muted">{kept}" If it is a passing trouble, try again under Activity."</p></div>
        </div>
    }
    .into_any()
}

fn location(store: Store, place: &LocationRow) -> impl IntoView + use<> {
    let id = place.id.clone();
    let seen = if place.missing {
        format!("gone, last seen {}", words::moment(place.last_seen))
    } else {
        format!("first seen {}", words::moment(place.first_seen))
    };
    let show = (!place.missing).then(|| {
        view! { <button class="button small" data-testid="show-file" on:click=move |_| store.act(ShowFile { location: id.clone() })><Icon of=icondata_lu::LuFolderOpen/>"Show file"</button> }
    });
    view! { <li class:missing=place.missing><div><p class="mono breakable">{place.path.clone()}</p><p class="muted">{seen}</p></div>{show}</li> }
}
