//! Stage `transcribe`: what is said in a recording, a stretch at a time.

use crate::jobs::{Context, Job};
use crate::outcome::Outcome;
use crate::ports::StageError;

pub fn run(_job: &Job, _context: &Context<'_>) -> Result<Outcome, StageError> {
    Ok(Outcome::default())
}
