//! Folders of files: five hundred of mixed kinds, or many small texts; and a look at originals, to see that nobody touched them.
//!
//! The same number gives the same file.

use crate::pictures;
use image::ImageFormat;
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

const WORDS: [&str; 16] = [
    "lamp", "harbour", "ledger", "winter", "keeper", "granite", "signal", "oil", "relief", "boat", "letter", "quay", "storm", "brass",
    "museum", "chart",
];
const CARDS: [&str; 3] = ["4111 1111 1111 1111", "5555-5555-5555-4444", "3782 822463 10005"];
const IBANS: [&str; 2] = ["GB82 WEST 1234 5698 7654 32", "DE89 3704 0044 0532 0130 00"];

/// Writes a file and the folders above it.
///
/// # Panics
/// When it cannot be written.
pub fn write(folder: &Path, name: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    fs_err::create_dir_all(path.parent().expect("a parent")).expect("folders");
    fs_err::write(&path, content).expect("a file");
    path
}

/// A small text that no other number gives, with sensitive data in every tenth.
pub fn text(n: usize) -> String {
    let words = |count: usize| (0..count).map(|at| WORDS[(n * 7 + at * at * 3 + n / 16) % WORDS.len()]).collect::<Vec<_>>().join(" ");
    let found = match n % 10 {
        3 => format!("\nPay by card {} or to {}.", CARDS[n / 10 % 3], IBANS[n / 10 % 2]),
        7 => format!("\nWrite to keeper{n}@example.org or call +44 1632 960{:03}.", n % 1000),
        _ => String::new(),
    };
    format!("Entry {n} of the light's book.\n{}.{found}\n{}.\n", words(24), words(18))
}

/// Many small texts in folders of two hundred.
pub fn texts(folder: &Path, count: usize) {
    for n in 0..count {
        write(folder, format!("book {:03}/entry {n:05}.txt", n / 200), text(n));
    }
}

/// Five hundred files: texts, tables, pages, Latin-1, pictures with words, empty ones, pictures that are cut or refused, duplicates.
pub fn mixed(folder: &Path) {
    (0..500).for_each(|n| drop(write(folder, format!("{}/{}", ["desk", "attic", "desk/drawer", "boat"][n % 4], name(n)), content(n))));
}

fn name(n: usize) -> String {
    let extension = match n % 25 {
        0..10 => "txt",
        10..13 => "md",
        13..16 => "csv",
        16..19 => "html",
        19 => "latin1.txt",
        20 => "jpg",
        21 | 22 => "png",
        23 => "copy.txt",
        _ => "json",
    };
    format!("file {n:03}.{extension}")
}

fn content(n: usize) -> Vec<u8> {
    let picture = n / 25 * 2;
    match n % 25 {
        9 if n.is_multiple_of(2) => Vec::new(),
        0..13 => text(n).into_bytes(),
        13..16 => format!("name,e-mail,card\nkeeper {n},k{n}@example.org,{}\nnobody,,\n", CARDS[n % 3]).into_bytes(),
        16..19 => format!("<html><script>var hidden = {n};</script><p>{}</p><p>IBAN {}</p></html>", text(n), IBANS[n % 2]).into_bytes(),
        19 => format!("Caf\u{e9} n\u{b0} {n}, pay {}: na\u{ef}ve \u{fc}ber", CARDS[n % 3]).chars().map(|letter| letter as u8).collect(),
        20 if n.is_multiple_of(2) => pictures::truncated(n / 25),
        20 => pictures::bomb(50_000 + n as u32),
        21 => pictures::strip(picture, ImageFormat::Png),
        22 => pictures::strip(picture + 1, ImageFormat::Png),
        23 => text(n - 23).into_bytes(),
        _ => format!("{{\"entry\":{n},\"card\":\"{}\",\"who\":\"k{n}@example.org\"}}", CARDS[n % 3]).into_bytes(),
    }
}

/// Name, size, time of change and hash of every regular file below a folder.
pub type Originals = Vec<(OsString, u64, SystemTime, String)>;

/// Looks at all files without following links.
///
/// # Panics
/// When a file cannot be read.
pub fn originals(folder: &Path) -> Originals {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs_err::read_dir(folder).expect("a listing") {
            let path = entry.expect("an entry").path();
            let metadata = fs_err::symlink_metadata(&path).expect("metadata");
            if metadata.is_dir() {
                open.push(path);
            } else if metadata.is_file() {
                let hash = blake3::hash(&fs_err::read(&path).unwrap_or_default()).to_hex().to_string();
                found.push((path.into_os_string(), metadata.len(), metadata.modified().expect("a time"), hash));
            }
        }
    }
    found.sort_by(|one, other| one.0.as_bytes().cmp(other.0.as_bytes()));
    found
}
