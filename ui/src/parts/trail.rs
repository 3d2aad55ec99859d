//! Where a row comes from: a vertical line of small cards, from the bytes to the person.
//!
//! Copies of the same content share a card, and of many cards of one kind only the first are unfolded.

use super::icon::{Icon, IconData};
use super::{states, words};
use crate::store::loaded::Loaded;
use leptos::prelude::*;
use winnow_contract::asset::RenditionKind;
use winnow_contract::trail::{Lineage, LineageStep, RowKind};

/// Cards of one kind that are shown before the rest is folded.
const UNFOLDED: usize = 3;

/// The line of cards, bytes first.
pub fn trail(lineage: Loaded<Lineage>, retry: impl Fn() + 'static) -> AnyView {
    states::whole(lineage, "Following it back", retry, |lineage| {
        if lineage.chain.is_empty() {
            return states::empty(icondata_lu::LuWaypoints, "Nothing to follow yet", "This file has not been read.");
        }
        let cards = gathered(lineage.chain).into_iter().map(card).collect_view();
        view! { <ol class="trail" data-testid="asset-why">{cards}</ol> }.into_any()
    })
}

/// One card of the trail.
#[derive(Clone, Debug, PartialEq)]
enum Card {
    /// The same content in one or several places.
    Places(Vec<LineageStep>),
    Step(LineageStep),
    /// Those of a kind beyond the first ones.
    Folded(Vec<LineageStep>),
}

/// The steps from the bytes to the person; what was done at one stage, in order of time.
fn gathered(mut steps: Vec<LineageStep>) -> Vec<Card> {
    steps.sort_by_key(|step| (stage(step.kind), step.at));
    steps.chunk_by(|a, b| a.kind == b.kind).flat_map(alike).collect()
}

/// The cards of one kind.
fn alike(steps: &[LineageStep]) -> Vec<Card> {
    if steps.first().is_some_and(|step| step.kind == RowKind::Location) {
        return vec![Card::Places(steps.to_vec())];
    }
    // A fold that would hide a single card is no shorter than the card.
    let shown = if steps.len() > UNFOLDED + 1 { UNFOLDED } else { steps.len() };
    let (first, rest) = steps.split_at(shown);
    let folded = (!rest.is_empty()).then(|| Card::Folded(rest.to_vec()));
    first.iter().cloned().map(Card::Step).chain(folded).collect()
}

/// How far from the bytes a row stands.
fn stage(kind: RowKind) -> u8 {
    match kind {
        RowKind::Location => 0,
        RowKind::Asset => 1,
        RowKind::Rendition => 2,
        RowKind::Extraction => 3,
        RowKind::Chunk => 4,
        RowKind::Finding => 5,
        RowKind::Suggestion => 6,
        RowKind::ReviewItem => 7,
        RowKind::Decision => 8,
        RowKind::Annotation => 9,
    }
}

fn card(card: Card) -> AnyView {
    match card {
        Card::Step(step) => one(step),
        Card::Places(places) => files(places),
        Card::Folded(rest) => folded(rest),
    }
}

fn one(step: LineageStep) -> AnyView {
    let says = words::capital(&step.what.sentence());
    let made = step.what.params.get("kind").and_then(|kind| RenditionKind::parse(kind)).filter(|_| step.kind == RowKind::Rendition);
    let (name, icon) = made.map_or_else(|| (name(step.kind), icon(step.kind)), rendition);
    let kind = label(name, &says).map(|name| view! { <p class="trail-kind muted">{name}</p> });
    let by = by(&step);
    view! {
        <li class="trail-step" data-kind=step.kind.as_str()>
            <span class="trail-icon"><Icon of=icon/></span>
            <div class="trail-card">{kind}<p class="trail-what">{says}</p>{by}</div>
        </li>
    }
    .into_any()
}

/// Where the bytes lie, each place in two lines.
fn files(places: Vec<LineageStep>) -> AnyView {
    let head = if places.len() == 1 { "File".to_owned() } else { format!("The same file in {} places", places.len()) };
    let rows = places.iter().map(place).collect_view();
    let by = places.first().map(by);
    view! {
        <li class="trail-step" data-kind=RowKind::Location.as_str()>
            <span class="trail-icon"><Icon of=icon(RowKind::Location)/></span>
            <div class="trail-card"><p class="trail-kind muted">{head}</p><ul>{rows}</ul>{by}</div>
        </li>
    }
    .into_any()
}

fn place(step: &LineageStep) -> impl IntoView + use<> {
    let path = step.what.params.get("path").cloned().unwrap_or_else(|| step.what.sentence());
    let (folder, name) = path.rsplit_once(['/', '\\']).map_or(("", path.as_str()), |(folder, name)| (folder, name));
    // A path that is too long breaks after a separator.
    let folder = folder.split_inclusive(['/', '\\']).map(|part| view! { {part.to_owned()}<wbr/> }).collect_view();
    let name = name.to_owned();
    view! { <li class="trail-place" title=path><span class="trail-what">{name}</span><span class="trail-folder muted">{folder}</span></li> }
}

