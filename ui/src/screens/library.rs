//! The library: every asset, as a contact sheet or as lines.
//!
//! Only what is in view is drawn.

mod card;
mod empty;
mod peek;
mod tools;

use crate::keys::Act;
use crate::parts::window::{Move, Window};
use crate::parts::{size, states};
use crate::store::loaded::Loaded;
use crate::store::{Store, store};
use card::{Card, Line};
use leptos::prelude::*;
use peek::Peek;
use tools::Tools;
use winnow_contract::asset::AssetFilter;

/// Narrowest card, gap, and height from one row of cards to the next, in pixels.
const CARD: f64 = 176.0;
const GAP: f64 = 20.0;
const CARD_PITCH: f64 = 252.0;
const LINE_PITCH: f64 = 40.0;

/// What is seen of the list: where it is scrolled to and how large the view is.
#[derive(Clone, Copy)]
struct View {
    scroller: NodeRef<leptos::html::Div>,
    scroll: RwSignal<f64>,
    size: RwSignal<(f64, f64)>,
    /// Letters grow with the reader's setting, and rows with them.
    letters: RwSignal<f64>,
}

impl View {
    fn window(&self, store: Store) -> Window {
        let (width, height) = self.size.get();
        let grid = store.library.grid.get();
        let letters = self.letters.get();
        let pitch = if grid { CARD_PITCH + 56.0 * (letters - 1.0) } else { LINE_PITCH * letters };
        let rows = Window::rows_drawn(height, pitch);
        let columns = if grid { Window::columns(width, CARD * letters.sqrt(), GAP, rows) } else { 1 };
        Window { columns, pitch, items: store.library.count(), scroll: self.scroll.get(), height }
    }

    fn bring(&self, window: Window, item: u32) {
        if let (Some(top), Some(scroller)) = (window.scroll_to(item), self.scroller.get_untracked()) {
            scroller.set_scroll_top(top as i32);
        }
    }
}

#[component]
pub fn Library() -> impl IntoView {
    let store = store();
    let peeking = RwSignal::new(false);
    let view =
        View { scroller: NodeRef::new(), scroll: RwSignal::new(0.0), size: RwSignal::new((900.0, 600.0)), letters: RwSignal::new(1.0) };
    let window = Memo::new(move |_| view.window(store));
    store.library.refresh();
    Effect::new(move |_| store.library.want(window.get().items_in_view()));
    store.answer_keys(move |act| answer(store, view, window, peeking, act));
    let all = move || store.library.filter.with(|filter| *filter == AssetFilter::default());
    let body = move || {
        let total = store.library.total.get();
        match total {
            Loaded::Here(0) if all() => empty::library(),
            Loaded::Here(0) => empty::filtered(store),
            total => states::whole(total, "Opening the library", move || store.library.restart(), move |_| rows(store, view, window)),
        }
    };
    // The rows stay when only their number changes.
    let shape = Memo::new(move |_| match store.library.total.get() {
        Loaded::Here(n) => (1, n == 0, all()),
        Loaded::Waiting => (2, false, false),
        Loaded::Problem(_) => (3, false, false),
    });
    view! {
        <section class="library" aria-label="Library">
            <Tools/>
            {move || { shape.get(); untrack(body) }}
            {move || peeking.get().then(|| view! { <Peek peeking/> })}
        </section>
    }
}

fn rows(store: Store, view: View, window: Memo<Window>) -> AnyView {
    let range = Memo::new(move |_| window.get().items_in_view());
    let columns = Memo::new(move |_| window.get().columns);
    let grid = store.library.grid;
    let cell = move |index: u32| {
        let style = move || place(window.get(), index);
        let inner = move || if grid.get() { view! { <Card index/> }.into_any() } else { view! { <Line index/> }.into_any() };
        view! { <div class="cell" style=style>{inner}</div> }
    };
    let scrolled = move |_| {
        if let Some(scroller) = view.scroller.get_untracked() {
            let top = f64::from(scroller.scroll_top());
            view.scroll.set(top);
            store.library.scroll.set_value(top);
        }
    };
    watch_size(store, view);
    view! {
        <div class="scroller" class:grid=move || grid.get() node_ref=view.scroller on:scroll=scrolled tabindex="0" role="listbox" aria-label="Files"
            data-testid="asset-list" aria-activedescendant=move || format!("asset-{}", store.library.cursor.get())>
            <div class="tall" style:height=move || format!("{}px", window.get().full_height() + 8.0) style:--columns=move || columns.get().to_string()>
                <For each=move || range.get() key=|index| *index children=cell/>
            </div>
        </div>
    }
    .into_any()
}

fn place(window: Window, index: u32) -> String {
    let column = index % window.columns;
    format!("top:{}px;--column:{column};height:{}px", window.top(index), window.pitch)
}

/// Follows the size of the view, and scrolls to where it was left.
fn watch_size(store: Store, view: View) {
    size::follow(view.scroller, move |width, height| {
        view.size.try_set((width - 48.0, height));
        view.letters.try_set(letters());
    });
    Effect::new(move |_| {
        let Some(scroller) = view.scroller.get() else { return };
        let left_at = store.library.scroll.get_value();
        view.scroll.set(left_at);
        request_animation_frame(move || scroller.set_scroll_top(left_at as i32));
    });
}

/// How many times larger than usual letters are.
fn letters() -> f64 {
    let root = document().document_element();
    let style = root.and_then(|root| leptos::prelude::window().get_computed_style(&root).ok().flatten());
    let size = style.and_then(|style| style.get_property_value("font-size").ok());
    size.and_then(|size| size.trim_end_matches("px").parse::<f64>().ok()).map_or(1.0, |size| (size / 16.0).max(0.5))
}

fn answer(store: Store, view: View, window: Memo<Window>, peeking: RwSignal<bool>, act: Act) -> bool {
    let to = match act {
        Act::Left => Move::Left,
        Act::Right => Move::Right,
        Act::Up => Move::Up,
        Act::Down => Move::Down,
        Act::First => Move::First,
        Act::Last => Move::Last,
        Act::PageUp => Move::PageUp,
        Act::PageDown => Move::PageDown,
        Act::Peek => return toggle(store, peeking),
        Act::Back if peeking.get_untracked() => return toggle(store, peeking),
        Act::Open => return open(store),
        _ => return false,
    };
    let window = window.get_untracked();
    if window.items == 0 {
        return false;
    }
    let item = window.moved(store.library.cursor.get_untracked(), to);
    store.library.cursor.set(item);
    view.bring(window, item);
    true
}

fn toggle(store: Store, peeking: RwSignal<bool>) -> bool {
    let there = store.library.selected().is_some();
    peeking.update(|peeking| *peeking = !*peeking && there);
    true
}

fn open(store: Store) -> bool {
    let selected = store.library.selected();
    if let Some(row) = &selected {
        store.open(row.id.clone(), None);
    }
    selected.is_some()
}
