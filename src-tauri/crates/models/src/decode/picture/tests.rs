//! Whole pictures through the reader, made in code.

use super::*;
use image::codecs::jpeg::JpegEncoder;
use image::{GrayImage, Luma};
use std::io::Write;

use winnow_contract::asset::{MediaKind, RenditionKind};

pub(super) fn limits() -> DecodeLimits {
    DecodeLimits {
        pixels: 1_000_000,
        picture_bytes: 40_000_000,
        file_bytes: 10_000_000,
        text_chars: 1000,
        page_pixels: 1_000_000,
        preview_side: 50,
        thumbnail_side: 10,
        pages: 3,
        cells: 10,
        nesting: 20,
    }
}

fn sample(bytes: &[u8]) -> Sample {
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(bytes).expect("written");
    Sample::take(file).expect("a sample")
}

fn kind(media_type: &'static str) -> Kind {
    Kind { media: MediaKind::Image, media_type }
}

fn decoded(bytes: &[u8], media_type: &'static str) -> Result<Decoded, Words> {
    let request = DecodeRequest { extension: String::new(), bytes: bytes.len() as i64, limits: limits(), turn: 0, password: None };
    read(&request, &kind(media_type), &mut sample(bytes)).map(|(head, blob)| {
        assert_eq!(head.renditions.iter().map(|head| head.bytes as usize).sum::<usize>(), blob.len());
        head
    })
}

fn drawn(bytes: &[u8], media_type: &'static str, page_: u32) -> Result<(u32, u32, u8), String> {
    let request =
        PageRequest { extension: String::new(), bytes: bytes.len() as i64, page: page_, scale: 2, limits: limits(), password: None };
    let (head, blob) = page(&request, &kind(media_type), &mut sample(bytes)).map_err(|reason| reason.code)?;
    assert_eq!((head.kind, head.page, head.bytes as usize), (RenditionKind::Page, page_, blob.len()));
    let image = image::load_from_memory(&blob).expect("a picture").to_luma8();
    Ok((image.width(), image.height(), image.get_pixel(0, 0).0[0]))
}

/// One page of a TIFF: gray pixels of one value.
struct Sheet {
    width: u32,
    height: u32,
    value: u8,
    compression: u32,
    orientation: u32,
}

const fn sheet(width: u32, height: u32, value: u8) -> Sheet {
    Sheet { width, height, value, compression: 1, orientation: 1 }
}

/// An uncompressed TIFF of several pages; the last one's directory leads to `tail`.
fn tiff_of(sheets: &[Sheet], tail: u32) -> Vec<u8> {
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    for (index, sheet) in sheets.iter().enumerate() {
        let (pixels, start) = (sheet.width * sheet.height, bytes.len() as u32);
        let end = start + 2 + 10 * 12 + 4 + pixels;
        let fields = [
            (256, sheet.width),
            (257, sheet.height),
            (258, 8),
            (259, sheet.compression),
            (262, 1),
            (273, end - pixels),
            (274, sheet.orientation),
            (277, 1),
            (278, sheet.height),
            (279, pixels),
        ];
        bytes.extend(10_u16.to_le_bytes());
        for (tag, value) in fields {
            let short = matches!(tag, 258 | 259 | 262 | 274 | 277);
            bytes.extend([(tag as u16).to_le_bytes(), [if short { 3 } else { 4 }, 0], [1, 0], [0, 0]].concat());
            bytes.extend(value.to_le_bytes());
        }
        bytes.extend(if index + 1 < sheets.len() { end } else { tail }.to_le_bytes());
        bytes.extend(vec![sheet.value; pixels as usize]);
    }
    bytes
}

fn codes(head: &Decoded) -> Vec<&str> {
    head.notes.iter().map(|note| note.code.as_str()).collect()
}

#[test]
fn a_tiff_of_one_page_is_a_picture() {
    let head = decoded(&tiff_of(&[sheet(30, 20, 7)], 0), "image/tiff").expect("decoded");
    assert_eq!((head.pages.len(), head.partial, head.unread, codes(&head)), (0, false, false, vec![]));
    assert_eq!(head.renditions.iter().map(|head| head.kind).collect::<Vec<_>>(), [RenditionKind::Page, RenditionKind::Thumbnail]);
    assert_eq!(head.properties[..2].iter().map(|p| p.value.as_str()).collect::<Vec<_>>(), ["30", "20"]);
}

