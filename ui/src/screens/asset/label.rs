//! What a file is: the label it has or is taken for, and the answers to choose from.

use super::bench::{Bench, Tab};
use crate::parts::icon::Icon;
use crate::parts::label::label_chips;
use crate::store::{Store, loaded::Loaded};
use leptos::prelude::*;
use winnow_contract::asset::AssetDetail;
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
    let toggle = move |_| if open.get_untracked() { open.set(false) } else { offer(store, bench) };
    let refused = move || store.asset.refused.get().map(|error| view! { <p class="setting-refused" role="alert">{error.to_string()}</p> });
    let menu = move || open.get().then(|| held.with_value(|held| menu(store, bench, held)));
    view! {
        <section class="label-section" aria-label="What it is" data-testid="asset-label">
            <h3 class="side-heading first">"What it is"</h3>
            <div class="label-line">{chips}{plain}{accept}
                <button class="button small" data-testid="label-choose" aria-expanded=move || open.get().to_string() on:click=toggle><Icon of=icondata_lu::LuTag/>{if answered { "Change" } else { "Choose" }}<kbd>"L"</kbd></button>{take_back}
            </div>
            {refused}{menu}
        </section>
    }
    .into_any()
}

/// Shows the answers, or puts them away.
pub fn offer(store: Store, bench: Bench) {
    bench.tab.set(Tab::About);
    bench.labelling.update(|open| *open = !*open);
    store.taxonomy.load();
}

/// Chooses the nth answer.
pub fn pick(store: Store, bench: Bench, n: usize) -> bool {
    let answer = store
        .taxonomy
        .known
        .with_untracked(|known| known.here().and_then(|taxonomy| taxonomy.answers.get(n).map(|answer| answer.name.clone())));
    let asset = store.asset.detail.with_untracked(|detail| detail.here().map(|detail| detail.row.id.clone()));
    let (Some(answer), Some(asset)) = (answer, asset) else { return false };
    bench.labelling.set(false);
    store.asset.label(asset, answer);
    true
}

fn menu(store: Store, bench: Bench, held: &[String]) -> AnyView {
    let held = StoredValue::new(held.to_vec());
    let rows = move || match store.taxonomy.known.get() {
        Loaded::Here(taxonomy) => {
            taxonomy.answers.into_iter().enumerate().map(|(n, answer)| row(store, bench, n, answer, held)).collect_view().into_any()
        }
        Loaded::Waiting => view! { <p class="muted">"Getting the answers"</p> }.into_any(),
        Loaded::Problem(error) => view! { <p class="setting-refused" role="alert">{error.to_string()}</p> }.into_any(),
    };
    view! { <div class="answers" role="menu" aria-label="What is it?" data-testid="label-menu">{rows}</div> }.into_any()
}

fn row(store: Store, bench: Bench, n: usize, answer: TaxonomyAnswer, held: StoredValue<Vec<String>>) -> AnyView {
    let here = held.with_value(|held| held.contains(&answer.name));
    let key = (n < KEYED).then(|| view! { <kbd>{n + 1}</kbd> });
    let choose = move |_| {
        pick(store, bench, n);
    };
    view! {
        <button class="answer" role="menuitemradio" aria-checked=here.to_string() data-testid="label-answer" title=answer.description on:click=choose>{key}<span>{answer.name}</span>{here.then(|| view! { <Icon of=icondata_lu::LuCheck/> })}</button>
    }
    .into_any()
}
