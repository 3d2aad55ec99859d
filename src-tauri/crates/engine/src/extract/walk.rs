//! Walks a folder in the byte order of its paths, a slice at a time, so that memory stays bounded and a kill costs one slice.
//!
//! Follows no link, opens no file, returns regular files only. Does not know the catalog.

use super::files;
use crate::paths;
use globset::{Glob, GlobSet, GlobSetBuilder};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is left out of a walk: names by pattern, and the library's own folder.
#[derive(Debug, Clone)]
pub struct Ignore {
    names: Arc<GlobSet>,
    library: PathBuf,
}

impl Ignore {
    /// By the patterns of the settings, which were checked there.
    pub fn new(patterns: &[String], library: &Path) -> Self {
        let mut set = GlobSetBuilder::new();
        for pattern in patterns {
            set.add(Glob::new(pattern).expect("BUG: settings check their patterns"));
        }
        Self { names: Arc::new(set.build().expect("BUG: settings check their patterns")), library: library.to_owned() }
    }

    /// True for the name of a file or folder that is left out.
    pub fn leaves_out(&self, name: &Path) -> bool {
        self.names.is_match(name)
    }

    /// True for the library and everything in it.
    pub fn is_library(&self, path: &Path) -> bool {
        path.starts_with(&self.library)
    }
}

/// A regular file as the folder lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Relative to the folder, parts joined by `/`.
    pub path: Vec<u8>,
    pub size: i64,
    pub mtime_ns: i64,
}

impl Listed {
    /// A file with what the file system says of it.
    pub fn of(path: Vec<u8>, metadata: &std::fs::Metadata) -> Self {
        Self { path, size: files::size(metadata), mtime_ns: files::mtime_ns(metadata) }
    }
}

/// Part of a walk.
#[derive(Debug, Default)]
pub struct Slice {
    pub files: Vec<Listed>,
    /// Where to go on; none at the end.
    pub cursor: Option<Vec<u8>>,
    /// Folders that could not be listed: what is in them is unknown, not gone.
    pub closed: Vec<Vec<u8>>,
}

/// What is walked: all below `prefix` (empty, or a path that ends in `/`) and behind `cursor`.
pub struct Walk<'a> {
    pub folder: &'a Path,
    pub prefix: &'a [u8],
    pub cursor: &'a [u8],
    pub ignore: &'a Ignore,
    pub limit: usize,
}

/// A name in a listing; a folder's key ends in `/`, which makes the order that of whole paths.
type Key = Vec<u8>;

impl Walk<'_> {
    /// The next slice. Fails only if the folder itself cannot be listed.
    pub fn slice(&self) -> io::Result<Slice> {
        let mut slice = Slice::default();
        let mut open = vec![self.list(self.prefix)?.into_iter()];
        while let Some(entries) = open.last_mut() {
            let Some(key) = entries.next() else {
                open.pop();
                continue;
            };
            if key.ends_with(b"/") {
                match self.list(&key) {
                    Ok(inner) => open.push(inner.into_iter()),
                    Err(_) => slice.closed.push(key),
                }
                continue;
            }
            if slice.files.len() == self.limit {
                slice.cursor = slice.files.last().map(|last| last.path.clone());
                return Ok(slice);
            }
            slice.files.extend(self.look(key));
        }
        Ok(slice)
    }

    /// Everything in one folder that lies behind the cursor, in order.
    fn list(&self, prefix: &[u8]) -> io::Result<Vec<Key>> {
        let mut keys = Vec::new();
        for entry in fs_err::read_dir(self.folder.join(paths::from_bytes(prefix)))? {
            keys.extend(self.key(prefix, &entry?));
        }
        keys.sort_unstable();
        Ok(keys)
    }

    fn key(&self, prefix: &[u8], entry: &fs_err::DirEntry) -> Option<Key> {
        let name = entry.file_name();
        if self.ignore.leaves_out(Path::new(&name)) {
            return None;
        }
        let mut key = [prefix, &paths::to_bytes(&name)].concat();
        let kind = entry.file_type().ok()?;
        if kind.is_dir() {
            key.push(b'/');
            let behind = key.as_slice() > self.cursor || self.cursor.starts_with(&key);
            return (behind && !self.ignore.is_library(&entry.path())).then_some(key);
        }
        (kind.is_file() && key.as_slice() > self.cursor).then_some(key)
    }

    /// Size and time of a file, asked only when its turn comes.
    fn look(&self, path: Key) -> Option<Listed> {
        let metadata = self.folder.join(paths::from_bytes(&path)).symlink_metadata().ok().filter(std::fs::Metadata::is_file)?;
        Some(Listed::of(path, &metadata))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(paths: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for path in paths {
            let path = folder.path().join(path);
            fs_err::create_dir_all(path.parent().expect("a parent")).expect("folders");
            fs_err::write(path, "x").expect("a file");
        }
        folder
    }

    fn ignore() -> Ignore {
        Ignore::new(&[".*".to_owned()], Path::new("/no/library"))
    }

    /// Walks in slices of `limit` and joins them.
    fn walk(folder: &Path, limit: usize) -> Vec<String> {
        let (mut cursor, mut seen) = (Vec::new(), Vec::new());
        loop {
            let slice = Walk { folder, prefix: b"", cursor: &cursor, ignore: &ignore(), limit }.slice().expect("a slice");
            seen.extend(slice.files.iter().map(|file| String::from_utf8_lossy(&file.path).into_owned()));
            match slice.cursor {
                Some(next) => cursor = next,
                None => return seen,
            }
        }
    }

    #[test]
    fn slices_of_any_size_make_the_same_walk_in_byte_order() {
        let folder = tree(&["b.txt", "a/z", "a/b/c", "a.txt", "a-1", ".hidden/x", "a/.x", "c/d/e/f", "c/d.txt"]);
        let whole = walk(folder.path(), 1000);
        assert_eq!(whole, ["a-1", "a.txt", "a/b/c", "a/z", "b.txt", "c/d.txt", "c/d/e/f"]);
        for limit in 1..8 {
            assert_eq!(walk(folder.path(), limit), whole, "slices of {limit}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_and_pipes_are_not_followed() {
        let folder = tree(&["real.txt"]);
        std::os::unix::fs::symlink("/etc", folder.path().join("outside")).expect("a link");
        std::os::unix::fs::symlink("real.txt", folder.path().join("alias.txt")).expect("a link");
        rustix::fs::mknodat(rustix::fs::CWD, folder.path().join("pipe"), rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU, 0)
            .expect("a pipe");
        assert_eq!(walk(folder.path(), 10), ["real.txt"]);
    }
}
