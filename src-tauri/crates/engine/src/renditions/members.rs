//! Bytes of what was found in containers, by their hash, up to a size: what was not used for longest goes first.
//!
//! Whoever misses some takes them out of their container again (`extract::open`). Files are removed while somebody may read them:
//! who has opened one keeps it.

use super::{Renditions, found};
use crate::error::Result;
use std::collections::VecDeque;
use std::fs::{File, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};
use winnow_contract::id::AssetId;

/// Folder of them.
const MEMBERS: &str = "members";
/// What a file takes at least.
const BLOCK: u64 = 4096;
/// When there is too much, this part of the room is made free: the folder is gone through once for many files, not for each.
const SPARE: u64 = 10;
/// Containers whose members were missed, as far back as is remembered.
const MISSED: usize = 32;

/// What is known of them without looking.
#[derive(Default)]
pub struct Members {
    /// Bytes that are there; none before they were counted.
    held: Mutex<Option<u64>>,
    /// Containers whose members were missed lately.
    missed: Mutex<VecDeque<AssetId>>,
}

impl Renditions {
    /// The bytes of a member, when the cache has them; they count as used now.
    pub fn member(&self, hash: &[u8; 32], bytes: i64) -> Result<Option<File>> {
        let Some(file) = found(fs_err::File::open(self.member_path(hash)))? else { return Ok(None) };
        let whole = file.metadata()?.len() == u64::try_from(bytes).unwrap_or(0);
        use_now(file.file());
        Ok(whole.then(|| file.into_file()))
    }

    /// Keeps the bytes of a member, and of the others those used last, up to `limit` bytes together. Gives them back opened: when
    /// they are larger than that, or others come at once, they are not kept.
    pub fn put_member(&self, hash: &[u8; 32], bytes: &mut dyn Read, limit: u64) -> Result<File> {
        let (mut file, draft) = self.draft(self.member_path(hash))?;
        let length = std::io::copy(bytes, &mut file)?;
        use_now(&file);
        let opened = fs_err::File::open(&draft.path)?.into_file();
        self.keep(draft)?;
        let mut held = self.members.held.lock().unwrap_or_else(PoisonError::into_inner);
        *held = match held.map(|held| held.saturating_add(room(length))) {
            Some(held) if held <= limit => Some(held),
            _ => Some(self.make_room(limit)?),
        };
        Ok(opened)
    }

    /// True when a member of this container was missed lately as well: then more of them will be.
    pub fn missed_again(&self, container: &AssetId) -> bool {
        let mut missed = self.members.missed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = missed.iter().position(|known| known == container) {
            missed.remove(at);
            return true;
        }
        missed.truncate(MISSED - 1);
        missed.push_front(container.clone());
        false
    }

    /// Counts what is there, and removes the files that were not used for longest when it is too much. Gives back what is left.
    fn make_room(&self, limit: u64) -> Result<u64> {
        let mut files = Vec::new();
        self.each_member(|_, used, bytes| files.push((used, bytes)))?;
        let mut held: u64 = files.iter().map(|(_, bytes)| bytes).sum();
        if held <= limit {
            return Ok(held);
        }
        files.sort_unstable();
        let wanted = limit - limit / SPARE;
        let mut left = held;
        let last = files.iter().find(|(_, bytes)| {
            left -= bytes;
            left <= wanted
        });
        // One that was used meanwhile stays.
        let until = last.map_or(UNIX_EPOCH, |(used, _)| *used);
        self.each_member(|path, used, bytes| {
            if used <= until && fs_err::remove_file(path).is_ok() {
                held = held.saturating_sub(bytes);
            }
        })?;
        Ok(held)
    }

