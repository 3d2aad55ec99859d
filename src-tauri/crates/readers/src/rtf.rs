//! Reads Rich Text Format (1.9.1): text in its code pages and in Unicode, tables, notes, comments, tracked changes, facts.
//!
//! Objects, fields' instructions and lists' numbers are passed over, and pictures are members. What the text looks like is not
//! told.

mod destination;
mod fonts;
mod pictures;
mod source;

pub use pictures::members;

use crate::flow::Flow;
use crate::gap::Gap;
use crate::{Document, Input, Limits, damaged};
use destination::Destination;
use encoding_rs::{Encoding, WINDOWS_1252};
use fonts::Fonts;
use source::Source;
use std::io::SeekFrom;
use winnow_contract::Words;
use winnow_contract::asset::PartKind;

/// Authors of changes that are kept, and characters of one name.
const AUTHORS: usize = 1000;
const NAME: usize = 200;
/// Bytes that wait to be decoded together.
const PENDING: usize = 8192;

/// Reads a document.
///
/// # Errors
/// `damaged` when it does not begin as one, or nothing of it could be read.
pub fn read(input: &mut dyn Input, limits: &Limits) -> Result<Document, Words> {
    let mut head = [0; 5];
    input.read_exact(&mut head).map_err(damaged)?;
    if &head != b"{\\rtf" {
        return Err(damaged("not a rich text"));
    }
    input.seek(SeekFrom::Start(1)).map_err(damaged)?;
    let mut flow = Flow::new(limits);
    // A place that cannot be read ends the text below, with what was read until there.
    flow.document.has_members = pictures::are_in(input).unwrap_or(false);
    input.seek(SeekFrom::Start(1)).map_err(damaged)?;
    let mut reader = Reader::new(input, &mut flow, limits);
    reader.groups.push(Group::default());
    let result = reader.run();
    reader.flush();
    flow.kept(result);
    flow.leave_all();
    flow.finish("rtf 1")
}

/// What holds within a pair of braces.
#[derive(Clone, Debug)]
struct Group {
    destination: Destination,
    encoding: Option<&'static Encoding>,
    /// Characters that stand for a Unicode character to older readers and follow it.
    skipped: u32,
    in_table: bool,
    change: Option<Change>,
    hidden: bool,
    /// The change that a span of the flow is open for; by value, to see that it differs.
    place: Option<PartKind>,
}

impl Default for Group {
    fn default() -> Self {
        Self { destination: Destination::Text, encoding: None, skipped: 1, in_table: false, change: None, hidden: false, place: None }
    }
}

/// Text that a tracked change put in or took out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Change {
    deleted: bool,
    author: usize,
}

struct Reader<'r> {
    source: Source<'r>,
    flow: &'r mut Flow,
    groups: Vec<Group>,
    nesting: usize,
    fonts: Fonts,
    encoding: &'static Encoding,
    /// Bytes of text that were not decoded yet.
    bytes: Vec<u8>,
    /// The first half of a pair of `\u`.
    half: Option<u16>,
    /// Characters to pass over after a Unicode character.
    to_skip: u32,
    /// The next group is one that may be ignored.
    starred: bool,
    authors: Vec<String>,
    /// What a destination that is a fact or a name has gathered.
    gathered: String,
    /// Who wrote the comment that comes.
    commenter: String,
}

impl<'r> Reader<'r> {
    fn new(input: &'r mut dyn Input, flow: &'r mut Flow, limits: &Limits) -> Self {
        Self {
            source: Source::new(input),
            flow,
            groups: Vec::new(),
            nesting: limits.nesting,
            fonts: Fonts::default(),
            encoding: WINDOWS_1252,
            bytes: Vec::new(),
            half: None,
            to_skip: 0,
            starred: false,
            authors: Vec::new(),
            gathered: String::new(),
            commenter: String::new(),
        }
    }

    fn run(&mut self) -> Result<(), Words> {
        while !self.flow.is_full() {
            let Some(byte) = self.source.next()? else { break };
            match byte {
                b'{' => self.begin_group()?,
                b'}' => self.end_group(),
                b'\\' => self.control()?,
                b'\r' | b'\n' => {}
                byte => self.literal(byte),
            }
            if self.groups.is_empty() {
                break;
            }
        }
        Ok(())
    }

