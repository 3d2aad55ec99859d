//! `winnow ingest`: adds paths, waits until nothing is left to do, and lists what became of each file.
//!
//! Reads no file itself; Ctrl-C stops, and what was finished is kept.

use super::failure::{Failure, INCOMPLETE};
use super::lines::Ingested;
use super::output::Output;
use super::{table, words};
use crate::library::Library;
use crate::{logging, signals};
use clap::Args;
use serde::Serialize;
use std::collections::HashSet;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use winnow_contract::Words;
use winnow_contract::asset::AssetState;
use winnow_contract::command::{GetActivity, GetStatus};
use winnow_contract::job::JobKind;
use winnow_contract::status::Progress;
use winnow_engine::{Engine, EngineError};

/// Between two looks at the queue.
const LOOK: Duration = Duration::from_millis(15);
/// Between two lines of progress.
const SECOND: Duration = Duration::from_secs(1);

#[derive(Debug, Args)]
pub struct Ingest {
    /// Files and folders; a folder is read with everything below it
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Only queue the work
    #[arg(long)]
    no_wait: bool,
}

#[derive(Debug, Serialize)]
struct LastLine {
    summary: Summary,
}

/// What became of the files at or below the paths.
#[derive(Debug, Default, Serialize)]
struct Summary {
    assets: usize,
    ready: usize,
    failed: usize,
    /// Locations beyond the first of each asset.
    duplicates: usize,
    seconds: f64,
    /// Scans that wait, when nobody waits for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    queued: Option<u32>,
}

pub fn run(library: &Library, ask: Ingest, out: &mut Output) -> Result<ExitCode, Failure> {
    let began = Instant::now();
    let engine = library.write()?;
    logging::start(library.folder(), true);
    if ask.no_wait {
        return queue(&engine, &ask.paths, began, out);
    }
    library.workers.ready()?;
    engine.add_paths(&ask.paths)?;
    let finished = settle(&engine, out)?;
    let lines = below(&engine, &ask.paths)?;
    print(&lines, began, out)?;
    if !finished {
        out.say(words::error("cancelled"));
    }
    let listed = say_unlisted(&engine, out)?;
    let complete = finished && listed && lines.iter().all(|line| line.state != AssetState::Failed);
    Ok(if complete { ExitCode::SUCCESS } else { ExitCode::from(INCOMPLETE) })
}

/// Says which folders could not be listed; true when all could.
fn say_unlisted(engine: &Engine, out: &mut Output) -> Result<bool, Failure> {
    let away = engine.ask(GetStatus {})?.folders.into_iter().filter(|folder| folder.unavailable);
    let away: Vec<_> = away.map(|folder| format!("{}: {}", folder.path, Words::new("folder_unavailable").sentence())).collect();
    let failures = engine.ask(GetActivity { offset: 0, limit: 200 })?.failures.into_iter();
    let closed: Vec<_> = failures.filter(|failure| failure.kind == JobKind::Scan).map(|failure| failure.reason.sentence()).collect();
    away.iter().chain(&closed).for_each(|sentence| out.say(sentence));
    Ok(away.is_empty() && closed.is_empty())
}

fn queue(engine: &Engine, paths: &[PathBuf], began: Instant, out: &mut Output) -> Result<ExitCode, Failure> {
    let queued = engine.add_paths(paths)?.scans;
    let summary = Summary { seconds: seconds(began), queued: Some(queued), ..Summary::default() };
    out.answer(&LastLine { summary }, |_| format!("{} to read, later.", table::counted(queued as usize, "path")))?;
    Ok(ExitCode::SUCCESS)
}

/// Runs the lanes until nothing is left to do; false when it was stopped before.
pub fn settle(engine: &Arc<Engine>, out: &mut Output) -> Result<bool, Failure> {
    let stopped = Arc::new(AtomicBool::new(false));
    let (flag, stopping) = (Arc::clone(&stopped), Arc::clone(engine));
    let heard = signals::on_stop(move || {
        flag.store(true, Ordering::SeqCst);
        stopping.stop();
    });
    if let Err(error) = heard {
        tracing::warn!("signals are not heard: {error}");
    }
    let running = engine.start()?;
    let mut said = Instant::now();
    let finished = loop {
        if stopped.load(Ordering::SeqCst) {
            break false;
        }
        if engine.is_settled()? {
            break true;
        }
        if said.elapsed() >= SECOND {
            said = Instant::now();
            report(engine, out)?;
        }
        std::thread::sleep(LOOK);
    };
    drop(running);
    Ok(finished)
}

