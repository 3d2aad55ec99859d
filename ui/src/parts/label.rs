//! What a file is, as a chip: filled when it is held to be true, outlined with a question mark when a model only takes it for that.
//!
//! A match is no probability, so no number is shown.

use super::icon::Icon;
use leptos::prelude::*;
use winnow_contract::asset::AssetRow;

/// The chips of a file: its labels, or what it is taken for.
pub fn label_chips(row: &AssetRow) -> AnyView {
    match (&row.labels, &row.suggested) {
        (held, _) if !held.is_empty() => held.iter().map(|label| self::held(label)).collect_view().into_any(),
        (_, Some(suggested)) => self::suggested(suggested),
        (_, None) => ().into_any(),
    }
}

fn held(label: &str) -> AnyView {
    view! { <span class="label held-label" data-testid="label" title=format!("{label}: somebody said so")><Icon of=icondata_lu::LuTag size=12/><span>{label.to_owned()}</span></span> }.into_any()
}

fn suggested(label: &str) -> AnyView {
    let says = format!("A match by meaning, not decided: {label}");
    view! { <span class="label maybe" data-testid="label-suggested" title=says><span>{label.to_owned()}</span><span aria-label="not decided">"?"</span></span> }.into_any()
}
