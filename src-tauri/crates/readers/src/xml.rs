//! A bounded reader of XML, token by token, for the parts of office files and books.
//!
//! Declared encodings are honoured. No tree is built, no document type is read: entities that one declares stand for nothing,
//! and nothing outside the part is looked up. Elements that do not match are forgiven, for damaged files are read as far as they go.

mod decoded;

use decoded::Decoded;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Error, Reader};
use std::borrow::Cow;
use std::io::Read;
use winnow_contract::Words;

use crate::{Stop, damaged};

/// Attributes of one element that are looked at.
const ATTRIBUTES: usize = 1000;

/// What comes next in a part.
#[derive(Debug)]
pub enum Token<'a> {
    Open(Element<'a>),
    /// The local name of the element that ends.
    Close(&'a str),
    Text(Cow<'a, str>),
    /// A comment, an instruction or the like.
    Nothing,
}

/// The beginning of an element.
#[derive(Debug)]
pub struct Element<'a>(BytesStart<'a>);

impl Element<'_> {
    /// The name without prefix.
    pub fn name(&self) -> &str {
        local(self.0.name().0)
    }

    /// The value of the first attribute with this local name, whatever its prefix.
    pub fn get(&self, name: &str) -> Option<String> {
        self.find(|key| local(key) == name)
    }

    /// The value of the first attribute with this local name that has a prefix, e.g. `r:id` beside `id`.
    pub fn get_prefixed(&self, name: &str) -> Option<String> {
        self.find(|key| key.split_once(':').is_some_and(|(_, local)| local == name))
    }

    /// An attribute that is a number.
    pub fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.get(name)?.trim().parse().ok()
    }

    /// An attribute that means yes: `1`, `true` or `on`.
    pub fn flag(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| matches!(value.as_str(), "1" | "true" | "on"))
    }

    /// Calls `f` with every attribute: local name and raw value, of which few need more.
    pub fn each(&self, mut f: impl FnMut(&str, &str)) {
        for attribute in self.0.attributes().with_checks(false).flatten().take(ATTRIBUTES) {
            f(local(attribute.key.0), &attribute.value);
        }
    }

    fn find(&self, wanted: impl Fn(&str) -> bool) -> Option<String> {
        let mut attributes = self.0.attributes();
        let mut attributes = attributes.with_checks(false).flatten().take(ATTRIBUTES);
        let found = attributes.find(|attribute| wanted(attribute.key.0))?;
        let value = found.normalized_value(XmlVersion::Implicit1_0);
        Some(value.map_or_else(|_| found.value.clone().into_owned(), Cow::into_owned))
    }
}

fn local(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, local)| local)
}

/// Reads one part.
pub struct Xml<R: Read> {
    reader: Reader<Decoded<R>>,
    buffer: Vec<u8>,
    /// Local name of the element that ended last.
    closed: String,
    /// The last element was empty: its end comes next.
    closes: bool,
    depth: usize,
    limit: usize,
}

impl<R: Read> Xml<R> {
    /// Reads `source`, whose elements may be nested `nesting` deep.
    pub fn new(source: R, nesting: usize) -> Self {
        let mut reader = Reader::from_reader(Decoded::new(source));
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        Self { reader, buffer: Vec::new(), closed: String::new(), closes: false, depth: 0, limit: nesting }
    }

    /// The next token; none at the end.
    ///
    /// # Errors
    /// `nesting` when elements are nested too deeply, `damaged` when it is no XML, or what the source of bytes says.
    pub fn next(&mut self) -> Result<Option<Token<'_>>, Words> {
        if std::mem::take(&mut self.closes) {
            self.depth = self.depth.saturating_sub(1);
            return Ok(Some(Token::Close(&self.closed)));
        }
        self.buffer.clear();
        self.reader.get_mut().begin_token();
        let event = self.reader.read_event_into(&mut self.buffer).map_err(reason)?;
        self.closes = matches!(event, Event::Empty(_));
        Ok(Some(match event {
            Event::Start(start) | Event::Empty(start) => {
                self.depth += 1;
                if self.depth > self.limit {
                    return Err(Words::new("nesting").with("limit", self.limit));
                }
                if self.closes {
                    local(start.name().0).clone_into(&mut self.closed);
                }
                Token::Open(Element(start))
            }
            Event::End(end) => {
                self.depth = self.depth.saturating_sub(1);
                local(end.name().0).clone_into(&mut self.closed);
                Token::Close(&self.closed)
            }
            Event::Text(text) => Token::Text(text.into_inner()),
            Event::CData(text) => Token::Text(text.into_inner()),
            Event::GeneralRef(reference) => referred(&reference),
            Event::Eof => return Ok(None),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => Token::Nothing,
        }))
    }

    /// Passes over the rest of the element that was just opened.
    pub fn skip(&mut self) -> Result<(), Words> {
        self.leave(self.depth.saturating_sub(1))
    }

    /// Passes over everything until only `depth` elements are open.
    pub fn leave(&mut self, depth: usize) -> Result<(), Words> {
        while self.depth > depth && self.next()?.is_some() {}
        Ok(())
    }

    /// The text in the element that was just opened, at most `limit` bytes of it, elements within it included.
    pub fn text(&mut self, limit: usize) -> Result<String, Words> {
        let outside = self.depth.saturating_sub(1);
        let mut gathered = String::new();
        while self.depth > outside {
            match self.next()? {
                Some(Token::Text(text)) if gathered.len() + text.len() <= limit => gathered.push_str(&text),
                Some(_) => {}
                None => break,
            }
        }
        Ok(gathered)
    }

    /// Elements that are open.
    pub fn depth(&self) -> usize {
        self.depth
    }
}

