//! `winnow-worker film`: confines itself and becomes ffmpeg, which then has a film at its standard input and nothing else.
//!
//! What ffmpeg is to do is said by the parent, which also holds the limits of time and memory. Its output is believed by
//! nobody: the decoder reads it like any hostile file.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode};

/// Could not be started.
const NOT_STARTED: u8 = 127;

/// Becomes `PROGRAM`, given as `PROGRAM MEMORY_MB SECONDS ARGUMENTS…`. Comes back only when that fails.
pub fn become_ffmpeg(arguments: &[String]) -> ExitCode {
    let [program, memory, seconds, rest @ ..] = arguments else { return ExitCode::from(2) };
    let (Ok(memory), Ok(seconds)) = (memory.parse(), seconds.parse()) else { return ExitCode::from(2) };
    // It works as hard as the decoder does, and no harder.
    let _ = rustix::process::nice(5);
    confined(Path::new(program), memory, seconds);
    // The error would name a path, and there is nobody to tell.
    let _ = Command::new(program).args(rest).exec();
    ExitCode::from(NOT_STARTED)
}

#[cfg(target_os = "linux")]
fn confined(program: &Path, memory: u64, seconds: u64) {
    crate::confine::before_program(program, memory, seconds);
}

/// There is nothing to confine it with.
#[cfg(not(target_os = "linux"))]
fn confined(_program: &Path, _memory: u64, _seconds: u64) {}
