use super::super::tests::expanded;
use super::super::{OUTLOOK, tests};
use super::*;
use cfb::CompoundFile;
use std::io::Write;
use winnow_contract::worker::ExpandRequest;

const LIMITS: Limits = Limits { text_chars: 100_000, cells: 0, nesting: 100, unpacked_bytes: 10_000_000 };

/// A message as Outlook keeps one, built stream by stream.
struct Built(CompoundFile<Cursor<Vec<u8>>>);

impl Built {
    fn new() -> Self {
        Self(CompoundFile::create(Cursor::new(Vec::new())).expect("a file"))
    }

    fn storage(mut self, path: &str) -> Self {
        self.0.create_storage(path).expect("a storage");
        self
    }

    fn stream(mut self, path: &str, bytes: &[u8]) -> Self {
        self.0.create_stream(path).expect("a stream").write_all(bytes).expect("written");
        self
    }

    fn text(self, path: &str, text: &str) -> Self {
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        self.stream(path, &bytes)
    }

    /// Rows of a table: type, number, value.
    fn table(self, storage: &str, header: usize, rows: &[(u16, u16, u64)]) -> Self {
        let row =
            |(kind, tag, value): &(u16, u16, u64)| [&kind.to_le_bytes()[..], &tag.to_le_bytes(), &[0; 4], &value.to_le_bytes()].concat();
        let bytes = [vec![0; header], rows.iter().flat_map(row).collect()].concat();
        self.stream(&format!("{storage}/__properties_version1.0"), &bytes)
    }

    fn bytes(mut self) -> Vec<u8> {
        self.0.flush().expect("flushed");
        self.0.into_inner().into_inner()
    }
}

fn message() -> Vec<u8> {
    let inner = "/__attach_version1.0_#00000001/__substg1.0_3701000D";
    Built::new()
        // 4 July 2019, 10:08:34
        .table("", 32, &[(0x0040, tag::SENT, 132_067_085_140_000_000)])
        .text("/__substg1.0_0037001F", "Minutes")
        .text("/__substg1.0_0C1A001F", "Ann")
        .text("/__substg1.0_5D01001F", "ann@example.org")
        .text("/__substg1.0_1000001F", "Hello\r\nthere")
        .text("/__substg1.0_1035001F", "<1@x>")
        .storage("/__recip_version1.0_#00000000")
        .table("/__recip_version1.0_#00000000", 8, &[(3, tag::RECIPIENT_KIND, 1)])
        .text("/__recip_version1.0_#00000000/__substg1.0_3001001F", "Ben")
        .storage("/__attach_version1.0_#00000000")
        .text("/__attach_version1.0_#00000000/__substg1.0_3707001F", "notes.txt")
        .stream("/__attach_version1.0_#00000000/__substg1.0_37010102", b"notes")
        .storage("/__attach_version1.0_#00000001")
        .storage(inner)
        .table(inner, 24, &[(0x0040, tag::SENT, 132_067_085_140_000_000)])
        .text(&format!("{inner}/__substg1.0_0037001F"), "The plan")
        .text(&format!("{inner}/__substg1.0_1000001F"), "Within")
        .bytes()
}

fn document(bytes: &[u8]) -> Document {
    read(&mut Cursor::new(bytes), &LIMITS).expect("a message")
}

fn properties(document: &Document) -> Vec<(&str, &str)> {
    document.properties.iter().map(|head| (head.key.as_str(), head.value.as_str())).collect()
}

#[test]
fn a_message_is_read_from_its_properties() {
    let document = document(&message());
    let expected = [
        ("subject", "Minutes"),
        ("from", "Ann <ann@example.org>"),
        ("to", "Ben"),
        ("date", "2019-07-04T10:08:34Z"),
        ("message_id", "1@x"),
        ("attachments", "2"),
    ];
    assert_eq!(properties(&document), expected);
    assert!(document.text.expect("a text").text.ends_with("\n\nHello\nthere"));
}

#[test]
fn a_message_in_it_becomes_a_file_that_is_the_same_every_time() {
    let bytes = message();
    let request = tests::request(&bytes);
    let (found, members) = expanded(&bytes, OUTLOOK, &request);
    let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((names, members[0].1.as_str()), (vec!["notes.txt", "The plan.msg"], "notes"));
    let only = ExpandRequest { only: Some(found.members[1].locator.clone()), ..request };
    let once = || {
        let mut into = Vec::new();
        crate::container::expand(&mut Cursor::new(&bytes), OUTLOOK, &only, &mut into).expect("a member");
        into
    };
    let inner = once();
    assert_eq!(inner, once());
    let inner = document(&inner);
    assert_eq!(properties(&inner), [("subject", "The plan"), ("date", "2019-07-04T10:08:34Z")]);
    assert!(inner.text.expect("a text").text.ends_with("Within"));
}

#[test]
fn html_is_read_in_the_code_page_that_is_named() {
    let message = Built::new()
        .table("", 32, &[(3, tag::INTERNET_CODEPAGE, 1251)])
        .stream("/__substg1.0_10130102", b"<p>\xcf\xf0\xe8\xe2\xe5\xf2</p>")
        .bytes();
    assert_eq!(document(&message).text.expect("a text").text, "Привет");
}

#[test]
fn damaged_messages_never_panic() {
    let good = message();
    let mut state = 7_u64;
    let mut below = |end: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % end as u64) as usize
    };
    for _ in 0..500 {
        let mut bad = good.clone();
        for _ in 0..=below(8) {
            let at = below(bad.len());
            bad[at] = below(256) as u8;
        }
        let _ = read(&mut Cursor::new(&bad), &LIMITS);
        let _ = crate::container::expand(&mut Cursor::new(&bad), OUTLOOK, &tests::request(&bad), &mut Vec::new());
    }
}
