//! Which picture a file is, for formats whose marks are short, late, at the end, or look like text.
//!
//! Two bytes prove nothing: what stands around them has to make sense too. Nothing is decoded.

use super::rare;
use winnow_readers::encoding;

pub const PNM: &str = "image/x-portable-anymap";
pub const TGA: &str = "image/x-tga";

/// A test of the first bytes, with the number of all.
type Test = fn(head: &[u8], bytes: u64) -> bool;

/// Formats with marks of their own.
const MARKED: &[(&str, Test)] = &[
    (rare::JPEG_2000, |head, _| head.starts_with(b"\0\0\0\x0cjP  \r\n\x87\n") || rare::begins_jpeg_2000(head)),
    ("image/tiff", |head, _| head.starts_with(b"II+\0\x08\0\0\0") || head.starts_with(b"MM\0+\0\x08\0\0")),
    (rare::ICON, rare::begins_icon),
    (rare::APPLE_ICON, is_apple_icon),
    (rare::PCX, |head, _| rare::begins_pcx(head)),
    (rare::DCX, |head, _| head.starts_with(b"\xb1\x68\xde\x3a")),
    (rare::SGI, |head, _| rare::begins_sgi(head)),
    (rare::SUN, |head, _| head.starts_with(b"\x59\xa6\x6a\x95")),
    (rare::PHOTO_CD, |head, _| rare::begins_photo_cd(head)),
    (rare::DDS, |head, _| head.starts_with(b"DDS \x7c\0\0\0") || head.starts_with(b"DDS \x18\0\0\0")),
    (rare::DIB, |head, _| is_dib(head)),
    (rare::FITS, |head, _| head.starts_with(b"SIMPLE  =                    T")),
    (rare::FLIC, rare::begins_flic),
    (rare::EPS, |head, _| head.starts_with(b"\xc5\xd0\xd3\xc6")),
];

/// Extensions under which a Targa file without a mark is believed.
const TGA_NAMES: &[&str] = &["tga", "vda", "icb", "vst"];
const TGA_MARK: &[u8] = b"TRUEVISION-XFILE.\0";

/// The type of a picture by its marks; `end` are the last bytes of the file.
pub fn media_type(head: &[u8], end: &[u8], bytes: u64, extension: &str) -> Option<&'static str> {
    let marked = MARKED.iter().find(|(_, is_one)| is_one(head, bytes)).map(|(media_type, _)| *media_type);
    let named = end.ends_with(TGA_MARK) || TGA_NAMES.contains(&extension);
    marked.or_else(|| (named && is_tga(head)).then_some(TGA))
}

/// The type of a picture that may look like text: its whole header has to make sense, and as text what follows it too.
pub fn media_type_by_shape(head: &[u8], bytes: u64) -> Option<&'static str> {
    if head.starts_with(b"#?RADIANCE\n") || head.starts_with(b"#?RGBE\n") {
        return Some(rare::RADIANCE);
    }
    let [b'P', format @ b'1'..=b'7', rest @ ..] = head else { return None };
    let is_one = match format {
        b'7' => is_arbitrary_map(rest),
        _ => is_map(format - b'0', rest, head, bytes),
    };
    is_one.then_some(PNM)
}

/// PAM (netpbm): known lines, to the end of the header.
fn is_arbitrary_map(rest: &[u8]) -> bool {
    let Some(lines) = rest.strip_prefix(b"\n") else { return false };
    let known =
        |line: &[u8]| ["WIDTH ", "HEIGHT ", "DEPTH ", "MAXVAL ", "TUPLTYPE ", "#"].iter().any(|name| line.starts_with(name.as_bytes()));
    let mut after = lines.split(|byte| *byte == b'\n').skip_while(|line| known(line));
    after.next().is_some_and(|line| line == b"ENDHDR")
}

/// PBM, PGM and PPM (netpbm): 1 to 3 as text, 4 to 6 as bytes.
fn is_map(format: u8, rest: &[u8], head: &[u8], bytes: u64) -> bool {
    let samples = if format.is_multiple_of(3) { 3 } else { 1 };
    let has_bits = matches!(format, 1 | 4);
    let mut numbers = Numbers(rest);
    let (Some(width), Some(height)) = (numbers.next(), numbers.next()) else { return false };
    let Some(most) = (if has_bits { Some(1) } else { numbers.next() }) else { return false };
    if width == 0 || height == 0 || !(1..=65_535).contains(&most) {
        return false;
    }
    if format < 4 {
        return is_numbers_to_the_end(numbers.0, width * height * samples, has_bits, head.len() as u64 == bytes);
    }
    let row = if has_bits { width.div_ceil(8) } else { width * samples * if most > 255 { 2 } else { 1 } };
    // One blank, then the bytes of all rows.
    let size = (head.len() - numbers.0.len()) as u64 + 1 + row * height;
    numbers.0.first().is_some_and(u8::is_ascii_whitespace) && (!encoding::is_clean_text(head) || (size..=size + 1).contains(&bytes))
}

