//! What becomes of files in a folder that is watched: taken when complete, kept through renames, never lost by an absent drive.
//!
//! The watcher says what a test says; the real one stands in the full run.

use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};
use winnow_contract::asset::{AssetFilter, AssetState};
use winnow_contract::command::{ChangeSetting, Decide, GetAsset, GetStatus, ListReview, Rescan, Search, SetWatched};
use winnow_contract::review::{ReviewFilter, ReviewRow, Verdict};
use winnow_contract::search::{SearchMode, SearchPage};
use winnow_contract::status::{FolderRow, WatchState};
use winnow_engine::ports::{Absent, Clock, Hint};
use winnow_engine::{Engine, Options, Watch};
use winnow_tests::{TestLibrary, raw};

const SECRET: &str = "Card 4111 1111 1111 1111 for the lamp";

/// A library whose folder is watched, and who follows it.
struct Watched {
    watch: Option<Watch>,
    library: TestLibrary,
}

impl Watched {
    fn new() -> Self {
        let library = TestLibrary::new();
        library.engine().add_watched(&[library.folder()]).expect("added");
        Self { watch: Some(Watch::new(library.engine()).expect("a watch")), library }
    }

    /// With files that were read. Who follows a folder that is being scanned asks for one more scan behind that one; it is over.
    fn with(files: &[(&str, &str)]) -> Self {
        let mut watched = Self::new();
        files.iter().for_each(|(name, text)| drop(watched.library.drop_file(name, text)));
        watched.after(0);
        watched.after(2000);
        watched
    }

