//! `winnow-worker ROLE`: one child process that reads hostile bytes (`decode`) or page images (`ocr`) for the engine.
//!
//! It opens no file, no socket and no library of the user: requests and descriptors arrive over the channel it inherits
//! as standard input (a Unix socket pair; standard output is not used, for native libraries may print there). It ends
//! when the channel closes, also in the middle of its work. The parent holds the limits of time and memory.

#[cfg(unix)]
mod caught;
#[cfg(unix)]
mod channel;
#[cfg(unix)]
mod decode;
#[cfg(unix)]
mod descriptors;
#[cfg(unix)]
mod embed;
#[cfg(all(unix, debug_assertions))]
mod fault;
#[cfg(unix)]
mod ocr;
#[cfg(unix)]
mod serve;
#[cfg(unix)]
mod sound;
#[cfg(unix)]
mod speech;

use std::process::ExitCode;
use winnow_contract::worker::Role;

fn main() -> ExitCode {
    let Some(role) = std::env::args().nth(1).as_deref().and_then(Role::parse) else {
        eprintln!("usage: winnow-worker decode|ocr|speech|embed (started by Winnow, with its channel as standard input)");
        return ExitCode::from(2);
    };
    run(role)
}

#[cfg(unix)]
fn run(role: Role) -> ExitCode {
    descriptors::close_inherited();
    match serve::serve(role) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Descriptors are handed over by SCM_RIGHTS, which only Unix has. Not tried elsewhere.
#[cfg(not(unix))]
fn run(_role: Role) -> ExitCode {
    eprintln!("winnow-worker does not work on this system yet");
    ExitCode::from(2)
}
