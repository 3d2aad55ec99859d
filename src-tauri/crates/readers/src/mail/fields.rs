//! Headers of messages and parts: what they say, decoded (RFC 5322, 2047, 2231).
//!
//! The fields themselves are read with `mail-parser`; only blocks of bounded size come here.

use super::transfer::Transfer;
use super::walk::Level;
use crate::encoding;
use mail_parser::{Address, DateTime, HeaderName, HeaderValue, Message, MessageParser, MimeHeaders};
use winnow_contract::asset::Property;

/// Characters of a header that are kept.
const VALUE: usize = 20_000;

/// What the headers of a part say.
#[derive(Clone, Debug, Default)]
pub struct PartHead {
    /// Lower case, `text/plain` when it is not said.
    pub media: String,
    said: bool,
    pub level: Option<Level>,
    pub boundary: Option<String>,
    pub charset: Option<String>,
    pub transfer: Transfer,
    /// As it was given, folders and all.
    pub name: Option<String>,
    pub attached: bool,
    /// Lines flow (RFC 3676); true within when the space at their ends is to go.
    pub flowed: Option<bool>,
    /// Where it was on the web.
    pub location: Option<String>,
}

impl PartHead {
    /// Parts of a digest are messages unless they say otherwise.
    pub fn default_to(&mut self, level: Level) {
        if level == Level::Digest && !self.said {
            self.media = "message/rfc822".into();
        }
    }
}

/// The headers of a part.
pub fn of_part(head: &[u8]) -> PartHead {
    with_fields(head, |message| message.parts.first().map(part_head))
        .flatten()
        .unwrap_or_else(|| PartHead { media: "text/plain".into(), ..PartHead::default() })
}

fn part_head(part: &mail_parser::MessagePart) -> PartHead {
    let content = part.content_type();
    let said = |name: &str| content.and_then(|content| content.attribute(name)).map(str::to_owned);
    let media = content.map(|content| format!("{}/{}", content.ctype(), content.subtype().unwrap_or_default()).to_lowercase());
    let is = |name: &str, value: &str| said(name).is_some_and(|said| said.eq_ignore_ascii_case(value));
    let boundary = said("boundary").map(|boundary| boundary.trim_end().to_owned()).filter(|boundary| !boundary.is_empty());
    // Several parts with nothing between them are a text.
    let media = media.filter(|media| boundary.is_some() || level(media).is_none());
    PartHead {
        level: media.as_deref().and_then(level),
        said: media.is_some(),
        boundary,
        charset: said("charset"),
        transfer: Transfer::of(part.content_transfer_encoding().unwrap_or_default()),
        name: part.attachment_name().map(one_line).filter(|name| !name.is_empty()),
        attached: part.content_disposition().is_some_and(|disposition| disposition.is_attachment()),
        flowed: is("format", "flowed").then(|| is("delsp", "yes")),
        location: part.content_location().map(one_line),
        media: media.filter(|media| media.len() > 1).unwrap_or_else(|| "text/plain".into()),
    }
}

fn level(media: &str) -> Option<Level> {
    match media.strip_prefix("multipart/")? {
        "alternative" => Some(Level::Alternative),
        "related" => Some(Level::Related),
        "digest" => Some(Level::Digest),
        _ => Some(Level::Mixed),
    }
}

/// The headers of a message that are kept, in the order in which they are shown.
pub fn of_message(head: &[u8]) -> Vec<Property> {
    with_fields(head, listed).unwrap_or_default().into_iter().filter(|head| !head.value.is_empty()).collect()
}

fn listed(message: &Message) -> Vec<Property> {
    let ids = |value: &HeaderValue| match value {
        HeaderValue::Text(id) => id.to_string(),
        HeaderValue::TextList(ids) => ids.join(" "),
        _ => String::new(),
    };
    let date = message.date().filter(|date| date.is_valid()).map(DateTime::to_rfc3339);
    let list = message
        .header_raw(HeaderName::ListId)
        .map(|list| list.rsplit_once('<').map_or(list, |(_, id)| id.split('>').next().unwrap_or_default()).to_owned());
    let heads = [
        ("subject", message.subject().map(str::to_owned)),
        ("from", message.from().map(addresses)),
        ("to", message.to().map(addresses)),
        ("cc", message.cc().map(addresses)),
        ("date", date),
        ("message_id", message.message_id().map(str::to_owned)),
        ("in_reply_to", Some(ids(message.in_reply_to()))),
        ("references", Some(ids(message.references()))),
        ("list_id", list),
    ];
    heads.into_iter().filter_map(|(key, value)| Some(property(key, &value?))).collect()
}

/// `Name <address>`, parted by commas.
fn addresses(list: &Address) -> String {
    let one = |address: &mail_parser::Addr| match (address.name(), address.address()) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (name, address) => name.or(address).unwrap_or_default().to_owned(),
    };
    list.iter().map(one).filter(|address| !address.is_empty()).collect::<Vec<_>>().join(", ")
}

