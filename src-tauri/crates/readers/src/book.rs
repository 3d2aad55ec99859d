//! Reads EPUB books: chapters in the order of the spine, title, author and the like.
//!
//! Pictures, styles and scripts are not looked at. A book whose chapters are encrypted is locked, whatever the password.

use crate::flow::Flow;
use crate::gap::Gap;
use crate::office::{facts, relations};
use crate::packed::Packed;
use crate::xml::Token;
use crate::{Document, Input, Limits, cannot_unlock, encoding, html};
use std::collections::{HashMap, HashSet};
use winnow_contract::Words;
use winnow_contract::asset::PartKind;

/// Items of a book that are kept.
const ITEMS: usize = 100_000;
/// Bytes of one chapter that are read.
const CHAPTER: u64 = 64 << 20;

/// Reads a book.
///
/// # Errors
/// `cannot_unlock` when chapters are encrypted, `damaged` when it is no package or has no readable chapter.
pub fn read(input: &mut dyn Input, limits: &Limits) -> Result<Document, Words> {
    let mut packed = Packed::open(input, limits)?;
    let mut flow = Flow::new(limits);
    let main = main(&mut packed)?;
    let chapters = spine(&mut packed, &main)?;
    let encrypted = encrypted(&mut packed);
    if chapters.iter().any(|chapter| encrypted.contains(chapter)) {
        return Err(cannot_unlock());
    }
    facts::part(&mut packed, &main, &mut flow);
    flow.property("chapters", &chapters.len().to_string());
    for (number, part) in chapters.iter().enumerate() {
        if flow.is_full() {
            flow.push(" ");
            break;
        }
        let result = chapter(&mut packed, part, number + 1, limits, &mut flow);
        flow.kept(result);
    }
    flow.finish("epub 1")
}

/// The part that describes the book.
fn main(packed: &mut Packed<'_>) -> Result<String, Words> {
    if let Some(mut xml) = packed.xml("META-INF/container.xml")? {
        while let Some(token) = xml.next()? {
            let Token::Open(element) = token else { continue };
            if let Some(path) = element.get("full-path") {
                return Ok(path);
            }
        }
    }
    let found = packed.names().find(|name| name.ends_with(".opf"));
    found.ok_or_else(|| crate::damaged("there is no description of the book"))
}

/// The chapters' parts in order.
fn spine(packed: &mut Packed<'_>, main: &str) -> Result<Vec<String>, Words> {
    let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut items: HashMap<String, String> = HashMap::new();
    let mut chapters = Vec::new();
    let Some(mut xml) = packed.xml(main)? else { return Ok(chapters) };
    while let Some(token) = xml.next()? {
        let Token::Open(element) = token else { continue };
        match element.name() {
            "item" if items.len() < ITEMS => {
                if let (Some(id), Some(href)) = (element.get("id"), element.get("href")) {
                    items.insert(id, relations::resolve(folder, &unescaped(&href)));
                }
            }
            "itemref" if chapters.len() < ITEMS => {
                let id = element.get("idref").unwrap_or_default();
                chapters.extend(items.remove(&id));
            }
            _ => {}
        }
    }
    Ok(chapters)
}

/// Parts that are encrypted; fonts often are, to no harm.
fn encrypted(packed: &mut Packed<'_>) -> HashSet<String> {
    let mut parts = HashSet::new();
    let Ok(Some(mut xml)) = packed.xml("META-INF/encryption.xml") else { return parts };
    while let Ok(Some(token)) = xml.next() {
        let Token::Open(element) = token else { continue };
        if element.name() == "CipherReference" && parts.len() < ITEMS {
            parts.extend(element.get("URI").map(|part| unescaped(&part)));
        }
    }
    parts
}

fn chapter(packed: &mut Packed<'_>, part: &str, number: usize, limits: &Limits, flow: &mut Flow) -> Result<(), Words> {
    let bytes = packed.bytes(part, CHAPTER)?;
    if bytes.is_empty() {
        return Ok(());
    }
    let left = limits.text_chars.saturating_sub(flow.length()).saturating_add(1);
    let page = html::read(encoding::to_text(&bytes, true, None).text, left);
    flow.gap(Gap::Blank);
    flow.enter(PartKind::Chapter, number.to_string());
    flow.push(page.text.trim());
    flow.leave(PartKind::Chapter);
    Ok(())
}

/// A link with `%20` and the like as the bytes they stand for.
fn unescaped(link: &str) -> String {
    let link = link.split('#').next().unwrap_or_default();
    if !link.contains('%') {
        return link.to_owned();
    }
    let (mut bytes, mut rest) = (Vec::with_capacity(link.len()), link.as_bytes());
    while let Some((first, others)) = rest.split_first() {
        let code = others.get(..2).and_then(|two| std::str::from_utf8(two).ok()).and_then(|two| u8::from_str_radix(two, 16).ok());
        match code.filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &others[2..];
            }
            None => {
                bytes.push(*first);
                rest = others;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::unescaped;

    #[test]
    fn links_are_names_of_parts() {
        let check = |link: &str, expected: &str| assert_eq!(unescaped(link), expected);
        check("text/one.xhtml#top", "text/one.xhtml");
        check("a%20b%C3%A4.html", "a b\u{e4}.html");
        check("100%", "100%");
        check("%zz", "%zz");
    }
}
