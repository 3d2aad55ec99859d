//! Lineage: from a value back to the bytes, the model and the person.

use crate::vocabulary;
use crate::words::Words;
use serde::{Deserialize, Serialize};

vocabulary! {
    /// What kind of row a step of a lineage is.
    RowKind {
        Location = "location",
        Asset = "asset",
        Rendition = "rendition",
        Extraction = "extraction",
        Chunk = "chunk",
        Suggestion = "suggestion",
        Finding = "finding",
        ReviewItem = "review_item",
        Decision = "decision",
        Annotation = "annotation",
    }
}

/// The steps from the row asked about to the bytes (or, downwards, to everything derived from it).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Lineage {
    pub chain: Vec<LineageStep>,
}

/// One row on the way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LineageStep {
    /// Its id.
    pub row: String,
    pub kind: RowKind,
    /// The stage, the policy with its version, or the person.
    pub by: String,
    /// Model card or tool with version, when one took part.
    pub model: Option<String>,
    /// BLAKE3 of what the step read, in hexadecimal.
    pub input_hash: Option<String>,
    /// UTC milliseconds.
    #[serde(with = "crate::asset::big")]
    pub at: i64,
    /// What it is, in a sentence's worth: file name, tool, entity, verdict.
    pub what: Words,
}
