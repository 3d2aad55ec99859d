//! Fake documents: containers, documents with pages, films, as a test writes them, and what the fake decoder finds in them.
//!
//! Not part of a shipped binary.

use super::head;
use crate::ports::{DecodedFile, DrawnPage, FilmFrame, StageError};
use winnow_contract::Words;
use winnow_contract::asset::{MediaKind, PartKind, Place, Property, RenditionKind, Span};
use winnow_contract::worker::{
    DecodeRequest, Decoded, DecodedText, ExpandRequest, Expanded, Member, PageHead, PageRequest, Password, RenditionHead,
};

/// What opens everything that is locked.
pub const PASSWORD: &str = "sesame";
/// Size of a fake page at scale 1.
const PAGE: (u32, u32) = (100, 200);

/// A container of these members by name. `first` says what it pretends to be: `box`, `box cut` – one that is damaged at its end;
/// `box sliced` – one that is gone through a member at a time; `box locked` – its members need a password, and `box sealed` – no password opens it; `letter …` – mail whose
/// text is the rest of the line, after headers like `subject=Flares` or `references=1@x,2@x`.
pub fn container(first: &str, members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = format!("{first}\n").into_bytes();
    for (name, content) in members {
        bytes.extend(format!("{name}\t{}\n", content.len()).bytes());
        bytes.extend(*content);
    }
    bytes
}

/// A document of these pages. A page is `text …`, or what a fake reader reads off it: `page …`, `lying …`, `unreadable …`, `faint …`.
pub fn book(pages: &[&str]) -> String {
    format!("book\n{}", pages.join("\u{c}"))
}

fn members(bytes: &[u8]) -> Vec<(String, &[u8])> {
    let mut rest = bytes.splitn(2, |byte| *byte == b'\n').nth(1).unwrap_or_default();
    let mut members = Vec::new();
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let line = String::from_utf8_lossy(&rest[..end]).into_owned();
        let Some((name, length)) = line.split_once('\t') else { break };
        let (content, behind) = rest[end + 1..].split_at(length.parse().expect("a length"));
        members.push((name.to_owned(), content));
        rest = behind;
    }
    members
}

fn opened(first: &str, password: Option<&Password>) -> Result<(), StageError> {
    match password {
        Some(Password(word)) if word == PASSWORD && !first.ends_with(" sealed") => Ok(()),
        _ if first.ends_with(" locked") => Err(StageError::Broken(Words::new("locked"))),
        _ if first.ends_with(" sealed") => Err(StageError::Broken(Words::new("cannot_unlock"))),
        _ => Ok(()),
    }
}

/// What a fake document is; none when it is none of these.
pub(super) fn decode(first: &str, rest: &str, bytes: &[u8], request: &DecodeRequest) -> Option<Result<DecodedFile, StageError>> {
    let file = |head: Decoded| DecodedFile { head, blob: Vec::new() };
    let has_members = !members(bytes).is_empty();
    let (kind, text) = first.split_once(' ').unwrap_or((first, ""));
    Some(match kind {
        "box" => Ok(file(Decoded { has_members, ..head(MediaKind::Archive, "application/x-box") })),
        "letter" => Ok(file(Decoded { has_members, ..letter(text) })),
        "book" => opened(first, request.password.as_ref()).map(|()| file(pages(rest))),
        "film" => Ok(file(head(MediaKind::Video, "video/x-fake"))),
        "captions" => Ok(file(Decoded { texts: vec![captions(rest)], ..head(MediaKind::Text, "text/vtt") })),
        "sheet" => Ok(file(Decoded { texts: vec![sheet(rest)], ..head(MediaKind::Office, "application/x-sheet") })),
        _ => return None,
    })
}

fn letter(line: &str) -> Decoded {
    let (mut properties, mut text) = (Vec::new(), line);
    while let Some((word, rest)) = text.split_once(' ') {
        let Some((key, value)) = word.split_once('=') else { break };
        properties.push(Property { key: key.to_owned(), value: value.replace(',', " ") });
        text = rest;
    }
    Decoded { properties, texts: vec![whole(text)], ..head(MediaKind::Mail, "message/x-fake") }
}

fn whole(text: &str) -> DecodedText {
    DecodedText { page: 0, tool: "fake letter 1".into(), text: text.to_owned(), spans: Vec::new() }
}

fn pages(rest: &str) -> Decoded {
    let pages = || rest.split('\u{c}').zip(1u32..);
    let heads = pages().map(|(page, number)| PageHead { number, width: PAGE.0, height: PAGE.1, needs_ocr: !page.starts_with("text") });
    let texts = pages().filter_map(|(page, number)| Some(layer(page.strip_prefix("text ")?, number)));
    Decoded { pages: heads.collect(), texts: texts.collect(), ..head(MediaKind::Pdf, "application/x-book") }
}

