//! What the tests of the real worker share: the program, requests, limits and files.

use std::env;
use std::fs::File;
use std::io::{Seek, Write};
use std::path::PathBuf;
use winnow_contract::Words;
use winnow_contract::asset::MediaKind;
use winnow_contract::worker::{DecodeLimits, DecodeRequest, SoundRequest};
use winnow_engine::ports::{CallLimits, Cancel, Decode, DecodedFile, DecodedSound, StageError};
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

/// The defaults of the application, so far as they matter here.
pub fn request(extension: &str, bytes: &[u8]) -> DecodeRequest {
    let limits = DecodeLimits {
        pixels: 100_000_000,
        picture_bytes: 400_000_000,
        file_bytes: 512_000_000,
        text_chars: 5_000_000,
        page_pixels: 40_000_000,
        preview_side: 1600,
        thumbnail_side: 352,
    };
    DecodeRequest { extension: extension.to_owned(), bytes: bytes.len() as i64, limits, turn: 0 }
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
    assert_eq!((head.kind, head.renditions.len()), (MediaKind::Image, 0));
    head.refused.expect("a refusal").code
}
