//! From bytes to valid text: which encoding it is, whether that was guessed, and what could not be decoded.
//!
//! It knows byte order marks, UTF-8, UTF-16 and the legacy encodings of the Encoding Standard. UTF-16 without a mark is
//! recognised for texts in Latin letters only; UTF-32 is not recognised.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Decoded text.
pub struct Text {
    /// Without byte order mark; line ends are `\n`; NUL is U+FFFD.
    pub text: String,
    /// Name in the Encoding Standard, e.g. `windows-1252`.
    pub encoding: &'static str,
    /// Nothing in the file says so.
    pub guessed: bool,
    /// Some bytes did not fit and are U+FFFD.
    pub damaged: bool,
}

/// True for text that cannot be taken for anything else: marked, or valid UTF-8 almost without control characters.
pub fn is_clean_text(head: &[u8]) -> bool {
    match Encoding::for_bom(head) {
        Some((encoding, mark)) => reads_as_text(&encoding.decode_without_bom_handling(&head[mark..]).0),
        None => is_utf8(head, false) && !head.contains(&0) && few_controls(head),
    }
}

/// True for anything that is more likely text in some encoding than binary.
pub fn is_text(head: &[u8]) -> bool {
    match unmarked_utf16(head) {
        Some(encoding) => reads_as_text(&encoding.decode_without_bom_handling(head).0),
        None => few_controls(head),
    }
}

/// The beginning of a text, roughly: enough to see which format it is.
pub fn glimpse(head: &[u8]) -> String {
    let start = &head[..head.len().min(16 << 10)];
    encoding_of(start, false, None).0.decode(start).0.into_owned()
}

/// Decodes text. `whole` is false when the bytes end in the middle of the file; `declared` is an encoding label that the
/// content itself names.
pub fn to_text(bytes: &[u8], whole: bool, declared: Option<&str>) -> Text {
    let (encoding, guessed) = encoding_of(bytes, whole, declared);
    let mut decoder = encoding.new_decoder_with_bom_removal();
    let room = decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(bytes.len());
    let mut text = String::with_capacity(room);
    let (_, _, damaged) = decoder.decode_to_string(bytes, &mut text, whole);
    Text { text: clean(text), encoding: encoding.name(), guessed, damaged }
}

/// The encoding, and whether it is a guess.
fn encoding_of(bytes: &[u8], whole: bool, declared: Option<&str>) -> (&'static Encoding, bool) {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return (encoding, false);
    }
    if let Some(encoding) = unmarked_utf16(bytes) {
        return (encoding, true);
    }
    if is_utf8(bytes, whole) || is_mostly_utf8(bytes) {
        return (UTF_8, false);
    }
    match declared.and_then(|label| Encoding::for_label(label.as_bytes())).filter(|encoding| encoding.is_ascii_compatible()) {
        Some(encoding) if encoding != UTF_8 => (encoding, false),
        _ => (guess(bytes), true),
    }
}

/// Looks at up to 1 MB from shortly before the first byte that is not ASCII.
fn guess(bytes: &[u8]) -> &'static Encoding {
    let first = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(0).saturating_sub(1024);
    let end = bytes.len().min(first + 1_000_000);
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(&bytes[first..end], end == bytes.len());
    detector.guess(None, Utf8Detection::Deny)
}

/// Valid UTF-8; when it is not the whole text, its last character may be cut.
fn is_utf8(bytes: &[u8], whole: bool) -> bool {
    std::str::from_utf8(bytes).err().is_none_or(|error| error.error_len().is_none() && !whole)
}

/// UTF-8 with a few broken places: at least four proper multi-byte characters for each.
fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let (mut proper, mut broken) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        proper += chunk.valid().bytes().filter(|byte| *byte >= 0xc0).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    proper >= 4 * broken.max(1)
}

/// UTF-16 without a mark shows in Latin text as a NUL in nearly every other place.
fn unmarked_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let pairs = bytes[..bytes.len().min(64 << 10)].chunks_exact(2);
    let count = pairs.len();
    let (first, second) =
        pairs.fold((0, 0), |(first, second), pair| (first + usize::from(pair[0] == 0), second + usize::from(pair[1] == 0)));
    let (many, few) = (count * 2 / 5, count / 50);
    match (count >= 4, first, second) {
        (true, first, second) if second > many && first <= few => Some(UTF_16LE),
        (true, first, second) if first > many && second <= few => Some(UTF_16BE),
        _ => None,
    }
}

