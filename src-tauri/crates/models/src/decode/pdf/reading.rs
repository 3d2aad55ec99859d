//! Page after page: its size, its text with places, and whether the text can be trusted.
//!
//! A page that cannot be read costs itself and no other.

use super::judge::{Surroundings, Verdict, judge};
use super::layout::{self, Glyph, Line, Mark, Sheet};
use super::marks;
use super::sheet::{self, Map, Size};
use crate::caught;
use pdfium_render::prelude::{
    PdfDocument, PdfPage, PdfPageObject, PdfPageObjectCommon, PdfPageObjectsCommon, PdfPageTextChar, PdfRect, PdfiumError,
};
use winnow_contract::Words;
use winnow_contract::worker::{DecodeLimits, DecodedText, PageHead};

/// Words with a place of their own in one document; the words after them share one for each line. An answer holds no more.
const PLACES: usize = 300_000;
/// From so many words on a text layer is no stamp, and nobody asks what else is on the page.
const MANY_WORDS: usize = 30;
/// Objects of a page that are looked at for pictures.
const OBJECTS: usize = 500;

/// What was read so far.
pub struct Reading<'a> {
    limits: &'a DecodeLimits,
    /// Characters that may still be kept.
    left: usize,
    places: usize,
    pub texts: Vec<DecodedText>,
    pub pages: Vec<PageHead>,
    cut: bool,
    reduced: Vec<u32>,
    garbled: Vec<u32>,
    lost: Vec<u32>,
}

/// What one page gave.
struct Read {
    size: Size,
    verdict: Verdict,
    lines: Vec<Line>,
    marks: Vec<Mark>,
}

impl<'a> Reading<'a> {
    /// Nothing is read yet.
    pub fn new(limits: &'a DecodeLimits) -> Self {
        let left = limits.text_chars as usize;
        let (texts, pages, places) = (Vec::new(), Vec::new(), 0);
        Self { limits, left, places, texts, pages, cut: false, reduced: Vec::new(), garbled: Vec::new(), lost: Vec::new() }
    }

    /// Reads the page of this number, from 1.
    pub fn page(&mut self, document: &PdfDocument, number: u32) {
        match caught::catch(|| read(document, number, self.limits, self.left)) {
            Ok(Ok(page)) => self.keep(number, page),
            Ok(Err(_)) | Err(_) => self.lost.push(number),
        }
    }

    fn keep(&mut self, number: u32, page: Read) {
        let Size { width, height, reduced } = page.size;
        self.pages.push(PageHead { number, width, height, needs_ocr: page.verdict.needs_ocr() });
        self.reduced.extend(reduced.then_some(number));
        self.garbled.extend((page.verdict == Verdict::Garbled).then_some(number));
        let lines = if page.verdict == Verdict::Garbled { &[] } else { page.lines.as_slice() };
        if lines.is_empty() && page.marks.is_empty() {
            return;
        }
        let sheet = Sheet { number, width, height, each_word: self.places < PLACES };
        let (text, cut) = layout::text(lines, &page.marks, sheet, self.left);
        self.left -= text.text.chars().count().min(self.left);
        self.places += text.spans.len();
        self.cut |= cut;
        if !text.text.is_empty() {
            self.texts.push(text);
        }
    }

    /// A limit was met, or a page could not be read.
    pub fn is_partial(&self) -> bool {
        self.cut || !self.lost.is_empty()
    }

    /// What is to be said of the pages.
    pub fn notes(&self) -> Vec<Words> {
        let numbered = |code: &str, pages: &[u32]| (!pages.is_empty()).then(|| Words::new(code).with("pages", listed(pages)));
        let cut = self.cut.then(|| Words::new("text_cut").with("limit", self.limits.text_chars));
        let pages = [("pages_lost", &self.lost), ("pages_reduced", &self.reduced), ("pages_garbled", &self.garbled)];
        cut.into_iter().chain(pages.into_iter().filter_map(|(code, pages)| numbered(code, pages))).collect()
    }
}

/// `1–3, 7`; a long list ends in an ellipsis.
fn listed(pages: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for page in pages {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *page => *last = *page,
            _ => runs.push((*page, *page)),
        }
    }
    let shown = |(first, last): &(u32, u32)| if first == last { first.to_string() } else { format!("{first}–{last}") };
    let list = runs.iter().take(10).map(shown).collect::<Vec<_>>().join(", ");
    if runs.len() > 10 { list + " …" } else { list }
}

