//! Follows the size of an element.

use leptos::html::ElementType;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::HtmlElement;

/// Tells width and height in pixels, without scroll bars: once the element is there, and whenever they change.
pub fn follow<E>(node: NodeRef<E>, told: impl Fn(f64, f64) + Clone + 'static)
where
    E: ElementType + 'static,
    E::Output: JsCast + Clone + AsRef<HtmlElement> + 'static,
{
    Effect::new(move |_| {
        let Some(element) = node.get() else { return };
        let element = AsRef::<HtmlElement>::as_ref(&element).clone();
        let (measured, told) = (element.clone(), told.clone());
        let measure = move || told(f64::from(measured.client_width()), f64::from(measured.client_height()));
        measure();
        let changed = Closure::<dyn FnMut()>::new(measure);
        if let Ok(observer) = web_sys::ResizeObserver::new(changed.as_ref().unchecked_ref()) {
            observer.observe(&element);
            let kept = StoredValue::new_local((observer, changed));
            on_cleanup(move || kept.with_value(|(observer, _)| observer.disconnect()));
        }
    });
}
