//! `cargo xtask deny`: licences, bans, sources and known weaknesses of what Winnow is built of, by cargo-deny and `deny.toml`.
//!
//! Where the network is closed, `WINNOW_ADVISORIES` names a copy of the advisory database (a git clone), and nothing is fetched.

use crate::options::Options;
use crate::place::Place;
use crate::shell::{self, Failure, Outcome};
use std::path::PathBuf;
use std::process::Command;

/// The version that `deny.toml` is written for.
const VERSION: &str = "0.20.2";
/// The folder below which cargo-deny keeps its clone when it comes from a copy.
const DATABASES: &str = "advisories";
/// Where cargo-deny takes the advisory database from when nothing else is said.
const DATABASE: &str = "https://github.com/RustSec/advisory-db";

/// Runs every check.
pub fn perform(place: &Place, options: &Options) -> Outcome {
    let program = installed(place, options)?;
    let local = std::env::var_os("WINNOW_ADVISORIES").map(PathBuf::from);
    let config = match local {
        Some(_) => with_own_database(place)?,
        None => place.root.join("deny.toml"),
    };
    let deny = || {
        let mut command = place.program(&program);
        command.args(["--all-features", "--locked", "--config"]).arg(&config);
        command
    };
    let mut check = deny();
    if let Some(copy) = local {
        // It takes clones of an address only: git is told to find that address in the copy.
        let mut fetch = deny();
        fetch.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_VALUE_0", DATABASE);
        fetch.env("GIT_CONFIG_KEY_0", format!("url.{}.insteadOf", copy.canonicalize()?.display()));
        shell::run(fetch.args(["fetch", "db"]), "Is WINNOW_ADVISORIES a git clone of the advisory database?")?;
        check.arg("--offline");
    }
    shell::run(
        check.arg("check").args(["advisories", "bans", "licenses", "sources"]),
        "What cargo-deny found stands above; deny.toml says the rules.",
    )
}

/// cargo-deny of the version that is wanted, built beside our own build when it is not there.
fn installed(place: &Place, options: &Options) -> Outcome<PathBuf> {
    let folder = place.target.join("deny");
    let ours = folder.join("bin/cargo-deny");
    for program in [ours.clone(), PathBuf::from("cargo-deny")] {
        let said = shell::ask(Command::new(&program).arg("--version"));
        if said.is_some_and(|said| said.ends_with(VERSION)) {
            return Ok(program);
        }
    }
    if !options.install {
        return Err(Failure::new(format!("Install it and start again: cargo install cargo-deny --version {VERSION} --locked")));
    }
    let mut install = place.cargo(&["install", "cargo-deny", "--version", VERSION, "--locked", "--no-track", "--root"]);
    shell::run(install.arg(&folder).env("CARGO_TARGET_DIR", folder.join("build")), "Is the network there?")?;
    Ok(ours)
}

/// `deny.toml` with the database in a folder of its own.
fn with_own_database(place: &Place) -> Outcome<PathBuf> {
    let folder = place.target.join("deny");
    fs_err::create_dir_all(folder.join(DATABASES))?;
    let rules = fs_err::read_to_string(place.root.join("deny.toml"))?;
    let from = format!("[advisories]\ndb-path = \"{}\"", folder.join(DATABASES).display());
    let file = folder.join("deny.toml");
    fs_err::write(&file, rules.replacen("[advisories]", &from, 1))?;
    Ok(file)
}
