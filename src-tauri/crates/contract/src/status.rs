//! Counts and lags: the side bar, the progress line, `winnow status`.

use crate::asset::AssetState;
use crate::id::FolderId;
use crate::review::ItemKind;
use crate::vocabulary;
use serde::{Deserialize, Serialize};

/// How the library stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Status {
    pub assets: Vec<(AssetState, u32)>,
    pub jobs: JobCounts,
    pub review_open: u32,
    pub review_by_kind: Vec<(ItemKind, u32)>,
    /// Age of the oldest job that waits, in seconds.
    pub ingest_lag_s: f64,
    /// Chunks that are not in the vector index yet.
    pub index_lag: u32,
    pub models: Vec<ModelRow>,
    /// What the embedder runs on, once it has run.
    #[serde(default)]
    pub provider: Option<crate::model::ProviderRow>,
    pub folders: Vec<FolderRow>,
    pub progress: Option<Progress>,
    pub paused: bool,
    /// Folder of the library, for display.
    pub library: String,
    pub version: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct JobCounts {
    pub queued: u32,
    pub running: u32,
    pub failed: u32,
}

/// A model card and whether its files are there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelRow {
    pub card: String,
    pub ready: bool,
}

/// A folder the user added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FolderRow {
    pub id: FolderId,
    pub name: String,
    pub path: String,
    pub assets: u32,
    /// UTC milliseconds of the last complete scan.
    pub last_scan: Option<String>,
    /// The folder could not be reached at the last scan.
    pub unavailable: bool,
    /// Whether and how it is followed.
    #[serde(default)]
    pub watch: WatchState,
    /// UTC milliseconds since when it is watched, if it is.
    #[serde(default)]
    pub since: Option<String>,
}

vocabulary! {
    /// How a folder is followed.
    #[derive(Default)]
    WatchState {
        /// Only read when asked.
        #[default]
        Off = "off",
        /// Changes are told by the system, and made sure of by scans.
        Following = "following",
        /// The system tells nothing here (a network folder, or no watches left): it is scanned again and again.
        Polled = "polled",
        /// It cannot be reached at the moment; what was known of it is kept.
        Unreachable = "unreachable",
        /// To be followed as soon as a window or `watch run` is open; with one that just began, in a moment.
        Waiting = "waiting",
    }
}

/// Work in hand, counted in files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    pub done: u32,
    pub total: u32,
    pub per_second: f32,
    pub seconds_left: Option<u32>,
}
