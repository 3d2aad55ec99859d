//! The limits of one call into a worker: wall clock, resident memory, and the user's wish to stop; and those that the
//! kernel keeps for it, which change from call to call.
//!
//! Only watches and says what was met; whoever asked ends the process.

use std::time::{Duration, Instant};
use winnow_contract::Words;
use winnow_contract::worker::{SAMPLE_RATE, WAV_HEADER, Work};
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

/// Bytes of address space beyond the memory of a call: libraries, stacks, and what is reserved but not used.
#[cfg(target_os = "linux")]
const BESIDE: u64 = 1 << 30;
/// Bytes of a WAV file for one sample.
const SAMPLE: u64 = 2;

/// Lets a process take the memory of this call and write what its work writes, and nothing beyond. A system that refuses
/// is no error: the worker says which limits it found, and resident memory is watched all the same.
#[cfg(target_os = "linux")]
pub(crate) fn allow(pid: u32, limits: CallLimits, work: &Work) {
    use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};
    let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) else { return };
    // A child's own limits begin as ours.
    let set = |resource, most: u64| {
        let maximum = getrlimit(resource).maximum;
        let current = Some(maximum.map_or(most, |maximum| maximum.min(most)));
        let _ = prlimit(Some(pid), resource, Rlimit { current, maximum });
    };
    set(Resource::As, u64::from(limits.memory_mb) * 1_000_000 + BESIDE);
    set(Resource::Fsize, written(work));
}

/// Only Linux sets limits of another process.
#[cfg(not(target_os = "linux"))]
pub(crate) fn allow(_pid: u32, _limits: CallLimits, _work: &Work) {}

/// Bytes that a file may have after this work; 0 for work that writes none.
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only Linux sets limits of another process"))]
fn written(work: &Work) -> u64 {
    match work {
        Work::Sound(sound) => u64::from(WAV_HEADER) + u64::from(sound.max_seconds) * u64::from(SAMPLE_RATE) * SAMPLE,
        // The limit is met within a member, whose last piece may be beyond it.
        Work::Expand(container) => u64::try_from(container.limits.total_bytes.saturating_add(64 << 20)).unwrap_or(0),
        Work::Hello
        | Work::Decode(_)
        | Work::Page(_)
        | Work::Ocr(_)
        | Work::Load(_)
        | Work::Hear(_)
        | Work::Embed { .. }
        | Work::Attach => 0,
    }
}

/// A process keeps more than half of the memory it may have.
pub(crate) fn is_half_full(pid: u32, limits: CallLimits) -> bool {
    resident_bytes(pid).is_some_and(|bytes| bytes > u64::from(limits.memory_mb) * 500_000)
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
    fn only_work_that_writes_may_write() {
        use winnow_contract::worker::SoundRequest;
        let check = |work: Work, expected: u64| assert_eq!(written(&work), expected, "{work:?}");
        check(Work::Hello, 0);
        check(Work::Embed { texts: Vec::new() }, 0);
        check(Work::Sound(SoundRequest { extension: String::new(), max_seconds: 10 }), 320_044);
        check(Work::Sound(SoundRequest { extension: String::new(), max_seconds: u32::MAX }), 44 + u64::from(u32::MAX) * 32_000);
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
