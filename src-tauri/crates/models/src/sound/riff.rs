//! A WAV file without the length that its first eight bytes announce.
//!
//! The reader refuses a file whose data is announced to be longer than the file, although all of it can be heard. Told
//! that the length of the whole is unknown, it reads to the end. Streamed: four bytes are changed on their way.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use symphonia::core::io::MediaSource;

/// Bytes that tell a WAV file: `RIFF`, a length, `WAVE`.
const HEAD: usize = 12;
/// Where the length is.
const LENGTH: Range<u64> = 4..8;
/// A byte of the length that stands for an unknown one.
const UNKNOWN: u8 = 0xff;

/// A file as the reader gets it.
pub struct Unbounded {
    file: File,
    at: u64,
    is_wav: bool,
}

impl Unbounded {
    /// Reads from the start on, wherever the file stands; a pipe from where it stands.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn new(mut file: File) -> io::Result<Self> {
        // What comes through a pipe can be read only once, and ffmpeg wrote it.
        if !file.is_seekable() {
            return Ok(Self { file, at: 0, is_wav: false });
        }
        file.rewind()?;
        let mut head = Vec::with_capacity(HEAD);
        file.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
        file.rewind()?;
        Ok(Self { file, at: 0, is_wav: is_wav(&head) })
    }
}

fn is_wav(head: &[u8]) -> bool {
    head.starts_with(b"RIFF") && head.ends_with(b"WAVE") && head.len() == HEAD
}

impl Read for Unbounded {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(into)?;
        if self.is_wav && self.at < LENGTH.end {
            (self.at..).zip(&mut into[..read]).filter(|(at, _)| LENGTH.contains(at)).for_each(|(_, byte)| *byte = UNKNOWN);
        }
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Unbounded {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = self.file.seek(to)?;
        Ok(self.at)
    }
}

impl MediaSource for Unbounded {
    fn is_seekable(&self) -> bool {
        self.file.is_seekable()
    }

    fn byte_len(&self) -> Option<u64> {
        self.file.byte_len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn read(bytes: &[u8], step: usize) -> Vec<u8> {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(bytes).expect("written");
        let mut source = Unbounded::new(file).expect("a source");
        let mut read = vec![0; bytes.len()];
        read.chunks_mut(step).for_each(|part| source.read_exact(part).expect("read"));
        source.seek(SeekFrom::Start(5)).expect("sought");
        let mut again = Vec::new();
        source.read_to_end(&mut again).expect("read");
        assert_eq!(again, read.get(5..).unwrap_or_default());
        read
    }

    #[test]
    fn only_the_length_of_a_wav_file_is_changed() {
        let check = |bytes: &[u8], expected: &[u8]| {
            for step in [1, 3, 6, 100] {
                assert_eq!(read(bytes, step), expected, "{bytes:?} by {step}");
            }
        };
        check(b"RIFF\x24\0\0\0WAVEfmt \0", b"RIFF\xff\xff\xff\xffWAVEfmt \0");
        check(b"RIFF\x24\0\0\0AVI LIST", b"RIFF\x24\0\0\0AVI LIST");
        check(b"RIFF\x24\0\0\0WAV", b"RIFF\x24\0\0\0WAV");
        check(b"", b"");
    }
}
