//! Where things are on this computer: the default library, the models and the sample collection.
//!
//! Creates nothing.

use std::env;
use std::path::{Path, PathBuf};
use winnow_contract::{ApiError, Words};

/// The library that was named, or the one in the platform's data folder.
///
/// # Errors
/// When none was named and there is no home folder.
pub fn library(named: Option<&Path>) -> Result<PathBuf, ApiError> {
    let no_home = || ApiError::new(&Words::new("library_unusable").with("why", "there is no home folder")).hint("hint_name_library");
    match named {
        Some(path) => Ok(path.to_owned()),
        None => data().map(|data| data.join("library")).ok_or_else(no_home),
    }
}

/// The folder of models that was named, by an option or by `WINNOW_MODELS`, or the one in the platform's data folder; all
/// libraries share it. None without a home folder.
pub fn models(named: Option<&Path>) -> Option<PathBuf> {
    let named = named.map(Path::to_owned).or_else(|| env::var_os("WINNOW_MODELS").filter(|name| !name.is_empty()).map(PathBuf::from));
    named.or_else(|| data().map(|data| data.join("models")))
}

/// The platform's folder for the data of this program.
#[cfg(target_os = "macos")]
fn data() -> Option<PathBuf> {
    Some(folder("HOME")?.join("Library/Application Support/Winnow"))
}

/// The platform's folder for the data of this program.
#[cfg(windows)]
fn data() -> Option<PathBuf> {
    Some(folder("APPDATA")?.join("Winnow"))
}

/// The platform's folder for the data of this program.
#[cfg(not(any(target_os = "macos", windows)))]
fn data() -> Option<PathBuf> {
    let shared = folder("XDG_DATA_HOME").or_else(|| Some(folder("HOME")?.join(".local/share")))?;
    Some(shared.join("winnow"))
}

/// A variable that names a folder; a relative one is to be ignored (XDG Base Directory Specification 0.8).
fn folder(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute())
}

/// The sample collection: installed beside the program, among Tauri's resources, or in the checkout of a debug build.
pub fn sample(resources: Option<PathBuf>) -> Option<PathBuf> {
    let program = env::current_exe().ok();
    let installed = program.as_deref().and_then(Path::parent).map(|folder| folder.join("../share/winnow/sample/bequest"));
    let checkout = cfg!(debug_assertions).then(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/sample/bequest"));
    let bundled = resources.map(|folder| folder.join("sample/bequest"));
    [installed, checkout, bundled].into_iter().flatten().find(|folder| folder.is_dir())
}
