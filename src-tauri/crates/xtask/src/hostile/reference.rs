//! No cheap safety: of the files that a reference tool reads, nearly all have to be read.
//!
//! The tools are programs of the system. Formats that Winnow does not claim to read are counted apart.

use super::reading::Read;
use crate::files;
use crate::place::Place;
use crate::shell::{self, Outcome};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The share that must be read of what the tools read.
const WANTED: f64 = 0.95;
/// Files not read that are listed.
const SHOWN: usize = 60;

/// A tool, and the extensions it is asked about.
struct Tool {
    name: &'static str,
    program: &'static str,
    words: &'static [&'static str],
    extensions: &'static [&'static str],
    /// Claimed by Winnow; otherwise only told.
    claimed: bool,
}

const PILLOW: &[&str] =
    &["-c", "import sys; from PIL import Image; picture = Image.open(sys.argv[1]); picture.load(); sys.exit(0 if picture.size[0] else 1)"];

const TOOLS: &[Tool] = &[
    Tool { name: "pdftotext", program: "pdftotext", words: &["-q"], extensions: &["pdf"], claimed: true },
    Tool {
        name: "unzip -t",
        program: "unzip",
        words: &["-tqq", "-P", ""],
        extensions: &["zip", "docx", "xlsx", "pptx", "odt", "ods", "odp", "epub"],
        claimed: true,
    },
    Tool {
        name: "Pillow",
        program: "/usr/bin/python3",
        words: PILLOW,
        extensions: &["png", "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff", "heic", "avif"],
        claimed: true,
    },
    Tool {
        name: "Pillow, other formats",
        program: "/usr/bin/python3",
        words: PILLOW,
        extensions: &[
            "tga", "ico", "icns", "pcx", "psd", "dds", "sgi", "rgb", "pbm", "pgm", "ppm", "jp2", "j2k", "fli", "flc", "blp", "mpo", "xbm",
        ],
        claimed: false,
    },
    Tool {
        name: "exiftool",
        program: "exiftool",
        words: &["-q", "-q", "-fast"],
        extensions: &["jpg", "jpeg", "png", "tif", "tiff", "heic", "pdf", "mp3", "wav", "flac"],
        claimed: true,
    },
];

/// What was found, and what is wrong about it.
pub struct Compared {
    pub report: String,
    pub wrong: Vec<String>,
}

/// Asks every tool about every file of its formats.
pub fn compare(place: &Place, read: &Read, folder: &Path) -> Outcome<Compared> {
    let folder = folder.canonicalize()?;
    let ours = well_read(&read.lines);
    let names = files::list(&folder)?;
    let mut compared =
        Compared { report: "\n| tool | it reads | Winnow reads of them | share |\n|---|---|---|---|\n".to_owned(), wrong: Vec::new() };
    let mut unread: BTreeSet<String> = BTreeSet::new();
    for tool in TOOLS.iter().filter(|tool| shell::has(tool.program) || Path::new(tool.program).is_file()) {
        let asked: Vec<PathBuf> = names.iter().filter(|name| tool.is_for(name)).map(|name| folder.join(name)).collect();
        let theirs: Vec<PathBuf> = asked.into_iter().filter(|path| tool.reads(place, path)).collect();
        let (both, missed): (Vec<_>, Vec<_>) =
            theirs.iter().map(|path| path.to_string_lossy().into_owned()).partition(|path| ours.contains(path));
        let share = both.len() as f64 / (theirs.len() as f64).max(1.0);
        // Writing into a string cannot fail.
        let _always_well = writeln!(compared.report, "| {} | {} | {} | {share:.3} |", tool.name, theirs.len(), both.len());
        if tool.claimed && !theirs.is_empty() {
            unread.extend(missed);
            if share < WANTED {
                compared.wrong.push(format!("of the {} files that {} reads only {} are read", theirs.len(), tool.name, both.len()));
            }
        }
    }
    let _always_well = writeln!(compared.report, "\nNot read, although a tool reads them: {}", unread.len());
    for path in unread.iter().take(SHOWN) {
        let line =
            read.lines.iter().find(|line| line["paths"].as_array().is_some_and(|paths| paths.iter().any(|one| one == path.as_str())));
        let why = line.map(|line| format!("{} {}", line["state"], line["failure"]["message"])).unwrap_or_default();
        let shown = path.strip_prefix(&*folder.to_string_lossy()).unwrap_or(path);
        let _always_well = writeln!(compared.report, "* {shown}: {why}");
    }
    Ok(compared)
}

/// Paths of what was read, wholly or in part.
fn well_read(lines: &[Value]) -> BTreeSet<String> {
    let well = lines.iter().filter(|line| matches!(line["state"].as_str(), Some("ready" | "partial")));
    well.flat_map(|line| line["paths"].as_array().into_iter().flatten()).filter_map(|path| path.as_str().map(str::to_owned)).collect()
}

impl Tool {
    fn is_for(&self, name: &Path) -> bool {
        let extension = name.extension().map(|extension| extension.to_string_lossy().to_lowercase());
        extension.is_some_and(|extension| self.extensions.contains(&extension.as_str()))
    }

    /// True when the tool says that it went well, within ten seconds.
    fn reads(&self, place: &Place, path: &Path) -> bool {
        let mut command: Command = place.program("timeout");
        command.args(["10", self.program]).args(self.words).arg(path);
        if self.program == "pdftotext" {
            command.arg("/dev/null");
        }
        let ended = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        ended.is_ok_and(|status| status.success())
    }
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
    fn a_tool_is_asked_about_its_formats_only() {
        assert!(TOOLS[0].is_for(Path::new("a/B.PDF")) && !TOOLS[0].is_for(Path::new("a/pdf")));
    }
}
