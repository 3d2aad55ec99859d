//! What the engine's parent process and `winnow-worker` say to each other.
//!
//! A frame is `[u32 LE header length][u32 LE blob length][header: JSON][blob]`. A request travels parent → worker, an
//! answer back, one at a time. A file reaches the decoder as a descriptor beside the request (SCM_RIGHTS), never as a path.

use crate::asset::{MediaKind, Property, RenditionKind, Span};
use crate::vocabulary;
use crate::words::Words;
use serde::{Deserialize, Serialize};

/// A header above this is not read.
pub const MAX_HEADER: u32 = 64 << 20;
/// A blob above this is not read.
pub const MAX_BLOB: u32 = 256 << 20;

vocabulary! {
    /// What a worker process is for; one role each.
    Role { Decode = "decode", Ocr = "ocr" }
}

/// Parent → worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Work {
    /// Which tool and version are you? Answered by `Ready`.
    Hello,
    /// Decode the attached descriptor. The blob is empty.
    Decode(DecodeRequest),
    /// Read the page image in the blob.
    Ocr(OcrRequest),
}

/// Worker → parent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Answer {
    /// The tool with its version, e.g. `tesseract 5.3.0 eng`.
    Ready {
        card: String,
    },
    /// Renditions lie in the blob, one after the other.
    Decoded(Decoded),
    Read(OcrPage),
    /// This input cannot be done; the worker lives on.
    Refused {
        reason: Words,
    },
    /// A model or its data is not installed.
    Missing {
        card: String,
    },
}

/// Limits of one decoding; every one ends in a named state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecodeLimits {
    /// Pixels of a picture as its header announces them; above it, refused.
    #[serde(with = "crate::asset::big")]
    pub pixels: i64,
    /// Memory a picture decoder may allocate, in bytes.
    #[serde(with = "crate::asset::big")]
    pub picture_bytes: i64,
    /// Bytes of a file that is decoded; above it text is cut and pictures are refused.
    #[serde(with = "crate::asset::big")]
    pub file_bytes: i64,
    /// Unicode scalar values of text that are kept.
    pub text_chars: u32,
    /// Pixels of the page image; a larger picture is reduced.
    #[serde(with = "crate::asset::big")]
    pub page_pixels: i64,
    pub preview_side: u32,
    pub thumbnail_side: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DecodeRequest {
    /// Lower-case extension of the name, without dot; a hint between text formats and for `type_differs` only.
    pub extension: String,
    #[serde(with = "crate::asset::big")]
    pub bytes: i64,
    pub limits: DecodeLimits,
    /// By how much a picture is turned clockwise after its own orientation: 0, 90, 180 or 270.
    #[serde(default)]
    pub turn: u32,
}

/// What came out of the bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decoded {
    pub kind: MediaKind,
    pub media_type: String,
    /// Text with positions, for text formats; none for pictures.
    pub text: Option<DecodedText>,
    pub properties: Vec<Property>,
    /// Lengths and sizes of the pictures in the blob, in order.
    pub renditions: Vec<RenditionHead>,
    pub notes: Vec<Words>,
    /// A limit was met; a note says which.
    pub partial: bool,
    /// There is no reader for this kind.
    pub unread: bool,
    /// Why it was not decoded although its kind is known: refused on its header, or damaged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Words>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DecodedText {
    /// e.g. `text 1`, `html 1`: the reader and its version.
    pub tool: String,
    pub text: String,
    /// Empty, or stretches with a place of their own.
    pub spans: Vec<Span>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenditionHead {
    pub kind: RenditionKind,
    pub page: u32,
    pub media_type: String,
    pub width: u32,
    pub height: u32,
    pub bytes: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OcrRequest {
    pub page: u32,
    /// Tesseract's language codes, e.g. `eng` or `eng+deu`.
    pub languages: String,
}

/// A page as it was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OcrPage {
    pub card: String,
    /// Words parted by spaces, lines by `\n`, blocks by a blank line.
    pub text: String,
    /// One span per word, with page, box and confidence. Boxes are in pixels of the page image as it was handed in.
    pub words: Vec<Span>,
    /// Mean word confidence, 0..1; none without words.
    pub confidence: Option<f32>,
    /// By how much the page had to be turned clockwise to be read: 0, 90, 180 or 270.
    pub turned: u32,
}
