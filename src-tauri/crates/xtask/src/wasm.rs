//! The compiler that turns the front end into WebAssembly: rustup's target where it can be had, Debian's own toolchain elsewhere.

use crate::options::Options;
use crate::packages;
use crate::place::Place;
use crate::shell::{self, Failure, Outcome};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

pub const TARGET: &str = "wasm32-unknown-unknown";
const DEBIAN_PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-22"];
const DEBIAN_LINKERS: [&str; 3] = ["/usr/bin/rust-lld", "/usr/bin/wasm-ld-22", "/usr/bin/lld-22"];

/// One of the two ways, ready to be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    Rustup,
    Debian { linker: PathBuf },
}

impl fmt::Display for Way {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        to.write_str(match self {
            Self::Rustup => "with rustup's target",
            Self::Debian { .. } => "with Debian's rustc-web",
        })
    }
}

/// What is on this machine, and what was already tried.
#[derive(Clone, Debug, Default)]
struct Seen {
    target: bool,
    rustup: bool,
    debian: Option<PathBuf>,
    apt: bool,
    wish: Option<String>,
    tried_rustup: bool,
    tried_apt: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Next {
    Use(Way),
    AddTarget,
    InstallDebian,
    GiveUp,
}

/// What is there is used; otherwise rustup is asked first, then apt.
fn choose(seen: &Seen) -> Next {
    let may = |way: &str| seen.wish.as_deref().is_none_or(|wish| wish == way);
    match &seen.debian {
        _ if may("rustup") && seen.target => Next::Use(Way::Rustup),
        Some(linker) if may("debian") => Next::Use(Way::Debian { linker: linker.clone() }),
        _ if may("rustup") && seen.rustup && !seen.tried_rustup => Next::AddTarget,
        _ if may("debian") && seen.apt && !seen.tried_apt => Next::InstallDebian,
        _ => Next::GiveUp,
    }
}

/// Finds a way to build WebAssembly, setting one up where there is none.
pub fn ready(place: &Place, options: &Options) -> Outcome<Way> {
    let mut seen = look(place);
    loop {
        match choose(&seen) {
            Next::Use(way) => return Ok(way),
            Next::AddTarget => {
                add_target(place)?;
                seen = Seen { tried_rustup: true, ..look(place) };
            }
            Next::InstallDebian => {
                println!("xtask: rustup's {TARGET} cannot be had here; Debian's own toolchain will do.");
                packages::ensure(&DEBIAN_PACKAGES, options)?;
                seen = Seen { tried_rustup: seen.tried_rustup, tried_apt: true, ..look(place) };
            }
            Next::GiveUp => return Err(no_way()),
        }
    }
}

fn no_way() -> Failure {
    Failure::new(format!(
        "the front end needs a compiler for WebAssembly: `rustup target add {TARGET}`, or on Debian `apt-get install {}`.",
        DEBIAN_PACKAGES.join(" ")
    ))
}

fn look(place: &Place) -> Seen {
    Seen {
        target: has_target(place),
        rustup: shell::has("rustup"),
        debian: debian_linker(),
        apt: shell::has("apt-get"),
        wish: std::env::var("WINNOW_WASM").ok(),
        ..Seen::default()
    }
}

fn has_target(place: &Place) -> bool {
    let folder = shell::ask(place.program("rustc").args(["--print", "target-libdir", "--target", TARGET]));
    folder.is_some_and(|folder| Path::new(&folder).read_dir().is_ok_and(|mut entries| entries.next().is_some()))
}

/// Debian's linker, if its compiler and the sources of `std` are there too.
fn debian_linker() -> Option<PathBuf> {
    let needed = &DEBIAN_PACKAGES[..3];
    let complete = shell::has("dpkg-query") && packages::missing(needed, &packages::installed(needed)).is_empty();
    DEBIAN_LINKERS.iter().map(PathBuf::from).find(|linker| complete && linker.is_file())
}

/// Where rustup's server is out of reach this may hang, so it gets two minutes.
fn add_target(place: &Place) -> Outcome {
    let mut command = place.program("rustup");
    command.args(["target", "add", TARGET]);
    eprintln!("$ {}", shell::line(&command));
    shell::wait_at_most(&mut shell::start(&mut command)?, Duration::from_secs(120))?;
    Ok(())
}

/// `cargo VERB -p winnow-ui …` for WebAssembly. Each compiler has a folder of its own, or they would rebuild each other's work.
pub fn cargo(place: &Place, way: &Way, verb: &str, release: bool) -> Command {
    let mut command = match way {
        Way::Rustup => place.cargo(&[verb]),
        Way::Debian { linker } => debian_cargo(place, linker, verb),
    };
    command.args(["--package", "winnow-ui", "--target", TARGET, "--profile", profile(release)]).args(profile_settings(release));
    command.env("CARGO_TARGET_DIR", target_folder(place, way));
    command
}

fn debian_cargo(place: &Place, linker: &Path, verb: &str) -> Command {
    let mut command = place.program("/usr/bin/cargo");
    let path = std::env::var("PATH").unwrap_or_default();
    command.args([verb, "-Z", "build-std=std,panic_abort"]);
    command.env("PATH", format!("/usr/bin:{path}")).env("RUSTC", "/usr/bin/rustc").env("RUSTC_BOOTSTRAP", "1");
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker).env_remove("RUSTUP_TOOLCHAIN");
    command
}

