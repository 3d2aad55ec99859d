//! Stage `scan`: compares a slice of a folder, or named paths in it, with what is known of them, and asks for what is new or
//! changed to be read.
//!
//! Opens no file. A folder that cannot be reached is not a deletion. A file that is still being written to in a folder that is
//! followed is left for later.

use super::files;
use super::walk::{Ignore, Listed, Slice, Walk};
use crate::breaks::Point;
use crate::catalog::folders::Standing;
use crate::catalog::locations::Known;
use crate::catalog::{folders, locations};
use crate::jobs::{Context, Job};
use crate::outcome::{Again, NewJob, Outcome, SeenFile, Subject, Write};
use crate::paths;
use crate::ports::StageError;
use crate::watch::root::{self, Identity};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::Path;
use winnow_contract::Words;
use winnow_contract::id::{FolderId, LocationId};
use winnow_contract::job::JobKind;

/// Files in one slice.
const SLICE: usize = 2000;
/// The request of every scan that a hint asked for: the same scan is the same job again.
const HINTED: &str = "watch";
/// A hinted scan that found nothing new is noted as often as this, in milliseconds.
const NOTED: i64 = 600_000;

/// What a scan is asked to do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Scan {
    /// One request of a person; parts a repeated scan from the one before.
    pub request: String,
    /// Empty, a folder inside that ends in `/`, or one file.
    pub below: Vec<u8>,
    pub cursor: Vec<u8>,
    /// Instead of all that: just these paths; the folders among them are scanned next.
    #[serde(default, with = "bytes", skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<Vec<u8>>,
    /// The files among `paths` are complete, however young they are.
    #[serde(default)]
    pub complete: bool,
}

impl Scan {
    /// A scan that a hint asks for.
    pub fn hinted() -> Self {
        Self { request: HINTED.to_owned(), ..Self::default() }
    }

    /// The job that carries it out.
    pub fn job(&self, folder: &FolderId) -> NewJob {
        let params = serde_json::to_vec(self).expect("BUG: a scan is always JSON");
        let fingerprint = format!("{}/{}", self.request, blake3::hash(&params).to_hex());
        let again = if self.is_hinted() { Again::Always } else { Again::Never };
        NewJob { kind: JobKind::Scan, subject: Subject::Row(folder.to_string()), fingerprint, params: Some(params), again }
    }

    fn is_hinted(&self) -> bool {
        self.request == HINTED
    }

    /// The same request for everything below a path, which ends in `/`.
    fn inside(&self, below: Vec<u8>) -> Self {
        Self { request: self.request.clone(), below, ..Self::default() }
    }
}

