//! The next items as a filmstrip, and the line that says what was done and how to take it back.

use crate::ipc;
use crate::parts::kind::kind_icon;
use crate::parts::miniature::miniature;
use crate::parts::{icon::Icon, verdict};
use crate::store::{Store, store};
use leptos::prelude::*;
use winnow_contract::asset::MediaKind;
use winnow_contract::review::{ItemKind, ReviewRow};

/// Items of the filmstrip.
const FRAMES: usize = 14;

#[component]
pub fn Foot() -> impl IntoView {
    let store = store();
    let frames = Memo::new(move |_| {
        let from = store.review.index().saturating_sub(2);
        store.review.rows.with(|rows| rows.iter().skip(from).take(FRAMES).cloned().collect::<Vec<_>>())
    });
    view! {
        <footer class="review-foot">
            <div class="film" role="group" aria-label="Next items"><For each=move || frames.get() key=|row| row.item.clone() children=move |row| frame(store, row)/></div>
            {move || line(store)}
        </footer>
    }
}

fn frame(store: Store, row: ReviewRow) -> impl IntoView {
    let item = StoredValue::new(row.item);
    let here = move || item.with_value(|item| store.review.current.with(|current| current.as_ref() == Some(item)));
    let picture = match (&row.thumbnail, &row.finding) {
        (Some(id), _) => view! { <img src=ipc::rendition_url(id) alt="" draggable="false"/> }.into_any(),
        (None, Some(finding)) if !finding.snippet.is_empty() => miniature(&finding.snippet),
        (None, _) => view! { <Icon of=mark(row.kind)/> }.into_any(),
    };
    view! {
        <button class="frame-item" tabindex="-1" class:blocks=row.blocks aria-current=move || here().then_some("true") aria-label=row.name.clone() title=row.name on:click=move |_| store.review.show(item.get_value())>{picture}</button>
    }
}

fn mark(kind: ItemKind) -> crate::parts::icon::IconData {
    match kind {
        ItemKind::Finding => kind_icon(MediaKind::Text),
        ItemKind::Extraction => icondata_lu::LuScanText,
        ItemKind::Label => icondata_lu::LuTag,
        ItemKind::Duplicate => icondata_lu::LuCopy,
    }
}

/// What was done, or what was refused; and the keys.
fn line(store: Store) -> AnyView {
    let refused = store.review.refused.get();
    let said = store.review.said.get();
    let undo = move |_| store.review.undo();
    let says = match (refused, said) {
        (Some(error), _) => view! { <span class="refused" role="alert" data-testid="review-refused"><Icon of=icondata_lu::LuTriangleAlert/>{error.to_string()}</span> }.into_any(),
        (None, Some(said)) => {
            let icon = said.verdict.map_or(icondata_lu::LuUndo2, verdict::icon);
            let class = said.verdict.map_or("", |verdict| verdict.as_str());
            view! {
                <span class=format!("said {class}") role="status" data-testid="undo-line"><Icon of=icon/><span class="said-words" title=said.sentence.clone()>{said.sentence.clone()}</span></span>
                {said.verdict.map(|_| view! { <button class="link-button" data-testid="undo" on:click=undo><kbd>"Z"</kbd>"undo"</button> })}
            }
            .into_any()
        }
        (None, None) => ().into_any(),
    };
    view! { <div class="undo">{says}<span class="hints muted"><kbd>"W"</kbd>"why" <kbd>"D"</kbd>"open" <kbd>"?"</kbd>"keys"</span></div> }
        .into_any()
}
