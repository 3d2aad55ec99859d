//! Identifiers: UUIDv7 as text, one type per kind of row, so that they cannot be mixed up.
//!
//! Does not make ids; the engine's `Ids` port does.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The id as stored and sent.
            pub fn as_str(&self) -> &str { &self.0 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
        }
        impl From<String> for $name {
            fn from(text: String) -> Self { Self(text) }
        }
        impl From<&str> for $name {
            fn from(text: &str) -> Self { Self(text.to_owned()) }
        }
    )*};
}

ids! {
    /// One distinct content.
    AssetId,
    /// Where an asset's bytes are.
    LocationId,
    /// A folder the user added.
    FolderId,
    /// Text or metadata taken out of an asset by a named tool.
    ExtractionId,
    /// A span of an extraction; the unit of search.
    ChunkId,
    /// A derived picture or sound.
    RenditionId,
    /// What a model proposes.
    SuggestionId,
    /// A detected piece of sensitive data, one occurrence.
    FindingId,
    /// An open question for a person.
    ReviewItemId,
    /// One verdict.
    DecisionId,
    /// What is now held to be true.
    AnnotationId,
    /// A persisted unit of work.
    JobId,
    /// One attempt at a job.
    RunId,
}
