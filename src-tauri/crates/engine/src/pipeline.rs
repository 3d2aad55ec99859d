//! The whole pipeline as one table: which job follows which, by kind of content, and where each runs.
//!
//! Adding a stage is a `JobKind`, a function and a line here; there are no wildcard arms.

use crate::enrich::{embed, label, near, sensitive};
use crate::extract::{decode, expand, frames, ocr, read, scan, sound, transcribe};
use crate::jobs::{Context, Job};
use crate::outcome::Outcome;
use crate::ports::StageError;
use winnow_contract::asset::MediaKind;
use winnow_contract::job::{JobKind, Lane};

/// The jobs that follow a stage on content of this kind.
///
/// scan → ingest → decode → (pages and pictures: ocr →) (recordings and films: sound → transcribe →) detect → embed → label
///
/// What is found in a container goes the same way from `decode` on; a page that is read by its text layer needs no ocr, and a
/// file without members nothing of `expand`.
pub fn next(stage: JobKind, kind: MediaKind) -> &'static [JobKind] {
    use MediaKind::*;
    match stage {
        JobKind::Scan => &[JobKind::Ingest],
        JobKind::Ingest => &[JobKind::Decode],
        JobKind::Decode => match kind {
            Text | Table => &[JobKind::Detect],
            Image => &[JobKind::Ocr],
            Sound | Video => &[JobKind::Sound],
            Pdf => &[JobKind::Expand, JobKind::Ocr, JobKind::Detect],
            Office | Mail | Web => &[JobKind::Expand, JobKind::Detect],
            Archive => &[JobKind::Expand],
            Empty | Other => &[],
        },
        JobKind::Sound => &[JobKind::Transcribe],
        JobKind::Ocr | JobKind::Transcribe => &[JobKind::Detect],
        JobKind::Detect => &[JobKind::Embed],
        JobKind::Embed => &[JobKind::Label],
        JobKind::Expand => &[JobKind::Decode],
        JobKind::Frames => &[JobKind::Ocr],
        JobKind::Label | JobKind::Compare => &[],
    }
}

/// Where a job waits and runs.
pub fn lane(kind: JobKind) -> Lane {
    match kind {
        JobKind::Scan | JobKind::Ingest | JobKind::Detect | JobKind::Compare => Lane::Io,
        JobKind::Decode | JobKind::Expand | JobKind::Sound | JobKind::Frames => Lane::Decode,
        JobKind::Ocr => Lane::Ocr,
        JobKind::Transcribe => Lane::Speech,
        JobKind::Embed | JobKind::Label => Lane::Embed,
    }
}

/// True when the work happens inside this process, so that a death of the process may be the job's doing.
pub fn in_process(kind: JobKind) -> bool {
    match kind {
        JobKind::Scan | JobKind::Ingest | JobKind::Detect | JobKind::Compare => true,
        JobKind::Decode
        | JobKind::Expand
        | JobKind::Ocr
        | JobKind::Sound
        | JobKind::Transcribe
        | JobKind::Embed
        | JobKind::Label
        | JobKind::Frames => false,
    }
}

/// True when the subject of a job is an asset, whose state follows from how its jobs end.
pub fn is_about_an_asset(kind: JobKind) -> bool {
    match kind {
        JobKind::Scan | JobKind::Ingest => false,
        JobKind::Decode
        | JobKind::Expand
        | JobKind::Ocr
        | JobKind::Sound
        | JobKind::Transcribe
        | JobKind::Detect
        | JobKind::Embed
        | JobKind::Label
        | JobKind::Compare
        | JobKind::Frames => true,
    }
}

/// How many jobs are leased together, at least and at most: short work shares a commit, long work is taken one by one. A model
/// embeds many texts at once.
pub fn batch(lane: Lane) -> (u32, u32) {
    match lane {
        Lane::Io | Lane::Decode => (1, 64),
        Lane::Ocr | Lane::Speech => (1, 1),
        Lane::Embed => (16, 16),
        // It has no jobs.
        Lane::Index => (0, 0),
    }
}

/// Runs the stage of a job.
pub fn run(job: &Job, context: &Context<'_>) -> Result<Outcome, StageError> {
    match job.kind {
        JobKind::Scan => scan::run(job, context),
        JobKind::Ingest => read::run(job, context),
        JobKind::Decode => decode::run(job, context),
        JobKind::Expand => expand::run(job, context),
        JobKind::Frames => frames::run(job, context),
        JobKind::Ocr => ocr::run(job, context),
        JobKind::Sound => sound::run(job, context),
        JobKind::Transcribe => transcribe::run(job, context),
        JobKind::Detect => sensitive::run(job, context),
        JobKind::Embed => embed::run(job, context),
        JobKind::Label => label::run(job, context),
        JobKind::Compare => near::run(job, context),
    }
}
