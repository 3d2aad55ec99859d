//! The façade's errors. A bad file is not one of them: that is data in the queue.

use winnow_contract::{ApiError, Words};

/// Why a library could not be opened or a request not be answered.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The request cannot be carried out as it stands.
    #[error("{}", .0.sentence())]
    Refused(Words),
    #[error("another process holds the library's lock")]
    Locked,
    #[error("the library has schema {found}, this program knows {known}")]
    Newer { found: i64, known: i64 },
    #[error("the library is open for reading only")]
    ReadOnly,
    #[error("the library cannot be used: {0}")]
    Unusable(String),
    #[error(transparent)]
    Catalog(#[from] rusqlite::Error),
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// A failure that a test planned.
    #[error("planned failure at {0}")]
    Planned(&'static str),
}

/// Shorthand of the engine.
pub type Result<T, E = EngineError> = std::result::Result<T, E>;

impl EngineError {
    /// A refusal with a code that has no parameters.
    pub fn refused(code: &str) -> Self {
        Self::Refused(Words::new(code))
    }

    /// A refusal because no row has this id.
    pub fn not_found(id: &str) -> Self {
        Self::Refused(Words::new("not_found").with("id", id))
    }

    /// The error as words, for people and for the wire.
    pub fn words(&self) -> Words {
        match self {
            Self::Refused(words) => words.clone(),
            Self::Locked => Words::new("library_locked"),
            Self::Newer { found, known } => Words::new("library_newer").with("found", found).with("known", known),
            Self::ReadOnly => Words::new("library_read_only"),
            Self::Unusable(why) => Words::new("library_unusable").with("why", why),
            Self::Catalog(error) => Words::new("library_unusable").with("why", error),
            Self::Io(error) => Words::new("library_unusable").with("why", error),
            Self::Planned(point) => Words::new("internal").with("why", format!("planned failure at {point}")),
        }
    }

    fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Locked | Self::ReadOnly => Some("hint_close_other"),
            Self::Newer { .. } => Some("hint_update"),
            Self::Unusable(_) | Self::Io(_) => Some("hint_check_path"),
            Self::Catalog(_) => Some("hint_try_again"),
            Self::Refused(_) | Self::Planned(_) => None,
        }
    }
}

impl From<EngineError> for ApiError {
    fn from(error: EngineError) -> Self {
        let api = Self::new(&error.words());
        match error.hint() {
            Some(hint) => api.hint(hint),
            None => api,
        }
    }
}
