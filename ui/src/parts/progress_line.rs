//! The line at the lower edge while there is work: how far, how fast, how long, and a pause.

use super::icon::Icon;
use super::words;
use crate::keys::{self, Act, Place};
use crate::store::store;
use leptos::prelude::*;
use winnow_contract::status::{Progress, Status};

#[component]
pub fn ProgressLine() -> impl IntoView {
    let status = store().status;
    view! { {move || status.with(|status| status.here().and_then(line))} }
}

fn line(status: &Status) -> Option<AnyView> {
    let store = store();
    let paused = status.paused;
    let progress = status.progress.clone();
    if progress.is_none() && !paused {
        return None;
    }
    let share = progress.as_ref().map_or(0.0, |p| f64::from(p.done) / f64::from(p.total.max(1)) * 100.0);
    let (icon, says) = if paused { (icondata_lu::LuPlay, "Go on") } else { (icondata_lu::LuPause, "Pause") };
    let title = keys::key_of(Place::Everywhere, Act::Pause).map_or_else(|| says.to_owned(), |key| format!("{says} ({key})"));
    let line = view! {
        <div class="progress-line" class:paused=paused role="status" data-testid="progress-line">
            <div class="progress-bar" aria-hidden="true"><div style:width=format!("{share:.2}%")></div></div>
            <span class="tabular">{sentence(progress.as_ref(), paused)}</span>
            <button class="quiet-button pause" data-testid="pause" aria-label=says title=title on:click=move |_| store.set_paused(!paused)><Icon of=icon/>{says}</button>
        </div>
    };
    Some(line.into_any())
}

fn sentence(progress: Option<&Progress>, paused: bool) -> String {
    let Some(progress) = progress else { return "Paused".to_owned() };
    let counts = format!("{} of {}", words::number(progress.done), words::number(progress.total));
    if paused {
        return if progress.total == 0 { "Paused".to_owned() } else { format!("Paused at {counts}") };
    }
    if progress.total == 0 {
        return "Looking for files".to_owned();
    }
    let left = progress.seconds_left.map(|seconds| format!(" · {}", words::about(f64::from(seconds)))).unwrap_or_default();
    let rate = if progress.per_second > 0.0 { format!(" · {}", words::rate(progress.per_second)) } else { String::new() };
    format!("Reading {counts}{rate}{left}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_a_sentence() {
        let progress = Progress { done: 1204, total: 5000, per_second: 31.0, seconds_left: Some(122) };
        assert_eq!(sentence(Some(&progress), false), "Reading 1,204 of 5,000 · 31 a second · about 2 min");
        assert_eq!(sentence(Some(&progress), true), "Paused at 1,204 of 5,000");
        assert_eq!(sentence(None, true), "Paused");
        let walking = Progress { done: 0, total: 0, per_second: 0.0, seconds_left: None };
        assert_eq!(sentence(Some(&walking), false), "Looking for files");
        assert_eq!(sentence(Some(&walking), true), "Paused");
    }
}
