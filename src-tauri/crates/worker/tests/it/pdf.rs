//! PDF documents, honest and hostile, through the real decoder.
//!
//! Needs the PDF library in the folder that `WINNOW_MODELS` names (set-up fetches it).

use crate::support::{LIMITS, codes, decode, expand, file, notes, page, property, refusal, request, workers, workers_with_pdf};
use winnow_contract::asset::{MediaKind, PartKind, RenditionKind};
use winnow_contract::worker::{DecodedText, Password};
use winnow_engine::ports::{Cancel, Decode, DecodedFile, StageError};

const LOCKED: &[u8] = include_bytes!("../fixtures/locked.pdf");
/// What a page has unless it says otherwise: US letter in points, and a font.
const USUAL: [(&str, &str); 2] = [("/MediaBox", "[0 0 612 792]"), ("/Resources", "<< /Font << /F1 4 0 R >> >>")];

/// A document of these objects, the first of them the catalogue; its table stands at the end (ISO 32000-1, 7.5).
fn pdf(objects: &[String]) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        places.push(bytes.len());
        bytes.extend(format!("{} 0 obj\n{object}\nendobj\n", number + 1).into_bytes());
    }
    let table = bytes.len();
    bytes.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).into_bytes());
    places.iter().for_each(|place| bytes.extend(format!("{place:010} 00000 n \n").into_bytes()));
    let size = objects.len() + 1;
    bytes.extend(format!("trailer\n<< /Size {size} /Root 1 0 R /Info 3 0 R >>\nstartxref\n{table}\n%%EOF\n").into_bytes());
    bytes
}

fn stream(content: &str) -> String {
    format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len())
}

