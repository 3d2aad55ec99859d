//! A recording or a film: its key frames, the player, and beneath it what is said. Subtitles: what is to be said, with its times.

use super::bench::{Bench, Spot, is_heard};
use super::film;
use super::text::by_you;
use crate::parts::icon::Icon;
use crate::parts::player::{Player, tape::Tape};
use crate::parts::transcript::{Said, TranscriptView, lines::Transcript};
use crate::parts::words;
use leptos::prelude::*;
use winnow_contract::asset::{AssetDetail, AssetState, ExtractionView, RenditionKind};

pub fn draw(bench: Bench, detail: &AssetDetail) -> AnyView {
    let strip = film::strip(bench, detail);
    let Some((_, tape)) = bench.tape.get_untracked() else { return without_sound(detail, strip) };
    let waveform = detail.renditions.iter().find(|rendition| rendition.kind == RenditionKind::Waveform).map(|row| row.id.clone());
    let heard = detail.extractions.iter().find(|extraction| is_heard(extraction));
    let body = match heard {
        Some(extraction) => view! { {heading("Heard by ", extraction)}{lines(bench, detail, extraction, Some(tape))} }.into_any(),
        None => silent(detail),
    };
    view! { <div class="recording" data-testid="recording">{strip}<div class="recording-player"><Player tape waveform key="Space"/></div>{body}</div> }.into_any()
}

/// Lines with their times, of which the sound is not there.
pub fn subtitles(bench: Bench, detail: &AssetDetail) -> AnyView {
    let heard = detail.extractions.iter().filter(|extraction| is_heard(extraction));
    let bodies = heard.map(|extraction| view! { {heading("Read by ", extraction)}{lines(bench, detail, extraction, None)} }).collect_view();
    view! { <div class="recording subtitles" data-testid="asset-text">{bodies}</div> }.into_any()
}

fn lines(bench: Bench, detail: &AssetDetail, extraction: &ExtractionView, tape: Option<Tape>) -> AnyView {
    let transcript = Transcript::of(extraction);
    bench.ring_second(&transcript);
    let said = Said { transcript, found: found(detail, extraction) };
    let id = extraction.id.clone();
    let own = move |spot: &Spot| spot.extraction.as_ref().is_none_or(|of| *of == id);
    let spot = Signal::derive(move || bench.spot.with(|spot| spot.as_ref().filter(|spot| own(spot)).map(|spot| (spot.start, spot.end))));
    view! { <TranscriptView tape said spot/> }.into_any()
}

/// A film of which only pictures are there.
fn without_sound(detail: &AssetDetail, strip: AnyView) -> AnyView {
    view! { <div class="recording" data-testid="recording">{strip}{no_sound(detail)}</div> }.into_any()
}

fn no_sound(detail: &AssetDetail) -> AnyView {
    let note = detail.row.failure.as_ref().or(detail.notes.first()).map(|words| words.sentence());
    let says = if detail.row.busy { "It is being opened.".to_owned() } else { note.unwrap_or_else(|| "It has no sound.".to_owned()) };
    view! { <div class="no-document" data-testid="no-sound"><Icon of=icondata_lu::LuVolumeX size=32/><p class="muted narrow-text">{says}</p></div> }.into_any()
}

fn found(detail: &AssetDetail, extraction: &ExtractionView) -> Vec<(u32, u32)> {
    let own = detail.findings.iter().filter(|finding| finding.extraction == extraction.id);
    own.map(|finding| (finding.start, finding.end)).collect()
}

fn heading(by: &'static str, extraction: &ExtractionView) -> impl IntoView + use<> {
    let sure = extraction.confidence.map(|confidence| format!(" · {:.0} % sure of its words", confidence * 100.0));
    let cut = (extraction.characters as usize > extraction.text.chars().count())
        .then(|| format!(" · the first part of {} is shown", words::counted(extraction.characters, "character")));
    view! { <p class="said-by muted">{by}<span class="mono">{extraction.tool.clone()}</span>{sure}{by_you(extraction)}{cut}</p> }
}

/// Nothing was said, or it was not listened to yet.
fn silent(detail: &AssetDetail) -> AnyView {
    let (title, says) = match (detail.row.busy, detail.row.state) {
        (true, _) => ("It is being listened to", "The words appear here. The sound can be played already.".to_owned()),
        (false, AssetState::Failed | AssetState::Unread) => {
            ("There is no transcript", detail.row.failure.as_ref().map(|words| words.sentence()).unwrap_or_default())
        }
        (false, _) => {
            let note = detail.notes.first().map(|note| note.sentence());
            ("No words were heard", note.unwrap_or_else(|| "Nobody speaks in this recording, as far as could be heard.".to_owned()))
        }
    };
    view! { <div class="no-document" data-testid="no-transcript"><Icon of=icondata_lu::LuAudioLines size=32/><h2>{title}</h2><p class="muted narrow-text">{says}</p></div> }.into_any()
}
