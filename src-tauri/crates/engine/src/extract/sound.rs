//! Stage `sound`: a recording to 16 kHz sound and its waveform.

use crate::jobs::{Context, Job};
use crate::outcome::{NewJob, Outcome};
use crate::ports::StageError;
use winnow_contract::id::AssetId;

/// The job, when there is something to do.
pub fn job(_asset: &AssetId, _input_hash: &[u8; 32], _context: &Context<'_>) -> Option<NewJob> {
    None
}

pub fn run(_job: &Job, _context: &Context<'_>) -> Result<Outcome, StageError> {
    Ok(Outcome::default())
}
