//! The commit points of the engine by name, where a test may plan a failure, a panic or a kill.
//!
//! In the product no plan is set and a point costs one comparison.

use crate::error::{EngineError, Result};
use std::sync::Arc;

macro_rules! points {
    ($($(#[$doc:meta])* $name:ident = $text:literal),* $(,)?) => {
        /// A place where a crash must lose nothing and repeat nothing.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Point { $($(#[$doc])* $name),* }

        impl Point {
            /// Every point, for the harness to enumerate.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
            pub fn name(self) -> &'static str { match self { $(Self::$name => $text),* } }
        }
    };
}

points! {
    /// Jobs are leased, none has begun.
    JobsClaimed = "jobs_claimed",
    /// A folder was listed, nothing is written.
    ScanListed = "scan_listed",
    /// A file is open, nothing is read.
    IngestOpened = "ingest_opened",
    /// A file was hashed, nothing is written.
    IngestHashed = "ingest_hashed",
    /// A worker decoded the bytes.
    DecodeAnswered = "decode_answered",
    /// A rendition's file is in place, its row is not.
    RenditionPut = "rendition_put",
    /// A worker took members out of a container, none is kept.
    MembersTaken = "members_taken",
    /// The members' bytes are in the cache, no row names them.
    MembersKept = "members_kept",
    /// A worker drew a page to be read.
    PageDrawn = "page_drawn",
    /// A film's frames are in place, their rows are not.
    FramesPut = "frames_put",
    /// A recording's sound is in place, its row is not.
    SoundPut = "sound_put",
    /// A worker heard a stretch of a recording.
    SpeechAnswered = "speech_answered",
    /// An asset was compared with the taxonomy, nothing is written.
    LabelDone = "label_done",
    /// What an asset is compared by is known, nothing is written.
    CompareDone = "compare_done",
    /// A worker read the page.
    OcrAnswered = "ocr_answered",
    /// Findings are known, nothing is written.
    DetectDone = "detect_done",
    /// A model embedded the texts, nothing is written.
    EmbedAnswered = "embed_answered",
    /// The vector index was compared with the catalog, nothing is written.
    IndexCompared = "index_compared",
    /// Entries were read from the outbox, the index knows none of them.
    OutboxTaken = "outbox_taken",
    /// The index has the new vectors …
    IndexPut = "index_put",
    /// … and the old ones are out of it; the outbox still holds the entries.
    IndexRemoved = "index_removed",
    /// The outbox has let go of the entries.
    OutboxDone = "outbox_done",
    /// The index is about to be compacted.
    IndexMaintained = "index_maintained",
    /// The rows of an outcome are written inside the transaction.
    ApplyRows = "apply_rows",
    /// … and its follow-up jobs.
    ApplyJobs = "apply_jobs",
    /// … and its audit event.
    ApplyAudit = "apply_audit",
    /// A text is what a person corrected it to, or what was read again, inside the transaction.
    CorrectionRows = "correction_rows",
    /// The rows of a decision are written inside the transaction.
    DecideRows = "decide_rows",
    /// The rows of an undo are written inside the transaction.
    UndoRows = "undo_rows",
    /// The group is about to be committed.
    WriterBeforeCommit = "writer_before_commit",
    /// The group is committed, nobody was told.
    WriterAfterCommit = "writer_after_commit",
}

/// Called at every point; may panic, end the process, or ask for a failure by answering true.
pub type Plan = Arc<dyn Fn(Point) -> bool + Send + Sync>;

/// The plan of a test, or none.
#[derive(Clone, Default)]
pub struct Breaks(Option<Plan>);

impl Breaks {
    pub fn planned(plan: Plan) -> Self {
        Self(Some(plan))
    }

    /// Fails here if the plan says so.
    pub fn hit(&self, point: Point) -> Result<()> {
        match &self.0 {
            Some(plan) if plan(point) => Err(EngineError::Planned(point.name())),
            _ => Ok(()),
        }
    }
}
