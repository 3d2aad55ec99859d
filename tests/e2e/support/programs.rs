//! The two programs under test: named by `WINNOW_BIN` and `WINNOW_WORKER`, else beside the test's own build folder.
//!
//! Never builds them.

use std::path::{Path, PathBuf};

/// `winnow`, by absolute path.
pub fn winnow() -> PathBuf {
    program("WINNOW_BIN", "winnow")
}

/// `winnow-worker`, by absolute path.
pub fn worker() -> PathBuf {
    program("WINNOW_WORKER", "winnow-worker")
}

/// The folder of models, as `cargo xtask test` has fetched them.
///
/// # Panics
/// When there is none.
pub fn models() -> PathBuf {
    let named = std::env::var_os("WINNOW_MODELS").map(PathBuf::from).filter(|path| path.is_dir());
    named.expect("There are no models to test with: `cargo xtask test` fetches them, and WINNOW_MODELS names their folder.")
}

/// The sample collection of the checkout.
pub fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/sample/bequest")
}

fn program(variable: &str, name: &str) -> PathBuf {
    let named = std::env::var_os(variable).map(PathBuf::from);
    let found = named.or_else(|| beside_this_test(name)).filter(|path| path.is_file());
    found.unwrap_or_else(|| panic!("There is no {name} to test: `cargo xtask test` builds it, or {variable} names it."))
}

fn beside_this_test(name: &str) -> Option<PathBuf> {
    let me = std::env::current_exe().ok()?;
    me.ancestors().skip(1).take(2).map(|folder| folder.join(name)).find(|path| path.is_file())
}
