//! Reads Word documents of 1993 to 2003 (MS-DOC): the text by its piece table, notes, headers, comments, text boxes.
//!
//! Tracked changes and headings are formatting there, and are not told from other text. Word before version 6 is not read.

use crate::Limits;
use crate::flow::Flow;
use crate::gap::Gap;
use crate::ole::{Ole, u16_at, u32_at, utf16};
use crate::{cannot_unlock, damaged};
use encoding_rs::WINDOWS_1252;
use winnow_contract::Words;
use winnow_contract::asset::PartKind;

/// What stands behind the body, in order: offset of its length in the header, and its place (MS-DOC 2.5.4).
const PARTS: &[(usize, Option<PartKind>)] = &[
    (0x50, Some(PartKind::Footnote)),
    (0x54, Some(PartKind::Header)),
    (0x58, None),
    (0x5c, Some(PartKind::Comment)),
    (0x60, Some(PartKind::Footnote)),
    (0x64, Some(PartKind::Body)),
    (0x68, Some(PartKind::Header)),
];

/// Comments that are read.
const COMMENTS: usize = 100_000;

/// Reads a document.
///
/// # Errors
/// `cannot_unlock` when it is encrypted, `damaged` when the header is not there.
pub fn read(ole: &mut Ole<'_>, limits: &Limits, flow: &mut Flow) -> Result<(), Words> {
    let main = ole.named("WordDocument", limits.unpacked_bytes);
    if main.len() < 0x80 {
        return Err(damaged("the main stream is missing"));
    }
    let flags = u16_at(&main, 0x0a);
    if flags & 0x0100 != 0 {
        return Err(cannot_unlock());
    }
    if u16_at(&main, 2) < 0x6a {
        before_97(&main, flow);
        return Ok(());
    }
    let table = ole.named(if flags & 0x0200 == 0 { "0Table" } else { "1Table" }, limits.unpacked_bytes);
    let units = units(&main, &pieces(&table, &main), limits.text_chars.saturating_mul(2));
    if units.is_empty() && u32_at(&main, 0x4c) > 0 {
        return Err(damaged("the list of pieces is missing"));
    }
    let mut at = 0_usize.saturating_add(u32_at(&main, 0x4c) as usize);
    part(slice(&units, 0, at), flow);
    for (offset, place) in PARTS {
        let length = u32_at(&main, *offset) as usize;
        let text = slice(&units, at, at.saturating_add(length));
        at = at.saturating_add(length);
        flow.gap(Gap::Blank);
        match place {
            Some(PartKind::Comment) => comments(&main, &table, text, flow),
            Some(place) => placed(*place, text, flow),
            None => {}
        }
    }
    Ok(())
}

/// Word 6 and 95: the text stands in one row, a byte for a character.
fn before_97(main: &[u8], flow: &mut Flow) {
    let (first, last) = (u32_at(main, 0x18) as usize, u32_at(main, 0x1c) as usize);
    let bytes = slice(main, first, last);
    let text = WINDOWS_1252.decode_without_bom_handling(bytes).0;
    let units: Vec<u16> = text.encode_utf16().collect();
    part(&units, flow);
}

fn placed(place: PartKind, text: &[u16], flow: &mut Flow) {
    flow.enter(place, "");
    part(text, flow);
    flow.leave(place);
}

/// A stretch of text: where it begins, how long it is, whether a character is one byte.
struct Piece {
    at: usize,
    length: usize,
    narrow: bool,
}

/// The piece table (MS-DOC 2.9.38): formatting that comes before it is passed over.
fn pieces(table: &[u8], main: &[u8]) -> Vec<Piece> {
    let (at, bytes) = (u32_at(main, 0x1a2) as usize, u32_at(main, 0x1a6) as usize);
    let mut rest = slice(table, at, at.saturating_add(bytes));
    while rest.first() == Some(&1) {
        rest = rest.get(3 + usize::from(u16_at(rest, 1))..).unwrap_or_default();
    }
    if rest.first() != Some(&2) {
        return Vec::new();
    }
    let list = slice(rest, 5, 5_usize.saturating_add(u32_at(rest, 1) as usize));
    let count = list.len().saturating_sub(4) / 12;
    (0..count).map(|number| piece(list, number, count)).collect()
}

