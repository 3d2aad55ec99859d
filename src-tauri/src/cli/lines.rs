//! The lines of the command line's contract that several commands share, field by field in its order.
//!
//! Every key is always there; what is not known is null.

use serde::Serialize;
use std::collections::BTreeMap;
use winnow_contract::asset::{AssetState, MediaKind, PartKind, PixelBox, Place};
use winnow_contract::id::AssetId;
use winnow_contract::search::Evidence;
use winnow_contract::words::Words;
use winnow_engine::Brief;

/// Words with their sentence.
#[derive(Debug, Serialize)]
pub struct Said {
    pub code: String,
    pub params: BTreeMap<String, String>,
    pub message: String,
}

impl From<&Words> for Said {
    fn from(words: &Words) -> Self {
        Self { code: words.code.clone(), params: words.params.clone(), message: words.sentence() }
    }
}

/// One asset after it was ingested.
#[derive(Debug, Serialize)]
pub struct Ingested {
    pub asset: AssetId,
    pub hash: Option<String>,
    pub paths: Vec<String>,
    pub kind: MediaKind,
    pub media_type: String,
    pub bytes: i64,
    pub state: AssetState,
    pub failure: Option<Said>,
    pub notes: Vec<Said>,
}

impl From<Brief> for Ingested {
    fn from(brief: Brief) -> Self {
        Self {
            asset: brief.row.id,
            hash: brief.hash,
            paths: brief.paths,
            kind: brief.row.kind,
            media_type: brief.row.media_type,
            bytes: brief.row.bytes,
            state: brief.row.state,
            failure: brief.row.failure.as_ref().map(Said::from),
            notes: brief.notes.iter().map(Said::from).collect(),
        }
    }
}

/// One asset in a list.
#[derive(Debug, Serialize)]
pub struct Listed {
    pub asset: AssetId,
    pub paths: Vec<String>,
    pub kind: MediaKind,
    pub media_type: String,
    pub bytes: i64,
    pub state: AssetState,
    pub labels: Vec<String>,
    pub language: Option<String>,
    pub duplicate_of: Option<AssetId>,
}

impl From<Brief> for Listed {
    fn from(brief: Brief) -> Self {
        Self {
            asset: brief.row.id,
            paths: brief.paths,
            kind: brief.row.kind,
            media_type: brief.row.media_type,
            bytes: brief.row.bytes,
            state: brief.row.state,
            labels: brief.row.labels,
            language: brief.row.language,
            duplicate_of: brief.duplicate_of,
        }
    }
}

/// Where something stands.
#[derive(Debug, Serialize)]
pub struct Spot {
    pub page: Option<u32>,
    #[serde(rename = "box")]
    pub rect: Option<PixelBox>,
    pub t0: Option<f32>,
    pub t1: Option<f32>,
    pub start: Option<u32>,
    pub end: Option<u32>,
    pub place: Option<At>,
}

/// A place in a document without pages.
#[derive(Debug, Serialize)]
pub struct At {
    pub part: PartKind,
    pub name: String,
}

impl At {
    /// As a person says it; none for the body.
    pub fn in_words(&self) -> Option<String> {
        Place { part: self.part, name: self.name.clone() }.words().map(|words| words.sentence())
    }
}

impl From<Place> for At {
    fn from(place: Place) -> Self {
        let Place { part, name } = place;
        Self { part, name }
    }
}

impl From<Evidence> for Spot {
    fn from(evidence: Evidence) -> Self {
        let Evidence { page, rect, t0, t1, start, end, place, extraction: _ } = evidence;
        Self { page, rect, t0, t1, start, end, place: place.map(At::from) }
    }
}