/// The rest of many, until they are asked for.
fn folded(rest: Vec<LineageStep>) -> AnyView {
    let open = RwSignal::new(false);
    let says = format!("and {} more", words::number(rest.len() as u32));
    let kind = rest.first().map(|step| step.kind.as_str());
    let rest = StoredValue::new(rest);
    let body = move || {
        if open.get() {
            return rest.get_value().into_iter().map(one).collect_view().into_any();
        }
        let says = says.clone();
        view! {
            <li class="trail-step" data-kind=kind>
                <span class="trail-icon"><Icon of=icondata_lu::LuEllipsis/></span>
                <div class="trail-card"><button class="link-button trail-more" data-testid="trail-more" on:click=move |_| open.set(true)>{says}</button></div>
            </li>
        }
        .into_any()
    };
    view! { {body} }.into_any()
}

/// Who or what did it, with what, on which bytes, and when.
fn by(step: &LineageStep) -> impl IntoView + use<> {
    let who = (!step.by.is_empty()).then(|| view! { <span>{step.by.clone()}</span> });
    let model = step.model.clone().map(|model| view! { <span class="mono">{model}</span> });
    let hash = step
        .input_hash
        .clone()
        .map(|hash| view! { <span class="mono hash" title=format!("BLAKE3 of what was read: {hash}")>{hash.chars().take(8).collect::<String>()}"…"</span> });
    view! { <p class="trail-by muted"><time class="tabular">{words::moment(step.at)}</time>{who}{model}{hash}</p> }
}

/// The name of a kind, where the sentence does not begin with it.
fn label(name: &'static str, says: &str) -> Option<&'static str> {
    (!says.starts_with(name)).then_some(name)
}

fn name(kind: RowKind) -> &'static str {
    match kind {
        RowKind::Location => "File",
        RowKind::Asset => "Content",
        RowKind::Rendition => "Picture",
        RowKind::Extraction => "Reading",
        RowKind::Chunk => "Passage",
        RowKind::Suggestion => "Suggestion",
        RowKind::Finding => "Finding",
        RowKind::ReviewItem => "Policy",
        RowKind::Decision => "Decision",
        RowKind::Annotation => "Held to be true",
    }
}

/// Of what was made from the bytes, not everything is a picture.
fn rendition(kind: RenditionKind) -> (&'static str, IconData) {
    match kind {
        RenditionKind::Thumbnail | RenditionKind::Preview | RenditionKind::Page => ("Picture", icondata_lu::LuImage),
        RenditionKind::Frame => ("Key frame", icondata_lu::LuImage),
        RenditionKind::Sound => ("Sound", icondata_lu::LuAudioLines),
        RenditionKind::Waveform => ("Waveform", icondata_lu::LuAudioLines),
    }
}

fn icon(kind: RowKind) -> IconData {
    match kind {
        RowKind::Location => icondata_lu::LuHardDrive,
        RowKind::Asset => icondata_lu::LuHash,
        RowKind::Rendition => icondata_lu::LuImage,
        RowKind::Extraction => icondata_lu::LuScanText,
        RowKind::Chunk => icondata_lu::LuFileText,
        RowKind::Suggestion => icondata_lu::LuTag,
        RowKind::Finding => icondata_lu::LuFileSearch,
        RowKind::ReviewItem => icondata_lu::LuRoute,
        RowKind::Decision => icondata_lu::LuUser,
        RowKind::Annotation => icondata_lu::LuCircleCheck,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use winnow_contract::Words;

    fn step(kind: RowKind, at: i64) -> LineageStep {
        LineageStep { row: at.to_string(), kind, by: String::new(), model: None, input_hash: None, at, what: Words::new("row") }
    }

    #[test]
    fn from_the_bytes_to_the_person() {
        let found = [RowKind::Decision, RowKind::ReviewItem, RowKind::Finding, RowKind::Location, RowKind::Asset, RowKind::Location];
        let steps: Vec<_> = found.into_iter().map(|kind| step(kind, 1)).collect();
        let at = |kind| Card::Step(step(kind, 1));
        let both = Card::Places(vec![step(RowKind::Location, 1), step(RowKind::Location, 1)]);
        assert_eq!(gathered(steps), [both, at(RowKind::Asset), at(RowKind::Finding), at(RowKind::ReviewItem), at(RowKind::Decision)]);
    }

    #[test]
    fn many_findings_are_folded() {
        let findings = |n: i64| (0..n).map(|at| step(RowKind::Finding, at)).collect::<Vec<_>>();
        assert_eq!(gathered(findings(4)).len(), 4);
        let cards = gathered(findings(7));
        assert_eq!(cards.len(), 4);
        assert!(matches!(cards.last(), Some(Card::Folded(rest)) if rest.len() == 4));
    }

    #[test]
    fn nothing_reads_twice() {
        assert_eq!(label(name(RowKind::Decision), "Decision: redacted"), None);
        assert_eq!(label(name(RowKind::Extraction), "Text of 12 characters"), Some("Reading"));
        assert_eq!(label(rendition(RenditionKind::Sound).0, "Made from it: sound"), Some("Sound"));
    }
}
