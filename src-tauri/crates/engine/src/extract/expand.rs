//! Stage `expand`: what is in a container becomes assets of their own. A worker takes the members out into a draft of the cache,
//! one behind the other; here each is hashed and kept by its hash, never by the name it had.
//!
//! Never looks at the container itself. What was found is written down in batches, each in a job of its own.

use super::{open, read};
use crate::breaks::Point;
use crate::catalog::assets::{self, Source};
use crate::catalog::{locations, members};
use crate::jobs::{Context, Job, broken};
use crate::outcome::{Again, Content, NewJob, NewMember, Outcome, Subject, Write};
use crate::ports::{CallLimits, StageError};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use winnow_contract::Words;
use winnow_contract::id::{AssetId, LocationId, RenditionId};
use winnow_contract::job::JobKind;
use winnow_contract::worker::{ExpandLimits, ExpandRequest, Expanded, Member, Password};

/// Members that are written down in one change.
const BATCH: usize = 500;
/// Notes that one container gets at most.
const NOTES: usize = 20;

/// How far a container was gone through.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Progress {
    /// When it was begun, UTC milliseconds: what it finds is marked by that, for a clock may be set back meanwhile.
    began: i64,
    /// Where the worker goes on.
    from: i64,
    /// What was found and is not written down yet.
    waiting: Vec<Found>,
    /// Where to go on once that is done.
    next: Option<i64>,
    partial: bool,
    notes: Vec<Words>,
}

/// A member whose bytes are in the cache.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Found {
    locator: Vec<u8>,
    display: String,
    hash: [u8; 32],
    bytes: i64,
    mtime_ns: i64,
}

/// The job that takes a container apart.
pub fn job(asset: &AssetId, input_hash: &[u8; 32], context: &Context<'_>) -> NewJob {
    let limits = serde_json::to_string(&context.settings.expand_limits()).expect("BUG: limits are always JSON");
    let parts = [input_hash.as_slice(), context.ports.decode.card().as_bytes(), limits.as_bytes()];
    let fingerprint = format!("{}/{}", blake3::hash(&parts.concat()).to_hex(), context.settings.archives.max_depth);
    NewJob { kind: JobKind::Expand, subject: Subject::Row(asset.to_string()), fingerprint, params: None, again: Again::IfFailed }
}

pub fn run(job: &Job, context: &Context<'_>) -> Result<Outcome, StageError> {
    let asset = AssetId::from(job.subject.as_str());
    let Some(source) = context.read(|catalog| assets::source(catalog, &asset))? else { return Ok(Outcome::default()) };
    let mut progress = progress(job, context)?;
    let limit = context.settings.archives.max_depth;
    let depth = context.read(|catalog| members::depth(catalog, &asset))?;
    if depth.ok_or_else(|| StageError::Broken(Words::new("vanished")))? >= limit {
        return Ok(untouched(asset, &source, vec![Words::new("too_deep").with("limit", limit)], context));
    }
    if progress.waiting.is_empty() {
        progress = ask(&asset, &source, progress, context)?;
        context.reach(Point::MembersKept)?;
    }
    outcome(job, asset, &source, progress, context)
}

fn progress(job: &Job, context: &Context<'_>) -> Result<Progress, StageError> {
    match job.params.as_deref() {
        None => Ok(Progress { began: context.ports.clock.now_ms(), ..Progress::default() }),
        Some(params) => serde_json::from_slice(params).map_err(|error| StageError::Broken(Words::new("internal").with("why", error))),
    }
}

/// A container that stays whole, and why: its members are left out until it is gone through after all.
fn untouched(asset: AssetId, source: &Source, notes: Vec<Words>, context: &Context<'_>) -> Outcome {
    let left_out = Write::MembersDone { parent: asset.clone(), began: context.ports.clock.now_ms(), cut: true };
    let writes = vec![Write::Notes { asset, stage: JobKind::Expand, page: 0, notes }, left_out];
    Outcome { card: context.ports.decode.card().to_owned(), input_hash: Some(source.hash), writes, ..Outcome::default() }
}

/// The next slice of a container, its members kept by their hashes.
fn ask(asset: &AssetId, source: &Source, before: Progress, context: &Context<'_>) -> Result<Progress, StageError> {
    let (limits, spent) = limits(asset, context)?;
    if let Some(note) = spent {
        return Ok(Progress { partial: true, next: None, notes: [before.notes.clone(), vec![note]].concat(), ..before });
    }
    let (file, extension) = open::open(asset, source, context)?;
    let request =
        ExpandRequest { extension, bytes: source.bytes, from: before.from, only: None, limits, password: context.passwords.of(asset) };
    let mut found = Vec::new();
    let expanded = take(&request, file, context, &mut |member, _| found.push(member))?;
    // Whatever the worker says, it is further on than before, or the end.
    let stuck = expanded.next.is_some_and(|next| next <= before.from);
    let mut notes = before.notes;
    notes.extend(expanded.notes);
    notes.dedup();
    notes.truncate(NOTES);
    let waiting = dated(asset, found, context)?;
    let next = expanded.next.filter(|_| !stuck);
    Ok(Progress { waiting, next, partial: before.partial || expanded.partial || stuck, notes, ..before })
}

