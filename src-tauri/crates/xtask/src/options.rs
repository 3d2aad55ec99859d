//! The command line of xtask as plain values. It reads no environment and touches no file.

use crate::shell::{Failure, Outcome};
use std::path::PathBuf;

pub const HELP: &str = "\
cargo xtask run     sets up what is missing, builds and opens Winnow
                    (without a display: reads the sample collection and prints what waits for review)
cargo xtask test    sets up what is missing and runs every check; --fast runs only the engine's
cargo xtask bench   measures a release build beside the peers and prints ratios; speech, embed, search, ocr, pdf, office
                    or memory name only some
cargo xtask hostile reads thousands of damaged and harmful files; --count N only some; --mutate N mutations of good ones
cargo xtask fuzz    feeds the readers what they do not expect, --seconds N each; names of targets name only some
cargo xtask deny    licences, sources and known weaknesses of what Winnow is built of
cargo xtask setup   only the set-up
cargo xtask ui      only the front end

  --release         optimised
  --no-install      never install a system package: name what is missing and stop
  --library DIR     run: use this library instead of the one in your data folder
  --seconds N       fuzz: time of each target; hostile: when it counts as hanging
  --seed N          hostile --mutate and fuzz: another seed makes other files
  --untraced        hostile: without strace
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
    Hostile,
    Fuzz,
    Deny,
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
    /// Files to read at most.
    pub count: Option<usize>,
    /// Mutations to make.
    pub mutate: Option<usize>,
    pub seconds: Option<u64>,
    pub seed: Option<u64>,
    pub untraced: bool,
}

impl Options {
    fn of(task: Task) -> Self {
        let (rest, count, mutate, seconds, seed) = (Vec::new(), None, None, None, None);
        Self { task, release: false, fast: false, install: true, library: None, rest, count, mutate, seconds, seed, untraced: false }
    }
}

/// Reads the arguments after `cargo xtask`; the failure names the word that was not understood.
pub fn parse(arguments: impl IntoIterator<Item = String>) -> Outcome<Options> {
    let mut arguments = arguments.into_iter();
    let task = task(arguments.next().as_deref())?;
    let mut options = Options::of(task);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--release" => options.release = true,
            "--no-install" => options.install = false,
            "--fast" if task == Task::Test => options.fast = true,
            "--library" if task == Task::Run => options.library = Some(folder(arguments.next())?),
            "speech" | "embed" | "search" | "ocr" | "pdf" | "office" | "memory" if task == Task::Bench => options.rest.push(argument),
            "--count" if matches!(task, Task::Hostile | Task::Bench) => options.count = Some(number(&argument, arguments.next())?),
            "--mutate" if task == Task::Hostile => options.mutate = Some(number(&argument, arguments.next())?),
            "--untraced" if task == Task::Hostile => options.untraced = true,
            "--seconds" if matches!(task, Task::Hostile | Task::Fuzz) => options.seconds = Some(number(&argument, arguments.next())?),
            "--seed" if matches!(task, Task::Hostile | Task::Fuzz) => options.seed = Some(number(&argument, arguments.next())?),
            target if task == Task::Fuzz && !target.starts_with('-') => options.rest.push(argument),
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
        Some("hostile") => Ok(Task::Hostile),
        Some("fuzz") => Ok(Task::Fuzz),
        Some("deny") => Ok(Task::Deny),
        Some("setup") => Ok(Task::Setup),
        Some("ui") => Ok(Task::Ui),
        Some(other) => Err(unknown(other)),
    }
}

fn folder(word: Option<String>) -> Outcome<PathBuf> {
    word.map(PathBuf::from).ok_or_else(|| Failure::new("--library needs a folder"))
}

fn number<T: std::str::FromStr>(name: &str, word: Option<String>) -> Outcome<T> {
    word.and_then(|word| word.parse().ok()).ok_or_else(|| Failure::new(format!("{name} needs a number")))
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
        assert_eq!(check("hostile --mutate 200 --seed 7").expect("valid").mutate, Some(200));
        assert_eq!(check("fuzz mail office --seconds 60").expect("valid").rest, ["mail", "office"]);
        for wrong in [
            "hostile --count many",
            "run --count 3",
            "deny --seed 1",
            "run --fast",
            "test --library x",
            "run --library",
            "paint",
            "ui -- x",
            "bench walking",
        ] {
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
