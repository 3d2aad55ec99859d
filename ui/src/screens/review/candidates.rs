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
    let common = common(&detail.candidates);
    let rows = detail.candidates.iter().enumerate().map(|(n, candidate)| row(store, desk, n, candidate, best, &common)).collect_view();
    view! { <ol class="candidates" data-testid="review-candidates">{rows}</ol> }.into_any()
}

fn row(store: Store, desk: Desk, n: usize, candidate: &Candidate, best: f32, common: &[String]) -> impl IntoView + use<> {
    let key = (n < KEYED).then(|| view! { <kbd>{n + 1}</kbd> });
    let bar = candidate.matches.map(|matches| {
        let width = format!("{:.0}%", length(matches, best) * 100.0);
        view! { <span class="match" role="img" aria-label="how well it matches" title="How well it matches, beside the others"><span style:width=width></span></span> }
    });
    let because: Vec<_> = candidate.because.iter().filter(|word| !common.contains(word)).cloned().collect();
    let speaks = !because.is_empty();
    let because = because.into_iter().map(|word| view! { <span class="because">{word}</span> }).collect_view();
    let choose = move |_| {
        desk.pick(store, n);
    };
    view! {
        <li>
            <button class="candidate" class:first=n == 0 class:proposed=candidate.matches.is_some() data-testid="candidate" data-answer=candidate.answer.clone() title=candidate.description.clone() on:mousedown=|event| event.prevent_default() on:click=choose>
                <span class="candidate-key">{key}</span><span class="candidate-name">{candidate.answer.clone()}</span>{bar}
                {speaks.then(|| view! { <span class="candidate-because muted">{because}</span> })}
            </button>
        </li>
    }
}

/// The words that speak for every answer alike, and so for none.
fn common(candidates: &[Candidate]) -> Vec<String> {
    let mut spoken = candidates.iter().filter(|candidate| candidate.matches.is_some()).map(|candidate| &candidate.because);
    let (Some(first), Some(second)) = (spoken.next(), spoken.next()) else { return Vec::new() };
    let others: Vec<_> = std::iter::once(second).chain(spoken).collect();
    first.iter().filter(|word| others.iter().all(|because| because.contains(word))).cloned().collect()
}

/// How long the bar of a match is, beside the best one.
fn length(matches: f32, best: f32) -> f32 {
    if best <= 0.0 { 0.0 } else { (matches / best).clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::{Candidate, common, length};

    #[test]
    fn words_that_speak_for_every_answer_are_not_shown() {
        let answer = |matches, because: &[&str]| Candidate {
            answer: "a".into(),
            description: String::new(),
            matches,
            because: because.iter().map(|word| (*word).to_owned()).collect(),
        };
        let letter = answer(Some(0.4), &["dear", "board", "biscuit"]);
        let minutes = answer(Some(0.3), &["board", "biscuit"]);
        assert_eq!(common(&[letter.clone(), minutes, answer(None, &[])]), ["board", "biscuit"]);
        assert_eq!(common(&[letter]), Vec::<String>::new());
    }

    #[test]
    fn bars_stand_beside_the_best() {
        assert_eq!((length(0.4, 0.4), length(0.1, 0.4), length(-0.1, 0.4), length(0.3, 0.0)), (1.0, 0.25, 0.0, 0.0));
    }
}