#[test]
fn every_page_of_a_tiff_is_listed_and_drawn_when_wanted() {
    let lying = Sheet { orientation: 6, ..sheet(40, 10, 99) };
    let bytes = tiff_of(&[sheet(30, 20, 7), lying, sheet(8, 9, 200)], 0);
    let head = decoded(&bytes, "image/tiff").expect("decoded");
    let pages: Vec<_> = head.pages.iter().map(|page| (page.number, page.width, page.height, page.needs_ocr)).collect();
    assert_eq!(pages, [(1, 30, 20, true), (2, 10, 40, true), (3, 8, 9, true)]);
    assert_eq!((head.partial, codes(&head), head.renditions[0].width), (false, vec![], 30));
    let check = |page: u32, expected: Result<(u32, u32, u8), &str>| {
        assert_eq!(drawn(&bytes, "image/tiff", page).map_err(|code| code.leak() as &str), expected);
    };
    check(1, Ok((30, 20, 7)));
    check(2, Ok((10, 40, 99)));
    check(3, Ok((8, 9, 200)));
    check(4, Err("no_page"));
    check(0, Err("no_page"));
}

#[test]
fn limits_and_loops_of_pages_are_named() {
    let head = decoded(&tiff_of(&[sheet(3, 2, 1), sheet(3, 2, 2), sheet(3, 2, 3), sheet(3, 2, 4)], 0), "image/tiff").expect("decoded");
    assert_eq!((head.pages.len(), head.partial, codes(&head)), (3, true, vec!["pages_cut"]));
    assert_eq!(head.notes[0].params["count"], "4");
    let head = decoded(&tiff_of(&[sheet(3, 2, 1), sheet(3, 2, 2)], 8), "image/tiff").expect("decoded");
    assert_eq!((head.pages.len(), head.partial, codes(&head)), (2, true, vec!["pages_broken"]));
}

#[test]
fn a_page_that_has_no_reader_leaves_the_others() {
    let unknown = || Sheet { compression: 34_712, ..sheet(30, 20, 7) };
    let bytes = tiff_of(&[unknown(), sheet(8, 9, 200)], 0);
    let head = decoded(&bytes, "image/tiff").expect("decoded");
    assert_eq!((head.pages.len(), head.renditions.len(), head.unread, codes(&head)), (2, 0, false, vec!["picture_flavour"]));
    assert_eq!(drawn(&bytes, "image/tiff", 1), Err("picture_flavour".to_owned()));
    assert_eq!(drawn(&bytes, "image/tiff", 2), Ok((8, 9, 200)));
    let head = decoded(&tiff_of(&[unknown()], 0), "image/tiff").expect("decoded");
    assert_eq!((head.unread, codes(&head)), (true, vec!["picture_flavour"]));
    assert_eq!(decoded(&tiff_of(&[sheet(1001, 1000, 7)], 0), "image/tiff").expect_err("refused").code, "too_many_pixels");
}

fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let image = DynamicImage::ImageLuma8(GrayImage::from_fn(width, height, |x, y| Luma([(x * 7 + y * 3) as u8])));
    image.write_with_encoder(JpegEncoder::new(&mut bytes)).expect("a JPEG");
    bytes
}

/// A JPEG with a segment of an application after its start.
fn with_segment(jpeg: &[u8], marker: u8, content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], &[0xff, marker], &length, content, &jpeg[2..]].concat()
}

#[test]
fn what_was_written_about_a_picture_is_kept_and_searched() {
    let xmp = br#"<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description
        xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Harbour</dc:title></r:Description></r:RDF>"#;
    let iptc = b"Photoshop 3.0\08BIM\x04\x04\0\0\0\0\0\x15\x1c\x02\x78\0\x05Ships\x1c\x02\x5a\0\x04Kiel\x1c\0";
    let bytes = with_segment(&jpeg(64, 48), 0xe1, &[b"http://ns.adobe.com/xap/1.0/\0", &xmp[..]].concat());
    let head = decoded(&with_segment(&bytes, 0xed, iptc), "image/jpeg").expect("decoded");
    let found: Vec<_> = head.properties.iter().map(|p| format!("{}={}", p.key, p.value)).collect();
    assert_eq!(found, ["width=64", "height=48", "title=Harbour", "description=Ships", "city=Kiel"]);
    assert_eq!(head.texts.iter().map(|text| (text.page, text.text.as_str())).collect::<Vec<_>>(), [(0, "Harbour\nShips\nKiel")]);
    assert_eq!(head.look.map(|look| look.len()), Some(16));
}

