//! Stage `transcribe`: what is said in a recording, a stretch at a time; the last stretch makes one text of all.
//!
//! The job continues itself under its own key until the recording ends; what was heard before a kill is kept.

use super::{chunks, transcript, wav};
use crate::breaks::Point;
use crate::catalog::{review, transcripts};
use crate::enrich;
use crate::jobs::{Context, Job, broken};
use crate::outcome::{Again, NewExtraction, NewJob, Outcome, Subject, Write};
use crate::ports::{CallLimits, SpeechCard, StageError};
use crate::renditions::Renditions;
use crate::review::policy::{self, NewItem};
use std::fs::File;
use transcript::Transcript;
use winnow_contract::Words;
use winnow_contract::asset::RenditionKind;
use winnow_contract::id::{AssetId, ExtractionId, RenditionId};
use winnow_contract::job::JobKind;
use winnow_contract::worker::{HearRequest, Heard};

/// Said in place of a card's name when none is installed.
const NO_MODEL: &str = "A speech model";
/// A language found with this probability is taken for the rest of the recording.
const SURE: f32 = 0.8;
/// The last bit of a recording that is not worth another look, in seconds.
const REST: f64 = 0.05;

/// The job that hears a recording, unless hearing is switched off.
pub fn job(asset: &AssetId, sound_hash: &[u8; 32], context: &Context<'_>) -> Option<NewJob> {
    let sound = blake3::Hash::from(*sound_hash).to_hex();
    context.settings.speech.enabled.then(|| keyed(asset, fingerprint(&sound, context), Again::IfFailed))
}

/// Sound, forced language and model. With another model installed it is another job.
fn fingerprint(sound: &str, context: &Context<'_>) -> String {
    let card = context.ports.speech.card().map_or_else(|| "no model".to_owned(), |card| card.card);
    format!("{sound}/{}/{card}", context.settings.speech.language)
}

fn keyed(asset: &AssetId, fingerprint: String, again: Again) -> NewJob {
    let params = Some(fingerprint.clone().into_bytes());
    NewJob { kind: JobKind::Transcribe, subject: Subject::Row(asset.to_string()), fingerprint, params, again }
}

pub fn run(job: &Job, context: &Context<'_>) -> Result<Outcome, StageError> {
    let asset = AssetId::from(job.subject.as_str());
    let known = job.params.as_deref().and_then(|params| std::str::from_utf8(params).ok()).unwrap_or_default();
    let (sound_hash, _) = known.split_once('/').unwrap_or((known, ""));
    let Some(card) = context.ports.speech.card() else { return Err(StageError::Missing(NO_MODEL.to_owned())) };
    let fingerprint = fingerprint(sound_hash, context);
    if fingerprint != known {
        let next = vec![keyed(&asset, fingerprint, Again::IfFailed)];
        return Ok(Outcome { card: card.card, next, ..Outcome::default() });
    }
    let sound = Renditions::id(&asset, RenditionKind::Sound, 1, 0);
    let file = context.renditions.open(&sound).map_err(broken)?.ok_or_else(|| StageError::Broken(Words::new("sound_gone")))?;
    let mut parts = context.read(|catalog| transcripts::parts(catalog, &asset, &fingerprint))?;
    let heard = hear(&parts, file, &card, context)?;
    context.reach(Point::SpeechAnswered)?;
    let input_hash = blake3::Hash::from_hex(sound_hash).ok().map(|hash| *hash.as_bytes());
    let outcome = Outcome { card: card.card.clone(), input_hash, ..Outcome::default() };
    if !heard.at_end {
        let part = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        let next = vec![keyed(&asset, fingerprint.clone(), Again::Always)];
        return Ok(Outcome { writes: vec![Write::TranscriptPart { asset, fingerprint, part, heard }], next, ..outcome });
    }
    parts.push(heard);
    let (writes, next) = whole(&asset, &parts, sound, &card, context)?;
    Ok(Outcome { writes, next, ..outcome })
}

