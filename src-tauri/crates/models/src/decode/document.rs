//! Documents and messages by the readers of the crate beside this one.
//!
//! Only hands over limits and takes what they found.

use super::kind::Kind;
use super::sample::Sample;
use super::{bare, unread};
use winnow_contract::Words;
use winnow_contract::worker::{DecodeLimits, DecodeRequest, Decoded};
use winnow_readers::{Document, Limits, mail, office};

/// Text and facts of an office file or a book. Some kinds have no reader.
///
/// # Errors
/// `damaged`, `locked`.
pub fn office(request: &DecodeRequest, kind: &Kind, sample: &mut Sample) -> Result<Decoded, Words> {
    let password = request.password.as_ref().map(|password| password.0.as_str());
    match office::read(&mut sample.reader()?, password, &limits(&request.limits)) {
        Ok(found) => Ok(decoded(found, kind)),
        Err(reason) if reason.code == "no_reader" => Ok(unread(kind)),
        Err(reason) => Err(reason),
    }
}

/// Text and facts of a message, or of a page saved as one.
///
/// # Errors
/// `damaged`.
pub fn mail(request: &DecodeRequest, kind: &Kind, sample: &mut Sample) -> Result<Decoded, Words> {
    let found = mail::read(&mut sample.reader()?, kind.media_type, &limits(&request.limits))?;
    Ok(decoded(found, kind))
}

fn limits(limits: &DecodeLimits) -> Limits {
    Limits {
        text_chars: limits.text_chars as usize,
        cells: limits.cells as usize,
        nesting: limits.nesting as usize,
        unpacked_bytes: u64::try_from(limits.file_bytes).unwrap_or(0),
    }
}

fn decoded(found: Document, kind: &Kind) -> Decoded {
    Decoded {
        texts: found.text.into_iter().collect(),
        properties: found.properties,
        notes: found.notes,
        partial: found.partial,
        has_members: found.has_members,
        ..bare(kind)
    }
}
