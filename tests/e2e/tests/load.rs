//! Ten thousand small texts: how many a second, and how much memory the engine takes. The figures are printed.
//!
//! Measures a build as it is tested; what a user runs is faster.
#![cfg(target_os = "linux")]

use std::ffi::OsStr;
use std::time::{Duration, Instant};
use winnow_e2e::library::Library;
use winnow_e2e::processes::{self, Peak};
use winnow_e2e::{alone, files};

const FILES: usize = 10_000;

fn ingest(library: &Library) -> (Duration, Peak, usize) {
    let folder = library.files();
    let child = library.command([OsStr::new("ingest"), folder.as_os_str()]).spawn().expect("winnow");
    let began = Instant::now();
    let (output, peak) = processes::watch(child);
    let took = began.elapsed();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    (took, peak, output.stdout.iter().filter(|byte| **byte == b'\n').count())
}

fn megabytes(bytes: u64) -> u64 {
    bytes / 1_000_000
}

#[test]
fn ten_thousand_small_files() {
    let _alone = alone();
    let library = Library::new();
    files::texts(&library.files(), FILES);
    let (first, peak, lines) = ingest(&library);
    let rate = FILES as f64 / first.as_secs_f64();
    println!("first ingest: {first:.1?}, {rate:.0} files a second");
    println!("peak memory: engine {} MB, largest worker {} MB, all {} MB", megabytes(peak.own), megabytes(peak.below), megabytes(peak.all));
    assert_eq!(lines, FILES + 1, "a line for each asset and the summary");
    let (second, _, _) = ingest(&library);
    println!("second ingest of the same: {second:.1?}, {:.0} files a second", FILES as f64 / second.as_secs_f64());
    let status = library.ask_one(&["status"]);
    assert_eq!(status["assets"]["ready"], FILES, "{status}");
    assert!(rate >= 40.0, "{rate:.1} files a second");
    assert!(megabytes(peak.own) < 400, "{} MB", megabytes(peak.own));
    assert!(second < first, "what is known is not read again");
}
