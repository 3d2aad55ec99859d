//! PDF documents by PDFium: text with the place of every word, facts, pictures of pages, attached files.
//!
//! The library is not part of the program: it is loaded once, before the process gives up its rights, from where the parent
//! says. Scripts in documents are never run, for the library is built without them. Documents are read piece by piece from
//! their descriptor and repaired as far as PDFium can.

mod facts;
mod fonts;
mod judge;
mod layout;
mod marks;
mod members;
mod reading;
mod sheet;
mod source;

use super::kind::Kind;
use super::picture::render::{self, Rendered};
use super::sample::Sample;
use super::{bare, io_error};
use crate::caught;
use fonts::Fonts;
use image::metadata::Orientation;
use pdfium_render::prelude::{PdfDocument, Pdfium, PdfiumError, PdfiumInternalError};
use reading::Reading;
use source::Source;
use std::io::Write;
use winnow_contract::Words;
use winnow_contract::worker::{
    DecodeLimits, DecodeRequest, Decoded, ExpandRequest, Expanded, PDF_LIBRARY, PageRequest, Password, RenditionHead,
};

/// PDFium, loaded.
pub struct Library(Pdfium);

impl Library {
    /// Loads the library that the parent names; none when it names none, or one that cannot be used.
    pub fn load() -> Option<Self> {
        let path = std::env::var_os(PDF_LIBRARY)?;
        let bindings = caught::catch(|| Pdfium::bind_to_library(path)).ok()?.ok()?;
        let mut library = Pdfium::new(bindings);
        library.set_custom_font_provider(Box::new(Fonts::open()));
        Some(Self(library))
    }

    fn open(&self, sample: &Sample, password: Option<&Password>) -> Result<PdfDocument<'_>, Words> {
        // No password has a NUL in it, and the bindings take it ill.
        let password = password.map(|password| password.0.as_str()).filter(|password| !password.contains('\0'));
        let file = sample.file.try_clone().map_err(|error| io_error(&error))?;
        self.0.load_pdf_from_reader(Source::new(file), password).map_err(|error| refused(&error))
    }
}

/// Reads a document: its text page by page, and a thumbnail of its first page. Pages are drawn when somebody looks at them.
///
/// # Errors
/// `locked` when it needs a password, or another one; `damaged`.
pub fn read(library: &Library, request: &DecodeRequest, kind: &Kind, sample: &Sample) -> Result<(Decoded, Vec<u8>), Words> {
    let document = library.open(sample, request.password.as_ref())?;
    let count = page_count(&document)?;
    let limit = request.limits.pages.min(count);
    let mut reading = Reading::new(&request.limits);
    (1..=limit).for_each(|number| reading.page(&document, number));
    let mut notes = reading.notes();
    if limit < count {
        notes.insert(0, Words::new("pages_cut").with("limit", limit).with("count", count));
    }
    if ends_early(sample) {
        notes.push(Words::new("pdf_repaired"));
    }
    let thumbnail = thumbnail(&document, &request.limits).unwrap_or_else(|| {
        notes.push(Words::new("thumbnail_failed"));
        Rendered::default()
    });
    let head = Decoded {
        partial: reading.is_partial() || limit < count || ends_early(sample),
        texts: reading.texts,
        pages: reading.pages,
        has_members: !document.attachments().is_empty(),
        properties: facts::of(&document),
        renditions: thumbnail.heads,
        notes,
        ..bare(kind)
    };
    Ok((head, thumbnail.blob))
}

/// Draws one page.
///
/// # Errors
/// `locked`, `damaged`; `no_page` when there is no page of this number.
pub fn page(library: &Library, request: &PageRequest, sample: &Sample) -> Result<(RenditionHead, Vec<u8>), Words> {
    let document = library.open(sample, request.password.as_ref())?;
    if request.page == 0 || request.page > page_count(&document)? {
        return Err(Words::new("no_page").with("page", request.page));
    }
    let page = reading::open(&document, request.page).map_err(|error| refused(&error))?;
    let scale = request.scale.max(1) as f32;
    let size = sheet::size(page.width().value, page.height().value, scale, request.limits.page_pixels);
    let size = size.ok_or_else(|| winnow_readers::damaged("the page has no extent"))?;
    let image = sheet::draw(&page, size).map_err(|error| refused(&error))?;
    render::page(image, Orientation::NoTransforms, &request.limits, request.page).map_err(winnow_readers::damaged)
}

/// Writes the files attached to a document into `into`.
///
/// # Errors
/// `locked`, `damaged`; `io_error` when writing fails.
pub fn expand(library: &Library, request: &ExpandRequest, sample: &Sample, into: &mut dyn Write) -> Result<Expanded, Words> {
    members::expand(&library.open(sample, request.password.as_ref())?, request, into)
}

fn page_count(document: &PdfDocument) -> Result<u32, Words> {
    let count = u32::try_from(document.pages().len()).unwrap_or(0);
    if count == 0 { Err(winnow_readers::damaged("it has no pages")) } else { Ok(count) }
}

/// A thumbnail of the first page that can be drawn; none when the first few cannot.
fn thumbnail(document: &PdfDocument, limits: &DecodeLimits) -> Option<Rendered> {
    let drawn = |number: u32| {
        let page = reading::open(document, number).ok()?;
        let size = sheet::size_within(page.width().value, page.height().value, limits.thumbnail_side, limits.page_pixels)?;
        let image = sheet::draw(&page, size).ok()?;
        render::thumbnail(image, limits, number).ok()
    };
    (1..=3).find_map(|number| caught::catch(|| drawn(number)).ok().flatten())
}

/// A whole document ends with the place of its table (ISO 32000-1, 7.5.5). PDFium looks the objects up by itself when that
/// is not there.
fn ends_early(sample: &Sample) -> bool {
    let end = if sample.tail.is_empty() { &sample.head } else { &sample.tail };
    !end.windows(9).any(|window| window == b"startxref")
}

fn refused(error: &PdfiumError) -> Words {
    match error {
        PdfiumError::PdfiumLibraryInternalError(PdfiumInternalError::PasswordError) => winnow_readers::locked(),
        PdfiumError::PdfiumLibraryInternalError(PdfiumInternalError::SecurityError) => {
            winnow_readers::damaged("it is encrypted in a way that is not known")
        }
        PdfiumError::PdfiumLibraryInternalError(PdfiumInternalError::FormatError | PdfiumInternalError::FileError) => {
            winnow_readers::damaged("it is no PDF document that can be put in order")
        }
        _ => winnow_readers::damaged("it cannot be read as a PDF document"),
    }
}
