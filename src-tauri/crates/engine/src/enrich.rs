//! What is made of a text once it is there: today sensitive data found by pattern, checksum and context.
//!
//! Deliberately without model-based detection: names, postal addresses and redacted copies get modules of their own beside
//! [`detect`].

pub mod detect;
pub mod embed;
pub mod label;
pub mod language;
pub mod near;
pub mod sensitive;
pub mod taxonomy;

use crate::catalog::vectors;
use crate::jobs::Context;
use crate::outcome::NewJob;
use winnow_contract::id::AssetId;

/// What follows a text that was written: whoever writes one asks here. The hash is BLAKE3 of the text.
pub(crate) fn after_text(asset: &AssetId, text_hash: &[u8; 32], context: &Context<'_>) -> Vec<NewJob> {
    let read = sensitive::job(asset, text_hash, context).or_else(|| embed::job(asset, &vectors::together(&[*text_hash]), context));
    read.into_iter().chain(near::job(asset, text_hash, context)).collect()
}

/// What follows a text that a person changed, on no asset yet. The key is of this change alone, so that it is looked through
/// whatever else is.
pub(crate) fn after_person(key: &str, context: &Context<'_>) -> Vec<NewJob> {
    let (nothing, hash) = (AssetId::from(""), *blake3::hash(key.as_bytes()).as_bytes());
    let read = match context.settings.detect.enabled {
        true => Some(sensitive::keyed(&nothing, key.to_owned())),
        false => embed::job(&nothing, &hash, context),
    };
    read.into_iter().chain(near::job(&nothing, &hash, context)).collect()
}
