//! The filters of a search, each with how many files it would leave.

use crate::parts::icon::{Icon, IconData};
use crate::parts::kind::kind_icon;
use crate::parts::words;
use crate::store::search::{Counts, Group};
use crate::store::{Store, store};
use leptos::prelude::*;
use winnow_contract::asset::{AssetFilter, MediaKind};
use winnow_contract::id::FolderId;

/// Answers of a group that are shown.
const SHOWN: usize = 12;

#[component]
pub fn Rail() -> impl IntoView {
    let store = store();
    let filtered = move || store.search.filter.with(|filter| *filter != AssetFilter::default());
    let clear = move || {
        filtered().then(|| view! { <button class="link-button rail-clear" data-testid="filters-clear" on:click=move |_| store.search.narrow(|filter| *filter = AssetFilter::default())><Icon of=icondata_lu::LuX/>"All files"</button> })
    };
    view! {
        <div class="rail" role="group" aria-label="Filters">
            {clear}
            {move || kinds(store)}
            {move || labels(store)}
            {move || folders(store)}
            {move || languages(store)}
            {move || findings(store)}
            <Dates/>
        </div>
    }
}

/// One answer of a group; pressed once more it is put away.
fn item(id: String, icon: Option<IconData>, name: String, count: Option<u32>, pressed: bool, press: impl Fn() + 'static) -> AnyView {
    let icon = icon.map(|icon| view! { <Icon of=icon/> });
    let title = name.clone();
    let count = count.map(|count| view! { <span class="badge tabular">{words::number(count)}</span> });
    view! { <button class="nav-item" data-testid=id title=title aria-pressed=pressed.to_string() on:click=move |_| press()>{icon}<span class="nav-name">{name}</span>{count}</button> }.into_any()
}

fn group(title: &'static str, items: Vec<AnyView>) -> AnyView {
    if items.is_empty() {
        return ().into_any();
    }
    view! { <section class="rail-group" aria-label=title><h2 class="nav-heading">{title}</h2>{items}</section> }.into_any()
}

fn kinds(store: Store) -> AnyView {
    let chosen = store.search.filter.with(|filter| filter.kind);
    let known = store.search.counts.get();
    let all: u32 = known.kinds.iter().map(|(_, n)| n).sum();
    let all = known.fits(Group::Kind).then_some(all);
    let counts = kept(&known, Group::Kind, &known.kinds, chosen.as_ref());
    let one = |(kind, count): (MediaKind, Option<u32>)| {
        let here = chosen == Some(kind);
        let press = move || store.search.narrow(move |filter| filter.kind = (!here).then_some(kind));
        item(format!("search-kind-{kind}"), Some(kind_icon(kind)), words::kind(kind).to_owned(), count, here, press)
    };
    let every = item("search-kind-all".to_owned(), Some(icondata_lu::LuFiles), "All".to_owned(), all, chosen.is_none(), move || {
        store.search.narrow(|filter| filter.kind = None);
    });
    let some = !counts.is_empty() || chosen.is_some();
    group("Kind", some.then_some(every).into_iter().chain(counts.into_iter().map(one)).collect())
}

fn labels(store: Store) -> AnyView {
    let chosen = store.search.filter.with(|filter| filter.label.clone());
    let counts = store.search.counts.with(|known| kept(known, Group::Label, &known.labels, chosen.as_ref()));
    let one = |(label, count): (String, Option<u32>)| {
        let here = chosen.as_ref() == Some(&label);
        let wanted = (!here).then(|| label.clone());
        item("search-label".to_owned(), Some(icondata_lu::LuTag), label, count, here, move || {
            let wanted = wanted.clone();
            store.search.narrow(move |filter| filter.label = wanted);
        })
    };
    group("What it is", counts.into_iter().map(one).collect())
}

fn folders(store: Store) -> AnyView {
    let chosen = store.search.filter.with(|filter| filter.folder.clone());
    let counts = store.search.counts.with(|known| kept(known, Group::Folder, &known.folders, chosen.as_ref()));
    if counts.len() < 2 && chosen.is_none() {
        return ().into_any();
    }
    let one = |(folder, count): (FolderId, Option<u32>)| {
        let here = chosen.as_ref() == Some(&folder);
        let name = name_of(store, &folder);
        let wanted = (!here).then_some(folder);
        item("search-folder".to_owned(), Some(icondata_lu::LuFolder), name, count, here, move || {
            let wanted = wanted.clone();
            store.search.narrow(move |filter| filter.folder = wanted);
        })
    };
    group("Folder", counts.into_iter().map(one).collect())
}

