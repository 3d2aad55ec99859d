use super::open_xml::xlsx;
use super::*;

fn docx(body: &str) -> Vec<u8> {
    package(&[("word/document.xml", body)])
}

fn refused(bytes: &[u8], limits: &Limits) -> Words {
    read(&mut Cursor::new(bytes), None, limits).expect_err("a reason")
}

#[test]
fn a_package_that_is_cut_or_changed_does_no_harm() {
    let good = docx("<w:document><w:p><w:t>some words to read</w:t></w:p></w:document>");
    for length in 0..good.len() {
        let _ = read(&mut Cursor::new(&good[..length]), None, &LIMITS);
    }
    for at in 0..good.len() {
        let mut bytes = good.clone();
        bytes[at] ^= 0x55;
        let _ = read(&mut Cursor::new(bytes), None, &LIMITS);
    }
    assert_eq!(refused(&good[..good.len() / 2], &LIMITS).code, "damaged");
}

#[test]
fn a_part_that_lies_about_its_size_is_read_by_what_it_holds() {
    let mut bytes = docx("<w:document><w:p><w:t>words</w:t></w:p></w:document>");
    let directory = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").expect("a directory");
    bytes[directory + 24..directory + 28].copy_from_slice(&0xffff_fff0_u32.to_le_bytes());
    assert_eq!(text_of(&document(&bytes)), "words");
}

#[test]
fn a_bomb_ends_at_its_limit_and_keeps_what_was_read() {
    let words = format!("<w:document><w:p><w:t>before</w:t></w:p>{}</w:document>", "<w:p></w:p>".repeat(3_000_000));
    let found = document(&docx(&words));
    assert_eq!(text_of(&found), "before");
    assert!(found.partial);
    assert_eq!(found.notes[0].code, "expands_too_much");
    let small = Limits { unpacked_bytes: 1_000_000, ..LIMITS };
    let found = read(&mut Cursor::new(docx(&words)), None, &small).expect("a document");
    assert_eq!(found.notes, [Words::new("archive_too_large").with("limit", 1)]);
}

#[test]
fn elements_nested_a_million_deep_end_at_the_limit() {
    let body = format!("<w:p><w:t>before</w:t></w:p>{}", "<w:sdt>".repeat(1_000_000));
    let found = document(&docx(&body));
    assert_eq!((text_of(&found), found.partial), ("before", true));
    assert_eq!(found.notes, [Words::new("nesting").with("limit", 100)]);
    assert_eq!(refused(&docx(&"<w:sdt>".repeat(1_000_000)), &LIMITS).code, "nesting");
}

#[test]
fn entities_of_a_document_type_stand_for_nothing() {
    let body = "<!DOCTYPE d [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'><!ENTITY c SYSTEM 'file:///etc/passwd'>]>\
        <w:document><w:p><w:t>x&b;&c;y</w:t></w:p></w:document>";
    assert_eq!(text_of(&document(&docx(body))), "xy");
}

#[test]
fn a_sheet_with_one_far_cell_costs_one_cell() {
    let sheet = "<worksheet><sheetData><row r='1'><c r='A1'><v>1</v></c></row><row r='1048576'><c r='XFD1048576'><v>2</v></c></row></sheetData></worksheet>";
    let found = document(&xlsx(sheet, &[]));
    check_place(&found, PartKind::Cell, "One!XFD1048576", "2");
    assert_eq!(text_of(&found), "One\n1\n2\n\nTwo\nsecret");
}

#[test]
fn a_text_that_is_not_there_is_said_so() {
    let sheet =
        "<worksheet><sheetData><row><c t='s'><v>4000000000</v></c><c t='s'><v>-1</v></c><c><v>7</v></c></row></sheetData></worksheet>";
    let found =
        document(&xlsx(sheet, &[("xl/sharedStrings.xml", "<sst count='4294967295' uniqueCount='4294967295'><si><t>a</t></si></sst>")]));
    check_place(&found, PartKind::Cell, "One!C1", "7");
    assert_eq!(found.notes, [Words::new("cells_astray").with("count", 2)]);
}

#[test]
fn cells_beyond_the_limit_are_left_out() {
    let row = "<row><c><v>1</v></c><c><v>2</v></c></row>".repeat(1000);
    let found = document(&xlsx(&format!("<worksheet><sheetData>{row}</sheetData></worksheet>"), &[]));
    assert!(found.partial);
    assert_eq!(found.notes, [Words::new("cells_cut").with("limit", 1000)]);
    check_place(&found, PartKind::Cell, "One!B450", "2");
    check_place(&found, PartKind::Cell, "One!451:500", &["1\t2"; 50].join("\n"));
}

#[test]
fn text_beyond_the_limit_is_left_out() {
    let limits = Limits { text_chars: 5, ..LIMITS };
    let found = read(&mut Cursor::new(docx("<w:p><w:t>words and more</w:t></w:p>")), None, &limits).expect("a document");
    assert_eq!((text_of(&found), found.partial), ("words", true));
    assert_eq!(found.notes, [Words::new("text_cut").with("limit", 5)]);
}

#[test]
fn rows_that_repeat_a_million_times_end_at_the_limit() {
    let content = "<c><table:table table:name='A'><table:table-row table:number-rows-repeated='1048576'>\
        <table:table-cell table:number-columns-repeated='16384'><text:p>x</text:p></table:table-cell></table:table-row></table:table></c>";
    let found = document(&package(&[("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", content)]));
    assert_eq!(found.notes, [Words::new("cells_cut").with("limit", 1000)]);
}

#[test]
fn what_is_no_document_has_no_reader() {
    assert_eq!(refused(&package(&[("a.txt", "x")]), &LIMITS).code, "no_reader");
    assert_eq!(refused(b"hello", &LIMITS).code, "no_reader");
    assert_eq!(refused(b"PK\x03\x04", &LIMITS).code, "damaged");
    assert_eq!(refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", &LIMITS).code, "damaged");
}
