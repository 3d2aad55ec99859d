//! Activity: what is being read now, and what went wrong as sentences with a way on.

use crate::parts::icon::Icon;
use crate::parts::name::FileName;
use crate::parts::{states, words};
use crate::store::activity::FAILURES;
use crate::store::{Store, store};
use leptos::prelude::*;
use leptos::task::spawn_local;
use winnow_contract::command::{GetAsset, ShowFile};
use winnow_contract::id::AssetId;
use winnow_contract::job::{Activity as Work, FailureRow, Lane, LaneRow};

#[component]
pub fn Activity() -> impl IntoView {
    let store = store();
    store.activity.shown.set(true);
    store.activity.refresh();
    store.refresh_status();
    on_cleanup(move || store.activity.shown.set(false));
    let refused = move || store.activity.refused.get().map(|error| states::problem(&error, move || store.activity.refused.set(None)));
    let body =
        move || states::whole(store.activity.activity.get(), "Looking", move || store.activity.refresh(), move |work| draw(store, &work));
    view! { <section class="column-screen" aria-label="Activity"><div class="column">{refused}{body}</div></section> }
}

fn draw(store: Store, work: &Work) -> AnyView {
    let lag = store.status.with(|status| status.here().map_or(0, |status| status.index_lag));
    let busy = lag > 0 || work.lanes.iter().any(|lane| lane.queued > 0 || !lane.running.is_empty());
    let paused = store.status.with(|status| status.here().is_some_and(|status| status.paused));
    let (glyph, says) = if paused { (icondata_lu::LuPlay, "Go on") } else { (icondata_lu::LuPause, "Pause") };
    let pause = (busy || paused).then(|| view! { <button class="button small" data-testid="activity-pause" on:click=move |_| store.set_paused(!paused)><Icon of=glyph/>{says}<kbd>"Ctrl ."</kbd></button> });
    let lanes = if busy {
        view! { <ul class="lanes">{work.lanes.iter().map(|row| lane(row, lag)).collect_view()}</ul> }.into_any()
    } else {
        view! { <p class="calm muted"><Icon of=icondata_lu::LuCircleCheck/>"Everything is read. New files are taken up when they appear."</p> }.into_any()
    };
    view! { <h1>"Activity"</h1><section aria-label="Now"><div class="section-head"><h2 class="section-heading">"Now"</h2><span class="muted">{paused.then_some("Paused. What is under way is finished.")}</span>{pause}</div>{lanes}</section>{failures(store, work)} }
        .into_any()
}

/// One lane. The index has no jobs of its own: what it has to do is what lies in its outbox.
fn lane(lane: &LaneRow, lag: u32) -> impl IntoView + use<> {
    let index = lane.lane == Lane::Index;
    let queued = if index { lag } else { lane.queued };
    let idle = lane.running.is_empty() && !(index && lag > 0);
    let left = match queued {
        0 => String::new(),
        n if index => format!("{} to go", words::number(n)),
        n => format!("{} left", words::number(n)),
    };
    let rate = if lane.per_second > 0.0 { words::rate(lane.per_second) } else { String::new() };
    let running = match lane.running.first() {
        Some(name) => {
            let others = lane.running.len().saturating_sub(1);
            let others = (others > 0)
                .then(|| view! { <span class="muted nowrap" title=lane.running.join("\n")>{format!("and {others} more")}</span> });
            view! { <FileName name=name.clone()/>{others} }.into_any()
        }
        None if index && lag > 0 => view! { <span class="muted">{words::counted(lag, "passage")}</span> }.into_any(),
        None => view! { <span class="muted">{if queued > 0 { "about to go on" } else { "nothing to do" }}</span> }.into_any(),
    };
    view! {
        <li class="lane" class:idle=idle data-testid="lane-row" data-lane=lane.lane.as_str()>
            <span class="lane-name"><span class="pulse" aria-hidden="true"></span>{words::lane(lane.lane)}</span>
            <span class="lane-now">{running}</span><span class="lane-rate muted tabular">{rate}</span><span class="lane-left muted tabular">{left}</span>
        </li>
    }
}

