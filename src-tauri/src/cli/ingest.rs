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
use std::collections::{HashMap, HashSet};
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
use winnow_engine::Engine;

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
    let tally = list(&engine, &ask.paths, out)?;
    sum_up(&tally, began, out)?;
    if !finished {
        out.say(words::error("cancelled"));
    }
    let listed = say_unlisted(&engine, out)?;
    let complete = finished && listed && tally.count(AssetState::Failed) == 0;
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
    if progress.total == 0 {
        return "looking for files".to_owned();
    }
    let left = progress.seconds_left.map(|seconds| format!(", about {seconds} s left")).unwrap_or_default();
    format!("{} of {} files, {:.1} a second{left}", progress.done, progress.total, progress.per_second)
}

/// What was listed, counted: of the files themselves nothing is kept.
#[derive(Debug, Default)]
struct Tally {
    states: HashMap<AssetState, usize>,
    duplicates: usize,
}

impl Tally {
    fn add(&mut self, line: &Ingested) {
        *self.states.entry(line.state).or_default() += 1;
        self.duplicates += line.paths.len().saturating_sub(1);
    }

    fn count(&self, state: AssetState) -> usize {
        self.states.get(&state).copied().unwrap_or_default()
    }

    fn summary(&self, seconds: f64) -> Summary {
        let (ready, failed) = (self.count(AssetState::Ready), self.count(AssetState::Failed));
        Summary { assets: self.states.values().sum(), ready, failed, duplicates: self.duplicates, seconds, queued: None }
    }

    /// `9 assets: 7 ready, 2 failed. 1 duplicate. 0.8 s.`
    fn in_words(&self, seconds: f64) -> String {
        let states = AssetState::ALL.iter().map(|state| (state, self.count(*state)));
        let states: Vec<_> = states.filter(|(_, count)| *count > 0).map(|(state, count)| format!("{count} {state}")).collect();
        let parted = if states.is_empty() { "" } else { ": " };
        let assets = table::counted(self.states.values().sum(), "asset");
        format!("{assets}{parted}{}. {}. {seconds:.1} s.", states.join(", "), table::counted(self.duplicates, "duplicate"))
    }
}

/// Lists every asset at or below the paths, once: all of them for a program, for a person those that failed.
fn list(engine: &Engine, paths: &[PathBuf], out: &mut Output) -> Result<Tally, Failure> {
    let (mut seen, mut tally) = (HashSet::new(), Tally::default());
    for path in paths {
        for asset in engine.assets_below(path)? {
            if seen.insert(asset.clone()) {
                let line = Ingested::from(engine.brief(&asset)?);
                tally.add(&line);
                tell(&line, out)?;
            }
        }
    }
    Ok(tally)
}

fn tell(line: &Ingested, out: &mut Output) -> Result<(), Failure> {
    if out.json() {
        return out.line(line);
    }
    if line.state == AssetState::Failed {
        let why = line.failure.as_ref().map(|said| said.message.as_str()).unwrap_or_default();
        out.say(format_args!("{}: {why}", line.paths.first().map_or("", String::as_str)));
    }
    Ok(())
}

fn sum_up(tally: &Tally, began: Instant, out: &mut Output) -> Result<(), Failure> {
    match out.json() {
        true => out.line(&LastLine { summary: tally.summary(seconds(began)) }),
        false => out.text(tally.in_words(seconds(began))),
    }
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
        let mut tally = Tally::default();
        let lines = [line(AssetState::Ready, &["a", "b", "c"]), line(AssetState::Failed, &["d"]), line(AssetState::Missing, &[])];
        lines.iter().for_each(|line| tally.add(line));
        let summary = tally.summary(1.25);
        assert_eq!((summary.assets, summary.ready, summary.failed, summary.duplicates), (3, 1, 1, 2));
        assert_eq!(tally.in_words(1.25), "3 assets: 1 ready, 1 missing, 1 failed. 2 duplicates. 1.2 s.");
    }

    #[test]
    fn progress_is_one_sentence() {
        let progress = Progress { done: 3, total: 9, per_second: 1.5, seconds_left: Some(4) };
        assert_eq!(sentence(&progress), "3 of 9 files, 1.5 a second, about 4 s left");
        let walking = Progress { done: 0, total: 0, per_second: 0.0, seconds_left: None };
        assert_eq!(sentence(&walking), "looking for files");
    }
}
