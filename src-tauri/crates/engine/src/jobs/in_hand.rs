//! Which jobs are being worked on inside this process, in a file that outlives its death: what is named there when the library is
//! opened next was being worked on at that moment, and nothing else is to blame.
//!
//! It is not synced, for after a power cut no job is to blame. A job that cannot be named is not blamed either.

use std::collections::HashSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Bytes of a name with its line end.
const WIDTH: usize = 64;

/// The open file, and which of its lines are taken.
pub struct InHand(Mutex<(File, Vec<bool>)>);

impl InHand {
    /// Opens the file of a library, and says what a dead process left there; see [`Self::forget`].
    pub fn open(library: &Path) -> std::io::Result<(Self, HashSet<String>)> {
        let path = library.join("in-hand");
        let mut file = fs_err::OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?.into_file();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let left = String::from_utf8_lossy(&bytes).lines().map(|line| line.trim().to_owned()).filter(|name| !name.is_empty()).collect();
        Ok((Self(Mutex::new((file, Vec::new()))), left))
    }

    /// What was left is known to the catalog.
    pub fn forget(&self) -> std::io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.set_len(0)
    }

    /// Names a job until what is given back is dropped.
    pub fn name(&self, job: &str) -> Named<'_> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, lines) = &mut *held;
        let line = lines.iter().position(|taken| !taken).unwrap_or(lines.len());
        lines.resize(lines.len().max(line + 1), false);
        lines[line] = true;
        write(file, line, job);
        Named { all: self, line }
    }
}

/// A job that is being worked on.
pub struct Named<'a> {
    all: &'a InHand,
    line: usize,
}

impl Drop for Named<'_> {
    fn drop(&mut self) {
        let mut held = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, lines) = &mut *held;
        lines[self.line] = false;
        write(file, self.line, "");
    }
}

fn write(file: &File, line: usize, name: &str) {
    let text = format!("{name:<width$.width$}\n", width = WIDTH - 1);
    if let Err(error) = write_at(file, text.as_bytes(), (line * WIDTH) as u64) {
        tracing::debug!("a job could not be named: {error}");
    }
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], at: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

#[cfg(windows)]
fn write_at(file: &File, bytes: &[u8], at: u64) -> std::io::Result<()> {
    std::os::windows::fs::FileExt::seek_write(file, bytes, at).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_named_at_the_end_is_left() {
        let library = tempfile::tempdir().expect("a folder");
        let open = || InHand::open(library.path()).expect("open");
        let (names, left) = open();
        assert!(left.is_empty());
        let (first, second) = (names.name("first"), names.name("second"));
        drop(first);
        let third = names.name("third");
        drop(names.name("fourth"));
        std::mem::forget((second, third));
        let (names, left) = open();
        assert_eq!(left, HashSet::from(["second".to_owned(), "third".to_owned()]));
        assert_eq!(open().1, left, "it is said until it is known");
        names.forget().expect("forgotten");
        assert!(open().1.is_empty());
    }
}
