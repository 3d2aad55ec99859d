//! The error a request can answer with.
//!
//! Carries a code the caller may act on and words for people; never a backtrace, path or text of an asset.

use crate::words::Words;
use serde::{Deserialize, Serialize};

/// An answer that is a refusal. Callers match on `code`; `message` and `hint` are for people and logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiError {
    pub code: String,
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl ApiError {
    /// Words as an error, worded now.
    pub fn new(words: &Words) -> Self {
        Self { code: words.code.clone(), message: words.sentence(), hint: None }
    }

    /// The same error with the sentence of `code` as its hint.
    #[must_use]
    pub fn hint(mut self, code: &str) -> Self {
        self.hint = Some(Words::new(code).sentence());
        self
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, " {hint}"))
    }
}

impl std::error::Error for ApiError {}