/// How a header is called in the text; none for those that are only properties.
pub fn title(key: &str) -> Option<&'static str> {
    let titles = [("subject", "Subject"), ("from", "From"), ("to", "To"), ("cc", "Cc"), ("date", "Date")];
    titles.iter().find(|(known, _)| *known == key).map(|(_, title)| *title)
}

/// A property on one line of bounded length.
pub fn property(key: &str, value: &str) -> Property {
    Property { key: key.to_owned(), value: one_line(value).chars().take(VALUE).collect() }
}

/// The subject, and the date in nanoseconds since 1970 or 0.
pub fn subject_and_date(message: &[u8]) -> (String, i64) {
    let found = with_fields(block(message), |message| {
        let date = message.date().filter(|date| date.is_valid()).map_or(0, DateTime::to_timestamp);
        (message.subject().map(one_line).unwrap_or_default(), date.saturating_mul(1_000_000_000))
    });
    found.unwrap_or_default()
}

/// The header lines at the beginning of a message.
pub fn block(message: &[u8]) -> &[u8] {
    let ends = [&b"\n\n"[..], b"\n\r\n"].map(|end| message.windows(end.len()).position(|window| window == end));
    &message[..ends.into_iter().flatten().min().unwrap_or(message.len())]
}

/// Header lines as fields. Bytes that are no UTF-8, which no standard allows, are read in the encoding they look like.
fn with_fields<T>(head: &[u8], read: impl FnOnce(&Message) -> T) -> Option<T> {
    let mut block = match std::str::from_utf8(head) {
        Ok(_) => head.to_vec(),
        Err(_) => encoding::to_text(head, true, None).text.into_bytes(),
    };
    block.extend_from_slice(b"\r\n\r\n");
    MessageParser::default().parse_headers(&block).map(|message| read(&message))
}

/// White space and control characters become single spaces.
pub fn one_line(value: &str) -> String {
    let words = value.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// The extension for parts without a name.
pub fn extension(media: &str) -> &'static str {
    let extensions = [
        ("text/plain", "txt"),
        ("text/html", "html"),
        ("text/calendar", "ics"),
        ("text/rtf", "rtf"),
        ("text/csv", "csv"),
        ("text/vcard", "vcf"),
        ("image/jpeg", "jpg"),
        ("image/png", "png"),
        ("image/gif", "gif"),
        ("image/tiff", "tiff"),
        ("application/pdf", "pdf"),
        ("application/rtf", "rtf"),
        ("application/zip", "zip"),
        ("application/pgp-signature", "asc"),
        ("application/pkcs7-signature", "p7s"),
        ("application/x-pkcs7-signature", "p7s"),
        ("application/ms-tnef", "dat"),
        ("message/delivery-status", "txt"),
        ("message/disposition-notification", "txt"),
        ("text/rfc822-headers", "txt"),
    ];
    extensions.iter().find(|(known, _)| *known == media).map_or("bin", |(_, extension)| *extension)
}

/// Fields that mail programs and servers write, and people do not.
const TRANSPORT: &[&str] = &[
    "received",
    "message-id",
    "mime-version",
    "return-path",
    "delivered-to",
    "dkim-signature",
    "x-mozilla-status",
    "x-gm-thrid",
    "x-mailer",
];

/// True for a block of header lines with one of [`TRANSPORT`] in it.
pub fn look_like_a_head(head: &[u8]) -> bool {
    field_names(head).is_some_and(|names| names.iter().any(|name| TRANSPORT.contains(&name.as_str())))
}

/// True for a block of at least two header lines.
pub fn has_fields(head: &[u8]) -> bool {
    field_names(head).is_some_and(|names| names.len() > 1)
}

/// True when there is a field of this name, in lower case, in the block.
pub fn has_field(head: &[u8], name: &str) -> bool {
    field_names(head).is_some_and(|names| names.iter().any(|known| known == name))
}

/// The names of the fields before the first blank line, in lower case; none when a line there is no field. The last line may be
/// cut.
fn field_names(head: &[u8]) -> Option<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    let lines: Vec<&[u8]> = head[..head.len().min(64 << 10)].split(|byte| *byte == b'\n').collect();
    let count = lines.len();
    let after_blank = lines.iter().position(|line| !line.trim_ascii().is_empty()).unwrap_or(0);
    for (at, line) in lines.into_iter().enumerate().skip(after_blank) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match line.first() {
            None => break,
            Some(b' ' | b'\t') if !names.is_empty() => continue,
            Some(_) => {}
        }
        match line.iter().position(|byte| *byte == b':') {
            Some(end) if end > 0 && line[..end].iter().all(|byte| byte.is_ascii_graphic()) => {
                names.push(String::from_utf8_lossy(&line[..end]).to_lowercase());
            }
            _ if at + 1 == count => break,
            _ if at == 0 && line.starts_with(b"From ") => {}
            _ => return None,
        }
    }
    Some(names)
}