/// At most one NUL in 200 bytes and three other control characters in 100, and one of each in any case.
fn few_controls(bytes: &[u8]) -> bool {
    let nuls = bytes.iter().filter(|byte| **byte == 0).count();
    let controls = bytes.iter().filter(|byte| is_odd_control(char::from(**byte))).count();
    nuls <= 1 + bytes.len() / 200 && controls <= 2 + bytes.len() * 3 / 100
}

fn reads_as_text(text: &str) -> bool {
    let odd = text.chars().filter(|c| *c == '\u{fffd}' || is_odd_control(*c)).count();
    odd * 100 <= text.len() * 3
}

/// ASCII control characters that text does not have.
fn is_odd_control(c: char) -> bool {
    c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r' | '\x0c' | '\x08' | '\x1b' | '\x1a')
}

fn clean(text: String) -> String {
    if !text.bytes().any(|byte| matches!(byte, 0 | b'\r')) {
        return text;
    }
    let mut cleaned = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\0' => cleaned.push('\u{fffd}'),
            '\r' if characters.peek() == Some(&'\n') => {}
            '\r' => cleaned.push('\n'),
            other => cleaned.push(other),
        }
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], text: &str, encoding: &str, guessed: bool, damaged: bool) {
        let found = to_text(bytes, true, None);
        assert_eq!((found.text.as_str(), found.encoding), (text, encoding));
        assert_eq!((found.guessed, found.damaged), (guessed, damaged), "{text}");
    }

    fn utf16le(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn utf16be(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    }

    #[test]
    fn encodings_are_recognised() {
        check("Grüße".as_bytes(), "Grüße", "UTF-8", false, false);
        check("\u{feff}marked".as_bytes(), "marked", "UTF-8", false, false);
        check(&utf16le("\u{feff}Grüße, 東京"), "Grüße, 東京", "UTF-16LE", false, false);
        check(&utf16be("\u{feff}Grüße"), "Grüße", "UTF-16BE", false, false);
        check(&utf16le("Dear Sir or Madam"), "Dear Sir or Madam", "UTF-16LE", true, false);
        check(&utf16be("Dear Sir or Madam"), "Dear Sir or Madam", "UTF-16BE", true, false);
        check(b"Die Stra\xdfe in M\xfcnchen ist sch\xf6n.", "Die Straße in München ist schön.", "windows-1252", true, false);
        check(b"caf\xe9", "café", "windows-1252", true, false);
        check(b"one\r\ntwo\rthree\n", "one\ntwo\nthree\n", "UTF-8", false, false);
        check(b"a\0b", "a\u{fffd}b", "UTF-8", false, false);
        check("äöüßéè\u{e0} and \u{fffd}".as_bytes(), "äöüßéè\u{e0} and \u{fffd}", "UTF-8", false, false);
        check(b"\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa9 then \xff.", "äöüßé then \u{fffd}.", "UTF-8", false, true);
    }

    #[test]
    fn a_declared_encoding_is_no_guess() {
        let text = to_text(b"\xcf\xf0\xe8\xe2\xe5\xf2", true, Some("windows-1251"));
        assert_eq!((text.text.as_str(), text.guessed), ("Привет", false));
        assert!(to_text("ä".as_bytes(), true, Some("windows-1251")).text == "ä", "valid UTF-8 wins over a wrong label");
    }

    #[test]
    fn a_character_cut_at_the_end_is_no_damage() {
        let text = to_text(&"abcä".as_bytes()[..4], false, None);
        assert_eq!((text.text.as_str(), text.encoding, text.damaged), ("abc", "UTF-8", false));
    }

    #[test]
    fn binary_is_no_text() {
        let check = |bytes: &[u8], clean: bool, text: bool| {
            assert_eq!((is_clean_text(bytes), is_clean_text(bytes) || is_text(bytes)), (clean, text), "{bytes:?}");
        };
        check(b"plain", true, true);
        check(b"caf\xe9 au lait", false, true);
        check(b"\xff\xfeh\0i\0", true, true);
        check(b"D\0e\0a\0r\0 \0A\0n\0n\0", false, true);
        check(b"a stray\0", false, true);
        check(b"\0\x01\x02\x03", false, false);
        check(&(0..=255).collect::<Vec<u8>>(), false, false);
    }
}
