//! Reads a folder with the shipped programs, in a home of its own, traced where that is possible.
//!
//! Judges nothing.

use super::{corpus, trace};
use crate::files;
use crate::native::Programs;
use crate::options::Options;
use crate::place::Place;
use crate::shell::{self, Failure, Outcome};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What is read, and where everything that it may write to is.
pub struct Reading<'a> {
    pub place: &'a Place,
    pub programs: &'a Programs,
    /// Folder of the models, and of the library that reads PDF documents.
    pub models: &'a Path,
    pub home: &'a Path,
    pub files: &'a Path,
    /// Every step; otherwise only those that read bytes nobody has looked at yet, for which a file costs a tenth.
    pub all_steps: bool,
}

/// What came of it.
pub struct Read {
    /// One line for each asset, as `winnow ingest --json` prints it.
    pub lines: Vec<Value>,
    /// None when it was stopped because its time was over.
    pub code: Option<i32>,
    pub seconds: f64,
    pub files: usize,
    /// What was written, created or removed outside of the library.
    pub outside: Vec<String>,
    pub traced: bool,
    /// Checks of the doctor that did not go well, and jobs that are left.
    pub complaints: Vec<String>,
}

impl Reading<'_> {
    /// Reads everything; `count` files are expected.
    pub fn run(&self, count: usize, options: &Options) -> Outcome<Read> {
        corpus::empty(self.home)?;
        for folder in ["library", "home", "tmp", "empty"] {
            fs_err::create_dir_all(self.home.join(folder))?;
        }
        if !self.all_steps {
            let models = ["ocr", "speech", "embed"].map(|step| format!("[{step}]\nenabled = false\n"));
            fs_err::write(self.library().join("settings.toml"), models.concat())?;
        }
        let before = self.state()?;
        let limit = Duration::from_secs(options.seconds.unwrap_or(600 + 3 * count as u64));
        let traced = shell::has("strace") && !options.untraced;
        let (code, seconds) = self.ingest(traced, limit)?;
        let mut outside = difference(&before, &self.state()?);
        if traced {
            outside.extend(trace::outside(&self.home.join("trace"), &self.library())?);
        }
        let lines = lines(&self.home.join("lines.jsonl"))?;
        let complaints = if code.is_some() { self.complaints()? } else { Vec::new() };
        Ok(Read { lines, code, seconds, files: count, outside, traced, complaints })
    }

    fn library(&self) -> PathBuf {
        self.home.join("library")
    }

    fn ingest(&self, traced: bool, limit: Duration) -> Outcome<(Option<i32>, f64)> {
        let began = Instant::now();
        let timed = |mut command: Command| {
            // It stops the program itself, whoever watches it.
            command.args(["--kill-after=10", &limit.as_secs().to_string()]).arg(&self.programs.winnow);
            command
        };
        let plain = || self.place.program("timeout");
        let mut command = self.own(timed(if traced { trace::program(&self.home.join("trace"), Path::new("timeout")) } else { plain() }));
        command.args(["--json", "--library"]).arg(self.library()).arg("ingest").arg(self.files);
        let out = fs_err::File::create(self.home.join("lines.jsonl"))?;
        let status = shell::status(command.stdin(Stdio::null()).stdout(out.into_file()))?;
        // A signal is no code: it counts as having died.
        let code = Some(status.code().unwrap_or(-1)).filter(|code| !matches!(code, 124 | 137));
        Ok((code, began.elapsed().as_secs_f64()))
    }

    fn winnow(&self) -> Command {
        self.own(self.place.program(&self.programs.winnow))
    }

    /// A program whose home, caches and temporary files are ours to look at.
    fn own(&self, mut command: Command) -> Command {
        let home = self.home.join("home");
        command.current_dir(self.home.join("empty")).env("HOME", &home).env("TMPDIR", self.home.join("tmp"));
        for (variable, folder) in [("XDG_DATA_HOME", "data"), ("XDG_CONFIG_HOME", "config"), ("XDG_CACHE_HOME", "cache")] {
            command.env(variable, home.join(folder));
        }
        self.programs.announce(&mut command);
        command.env("WINNOW_MODELS", self.models);
        command
    }

    /// Every file that is not the library's, by size and content.
    fn state(&self) -> Outcome<BTreeMap<PathBuf, String>> {
        let mut state = BTreeMap::new();
        for folder in [self.files, &self.home.join("home"), &self.home.join("tmp"), &self.home.join("empty")] {
            for name in files::list(folder)? {
                let path = folder.join(name);
                let bytes = fs_err::read(&path)?;
                state.insert(path, format!("{} {}", bytes.len(), files::fingerprint(&[&bytes])));
            }
        }
        Ok(state)
    }

    fn complaints(&self) -> Outcome<Vec<String>> {
        let ask = |words: &[&str]| -> Outcome<Vec<Value>> {
            let mut command = self.winnow();
            let output = command.args(["--json", "--library"]).arg(self.library()).args(words).output()?;
            Ok(parse(&String::from_utf8_lossy(&output.stdout)))
        };
        let checks = ask(&["doctor"])?;
        let bad = checks.iter().filter(|check| check["ok"] != true).map(|check| format!("doctor: {} {}", check["check"], check["detail"]));
        let mut complaints: Vec<String> = bad.collect();
        let status = ask(&["status"])?;
        let left = |name: &str| status.first().and_then(|line| line["jobs"][name].as_u64());
        for name in ["queued", "running"] {
            if left(name) != Some(0) {
                complaints.push(format!("jobs that are still {name}: {:?}", left(name)));
            }
        }
        Ok(complaints)
    }
}

fn difference(before: &BTreeMap<PathBuf, String>, after: &BTreeMap<PathBuf, String>) -> Vec<String> {
    let new = after.iter().filter(|(path, state)| before.get(*path) != Some(state)).map(|(path, _)| format!("written: {}", path.display()));
    let gone = before.keys().filter(|path| !after.contains_key(*path)).map(|path| format!("removed: {}", path.display()));
    new.chain(gone).collect()
}

fn lines(file: &Path) -> Outcome<Vec<Value>> {
    let lines = parse(&fs_err::read_to_string(file)?);
    match lines.split_last() {
        Some((last, assets)) if last.get("summary").is_some() => Ok(assets.to_vec()),
        _ => Err(Failure::new("`winnow ingest` ended without its last line; what it said stands above.")),
    }
}

fn parse(text: &str) -> Vec<Value> {
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_other_or_gone_is_told() {
        let state = |rows: &[(&str, &str)]| rows.iter().map(|(path, state)| (PathBuf::from(path), (*state).to_owned())).collect();
        let found = difference(&state(&[("a", "1"), ("b", "1"), ("c", "1")]), &state(&[("a", "1"), ("b", "2"), ("d", "1")]));
        assert_eq!(found, ["written: b", "written: d", "removed: c"]);
    }
}
