//! The library without files: what to do first.

use crate::parts::icon::Icon;
use crate::parts::sieve::Sieve;
use crate::store::{Store, store};
use leptos::prelude::*;
use winnow_contract::asset::AssetFilter;
use winnow_contract::command::Chosen;

/// Nothing was added yet.
pub fn library() -> AnyView {
    let store = store();
    view! {
        <div class="first-time" data-testid="empty">
            <Sieve/>
            <h1>"Drop a folder here."</h1>
            <p class="reading">"Nothing leaves this computer."</p>
            <p class="muted narrow-text">"Winnow follows the folders you add and reads every file in them, without changing any. It asks you only where a machine should not decide alone."</p>
            <div class="button-row">
                <button class="button primary" data-testid="add-folder" on:click=move |_| store.choose(Chosen::Folder)><Icon of=icondata_lu::LuFolderPlus/>"Add folder…"</button>
                <button class="button" data-testid="add-files" on:click=move |_| store.choose(Chosen::Files)><Icon of=icondata_lu::LuFilePlus2/>"Add files…"</button>
            </div>
            <button class="link-button" data-testid="add-sample" on:click=move |_| store.add_sample()>"Try the sample collection"</button>
        </div>
    }
    .into_any()
}

/// There are files, but none that was asked for.
pub fn filtered(store: Store) -> AnyView {
    view! {
        <div class="empty" data-testid="empty">
            <Icon of=icondata_lu::LuSlidersHorizontal size=32/>
            <h2>"No file fits."</h2>
            <p class="muted">"No file in this library is what was chosen above."</p>
            <button class="button" on:click=move |_| store.library.narrow(|filter| *filter = AssetFilter::default())>"Show all files"</button>
        </div>
    }
    .into_any()
}
