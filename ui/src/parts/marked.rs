//! Text with marks, as nodes and never as markup.

use leptos::prelude::*;
use winnow_contract::review::TextPart;

/// The parts in order; marked ones as `<mark>`.
pub fn marked(parts: Vec<TextPart>) -> impl IntoView {
    parts
        .into_iter()
        .map(|part| if part.marked { view! { <mark>{part.text}</mark> }.into_any() } else { part.text.into_any() })
        .collect_view()
}
