//! Stage `compare`: what an asset is compared by, when all of its words are there. A text by its shingles, a picture by its look.
//!
//! Finds nothing itself: which others are near is looked up where the signature is written, so that two that are compared at
//! the same time find each other.

use crate::breaks::Point;
use crate::catalog::{near_duplicates, texts};
use crate::jobs::{Context, Job};
use crate::near::{Rules, Signature, VERSION, minhash};
use crate::outcome::{Again, NewJob, Outcome, Subject, Write};
use crate::ports::StageError;
use winnow_contract::id::AssetId;
use winnow_contract::job::JobKind;

/// The job that compares an asset with all others, unless comparing is switched off. The hash is of the text or picture that was
/// read last; a job too many costs nothing.
pub fn job(asset: &AssetId, hash: &[u8; 32], context: &Context<'_>) -> Option<NewJob> {
    let Rules { text, picture } = rules(context);
    let fingerprint = format!("{}/{VERSION}/{text}/{picture}", blake3::Hash::from(*hash).to_hex());
    let (kind, subject) = (JobKind::Compare, Subject::Row(asset.to_string()));
    context.settings.near.enabled.then_some(NewJob { kind, subject, fingerprint, params: None, again: Again::Always })
}

fn rules(context: &Context<'_>) -> Rules {
    Rules { text: context.settings.near.text, picture: context.settings.near.picture }
}

pub fn run(job: &Job, context: &Context<'_>) -> Result<Outcome, StageError> {
    let asset = AssetId::from(job.subject.as_str());
    // Whatever reads it last asks again.
    if context.read(|catalog| near_duplicates::is_being_read(catalog, &asset))? {
        return Ok(Outcome::default());
    }
    let signature = signature(&asset, context)?;
    if signature.is_none() && !context.read(|catalog| near_duplicates::has_signature(catalog, &asset))? {
        return Ok(Outcome::default());
    }
    context.reach(Point::CompareDone)?;
    let writes = vec![Write::Compared { asset, signature, rules: rules(context) }];
    Ok(Outcome { card: VERSION.to_owned(), writes, ..Outcome::default() })
}

/// Words say more than looks: pages of text all look alike.
fn signature(asset: &AssetId, context: &Context<'_>) -> Result<Option<Signature>, StageError> {
    let texts = context.read(|catalog| texts::live(catalog, asset))?;
    if let Some(minima) = minhash::of(texts.iter().map(|text| text.text.as_str())) {
        return Ok(Some(Signature::Text(minima)));
    }
    Ok(context.read(|catalog| near_duplicates::look(catalog, asset))?.map(Signature::Picture))
}
