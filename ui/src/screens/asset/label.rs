//! What a file is: the label it has or is taken for, and the answers to choose from.

use super::bench::{Bench, Tab};
use crate::parts::icon::Icon;
use crate::parts::label::label_chips;
use crate::store::{Store, loaded::Loaded};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use winnow_contract::asset::{AssetDetail, SuggestionRow};
use winnow_contract::taxonomy::TaxonomyAnswer;

/// Answers that a key picks.
const KEYED: usize = 9;

/// The section of the About tab.
pub fn section(store: Store, bench: Bench, detail: &AssetDetail) -> AnyView {
    let asset = StoredValue::new(detail.row.id.clone());
    let held = StoredValue::new(detail.row.labels.clone());
    let answered = !detail.row.labels.is_empty();
    let chips = label_chips(&detail.row);
    let plain = (!answered && detail.row.suggested.is_none()).then(|| view! { <span class="muted">"Nobody has said yet."</span> });
    let accept = detail.row.suggested.clone().filter(|_| !answered).map(|answer| {
        view! { <button class="button small" data-testid="label-accept" on:click=move |_| store.asset.label(asset.get_value(), answer.clone())><Icon of=icondata_lu::LuCheck/>"Yes"</button> }
    });
    let take_back = answered.then(|| {
        view! { <button class="link-button" data-testid="label-undo" on:click=move |_| store.asset.label(asset.get_value(), String::new())>"Take it back"</button> }
    });
    let open = bench.labelling;
    let toggle = move |_| offer(store, bench);
    let refused = move || store.asset.refused.get().map(|error| view! { <p class="setting-refused" role="alert">{error.to_string()}</p> });
    let menu = move || open.get().then(|| held.with_value(|held| menu(store, bench, held)));
    view! {
        <section class="label-section" aria-label="What it is" data-testid="asset-label">
            <h3 class="side-heading first">"What it is"</h3>
            <div class="label-line">{chips}{plain}{accept}
                <button class="button small" id="label-choose" data-testid="label-choose" aria-haspopup="menu" aria-expanded=move || open.get().to_string() on:click=toggle><Icon of=icondata_lu::LuTag/>{if answered { "Change" } else { "Choose" }}<kbd>"L"</kbd></button>{take_back}
            </div>
            {refused}{menu}
        </section>
    }
    .into_any()
}

/// Shows the answers, or puts them away.
pub fn offer(store: Store, bench: Bench) {
    if bench.offers_answers() {
        return put_away(bench);
    }
    bench.tab.set(Tab::About);
    bench.answer.set(0);
    bench.labelling.set(true);
    store.taxonomy.load();
}

/// Puts the answers away; the keys are those of the button that shows them again.
pub fn put_away(bench: Bench) {
    bench.labelling.set(false);
    focus("label-choose");
}

/// Chooses the nth of the answers as they are offered.
pub fn pick(store: Store, bench: Bench, n: usize) -> bool {
    let answer = untrack(|| offered(store)).into_iter().nth(n).map(|answer| answer.name);
    let asset = store.asset.detail.with_untracked(|detail| detail.here().map(|detail| detail.row.id.clone()));
    let (Some(answer), Some(asset)) = (answer, asset) else { return false };
    put_away(bench);
    store.asset.label(asset, answer);
    true
}

/// Goes up or down the answers, and from the last one to the first.
pub fn step(store: Store, bench: Bench, by: isize) {
    let count = untrack(|| offered(store)).len() as isize;
    if count > 0 {
        bench.answer.update(|n| *n = (*n as isize + by).rem_euclid(count) as usize);
    }
}

/// The answers in the order in which they are offered, numbered from the first.
fn offered(store: Store) -> Vec<TaxonomyAnswer> {
    let answers = store.taxonomy.known.with(|known| known.here().map(|taxonomy| taxonomy.answers.clone()).unwrap_or_default());
    store.asset.detail.with(|detail| ordered(answers, detail.here().map_or(&[], |detail| &detail.suggestions)))
}