fn piece(list: &[u8], number: usize, count: usize) -> Piece {
    let position = |at: usize| u32_at(list, at * 4) as usize;
    let stored = u32_at(list, (count + 1) * 4 + number * 8 + 2);
    let narrow = stored & 0x4000_0000 != 0;
    let at = (stored & 0x3fff_ffff) as usize;
    Piece { at: if narrow { at / 2 } else { at }, length: position(number + 1).saturating_sub(position(number)), narrow }
}

/// The whole text as UTF-16, at most `limit` units: pieces may be made to share bytes.
fn units(main: &[u8], pieces: &[Piece], limit: usize) -> Vec<u16> {
    let mut units = Vec::new();
    for piece in pieces {
        let length = piece.length.min(limit.saturating_sub(units.len()));
        if piece.narrow {
            let bytes = slice(main, piece.at, piece.at.saturating_add(length));
            units.extend(WINDOWS_1252.decode_without_bom_handling(bytes).0.encode_utf16());
        } else {
            let bytes = slice(main, piece.at, piece.at.saturating_add(length.saturating_mul(2)));
            units.extend(bytes.chunks_exact(2).map(|pair| u16_at(pair, 0)));
        }
    }
    units
}

/// Comments one by one with their authors (MS-DOC 2.8.7, 2.9.7): without the tables they are one text.
fn comments(main: &[u8], table: &[u8], text: &[u16], flow: &mut Flow) {
    let field = |offset: usize| {
        let at = u32_at(main, offset) as usize;
        slice(table, at, at.saturating_add(u32_at(main, offset + 4) as usize))
    };
    let (references, bounds, owners) = (field(0xba), field(0xc2), owners(field(0x1ba)));
    let count = (references.len().saturating_sub(4) / 34).min(COMMENTS);
    if count == 0 {
        return placed(PartKind::Comment, text, flow);
    }
    for number in 0..count {
        let bound = |at: usize| u32_at(bounds, at * 4) as usize;
        let owner = usize::from(u16_at(references, (count + 1) * 4 + number * 30 + 20));
        flow.gap(Gap::Line);
        flow.enter(PartKind::Comment, owners.get(owner).cloned().unwrap_or_default());
        part(slice(text, bound(number), bound(number + 1)), flow);
        flow.leave(PartKind::Comment);
    }
}

/// Names, each after its length.
fn owners(mut list: &[u8]) -> Vec<String> {
    let mut owners = Vec::new();
    while list.len() >= 2 && owners.len() < COMMENTS {
        let end = 2 + usize::from(u16_at(list, 0)) * 2;
        owners.push(utf16(slice(list, 2, end)));
        list = list.get(end..).unwrap_or_default();
    }
    owners
}

/// Writes a part: marks of paragraphs, cells and fields are no characters (MS-DOC 2.4.1).
fn part(units: &[u16], flow: &mut Flow) {
    let mut text = String::new();
    // For every open field, whether its instruction is still being read.
    let mut fields: Vec<bool> = Vec::new();
    let mut after_cell = false;
    for unit in char::decode_utf16(units.iter().copied()) {
        let c = unit.unwrap_or(char::REPLACEMENT_CHARACTER);
        match c {
            '\x13' => fields.push(true),
            '\x14' => fields.last_mut().into_iter().for_each(|instruction| *instruction = false),
            '\x15' => drop(fields.pop()),
            _ if fields.last() == Some(&true) => {}
            '\r' | '\x0b' | '\x0e' => break_with(Gap::Line, &mut text, flow),
            '\x0c' => break_with(Gap::Blank, &mut text, flow),
            '\x07' => break_with(if after_cell { Gap::Line } else { Gap::Tab }, &mut text, flow),
            '\x1e' => text.push('-'),
            '\t' => text.push('\t'),
            '\0'..='\x1f' => {}
            c => text.push(c),
        }
        after_cell = c == '\x07';
    }
    break_with(Gap::Line, &mut text, flow);
}

fn break_with(gap: Gap, text: &mut String, flow: &mut Flow) {
    flow.push(text);
    flow.gap(gap);
    text.clear();
}

/// As much of `from..to` as there is.
fn slice<T>(all: &[T], from: usize, to: usize) -> &[T] {
    all.get(from..to.min(all.len())).unwrap_or_default()
}
