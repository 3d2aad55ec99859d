//! Names of members are bytes: how they are kept, shown and found again, and never taken for paths.
//!
//! Nothing here touches a file system; `..`, a leading slash and a drive letter are characters like others.

use std::borrow::Cow;

/// Bytes of a name that are kept; what is longer is cut, for it is only a name.
pub const LONGEST: usize = 4096;

/// The upper half of code page 437, in which old zip files write names.
const CP437: &str =
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// What finds a member again: its number in the container, a slash, and its name.
pub fn locator(number: u64, name: &[u8]) -> Vec<u8> {
    let mut locator = format!("{number}/").into_bytes();
    locator.extend_from_slice(shortened(name));
    locator
}

/// The number in a locator.
pub fn number(locator: &[u8]) -> Option<u64> {
    let end = locator.iter().position(|byte| *byte == b'/')?;
    std::str::from_utf8(&locator[..end]).ok()?.parse().ok()
}

/// Bytes of a name for people: invalid UTF-8, control characters and direction overrides are escaped.
pub fn display(name: &[u8]) -> String {
    let mut shown = String::with_capacity(name.len());
    for chunk in shortened(name).utf8_chunks() {
        for character in chunk.valid().chars() {
            if deceives(character) { shown.extend(character.escape_unicode()) } else { shown.push(character) }
        }
        chunk.invalid().iter().for_each(|byte| shown.push_str(&format!("\\x{byte:02x}")));
    }
    shown
}

/// A name as a zip file keeps it. `unicode` is the flag that says so; many writers forget it, so valid UTF-8 is believed too.
pub fn from_zip(name: &[u8], unicode: bool) -> Cow<'_, [u8]> {
    if unicode || std::str::from_utf8(name).is_ok() {
        return Cow::Borrowed(name);
    }
    let decoded: String = name.iter().map(|byte| from_cp437(*byte)).collect();
    Cow::Owned(decoded.into_bytes())
}

/// A file name made of words that a person wrote, such as a subject: one line, of at most 120 characters.
pub fn from_words(words: &str, otherwise: &str, extension: &str) -> Vec<u8> {
    let line: String = words.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(120).collect();
    let stem = if line.is_empty() { otherwise } else { &line };
    format!("{stem}.{extension}").into_bytes()
}

fn shortened(name: &[u8]) -> &[u8] {
    &name[..name.len().min(LONGEST)]
}

fn from_cp437(byte: u8) -> char {
    let upper = || CP437.chars().nth(usize::from(byte) - 128).unwrap_or(char::REPLACEMENT_CHARACTER);
    if byte.is_ascii() { char::from(byte) } else { upper() }
}

/// Characters that would hide or reorder what stands beside them.
fn deceives(character: char) -> bool {
    character.is_control() || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_but_never_interpreted() {
        let check = |name: &[u8], expected: &str| assert_eq!(display(name), expected);
        check(b"letter.txt", "letter.txt");
        check(b"../../etc/passwd", "../../etc/passwd");
        check(b"a\nb\0", "a\\u{a}b\\u{0}");
        check(b"bad\xff.txt", "bad\\xff.txt");
        check("cod\u{202e}txt.exe".as_bytes(), "cod\\u{202e}txt.exe");
        assert_eq!(display(&[b'n'; 9000]).len(), LONGEST);
    }

    #[test]
    fn a_locator_is_a_number_and_the_bytes_of_the_name() {
        let check = |found: u64, name: &[u8]| assert_eq!(number(&locator(found, name)), Some(found));
        check(0, b"");
        check(12, b"dir/file.txt");
        check(7, b"\xff/../x");
        assert_eq!(locator(12, b"dir/file.txt"), b"12/dir/file.txt");
        assert_eq!((number(b"x/1"), number(b"12"), number(b"")), (None, None, None));
    }

    #[test]
    fn names_in_zip_files_are_utf8_or_code_page_437() {
        let check = |name: &[u8], unicode: bool, expected: &str| assert_eq!(&*from_zip(name, unicode), expected.as_bytes());
        check(b"plain.txt", false, "plain.txt");
        check(b"\x81ber \x94l.txt", false, "über öl.txt");
        check(b"\xff\x80", false, "\u{a0}Ç");
        check("Öl.txt".as_bytes(), false, "Öl.txt");
        assert_eq!(&*from_zip(b"\x81", true), b"\x81", "said to be UTF-8, and kept although it is not");
        assert_eq!(CP437.chars().count(), 128);
    }

    #[test]
    fn words_become_one_short_line() {
        let check = |words: &str, expected: &str| assert_eq!(from_words(words, "message", "eml"), expected.as_bytes());
        check("Re: the\r\n  minutes", "Re: the minutes.eml");
        check(" \n", "message.eml");
        assert_eq!(from_words(&"ä".repeat(500), "", "eml").len(), 244);
    }
}
