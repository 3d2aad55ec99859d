//! Runs the program on a library of its own and takes apart what it says.
//!
//! Judges nothing.

use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// How a command ended.
#[derive(Debug)]
pub struct Done {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Done {
    /// Standard output as JSON, line by line.
    pub fn lines(&self) -> Vec<Value> {
        let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        self.out.lines().map(parse).collect()
    }

    /// The one line there is.
    pub fn only(&self) -> Value {
        let mut lines = self.lines();
        assert_eq!((lines.len(), self.code), (1, 0), "{}{}", self.out, self.err);
        lines.remove(0)
    }
}

/// A library in a folder of its own.
pub struct Library(TempDir);

impl Library {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    pub fn folder(&self) -> PathBuf {
        self.0.path().join("library")
    }

    /// Runs a command for a machine.
    pub fn json(&self, arguments: &[&str]) -> Done {
        self.with_input(&[&["--json"], arguments].concat(), b"")
    }

    /// Runs a command for a person.
    pub fn text(&self, arguments: &[&str]) -> Done {
        self.with_input(arguments, b"")
    }

    /// Runs a command that reads standard input.
    pub fn with_input(&self, arguments: &[&str], input: &[u8]) -> Done {
        let mut process = self.command(arguments).stdin(Stdio::piped()).spawn().expect("the program starts");
        let mut stdin = process.stdin.take().expect("a pipe");
        // A program that does not read has closed its end.
        drop(stdin.write_all(input));
        drop(stdin);
        let output = process.wait_with_output().expect("the program ends");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Done { code: output.status.code().expect("a code, no signal"), out: text(output.stdout), err: text(output.stderr) }
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_winnow"));
        command.arg("--library").arg(self.folder()).args(arguments).env("WINNOW_WORKER", worker());
        // Whatever models this computer has: what a model says stands in the full run.
        command.env("WINNOW_MODELS", self.0.path().join("models"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Deletes the cache of pictures.
    pub fn forget_renditions(&self) {
        fs_err::remove_dir_all(self.folder().join("renditions")).expect("renditions");
    }
}

/// `winnow-worker`, where `WINNOW_WORKER` says or beside the program.
fn worker() -> PathBuf {
    let beside = Path::new(env!("CARGO_BIN_EXE_winnow")).with_file_name(format!("winnow-worker{}", std::env::consts::EXE_SUFFIX));
    let worker = std::env::var_os("WINNOW_WORKER").map_or(beside, PathBuf::from);
    assert!(worker.is_file(), "{} is missing: cargo build -p winnow-models", worker.display());
    worker
}

/// Every one of these keys is there.
pub fn keys(line: &Value, expected: &[&str]) {
    let object = line.as_object().unwrap_or_else(|| panic!("no object: {line}"));
    for key in expected {
        assert!(object.contains_key(*key), "{key} is missing in {line}");
    }
}
