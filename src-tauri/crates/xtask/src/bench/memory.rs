//! Memory while thirty thousand small files are read: how much more for each ten thousand, and the most of any process.

use super::Bench;
use super::ingest::ingest;
use super::table::Table;
use crate::shell::Outcome;

const FILES: usize = 30_000;

/// The slope and the peaks.
pub fn table(bench: &Bench<'_>) -> Outcome<Table> {
    let count = bench.count.unwrap_or(FILES);
    let folder = bench.work.join(format!("small {count}"));
    make(&folder, count)?;
    let run = ingest(bench, &folder, "")?;
    let row = |name: &str, value: String| vec![name.to_owned(), value];
    Ok(Table {
        title: "Memory",
        how: "Text files of some 50 words each, read from nothing. The slope is that of a straight line through the last four fifths of the run.",
        columns: vec!["what", "seen"],
        rows: vec![
            row("files", count.to_string()),
            row("seconds", format!("{:.1}", run.seconds)),
            row("more memory for each 10,000 files, MB", format!("{:.2}", run.slope(count))),
            row("the program at most, MB", format!("{:.0}", run.peak())),
            row("any worker at most, MB", format!("{:.0}", run.worker_peak)),
        ],
    })
}

/// Small files, all different.
fn make(folder: &std::path::Path, count: usize) -> Outcome {
    for number in 0..count {
        let inside = folder.join(format!("{:03}", number / 500));
        let path = inside.join(format!("note {number}.txt"));
        if !path.exists() {
            fs_err::create_dir_all(&inside)?;
            let words = (0..50).map(|word| format!("word{}", (number * 31 + word * 977) % 9973)).collect::<Vec<_>>().join(" ");
            fs_err::write(path, format!("Note {number}\n\n{words}\n"))?;
        }
    }
    Ok(())
}
