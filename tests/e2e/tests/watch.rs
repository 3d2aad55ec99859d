//! A folder that `winnow watch run` follows: bursts, renames, slow writers, a drive that goes and comes, kills. None lost.
//!
//! Compares what the library knows with what is on the disk; what is read of a file is tested elsewhere.
#![cfg(target_os = "linux")]

use rustix::process::{Pid, Signal, kill_process};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use winnow_contract::asset::{AssetFilter, AssetState};
use winnow_contract::command::GetStatus;
use winnow_contract::id::AssetId;
use winnow_contract::status::{FolderRow, WatchState};
use winnow_e2e::library::Library;
use winnow_e2e::{alone, files, processes, wait_for};
use winnow_engine::ports::Absent;
use winnow_engine::{Brief, Engine, Options};

const MANY: usize = 5_000;
const PATIENCE: Duration = Duration::from_secs(30);
/// For thousands of files.
const LONG: Duration = Duration::from_secs(300);

/// A library whose folder of files is watched, and `watch run` on it. Ends the process when it is dropped.
struct Watched {
    library: Library,
    reader: Engine,
    child: Option<Child>,
}

impl Watched {
    fn new() -> Self {
        let library = Library::new();
        let line = library.ask_one(&["watch", "add", &library.files().display().to_string()]);
        assert_eq!((line["assets"].as_u64(), line["last_scan"].is_null(), line["since"].is_string()), (Some(0), true, true), "{line}");
        fs_err::write(library.path().join("settings.toml"), "[watch]\npoll_seconds = 1\n").expect("settings");
        let reader = Engine::open(&library.path(), Absent::ports(), Options::default()).expect("a reader");
        let mut watched = Self { library, reader, child: None };
        watched.start();
        watched
    }

    fn start(&mut self) {
        let log = |name: &str| File::options().create(true).append(true).open(self.library.home().join(name)).expect("a log");
        let mut command = self.library.command(["watch", "run"]);
        self.child = Some(command.stdout(log("out")).stderr(log("errors")).spawn().expect("winnow"));
        let folder = self.library.files();
        // Directories are watched one by one; the first scan begins when all are.
        let began = Instant::now();
        files::write(&folder, "started.txt", format!("{began:?}"));
        self.settle("it begins to follow", PATIENCE);
    }

