//! A quick look at the selected file, without leaving the list.

use crate::ipc;
use crate::parts::icon::Icon;
use crate::parts::kind::{kind_icon, state_mark};
use crate::parts::name::FileName;
use crate::parts::{states, words};
use crate::store::loaded::Loaded;
use crate::store::{Store, store};
use leptos::prelude::*;
use leptos::task::spawn_local;
use winnow_contract::asset::{AssetDetail, AssetRow, RenditionKind};
use winnow_contract::command::GetAsset;
use winnow_contract::id::AssetId;

/// Letters of a text that are shown.
const LETTERS: usize = 1500;

#[component]
pub fn Peek(peeking: RwSignal<bool>) -> impl IntoView {
    let store = store();
    let row = Memo::new(move |_| store.library.row(store.library.cursor.get()));
    let detail = RwSignal::new(Loaded::Waiting);
    let asset = Memo::new(move |_| row.get().map(|row| row.id));
    Effect::new(move |_| {
        if let Some(asset) = asset.get() {
            ask(asset, detail);
        }
    });
    let body = move || states::whole(detail.get(), "Opening", move || detail.set(Loaded::Waiting), |detail: AssetDetail| content(&detail));
    view! {
        <div class="veil" on:click=move |_| peeking.set(false)>
            <div class="sheet peek" role="dialog" aria-label="Preview" data-testid="peek" on:click=|click| click.stop_propagation()>
                <header>{move || row.get().map(|row| head(store, row))}
                    <button class="quiet-button" aria-label="Close" on:click=move |_| peeking.set(false)><Icon of=icondata_lu::LuX/></button>
                </header>
                <div class="peek-body">{body}</div>
            </div>
        </div>
    }
}

fn ask(asset: AssetId, detail: RwSignal<Loaded<AssetDetail>>) {
    spawn_local(async move {
        let answer = ipc::ask(GetAsset { asset }).await;
        // The look may have been closed meanwhile.
        let _ = detail.try_set(answer.into());
    });
}

fn head(store: Store, row: AssetRow) -> AnyView {
    let id = row.id.clone();
    view! {
        <Icon of=kind_icon(row.kind)/>
        <h2><FileName name=row.name.clone()/></h2>
        <span class="muted">{words::size(row.bytes)}</span>
        <span class="muted">{state_mark(&row)}</span>
        <button class="button" on:click=move |_| store.open(id.clone(), None)>"Open"<kbd>"↵"</kbd></button>
    }
    .into_any()
}

fn content(detail: &AssetDetail) -> AnyView {
    let best = [RenditionKind::Preview, RenditionKind::Page, RenditionKind::Thumbnail];
    let picture = best.into_iter().find_map(|kind| detail.renditions.iter().find(|r| r.kind == kind && r.page <= 1));
    if let Some(picture) = picture {
        return view! { <img src=ipc::rendition_url(&picture.id) alt=format!("Preview of {}", detail.row.name)/> }.into_any();
    }
    match detail.extractions.first() {
        Some(extraction) if !extraction.text.is_empty() => {
            view! { <div class="peek-text prose">{extraction.text.chars().take(LETTERS).collect::<String>()}</div> }.into_any()
        }
        _ => {
            let says = detail.row.failure.as_ref().map_or_else(|| "There is nothing to show of it.".to_owned(), |words| words.sentence());
            states::empty(kind_icon(detail.row.kind), words::state(detail.row.state), says)
        }
    }
}