    /// What is so after some time in which the watch and the lanes work.
    fn after(&mut self, ms: i64) {
        self.library.clock.advance(ms);
        for _ in 0..3 {
            self.watch.as_mut().expect("a watch").tick().expect("a tick");
            self.library.settle();
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.library.folder().canonicalize().expect("a folder").join(name)
    }

    fn complete(&self, name: &str) {
        self.library.watcher.say(&Hint::Complete(self.path(name)));
    }

    fn touched(&self, name: &str) {
        self.library.watcher.say(&Hint::Touched(self.path(name)));
    }

    fn rename(&self, from: &str, to: &str) {
        fs_err::rename(self.path(from), self.path(to)).expect("renamed");
        self.touched(from);
        self.complete(to);
    }

    fn folder(&self) -> FolderRow {
        self.library.ask(GetStatus {}).expect("status").folders[0].clone()
    }

    fn states(&self) -> Vec<(String, AssetState)> {
        self.library.assets().into_iter().map(|row| (row.name, row.state)).collect()
    }

    fn names(&self) -> Vec<String> {
        self.library.assets().into_iter().filter(|row| row.state == AssetState::Ready).map(|row| row.name).collect()
    }

    fn events(&self) -> i64 {
        self.library.engine().verify_audit().expect("a walk").events
    }

    fn count(&self, sql: &str) -> i64 {
        raw(&self.library.path()).query_row(sql, [], |row| row.get(0)).expect("a count")
    }
}

#[test]
fn a_watched_folder_says_how_it_is_followed() {
    let mut watched = Watched::new();
    watched.library.drop_file("a.txt", "one");
    assert_eq!((watched.folder().watch, watched.folder().since.is_some()), (WatchState::Waiting, true));
    watched.after(0);
    assert_eq!((watched.folder().watch, watched.names()), (WatchState::Following, vec!["a.txt".to_owned()]));
    assert!(watched.folder().last_scan.is_some());
    watched.watch = None;
    assert_eq!(watched.folder().watch, WatchState::Waiting);
    assert_eq!(watched.library.complaints(), Vec::<String>::new());
}

#[test]
fn who_only_reads_sees_how_folders_are_followed_elsewhere() {
    let mut watched = Watched::new();
    let beside = |library: &TestLibrary| library.beside().ask(GetStatus {}).expect("status").folders[0].watch;
    assert_eq!(beside(&watched.library), WatchState::Waiting, "nobody has begun");
    watched.after(0);
    assert_eq!(beside(&watched.library), WatchState::Following);
    fs_err::rename(watched.library.folder(), watched.library.path().with_file_name("away")).expect("moved");
    watched.after(120_000);
    assert_eq!(beside(&watched.library), WatchState::Unreachable);
    fs_err::rename(watched.library.path().with_file_name("away"), watched.library.folder()).expect("moved back");
    watched.after(120_000);
    assert_eq!(beside(&watched.library), WatchState::Following);
    watched.watch = None;
    assert_eq!(beside(&watched.library), WatchState::Waiting, "somebody writes, and nobody follows");
}

#[test]
fn what_a_dead_process_followed_waits() {
    let mut watched = Watched::new();
    watched.after(0);
    let said = fs_err::read(watched.library.path().join("followed")).expect("it is written down");
    watched.watch = None;
    watched.library.close();
    fs_err::write(watched.library.path().join("followed"), said).expect("left behind");
    let beside = |library: &TestLibrary| library.beside().ask(GetStatus {}).expect("status").folders[0].watch;
    assert_eq!(beside(&watched.library), WatchState::Waiting, "nobody holds the library");
    watched.library.restart();
    assert_eq!(beside(&watched.library), WatchState::Waiting, "whoever writes now does not follow");
}

#[test]
fn a_complete_file_is_read_soon_and_any_other_when_it_was_left_alone() {
    let mut watched = Watched::with(&[]);
    watched.library.drop_file("a.txt", "one");
    watched.complete("a.txt");
    watched.library.drop_file("deep/b.txt", "two");
    watched.touched("deep/b.txt");
    watched.after(60);
    assert_eq!(watched.names(), ["a.txt"]);
    watched.after(1000);
    assert_eq!(watched.names(), ["a.txt"]);
    watched.after(1000);
    assert_eq!(watched.names(), ["a.txt", "b.txt"]);
}

#[test]
fn a_scan_leaves_a_file_that_is_being_written_and_comes_back_to_it() {
    let mut watched = Watched::with(&[]);
    let path = watched.library.drop_file("a.txt", "half of it");
    let now = u64::try_from(watched.library.clock.now_ms()).expect("a time");
    fs_err::File::options()
        .write(true)
        .open(&path)
        .and_then(|file| file.file().set_modified(UNIX_EPOCH + Duration::from_millis(now)))
        .expect("a time");
    watched.library.ask(Rescan { folder: watched.folder().id }).expect("asked");
    watched.after(0);
    assert_eq!(watched.states(), []);
    watched.after(2000);
    assert_eq!(watched.names(), ["a.txt"]);
}

#[test]
fn a_renamed_file_keeps_its_asset_its_decisions_and_its_pictures() {
    let mut watched = Watched::with(&[("a.txt", SECRET), ("scan.jpg", "page\nwords")]);
    let (before, picture) = (watched.library.asset("a.txt"), watched.library.asset("scan.jpg"));
    let item = watched.library.review()[0].clone();
    watched.library.decide(&item, Verdict::Redacted);
    watched.rename("a.txt", "b.txt");
    fs_err::create_dir(watched.path("letters")).expect("a folder");
    watched.rename("scan.jpg", "letters/scan 1.jpg");
    watched.after(60);
    watched.after(2000);
    let after = watched.library.asset("b.txt");
    assert_eq!(after.row.id, before.row.id);
    assert_eq!(after.annotations.len(), 1);
    assert_eq!(after.locations.iter().map(|location| location.missing).collect::<Vec<_>>(), [false, true]);
    let moved = watched.library.asset("scan 1.jpg");
    assert_eq!((moved.row.id, moved.renditions), (picture.row.id, picture.renditions));
    assert_eq!(watched.library.assets().len(), 2);
    assert_eq!(watched.library.review(), []);
    assert_eq!(watched.library.complaints(), Vec::<String>::new());
}

#[test]
fn an_edited_file_is_a_new_asset_and_the_old_decisions_stay_with_the_old_one() {
    let mut watched = Watched::with(&[("a.txt", SECRET)]);
    let old = watched.library.asset("a.txt").row.id;
    let item = watched.library.review()[0].clone();
    watched.library.decide(&item, Verdict::Redacted);
    watched.library.drop_file("a.txt", format!("{SECRET} and the oil"));
    watched.complete("a.txt");
    watched.after(60);
    assert_eq!(watched.count("SELECT count(*) FROM assets"), 2);
    assert_eq!(watched.count("SELECT count(*) FROM locations WHERE replaces IS NOT NULL AND asset_id <> replaces"), 1);
    let kept = watched.library.ask(winnow_contract::command::GetAsset { asset: old }).expect("the old asset");
    assert_eq!((kept.row.state, kept.annotations.len()), (AssetState::Missing, 1));
    assert_eq!(watched.library.review().len(), 1, "the new content is asked about anew");
}

impl Watched {
    /// Writes a new content over a file, and waits until it was read.
    fn edit(&mut self, name: &str, text: &str) {
        self.library.clock.advance(10_000);
        self.library.drop_file(name, text);
        self.complete(name);
        self.after(60);
    }

