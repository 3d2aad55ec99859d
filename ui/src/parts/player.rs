//! A recording: its waveform, what plays it, and where it stands.
//!
//! What is said in it is the transcript's; how the sound gets to the ear is `tape.rs`.

pub mod peaks;
mod slices;
pub mod tape;
mod wave;

use super::icon::Icon;
use super::words;
use crate::ipc;
use leptos::prelude::*;
use leptos::task::spawn_local;
use tape::{RATES, Tape};
use wasm_bindgen_futures::JsFuture;
use wave::Wave;
use winnow_contract::id::RenditionId;

/// Above this many seconds a stretch is drawn once more, closer than the whole.
const CLOSER: f64 = 75.0;
/// Seconds drawn around a stretch that is looked at closely.
const AROUND: f64 = 12.0;

/// The player. With a stretch, that is ringed, and drawn closer in a long recording.
#[component]
pub fn Player(
    tape: Tape,
    waveform: Option<RenditionId>,
    #[prop(optional_no_strip)] stretch: Option<(f64, f64)>,
    /// The key that plays it, for the hint.
    key: &'static str,
) -> impl IntoView {
    let loudness = RwSignal::new(Vec::new());
    if let Some(id) = waveform {
        load(id, loudness, tape);
    }
    let whole = Signal::derive(move || (0.0, tape.seconds.get()));
    let close = stretch.map(|(t0, t1)| {
        Memo::new(move |_| {
            let seconds = tape.seconds.get();
            (seconds > CLOSER).then(|| ((t0 - AROUND).max(0.0), (t1 + AROUND).min(seconds.max(t1))))
        })
    });
    let waves = move || match close.and_then(|close| close.get()) {
        Some(range) => view! {
            <Wave tape loudness range=Signal::stored(range) stretch/>
            <div class="wave-whole"><Wave tape loudness range=whole stretch slim=true/></div>
        }
        .into_any(),
        None => view! { <Wave tape loudness range=whole stretch/> }.into_any(),
    };
    let playing = tape.playing;
    // A stretch is played from its beginning, by its key always, by the button once it was stopped; a recording goes on.
    let says = move || match (playing.get(), stretch) {
        (false, _) => "Play",
        (true, None) => "Pause",
        (true, Some(_)) => "Stop",
    };
    let title = move || if playing.get() && stretch.is_some() { says().to_owned() } else { format!("{} ({key})", says()) };
    let glyph = move || {
        if playing.get() && stretch.is_some() {
            view! { <Icon of=icondata_lu::LuSquare size=20/> }
        } else if playing.get() {
            view! { <Icon of=icondata_lu::LuPause size=20/> }
        } else {
            view! { <Icon of=icondata_lu::LuPlay size=20/> }
        }
    };
    let press = move |_| match stretch {
        Some((t0, t1)) if !playing.get_untracked() => tape.play_stretch(t0, t1),
        _ => tape.toggle(),
    };
    view! {
        <div class="player" data-testid="player" data-playing=move || playing.get().to_string()>
            <button class="play" data-testid="play" aria-label=says title=title on:mousedown=|event| event.prevent_default() on:click=press>{glyph}</button>
            <div class="player-body">
                {waves}
                <div class="player-line">
                    <span class="tabular player-time" data-testid="player-time">{move || words::clock(tape.now.get())}<span class="muted">" / "{move || words::clock(tape.seconds.get())}</span></span>
                    {stretch.map(|(t0, t1)| view! { <span class="muted tabular player-stretch"><span class="ring-sign" aria-hidden="true"></span>{format!("{} to {}", words::clock(t0), words::clock(t1))}</span> })}
                    {stretch.map(|_| view! { <span class="muted player-key"><kbd>{key}</kbd>"plays it again"</span> })}
                    <span class="grow"></span>
                    <Speed tape/>
                </div>
                {move || tape.trouble.get().map(|error| view! { <p class="player-trouble" role="alert" data-testid="player-trouble"><Icon of=icondata_lu::LuVolumeX/><span>{error.message}" "<span class="muted">{error.hint}</span></span></p> })}
            </div>
        </div>
    }
}

#[component]
fn Speed(tape: Tape) -> impl IntoView {
    let button = move |rate: f64| {
        view! { <button aria-pressed=move || (tape.rate.get() == rate).to_string() tabindex="-1" on:mousedown=|event| event.prevent_default() on:click=move |_| tape.set_rate(rate)>{format!("{rate}×")}</button> }
    };
    view! { <div class="speeds tabular" role="group" aria-label="Speed">{RATES.into_iter().map(button).collect_view()}</div> }
}

/// Loads what is drawn; without it there is a plain line, and the sound plays all the same.
fn load(id: RenditionId, loudness: RwSignal<Vec<u8>>, tape: Tape) {
    spawn_local(async move {
        let Ok(answer) = ipc::rendition(&id, "").await else { return };
        let Ok(bytes) = answer.array_buffer() else { return };
        if let Ok(bytes) = JsFuture::from(bytes).await {
            let bytes = js_sys::Uint8Array::new(&bytes).to_vec();
            tape.at_least(peaks::seconds(bytes.len()));
            // The player may have left the screen meanwhile.
            let _ = loudness.try_set(bytes);
        }
    });
}
