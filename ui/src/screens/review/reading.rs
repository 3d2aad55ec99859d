//! A doubtful reading: the words in question large, the picture of the word above, the page's text below.
//!
//! Corrections lie on the desk until the reading is decided.

use super::desk::{Desk, desk};
use super::edit::EditField;
use crate::parts::bring;
use crate::parts::page::{Pictures, Strip};
use leptos::prelude::*;
use winnow_contract::review::{DoubtfulWord, ReviewDetail, TextPart};

/// Words in question that are drawn; a page with more is not read word by word.
const SHOWN: usize = 60;

/// The evidence of a doubtful reading.
pub fn reading(detail: ReviewDetail, pictures: Option<Pictures>, here: Memo<bool>) -> AnyView {
    let desk = desk();
    let words = StoredValue::new(detail.words);
    let spot = Memo::new(move |_| if here.get() { desk.spot.get() } else { 0 });
    let (list, page_text) = (NodeRef::<leptos::html::Div>::new(), NodeRef::<leptos::html::Div>::new());
    bring::follow(list, spot);
    bring::follow(page_text, spot);
    let rect = Signal::derive(move || words.with_value(|words| words.get(spot.get()).and_then(|word| word.rect)));
    let page = pictures.map(|pictures| view! { <div class="reading-strip"><Strip pictures rect sharp=here ratio=3.0 heights=8.5/></div> });
    let buttons =
        move || words.with_value(|words| words.iter().take(SHOWN).enumerate().map(|(n, word)| word_button(desk, n, word)).collect_view());
    let edit = move || (here.get() && desk.editing.get()).then(|| view! { <EditField name="The word as it stands on the page"/> });
    view! {
        <div class="reading-room">
            {page}
            <div class="reading-words" node_ref=list role="group" aria-label="Words in question">{buttons}</div>
            {edit}
            <div class="prose reading-text" node_ref=page_text>{text(desk, detail.context)}</div>
        </div>
    }
    .into_any()
}

fn word_button(desk: Desk, n: usize, word: &DoubtfulWord) -> impl IntoView + use<> {
    let read = word.text.clone();
    let sure = format!("Read with {:.0} % confidence", word.confidence * 100.0);
    let corrected = Memo::new(move |_| desk.corrections.with(|words| words.get(&n).cloned()));
    view! {
        <button class="word" data-spot=n.to_string() class:current=move || desk.spot.get() == n class:corrected=move || corrected.get().is_some() title=sure tabindex="-1" on:click=move |_| desk.spot.set(n)>
            {move || corrected.get().unwrap_or_else(|| read.clone())}
        </button>
    }
}

/// The page's text; its marks are the words in question, in order.
fn text(desk: Desk, parts: Vec<TextPart>) -> impl IntoView {
    let mut marks = 0..;
    let draw = |part: TextPart| match if part.marked { marks.next() } else { None } {
        Some(n) => word_in_text(desk, n, part.text),
        None => part.text.into_any(),
    };
    parts.into_iter().map(draw).collect_view()
}

fn word_in_text(desk: Desk, n: usize, read: String) -> AnyView {
    let corrected = Memo::new(move |_| desk.corrections.with(|words| words.get(&n).cloned()));
    view! {
        <mark data-spot=n.to_string() class:current=move || desk.spot.get() == n class:corrected=move || corrected.get().is_some() on:click=move |_| desk.spot.set(n)>{move || corrected.get().unwrap_or_else(|| read.clone())}</mark>
    }
    .into_any()
}
