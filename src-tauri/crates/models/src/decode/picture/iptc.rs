//! What an agency or archive wrote beside the pixels (IPTC-IIM 4.2): caption, byline, keywords, place and day.
//!
//! Only the fields that describe the picture; nothing is believed beyond the bytes that are there.

use super::described::{Described, clean};
use encoding_rs::WINDOWS_1252;

/// Data sets that are looked at.
const SETS: usize = 4096;
/// The resource of Photoshop that holds them.
const SETS_OF_IPTC: u16 = 0x0404;

/// The description in a block: data sets, or Photoshop's image resources around them.
pub fn described(block: &[u8]) -> Described {
    let sets = if block.starts_with(b"8BIM") { resource(block, SETS_OF_IPTC).unwrap_or_default() } else { block };
    let mut described = Described::default();
    let mut utf8 = false;
    for (record, number, value) in Sets(sets).take(SETS) {
        match (record, number) {
            (1, 90) => utf8 = value == b"\x1b%G",
            (2, _) => put(&mut described, number, &text(value, utf8)),
            _ => {}
        }
    }
    described
}

fn put(described: &mut Described, number: u8, value: &str) {
    let into = match number {
        5 => &mut described.title,
        25 => return described.keyword(value.to_owned()),
        55 => return described.date = day(value),
        80 => &mut described.creator,
        90 => &mut described.city,
        101 => &mut described.country,
        120 => &mut described.description,
        _ => return,
    };
    if into.is_empty() {
        value.clone_into(into);
    }
}

/// UTF-8 when it says so or is, else Windows' Western European.
fn text(value: &[u8], utf8: bool) -> String {
    match std::str::from_utf8(value) {
        Ok(text) => clean(text),
        Err(_) if utf8 => clean(&String::from_utf8_lossy(value)),
        Err(_) => clean(&WINDOWS_1252.decode_without_bom_handling(value).0),
    }
}

/// `19310504` as `1931-05-04`, unknown months and days left out; nothing for what is no day.
fn day(value: &str) -> String {
    let proper = value.len() == 8 && value.bytes().all(|byte| byte.is_ascii_digit()) && !value.starts_with("0000");
    match proper {
        true if &value[4..6] == "00" => value[..4].to_owned(),
        true if &value[6..] == "00" => format!("{}-{}", &value[..4], &value[4..6]),
        true => format!("{}-{}-{}", &value[..4], &value[4..6], &value[6..]),
        false => String::new(),
    }
}

/// One of Photoshop's resources by its number (each is `8BIM`, number, padded name, length, padded data).
pub fn resource(mut block: &[u8], wanted: u16) -> Option<&[u8]> {
    while let Some(rest) = block.strip_prefix(b"8BIM") {
        let number = u16::from_be_bytes(*rest.first_chunk()?);
        let name = usize::from(*rest.get(2)?) + 1;
        let rest = rest.get(2 + name.next_multiple_of(2)..)?;
        let length = u32::from_be_bytes(*rest.first_chunk()?) as usize;
        let data = rest.get(4..)?;
        if number == wanted {
            return Some(&data[..length.min(data.len())]);
        }
        block = data.get(length.checked_next_multiple_of(2)?..)?;
    }
    None
}

/// Data sets as (record, number, value); ends at the first that does not fit.
struct Sets<'a>(&'a [u8]);

impl<'a> Iterator for Sets<'a> {
    type Item = (u8, u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let [0x1c, record, number, high, low] = *self.0.first_chunk()? else { return None };
        // The highest bit announces a longer length, which no description needs.
        let length = usize::from(u16::from_be_bytes([high, low]));
        let value = self.0.get(5..5 + length).filter(|_| length < 0x8000)?;
        self.0 = &self.0[5 + length..];
        Some((record, number, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sets(all: &[(u8, u8, &[u8])]) -> Vec<u8> {
        let one = |(record, number, value): &(u8, u8, &[u8])| {
            let length = (value.len() as u16).to_be_bytes();
            [&[0x1c, *record, *number][..], &length, value].concat()
        };
        all.iter().flat_map(one).collect()
    }

    #[test]
    fn fields_of_a_caption() {
        let found = described(&sets(&[
            (1, 90, b"\x1b%G"),
            (2, 5, b"Harbour"),
            (2, 25, b"sea"),
            (2, 25, b"ship"),
            (2, 55, b"19310504"),
            (2, 80, "Jürgen".as_bytes()),
            (2, 90, b"Kiel"),
            (2, 101, b"Germany"),
            (2, 120, b"Ships at anchor"),
            (2, 120, b"a second one"),
        ]));
        let text = |text: &str| text.to_owned();
        let expected = Described {
            title: text("Harbour"),
            description: text("Ships at anchor"),
            creator: text("Jürgen"),
            keywords: vec![text("sea"), text("ship")],
            date: text("1931-05-04"),
            city: text("Kiel"),
            country: text("Germany"),
            rating: String::new(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn days_and_encodings() {
        let check = |value: &str, expected: &str| assert_eq!(day(value), expected);
        check("19310500", "1931-05");
        check("19310000", "1931");
        check("00000000", "");
        check("yesterday", "");
        assert_eq!(described(&sets(&[(2, 90, b"K\xf6ln")])).city, "Köln");
        assert_eq!(described(&sets(&[(2, 90, "Köln".as_bytes())])).city, "Köln");
    }

    #[test]
    fn the_resource_is_found_among_others() {
        let data = sets(&[(2, 90, b"Kiel")]);
        let length = (data.len() as u32).to_be_bytes();
        let block = [b"8BIM\x03\xed\0\0\0\0\0\x03abc\08BIM\x04\x04\x02ab\0".as_slice(), &length, &data].concat();
        assert_eq!(described(&block).city, "Kiel");
    }

    #[test]
    fn damaged_blocks_give_what_they_hold() {
        let check = |block: &[u8], city: &str| assert_eq!(described(block).city, city, "{block:x?}");
        check(b"8BIM\x04\x04\0\0\xff\xff\xff\xff\x1c\x02\x5a\0\x04Kiel", "Kiel");
        check(b"8BIM\x04\x05\0\0\xff\xff\xff\xff\x1c\x02\x5a\0\x04Kiel", "");
        check(b"\x1c\x02\x5a\0\x04Kiel\x1c\x02\x5a\x80\x04", "Kiel");
        check(b"\x1c\x02\x5a\0\xffKiel", "");
        check(b"8BIM", "");
        check(b"", "");
    }
}
