//! What the tests of the real worker share: the program, requests, limits and files.

use std::env;
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::PathBuf;
use std::sync::Arc;
use winnow_contract::Words;
use winnow_contract::asset::MediaKind;
use winnow_contract::worker::{DecodeLimits, DecodeRequest, ExpandLimits, ExpandRequest, Expanded, PageRequest, Password, SoundRequest};
use winnow_engine::ports::{CallLimits, Cancel, Decode, DecodedFile, DecodedSound, DrawnPage, StageError};
use winnow_workers::{Models, Widths, Workers};

/// Generous enough for a build without optimisation on a busy machine.
pub const LIMITS: CallLimits = CallLimits { seconds: 120, memory_mb: 1500, recycle_after: 500 };

/// The worker program: what `WINNOW_WORKER` names, else the one in the folder above the tests.
pub fn program() -> PathBuf {
    let test = env::current_exe().expect("the path of this test");
    let built = test.ancestors().nth(2).expect("a target folder").join(format!("winnow-worker{}", env::consts::EXE_SUFFIX));
    let path = env::var_os("WINNOW_WORKER").map_or(built, PathBuf::from);
    assert!(path.is_file(), "The worker is not built. Run: cargo build -p winnow-models");
    path
}

/// One process of each role.
pub fn workers() -> Workers {
    Workers::at(&program(), Widths { decode: 1, ocr: 1 }, Models::none()).expect("workers")
}

/// The same with the library for PDF documents, which set-up fetches.
pub fn workers_with_pdf() -> Workers {
    let folder = PathBuf::from(env::var_os("WINNOW_MODELS").expect("WINNOW_MODELS names the folder of models"));
    let library = folder.join("pdfium/libpdfium.so");
    assert!(library.is_file(), "The PDF library is not there. Run: cargo xtask setup");
    let pdf = Arc::new(move || Some(library.clone()));
    Workers::at(&program(), Widths { decode: 1, ocr: 1 }, Models { pdf, ..Models::none() }).expect("workers")
}

/// The defaults of the application, so far as they matter here.
pub fn request(extension: &str, bytes: &[u8]) -> DecodeRequest {
    DecodeRequest { extension: extension.to_owned(), bytes: bytes.len() as i64, limits: limits(), turn: 0, password: None }
}

pub fn limits() -> DecodeLimits {
    DecodeLimits {
        pixels: 100_000_000,
        picture_bytes: 400_000_000,
        file_bytes: 512_000_000,
        text_chars: 5_000_000,
        page_pixels: 40_000_000,
        preview_side: 1600,
        thumbnail_side: 352,
        pages: 2000,
        cells: 2_000_000,
        nesting: 100,
    }
}

/// An open file with these bytes and no name, at its start.
pub fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().expect("a temporary file");
    file.write_all(bytes).expect("written");
    file.rewind().expect("rewound");
    file
}

/// Decodes bytes that come under a name with this extension.
pub fn decode(workers: &Workers, extension: &str, bytes: &[u8]) -> Result<DecodedFile, StageError> {
    workers.decode.decode(&request(extension, bytes), file(bytes), LIMITS, &Cancel::default())
}

/// Draws a page.
pub fn page(workers: &Workers, extension: &str, bytes: &[u8], number: u32, scale: u32) -> Result<DrawnPage, StageError> {
    let (extension, limits) = (extension.to_owned(), limits());
    let request = PageRequest { extension, bytes: bytes.len() as i64, page: number, scale, limits, password: None };
    workers.decode.page(&request, file(bytes), LIMITS, &Cancel::default())
}

/// A member by its name, with its bytes.
pub type Taken = (String, Vec<u8>);

