//! Opens the bytes of an asset wherever they are: as a file of their own, or inside another asset. Every stage that reads bytes
//! comes through here.
//!
//! A member's bytes are kept in the cache by their hash; when they are gone they are taken out of the container again.

use super::{expand, files};
use crate::catalog::assets::{self, Source};
use crate::catalog::locations::{self, Inside};
use crate::jobs::{Context, broken};
use crate::paths;
use crate::ports::StageError;
use std::fs::File;
use std::path::Path;
use winnow_contract::Words;
use winnow_contract::id::AssetId;

/// Containers in each other that are opened at most to come to a member.
const DEEPEST: u32 = 16;

/// The bytes of an asset, still those that were hashed, and the extension of its name.
pub fn open(asset: &AssetId, source: &Source, context: &Context<'_>) -> Result<(File, String), StageError> {
    open_at(asset, source, context, DEEPEST)
}

fn open_at(asset: &AssetId, source: &Source, context: &Context<'_>, left: u32) -> Result<(File, String), StageError> {
    let outside = as_file(asset, source, context);
    match &outside {
        Err(StageError::Broken(_) | StageError::Retry(_)) => {}
        Ok(_) | Err(StageError::Refused { .. } | StageError::Missing(_) | StageError::Crashed(_) | StageError::Cancelled) => {
            return outside;
        }
    }
    let mut why = None;
    for inside in context.read(|catalog| locations::inside(catalog, asset))? {
        match as_member(&inside, source, context, left) {
            Ok(file) => return Ok((file, paths::extension(Path::new(&inside.display)))),
            Err(error) => why = Some(error),
        }
    }
    why.map_or(outside, Err)
}

/// The first file that is still the one that was hashed.
fn as_file(asset: &AssetId, source: &Source, context: &Context<'_>) -> Result<(File, String), StageError> {
    let places = context.read(|catalog| locations::places(catalog, asset))?;
    let mut why = Words::new("vanished");
    for place in places {
        match files::open(&place.folder, &place.path) {
            Ok((file, metadata)) if files::size(&metadata) == source.bytes && files::mtime_ns(&metadata) == place.mtime_ns => {
                return Ok((file, paths::extension(&place.path)));
            }
            Ok(_) => why = Words::new("still_changing"),
            Err(words) => why = words,
        }
    }
    Err(if why.code == "still_changing" { StageError::Retry(why) } else { StageError::Broken(why) })
}

fn as_member(inside: &Inside, source: &Source, context: &Context<'_>, left: u32) -> Result<File, StageError> {
    match context.renditions.member(&source.hash, source.bytes).map_err(broken)? {
        Some(file) => Ok(file),
        None => take_out(inside, source, context, left),
    }
}

/// Brings a member's bytes back into the cache, and opens them.
fn take_out(inside: &Inside, source: &Source, context: &Context<'_>, left: u32) -> Result<File, StageError> {
    let vanished = || StageError::Broken(Words::new("vanished"));
    let container = context.read(|catalog| assets::source(catalog, &inside.parent))?.ok_or_else(vanished)?;
    let opened = open_at(&inside.parent, &container, context, left.checked_sub(1).ok_or_else(vanished)?)?;
    let found = expand::again(&inside.parent, &container, opened, (&inside.locator, &source.hash), context)?;
    found.ok_or_else(|| StageError::Broken(Words::new("member_differs")))
}
