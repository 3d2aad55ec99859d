//! The reference tools: which files of a folder each of them reads, and what it takes them for.
//!
//! Programs of the system, each with a limit on its time. Judges nothing.

use crate::files;
use crate::place::Place;
use crate::shell::{self, Failure, Outcome};
use serde_json::Value;
use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

/// Bytes that tell what a file is.
const HEAD: u64 = 1024;
/// Seconds for one file, and for all of them where one process is asked.
const ONE: &str = "60";
const ALL: &str = "1200";

/// A tool, by the program that must be there.
pub struct Tool {
    pub name: &'static str,
    program: &'static str,
    ask: fn(&Asked) -> Outcome<Vec<Theirs>>,
}

pub const TOOLS: &[Tool] = &[
    Tool { name: "pdftotext", program: "pdftotext", ask: pdftotext },
    Tool { name: "unzip -t", program: "unzip", ask: unzip },
    Tool { name: "Pillow", program: PYTHON, ask: pillow },
    Tool { name: "exiftool", program: "exiftool", ask: exiftool },
    Tool { name: "LibreOffice", program: "soffice", ask: libreoffice },
];

/// The system's own, which is where the system's Pillow is.
const PYTHON: &str = "/usr/bin/python3";

/// Loads every file as a picture, ten seconds for each, and prints what it is and where.
const PILLOW: &str = r#"
import os, signal, sys, warnings
from PIL import Image
def late(*_):
    raise TimeoutError
warnings.simplefilter("ignore")
signal.signal(signal.SIGALRM, late)
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        path = os.path.join(folder, name)
        try:
            signal.alarm(10)
            picture = Image.open(path)
            kind = picture.format
            picture.load()
            signal.alarm(0)
        except BaseException:
            signal.alarm(0)
            continue
        sys.stdout.buffer.write((kind or "other").encode() + b"\t" + os.fsencode(path) + b"\0")
"#;

/// Types by exiftool that Winnow claims to read. Plain text, which half of the files are, would only hide the others.
const CLAIMED: &[&str] = &[
    "application/pdf",
    "image/bmp",
    "image/gif",
    "image/heic",
    "image/jp2",
    "image/jpeg",
    "image/png",
    "image/svg+xml",
    "image/tiff",
    "image/vnd.adobe.photoshop",
    "image/webp",
    "audio/flac",
    "audio/mpeg",
    "audio/ogg",
    "audio/x-aiff",
    "audio/x-wav",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/zip",
    "text/rtf",
];

/// Extensions that are given to LibreOffice, with the format that it is asked to write.
const OFFICE: &[(&str, &str)] = &[
    ("doc", "txt"),
    ("docx", "txt"),
    ("odt", "txt"),
    ("rtf", "txt"),
    ("xls", "csv"),
    ("xlsx", "csv"),
    ("ods", "csv"),
    ("ppt", "pdf"),
    ("pptx", "pdf"),
    ("odp", "pdf"),
];

/// A file that a tool reads, and what the tool calls it.
pub struct Theirs {
    pub format: String,
    pub path: String,
}

impl Theirs {
    fn new(format: &str, path: &Path) -> Self {
        Self { format: format.to_owned(), path: path.to_string_lossy().into_owned() }
    }
}

/// What the tools are asked about.
pub struct Asked<'a> {
    place: &'a Place,
    /// For what a tool writes.
    work: &'a Path,
    pub folder: PathBuf,
    /// Every file with its first bytes.
    files: Vec<(PathBuf, Vec<u8>)>,
}

impl<'a> Asked<'a> {
    pub fn new(place: &'a Place, work: &'a Path, folder: &Path) -> Outcome<Self> {
        let folder = folder.canonicalize()?;
        let mut files = Vec::new();
        for name in files::list(&folder)? {
            let path = folder.join(name);
            let mut head = Vec::new();
            fs_err::File::open(&path)?.take(HEAD).read_to_end(&mut head)?;
            files.push((path, head));
        }
        Ok(Self { place, work, folder, files })
    }

