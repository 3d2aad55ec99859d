//! Outlook's messages (MS-OXMSG): a compound file with a stream for each property.
//!
//! Not read: named properties (categories, flags), and what is special to appointments, contacts and tasks.

mod copy;
mod stored;

use super::body::{chosen, decoded};
use super::{fields, rtf_packed, told};
use crate::container::Spool;
use crate::ole::Ole;
use crate::{Document, Input, Limits, html, names, office};
use mail_parser::DateTime;
use std::io::{Cursor, Read};
use stored::Stored;
use winnow_contract::Words;
use winnow_contract::asset::Property;

/// Bytes of one attachment that are read into memory.
const ATTACHMENT: u64 = 256 << 20;
/// 100 ns from 1601 to 1970.
const EPOCH: u64 = 116_444_736_000_000_000;

/// Properties by their number (MS-OXPROPS).
mod tag {
    pub const SUBJECT: u16 = 0x0037;
    pub const SENT: u16 = 0x0039;
    pub const HEADERS: u16 = 0x007d;
    pub const RECIPIENT_KIND: u16 = 0x0c15;
    pub const SENDER_NAME: u16 = 0x0c1a;
    pub const SENDER_ADDRESS: u16 = 0x0c1f;
    pub const DELIVERED: u16 = 0x0e06;
    pub const BODY: u16 = 0x1000;
    pub const RTF: u16 = 0x1009;
    pub const HTML: u16 = 0x1013;
    pub const MESSAGE_ID: u16 = 0x1035;
    pub const REFERENCES: u16 = 0x1039;
    pub const IN_REPLY_TO: u16 = 0x1042;
    pub const NAME: u16 = 0x3001;
    pub const ADDRESS: u16 = 0x3003;
    pub const MODIFIED: u16 = 0x3008;
    pub const CONTENT: u16 = 0x3701;
    pub const SHORT_FILE_NAME: u16 = 0x3704;
    pub const FILE_NAME: u16 = 0x3707;
    pub const SMTP_ADDRESS: u16 = 0x39fe;
    pub const INTERNET_CODEPAGE: u16 = 0x3fde;
    pub const SENDER_SMTP: u16 = 0x5d01;
}

/// The message as text with places, as every other message.
///
/// # Errors
/// `damaged` when it is no compound file.
pub fn read(input: &mut dyn Input, limits: &Limits) -> Result<Document, Words> {
    let mut ole = Ole::open(input)?;
    let mut message = Stored::new(&mut ole);
    let heads = heads(&mut message);
    let body = body(&mut message, limits);
    let attachments = message.storages("__attach_version1.0_").len();
    let (document, cut) = told(heads, &body, attachments, limits);
    Ok(Document { partial: cut.is_some(), notes: cut.into_iter().collect(), ..document })
}

/// Attachments by their number in the file. A message in the message becomes a file of its own, the same one every time.
pub fn members(input: &mut dyn Input, spool: &mut Spool) -> Result<(), Words> {
    let mut ole = Ole::open(input)?;
    let mut message = Stored::new(&mut ole);
    for (number, storage) in message.storages("__attach_version1.0_").into_iter().enumerate() {
        let number = number as u64;
        if spool.only().is_some_and(|only| only != number) {
            continue;
        }
        let (name, content) = attachment(&mut message, storage, number);
        let mtime_ns = message.fixed(storage, 8, tag::MODIFIED).map_or(0, unix_ns);
        let step = match content {
            Some(bytes) => spool.member(number, &name, mtime_ns, &mut bytes.as_slice())?,
            None => spool.member(number, &name, mtime_ns, &mut Missing)?,
        };
        if step.is_break() {
            return Ok(());
        }
    }
    Ok(())
}

/// Headers as they came over the network, completed by what Outlook keeps.
fn heads(message: &mut Stored) -> Vec<Property> {
    let mut heads = message.text(0, tag::HEADERS).map(|headers| fields::of_message(headers.trim_start().as_bytes())).unwrap_or_default();
    let date = [tag::SENT, tag::DELIVERED].into_iter().find_map(|tag| message.fixed(0, 32, tag)).map(date);
    let kept = [
        ("subject", message.text(0, tag::SUBJECT)),
        ("from", sender(message)),
        ("to", recipients(message, 1)),
        ("cc", recipients(message, 2)),
        ("date", date),
        ("message_id", message.text(0, tag::MESSAGE_ID).map(|id| without_brackets(&id))),
        ("in_reply_to", message.text(0, tag::IN_REPLY_TO).map(|id| without_brackets(&id))),
        ("references", message.text(0, tag::REFERENCES).map(|ids| without_brackets(&ids))),
    ];
    for (key, value) in kept {
        let value = value.map(|value| fields::property(key, &value)).filter(|head| !head.value.is_empty());
        if !heads.iter().any(|head| head.key == key) {
            heads.extend(value);
        }
    }
    heads
}

