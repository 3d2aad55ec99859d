//! What a stage gives back: the only way anything derived is written. The runner commits it whole or not at all.
//!
//! Holds no SQL; `catalog::apply` carries it out.

use crate::near::{Rules, Signature};
use crate::review::policy::NewItem;
use crate::watch::root::Identity;
use serde::Serialize;
use winnow_contract::Words;
use winnow_contract::asset::{AssetState, MediaKind, PixelBox, Property, RenditionKind, Span};
use winnow_contract::id::*;
use winnow_contract::job::JobKind;
use winnow_contract::worker::Heard;

/// The result of one run.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Tool or model card with version.
    pub card: String,
    /// BLAKE3 of what was read, when it was read as a whole.
    pub input_hash: Option<[u8; 32]>,
    pub writes: Vec<Write>,
    pub next: Vec<NewJob>,
}

/// A job to enqueue. Enqueuing a known key is a no-op, unless `again` puts it back.
#[derive(Debug, Clone)]
pub struct NewJob {
    pub kind: JobKind,
    pub subject: Subject,
    pub fingerprint: String,
    pub params: Option<Vec<u8>>,
    pub again: Again,
}

/// When a job that was enqueued before is put back into the queue. One that waits or runs is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    Never,
    /// Only when it failed: what stood in its way may be gone.
    IfFailed,
    Always,
}

/// What a job is about.
#[derive(Debug, Clone)]
pub enum Subject {
    Row(String),
    /// A part of an asset: the job's end says nothing of the whole.
    Part(String, Part),
    /// The asset that the location is bound to once the writes of the same outcome are done.
    AssetAt(LocationId),
}

/// A part of an asset that has jobs of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A page by its number, from 1.
    Page(u32),
    /// A frame of a film by the second it stands at.
    Frame(u32),
}

impl Part {
    /// The number that its texts, notes and pictures bear.
    pub fn number(self) -> u32 {
        match self {
            Self::Page(number) | Self::Frame(number) => number,
        }
    }

    /// From its form in the catalog.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, number) = text.split_once(':')?;
        match kind {
            "page" => Some(Self::Page(number.parse().ok()?)),
            "frame" => Some(Self::Frame(number.parse().ok()?)),
            _ => None,
        }
    }
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Page(number) => write!(f, "page:{number}"),
            Self::Frame(number) => write!(f, "frame:{number}"),
        }
    }
}

/// One change. Serialised only to be digested for the audit trail.
#[derive(Debug, Serialize)]
pub enum Write {
    /// Files seen in a folder that are new, changed or back.
    Seen { folder: FolderId, files: Vec<SeenFile> },
    /// Locations whose file is no longer there.
    Gone { locations: Vec<LocationId> },
    /// A folder was walked to its end, or could not be reached; with the directory that was walked.
    Scanned { folder: FolderId, reached: bool, root: Option<Identity> },
    /// A location's bytes were read: they are this content.
    Bound { location: LocationId, new_asset: AssetId, content: Content },
    /// What an asset is and how its reading ended.
    Described { asset: AssetId, kind: MediaKind, media_type: String, state: AssetState },
    /// What was found in a container; new content becomes an asset, known content gets another location.
    Members { parent: AssetId, began: i64, members: Vec<NewMember> },
    /// A container was gone through as far as that goes. Unless something was cut off, members that this going through, which
    /// `began` then, did not see are none.
    MembersDone { parent: AssetId, began: i64, cut: bool },
    /// All notes of a stage on an asset (page 0) or on one page of it.
    Notes { asset: AssetId, stage: JobKind, page: u32, notes: Vec<Words> },
    /// How the reading of an asset ended, as a stage after decoding found out.
    Ended { asset: AssetId, state: AssetState },
    /// All facts a stage read out of an asset.
    Properties { asset: AssetId, stage: JobKind, properties: Vec<Property> },
    /// All pictures or sounds a stage made of an asset; their files are in place.
    Renditions { asset: AssetId, stage: JobKind, renditions: Vec<NewRendition> },
    /// What was heard in one more stretch of a recording.
    TranscriptPart { asset: AssetId, fingerprint: String, part: u32, heard: Heard },
    /// A recording was heard to its end: what its stretches said is an extraction now. And its language.
    TranscriptDone { asset: AssetId, language: Option<String> },
    /// The text of an asset, or of a page of it, as a stage read it; supersedes what the stage read there before.
    Extraction(NewExtraction),
    /// Texts that a stage read on pages other than these are superseded.
    OnlyPages { asset: AssetId, stage: JobKind, pages: Vec<u32> },
    /// Vectors of texts in a space.
    Embeddings { space: String, rows: Vec<NewEmbedding> },
    /// The language that an asset is written in, as ISO 639-1; none when it is not sure.
    Language { asset: AssetId, language: Option<String> },
    /// All findings in an asset and what they ask; supersedes the ones before.
    Findings { asset: AssetId, findings: Vec<NewFinding>, items: Vec<NewItem> },
    /// What is doubtful in the reading of an asset, or of a page of it; all of it.
    Reading { asset: AssetId, page: Option<u32>, items: Vec<NewItem> },
    /// What an asset may be, the likeliest first, and whether a person is asked; supersedes what was proposed before.
    Suggestions { asset: AssetId, suggestions: Vec<NewSuggestion>, item: Option<NewItem> },
    /// How a picture looks, in 16 hexadecimal digits; none of one that looks like any other.
    Look { asset: AssetId, look: Option<String> },
    /// What an asset is compared by, if it can be compared. With what is near by these rules it forms a group, and a person is
    /// asked.
    Compared { asset: AssetId, signature: Option<Signature>, rules: Rules },
}

