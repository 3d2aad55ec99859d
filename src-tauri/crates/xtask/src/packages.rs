//! Which system packages are needed, which are missing, and how they get installed: as root, or with sudo after asking. It removes nothing.

use crate::options::Options;
use crate::shell::{self, Failure, Outcome};
use std::collections::BTreeSet;
use std::io::{IsTerminal, Write};
use std::process::Command;

/// To build the application and to run it.
const RUN: [&str; 14] = [
    "pkg-config",
    "cmake", // hearing speech
    "g++",
    "protobuf-compiler", // the vector index
    "libprotobuf-dev",
    "libwebkit2gtk-4.1-dev", // the window
    "libgtk-3-dev",
    "libdbus-1-dev",
    "libtesseract-dev", // reading scans
    "libleptonica-dev",
    "libclang-dev", // bindings to the two above
    "tesseract-ocr-eng",
    "tesseract-ocr-osd",
    "libheif1", // HEIC and AVIF
];

/// To drive the real window in the tests.
const TEST: [&str; 12] = [
    "webkit2gtk-driver",
    "xvfb",
    "openbox",
    "xdotool",
    "dbus",
    "strace",
    "python3-gi", // a window to drag files from
    "gir1.2-gtk-3.0",
    "fonts-dejavu-core",
    "fonts-liberation",
    "pocketsphinx-testdata", // real speech with its words
    "ffmpeg",                // films to read, and to make them
];

/// The peers that are measured beside ours.
const BENCH: [&str; 8] = [
    "python3-venv",
    "pocketsphinx-testdata",
    "tesseract-ocr",
    "ocrmypdf",
    "recollcmd",
    "poppler-utils",
    "fonts-dejavu-core",
    "fonts-liberation",
];

/// The reference tools beside hostile files, and what watches every write.
const HOSTILE: [&str; 7] = ["dpkg", "strace", "poppler-utils", "unzip", "libimage-exiftool-perl", "python3-pil", "xz-utils"];

/// The package client that models come through.
pub const PIP: [&str; 1] = ["python3-pip"];

/// The packages of `cargo xtask run`.
pub fn for_run() -> Vec<&'static str> {
    RUN.to_vec()
}

/// The packages of `cargo xtask test`.
pub fn for_test() -> Vec<&'static str> {
    RUN.into_iter().chain(TEST).collect()
}

/// The packages of `cargo xtask hostile`.
pub fn for_hostile() -> Vec<&'static str> {
    RUN.into_iter().chain(HOSTILE).collect()
}

/// The packages of `cargo xtask bench`.
pub fn for_bench() -> Vec<&'static str> {
    RUN.into_iter().chain(BENCH).collect()
}

/// Makes sure that the packages are there, installing what is missing where that is allowed.
pub fn ensure(wanted: &[&str], options: &Options) -> Outcome {
    if !shell::has("dpkg-query") {
        println!("xtask: {}", elsewhere(std::env::consts::OS, wanted));
        return Ok(());
    }
    let gone = missing(wanted, &installed(wanted));
    if gone.is_empty() {
        return Ok(());
    }
    println!("xtask: missing system packages: {}", gone.join(" "));
    let prefix = permission(&gone, options)?;
    install(&gone, prefix)?;
    match missing(&gone, &installed(&gone)).as_slice() {
        [] => Ok(()),
        still => Err(Failure::new(format!("these packages are still missing: {}. {}", still.join(" "), by_hand(still)))),
    }
}

/// The names among `wanted` that are not installed, in their order.
pub fn missing<'a>(wanted: &[&'a str], installed: &BTreeSet<String>) -> Vec<&'a str> {
    wanted.iter().copied().filter(|name| !installed.contains(*name)).collect()
}

/// Asks dpkg. It ends with an error when a name is unknown to it, which is an answer too.
pub fn installed(names: &[&str]) -> BTreeSet<String> {
    let mut query = Command::new("dpkg-query");
    query.args(["--show", "--showformat=${Package} ${db:Status-Status}\\n"]).args(names);
    let listing = query.output().map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    parse(&listing)
}

