//! Stage `ocr`: reads the words on a picture, on one page of a document, or on one frame of a film; asks a person when most of
//! them are doubtful.
//!
//! Works on clean page images only, never on the original.

use super::pages::{self, Reading};
use super::{chunks, decode};
use crate::breaks::Point;
use crate::catalog::assets;
use crate::enrich::{self, near};
use crate::jobs::{Context, Job, broken};
use crate::outcome::{Again, NewExtraction, NewJob, Outcome, Part, Subject, Write};
use crate::ports::{CallLimits, StageError};
use crate::renditions::Renditions;
use crate::review::policy;
use winnow_contract::Words;
use winnow_contract::asset::{RenditionKind, Span};
use winnow_contract::id::{AssetId, ExtractionId, RenditionId};
use winnow_contract::job::JobKind;
use winnow_contract::worker::{OcrPage, OcrRequest};

/// The job that reads an asset's picture, unless reading is switched off.
pub fn job(asset: &AssetId, input_hash: &[u8; 32], turn: u32, context: &Context<'_>) -> Option<NewJob> {
    let fingerprint = format!("{}/turned {turn}", blake3::Hash::from(document_hash(input_hash, context)).to_hex());
    let (subject, params) = (Subject::Row(asset.to_string()), Some(turn.to_string().into_bytes()));
    let enabled = context.settings.ocr.enabled;
    enabled.then_some(NewJob { kind: JobKind::Ocr, subject, fingerprint, params, again: Again::IfFailed })
}

/// The job that reads one page or frame of an asset, unless reading is switched off.
pub fn page_job(asset: &AssetId, input_hash: &[u8; 32], part: Part, context: &Context<'_>) -> Option<NewJob> {
    let fingerprint = format!("{}/{part}", blake3::Hash::from(document_hash(input_hash, context)).to_hex());
    let subject = Subject::Part(asset.to_string(), part);
    let enabled = context.settings.ocr.enabled;
    enabled.then_some(NewJob { kind: JobKind::Ocr, subject, fingerprint, params: None, again: Again::IfFailed })
}

/// Stands for all that is read off the pages of a document, before it is known.
pub fn document_hash(input_hash: &[u8; 32], context: &Context<'_>) -> [u8; 32] {
    let languages = context.settings.ocr.languages.as_bytes();
    let parts = [input_hash.as_slice(), context.ports.ocr.card().as_bytes(), context.ports.decode.card().as_bytes(), languages];
    *blake3::hash(&parts.concat()).as_bytes()
}

pub fn run(job: &Job, context: &Context<'_>) -> Result<Outcome, StageError> {
    let asset = AssetId::from(job.subject.as_str());
    let Some(source) = context.read(|catalog| assets::source(catalog, &asset))? else { return Ok(Outcome::default()) };
    match job.part {
        None => picture(job, asset, context),
        Some(Part::Page(page)) => document_page(asset, &source.hash, page, context),
        Some(Part::Frame(second)) => frame(asset, &source.hash, second, context),
    }
}

fn picture(job: &Job, asset: AssetId, context: &Context<'_>) -> Result<Outcome, StageError> {
    let rendition = Renditions::id(&asset, RenditionKind::Page, 1, decode::turn_of(job));
    let image = context.renditions.get(&rendition).map_err(broken)?;
    let image = image.ok_or_else(|| StageError::Broken(Words::new("thumbnail_failed")))?;
    let page = read(1, &image, context)?;
    // A page that lies on its side is made upright first, once: a person reads it, and boxes refer to it.
    if page.turned != 0 && decode::turn_of(job) == 0 {
        return Ok(Outcome { card: page.card, next: vec![decode::turned(job, page.turned)], ..Outcome::default() });
    }
    let text_hash = *blake3::hash(page.text.as_bytes()).as_bytes();
    let next = match page.text.is_empty() {
        true => near::job(&asset, &text_hash, context).into_iter().collect(),
        false => enrich::after_text(&asset, &text_hash, context),
    };
    let turned = (page.turned != 0).then(|| Words::new("turned").with("degrees", page.turned));
    let empty = page.words.is_empty().then(|| Words::new("no_text"));
    let notes = turned.into_iter().chain(empty).collect();
    let input_hash = *blake3::hash(&image).as_bytes();
    Ok(outcome(Found { asset, number: 1, rendition, input_hash, page, notes }, next, context))
}