/// A text layer: each word on a line of its own, ten pixels high.
fn layer(text: &str, page: u32) -> DecodedText {
    let mut at = 0;
    let spans = text.split(' ').zip(0u32..).map(|(word, line)| {
        let start = at;
        at += word.chars().count() as u32 + 1;
        Span { start, end: at - 1, page: Some(page), rect: Some([0, line * 10, 50, 10]), ..Span::default() }
    });
    DecodedText { page, tool: "fake layer 1".into(), spans: spans.collect(), text: text.to_owned() }
}

/// Lines of `from until words …`.
fn captions(script: &str) -> DecodedText {
    lines(script, "fake captions 1", |line| {
        let mut parts = line.splitn(3, ' ');
        let (t0, t1) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some((parts.next()?, Span { t0: Some(t0), t1: Some(t1), ..Span::default() }))
    })
}

/// Lines of `Sheet!A1 words …`.
fn sheet(cells: &str) -> DecodedText {
    lines(cells, "fake sheet 1", |line| {
        let (name, text) = line.split_once(' ')?;
        let place = Some(Place { part: PartKind::Cell, name: name.to_owned() });
        Some((text, Span { place, ..Span::default() }))
    })
}

fn lines<'a>(script: &'a str, tool: &str, part: impl Fn(&'a str) -> Option<(&'a str, Span)>) -> DecodedText {
    let (mut text, mut spans) = (String::new(), Vec::new());
    for (words, span) in script.lines().filter_map(part) {
        let start = text.chars().count() as u32;
        text.push_str(words);
        spans.push(Span { start, end: start + words.chars().count() as u32, ..span });
        text.push('\n');
    }
    DecodedText { page: 0, tool: tool.to_owned(), text, spans }
}

/// Draws a page of a book as the reader of fake pictures understands it.
pub(super) fn page(text: &str, request: &PageRequest) -> Result<DrawnPage, StageError> {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    opened(first, request.password.as_ref())?;
    let wanted = (request.page as usize).checked_sub(1).and_then(|index| rest.split('\u{c}').nth(index));
    let (kind, words) = wanted.and_then(|page| page.split_once(' ')).ok_or_else(|| StageError::Broken(Words::new("no_text")))?;
    let image = format!("{}\n{words}", if kind == "text" { "page" } else { kind }).into_bytes();
    Ok(DrawnPage { head: picture(RenditionKind::Page, request.page, request.scale, image.len()), image })
}

fn picture(kind: RenditionKind, page: u32, scale: u32, bytes: usize) -> RenditionHead {
    let media_type = "image/x-fake".to_owned();
    RenditionHead { kind, page, media_type, width: PAGE.0 * scale, height: PAGE.1 * scale, bytes: bytes as u32 }
}

/// The members of a container, and their bytes one behind the other.
pub(super) fn expand(bytes: &[u8], request: &ExpandRequest) -> Result<(Expanded, Vec<u8>), StageError> {
    let first = String::from_utf8_lossy(bytes.split(|byte| *byte == b'\n').next().unwrap_or_default()).into_owned();
    opened(&first, request.password.as_ref())?;
    let (mut expanded, mut taken) = (Expanded::default(), Vec::new());
    let all = members(bytes);
    let sliced = first == "box sliced" && request.only.is_none();
    let from = request.from as usize;
    let until = if sliced { all.len().min(from + 1) } else { all.len() };
    for (index, (name, content)) in all.iter().enumerate().take(until).skip(from) {
        let locator = format!("{index}/{name}").into_bytes();
        if request.only.as_ref().is_some_and(|only| *only != locator) {
            continue;
        }
        if expanded.members.len() as u32 == request.limits.entries {
            expanded.partial = true;
            expanded.notes = vec![Words::new("entries_cut").with("limit", request.limits.entries)];
            break;
        }
        let (offset, bytes) = (taken.len() as i64, content.len() as i64);
        expanded.members.push(Member { locator, display: name.clone(), offset, bytes, mtime_ns: 0 });
        taken.extend(*content);
    }
    expanded.next = (until < all.len()).then_some(until as i64);
    if first == "box cut" {
        (expanded.partial, expanded.notes) = (true, vec![Words::new("archive_cut")]);
    }
    Ok((expanded, taken))
}

/// Lines of `frame second words …`.
pub(super) fn frames(text: &str) -> Vec<FilmFrame> {
    let frame = |line: &str| {
        let mut parts = line.splitn(3, ' ');
        let at = parts.next().filter(|kind| *kind == "frame").and(parts.next())?.parse::<f64>().ok()?;
        let image = format!("page\n{}", parts.next()?).into_bytes();
        Some(FilmFrame { at, frame: DrawnPage { head: picture(RenditionKind::Frame, at as u32, 1, image.len()), image } })
    };
    text.lines().filter_map(frame).collect()
}

/// Why a film cannot be heard.
pub(super) fn unheard(first: &str) -> Option<StageError> {
    match first {
        "film silent" => Some(StageError::Broken(Words::new("no_sound_track"))),
        "film coded" => Some(StageError::Broken(Words::new("needs_ffmpeg").with("what", "its sound"))),
        _ => None,
    }
}