/// A member without a date of its own has that of its container.
fn dated(asset: &AssetId, mut found: Vec<Found>, context: &Context<'_>) -> Result<Vec<Found>, StageError> {
    let date = context.read(|catalog| locations::latest_change(catalog, asset))?;
    found.iter_mut().filter(|found| found.mtime_ns == 0).for_each(|found| found.mtime_ns = date);
    Ok(found)
}

/// What a container may still give: archives share the limits with everything they lie in. With a note when that is nothing.
fn limits(asset: &AssetId, context: &Context<'_>) -> Result<(ExpandLimits, Option<Words>), StageError> {
    let whole = context.settings.expand_limits();
    // A mailbox grows no more than its own encoding does: it is gone through as a whole, however long it is.
    if context.read(|catalog| assets::media_type(catalog, asset))?.as_deref() == Some(members::MAILBOX) {
        return Ok((ExpandLimits { entries: u32::MAX, total_bytes: i64::MAX, ..whole }, None));
    }
    let taken = context.read(|catalog| match members::outermost_archive(catalog, asset)? {
        Some(archive) if archive != *asset => members::taken(catalog, &archive),
        Some(_) | None => Ok((0, 0)),
    })?;
    let entries = whole.entries.saturating_sub(taken.0);
    let total_bytes = whole.total_bytes.saturating_sub(taken.1);
    let spent = match (entries, total_bytes) {
        (0, _) => Some(Words::new("entries_cut").with("limit", whole.entries)),
        (_, ..=0) => Some(Words::new("archive_too_large").with("limit", whole.total_bytes / 1_000_000)),
        (1.., 1..) => None,
    };
    Ok((ExpandLimits { entries, total_bytes, ..whole }, spent))
}

/// Asks the worker, keeps each member by its hash, and tells of each with its bytes.
fn take(request: &ExpandRequest, file: File, context: &Context<'_>, each: &mut dyn FnMut(Found, File)) -> Result<Expanded, StageError> {
    let (into, draft) = context.renditions.create(&RenditionId(context.id())).map_err(broken)?;
    let mut taken = into.try_clone().map_err(|error| broken(error.into()))?;
    let expanded = context.ports.decode.expand(request, file, into, call_limits(context), context.cancel)?;
    context.reach(Point::MembersTaken)?;
    let mut end = 0;
    for member in expanded.members.iter().take(request.limits.entries as usize) {
        if context.cancel.is_cancelled() {
            return Err(StageError::Cancelled);
        }
        // Members lie one behind the other; a worker that says otherwise is not itself.
        if member.offset < end || member.bytes < 0 || member.locator.is_empty() {
            return Err(StageError::Crashed(Words::new("worker_lost")));
        }
        end = member.offset.saturating_add(member.bytes);
        let (found, opened) = keep(member, &mut taken, context)?;
        each(found, opened);
    }
    drop(draft);
    Ok(expanded)
}

/// Hashes a member and puts its bytes into the cache.
fn keep(member: &Member, taken: &mut File, context: &Context<'_>) -> Result<(Found, File), StageError> {
    let hash = hash(member, taken).map_err(|error| broken(error.into()))?.ok_or_else(|| StageError::Crashed(Words::new("worker_lost")))?;
    let opened = match context.renditions.member(&hash, member.bytes).map_err(broken)? {
        Some(opened) => opened,
        None => {
            let mut bytes = slice(member, taken).map_err(|error| broken(error.into()))?;
            context.renditions.put_member(&hash, &mut bytes, context.settings.archives.kept()).map_err(super::sound::full)?
        }
    };
    let (locator, display) = (member.locator.clone(), member.display.clone());
    Ok((Found { locator, display, hash, bytes: member.bytes, mtime_ns: member.mtime_ns }, opened))
}

/// None when the draft ends before the member does.
fn hash(member: &Member, taken: &mut File) -> std::io::Result<Option<[u8; 32]>> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(slice(member, taken)?)?;
    let whole = i64::try_from(hasher.count()).is_ok_and(|count| count == member.bytes);
    Ok(whole.then(|| *hasher.finalize().as_bytes()))
}

fn slice<'a>(member: &Member, taken: &'a mut File) -> std::io::Result<std::io::Take<&'a mut File>> {
    taken.seek(SeekFrom::Start(u64::try_from(member.offset).unwrap_or(u64::MAX)))?;
    Ok(taken.take(u64::try_from(member.bytes).unwrap_or(0)))
}

