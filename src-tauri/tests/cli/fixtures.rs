//! A folder of awkward files, made anew for each test. Numbers in it are published test numbers.
//!
//! Holds no file that would need a licence.

use image::{ImageFormat, RgbImage};
use serde_json::Value;
use std::io::Cursor;
use tempfile::TempDir;

/// A Visa number published for tests.
pub const CARD: &str = "4111 1111 1111 1111";

/// Files with their kind and state. A file that is refused on its header has no kind yet.
pub const EXPECTED: &[(&str, &str, &str)] = &[
    ("cards.txt", "text", "ready"),
    ("other card.txt", "text", "ready"),
    ("latin-1.txt", "text", "ready"),
    ("page.html", "web", "ready"),
    ("empty.txt", "empty", "ready"),
    ("cut.jpg", "image", "partial"),
    ("picture.pdf", "image", "ready"),
    ("bomb.png", "image", "failed"),
];

/// One number with its check digit and one without.
pub fn cards() -> String {
    format!("The card is {CARD}, the order number 4111 1111 1111 1112.\nWrite to edith@example.org.\n")
}

/// The folder.
pub struct Collection(TempDir);

impl Collection {
    pub fn new() -> Self {
        let collection = Self(tempfile::tempdir().expect("a folder"));
        let (cards, picture, bomb) = (cards(), jpeg(), bomb());
        let files: [(&str, &[u8]); 9] = [
            ("cards.txt", cards.as_bytes()),
            ("copy of cards.txt", cards.as_bytes()),
            ("other card.txt", b"Again the card 4111-1111-1111-1111 in another file."),
            ("latin-1.txt", b"Gr\xfc\xdfe aus K\xf6ln, sch\xf6ne Gr\xfc\xdfe an alle H\xe4user.\n"),
            ("page.html", b"<!doctype html><title>T</title><p>Visible words</p><script>secret_script()</script>"),
            ("empty.txt", b""),
            ("cut.jpg", &picture[..picture.len() / 2]),
            ("picture.pdf", &picture),
            ("bomb.png", &bomb),
        ];
        for (name, bytes) in files {
            fs_err::write(collection.file(name), bytes).expect("written");
        }
        collection
    }

    pub fn path(&self) -> &str {
        self.0.path().to_str().expect("a plain path")
    }

    pub fn file(&self, name: &str) -> String {
        self.0.path().join(name).to_str().expect("a plain path").to_owned()
    }

    /// The line about a file.
    pub fn line<'a>(&self, lines: &'a [Value], name: &str) -> &'a Value {
        let ends = |path: &Value| path.as_str().is_some_and(|path| path.ends_with(&format!("/{name}")));
        let of = |line: &&Value| line["paths"].as_array().is_some_and(|paths| paths.iter().any(ends));
        lines.iter().find(of).unwrap_or_else(|| panic!("no line about {name}"))
    }
}

/// A picture with enough in it that half of the file is half of the picture.
fn jpeg() -> Vec<u8> {
    let picture = RgbImage::from_fn(160, 120, |x, y| image::Rgb([(x * 7) as u8, (y * 5) as u8, (x * y) as u8]));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Jpeg).expect("a JPEG");
    bytes.into_inner()
}

/// A PNG whose header announces 60,000 × 60,000 pixels.
fn bomb() -> Vec<u8> {
    let mut header = Vec::from(*b"IHDR");
    header.extend([60_000u32.to_be_bytes(), 60_000u32.to_be_bytes()].concat());
    header.extend([8, 2, 0, 0, 0]);
    let mut bytes = Vec::from(*b"\x89PNG\r\n\x1a\n\0\0\0\x0d");
    bytes.extend(&header);
    bytes.extend(crc(&header).to_be_bytes());
    bytes.extend(b"\0\0\0\0IDAT\x35\xaf\x06\x1e");
    bytes
}

/// CRC-32 as PNG and ZIP have it (ISO 3309).
pub fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}
