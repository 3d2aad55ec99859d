//! `winnow watch`: which folders are watched, and following them in the foreground.
//!
//! Holds no rules about files: the engine follows, scans and reads.

use super::failure::Failure;
use super::lines::Ingested;
use super::output::Output;
use super::table::{Left, Right, Table, counted};
use super::{ingest, trail, words};
use crate::library::Library;
use crate::{logging, signals};
use clap::Subcommand;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use winnow_contract::asset::AssetState;
use winnow_contract::command::GetStatus;
use winnow_contract::id::{AssetId, FolderId};
use winnow_contract::status::{FolderRow, WatchState};
use winnow_contract::{ApiError, Event, Words};
use winnow_engine::{Engine, EngineError, paths};

/// Between two lines of progress, and two looks at what is finished.
const SECOND: Duration = Duration::from_secs(1);
/// An asset that nothing happened to for this time is finished.
const QUIET: Duration = Duration::from_secs(2);

#[derive(Debug, Subcommand)]
pub enum Watch {
    /// Watch a folder from now on; it is read when `watch run` or the window runs
    Add {
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// The watched folders
    List,
    /// Watch a folder no more; what was read stays
    Remove {
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Follow the watched folders until stopped
    Run,
}

#[derive(Debug, Serialize)]
struct Line {
    folder: String,
    since: Option<String>,
    assets: u32,
    last_scan: Option<String>,
    state: WatchState,
}

impl From<FolderRow> for Line {
    fn from(row: FolderRow) -> Self {
        let moment = |at: Option<String>| at.and_then(|at| at.parse().ok()).map(trail::moment);
        Self { folder: row.path, since: moment(row.since), assets: row.assets, last_scan: moment(row.last_scan), state: row.watch }
    }
}

pub fn run(library: &Library, ask: Watch, out: &mut Output) -> Result<ExitCode, Failure> {
    match ask {
        Watch::Add { folder } => add(library, &folder, out)?,
        Watch::List => list(library, out)?,
        Watch::Remove { folder } => remove(library, &folder, out)?,
        Watch::Run => follow(library, out)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn add(library: &Library, folder: &Path, out: &mut Output) -> Result<(), Failure> {
    if !folder.exists() {
        return Err(words::no_such_path(folder).into());
    }
    if !folder.is_dir() {
        let refused = Words::new("path_unusable").with("path", shown(folder)).with("why", "only a folder can be watched");
        return Err(ApiError::new(&refused).into());
    }
    let engine = library.write()?;
    let added = engine.add_watched(&[folder.to_owned()])?;
    one(&engine, &added[0], out)
}

fn remove(library: &Library, folder: &Path, out: &mut Output) -> Result<(), Failure> {
    let engine = library.write()?;
    let found = engine.folder_at(folder)?.map(|id| row(&engine, &id)).transpose()?.flatten().filter(|row| row.since.is_some());
    let Some(row) = found else { return Err(ApiError::new(&Words::new("not_watched").with("folder", shown(folder))).into()) };
    engine.set_watched(&row.id, false)?;
    one(&engine, &row.id, out)
}

fn list(library: &Library, out: &mut Output) -> Result<(), Failure> {
    let rows = library.read()?.ask(GetStatus {})?.folders;
    let lines: Vec<_> = rows.into_iter().filter(|row| row.since.is_some()).map(Line::from).collect();
    let table = Table::new([Left("folder"), Left("state"), Right("assets"), Left("since"), Left("last scan")]);
    out.answers(&lines, table, |line| {
        let (since, scan) = (line.since.clone().unwrap_or_default(), line.last_scan.clone().unwrap_or_default());
        [line.folder.clone(), in_words(line.state).to_owned(), line.assets.to_string(), since, scan]
    })
}

/// How a folder is followed, as a person says it.
fn in_words(state: WatchState) -> &'static str {
    match state {
        WatchState::Off => "not followed",
        WatchState::Following => "followed",
        WatchState::Polled => "looked through again and again",
        WatchState::Unreachable => "cannot be reached",
        WatchState::Waiting => "waits for the window or watch run",
    }
}

fn one(engine: &Engine, id: &FolderId, out: &mut Output) -> Result<(), Failure> {
    let row = row(engine, id)?.ok_or_else(|| EngineError::not_found(id.as_str()))?;
    out.answer(&Line::from(row), |line| match line.since {
        Some(_) => format!("{} is watched.", line.folder),
        None => format!("{} is watched no more; what was read of it stays.", line.folder),
    })
}

fn row(engine: &Engine, id: &FolderId) -> Result<Option<FolderRow>, ApiError> {
    Ok(engine.ask(GetStatus {})?.folders.into_iter().find(|row| row.id == *id))
}

fn shown(path: &Path) -> String {
    paths::display(&paths::to_bytes(path))
}

/// Follows until the wish to stop; on standard output a line for each asset that is finished, for a machine only.
fn follow(library: &Library, out: &mut Output) -> Result<(), Failure> {
    let engine = library.write()?;
    logging::start(library.folder(), true);
    library.workers.ready()?;
    let (stop, stopped) = mpsc::channel();
    signals::on_stop(move || {
        // Whoever does not listen any more has stopped already.
        let _sent = stop.send(());
    })?;
    let changed = Changed::default();
    if out.json() {
        changed.listen(&engine);
    }
    let running = engine.start_watching()?;
    let folders = engine.ask(GetStatus {})?.folders.into_iter().filter(|row| row.since.is_some()).count();
    out.say(format_args!("Following {}; Ctrl-C ends it.", counted(folders, "folder")));
    let ended = attend(&engine, &changed, &stopped, out);
    drop(running);
    ended
}

fn attend(engine: &Engine, changed: &Changed, stopped: &Receiver<()>, out: &mut Output) -> Result<(), Failure> {
    while stopped.recv_timeout(SECOND) == Err(RecvTimeoutError::Timeout) {
        ingest::report(engine, out)?;
        if out.json() {
            print(engine, changed, out)?;
        }
    }
    Ok(())
}

fn print(engine: &Engine, changed: &Changed, out: &mut Output) -> Result<(), Failure> {
    for asset in changed.quiet(Instant::now()) {
        // One that stood for a file which could not be read is gone once it can.
        let Ok(brief) = engine.brief(&asset) else { continue };
        if brief.row.state == AssetState::Pending {
            changed.note(asset);
        } else {
            out.line(&Ingested::from(brief))?;
        }
    }
    out.flush()
}

/// Assets that something happened to, and when.
#[derive(Clone, Default)]
struct Changed(Arc<Mutex<BTreeMap<AssetId, Instant>>>);

impl Changed {
    fn listen(&self, engine: &Engine) {
        let into = self.clone();
        engine.listen(move |event| {
            if let Event::AssetsChanged { assets, .. } = event {
                assets.into_iter().for_each(|asset| into.note(asset));
            }
        });
    }

    fn note(&self, asset: AssetId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(asset, Instant::now());
    }

    /// Hands out those to which nothing happened for a while.
    fn quiet(&self, now: Instant) -> Vec<AssetId> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let quiet: Vec<_> =
            all.iter().filter(|(_, at)| now.saturating_duration_since(**at) >= QUIET).map(|(asset, _)| asset.clone()).collect();
        for asset in &quiet {
            all.remove(asset);
        }
        quiet
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_asset_is_quiet_when_nothing_happened_to_it_for_a_while() {
        let changed = Changed::default();
        changed.note("a".into());
        assert_eq!(changed.quiet(Instant::now()), []);
        assert_eq!(changed.quiet(Instant::now() + QUIET), [AssetId::from("a")]);
        assert_eq!(changed.quiet(Instant::now() + QUIET), [], "once");
    }

    #[test]
    fn times_are_shown_as_every_command_shows_them() {
        let row = FolderRow {
            id: "1".into(),
            name: "b".into(),
            path: "/a/b".into(),
            assets: 3,
            last_scan: None,
            unavailable: false,
            watch: WatchState::Waiting,
            since: Some("1700000000000".into()),
        };
        let line = serde_json::to_value(Line::from(row)).expect("JSON");
        let expected =
            serde_json::json!({"folder":"/a/b","since":"2023-11-14T22:13:20.000Z","assets":3,"last_scan":null,"state":"waiting"});
        assert_eq!(line, expected);
    }
}
