//! `cargo xtask bench`: ours beside the named peers on the same input, by turns in one run, as ratios in a table.
//!
//! Measures a release build and nothing else; judges nothing. Needs the network once, for the peers' packages.

mod embed;
mod ingest;
mod memory;
mod ocr;
mod office;
mod peers;
mod search;
mod speech;
mod table;

use crate::native::{self, Programs};
use crate::options::Options;
use crate::place::Place;
use crate::shell::{self, Failure, Outcome};
use crate::{front_end, pack, packages};
use peers::Peers;
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;
use table::Table;

/// Turns of every measurement; the median counts.
const TURNS: usize = 3;

/// What a benchmark works with.
pub struct Bench<'a> {
    place: &'a Place,
    peers: Peers,
    /// Folder of our models.
    models: PathBuf,
    programs: Programs,
    /// Files or pages to measure with, when a person wants another number.
    count: Option<usize>,
    /// For what is made and thrown away.
    work: PathBuf,
}

/// Runs the benchmarks that were named, or all, and writes their table beside the build.
pub fn perform(place: &Place, options: &Options) -> Outcome {
    let named = |name: &str| options.rest.is_empty() || options.rest.iter().any(|word| word == name);
    packages::ensure(&packages::for_bench(), options)?;
    let models = pack::ensure(place, options, false)?;
    let programs = programs(place, ["speech", "embed", "search"].into_iter().any(named))?;
    let work = place.target.join("bench");
    fs_err::create_dir_all(&work)?;
    let bench = Bench { place, peers: Peers::ready(place)?, models, programs, count: options.count, work };
    let mut tables = Vec::new();
    if named("speech") {
        tables.push(speech::table(&bench)?);
    }
    if named("embed") {
        tables.push(embed::table(&bench)?);
    }
    if named("search") {
        tables.push(search::table(&bench)?);
    }
    if named("ocr") {
        tables.push(ocr::table(&bench)?);
    }
    if named("office") {
        tables.push(office::table(&bench)?);
    }
    if named("pdf") {
        tables.push(office::pages(&bench)?);
    }
    if named("memory") {
        tables.push(memory::table(&bench)?);
    }
    let text = format!("{}\n{}", machine(&bench.peers), tables.iter().map(Table::to_string).collect::<Vec<_>>().join("\n"));
    let file = bench.work.join("results.md");
    fs_err::write(&file, &text)?;
    println!("\n{text}\nxtask: written to {}", file.display());
    Ok(())
}

/// The programs that the environment names, to try a benchmark out; or those of this checkout, as a release.
fn programs(place: &Place, with_examples: bool) -> Outcome<Programs> {
    let named = |variable: &str| std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_file());
    if let (Some(winnow), Some(worker), false) = (named("WINNOW_BIN"), named("WINNOW_WORKER"), with_examples) {
        return Ok(Programs { winnow, worker });
    }
    front_end::stub(place)?;
    native::build_benches(place)?;
    let program = |name: &str| place.binaries(true).join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    Ok(Programs { winnow: program("winnow"), worker: program("winnow-worker") })
}

impl Bench<'_> {
    /// `winnow --json` on a library of a benchmark, with a home and a folder of models of its own.
    fn winnow(&self, library: &std::path::Path) -> Command {
        let mut command = self.place.program(&self.programs.winnow);
        self.programs.announce(&mut command);
        let home = library.with_file_name("home");
        command.args(["--json", "--quiet", "--library"]).arg(library).env("WINNOW_MODELS", library.with_file_name("models"));
        command.env("HOME", &home).env("XDG_DATA_HOME", home.join("data")).env("XDG_CONFIG_HOME", home.join("config"));
        command
    }

    /// One of our own measuring programs; one JSON line.
    fn ours(&self, program: &str, words: &[&str]) -> Outcome<Value> {
        let mut command = self.place.program(self.place.binaries(true).join("examples").join(program));
        command.args(words).env("WINNOW_WORKER", self.place.binaries(true).join(format!("winnow-worker{}", std::env::consts::EXE_SUFFIX)));
        json(&mut command)
    }

    /// A file among what is made and thrown away, as an argument.
    fn file(&self, name: &str) -> String {
        self.work.join(name).display().to_string()
    }
}

/// The JSON object on the last line that a program prints.
pub fn json(command: &mut Command) -> Outcome<Value> {
    eprintln!("$ {}", shell::line(command));
    let output = command.stderr(std::process::Stdio::inherit()).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let last = text.lines().last().and_then(|line| serde_json::from_str(line).ok());
    last.filter(|_| output.status.success())
        .ok_or_else(|| Failure::new(format!("`{}` ended with {} and measured nothing.", shell::line(command), output.status)))
}

/// A number of a measurement.
pub fn number(value: &Value, key: &str) -> Outcome<f64> {
    value[key].as_f64().ok_or_else(|| Failure::new(format!("a measurement lacks {key}: {value}")))
}

/// The middle one, and the least and the greatest.
pub fn median(mut numbers: Vec<f64>) -> (f64, f64, f64) {
    numbers.sort_by(f64::total_cmp);
    let last = numbers.len().saturating_sub(1);
    numbers.get(last / 2).map_or((0.0, 0.0, 0.0), |middle| (*middle, numbers[0], numbers[last]))
}

/// Processor, cores and the peers' versions.
fn machine(peers: &Peers) -> String {
    let processor = fs_err::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = processor.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':')).map_or("?", |(_, name)| name.trim());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!(
        "{name}, {cores} cores; release build; medians of {TURNS} turns, least and greatest in brackets. Peers: {}.\n",
        peers.versions()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_has_its_spread() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), (2.0, 1.0, 3.0));
        assert_eq!(median(vec![5.0]), (5.0, 5.0, 5.0));
    }

    #[test]
    fn the_last_line_is_the_measurement() {
        let said = json(Command::new("sh").args(["-c", "echo loading; echo '{\"a\": 1.5}'"])).expect("a measurement");
        assert_eq!(number(&said, "a").expect("a number"), 1.5);
        assert!(number(&said, "b").is_err());
        assert!(json(Command::new("sh").args(["-c", "echo '{}'; exit 3"])).is_err());
    }
}
