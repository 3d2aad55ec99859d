//! The models: what each is for, whether it is here, where it comes from; and what meaning is computed on.

use crate::parts::icon::Icon;
use crate::parts::{states, words};
use crate::store::models::Doing;
use crate::store::{Store, store};
use leptos::prelude::*;
use winnow_contract::ApiError;
use winnow_contract::model::{ModelCardRow, ModelState, ModelTask, ModelsView, ProviderRow};

#[component]
pub fn Models() -> impl IntoView {
    let store = store();
    let doing = store.models.doing;
    let idle = move || doing.with(Option::is_none);
    let body = move || {
        states::whole(store.models.view.get(), "Looking for models", move || store.models.refresh(), move |view| draw(store, &view))
    };
    let says = move || match doing.get() {
        Some(Doing::Checking) => Some("Comparing every file with its card…".to_owned()),
        Some(Doing::TakingIn) => Some("Taking in…".to_owned()),
        Some(Doing::Fetching(card)) => Some(format!("Downloading {card}…")),
        None => store.models.checked.get().then(|| store.models.view.with(|view| checked(view.here().map_or(&[], |view| &view.rows)))),
    };
    let refused = move || {
        let failed = store.models.refused.get().filter(|(doing, _)| !matches!(doing, Doing::Fetching(_)));
        failed.map(|(_, error)| view! { <p class="setting-refused" role="alert" data-testid="models-refused">{error.to_string()}</p> })
    };
    view! {
        <section class="setting-group" aria-label="Models" data-testid="settings-models">
            <div class="section-head"><h2 class="section-heading">"Models"</h2><span class="muted" role="status">{says}</span>
                <button class="button small" data-testid="models-verify" disabled=move || !idle() on:click=move |_| store.models.verify()><Icon of=icondata_lu::LuBadgeCheck/>"Check"</button>
                <button class="button small" data-testid="models-import" disabled=move || !idle() on:click=move |_| store.models.import()><Icon of=icondata_lu::LuFolderInput/>"Take in a folder…"</button>
            </div>
            {refused}{body}
        </section>
    }
}

fn draw(store: Store, view: &ModelsView) -> AnyView {
    let provider = view.provider.as_ref().map(provider);
    let missing = without(view);
    let missing = (!missing.is_empty()).then(|| {
        let lines = missing.into_iter().map(|line| view! { <p>{line}</p> }).collect_view();
        view! { <div class="missing-models" role="note" data-testid="models-missing"><Icon of=icondata_lu::LuInfo size=20/><div>{lines}<p class="muted">{way_to_them(view)}</p></div></div> }
    });
    let rows = view.rows.iter().map(|row| model(store, row)).collect_view();
    view! { {missing}{provider}<div class="models">{rows}</div><p class="muted setting-default">"Kept in "<span class="mono breakable">{view.folder.clone()}</span></p> }.into_any()
}

/// What a check has found.
fn checked(rows: &[ModelCardRow]) -> String {
    match rows.iter().filter(|row| row.state == ModelState::Damaged).count() {
        0 => "Checked just now: every file is what its card says.".to_owned(),
        n => format!(
            "Checked just now: {} not what the card says.",
            if n == 1 { "one model is".to_owned() } else { format!("{n} models are") }
        ),
    }
}

/// What does not work, because there are models for it and none is ready. What is done without a model is not lacking.
fn without(view: &ModelsView) -> Vec<&'static str> {
    let tasks = [
        (
            ModelTask::Speech,
            "Without a model for speech, recordings are listed and can be played, but nobody writes down what is said in them.",
        ),
        (ModelTask::Embed, "Without a model for meaning, search finds words only, and no labels are suggested."),
        (ModelTask::Ocr, "Without a model for reading, words on pictures are not found."),
        (ModelTask::Decode, "Without the PDF library, PDF documents are listed and not read."),
        (ModelTask::Kind, "Without the model for formats, a text that does not say what it is counts as plain text."),
    ];
    tasks.into_iter().filter(|(task, _)| view.lacks(*task)).map(|(_, says)| says).collect()
}

/// How what is lacking can be had: not all of it can be downloaded.
fn way_to_them(view: &ModelsView) -> String {
    let offered: Vec<bool> = view.missing().map(|(_, offered)| offered).collect();
    let how = match (offered.contains(&true), offered.contains(&false)) {
        (true, false) => return "Everything else works. Download what is missing below, or take in a folder that holds it.".to_owned(),
        (true, true) => "Some of what is missing can be downloaded below. For the rest",
        (false, _) => "What is missing cannot be downloaded:",
    };
    format!(
        "Everything else works. {how} take in a folder that holds it, as the models folder of another computer does; or let set-up make it from its sources (cargo xtask setup)."
    )
}

/// Of a model that is not here and has no button of its own.
const NOT_FOR_DOWNLOAD: &str = "Not for download: from a folder, or by set-up.";

fn provider(row: &ProviderRow) -> AnyView {
    let place = match row.name.as_str() {
        "cpu" => "the processor".to_owned(),
        "cuda" | "webgpu" => "the graphics card".to_owned(),
        other => other.to_owned(),
    };
    let rate = if row.texts_per_second > 0.0 { format!(": {:.0} texts a second", row.texts_per_second) } else { String::new() };
    view! { <div class="provider" data-testid="provider"><Icon of=icondata_lu::LuCpu size=20/><div><p>{format!("Meaning is computed on {place}{rate}.")}</p><p class="muted">{row.why.sentence()}</p></div></div> }.into_any()
}