/// Nothing but numbers and comments, and as many as there are pixels when the whole file is here.
fn is_numbers_to_the_end(text: &[u8], wanted: u64, has_bits: bool, whole: bool) -> bool {
    let (mut found, mut within, mut comment) = (0, false, false);
    for byte in text {
        comment = *byte == b'#' || comment && !matches!(byte, b'\n' | b'\r');
        let digit = !comment && byte.is_ascii_digit();
        if !comment && !digit && !byte.is_ascii_whitespace() {
            return false;
        }
        found += u64::from(digit && (has_bits || !within));
        within = digit;
    }
    found > 0 && (!whole || found >= wanted)
}

/// Numbers of at most six digits with blanks and comments before each.
struct Numbers<'a>(&'a [u8]);

impl Iterator for Numbers<'_> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        let (start, mut comment) = (self.0, false);
        while let [byte, rest @ ..] = self.0 {
            comment = *byte == b'#' || comment && !matches!(byte, b'\n' | b'\r');
            if !comment && !byte.is_ascii_whitespace() {
                break;
            }
            self.0 = rest;
        }
        let digits = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (number, rest) = self.0.split_at(digits);
        let separated = self.0.len() < start.len();
        self.0 = rest;
        (separated && (1..=6).contains(&digits)).then(|| number.iter().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0')))
    }
}

/// The length that it announces is about that of the file.
fn is_apple_icon(head: &[u8], bytes: u64) -> bool {
    let length = head.get(4..8).and_then(|length| length.first_chunk()).map_or(0, |length| u64::from(u32::from_be_bytes(*length)));
    head.starts_with(b"icns") && length > 16 && length <= bytes.saturating_mul(2)
}

/// A bitmap of Windows without its file header: size of the header, one plane, bits and compression that exist.
fn is_dib(head: &[u8]) -> bool {
    let [40 | 108 | 124, 0, 0, 0, rest @ ..] = head else { return false };
    let Some([a, b, 0, 0, _, _, 0 | 0xff, 0 | 0xff, 1, 0, 1 | 4 | 8 | 16 | 24 | 32, 0, 0..=3, 0, 0, 0]) = rest.first_chunk::<16>() else {
        return false;
    };
    (*a, *b) != (0, 0)
}

