//! Stage `decode`: hands an asset's bytes to a decoder and keeps what it gives: facts, pictures, text.
//!
//! Never looks at the bytes itself.

use super::{chunks, expand, ocr, open, sound};
use crate::breaks::Point;
use crate::catalog::assets::{self, Source};
use crate::catalog::vectors;
use crate::enrich::{self, near};
use crate::jobs::{Context, Job, broken};
use crate::outcome::{Again, NewExtraction, NewJob, NewRendition, Outcome, Part, Subject, Write};
use crate::pipeline;
use crate::ports::{CallLimits, DecodedFile, StageError};
use crate::renditions::Renditions;
use winnow_contract::Words;
use winnow_contract::asset::{AssetState, MediaKind, RenditionKind};
use winnow_contract::id::{AssetId, ExtractionId};
use winnow_contract::job::JobKind;
use winnow_contract::worker::{DecodeRequest, Decoded, DecodedText, PageHead, Password};

/// How pages are served once they are drawn.
const PAGE: &str = "image/jpeg";

pub fn run(job: &Job, context: &Context<'_>) -> Result<Outcome, StageError> {
    let asset = AssetId::from(job.subject.as_str());
    let Some(source) = context.read(|catalog| assets::source(catalog, &asset))? else { return Ok(Outcome::default()) };
    let turn = turn_of(job);
    let decoded = decode(&asset, &source, turn, context.passwords.of(&asset), context)?;
    context.reach(Point::DecodeAnswered)?;
    outcome(asset, source, decoded, turn, context)
}

fn decode(
    asset: &AssetId,
    source: &Source,
    turn: u32,
    password: Option<Password>,
    context: &Context<'_>,
) -> Result<DecodedFile, StageError> {
    let (file, extension) = open::open(asset, source, context)?;
    let request = DecodeRequest { extension, bytes: source.bytes, limits: context.settings.decode_limits(), turn, password };
    context.ports.decode.decode(&request, file, limits(context), context.cancel)
}

/// Succeeds when a password opens a file.
pub fn try_password(asset: &AssetId, source: &Source, password: &Password, context: &Context<'_>) -> Result<(), StageError> {
    let head = decode(asset, source, 0, Some(password.clone()), context)?.head;
    match head.refused {
        Some(reason) => Err(StageError::Broken(reason)),
        // Without its reader nothing was tried.
        None if head.unread => Err(StageError::Broken(Words::new("no_reader").with("media_type", head.media_type))),
        None => Ok(()),
    }
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

/// Limits of one call that decodes or draws.
pub fn limits(context: &Context<'_>) -> CallLimits {
    let decode = &context.settings.decode;
    CallLimits { seconds: decode.seconds, memory_mb: decode.memory_mb, recycle_after: decode.recycle_after }
}

fn outcome(asset: AssetId, source: Source, decoded: DecodedFile, turn: u32, context: &Context<'_>) -> Result<Outcome, StageError> {
    let DecodedFile { head, blob } = decoded;
    if let Some(reason) = head.refused {
        return Err(StageError::Refused { reason, kind: head.kind, media_type: head.media_type });
    }
    let mut renditions = put(&asset, &head, &blob, turn, context)?;
    add_pages(&asset, &head.pages, &mut renditions);
    let mut notes = head.notes.clone();
    if turn != 0 {
        notes.push(Words::new("turned").with("degrees", turn));
    }
    if head.unread {
        notes.push(Words::new("no_reader").with("media_type", &head.media_type));
    }
    let mut outcome = Outcome { card: context.ports.decode.card().to_owned(), input_hash: Some(source.hash), ..Outcome::default() };
    let described = Write::Described { asset: asset.clone(), kind: head.kind, media_type: head.media_type.clone(), state: state(&head) };
    let stage = JobKind::Decode;
    outcome.writes.push(described);
    outcome.writes.push(Write::Notes { asset: asset.clone(), stage, page: 0, notes });
    outcome.writes.push(Write::Properties { asset: asset.clone(), stage, properties: head.properties.clone() });
    outcome.writes.push(Write::Renditions { asset: asset.clone(), stage, renditions });
    outcome.writes.push(Write::Look { asset: asset.clone(), look: head.look.clone() });
    let texts: Vec<_> = head.texts.iter().map(|text| extraction(&asset, text.clone(), context)).collect();
    let next = Next { asset: &asset, source: &source, head: &head, text_hash: text_hash(&texts), turn };
    outcome.next = next.jobs(context);
    outcome.writes.extend(only_pages(&asset, &head, &texts));
    outcome.writes.extend(texts.into_iter().map(Write::Extraction));
    Ok(outcome)
}

/// Pages of a document are drawn when somebody looks at them.
fn add_pages(asset: &AssetId, pages: &[PageHead], renditions: &mut Vec<NewRendition>) {
    for page in pages {
        let kind = RenditionKind::Page;
        if renditions.iter().any(|made| made.kind == kind && made.page == page.number) {
            continue;
        }
        let id = Renditions::id(asset, kind, page.number, 0);
        let (width, height) = (page.width, page.height);
        renditions.push(NewRendition { id, kind, page: page.number, media_type: PAGE.to_owned(), width, height, bytes: 0 });
    }
}

/// What an older reading found on pages that have no text of their own any more is over. A picture's words are read anew.
fn only_pages(asset: &AssetId, head: &Decoded, texts: &[NewExtraction]) -> Vec<Write> {
    let mut only = vec![(JobKind::Decode, texts.iter().map(|text| text.page).collect::<Vec<_>>())];
    if !head.pages.is_empty() {
        only.push((JobKind::Ocr, unread(head).map(|page| page.number).collect()));
    }
    only.into_iter().map(|(stage, pages)| Write::OnlyPages { asset: asset.clone(), stage, pages }).collect()
}

/// Pages whose words have to be read off their pictures.
fn unread(head: &Decoded) -> impl Iterator<Item = &PageHead> {
    head.pages.iter().filter(|page| page.needs_ocr)
}

/// BLAKE3 of a text, or over the hashes of several; none without a text.
fn text_hash(texts: &[NewExtraction]) -> Option<[u8; 32]> {
    let hashes: Vec<[u8; 32]> = texts.iter().map(|text| *blake3::hash(text.text.as_bytes()).as_bytes()).collect();
    match hashes.as_slice() {
        [] => None,
        [one] => Some(*one),
        several => Some(vectors::together(several)),
    }
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
    let chunks = chunks::cut(&text.text, &text.spans, text.page, || context.id());
    NewExtraction {
        id: ExtractionId(context.id()),
        asset: asset.clone(),
        stage: JobKind::Decode,
        page: text.page,
        tool: text.tool,
        text: chunks::plain(text.text),
        confidence: None,
        spans: text.spans,
        chunks,
        read_from: None,
    }
}

/// What follows on a decoded file depends on all of this.
struct Next<'a> {
    asset: &'a AssetId,
    source: &'a Source,
    head: &'a Decoded,
    text_hash: Option<[u8; 32]>,
    turn: u32,
}

