//! Words off scans: Winnow beside Tesseract's own program, and beside ocrmypdf on the same pages as one document.

use super::ingest::{Ingest, ingest};
use super::table::{Table, spread};
use super::{Bench, TURNS, median, number};
use crate::shell::{self, Outcome};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

const PAGES: usize = 20;
/// The one that the system's packages bring.
const PACKAGED: &str = "/usr/bin/ocrmypdf";
/// Two at a time, as the peers.
const SETTINGS: &str = "[work]\ndecode_width = 2\nocr_width = 2\n[near]\nenabled = false\n";

/// Pages a minute and character errors.
pub fn table(bench: &Bench<'_>) -> Outcome<Table> {
    let count = bench.count.unwrap_or(PAGES);
    let (scans, pages) = (bench.file(&format!("scans {count}")), count.to_string());
    bench.peers.make(bench.place, &Path::new(&scans).join("all.pdf"), "ocr.py", &["make", &scans, &pages])?;
    let (images, document, read) = (format!("{scans}/pages"), format!("{scans}/all.pdf"), bench.file("read by ocrmypdf"));
    let (mut ours, mut tesseract, mut ours_pdf) = (Vec::new(), Vec::new(), Vec::new());
    let (mut ocrmypdf, mut packaged) = (Vec::new(), Vec::new());
    let mut mine_wrong = 0.0;
    for _ in 0..TURNS {
        let run = ingest(bench, Path::new(&images), SETTINGS)?;
        ours.push(run.seconds);
        tesseract.push(bench.peers.measure(bench.place, "ocr.py", &["tesseract", &images, &bench.file("read by tesseract")])?);
        mine_wrong = errors(bench, &images, &run)?;
        ours_pdf.push(ingest(bench, Path::new(&document), SETTINGS)?.seconds);
        let theirs = ["ocrmypdf", &document, &read];
        ocrmypdf.push(bench.peers.measure(bench.place, "ocr.py", &theirs)?);
        packaged.push(bench.peers.measure(bench.place, "ocr.py", &[&theirs[..], &[PACKAGED]].concat())?);
    }
    let theirs_wrong = bench.peers.measure(bench.place, "ocr.py", &["errors", &images, &bench.file("read by tesseract")])?;
    let theirs_wrong = number(&theirs_wrong, "character_errors")?;
    let rate = |seconds: Vec<f64>| median(seconds.into_iter().map(|seconds| 60.0 * count as f64 / seconds).collect());
    let seconds = |runs: &[Value]| runs.iter().map(|run| number(run, "seconds")).collect::<Outcome<Vec<f64>>>();
    let (mine, theirs) = (rate(ours), rate(seconds(&tesseract)?));
    let (mine_pdf, theirs_pdf, packaged) = (rate(ours_pdf), rate(seconds(&ocrmypdf)?), rate(seconds(&packaged)?));
    let version = shell::ask(Command::new(PACKAGED).arg("--version")).unwrap_or_default();
    let row = |name: &str, rate, errors: String| vec![name.to_owned(), spread(rate, 1), errors];
    let bold = |name: &str, ratio: f64| vec![format!("**{name}**"), format!("**{ratio:.2}**"), String::new()];
    let rows = vec![
        row("Winnow, pictures", mine, format!("{mine_wrong:.4}")),
        row("xargs -P2 tesseract", theirs, format!("{theirs_wrong:.4}")),
        row("Winnow, one PDF", mine_pdf, String::new()),
        row("ocrmypdf -j2", theirs_pdf, String::new()),
        row(&format!("ocrmypdf -j2 of the system, {version}"), packaged, String::new()),
        bold("speed, Winnow ÷ tesseract", mine.0 / theirs.0),
        bold("speed, Winnow ÷ ocrmypdf", mine_pdf.0 / theirs_pdf.0),
        bold("speed, Winnow ÷ ocrmypdf of the system", mine_pdf.0 / packaged.0),
    ];
    Ok(Table {
        title: "Words on scans",
        how: "A4 pages at 300 dpi with noise, turned by half a degree, as JPEG; two at a time, one thread each. Winnow's time is that of its whole program: reading, hashing, decoding, previews, words, findings.",
        columns: vec!["program", "pages a minute", "character errors"],
        rows,
    })
}

/// The share of characters that differ from what is on the pages.
fn errors(bench: &Bench<'_>, images: &str, run: &Ingest) -> Outcome<f64> {
    let folder = bench.work.join("read by winnow");
    fs_err::create_dir_all(&folder)?;
    for (name, text) in run.texts(bench)? {
        fs_err::write(folder.join(name).with_extension("txt"), text)?;
    }
    let counted = bench.peers.measure(bench.place, "ocr.py", &["errors", images, &folder.display().to_string()])?;
    number(&counted, "character_errors")
}