/// Where cargo leaves `winnow-ui.wasm`.
pub fn module(place: &Place, way: &Way, release: bool) -> PathBuf {
    target_folder(place, way).join(TARGET).join(profile(release)).join("winnow-ui.wasm")
}

/// The folder of this compiler.
pub fn target_folder(place: &Place, way: &Way) -> PathBuf {
    place.target.join(match way {
        Way::Rustup => "wasm-ui",
        Way::Debian { .. } => "wasm-ui-debian",
    })
}

pub fn profile(release: bool) -> &'static str {
    if release { "ui-release" } else { "ui-dev" }
}

/// A window loads what is built here: in development it must be small enough to start at once, in a release as small as can be.
fn profile_settings(release: bool) -> Vec<String> {
    let settings: &[&str] = if release {
        &["inherits='release'", "opt-level='z'", "lto=true", "codegen-units=1"]
    } else {
        &["inherits='dev'", "opt-level=1", "debug=0"]
    };
    settings.iter().flat_map(|setting| ["--config".to_owned(), format!("profile.{}.{setting}", profile(release))]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(seen: &Seen, expected: &Next) {
        assert_eq!(choose(seen), *expected, "{seen:?}");
    }

    #[test]
    fn what_is_there_is_used_before_anything_is_installed() {
        let linker = PathBuf::from("/usr/bin/rust-lld");
        let debian = || Next::Use(Way::Debian { linker: linker.clone() });
        let all = Seen { target: true, rustup: true, debian: Some(linker.clone()), apt: true, ..Seen::default() };
        check(&all, &Next::Use(Way::Rustup));
        check(&Seen { target: false, ..all.clone() }, &debian());
        check(&Seen { wish: Some("debian".into()), ..all.clone() }, &debian());
        check(&Seen { wish: Some("rustup".into()), target: false, ..all }, &Next::AddTarget);
    }

    #[test]
    fn a_bare_machine_asks_rustup_then_apt_then_a_person() {
        let bare = Seen { rustup: true, apt: true, ..Seen::default() };
        check(&bare, &Next::AddTarget);
        check(&Seen { tried_rustup: true, ..bare.clone() }, &Next::InstallDebian);
        check(&Seen { tried_rustup: true, tried_apt: true, ..bare.clone() }, &Next::GiveUp);
        check(&Seen { rustup: false, ..bare }, &Next::InstallDebian);
        check(&Seen::default(), &Next::GiveUp);
    }

    #[test]
    fn the_two_compilers_never_share_a_folder() {
        let place = Place { root: "/r".into(), target: "/t".into() };
        let debian = Way::Debian { linker: "/usr/bin/rust-lld".into() };
        assert_ne!(target_folder(&place, &Way::Rustup), target_folder(&place, &debian));
        let line = shell::line(&cargo(&place, &debian, "build", false));
        assert!(line.starts_with("/usr/bin/cargo build -Z build-std=std,panic_abort --package winnow-ui"), "{line}");
    }
}