    fn id(&self) -> u32 {
        self.child.as_ref().expect("a process").id()
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.id()).expect("an id")).expect("an id");
        kill_process(pid, signal).expect("a signal");
    }

    fn kill(&mut self) {
        let mut child = self.child.take().expect("a process");
        child.kill().expect("killed");
        child.wait().expect("reaped");
        self.library.expect_no_workers();
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        files::write(&self.library.files(), name, content);
    }

    fn assets(&self) -> Vec<AssetId> {
        self.reader.asset_ids(&AssetFilter::default()).expect("assets")
    }

    fn brief(&self, name: &str) -> Option<Brief> {
        let path = self.library.files().canonicalize().expect("a folder").join(name);
        self.reader.brief(&self.reader.find_asset(&path.display().to_string()).ok()?).ok()
    }

    fn folder(&self) -> FolderRow {
        self.reader.ask(GetStatus {}).expect("status").folders.remove(0)
    }

    /// Every path at which the library knows a file that is there and was read.
    fn known(&self) -> BTreeSet<String> {
        let brief = |asset: AssetId| self.reader.brief(&asset).expect("an asset");
        self.assets().into_iter().map(brief).filter(|brief| brief.row.state != AssetState::Pending).flat_map(|brief| brief.paths).collect()
    }

    /// Waits until the library knows exactly what is on the disk.
    fn settle(&self, what: &str, limit: Duration) {
        let folder = self.library.files().canonicalize().expect("a folder");
        let disk: BTreeSet<_> = files::originals(&folder).into_iter().map(|file| file.0.display().to_string()).collect();
        wait_for(what, limit, || {
            let same = self.reader.is_settled().ok()? && self.known() == disk;
            if !same {
                thread::sleep(Duration::from_millis(100));
            }
            same.then_some(())
        });
    }

    /// Asks it to end, and gives back what it said for machines.
    fn end(mut self) -> usize {
        let mut child = self.child.take().expect("a process");
        assert!(processes::ask_to_end(child.id()), "it ran until now");
        let ended = wait_for("it ends when it is asked to", Duration::from_secs(10), || child.try_wait().expect("its state"));
        assert_eq!(ended.code(), Some(0), "{}", fs_err::read_to_string(self.library.home().join("errors")).unwrap_or_default());
        self.library.expect_no_workers();
        self.library.expect_healthy();
        let said = fs_err::read_to_string(self.library.home().join("out")).expect("its lines");
        said.lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"))
            .filter(|line| line["asset"].is_string())
            .count()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

fn texts(folder: &Path, from: usize, count: usize) {
    (from..from + count).for_each(|n| drop(files::write(folder, format!("burst/{}/{n:05}.txt", n % 10), files::text(n))));
}

#[test]
fn a_burst_beyond_the_systems_queue_and_as_many_renames_lose_nothing() {
    let _alone = alone();
    let watched = Watched::new();
    let folder = watched.library.files();
    // While it stands still more happens than the system keeps for it (16,384 events).
    watched.signal(Signal::STOP);
    texts(&folder, 0, MANY);
    watched.signal(Signal::CONT);
    let began = Instant::now();
    watched.settle("every file of the burst is read", LONG);
    println!("{MANY} files in a burst: {:.1?}", began.elapsed());
    let before = watched.assets();
    assert_eq!(before.len(), MANY + 1);

    let began = Instant::now();
    for n in 0..MANY {
        let name = |part: &str| folder.join(format!("burst/{}/{part}{n:05}.txt", n % 10));
        fs_err::rename(name(""), name("renamed ")).expect("renamed");
    }
    watched.settle("every file is found under its new name", LONG);
    println!("{MANY} renames: {:.1?}", began.elapsed());
    assert_eq!(watched.assets(), before, "no asset is new");

    let began = Instant::now();
    fs_err::rename(folder.join("burst"), folder.join("moved")).expect("moved");
    watched.settle("every file is found in the moved folder", LONG);
    println!("a folder of {MANY} files moved: {:.1?}", began.elapsed());
    assert_eq!(watched.assets(), before, "no asset is new");
    assert!(watched.end() > MANY, "a line for each asset that was finished");
}

#[test]
fn a_burst_into_folders_that_are_made_meanwhile_loses_nothing() {
    let _alone = alone();
    let watched = Watched::new();
    for n in 0..600 {
        watched.write(&format!("made {}/deep/er {}/{n}.txt", n % 7, n / 20), files::text(n));
    }
    watched.settle("every file in a new folder is read", LONG);
    assert_eq!(watched.assets().len(), 601);
    watched.end();
}

#[test]
fn a_slow_writer_is_waited_for_and_the_last_bytes_win() {
    let _alone = alone();
    let watched = Watched::new();
    let slowly = |name: &str, pause: Duration| {
        let mut file = fs_err::File::create(watched.library.files().join(name)).expect("a file");
        file.write_all(format!("{name}: the first half, ").as_bytes()).expect("written");
        thread::sleep(pause);
        file.write_all(b"and the second.").expect("written");
    };
    slowly("quick.txt", Duration::from_secs(1));
    watched.settle("the file is read", PATIENCE);
    assert_eq!(watched.assets().len(), 2, "it was read once, when it was complete");
    slowly("sleepy.txt", Duration::from_secs(4));
    let path = watched.library.files().join("sleepy.txt");
    let hash = blake3::hash(&fs_err::read(&path).expect("bytes")).to_hex().to_string();
    wait_for("the last bytes are what is known", PATIENCE, || {
        watched.brief("sleepy.txt").filter(|brief| brief.hash.as_deref() == Some(&hash) && brief.row.state == AssetState::Ready)
    });
    watched.end();
}

#[test]
fn edits_deletions_and_returns_are_seen() {
    let _alone = alone();
    let watched = Watched::new();
    watched.write("a.txt", "Card 4111 1111 1111 1111 for the lamp.");
    watched.settle("the file is read", PATIENCE);
    let old = watched.brief("a.txt").expect("an asset").row.id;
    let item = watched.library.review()[0]["item"].as_str().expect("an item").to_owned();
    watched.write("a.txt", "Card 4111 1111 1111 1111 for the lamp, and the oil.");
    let new = wait_for("the edited file is another asset", PATIENCE, || {
        watched.brief("a.txt").filter(|brief| brief.row.id != old && brief.row.state == AssetState::Ready)
    });
    let before = watched.reader.brief(&old).expect("the old asset");
    assert_eq!((before.row.state, before.paths.len()), (AssetState::Missing, 0));
    watched.settle("the work is done", PATIENCE);
    let items: Vec<_> = watched.library.review().iter().map(|row| row["item"].as_str().unwrap_or_default().to_owned()).collect();
    assert!(items.iter().any(|found| *found != item), "the new content has a question of its own: {items:?}");

    fs_err::remove_file(watched.library.files().join("a.txt")).expect("removed");
    wait_for("the file is missing", PATIENCE, || {
        watched.reader.brief(&new.row.id).ok().filter(|brief| brief.row.state == AssetState::Missing)
    });
    watched.write("a.txt", "Card 4111 1111 1111 1111 for the lamp, and the oil.");
    wait_for("the file is back", PATIENCE, || watched.reader.brief(&new.row.id).ok().filter(|brief| brief.row.state == AssetState::Ready));
    watched.write("deep/b.txt", "in a folder");
    watched.settle("the file in a folder is read", PATIENCE);
    fs_err::remove_dir_all(watched.library.files().join("deep")).expect("removed");
    watched.settle("it is gone with its folder", PATIENCE);
    watched.end();
}

#[test]
fn a_folder_that_goes_and_comes_back_loses_nothing() {
    let _alone = alone();
    let watched = Watched::new();
    watched.write("a.txt", "one");
    watched.write("deep/b.txt", "two");
    watched.settle("the files are read", PATIENCE);
    let (folder, away) = (watched.library.files(), watched.library.home().join("away"));
    fs_err::rename(&folder, &away).expect("away");
    wait_for("it is unreachable", PATIENCE, || (watched.folder().watch == WatchState::Unreachable).then_some(()));
    fs_err::create_dir(&folder).expect("a mount point");
    thread::sleep(Duration::from_secs(3));
    assert_eq!((watched.folder().watch, watched.known().len()), (WatchState::Unreachable, 3), "an empty mount point is no deletion");
    fs_err::remove_dir(&folder).expect("gone");
    fs_err::rename(&away, &folder).expect("back");
    wait_for("it is there again", PATIENCE, || (!watched.folder().unavailable).then_some(()));
    watched.write("deep/c.txt", "three");
    watched.settle("what is new in it is read", PATIENCE);
    assert_eq!(watched.assets().len(), 4);
    watched.end();
}

#[test]
fn kills_in_a_burst_lose_nothing() {
    let _alone = alone();
    let mut watched = Watched::new();
    let folder = watched.library.files();
    for round in 0..4 {
        texts(&folder, round * 300, 300);
        let known = watched.assets().len();
        wait_for("some of it is read", LONG, || (watched.assets().len() >= known + 60).then_some(()));
        watched.kill();
        let child = watched.library.command(["watch", "run"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        watched.child = Some(child.expect("winnow"));
    }
    watched.settle("everything is read in the end", LONG);
    assert_eq!(watched.assets().len(), 1201);
    watched.end();
}

#[test]
fn folders_are_listed_and_another_writer_is_refused() {
    let _alone = alone();
    let watched = Watched::new();
    let folder = watched.library.files().canonicalize().expect("a folder").display().to_string();
    let listed = watched.library.ask_one(&["watch", "list"]);
    assert_eq!((listed["folder"].as_str(), listed["assets"].as_u64()), (Some(folder.as_str()), Some(1)), "{listed}");
    assert!(listed["last_scan"].as_str().is_some_and(|at| at.ends_with('Z')), "{listed}");
    for arguments in [&["watch", "run"][..], &["watch", "add", "/usr"], &["watch", "remove", &folder]] {
        assert_eq!(watched.library.run(arguments).code, Some(3), "{arguments:?}");
    }
    let library = Library::new();
    for arguments in
        [&["watch", "add", "/no/such"][..], &["watch", "add", "/proc"], &["watch", "add", "/etc/passwd"], &["watch", "remove", "/usr"]]
    {
        let answer = library.run(arguments);
        assert_eq!((answer.code, answer.errors.trim().is_empty()), (Some(2), false), "{arguments:?}");
    }
    let files = library.files().display().to_string();
    library.ask_one(&["watch", "add", &files]);
    assert!(library.ask_one(&["watch", "remove", &files])["since"].is_null());
    assert!(library.ask(&["watch", "list"]).is_empty());
    watched.end();
}