    /// Names and paths of what words or meaning find.
    fn found(&self, query: &str, filter: &AssetFilter) -> Vec<(String, String)> {
        let modes = [SearchMode::Lexical, SearchMode::Semantic, SearchMode::Hybrid];
        let search = |mode| Search { query: query.into(), mode, filter: filter.clone(), offset: 0, limit: 20, hurried: false };
        let page = |mode| self.library.ask(search(mode)).expect("results");
        let names = |page: SearchPage| page.hits.into_iter().map(|hit| (hit.name, hit.path)).collect::<Vec<_>>();
        let found = modes.map(|mode| names(page(mode)));
        assert!(found.iter().all(|names| *names == found[0]), "{found:?}");
        assert_eq!(page(SearchMode::Lexical).by_kind.iter().map(|(_, count)| *count as usize).sum::<usize>(), found[0].len());
        found[0].clone()
    }

    /// Names of what is asked about, and how many questions one decision takes along.
    fn asked(&self) -> Vec<(String, u32)> {
        let alike = |row: &ReviewRow| Decide {
            item: row.item.clone(),
            verdict: Verdict::Redacted,
            value: None,
            all_alike: true,
            dry_run: true,
            took_ms: None,
        };
        let rows = self.library.review();
        rows.into_iter().map(|row| (row.name.clone(), self.library.ask(alike(&row)).expect("told").affected)).collect()
    }
}

#[test]
fn an_edited_file_leaves_nothing_behind_and_all_of_it_comes_back_with_its_content() {
    let mut watched = Watched::with(&[("pier.txt", SECRET)]);
    let first = watched.library.asset("pier.txt").row.id;
    let path = watched.path("pier.txt").display().to_string();
    let (all, missing) = (AssetFilter::default(), AssetFilter { state: Some(AssetState::Missing), ..AssetFilter::default() });
    let check = |watched: &Watched, earlier: usize| {
        assert_eq!(watched.states(), [("pier.txt".to_owned(), AssetState::Ready)]);
        assert_eq!(watched.found("lamp", &all), [("pier.txt".to_owned(), path.clone())]);
        assert_eq!(watched.found("lamp", &missing), vec![("earlier version of pier.txt".to_owned(), path.clone()); earlier]);
        assert_eq!(watched.asked(), [("pier.txt".to_owned(), 1)]);
        assert_eq!(watched.library.complaints(), Vec::<String>::new());
    };
    check(&watched, 0);
    for version in 1..=3 {
        watched.edit("pier.txt", &format!("{SECRET}, version {version}"));
        check(&watched, version);
    }
    let old = watched.library.ask(GetAsset { asset: first.clone() }).expect("the first version");
    assert_eq!((old.row.name.as_str(), old.row.path.as_str()), ("earlier version of pier.txt", "pier.txt"));
    assert_eq!((old.row.open_items, old.findings.len()), (0, 1));
    watched.edit("pier.txt", SECRET);
    assert_eq!(watched.library.asset("pier.txt").row.id, first);
    check(&watched, 3);
    fs_err::remove_file(watched.path("pier.txt")).expect("removed");
    watched.touched("pier.txt");
    watched.after(2000);
    assert_eq!(watched.states(), [("pier.txt".to_owned(), AssetState::Missing)], "what was deleted is told, by its name");
}

#[test]
fn what_an_older_program_left_of_an_edited_file_is_an_earlier_version() {
    let mut watched = Watched::with(&[("pier.txt", SECRET)]);
    watched.edit("pier.txt", &format!("{SECRET} and the oil"));
    watched.edit("pier.txt", &format!("{SECRET} and the wicks"));
    let dump = watched.library.dump();
    watched.watch = None;
    watched.library.close();
    let catalog = raw(&watched.library.path());
    catalog
        .execute_batch(
            "DELETE FROM lineage WHERE child_kind = 'asset' AND parent_kind = 'asset';
             UPDATE review_items SET state = 'open' WHERE state = 'withdrawn'",
        )
        .expect("as it was");
    drop(catalog);
    watched.library.restart();
    assert_eq!(watched.library.dump(), dump);
    assert_eq!(watched.states(), [("pier.txt".to_owned(), AssetState::Ready)]);
    assert_eq!(watched.asked(), [("pier.txt".to_owned(), 1)]);
}

#[test]
fn what_was_put_off_or_undone_on_an_earlier_version_waits_for_its_content() {
    let mut watched = Watched::with(&[("pier.txt", SECRET)]);
    let open = |watched: &Watched, filter| watched.library.ask(ListReview { filter, offset: 0, limit: 9 }).expect("the queue").total;
    let both = |watched: &Watched| (open(watched, ReviewFilter::All), open(watched, ReviewFilter::Deferred));
    let item = watched.library.review()[0].clone();
    watched.library.decide(&item, Verdict::Deferred);
    watched.edit("pier.txt", "nothing to ask about");
    assert_eq!(both(&watched), (0, 0));
    watched.edit("pier.txt", SECRET);
    assert_eq!(both(&watched), (0, 1));
    watched.library.decide(&item, Verdict::Redacted);
    watched.edit("pier.txt", "nothing to ask about");
    watched.library.undo(1);
    assert_eq!(both(&watched), (0, 0), "of what is gone nobody is asked");
    watched.edit("pier.txt", SECRET);
    assert_eq!(both(&watched), (0, 1));
}

#[test]
fn a_file_renamed_and_then_edited_leaves_no_old_name_and_a_deleted_copy_does() {
    let mut watched = Watched::with(&[("a.txt", SECRET), ("copy.txt", "twice"), ("other.txt", "twice")]);
    watched.rename("a.txt", "b.txt");
    watched.after(60);
    watched.after(2000);
    watched.edit("b.txt", &format!("{SECRET} and the oil"));
    watched.edit("b.txt", &format!("{SECRET} and the wicks"));
    watched.edit("copy.txt", "once");
    assert_eq!(watched.names(), ["b.txt", "copy.txt", "other.txt"]);
    assert_eq!(watched.states().len(), 3);
    fs_err::remove_file(watched.path("other.txt")).expect("removed");
    watched.touched("other.txt");
    watched.after(2000);
    assert!(watched.states().contains(&("other.txt".to_owned(), AssetState::Missing)), "{:?}", watched.states());
    assert_eq!(watched.asked(), [("b.txt".to_owned(), 1)]);
}

#[test]
fn a_renamed_folder_keeps_every_asset() {
    let mut watched = Watched::new();
    (0..300).for_each(|n| drop(watched.library.drop_file(&format!("old/part {}/{n}.txt", n % 3), format!("text {n}"))));
    watched.after(0);
    let before: Vec<_> = watched.library.assets().into_iter().map(|row| row.id).collect();
    watched.rename("old", "new");
    watched.after(60);
    watched.after(2000);
    let after: Vec<_> = watched.library.assets().into_iter().map(|row| row.id).collect();
    assert_eq!((after, watched.count("SELECT count(*) FROM assets")), (before, 300));
    assert_eq!(watched.count("SELECT count(*) FROM assets WHERE state = 'ready'"), 300);
    assert_eq!(watched.count("SELECT count(*) FROM locations WHERE missing_since IS NOT NULL"), 300);
    watched.rename("new", "old");
    watched.after(60);
    watched.after(2000);
    assert_eq!(watched.count("SELECT count(*) FROM locations WHERE missing_since IS NOT NULL AND display GLOB 'new/*'"), 300);
    assert_eq!(watched.count("SELECT count(*) FROM assets WHERE state = 'ready'"), 300);
    assert_eq!(watched.library.complaints(), Vec::<String>::new());
}

#[test]
fn what_vanishes_is_missing_and_what_returns_is_found() {
    let mut watched = Watched::with(&[("a.txt", "one"), ("deep/b.txt", "two"), ("deep/er/c.txt", "three"), ("deeper.txt", "four")]);
    fs_err::remove_file(watched.path("a.txt")).expect("removed");
    fs_err::rename(watched.path("deep"), watched.library.path().join("away")).expect("away");
    watched.touched("a.txt");
    watched.touched("deep");
    watched.after(2000);
    assert_eq!(watched.names(), ["deeper.txt"]);
    fs_err::rename(watched.library.path().join("away"), watched.path("deep")).expect("back");
    watched.complete("deep");
    watched.library.drop_file("a.txt", "one");
    watched.complete("a.txt");
    watched.after(60);
    assert_eq!(watched.names().len(), 4);
    assert_eq!(watched.count("SELECT count(*) FROM assets"), 4);
}

#[test]
fn an_absent_drive_changes_nothing_whatever_stands_in_its_place() {
    let mut watched = Watched::with(&[("a.txt", "one"), ("deep/b.txt", "two")]);
    let (root, away) = (watched.path(""), watched.library.path().with_extension("away"));
    let expect = |watched: &mut Watched, state| {
        watched.library.watcher.say(&Hint::Touched(root.join("a.txt")));
        watched.library.watcher.say(&Hint::Touched(root.join("deep")));
        watched.after(31_000);
        watched.after(2000);
        assert_eq!((watched.folder().watch, watched.names().len()), (state, 2));
    };
    fs_err::rename(&root, &away).expect("away");
    expect(&mut watched, WatchState::Unreachable);
    let events = watched.events();
    expect(&mut watched, WatchState::Unreachable);
    assert_eq!(watched.events(), events, "it is said once");
    fs_err::create_dir(&root).expect("a mount point");
    expect(&mut watched, WatchState::Unreachable);
    fs_err::remove_dir(&root).expect("gone");
    fs_err::rename(&away, &root).expect("back");
    expect(&mut watched, WatchState::Following);
    watched.library.drop_file("c.txt", "three");
    watched.complete("c.txt");
    watched.after(60);
    assert_eq!(watched.names().len(), 3, "it is followed again");
    assert_eq!(watched.library.watcher.followed().len(), 3, "at first, as a mount point, and again");
}

#[test]
fn a_folder_that_its_owner_emptied_is_empty() {
    let mut watched = Watched::with(&[("a.txt", "one")]);
    fs_err::remove_file(watched.path("a.txt")).expect("removed");
    watched.library.watcher.say(&Hint::Rescan);
    watched.after(0);
    assert_eq!((watched.folder().watch, watched.states()), (WatchState::Following, vec![("a.txt".to_owned(), AssetState::Missing)]));
}

#[test]
fn a_burst_is_one_scan() {
    let mut watched = Watched::with(&[]);
    let scans = "SELECT count(*) FROM jobs WHERE kind = 'scan'";
    let before = watched.count(scans);
    for n in 0..1500 {
        let name = format!("burst/{n}.txt");
        watched.library.drop_file(&name, format!("text {}", n % 40));
        watched.complete(&name);
    }
    watched.after(2000);
    watched.after(2000);
    assert_eq!(watched.count("SELECT count(*) FROM locations WHERE asset_id IS NOT NULL"), 1500);
    assert_eq!(watched.count("SELECT count(*) FROM assets WHERE state = 'ready'"), 40);
    assert!(watched.count(scans) - before <= 3, "{}", watched.count(scans) - before);
}

#[test]
fn what_is_left_out_or_outside_is_not_looked_at() {
    let mut watched = Watched::with(&[("a.txt", "one")]);
    watched.library.drop_file(".cache/x.txt", "hidden");
    watched.library.drop_file("deep/~$lock.docx", "temporary");
    let outside = watched.library.drop_file("../outside/secret.txt", "not yours");
    #[cfg(unix)]
    std::os::unix::fs::symlink(outside.parent().expect("a folder"), watched.path("link")).expect("a link");
    for name in [".cache/x.txt", ".cache", "deep/~$lock.docx", "link", "link/secret.txt", "no/such/path"] {
        watched.complete(name);
        watched.touched(&format!("{name}/below"));
    }
    watched.library.watcher.say(&Hint::Complete(outside));
    watched.after(60);
    watched.after(2000);
    assert_eq!(watched.states(), [("a.txt".to_owned(), AssetState::Ready)]);
    assert_eq!(watched.library.complaints(), Vec::<String>::new());
}

#[test]
fn a_folder_that_is_watched_no_more_keeps_what_was_read() {
    let mut watched = Watched::with(&[("a.txt", "one")]);
    let folder = watched.folder().id;
    let set =
        |watched: &Watched, on| watched.library.ask(SetWatched { folder: folder.clone(), watched: on }).expect("set").folders[0].clone();
    let row = set(&watched, false);
    assert_eq!((row.since, row.assets), (None, 1));
    watched.after(0);
    assert_eq!(watched.folder().watch, WatchState::Off);
    watched.library.drop_file("b.txt", "two");
    watched.complete("b.txt");
    watched.after(2000);
    assert_eq!(watched.names(), ["a.txt"]);
    set(&watched, true);
    watched.after(0);
    assert_eq!((watched.folder().watch, watched.names().len()), (WatchState::Following, 2));
    assert!(watched.library.ask(SetWatched { folder: "no such".into(), watched: true }).is_err_and(|error| error.code == "not_found"));
}

#[test]
fn folders_inside_folders_are_watched_once() {
    let library = TestLibrary::new();
    let inner = library.drop_file("inner/a.txt", "one").parent().expect("a parent").to_owned();
    library.engine().add_watched(std::slice::from_ref(&inner)).expect("the inner one");
    library.engine().add_paths(&[library.folder()]).expect("the outer one");
    library.settle();
    let folders = || library.ask(GetStatus {}).expect("status").folders;
    assert_eq!((folders().len(), folders()[0].since.is_some()), (1, true), "what was watched is watched");
    library.engine().add_watched(&[inner]).expect("again");
    assert_eq!(folders().len(), 1);
}

#[test]
fn what_cannot_be_watched_is_refused_with_a_reason() {
    let library = TestLibrary::new();
    let refused = |path: &Path| library.engine().add_watched(&[path.to_owned()]).expect_err("refused").to_string();
    assert!(refused(&library.path()).contains("library"), "{}", refused(&library.path()));
    assert!(refused(Path::new("/no/such/folder")).contains("cannot be added"));
    if cfg!(target_os = "linux") {
        assert!(refused(Path::new("/proc")).contains("part of the system"), "{}", refused(Path::new("/proc")));
    }
    assert_eq!(library.ask(GetStatus {}).expect("status").folders, []);
    let file = library.drop_file("a.txt", "one");
    library.engine().add_watched(&[file]).expect("a file is added, and its folder is not watched");
    assert_eq!(library.ask(GetStatus {}).expect("status").folders, []);
}

#[test]
fn where_nothing_is_told_the_folder_is_scanned_again_and_again() {
    let mut watched = Watched::with(&[("a.txt", "one")]);
    watched.library.watcher.deafen();
    watched.after(0);
    assert_eq!(watched.folder().watch, WatchState::Polled);
    watched.library.drop_file("b.txt", "two");
    watched.after(31_000);
    assert_eq!(watched.names(), ["a.txt", "b.txt"]);
    let (events, jobs) = (watched.events(), watched.count("SELECT count(*) FROM jobs"));
    (0..10).for_each(|_| watched.after(31_000));
    assert_eq!((watched.events(), watched.count("SELECT count(*) FROM jobs")), (events, jobs), "nothing new is nothing to say");
    watched.library.ask(ChangeSetting { key: "watch.poll_seconds".into(), value: Some("5".into()) }).expect("changed");
    watched.library.drop_file("c.txt", "three");
    watched.after(31_000);
    watched.library.drop_file("d.txt", "four");
    watched.after(6000);
    assert_eq!(watched.names().len(), 4);
}

#[test]
fn whatever_was_told_everything_is_looked_at_once_an_hour() {
    let mut watched = Watched::with(&[("a.txt", "one")]);
    watched.library.drop_file("b.txt", "two");
    watched.after(59 * 60_000);
    assert_eq!(watched.names(), ["a.txt"]);
    watched.after(2 * 60_000);
    assert_eq!(watched.names(), ["a.txt", "b.txt"]);
}

#[test]
fn a_restart_finds_what_happened_meanwhile() {
    let mut watched = Watched::with(&[("a.txt", "one"), ("b.txt", "two")]);
    watched.watch = None;
    watched.library.restart();
    fs_err::rename(watched.path("a.txt"), watched.path("c.txt")).expect("renamed");
    fs_err::remove_file(watched.path("b.txt")).expect("removed");
    watched.watch = Some(Watch::new(watched.library.engine()).expect("a watch"));
    watched.after(0);
    assert_eq!(watched.names(), ["c.txt"]);
    assert_eq!(watched.count("SELECT count(*) FROM assets"), 2);
}

#[test]
fn the_watch_ends_with_the_lanes() {
    let watched = Watched::with(&[("a.txt", "one")]);
    let running = watched.library.engine().start_watching().expect("running");
    drop(running);
    assert_eq!(watched.library.engine().tick(winnow_contract::job::Lane::Io).expect("a tick"), winnow_engine::Tick::Stop);
    let reader = Engine::open(&watched.library.path(), Absent::ports(), Options::default()).expect("a reader");
    assert!(Watch::new(&std::sync::Arc::new(reader)).is_err(), "who only reads does not follow");
}