    /// Every file with the time it was last used, and what it takes. One that goes meanwhile takes no room, and a draft is none yet.
    fn each_member(&self, mut each: impl FnMut(&Path, SystemTime, u64)) -> Result<()> {
        let Some(folders) = found(fs_err::read_dir(self.folder.join(MEMBERS)))? else { return Ok(()) };
        for folder in folders {
            let Ok(entries) = fs_err::read_dir(folder?.path()) else { continue };
            for entry in entries {
                let entry = entry?;
                match entry.metadata() {
                    Ok(metadata) if entry.path().extension().is_none() => each(&entry.path(), used(&metadata), room(metadata.len())),
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn member_path(&self, hash: &[u8; 32]) -> PathBuf {
        let name = Self::content(hash).to_string();
        self.folder.join(MEMBERS).join(&name[..2]).join(name)
    }
}

fn room(bytes: u64) -> u64 {
    bytes.next_multiple_of(BLOCK).max(BLOCK)
}

fn used(metadata: &Metadata) -> SystemTime {
    metadata.modified().unwrap_or(UNIX_EPOCH)
}

/// Marks a file as used. Where that cannot be done, the one that was written first goes first.
fn use_now(file: &File) {
    drop(file.set_modified(SystemTime::now()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn hash(number: u8) -> [u8; 32] {
        *blake3::hash(&[number]).as_bytes()
    }

    /// A cache in which members of a block each were put, the first first.
    fn cache(count: u8, limit: u64) -> (tempfile::TempDir, Renditions) {
        let folder = tempfile::tempdir().expect("a folder");
        let renditions = Renditions::new(folder.path().join("renditions"));
        for number in 0..count {
            put(&renditions, number, limit);
        }
        (folder, renditions)
    }

    /// Puts a member and says when: what is done in a test is done at once.
    fn put(renditions: &Renditions, number: u8, limit: u64) {
        let content = vec![number; BLOCK as usize];
        let mut opened = renditions.put_member(&hash(number), &mut &*content, limit).expect("put");
        let mut read = Vec::new();
        opened.read_to_end(&mut read).expect("read");
        assert_eq!(read, content, "who put it has it, whatever becomes of it");
        set(renditions, number, u64::from(number));
    }

    fn set(renditions: &Renditions, number: u8, seconds: u64) {
        if let Ok(file) = fs_err::File::open(renditions.member_path(&hash(number))) {
            file.file().set_modified(UNIX_EPOCH + Duration::from_secs(seconds)).expect("a time");
        }
    }

    fn there(renditions: &Renditions) -> Vec<u8> {
        (0..100).filter(|number| renditions.member_path(&hash(*number)).exists()).collect()
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first_and_some_room_stays_free() {
        let (_folder, renditions) = cache(20, 20 * BLOCK);
        assert_eq!(there(&renditions).len(), 20);
        set(&renditions, 0, 1000);
        put(&renditions, 20, 20 * BLOCK);
        let left: Vec<u8> = [0].into_iter().chain(4..=20).collect();
        assert_eq!(there(&renditions), left, "a tenth is free, and the first was used last");
        put(&renditions, 21, 20 * BLOCK);
        put(&renditions, 22, 20 * BLOCK);
        assert_eq!(there(&renditions).len(), 20, "there was room");
    }

    #[test]
    fn reading_counts_as_using() {
        let (_folder, renditions) = cache(4, 4 * BLOCK);
        assert!(renditions.member(&hash(0), BLOCK as i64).expect("asked").is_some());
        put(&renditions, 4, 4 * BLOCK);
        assert_eq!(there(&renditions), [0, 3, 4]);
        assert!(renditions.member(&hash(1), BLOCK as i64).expect("asked").is_none());
        assert!(renditions.member(&hash(3), 7).expect("asked").is_none(), "one of another length is damaged");
    }

    #[test]
    fn what_is_there_at_the_start_counts() {
        let (folder, _) = cache(5, 100 * BLOCK);
        let renditions = Renditions::new(folder.path().join("renditions"));
        put(&renditions, 5, 3 * BLOCK);
        assert_eq!(there(&renditions), [4, 5]);
        put(&renditions, 6, 0);
        assert_eq!(there(&renditions), Vec::<u8>::new(), "no room is no room");
    }

    #[test]
    fn a_container_that_is_missed_twice_is_known() {
        let (_folder, renditions) = cache(0, 0);
        let missed = |name: &str| renditions.missed_again(&AssetId::from(name));
        assert_eq!([missed("a"), missed("b"), missed("a"), missed("a")], [false, false, true, false]);
        assert_eq!((0..MISSED).filter(|number| missed(&number.to_string())).count(), 0);
        assert!(!missed("a"), "that was long ago");
    }
}
