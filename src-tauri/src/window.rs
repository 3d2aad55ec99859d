//! The window: opens the library for writing, shows the front end, and stops the engine when the window is closed.
//!
//! Draws nothing. Starts no second window: a library has one writer.

mod batches;
mod drops;
mod screen;
mod size;

pub use batches::Batches;

use crate::library::Library;
use crate::workers::LazyWorkers;
use crate::{commands, events, logging, media, places, signals};
use size::{LEAST, Size};
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use tauri::webview::PageLoadEvent;
use tauri::window::Color;
use tauri::{AppHandle, Context, Manager, Theme, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder};
use tauri_plugin_dialog::{DialogExt, MessageDialogKind};
use winnow_contract::{ApiError, Words};
use winnow_engine::settings::{self, Settings};
use winnow_engine::{Engine, Running};

/// The one window; `capabilities/main.json` is about it.
pub const LABEL: &str = "main";
const TITLE: &str = "Winnow";
/// Exit code when the library cannot be used.
const UNUSABLE: i32 = 3;
/// The ground of the front end in each theme, so that nothing flashes.
const LIGHT: Color = Color(0xFA, 0xF8, 0xF4, 0xFF);
const DARK: Color = Color(0x17, 0x16, 0x14, 0xFF);

/// Runs the window until it is closed.
pub fn open(library: Option<&Path>, models: Option<&Path>) -> ExitCode {
    if let Err(error) = screen::prepare() {
        eprintln!("{error}");
        return ExitCode::from(3);
    }
    let lanes = Lanes::default();
    let code = run(opened(library, models), Arc::clone(&lanes));
    // Waits until what is under way has ended.
    drop(lanes.lock().unwrap_or_else(PoisonError::into_inner).take());
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}

/// The lanes at work, once the window stands.
type Lanes = Arc<Mutex<Option<Running>>>;

/// The library and its workers, at rest.
fn opened(library: Option<&Path>, models: Option<&Path>) -> Result<(Arc<Engine>, Arc<LazyWorkers>), ApiError> {
    let library = Library::at(places::library(library)?, places::models(models));
    let engine = library.write()?;
    logging::start(library.folder(), false);
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "the window opens");
    Ok((engine, library.workers))
}

/// Starts the lanes, and the workers too, so that the first screen does not wait until they have said their versions. Not
/// before the window stands: a process that is started while the desktop's libraries start theirs could inherit their pipes.
fn start(engine: &Arc<Engine>, workers: Arc<LazyWorkers>, lanes: &Lanes) -> Result<(), ApiError> {
    std::thread::spawn(move || workers.ready().map(drop));
    let running = engine.start_watching().map_err(ApiError::from)?;
    *lanes.lock().unwrap_or_else(PoisonError::into_inner) = Some(running);
    Ok(())
}

fn run(library: Result<(Arc<Engine>, Arc<LazyWorkers>), ApiError>, lanes: Lanes) -> i32 {
    let builder = media::register(tauri::Builder::default())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_notification::init())
        .invoke_handler(tauri::generate_handler![commands::ask])
        .setup(move |app| {
            begin(app.handle(), library, &lanes);
            Ok(())
        });
    match builder.build(context()) {
        Ok(app) => app.run_return(|_, _| {}),
        Err(error) => {
            eprintln!("{}", cannot_show(&error));
            UNUSABLE
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "what the macro writes is Tauri's")]
fn context() -> Context {
    tauri::generate_context!()
}

fn begin(app: &AppHandle, library: Result<(Arc<Engine>, Arc<LazyWorkers>), ApiError>, lanes: &Lanes) {
    let begun = library.and_then(|(engine, workers)| {
        show(app, Arc::clone(&engine))?;
        start(&engine, workers, lanes)
    });
    if let Err(error) = begun {
        refuse(app, &error);
    }
}

fn show(app: &AppHandle, engine: Arc<Engine>) -> Result<(), ApiError> {
    let settings = engine.settings();
    app.manage(Arc::clone(&engine));
    events::forward(&engine, app.clone()).map_err(|error| cannot_show(&error))?;
    let window = create(app, &settings, Size::last(engine.library())).map_err(|error| cannot_show(&error))?;
    size::remember(&window, engine.library());
    drops::accept(&window, engine);
    let handle = app.clone();
    if let Err(error) = signals::on_stop(move || handle.exit(0)) {
        tracing::warn!("signals are not heard: {error}");
    }
    Ok(())
}

fn cannot_show(error: &dyn std::fmt::Display) -> ApiError {
    ApiError::new(&Words::new("no_window").with("why", error))
}

/// Says why there is no window, then ends the program.
fn refuse(app: &AppHandle, error: &ApiError) {
    eprintln!("{error}");
    let text = [Some(error.message.clone()), error.hint.clone()].into_iter().flatten().collect::<Vec<_>>().join("\n\n");
    let handle = app.clone();
    app.dialog().message(text).title(TITLE).kind(MessageDialogKind::Error).show(move |_| handle.exit(UNUSABLE));
}

/// A window that shows itself when its page is there.
fn create(app: &AppHandle, settings: &Settings, size: Size) -> tauri::Result<WebviewWindow> {
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("index.html".into()))
        .title(TITLE)
        .inner_size(size.width, size.height)
        .min_inner_size(LEAST.0, LEAST.1)
        .maximized(size.maximized)
        .theme(theme(settings))
        .visible(false)
        .on_navigation(is_ours)
        .on_page_load(|window, load| {
            if load.event() == PageLoadEvent::Finished {
                drop(window.show().and_then(|()| window.set_focus()));
            }
        })
        .build()?;
    ground(&window)?;
    Ok(window)
}

/// Only the program's own pages; a dropped file or a link must not take the window away.
fn is_ours(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" | "https" => url.host_str() == Some("tauri.localhost"),
        "about" => url.path() == "blank",
        _ => false,
    }
}

fn theme(settings: &Settings) -> Option<Theme> {
    match settings.window.theme {
        settings::Theme::System => None,
        settings::Theme::Light => Some(Theme::Light),
        settings::Theme::Dark => Some(Theme::Dark),
    }
}

/// Paints what shows before the page does.
fn ground(window: &WebviewWindow) -> tauri::Result<()> {
    let dark = window.theme()? == Theme::Dark;
    window.set_background_color(Some(if dark { DARK } else { LIGHT }))
}

/// Applies settings that the window itself shows.
pub fn follow_settings(app: &AppHandle, settings: &Settings) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    if let Err(error) = window.set_theme(theme(settings)).and_then(|()| ground(&window)) {
        tracing::warn!("the window did not take the theme: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_stays_where_it_is() {
        let check = |url: &str, expected| assert_eq!(is_ours(&url.parse().expect("a URL")), expected, "{url}");
        check("tauri://localhost/index.html", true);
        check("http://tauri.localhost/", true);
        check("about:blank", true);
        check("file:///home/someone/letter.html", false);
        check("https://example.org/", false);
        check("rendition://localhost/1", false);
        check("data:text/html,x", false);
    }
}
