//! The engine's ports over pools of workers.
//!
//! An answer is believed only as far as it fits together: a worker that read hostile bytes may say anything.

mod decode;
mod embed;
mod film;
mod ocr;
mod speech;

pub use decode::DecodeWorkers;
pub use embed::EmbedWorkers;
pub use ocr::OcrWorkers;
pub use speech::SpeechWorkers;

use crate::pool::{Load, Pool};
use winnow_contract::worker::{Answer, Work};
use winnow_engine::ports::{CallLimits, Cancel, StageError};

/// For asking a worker which version it is.
const HELLO: CallLimits = CallLimits { seconds: 30, memory_mb: 1000, recycle_after: u32::MAX };

/// Which version a worker is.
fn card(pool: &Pool) -> Result<String, StageError> {
    let load = Load { work: Work::Hello, blob: &[], files: &[], opening: None };
    pool.call(&load, HELLO, &Cancel::default(), |reply| match reply.0 {
        Answer::Ready { card, .. } => Some(Ok(card)),
        other => declined(other),
    })
}

/// What an answer that is not the one hoped for means; none when no worker of ours says that.
pub(crate) fn declined<T>(answer: Answer) -> Option<Result<T, StageError>> {
    match answer {
        Answer::Refused { reason } => Some(Err(StageError::Broken(reason))),
        Answer::Missing { card } => Some(Err(StageError::Missing(card))),
        Answer::Ready { .. }
        | Answer::Decoded(_)
        | Answer::Paged(_)
        | Answer::Expanded(_)
        | Answer::Read(_)
        | Answer::Sounded(_)
        | Answer::Loaded(_)
        | Answer::Heard(_)
        | Answer::Embedded { .. }
        | Answer::Attached => None,
    }
}
