//! The catalog: the only SQL of the project. One file per group of tables; `writer` is the only way to change a row.
//!
//! Does not decide anything: rules are in `review::policy`, `jobs` and the stages.

pub mod apply;
pub mod assets;
pub mod audit;
pub mod corrections;
pub mod due;
pub mod dump;
pub mod facets;
pub mod facts;
pub mod filter;
pub mod folders;
pub mod jobs;
pub mod labels;
pub mod lineage;
pub mod locations;
pub mod marked;
pub mod members;
pub mod near;
pub mod near_duplicates;
pub mod owners;
pub mod reader;
pub mod review;
pub mod schema;
pub mod texts;
pub mod threads;
pub mod transcripts;
pub mod vectors;
pub mod versions;
pub mod words;
pub mod writer;

use std::collections::BTreeMap;
use winnow_contract::Words;

/// Parameters of words as the JSON that is stored beside their code.
pub(crate) fn params_json(words: &Words) -> String {
    serde_json::to_string(&words.params).expect("BUG: a map of strings is always JSON")
}

/// Words from their two columns.
pub(crate) fn words_of(code: String, params: &str) -> Words {
    let params: BTreeMap<String, String> = serde_json::from_str(params).unwrap_or_default();
    Words { code, params }
}

/// A row count or size for a view; negative or oversized values are clamped.
pub(crate) fn count(number: i64) -> u32 {
    u32::try_from(number.max(0)).unwrap_or(u32::MAX)
}
