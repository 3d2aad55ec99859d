//! `winnow-worker ROLE`: one child process that reads hostile bytes (`decode`) or runs a model (`ocr`, `speech`, `embed`)
//! for the engine. `winnow-worker film` becomes ffmpeg.
//!
//! It opens no file, no socket and no library of the user, and gives up the right to: requests and descriptors arrive over
//! the channel it inherits as standard input (a Unix socket pair; standard output is not used, for native libraries may
//! print there). It ends when the channel closes, also in the middle of its work, unless it is loading a model. The parent
//! holds the limits of time and memory.

#[cfg(all(target_os = "linux", debug_assertions))]
mod attempt;
#[cfg(unix)]
mod caught;
#[cfg(unix)]
mod channel;
#[cfg(unix)]
mod confine;
#[cfg(unix)]
mod decode;
#[cfg(unix)]
mod descriptors;
#[cfg(unix)]
mod embed;
#[cfg(all(unix, debug_assertions))]
mod fault;
#[cfg(unix)]
mod film;
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
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    match Role::parse(&name) {
        Some(role) => run(role),
        None => other(&name, &arguments.collect::<Vec<_>>()),
    }
}

/// What is no role.
#[cfg(unix)]
fn other(name: &str, arguments: &[String]) -> ExitCode {
    match name {
        "film" => {
            descriptors::close_inherited();
            film::become_ffmpeg(arguments)
        }
        #[cfg(all(target_os = "linux", debug_assertions))]
        "attempt" => {
            print!("{}", attempt::all());
            ExitCode::SUCCESS
        }
        _ => usage(),
    }
}

#[cfg(not(unix))]
fn other(_name: &str, _arguments: &[String]) -> ExitCode {
    usage()
}

fn usage() -> ExitCode {
    eprintln!("usage: winnow-worker decode|ocr|speech|embed|film (started by Winnow, with its channel as standard input)");
    ExitCode::from(2)
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