/// Hears the next stretch. Whatever comes back, it is further on than before, or the end.
fn hear(parts: &[Heard], file: File, card: &SpeechCard, context: &Context<'_>) -> Result<Heard, StageError> {
    let seconds = wav::seconds(&file).map_err(|error| broken(error.into()))?;
    let from = parts.last().map_or(0.0, |part| part.until);
    if from + REST >= seconds {
        let (segments, language) = (Vec::new(), None);
        return Ok(Heard { segments, language, not_covered: false, until: from, at_end: true, speech: 0.0, discarded: 0 });
    }
    let at_most = f64::from(context.settings.speech.stretch);
    let request = HearRequest { from, at_most, language: language(parts, context), languages: card.languages.clone() };
    let mut heard = context.ports.speech.hear(&request, file, limits(context), context.cancel)?;
    if heard.until.is_nan() || heard.until <= from {
        heard.until = from + at_most;
    }
    heard.at_end |= heard.until + REST >= seconds;
    Ok(heard)
}

/// The language that is forced, or that was found before with confidence.
fn language(parts: &[Heard], context: &Context<'_>) -> Option<String> {
    let forced = Some(context.settings.speech.language.clone()).filter(|language| !language.is_empty());
    let sure = |part: &&Heard| !part.not_covered && part.language.as_ref().is_some_and(|(_, probability)| *probability >= SURE);
    let found = || parts.iter().find(sure).and_then(|part| part.language.clone());
    forced.or_else(|| found().map(|(language, _)| language))
}

fn limits(context: &Context<'_>) -> CallLimits {
    let speech = &context.settings.speech;
    CallLimits { seconds: speech.seconds, memory_mb: speech.memory_mb, recycle_after: context.settings.decode.recycle_after }
}

/// One text of all stretches, what is doubtful in it, and what follows.
fn whole(
    asset: &AssetId,
    parts: &[Heard],
    sound: RenditionId,
    card: &SpeechCard,
    context: &Context<'_>,
) -> Result<(Vec<Write>, Vec<NewJob>), StageError> {
    let transcript = transcript::join(parts);
    let text_hash = *blake3::hash(transcript.text.as_bytes()).as_bytes();
    let decided = context.read(|catalog| review::decided_readings(catalog, asset, &text_hash))?;
    let foreign = foreign(parts);
    let mut items = policy::doubtful_speech(asset, &transcript.said, &decided, context.settings.speech.doubt_below, || context.id());
    if let Some((language, at)) = &foreign {
        items.push(policy::language_not_covered(asset, language, &card.card, *at, context.id()));
    }
    let notes = notes(parts, &transcript, &items);
    let (asset, language) = (asset.clone(), transcript.language.clone().or(foreign.map(|(language, _)| language)));
    let next = enrich::after_text(&asset, &text_hash, context);
    let writes = vec![
        Write::Notes { asset: asset.clone(), stage: JobKind::Transcribe, page: 0, notes },
        Write::Extraction(extraction(&asset, transcript, sound, card, context)),
        Write::Reading { asset: asset.clone(), page: None, items },
        Write::TranscriptDone { asset, language },
    ];
    Ok((writes, next))
}

/// The first language that the model does not cover, and where it is spoken.
fn foreign(parts: &[Heard]) -> Option<(String, f64)> {
    let starts = std::iter::once(0.0).chain(parts.iter().map(|part| part.until));
    let (part, start) = parts.iter().zip(starts).find(|(part, _)| part.not_covered)?;
    let language = part.language.as_ref().map_or_else(|| "?".to_owned(), |(language, _)| language.clone());
    Some((language, part.segments.first().map_or(start, |segment| segment.t0)))
}

fn notes(parts: &[Heard], transcript: &Transcript, items: &[NewItem]) -> Vec<Words> {
    let foreign = items.iter().map(|item| &item.reason).find(|reason| reason.code == "language_not_covered");
    let silent = (transcript.text.is_empty() && foreign.is_none()).then(|| Words::new("no_speech"));
    let discarded: u32 = parts.iter().map(|part| part.discarded).fold(0, u32::saturating_add);
    let repetitions = (discarded > 0).then(|| Words::new("repetitions_discarded").with("count", discarded));
    silent.into_iter().chain(repetitions).chain(foreign.cloned()).collect()
}

fn extraction(asset: &AssetId, transcript: Transcript, sound: RenditionId, card: &SpeechCard, context: &Context<'_>) -> NewExtraction {
    NewExtraction {
        id: ExtractionId(context.id()),
        asset: asset.clone(),
        stage: JobKind::Transcribe,
        page: 0,
        tool: card.card.clone(),
        chunks: chunks::cut(&transcript.text, &transcript.spans, 0, || context.id()),
        text: transcript.text,
        confidence: transcript.confidence,
        spans: transcript.spans,
        read_from: Some(sound),
    }
}