fn referred(reference: &BytesRef<'_>) -> Token<'static> {
    if let Ok(Some(c)) = reference.resolve_char_ref() {
        return Token::Text(Cow::Owned(c.to_string()));
    }
    match quick_xml::escape::resolve_predefined_entity(reference) {
        Some(text) => Token::Text(Cow::Borrowed(text)),
        None => Token::Nothing,
    }
}

fn reason(error: Error) -> Words {
    match &error {
        Error::Io(error) => Stop::words(error),
        Error::Syntax(_) | Error::IllFormed(_) | Error::InvalidAttr(_) | Error::Encoding(_) | Error::Escape(_) | Error::Namespace(_) => {
            damaged(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(source: &[u8], nesting: usize) -> Result<String, Words> {
        let mut xml = Xml::new(source, nesting);
        let mut told = String::new();
        while let Some(token) = xml.next()? {
            match token {
                Token::Open(element) => told.push_str(&format!("<{}", element.name())),
                Token::Close(name) => told.push_str(&format!("{name}>")),
                Token::Text(text) => told.push_str(&text),
                Token::Nothing => {}
            }
        }
        Ok(told)
    }

    #[test]
    fn a_part_is_told_token_by_token() {
        let check = |source: &[u8], expected: &str| assert_eq!(tokens(source, 10), Ok(expected.to_owned()));
        check(b"<a:b>x<c/>y</a:b>", "<bx<cc>yb>");
        check(b"<a>&lt;&#228;&amp;&#xe4;</a>", "<a<\u{e4}&\u{e4}a>");
        check(b"<?xml version='1.0' encoding='iso-8859-1'?><a>\xe4</a>", "<a\u{e4}a>");
        check(b"\xff\xfe<\0a\0>\0\xe4\0<\0/\0a\0>\0", "<a\u{e4}a>");
        check(b"<a>\xe4</a>", "<a\u{fffd}a>");
        check(b"<a><![CDATA[<x>]]></a>", "<a<x>a>");
        check(b"<a></b></a>", "<ab>a>");
    }

    #[test]
    fn a_document_type_stands_for_nothing() {
        let bomb = b"<!DOCTYPE a [<!ENTITY x 'ha'><!ENTITY y '&x;&x;'><!ENTITY z SYSTEM 'file:///etc/passwd'>]><a>&y;&z;.</a>";
        assert_eq!(tokens(bomb, 10), Ok("<a.a>".to_owned()));
    }

    #[test]
    fn a_million_nested_elements_end_at_the_limit() {
        let source = "<a>".repeat(1_000_000);
        assert_eq!(tokens(source.as_bytes(), 100), Err(Words::new("nesting").with("limit", 100)));
    }

    #[test]
    fn one_token_cannot_fill_the_memory() {
        let source = format!("<a b=\"{}\"/>", "x".repeat(40 << 20));
        assert_eq!(tokens(source.as_bytes(), 100).map_err(|words| words.code), Err("damaged".to_owned()));
    }

    #[test]
    fn attributes_are_found_by_their_local_name() {
        let mut xml = Xml::new(&b"<a id='1' r:id='2&amp;3' w:val='true'/>"[..], 5);
        let Ok(Some(Token::Open(element))) = xml.next() else { panic!("an element") };
        assert_eq!(element.get("id").as_deref(), Some("1"));
        assert_eq!(element.get_prefixed("id").as_deref(), Some("2&3"));
        assert!(element.flag("val"));
        assert_eq!(element.get("none"), None);
    }
}
