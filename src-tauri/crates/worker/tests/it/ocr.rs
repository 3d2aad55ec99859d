//! Reading page images through the real Tesseract.

use crate::support::{self, LIMITS, program, workers};
use image::{DynamicImage, GrayImage, ImageFormat, Luma};
use std::io::Cursor;
use winnow_contract::asset::PixelBox;
use winnow_contract::worker::{DecodeRequest, OcrPage, OcrRequest};
use winnow_engine::ports::{Cancel, Decode, Ocr, StageError};
use winnow_workers::{Models, Widths, Workers};

const LETTER: &[u8] = include_bytes!("../fixtures/letter.png");
const TEXT: &str = include_str!("../fixtures/letter.txt");

pub fn request(languages: &str) -> OcrRequest {
    OcrRequest { page: 1, languages: languages.to_owned() }
}

fn read(workers: &Workers, image: &[u8]) -> OcrPage {
    workers.ocr.read(&request("eng"), image, LIMITS, &Cancel::default()).expect("read")
}

fn png(image: &DynamicImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, ImageFormat::Png).expect("encoded");
    bytes.into_inner()
}

/// The box of a word, which must be there.
fn rect(page: &OcrPage, word: &str) -> PixelBox {
    let characters: Vec<char> = page.text.chars().collect();
    let held = |start: u32, end: u32| characters[start as usize..end as usize].iter().collect::<String>();
    let span = page.words.iter().find(|span| held(span.start, span.end) == word);
    span.and_then(|span| span.rect).unwrap_or_else(|| panic!("{word} was not read in: {}", page.text))
}

fn near(found: PixelBox, expected: PixelBox) {
    let close = found.iter().zip(expected).all(|(found, expected)| found.abs_diff(expected) <= 6);
    assert!(close, "{found:?} is not near {expected:?}");
}

#[test]
fn a_letter_is_read_word_by_word() {
    let workers = workers();
    let page = read(&workers, LETTER);
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(&page.text), words(TEXT));
    assert!(page.text.contains("Room\n14 March"), "{}", page.text);
    assert_eq!((page.words.len(), page.turned), (words(TEXT).len(), 0));
    assert!(page.confidence.expect("a confidence") > 0.9);
    near(rect(&page, "lighthouse."), [681, 286, 165, 28]);
    near(rect(&page, "Archivist"), [357, 466, 136, 22]);
    assert!(page.card.starts_with("tesseract 5.") && page.card.contains(" eng "), "{}", page.card);
    assert!(workers.ocr.card().starts_with("tesseract 5.") && !workers.ocr.card().contains("eng"));
}

#[test]
fn a_page_is_read_whichever_way_it_lies() {
    let workers = workers();
    let letter = image::load_from_memory(LETTER).expect("the fixture");
    // The page as it lies, by how much it has to be turned, and where the word `lighthouse.` lies on it.
    let check = |lying: DynamicImage, turned: u32, expected: PixelBox| {
        let page = read(&workers, &png(&lying));
        assert_eq!(page.turned, turned);
        assert!(page.text.contains("photographs of the lighthouse."), "{}", page.text);
        near(rect(&page, "lighthouse."), expected);
    };
    check(letter.rotate90(), 270, [900 - 286 - 28, 681, 28, 165]);
    check(letter.rotate180(), 180, [1240 - 681 - 165, 900 - 286 - 28, 165, 28]);
    check(letter.rotate270(), 90, [286, 1240 - 681 - 165, 28, 165]);
}

#[test]
fn a_lying_page_that_is_decoded_turned_is_read_as_it_stands() {
    let workers = workers();
    let lying = png(&image::load_from_memory(LETTER).expect("the fixture").rotate270());
    let turn = read(&workers, &lying).turned;
    let request = DecodeRequest { turn, ..support::request("png", &lying) };
    let decoded = workers.decode.decode(&request, support::file(&lying), LIMITS, &Cancel::default()).expect("decoded");
    let upright = &decoded.head.renditions[0];
    assert_eq!((upright.width, upright.height), (1240, 900));
    let page = read(&workers, &decoded.blob[..upright.bytes as usize]);
    assert_eq!(page.turned, 0);
    near(rect(&page, "lighthouse."), [681, 286, 165, 28]);
}

#[test]
fn a_blank_page_has_no_words() {
    let workers = workers();
    for (width, height) in [(800, 1000), (1, 1), (3, 900)] {
        let blank = DynamicImage::ImageLuma8(GrayImage::from_pixel(width, height, Luma([255])));
        let page = read(&workers, &png(&blank));
        assert_eq!((page.text.as_str(), page.words.len(), page.confidence, page.turned), ("", 0, None, 0));
    }
}

#[test]
fn missing_languages_are_named_and_no_image_is_refused() {
    let workers = workers();
    let check = |languages: &str, card: &str| {
        let error = workers.ocr.read(&request(languages), LETTER, LIMITS, &Cancel::default()).expect_err("missing");
        assert_eq!(error, StageError::Missing(card.to_owned()));
    };
    check("xyz", "tesseract xyz");
    check("eng+xyz", "tesseract xyz");
    check("../eng", "tesseract ../eng");
    check("", "tesseract ");
    let error = workers.ocr.read(&request("eng"), b"no image", LIMITS, &Cancel::default()).expect_err("refused");
    assert!(matches!(error, StageError::Broken(reason) if reason.code == "damaged"));
}

#[test]
fn pages_do_not_influence_one_another() {
    let workers = Workers::at(&program(), Widths { decode: 1, ocr: 1 }, Models::none()).expect("workers");
    let first = read(&workers, LETTER);
    let upside_down = png(&image::load_from_memory(LETTER).expect("the fixture").rotate180());
    read(&workers, &upside_down);
    assert_eq!(read(&workers, LETTER), first);
}
