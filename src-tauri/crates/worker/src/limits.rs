//! The limits of one call into a worker: wall clock, resident memory, and the user's wish to stop.
//!
//! Only watches and says what was met; whoever asked ends the process.

use std::time::{Duration, Instant};
use winnow_contract::Words;
use winnow_engine::ports::{CallLimits, Cancel, StageError};

/// How often a waiting call looks at its limits.
pub(crate) const LOOK: Duration = Duration::from_millis(20);
/// How often it looks at the worker's memory.
const LOOK_AT_MEMORY: Duration = Duration::from_millis(50);

/// Why a call came to no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The process died, closed its channel or sent what is no answer.
    Lost,
    Timeout,
    Memory,
    Cancelled,
}

impl Fault {
    /// What the engine is told.
    pub(crate) fn told(self, limits: CallLimits) -> StageError {
        match self {
            Self::Lost => StageError::Crashed(Words::new("worker_lost")),
            Self::Timeout => StageError::Broken(Words::new("worker_timeout").with("seconds", limits.seconds)),
            Self::Memory => StageError::Broken(Words::new("worker_memory").with("limit", limits.memory_mb)),
            Self::Cancelled => StageError::Cancelled,
        }
    }
}

/// Watches one call from now on.
pub(crate) struct Watch<'a> {
    pid: u32,
    limits: CallLimits,
    cancel: &'a Cancel,
    began: Instant,
    looked: Instant,
}

impl<'a> Watch<'a> {
    pub(crate) fn new(pid: u32, limits: CallLimits, cancel: &'a Cancel) -> Self {
        let now = Instant::now();
        Self { pid, limits, cancel, began: now, looked: now }
    }

    /// Looks at every limit that is due.
    ///
    /// # Errors
    /// The limit that was met.
    pub(crate) fn check(&mut self) -> Result<(), Fault> {
        if self.cancel.is_cancelled() {
            return Err(Fault::Cancelled);
        }
        if self.began.elapsed() >= Duration::from_secs(u64::from(self.limits.seconds)) {
            return Err(Fault::Timeout);
        }
        if self.looked.elapsed() < LOOK_AT_MEMORY {
            return Ok(());
        }
        self.looked = Instant::now();
        let allowed = u64::from(self.limits.memory_mb) * 1_000_000;
        let swollen = resident_bytes(self.pid).is_some_and(|bytes| bytes > allowed);
        if swollen { Err(Fault::Memory) } else { Ok(()) }
    }
}

/// Resident memory of a process in bytes; none where the system has no `/proc`.
fn resident_bytes(pid: u32) -> Option<u64> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    resident_in(&fs_err::read_to_string(format!("/proc/{pid}/status")).ok()?)
}

fn resident_in(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: CallLimits = CallLimits { seconds: 1, memory_mb: 1, recycle_after: 1 };

    #[test]
    fn resident_memory_is_read_from_the_status() {
        assert_eq!(resident_in("Name:\tx\nVmRSS:\t    2048 kB\nThreads: 1\n"), Some(2_097_152));
        assert_eq!(resident_in("Name:\tx\n"), None);
    }

    #[test]
    fn each_limit_has_its_fault() {
        let cancel = Cancel::default();
        let now = Instant::now();
        let past = |seconds| now.checked_sub(Duration::from_secs(seconds)).expect("a clock that has run a while");
        let watch = |began, looked| Watch { pid: std::process::id(), limits: LIMITS, cancel: &cancel, began, looked };
        assert_eq!(watch(now, now).check(), Ok(()));
        assert_eq!(watch(past(1), now).check(), Err(Fault::Timeout));
        // This test itself takes more than a megabyte.
        #[cfg(target_os = "linux")]
        assert_eq!(watch(now, past(1)).check(), Err(Fault::Memory));
        cancel.cancel();
        assert_eq!(watch(now, now).check(), Err(Fault::Cancelled));
    }

    #[test]
    fn a_lost_worker_is_a_crash_and_a_limit_is_the_files_fault() {
        assert_eq!(Fault::Lost.told(LIMITS), StageError::Crashed(Words::new("worker_lost")));
        assert_eq!(Fault::Timeout.told(LIMITS), StageError::Broken(Words::new("worker_timeout").with("seconds", 1)));
        assert_eq!(Fault::Memory.told(LIMITS), StageError::Broken(Words::new("worker_memory").with("limit", 1)));
        assert_eq!(Fault::Cancelled.told(LIMITS), StageError::Cancelled);
    }
}
