//! Limits that the kernel keeps for this process: descriptors, the size of files, core files, memory, time.
//!
//! The decoder's memory and what it may write change from call to call, so its parent sets them from outside, before its
//! first request and whenever they change.
#![allow(unsafe_code)]

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use winnow_contract::worker::Role;

/// Descriptors of a process that reads hostile bytes.
const FEW: u64 = 64;
/// Descriptors of a process that runs a model: a graphics device takes many.
const MORE: u64 = 256;
/// Bytes of address space beyond the memory that is allowed: libraries, stacks and what is reserved but not used.
const BESIDE: u64 = 1 << 30;

/// Sets what this role may have; false when the system refuses any of it.
pub fn set(role: Role) -> bool {
    let descriptors = match role {
        Role::Decode | Role::Ocr => FEW,
        Role::Speech | Role::Embed => MORE,
    };
    let written = match role {
        Role::Decode => true,
        Role::Ocr | Role::Speech | Role::Embed => hard(Resource::Fsize, 0),
    };
    survive_the_size_of_files();
    hard(Resource::Core, 0) && hard(Resource::Nofile, descriptors) && written
}

/// The parent has set the limits that are its to set: on the decoder's memory and on what it writes. Model libraries reserve
/// far more memory than they use, so those roles have no limit on it.
pub fn is_bounded(role: Role) -> bool {
    let is_set = |resource| getrlimit(resource).current.is_some();
    match role {
        Role::Decode => is_set(Resource::As) && is_set(Resource::Fsize),
        Role::Ocr | Role::Speech | Role::Embed => true,
    }
}

/// What a program that is started in place of this one may have.
pub fn set_for_program(memory_mb: u64, seconds: u64) {
    hard(Resource::Core, 0);
    hard(Resource::Nofile, FEW);
    hard(Resource::Fsize, 0);
    hard(Resource::As, memory_mb.saturating_mul(1_000_000).saturating_add(BESIDE));
    // For a process that its parent can no longer end.
    hard(Resource::Cpu, seconds.saturating_add(1));
}

fn hard(resource: Resource, most: u64) -> bool {
    // What is lower already stays.
    let allowed = getrlimit(resource).maximum.map_or(most, |maximum| maximum.min(most));
    setrlimit(resource, Rlimit { current: Some(allowed), maximum: Some(allowed) }).is_ok()
}

/// Writing too much is then an error of the call that writes, not the end of the process.
fn survive_the_size_of_files() {
    // SAFETY: no handler is installed; the signal is only ignored, and no other thread runs yet.
    unsafe {
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
    }
}
