//! The side bar: the screens, the folders, and the promise.

use super::icon::{Icon, IconData};
use super::sieve::Mark;
use super::{watch, words};
use crate::store::{Screen, Store, store};
use leptos::prelude::*;
use winnow_contract::status::{FolderRow, Status, WatchState};

#[component]
pub fn SideBar() -> impl IntoView {
    let store = store();
    let narrow = store.narrow;
    let toggle = move |_| narrow.update(|narrow| *narrow = !*narrow);
    let says = move || if narrow.get() { "Widen the side bar" } else { "Narrow the side bar" };
    view! {
        <nav class="side-bar" class:narrow=move || narrow.get() aria-label="Screens">
            <div class="brand">
                <Mark/>
                <span class="brand-name">"Winnow"</span>
                <button class="quiet-button" aria-label=says title=says on:click=toggle><Icon of=icondata_lu::LuPanelLeft/></button>
            </div>
            <Item to=Screen::Library name="Library" icon=icondata_lu::LuLibrary id="nav-library"/>
            <Item to=Screen::Review name="Review" icon=icondata_lu::LuInbox id="nav-review" count=|status| status.review_open calls=true/>
            <Item to=Screen::Search name="Search" icon=icondata_lu::LuSearch id="nav-search"/>
            <Item to=Screen::Activity name="Activity" icon=icondata_lu::LuActivity id="nav-activity" count=|status| status.jobs.failed/>
            <Folders/>
            <Item to=Screen::Settings name="Settings" icon=icondata_lu::LuSettings2 id="nav-settings"/>
            <p class="offline" title="Nothing leaves this computer"><Icon of=icondata_lu::LuHouse/><span>"Offline. Nothing leaves this computer."</span></p>
        </nav>
    }
}

#[component]
fn Item(
    to: Screen,
    name: &'static str,
    icon: IconData,
    id: &'static str,
    #[prop(optional)] count: Option<fn(&Status) -> u32>,
    /// Its count asks for attention.
    #[prop(optional)]
    calls: bool,
) -> impl IntoView {
    let store = store();
    let target = StoredValue::new(to);
    let here = move || store.screen.with(|screen| target.with_value(|to| screen == to));
    let number = move || count.map_or(0, |count| store.status.with(|status| status.here().map_or(0, count)));
    let badge = move || (number() > 0).then(|| view! { <span class="badge tabular" class:calls=calls>{words::number(number())}</span> });
    view! {
        <button class="nav-item" data-testid=id title=name aria-current=move || here().then_some("page") on:click=move |_| store.go(target.get_value())>
            <Icon of=icon/><span class="nav-name">{name}</span>{badge}
        </button>
    }
}

#[component]
fn Folders() -> impl IntoView {
    let store = store();
    let folders = Memo::new(move |_| store.status.with(|status| status.here().map(|status| status.folders.clone()).unwrap_or_default()));
    let rows = move || folders.get().into_iter().map(|folder| view! { <Folder folder/> }).collect_view();
    view! {
        <div class="folders">
            {move || (!folders.with(Vec::is_empty)).then(|| view! { <h2 class="nav-heading">"Folders"</h2> })}
            <div class="folder-list">{rows}</div>
        </div>
    }
}

#[component]
fn Folder(folder: FolderRow) -> impl IntoView {
    let store = store();
    let id = StoredValue::new(folder.id.clone());
    let here = move || {
        let chosen = store.library.filter.with(|filter| id.with_value(|id| filter.folder.as_ref() == Some(id)));
        chosen && store.screen.with(|screen| *screen == Screen::Library)
    };
    let state = watch::state(&folder);
    let title = format!("{}\n{}", folder.path, watch::sentence(state));
    let icon = watch::icon(&folder);
    let name = folder.name.clone();
    view! {
        <div class="folder" class:unavailable=state == WatchState::Unreachable>
            <button class="nav-item" data-testid="nav-folder" title=title aria-current=move || here().then_some("true") on:click=move |_| choose(store, id)>
                <span class="folder-icon"><Icon of=icon/><span class=format!("watch-dot {state}") role="img" aria-label=watch::short(state) data-testid="watch-state" data-state=state.as_str()></span></span><span class="nav-name">{folder.name}</span><span class="badge tabular">{words::number(folder.assets)}</span>
            </button>
            <button class="quiet-button rescan" aria-label=format!("Look through {name} again") title="Look through it again" on:click=move |_| store.rescan(id.get_value())><Icon of=icondata_lu::LuRefreshCw/></button>
        </div>
    }
}

/// Shows one folder, or all again.
fn choose(store: Store, id: StoredValue<winnow_contract::id::FolderId>) {
    let there = store.screen.with_untracked(|screen| *screen == Screen::Library);
    store.library.narrow(|filter| {
        let same = filter.folder == Some(id.get_value());
        filter.folder = if same && there { None } else { Some(id.get_value()) };
    });
    store.go(Screen::Library);
}
