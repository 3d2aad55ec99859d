//! `winnow unlock`: tries a password on an asset that needs one, and waits until it is read.
//!
//! The password is never an argument, for those are seen by every other program; it is kept in memory until the command ends.

use super::assets::find;
use super::failure::{Failure, INCOMPLETE};
use super::ingest;
use super::output::Output;
use crate::library::Library;
use crate::logging;
use serde::Serialize;
use std::ffi::OsStr;
use std::io::{self, BufRead, IsTerminal, Read};
use std::process::ExitCode;
use winnow_contract::asset::AssetState;
use winnow_contract::command::Unlock;
use winnow_contract::id::AssetId;
use winnow_contract::worker::Password;
use winnow_contract::{ApiError, Words};

/// Bytes of standard input that may be a password.
const LONGEST: u64 = 4096;

#[derive(Debug, Serialize)]
struct Line {
    asset: AssetId,
    /// The password was the right one.
    opened: bool,
    state: AssetState,
}

pub fn run(library: &Library, asset: &OsStr, out: &mut Output) -> Result<ExitCode, Failure> {
    let engine = library.write()?;
    logging::start(library.folder(), true);
    let asset = find(&engine, asset)?;
    library.workers.ready()?;
    let opened = engine.ask(Unlock { asset: asset.clone(), password: Password(password()?) })?.opened;
    let settled = ingest::settle(&engine, out)?;
    let line = Line { opened, state: engine.brief(&asset)?.row.state, asset };
    out.answer(&line, in_words)?;
    let open = settled && opened && line.state != AssetState::Locked;
    Ok(if open { ExitCode::SUCCESS } else { ExitCode::from(INCOMPLETE) })
}

fn in_words(line: &Line) -> String {
    let code = if line.opened { "unlocked" } else { "wrong_password" };
    Words::new(code).sentence()
}

/// Asked for at the terminal, where it is not shown; else the first line of standard input.
fn password() -> Result<String, Failure> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        return Ok(rpassword::prompt_password("Password: ")?);
    }
    let mut line = Vec::new();
    stdin.lock().take(LONGEST).read_until(b'\n', &mut line)?;
    let line =
        String::from_utf8(line).map_err(|_| ApiError::new(&Words::new("bad_line").with("line", 1).with("why", "it is not UTF-8")))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