fn call_limits(context: &Context<'_>) -> CallLimits {
    let decode = &context.settings.decode;
    CallLimits { seconds: context.settings.archives.seconds, memory_mb: decode.memory_mb, recycle_after: decode.recycle_after }
}

fn outcome(job: &Job, asset: AssetId, source: &Source, mut progress: Progress, context: &Context<'_>) -> Result<Outcome, StageError> {
    let known = context.read(|catalog| members::known(catalog, &asset))?;
    let rest = progress.waiting.split_off(progress.waiting.len().min(BATCH));
    let batch: Vec<NewMember> = progress.waiting.drain(..).map(|found| member(found, &known, context)).collect();
    let mut outcome = Outcome { card: context.ports.decode.card().to_owned(), input_hash: Some(source.hash), ..Outcome::default() };
    outcome.next = batch.iter().map(|member| read::decode_job(&member.location, &member.content.hash, context)).collect();
    if !batch.is_empty() {
        outcome.writes.push(Write::Members { parent: asset.clone(), began: progress.began, members: batch });
    }
    let stage = JobKind::Expand;
    match (rest.is_empty(), progress.next) {
        (false, _) => outcome.next.push(further(job, Progress { waiting: rest, ..progress })),
        (true, Some(from)) => outcome.next.push(further(job, Progress { from, next: None, ..progress })),
        (true, None) => {
            outcome.writes.push(Write::Notes { asset: asset.clone(), stage, page: 0, notes: progress.notes });
            outcome.writes.push(Write::MembersDone { parent: asset, began: progress.began, cut: progress.partial });
        }
    }
    Ok(outcome)
}

fn member(found: Found, known: &HashMap<Vec<u8>, LocationId>, context: &Context<'_>) -> NewMember {
    let location = known.get(&found.locator).cloned().unwrap_or_else(|| LocationId(context.id()));
    let content = Content { hash: found.hash, bytes: found.bytes, mtime_ns: found.mtime_ns };
    NewMember { location, new_asset: AssetId(context.id()), locator: found.locator, display: found.display, content }
}

/// The job that goes on with a container.
fn further(job: &Job, progress: Progress) -> NewJob {
    let at = progress.waiting.first().map(|first| String::from_utf8_lossy(&first.locator).into_owned());
    // Begun again, it goes the same way under the same keys.
    let place = blake3::hash(format!("{}/{}", progress.from, at.unwrap_or_default()).as_bytes()).to_hex();
    let base = job.subject.as_str();
    let params = Some(serde_json::to_vec(&progress).expect("BUG: progress is always JSON"));
    NewJob {
        kind: JobKind::Expand,
        subject: Subject::Row(base.to_owned()),
        fingerprint: format!("further/{place}"),
        params,
        again: Again::Always,
    }
}

/// Brings the bytes of a member, named by its place and its hash, into the cache again and opens them; none when there are others
/// now. Where members are missed again and again, all of a container come back at once: one after the other, each would cost as
/// much as all.
pub fn again(
    asset: &AssetId,
    source: &Source,
    (file, extension): (File, String),
    (locator, hash): (&[u8], &[u8; 32]),
    context: &Context<'_>,
) -> Result<Option<File>, StageError> {
    let is_mailbox = context.read(|catalog| assets::media_type(catalog, asset))?.as_deref() == Some(members::MAILBOX);
    let all = context.renditions.missed_again(asset) && context.settings.archives.keeps_one() && !is_mailbox;
    let (limits, password) = (context.settings.expand_limits(), context.passwords.of(asset));
    let mut request = ExpandRequest { extension, bytes: source.bytes, from: 0, only: None, limits, password };
    if all {
        let file = file.try_clone().map_err(|error| broken(error.into()))?;
        if let Some(opened) = one_of(&request, file, hash, context)? {
            return Ok(Some(opened));
        }
    }
    request.only = Some(locator.to_vec());
    one_of(&request, file, hash, context)
}

/// Keeps what a request gives; the member of this content opened, if it is among it.
fn one_of(request: &ExpandRequest, file: File, hash: &[u8; 32], context: &Context<'_>) -> Result<Option<File>, StageError> {
    let mut wanted = None;
    take(request, file, context, &mut |found, opened| {
        if found.hash == *hash {
            wanted = Some(opened);
        }
    })?;
    Ok(wanted)
}

/// Succeeds when a password opens a container.
pub fn try_password(asset: &AssetId, source: &Source, password: &Password, context: &Context<'_>) -> Result<(), StageError> {
    let (file, extension) = open::open(asset, source, context)?;
    let limits = ExpandLimits { slice_bytes: 1, ..context.settings.expand_limits() };
    let request = ExpandRequest { extension, bytes: source.bytes, from: 0, only: None, limits, password: Some(password.clone()) };
    let (into, draft) = context.renditions.create(&RenditionId(context.id())).map_err(broken)?;
    context.ports.decode.expand(&request, file, into, call_limits(context), context.cancel)?;
    drop(draft);
    Ok(())
}
