//! A document's bytes as PDFium asks for them: small pieces, here and there.
//!
//! Reads ahead in one window of the file, so that a piece of some bytes costs no system call. Nothing is kept whole.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// Bytes read at once.
const WINDOW: usize = 64 << 10;

/// A file with a window on it. A read is short only at the end of the file.
pub struct Source {
    file: File,
    at: u64,
    window: Vec<u8>,
    window_at: u64,
}

impl Source {
    /// The whole file; nothing is read yet.
    pub fn new(file: File) -> Self {
        Self { file, at: 0, window: Vec::new(), window_at: 0 }
    }

    /// What the window holds from the place on where reading goes on.
    fn held(&self) -> &[u8] {
        let skipped = self.at.checked_sub(self.window_at).and_then(|skipped| usize::try_from(skipped).ok());
        skipped.and_then(|skipped| self.window.get(skipped..)).unwrap_or_default()
    }

    fn refill(&mut self) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.at))?;
        self.window.clear();
        self.window_at = self.at;
        Read::by_ref(&mut self.file).take(WINDOW as u64).read_to_end(&mut self.window)?;
        Ok(())
    }
}

impl Read for Source {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < into.len() {
            if self.held().is_empty() {
                self.refill()?;
            }
            let held = self.held();
            let count = held.len().min(into.len() - filled);
            if count == 0 {
                break;
            }
            into[filled..filled + count].copy_from_slice(&held[..count]);
            filled += count;
            self.at += count as u64;
        }
        Ok(filled)
    }
}

impl Seek for Source {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::Current(by) => self.at.checked_add_signed(by).ok_or(io::ErrorKind::InvalidInput)?,
            SeekFrom::End(_) => self.file.seek(to)?,
        };
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn pieces_are_whole_wherever_they_lie() {
        let bytes: Vec<u8> = (0..200_000u32).map(|number| (number % 251) as u8).collect();
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(&bytes).expect("written");
        let mut source = Source::new(file);
        assert_eq!(source.seek(SeekFrom::End(0)).expect("its length"), 200_000);
        let mut check = |at: usize, length: usize| {
            let mut piece = vec![0; length];
            source.seek(SeekFrom::Start(at as u64)).expect("a place");
            let count = source.read(&mut piece).expect("read");
            let end = bytes.len().min(at + length);
            assert_eq!(piece[..count], bytes[at.min(end)..end], "{length} from {at}");
        };
        check(0, 10);
        check(10, 3);
        check(60_000, 10_000);
        check(5, 199_995);
        check(199_990, 100);
        check(300_000, 5);
        check(65_535, 2);
    }
}
