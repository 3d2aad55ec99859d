//! Reads PowerPoint presentations of 1997 to 2003 (MS-PPT): slides in order, notes, comments.
//!
//! Where the list of slides is damaged, all text is given in the order of the file without places.

use crate::flow::Flow;
use crate::gap::Gap;
use crate::ole::{Ole, u16_at, u32_at, utf16};
use crate::{Limits, cannot_unlock, damaged};
use std::collections::{HashMap, HashSet};
use winnow_contract::Words;
use winnow_contract::asset::PartKind;

const DOCUMENT: u16 = 1000;
const SLIDE: u16 = 1006;
const NOTES: u16 = 1008;
const NOTES_ATOM: u16 = 1009;
const SLIDE_PERSIST: u16 = 1011;
const SLIDE_SHOW: u16 = 1017;
const TEXT_CHARS: u16 = 4000;
const TEXT_BYTES: u16 = 4008;
const C_STRING: u16 = 4026;
const SLIDE_LIST: u16 = 4080;
const USER_EDIT: u16 = 4085;
const TAG_DATA: u16 = 5003;
const DIRECTORY: u16 = 6002;
const COMMENT: u16 = 12_000;

/// Saves that are gone back through, and slides that are read.
const EDITS: usize = 1000;
const SLIDES: usize = 20_000;

/// Reads a presentation.
///
/// # Errors
/// `cannot_unlock` when it is encrypted, `damaged` when its stream is missing.
pub fn read(ole: &mut Ole<'_>, limits: &Limits, flow: &mut Flow) -> Result<(), Words> {
    let user = ole.named("Current User", 4096);
    let stream = ole.named("PowerPoint Document", limits.unpacked_bytes);
    if stream.is_empty() {
        return Err(damaged("the main stream is missing"));
    }
    if u32_at(&user, 12) == 0xf3d1_c4df {
        return Err(cannot_unlock());
    }
    let persisted = persisted(&stream, u32_at(&user, 16) as usize)?;
    let slides = slides(&stream, &persisted);
    if slides.is_empty() {
        texts(&stream, 0, stream.len(), flow);
        return Ok(());
    }
    let notes = notes(&stream, &persisted);
    for (number, slide) in slides.iter().enumerate() {
        write(&stream, slide, number + 1, &persisted, &notes, flow);
    }
    flow.property("slides", &slides.len().to_string());
    Ok(())
}

/// One record: its content is `start..end` of the stream.
#[derive(Clone, Copy)]
struct Record {
    kind: u16,
    instance: u16,
    /// Its content is records.
    holds: bool,
    start: usize,
    end: usize,
}

fn record(stream: &[u8], at: usize) -> Option<Record> {
    let head = stream.get(at..at.checked_add(8)?)?;
    let (first, kind) = (u16_at(head, 0), u16_at(head, 2));
    let end = (at + 8).saturating_add(u32_at(head, 4) as usize).min(stream.len());
    Some(Record { kind, instance: first >> 4, holds: first & 0xf == 0xf || kind == TAG_DATA, start: at + 8, end })
}

/// All records from `at` to `end`, those within others after these.
fn records(stream: &[u8], mut at: usize, end: usize) -> impl Iterator<Item = Record> + '_ {
    std::iter::from_fn(move || {
        if at >= end {
            return None;
        }
        let found = record(stream, at)?;
        at = if found.holds { found.start } else { found.end };
        Some(found)
    })
}

/// Where objects lie, by number (MS-PPT 2.1.2): the newest save counts. The document itself is number 0 here.
fn persisted(stream: &[u8], newest: usize) -> Result<HashMap<u32, usize>, Words> {
    let mut persisted = HashMap::new();
    let (mut at, mut seen) = (newest, HashSet::new());
    while let Some(edit) = record(stream, at).filter(|edit| edit.kind == USER_EDIT) {
        if edit.end - edit.start >= 32 && u32_at(stream, edit.start + 28) != 0 {
            return Err(cannot_unlock());
        }
        if !seen.insert(at) || seen.len() > EDITS {
            break;
        }
        directory(stream, u32_at(stream, edit.start + 12) as usize, &mut persisted);
        if let Some(document) = persisted.get(&u32_at(stream, edit.start + 16)).copied() {
            persisted.entry(0).or_insert(document);
        }
        at = u32_at(stream, edit.start + 8) as usize;
        if at == 0 {
            break;
        }
    }
    Ok(persisted)
}