    fn group(&mut self) -> &mut Group {
        if self.groups.is_empty() {
            self.groups.push(Group::default());
        }
        self.groups.last_mut().expect("BUG: there is a group")
    }

    fn begin_group(&mut self) -> Result<(), Words> {
        self.flush();
        if self.groups.len() >= self.nesting {
            return Err(Words::new("nesting").with("limit", self.nesting));
        }
        let group = Group { place: None, ..self.group().clone() };
        self.groups.push(group);
        (self.to_skip, self.starred) = (0, false);
        Ok(())
    }

    fn end_group(&mut self) {
        self.flush();
        (self.to_skip, self.starred) = (0, false);
        let Some(group) = self.groups.pop() else { return };
        if let Some(part) = group.place {
            self.flow.leave(part);
            self.flow.gap(Gap::Line);
        }
        let outside = self.groups.last().map(|group| group.destination);
        if outside != Some(group.destination) {
            self.end_destination(group.destination);
        }
    }

    /// Facts and names are complete at the end of their group.
    fn end_destination(&mut self, destination: Destination) {
        let gathered = std::mem::take(&mut self.gathered);
        match destination {
            Destination::Fact(key) => self.flow.property(key, &gathered),
            Destination::Commenter => self.commenter = gathered.trim().to_owned(),
            Destination::Authors | Destination::Skip | Destination::Fonts | Destination::Info | Destination::Text => {}
        }
    }

    fn literal(&mut self, byte: u8) {
        if self.to_skip > 0 {
            self.to_skip -= 1;
        } else {
            self.byte(byte);
        }
    }

    fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
        if self.bytes.len() >= PENDING && byte.is_ascii() {
            self.flush();
        }
    }

    /// Decodes what waits and writes it where it belongs.
    fn flush(&mut self) {
        self.half = None;
        if self.bytes.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut self.bytes);
        let encoding = self.group().encoding.unwrap_or(self.encoding);
        let text = encoding.decode_without_bom_handling(&bytes).0;
        self.write(&text);
        self.bytes = bytes;
        self.bytes.clear();
    }

    fn write(&mut self, text: &str) {
        match self.group().destination {
            Destination::Text => self.write_text(text),
            Destination::Fact(_) | Destination::Commenter => {
                let room = NAME * 5 - self.gathered.len().min(NAME * 5);
                self.gathered.extend(text.chars().take(room / 4));
            }
            Destination::Authors => self.author(text),
            Destination::Skip | Destination::Fonts | Destination::Info => {}
        }
    }

    fn write_text(&mut self, text: &str) {
        let (part, name) = match *self.group() {
            Group { hidden: true, .. } => (PartKind::HiddenText, String::new()),
            Group { change: Some(Change { deleted, author }), .. } => {
                let part = if deleted { PartKind::Deleted } else { PartKind::Inserted };
                (part, self.authors.get(author).cloned().unwrap_or_default())
            }
            Group { .. } => return self.flow.push(text),
        };
        self.flow.enter(part, name);
        self.flow.push(text);
        self.flow.leave(part);
    }

    /// Names in the table of authors end with a semicolon each.
    fn author(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                ';' if self.authors.len() < AUTHORS => self.authors.push(std::mem::take(&mut self.gathered)),
                ';' => {}
                c if self.gathered.len() < NAME => self.gathered.push(c),
                _ => {}
            }
        }
    }

    fn control(&mut self) -> Result<(), Words> {
        let Some(byte) = self.source.next()? else { return Ok(()) };
        if byte.is_ascii_alphabetic() {
            let word = self.source.word(byte)?;
            return self.obey(word.name(), word.number);
        }
        match byte {
            b'\'' => {
                let (high, low) = (self.source.next()?, self.source.next()?);
                let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16)).unwrap_or(0);
                let byte = u8::try_from(digit(high) * 16 + digit(low)).unwrap_or(b'?');
                self.literal(byte);
            }
            b'*' => self.starred = true,
            b'\\' | b'{' | b'}' => self.literal(byte),
            b'~' => self.literal(b' '),
            b'_' => self.literal(b'-'),
            b'\r' | b'\n' => self.gap(Gap::Line),
            b'\t' => self.literal(b'\t'),
            _ => {}
        }
        Ok(())
    }

    fn obey(&mut self, word: &str, number: Option<i32>) -> Result<(), Words> {
        if word == "u" {
            self.unicode(number.unwrap_or(0));
            return Ok(());
        }
        if word == "bin" {
            return self.source.pass_over(number.unwrap_or(0));
        }
        if self.to_skip > 0 {
            self.to_skip -= 1;
            return Ok(());
        }
        let starred = std::mem::take(&mut self.starred);
        if let Some(destination) = destination::of(word, starred) {
            self.enter(word, destination);
        } else if let Some(character) = destination::symbol(word) {
            self.flush();
            self.write(character);
        } else {
            self.format(word, number);
        }
        Ok(())
    }

    fn enter(&mut self, word: &str, destination: Destination) {
        self.flush();
        let here = self.group().destination;
        // What is passed over is passed over with all that is in it; a Unicode form within may bring it back.
        if here == Destination::Skip && word != "ud" {
            return;
        }
        self.group().destination = destination;
        let place = destination::place(word).filter(|_| destination == Destination::Text);
        if let Some(part) = place {
            let name = if part == PartKind::Comment { std::mem::take(&mut self.commenter) } else { String::new() };
            self.flow.gap(Gap::Line);
            self.flow.enter(part, name);
            self.group().place = Some(part);
        }
    }

    fn format(&mut self, word: &str, number: Option<i32>) {
        let on = number != Some(0);
        let whole = usize::try_from(number.unwrap_or(0)).unwrap_or(0);
        match word {
            "par" | "line" | "softline" | "lbr" => {
                let in_table = self.group().in_table && word == "par";
                self.gap(if in_table { Gap::Space } else { Gap::Line });
            }
            "sect" | "page" => self.gap(Gap::Blank),
            "cell" | "nestcell" => self.gap(Gap::Tab),
            "row" | "nestrow" => self.gap(Gap::Line),
            "pard" => self.group().in_table = false,
            "intbl" => self.group().in_table = true,
            "uc" => self.group().skipped = u32::try_from(number.unwrap_or(1)).unwrap_or(1).min(8),
            "ansicpg" => self.encoding = crate::office::facts::code_page(u16::try_from(number.unwrap_or(0)).unwrap_or(0)),
            "mac" => self.encoding = crate::office::facts::code_page(10_000),
            "f" => self.font(whole),
            "fcharset" if self.group().destination == Destination::Fonts => self.fonts.charset(whole),
            "plain" => {
                self.change(None);
                self.group().hidden = false;
            }
            "v" => {
                self.flush();
                self.group().hidden = on;
            }
            "revised" | "deleted" => {
                let (author, deleted) = (self.group().change.map_or(0, |change| change.author), word == "deleted");
                self.change(on.then_some(Change { deleted, author }));
            }
            "revauth" | "revauthdel" => {
                let deleted = word == "revauthdel" || self.group().change.is_some_and(|change| change.deleted);
                self.change(Some(Change { deleted, author: whole }));
            }
            _ => {}
        }
    }

    fn font(&mut self, number: usize) {
        self.flush();
        if self.group().destination == Destination::Fonts {
            self.fonts.begin(number);
        } else {
            self.group().encoding = self.fonts.encoding(number);
        }
    }

    fn change(&mut self, change: Option<Change>) {
        self.flush();
        self.group().change = change;
    }

    fn gap(&mut self, gap: Gap) {
        self.flush();
        if self.group().destination == Destination::Text {
            self.flow.gap(gap);
        }
    }

    /// A UTF-16 unit as a signed number; two that belong together come one after the other.
    fn unicode(&mut self, number: i32) {
        let half = self.half.take();
        self.flush();
        self.to_skip = self.group().skipped;
        let Ok(unit) = u16::try_from(number & 0xffff) else { return };
        match (half, unit) {
            (_, 0xd800..=0xdbff) => self.half = Some(unit),
            (Some(high), 0xdc00..=0xdfff) => self.write(&String::from_utf16_lossy(&[high, unit])),
            (_, unit) => self.write(&String::from_utf16_lossy(&[unit])),
        }
    }
}

#[cfg(test)]
mod tests;