fn read(document: &PdfDocument, number: u32, limits: &DecodeLimits, left: usize) -> Result<Read, PdfiumError> {
    let page = open(document, number)?;
    let size = sheet::size(page.width().value, page.height().value, 1.0, limits.page_pixels).ok_or(PdfiumError::PageIndexOutOfBounds)?;
    let map = Map::of(&page, size)?;
    // What there is no room for is not read; it may be anything.
    if left == 0 {
        return Ok(Read { size, verdict: Verdict::Sane, lines: Vec::new(), marks: Vec::new() });
    }
    let lines = layout::lines(glyphs(&page, &map, left)?.into_iter());
    let words = lines.iter().map(|line| line.words.len()).sum();
    let verdict = judge(&lines, surroundings(&page, &map, size, words));
    let marks = marks::of(&page, |rect| map.place(rect));
    Ok(Read { size, verdict, lines, marks })
}

/// The page of this number, from 1.
///
/// # Errors
/// When there is none, or PDFium cannot read it.
pub fn open<'a>(document: &PdfDocument<'a>, number: u32) -> Result<PdfPage<'a>, PdfiumError> {
    let index = number.checked_sub(1).and_then(|index| i32::try_from(index).ok()).ok_or(PdfiumError::PageIndexOutOfBounds)?;
    document.pages().get(index)
}

fn glyphs(page: &PdfPage, map: &Map, most: usize) -> Result<Vec<Glyph>, PdfiumError> {
    let text = page.text()?;
    let characters = text.chars();
    let mut glyphs = Vec::new();
    let mut half = None;
    for index in 0..characters.len().min(most.saturating_add(1)) {
        let Ok(found) = characters.get(index) else { continue };
        if let Some(character) = character(found.unicode_value(), &mut half) {
            let bounds = if character.is_whitespace() { None } else { bounds(&found).map(|rect| map.place(&rect)) };
            glyphs.push(Glyph { character, bounds });
        }
    }
    Ok(glyphs)
}

/// Characters beyond the first plane may come in two halves; the first one is kept until the second one is there.
fn character(value: u32, half: &mut Option<u32>) -> Option<char> {
    match (value, half.take()) {
        (0xd800..0xdc00, _) => {
            *half = Some(value);
            None
        }
        (0xdc00..0xe000, Some(first)) => char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (value - 0xdc00)),
        (value, _) => Some(char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER)),
    }
}

/// As high as its line, so that boxes of a line are alike; as high as its shape in fonts that do not say how high a line is.
fn bounds(character: &PdfPageTextChar) -> Option<PdfRect> {
    let proper = |rect: &PdfRect| rect.width().value > 0.0 && rect.height().value > 0.0;
    character.loose_bounds().ok().filter(proper).or_else(|| character.tight_bounds().ok().filter(proper))
}

fn surroundings(page: &PdfPage, map: &Map, size: Size, words: usize) -> Surroundings {
    let area = size.width as f32 * size.height as f32;
    let picture = if words == 0 || words >= MANY_WORDS { 0.0 } else { covered(page, map, size) / area };
    Surroundings { drawn: page.objects().len() > 0, picture, area }
}

/// Pixels that pictures cover. Scanners cut pages into strips, so all count together.
fn covered(page: &PdfPage, map: &Map, size: Size) -> f32 {
    let objects = page.objects();
    let pictures = (0..objects.len().min(OBJECTS)).filter_map(|number| objects.get(number).ok()).filter(is_picture);
    let seen = pictures.filter_map(|picture| map.place(&picture.bounds().ok()?.to_rect()).on_page(size.width, size.height));
    seen.map(|[_, _, width, height]| width as f32 * height as f32).sum()
}

/// A picture, or a group with one in it.
fn is_picture(object: &PdfPageObject) -> bool {
    let in_group = || {
        let group = object.as_x_object_form_object()?;
        Some((0..group.len().min(OBJECTS)).filter_map(|number| group.get(number).ok()).any(|object| object.as_image_object().is_some()))
    };
    object.as_image_object().is_some() || in_group().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_listed_in_runs() {
        let check = |pages: &[u32], expected: &str| assert_eq!(listed(pages), expected);
        check(&[4], "4");
        check(&[1, 2, 3, 7, 9, 10], "1–3, 7, 9–10");
        check(&(1..=30).map(|number| number * 2).collect::<Vec<_>>(), "2, 4, 6, 8, 10, 12, 14, 16, 18, 20 …");
    }

    #[test]
    fn halves_of_characters_are_put_together() {
        let check = |values: &[u32], expected: &str| {
            let mut half = None;
            let text: String = values.iter().filter_map(|value| character(*value, &mut half)).collect();
            assert_eq!(text, expected);
        };
        check(&[0x61, 0xd83c, 0xdf1f, 0x62], "a🌟b");
        check(&[0xd83c, 0x62], "b");
        check(&[0xdf1f], "\u{fffd}");
        check(&[0x1f31f, 0x11_ffff], "🌟\u{fffd}");
    }
}