fn directory(stream: &[u8], at: usize, persisted: &mut HashMap<u32, usize>) {
    let Some(list) = record(stream, at).filter(|list| list.kind == DIRECTORY) else { return };
    let mut at = list.start;
    while at + 4 <= list.end {
        let head = u32_at(stream, at);
        let (first, count) = (head & 0xf_ffff, head >> 20);
        for number in 0..count {
            let entry = at + 4 + number as usize * 4;
            if entry + 4 <= list.end {
                persisted.entry(first + number).or_insert(u32_at(stream, entry) as usize);
            }
        }
        at += 4 + count as usize * 4;
    }
}

/// A slide in the list: what the outline holds of it, and where the rest is.
struct Slide {
    id: u32,
    reference: u32,
    /// Text of the outline: `start..end` of the list.
    start: usize,
    end: usize,
}

fn slides(stream: &[u8], persisted: &HashMap<u32, usize>) -> Vec<Slide> {
    let mut slides = list(stream, persisted, 0);
    slides.truncate(SLIDES);
    slides
}

/// The list of slides (0) or of notes (2).
fn list(stream: &[u8], persisted: &HashMap<u32, usize>, instance: u16) -> Vec<Slide> {
    let mut slides: Vec<Slide> = Vec::new();
    let document = persisted.get(&0).and_then(|at| record(stream, *at)).filter(|document| document.kind == DOCUMENT);
    let Some(document) = document else { return slides };
    let mut lists = records(stream, document.start, document.end);
    let Some(list) = lists.find(|list| list.kind == SLIDE_LIST && list.instance == instance) else { return slides };
    for item in records(stream, list.start, list.end) {
        if item.kind == SLIDE_PERSIST {
            let (reference, id) = (u32_at(stream, item.start), u32_at(stream, item.start + 12));
            slides.push(Slide { id, reference, start: item.end, end: item.end });
        } else if let Some(slide) = slides.last_mut() {
            slide.end = item.end;
        }
    }
    slides
}

/// Where the notes of a slide are, by the id of the slide.
fn notes(stream: &[u8], persisted: &HashMap<u32, usize>) -> HashMap<u32, Record> {
    let mut notes = HashMap::new();
    for one in list(stream, persisted, 2) {
        let page = persisted.get(&one.reference).and_then(|at| record(stream, *at)).filter(|page| page.kind == NOTES);
        let Some(page) = page else { continue };
        let atom = record(stream, page.start).filter(|atom| atom.kind == NOTES_ATOM);
        notes.extend(atom.map(|atom| (u32_at(stream, atom.start), page)));
    }
    notes
}

fn write(stream: &[u8], slide: &Slide, number: usize, persisted: &HashMap<u32, usize>, notes: &HashMap<u32, Record>, flow: &mut Flow) {
    let page = persisted.get(&slide.reference).and_then(|at| record(stream, *at)).filter(|page| page.kind == SLIDE);
    let hidden = page.is_some_and(|page| is_hidden(stream, page));
    flow.gap(Gap::Blank);
    flow.enter(if hidden { PartKind::HiddenSlide } else { PartKind::Slide }, number.to_string());
    texts(stream, slide.start, slide.end, flow);
    if let Some(page) = page {
        texts(stream, page.start, page.end, flow);
    }
    flow.leave_all();
    if let Some(page) = notes.get(&slide.id) {
        flow.gap(Gap::Line);
        flow.enter(PartKind::SlideNotes, number.to_string());
        texts(stream, page.start, page.end, flow);
        flow.leave_all();
    }
}

fn is_hidden(stream: &[u8], page: Record) -> bool {
    let show = records(stream, page.start, page.end).find(|found| found.kind == SLIDE_SHOW);
    show.is_some_and(|show| u16_at(stream, show.start + 10) & 4 != 0)
}

/// Writes all text between two places, comments among it.
fn texts(stream: &[u8], start: usize, end: usize, flow: &mut Flow) {
    let (mut comment_end, mut author) = (0, String::new());
    for found in records(stream, start, end) {
        let content = &stream[found.start..found.end];
        let in_comment = found.start < comment_end;
        match (found.kind, found.instance) {
            (TEXT_CHARS, _) => paragraph(&utf16(content), flow),
            (TEXT_BYTES, _) => paragraph(&content.iter().map(|byte| char::from(*byte)).collect::<String>(), flow),
            (COMMENT, _) => comment_end = found.end,
            (C_STRING, 0) if in_comment => author = utf16(content),
            (C_STRING, 1) if in_comment => {
                let author = std::mem::take(&mut author);
                flow.piece(PartKind::Comment, author, Gap::Line, &utf16(content));
            }
            _ => {}
        }
        if flow.is_full() {
            return;
        }
    }
}

fn paragraph(text: &str, flow: &mut Flow) {
    for line in text.split(['\r', '\x0b', '\n']) {
        flow.gap(Gap::Line);
        flow.push(line.trim_matches('\0'));
    }
    flow.gap(Gap::Line);
}
