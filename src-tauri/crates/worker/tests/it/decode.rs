//! Text and unread formats through the real decoder.

use crate::support::{decode, notes, property, workers};
use winnow_contract::asset::MediaKind;
use winnow_engine::ports::Decode;

#[test]
fn text_formats_give_their_text() {
    let workers = workers();
    let check = |extension: &str, bytes: &[u8], kind: MediaKind, expected: &str, said: &[&str]| {
        let decoded = decode(&workers, extension, bytes).expect("decoded");
        let text = decoded.head.texts.first().expect("text");
        assert_eq!((decoded.head.kind, text.text.as_str()), (kind, expected));
        assert_eq!(notes(&decoded), said, "{expected}");
        assert!(!decoded.head.unread && !decoded.head.partial && decoded.blob.is_empty());
    };
    let utf16: Vec<u8> = "\u{feff}Liebe Grüße".encode_utf16().flat_map(u16::to_le_bytes).collect();
    check("txt", "Grüße\r\n".as_bytes(), MediaKind::Text, "Grüße\n", &[]);
    check("txt", b"Die Stra\xdfe in M\xfcnchen", MediaKind::Text, "Die Straße in München", &["encoding_guessed"]);
    check("txt", &utf16, MediaKind::Text, "Liebe Grüße", &[]);
    check("csv", b"a,b\n1,2\n", MediaKind::Table, "a,b\n1,2\n", &[]);
    check("json", b"{\"open\": ", MediaKind::Text, "{\"open\": ", &["not_well_formed"]);
    check("html", b"<p>One<script>alert('no')</script><p>Two", MediaKind::Web, "One\n\nTwo", &[]);
    check("png", b"only words", MediaKind::Text, "only words", &["type_differs"]);
}

#[test]
fn a_long_text_is_cut_with_a_note() {
    let workers = workers();
    let decoded = decode(&workers, "txt", "äbc ".repeat(2_000_000).as_bytes()).expect("decoded");
    let text = &decoded.head.texts.first().expect("text").text;
    assert_eq!((text.chars().count(), decoded.head.partial), (5_000_000, true));
    assert_eq!(notes(&decoded), ["text_cut"]);
}

#[test]
fn a_million_nested_elements_do_no_harm() {
    let page = "<div>".repeat(1_000_000) + "deep";
    let decoded = decode(&workers(), "html", page.as_bytes()).expect("decoded");
    assert_eq!(decoded.head.texts[0].text, "deep");
}

#[test]
fn empty_and_unread_files_are_named() {
    let workers = workers();
    let empty = decode(&workers, "txt", b"").expect("decoded");
    assert_eq!((empty.head.kind, notes(&empty), empty.head.unread), (MediaKind::Empty, vec!["empty_file"], false));
    let other = decode(&workers, "db", b"SQLite format 3\0\x10\0\x01\x01\0").expect("decoded");
    assert_eq!((other.head.kind, notes(&other), other.head.unread), (MediaKind::Other, vec![], true));
    assert!(other.head.texts.is_empty());
}

#[test]
fn measures_and_cards() {
    let workers = workers();
    assert_eq!(workers.decode.card(), "decode 5");
    let table = decode(&workers, "csv", b"name;town\nAnn;Bath\nBen;York\n").expect("decoded");
    assert_eq!((property(&table, "rows"), property(&table, "columns")), (Some("3"), Some("2")));
    let page = decode(&workers, "html", b"<title>Minutes</title>text").expect("decoded");
    assert_eq!((property(&page, "title"), property(&page, "encoding")), (Some("Minutes"), Some("UTF-8")));
}
