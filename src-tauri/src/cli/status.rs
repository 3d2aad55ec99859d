//! `winnow status`: counts and lags of a library.
//!
//! Starts the workers once, for only they know their versions.

use super::failure::Failure;
use super::output::Output;
use crate::library::Library;
use serde::Serialize;
use std::collections::BTreeMap;
use std::process::ExitCode;
use winnow_contract::asset::AssetState;
use winnow_contract::command::GetStatus;
use winnow_contract::review::ItemKind;
use winnow_contract::status::{JobCounts, ModelRow, Status};

#[derive(Debug, Serialize)]
struct Line {
    assets: BTreeMap<&'static str, u32>,
    jobs: JobCounts,
    review: Open,
    ingest_lag_s: f64,
    index_lag: u32,
    models: Vec<ModelRow>,
    library: String,
    version: String,
}

#[derive(Debug, Serialize)]
struct Open {
    open: u32,
    by_kind: BTreeMap<&'static str, u32>,
}

impl From<Status> for Line {
    fn from(status: Status) -> Self {
        let state = |state: &AssetState| (state.as_str(), found(&status.assets, state));
        let kind = |kind: &ItemKind| (kind.as_str(), found(&status.review_by_kind, kind));
        Self {
            assets: AssetState::ALL.iter().map(state).collect(),
            review: Open { open: status.review_open, by_kind: ItemKind::ALL.iter().map(kind).collect() },
            jobs: status.jobs,
            ingest_lag_s: status.ingest_lag_s,
            index_lag: status.index_lag,
            models: status.models,
            library: status.library,
            version: status.version,
        }
    }
}

fn found<T: PartialEq>(counts: &[(T, u32)], wanted: &T) -> u32 {
    counts.iter().find(|(word, _)| word == wanted).map_or(0, |(_, count)| *count)
}

pub fn run(library: &Library, out: &mut Output) -> Result<ExitCode, Failure> {
    let status = library.read()?.ask(GetStatus {})?;
    out.answer(&Line::from(status), in_words)?;
    Ok(ExitCode::SUCCESS)
}

fn in_words(line: &Line) -> String {
    let jobs = &line.jobs;
    let models = line.models.iter().map(|model| format!("{}{}", model.card, if model.ready { "" } else { " – not ready" }));
    let rows = [
        ("library", line.library.clone()),
        ("assets", counts(line.assets.iter())),
        ("jobs", counts([(&"queued", &jobs.queued), (&"running", &jobs.running), (&"failed", &jobs.failed)].into_iter())),
        ("review", counts(line.review.by_kind.iter())),
        ("waiting since", format!("{:.0} s", line.ingest_lag_s)),
        ("readers", models.collect::<Vec<_>>().join(", ")),
    ];
    rows.map(|(name, value)| format!("{name:<14} {value}")).join("\n")
}

/// `12 (9 ready, 3 failed)`, leaving out what there is none of.
fn counts<'a>(counts: impl Iterator<Item = (&'a &'static str, &'a u32)> + Clone) -> String {
    let total: u32 = counts.clone().map(|(_, count)| count).sum();
    let parts: Vec<_> = counts.filter(|(_, count)| **count > 0).map(|(word, count)| format!("{count} {word}")).collect();
    if parts.is_empty() { total.to_string() } else { format!("{total} ({})", parts.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_and_kind_is_counted_even_at_zero() {
        let status = Status { assets: vec![(AssetState::Ready, 3)], review_by_kind: vec![(ItemKind::Finding, 2)], ..Status::default() };
        let line = Line::from(status);
        assert_eq!(line.assets.len(), AssetState::ALL.len());
        assert_eq!((line.assets["ready"], line.assets["locked"]), (3, 0));
        assert_eq!((line.review.by_kind["finding"], line.review.by_kind["label"]), (2, 0));
        assert!(in_words(&line).contains("assets         3 (3 ready)"), "{}", in_words(&line));
    }
}
