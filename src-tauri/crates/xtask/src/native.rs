//! The native builds, always with the same sets of packages: another set means other features, and other features rebuild everything.

use crate::place::Place;
use crate::shell::{self, Outcome};
use std::path::PathBuf;
use std::process::Command;

/// What a plain `cargo test` runs: no window, no C++ and no WebAssembly.
pub const FAST: [&str; 3] = ["winnow-contract", "winnow-engine", "winnow-tests"];
/// What is shipped, with the members it consists of: what is built, tested with the shipped programs at hand, and measured. One
/// set for all three, for another would build the vector index anew. The engine's test doubles are not in it.
pub const SHIPPED: [&str; 4] = ["winnow-app", "winnow-workers", "winnow-vectors", "winnow-models"];

/// The two programs, by absolute path.
#[derive(Clone, Debug)]
pub struct Programs {
    pub winnow: PathBuf,
    pub worker: PathBuf,
}

impl Programs {
    /// Tells a child process where they are.
    pub fn announce(&self, command: &mut Command) {
        command.env("WINNOW_BIN", &self.winnow).env("WINNOW_WORKER", &self.worker);
    }
}

/// Builds `winnow` and `winnow-worker`; `ui/dist` must be there before.
pub fn build(place: &Place, release: bool) -> Outcome<Programs> {
    shell::run(cargo(place, "build", &SHIPPED, release).arg("--bins"), "The application does not compile; see above.")?;
    let folder = place.binaries(release);
    let program = |name: &str| folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    Ok(Programs { winnow: program("winnow"), worker: program("winnow-worker") })
}

/// Builds what `cargo xtask bench` measures with, as a release.
pub fn build_benches(place: &Place) -> Outcome {
    shell::run(cargo(place, "build", &SHIPPED, true).args(["--bins", "--examples"]), "The benchmarks do not compile; see above.")
}

/// `cargo VERB -p … -p …`
pub fn cargo(place: &Place, verb: &str, packages: &[&str], release: bool) -> Command {
    let mut command = place.cargo(&[verb]);
    for package in packages {
        command.args(["--package", package]);
    }
    if release {
        command.arg("--release");
    }
    command
}
