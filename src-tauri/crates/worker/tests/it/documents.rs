//! Office files, messages and containers through the real decoder.

use crate::support::{codes, decode, expand, notes, property, workers, zip};
use winnow_contract::asset::{MediaKind, PartKind};
use winnow_engine::ports::{DecodedFile, StageError};

const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const SHEET: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";

/// The parts that every file of Office Open XML has (ECMA-376, part 2).
fn office(main: &str, main_type: &str, parts: &[(&str, String)]) -> Vec<u8> {
    let types = format!(
        "<Types xmlns='{PACKAGE}/content-types'><Default Extension='rels' ContentType='application/vnd.openxmlformats-package.relationships+xml'/>\
         <Default Extension='xml' ContentType='application/xml'/><Override PartName='/{main}' ContentType='{main_type}'/></Types>"
    );
    let relations = relations(&[("r1", "officeDocument", main)]);
    let mut members = vec![("[Content_Types].xml", types.as_bytes()), ("_rels/.rels", relations.as_bytes())];
    members.extend(parts.iter().map(|(name, content)| (*name, content.as_bytes())));
    zip(&members)
}

fn relations(targets: &[(&str, &str, &str)]) -> String {
    let one = |(id, kind, target): &(&str, &str, &str)| format!("<Relationship Id='{id}' Type='{OFFICE}/{kind}' Target='{target}'/>");
    format!("<Relationships xmlns='{PACKAGE}/relationships'>{}</Relationships>", targets.iter().map(one).collect::<String>())
}

fn text(decoded: &DecodedFile) -> &str {
    &decoded.head.texts.first().expect("a text").text
}

/// What stands in places of this kind: name and text.
fn placed(decoded: &DecodedFile, part: PartKind) -> Vec<(String, String)> {
    let found = decoded.head.texts.first().expect("a text");
    let characters: Vec<char> = found.text.chars().collect();
    let here = found.spans.iter().filter_map(|span| Some((span, span.place.as_ref().filter(|place| place.part == part)?)));
    here.map(|(span, place)| (place.name.clone(), characters[span.start as usize..span.end as usize].iter().collect())).collect()
}

#[test]
fn a_document_gives_its_text_its_comments_and_what_was_struck_out() {
    let body = format!(
        "<w:document xmlns:w='{WORD}'><w:body><w:p><w:r><w:t>The lamp was lit.</w:t></w:r>\
         <w:ins w:id='1' w:author='Ben'><w:r><w:t> At dusk.</w:t></w:r></w:ins>\
         <w:del w:id='2' w:author='Ben'><w:r><w:delText>By Tom.</w:delText></w:r></w:del>\
         <w:commentRangeStart w:id='0'/><w:r><w:t> Oil is low.</w:t></w:r><w:commentRangeEnd w:id='0'/>\
         <w:r><w:commentReference w:id='0'/></w:r></w:p></w:body></w:document>"
    );
    let comments = format!(
        "<w:comments xmlns:w='{WORD}'><w:comment w:id='0' w:author='Anna'><w:p><w:r><w:t>Order more.</w:t></w:r></w:p></w:comment></w:comments>"
    );
    let parts = [
        ("word/document.xml", body),
        ("word/_rels/document.xml.rels", relations(&[("r1", "comments", "comments.xml")])),
        ("word/comments.xml", comments),
    ];
    let main_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
    let decoded = decode(&workers(), "docx", &office("word/document.xml", main_type, &parts)).expect("decoded");
    assert_eq!((decoded.head.kind, notes(&decoded), decoded.head.unread), (MediaKind::Office, vec![], false));
    assert!(text(&decoded).contains("The lamp was lit.") && text(&decoded).contains("Oil is low."), "{}", text(&decoded));
    assert_eq!(placed(&decoded, PartKind::Comment), [("Anna".to_owned(), "Order more.".to_owned())]);
    let (put_in, taken_out) = (placed(&decoded, PartKind::Inserted), placed(&decoded, PartKind::Deleted));
    assert!(put_in.iter().any(|(name, text)| name == "Ben" && text.contains("At dusk.")), "{put_in:?}");
    assert!(taken_out.iter().any(|(name, text)| name == "Ben" && text.contains("By Tom.")), "{taken_out:?}");
}

