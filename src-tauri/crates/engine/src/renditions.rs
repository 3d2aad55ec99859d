//! The one door to rendition files: put and get by id. They are a cache beside the catalog and may vanish at any time.
//!
//! Knows no rows; who needs a missing file asks the pipeline to make it again.

use crate::error::Result;
use std::fs::File;
use std::path::PathBuf;
use winnow_contract::asset::RenditionKind;
use winnow_contract::id::{AssetId, RenditionId};

/// Extension of files that are still being written.
const DRAFT: &str = "new";

/// Folder of a library's renditions.
pub struct Renditions {
    folder: PathBuf,
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
        Self { folder }
    }

    /// The id of an asset's rendition: the same each time it is made, so that making it again leaves nothing behind. Turned
    /// by other degrees it is another picture, and whoever keeps the first by its id must not show it for the second.
    pub fn id(asset: &AssetId, kind: RenditionKind, page: u32, turn: u32) -> RenditionId {
        let hash = blake3::hash(format!("{asset}/{kind}/{page}/{turn}").as_bytes());
        let mut bytes = [0u8; 16];
        bytes.copy_from_slice(&hash.as_bytes()[..16]);
        RenditionId(uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string())
    }

    /// Stores a file; whoever reads sees all of it or nothing.
    pub fn put(&self, id: &RenditionId, bytes: &[u8]) -> Result<()> {
        let path = self.path(id);
        if let Some(folder) = path.parent() {
            fs_err::create_dir_all(folder)?;
        }
        let draft = path.with_extension(DRAFT);
        fs_err::write(&draft, bytes)?;
        fs_err::rename(&draft, &path)?;
        Ok(())
    }

    /// An empty file for somebody else to write into. It is no rendition before it is kept.
    pub fn create(&self, id: &RenditionId) -> Result<(File, Draft)> {
        let target = self.path(id);
        if let Some(folder) = target.parent() {
            fs_err::create_dir_all(folder)?;
        }
        let draft = Draft { path: target.with_extension(DRAFT), target };
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
        match fs_err::File::open(self.path(id)) {
            Ok(file) => Ok(Some(file.into_file())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The bytes, or none when the cache does not have them.
    pub fn get(&self, id: &RenditionId) -> Result<Option<Vec<u8>>> {
        match fs_err::read(self.path(id)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
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
        // Ids are ours, but one that comes in from outside must not leave the folder.
        let name: String = id.as_str().chars().filter(|character| character.is_ascii_hexdigit() || *character == '-').collect();
        self.folder.join(name.get(..2).unwrap_or("00")).join(name)
    }
}