    /// Files whose beginning is of a kind, with which a program then does well.
    fn each(&self, format: &str, is: impl Fn(&[u8]) -> bool, does_well: impl Fn(&Path) -> bool) -> Vec<Theirs> {
        let files = self.files.iter().filter(|(path, head)| is(head) && does_well(path));
        files.map(|(path, _)| Theirs::new(format, path)).collect()
    }

    /// What a program says, if it ends well within its time.
    fn output(&self, seconds: &str, words: &[&dyn AsRef<OsStr>]) -> Option<Output> {
        self.ended(seconds, words).ok().filter(|output| output.status.success())
    }

    fn ended(&self, seconds: &str, words: &[&dyn AsRef<OsStr>]) -> Outcome<Output> {
        let mut command = self.place.program("timeout");
        command.args(["--kill-after=5", seconds]).args(words.iter().map(|word| word.as_ref()));
        Ok(command.stdin(Stdio::null()).stderr(Stdio::null()).output()?)
    }
}

impl Tool {
    /// The files that it reads; none when it is not installed.
    pub fn reads(&self, asked: &Asked) -> Outcome<Option<Vec<Theirs>>> {
        let is_there = match self.program {
            PYTHON => asked.output(ONE, &[&PYTHON, &"-c", &"import PIL"]).is_some(),
            other => shell::has(other),
        };
        if is_there { (self.ask)(asked).map(Some) } else { Ok(None) }
    }
}

/// PDF files that it finds text in.
fn pdftotext(asked: &Asked) -> Outcome<Vec<Theirs>> {
    let has_text = |path: &Path| {
        let output = asked.output(ONE, &[&"pdftotext", &"-q", &path, &"-"]);
        output.is_some_and(|output| !output.stdout.trim_ascii().is_empty())
    };
    Ok(asked.each("PDF with text", |head| head.windows(5).any(|window| window == b"%PDF-"), has_text))
}

/// Zip files whose every member it unpacks.
fn unzip(asked: &Asked) -> Outcome<Vec<Theirs>> {
    // With a password that is wrong it does not ask for one.
    let is_well = |path: &Path| asked.output(ONE, &[&"unzip", &"-tqq", &"-P", &"x", &path]).is_some();
    Ok(asked.each("zip", |head| head.starts_with(b"PK\x03\x04"), is_well))
}

fn pillow(asked: &Asked) -> Outcome<Vec<Theirs>> {
    let output = asked.output(ALL, &[&PYTHON, &"-c", &PILLOW, &asked.folder]);
    let output = output.ok_or_else(|| Failure::new("Pillow ended before it was through with the files."))?;
    Ok(told(&output.stdout))
}

/// A format, a tab, a path and a zero for each file.
fn told(output: &[u8]) -> Vec<Theirs> {
    let text = String::from_utf8_lossy(output);
    text.split('\0').filter_map(|line| line.split_once('\t')).map(|(format, path)| Theirs::new(format, Path::new(path))).collect()
}

/// Files of kinds that we claim, which it has nothing to say against: it names the kind of one that is damaged or locked too.
fn exiftool(asked: &Asked) -> Outcome<Vec<Theirs>> {
    let fields: [&dyn AsRef<OsStr>; 9] =
        [&"exiftool", &"-q", &"-q", &"-fast", &"-json", &"-MIMEType", &"-Error", &"-Warning", &"-ZipBitFlag"];
    let words: [&dyn AsRef<OsStr>; 4] = [&"-r", &"-ext", &"*", &asked.folder];
    let output = asked.ended(ALL, &[fields.as_slice(), &words].concat())?;
    let rows: Vec<Value> =
        serde_json::from_slice(&output.stdout).map_err(|error| Failure::new(format!("exiftool gave no list: {error}")))?;
    Ok(rows.iter().filter_map(well_known).collect())
}

