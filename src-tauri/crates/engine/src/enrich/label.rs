//! Stage `label`: what an asset is, by similarity to the taxonomy.

use crate::jobs::{Context, Job};
use crate::outcome::Outcome;
use crate::ports::StageError;

pub fn run(_job: &Job, _context: &Context<'_>) -> Result<Outcome, StageError> {
    Ok(Outcome::default())
}