/// Pages with what their dictionaries and their contents say. Object 4 is a font, `/F1`; objects after the pages are `more`.
fn document(pages: &[(&str, &str)], more: &[String]) -> Vec<u8> {
    let kids: Vec<_> = (0..pages.len()).map(|number| format!("{} 0 R", 5 + 2 * number)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Count {} /Kids [{}] >>", pages.len(), kids.join(" ")),
        "<< /Title (Harbour minutes) /Author (E. Marsh) /CreationDate (D:19380217120000Z) >>".to_owned(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    for (number, (entries, content)) in pages.iter().enumerate() {
        let contents = 6 + 2 * number;
        let usual = USUAL.iter().filter(|(key, _)| !entries.contains(key)).map(|(key, value)| format!("{key} {value} "));
        objects.push(format!("<< /Type /Page /Parent 2 0 R /Contents {contents} 0 R {}{entries} >>", usual.collect::<String>()));
        objects.push(stream(content));
    }
    objects.extend_from_slice(more);
    pdf(&objects)
}

/// Lines of 24 points, 720 points above the bottom and lower.
fn lines(texts: &[&str]) -> String {
    let shown: Vec<_> = texts.iter().map(|text| format!("({text}) Tj 0 -30 Td")).collect();
    format!("BT /F1 24 Tf 72 720 Td {} ET", shown.join(" "))
}

fn texts(decoded: &DecodedFile) -> Vec<(u32, &str)> {
    decoded.head.texts.iter().map(|text| (text.page, text.text.as_str())).collect()
}

/// Where a word stands.
fn place(text: &DecodedText, word: &str) -> [u32; 4] {
    let characters: Vec<char> = text.text.chars().collect();
    let said = |start: u32, end: u32| characters[start as usize..end as usize].iter().collect::<String>();
    let span = text.spans.iter().find(|span| said(span.start, span.end) == word).expect(word);
    assert_eq!(span.page, Some(text.page));
    span.rect.expect("a box")
}

#[test]
fn pages_give_their_text_and_the_place_of_every_word() {
    let bytes = document(&[("", &lines(&["Two red flares", "off the rock"])), ("/Rotate 90", &lines(&["Turned by a quarter"]))], &[]);
    let decoded = decode(&workers_with_pdf(), "pdf", &bytes).expect("decoded");
    let head = &decoded.head;
    assert_eq!((head.kind, head.media_type.as_str(), head.partial, notes(&decoded)), (MediaKind::Pdf, "application/pdf", false, vec![]));
    assert_eq!(texts(&decoded), [(1, "Two red flares\noff the rock"), (2, "Turned by a quarter")]);
    let sizes: Vec<_> = head.pages.iter().map(|page| (page.number, page.width, page.height, page.needs_ocr)).collect();
    assert_eq!(sizes, [(1, 1275, 1650, false), (2, 1650, 1275, false)]);
    // 72 points from the left are 150 pixels; the second line stands 30 points, 62 pixels, below the first.
    let ([left, top, ..], [_, below, ..]) = (place(&head.texts[0], "Two"), place(&head.texts[0], "off"));
    assert!(left.abs_diff(150) <= 3 && top.abs_diff(100) <= 15 && (below - top).abs_diff(62) <= 3, "{left} {top} {below}");
    // Turned clockwise, the left edge is above: the line runs down at the right.
    let [x, y, width, height] = place(&head.texts[1], "Turned");
    assert!(y.abs_diff(150) <= 3 && x > 1400 && height > 2 * width, "{x} {y} {width} {height}");
    let kinds: Vec<_> = head.renditions.iter().map(|head| (head.kind, head.page, head.width.max(head.height))).collect();
    assert_eq!(kinds, [(RenditionKind::Thumbnail, 1, 352)], "pages are drawn when somebody looks");
    let check = |key: &str, expected: &str| assert_eq!(property(&decoded, key), Some(expected), "{key}");
    check("pages", "2");
    check("title", "Harbour minutes");
    check("author", "E. Marsh");
    check("created", "1938-02-17T12:00:00Z");
    check("version", "1.7");
    assert_eq!(property(&decoded, "encrypted"), None);
}

#[test]
fn text_that_lies_sideways_is_read_in_its_order() {
    let said = lines(&["The first line is long", "the second", "and the last of them"]);
    let bytes = document(&[("/Rotate 90", &said), ("/Rotate 270", &said), ("", &said)], &[]);
    let decoded = decode(&workers_with_pdf(), "pdf", &bytes).expect("decoded");
    let upright = texts(&decoded)[2].1;
    assert!(upright.starts_with("The first line is long\nthe second\n"), "{upright}");
    assert_eq!(texts(&decoded), [(1, upright), (2, upright), (3, upright)]);
}

#[test]
fn a_page_is_drawn_when_it_is_wanted() {
    let workers = workers_with_pdf();
    let bytes = document(&[("", &lines(&["One"])), ("/Rotate 90", "0 0 1 rg 0 0 306 792 re f")], &[]);
    let drawn = page(&workers, "pdf", &bytes, 2, 1).expect("drawn");
    let (kind, number, width, height) = (drawn.head.kind, drawn.head.page, drawn.head.width, drawn.head.height);
    assert_eq!((kind, number, width, height), (RenditionKind::Page, 2, 1650, 1275));
    // The left half is blue: after the turn, the upper one.
    let image = image::load_from_memory(&drawn.image).expect("a picture").to_rgb8();
    assert_eq!((image.get_pixel(800, 100).0, image.get_pixel(800, 1200).0), ([0, 0, 255], [255, 255, 255]));
    assert_eq!(drawn.head.media_type, "image/png", "few colours stay without loss");
    let twice = page(&workers, "pdf", &bytes, 1, 2).expect("drawn");
    assert_eq!((twice.head.width, twice.head.height), (2550, 3300));
    let refused = |number| page(&workers, "pdf", &bytes, number, 1).expect_err("no such page");
    assert!(matches!(refused(3), StageError::Broken(reason) if reason.code == "no_page"));
    assert!(matches!(refused(0), StageError::Broken(reason) if reason.code == "no_page"));
}

#[test]
fn a_locked_document_opens_with_its_password_only() {
    let workers = workers_with_pdf();
    let with = |password: &str| {
        let password = Some(Password(password.to_owned()));
        workers.decode.decode(
            &winnow_contract::worker::DecodeRequest { password, ..request("pdf", LOCKED) },
            file(LOCKED),
            LIMITS,
            &Cancel::default(),
        )
    };
    assert_eq!(refusal(decode(&workers, "pdf", LOCKED)), "locked");
    assert_eq!(refusal(with("wrong")), "locked");
    assert_eq!(refusal(with("kee\0per")), "locked");
    let decoded = with("keeper").expect("decoded");
    assert_eq!(texts(&decoded), [(1, "The lantern burns behind the door")]);
    assert_eq!(property(&decoded, "encrypted"), Some("yes"));
    let refused = page(&workers, "pdf", LOCKED, 1, 1).expect_err("locked");
    assert!(matches!(refused, StageError::Broken(reason) if reason.code == "locked"));
}

#[test]
fn pages_whose_text_cannot_be_trusted_are_named() {
    let scan = "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>\nstream\n\u{1}\nendstream";
    let resources = |number: usize| format!("/Resources << /Font << /F1 4 0 R >> /XObject << /Im {number} 0 R >> >>");
    let (image, whole_page) = (resources(13), "q 612 0 0 792 0 0 cm /Im Do Q");
    let stamp = format!("{whole_page} BT /F1 10 Tf 500 20 Td (Copy 12) Tj ET");
    let letter = format!(
        "{whole_page} {}",
        lines(&[
            "The keeper wrote down the weather",
            "and every vessel that passed",
            "the rock that night, two red flares",
            "and a schooner under bare poles",
            "which nobody saw again before the",
            "morning when the wind had gone round"
        ])
    );
    let bytes = document(&[(&image, whole_page), (&image, &stamp), (&image, &letter), ("", "")], &[scan.to_owned()]);
    let decoded = decode(&workers_with_pdf(), "pdf", &bytes).expect("decoded");
    let wanted: Vec<_> = decoded.head.pages.iter().map(|page| page.needs_ocr).collect();
    assert_eq!(wanted, [true, true, false, false], "a scan, a stamp on a scan, a scan with its words, nothing");
    assert_eq!(decoded.head.texts.iter().map(|text| text.page).collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn notes_and_answers_of_forms_stand_at_the_end_of_their_page() {
    let note = "<< /Type /Annot /Subtype /Text /Rect [72 600 92 620] /T (Anna) /Contents (Ask the pilot) >>".to_owned();
    let bytes = document(&[("/Annots [7 0 R]", &lines(&["Log"]))], &[note]);
    let decoded = decode(&workers_with_pdf(), "pdf", &bytes).expect("decoded");
    assert_eq!(texts(&decoded), [(1, "Log\n\nAsk the pilot")]);
    let span = &decoded.head.texts[0].spans[1];
    let place = span.place.as_ref().expect("a place");
    assert_eq!((place.part, place.name.as_str()), (PartKind::Annotation, "Anna"));
    assert!(span.rect.is_some_and(|[x, y, ..]| x.abs_diff(150) <= 2 && y.abs_diff(358) <= 2), "{:?}", span.rect);
}

#[test]
fn attached_files_are_members() {
    let workers = workers_with_pdf();
    let bytes = pdf(&with_attachment());
    let decoded = decode(&workers, "pdf", &bytes).expect("decoded");
    assert!(decoded.head.has_members);
    let (found, members) = expand(&workers, "pdf", &bytes, None).expect("expanded");
    assert_eq!(members, [("note.txt".to_owned(), b"under the stairs".to_vec())]);
    assert_eq!((found.members[0].locator.as_slice(), found.partial, codes(&found.notes)), (b"0/note.txt".as_slice(), false, vec![]));
}

fn with_attachment() -> Vec<String> {
    let attached = "under the stairs";
    [
        "<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles << /Names [(note.txt) 5 0 R] >> >> >>".to_owned(),
        "<< /Type /Pages /Count 1 /Kids [4 0 R] >>".to_owned(),
        "<< >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] >>".to_owned(),
        "<< /Type /Filespec /F (note.txt) /UF (note.txt) /EF << /F 6 0 R >> >>".to_owned(),
        format!("<< /Type /EmbeddedFile /Length {} >>\nstream\n{attached}\nendstream", attached.len()),
    ]
    .to_vec()
}

#[test]
fn long_large_and_broken_documents_are_read_as_far_as_they_go() {
    let workers = workers_with_pdf();
    let three = document(&[("", &lines(&["One"])), ("", &lines(&["Two"])), ("", &lines(&["Three"]))], &[]);
    let few = |pages: u32, text_chars: u32| {
        let mut request = request("pdf", &three);
        (request.limits.pages, request.limits.text_chars) = (pages, text_chars);
        workers.decode.decode(&request, file(&three), LIMITS, &Cancel::default()).expect("decoded")
    };
    let cut = few(2, 1000);
    assert_eq!((notes(&cut), cut.head.partial, cut.head.pages.len()), (vec!["pages_cut"], true, 2));
    assert_eq!(cut.head.notes[0].sentence(), "It has 3 pages; the first 2 were read.");
    assert_eq!(property(&cut, "pages"), Some("3"));
    let short = few(2000, 5);
    assert_eq!((notes(&short), short.head.partial), (vec!["text_cut"], true));
    assert_eq!(texts(&short), [(1, "One"), (2, "Tw")]);
    let large = document(&[("/MediaBox [0 0 14400 14400]", &lines(&["Chart"]))], &[]);
    let decoded = decode(&workers, "pdf", &large).expect("decoded");
    let page = &decoded.head.pages[0];
    assert!(u64::from(page.width) * u64::from(page.height) <= 40_100_000 && notes(&decoded).contains(&"pages_reduced"), "{page:?}");
    // Nothing says where its table is: PDFium looks the objects up.
    let end = three.windows(9).position(|window| window == b"startxref").expect("a table");
    let repaired = decode(&workers, "pdf", &three[..end]).expect("decoded");
    assert_eq!((notes(&repaired), repaired.head.partial, repaired.head.texts.len()), (vec!["pdf_repaired"], true, 3));
    assert_eq!(refusal(decode(&workers, "pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")), "damaged");
    assert_eq!(refusal(decode(&workers, "pdf", &three[..60])), "damaged");
}

#[test]
fn without_the_library_documents_are_unread_and_say_why() {
    let workers = workers();
    let bytes = document(&[("", &lines(&["One"]))], &[]);
    let decoded = decode(&workers, "pdf", &bytes).expect("decoded");
    assert_eq!((decoded.head.kind, notes(&decoded), decoded.head.unread), (MediaKind::Pdf, vec!["needs_pdfium"], true));
    assert!(decoded.head.texts.is_empty());
    let refused = page(&workers, "pdf", &bytes, 1, 1).expect_err("no library");
    assert!(matches!(refused, StageError::Broken(reason) if reason.code == "needs_pdfium"));
}

#[test]
fn a_document_of_many_pages_is_read_quickly_enough() {
    let sentence = "the keeper wrote down the weather and every vessel";
    let content = lines(&[sentence; 20]);
    let pages = vec![("", content.as_str()); 200];
    let decoded = decode(&workers_with_pdf(), "pdf", &document(&pages, &[])).expect("decoded");
    assert_eq!((decoded.head.pages.len(), decoded.head.texts.len(), decoded.head.partial), (200, 200, false));
}