fn sender(message: &mut Stored) -> Option<String> {
    let address =
        message.text(0, tag::SENDER_SMTP).or_else(|| message.text(0, tag::SENDER_ADDRESS).filter(|address| address.contains('@')));
    named(message.text(0, tag::SENDER_NAME), address)
}

fn recipients(message: &mut Stored, kind: u64) -> Option<String> {
    let mut all = Vec::new();
    for storage in message.storages("__recip_version1.0_") {
        if message.fixed(storage, 8, tag::RECIPIENT_KIND).unwrap_or(1) & 0xf != kind {
            continue;
        }
        let address = message
            .text(storage, tag::SMTP_ADDRESS)
            .or_else(|| message.text(storage, tag::ADDRESS).filter(|address| address.contains('@')));
        all.extend(named(message.text(storage, tag::NAME), address));
    }
    (!all.is_empty()).then(|| all.join(", "))
}

fn named(name: Option<String>, address: Option<String>) -> Option<String> {
    match (name, address) {
        (Some(name), Some(address)) if name.trim_matches('\'') != address => Some(format!("{name} <{address}>")),
        (name, address) => address.or(name),
    }
}

fn without_brackets(ids: &str) -> String {
    ids.split(['<', '>']).map(str::trim).filter(|id| !id.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The plain text; the HTML where that says more; the RTF where there is neither.
fn body(message: &mut Stored, limits: &Limits) -> String {
    let bytes = limits.unpacked_bytes.min((limits.text_chars as u64).saturating_mul(16).saturating_add(4096));
    let plain = message.text(0, tag::BODY).unwrap_or_default().replace("\r\n", "\n");
    let page = message.fixed(0, 32, tag::INTERNET_CODEPAGE).and_then(stored::label);
    let source = message.binary(0, tag::HTML, bytes).map(|html| decoded(&html, true, page)).or_else(|| message.text(0, tag::HTML));
    let web = source.map(|source| html::read(source, limits.text_chars).text).unwrap_or_default();
    if !plain.trim().is_empty() || !web.trim().is_empty() {
        return chosen(plain, web);
    }
    let rtf = message.binary(0, tag::RTF, bytes).map(|packed| rtf_packed::unpacked(&packed));
    rtf.and_then(|rtf| office::rtf_text(&rtf, limits)).unwrap_or_default()
}

/// The name and the bytes of an attachment; no bytes when they cannot be read.
fn attachment(message: &mut Stored, storage: usize, number: u64) -> (Vec<u8>, Option<Vec<u8>>) {
    if let Some(inner) = message.storage_in(storage, tag::CONTENT) {
        let subject = message.text(inner, tag::SUBJECT).unwrap_or_default();
        let (otherwise, extension) = if message.is_message(inner) { ("message", "msg") } else { ("object", "ole") };
        return (names::from_words(&subject, otherwise, extension), copy::file(message, inner, ATTACHMENT).ok());
    }
    let known = [tag::FILE_NAME, tag::SHORT_FILE_NAME, tag::NAME].into_iter().find_map(|tag| message.text(storage, tag));
    let name = known.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| format!("attachment {}", number + 1));
    (name.into_bytes(), message.binary(storage, tag::CONTENT, ATTACHMENT))
}

/// An attachment that is not there.
struct Missing;

impl Read for Missing {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::UnexpectedEof.into())
    }
}

fn unix_ns(file_time: u64) -> i64 {
    i64::try_from((i128::from(file_time) - i128::from(EPOCH)) * 100).unwrap_or(0)
}

fn date(file_time: u64) -> String {
    DateTime::from_timestamp(unix_ns(file_time).div_euclid(1_000_000_000)).to_rfc3339()
}

/// A message as an input of its own.
type File = Cursor<Vec<u8>>;

#[cfg(test)]
mod tests;