/// Says how far the work is, if there is any.
pub fn report(engine: &Engine, out: &mut Output) -> Result<(), Failure> {
    if let Some(progress) = engine.ask(GetStatus {})?.progress {
        out.progress(sentence(&progress));
    }
    Ok(())
}

/// `120 of 400 files, 35.0 a second, about 8 s left`
fn sentence(progress: &Progress) -> String {
    let left = progress.seconds_left.map(|seconds| format!(", about {seconds} s left")).unwrap_or_default();
    format!("{} of {} files, {:.1} a second{left}", progress.done, progress.total, progress.per_second)
}

/// Every asset at or below the paths, once.
fn below(engine: &Engine, paths: &[PathBuf]) -> Result<Vec<Ingested>, EngineError> {
    let mut seen = HashSet::new();
    let mut lines = Vec::new();
    for path in paths {
        for asset in engine.assets_below(path)? {
            if seen.insert(asset.clone()) {
                lines.push(engine.brief(&asset)?.into());
            }
        }
    }
    Ok(lines)
}

fn print(lines: &[Ingested], began: Instant, out: &mut Output) -> Result<(), Failure> {
    let summary = summary(lines, seconds(began));
    if out.json() {
        lines.iter().try_for_each(|line| out.line(line))?;
        return out.line(&LastLine { summary });
    }
    for line in lines.iter().filter(|line| line.state == AssetState::Failed) {
        let why = line.failure.as_ref().map(|said| said.message.as_str()).unwrap_or_default();
        out.say(format_args!("{}: {why}", line.paths.first().map_or("", String::as_str)));
    }
    out.text(in_words(&summary, lines))
}

fn summary(lines: &[Ingested], seconds: f64) -> Summary {
    let count = |state| lines.iter().filter(|line| line.state == state).count();
    Summary {
        assets: lines.len(),
        ready: count(AssetState::Ready),
        failed: count(AssetState::Failed),
        duplicates: lines.iter().map(|line| line.paths.len().saturating_sub(1)).sum(),
        seconds,
        queued: None,
    }
}

/// `9 assets: 7 ready, 2 failed. 1 duplicate. 0.8 s.`
fn in_words(summary: &Summary, lines: &[Ingested]) -> String {
    let states = AssetState::ALL.iter().map(|state| (state, lines.iter().filter(|line| line.state == *state).count()));
    let states: Vec<_> = states.filter(|(_, count)| *count > 0).map(|(state, count)| format!("{count} {state}")).collect();
    let parted = if states.is_empty() { "" } else { ": " };
    let assets = table::counted(summary.assets, "asset");
    format!("{assets}{parted}{}. {}. {:.1} s.", states.join(", "), table::counted(summary.duplicates, "duplicate"), summary.seconds)
}

fn seconds(began: Instant) -> f64 {
    (began.elapsed().as_secs_f64() * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use winnow_contract::asset::MediaKind;

    fn line(state: AssetState, paths: &[&str]) -> Ingested {
        Ingested {
            asset: "1".into(),
            hash: None,
            paths: paths.iter().map(ToString::to_string).collect(),
            kind: MediaKind::Text,
            media_type: "text/plain".into(),
            bytes: 1,
            state,
            failure: None,
            notes: Vec::new(),
        }
    }

    #[test]
    fn a_summary_counts_assets_once_and_their_copies_apart() {
        let lines = [line(AssetState::Ready, &["a", "b", "c"]), line(AssetState::Failed, &["d"]), line(AssetState::Missing, &[])];
        let summary = summary(&lines, 1.25);
        assert_eq!((summary.assets, summary.ready, summary.failed, summary.duplicates), (3, 1, 1, 2));
        assert_eq!(in_words(&summary, &lines), "3 assets: 1 ready, 1 missing, 1 failed. 2 duplicates. 1.2 s.");
    }

    #[test]
    fn progress_is_one_sentence() {
        let progress = Progress { done: 3, total: 9, per_second: 1.5, seconds_left: Some(4) };
        assert_eq!(sentence(&progress), "3 of 9 files, 1.5 a second, about 4 s left");
    }
}
