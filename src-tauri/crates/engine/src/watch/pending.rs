//! What a watcher hinted at and nobody has looked at yet: which paths are due when. A pure state machine over times.
//!
//! Looks at no file and knows no folder. However many hints come, it keeps a bounded number of paths.

use std::collections::BTreeMap;

/// More paths than these at once are one scan of the folder that holds them all.
const MANY: usize = 1000;
/// A file that is complete is looked at after this time, in milliseconds: hints that belong together are taken together.
pub const BEAT: i64 = 50;

/// A path relative to the folder, its parts joined by `/`.
type Path = Vec<u8>;

/// Hints that wait, of one folder.
#[derive(Debug)]
pub struct Pending {
    /// Milliseconds without a hint after which a path is taken to be at rest.
    settle: i64,
    waits: BTreeMap<Path, Wait>,
    /// Complete files that were handed out a moment ago; one that is written to again and again has to come to rest.
    taken: BTreeMap<Path, i64>,
    wide: Option<Wide>,
}

#[derive(Debug, Clone, Copy)]
struct Wait {
    due: i64,
    complete: bool,
}

/// Everything below a path (empty: the whole folder; else it ends in `/`).
#[derive(Debug)]
struct Wide {
    below: Path,
    due: i64,
}

/// What is to be looked at now.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// Files that were closed after writing, or moved into place.
    pub complete: Vec<Path>,
    /// Paths without a hint for a while; what is there may be gone, a folder, or still be written to.
    pub rested: Vec<Path>,
    /// Everything below this path.
    pub below: Option<Path>,
}

impl Pending {
    /// Nothing waits.
    pub fn new(settle: i64) -> Self {
        Self { settle, waits: BTreeMap::new(), taken: BTreeMap::new(), wide: None }
    }

    /// The same hints, at rest after another time.
    #[must_use]
    pub fn settling(self, settle: i64) -> Self {
        Self { settle, ..self }
    }

    /// Something is or was at this path; it may still be written to.
    pub fn touched(&mut self, path: Path, now: i64) {
        self.wait(path, Wait { due: now + self.settle, complete: false }, now);
    }

    /// The file at this path is complete.
    pub fn complete(&mut self, path: Path, now: i64) {
        match self.taken.get(&path) {
            Some(taken) if now - taken < self.settle => {
                self.taken.insert(path.clone(), now);
                self.touched(path, now);
            }
            _ => self.wait(path, Wait { due: now + BEAT, complete: true }, now),
        }
    }

    /// Everything has to be looked at, now.
    pub fn everything(&mut self, now: i64) {
        self.wide(Vec::new(), now);
    }

    /// Everything below a path has to be looked at, once the time has come.
    pub fn wide(&mut self, below: Path, due: i64) {
        let below = self.wide.as_ref().map_or_else(|| below.clone(), |wide| common(&wide.below, &below).to_vec());
        let due = self.wide.as_ref().map_or(due, |wide| wide.due.min(due));
        self.waits.retain(|path, _| !path.starts_with(&below));
        self.wide = Some(Wide { below, due });
    }

    /// When something is due next.
    pub fn next(&self) -> Option<i64> {
        self.waits.values().map(|wait| wait.due).chain(self.wide.as_ref().map(|wide| wide.due)).min()
    }

    /// Hands out what is due and forgets it.
    pub fn take(&mut self, now: i64) -> Due {
        let mut due = Due::default();
        self.taken.retain(|_, taken| now - *taken < self.settle);
        self.waits.retain(|path, wait| {
            if wait.due > now {
                return true;
            }
            if wait.complete {
                due.complete.push(path.clone())
            } else {
                due.rested.push(path.clone())
            }
            false
        });
        if self.taken.len() < MANY {
            self.taken.extend(due.complete.iter().map(|path| (path.clone(), now)));
        }
        due.below = self.wide.take_if(|wide| wide.due <= now).map(|wide| wide.below);
        due
    }

    fn wait(&mut self, path: Path, wait: Wait, now: i64) {
        if self.wide.as_ref().is_some_and(|wide| path.starts_with(&wide.below)) {
            return;
        }
        self.waits.insert(path, wait);
        if self.waits.len() > MANY {
            let below = match (self.waits.first_key_value(), self.waits.last_key_value()) {
                (Some((first, _)), Some((last, _))) => common(first, last).to_vec(),
                (None, _) | (_, None) => Vec::new(),
            };
            self.wide(below, now + self.settle);
        }
    }
}

