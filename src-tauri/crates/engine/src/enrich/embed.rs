//! Stage `embed`: the texts of an asset that have no vector yet, to vectors; and what a new model means for those embedded before.
//!
//! Keyed by the text itself, so that nothing is embedded twice. Telling the vector index is `projection`'s.

use super::label;
use crate::breaks::Point;
use crate::catalog::vectors::{self, TextHash};
use crate::catalog::{assets, jobs as rows};
use crate::engine::Engine;
use crate::error::Result;
use crate::jobs::{Context, Job};
use crate::outcome::{Again, NewEmbedding, NewJob, Outcome, Subject, Write};
use crate::ports::{CallLimits, Space, StageError};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use winnow_contract::id::AssetId;
use winnow_contract::job::JobKind;
use winnow_contract::{Event, Words};

/// Texts that one job embeds; the rest of a long document is left to a job behind it.
const PART: usize = 256;
/// Assets that are put into the queue in one change.
const SLICE: u32 = 500;

/// The job that embeds an asset's texts, by the hash of all of them; none without a model, or when embedding is switched off.
pub fn job(asset: &AssetId, text_hash: &TextHash, context: &Context<'_>) -> Option<NewJob> {
    let space = context.space().filter(|_| context.settings.embed.enabled)?;
    Some(keyed(asset.as_str(), &blake3::Hash::from(*text_hash).to_hex(), &space.card))
}

fn keyed(asset: &str, text: &str, card: &str) -> NewJob {
    let subject = Subject::Row(asset.to_owned());
    // What is there already costs nothing, so it may be asked for any number of times.
    NewJob { kind: JobKind::Embed, subject, fingerprint: format!("{text}/{card}"), params: None, again: Again::Always }
}

pub fn run(job: &Job, context: &Context<'_>) -> Result<Outcome, StageError> {
    let asset = AssetId::from(job.subject.as_str());
    let Some((space, id)) = space(context)? else { return Ok(Outcome::default()) };
    let wanted = context.read(|catalog| vectors::wanted(catalog, &id, &asset, PART))?;
    let more = wanted.len() == PART;
    let rows = embed(wanted, &space, context)?;
    context.reach(Point::EmbedAnswered)?;
    let next = if more { Some(keyed(&job.subject, &format!("{}/rest", job.id), &space.card)) } else { follow(&asset, context)? };
    let writes = if rows.is_empty() { Vec::new() } else { vec![Write::Embeddings { space: id, rows }] };
    Ok(Outcome { card: space.card, writes, next: next.into_iter().collect(), ..Outcome::default() })
}

/// The space of the model in use and its id. None without a model, and when nobody has said yet that it is another: whoever
/// says so asks for every asset again.
fn space(context: &Context<'_>) -> Result<Option<(Space, String)>, StageError> {
    let Some(space) = context.space() else { return Ok(None) };
    let active = context.read(vectors::active)?.filter(|active| active.card == space.card && active.dimensions == space.dimensions);
    Ok(active.map(|active| (space.clone(), active.id)))
}

fn follow(asset: &AssetId, context: &Context<'_>) -> Result<Option<NewJob>, StageError> {
    let text_hash = context.read(|catalog| vectors::text_hash(catalog, asset))?;
    Ok(label::job(asset, &text_hash, context))
}

/// Vectors of texts: those of the batch are there already, the others are asked for.
fn embed(wanted: Vec<(TextHash, String)>, space: &Space, context: &Context<'_>) -> Result<Vec<NewEmbedding>, StageError> {
    let (known, others): (Vec<_>, Vec<_>) = wanted.into_iter().partition(|(hash, _)| context.batch.0.contains_key(hash));
    let mut rows: Vec<NewEmbedding> = known.into_iter().map(|(hash, _)| row(hash, &context.batch.0[&hash])).collect();
    rows.extend(ask(others, space, context)?.into_iter().map(|(hash, vector)| row(hash, &vector)));
    Ok(rows)
}

fn row(text_hash: TextHash, vector: &[f32]) -> NewEmbedding {
    NewEmbedding { text_hash, vector: vectors::encode(vector) }
}

