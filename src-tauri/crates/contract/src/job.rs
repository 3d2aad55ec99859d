//! Jobs as the Activity screen sees them.

use crate::id::*;
use crate::vocabulary;
use crate::words::Words;
use serde::{Deserialize, Serialize};

vocabulary! {
    /// What a job does. The whole pipeline is the engine's `pipeline.rs`.
    JobKind {
        /// Walk a folder and note what is new, changed or gone.
        Scan = "scan",
        /// Read a file once: hash and kind.
        Ingest = "ingest",
        /// Hostile bytes to text, facts and pictures, in a worker.
        Decode = "decode",
        /// What is in a container: attachments and members become assets, in a worker.
        Expand = "expand",
        /// Words and boxes from a page image, in a worker.
        Ocr = "ocr",
        /// A recording to 16 kHz sound and its waveform, in a worker.
        Sound = "sound",
        /// Speech to text, in a worker, a stretch of the recording at a time.
        Transcribe = "transcribe",
        /// Sensitive data in the extracted text.
        Detect = "detect",
        /// Chunks to embeddings, in a worker.
        Embed = "embed",
        /// What an asset is, by similarity to the taxonomy.
        Label = "label",
        /// Which other assets it is nearly the same as.
        Compare = "compare",
        /// Key frames of a film, because somebody asked for them.
        Frames = "frames",
    }
}

vocabulary! {
    /// Jobs that share a lane run side by side up to its width.
    Lane {
        Io = "io",
        Decode = "decode",
        Ocr = "ocr",
        Speech = "speech",
        Embed = "embed",
        /// Writes embeddings into the vector index. It has no jobs: its queue is the outbox.
        Index = "index",
    }
}

vocabulary! {
    /// Where a job stands.
    JobState { Queued = "queued", Running = "running", Done = "done", Failed = "failed", Parked = "parked" }
}

/// One lane at this moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LaneRow {
    pub lane: Lane,
    pub queued: u32,
    /// Names of the files being worked on now, at most its width.
    pub running: Vec<String>,
    /// Jobs finished in a second, over the last ten.
    pub per_second: f32,
}

/// A job that failed and what can be said about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FailureRow {
    pub job: JobId,
    pub kind: JobKind,
    pub asset: Option<AssetId>,
    pub name: String,
    pub reason: Words,
    #[serde(with = "crate::asset::big")]
    pub at: i64,
}

/// The Activity screen: what is done now, and what went wrong, newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Activity {
    pub lanes: Vec<LaneRow>,
    pub failures: Vec<FailureRow>,
    /// Failures in all.
    pub failed: u32,
}