/// Bytes as they were read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Content {
    pub hash: [u8; 32],
    pub bytes: i64,
    /// When the file was last changed.
    pub mtime_ns: i64,
}

/// What was found in a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewMember {
    pub location: LocationId,
    pub new_asset: AssetId,
    /// Finds it again in the same container.
    pub locator: Vec<u8>,
    /// Its name there, escaped.
    pub display: String,
    pub content: Content,
}

#[derive(Debug, Serialize)]
pub struct SeenFile {
    pub location: LocationId,
    /// Relative to the folder.
    pub path: Vec<u8>,
    pub display: String,
    pub size: i64,
    pub mtime_ns: i64,
}

#[derive(Debug, Serialize)]
pub struct NewRendition {
    pub id: RenditionId,
    pub kind: RenditionKind,
    pub page: u32,
    pub media_type: String,
    pub width: u32,
    pub height: u32,
    pub bytes: u32,
}

#[derive(Debug, Serialize)]
pub struct NewExtraction {
    pub id: ExtractionId,
    pub asset: AssetId,
    pub stage: JobKind,
    /// From 1; 0 when it is of the whole.
    pub page: u32,
    pub tool: String,
    pub text: String,
    pub confidence: Option<f32>,
    pub spans: Vec<Span>,
    pub chunks: Vec<NewChunk>,
    /// The rendition it was read from, if it was read from one.
    pub read_from: Option<RenditionId>,
}

/// Half-open, in Unicode scalar values of the extraction.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewChunk {
    pub id: ChunkId,
    pub start: u32,
    pub end: u32,
    pub page: Option<u32>,
    /// Seconds of sound, from its first word to the end of its last.
    pub t0: Option<f32>,
    pub t1: Option<f32>,
}

/// The vector of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewEmbedding {
    /// BLAKE3 of the text.
    pub text_hash: [u8; 32],
    /// Little-endian 16-bit floats.
    pub vector: Vec<u8>,
}

#[derive(Debug, Clone, Serialize)]
pub struct NewFinding {
    pub id: FindingId,
    pub extraction: ExtractionId,
    pub entity: String,
    pub start: u32,
    pub end: u32,
    pub page: Option<u32>,
    pub boxes: Vec<PixelBox>,
    pub score: f32,
    pub recogniser: String,
    pub value_hash: [u8; 32],
    pub severity: f32,
    /// Someone is asked; otherwise it is only recorded.
    pub ask: bool,
    pub blocks: bool,
    /// Topic of the item that asks about it: one of this outcome's, or an older one of the asset.
    pub topic: Option<String>,
}

/// A proposed answer to "what is it?".
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewSuggestion {
    pub id: SuggestionId,
    pub answer: String,
    /// Similarity, 0..1; no probability.
    pub score: f32,
    /// The passage that speaks for it.
    pub evidence: ChunkId,
    pub card: String,
}

impl Outcome {
    /// BLAKE3 over everything it writes, in order: what the audit trail commits to.
    pub fn digest(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        for write in &self.writes {
            serde_json::to_writer(&mut hasher, write).expect("BUG: writes are always JSON");
            hasher.update(b"\n");
        }
        *hasher.finalize().as_bytes()
    }
}
