//! Search: what was asked, what answers, and where it stands.

use crate::asset::{MediaKind, PixelBox, Place};
use crate::id::*;
use crate::review::TextPart;
use crate::vocabulary;
use crate::words::Words;
use serde::{Deserialize, Serialize};

vocabulary! {
    /// By what a search finds.
    SearchMode {
        /// Words and meaning, fused by reciprocal rank.
        Hybrid = "hybrid",
        /// Meaning only.
        Semantic = "semantic",
        /// Words only.
        Lexical = "lexical",
    }
}

/// Results, best first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SearchPage {
    pub hits: Vec<Hit>,
    /// Assets that match in all. By meaning everything matches a little: then it is how many were ranked.
    pub total: u32,
    /// Matching assets by kind, for the filters; the other counts likewise.
    pub by_kind: Vec<(MediaKind, u32)>,
    #[serde(default)]
    pub by_label: Vec<(String, u32)>,
    #[serde(default)]
    pub by_folder: Vec<(FolderId, u32)>,
    #[serde(default)]
    pub by_language: Vec<(String, u32)>,
    /// Matching assets with findings.
    #[serde(default)]
    pub with_findings: u32,
    /// Why meaning took no part although it was asked for: no model, or the index is not complete yet; or that all hits are
    /// faint.
    #[serde(default)]
    pub note: Option<Words>,
}

/// The best place in one asset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// From 1.
    pub rank: u32,
    pub asset: AssetId,
    pub name: String,
    /// Full path for display.
    pub path: String,
    pub kind: MediaKind,
    pub thumbnail: Option<RenditionId>,
    /// 0..1, the best hit of the page is 1.
    pub score: f32,
    pub why: HitWhy,
    pub snippet: Vec<TextPart>,
    /// Other places in the same asset.
    pub more: u32,
    pub evidence: Evidence,
    /// Its passage was found by meaning, and which of its sentences is nearest was not looked for: `FindSpot` does.
    #[serde(default)]
    pub rough: bool,
}

/// What speaks for a hit: each part's own score, if it took part.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HitWhy {
    pub lexical: Option<f32>,
    pub semantic: Option<f32>,
    /// It is only faintly alike in meaning: nothing was more so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub faint: bool,
}

/// The spot a hit opens at.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    pub extraction: Option<ExtractionId>,
    pub page: Option<u32>,
    #[serde(rename = "box")]
    pub rect: Option<PixelBox>,
    pub t0: Option<f32>,
    pub t1: Option<f32>,
    pub start: Option<u32>,
    pub end: Option<u32>,
    /// Where it stands in a document without pages.
    #[serde(default)]
    pub place: Option<Place>,
}
