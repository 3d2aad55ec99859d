//! Gives a page to the tokenizer tag by tag, without attributes and comments, which say nothing here.
//!
//! The tokenizer compares every attribute with all those before it on its element: a million of them would cost their square.
//! Where a tag or a comment ends is told as the Living Standard tells it (13.2.5); what is no markup is left to the tokenizer.

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, TokenSink, Tokenizer};

/// What the tokenizer was told to take the text that comes for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Content {
    #[default]
    Markup,
    /// No markup, until the end tag of this name.
    Until(String),
    /// No markup to the end.
    Rest,
}

/// A sink that knows what it told the tokenizer.
pub trait Told: TokenSink {
    fn content(&self) -> Content;
}

/// What is given for a comment: text before and after it are not one.
const COMMENT: &str = "<!---->";

/// Gives all of `source` to the tokenizer, but not its end.
pub fn give<S: Told>(source: String, tokenizer: &Tokenizer<S>) {
    let mut giver = Giver { source: StrTendril::from(source), at: 0, tokenizer, input: BufferQueue::default() };
    loop {
        let goes_on = match giver.tokenizer.sink.content() {
            Content::Markup => giver.markup(),
            Content::Until(name) => giver.verbatim(&name),
            Content::Rest => false,
        };
        if !goes_on {
            break;
        }
    }
    giver.give_to(giver.source.len());
}

struct Giver<'t, S: Told> {
    source: StrTendril,
    /// Where what was not given begins.
    at: usize,
    tokenizer: &'t Tokenizer<S>,
    input: BufferQueue,
}

impl<S: Told> Giver<'_, S> {
    /// Text and the tag or comment behind it; false when there is none.
    fn markup(&mut self) -> bool {
        let Some(start) = self.source[self.at..].find('<').map(|found| self.at + found) else { return false };
        self.give_to(start);
        let rest = &self.source.as_bytes()[start..];
        match rest {
            [b'<', b'a'..=b'z' | b'A'..=b'Z', ..] => self.tag(start + 1),
            [b'<', b'/', b'a'..=b'z' | b'A'..=b'Z', ..] => self.tag(start + 2),
            [b'<', b'!' | b'?', ..] | [b'<', b'/', _, ..] => {
                let end = comment_end(rest).map_or(self.source.len(), |length| start + length);
                self.give_instead(COMMENT, end);
            }
            _ => self.give_to(start + 1),
        }
        true
    }

    /// A tag whose name begins at `name`. One that does not end is nothing.
    fn tag(&mut self, name: usize) {
        let bytes = &self.source.as_bytes()[name..];
        let name_end = name + bytes.iter().position(|byte| ends_name(*byte)).unwrap_or(bytes.len());
        match tag_end(self.source.as_bytes(), name_end) {
            Some((end, closes)) => {
                self.give_to(name_end);
                self.give_instead(if closes { "/>" } else { ">" }, end);
            }
            None => self.at = self.source.len(),
        }
    }

    /// What is no markup, to its end tag or what may be one: in a script, it may not. False when there is none.
    fn verbatim(&mut self, name: &str) -> bool {
        let Some(name_end) = end_tag(&self.source.as_bytes()[self.at..], name.as_bytes()).map(|found| self.at + found) else {
            return false;
        };
        self.give_to(name_end);
        self.give_instead(">", name_end + 1);
        if self.tokenizer.sink.content() == Content::Markup {
            self.at = tag_end(self.source.as_bytes(), name_end).map_or(self.source.len(), |(end, _)| end);
        }
        true
    }

    fn give_to(&mut self, end: usize) {
        let piece = u32::try_from(self.at).ok().zip(u32::try_from(end - self.at).ok());
        if let Some((at, length)) = piece.filter(|(_, length)| *length > 0) {
            self.give(self.source.subtendril(at, length));
        }
        self.at = end;
    }

    /// Gives `piece` in the place of everything before `end`.
    fn give_instead(&mut self, piece: &str, end: usize) {
        self.give(StrTendril::from(piece));
        self.at = end;
    }

    fn give(&self, piece: StrTendril) {
        self.input.push_back(piece);
        // It pauses at encoding marks and after scripts; there is nothing to wait for.
        while !self.input.is_empty() {
            let _ = self.tokenizer.feed(&self.input);
        }
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\x0c' | b'\r' | b' ')
}