#[test]
fn the_preview_of_a_negative_is_turned_as_the_negative_says() {
    let preview = jpeg(900, 600);
    let mut bytes = b"II*\0\x08\0\0\0\x04\0".to_vec();
    for (tag, value) in [(262_u16, 32_803_u32), (274, 8), (513, 62), (514, preview.len() as u32)] {
        bytes.extend([&tag.to_le_bytes()[..], &[4, 0, 1, 0, 0, 0], &value.to_le_bytes()].concat());
    }
    bytes.extend([0; 4]);
    bytes.extend(preview);
    let head = decoded(&bytes, "image/tiff").expect("decoded");
    assert_eq!((codes(&head), head.unread, head.renditions[0].width, head.renditions[0].height), (vec!["preview_only"], false, 600, 900));
    let empty = decoded(&bytes[..62], "image/tiff").expect("decoded");
    assert!(empty.unread && empty.renditions.is_empty());
}

/// A TIFF of one page of 4-bit gray, which our own decoder declines.
fn tiff_of_four_bits(width: u32, height: u32, pixels: &[u8]) -> Vec<u8> {
    let fields = [
        (256, width),
        (257, height),
        (258, 4),
        (259, 1),
        (262, 1),
        (273, 8 + 2 + 9 * 12 + 4),
        (274, 1),
        (277, 1),
        (279, pixels.len() as u32),
    ];
    let mut bytes = b"II*\0\x08\0\0\0\x09\0".to_vec();
    for (tag, value) in fields {
        bytes.extend([(tag as u16).to_le_bytes(), [4, 0], [1, 0], [0, 0]].concat());
        bytes.extend(value.to_le_bytes());
    }
    [bytes, vec![0; 4], pixels.to_vec()].concat()
}

#[test]
fn what_our_own_decoder_declines_libtiff_reads_where_it_is_installed() {
    let bytes = tiff_of_four_bits(2, 2, &[0x3f, 0x0f]);
    if !libtiff::is_installed() {
        assert_eq!(drawn(&bytes, "image/tiff", 1), Err("picture_flavour".to_owned()));
        return;
    }
    let head = decoded(&bytes, "image/tiff").expect("no damage");
    assert_eq!((head.unread, head.renditions.len()), (false, 2));
    assert_eq!(drawn(&bytes, "image/tiff", 1), Ok((2, 2, 0x33)));
    // What it announces is refused before anything is allocated, and what is missing is damage.
    let refused = decoded(&tiff_of_four_bits(60_000, 60_000, &[0]), "image/tiff").map_err(|reason| reason.code);
    assert_eq!(refused.err().as_deref(), Some("too_many_pixels"));
    assert!(decoded(&tiff_of_four_bits(900, 900, &[0]), "image/tiff").map_or(true, |head| head.unread));
}

#[test]
fn libtiff_hands_out_pixels_as_they_are_stored() {
    let check = |bytes: &[u8], orientation: u32, expected: Option<&[u8]>| {
        let decoded = libtiff::decode(bytes, 8, orientation, &limits());
        let found = decoded.map(|decoded| decoded.map_err(Stop::words).ok().map(|image| image.to_luma8().into_raw()));
        assert!(found.is_none_or(|found| found.as_deref() == expected));
    };
    let four = tiff_of_four_bits(2, 2, &[0x3f, 0x0f]);
    check(&four, 1, Some(&[0x33, 0xff, 0, 0xff]));
    check(&tiff_of(&[Sheet { orientation: 6, ..sheet(3, 1, 7) }], 0), 6, Some(&[7; 3]));
    check(&four[..40], 1, None);
    check(b"", 1, None);
    check(b"II*\0\xff\xff\xff\xff", 1, None);
}

