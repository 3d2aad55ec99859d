//! Hostile bytes to text, facts, pictures and members: what kind of content it is, and which reader takes it.
//!
//! No network, no path of a file, and one small model, which is asked what a content is where nothing else tells. It sets no
//! limits of its own beyond those in the request.

mod document;
mod extension;
mod kind;
mod pdf;
mod picture;
mod room;
mod sample;
mod subtitles;
mod text;

use crate::caught;
use kind::Kind;
use sample::Sample;
use std::fs::File;
use winnow_contract::Words;
use winnow_contract::asset::{MediaKind, Property};
use winnow_contract::worker::{DecodeRequest, Decoded, ExpandRequest, Expanded, PageRequest, RenditionHead};
use winnow_readers::{container, mail};

/// Decoder and version. Another version reads everything again: raise it when the output changes.
pub const CARD: &str = "decode 5";

/// Every reader, with the libraries that some of them need.
#[derive(Default)]
pub struct Decoder {
    /// None when it is not installed.
    pdf: Option<pdf::Library>,
    /// For what bytes, structure and name leave open.
    model: kind::Model,
}

impl Decoder {
    /// Loads what cannot be loaded later.
    pub fn load() -> Self {
        picture::prepare();
        Self { pdf: pdf::Library::load(), model: kind::Model::load() }
    }

    /// What the file holds, with its renditions one after the other in the blob.
    ///
    /// A file of a known kind that cannot be decoded carries the reason in `refused`: `damaged`, `locked`, `too_large`,
    /// `too_many_pixels`, `picture_memory`, `io_error`.
    ///
    /// # Errors
    /// Words that say why the bytes could not be read at all: `io_error`.
    pub fn decode(&self, request: &DecodeRequest, file: File) -> Result<(Decoded, Vec<u8>), Words> {
        let mut sample = Sample::take(file)?;
        #[cfg(debug_assertions)]
        crate::fault::commit(&sample.head);
        let found = self.kind(&mut sample, &request.extension);
        let kind = found.kind;
        let contradicted = || found.contradicts_name.then_some(request.extension.as_str());
        let named = extension::mismatch(&request.extension, &kind).or_else(contradicted);
        // What kind it is stays known when its reader gives up.
        let read = caught::catch(|| self.read(request, &kind, &mut sample)).unwrap_or_else(|place| Err(gave_up(&place)));
        let (mut head, blob) = read.unwrap_or_else(|reason| (Decoded { refused: Some(reason), ..bare(&kind) }, Vec::new()));
        room::fit(&mut head);
        if let Some(named) = named {
            head.notes.insert(0, Words::new("type_differs").with("found", &head.media_type).with("named", named));
        }
        head.properties.extend(found.label.map(|label| property(TOLD_BY, format!("{} ({label})", self.model.card()))));
        Ok((head, blob))
    }

    /// One page of a document, drawn.
    ///
    /// # Errors
    /// `no_page` when there is none of this number, else as `decode`.
    pub fn page(&self, request: &PageRequest, file: File) -> Result<(RenditionHead, Vec<u8>), Words> {
        let mut sample = Sample::take(file)?;
        let kind = self.kind(&mut sample, &request.extension).kind;
        match (reader_of(&kind), &self.pdf) {
            (Reader::Pdf, Some(library)) => pdf::page(library, request, &sample),
            (Reader::Pdf, None) => Err(Words::new(NEEDS_PDFIUM)),
            (Reader::Picture, _) => picture::page(request, &kind, &mut sample),
            (Reader::Nobody | Reader::Text | Reader::Office | Reader::Mail | Reader::Container | Reader::Listener | Reader::Empty, _) => {
                Err(Words::new("no_page").with("page", request.page))
            }
        }
    }

