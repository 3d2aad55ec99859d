//! An icon of the Lucide set: 1.5 px strokes, beside words and never instead of them unless named.
//!
//! The only `inner_html` of the window: its data comes with the program, not from files.

pub use icondata_core::Icon as IconData;
use leptos::prelude::*;

/// One icon, 16 px unless said otherwise.
#[component]
pub fn Icon(of: IconData, #[prop(default = 16)] size: u32) -> impl IntoView {
    let width = if size > 16 { "1.5" } else { "1.75" };
    view! {
        <svg class="icon" aria-hidden="true" width=size height=size viewBox="0 0 24 24" fill="none" stroke="currentColor"
            stroke-width=width stroke-linecap="round" stroke-linejoin="round" inner_html=of.data></svg>
    }
}
