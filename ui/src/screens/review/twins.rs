//! Two files that are nearly the same, side by side: their pictures, or their texts with the words that only one of them has.
//!
//! Compares nothing itself but words; how alike they are stands in the question.

use crate::ipc;
use crate::parts::icon::Icon;
use crate::parts::kind::kind_icon;
use crate::parts::name::FileName;
use crate::parts::{states, words};
use crate::store::loaded::Loaded;
use crate::store::store;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::HashSet;
use winnow_contract::asset::{AssetDetail, AssetRow, RenditionKind};
use winnow_contract::command::GetAsset;
use winnow_contract::id::AssetId;

/// Letters of a text that are shown.
const LETTERS: usize = 4000;

type Side = RwSignal<Loaded<AssetDetail>>;

/// The evidence of a question about a duplicate.
pub fn twins(asset: AssetRow, other: AssetRow) -> AnyView {
    let (left, right) = (load(asset.id.clone()), load(other.id.clone()));
    view! { <div class="twins" data-testid="twins">{side(asset, left, right)}{side(other, right, left)}</div> }.into_any()
}

fn load(asset: AssetId) -> Side {
    let side = RwSignal::new(Loaded::Waiting);
    ask(asset, side);
    side
}

fn ask(asset: AssetId, side: Side) {
    spawn_local(async move {
        let answer = ipc::ask(GetAsset { asset }).await;
        // The item may have been decided meanwhile.
        let _ = side.try_set(answer.into());
    });
}

fn side(row: AssetRow, own: Side, other: Side) -> AnyView {
    let store = store();
    let id = row.id.clone();
    let open = move |_| store.open(id.clone(), None);
    let again = row.id.clone();
    let body = move || {
        let again = again.clone();
        let retry = move || ask(again.clone(), own);
        states::whole(own.get(), "Getting the file", retry, |detail| content(&detail, &other.get()))
    };
    view! {
        <figure class="twin">
            <figcaption>
                <button class="twin-name" title="Open the file" on:click=open><Icon of=kind_icon(row.kind)/><FileName name=row.name.clone()/></button>
                <span class="muted twin-facts" title=row.path.clone()>{format!("{} · {} · {}", words::size(row.bytes), words::day(row.added_at), row.path)}</span>
            </figcaption>
            <div class="twin-body">{body}</div>
        </figure>
    }
    .into_any()
}

fn content(detail: &AssetDetail, other: &Loaded<AssetDetail>) -> AnyView {
    let best = [RenditionKind::Preview, RenditionKind::Page, RenditionKind::Thumbnail];
    let picture =
        best.into_iter().find_map(|kind| detail.renditions.iter().find(|rendition| rendition.kind == kind && rendition.page <= 1));
    if let Some(picture) = picture {
        return view! { <img src=ipc::rendition_url(&picture.id) alt=format!("Preview of {}", detail.row.name) draggable="false"/> }
            .into_any();
    }
    let own = text_of(detail);
    let other = other.here().map(text_of).unwrap_or_else(|| own.clone());
    let pieces = differing(&own, &other).into_iter().map(
        |(text, only)| {
            if only { view! { <mark>{text}</mark> }.into_any() } else { text.into_any() }
        },
    );
    view! { <div class="prose twin-text">{pieces.collect_view()}</div> }.into_any()
}

fn text_of(detail: &AssetDetail) -> String {
    let texts: Vec<_> = detail.extractions.iter().map(|extraction| extraction.text.as_str()).filter(|text| !text.is_empty()).collect();
    texts.join("\n\n").chars().take(LETTERS).collect()
}

/// The text in pieces, and of each whether its words are not in the other text.
fn differing(own: &str, other: &str) -> Vec<(String, bool)> {
    let known: HashSet<String> = other.split_whitespace().map(bare).collect();
    let mut pieces: Vec<(String, bool)> = Vec::new();
    for word in own.split_inclusive(char::is_whitespace) {
        let letters = bare(word);
        let only = !letters.is_empty() && !known.contains(&letters);
        match pieces.last_mut() {
            Some((text, same)) if *same == only => text.push_str(word),
            _ => pieces.push((word.to_owned(), only)),
        }
    }
    pieces
}

/// A word without what stands around it.
fn bare(word: &str) -> String {
    word.trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::differing;

    #[test]
    fn only_what_differs_is_marked() {
        let marked = |own: &str, other: &str| -> Vec<String> {
            differing(own, other).into_iter().filter(|(_, only)| *only).map(|(text, _)| text.trim().to_owned()).collect()
        };
        assert_eq!(marked("The sum is forty pounds.", "the sum is sixty pounds"), ["forty"]);
        assert!(marked("Same, words!", "words same").is_empty());
        assert_eq!(marked("a b c", ""), ["a b c"]);
        let whole: String = differing("Grüße  aus\nKöln", "x").into_iter().map(|(text, _)| text).collect();
        assert_eq!(whole, "Grüße  aus\nKöln");
    }
}
