//! Pictures for tests: strips of the sample letters, which hold typewritten words, and pictures that are broken on purpose.
//!
//! Everything is made from the sample collection or from a few bytes; the same numbers give the same picture.

use crate::programs;
use image::{ImageFormat, RgbImage};
use std::io::Cursor;
use std::sync::OnceLock;

const LETTERS: [&str; 3] = ["1931-11-04 appointment.jpg", "1938-02-17 storm report.jpg", "1947-06-09 Halvard.jpg"];
/// Pixels of a strip: about three lines of a letter.
const HEIGHT: u32 = 130;
const LEFT: u32 = 110;
const WIDTH: u32 = 940;

/// The `n`th strip of the letters, as PNG or JPEG.
pub fn strip(n: usize, format: ImageFormat) -> Vec<u8> {
    let letters = letters();
    let letter = &letters[n % letters.len()];
    let step = u32::try_from(n / letters.len()).expect("a small number");
    let top = 260 + step * 61 % (letter.height() - HEIGHT - 320);
    let cut = image::imageops::crop_imm(letter, LEFT, top, WIDTH, HEIGHT).to_image();
    let mut bytes = Cursor::new(Vec::new());
    cut.write_to(&mut bytes, format).expect("an encoded picture");
    bytes.into_inner()
}

fn letters() -> &'static [RgbImage] {
    static LETTERS_DECODED: OnceLock<Vec<RgbImage>> = OnceLock::new();
    let open = |name: &&str| image::open(programs::sample().join("Letters").join(name)).expect("a sample letter").into_rgb8();
    LETTERS_DECODED.get_or_init(|| LETTERS.iter().map(open).collect())
}

/// A JPEG that ends in the middle of its picture.
pub fn truncated(n: usize) -> Vec<u8> {
    let mut whole = strip(n, ImageFormat::Jpeg);
    whole.truncate(whole.len() / 2);
    whole
}

/// A PNG of a few bytes whose header announces `side` × `side` pixels.
pub fn bomb(side: u32) -> Vec<u8> {
    let header = [side.to_be_bytes().as_slice(), &side.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let nothing = [0x78, 0x9C, 0x03, 0, 0, 0, 0, 1];
    let text = [b"Comment\0".as_slice(), &[b'.'; 100]].concat();
    let chunks = [chunk(b"IHDR", &header), chunk(b"tEXt", &text), chunk(b"IDAT", &nothing), chunk(b"IEND", &[])];
    [b"\x89PNG\r\n\x1a\n".as_slice(), &chunks.concat()].concat()
}

fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let body = [kind.as_slice(), content].concat();
    let length = u32::try_from(content.len()).expect("a short chunk").to_be_bytes();
    [length.as_slice(), &body, &crc32(&body).to_be_bytes()].concat()
}

/// CRC-32 as PNG, zip and gzip have it (ISO 3309).
pub fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}
