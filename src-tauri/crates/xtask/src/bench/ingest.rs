//! One reading of a folder with the programs that are shipped, from nothing: its time, and the memory of every process.
//!
//! Without models, but with the library that reads PDFs: what models cost is measured on its own.

use super::Bench;
use crate::files;
use crate::shell::{self, Failure, Outcome};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Where the library that reads PDFs lies among the models.
const PDF_LIBRARY: &str = "pdfium";
/// Between two looks at the memory.
const LOOK: Duration = Duration::from_millis(100);

/// What was seen.
pub struct Ingest {
    pub seconds: f64,
    pub library: PathBuf,
    /// One line for each asset.
    pub lines: Vec<Value>,
    /// Megabytes of the program itself over its life: seconds, and what it held then.
    pub held: Vec<(f64, f64)>,
    /// Megabytes that any one child held at most.
    pub worker_peak: f64,
}

/// Reads a file or folder into a fresh library with these settings.
pub fn ingest(bench: &Bench<'_>, files: &Path, settings: &str) -> Outcome<Ingest> {
    let home = bench.work.join("ingest");
    if home.exists() {
        fs_err::remove_dir_all(&home)?;
    }
    let library = home.join("library");
    fs_err::create_dir_all(&library)?;
    files::mirror(&files::plan_of(&bench.models.join(PDF_LIBRARY))?, &home.join("models").join(PDF_LIBRARY))?;
    fs_err::write(library.join("settings.toml"), settings)?;
    let out = home.join("lines.jsonl");
    let mut command = bench.winnow(&library);
    command.arg("ingest").arg(files).stdin(Stdio::null()).stdout(fs_err::File::create(&out)?.into_file());
    eprintln!("$ {}", shell::line(&command));
    let began = Instant::now();
    let mut child = shell::start(&mut command)?;
    let (mut held, mut worker_peak) = (Vec::new(), 0.0f64);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        held.push((began.elapsed().as_secs_f64(), memory(child.id(), "VmRSS")));
        worker_peak = children(child.id()).into_iter().map(|worker| memory(worker, "VmHWM")).fold(worker_peak, f64::max);
        std::thread::sleep(LOOK.min(Duration::from_millis(5) + began.elapsed() / 20));
    };
    let seconds = began.elapsed().as_secs_f64();
    if !matches!(status.code(), Some(0 | 1)) {
        return Err(Failure::new(format!("`{}` ended with {status}.", shell::line(&command))));
    }
    let lines = fs_err::read_to_string(out)?.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()).collect::<Vec<_>>();
    let lines = lines.into_iter().filter(|line| line.get("asset").is_some()).collect();
    Ok(Ingest { seconds, library, lines, held, worker_peak })
}

impl Ingest {
    /// The text of every asset by the name of its file.
    pub fn texts(&self, bench: &Bench<'_>) -> Outcome<BTreeMap<String, String>> {
        let mut texts = BTreeMap::new();
        for line in &self.lines {
            let (Some(asset), Some(path)) = (line["asset"].as_str(), line["paths"][0].as_str()) else { continue };
            let name = Path::new(path).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let said = super::json(bench.winnow(&self.library).args(["text", asset]))?;
            texts.insert(name, said["text"].as_str().unwrap_or_default().to_owned());
        }
        Ok(texts)
    }

    /// Megabytes the program held at most.
    pub fn peak(&self) -> f64 {
        self.held.iter().map(|(_, held)| *held).fold(0.0, f64::max)
    }

    /// How many megabytes more the program holds for each ten thousand files, once it runs evenly: a straight line through the last
    /// four fifths of its life.
    pub fn slope(&self, files: usize) -> f64 {
        let from = self.held.len() / 5;
        let points = &self.held[from..];
        let count = (points.len() as f64).max(1.0);
        let mean = |of: &dyn Fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
        let (time, held) = (mean(&|point| point.0), mean(&|point| point.1));
        let across: f64 = points.iter().map(|point| (point.0 - time) * (point.1 - held)).sum();
        let spread: f64 = points.iter().map(|point| (point.0 - time).powi(2)).sum();
        if spread == 0.0 { 0.0 } else { across / spread * self.seconds / files as f64 * 10_000.0 }
    }
}

/// Megabytes of a process; 0 when it is gone.
fn memory(process: u32, what: &str) -> f64 {
    let status = fs_err::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(what)?.strip_prefix(':'));
    line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok()).map_or(0.0, |kilobytes| kilobytes * 1024.0 / 1e6)
}

fn children(process: u32) -> Vec<u32> {
    let tasks = fs_err::read_dir(format!("/proc/{process}/task")).into_iter().flatten().filter_map(Result::ok);
    let of = |task: fs_err::DirEntry| fs_err::read_to_string(task.path().join("children")).unwrap_or_default();
    tasks.flat_map(|task| of(task).split_whitespace().filter_map(|word| word.parse().ok()).collect::<Vec<u32>>()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_has_its_slope() {
        let held = (0..100).map(|at| (f64::from(at), 50.0 + 0.1 * f64::from(at))).collect();
        let run = Ingest { seconds: 100.0, library: PathBuf::new(), lines: Vec::new(), held, worker_peak: 0.0 };
        assert!((run.slope(10_000) - 10.0).abs() < 0.01 && (run.slope(20_000) - 5.0).abs() < 0.01);
        assert!((run.peak() - 59.9).abs() < 0.01);
        let still = Ingest { held: vec![(0.0, 7.0)], ..run };
        assert_eq!(still.slope(10), 0.0);
    }
}
