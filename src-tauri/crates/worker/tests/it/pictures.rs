//! Pictures, honest and hostile, through the real decoder.

use crate::support::{decode, notes, property, refusal, workers};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, Rgb, RgbImage};
use winnow_contract::asset::{MediaKind, RenditionKind};

/// A photograph of sorts: colours that no palette holds.
fn photo(width: u32, height: u32) -> DynamicImage {
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| Rgb([(x % 256) as u8, (y % 256) as u8, ((x + y) % 256) as u8])))
}

fn jpeg(image: &DynamicImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    image.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 90)).expect("encoded");
    bytes
}

fn chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let body = [name.as_slice(), content].concat();
    [&(content.len() as u32).to_be_bytes(), body.as_slice(), &crc(&body).to_be_bytes()].concat()
}

/// CRC-32 as PNG has it (ISO 3309).
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

fn bomb() -> Vec<u8> {
    let side = 60_000u32.to_be_bytes();
    let header = chunk(b"IHDR", &[&side, &side, [8, 6, 0, 0].as_slice(), &[0]].concat());
    let data = chunk(b"IDAT", b"\x78\x9c\x63\x00\x00\x00\x01\x00\x01");
    [b"\x89PNG\r\n\x1a\n".as_slice(), &header, &data, &chunk(b"IEND", b"")].concat()
}

#[test]
fn a_bomb_is_refused_on_its_header() {
    let workers = workers();
    let bytes = bomb();
    assert!(bytes.len() < 200);
    assert_eq!(refusal(decode(&workers, "png", &bytes)), "too_many_pixels");
    #[cfg(target_os = "linux")]
    for pid in workers.decode.pids() {
        let status = fs_err::read_to_string(format!("/proc/{pid}/status")).expect("a living worker");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak").trim();
        let kilobytes: u64 = peak.trim_end_matches("kB").trim().parse().expect("a number");
        assert!(kilobytes < 100_000, "the bomb took {peak}");
    }
}

#[test]
fn a_picture_has_three_renditions_that_decode() {
    let decoded = decode(&workers(), "jpg", &jpeg(&photo(2000, 1000))).expect("decoded");
    let sizes: Vec<_> = decoded.head.renditions.iter().map(|head| (head.kind, head.width, head.height)).collect();
    assert_eq!(sizes, [(RenditionKind::Page, 2000, 1000), (RenditionKind::Preview, 1600, 800), (RenditionKind::Thumbnail, 352, 176)]);
    let mut rest = decoded.blob.as_slice();
    for head in &decoded.head.renditions {
        let (bytes, after) = rest.split_at(head.bytes as usize);
        let image = image::load_from_memory(bytes).expect("a rendition");
        assert_eq!((image.width(), image.height(), head.media_type.as_str()), (head.width, head.height, "image/jpeg"));
        rest = after;
    }
    assert!(rest.is_empty() && notes(&decoded).is_empty());
}

#[test]
fn a_picture_under_another_name_is_read_with_a_note() {
    let decoded = decode(&workers(), "pdf", &jpeg(&photo(40, 30))).expect("decoded");
    assert_eq!((decoded.head.kind, decoded.head.media_type.as_str()), (MediaKind::Image, "image/jpeg"));
    assert_eq!(decoded.head.notes[0].sentence(), "The content is image/jpeg, although the name says pdf.");
}

#[test]
fn cut_pictures_are_partial_or_refused_and_the_worker_lives_on() {
    let workers = workers();
    let whole = jpeg(&photo(400, 300));
    let pids = workers.decode.pids();
    let half = decode(&workers, "jpg", &whole[..whole.len() / 2]).expect("half a picture");
    assert_eq!((notes(&half), half.head.partial), (vec!["picture_cut"], true));
    assert_eq!(refusal(decode(&workers, "jpg", &whole[..200])), "damaged");
    let mut png = std::io::Cursor::new(Vec::new());
    photo(40, 30).write_to(&mut png, image::ImageFormat::Png).expect("encoded");
    assert_eq!(refusal(decode(&workers, "png", &png.into_inner()[..100])), "damaged");
    assert_eq!(workers.decode.pids(), pids);
}

/// A JPEG whose EXIF says: turned by a quarter, taken at a time and place.
fn from_a_camera() -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        [tag.to_le_bytes().as_slice(), &kind.to_le_bytes(), &count.to_le_bytes(), &value].concat()
    };
    let at = |offset: u32| offset.to_le_bytes();
    let rational = |value: u32| [value.to_le_bytes(), 1u32.to_le_bytes()].concat();
    let first = [
        [4, 0].to_vec(),
        entry(0x0110, 2, 8, at(100)),
        entry(0x0112, 3, 1, [6, 0, 0, 0]),
        entry(0x0132, 2, 20, at(108)),
        entry(0x8825, 4, 1, at(128)),
        at(0).to_vec(),
    ];
    let gps = [
        [4, 0].to_vec(),
        entry(1, 2, 2, *b"S\0\0\0"),
        entry(2, 5, 3, at(182)),
        entry(3, 2, 2, *b"E\0\0\0"),
        entry(4, 5, 3, at(206)),
        at(0).to_vec(),
    ];
    let mut tiff = [b"II*\0\x08\0\0\0".to_vec(), first.concat()].concat();
    tiff.resize(100, 0);
    tiff.extend(b"Boxcam\0\0");
    tiff.extend(b"1999:12:31 23:59:58\0");
    tiff.extend(gps.concat());
    assert_eq!(tiff.len(), 182);
    tiff.extend([33, 30, 0, 18, 15, 0].into_iter().flat_map(rational));
    let segment = [b"Exif\0\0".as_slice(), &tiff].concat();
    let plain = jpeg(&photo(60, 40));
    let length = (segment.len() as u16 + 2).to_be_bytes();
    [&plain[..2], &[0xff, 0xe1], &length, &segment, &plain[2..]].concat()
}

#[test]
fn what_the_camera_wrote_is_kept_and_the_page_is_upright() {
    let decoded = decode(&workers(), "jpg", &from_a_camera()).expect("decoded");
    let check = |key: &str, expected: &str| assert_eq!(property(&decoded, key), Some(expected), "{key}");
    check("width", "40");
    check("height", "60");
    check("orientation", "6");
    check("taken_at", "1999-12-31T23:59:58");
    check("camera", "Boxcam");
    check("latitude", "-33.500000");
    check("longitude", "18.250000");
    assert_eq!((decoded.head.renditions[0].width, decoded.head.renditions[0].height), (40, 60));
}
