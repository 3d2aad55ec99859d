//! Why a command ended early, and with which exit code.
//!
//! Files that could not be read are no failure of the command; they are listed, and the code is 1.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;
use winnow_contract::ApiError;
use winnow_engine::EngineError;

/// Done, but something is not as it should be: files that failed, a check that did not hold, an early stop.
pub const INCOMPLETE: u8 = 1;
const WRONG: u8 = 2;
const UNUSABLE: u8 = 3;

/// Codes that say that a library or a model cannot be used; every other refusal is about what was asked.
const UNUSABLE_CODES: &[&str] = &[
    "library_locked",
    "library_newer",
    "library_unusable",
    "library_read_only",
    "worker_unavailable",
    "model_missing",
    "no_meaning_model",
    "meaning_incomplete",
    "no_vectors",
    "vectors_unusable",
    "vectors_damaged",
    "no_model_pack",
    "no_models_folder",
    "models_busy",
    "card_unusable",
    "card_taken",
    "card_not_offered",
    "file_on_no_card",
    "pack_incomplete",
    "model_differs",
    "model_not_taken",
    "model_damaged",
    "download_failed",
    "download_unsafe",
    "internal",
];

/// Why a command ended early.
#[derive(Debug)]
pub enum Failure {
    /// Refused, with the sentence for a person.
    Refused(ApiError),
    /// Whoever read the output has gone, which is no error.
    Closed,
    /// The output could not be written.
    Output(io::Error),
}

impl Failure {
    /// Says it on standard error and gives the exit code.
    pub fn report(self) -> ExitCode {
        match self {
            Self::Refused(error) => {
                say(&error);
                ExitCode::from(code(&error.code))
            }
            Self::Closed => ExitCode::SUCCESS,
            Self::Output(error) => {
                drop(writeln!(io::stderr(), "{error}"));
                ExitCode::from(UNUSABLE)
            }
        }
    }
}

/// The sentence, and the hint on a line of its own.
fn say(error: &ApiError) {
    let mut lines = io::stderr().lock();
    drop(writeln!(lines, "{}", error.message));
    if let Some(hint) = &error.hint {
        drop(writeln!(lines, "{hint}"));
    }
}

fn code(code: &str) -> u8 {
    if UNUSABLE_CODES.contains(&code) { UNUSABLE } else { WRONG }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self::Refused(error)
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == ErrorKind::BrokenPipe { Self::Closed } else { Self::Output(error) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use winnow_contract::words::SENTENCES;

    #[test]
    fn what_cannot_be_used_is_three_and_what_was_asked_wrongly_is_two() {
        let check = |error: EngineError, expected: u8| assert_eq!(code(&ApiError::from(error).code), expected);
        check(EngineError::Locked, 3);
        check(EngineError::Newer { found: 9, known: 1 }, 3);
        check(EngineError::ReadOnly, 3);
        check(EngineError::not_found("x"), 2);
        check(EngineError::refused("value_needed"), 2);
    }

    #[test]
    fn every_code_has_a_sentence() {
        for code in UNUSABLE_CODES {
            assert!(SENTENCES.iter().any(|(known, _)| known == code), "{code}");
        }
    }
}
