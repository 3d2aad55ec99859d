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

/// The refusal of a path that is not there.
pub fn no_such_path(path: &Path) -> ApiError {
    let shown = paths::display(&paths::to_bytes(path));
    ApiError::new(&Words::new("path_unusable").with("path", shown).with("why", "it is not there")).hint("hint_check_path")
}
