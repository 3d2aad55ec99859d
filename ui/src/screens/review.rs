//! Review: the room where the day is spent. One item, its evidence, and the keys that decide it.
//!
//! Order, sending and coming back are the store's.

mod candidates;
mod desk;
mod edit;
mod evidence;
mod finished;
mod foot;
mod head;
mod listening;
mod panel;
mod reading;
mod twins;

use crate::keys::Act;
use crate::parts::states;
use crate::store::review::Ruling;
use crate::store::{Store, store};
use desk::Desk;
use evidence::Evidence;
use finished::finished;
use foot::Foot;
use head::Head;
use leptos::prelude::*;
use panel::Panel;
use winnow_contract::review::Verdict;

#[component]
pub fn Review() -> impl IntoView {
    let store = store();
    let desk = Desk::new();
    provide_context(desk);
    store.review.enter();
    Effect::new(move |_| {
        store.review.current.track();
        desk.clear();
    });
    store.answer_keys(move |act| answer(store, desk, act));
    let state = Memo::new(move |_| (store.review.list.get(), store.review.rows.with(Vec::is_empty)));
    let body = move || {
        let (list, nothing) = state.get();
        states::whole(
            list,
            "Opening the queue",
            move || store.review.refresh(),
            move |()| if nothing { finished(store) } else { room(store) },
        )
    };
    view! {
        <section class="review" aria-label="Review">
            <Flash/>
            <Head/>
            {body}
            <Foot/>
        </section>
    }
}

fn room(store: Store) -> AnyView {
    let near = Memo::new(move |_| store.review.near());
    view! {
        <div class="room">
            <div class="stage"><For each=move || near.get() key=|item| item.clone() children=move |item| view! { <Evidence item/> }/></div>
            <Panel/>
        </div>
    }
    .into_any()
}

/// A strip at the left edge in the colour of the verdict that was just given.
#[component]
fn Flash() -> impl IntoView {
    let flash = store().review.flash;
    view! { {move || flash.get().map(|(verdict, n)| view! { <div class=format!("flash {verdict} {}", if n % 2 == 0 { "even" } else { "odd" }) aria-hidden="true"></div> })} }
}

fn answer(store: Store, desk: Desk, act: Act) -> bool {
    match act {
        Act::Accept => desk.rule(store, Ruling::on_this(Verdict::Accepted)),
        Act::Reject => desk.rule(store, Ruling::on_this(Verdict::Rejected)),
        Act::Redact => desk.rule(store, Ruling::on_this(Verdict::Redacted)),
        Act::Defer => desk.rule(store, Ruling::on_this(Verdict::Deferred)),
        Act::AcceptAlike => desk.rule_alike(store, Verdict::Accepted),
        Act::RejectAlike => desk.rule_alike(store, Verdict::Rejected),
        Act::RedactAlike => desk.rule_alike(store, Verdict::Redacted),
        Act::Correct => return desk.edit(store),
        Act::Undo => store.review.undo(),
        Act::Next => store.review.step(1),
        Act::Previous => store.review.step(-1),
        Act::NextSpot => return desk.turn(store, 1),
        Act::PreviousSpot => return desk.turn(store, -1),
        Act::Pick(n) => return desk.pick(store, usize::from(n) - 1),
        Act::Play => return desk.play(),
        Act::Why => desk.toggle_why(store),
        Act::Open => return desk.open(store),
        Act::ZoomIn => desk.zoom.update(|zoom| *zoom = zoom.step(1)),
        Act::ZoomOut => desk.zoom.update(|zoom| *zoom = zoom.step(-1)),
        Act::ZoomFit => desk.zoom.set(crate::parts::page::Zoom::WHOLE),
        Act::Back => return desk.close_something(),
        _ => return false,
    }
    true
}