/// One `package status` a line; a package that only waits for a trigger works.
fn parse(listing: &str) -> BTreeSet<String> {
    let present = |status: &str| status == "installed" || status.starts_with("triggers-");
    listing.lines().filter_map(|line| line.split_once(' ')).filter(|(_, status)| present(status)).map(|(name, _)| name.to_owned()).collect()
}

/// `None` as root, `Some("sudo")` once a person said yes; otherwise the failure says what to type.
fn permission(gone: &[&str], options: &Options) -> Outcome<Option<&'static str>> {
    if !options.install {
        return Err(Failure::new(by_hand(gone)));
    }
    if shell::ask(Command::new("id").arg("-u")).as_deref() == Some("0") {
        return Ok(None);
    }
    if !shell::has("sudo") || !std::io::stdin().is_terminal() {
        return Err(Failure::new(by_hand(gone)));
    }
    print!("xtask: install them with sudo? [y/N] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    if matches!(answer.trim(), "y" | "Y" | "yes") { Ok(Some("sudo")) } else { Err(Failure::new(by_hand(gone))) }
}

fn by_hand(gone: &[&str]) -> String {
    format!(
        "Install what is missing and start again: sudo apt-get update && sudo apt-get install --no-install-recommends {}",
        gone.join(" ")
    )
}

/// A failing update is only worth a line: the lists on the disk may do, and `install` says so if not.
fn install(gone: &[&str], prefix: Option<&str>) -> Outcome {
    if let Err(failure) = shell::run(apt(prefix).arg("update"), "") {
        println!("xtask: {failure} Going on with the package lists that are here.");
    }
    let mut install = apt(prefix);
    install.args(["install", "--yes", "--no-install-recommends"]).args(gone);
    shell::run(&mut install, "Is the network there, and is no other package manager busy?")
}

fn apt(prefix: Option<&str>) -> Command {
    let mut words = prefix.into_iter().chain([
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "-q",
        "-o",
        "DPkg::Lock::Timeout=300",
        "-o",
        "Dpkg::Use-Pty=0",
    ]);
    let mut command = Command::new(words.next().unwrap_or("env"));
    command.args(words);
    command
}

/// What to say where packages are not Debian's. These paths have not been tried.
fn elsewhere(system: &str, wanted: &[&str]) -> String {
    let advice = match system {
        "macos" => "it needs the Xcode command line tools and `brew install pkgconf tesseract leptonica llvm` (not tried yet)".to_owned(),
        "windows" => "it needs the Visual Studio C++ tools, LLVM, and Tesseract with Leptonica from vcpkg (not tried yet)".to_owned(),
        _ => format!("it needs the counterparts of these Debian packages (not tried yet): {}", wanted.join(" ")),
    };
    format!("system packages are only installed on Debian and Ubuntu; here {advice}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_installed_counts_as_installed() {
        let present = parse("xvfb installed\nopenbox config-files\ndbus triggers-pending\nstrace not-installed\n\n");
        assert_eq!(missing(&["strace", "xvfb", "openbox", "dbus", "unheard-of"], &present), ["strace", "openbox", "unheard-of"]);
        assert!(missing(&["xvfb"], &present).is_empty());
        assert_eq!(missing(&["xvfb"], &BTreeSet::new()), ["xvfb"]);
    }

    #[test]
    fn run_asks_for_less_than_test() {
        assert!(!for_run().contains(&"xvfb"));
        assert!(for_test().contains(&"xvfb"));
    }

    #[test]
    fn the_command_to_type_names_every_missing_package() {
        assert!(by_hand(&["xvfb", "strace"]).ends_with("install --no-install-recommends xvfb strace"));
        assert_eq!(
            shell::line(&apt(Some("sudo"))),
            "sudo env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0"
        );
        assert!(shell::line(&apt(None)).starts_with("env DEBIAN_FRONTEND"));
        assert!(elsewhere("macos", &[]).contains("brew"));
    }
}
