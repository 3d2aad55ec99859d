//! Closed vocabularies as values of arguments, and the project's words as sentences for an exit.
//!
//! Words nothing itself: sentences are in the contract.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use std::path::Path;
use winnow_contract::{ApiError, Words};
use winnow_engine::paths;

/// Takes exactly the words of a vocabulary; a wrong one is answered with the right ones.
pub fn one_of<T>(all: &'static [T], spelled: fn(T) -> &'static str) -> impl TypedValueParser<Value = T>
where
    T: Copy + Send + Sync + 'static,
{
    let known = PossibleValuesParser::new(all.iter().map(move |word| spelled(*word)));
    known.map(move |text| *all.iter().find(|word| spelled(**word) == text).expect("BUG: clap has checked the word"))
}

/// Takes a day of the calendar, `YYYY-MM-DD`.
pub fn day(text: &str) -> Result<String, String> {
    let parsed = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d");
    parsed.map(|day| day.to_string()).map_err(|_| "a day looks like 2026-11-21".to_owned())
}

/// An error with the sentence of a code.
pub fn error(code: &str) -> ApiError {
    ApiError::new(&Words::new(code))
}

/// The refusal of a path that is not there, whatever it was wanted for.
pub fn no_such_path(path: &Path) -> ApiError {
    about_path("path_absent", path).hint("hint_check_path")
}

/// The refusal of a path that is no folder.
pub fn no_folder(path: &Path) -> ApiError {
    if path.exists() { about_path("path_is_file", path) } else { no_such_path(path) }
}

/// The refusal of a path that is no file.
pub fn no_file(path: &Path) -> ApiError {
    if path.is_dir() { about_path("path_is_folder", path) } else { no_such_path(path) }
}

fn about_path(code: &str, path: &Path) -> ApiError {
    ApiError::new(&Words::new(code).with("path", paths::display(&paths::to_bytes(path))))
}
