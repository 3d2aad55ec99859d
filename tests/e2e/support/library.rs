//! A library and a folder of files of one test's own, and the command line on it.
//!
//! Knows nothing of the window.

use crate::processes::{self, Pid};
use crate::programs;
use serde_json::Value;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// In a temporary folder, with a worker program of its own, so that its processes can be told from all others.
pub struct Library {
    home: tempfile::TempDir,
    worker: PathBuf,
    /// Folder of the models, for a test that needs them: what is read without them is read faster.
    models: Option<PathBuf>,
}

/// What a command said.
#[derive(Debug)]
pub struct Answer {
    /// Exit code; none when it was ended by a signal.
    pub code: Option<i32>,
    /// Standard output, a JSON object from each line.
    pub lines: Vec<Value>,
    pub errors: String,
}

impl Library {
    /// An empty folder of files and a library that is not there yet.
    pub fn new() -> Self {
        let home = tempfile::Builder::new().prefix("winnow-e2e-").tempdir().expect("a temporary folder");
        fs_err::create_dir(home.path().join("files")).expect("a folder");
        let worker = home.path().join("winnow-worker");
        let original = programs::worker();
        if fs_err::hard_link(&original, &worker).is_err() {
            fs_err::copy(&original, &worker).expect("a copy of the worker");
        }
        Self { home, worker, models: None }
    }

    /// One that hears and understands.
    pub fn with_models() -> Self {
        Self { models: Some(programs::models()), ..Self::new() }
    }

    /// Where the test puts files.
    pub fn files(&self) -> PathBuf {
        self.home.path().join("files")
    }

    /// Folder of the library.
    pub fn path(&self) -> PathBuf {
        self.home.path().join("library")
    }

    /// A folder for anything else.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Sees nothing of the person who runs the test, and uses this library's worker.
    pub fn set_apart(&self, command: &mut Command) {
        command.env("WINNOW_WORKER", &self.worker).env_remove("WINNOW_LOG").env_remove("WINNOW_SAMPLE");
        for (variable, folder) in [("XDG_DATA_HOME", "data"), ("XDG_CONFIG_HOME", "config"), ("XDG_CACHE_HOME", "cache")] {
            command.env(variable, self.home.path().join(folder));
        }
        match &self.models {
            Some(folder) => command.env("WINNOW_MODELS", folder),
            None => command.env_remove("WINNOW_MODELS"),
        };
    }

    /// `winnow --json --library … ARGUMENTS`.
    pub fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(programs::winnow());
        command.arg("--json").arg("--library").arg(self.path()).args(arguments);
        self.set_apart(&mut command);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs a command to its end.
    ///
    /// # Panics
    /// When standard output holds anything but JSON.
    pub fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Answer {
        answer(&mut self.command(arguments))
    }

    /// The lines of a command that must succeed.
    pub fn ask(&self, words: &[&str]) -> Vec<Value> {
        let answer = self.run(words);
        assert_eq!(answer.code, Some(0), "winnow {}: {}", words.join(" "), answer.errors);
        answer.lines
    }

    /// The one line of a command that must succeed.
    pub fn ask_one(&self, words: &[&str]) -> Value {
        let mut lines = self.ask(words);
        assert_eq!(lines.len(), 1, "winnow {} says one line", words.join(" "));
        lines.remove(0)
    }

    /// Ingests the folder of files to the end.
    pub fn ingest(&self) -> Answer {
        self.run([OsStr::new("ingest"), self.files().as_os_str()])
    }

    /// All open items, best first.
    pub fn review(&self) -> Vec<Value> {
        self.ask(&["review", "list", "--limit", "100000"])
    }

    /// Jobs that wait or run.
    pub fn waiting(&self) -> u64 {
        let status = self.ask_one(&["status"]);
        status["jobs"]["queued"].as_u64().unwrap_or(0) + status["jobs"]["running"].as_u64().unwrap_or(0)
    }

    /// The worker processes of this library that are alive.
    pub fn workers(&self) -> Vec<Pid> {
        processes::running(&self.worker)
    }

    /// The window's own process, below the driver that opened it.
    ///
    /// # Panics
    /// When there is none.
    pub fn window_process(&self, driver: Pid) -> Pid {
        let is_winnow = |pid: &Pid| fs_err::read_link(format!("/proc/{pid}/exe")).is_ok_and(|exe| exe == programs::winnow());
        processes::tree(driver).into_iter().find(is_winnow).expect("the window's process")
    }

    /// Waits until no worker of this library is left.
    pub fn expect_no_workers(&self) {
        crate::wait_for("all workers end with their parent", Duration::from_secs(10), || self.workers().is_empty().then_some(()));
    }

    /// Every check of the doctor and the audit trail.
    ///
    /// # Panics
    /// When one of them finds a fault.
    pub fn expect_healthy(&self) {
        let checks = self.run(["doctor", "--read-data"]);
        let faults: Vec<_> = checks.lines.iter().filter(|check| check["ok"] != true).collect();
        assert!(checks.lines.len() > 5 && faults.is_empty(), "the doctor found {faults:?}; {}", checks.errors);
        let audit = self.ask_one(&["audit", "verify"]);
        assert_eq!(audit["ok"], true, "{audit}");
    }
}

impl Default for Library {
    fn default() -> Self {
        Self::new()
    }
}

/// Runs a command whose standard output is JSON by lines.
///
/// # Panics
/// When it cannot be started or says something else.
pub fn answer(command: &mut Command) -> Answer {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let text = String::from_utf8(output.stdout).expect("JSON is UTF-8");
    let parse =
        |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{command:?} said {line:?}, no JSON: {error}\n{errors}"));
    Answer { code: output.status.code(), lines: text.lines().map(parse).collect(), errors }
}