fn well_known(row: &Value) -> Option<Theirs> {
    let (path, format) = (row["SourceFile"].as_str()?, row["MIMEType"].as_str()?);
    let is_warned = row["Warning"].as_str().is_some_and(|warning| !warning.starts_with("[minor]"));
    let flags = row["ZipBitFlag"].as_str().and_then(|flags| u16::from_str_radix(flags.trim_start_matches("0x"), 16).ok());
    let is_locked = flags.is_some_and(|flags| flags & 1 != 0);
    let is_well = row["Error"].is_null() && !is_warned && !is_locked;
    (is_well && CLAIMED.contains(&format)).then(|| Theirs::new(format, Path::new(path)))
}

/// Documents that it can write in another format, with something in them.
fn libreoffice(asked: &Asked) -> Outcome<Vec<Theirs>> {
    let (written, profile) = (asked.work.join("office"), asked.work.join("office-profile"));
    let mut theirs = Vec::new();
    for (path, head) in &asked.files {
        let Some((extension, format)) = office(path, head) else { continue };
        super::super::corpus::empty(&written)?;
        let setting = format!("-env:UserInstallation=file://{}", profile.display());
        let ended = asked.output(ONE, &[&"soffice", &setting, &"--headless", &"--convert-to", &format, &"--outdir", &written, path]);
        let has_content = |name: &PathBuf| fs_err::read(written.join(name)).is_ok_and(|bytes| !bytes.trim_ascii().is_empty());
        if ended.is_some() && files::list(&written)?.iter().any(has_content) {
            theirs.push(Theirs::new(extension, path));
        }
    }
    Ok(theirs)
}

/// The extension of an office file, and what is made of it. One that is none inside would be taken for text.
fn office(path: &Path, head: &[u8]) -> Option<(&'static str, &'static str)> {
    let is_one = [b"PK\x03\x04".as_slice(), b"\xd0\xcf\x11\xe0", b"{\\rtf"].iter().any(|magic| head.starts_with(magic));
    let extension = path.extension()?.to_string_lossy().to_lowercase();
    OFFICE.iter().find(|(known, _)| is_one && *known == extension).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_pillow_prints_is_understood() {
        let told = told(b"PNG\t/a b\0TIFF\t/new\nline\0");
        let told: Vec<_> = told.iter().map(|theirs| (theirs.format.as_str(), theirs.path.as_str())).collect();
        assert_eq!(told, [("PNG", "/a b"), ("TIFF", "/new\nline")]);
    }

    #[test]
    fn exiftool_counts_where_it_has_nothing_against_a_file_and_we_claim_the_kind() {
        let check = |row: Value, expected: bool| assert_eq!(well_known(&row).is_some(), expected, "{row}");
        check(json!({"SourceFile": "/a", "MIMEType": "image/png"}), true);
        check(json!({"SourceFile": "/a", "MIMEType": "image/png", "Error": "File is empty"}), false);
        check(json!({"SourceFile": "/a", "MIMEType": "image/png", "Warning": "[minor] Text after the end"}), true);
        check(json!({"SourceFile": "/a", "MIMEType": "application/pdf", "Warning": "Document is password protected"}), false);
        check(json!({"SourceFile": "/a", "MIMEType": "application/zip", "ZipBitFlag": "0x0009"}), false);
        check(json!({"SourceFile": "/a", "MIMEType": "application/zip", "ZipBitFlag": "0x0008"}), true);
        check(json!({"SourceFile": "/a", "MIMEType": "font/ttf"}), false);
        check(json!({"SourceFile": "/a"}), false);
    }

    #[test]
    fn office_files_are_told_by_name_and_content() {
        let check = |name: &str, head: &[u8], expected: Option<&str>| {
            assert_eq!(office(Path::new(name), head).map(|(_, format)| format), expected, "{name}");
        };
        check("a.DOCX", b"PK\x03\x04", Some("txt"));
        check("a.xls", b"\xd0\xcf\x11\xe0", Some("csv"));
        check("a.doc", b"only a text", None);
        check("a.zip", b"PK\x03\x04", None);
    }
}
