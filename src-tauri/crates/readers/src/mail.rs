//! Mail: single messages, mailboxes, Outlook's messages and pages saved as messages.
//!
//! A message is read in one pass over its lines, in constant memory however large and however deeply nested it is. Attached
//! messages are members, not text of the message they are attached to. Not read: winmail.dat (it is a member as it is), yEnc,
//! and what is encrypted or signed as a whole (S/MIME, PGP).

mod body;
mod fields;
mod flowed;
mod lines;
pub mod mbox;
pub mod msg;
mod rtf_packed;
pub(crate) mod transfer;
mod uu;
mod walk;
pub mod web;

use crate::container::Spool;
use crate::{Document, Input, Limits, Text, damaged, names};
use body::Body;
use std::io::Read;
use walk::{Leaf, Walk};
use winnow_contract::Words;
use winnow_contract::asset::{PartKind, Place, Property};
use winnow_contract::worker::ExpandRequest;

/// Media type of a page that a browser saved as a message (`.mht`, `.mhtml`).
pub const SAVED_PAGE: &str = "application/x-mimearchive";
/// Media type of Outlook's `.msg`.
pub const OUTLOOK: &str = "application/vnd.ms-outlook";
/// Media type of a mailbox.
pub const MAILBOX: &str = "application/mbox";

const TOOL: &str = "mail 1";

/// Reads mail of the types `message/rfc822`, [`MAILBOX`], [`OUTLOOK`] and [`SAVED_PAGE`].
///
/// The text of a message is its headers, a line each with the place `mail_header` and their name, a blank line, and its body
/// once with the place `body`: the plain text, or the HTML where there is none worth reading. Properties: `from`, `to`, `cc`,
/// `date` (RFC 3339), `subject`, `message_id`, `in_reply_to`, `references` (ids parted by spaces), `list_id`, `attachments`.
/// A mailbox has no text, only members. A saved page has the text and `title` of its first page.
///
/// # Errors
/// `damaged` when it cannot be read at all.
pub fn read(input: &mut dyn Input, media_type: &str, limits: &Limits) -> Result<Document, Words> {
    match media_type {
        MAILBOX => Ok(Document { has_members: true, ..Document::default() }),
        OUTLOOK => msg::read(input, limits),
        SAVED_PAGE => web::read(input, limits),
        _ => read_message(input, limits),
    }
}

/// True when a file begins like a message: header lines only, one of them written by a mail program or on the way.
pub fn looks_like_message(head: &[u8]) -> bool {
    fields::look_like_a_head(head)
}

/// True when a file begins like a page that a browser saved as a message.
pub fn looks_like_saved_page(head: &[u8]) -> bool {
    looks_like_message(head) && web::is_page(head)
}

/// True when a file begins like a mailbox: a line that parts messages, and a message after it.
pub fn looks_like_mbox(head: &[u8]) -> bool {
    let (first, rest) = head.split_at(head.iter().position(|byte| *byte == b'\n').map_or(head.len(), |end| end + 1));
    mbox::parts_messages(first) && fields::has_fields(rest)
}

fn read_message(input: &mut dyn Input, limits: &Limits) -> Result<Document, Words> {
    input.rewind().map_err(damaged)?;
    let mut walk = Walk::open(input, limits.nesting).map_err(damaged)?;
    let heads = fields::of_message(walk.head());
    let mut body = Body::new(limits);
    let mut attachments = 0;
    while let Some(leaf) = walk.next_leaf().map_err(damaged)? {
        match leaf.is_body() {
            true => attachments += body.add(&leaf, &mut walk).map_err(damaged)?,
            false => attachments += 1,
        }
    }
    let mut notes = walk.notes();
    let (document, cut) = told(heads, &body.finish(), attachments, limits);
    notes.extend(cut);
    Ok(Document { partial: !notes.is_empty(), notes, ..document })
}

/// A message as text with places, and the note when it was cut.
fn told(heads: Vec<Property>, body: &str, attachments: usize, limits: &Limits) -> (Document, Option<Words>) {
    let mut text = Text::new(limits.text_chars);
    for head in &heads {
        let place = Place { part: PartKind::MailHeader, name: head.key.clone() };
        if let Some(title) = fields::title(&head.key) {
            text.push_at(place, &format!("{title}: {}", head.value));
            text.break_line(1);
        }
    }
    text.break_line(2);
    text.push_at(Place { part: PartKind::Body, name: String::new() }, body);
    let (text, cut) = text.finish(TOOL);
    let mut properties = heads;
    if attachments > 0 {
        properties.push(fields::property("attachments", &attachments.to_string()));
    }
    (Document { text: Some(text), properties, has_members: attachments > 0, ..Document::default() }, cut)
}

/// Attachments of a message, and all other parts that are not its body. Numbers are places among its parts and the
/// uuencoded files in its texts.
pub(crate) fn members(input: &mut dyn Input, request: &ExpandRequest, spool: &mut Spool) -> Result<(), Words> {
    input.rewind().map_err(damaged)?;
    let mut walk = Walk::open(input, request.limits.nesting as usize).map_err(damaged)?;
    while let Some(leaf) = walk.next_leaf().map_err(damaged)? {
        let step = if leaf.is_body() { uu::members(&leaf, &mut walk, spool)? } else { member(&leaf, &mut walk, spool)? };
        if step.is_break() {
            return Ok(());
        }
    }
    walk.notes().into_iter().for_each(|note| spool.note(note));
    Ok(())
}

/// One part to the spool. A message that is attached is named after its subject.
fn member(leaf: &Leaf, walk: &mut Walk, spool: &mut Spool) -> Result<std::ops::ControlFlow<()>, Words> {
    let mut content = leaf.content(walk);
    if !leaf.is_message() {
        return spool.member(leaf.number, &leaf.file_name(), 0, &mut content);
    }
    let Opening { head, name, mtime_ns } = Opening::of(&mut content);
    let name = leaf.name.as_deref().map_or(name, |name| names::from_words(name.strip_suffix(".eml").unwrap_or(name), "message", "eml"));
    spool.member(leaf.number, &name, mtime_ns, &mut head.chain(&mut content))
}

/// The beginning of a message, read ahead for its name.
struct Opening {
    head: std::io::Cursor<Vec<u8>>,
    name: Vec<u8>,
    mtime_ns: i64,
}

impl Opening {
    /// Reads 16 KiB, in which a subject usually stands.
    fn of(message: &mut dyn Read) -> Self {
        let mut head = Vec::new();
        // An error shows again when the rest is read.
        let _ = message.take(16 << 10).read_to_end(&mut head);
        let (subject, mtime_ns) = fields::subject_and_date(&head);
        Self { name: names::from_words(&subject, "message", "eml"), mtime_ns, head: std::io::Cursor::new(head) }
    }
}

#[cfg(test)]
mod tests;
