//! Makes a file of its own of a message within a message: its storage becomes the root of a new compound file.
//!
//! The bytes are the same every time: no clock is asked.

use super::File;
use super::stored::Stored;
use crate::ole::Kind;
use cfb::CompoundFile;
use std::io::{self, Cursor, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// Storages within storages that are followed.
const DEPTH: usize = 16;
/// Bytes of the head of a table in a message within a message; in a file of its own eight more follow (MS-OXMSG 2.4.1).
const INNER_HEAD: usize = 24;
const NAMES: &str = "__nameid_version1.0";

/// The file, when it has at most `limit` bytes.
pub fn file(message: &mut Stored, storage: usize, limit: u64) -> io::Result<Vec<u8>> {
    let mut file = CompoundFile::create(Cursor::new(Vec::new()))?;
    without_time(&mut file, Path::new("/"))?;
    let mut left = limit;
    let mut waiting = vec![(storage, PathBuf::from("/"), 0)];
    if let Some(names) = message.find(0, NAMES) {
        let path = Path::new("/").join(NAMES);
        make_storage(&mut file, &path)?;
        waiting.push((names, path, 0));
    }
    while let Some((from, to, depth)) = waiting.pop() {
        for number in message.children(from).to_vec() {
            let Some(entry) = message.ole.entry(number) else { continue };
            let (path, kind) = (to.join(&entry.name), entry.kind);
            match kind {
                Kind::Storage if depth < DEPTH => {
                    make_storage(&mut file, &path)?;
                    waiting.push((number, path, depth + 1));
                }
                Kind::Storage => return Err(io::Error::other("nesting")),
                Kind::Stream => {
                    let mut bytes = message.ole.stream(number, left);
                    left = left.checked_sub(bytes.len() as u64 + 1).ok_or(io::ErrorKind::FileTooLarge)?;
                    if from == storage && message.table(storage) == Some(number) {
                        let at = bytes.len().min(INNER_HEAD);
                        bytes.splice(at..at, [0; 8]);
                    }
                    file.create_new_stream(&path)?.write_all(&bytes)?;
                }
            }
        }
    }
    file.flush()?;
    Ok(file.into_inner().into_inner())
}

fn make_storage(file: &mut CompoundFile<File>, path: &Path) -> io::Result<()> {
    file.create_storage(path)?;
    without_time(file, path)
}

fn without_time(file: &mut CompoundFile<File>, path: &Path) -> io::Result<()> {
    file.set_created_time(path, UNIX_EPOCH)?;
    file.set_modified_time(path, UNIX_EPOCH)
}
