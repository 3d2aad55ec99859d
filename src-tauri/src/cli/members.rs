//! `winnow members`: what was found directly in an asset, in the order of the container.
//!
//! Unpacks nothing.

use super::assets::find;
use super::failure::Failure;
use super::output::Output;
use super::table::{Left, Right, Table, size};
use crate::library::Library;
use serde::Serialize;
use std::ffi::OsStr;
use std::process::ExitCode;
use winnow_contract::asset::{AssetState, MediaKind, MemberRow};
use winnow_contract::command::{ListMembers, PAGE_LIMIT};
use winnow_contract::id::AssetId;

#[derive(Debug, Serialize)]
struct Line {
    asset: AssetId,
    name: String,
    kind: MediaKind,
    state: AssetState,
    bytes: i64,
    /// Assets that were found directly in it.
    members: u32,
}

impl From<MemberRow> for Line {
    fn from(row: MemberRow) -> Self {
        let MemberRow { asset, name, kind, state, bytes, members } = row;
        Self { asset, name, kind, state, bytes, members }
    }
}

pub fn run(library: &Library, asset: &OsStr, out: &mut Output) -> Result<ExitCode, Failure> {
    let engine = library.read()?;
    let asset = find(&engine, asset)?;
    let mut lines: Vec<Line> = Vec::new();
    loop {
        let offset = u32::try_from(lines.len()).unwrap_or(u32::MAX);
        let page = engine.ask(ListMembers { asset: asset.clone(), offset, limit: PAGE_LIMIT })?;
        let last = page.rows.is_empty();
        lines.extend(page.rows.into_iter().map(Line::from));
        if last || lines.len() >= page.total as usize {
            break;
        }
    }
    if lines.is_empty() {
        out.say("Nothing was found in it.");
        return Ok(ExitCode::SUCCESS);
    }
    let table = Table::new([Left("state"), Left("kind"), Right("size"), Right("members"), Left("asset"), Left("name")]);
    out.answers(&lines, table, row)?;
    Ok(ExitCode::SUCCESS)
}

fn row(line: &Line) -> [String; 6] {
    let members = if line.members == 0 { String::new() } else { line.members.to_string() };
    [line.state.to_string(), line.kind.to_string(), size(line.bytes), members, line.asset.to_string(), line.name.clone()]
}