/// What the file is taken for comes first, the likeliest before the others; the rest stays in its order.
fn ordered(mut answers: Vec<TaxonomyAnswer>, suggestions: &[SuggestionRow]) -> Vec<TaxonomyAnswer> {
    let match_of = |answer: &TaxonomyAnswer| {
        let matches = suggestions.iter().filter(|suggestion| suggestion.answer == answer.name).map(|suggestion| suggestion.score);
        matches.reduce(f32::max).unwrap_or(f32::NEG_INFINITY)
    };
    answers.sort_by(|a, b| match_of(b).total_cmp(&match_of(a)));
    answers
}

/// Gives the focus to a button, unless somebody types.
fn focus(id: &str) {
    let types = document().active_element().is_some_and(|element| matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA"));
    let button = document().get_element_by_id(id).and_then(|element| element.dyn_into::<HtmlElement>().ok());
    if let Some(button) = button.filter(|_| !types) {
        // What cannot take the focus leaves it where it is.
        let _ = button.focus();
    }
}

fn menu(store: Store, bench: Bench, held: &[String]) -> AnyView {
    let held = StoredValue::new(held.to_vec());
    Effect::new(move |_| {
        store.taxonomy.known.track();
        let n = bench.answer.get();
        request_animation_frame(move || focus(&format!("answer-{n}")));
    });
    let rows = move || match store.taxonomy.known.get() {
        Loaded::Here(_) => {
            offered(store).into_iter().enumerate().map(|(n, answer)| row(store, bench, n, answer, held)).collect_view().into_any()
        }
        Loaded::Waiting => view! { <p class="muted">"Getting the answers"</p> }.into_any(),
        Loaded::Problem(error) => view! { <p class="setting-refused" role="alert">{error.to_string()}</p> }.into_any(),
    };
    view! { <div class="answers" role="menu" aria-label="What is it?" data-testid="label-menu">{rows}</div> }.into_any()
}

fn row(store: Store, bench: Bench, n: usize, answer: TaxonomyAnswer, held: StoredValue<Vec<String>>) -> AnyView {
    let here = held.with_value(|held| held.contains(&answer.name));
    let key = (n < KEYED).then(|| view! { <kbd>{n + 1}</kbd> });
    let tab_stop = move || if bench.answer.get() == n { "0" } else { "-1" };
    let choose = move |_| {
        pick(store, bench, n);
    };
    view! {
        <button class="answer" role="menuitemradio" id=format!("answer-{n}") tabindex=tab_stop aria-checked=here.to_string() data-testid="label-answer" title=answer.description on:click=choose><span class="answer-key">{key}</span><span class="answer-name">{answer.name}</span>{here.then(|| view! { <Icon of=icondata_lu::LuCheck/> })}</button>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use winnow_contract::id::SuggestionId;

    #[test]
    fn what_it_is_taken_for_is_offered_first() {
        let answer = |name: &str| TaxonomyAnswer { name: name.to_owned(), description: String::new() };
        let taken = |answer: &str, score| SuggestionRow {
            id: SuggestionId::from(answer),
            question: "what is it?".to_owned(),
            answer: answer.to_owned(),
            score,
            calibrated: false,
            card: String::new(),
        };
        let answers = ["Letter", "Diary", "Deed", "Map"].map(answer).to_vec();
        let check = |suggestions: &[SuggestionRow], expected: [&str; 4]| {
            let names: Vec<_> = ordered(answers.clone(), suggestions).into_iter().map(|answer| answer.name).collect();
            assert_eq!(names, expected);
        };
        check(&[], ["Letter", "Diary", "Deed", "Map"]);
        check(&[taken("Diary", 0.3), taken("Map", 0.5), taken("Ledger", 0.9)], ["Map", "Diary", "Letter", "Deed"]);
    }
}
