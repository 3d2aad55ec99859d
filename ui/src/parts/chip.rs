//! A filter that was chosen elsewhere, as a chip that takes it away.

use super::icon::Icon;
use super::name::FileName;
use leptos::prelude::*;

/// Only what was found in a file of this name.
pub fn inside(name: String, remove: impl Fn() + 'static) -> AnyView {
    let says = format!("Only what was found in {name}. Press to show everything.");
    view! {
        <button class="filter-chip" data-testid="filter-inside" title=says.clone() aria-label=says on:click=move |_| remove()>
            <Icon of=icondata_lu::LuCornerDownRight/><span class="muted">"in"</span><FileName name/><Icon of=icondata_lu::LuX/>
        </button>
    }
    .into_any()
}
