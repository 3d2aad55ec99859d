//! Reads text formats: plain text, Markdown, source code, tables, JSON, subtitles and web pages.
//!
//! All but web pages and subtitles keep their text as it stands, so that positions mean something to who opens the file.

mod format;
mod table;

use super::kind::Kind;
use super::sample::Sample;
use super::{bare, property, subtitles};
use winnow_contract::Words;
use winnow_contract::asset::{MediaKind, Property, Span};
use winnow_contract::worker::{DecodeLimits, DecodeRequest, Decoded, DecodedText};
use winnow_readers::encoding::{self, Text};
use winnow_readers::html;

/// What one format made of a text.
#[derive(Default)]
struct Content {
    tool: &'static str,
    text: String,
    spans: Vec<Span>,
    properties: Vec<Property>,
    notes: Vec<Words>,
    /// The reader stopped at the limit of characters.
    cut: bool,
}

/// The text of a file, at most `text_chars` characters of it.
///
/// # Errors
/// `io_error` when the file cannot be read.
pub fn read(request: &DecodeRequest, kind: &Kind, sample: &mut Sample) -> Result<Decoded, Words> {
    let limits = &request.limits;
    let bytes = sample.start(byte_limit(kind, limits))?;
    let whole = bytes.len() as u64 >= sample.bytes;
    let source = encoding::to_text(&bytes, whole, format::declared_encoding(kind, &bytes).as_deref());
    drop(bytes);
    let (mut notes, encoding) = (encoding_notes(&source), source.encoding);
    let content = read_as(kind, source.text, whole, limits.text_chars);
    let partial = content.cut || !whole;
    notes.extend(content.notes);
    if partial {
        notes.push(Words::new("text_cut").with("limit", limits.text_chars));
    }
    let mut properties = content.properties;
    properties.extend(measures(&content.text, encoding));
    let text = DecodedText { page: 0, tool: content.tool.to_owned(), text: content.text, spans: content.spans };
    Ok(Decoded { texts: vec![text], properties, notes, partial, ..bare(kind) })
}

fn read_as(kind: &Kind, text: String, whole: bool, limit: u32) -> Content {
    if kind.media == MediaKind::Web {
        let page = html::read(text, limit as usize);
        let properties = page.title.map(|title| property("title", title)).into_iter().collect();
        return Content { tool: "html 1", text: page.text, properties, cut: page.cut, ..Content::default() };
    }
    if matches!(kind.media_type, "application/x-subrip" | "text/vtt") {
        let (found, cut) = subtitles::read(&text, limit as usize);
        return Content { tool: "subtitles 1", text: found.text, spans: found.spans, cut, ..Content::default() };
    }
    let (text, cut) = cut_at(text, limit as usize);
    let content = match (kind.media, kind.media_type) {
        (MediaKind::Table, media_type) => table::read(text, media_type),
        (_, "text/markdown") => format::markdown(text),
        (_, "application/json") if whole && !cut => format::json(text),
        (_, "application/x-ndjson") if whole && !cut => format::json_lines(text),
        _ => Content { tool: "text 1", text, ..Content::default() },
    };
    Content { cut, ..content }
}

/// Bytes worth reading: UTF-8 needs at most four for a character, and a page is mostly markup.
fn byte_limit(kind: &Kind, limits: &DecodeLimits) -> u64 {
    let per_character = if kind.media == MediaKind::Web { 16 } else { 4 };
    let wanted = u64::from(limits.text_chars) * per_character + 4096;
    wanted.min(u64::try_from(limits.file_bytes).unwrap_or(0))
}

fn encoding_notes(source: &Text) -> Vec<Words> {
    let say = |code: &str| Words::new(code).with("encoding", source.encoding);
    let guessed = source.guessed.then(|| say("encoding_guessed"));
    let damaged = source.damaged.then(|| say("undecodable_bytes"));
    guessed.into_iter().chain(damaged).collect()
}

fn measures(text: &str, encoding: &str) -> [Property; 3] {
    let lines = property("lines", text.lines().count());
    [property("encoding", encoding), lines, property("words", text.split_whitespace().count())]
}

/// The first `limit` characters, and whether there were more.
fn cut_at(mut text: String, limit: usize) -> (String, bool) {
    // Fewer bytes than the limit are fewer characters too.
    if text.len() <= limit {
        return (text, false);
    }
    let end = text.char_indices().nth(limit).map(|(at, _)| at);
    if let Some(end) = end {
        text.truncate(end);
    }
    (text, end.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_between_characters() {
        let check = |text: &str, limit: usize, expected: (&str, bool)| {
            let (kept, cut) = cut_at(text.to_owned(), limit);
            assert_eq!((kept.as_str(), cut), expected);
        };
        check("abc", 3, ("abc", false));
        check("abcd", 3, ("abc", true));
        check("äöü", 3, ("äöü", false));
        check("äöüß", 3, ("äöü", true));
        check("", 0, ("", false));
    }
}
