//! The model files as they lie on the disk, looked at before a native library reads them.
//!
//! Hashes are checked by whoever names the files; here only what would make the library stumble.

use std::fs::File;
use std::io::Read;
use winnow_contract::worker::ModelFiles;

/// Why a model cannot be loaded.
#[derive(Debug, PartialEq, Eq)]
pub enum Loading {
    /// It is not there, or was not named.
    Missing,
    /// It is no such model, or cut.
    Damaged,
}

/// `ggml` as a little-endian number: every model of this family begins so.
const MAGIC: &[u8] = b"lmgg";
/// Bytes that are looked at.
const HEAD: usize = 48;

/// The path of the file with this name, when its head is right.
pub fn find<'a>(files: &'a ModelFiles, name: &str, is_right: fn(&[u8]) -> bool) -> Result<&'a str, Loading> {
    let (_, path) = files.files.iter().find(|(named, _)| named == name).ok_or(Loading::Missing)?;
    let mut head = Vec::new();
    let file = open(path).map_err(|_| Loading::Missing)?;
    file.take(HEAD as u64).read_to_end(&mut head).map_err(|_| Loading::Damaged)?;
    if is_right(&head) { Ok(path.as_str()) } else { Err(Loading::Damaged) }
}

#[expect(clippy::disallowed_methods, reason = "a worker says nothing of paths")]
fn open(path: &str) -> std::io::Result<File> {
    File::open(path)
}

/// Eleven numbers follow: words known, audio and text dimensions, mel bands, kind of numbers.
pub fn is_whisper(head: &[u8]) -> bool {
    let number = |at: usize| head.get(4 * at..4 * at + 4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes);
    let within = |at: usize, range: std::ops::RangeInclusive<u32>| number(at).is_some_and(|number| range.contains(&number));
    head.starts_with(MAGIC)
        && within(1, 51_864..=51_866)
        && within(2, 1..=1500)
        && within(3, 128..=2048)
        && within(5, 2..=64)
        && within(9, 2..=64)
        && within(10, 80..=128)
}

/// The length of a name follows, and the name.
pub fn is_voice(head: &[u8]) -> bool {
    head.starts_with(MAGIC)
        && head.get(4..8).is_some_and(|length| length[1..] == [0, 0, 0] && length[0] < 40)
        && head[8..].starts_with(b"silero")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(numbers: [u32; 11]) -> Vec<u8> {
        MAGIC.iter().copied().chain(numbers.iter().flat_map(|number| number.to_le_bytes())).collect()
    }

    #[test]
    fn a_model_is_told_by_its_head() {
        let base = [51_865, 1500, 512, 8, 6, 448, 512, 8, 6, 80, 1];
        let check = |head: &[u8], whisper: bool, voice: bool| assert_eq!((is_whisper(head), is_voice(head)), (whisper, voice), "{head:?}");
        check(&numbers(base), true, false);
        check(&numbers(base)[..20], false, false);
        check(&numbers([0; 11]), false, false);
        check(&numbers([u32::MAX; 11]), false, false);
        check(b"lmgg\x0a\0\0\0silero-16k\x06\0\0\0", false, true);
        check(b"lmgg\x0a\0\0\0", false, false);
        check(b"", false, false);
    }

    #[test]
    fn a_file_that_is_not_there_is_missing() {
        let files = |path: &str| ModelFiles {
            card: "whisper 1".to_owned(),
            files: vec![("whisper".to_owned(), path.to_owned())],
            threads: 1,
            providers: Vec::new(),
            max_tokens: 0,
        };
        assert_eq!(find(&files("/nowhere/model.bin"), "whisper", is_whisper), Err(Loading::Missing));
        assert_eq!(find(&files("/nowhere/model.bin"), "voice", is_voice), Err(Loading::Missing));
        assert_eq!(find(&files("/dev/null"), "whisper", is_whisper), Err(Loading::Damaged));
    }
}