/// Paths as text, a character for each byte: a list of numbers would be three times as long.
mod bytes {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    pub fn serialize<S: Serializer>(paths: &[Vec<u8>], to: S) -> Result<S::Ok, S::Error> {
        let text = |path: &Vec<u8>| path.iter().copied().map(char::from).collect::<String>();
        paths.iter().map(text).collect::<Vec<_>>().serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Vec<u8>>, D::Error> {
        let byte = |letter: char| u8::try_from(letter).map_err(|_| D::Error::custom("a path has a character above U+00FF"));
        Vec::<String>::deserialize(from)?.into_iter().map(|text| text.chars().map(byte).collect()).collect()
    }
}

pub fn run(job: &Job, context: &Context<'_>) -> Result<Outcome, StageError> {
    let (folder, scan) = (FolderId::from(job.subject.as_str()), parse(job)?);
    let standing = context.read(|catalog| folders::standing(catalog, &folder))?;
    let root = paths::from_bytes(&standing.path);
    let held = || context.read(|catalog| locations::any_present(catalog, &folder)).unwrap_or(true);
    let found = root::reach(&root, standing.identity, held);
    let slice = if found.is_some() { list(&root, &scan, context) } else { Err(ErrorKind::NotFound.into()) };
    context.reach(Point::ScanListed)?;
    let stage = Stage { folder, scan, standing, root: found, context };
    // A drive that goes meanwhile has none of what was just listed, and what was not listed is not gone.
    if found.is_none() || Identity::of(&root) != found {
        return Ok(stage.away());
    }
    match slice {
        Ok(slice) => stage.compare(slice),
        Err(_) if stage.scan.below.is_empty() => Ok(stage.away()),
        Err(error) if is_gone(&error) => stage.compare(Slice::default()),
        Err(_) => {
            let below = &stage.scan.below;
            let folder = paths::display(below.strip_suffix(b"/").unwrap_or(below));
            Err(StageError::Broken(Words::new("folder_unreadable").with("folder", folder)))
        }
    }
}

fn parse(job: &Job) -> Result<Scan, StageError> {
    let params = job.params.as_deref().unwrap_or_default();
    serde_json::from_slice(params).map_err(|error| StageError::Broken(Words::new("internal").with("why", error)))
}

fn list(root: &Path, scan: &Scan, context: &Context<'_>) -> std::io::Result<Slice> {
    if !scan.paths.is_empty() {
        return Ok(named(root, &scan.paths));
    }
    if !scan.below.is_empty() && !scan.below.ends_with(b"/") {
        return Ok(named(root, std::slice::from_ref(&scan.below)));
    }
    if !scan.below.is_empty() && !files::look(root, &paths::from_bytes(&scan.below))?.is_dir() {
        return Err(ErrorKind::NotADirectory.into());
    }
    let ignore = Ignore::new(&context.settings.ingest.ignore, context.library);
    Walk { folder: root, prefix: &scan.below, cursor: &scan.cursor, ignore: &ignore, limit: SLICE }.slice()
}

/// What is at paths that were named: a folder is closed for now and has a scan of its own, and so has the one of a path that
/// cannot be looked at.
fn named(root: &Path, paths: &[Vec<u8>]) -> Slice {
    let mut slice = Slice::default();
    for path in paths {
        match files::look(root, &paths::from_bytes(path)) {
            Ok(metadata) if metadata.is_file() => slice.files.push(Listed::of(path.clone(), &metadata)),
            Ok(metadata) if !metadata.is_dir() => {}
            Err(error) if is_gone(&error) => {}
            Ok(_) => slice.closed.push([path.as_slice(), b"/"].concat()),
            Err(_) => slice.closed.push(path[..path.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1)].to_vec()),
        }
    }
    slice
}

/// True when there is nothing at a path.
fn is_gone(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// What a scan compares with.
struct Stage<'a> {
    folder: FolderId,
    scan: Scan,
    standing: Standing,
    root: Option<Identity>,
    context: &'a Context<'a>,
}

