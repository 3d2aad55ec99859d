//! Stage `decode`: hands an asset's bytes to a decoder and keeps what it gives: facts, pictures, text.
//!
//! Never looks at the bytes itself.

use super::{chunks, files};
use crate::breaks::Point;
use crate::catalog::assets::{self, Source};
use crate::catalog::locations;
use crate::enrich;
use crate::jobs::{Context, Job, broken};
use crate::outcome::{Again, NewExtraction, NewJob, NewRendition, Outcome, Subject, Write};
use crate::paths;
use crate::pipeline;
use crate::ports::{CallLimits, DecodedFile, StageError};
use crate::renditions::Renditions;
use std::fs::File;
use winnow_contract::Words;
use winnow_contract::asset::AssetState;
use winnow_contract::id::{AssetId, ExtractionId};
use winnow_contract::job::JobKind;
use winnow_contract::worker::{DecodeRequest, Decoded, DecodedText};

pub fn run(job: &Job, context: &Context<'_>) -> Result<Outcome, StageError> {
    let asset = AssetId::from(job.subject.as_str());
    let Some(source) = context.read(|catalog| assets::source(catalog, &asset))? else { return Ok(Outcome::default()) };
    let (file, extension) = open(&asset, &source, context)?;
    let turn = turn_of(job);
    let decoded = context.ports.decode.decode(&request(&source, extension, turn, context), file, limits(context), context.cancel)?;
    context.reach(Point::DecodeAnswered)?;
    outcome(asset, source, decoded, turn, context)
}

/// The job that decodes a picture again, turned clockwise by what its words showed.
pub fn turned(job: &Job, turn: u32) -> NewJob {
    let (subject, params) = (Subject::Row(job.subject.clone()), turn.to_string().into_bytes());
    NewJob { kind: JobKind::Decode, subject, fingerprint: format!("{}/turned {turn}", job.id), params: Some(params), again: Again::Never }
}

/// By how much a job's picture is turned.
pub fn turn_of(job: &Job) -> u32 {
    job.params.as_deref().and_then(|params| std::str::from_utf8(params).ok()?.parse().ok()).unwrap_or(0)
}

/// The first location whose file is still the one that was hashed, and the extension of its name.
pub(super) fn open(asset: &AssetId, source: &Source, context: &Context<'_>) -> Result<(File, String), StageError> {
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

fn request(source: &Source, extension: String, turn: u32, context: &Context<'_>) -> DecodeRequest {
    DecodeRequest { extension, bytes: source.bytes, limits: context.settings.decode_limits(), turn }
}

fn limits(context: &Context<'_>) -> CallLimits {
    let decode = &context.settings.decode;
    CallLimits { seconds: decode.seconds, memory_mb: decode.memory_mb, recycle_after: decode.recycle_after }
}

fn outcome(asset: AssetId, source: Source, decoded: DecodedFile, turn: u32, context: &Context<'_>) -> Result<Outcome, StageError> {
    let DecodedFile { head, blob } = decoded;
    if let Some(reason) = head.refused {
        return Err(StageError::Refused { reason, kind: head.kind, media_type: head.media_type });
    }
    let renditions = put(&asset, &head, &blob, turn, context)?;
    let mut notes = head.notes.clone();
    if turn != 0 {
        notes.push(Words::new("turned").with("degrees", turn));
    }
    if head.unread {
        notes.push(Words::new("no_reader").with("media_type", &head.media_type));
    }
    let mut outcome = Outcome { card: context.ports.decode.card().to_owned(), input_hash: Some(source.hash), ..Outcome::default() };
    let described = Write::Described { asset: asset.clone(), kind: head.kind, media_type: head.media_type.clone(), state: state(&head) };
    outcome.writes.push(described);
    outcome.writes.push(Write::Notes { asset: asset.clone(), stage: JobKind::Decode, notes });
    outcome.writes.push(Write::Properties { asset: asset.clone(), stage: JobKind::Decode, properties: head.properties });
    outcome.writes.push(Write::Renditions { asset: asset.clone(), stage: JobKind::Decode, renditions });
    let text = head.text.map(|text| extraction(&asset, text, context));
    let text_hash = text.as_ref().map(|text| *blake3::hash(text.text.as_bytes()).as_bytes());
    outcome.writes.extend(text.map(Write::Extraction));
    let next = if head.unread { &[] } else { pipeline::next(JobKind::Decode, head.kind) };
    for kind in next {
        outcome.next.extend(follow(*kind, &asset, &source, text_hash, turn, context));
    }
    Ok(outcome)
}

fn state(head: &Decoded) -> AssetState {
    match (head.unread, head.partial) {
        (true, _) => AssetState::Unread,
        (false, true) => AssetState::Partial,
        (false, false) => AssetState::Ready,
    }
}

/// Puts the pictures in place before any row names them.
fn put(asset: &AssetId, head: &Decoded, blob: &[u8], turn: u32, context: &Context<'_>) -> Result<Vec<NewRendition>, StageError> {
    let mut rest = blob;
    let mut renditions = Vec::new();
    for picture in &head.renditions {
        let cut = rest.split_at_checked(picture.bytes as usize);
        let (bytes, behind) = cut.ok_or_else(|| StageError::Crashed(Words::new("worker_lost")))?;
        rest = behind;
        let id = Renditions::id(asset, picture.kind, picture.page, turn);
        context.renditions.put(&id, bytes).map_err(broken)?;
        if turn != 0 {
            context.renditions.remove(&Renditions::id(asset, picture.kind, picture.page, 0)).map_err(broken)?;
        }
        context.reach(Point::RenditionPut)?;
        let (kind, page, media_type) = (picture.kind, picture.page, picture.media_type.clone());
        renditions.push(NewRendition { id, kind, page, media_type, width: picture.width, height: picture.height, bytes: picture.bytes });
    }
    Ok(renditions)
}

fn extraction(asset: &AssetId, text: DecodedText, context: &Context<'_>) -> NewExtraction {
    let chunks = chunks::cut(&text.text, &text.spans, || context.id());
    NewExtraction {
        id: ExtractionId(context.id()),
        asset: asset.clone(),
        stage: JobKind::Decode,
        tool: text.tool,
        text: chunks::plain(text.text),
        confidence: None,
        spans: text.spans,
        chunks,
        read_from: None,
    }
}

fn follow(kind: JobKind, asset: &AssetId, source: &Source, text_hash: Option<[u8; 32]>, turn: u32, context: &Context<'_>) -> Vec<NewJob> {
    let one = |job: Option<NewJob>| job.into_iter().collect();
    match kind {
        JobKind::Ocr => one(super::ocr::job(asset, &source.hash, turn, context)),
        JobKind::Sound => one(super::sound::job(asset, &source.hash, context)),
        JobKind::Detect => text_hash.map_or_else(Vec::new, |hash| enrich::after_text(asset, &hash, context)),
        // The pipeline lets none of these follow.
        JobKind::Scan | JobKind::Ingest | JobKind::Decode | JobKind::Transcribe | JobKind::Embed | JobKind::Label => Vec::new(),
    }
}
