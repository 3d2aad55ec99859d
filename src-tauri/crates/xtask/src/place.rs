//! Where things are: the repository, the build folder, and a child `cargo` that does not inherit what this one was started with.

use crate::shell::{Failure, Outcome};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The checkout and the folder that cargo builds in.
#[derive(Clone, Debug)]
pub struct Place {
    pub root: PathBuf,
    pub target: PathBuf,
}

impl Place {
    /// Reads both from how cargo started us.
    pub fn find() -> Outcome<Self> {
        let package = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = package.ancestors().nth(3).ok_or_else(|| Failure::new("the repository around xtask was not found"))?.to_owned();
        let target = target_folder(&root)?;
        Ok(Self { root, target })
    }

    /// A `cargo` command in the repository, free of this cargo's own variables.
    pub fn cargo(&self, words: &[&str]) -> Command {
        let mut command = self.program("cargo");
        command.args(words).env("CARGO_TARGET_DIR", &self.target);
        command
    }

    /// Any program, in the repository, with the environment a person's shell would have given it.
    pub fn program(&self, name: impl Into<OsString>) -> Command {
        let mut command = Command::new(name.into());
        command.current_dir(&self.root);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(set_by_cargo_run)) {
            command.env_remove(name);
        }
        if let Some(path) = std::env::var_os("LD_LIBRARY_PATH") {
            command.env("LD_LIBRARY_PATH", self.without_cargos(&path));
        }
        command
    }

    /// Where cargo puts the programs of a profile.
    pub fn binaries(&self, release: bool) -> PathBuf {
        self.target.join(if release { "release" } else { "debug" })
    }

    /// `cargo run` puts the build folder and the compiler's libraries first; a build must not depend on that.
    fn without_cargos(&self, path: &OsString) -> OsString {
        let kept = std::env::split_paths(path).filter(|entry| !entry.starts_with(&self.target) && !holds_std(entry));
        std::env::join_paths(kept).unwrap_or_default()
    }
}

fn holds_std(folder: &Path) -> bool {
    folder.join("rustlib").is_dir() || folder.ancestors().any(|above| above.ends_with("rustlib"))
}

/// `cargo run` describes the package it runs in variables that build scripts would take for their own.
fn set_by_cargo_run(name: &str) -> bool {
    const NAMES: [&str; 6] =
        ["CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "CARGO_BIN_NAME", "CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE", "OUT_DIR"];
    NAMES.contains(&name) || name.starts_with("CARGO_PKG_") || name == "CARGO"
}

/// `CARGO_TARGET_DIR`, or the folder above this program that cargo has marked as its own.
fn target_folder(root: &Path) -> Outcome<PathBuf> {
    if let Some(named) = std::env::var_os("CARGO_TARGET_DIR") {
        return Ok(std::env::current_dir()?.join(named));
    }
    let program = std::env::current_exe()?;
    let marked = program.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file());
    Ok(marked.map_or_else(|| root.join("target"), Path::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_cargo_sees_no_package_of_ours() {
        for (name, expected) in [("CARGO_PKG_NAME", true), ("CARGO_MANIFEST_DIR", true), ("CARGO_HOME", false), ("CARGO_TARGET_DIR", false)]
        {
            assert_eq!(set_by_cargo_run(name), expected, "{name}");
        }
    }

    #[test]
    fn the_repository_is_three_folders_up() {
        let place = Place::find().expect("a checkout");
        assert!(place.root.join("src-tauri/crates/xtask/Cargo.toml").is_file());
    }
}
