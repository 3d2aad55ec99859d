//! `winnow assets`, `show` and `text`: lists of assets, and one of them whole.
//!
//! Changes nothing.

mod detail;

use super::Filter;
use super::failure::Failure;
use super::lines::Listed;
use super::output::Output;
use super::table::{Left, Right, Table, size};
use crate::library::Library;
use detail::Detail;
use serde::Serialize;
use std::ffi::OsStr;
use std::path::Path;
use std::process::ExitCode;
use winnow_contract::asset::AssetDetail;
use winnow_contract::id::AssetId;
use winnow_engine::{Engine, EngineError};

pub fn list(library: &Library, filter: Filter, out: &mut Output) -> Result<ExitCode, Failure> {
    let engine = library.read()?;
    let ids = engine.asset_ids(&filter.wanted(&engine)?)?;
    let line = |asset: &AssetId| engine.brief(asset).map(Listed::from);
    if out.json() {
        // Not gathered first: a library may be large.
        ids.iter().try_for_each(|asset| out.line(&line(asset)?))?;
        return Ok(ExitCode::SUCCESS);
    }
    let lines = ids.iter().map(line).collect::<Result<Vec<_>, _>>()?;
    let table = Table::new([Left("state"), Left("kind"), Right("size"), Right("copies"), Left("asset"), Left("path")]);
    out.answers(&lines, table, row)?;
    Ok(ExitCode::SUCCESS)
}

fn row(line: &Listed) -> [String; 6] {
    let path = line.paths.first().cloned().unwrap_or_default();
    let copies = line.paths.len().to_string();
    [line.state.to_string(), line.kind.to_string(), size(line.bytes), copies, line.asset.to_string(), path]
}

pub fn show(library: &Library, asset: &OsStr, out: &mut Output) -> Result<ExitCode, Failure> {
    let detail = whole(&*library.read()?, asset)?;
    out.answer(&Detail::from(detail), Detail::in_words)?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Debug, Serialize)]
struct Text {
    asset: AssetId,
    text: String,
}

pub fn text(library: &Library, asset: &OsStr, out: &mut Output) -> Result<ExitCode, Failure> {
    let detail = whole(&*library.read()?, asset)?;
    let texts: Vec<_> = detail.extractions.into_iter().map(|extraction| extraction.text).filter(|text| !text.is_empty()).collect();
    out.answer(&Text { asset: detail.row.id, text: texts.join("\n\n") }, |line| line.text.clone())?;
    Ok(ExitCode::SUCCESS)
}

fn whole(engine: &Engine, asset: &OsStr) -> Result<AssetDetail, EngineError> {
    engine.whole_asset(&find(engine, asset)?)
}

/// The asset meant by an id or a path; a path that is not Unicode is looked up by its bytes.
pub(super) fn find(engine: &Engine, asset: &OsStr) -> Result<AssetId, EngineError> {
    match asset.to_str() {
        Some(text) => engine.find_asset(text),
        None => engine.assets_below(Path::new(asset))?.pop().ok_or_else(|| EngineError::not_found(&asset.to_string_lossy())),
    }
}