/// A header of Targa (Truevision TGA 2.0) in which nothing contradicts itself.
fn is_tga(head: &[u8]) -> bool {
    let Some([_, mapped, kind, _, _, _, _, entry, _, _, _, _, w0, w1, h0, h1, depth, flags]) = head.first_chunk::<18>() else {
        return false;
    };
    let colours = match (mapped, kind & 7) {
        (1, 1) => matches!(entry, 15 | 16 | 24 | 32) && matches!(depth, 8 | 16),
        (0 | 1, 2) => matches!(depth, 15 | 16 | 24 | 32),
        (0 | 1, 3) => matches!(depth, 8 | 16),
        _ => false,
    };
    colours && matches!(kind, 1..=3 | 9..=11) && flags & 0xc0 == 0 && (w0 | w1) != 0 && (h0 | h1) != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_are_told_from_texts_that_begin_like_one() {
        let check = |head: &[u8], expected: bool| {
            let found = media_type_by_shape(head, head.len() as u64).is_some();
            assert_eq!(found, expected, "{:?}", String::from_utf8_lossy(head));
        };
        check(b"P1\n# a comment\n3 2\n010\n101\n", true);
        check(b"P2 2 2 255\n1 2\n3 4", true);
        check(b"P3\n1 1\n15\n1 2 3 # end", true);
        check(b"P4\n8 1\n\xff", true);
        check(b"P5 2 1 255 ab", true);
        check(b"P5 2 1 65535 abcd\n", true);
        check(b"P6\n1 1\n255\n\x01\0\xff", true);
        check(b"P6\n999 999\n255\n\x01\0\xff\0\0\0\0\0", true);
        check(b"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 1\nMAXVAL 255\nTUPLTYPE GRAYSCALE\nENDHDR\nx", true);
        check(b"P1 is the first paragraph", false);
        check(b"P1 2 3 and more", false);
        check(b"P2 2 2 255\n1 2\n3", false);
        check(b"P2 is 2 by 3", false);
        check(b"P3\n1 1\n15\n1 2 x", false);
        check(b"P5 12 30 255 words follow here", false);
        check(b"P5 0 30 255 \0", false);
        check(b"P6\n1 1\n70000\n\x01\0\xff", false);
        check(b"P61 1 255 \0\0\0", false);
        check(b"P7\nparking\n", false);
        check(b"P7", false);
        check(b"P", false);
    }

    #[test]
    fn marks_are_believed_when_what_stands_around_them_makes_sense() {
        let check = |head: &[u8], extension: &str, expected: Option<&str>| {
            assert_eq!(media_type(head, head, head.len() as u64, extension), expected, "{head:x?} named {extension:?}");
        };
        check(b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 ", "", Some(rare::JPEG_2000));
        check(b"\xff\x4f\xff\x51\0\x29", "", Some(rare::JPEG_2000));
        check(b"II+\0\x08\0\0\0", "", Some("image/tiff"));
        check(b"MM\0+\0\x08\0\0", "", Some("image/tiff"));
        let icon = |kind: u8| [&[0, 0, kind, 0, 1, 0, 16, 16, 0, 0, 1, 0, 32, 0, 40, 0, 0, 0, 22, 0, 0, 0][..], &[0; 40]].concat();
        check(&icon(1), "", Some(rare::ICON));
        check(&icon(2), "tga", Some(rare::ICON));
        check(&icon(3), "ico", None);
        check(b"\0\0\x01\0\x01\0", "ico", None);
        check(b"icns\0\0\0\x20ic07\0\0\0\x18............", "", Some(rare::APPLE_ICON));
        check(b"icns are icons", "", None);
        let paintbrush = [&[10, 5, 1, 8, 0, 0, 0, 0, 7, 0, 7, 0][..], &[0; 53], &[1], &[0; 62]].concat();
        check(&paintbrush, "", Some(rare::PCX));
        check(&paintbrush[..60], "", None);
        check(b"\xb1\x68\xde\x3a\x04\0\0\0", "", Some(rare::DCX));
        check(b"\x01\xda\x01\x01\0\x03\0\x10\0\x10\0\x03", "", Some(rare::SGI));
        check(b"\x01\xda\x09\x01\0\x03\0\x10\0\x10\0\x03", "", None);
        check(b"\x59\xa6\x6a\x95\0\0\0\x01", "", Some(rare::SUN));
        check(b"DDS \x7c\0\0\0", "", Some(rare::DDS));
        check(b"DDS is a format", "", None);
        let disc = [&[0xff; 2048][..], b"PCD_IPI"].concat();
        check(&disc, "", Some(rare::PHOTO_CD));
        let dib = b"\x28\0\0\0\x10\0\0\0\x10\0\0\0\x01\0\x18\0\0\0\0\0";
        check(dib, "", Some(rare::DIB));
        check(&dib[..19], "", None);
        check(b"\x28\0\0\0\x10\0\0\0\x10\0\0\0\x02\0\x18\0\0\0\0\0", "dib", None);
        check(b"SIMPLE  =                    T                ", "", Some(rare::FITS));
        check(b"\xc5\xd0\xd3\xc6\x20\0\0\0", "", Some(rare::EPS));
    }

    #[test]
    fn targa_has_its_mark_or_its_name() {
        let check = |head: &[u8], end: &[u8], extension: &str, expected: bool| {
            assert_eq!(media_type(head, end, 1000, extension) == Some(TGA), expected, "{head:?} {extension}");
        };
        let head = |mapped: u8, kind: u8, depth: u8| [0, mapped, kind, 0, 0, 0, 1, 24, 0, 0, 0, 0, 16, 0, 16, 0, depth, 0];
        check(&head(0, 2, 24), b"", "tga", true);
        check(&head(0, 2, 24), b"", "", false);
        check(&head(0, 2, 24), b"....TRUEVISION-XFILE.\0", "", true);
        check(&head(1, 9, 8), b"", "tga", true);
        check(&head(0, 1, 8), b"", "tga", false);
        check(&head(0, 2, 7), b"", "tga", false);
        check(&head(0, 4, 24), b"....TRUEVISION-XFILE.\0", "tga", false);
        check(b"A text that is named so", b"", "tga", false);
    }
}
