//! The one command of the window, `ask`: a request as JSON in, its view or an `ApiError` as JSON out.
//!
//! Answers itself only what needs a window or a desktop; everything else is the engine's.

use crate::{models, places, window};
use serde::Serialize;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use tauri::{AppHandle, Manager, State};
use tauri_plugin_dialog::{DialogExt, FilePath};
use winnow_contract::command::{Added, Chosen, Done, ImportModels};
use winnow_contract::id::LocationId;
use winnow_contract::{ApiError, Request, Words};
use winnow_engine::{Engine, EngineError};

type Answer = Result<Value, ApiError>;

/// Answers on a thread where it may block, so that the window never waits.
#[tauri::command]
pub async fn ask(request: String, app: AppHandle) -> Result<String, String> {
    let answer = tauri::async_runtime::spawn_blocking(move || answer(&app, &request)).await;
    let answer = answer.unwrap_or_else(|error| Err(ApiError::new(&Words::new("internal").with("why", error)).hint("hint_try_again")));
    answer.map(|view| view.to_string()).map_err(|error| json(&error).to_string())
}

fn answer(app: &AppHandle, request: &str) -> Answer {
    let request = serde_json::from_str(request).map_err(|error| ApiError::new(&Words::new("bad_request").with("why", error)))?;
    let engine: State<'_, Arc<Engine>> = app.state();
    match request {
        Request::Choose(ask) => added(&engine, &choose(app, ask.what)),
        Request::AddSample(_) => add_sample(app, &engine),
        Request::ShowFile(ask) => show_file(&engine, &ask.location),
        Request::ImportModels(ImportModels { folder: None }) => import_models(app, &engine),
        Request::FetchModels(ask) => fetch_models(&engine, &ask.cards),
        Request::ChangeSetting(ask) => {
            let view = engine.answer(Request::ChangeSetting(ask))?;
            window::follow_settings(app, &engine.settings());
            Ok(view)
        }
        other => engine.answer(other),
    }
}

fn json(view: &impl Serialize) -> Value {
    serde_json::to_value(view).expect("BUG: views are always JSON")
}

/// Queues what was chosen, and watches the folders; nothing was, when the person cancelled.
fn added(engine: &Engine, paths: &[PathBuf]) -> Answer {
    if paths.is_empty() {
        return Ok(json(&Added::default()));
    }
    let scans = engine.add_watched(paths)?.len();
    Ok(json(&Added { scans: u32::try_from(scans).unwrap_or(u32::MAX) }))
}

fn choose(app: &AppHandle, what: Chosen) -> Vec<PathBuf> {
    let dialog = app.dialog().file();
    let dialog = match app.get_webview_window(window::LABEL) {
        Some(window) => dialog.set_parent(&window),
        None => dialog,
    };
    let chosen = match what {
        Chosen::Files => dialog.blocking_pick_files(),
        Chosen::Folder => dialog.blocking_pick_folders(),
    };
    chosen.unwrap_or_default().into_iter().filter_map(|path: FilePath| path.into_path().ok()).collect()
}

/// Takes in the folder that the person chooses; without one everything stays as it is.
fn import_models(app: &AppHandle, engine: &Engine) -> Answer {
    match choose(app, Chosen::Folder).first() {
        Some(folder) => engine.answer(Request::ImportModels(ImportModels { folder: Some(folder.display().to_string()) })),
        None => Ok(json(&engine.models_view())),
    }
}

fn fetch_models(engine: &Engine, cards: &[String]) -> Answer {
    let fetched = models::fetch(engine.models(), cards, &mut |_| {});
    // Some may have arrived before another failed.
    engine.take_up_models()?;
    fetched.map(|_| json(&engine.models_view()))
}

fn add_sample(app: &AppHandle, engine: &Engine) -> Answer {
    let folder = places::sample(app.path().resource_dir().ok());
    let folder = folder.ok_or_else(|| ApiError::from(EngineError::refused("sample_missing")))?;
    Ok(json(&engine.add_paths(&[folder])?))
}

fn show_file(engine: &Engine, location: &LocationId) -> Answer {
    let path = engine.path_of(location)?;
    let spawned = file_manager(&path).spawn();
    let mut process = spawned.map_err(|error| ApiError::new(&Words::new("no_file_manager").with("why", error)))?;
    // Reaped when it ends; some stay as long as their window.
    std::thread::spawn(move || drop(process.wait()));
    Ok(json(&Done {}))
}

/// The system's file manager at the folder of a file.
fn file_manager(path: &Path) -> Command {
    let folder = path.parent().unwrap_or(path);
    let (program, arguments) = match std::env::consts::OS {
        "macos" => ("open", vec!["-R".into(), path.as_os_str().to_owned()]),
        "windows" => ("explorer", vec![folder.as_os_str().to_owned()]),
        _ => ("xdg-open", vec![folder.as_os_str().to_owned()]),
    };
    let mut command = Command::new(program);
    command.args(arguments);
    command
}
