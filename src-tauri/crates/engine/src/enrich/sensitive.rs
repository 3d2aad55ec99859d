//! Stage `detect`: looks for sensitive data in every text of an asset, and lets the policy say what is asked. As all texts are at
//! hand here, it also says which language they are in.
//!
//! Keeps spans and keyed hashes, never a copy of a value.

use crate::breaks::Point;
use crate::catalog::texts::Text;
use crate::catalog::{assets, review, texts, vectors};
use crate::enrich::detect::{Detected, Route};
use crate::enrich::{embed, language};
use crate::jobs::{Context, Job};
use crate::outcome::{Again, NewFinding, NewJob, Outcome, Subject, Write};
use crate::ports::StageError;
use crate::review::policy;
use crate::search;
use std::collections::HashMap;
use winnow_contract::asset::PixelBox;
use winnow_contract::id::{AssetId, FindingId};
use winnow_contract::job::JobKind;

/// The job that looks through an asset's texts, unless looking is switched off.
pub fn job(asset: &AssetId, text_hash: &[u8; 32], context: &Context<'_>) -> Option<NewJob> {
    let fingerprint = format!("{}/{}", blake3::Hash::from(*text_hash).to_hex(), context.recognisers.version());
    context.settings.detect.enabled.then(|| keyed(asset, fingerprint))
}

/// The same under a key of its own.
pub fn keyed(asset: &AssetId, fingerprint: String) -> NewJob {
    let subject = Subject::Row(asset.to_string());
    NewJob { kind: JobKind::Detect, subject, fingerprint, params: None, again: Again::IfFailed }
}

pub fn run(job: &Job, context: &Context<'_>) -> Result<Outcome, StageError> {
    let asset = AssetId::from(job.subject.as_str());
    let texts = context.read(|catalog| texts::live(catalog, &asset))?;
    let decided = context.read(|catalog| review::decided_values(catalog, &asset))?;
    let mut found: Vec<(NewFinding, bool)> = texts.iter().flat_map(|text| findings(text, context)).collect();
    assign_topics(&mut found, &decided.into_iter().collect());
    let findings: Vec<NewFinding> = found.into_iter().map(|(finding, _)| finding).collect();
    let items = policy::items(&asset, &findings, context.settings, || context.id());
    let text_hash = context.read(|catalog| vectors::text_hash(catalog, &asset))?;
    let next = embed::job(&asset, &text_hash, context);
    let mut writes = vec![Write::Findings { asset: asset.clone(), findings, items }];
    writes.extend(new_language(&asset, &texts, context)?);
    context.reach(Point::DetectDone)?;
    let card = format!("recognisers {}", context.recognisers.version());
    let input_hash = Some(input_hash(&texts));
    Ok(Outcome { card, input_hash, writes, next: next.into_iter().collect() })
}

/// The language of what is written in an asset, when it is another than is known.
fn new_language(asset: &AssetId, texts: &[Text], context: &Context<'_>) -> Result<Option<Write>, StageError> {
    let Some((kind, known)) = context.read(|catalog| assets::language(catalog, asset))? else { return Ok(None) };
    let told = language::of(texts);
    let is_new = language::is_written(kind) && told != known.as_deref();
    Ok(is_new.then(|| Write::Language { asset: asset.clone(), language: told.map(str::to_owned) }))
}

fn input_hash(texts: &[Text]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for text in texts {
        hasher.update(text.text.as_bytes());
    }
    *hasher.finalize().as_bytes()
}

/// Findings of one text, and whether each asks in the group of contact details.
fn findings(text: &Text, context: &Context<'_>) -> Vec<(NewFinding, bool)> {
    let detected = context.recognisers.detect(&text.text).into_iter();
    detected
        .filter(|detected| detected.route != Route::Drop)
        .map(|detected| (finding(text, &detected, context), detected.grouped))
        .collect()
}

fn finding(text: &Text, detected: &Detected, context: &Context<'_>) -> NewFinding {
    let (page, boxes) = place(text, detected);
    NewFinding {
        id: FindingId(context.id()),
        extraction: text.id.clone(),
        entity: detected.entity.clone(),
        start: detected.start,
        end: detected.end,
        page,
        boxes,
        score: detected.score,
        recogniser: detected.recogniser.clone(),
        value_hash: value_hash(&context.value_key, detected),
        severity: detected.severity,
        ask: detected.route == Route::Ask,
        blocks: detected.blocks,
        topic: None,
    }
}

/// BLAKE3 keyed with the library's key, over entity and canonical value.
fn value_hash(key: &[u8; 32], detected: &Detected) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_keyed(key);
    hasher.update(detected.entity.as_bytes()).update(&[0]).update(detected.normalised.as_bytes());
    *hasher.finalize().as_bytes()
}

/// Page and boxes of the words that a finding stands on.
fn place(text: &Text, detected: &Detected) -> (Option<u32>, Vec<PixelBox>) {
    let first = text.spans.partition_point(|span| span.end <= detected.start);
    let words = text.spans[first..].iter().take_while(|span| span.start < detected.end);
    let page = search::at(&text.spans, detected.start).and_then(|span| span.page).or((text.page > 0).then_some(text.page));
    (page, words.filter_map(|span| span.rect).collect())
}

/// Says under which topic each finding asks: the one it was decided under, its own value, or the group of contact details
/// that are new.
fn assign_topics(found: &mut [(NewFinding, bool)], decided: &HashMap<[u8; 32], String>) {
    let fresh = |finding: &NewFinding, grouped: bool| finding.ask && grouped && !decided.contains_key(&finding.value_hash);
    let group: Vec<_> = found.iter().filter(|(finding, grouped)| fresh(finding, *grouped)).map(|(finding, _)| finding.value_hash).collect();
    let group_topic = policy::group_topic(&group);
    for (finding, grouped) in found.iter_mut().filter(|(finding, _)| finding.ask) {
        let own = if *grouped { group_topic.clone() } else { policy::value_topic(&finding.value_hash) };
        finding.topic = Some(decided.get(&finding.value_hash).cloned().unwrap_or(own));
    }
}
