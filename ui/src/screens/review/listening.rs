//! A doubtful stretch of speech: its waveform above, its words below, the doubtful ones marked.
//!
//! It plays by itself once when it is shown; not where motion is reduced.

use super::desk::{Desk, desk};
use crate::parts::icon::Icon;
use crate::parts::kind::kind_icon;
use crate::parts::name::FileName;
use crate::parts::player::{Player, tape::Tape};
use crate::parts::words;
use crate::store::{Store, store};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use winnow_contract::review::{DoubtfulWord, ItemKind, ReviewDetail, TextPart};

/// The evidence of doubtful speech.
pub fn listening(detail: ReviewDetail, here: Memo<bool>) -> AnyView {
    let (store, desk) = (store(), desk());
    let sound = player(&detail, here);
    let kind = detail.asset.kind;
    let unwritten = words::unwritten(&detail).filter(|_| detail.context.is_empty());
    let unwritten = StoredValue::new(unwritten.map(|language| format!("Nothing is written down of what is said in {language}.")));
    let words = StoredValue::new(detail.words);
    let parts = StoredValue::new(detail.context);
    let body = move || {
        if here.get() && desk.editing.get() {
            return view! { <StretchField/> }.into_any();
        }
        if let Some(says) = unwritten.get_value() {
            return view! { <p class="muted" data-testid="heard">{says}</p> }.into_any();
        }
        view! { <p class="heard" data-testid="heard">{text(store, desk, parts.get_value(), words, here)}</p> }.into_any()
    };
    view! {
        {sound}
        <div class="text-well"><div class="text-sheet listening">
            <p class="text-name muted"><Icon of=kind_icon(kind)/><FileName name=detail.row.name/></p>
            {body}
        </div></div>
    }
    .into_any()
}

/// The player of the stretch an item is about, if it is about one.
pub fn player(detail: &ReviewDetail, here: Memo<bool>) -> Option<AnyView> {
    let desk = desk();
    let sound = detail.sound.clone()?;
    let (t0, t1) = (f64::from(sound.t0), f64::from(sound.t1.max(sound.t0 + 0.5)));
    let tape = Tape::new(sound.sound, f64::from(sound.seconds));
    tape.now.set(t0);
    tape.prepare(t0);
    let by_itself = detail.row.kind == ItemKind::Extraction && !still();
    Effect::new(move |before: Option<bool>| {
        let shown = here.get();
        if shown {
            desk.tape.set(Some((tape, t0, t1)));
        }
        match (before.unwrap_or(false), shown) {
            (false, true) if by_itself => tape.play_stretch(t0, t1),
            (true, false) => put_away(desk, tape),
            _ => {}
        }
        shown
    });
    on_cleanup(move || put_away(desk, tape));
    Some(view! { <div class="review-player"><Player tape waveform=sound.waveform stretch=Some((t0, t1)) key="P"/></div> }.into_any())
}

/// Stops a tape, and takes it from the desk if it lies there.
fn put_away(desk: Desk, tape: Tape) {
    tape.stop();
    if desk.tape.try_get_untracked().flatten().is_some_and(|(other, ..)| other.now == tape.now) {
        desk.tape.set(None);
    }
}

/// The person asked the system for less motion.
fn still() -> bool {
    let wish = leptos::prelude::window().match_media("(prefers-reduced-motion: reduce)").ok().flatten();
    wish.is_some_and(|wish| wish.matches())
}

/// The words of the stretch; its marks are the doubtful ones, in order.
fn text(store: Store, desk: Desk, parts: Vec<TextPart>, words: StoredValue<Vec<DoubtfulWord>>, here: Memo<bool>) -> impl IntoView {
    let mut marks = 0..;
    let draw = move |part: TextPart| match if part.marked { marks.next() } else { None } {
        Some(n) => word(store, desk, n, part.text, words, here),
        None => part.text.into_any(),
    };
    parts.into_iter().map(draw).collect_view()
}

fn word(store: Store, desk: Desk, n: usize, said: String, words: StoredValue<Vec<DoubtfulWord>>, here: Memo<bool>) -> AnyView {
    let sure = words.with_value(|words| words.get(n).map(|word| format!("Heard with {:.0} % confidence", word.confidence * 100.0)));
    view! { <mark data-spot=n.to_string() title=sure class:current=move || here.get() && desk.spot.get() == n on:click=move |_| desk.look_at(store, n)>{said}</mark> }.into_any()
}

/// The field for what is really said. Enter saves, Escape leaves it.
#[component]
fn StretchField() -> impl IntoView {
    let (store, desk) = (store(), desk());
    let field = NodeRef::<leptos::html::Textarea>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            // A field that cannot take the caret can still be clicked.
            let _ = field.focus();
        }
    });
    let pressed = move |event: KeyboardEvent| {
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            desk.save(store);
        }
    };
    view! {
        <div class="edit stretch-edit">
            <textarea class="field prose large" data-testid="review-edit" aria-label="What is said" rows="4" node_ref=field
                prop:value=move || desk.draft.get() on:input=move |event| desk.draft.set(event_target_value(&event)) on:keydown=pressed></textarea>
            <button class="button primary" data-testid="review-edit-save" on:click=move |_| desk.save(store)><Icon of=icondata_lu::LuCheck/>"Save"<kbd>"↵"</kbd></button>
            <button class="button" on:click=move |_| desk.editing.set(false)>"Cancel"<kbd>"Esc"</kbd></button>
        </div>
    }
}