/// What a container holds: the answer, and each member's name and bytes.
pub fn expand(workers: &Workers, extension: &str, bytes: &[u8], password: Option<&str>) -> Result<(Expanded, Vec<Taken>), StageError> {
    let limits = ExpandLimits { entries: 10_000, total_bytes: 1_000_000_000, ratio: 200, slice_bytes: 100_000_000, nesting: 100 };
    let password = password.map(|password| Password(password.to_owned()));
    let request = ExpandRequest { extension: extension.to_owned(), bytes: bytes.len() as i64, from: 0, only: None, limits, password };
    let into = tempfile::tempfile().expect("a temporary file");
    let mut written = into.try_clone().expect("the same file");
    let found = workers.decode.expand(&request, file(bytes), into, LIMITS, &Cancel::default())?;
    written.rewind().expect("rewound");
    let mut whole = Vec::new();
    written.read_to_end(&mut whole).expect("read");
    let slice = |offset: i64, bytes: i64| whole[offset as usize..(offset + bytes) as usize].to_vec();
    let members = found.members.iter().map(|member| (member.display.clone(), slice(member.offset, member.bytes))).collect();
    Ok((found, members))
}

/// A zip file whose members are stored as they are (APPNOTE 6.3.10).
pub fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut files, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in members {
        let (length, place) = ((content.len() as u32).to_le_bytes(), (files.len() as u32).to_le_bytes());
        let about =
            [&[20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0x28][..], &crc(content).to_le_bytes(), &length, &length, &(name.len() as u16).to_le_bytes()]
                .concat();
        directory.extend([b"PK\x01\x02\x14\0".as_slice(), &about, &[0; 12], &place, name.as_bytes()].concat());
        files.extend([b"PK\x03\x04".as_slice(), &about, &[0; 2], name.as_bytes(), content].concat());
    }
    let count = (members.len() as u16).to_le_bytes();
    let (size, place) = ((directory.len() as u32).to_le_bytes(), (files.len() as u32).to_le_bytes());
    [files, directory, [b"PK\x05\x06\0\0\0\0".as_slice(), &count, &count, &size, &place, &[0; 2]].concat()].concat()
}

/// CRC-32 as PNG and zip have it (ISO 3309).
pub fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

/// Decodes a recording; what was written comes back with it.
pub fn sound(workers: &Workers, bytes: &[u8], max_seconds: u32) -> Result<(DecodedSound, File), StageError> {
    let request = SoundRequest { extension: "wav".to_owned(), max_seconds };
    let into = tempfile::tempfile().expect("a temporary file");
    let written = into.try_clone().expect("the same file");
    let decoded = workers.decode.sound(&request, file(bytes), into, LIMITS, &Cancel::default())?;
    Ok((decoded, written))
}

/// A WAV file of 16 bits.
pub fn wav(rate: u32, channels: u16, samples: &[i16]) -> Vec<u8> {
    let length = samples.len() as u32 * 2;
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((length + 36).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0");
    bytes.extend(channels.to_le_bytes());
    bytes.extend(rate.to_le_bytes());
    bytes.extend((rate * u32::from(channels) * 2).to_le_bytes());
    bytes.extend((channels * 2).to_le_bytes());
    bytes.extend(b"\x10\0data");
    bytes.extend(length.to_le_bytes());
    bytes.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    bytes
}

/// A tone of 440 Hz, half as loud as can be.
pub fn tone(rate: u32, seconds: f32, channels: u16) -> Vec<i16> {
    let frames = (rate as f32 * seconds) as usize;
    let at = |frame: usize| ((frame as f32 / rate as f32 * 440.0 * std::f32::consts::TAU).sin() * 16_384.0) as i16;
    (0..frames).flat_map(|frame| vec![at(frame); channels.into()]).collect()
}

/// The codes of the notes on a decoded file.
pub fn notes(decoded: &DecodedFile) -> Vec<&str> {
    codes(&decoded.head.notes)
}

/// The codes of some words.
pub fn codes(words: &[Words]) -> Vec<&str> {
    words.iter().map(|words| words.code.as_str()).collect()
}

/// The value of a property.
pub fn property<'a>(decoded: &'a DecodedFile, key: &str) -> Option<&'a str> {
    decoded.head.properties.iter().find(|property| property.key == key).map(|property| property.value.as_str())
}

/// The code of a refusal; what kind of content was refused is known all the same.
pub fn refusal(result: Result<DecodedFile, StageError>) -> String {
    let head = result.expect("an answer").head;
    assert!(head.renditions.is_empty() && head.kind != MediaKind::Other);
    head.refused.expect("a refusal").code
}
