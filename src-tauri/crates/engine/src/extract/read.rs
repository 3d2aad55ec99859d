//! Stage `ingest`: reads a location's bytes once, front to back, and hashes them while they pass.
//!
//! Does not look into the content: that is the decoder's, in a process of its own.

use super::files;
use crate::breaks::Point;
use crate::catalog::locations::{self, Place};
use crate::jobs::{Context, Job};
use crate::outcome::{Again, Content, NewJob, Outcome, Subject, Write};
use crate::ports::{Cancel, StageError};
use crate::settings::Settings;
use std::fs::File;
use std::io::Read;
use winnow_contract::Words;
use winnow_contract::id::{AssetId, LocationId};
use winnow_contract::job::JobKind;

const BUFFER: usize = 1 << 20;

pub fn run(job: &Job, context: &Context<'_>) -> Result<Outcome, StageError> {
    let location = LocationId::from(job.subject.as_str());
    let Some(place) = context.read(|catalog| locations::place(catalog, &location))? else { return Ok(Outcome::default()) };
    let read = read(&place, context)?;
    context.reach(Point::IngestHashed)?;
    match read {
        Ok(content) => Ok(bound(location, content, context)),
        Err(failure) if failure.code == "still_changing" && job.attempts < 3 => Err(StageError::Retry(failure)),
        Err(failure) => Err(StageError::Broken(failure)),
    }
}

/// What is there, or why there is nothing. The outer error stops the job.
fn read(place: &Place, context: &Context<'_>) -> Result<Result<Content, Words>, StageError> {
    let (mut file, before) = match files::open(&place.folder, &place.path) {
        Ok(opened) => opened,
        Err(words) => return Ok(Err(words)),
    };
    context.reach(Point::IngestOpened)?;
    let (hash, bytes) = match hash(&mut file, context.cancel) {
        Ok(hashed) => hashed?,
        Err(error) => return Ok(Err(Words::new("io_error").with("why", files::plain(&error)))),
    };
    let mtime_ns = files::mtime_ns(&before);
    let unchanged = file.metadata().is_ok_and(|after| files::size(&after) == bytes && files::mtime_ns(&after) == mtime_ns);
    Ok(if unchanged { Ok(Content { hash, bytes, mtime_ns }) } else { Err(Words::new("still_changing")) })
}

fn hash(file: &mut File, cancel: &Cancel) -> std::io::Result<Result<([u8; 32], i64), StageError>> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0u8; BUFFER];
    let mut length = 0i64;
    loop {
        if cancel.is_cancelled() {
            return Ok(Err(StageError::Cancelled));
        }
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(Ok((*hasher.finalize().as_bytes(), length)));
        }
        hasher.update(&buffer[..count]);
        length += i64::try_from(count).expect("BUG: a buffer is smaller than 2^63");
    }
}

fn bound(location: LocationId, content: Content, context: &Context<'_>) -> Outcome {
    let next = decode_job(&location, &content.hash, context);
    let input_hash = Some(content.hash);
    let write = Write::Bound { location, new_asset: AssetId(context.id()), content };
    Outcome { card: "blake3 1".into(), input_hash, writes: vec![write], next: vec![next] }
}

/// The job that decodes what is at a location, once it is bound to the asset of its content.
pub fn decode_job(location: &LocationId, hash: &[u8; 32], context: &Context<'_>) -> NewJob {
    let fingerprint = decode_fingerprint(hash, context.settings, context.ports.decode.card());
    let subject = Subject::AssetAt(location.clone());
    NewJob { kind: JobKind::Decode, subject, fingerprint, params: None, again: Again::IfFailed }
}

/// Input, decoder and the settings that change what comes out.
fn decode_fingerprint(hash: &[u8; 32], settings: &Settings, card: &str) -> String {
    let limits = serde_json::to_string(&settings.decode_limits()).expect("BUG: limits are always JSON");
    blake3::hash([hash.as_slice(), card.as_bytes(), limits.as_bytes()].concat().as_slice()).to_hex().to_string()
}
