//! Stage `embed`: the chunks of an asset to embeddings.

use crate::jobs::{Context, Job};
use crate::outcome::Outcome;
use crate::ports::StageError;

pub fn run(_job: &Job, _context: &Context<'_>) -> Result<Outcome, StageError> {
    Ok(Outcome::default())
}
