//! A refusal that belongs to no list, at the lower edge until it is put away.

use super::icon::Icon;
use crate::store::store;
use leptos::prelude::*;

#[component]
pub fn Notice() -> impl IntoView {
    let notice = store().notice;
    let shown = move || {
        notice.get().map(|error| {
            view! {
                <div class="notice" role="alert" data-testid="notice">
                    <Icon of=icondata_lu::LuTriangleAlert/>
                    <div><p>{error.message}</p><p class="muted">{error.hint}</p></div>
                    <button class="quiet-button" aria-label="Put away" on:click=move |_| notice.set(None)><Icon of=icondata_lu::LuX/></button>
                </div>
            }
        })
    };
    view! { {shown} }
}
