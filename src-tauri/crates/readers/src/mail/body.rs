//! The readable body of a message, once: of parts that say the same, the plain text, or the HTML when that says more.
//!
//! Quotations and signatures stay; they are part of what was sent.

use super::walk::{Leaf, Walk};
use super::{flowed, uu};
use crate::{Limits, encoding, html};
use encoding_rs::Encoding;
use mail_parser::decoders::charsets::map::charset_decoder;
use std::io::{self, Read};

/// Plain text of less than this part of the HTML says only that there is HTML.
const TENTH: usize = 10;

/// Texts of a message as they are found.
pub struct Body {
    texts: Vec<Found>,
    characters: usize,
    /// Bytes that may still be read.
    left: u64,
}

struct Found {
    group: Option<u64>,
    is_html: bool,
    text: String,
}

impl Body {
    pub fn new(limits: &Limits) -> Self {
        Self { texts: Vec::new(), characters: limits.text_chars, left: limits.unpacked_bytes }
    }

    /// Reads a part. Returns how many files were in its text, which are members.
    pub fn add(&mut self, leaf: &Leaf, walk: &mut Walk) -> io::Result<usize> {
        let is_html = leaf.head.media == "text/html";
        let wanted = (self.characters as u64).saturating_mul(if is_html { 16 } else { 4 }).saturating_add(4096).min(self.left);
        let mut bytes = Vec::new();
        leaf.content(walk).take(wanted).read_to_end(&mut bytes)?;
        self.left -= bytes.len() as u64;
        let whole = (bytes.len() as u64) < wanted;
        let text = decoded(&bytes, whole, leaf.head.charset.as_deref());
        let (text, files) = if is_html { (html::read(text, self.characters).text, 0) } else { uu::without_files(&text) };
        let text = match leaf.head.flowed {
            Some(delete_space) if !is_html => flowed::joined(&text, delete_space),
            _ => text,
        };
        if !text.trim().is_empty() {
            self.texts.push(Found { group: leaf.group, is_html, text });
        }
        Ok(files)
    }

    /// The whole body, its parts divided by blank lines.
    pub fn finish(self) -> String {
        let groups = self.texts.chunk_by(|first, second| first.group.is_some() && first.group == second.group);
        groups.map(best).collect::<Vec<_>>().join("\n\n")
    }
}

/// Of texts that say the same, the one to read.
fn best(texts: &[Found]) -> String {
    let of = |is_html: bool| {
        texts.iter().filter(|found| found.is_html == is_html).map(|found| found.text.trim_end()).collect::<Vec<_>>().join("\n\n")
    };
    chosen(of(false), of(true))
}

/// The plain text, unless it is hardly any beside the HTML.
pub fn chosen(plain: String, html: String) -> String {
    let says_little = plain.trim().chars().count() * TENTH < html.trim().chars().count();
    if says_little { html } else { plain }
}

/// Text in the encoding that the part names. Encodings that look like ASCII have to be believed; else valid UTF-8 wins.
pub fn decoded(bytes: &[u8], whole: bool, charset: Option<&str>) -> String {
    let named = charset.and_then(|label| Encoding::for_label(label.trim().as_bytes()));
    match (named, charset) {
        (Some(encoding), _) if !encoding.is_ascii_compatible() => encoding.decode(bytes).0.replace("\r\n", "\n"),
        (None, Some(label)) if label.trim().eq_ignore_ascii_case("utf-7") => {
            charset_decoder(b"utf-7").map(|decode| decode(bytes)).unwrap_or_default()
        }
        _ => encoding::to_text(bytes, whole, charset).text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_is_read_when_the_plain_text_says_nothing() {
        let check = |plain: &str, html: &str, expected: &str| assert_eq!(chosen(plain.into(), html.into()), expected);
        check("Hello there", "Hello there", "Hello there");
        check("", "Hello", "Hello");
        check("View this in a browser", &"news ".repeat(100), &"news ".repeat(100));
        check("short", "", "short");
    }

    #[test]
    fn charsets_are_believed_where_bytes_cannot_tell() {
        let check = |bytes: &[u8], charset: Option<&str>, expected: &str| assert_eq!(decoded(bytes, true, charset), expected);
        check(b"\x1b$BEl5~\x1b(B", Some("ISO-2022-JP"), "東京");
        check("Grüße".as_bytes(), Some("us-ascii"), "Grüße");
        check(b"Gr\xfc\xdfe", Some("iso-8859-1"), "Grüße");
        check(b"Gr+APwA3w-e", Some("UTF-7"), "Grüße");
        check(b"plain", Some("no-such-charset"), "plain");
    }
}
