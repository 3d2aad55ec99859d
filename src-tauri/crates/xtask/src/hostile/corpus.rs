//! The corpus: what others test their readers with, out of source and binary packages of the system.
//!
//! Licences differ, so nothing of it is kept in the repository.

use crate::files;
use crate::place::Place;
use crate::shell::{self, Failure, Outcome};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Source packages with the files their readers broke on.
const SOURCES: [&str; 5] = ["pillow", "qpdf", "libarchive", "pdfminer", "libimage-exiftool-perl"];
/// Binary packages of test files.
const BINARIES: [&str; 3] = ["forensics-samples-files", "libpython3.11-testsuite", "libjxl-testdata"];
/// Programs and their expected answers: no files that anybody inherits.
const LEFT_OUT: [&str; 20] = [
    "py", "pm", "pl", "t", "c", "cc", "cpp", "h", "hh", "rst", "test", "out", "check", "c-check", "args", "dectest", "expected", "config",
    "pod", "sh",
];

/// The unpacked corpus; fetched once.
pub fn ready(place: &Place, work: &Path) -> Outcome<PathBuf> {
    let (corpus, mark) = (work.join("corpus"), work.join("fetched"));
    let wanted = [SOURCES.as_slice(), BINARIES.as_slice()].concat().join("\n");
    if fs_err::read_to_string(&mark).is_ok_and(|fetched| fetched == wanted) {
        return Ok(corpus);
    }
    let packages = work.join("packages");
    empty(&packages)?;
    empty(&corpus)?;
    let apt = configure(work)?;
    let apt_get = |words: &[&str]| {
        let mut command = place.program("apt-get");
        command.current_dir(&packages).env("APT_CONFIG", &apt).arg("-q").args(words);
        shell::run(&mut command, "The corpus comes from the system's package sources: is the network there?")
    };
    apt_get(&["update"])?;
    apt_get(&[["source", "--download-only"].as_slice(), &SOURCES].concat())?;
    apt_get(&[["download"].as_slice(), &BINARIES].concat())?;
    let unpacked = work.join("unpacked");
    empty(&unpacked)?;
    unpack(place, &packages, &unpacked)?;
    gather(&unpacked, &corpus)?;
    fs_err::remove_dir_all(&unpacked)?;
    fs_err::write(mark, wanted)?;
    Ok(corpus)
}

pub fn empty(folder: &Path) -> Outcome {
    if folder.exists() {
        fs_err::remove_dir_all(folder)?;
    }
    Ok(fs_err::create_dir_all(folder)?)
}

/// The system's own sources, with those of sources added; lists and downloads of our own, so that the system's stay as they are.
fn configure(work: &Path) -> Outcome<PathBuf> {
    let (sources, lists, cache) = (work.join("apt/sources"), work.join("apt/lists"), work.join("apt/cache"));
    empty(&sources)?;
    fs_err::create_dir_all(lists.join("partial"))?;
    fs_err::create_dir_all(cache.join("archives/partial"))?;
    let known = fs_err::read_dir("/etc/apt/sources.list.d")?.filter_map(|entry| Some(entry.ok()?.path()));
    for path in known.chain([PathBuf::from("/etc/apt/sources.list")]) {
        let (Ok(text), Some(name)) = (fs_err::read_to_string(&path), path.file_name()) else { continue };
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("sources") => fs_err::write(sources.join(name), with_sources(&text))?,
            Some("list") => fs_err::write(sources.join(name), with_source_lines(&text))?,
            _ => {}
        }
    }
    let mut text = "Dir::Etc::SourceList \"/dev/null\";\nAPT::Sandbox::User \"\";\n".to_owned();
    for (key, folder) in [("Dir::Etc::SourceParts", &sources), ("Dir::State::Lists", &lists), ("Dir::Cache", &cache)] {
        writeln!(text, "{key} \"{}\";", folder.display()).map_err(|error| Failure::new(error.to_string()))?;
    }
    let file = work.join("apt/apt.conf");
    fs_err::write(&file, text)?;
    Ok(file)
}

/// In the form of paragraphs.
fn with_sources(text: &str) -> String {
    let line = |line: &str| if line.starts_with("Types:") { "Types: deb deb-src\n".to_owned() } else { format!("{line}\n") };
    text.lines().map(line).collect()
}