fn failures(store: Store, work: &Work) -> AnyView {
    if work.failures.is_empty() {
        return view! { <section aria-label="Problems"><h2 class="section-heading">"Problems"</h2><p class="calm muted" data-testid="empty"><Icon of=icondata_lu::LuCircleCheck/>"None. Every file could be read."</p></section> }.into_any();
    }
    let rows = work.failures.iter().map(|failure| row(store, failure)).collect_view();
    let says = if work.failed == 1 {
        "One file could not be read to the end.".to_owned()
    } else {
        format!("{} steps did not come to their end. What was read before is kept.", words::number(work.failed))
    };
    view! {
        <section aria-label="Problems">
            <div class="section-head"><h2 class="section-heading">"Problems"</h2><span class="muted">{says}</span>
                <button class="button" data-testid="retry-all" on:click=move |_| store.activity.retry(None)><Icon of=icondata_lu::LuRotateCw/>"Try all again"</button>
            </div>
            <ul class="failures">{rows}</ul>{pages(store, work.failed)}
        </section>
    }
    .into_any()
}

fn row(store: Store, failure: &FailureRow) -> impl IntoView + use<> {
    let job = failure.job.clone();
    let name = failure.name.clone();
    let shown = if name.is_empty() { words::job(failure.kind).to_owned() } else { name };
    let show = failure.asset.clone().map(|asset| {
        let open = asset.clone();
        view! {
            <button class="button small" data-testid="failure-show" on:click=move |_| show_file(store, asset.clone())><Icon of=icondata_lu::LuFolderOpen/>"Show file"</button>
            <button class="button small" data-testid="failure-open" on:click=move |_| store.open(open.clone(), None)>"Details"</button>
        }
    });
    view! {
        <li class="failure" data-testid="failure-row" data-job=failure.job.to_string()>
            <Icon of=icondata_lu::LuTriangleAlert/>
            <div class="failure-words">
                <p class="failure-name"><FileName name=shown/></p>
                <p data-testid="failure-reason">{failure.reason.sentence()}</p>
                <p class="muted tabular">{words::job(failure.kind)}" · "{words::moment(failure.at)}</p>
            </div>
            <div class="failure-acts"><button class="button small" data-testid="failure-retry" on:click=move |_| store.activity.retry(Some(job.clone()))><Icon of=icondata_lu::LuRotateCw/>"Try again"</button>{show}</div>
        </li>
    }
}

fn pages(store: Store, failed: u32) -> AnyView {
    let offset = store.activity.offset.get_untracked();
    if failed <= FAILURES {
        return ().into_any();
    }
    let says = format!("{} to {} of {}", words::number(offset + 1), words::number((offset + FAILURES).min(failed)), words::number(failed));
    view! {
        <div class="pager"><span class="muted tabular">{says}</span>
            <button class="button small" disabled=offset == 0 on:click=move |_| store.activity.turn(offset.saturating_sub(FAILURES))>"Newer"</button>
            <button class="button small" disabled=offset + FAILURES >= failed on:click=move |_| store.activity.turn(offset + FAILURES)>"Older"</button>
        </div>
    }
    .into_any()
}

/// Shows the first place of a file that is still there in the system's file manager.
fn show_file(store: Store, asset: AssetId) {
    spawn_local(async move {
        match crate::ipc::ask(GetAsset { asset }).await {
            Ok(detail) => match detail.locations.into_iter().find(|place| !place.missing) {
                Some(place) => store.act(ShowFile { location: place.id }),
                None => store.notice.set(Some(winnow_contract::ApiError::new(&winnow_contract::Words::new("no_location")))),
            },
            Err(error) => store.notice.set(Some(error)),
        }
    });
}
