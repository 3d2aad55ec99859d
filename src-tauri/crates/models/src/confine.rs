//! Takes from a worker process, for good, what it does not need: files, sockets, programs, other processes.
//!
//! Two steps. Before the first thread is started: no new privileges, limits, a filter of system calls, and Landlock; the
//! decoder keeps nothing at all, a role that loads models may still read files. When the models are loaded, and before it
//! has seen any input, that right goes too. What the system lacks is said, and the rest holds. Linux only; elsewhere a
//! process has what its user has, and the parent's limits on time and memory.

#[cfg(target_os = "linux")]
mod calls;
#[cfg(target_os = "linux")]
mod limits;
#[cfg(target_os = "linux")]
mod paths;

use winnow_contract::Words;
use winnow_contract::worker::{Confinement, Role};

/// How far a process is confined.
pub struct Confined {
    #[cfg(target_os = "linux")]
    role: Role,
    /// The right to open files went before the last step.
    #[cfg(target_os = "linux")]
    closed: bool,
    found: Confinement,
}

impl Confined {
    /// The first step, in the main thread and before there is another. The decoder has loaded its libraries.
    #[cfg(target_os = "linux")]
    pub fn begin(role: Role) -> Self {
        let reach = match role {
            Role::Decode => paths::Reach::Nothing,
            Role::Ocr | Role::Speech | Role::Embed => paths::Reach::Reading,
        };
        let mut found = Confinement { limits: limits::set(role), ..Confinement::default() };
        tell_of_threads(&mut found);
        lock_paths(&mut found, &reach);
        lock_calls(&mut found, calls::of_role(role));
        Self { role, closed: false, found }
    }

    /// There is nothing of the kind here.
    #[cfg(not(target_os = "linux"))]
    pub fn begin(_role: Role) -> Self {
        Self { found: Confinement { lacking: vec![Words::new("confine_elsewhere")], ..Confinement::default() } }
    }

    /// Takes the right to open files while a model is being loaded: all were read, and its library is about to start threads.
    /// It may still look at which processors there are.
    #[cfg(target_os = "linux")]
    pub fn close_files(&mut self) {
        tell_of_threads(&mut self.found);
        self.closed = self.found.landlock > 0 && paths::restrict(&paths::Reach::Processors).is_some();
    }

    #[cfg(not(target_os = "linux"))]
    pub fn close_files(&mut self) {}

    /// The last step of a role that loads models: the right to read files goes. Threads that a model's library has started
    /// before keep it, and a device's driver needs it: both are said.
    #[cfg(target_os = "linux")]
    pub fn finish(&mut self, on_device: bool) {
        if on_device {
            self.found.lacking.push(Words::new("confine_device"));
            return;
        }
        if !self.closed {
            tell_of_threads(&mut self.found);
        }
        if self.found.landlock > 0 {
            lock_paths(&mut self.found, &paths::Reach::Nothing);
        }
    }

    #[cfg(not(target_os = "linux"))]
    pub fn finish(&mut self, _on_device: bool) {}

    /// What holds the process back now. Its parent sets a limit too, between its start and its first request.
    #[cfg(target_os = "linux")]
    pub fn found(&self) -> Confinement {
        let mut found = self.found.clone();
        found.limits &= limits::is_bounded(self.role);
        if !found.limits {
            found.lacking.push(Words::new("confine_no_limits"));
        }
        found
    }

    #[cfg(not(target_os = "linux"))]
    pub fn found(&self) -> Confinement {
        self.found.clone()
    }
}

/// Confines this process before it becomes another program, which reads its standard input and its libraries, writes to
/// its standard output, and does nothing else. Nothing is said of what the system lacks: the decoder says it.
#[cfg(target_os = "linux")]
pub fn before_program(program: &std::path::Path, memory_mb: u64, seconds: u64) {
    let mut found = Confinement::default();
    limits::set_for_program(memory_mb, seconds);
    lock_paths(&mut found, &paths::Reach::Program(program));
    lock_calls(&mut found, calls::of_program());
}

#[cfg(target_os = "linux")]
fn lock_paths(found: &mut Confinement, reach: &paths::Reach) {
    match paths::restrict(reach) {
        Some(version) => (found.landlock, found.no_new_privileges) = (version, true),
        None => {
            found.landlock = 0;
            found.lacking.push(Words::new("confine_no_landlock"));
        }
    }
}

#[cfg(target_os = "linux")]
fn lock_calls(found: &mut Confinement, filters: Option<Vec<seccompiler::BpfProgram>>) {
    let applied = filters.is_some_and(|filters| filters.iter().all(|filter| seccompiler::apply_filter_all_threads(filter).is_ok()));
    (found.seccomp, found.no_new_privileges) = (applied, found.no_new_privileges || applied);
    if !applied {
        found.lacking.push(Words::new("confine_no_seccomp"));
    }
}

/// Threads that a library has started keep the rights they have. Asked before Landlock, which closes the folder that tells.
#[cfg(target_os = "linux")]
fn tell_of_threads(found: &mut Confinement) {
    let others = threads().saturating_sub(1);
    if others > 0 {
        found.lacking.push(Words::new("confine_threads").with("count", others));
    }
}

/// Threads of this process; 1 when nobody tells.
#[cfg(target_os = "linux")]
#[expect(clippy::disallowed_methods, reason = "a listing that fails is no error here")]
fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").map_or(1, Iterator::count)
}