impl Stage<'_> {
    /// The folder could not be reached: that is all there is to say, and a hinted scan says it once.
    fn away(self) -> Outcome {
        let news = !(self.scan.is_hinted() && self.standing.unavailable);
        let write = Write::Scanned { folder: self.folder, reached: false, root: None };
        Outcome { card: "scan 1".into(), writes: news.then_some(write).into_iter().collect(), ..Outcome::default() }
    }

    fn compare(self, slice: Slice) -> Result<Outcome, StageError> {
        let known = self.known(&slice)?;
        let inside = self.inside(&slice)?;
        Ok(self.outcome(slice, known, inside))
    }

    /// What is known of the part that was listed.
    fn known(&self, slice: &Slice) -> Result<HashMap<Vec<u8>, Known>, StageError> {
        let (scan, until) = (&self.scan, slice.cursor.as_deref());
        self.context.read(|catalog| match scan.paths.as_slice() {
            [] => locations::known(catalog, &self.folder, &scan.below, &scan.cursor, until),
            paths => locations::known_at(catalog, &self.folder, paths),
        })
    }

    /// The parts of the folder that need a scan of their own: those that could not be listed, where that fails and says so, and
    /// named paths that were folders.
    fn inside(&self, slice: &Slice) -> Result<Vec<Vec<u8>>, StageError> {
        let one_file = !self.scan.below.is_empty() && !self.scan.below.ends_with(b"/");
        let mut inside = if one_file { Vec::new() } else { slice.closed.clone() };
        for path in &self.scan.paths {
            let below = [path.as_slice(), b"/"].concat();
            if !inside.contains(&below) && self.context.read(|catalog| locations::any_below(catalog, &self.folder, &below))? {
                inside.push(below);
            }
        }
        inside.dedup();
        Ok(inside)
    }

    fn outcome(&self, slice: Slice, mut known: HashMap<Vec<u8>, Known>, inside: Vec<Vec<u8>>) -> Outcome {
        let mut outcome = Outcome { card: "scan 1".into(), ..Outcome::default() };
        let mut seen = Vec::new();
        for listed in slice.files {
            let before = known.remove(&listed.path);
            if before.as_ref().is_some_and(|before| before.same(&listed)) || self.put_off(&listed) {
                continue;
            }
            let location = before.as_ref().map_or_else(|| LocationId(self.context.id()), |before| before.location.clone());
            outcome.next.push(ingest(&location, &listed));
            if !before.is_some_and(|before| before.listed_as(&listed)) {
                seen.push(seen_file(location, listed));
            }
        }
        let hidden = |path: &[u8]| slice.closed.iter().any(|closed| path.starts_with(closed));
        let gone: Vec<_> =
            known.into_iter().filter(|(path, before)| !before.missing && !hidden(path)).map(|(_, before)| before.location).collect();
        outcome.next.extend(inside.into_iter().map(|below| self.scan.inside(below).job(&self.folder)));
        if !seen.is_empty() {
            outcome.writes.push(Write::Seen { folder: self.folder.clone(), files: seen });
        }
        if !gone.is_empty() {
            outcome.writes.push(Write::Gone { locations: gone });
        }
        match slice.cursor {
            Some(cursor) => outcome.next.push(Scan { cursor, ..self.scan.clone() }.job(&self.folder)),
            None if self.is_noted(&outcome) => {
                outcome.writes.push(Write::Scanned { folder: self.folder.clone(), reached: true, root: self.root });
            }
            None => {}
        }
        outcome
    }

    /// True for a file that is still being written to, where somebody will ask again for it.
    fn put_off(&self, listed: &Listed) -> bool {
        let now = self.context.ports.clock.now_ms();
        let young = |settle: &i64| (now - settle..=now).contains(&(listed.mtime_ns / 1_000_000));
        let put_off = !self.scan.complete && self.context.desk.settle(&self.folder).as_ref().is_some_and(young);
        if put_off {
            self.context.desk.later(&self.folder, listed.path.clone(), now);
        }
        put_off
    }

    /// True when the end of the scan is written down: always if a person asked for it. Who follows a folder looks at it all the
    /// time, and only what is new has to be said each time.
    fn is_noted(&self, outcome: &Outcome) -> bool {
        let Self { scan, standing, .. } = self;
        let whole = scan.below.is_empty() && scan.paths.is_empty();
        let long_ago = standing.last_scan.is_none_or(|at| self.context.ports.clock.now_ms() - at >= NOTED);
        let news = standing.unavailable || standing.identity != self.root || long_ago || !outcome.writes.is_empty();
        !scan.is_hinted() || (whole && news)
    }
}

fn seen_file(location: LocationId, listed: Listed) -> SeenFile {
    let display = paths::display(&listed.path);
    SeenFile { location, display, path: listed.path, size: listed.size, mtime_ns: listed.mtime_ns }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_bytes_survive_in_a_job() {
        let every: Vec<u8> = (1..=255).collect();
        let scan = Scan { paths: vec![every, b"plain.txt".to_vec(), "Öl".into()], complete: true, ..Scan::hinted() };
        let params = scan.job(&"folder".into()).params.expect("params");
        let back: Scan = serde_json::from_slice(&params).expect("a scan");
        assert_eq!((back.paths, back.complete), (scan.paths, true));
    }

    #[test]
    fn a_hinted_scan_is_the_same_job_again_and_a_request_is_not() {
        let job = |scan: Scan| (scan.job(&"folder".into()).fingerprint, scan.job(&"folder".into()).again);
        assert_eq!(job(Scan::hinted()), job(Scan::hinted()));
        assert_eq!(job(Scan::hinted()).1, Again::Always);
        assert_eq!(job(Scan { request: "1".into(), ..Scan::default() }).1, Again::Never);
        assert_ne!(job(Scan { paths: vec![b"a".to_vec()], ..Scan::hinted() }), job(Scan { paths: vec![b"b".to_vec()], ..Scan::hinted() }));
    }

    #[test]
    fn scans_that_an_older_version_queued_are_understood() {
        let scan: Scan = serde_json::from_str(r#"{"request":"1","below":[97,47],"cursor":[]}"#).expect("a scan");
        assert_eq!((scan.below.as_slice(), scan.paths.is_empty(), scan.complete), (b"a/".as_slice(), true, false));
    }
}