/// The smallest folder that holds both, with a `/` at its end; empty when there is none.
fn common<'a>(one: &'a [u8], other: &[u8]) -> &'a [u8] {
    let same = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    let end = one[..same].iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
    &one[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What happens when, in milliseconds.
    enum Step {
        Touched(&'static str),
        Complete(&'static str),
        Everything,
        /// Taken, with what is expected: `!path` complete, `path` at rest, `path/*` everything below.
        Take(&'static [&'static str]),
    }
    use Step::{Complete, Everything, Take, Touched};

    fn shown(due: &Due) -> Vec<String> {
        let text = |path: &Path| String::from_utf8_lossy(path).into_owned();
        let complete = due.complete.iter().map(|path| format!("!{}", text(path)));
        let below = due.below.iter().map(|below| format!("{}*", text(below)));
        complete.chain(due.rested.iter().map(text)).chain(below).collect()
    }

    fn check(steps: &[(i64, Step)]) {
        let mut pending = Pending::new(2000);
        for (now, step) in steps {
            match step {
                Touched(path) => pending.touched(path.as_bytes().to_vec(), *now),
                Complete(path) => pending.complete(path.as_bytes().to_vec(), *now),
                Everything => pending.everything(*now),
                Take(expected) => assert_eq!(shown(&pending.take(*now)), *expected, "at {now}"),
            }
        }
    }

    #[test]
    fn a_path_is_due_when_it_was_left_alone_or_is_complete() {
        check(&[(0, Take(&[]))]);
        check(&[(0, Touched("a")), (1999, Take(&[])), (2000, Take(&["a"])), (9000, Take(&[]))]);
        check(&[(0, Touched("a")), (1500, Touched("a")), (2000, Take(&[])), (3500, Take(&["a"]))]);
        check(&[(0, Complete("a")), (49, Take(&[])), (50, Take(&["!a"]))]);
        check(&[(0, Touched("a")), (100, Complete("a")), (150, Take(&["!a"])), (9000, Take(&[]))]);
        check(&[(0, Complete("a")), (10, Touched("a")), (60, Take(&[])), (2010, Take(&["a"]))]);
        check(&[(0, Complete("b")), (0, Complete("a")), (0, Touched("c")), (2000, Take(&["!a", "!b", "c"]))]);
    }

    #[test]
    fn a_file_that_is_closed_again_and_again_has_to_rest() {
        check(&[
            (0, Complete("a")),
            (50, Take(&["!a"])),
            (1000, Complete("a")),
            (1050, Take(&[])),
            (2000, Complete("a")),
            (4000, Take(&["a"])),
        ]);
        check(&[(0, Complete("a")), (50, Take(&["!a"])), (5000, Complete("a")), (5050, Take(&["!a"]))]);
    }

    #[test]
    fn everything_swallows_every_path() {
        check(&[(0, Touched("a")), (10, Everything), (10, Take(&["*"])), (9000, Take(&[]))]);
        check(&[(0, Everything), (0, Touched("a")), (0, Complete("b")), (5000, Take(&["*"]))]);
        check(&[(0, Everything), (0, Take(&["*"])), (1, Complete("b")), (51, Take(&["!b"]))]);
    }

    fn burst(paths: impl Iterator<Item = String>) -> Pending {
        let mut pending = Pending::new(2000);
        for (now, path) in (0..).zip(paths) {
            pending.complete(path.into_bytes(), now / 1000);
            assert!(pending.waits.len() <= MANY);
        }
        pending
    }

    #[test]
    fn a_burst_is_one_scan_of_the_smallest_folder_that_holds_it() {
        let check = |paths: &mut dyn Iterator<Item = String>, expected: &str| {
            let mut pending = burst(paths);
            assert_eq!(shown(&pending.take(1999)), Vec::<String>::new());
            assert_eq!(shown(&pending.take(3000)), [format!("{expected}*")]);
        };
        check(&mut (0..50_000).map(|n| format!("a/b/{n}")), "a/b/");
        check(&mut (0..50_000).map(|n| format!("a/{}/{n}", n % 7)), "a/");
        check(&mut (0..50_000).map(|n| format!("{n}")), "");
        check(&mut (0..1100).map(|n| format!("a/{n}")).chain((0..1100).map(|n| format!("b/{n}"))), "");
    }

    #[test]
    fn few_paths_beside_a_burst_keep_their_own_time() {
        let mut pending = burst((0..1001).map(|n| format!("a/{n}")));
        pending.complete(b"b".to_vec(), 10);
        assert_eq!((shown(&pending.take(60)), pending.next()), (vec!["!b".to_owned()], Some(2001)));
        assert_eq!(shown(&pending.take(2001)), ["a/*"]);
        assert_eq!(pending.next(), None);
    }
}
