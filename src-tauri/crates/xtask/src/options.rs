//! The command line of xtask as plain values. It reads no environment and touches no file.

use crate::shell::{Failure, Outcome};
use std::path::PathBuf;

pub const HELP: &str = "\
cargo xtask run     sets up what is missing, builds and opens Winnow
                    (without a display: reads the sample collection and prints what waits for review)
cargo xtask test    sets up what is missing and runs every check; --fast runs only the engine's
cargo xtask bench   measures a release build beside the peers and prints ratios; speech, embed or search name only some
cargo xtask setup   only the set-up
cargo xtask ui      only the front end

  --release         optimised
  --no-install      never install a system package: name what is missing and stop
  --library DIR     run: use this library instead of the one in your data folder
  -- ARGS           run: handed on to winnow, for instance  cargo xtask run -- review list

WINNOW_PACK=DIR keeps the models that set-up fetches in DIR instead of among the caches.
WINNOW_WASM=rustup or WINNOW_WASM=debian chooses between the two ways to build WebAssembly.
";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    Help,
    Run,
    Test,
    Bench,
    Setup,
    Ui,
}

/// What the person asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub task: Task,
    pub release: bool,
    pub fast: bool,
    pub install: bool,
    pub library: Option<PathBuf>,
    pub rest: Vec<String>,
}

/// Reads the arguments after `cargo xtask`; the failure names the word that was not understood.
pub fn parse(arguments: impl IntoIterator<Item = String>) -> Outcome<Options> {
    let mut arguments = arguments.into_iter();
    let task = task(arguments.next().as_deref())?;
    let mut options = Options { task, release: false, fast: false, install: true, library: None, rest: Vec::new() };
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--release" => options.release = true,
            "--no-install" => options.install = false,
            "--fast" if task == Task::Test => options.fast = true,
            "--library" if task == Task::Run => options.library = Some(folder(arguments.next())?),
            "speech" | "embed" | "search" if task == Task::Bench => options.rest.push(argument),
            "--" if task == Task::Run => options.rest = arguments.by_ref().collect(),
            "--help" | "-h" => options.task = Task::Help,
            other => return Err(unknown(other)),
        }
    }
    Ok(options)
}

fn task(word: Option<&str>) -> Outcome<Task> {
    match word {
        None | Some("help" | "--help" | "-h") => Ok(Task::Help),
        Some("run") => Ok(Task::Run),
        Some("test") => Ok(Task::Test),
        Some("bench") => Ok(Task::Bench),
        Some("setup") => Ok(Task::Setup),
        Some("ui") => Ok(Task::Ui),
        Some(other) => Err(unknown(other)),
    }
}

fn folder(word: Option<String>) -> Outcome<PathBuf> {
    word.map(PathBuf::from).ok_or_else(|| Failure::new("--library needs a folder"))
}

fn unknown(word: &str) -> Failure {
    Failure::new(format!("\"{word}\" is not understood here.\n\n{HELP}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str) -> Outcome<Options> {
        parse(line.split_whitespace().map(String::from))
    }

    #[test]
    fn every_task_has_its_own_switches() {
        assert!(check("test --fast").expect("valid").fast);
        assert!(check("run --release").expect("valid").release);
        assert!(!check("setup --no-install").expect("valid").install);
        assert_eq!(check("").expect("valid").task, Task::Help);
        assert_eq!(check("run --help").expect("valid").task, Task::Help);
        for wrong in ["run --fast", "test --library x", "run --library", "paint", "ui -- x", "bench walking"] {
            assert!(check(wrong).is_err(), "{wrong} must be refused");
        }
    }

    #[test]
    fn words_after_two_dashes_go_to_winnow_as_they_are() {
        let options = check("run --library lib -- review list --release").expect("valid");
        assert_eq!(options.rest, ["review", "list", "--release"]);
        assert!(!options.release);
        assert_eq!(options.library, Some(PathBuf::from("lib")));
    }
}