#[test]
fn maps_and_targa() {
    let check = |bytes: &[u8], media_type: &'static str, expected: Result<(u32, u32, u8), &str>| {
        assert_eq!(drawn(bytes, media_type, 1).map_err(|code| code.leak() as &str), expected);
    };
    check(b"P1\n# bits\n3 1\n1 0 1", PNM, Ok((3, 1, 0)));
    check(b"P2 2 1 15 5 15", PNM, Ok((2, 1, 85)));
    check(b"P4 8 1\n\x7f", PNM, Ok((8, 1, 255)));
    check(b"P5 1 1 65535\n\x33\x33", PNM, Ok((1, 1, 51)));
    check(b"P6 1 1 255\n\x09\x09\x09", PNM, Ok((1, 1, 9)));
    check(b"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 1\nMAXVAL 255\nTUPLTYPE GRAYSCALE\nENDHDR\n\x09", PNM, Ok((1, 1, 9)));
    check(b"P6 60000 60000 255\n\0", PNM, Err("too_many_pixels"));
    check(b"P6 9 9 255\n\0", PNM, Err("damaged"));
    let targa = |kind: u8, side: [u8; 2]| [0, 0, kind, 0, 0, 0, 0, 0, 0, 0, 0, 0, side[0], side[1], side[0], side[1], 8, 0x20];
    check(&[&targa(3, [1, 0])[..], &[9]].concat(), TGA, Ok((1, 1, 9)));
    check(&[&targa(11, [2, 0])[..], &[0x83, 9]].concat(), TGA, Ok((2, 2, 9)));
    check(&targa(3, [0xff, 0xff]), TGA, Err("too_many_pixels"));
    check(&targa(3, [9, 0]), TGA, Err("damaged"));
}

#[test]
fn what_others_overlook_is_mended() {
    let gif = b"GIF87a\x01\0\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x08\x04\0\x01\x04\x04\0;";
    assert_eq!(drawn(gif, "image/gif", 1).map(|(width, height, _)| (width, height)), Ok((1, 1)));
    let short = with_segment(&jpeg(64, 48), 0xee, b"Adobe\0");
    assert_eq!(drawn(&short, "image/jpeg", 1).map(|(width, height, _)| (width, height)), Ok((64, 48)));
}

#[test]
fn a_picture_of_a_rarer_format_has_its_descriptions() {
    let mut psd = b"8BPS\0\x01\0\0\0\0\0\0\0\x01\0\0\0\x01\0\0\0\x02\0\x08\0\x01\0\0\0\0".to_vec();
    let iptc = b"8BIM\x04\x04\0\0\0\0\0\x0a\x1c\x02\x78\0\x05Ships";
    psd.extend([&(iptc.len() as u32).to_be_bytes()[..], iptc, &[0; 4], &[0, 0, 9, 10]].concat());
    let head = decoded(&psd, "image/vnd.adobe.photoshop").expect("decoded");
    let found: Vec<_> = head.properties.iter().map(|p| format!("{}={}", p.key, p.value)).collect();
    assert_eq!((found, head.partial), (vec!["width=2".to_owned(), "height=1".to_owned(), "description=Ships".to_owned()], false));
    let head = decoded(&psd[..psd.len() - 1], "image/vnd.adobe.photoshop");
    assert_eq!(head.map_err(|reason| reason.code).err().as_deref(), Some("damaged"));
}

#[test]
fn pictures_without_a_reader_say_so() {
    let head = decoded(b"AT&TFORM", "image/vnd.djvu").expect("no reader");
    assert!(head.unread);
    assert_eq!(decoded(b"\x89PNG\r\n\x1a\n", "image/png").expect_err("damaged").code, "damaged");
    assert_eq!(drawn(&jpeg(64, 48), "image/jpeg", 1).map(|(width, height, _)| (width, height)), Ok((64, 48)));
    assert_eq!(drawn(&jpeg(64, 48), "image/jpeg", 2), Err("no_page".to_owned()));
}

#[test]
fn damaged_telephone_pictures_are_refused_or_wait_for_the_library() {
    match decoded(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heic") {
        Ok(head) => assert_eq!((head.unread, codes(&head)), (true, vec!["needs_libheif"])),
        Err(reason) => assert_eq!(reason.code, "damaged"),
    }
}

#[test]
fn a_drawing_is_a_picture_with_words() {
    let svg = br##"<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100"><title>Plan</title>
        <rect width="100" height="100" fill="#102030"/><text x="10" y="50">Lagerhaus</text></svg>"##;
    let head = decoded(svg, "image/svg+xml").expect("drawn");
    assert_eq!(head.texts.iter().map(|text| text.text.as_str()).collect::<Vec<_>>(), ["Plan\nLagerhaus"]);
    assert_eq!((head.renditions[0].width, head.renditions[0].height, head.partial), (800, 400, false));
    assert_eq!(head.properties[0].value, "200");
}
