//! What holds the reading processes back, role by role: what they cannot do, and what this computer lacks for it.
//!
//! Nothing can be changed here.

use crate::parts::icon::Icon;
use crate::parts::states;
use crate::store::loaded::Loaded;
use crate::store::store;
use leptos::prelude::*;
use winnow_contract::command::{ConfinementView, RoleRow};
use winnow_contract::worker::{Confinement, Role};

#[component]
pub fn Confinements() -> impl IntoView {
    let store = store();
    let body = move || match store.confinement.view.get() {
        Loaded::Waiting => states::waiting("Asking the reading processes"),
        Loaded::Problem(error) => states::problem(&error, move || store.confinement.refresh()),
        Loaded::Here(view) => draw(&view),
    };
    view! {
        <section class="setting-group" aria-label="What holds the readers back" data-testid="settings-confinement">
            <h2 class="section-heading">"What holds the readers back"</h2>
            <p class="muted confinement-words">"Files are read in processes of their own, so that a harmful one can do nothing: it gets open files handed in, and can reach nothing else."</p>
            {body}
        </section>
    }
}

fn draw(view: &ConfinementView) -> AnyView {
    let rows = view.roles.iter().map(role).collect_view();
    view! { <div class="confinements">{rows}</div> }.into_any()
}

fn role(row: &RoleRow) -> AnyView {
    let (icon, kind) = match &row.confinement {
        None => (icondata_lu::LuCircleDashed, "idle"),
        Some(found) if found.lacking.is_empty() => (icondata_lu::LuShieldCheck, "whole"),
        Some(_) => (icondata_lu::LuShieldAlert, "lacking"),
    };
    let says = row.confinement.as_ref().map_or_else(|| "It has not run since Winnow was opened.".to_owned(), holds);
    let lacking = row.confinement.iter().flat_map(|found| &found.lacking);
    let lacking = lacking.map(|words| view! { <p class="doubtful-words">{words.sentence()}</p> }).collect_view();
    view! {
        <div class="confinement" data-testid="confinement" data-role=row.role.as_str() data-state=kind>
            <span class=format!("confinement-mark {kind}")><Icon of=icon size=20/></span>
            <div><p><strong>{name(row.role)}</strong></p><p class="muted">{says}</p>{lacking}</div>
        </div>
    }
    .into_any()
}

fn name(role: Role) -> &'static str {
    match role {
        Role::Decode => "Opening files",
        Role::Ocr => "Reading words on pictures",
        Role::Speech => "Listening to recordings",
        Role::Embed => "Taking in the meaning",
    }
}

/// `No new rights · no files of its own (Landlock 4) · no network, no programs · limits on memory`
fn holds(found: &Confinement) -> String {
    let landlock = format!("opens no files (Landlock {})", found.landlock);
    let parts = [
        (found.landlock > 0, landlock.as_str()),
        (found.seccomp, "no network, no other programs"),
        (found.no_new_privileges, "gains no rights"),
        (found.limits, "limits on memory, file size and time"),
    ];
    let held: Vec<_> = parts.into_iter().filter(|(holds, _)| *holds).map(|(_, says)| says).collect();
    if held.is_empty() { "Nothing but watching its time and memory.".to_owned() } else { crate::parts::words::capital(&held.join(" · ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_is_said_and_what_does_not_is_not() {
        let whole = Confinement { no_new_privileges: true, landlock: 4, seccomp: true, limits: true, lacking: vec![] };
        assert_eq!(
            holds(&whole),
            "Opens no files (Landlock 4) · no network, no other programs · gains no rights · limits on memory, file size and time"
        );
        assert_eq!(holds(&Confinement { landlock: 0, limits: false, ..whole }), "No network, no other programs · gains no rights");
        assert_eq!(holds(&Confinement::default()), "Nothing but watching its time and memory.");
    }
}