fn ends_name(byte: u8) -> bool {
    is_blank(byte) || matches!(byte, b'/' | b'>')
}

/// How long the comment, document type or instruction is that `rest` begins with; none when it does not end.
fn comment_end(rest: &[u8]) -> Option<usize> {
    let Some(content) = rest.strip_prefix(b"<!--") else { return position(rest, b'>').map(|at| at + 1) };
    let begun = rest.len() - content.len();
    if let [b'>', ..] | [b'-', b'>', ..] = content {
        return position(rest, b'>').map(|at| at + 1);
    }
    let mut at = 0;
    loop {
        at += position(&content[at..], b'-')?;
        match content.get(at + 1..) {
            Some([b'-', b'>', ..]) => return Some(begun + at + 3),
            Some([b'-', b'!', b'>', ..]) => return Some(begun + at + 4),
            _ => at += 1,
        }
    }
}

fn position(bytes: &[u8], wanted: u8) -> Option<usize> {
    bytes.iter().position(|byte| *byte == wanted)
}

/// Where the name of the first end tag of this name ends, white space, a slash or the end of the tag behind it.
fn end_tag(bytes: &[u8], name: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += position(&bytes[at..], b'<')?;
        let end = at + 2 + name.len();
        let is_named = bytes[at..].starts_with(b"</") && bytes.get(at + 2..end).is_some_and(|found| found.eq_ignore_ascii_case(name));
        if is_named && bytes.get(end).is_some_and(|byte| ends_name(*byte)) {
            return Some(end);
        }
        at += 1;
    }
}

/// Where the tag ends whose name ends at `at`, and whether it closes itself; none when it does not end.
fn tag_end(source: &[u8], mut at: usize) -> Option<(usize, bool)> {
    loop {
        while is_blank(*source.get(at)?) {
            at += 1;
        }
        match source[at] {
            b'>' => return Some((at + 1, false)),
            b'/' if source.get(at + 1) == Some(&b'>') => return Some((at + 2, true)),
            b'/' => at += 1,
            _ => at = attribute_end(source, at)?,
        }
    }
}

/// Where the attribute ends that begins at `at`.
fn attribute_end(source: &[u8], at: usize) -> Option<usize> {
    // An equals sign at the beginning belongs to the name.
    let name = source[at + 1..].iter().position(|byte| ends_name(*byte) || *byte == b'=')?;
    let mut at = at + 1 + name;
    let after = at;
    while is_blank(*source.get(at)?) {
        at += 1;
    }
    if source[at] != b'=' {
        return Some(after);
    }
    at += 1;
    while is_blank(*source.get(at)?) {
        at += 1;
    }
    match source[at] {
        quote @ (b'"' | b'\'') => position(&source[at + 1..], quote).map(|length| at + length + 2),
        b'>' => Some(at),
        _ => source[at..].iter().position(|byte| is_blank(*byte) || *byte == b'>').map(|length| at + length),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_end_where_the_standard_says() {
        let check = |rest: &str, expected: Option<(usize, bool)>| assert_eq!(tag_end(rest.as_bytes(), 0), expected, "{rest}");
        check(">", Some((1, false)));
        check(" />x", Some((3, true)));
        check(" / >", Some((4, false)));
        check(" a='>' b=\">\" c>x", Some((15, false)));
        check(" a=b/>", Some((6, false)));
        check(" a = b />", Some((9, true)));
        check(" a=>", Some((4, false)));
        check(" =x='>'>", Some((8, false)));
        check(" a='b'c='>'/>", Some((13, true)));
        check(" \"'<>", Some((5, false)));
        check(" a='never", None);
        check(" a", None);
        check("", None);
    }

    #[test]
    fn comments_end_where_the_standard_says() {
        let check = |rest: &str, expected: Option<usize>| assert_eq!(comment_end(rest.as_bytes()), expected, "{rest}");
        check("<!-- > -->x", Some(10));
        check("<!-->x", Some(5));
        check("<!--->x", Some(6));
        check("<!---->x", Some(7));
        check("<!--a--!>x", Some(9));
        check("<!--a--!-->x", Some(11));
        check("<!-- - -- >", None);
        check("<!doctype html>x", Some(15));
        check("<?xml?>x", Some(7));
        check("</ >x", Some(4));
        check("<![CDATA[a]]>x", Some(13));
    }
}
