//! The possible answers to "what is it?": numbered rows, each with the words that speak for it and how well it matches.
//!
//! A match is a length and no number: it is no probability.

use super::desk::Desk;
use crate::store::Store;
use leptos::prelude::*;
use winnow_contract::review::{Candidate, ItemKind, ReviewDetail};

/// Answers that a key picks.
const KEYED: usize = 9;

pub fn candidates(store: Store, desk: Desk, detail: &ReviewDetail) -> AnyView {
    if detail.row.kind != ItemKind::Label || detail.candidates.is_empty() {
        return ().into_any();
    }
    let best = detail.candidates.iter().filter_map(|candidate| candidate.matches).fold(0.0_f32, f32::max);
    let rows = detail.candidates.iter().enumerate().map(|(n, candidate)| row(store, desk, n, candidate, best)).collect_view();
    view! { <ol class="candidates" data-testid="review-candidates">{rows}</ol> }.into_any()
}

fn row(store: Store, desk: Desk, n: usize, candidate: &Candidate, best: f32) -> impl IntoView + use<> {
    let key = (n < KEYED).then(|| view! { <kbd>{n + 1}</kbd> });
    let bar = candidate.matches.map(|matches| {
        let width = format!("{:.0}%", length(matches, best) * 100.0);
        view! { <span class="match" role="img" aria-label="how well it matches" title="How well it matches, beside the others"><span style:width=width></span></span> }
    });
    let because = candidate.because.iter().map(|word| view! { <span class="because">{word.clone()}</span> }).collect_view();
    let choose = move |_| {
        desk.pick(store, n);
    };
    view! {
        <li>
            <button class="candidate" class:first=n == 0 class:proposed=candidate.matches.is_some() data-testid="candidate" data-answer=candidate.answer.clone() title=candidate.description.clone() on:mousedown=|event| event.prevent_default() on:click=choose>
                <span class="candidate-key">{key}</span><span class="candidate-name">{candidate.answer.clone()}</span>{bar}
                {(!candidate.because.is_empty()).then(|| view! { <span class="candidate-because muted">{because}</span> })}
            </button>
        </li>
    }
}

/// How long the bar of a match is, beside the best one.
fn length(matches: f32, best: f32) -> f32 {
    if best <= 0.0 { 0.0 } else { (matches / best).clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn bars_stand_beside_the_best() {
        assert_eq!((length(0.4, 0.4), length(0.1, 0.4), length(-0.1, 0.4), length(0.3, 0.0)), (1.0, 0.25, 0.0, 0.0));
    }
}
