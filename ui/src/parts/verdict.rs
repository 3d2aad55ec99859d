//! How a verdict looks: its icon, its colour, its key.

use super::icon::IconData;
use crate::keys::Act;
use winnow_contract::review::Verdict;

/// The icon of a verdict.
pub fn icon(verdict: Verdict) -> IconData {
    match verdict {
        Verdict::Accepted => icondata_lu::LuCheck,
        Verdict::Corrected => icondata_lu::LuPencilLine,
        Verdict::Redacted => icondata_lu::LuEraser,
        Verdict::Rejected => icondata_lu::LuX,
        Verdict::Deferred => icondata_lu::LuClock3,
    }
}

/// The act that gives it.
pub fn act(verdict: Verdict) -> Act {
    match verdict {
        Verdict::Accepted => Act::Accept,
        Verdict::Corrected => Act::Correct,
        Verdict::Redacted => Act::Redact,
        Verdict::Rejected => Act::Reject,
        Verdict::Deferred => Act::Defer,
    }
}

/// The act that gives it to all alike, if there is one.
pub fn act_alike(verdict: Verdict) -> Option<Act> {
    match verdict {
        Verdict::Accepted => Some(Act::AcceptAlike),
        Verdict::Redacted => Some(Act::RedactAlike),
        Verdict::Rejected => Some(Act::RejectAlike),
        Verdict::Corrected | Verdict::Deferred => None,
    }
}
