//! Carries a reason through readers that only know errors of input and output.
//!
//! Says nothing itself.

use std::fmt;
use std::io;
use winnow_contract::Words;

/// A limit was met, or a password is missing, somewhere below.
#[derive(Debug)]
pub struct Stop(Words);

impl Stop {
    /// The reason as an error of input.
    pub fn error(words: Words) -> io::Error {
        io::Error::other(Self(words))
    }

    /// The reason that an error carries; `damaged` for any other.
    pub fn words(error: &io::Error) -> Words {
        Self::carried(error).cloned().unwrap_or_else(|| crate::damaged(error))
    }

    /// The reason that an error carries, if it carries one.
    pub fn carried(error: &io::Error) -> Option<&Words> {
        error.get_ref().and_then(|inner| inner.downcast_ref::<Self>()).map(|stop| &stop.0)
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.code)
    }
}

impl std::error::Error for Stop {}