    /// What is in a container, an attachment of a message or a document: written into `into` and listed.
    ///
    /// # Errors
    /// Words for a container that gave nothing at all: `damaged`, `locked`, `no_reader`; and `io_error` when writing fails.
    pub fn expand(&self, request: &ExpandRequest, file: File, mut into: File) -> Result<Expanded, Words> {
        let mut sample = Sample::take(file)?;
        #[cfg(debug_assertions)]
        crate::fault::commit(&sample.head);
        let kind = self.kind(&mut sample, &request.extension).kind;
        match (reader_of(&kind), &self.pdf) {
            (Reader::Pdf, Some(library)) => pdf::expand(library, request, &sample, &mut into),
            (Reader::Pdf, None) => Err(Words::new(NEEDS_PDFIUM)),
            (
                Reader::Office
                | Reader::Mail
                | Reader::Container
                | Reader::Nobody
                | Reader::Text
                | Reader::Picture
                | Reader::Listener
                | Reader::Empty,
                _,
            ) => container::expand(&mut sample.reader()?, kind.media_type, request, &mut into),
        }
    }

    fn kind(&self, sample: &mut Sample, extension: &str) -> kind::Found {
        kind::of(sample, extension, &|sample| self.model.tell(sample))
    }

    fn read(&self, request: &DecodeRequest, kind: &Kind, sample: &mut Sample) -> Result<(Decoded, Vec<u8>), Words> {
        let whole = |head: Decoded| (head, Vec::new());
        match reader_of(kind) {
            Reader::Empty => Ok(whole(Decoded { notes: vec![Words::new("empty_file")], ..bare(kind) })),
            Reader::Text => text::read(request, kind, sample).map(whole),
            Reader::Picture => picture::read(request, kind, sample),
            Reader::Pdf => match &self.pdf {
                Some(library) => pdf::read(library, request, kind, sample),
                None => Ok(whole(Decoded { notes: vec![Words::new(NEEDS_PDFIUM)], ..unread(kind) })),
            },
            Reader::Office => document::office(request, kind, sample).map(whole),
            Reader::Mail => document::mail(request, kind, sample).map(whole),
            Reader::Container => Ok(whole(Decoded { has_members: true, ..bare(kind) })),
            // Heard by a request of its own.
            Reader::Listener => Ok(whole(bare(kind))),
            Reader::Nobody => Ok(whole(unread(kind))),
        }
    }
}

/// Which model told the media type, and its own word for it.
const TOLD_BY: &str = "type_told_by";
/// The library for PDF documents is not installed.
const NEEDS_PDFIUM: &str = "needs_pdfium";

/// Who reads a kind of content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reader {
    Empty,
    Text,
    Picture,
    Pdf,
    Office,
    Mail,
    /// It has nothing but members.
    Container,
    Listener,
    Nobody,
}

fn reader_of(kind: &Kind) -> Reader {
    match kind.media {
        MediaKind::Empty => Reader::Empty,
        MediaKind::Web if kind.media_type == mail::SAVED_PAGE => Reader::Mail,
        MediaKind::Text | MediaKind::Table | MediaKind::Web => Reader::Text,
        MediaKind::Image => Reader::Picture,
        MediaKind::Pdf => Reader::Pdf,
        MediaKind::Office => Reader::Office,
        MediaKind::Mail if is_mail(kind.media_type) => Reader::Mail,
        MediaKind::Archive if container::holds_members(kind.media_type) => Reader::Container,
        MediaKind::Sound | MediaKind::Video if kind.is_heard() => Reader::Listener,
        MediaKind::Mail | MediaKind::Archive | MediaKind::Sound | MediaKind::Video | MediaKind::Other => Reader::Nobody,
    }
}

fn is_mail(media_type: &str) -> bool {
    [kind::MESSAGE, mail::MAILBOX, mail::OUTLOOK].contains(&media_type)
}

/// A reader that panicked, by the place where it did.
pub fn gave_up(place: &str) -> Words {
    winnow_readers::damaged(format!("the decoder gave up at {place}"))
}

/// There is no reader for this kind.
fn unread(kind: &Kind) -> Decoded {
    Decoded { unread: true, ..bare(kind) }
}

fn bare(kind: &Kind) -> Decoded {
    Decoded {
        kind: kind.media,
        media_type: kind.media_type.to_owned(),
        texts: Vec::new(),
        pages: Vec::new(),
        has_members: false,
        look: None,
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