fn ask(wanted: Vec<(TextHash, String)>, space: &Space, context: &Context<'_>) -> Result<Vec<(TextHash, Vec<f32>)>, StageError> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let (hashes, texts): (Vec<TextHash>, Vec<String>) = wanted.into_iter().unzip();
    let answer = match context.ports.embedder.embed(&texts, limits(context), context.cancel) {
        // It went meanwhile; when one comes again, every asset is asked for.
        Err(StageError::Missing(_)) => return Ok(Vec::new()),
        answer => answer?,
    };
    let odd = || StageError::Broken(Words::new("internal").with("why", "the model gave no vectors of its length"));
    let fits = answer.len() == hashes.len() && answer.iter().all(|vector| vector.len() == space.dimensions as usize);
    let units: Option<Vec<Vec<f32>>> = answer.iter().map(|vector| vectors::unit(vector)).collect();
    let units = units.filter(|_| fits).ok_or_else(odd)?;
    Ok(hashes.into_iter().zip(units).collect())
}

fn limits(context: &Context<'_>) -> CallLimits {
    let embed = &context.settings.embed;
    CallLimits { seconds: embed.seconds, memory_mb: embed.memory_mb, recycle_after: context.settings.decode.recycle_after }
}

/// Vectors of the texts of jobs that were leased together. A small file has one text or two, and a model is fast only when it
/// gets many.
#[derive(Default)]
pub struct Batch(HashMap<TextHash, Vec<f32>>);

impl Batch {
    /// Asks for the texts of all of these jobs at once. When that fails there are none, and each job asks for its own, so that
    /// a text which breaks the model costs only its own job.
    pub fn of(jobs: &[Job], context: &Context<'_>) -> Self {
        let subjects: Vec<_> =
            jobs.iter().filter(|job| job.kind == JobKind::Embed).map(|job| AssetId::from(job.subject.as_str())).collect();
        if subjects.len() < 2 {
            return Self::default();
        }
        let gathered = catch_unwind(AssertUnwindSafe(|| gather(&subjects, context)));
        Self(gathered.ok().and_then(std::result::Result::ok).unwrap_or_default())
    }
}

fn gather(assets: &[AssetId], context: &Context<'_>) -> Result<HashMap<TextHash, Vec<f32>>, StageError> {
    let Some((space, id)) = space(context)? else { return Ok(HashMap::new()) };
    let mut texts: HashMap<TextHash, String> = HashMap::new();
    for asset in assets {
        let left = PART.saturating_sub(texts.len());
        texts.extend(context.read(|catalog| vectors::wanted(catalog, &id, asset, left))?);
    }
    Ok(ask(texts.into_iter().collect(), &space, context)?.into_iter().collect())
}

impl Engine {
    /// To be called when models were installed or removed, and at the start: the space of the model in use becomes the one that
    /// is searched, assets without vectors in it are queued, and so is what had failed for want of a model.
    pub fn models_changed(&self) -> Result<()> {
        if self.ports().speech.card().is_some() {
            let now = self.now();
            self.reopen(move |catalog| rows::retry_without(catalog, JobKind::Transcribe, "model_missing", now))?;
        }
        if let Some(space) = self.ports().embedder.space().filter(|_| self.settings().embed.enabled) {
            self.enter(space)?;
        }
        self.emit(Event::ModelsChanged);
        self.tell(Default::default());
        Ok(())
    }

    fn enter(&self, space: Space) -> Result<()> {
        let applying = self.applying();
        let (id, now) = (applying.ports.ids.next(), self.now());
        if self.write(move |catalog| vectors::activate(catalog, &space, &id, now))? {
            self.projection().compare_again();
        }
        self.embed_what_lacks()
    }

    /// Queues every asset with a live text that has no vector in the active space, a slice at a time.
    fn embed_what_lacks(&self) -> Result<()> {
        let mut after = AssetId::from("");
        loop {
            let (applying, from) = (self.applying(), after.clone());
            let assets: Vec<(AssetId, String)> = self.read(|catalog| match vectors::active(catalog)? {
                Some(space) => Ok(vectors::assets_without(catalog, &space, from.as_str(), SLICE)?
                    .into_iter()
                    .map(|a| (a, space.card.clone()))
                    .collect()),
                None => Ok(Vec::new()),
            })?;
            let Some((last, _)) = assets.last() else { return Ok(()) };
            after = last.clone();
            self.open_more(move |catalog| {
                let (now, mut opened) = (applying.ports.clock.now_ms(), 0);
                for (asset, card) in assets.iter().filter(|(asset, _)| assets::exists(catalog, asset).unwrap_or(false)) {
                    let text = blake3::Hash::from(vectors::text_hash(catalog, asset)?).to_hex();
                    opened += applying.enqueue(catalog, &[keyed(asset.as_str(), &text, card)], now)?;
                }
                Ok(opened)
            })?;
        }
    }
}
