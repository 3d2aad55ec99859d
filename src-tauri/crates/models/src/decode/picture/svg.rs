//! SVG: drawn to pixels, and its words taken out. Nothing in it is run, and nothing it points to is fetched.
//!
//! Text is drawn with a few ordinary fonts of the system; a script they lack is missing in the picture, not in the words.

mod draw;
mod fonts;
mod tree;

use super::described::Described;
use crate::caught;
use image::DynamicImage;
use resvg::usvg::roxmltree::{Document, Error, ParsingOptions};
use std::borrow::Cow;
use winnow_contract::Words;
use winnow_contract::worker::{DecodeLimits, DecodedText};
use winnow_readers::{attributes, encoding};

/// Larger drawings are refused: their tree would be ten times as large.
const BYTES: u64 = 32 << 20;
/// Elements, texts and comments of one drawing.
const NODES: u32 = 500_000;
/// Characters that the entities of a document type may become.
const EXPANDED: usize = 256 << 20;
/// The reader of a drawing's words and its version.
const TOOL: &str = "svg 1";
/// Drawings may be nested deeply; the drawing library calls itself for each level, at most 1024.
const STACK: usize = 64 << 20;

/// Opens the fonts. To be called before the process confines itself; later there are none, and text is not drawn.
pub fn prepare() {
    fonts::prepare();
}

/// What was found in a drawing.
pub struct Drawing {
    /// None when it was too much; a note says why.
    pub image: Option<DynamicImage>,
    /// The size that it gives itself, in CSS pixels.
    pub size: Option<(u32, u32)>,
    pub text: Option<DecodedText>,
    pub described: Described,
    pub notes: Vec<Words>,
    /// A limit was met; a note says which.
    pub partial: bool,
}

/// Reads a drawing.
///
/// # Errors
/// `too_large`, `drawing_too_complex`, `damaged`.
pub fn read(bytes: &[u8], limits: &DecodeLimits) -> Result<Drawing, Words> {
    if bytes.len() as u64 > BYTES {
        return Err(Words::new("too_large").with("bytes", bytes.len()).with("limit", BYTES));
    }
    let text = encoding::to_text(bytes, true, declared(bytes)).text;
    if expansion(&text) > EXPANDED {
        return Err(too_complex());
    }
    let bounded = attributes::bounded(&text).ok_or_else(too_complex)?;
    let options = ParsingOptions { allow_dtd: true, nodes_limit: NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(&bounded, options).map_err(|error| refused(&error))?;
    let mut drawing = drawing(&document, limits);
    if matches!(bounded, Cow::Owned(_)) {
        drawing.notes.push(Words::new("attributes_cut").with("limit", attributes::ATTRIBUTES));
        drawing.partial = true;
    }
    Ok(drawing)
}

fn drawing(document: &Document, limits: &DecodeLimits) -> Drawing {
    let found = tree::look_through(document, limits);
    let mut notes = found.notes;
    let drawn = if found.too_deep { None } else { drawn(document, limits).map_err(|reason| notes.push(reason)).ok() };
    let (image, size) = drawn.map_or((None, None), |drawn| (Some(drawn.image), Some(drawn.size)));
    Drawing { partial: found.partial || image.is_none(), image, size, text: found.text, described: found.described, notes }
}

/// On a stack of its own, for the library calls itself as deeply as the drawing is nested.
fn drawn(document: &Document, limits: &DecodeLimits) -> Result<draw::Drawn, Words> {
    let gave_up = |place: String| winnow_readers::damaged(format!("the decoder gave up at {place}"));
    std::thread::scope(|scope| {
        let work = || caught::catch(|| draw::draw(document, limits)).unwrap_or_else(|place| Err(gave_up(place)));
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        let thread = thread.map_err(|error| Words::new("internal").with("why", error.kind()))?;
        thread.join().unwrap_or_else(|_| Err(gave_up("svg.rs".to_owned())))
    })
}

/// The encoding that an XML declaration names.
fn declared(bytes: &[u8]) -> Option<&str> {
    let start = std::str::from_utf8(bytes[..bytes.len().min(200)].split(|byte| *byte == b'>').next()?).ok()?;
    let value = start.strip_prefix("<?xml")?.split_once("encoding")?.1.trim_start_matches([' ', '=']);
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    value[1..].split(quote).next()
}

/// At most so many characters the entities of the document type become: each use may hold 255 others.
fn expansion(text: &str) -> usize {
    let Some(start) = text.find("<!ENTITY") else { return 0 };
    let end = text[start..].rfind("<!ENTITY").map_or(start, |last| start + last);
    let declared = text[start..].find("]>").map_or(text.len(), |close| start + close).max(end) - start;
    declared.saturating_mul(255).saturating_mul(text[start..].matches('&').count().max(1))
}

fn refused(error: &Error) -> Words {
    match error {
        Error::NodesLimitReached | Error::EntityReferenceLoop(_) => too_complex(),
        other => winnow_readers::damaged(super::pixels::line(&without_names(&other.to_string()))),
    }
}

/// What the parser says quotes names out of the file; only where it stands is kept.
fn without_names(said: &str) -> String {
    let place = said.rsplit_once(" at ").map(|(_, place)| place).filter(|place| place.bytes().all(|b| b.is_ascii_digit() || b == b':'));
    place.map_or_else(|| "it is not well-formed XML".to_owned(), |place| format!("it is not well-formed XML at {place}"))
}

fn too_complex() -> Words {
    Words::new("drawing_too_complex")
}

#[cfg(test)]
mod tests;
