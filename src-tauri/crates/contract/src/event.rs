//! Past facts with ids, at most five a second to the window; a lost one is harmless.

use crate::id::*;
use serde::{Deserialize, Serialize};

/// Something happened. Whoever listens asks again for what it shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Assets were added or changed; at most 50 ids, `more` says there were others.
    AssetsChanged { assets: Vec<AssetId>, more: bool },
    /// Review items were opened or closed.
    ReviewChanged,
    /// Counts of jobs changed.
    JobsChanged,
    /// A folder was added, scanned, watched or found unavailable.
    FoldersChanged,
    /// Models were installed, checked, or the provider was chosen.
    ModelsChanged,
    /// Everything that was waiting is done.
    Settled,
    /// Files hover over the window: how many, or none when they left.
    DropHover { files: Option<u32> },
    /// The request of a drop or a dialog could not be carried out.
    Refused { error: crate::ApiError },
}
