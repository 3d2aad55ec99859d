//! Hostile bytes to text, facts and pictures: what kind of content it is, and which reader takes it.
//!
//! No models, no network, no path of a file. It sets no limits of its own beyond those in the request.

mod encoding;
mod extension;
mod html;
mod kind;
mod picture;
mod sample;
mod text;

use kind::Kind;
use sample::Sample;
use std::fs::File;
use winnow_contract::Words;
use winnow_contract::asset::{MediaKind, Property};
use winnow_contract::worker::{DecodeRequest, Decoded};

/// Decoder and version. Another version reads everything again: raise it when the output changes.
pub const CARD: &str = "decode 1";

/// What the file holds, with its renditions one after the other in the blob.
///
/// A file of a known kind that cannot be decoded carries the reason in `refused`: `damaged`, `too_large`,
/// `too_many_pixels`, `picture_memory`, `io_error`.
///
/// # Errors
/// Words that say why the bytes could not be read at all: `io_error`.
pub fn decode(request: &DecodeRequest, file: File) -> Result<(Decoded, Vec<u8>), Words> {
    let mut sample = Sample::take(file)?;
    #[cfg(debug_assertions)]
    crate::fault::commit(&sample.head);
    let kind = kind::of(&sample, &request.extension);
    let named = extension::mismatch(&request.extension, &kind);
    let read = read(request, &kind, &mut sample);
    let (mut head, blob) = read.unwrap_or_else(|reason| (Decoded { refused: Some(reason), ..bare(&kind) }, Vec::new()));
    if let Some(named) = named {
        head.notes.insert(0, Words::new("type_differs").with("found", &head.media_type).with("named", named));
    }
    Ok((head, blob))
}

fn read(request: &DecodeRequest, kind: &Kind, sample: &mut Sample) -> Result<(Decoded, Vec<u8>), Words> {
    match kind.media {
        MediaKind::Empty => Ok((empty(kind), Vec::new())),
        MediaKind::Text | MediaKind::Table | MediaKind::Web => Ok((text::read(request, kind, sample)?, Vec::new())),
        MediaKind::Image => picture::read(request, kind, sample),
        // Heard by a request of its own.
        MediaKind::Sound if kind.is_heard() => Ok((bare(kind), Vec::new())),
        MediaKind::Pdf
        | MediaKind::Office
        | MediaKind::Mail
        | MediaKind::Archive
        | MediaKind::Sound
        | MediaKind::Video
        | MediaKind::Other => Ok((unread(kind), Vec::new())),
    }
}

fn empty(kind: &Kind) -> Decoded {
    Decoded { notes: vec![Words::new("empty_file")], ..bare(kind) }
}

/// There is no reader for this kind.
fn unread(kind: &Kind) -> Decoded {
    Decoded { unread: true, ..bare(kind) }
}

fn bare(kind: &Kind) -> Decoded {
    Decoded {
        kind: kind.media,
        media_type: kind.media_type.to_owned(),
        text: None,
        properties: Vec::new(),
        renditions: Vec::new(),
        notes: Vec::new(),
        partial: false,
        unread: false,
        refused: None,
    }
}

fn property(key: &str, value: impl ToString) -> Property {
    Property { key: key.to_owned(), value: value.to_string() }
}

/// What the system said, without any path.
fn io_error(error: &std::io::Error) -> Words {
    Words::new("io_error").with("why", error.kind())
}
