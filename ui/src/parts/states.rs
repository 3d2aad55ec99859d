//! The four states of a list: waiting, empty, a problem, and its rows.
//!
//! Waiting is drawn only after 150 ms, by the style sheet, so that nothing flashes.

use super::icon::{Icon, IconData};
use crate::store::loaded::Loaded;
use leptos::prelude::*;
use winnow_contract::ApiError;

/// Something is on its way.
pub fn waiting(what: &'static str) -> AnyView {
    view! { <div class="waiting" role="status" data-testid="waiting"><span class="pulse" aria-hidden="true"></span>{what}</div> }.into_any()
}

/// A question could not be answered: what happened, what to do.
pub fn problem(error: &ApiError, retry: impl Fn() + 'static) -> AnyView {
    let (message, hint) = (error.message.clone(), error.hint.clone());
    view! {
        <div class="problem" role="alert" data-testid="problem">
            <Icon of=icondata_lu::LuTriangleAlert size=20/>
            <div>
                <p>{message}</p>
                <p class="muted">{hint}</p>
                <button class="button" data-testid="retry" on:click=move |_| retry()><Icon of=icondata_lu::LuRotateCw/>"Try again"</button>
            </div>
        </div>
    }
    .into_any()
}

/// Nothing here, and why that is.
pub fn empty(icon: IconData, title: impl Into<String>, says: impl Into<String>) -> AnyView {
    let (title, says) = (title.into(), says.into());
    view! {
        <div class="empty" data-testid="empty"><Icon of=icon size=32/><h2>{title}</h2><p class="muted">{says}</p></div>
    }
    .into_any()
}

/// Draws what is there, or why it is not.
pub fn whole<T>(loaded: Loaded<T>, what: &'static str, retry: impl Fn() + 'static, rows: impl FnOnce(T) -> AnyView) -> AnyView {
    match loaded {
        Loaded::Waiting => waiting(what),
        Loaded::Problem(error) => problem(&error, retry),
        Loaded::Here(value) => rows(value),
    }
}
