//! Stage `ocr`: reads the words on an asset's page image, and asks a person when most of them are doubtful.
//!
//! Works on the clean page image only, never on the original.

use super::{chunks, decode};
use crate::breaks::Point;
use crate::catalog::assets;
use crate::enrich;
use crate::jobs::{Context, Job, broken};
use crate::outcome::{Again, NewExtraction, NewJob, Outcome, Subject, Write};
use crate::ports::{CallLimits, StageError};
use crate::renditions::Renditions;
use crate::review::policy;
use winnow_contract::Words;
use winnow_contract::asset::RenditionKind;
use winnow_contract::id::{AssetId, ExtractionId, RenditionId};
use winnow_contract::job::JobKind;
use winnow_contract::worker::{OcrPage, OcrRequest};

/// The job that reads an asset's page, unless reading is switched off.
pub fn job(asset: &AssetId, input_hash: &[u8; 32], turn: u32, context: &Context<'_>) -> Option<NewJob> {
    let ocr = &context.settings.ocr;
    let parts =
        [input_hash.as_slice(), context.ports.ocr.card().as_bytes(), context.ports.decode.card().as_bytes(), ocr.languages.as_bytes()];
    let fingerprint = format!("{}/turned {turn}", blake3::hash(&parts.concat()).to_hex());
    let (subject, params) = (Subject::Row(asset.to_string()), Some(turn.to_string().into_bytes()));
    ocr.enabled.then_some(NewJob { kind: JobKind::Ocr, subject, fingerprint, params, again: Again::IfFailed })
}

pub fn run(job: &Job, context: &Context<'_>) -> Result<Outcome, StageError> {
    let asset = AssetId::from(job.subject.as_str());
    if context.read(|catalog| assets::source(catalog, &asset))?.is_none() {
        return Ok(Outcome::default());
    }
    let rendition = Renditions::id(&asset, RenditionKind::Page, 1, decode::turn_of(job));
    let image = context.renditions.get(&rendition).map_err(broken)?;
    let image = image.ok_or_else(|| StageError::Broken(Words::new("thumbnail_failed")))?;
    let page = context.ports.ocr.read(&request(context), &image, limits(context), context.cancel)?;
    context.reach(Point::OcrAnswered)?;
    // A page that lies on its side is made upright first, once: a person reads it, and boxes refer to it.
    if page.turned != 0 && decode::turn_of(job) == 0 {
        return Ok(Outcome { card: page.card, next: vec![decode::turned(job, page.turned)], ..Outcome::default() });
    }
    Ok(outcome(&asset, rendition, *blake3::hash(&image).as_bytes(), page, context))
}

fn request(context: &Context<'_>) -> OcrRequest {
    OcrRequest { page: 1, languages: context.settings.ocr.languages.clone() }
}

fn limits(context: &Context<'_>) -> CallLimits {
    let ocr = &context.settings.ocr;
    CallLimits { seconds: ocr.seconds, memory_mb: ocr.memory_mb, recycle_after: context.settings.decode.recycle_after }
}

fn outcome(asset: &AssetId, rendition: RenditionId, input_hash: [u8; 32], page: OcrPage, context: &Context<'_>) -> Outcome {
    let item = policy::doubtful_reading(asset, &page.text, &page.words, context.settings, || context.id());
    let text_hash = *blake3::hash(page.text.as_bytes()).as_bytes();
    let notes = Write::Notes { asset: asset.clone(), stage: JobKind::Ocr, notes: notes(&page) };
    let next = if page.text.is_empty() { Vec::new() } else { enrich::after_text(asset, &text_hash, context) };
    let card = page.card.clone();
    let extraction = Write::Extraction(extraction(asset, rendition, page, context));
    let reading = Write::Reading { asset: asset.clone(), items: item.into_iter().collect() };
    Outcome { card, input_hash: Some(input_hash), writes: vec![notes, extraction, reading], next }
}

fn notes(page: &OcrPage) -> Vec<Words> {
    let turned = (page.turned != 0).then(|| Words::new("turned").with("degrees", page.turned));
    let empty = page.words.is_empty().then(|| Words::new("no_text"));
    turned.into_iter().chain(empty).collect()
}

fn extraction(asset: &AssetId, rendition: RenditionId, page: OcrPage, context: &Context<'_>) -> NewExtraction {
    NewExtraction {
        id: ExtractionId(context.id()),
        asset: asset.clone(),
        stage: JobKind::Ocr,
        tool: page.card,
        chunks: chunks::cut(&page.text, &page.words, || context.id()),
        text: chunks::plain(page.text),
        confidence: page.confidence,
        spans: page.words,
        read_from: Some(rendition),
    }
}
