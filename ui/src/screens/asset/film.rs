//! The key frames of a film: a strip of them, each at its second, and the one that is looked at, with rings on its words.

use super::bench::{Bench, frames};
use super::document::{self, Found};
use crate::ipc;
use crate::parts::icon::Icon;
use crate::parts::page::Rings;
use crate::parts::words;
use crate::store::store;
use leptos::prelude::*;
use winnow_contract::asset::{AssetDetail, MediaKind, RenditionRow};

/// The strip, or the way to it; nothing for a recording without pictures.
pub fn strip(bench: Bench, detail: &AssetDetail) -> AnyView {
    if detail.row.kind != MediaKind::Video {
        return ().into_any();
    }
    let frames = frames(detail);
    if frames.is_empty() {
        return offer(detail);
    }
    let large = StoredValue::new(frames.iter().map(|frame| (*frame).clone()).collect::<Vec<_>>());
    let found = document::found(detail);
    let looked_at = move || {
        let second = bench.frame.get()?;
        large.with_value(|all| all.iter().find(|frame| frame.page == second).cloned()).map(|frame| view! { <Large bench frame found/> })
    };
    let chips = frames.into_iter().map(|frame| chip(bench, frame)).collect_view();
    view! { {looked_at}<div class="frames" role="group" aria-label="Key frames" data-testid="frames">{chips}</div> }.into_any()
}

/// Key frames are taken when somebody asks for them.
fn offer(detail: &AssetDetail) -> AnyView {
    let store = store();
    let asset = StoredValue::new(detail.row.id.clone());
    let busy = detail.row.busy;
    let framing = move || store.asset.framing.get() || busy;
    let says = move || if store.asset.framing.get() { "Taking key frames" } else { "Take key frames" };
    let refused = move || store.asset.refused.get().map(|error| view! { <p class="setting-refused" role="alert">{error.to_string()}</p> });
    view! {
        <div class="frames-offer">
            <button class="button" data-testid="take-frames" disabled=framing on:click=move |_| store.asset.take_frames(asset.get_value())><Icon of=icondata_lu::LuFilm/>{says}</button>
            <span class="muted">"Pictures from along the film, and the words on them."</span>
            {refused}
        </div>
    }
    .into_any()
}

fn chip(bench: Bench, frame: &RenditionRow) -> impl IntoView + use<> {
    let second = frame.page;
    let here = move || bench.frame.get() == Some(second);
    let look = move |_| {
        bench.frame.update(|frame| *frame = (*frame != Some(second)).then_some(second));
        bench.with_tape(|tape| tape.seek(f64::from(second)));
    };
    let says = words::clock(f64::from(second));
    view! {
        <button class="frame-chip" class:current=here data-testid="frame" aria-pressed=move || here().to_string() title=format!("At {says}") on:mousedown=|event| event.prevent_default() on:click=look>
            <img src=ipc::rendition_url(&frame.id) alt=format!("The picture at {says}") loading="lazy" draggable="false"/>
            <span class="tabular">{says.clone()}</span>
        </button>
    }
}

#[component]
fn Large(bench: Bench, frame: RenditionRow, found: Found) -> impl IntoView {
    let size = (f64::from(frame.width.max(1)), f64::from(frame.height.max(1)));
    let second = frame.page;
    let rings = Signal::derive(move || document::rings_on(bench, found, second));
    let style = format!("aspect-ratio:{}/{}", frame.width.max(1), frame.height.max(1));
    view! {
        <div class="frame-large" data-testid="frame-large">
            <div class="frame-room" style=style>
                <img src=ipc::rendition_url(&frame.id) alt=format!("The picture at {}", words::clock(f64::from(frame.page))) draggable="false"/>
                <Rings size rings/>
                <button class="quiet-button" aria-label="Close the picture" title="Close" on:click=move |_| bench.frame.set(None)><Icon of=icondata_lu::LuX/></button>
            </div>
        </div>
    }
}
