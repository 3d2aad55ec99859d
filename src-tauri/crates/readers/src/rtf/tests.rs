use super::*;
use std::io::{self, Cursor, Read, Seek};

const LIMITS: Limits = Limits { text_chars: 10_000, cells: 100, nesting: 100, unpacked_bytes: 1 << 20 };

fn document(source: &[u8]) -> Document {
    read(&mut Cursor::new(source.to_vec()), &LIMITS).expect("a document")
}

fn check(body: &str, expected: &str) {
    let found = document(format!("{{\\rtf1\\ansi\\ansicpg1252 {body}}}").as_bytes());
    assert_eq!(found.text.expect("a text").text, expected, "{body}");
}

/// Text with the places of its spans in brackets.
fn check_places(body: &str, expected: &[(&str, PartKind, &str)]) {
    let text = document(format!("{{\\rtf1\\ansi {body}}}").as_bytes()).text.expect("a text");
    let characters: Vec<char> = text.text.chars().collect();
    let found: Vec<(String, PartKind, String)> = text
        .spans
        .iter()
        .map(|span| {
            let place = span.place.clone().expect("a place");
            (characters[span.start as usize..span.end as usize].iter().collect(), place.part, place.name)
        })
        .collect();
    let expected: Vec<_> = expected.iter().map(|(text, part, name)| ((*text).to_owned(), *part, (*name).to_owned())).collect();
    assert_eq!(found, expected, "{body}");
}

#[test]
fn text_is_read_in_its_encodings() {
    check("one\\par two\\line three", "one\ntwo\nthree");
    check("caf\\'e9 \\u228?\\u-10179?\\u-8704?.", "caf\u{e9} \u{e4}\u{1f600}.");
    check("{\\fonttbl{\\f1\\fcharset204 Arial Cyr;}}\\f1 \\'cf\\'f0\\f0 x", "\u{41f}\u{440}x");
    check("{\\fonttbl{\\f2\\fcharset128 Gothic;}}{\\f2 \\'82\\'a0}b", "\u{3042}b");
    check("\\uc0\\u8364 5", "\u{20ac}5");
    check("\\uc2\\u8364\\'80\\'80 5", "\u{20ac} 5");
    check("a\\emdash b\\~c\\_d\\{e\\}", "a\u{2014}b c-d{e}");
    check("{\\upr{plain}{\\*\\ud{uni}}}", "uni");
}

#[test]
fn what_is_no_text_is_passed_over() {
    check("{\\*\\unknown secret}{\\pict 00ff}{\\colortbl;\\red0;}x", "x");
    check("{\\field{\\*\\fldinst HYPERLINK \"a\"}{\\fldrslt shown}}", "shown");
    check("a\\bin4 }}{{b", "ab");
    check("{\\shp{\\*\\shpinst{\\sp{\\sn a}{\\sv 1}}{\\shptxt box\\par}}}", "box");
}

#[test]
fn tables_notes_and_changes_have_their_form_and_place() {
    check("\\trowd\\intbl a\\cell b\\par c\\cell\\row\\intbl d\\cell\\row\\pard end", "a\tb c\nd\nend");
    check_places("x{\\footnote note}y", &[("note", PartKind::Footnote, "")]);
    check_places("x{\\*\\atnid A}{\\*\\atnauthor Ann}\\chatn{\\*\\annotation why}", &[("why", PartKind::Comment, "Ann")]);
    check_places(
        "{\\*\\revtbl{Unknown;}{Bob;}}a{\\revised\\revauth1 in}{\\deleted\\revauthdel1 out}",
        &[("in", PartKind::Inserted, "Bob"), ("out", PartKind::Deleted, "Bob")],
    );
    check_places("a{\\v secret} b\\v c\\v0 d", &[("secret", PartKind::HiddenText, ""), ("c", PartKind::HiddenText, "")]);
    check_places("{\\v a}{\\v0 b}{\\v c\\plain d}", &[("a", PartKind::HiddenText, ""), ("c", PartKind::HiddenText, "")]);
    check_places("{\\header top}", &[("top", PartKind::Header, "")]);
}

#[test]
fn facts_are_properties() {
    let found = document(b"{\\rtf1{\\info{\\title Minutes}{\\author Ann}{\\creatim\\yr1999}}x}");
    let properties: Vec<_> = found.properties.iter().map(|one| (one.key.as_str(), one.value.as_str())).collect();
    assert_eq!(properties, [("title", "Minutes"), ("author", "Ann")]);
}

/// Bytes behind which nothing can be read.
struct Torn(Cursor<Vec<u8>>);

impl Read for Torn {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.0.read(into)? {
            0 => Err(io::Error::other("torn")),
            count => Ok(count),
        }
    }
}

impl Seek for Torn {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn text_before_a_place_that_cannot_be_read_is_kept() {
    let found = read(&mut Torn(Cursor::new(b"{\\rtf1 one\\par two".to_vec())), &LIMITS).expect("a document");
    assert_eq!((found.partial, found.has_members), (true, false));
    assert_eq!(found.text.expect("a text").text, "one\ntwo");
}

#[test]
fn hostile_texts_end_with_a_reason() {
    let mut deep = b"{\\rtf1 before ".to_vec();
    deep.extend(std::iter::repeat_n(b'{', 1_000_000));
    let found = document(&deep);
    assert!(found.partial);
    assert_eq!(found.notes, [Words::new("nesting").with("limit", 100)]);
    assert_eq!(found.text.expect("a text").text, "before ");
    check("}}}}}}", "");
    check("\\bin2147483647 ", "");
    check("\\'", "\u{fffd}");
    let not_one = read(&mut Cursor::new(b"hello".to_vec()), &LIMITS);
    assert_eq!(not_one.map(|_| ()).map_err(|words| words.code), Err("damaged".to_owned()));
}
