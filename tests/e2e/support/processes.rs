//! Other processes, as `/proc` shows them: which run a program, which belong to a parent, how much memory they take.
//!
//! Ends only what a test names.

use rustix::process::{Signal, kill_process};
use std::collections::HashMap;
use std::path::Path;
use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// A process.
pub type Pid = u32;

/// The processes that run this very file.
pub fn running(program: &Path) -> Vec<Pid> {
    all().into_iter().filter(|pid| fs_err::read_link(format!("/proc/{pid}/exe")).is_ok_and(|exe| exe == program)).collect()
}

/// A process and everything below it.
pub fn tree(root: Pid) -> Vec<Pid> {
    let parents: HashMap<Pid, Pid> = all().into_iter().filter_map(|pid| Some((pid, parent(pid)?))).collect();
    let mut found = vec![root];
    let mut at = 0;
    while at < found.len() {
        let above = found[at];
        found.extend(parents.iter().filter(|(_, parent)| **parent == above).map(|(child, _)| *child));
        at += 1;
    }
    found
}

/// Processor time a process has used, in the system's ticks (fields 14 and 15 of `/proc/PID/stat`); 0 when it is gone.
pub fn worked(pid: Pid) -> u64 {
    let stat = fs_err::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields = stat.rsplit_once(')').map(|(_, rest)| rest).unwrap_or_default();
    fields.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum()
}

/// The processes that are traced by another.
pub fn traced_by(tracer: Pid) -> Vec<Pid> {
    all().into_iter().filter(|pid| number(*pid, "TracerPid:") == Some(tracer.into())).collect()
}

/// SIGKILL; false when there is no such process any more.
pub fn kill(pid: Pid) -> bool {
    signal(pid, Signal::KILL)
}

/// SIGTERM; false when there is no such process any more.
pub fn ask_to_end(pid: Pid) -> bool {
    signal(pid, Signal::TERM)
}

fn signal(pid: Pid, signal: Signal) -> bool {
    let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw);
    pid.is_some_and(|pid| kill_process(pid, signal).is_ok())
}

/// Largest memory seen: of the process itself, of any one below it, and of all together, in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Peak {
    pub own: u64,
    pub below: u64,
    pub all: u64,
}

impl Peak {
    /// The same with what a process and those below it take at this moment.
    #[must_use]
    pub fn with(mut self, root: Pid) -> Self {
        let members = tree(root);
        let highest = |pid: &Pid| memory(*pid, "VmHWM:").unwrap_or(0);
        self.own = self.own.max(highest(&root));
        self.below = members.iter().skip(1).map(highest).fold(self.below, u64::max);
        self.all = self.all.max(members.iter().filter_map(|pid| memory(*pid, "VmRSS:")).sum());
        self
    }
}

/// Waits for a child and looks at the memory of its tree meanwhile.
///
/// # Panics
/// When the child cannot be waited for.
pub fn watch(child: Child) -> (std::process::Output, Peak) {
    let (root, over) = (child.id(), AtomicBool::new(false));
    thread::scope(|scope| {
        let watcher = scope.spawn(|| look_until(root, &over));
        let output = child.wait_with_output().expect("the output of a child");
        over.store(true, Ordering::SeqCst);
        (output, watcher.join().expect("the watcher"))
    })
}

fn look_until(root: Pid, over: &AtomicBool) -> Peak {
    let mut peak = Peak::default();
    while !over.load(Ordering::SeqCst) {
        peak = peak.with(root);
        thread::sleep(Duration::from_millis(50));
    }
    peak
}

fn all() -> Vec<Pid> {
    let entries = fs_err::read_dir("/proc").expect("the list of processes");
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect()
}

fn parent(pid: Pid) -> Option<Pid> {
    number(pid, "PPid:").and_then(|parent| Pid::try_from(parent).ok())
}

/// A line of `/proc/PID/status` that is in kilobytes, as bytes.
fn memory(pid: Pid, line: &str) -> Option<u64> {
    number(pid, line).map(|kilobytes| kilobytes * 1024)
}

fn number(pid: Pid, line: &str) -> Option<u64> {
    let status = fs_err::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|found| found.strip_prefix(line))?.split_whitespace().next()?.parse().ok()
}