/// The document is not decoded again for a page that lies on its side: it is shown as it is, and so are the boxes.
fn document_page(asset: AssetId, source: &[u8; 32], number: u32, context: &Context<'_>) -> Result<Outcome, StageError> {
    let Some(shown) = context.read(|catalog| assets::page_rendition(catalog, &asset, number))? else { return Ok(Outcome::default()) };
    let Some(drawn) = pages::to_read(&asset, number, context)? else { return Ok(Outcome::default()) };
    context.reach(Point::PageDrawn)?;
    let page = read(number, &drawn.image, context)?;
    let reading = Reading { drawn: (drawn.head.width, drawn.head.height), shown: (shown.width, shown.height), turned: page.turned };
    let lying = (page.turned != 0).then(|| Words::new("page_turned").with("page", number).with("degrees", page.turned));
    let page = OcrPage { words: reading.place(page.words), ..page };
    let next = enrich::after_text(&asset, &document_hash(source, context), context);
    let input_hash = *blake3::hash(&drawn.image).as_bytes();
    let notes = lying.into_iter().collect();
    Ok(outcome(Found { asset, number, rendition: shown.id, input_hash, page, notes }, next, context))
}

/// The words on a frame are seen at its second.
fn frame(asset: AssetId, source: &[u8; 32], second: u32, context: &Context<'_>) -> Result<Outcome, StageError> {
    let rendition = Renditions::id(&asset, RenditionKind::Frame, second, 0);
    let image = context.renditions.get(&rendition).map_err(broken)?;
    let image = image.ok_or_else(|| StageError::Broken(Words::new("frame_gone")))?;
    let page = read(second, &image, context)?;
    let (t0, t1) = (Some(second as f32), Some((second + 1) as f32));
    let words = page.words.into_iter().map(|word| Span { t0, t1, ..word }).collect();
    let page = OcrPage { words, ..page };
    let next = enrich::after_text(&asset, &document_hash(source, context), context);
    let input_hash = *blake3::hash(&image).as_bytes();
    Ok(outcome(Found { asset, number: second, rendition, input_hash, page, notes: Vec::new() }, next, context))
}

fn read(page: u32, image: &[u8], context: &Context<'_>) -> Result<OcrPage, StageError> {
    let request = OcrRequest { page, languages: context.settings.ocr.languages.clone() };
    let read = context.ports.ocr.read(&request, image, limits(context), context.cancel)?;
    context.reach(Point::OcrAnswered)?;
    Ok(read)
}

fn limits(context: &Context<'_>) -> CallLimits {
    let ocr = &context.settings.ocr;
    CallLimits { seconds: ocr.seconds, memory_mb: ocr.memory_mb, recycle_after: context.settings.decode.recycle_after }
}

/// What was read, and from what.
struct Found {
    asset: AssetId,
    /// Of the page, or the second of the frame.
    number: u32,
    rendition: RenditionId,
    input_hash: [u8; 32],
    page: OcrPage,
    notes: Vec<Words>,
}

fn outcome(found: Found, next: Vec<NewJob>, context: &Context<'_>) -> Outcome {
    let Found { asset, number, rendition, input_hash, page, notes } = found;
    let item = policy::doubtful_reading(&asset, number, &page.text, &page.words, context.settings, || context.id());
    let notes = Write::Notes { asset: asset.clone(), stage: JobKind::Ocr, page: number, notes };
    let card = page.card.clone();
    let reading = Write::Reading { asset: asset.clone(), page: Some(number), items: item.into_iter().collect() };
    let extraction = Write::Extraction(extraction(asset, number, rendition, page, context));
    Outcome { card, input_hash: Some(input_hash), writes: vec![notes, extraction, reading], next }
}

fn extraction(asset: AssetId, number: u32, rendition: RenditionId, page: OcrPage, context: &Context<'_>) -> NewExtraction {
    NewExtraction {
        id: ExtractionId(context.id()),
        asset,
        stage: JobKind::Ocr,
        page: number,
        tool: page.card,
        chunks: chunks::cut(&page.text, &page.words, number, || context.id()),
        text: chunks::plain(page.text),
        confidence: page.confidence,
        spans: page.words,
        read_from: Some(rendition),
    }
}
