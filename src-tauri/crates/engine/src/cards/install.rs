//! Puts files into the models folder: under another name first, compared with the card, and only then in their place.
//!
//! Decides nothing about which files; a file that is not what its card says leaves nothing behind.

use super::card::{Card, CardFile};
use super::{Models, stamps};
use crate::error::{EngineError, Result};
use sha2::{Digest, Sha256};
use std::fs::{File, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use winnow_contract::Words;
use winnow_contract::model::ModelState;

/// How long another program that installs models is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
const BUFFER: usize = 1 << 20;

/// The right to change the models folder; given back when it is dropped, and when the program dies.
pub struct Lock {
    _file: File,
}

/// A file to be downloaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Id of its card.
    pub card: String,
    pub name: String,
    pub address: String,
    pub bytes: u64,
    pub sha256: String,
    /// Where to put it as it arrives; what is there already is its beginning.
    pub part: PathBuf,
}

/// A copy that is not in its place yet; it is removed unless it gets there.
pub struct Draft {
    path: PathBuf,
    target: PathBuf,
    sha256: String,
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After it got to its place there is nothing here to remove.
        drop(fs_err::remove_file(&self.path));
    }
}

impl Models {
    /// Keeps others from changing the models folder, which is made when it is not there.
    ///
    /// # Errors
    /// When another program is changing it, or the folder cannot be written.
    pub fn lock(&self) -> Result<Lock> {
        let folder = self.folder()?;
        fs_err::create_dir_all(folder).map_err(unwritable)?;
        let file = fs_err::OpenOptions::new().create(true).truncate(false).write(true).open(folder.join(".lock")).map_err(unwritable)?;
        let file = file.into_file();
        let give_up = Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Lock { _file: file }),
                Err(TryLockError::WouldBlock) if Instant::now() < give_up => std::thread::sleep(PATIENCE / 100),
                Err(TryLockError::WouldBlock) => return Err(EngineError::refused("models_busy")),
                Err(TryLockError::Error(error)) => return Err(unwritable(error)),
            }
        }
    }

    /// The files of a card that have to be downloaded; none when it is installed.
    ///
    /// # Errors
    /// When there is no such card, or its files are not offered for download.
    pub fn wanted(&self, id: &str) -> Result<Vec<Wanted>> {
        let card = self.card(id).ok_or_else(|| EngineError::Refused(Words::new("unknown_card").with("card", id)))?;
        if self.state(&card) == ModelState::Ready {
            return Ok(Vec::new());
        }
        if !card.is_fetchable() {
            return Err(EngineError::Refused(Words::new("card_not_offered").with("card", card.name)));
        }
        let absent = card.files.iter().filter(|file| self.file_state(&card, file) != ModelState::Ready);
        absent.filter_map(|file| file.hub.as_ref().map(|address| self.want(&card, file, address))).collect()
    }

    fn want(&self, card: &Card, file: &CardFile, address: &str) -> Result<Wanted> {
        let target = self.target(card, file)?;
        let part = target.with_file_name(format!("{}.part", file.name));
        let (name, sha256) = (file.name.clone(), file.sha256.clone());
        Ok(Wanted { card: card.id.clone(), name, address: address.to_owned(), bytes: file.bytes, sha256, part })
    }

    /// Puts a downloaded file in its place. One that is not what its card says is removed.
    ///
    /// # Errors
    /// When it is not what its card says, or cannot be moved.
    pub fn take(&self, wanted: &Wanted, _lock: &Lock) -> Result<()> {
        let mut file = fs_err::File::open(&wanted.part).map_err(unwritable)?;
        let hash = stamps::hash(&mut file).map_err(unwritable)?;
        let draft = Draft { path: wanted.part.clone(), target: wanted.part.with_file_name(&wanted.name), sha256: hash };
        if draft.sha256 != wanted.sha256 {
            return Err(EngineError::Refused(Words::new("model_differs").with("file", &wanted.name).with("card", &wanted.card)));
        }
        file.sync_all().map_err(unwritable)?;
        self.place(&draft)
    }

    /// Where a file of a card belongs; its folder is made.
    fn target(&self, card: &Card, file: &CardFile) -> Result<PathBuf> {
        let folder = self.folder()?.join(&card.id);
        fs_err::create_dir_all(&folder).map_err(unwritable)?;
        Ok(folder.join(&file.name))
    }

    /// A checked copy of a file, not in its place yet.
    pub(super) fn copy(&self, card: &Card, file: &CardFile, from: &Path) -> Result<Draft> {
        let target = self.target(card, file)?;
        let path = target.with_file_name(format!(".{}.{}.new", file.name, std::process::id()));
        let mut draft = Draft { path, target, sha256: String::new() };
        draft.sha256 = copy_hashing(from, &draft.path, file.bytes).map_err(unwritable)?;
        if draft.sha256 == file.sha256 {
            return Ok(draft);
        }
        Err(EngineError::Refused(Words::new("model_differs").with("file", &file.name).with("card", &card.name)))
    }

    /// From now on the file is there, whole.
    pub(super) fn place(&self, draft: &Draft) -> Result<()> {
        fs_err::rename(&draft.path, &draft.target).map_err(unwritable)?;
        self.stamps.remember(&draft.target, &draft.sha256);
        Ok(())
    }

    /// Writes an imported card into its folder, whole or not at all.
    pub(super) fn place_card(&self, card: &Card, text: &str) -> Result<()> {
        let target = self.folder()?.join(&card.id).join(super::CARD_FILE);
        let draft = target.with_file_name(format!(".{}.{}.new", super::CARD_FILE, std::process::id()));
        fs_err::write(&draft, text).map_err(unwritable)?;
        fs_err::rename(&draft, &target).map_err(unwritable)
    }
}

/// Removes what a program that died left behind while it copied. Nobody else copies while the lock is held.
pub(super) fn clean(folder: &Path) {
    let Ok(entries) = folder.read_dir() else { return };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') && name.ends_with(".new") {
            drop(fs_err::remove_file(&path));
        }
    }
}

/// Copies a file onto the disk and gives back its SHA-256. At most one byte more than expected is copied: that is enough
/// to be another file.
fn copy_hashing(from: &Path, into: &Path, bytes: u64) -> std::io::Result<String> {
    let mut from = fs_err::File::open(from)?.take(bytes + 1);
    let mut into = fs_err::File::create(into)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        let count = from.read(&mut buffer)?;
        if count == 0 {
            into.sync_all()?;
            return Ok(stamps::hex(&hasher.finalize()));
        }
        hasher.update(&buffer[..count]);
        into.write_all(&buffer[..count])?;
    }
}

/// Nothing was lost, only not taken in.
fn unwritable(error: std::io::Error) -> EngineError {
    EngineError::Refused(Words::new("model_not_taken").with("why", error))
}