/// In the form of one line each.
fn with_source_lines(text: &str) -> String {
    let both = |line: &str| match line.strip_prefix("deb ") {
        Some(rest) => format!("deb {rest}\ndeb-src {rest}\n"),
        None => String::new(),
    };
    text.lines().map(both).collect()
}

/// Each package into a folder of its name. Only upstream's part of a source package holds test files.
fn unpack(place: &Place, packages: &Path, into: &Path) -> Outcome {
    for name in files::list(packages)? {
        let text = name.display().to_string();
        let folder = into.join(text.split('_').next().unwrap_or(&text));
        let package = packages.join(&name);
        if text.ends_with(".deb") {
            fs_err::create_dir_all(&folder)?;
            shell::run(place.program("dpkg-deb").arg("-x").args([&package, &folder]), "A package is damaged.")?;
        } else if text.contains(".orig.tar.") && !text.ends_with(".asc") {
            fs_err::create_dir_all(&folder)?;
            shell::run(place.program("tar").arg("-xf").arg(&package).arg("-C").arg(&folder), "A package is damaged.")?;
        }
    }
    Ok(())
}

/// Copies what is a file that somebody could inherit. Archives that were made mail-safe are made archives again.
fn gather(from: &Path, corpus: &Path) -> Outcome {
    for name in files::list(from)? {
        let path = from.join(&name);
        let extension = name.extension().map(|extension| extension.to_string_lossy().to_lowercase()).unwrap_or_default();
        if LEFT_OUT.contains(&extension.as_str()) || !fs_err::symlink_metadata(&path)?.is_file() {
            continue;
        }
        let bytes = fs_err::read(&path)?;
        let (name, bytes) = match extension.as_str() {
            "uu" => (name.with_extension(""), decode(&bytes)),
            _ => (name, bytes),
        };
        // A hidden name would be left out when the folder is read, and so prove nothing.
        let shown: PathBuf = name.iter().map(|part| part.to_string_lossy().trim_start_matches('.').to_owned()).collect();
        files::write_if_changed(&corpus.join(shown), &bytes)?;
    }
    Ok(())
}

/// What stands in a text in the encoding of uuencode; lines that are none are skipped.
fn decode(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let lines = text.split(|byte| *byte == b'\n').skip_while(|line| !line.starts_with(b"begin ")).skip(1);
    for line in lines.take_while(|line| !line.starts_with(b"end")) {
        let Some((length, rest)) = line.split_first() else { continue };
        let six = |at: usize| u32::from(rest.get(at).copied().unwrap_or(b' ').wrapping_sub(32) & 63);
        let length = usize::from(length.wrapping_sub(32) & 63);
        let groups = (0..length.div_ceil(3)).flat_map(|group| {
            let of = |place: usize| six(4 * group + place);
            let bits = of(0) << 18 | of(1) << 12 | of(2) << 6 | of(3);
            [(bits >> 16) as u8, (bits >> 8) as u8, bits as u8]
        });
        bytes.extend(groups.take(length));
    }
    bytes
}

/// Puts `count` files of the corpus, evenly spread, or all of them into a folder. Returns how many.
pub fn choose(corpus: &Path, into: &Path, count: Option<usize>) -> Outcome<usize> {
    empty(into)?;
    let all = files::list(corpus)?;
    let wanted = count.unwrap_or(all.len()).min(all.len());
    for at in 0..wanted {
        let name = &all[at * all.len() / wanted];
        let to = into.join(name);
        fs_err::create_dir_all(to.parent().unwrap_or(into))?;
        fs_err::copy(corpus.join(name), to)?;
    }
    Ok(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_mail_safe_comes_back() {
        let check = |text: &str, expected: &[u8]| assert_eq!(decode(text.as_bytes()), expected, "{text}");
        check("begin 644 cat.txt\n#0V%T\n`\nend\n", b"Cat");
        check("rubbish\nbegin 644 x\n%2&5L;&\\\n`\nend\n", b"Hello");
        check("nothing", b"");
    }

    #[test]
    fn sources_are_added_to_both_forms() {
        assert_eq!(with_sources("Types: deb\nURIs: u\n"), "Types: deb deb-src\nURIs: u\n");
        assert_eq!(with_source_lines("# x\ndeb [a=b] u s main\n"), "deb [a=b] u s main\ndeb-src [a=b] u s main\n");
    }
}
