//! Text of mixed office files, mail and web pages beside recollindex on the same tree; and of PDF documents that carry it.

use super::ingest::ingest;
use super::table::{Table, spread};
use super::{Bench, TURNS, json, median, number};
use crate::shell::Outcome;
use std::path::Path;

const FILES: usize = 2_000;
const PAGES: usize = 1_000;
/// Planted words that are looked for.
const LOOKED_FOR: usize = 120;
const SETTINGS: &str = "[work]\ndecode_width = 2\nocr_width = 2\n[ocr]\nenabled = false\n";

/// Files a second, and planted words that are found.
pub fn table(bench: &Bench<'_>) -> Outcome<Table> {
    let count = bench.count.unwrap_or(FILES);
    let tree = bench.file(&format!("office {count}"));
    bench.peers.make(bench.place, &Path::new(&tree).join("made"), "office.py", &["make", &tree, &count.to_string()])?;
    let (files, index) = (format!("{tree}/files"), bench.file("recoll"));
    let (mut ours, mut theirs, mut found) = (Vec::new(), Vec::new(), 0.0);
    for _ in 0..TURNS {
        let run = ingest(bench, Path::new(&files), SETTINGS)?;
        theirs.push(number(&bench.peers.measure(bench.place, "office.py", &["index", &files, &index])?, "seconds")?);
        ours.push(run.seconds);
        found = share_found(bench, &run.library, count)?;
    }
    let looked_for = LOOKED_FOR.to_string();
    let they_found = number(&bench.peers.measure(bench.place, "office.py", &["found", &files, &index, &looked_for])?, "found")?;
    let rate = |seconds: Vec<f64>| median(seconds.into_iter().map(|seconds| count as f64 / seconds).collect());
    let (mine, peer) = (rate(ours), rate(theirs));
    let row = |name: &str, rate, found: f64| vec![name.to_owned(), spread(rate, 0), format!("{found:.3}")];
    Ok(Table {
        title: "Text of mixed files",
        how: "35 % txt, 25 % html, 10 % eml, 12 % docx, 8 % odt, 10 % pdf of some 600 words, each with a word that stands nowhere else; from nothing, two cores, no models.",
        columns: vec!["program", "files a second", "planted words found"],
        rows: vec![
            row("Winnow", mine, found),
            row("recollindex", peer, they_found),
            vec!["**speed, Winnow ÷ recollindex**".to_owned(), format!("**{:.2}**", mine.0 / peer.0), String::new()],
        ],
    })
}

/// The share of planted words whose file search finds first.
fn share_found(bench: &Bench<'_>, library: &Path, count: usize) -> Outcome<f64> {
    let wanted = LOOKED_FOR.min(count);
    let mut found = 0;
    for at in 0..wanted {
        let number = at * count / wanted;
        let hit = json(bench.winnow(library).args(["search", "--mode", "lexical", "--limit", "1", &format!("zq{number}x")]));
        let path = hit.ok().and_then(|hit| hit["path"].as_str().map(str::to_owned)).unwrap_or_default();
        found += usize::from(path.contains(&format!("doc{number}.")));
    }
    Ok(found as f64 / wanted as f64)
}

/// Pages a second of a document that carries its text.
pub fn pages(bench: &Bench<'_>) -> Outcome<Table> {
    let count = bench.count.unwrap_or(PAGES);
    let folder = bench.file(&format!("document {count}"));
    let document = format!("{folder}/document.pdf");
    bench.peers.make(bench.place, Path::new(&document), "office.py", &["document", &folder, &count.to_string()])?;
    let (mut whole, mut nothing, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TURNS {
        whole.push(ingest(bench, Path::new(&document), SETTINGS)?.seconds);
        nothing.push(ingest(bench, Path::new(&format!("{folder}/nothing.txt")), SETTINGS)?.seconds);
        theirs.push(number(&bench.peers.measure(bench.place, "office.py", &["pdftotext", &document])?, "seconds")?);
    }
    let starting = median(nothing).0;
    let rate = |seconds: Vec<f64>| median(seconds.into_iter().map(|seconds| count as f64 / seconds).collect());
    let ours = rate(whole.into_iter().map(|seconds| (seconds - starting).max(0.001)).collect());
    let row = |name: &str, rate| vec![name.to_owned(), spread(rate, 0)];
    Ok(Table {
        title: "PDF with a text layer",
        how: "One document of plain text; what Winnow needs for a file of one word is taken off. Winnow keeps the place of every word, looks for findings and makes it searchable; pdftotext only writes the text.",
        columns: vec!["program", "pages a second"],
        rows: vec![row("Winnow", ours), row("pdftotext", rate(theirs))],
    })
}
