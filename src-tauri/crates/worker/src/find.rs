//! Where the worker program is.
//!
//! It is installed beside the application; it is never looked for on the search path.

use std::env;
use std::io::{Error, ErrorKind, Result};
use std::path::PathBuf;

const NAME: &str = if cfg!(windows) { "winnow-worker.exe" } else { "winnow-worker" };

/// The program that `WINNOW_WORKER` names, else the one beside the running program (a test's executable lies one folder
/// deeper).
///
/// # Errors
/// `NotFound` with a sentence when there is none.
pub(crate) fn program() -> Result<PathBuf> {
    let named = env::var_os("WINNOW_WORKER").map(PathBuf::from);
    let candidates = match named {
        Some(path) => vec![path],
        None => env::current_exe()?.ancestors().skip(1).take(2).map(|folder| folder.join(NAME)).collect(),
    };
    let found = candidates.into_iter().find(|path| path.is_file());
    found.ok_or_else(|| Error::new(ErrorKind::NotFound, format!("{NAME} is not installed beside the program")))
}
