//! No cheap safety: of the files that a reference tool reads, nearly all have to be read.
//!
//! Every tool is asked about every file, by its content and never by its name alone. Formats that Winnow does not claim to read are
//! named, and count like the others.

mod tools;

use super::reading::Read;
use crate::place::Place;
use crate::shell::Outcome;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;
use tools::{Asked, TOOLS, Theirs};

/// The share that must be read of what a tool reads.
const WANTED: f64 = 0.95;
/// Files not read that are listed.
const SHOWN: usize = 100;
/// Formats for which there is no kept reader: of games, of programs that are gone, and PostScript, which is a program itself (the
/// picture that may lie beside it is read).
const NOT_CLAIMED: [&str; 10] = ["BLP", "EPS", "FTEX", "GBR", "IM", "IMT", "MSP", "PIXAR", "SPIDER", "XVThumb"];
const EVERYTHING: &str = "all";

/// What was found, and what is wrong about it.
#[derive(Default)]
pub struct Compared {
    pub report: String,
    pub wrong: Vec<String>,
    /// Paths of what is not read, and who reads it as what.
    missed: BTreeMap<String, String>,
}

/// Asks every tool about every file.
pub fn compare(place: &Place, read: &Read, work: &Path, folder: &Path) -> Outcome<Compared> {
    let asked = Asked::new(place, work, folder)?;
    let ours = well_read(&read.lines);
    let mut compared = Compared::default();
    compared.line("\n| tool | format | it reads | Winnow reads of them | share |\n|---|---|---|---|---|");
    let mut together: BTreeMap<String, Theirs> = BTreeMap::new();
    for tool in TOOLS {
        match tool.reads(&asked) {
            Ok(Some(theirs)) => {
                compared.rows(tool.name, &theirs, &ours);
                together.extend(theirs.into_iter().map(|theirs| (theirs.path.clone(), theirs)));
            }
            Ok(None) => compared.line(&format!("| {} | not installed | | | |", tool.name)),
            Err(failure) => compared.wrong.push(failure.to_string()),
        }
    }
    compared.total("any of them", EVERYTHING, &together.into_values().collect::<Vec<_>>(), &ours);
    compared.list(read, &asked.folder);
    Ok(compared)
}

impl Compared {
    /// A row for each format that a tool names, and one for all when there are several.
    fn rows(&mut self, tool: &str, theirs: &[Theirs], ours: &BTreeSet<String>) {
        let mut formats: BTreeMap<&str, Vec<&Theirs>> = BTreeMap::new();
        theirs.iter().for_each(|one| formats.entry(&one.format).or_default().push(one));
        let only = formats.keys().next().filter(|_| formats.len() == 1).map_or(EVERYTHING, |only| *only);
        for (format, theirs) in formats.iter().filter(|_| only == EVERYTHING) {
            let both = theirs.iter().filter(|theirs| ours.contains(&theirs.path)).count();
            let claim = if NOT_CLAIMED.contains(format) { " (not claimed)" } else { "" };
            self.row(tool, &format!("{format}{claim}"), theirs.len(), both);
        }
        self.total(tool, only, theirs, ours);
    }

    fn total(&mut self, tool: &str, format: &str, theirs: &[Theirs], ours: &BTreeSet<String>) {
        let missed: Vec<_> = theirs.iter().filter(|theirs| !ours.contains(&theirs.path)).collect();
        let both = theirs.len() - missed.len();
        self.row(tool, format, theirs.len(), both);
        if share(theirs.len(), both) < WANTED {
            self.wrong.push(format!("of the {} files that {tool} reads only {both} are read", theirs.len()));
        }
        for Theirs { format, path } in missed {
            self.missed.entry(path.clone()).or_insert_with(|| format!("{tool}, {format}"));
        }
    }

    fn row(&mut self, tool: &str, format: &str, theirs: usize, both: usize) {
        self.line(&format!("| {tool} | {format} | {theirs} | {both} | {:.3} |", share(theirs, both)));
    }

    fn line(&mut self, line: &str) {
        // Writing into a string cannot fail.
        let _always_well = writeln!(self.report, "{line}");
    }

    /// Files that a tool reads and Winnow does not, and why.
    fn list(&mut self, read: &Read, folder: &Path) {
        let folder = folder.to_string_lossy().into_owned();
        let missed = std::mem::take(&mut self.missed);
        self.line(&format!("\nNot read, although a tool reads them: {}", missed.len()));
        for (path, who) in missed.iter().take(SHOWN) {
            let is = |line: &&Value| line["paths"].as_array().is_some_and(|paths| paths.iter().any(|one| one == path));
            let why =
                read.lines.iter().find(is).map(|line| format!("{} {}", line["state"], line["failure"]["message"])).unwrap_or_default();
            self.line(&format!("* {} ({who}): {why}", path.strip_prefix(&folder).unwrap_or(path)));
        }
    }
}

fn share(theirs: usize, both: usize) -> f64 {
    if theirs == 0 { 1.0 } else { both as f64 / theirs as f64 }
}

/// Paths of what was read, wholly or in part.
fn well_read(lines: &[Value]) -> BTreeSet<String> {
    let well = lines.iter().filter(|line| matches!(line["state"].as_str(), Some("ready" | "partial")));
    well.flat_map(|line| line["paths"].as_array().into_iter().flatten()).filter_map(|path| path.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ready_and_partial_count_as_read() {
        let line = |state: &str, path: &str| json!({"state": state, "paths": [path]});
        let read = well_read(&[line("ready", "/a"), line("partial", "/b"), line("failed", "/c"), line("locked", "/d")]);
        assert_eq!(read.into_iter().collect::<Vec<_>>(), ["/a", "/b"]);
    }

    #[test]
    fn what_is_not_claimed_is_named_and_counts() {
        let theirs = |format: &str, path: &str| Theirs { format: format.to_owned(), path: path.to_owned() };
        let ours = BTreeSet::from(["/a".to_owned()]);
        let mut compared = Compared::default();
        compared.rows("Pillow", &[theirs("PNG", "/a"), theirs("EPS", "/b")], &ours);
        assert_eq!(
            compared.report,
            "| Pillow | EPS (not claimed) | 1 | 0 | 0.000 |\n| Pillow | PNG | 1 | 1 | 1.000 |\n| Pillow | all | 2 | 1 | 0.500 |\n"
        );
        assert_eq!(compared.wrong, ["of the 2 files that Pillow reads only 1 are read"]);
        compared.total("nobody", EVERYTHING, &[], &ours);
        assert_eq!(compared.wrong.len(), 1, "a tool that reads nothing says nothing");
    }
}
