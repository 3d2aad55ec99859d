//! Stage `scan`: compares a slice of a folder with what is known of it, and asks for what is new or changed to be read.
//!
//! Opens no file. A folder that cannot be reached is not a deletion.

use super::files;
use super::walk::{Listed, Slice, Walk};
use crate::breaks::Point;
use crate::catalog::locations::Known;
use crate::catalog::{folders, locations};
use crate::jobs::{Context, Job};
use crate::outcome::{Again, NewJob, Outcome, SeenFile, Subject, Write};
use crate::paths;
use crate::ports::StageError;
use globset::{Glob, GlobSet, GlobSetBuilder};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::Path;
use winnow_contract::Words;
use winnow_contract::id::{FolderId, LocationId};
use winnow_contract::job::JobKind;

/// Files in one slice.
const SLICE: usize = 2000;

/// What a scan is asked to do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Scan {
    /// One request of a person; parts a repeated scan from the one before.
    pub request: String,
    /// Empty, a folder inside that ends in `/`, or one file.
    pub below: Vec<u8>,
    pub cursor: Vec<u8>,
}

impl Scan {
    /// The job that carries it out.
    pub fn job(&self, folder: &FolderId) -> NewJob {
        let params = serde_json::to_vec(self).expect("BUG: a scan is always JSON");
        let fingerprint = format!("{}/{}", self.request, blake3::hash(&params).to_hex());
        NewJob { kind: JobKind::Scan, subject: Subject::Row(folder.to_string()), fingerprint, params: Some(params), again: Again::Never }
    }
}

pub fn run(job: &Job, context: &Context<'_>) -> Result<Outcome, StageError> {
    let folder = FolderId::from(job.subject.as_str());
    let scan = parse(job)?;
    let root = paths::from_bytes(&context.read(|catalog| folders::path(catalog, &folder))?);
    let slice = list(&root, &scan, context);
    context.reach(Point::ScanListed)?;
    let Ok(slice) = slice else {
        if !scan.below.is_empty() && root.is_dir() {
            let folder = paths::display(scan.below.strip_suffix(b"/").unwrap_or(&scan.below));
            return Err(StageError::Broken(Words::new("folder_unreadable").with("folder", folder)));
        }
        let failed = Write::Scanned { folder, reached: false };
        return Ok(Outcome { card: "scan 1".into(), writes: vec![failed], ..Outcome::default() });
    };
    let until = slice.cursor.clone();
    let known = context.read(|catalog| locations::known(catalog, &folder, &scan.below, &scan.cursor, until.as_deref()))?;
    Ok(outcome(&folder, &scan, slice, known, context))
}

fn parse(job: &Job) -> Result<Scan, StageError> {
    let params = job.params.as_deref().unwrap_or_default();
    serde_json::from_slice(params).map_err(|error| StageError::Broken(Words::new("internal").with("why", error)))
}

fn list(root: &Path, scan: &Scan, context: &Context<'_>) -> std::io::Result<Slice> {
    if !scan.below.is_empty() && !scan.below.ends_with(b"/") {
        return one_file(root, &scan.below);
    }
    let ignore = ignored(&context.settings.ingest.ignore);
    Walk { folder: root, prefix: &scan.below, cursor: &scan.cursor, ignore: &ignore, except: context.library, limit: SLICE }.slice()
}

/// A file that was named directly. A folder that is there without the file is reachable: the file is gone.
fn one_file(root: &Path, path: &[u8]) -> std::io::Result<Slice> {
    root.symlink_metadata()?;
    let listed = root.join(paths::from_bytes(path)).symlink_metadata().ok().filter(std::fs::Metadata::is_file);
    let listed = listed.map(|metadata| Listed { path: path.to_vec(), size: files::size(&metadata), mtime_ns: files::mtime_ns(&metadata) });
    Ok(Slice { files: listed.into_iter().collect(), ..Slice::default() })
}

fn ignored(patterns: &[String]) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        set.add(Glob::new(pattern).expect("BUG: settings check their patterns"));
    }
    set.build().expect("BUG: settings check their patterns")
}

fn outcome(folder: &FolderId, scan: &Scan, slice: Slice, mut known: HashMap<Vec<u8>, Known>, context: &Context<'_>) -> Outcome {
    let mut outcome = Outcome { card: "scan 1".into(), ..Outcome::default() };
    let mut seen = Vec::new();
    for listed in slice.files {
        let before = known.remove(&listed.path);
        if before.as_ref().is_some_and(|before| before.same(&listed)) {
            continue;
        }
        let location = before.as_ref().map_or_else(|| LocationId(context.id()), |before| before.location.clone());
        outcome.next.push(ingest(&location, &listed));
        seen.push(SeenFile {
            location,
            display: paths::display(&listed.path),
            path: listed.path,
            size: listed.size,
            mtime_ns: listed.mtime_ns,
        });
    }
    let hidden = |path: &[u8]| slice.closed.iter().any(|closed| path.starts_with(closed));
    let gone: Vec<_> =
        known.into_iter().filter(|(path, before)| !before.missing && !hidden(path)).map(|(_, before)| before.location).collect();
    // Each part that could not be listed is a scan of its own, which fails and says so.
    outcome.next.extend(slice.closed.iter().map(|below| Scan { below: below.clone(), cursor: Vec::new(), ..scan.clone() }.job(folder)));
    if !seen.is_empty() {
        outcome.writes.push(Write::Seen { folder: folder.clone(), files: seen });
    }
    if !gone.is_empty() {
        outcome.writes.push(Write::Gone { locations: gone });
    }
    match slice.cursor {
        Some(cursor) => outcome.next.push(Scan { cursor, ..scan.clone() }.job(folder)),
        None => outcome.writes.push(Write::Scanned { folder: folder.clone(), reached: true }),
    }
    outcome
}

/// The job that reads a location. The same file unchanged is the same job, put back if it failed.
fn ingest(location: &LocationId, listed: &Listed) -> NewJob {
    NewJob {
        kind: JobKind::Ingest,
        subject: Subject::Row(location.to_string()),
        fingerprint: format!("{}/{}", listed.size, listed.mtime_ns),
        params: None,
        again: Again::Always,
    }
}
