//! Pages that browsers saved as messages: the page as text, and what hangs on it.
//!
//! Pictures, styles, scripts and fonts of the page are no members: they are the page. Everything else is: frames, documents, sound.

use super::body::decoded;
use super::fields;
use super::walk::{Leaf, Level, Walk};
use crate::container::Spool;
use crate::{Document, Input, Limits, Text, damaged, html};
use std::io::Read;
use winnow_contract::Words;
use winnow_contract::worker::ExpandRequest;

const TOOL: &str = "page 1";

/// A page is related parts that nobody sent to anybody.
pub fn is_page(head: &[u8]) -> bool {
    let block = fields::block(head);
    fields::of_part(block).level == Some(Level::Related)
        && !["to", "received", "delivered-to"].iter().any(|name| fields::has_field(block, name))
}

/// The text of the first page, with its title and address.
pub fn read(input: &mut dyn Input, limits: &Limits) -> Result<Document, Words> {
    input.rewind().map_err(damaged)?;
    let mut walk = Walk::open(input, limits.nesting).map_err(damaged)?;
    let heads = fields::of_message(walk.head());
    let mut document = Document::default();
    while let Some(leaf) = walk.next_leaf().map_err(damaged)? {
        if document.text.is_none() && is_web(&leaf) {
            page(&leaf, &mut walk, limits, &mut document)?;
        } else {
            document.has_members |= !belongs(&leaf);
        }
    }
    document.properties.extend(heads.into_iter().filter(|head| head.key == "date"));
    document.notes.extend(walk.notes());
    document.partial = !document.notes.is_empty();
    Ok(document)
}

/// What is no part of the page. Numbers are places among all parts.
pub fn members(input: &mut dyn Input, request: &ExpandRequest, spool: &mut Spool) -> Result<(), Words> {
    input.rewind().map_err(damaged)?;
    let mut walk = Walk::open(input, request.limits.nesting as usize).map_err(damaged)?;
    let mut page_seen = false;
    while let Some(leaf) = walk.next_leaf().map_err(damaged)? {
        let is_first = !page_seen && is_web(&leaf);
        page_seen |= is_first;
        if !is_first && !belongs(&leaf) && super::member(&leaf, &mut walk, spool)?.is_break() {
            return Ok(());
        }
    }
    walk.notes().into_iter().for_each(|note| spool.note(note));
    Ok(())
}

fn page(leaf: &Leaf, walk: &mut Walk, limits: &Limits, document: &mut Document) -> Result<(), Words> {
    let wanted = (limits.text_chars as u64).saturating_mul(16).saturating_add(4096).min(limits.unpacked_bytes);
    let mut bytes = Vec::new();
    leaf.content(walk).take(wanted).read_to_end(&mut bytes).map_err(damaged)?;
    let whole = (bytes.len() as u64) < wanted;
    let page = html::read(decoded(&bytes, whole, leaf.head.charset.as_deref()), limits.text_chars);
    let mut text = Text::new(limits.text_chars);
    text.push(&page.text);
    let (text, cut) = text.finish(TOOL);
    let cut = cut.or_else(|| (page.cut || !whole).then(|| Words::new("text_cut").with("limit", limits.text_chars)));
    document.notes.extend(cut);
    document.text = Some(text);
    let told = [("title", page.title.as_deref()), ("address", leaf.head.location.as_deref())];
    document.properties.extend(told.into_iter().filter_map(|(key, value)| Some(fields::property(key, value?))));
    Ok(())
}

fn is_web(leaf: &Leaf) -> bool {
    matches!(leaf.head.media.as_str(), "text/html" | "application/xhtml+xml")
}

/// Pictures, styles, scripts and fonts.
fn belongs(leaf: &Leaf) -> bool {
    let media = leaf.head.media.as_str();
    let of_page = [
        "image/",
        "font/",
        "text/css",
        "text/javascript",
        "application/javascript",
        "application/x-javascript",
        "application/font",
        "application/x-font",
    ];
    of_page.iter().any(|start| media.starts_with(start))
}
