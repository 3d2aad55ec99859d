//! The drawing of a recording: what was played in accent, the stretch in question ringed, the second under the pointer.

use super::peaks;
use super::tape::Tape;
use crate::parts::{size, words};
use leptos::ev::MouseEvent;
use leptos::prelude::*;

/// Pixels from one stroke to the next.
const PITCH: f64 = 4.0;

/// The seconds of `range`; a click goes there.
#[component]
pub fn Wave(
    tape: Tape,
    loudness: RwSignal<Vec<u8>>,
    #[prop(into)] range: Signal<(f64, f64)>,
    #[prop(optional_no_strip)] stretch: Option<(f64, f64)>,
    /// A low one, for the whole beside a part.
    #[prop(optional)]
    slim: bool,
) -> impl IntoView {
    let node = NodeRef::<leptos::html::Div>::new();
    let pointed = RwSignal::new(None::<f64>);
    let bars = RwSignal::new(200_usize);
    size::follow(node, move |width, _| {
        let fitting = (width / PITCH).clamp(40.0, 500.0) as usize;
        if bars.try_get_untracked().is_some_and(|bars| bars != fitting) {
            bars.set(fitting);
        }
    });
    let path = Memo::new(move |_| {
        loudness.with(|bytes| if bytes.is_empty() { String::new() } else { peaks::strokes(&peaks::peaks(bytes, range.get(), bars.get())) })
    });
    let share = move |at: f64| share(at, range.get());
    let under = move |event: &MouseEvent| {
        let seen = node.get_untracked()?.get_bounding_client_rect();
        let (from, to) = range.get_untracked();
        let part = ((f64::from(event.client_x()) - seen.left()) / seen.width().max(1.0)).clamp(0.0, 1.0);
        Some(from + part * (to - from))
    };
    let go = move |event: MouseEvent| {
        if let Some(at) = under(&event) {
            tape.seek(at);
        }
    };
    let ring = stretch.map(|(t0, t1)| {
        let style = move || format!("left:{:.3}%;width:{:.3}%", share(t0) * 100.0, (share(t1) - share(t0)) * 100.0);
        view! { <div class="wave-ring" style=style></div> }
    });
    let flag = move || {
        pointed
            .get()
            .map(|at| view! { <div class="wave-flag tabular" style:left=format!("{:.3}%", share(at) * 100.0)>{words::clock(at)}</div> })
    };
    let drawing = move |class: &'static str| {
        view! { <svg class=class aria-hidden="true" viewBox=move || format!("0 0 {} 100", bars.get()) preserveAspectRatio="none"><path d=path vector-effect="non-scaling-stroke"/></svg> }
    };
    view! {
        <div class="wave" class:slim=slim class:plain=move || path.with(String::is_empty) node_ref=node data-testid="waveform" role="slider" aria-label="Place in the recording"
            aria-valuemin="0" aria-valuemax=move || (tape.seconds.get() as u32).to_string() aria-valuenow=move || (tape.now.get() as u32).to_string() aria-valuetext=move || words::clock(tape.now.get())
            style:--at=move || format!("{:.3}%", share(tape.now.get()) * 100.0)
            on:click=go on:mousemove=move |event| pointed.set(under(&event)) on:mouseleave=move |_| pointed.set(None)>
            {drawing("wave-all")}{drawing("wave-played")}
            {ring}
            <div class="wave-head" class:away=move || { let at = tape.now.get(); let (from, to) = range.get(); at < from || at > to }></div>
            {flag}
        </div>
    }
}

/// Where a second lies in a range, 0..1.
fn share(at: f64, (from, to): (f64, f64)) -> f64 {
    ((at - from) / (to - from).max(0.001)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn seconds_lie_within_their_range() {
        assert_eq!(share(5.0, (0.0, 10.0)), 0.5);
        assert_eq!(share(5.0, (6.0, 10.0)), 0.0);
        assert_eq!(share(5.0, (0.0, 0.0)), 1.0);
    }
}
