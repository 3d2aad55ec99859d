//! Stage `sound`: a recording to 16 kHz sound and its waveform, made by a decoder that writes into a file of the cache.
//!
//! Never looks at the samples itself, and does not listen: that is `transcribe`.

use super::{open, transcribe};
use crate::breaks::Point;
use crate::catalog::assets::{self, Source};
use crate::error::EngineError;
use crate::jobs::{Context, Job, broken};
use crate::outcome::{Again, NewJob, NewRendition, Outcome, Subject, Write};
use crate::ports::{CallLimits, DecodedSound, StageError};
use crate::renditions::Renditions;
use std::io::ErrorKind;
use winnow_contract::Words;
use winnow_contract::asset::{AssetState, Property, RenditionKind};
use winnow_contract::id::{AssetId, RenditionId};
use winnow_contract::job::JobKind;
use winnow_contract::worker::{SoundRequest, Sounded};

/// Property that holds the length in seconds.
pub const DURATION: &str = "duration";
/// How sound is served.
pub const WAV: &str = "audio/wav";
const WAVEFORM: &str = "application/octet-stream";
/// A film that nothing is heard in: an answer, and no failure.
const SILENT: &str = "no_sound_track";

/// The job that decodes a recording.
pub fn job(asset: &AssetId, input_hash: &[u8; 32], context: &Context<'_>) -> Option<NewJob> {
    let max_seconds = request(String::new(), context).max_seconds;
    let parts = [input_hash.as_slice(), context.ports.decode.card().as_bytes(), &max_seconds.to_le_bytes()];
    let fingerprint = blake3::hash(&parts.concat()).to_hex().to_string();
    let subject = Subject::Row(asset.to_string());
    Some(NewJob { kind: JobKind::Sound, subject, fingerprint, params: None, again: Again::IfFailed })
}

pub fn run(job: &Job, context: &Context<'_>) -> Result<Outcome, StageError> {
    let asset = AssetId::from(job.subject.as_str());
    let Some(source) = context.read(|catalog| assets::source(catalog, &asset))? else { return Ok(Outcome::default()) };
    let (file, extension) = open::open(&asset, &source, context)?;
    let sound = Renditions::id(&asset, RenditionKind::Sound, 1, 0);
    let (into, draft) = context.renditions.create(&sound).map_err(full)?;
    let decoded = context.ports.decode.sound(&request(extension, context), file, into, limits(context), context.cancel);
    let decoded = match decoded.map_err(patient) {
        Err(StageError::Broken(reason) | StageError::Refused { reason, .. }) if reason.code == SILENT => {
            return Ok(silent(asset, &source, reason, context));
        }
        decoded => decoded?,
    };
    context.renditions.keep(draft).map_err(full)?;
    let waveform = Renditions::id(&asset, RenditionKind::Waveform, 1, 0);
    context.renditions.put(&waveform, &decoded.waveform).map_err(full)?;
    context.reach(Point::SoundPut)?;
    let (sound_hash, bytes) = hash(&sound, context)?;
    let renditions = vec![
        rendition(sound, RenditionKind::Sound, WAV, bytes),
        rendition(waveform, RenditionKind::Waveform, WAVEFORM, decoded.waveform.len() as u64),
    ];
    Ok(outcome(&asset, &source, decoded, renditions, &sound_hash, context))
}

/// There is nothing to hear; what was read of it stands.
fn silent(asset: AssetId, source: &Source, note: Words, context: &Context<'_>) -> Outcome {
    let writes = vec![Write::Notes { asset, stage: JobKind::Sound, page: 0, notes: vec![note] }];
    Outcome { card: context.ports.decode.card().to_owned(), input_hash: Some(source.hash), writes, ..Outcome::default() }
}

fn request(extension: String, context: &Context<'_>) -> SoundRequest {
    SoundRequest { extension, max_seconds: context.settings.sound.max_hours.saturating_mul(3600) }
}

fn limits(context: &Context<'_>) -> CallLimits {
    let sound = &context.settings.sound;
    CallLimits { seconds: sound.seconds, memory_mb: sound.memory_mb, recycle_after: context.settings.decode.recycle_after }
}

/// A disk may have room again in a moment.
pub(super) fn full(error: EngineError) -> StageError {
    match &error {
        EngineError::Io(io) if io.kind() == ErrorKind::StorageFull => StageError::Retry(Words::new("disk_full")),
        _ => broken(error),
    }
}

fn patient(error: StageError) -> StageError {
    match error {
        StageError::Broken(reason) if reason.code == "disk_full" => StageError::Retry(reason),
        other => other,
    }
}

/// BLAKE3 and length of the sound: equal sound is heard once, whatever decoded it.
fn hash(sound: &RenditionId, context: &Context<'_>) -> Result<([u8; 32], u64), StageError> {
    let file = context.renditions.open(sound).map_err(broken)?.ok_or_else(|| StageError::Retry(Words::new("sound_gone")))?;
    let bytes = file.metadata().map_err(|error| broken(error.into()))?.len();
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(file).map_err(|error| broken(error.into()))?;
    Ok((*hasher.finalize().as_bytes(), bytes))
}

fn rendition(id: RenditionId, kind: RenditionKind, media_type: &str, bytes: u64) -> NewRendition {
    let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
    NewRendition { id, kind, page: 1, media_type: media_type.to_owned(), width: 0, height: 0, bytes }
}

fn outcome(
    asset: &AssetId,
    source: &Source,
    decoded: DecodedSound,
    renditions: Vec<NewRendition>,
    sound_hash: &[u8; 32],
    context: &Context<'_>,
) -> Outcome {
    let head = decoded.head;
    let state = if head.partial { AssetState::Partial } else { AssetState::Ready };
    let (asset, stage) = (asset.clone(), JobKind::Sound);
    let next = transcribe::job(&asset, sound_hash, context);
    let writes = vec![
        Write::Renditions { asset: asset.clone(), stage, renditions },
        Write::Properties { asset: asset.clone(), stage, properties: properties(&head) },
        Write::Notes { asset: asset.clone(), stage, page: 0, notes: head.notes },
        Write::Ended { asset, state },
    ];
    Outcome { card: context.ports.decode.card().to_owned(), input_hash: Some(source.hash), writes, next: next.into_iter().collect() }
}

fn properties(head: &Sounded) -> Vec<Property> {
    let duration = Property { key: DURATION.to_owned(), value: format!("{:.3}", head.seconds) };
    head.properties.iter().filter(|property| property.key != DURATION).cloned().chain([duration]).collect()
}
