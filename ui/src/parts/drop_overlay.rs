//! The whole window as one dashed well while files hover over it.
//!
//! The drop itself arrives elsewhere: the system hands it to the shell.

use super::icon::Icon;
use super::words;
use crate::store::store;
use leptos::prelude::*;

#[component]
pub fn DropOverlay() -> impl IntoView {
    let dropping = store().dropping;
    let shown = move || {
        dropping.get().map(|files| {
            let says = if files == 0 { "Drop to add".to_owned() } else { format!("Drop to add {}", words::counted(files, "file")) };
            view! {
                <div class="drop-overlay" role="status" data-testid="drop-overlay">
                    <div class="drop-well">
                        <Icon of=icondata_lu::LuFolderPlus size=32/>
                        <p class="title">{says}</p>
                        <p class="muted">"Winnow follows these folders from now on; change it in Settings. The files stay where they are."</p>
                    </div>
                </div>
            }
        })
    };
    view! { {shown} }
}