impl Next<'_> {
    fn jobs(&self, context: &Context<'_>) -> Vec<NewJob> {
        let next = if self.head.unread { &[] } else { pipeline::next(JobKind::Decode, self.head.kind) };
        next.iter().flat_map(|kind| self.follow(*kind, context)).collect()
    }

    fn follow(&self, kind: JobKind, context: &Context<'_>) -> Vec<NewJob> {
        let hash = &self.source.hash;
        match kind {
            JobKind::Ocr => self.to_read(context),
            JobKind::Expand if self.head.has_members => vec![expand::job(self.asset, hash, context)],
            JobKind::Sound => sound::job(self.asset, hash, context).into_iter().collect(),
            JobKind::Detect => self.to_look_through(context),
            // The pipeline lets none of these follow.
            JobKind::Scan
            | JobKind::Ingest
            | JobKind::Decode
            | JobKind::Expand
            | JobKind::Transcribe
            | JobKind::Embed
            | JobKind::Label
            | JobKind::Compare
            | JobKind::Frames => Vec::new(),
        }
    }

    /// A job for the picture, or one for each page that is nothing but one. Of a picture that could not be drawn there are only
    /// the words that it came with.
    fn to_read(&self, context: &Context<'_>) -> Vec<NewJob> {
        let (asset, hash) = (self.asset, &self.source.hash);
        let drawn = self.head.renditions.iter().any(|picture| picture.kind == RenditionKind::Page);
        match self.head.pages.is_empty() {
            true if self.head.kind == MediaKind::Image && !drawn => self.to_look_through(context),
            true if self.head.kind == MediaKind::Image => {
                let read = ocr::job(asset, hash, self.turn, context);
                read.or_else(|| near::job(asset, hash, context)).into_iter().collect()
            }
            true => Vec::new(),
            false => unread(self.head).filter_map(|page| ocr::page_job(asset, hash, Part::Page(page.number), context)).collect(),
        }
    }

    /// Pages that are still to be read belong to what is looked through.
    fn to_look_through(&self, context: &Context<'_>) -> Vec<NewJob> {
        let waits = context.settings.ocr.enabled && unread(self.head).next().is_some();
        match (waits, self.text_hash) {
            (true, _) => enrich::after_text(self.asset, &ocr::document_hash(&self.source.hash, context), context),
            (false, Some(hash)) => enrich::after_text(self.asset, &hash, context),
            (false, None) => Vec::new(),
        }
    }
}