fn model(store: Store, row: &ModelCardRow) -> AnyView {
    let languages = match row.languages.as_slice() {
        [] => None,
        many if many.len() > 6 => Some(format!("{} languages", many.len())),
        some => Some(some.iter().map(|code| words::language(code)).collect::<Vec<_>>().join(", ")),
    };
    let known = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let facts = [(row.bytes > 0).then(|| words::size(row.bytes)), known(&row.licence), languages, known(&row.source)];
    let facts = facts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let card = row.card.clone();
    let fetch = (row.fetchable && row.state != ModelState::Ready).then(|| {
        view! { <button class="button small" data-testid="model-fetch" disabled=move || store.models.doing.with(Option::is_some) on:click=move |_| store.models.fetch(card.clone())><Icon of=icondata_lu::LuDownload/>"Download"</button> }
    });
    let elsewhere = (!row.fetchable && row.state != ModelState::Ready)
        .then(|| view! { <p class="muted" data-testid="model-elsewhere">{NOT_FOR_DOWNLOAD}</p> });
    let card = StoredValue::new(row.card.clone());
    let refused = move || {
        let failed =
            store.models.refused.get().filter(|(doing, _)| card.with_value(|card| matches!(doing, Doing::Fetching(of) if of == card)));
        failed.map(|(_, error)| view! { <p class="setting-refused" role="alert" data-testid="model-refused">{why_not(&error)}</p> })
    };
    let limits = known(&row.limits).map(|limits| view! { <p class="muted">{limits}</p> });
    view! {
        <div class="setting model" data-testid="model-row" data-card=row.card.clone() data-state=row.state.as_str()>
            <div class="setting-words">
                <p><strong>{row.name.clone()}</strong>" "<span class="muted">{task(row.task)}</span></p>
                {limits}
                <p class="muted setting-default" title=row.attribution.clone()><span class="mono">{row.card.clone()}</span>" · "{facts}</p>
                {elsewhere}{refused}
            </div>
            <div class="setting-control model-state">{state(row)}{fetch}</div>
        </div>
    }
    .into_any()
}

/// Why a download failed, as a person says it.
fn why_not(error: &ApiError) -> String {
    // As the system says that no connection came about: no name was found, no way, nobody answers.
    const UNREACHED: [&str; 6] = ["failed to lookup address", "dns", "unreachable", "refused", "timeout", "timed out"];
    let message = error.message.to_lowercase();
    if error.code == "download_failed" && UNREACHED.iter().any(|sign| message.contains(sign)) {
        return "This computer could not reach the address of the download. Nothing is lost: try again when there is a connection, \
                or take in a folder that holds the model."
            .to_owned();
    }
    error.to_string()
}

fn task(task: ModelTask) -> &'static str {
    match task {
        ModelTask::Embed => "finds by meaning",
        ModelTask::Speech => "writes down what is said",
        ModelTask::Voice => "finds where somebody speaks",
        ModelTask::Runtime => "runs models",
        ModelTask::Ocr => "reads words on pictures",
        ModelTask::Decode => "opens files",
        ModelTask::Kind => "tells formats apart",
    }
}

fn state(row: &ModelCardRow) -> AnyView {
    let (class, icon, says) = match row.state {
        ModelState::Ready if row.used => ("ready", icondata_lu::LuCheck, "in use"),
        ModelState::Ready => ("ready", icondata_lu::LuCheck, "ready"),
        ModelState::Missing => ("missing", icondata_lu::LuCircleDashed, "not here"),
        ModelState::Damaged => ("damaged", icondata_lu::LuTriangleAlert, "not what its card says; not used"),
    };
    view! { <span class=format!("model-mark {class}")><Icon of=icon/>{says}</span> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use winnow_contract::Words;

    #[test]
    fn a_download_without_a_connection_is_said_plainly() {
        let failed = |why: &str| why_not(&ApiError::new(&Words::new("download_failed").with("file", "model.onnx").with("why", why)));
        let plain = "This computer could not reach the address of the download.";
        assert!(failed("io: failed to lookup address information: Name or service not known").starts_with(plain));
        assert!(failed("Connection refused (os error 111)").starts_with(plain));
        assert!(failed("the server answered 404 Not Found").starts_with("model.onnx could not be downloaded: the server answered"));
    }

    #[test]
    fn what_does_not_work_is_said_plainly() {
        let row = |task, state| ModelCardRow {
            card: "c 1".into(),
            name: "c".into(),
            task,
            state,
            bytes: 0,
            licence: String::new(),
            attribution: String::new(),
            source: String::new(),
            languages: vec![],
            limits: String::new(),
            fetchable: false,
            used: true,
        };
        let view = |rows: &[ModelCardRow]| ModelsView { rows: rows.to_vec(), ..ModelsView::default() };
        let missing = view(&[row(ModelTask::Speech, ModelState::Missing), row(ModelTask::Embed, ModelState::Missing)]);
        assert_eq!(without(&missing).len(), 2);
        let rows = [
            row(ModelTask::Speech, ModelState::Ready),
            row(ModelTask::Embed, ModelState::Damaged),
            row(ModelTask::Voice, ModelState::Ready),
        ];
        assert_eq!(checked(&rows), "Checked just now: one model is not what the card says.");
        assert_eq!(checked(&rows[..1]), "Checked just now: every file is what its card says.");
        assert_eq!(without(&view(&rows)), ["Without a model for meaning, search finds words only, and no labels are suggested."]);
        let offered = |rows: &[bool]| {
            let tasks = [ModelTask::Speech, ModelTask::Embed];
            let rows =
                rows.iter().zip(tasks).map(|(fetchable, task)| ModelCardRow { fetchable: *fetchable, ..row(task, ModelState::Missing) });
            way_to_them(&view(&rows.collect::<Vec<_>>()))
        };
        assert!(offered(&[true, true]).contains("Download what is missing"));
        assert!(offered(&[true, false]).contains("Some of what is missing"));
        assert!(offered(&[false, false]).contains("cannot be downloaded"));
    }
}
