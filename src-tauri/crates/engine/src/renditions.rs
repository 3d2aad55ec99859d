//! The one door to rendition files: put and get by id. They are a cache beside the catalog and may vanish at any time.
//!
//! Knows no rows; who needs a missing file asks the pipeline to make it again.

mod members;

use crate::error::Result;
use members::Members;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;
use winnow_contract::asset::RenditionKind;
use winnow_contract::id::{AssetId, RenditionId};

/// Extension of files that are still being written.
const DRAFT: &str = "new";
/// Folder of pages that were drawn for somebody who looked.
const DRAWN: &str = "drawn";

/// Folder of a library's renditions.
pub struct Renditions {
    folder: PathBuf,
    /// Drafts of this process so far: two that write the same file at once must not meet.
    drafts: AtomicU64,
    members: Members,
}

/// A file that somebody writes; unless it is kept, it is removed when it is dropped.
#[derive(Debug)]
pub struct Draft {
    path: PathBuf,
    target: PathBuf,
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Once it was kept there is nothing at this path; what cannot be removed now is at the next start.
        drop(fs_err::remove_file(&self.path));
    }
}

impl Renditions {
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, drafts: AtomicU64::new(0), members: Members::default() }
    }

    /// The id of an asset's rendition: the same each time it is made, so that making it again leaves nothing behind. Turned
    /// by other degrees it is another picture, and whoever keeps the first by its id must not show it for the second.
    pub fn id(asset: &AssetId, kind: RenditionKind, page: u32, turn: u32) -> RenditionId {
        let hash = blake3::hash(format!("{asset}/{kind}/{page}/{turn}").as_bytes());
        let mut bytes = [0u8; 16];
        bytes.copy_from_slice(&hash.as_bytes()[..16]);
        RenditionId(uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string())
    }

    /// The id under which the bytes of something found in a container are kept: their BLAKE3.
    pub fn content(hash: &[u8; 32]) -> RenditionId {
        RenditionId(blake3::Hash::from(*hash).to_hex().to_string())
    }

    /// Stores a file; whoever reads sees all of it or nothing.
    pub fn put(&self, id: &RenditionId, bytes: &[u8]) -> Result<()> {
        self.place(self.path(id), bytes)
    }

    fn place(&self, path: PathBuf, bytes: &[u8]) -> Result<()> {
        let (mut file, draft) = self.draft(path)?;
        file.write_all(bytes)?;
        self.keep(draft)
    }

    /// A page that was drawn lately.
    pub fn drawn(&self, id: &RenditionId) -> Result<Option<Vec<u8>>> {
        found(fs_err::read(self.drawn_path(id)))
    }

    /// Keeps a page that was drawn, and as many of the others as fit into so many bytes, the newest.
    pub fn put_drawn(&self, id: &RenditionId, bytes: &[u8], limit: u64) -> Result<()> {
        self.place(self.drawn_path(id), bytes)?;
        let mut pages: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
        for entry in fs_err::read_dir(self.folder.join(DRAWN))? {
            let entry = entry?;
            // One that goes meanwhile takes no room.
            let Ok(metadata) = entry.metadata() else { continue };
            pages.push((metadata.modified()?, metadata.len(), entry.path()));
        }
        pages.sort_unstable_by(|one, other| other.cmp(one));
        let mut room = limit;
        for (_, bytes, path) in pages {
            match room.checked_sub(bytes) {
                Some(left) => room = left,
                None => drop(fs_err::remove_file(path)),
            }
        }
        Ok(())
    }

    fn drawn_path(&self, id: &RenditionId) -> PathBuf {
        self.folder.join(DRAWN).join(plain(id))
    }

    /// An empty file for somebody else to write into. It is no rendition before it is kept.
    pub fn create(&self, id: &RenditionId) -> Result<(File, Draft)> {
        self.draft(self.path(id))
    }

    fn draft(&self, target: PathBuf) -> Result<(File, Draft)> {
        if let Some(folder) = target.parent() {
            fs_err::create_dir_all(folder)?;
        }
        let number = self.drafts.fetch_add(1, Ordering::Relaxed);
        let draft = Draft { path: target.with_extension(format!("{}-{number}.{DRAFT}", std::process::id())), target };
        let file = fs_err::OpenOptions::new().create(true).truncate(true).read(true).write(true).open(&draft.path)?;
        Ok((file.into_file(), draft))
    }

    /// Puts a draft in place.
    pub fn keep(&self, draft: Draft) -> Result<()> {
        fs_err::rename(&draft.path, &draft.target)?;
        Ok(())
    }

    /// Removes drafts that a dead process left.
    pub fn clean(&self) -> Result<()> {
        let drafts = self.list()?.into_iter().filter(|(_, path)| path.extension().is_some_and(|extension| extension == DRAFT));
        drafts.into_iter().try_for_each(|(_, path)| Ok(fs_err::remove_file(path)?))
    }

    /// A rendition's file for reading, or none when the cache does not have it.
    pub fn open(&self, id: &RenditionId) -> Result<Option<File>> {
        found(fs_err::File::open(self.path(id)).map(fs_err::File::into_file))
    }

    /// The bytes, or none when the cache does not have them.
    pub fn get(&self, id: &RenditionId) -> Result<Option<Vec<u8>>> {
        found(fs_err::read(self.path(id)))
    }

    pub fn has(&self, id: &RenditionId) -> bool {
        self.path(id).is_file()
    }

    /// Removes a file; one that is not there is removed already.
    pub fn remove(&self, id: &RenditionId) -> Result<()> {
        match fs_err::remove_file(self.path(id)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Every file in the cache, with the id it would have.
    pub fn list(&self) -> Result<Vec<(RenditionId, PathBuf)>> {
        let mut files = Vec::new();
        let mut folders = vec![self.folder.clone()];
        while let Some(folder) = folders.pop() {
            let Ok(entries) = fs_err::read_dir(folder) else { continue };
            for entry in entries {
                let path = entry?.path();
                match path.is_dir() {
                    true => folders.push(path),
                    false => files.push((RenditionId(path.file_name().unwrap_or_default().to_string_lossy().into_owned()), path)),
                }
            }
        }
        Ok(files)
    }

    fn path(&self, id: &RenditionId) -> PathBuf {
        let name = plain(id);
        self.folder.join(name.get(..2).unwrap_or("00")).join(name)
    }
}

/// Ids are ours, but one that comes in from outside must not leave the folder.
fn plain(id: &RenditionId) -> String {
    id.as_str().chars().filter(|character| character.is_ascii_hexdigit() || *character == '-').collect()
}

/// What is there, or none.
fn found<T>(opened: std::io::Result<T>) -> Result<Option<T>> {
    match opened {
        Ok(opened) => Ok(Some(opened)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}