fn name_of(store: Store, folder: &FolderId) -> String {
    let name = store
        .status
        .with(|status| status.here().and_then(|status| status.folders.iter().find(|row| row.id == *folder).map(|row| row.name.clone())));
    name.unwrap_or_else(|| "(a folder)".to_owned())
}

fn languages(store: Store) -> AnyView {
    let chosen = store.search.filter.with(|filter| filter.language.clone());
    let counts = store.search.counts.with(|known| kept(known, Group::Language, &known.languages, chosen.as_ref()));
    let one = |(code, count): (String, Option<u32>)| {
        let here = chosen.as_ref() == Some(&code);
        let name = words::language(&code);
        let wanted = (!here).then_some(code);
        item("search-language".to_owned(), Some(icondata_lu::LuLanguages), name, count, here, move || {
            let wanted = wanted.clone();
            store.search.narrow(move |filter| filter.language = wanted);
        })
    };
    group("Language", counts.into_iter().map(one).collect())
}

fn findings(store: Store) -> AnyView {
    let chosen = store.search.filter.with(|filter| filter.has_findings);
    let known = store.search.counts.get();
    let (some, none) = known.findings;
    if some == 0 && chosen.is_none() {
        return ().into_any();
    }
    let press = |wanted: bool| {
        let here = chosen == Some(wanted);
        move || store.search.narrow(move |filter| filter.has_findings = (!here).then_some(wanted))
    };
    let with = item(
        "search-findings".to_owned(),
        Some(icondata_lu::LuShieldAlert),
        "Some".to_owned(),
        known.shown(Group::Findings, chosen == Some(true), some),
        chosen == Some(true),
        press(true),
    );
    let without = item(
        "search-no-findings".to_owned(),
        Some(icondata_lu::LuShieldCheck),
        "None".to_owned(),
        known.shown(Group::Findings, chosen == Some(false), none),
        chosen == Some(false),
        press(false),
    );
    group("Sensitive data", vec![with, without])
}

/// What can be chosen in a group, counted where the counts are those of the present question; what is chosen is among them.
fn kept<T: Clone + PartialEq>(known: &Counts, group: Group, counts: &[(T, u32)], chosen: Option<&T>) -> Vec<(T, Option<u32>)> {
    let first = &counts[..counts.len().min(SHOWN)];
    let there = chosen.is_none_or(|chosen| first.iter().any(|(value, _)| value == chosen));
    let missing = chosen.filter(|_| !there).map(|chosen| (chosen.clone(), 0));
    let all = missing.into_iter().chain(first.iter().cloned());
    all.map(|(value, count)| (value.clone(), known.shown(group, chosen == Some(&value), count))).collect()
}

/// When the files were last changed.
#[component]
fn Dates() -> impl IntoView {
    let store = store();
    let day = |text: String| Some(text).filter(|text| !text.is_empty());
    let since = move || store.search.filter.with(|filter| filter.since.clone().unwrap_or_default());
    let until = move || store.search.filter.with(|filter| filter.until.clone().unwrap_or_default());
    view! {
        <section class="rail-group" aria-label="Last changed"><h2 class="nav-heading">"Last changed"</h2>
            <label class="rail-date"><span class="muted">"from"</span><input class="field" class:blank=move || since().is_empty() type="date" placeholder="2026-01-31" data-testid="search-since" prop:value=since on:change=move |event| { let text = event_target_value(&event); store.search.narrow(move |filter| filter.since = day(text)); }/></label>
            <label class="rail-date"><span class="muted">"to"</span><input class="field" class:blank=move || until().is_empty() type="date" placeholder="2026-12-31" data-testid="search-until" prop:value=until on:change=move |event| { let text = event_target_value(&event); store.search.narrow(move |filter| filter.until = day(text)); }/></label>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::{Counts, Group, kept};

    #[test]
    fn what_is_chosen_is_always_among_what_is_shown() {
        let mut known = Counts::default();
        known.total = 1;
        let kept = |counts, chosen| kept(&known, Group::Label, counts, chosen);
        assert_eq!(kept(&[("a", 3), ("b", 1)], Some(&"b")), [("a", Some(3)), ("b", Some(1))]);
        assert_eq!(kept(&[("a", 3)], Some(&"c")), [("c", Some(1)), ("a", Some(3))]);
        assert_eq!(kept(&[("a", 3)], None), [("a", Some(3))]);
    }
}