#[test]
fn a_workbook_gives_its_cells_and_those_of_hidden_sheets() {
    let book = format!(
        "<workbook xmlns='{SHEET}' xmlns:r='{OFFICE}'><sheets><sheet name='Accounts' sheetId='1' r:id='r1'/>\
         <sheet name='Private' sheetId='2' state='hidden' r:id='r2'/></sheets></workbook>"
    );
    let sheet = |cell: &str, words: &str| {
        format!(
            "<worksheet xmlns='{SHEET}'><sheetData><row r='7'><c r='{cell}' t='inlineStr'><is><t>{words}</t></is></c></row></sheetData></worksheet>"
        )
    };
    let parts = [
        ("xl/workbook.xml", book),
        (
            "xl/_rels/workbook.xml.rels",
            relations(&[("r1", "worksheet", "worksheets/sheet1.xml"), ("r2", "worksheet", "worksheets/sheet2.xml")]),
        ),
        ("xl/worksheets/sheet1.xml", sheet("B7", "paraffin")),
        ("xl/worksheets/sheet2.xml", sheet("C7", "brandy")),
    ];
    let main_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml";
    let decoded = decode(&workers(), "xlsx", &office("xl/workbook.xml", main_type, &parts)).expect("decoded");
    assert_eq!(placed(&decoded, PartKind::Cell), [("Accounts!B7".to_owned(), "paraffin".to_owned())]);
    assert_eq!(placed(&decoded, PartKind::HiddenCell), [("Private!C7".to_owned(), "brandy".to_owned())]);
}

const MESSAGE: &[u8] =
    b"From: Edith <edith@rock.example>\r\nTo: office@harbour.example\r\nSubject: The lamp\r\nMessage-ID: <1@rock.example>\r\n\
    Date: Thu, 17 Feb 1938 12:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n\
    --x\r\nContent-Type: text/plain\r\n\r\nThe wick is spent.\r\n\
    --x\r\nContent-Type: text/plain; name=list.txt\r\nContent-Disposition: attachment; filename=list.txt\r\n\r\nwick, oil\r\n--x--\r\n";

#[test]
fn a_message_gives_its_headers_its_body_and_its_attachment() {
    let workers = workers();
    let decoded = decode(&workers, "eml", MESSAGE).expect("decoded");
    assert_eq!((decoded.head.kind, decoded.head.has_members, notes(&decoded)), (MediaKind::Mail, true, vec![]));
    assert_eq!(property(&decoded, "subject"), Some("The lamp"));
    assert_eq!(placed(&decoded, PartKind::Body).len(), 1);
    assert!(text(&decoded).contains("The wick is spent.") && !text(&decoded).contains("wick, oil"), "{}", text(&decoded));
    let (_, members) = expand(&workers, "eml", MESSAGE, None).expect("expanded");
    assert_eq!(members.len(), 1);
    assert_eq!((members[0].0.as_str(), members[0].1.trim_ascii()), ("list.txt", b"wick, oil".as_slice()));
}

#[test]
fn a_zip_in_a_zip_is_taken_out_level_by_level() {
    let workers = workers();
    let inner = zip(&[("../up.txt", b"deep down"), ("empty.txt", b"")]);
    let outer = zip(&[("folder/inner.zip", &inner), ("beside.txt", b"beside")]);
    let decoded = decode(&workers, "zip", &outer).expect("decoded");
    assert_eq!((decoded.head.kind, decoded.head.has_members, decoded.head.unread), (MediaKind::Archive, true, false));
    let (_, members) = expand(&workers, "zip", &outer, None).expect("expanded");
    assert_eq!(members, [("folder/inner.zip".to_owned(), inner.clone()), ("beside.txt".to_owned(), b"beside".to_vec())]);
    let (_, members) = expand(&workers, "zip", &inner, None).expect("expanded");
    assert_eq!(members, [("../up.txt".to_owned(), b"deep down".to_vec()), ("empty.txt".to_owned(), Vec::new())]);
}

#[test]
fn what_cannot_be_expanded_is_named() {
    let workers = workers();
    let refused = |extension: &str, bytes: &[u8]| match expand(&workers, extension, bytes, None) {
        Ok((found, _)) => codes(&found.notes).first().map(|code| (*code).to_owned()),
        Err(StageError::Broken(reason)) => Some(reason.code),
        Err(_) => None,
    };
    assert_eq!(refused("txt", b"only words").as_deref(), Some("no_reader"));
    assert_eq!(refused("pdf", b"%PDF-1.7\n").as_deref(), Some("needs_pdfium"));
    assert!(refused("zip", b"PK\x03\x04 and nothing more").is_some_and(|code| code == "damaged" || code == "container_cut"));
}

#[test]
fn subtitles_and_tables_say_where_they_stand() {
    let workers = workers();
    let cues = decode(&workers, "srt", b"1\n00:00:01,500 --> 00:00:02,000\nTwo flares.\n").expect("decoded");
    let span = &cues.head.texts[0].spans[0];
    assert_eq!((text(&cues), span.t0, span.t1), ("Two flares.", Some(1.5), Some(2.0)));
    let rows = decode(&workers, "csv", b"name,town\nAnn,Bath\n").expect("decoded");
    assert_eq!(placed(&rows, PartKind::Row), [("1".to_owned(), "name,town".to_owned()), ("2".to_owned(), "Ann,Bath".to_owned())]);
}
