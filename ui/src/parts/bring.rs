//! Brings what a long text is about into the middle of its view.

use leptos::html::ElementType;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, ScrollBehavior, ScrollToOptions};

/// Pixels of text that are seen above and below it.
const AIR: f64 = 32.0;

/// Keeps the part marked `data-spot` with this number in view: there from the start, and after each turn to another.
pub fn follow<E>(view: NodeRef<E>, spot: Memo<usize>)
where
    E: ElementType + 'static,
    E::Output: JsCast + Clone + AsRef<HtmlElement> + 'static,
{
    Effect::new(move |before: Option<usize>| {
        let spot = spot.get();
        if let Some(view) = view.get() {
            let turned = before.is_some_and(|before| before != spot);
            request_animation_frame(move || show(view.as_ref(), spot, turned));
        }
        spot
    });
}

fn show(view: &HtmlElement, spot: usize, turned: bool) {
    if let Ok(Some(part)) = view.query_selector(&format!("[data-spot=\"{spot}\"]")) {
        if turned { turn(view, &part) } else { place(view, &part) }
    }
}

/// Places a view that was not seen yet: at its beginning when the part is seen there, else at the part.
fn place(view: &HtmlElement, part: &Element) {
    go(view, part, 0.0, ScrollBehavior::Instant);
}

/// Goes from where the view is to a part that is not seen; the style sheet says how.
fn turn(view: &HtmlElement, part: &Element) {
    go(view, part, f64::from(view.scroll_top()), ScrollBehavior::Auto);
}

fn go(view: &HtmlElement, part: &Element, from: f64, behaviour: ScrollBehavior) {
    let (seen, wanted) = (view.get_bounding_client_rect(), part.get_bounding_client_rect());
    let top = wanted.top() - seen.top() + f64::from(view.scroll_top());
    let how = ScrollToOptions::new();
    how.set_top(scrolled(from, seen.height(), top, wanted.height()));
    how.set_behavior(behaviour);
    view.scroll_to_with_scroll_to_options(&how);
}

/// Where a view of this height is scrolled to so that a part is seen: unmoved if it is, else with the part in the middle.
fn scrolled(from: f64, height: f64, top: f64, part: f64) -> f64 {
    let seen = top - AIR.min(top) >= from && top + part + AIR <= from + height;
    if seen { from } else { (top + part / 2.0 - height / 2.0).max(0.0) }
}

#[cfg(test)]
mod tests {
    use super::scrolled;

    #[test]
    fn what_is_seen_stays_and_the_rest_comes_to_the_middle() {
        assert_eq!(scrolled(0.0, 600.0, 100.0, 20.0), 0.0);
        assert_eq!(scrolled(0.0, 600.0, 4.0, 20.0), 0.0);
        assert_eq!(scrolled(0.0, 600.0, 590.0, 20.0), 300.0);
        assert_eq!(scrolled(900.0, 600.0, 100.0, 20.0), 0.0);
        assert_eq!(scrolled(900.0, 600.0, 1000.0, 20.0), 900.0);
        assert_eq!(scrolled(900.0, 600.0, 700.0, 20.0), 410.0);
    }
}
