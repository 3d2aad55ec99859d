//! Remembers which file had which SHA-256, so that a start does not read every model: a file is read again only when its
//! size, time or inode differs from when it was read last.
//!
//! What is remembered is only ever as good as the file's stamp; `forget` makes everything be read again.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::UNIX_EPOCH;

/// In the models folder; a cache, deletable at any time.
pub const FILE: &str = "verified.json";
/// Bytes read at once.
const BUFFER: usize = 1 << 20;

/// Hashes by path, and the file they are kept in.
#[derive(Default)]
pub struct Stamps {
    file: Option<PathBuf>,
    known: Mutex<BTreeMap<String, Stamped>>,
}

/// What a file looked like when it was read, and what came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stamped {
    stamp: Stamp,
    sha256: String,
}

/// What changes when somebody writes a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    bytes: u64,
    modified_ns: u64,
    inode: u64,
}

impl Stamps {
    /// What was remembered in a models folder; nothing, when it cannot be read.
    pub fn open(folder: &Path) -> Self {
        let file = folder.join(FILE);
        let known = fs_err::read(&file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        Self { file: Some(file), known: Mutex::new(known) }
    }

    /// The hash of a file; none when it is no file of `bytes` bytes, which is known without reading it.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn sha256(&self, path: &Path, bytes: u64) -> io::Result<Option<String>> {
        let stamp = stamp(path)?;
        if stamp.is_none_or(|stamp| stamp.bytes != bytes) {
            return Ok(None);
        }
        let known = self.key(path).and_then(|key| self.known().get(&key).cloned());
        if let Some(known) = known.filter(|known| Some(known.stamp) == stamp) {
            return Ok(Some(known.sha256));
        }
        let hash = hash(&mut fs_err::File::open(path)?)?;
        // With the stamp from before: what was changed while it was read is read again.
        self.keep(path, stamp, &hash);
        Ok(Some(hash))
    }

    /// Keeps what a file is known to be.
    pub fn remember(&self, path: &Path, sha256: &str) {
        self.keep(path, stamp(path).ok().flatten(), sha256);
    }

    /// Where the folder cannot be written it is kept until the program ends.
    fn keep(&self, path: &Path, stamp: Option<Stamp>, sha256: &str) {
        let (Some(key), Some(stamp)) = (self.key(path), stamp) else { return };
        let mut known = self.known();
        known.insert(key, Stamped { stamp, sha256: sha256.to_owned() });
        drop(self.file.as_ref().map(|file| save(file, &known)));
    }

    /// Everything will be read again.
    pub fn forget(&self) {
        self.known().clear();
    }

    /// The path below the models folder, so that a moved folder keeps what is known.
    fn key(&self, path: &Path) -> Option<String> {
        let folder = self.file.as_ref()?.parent()?;
        Some(path.strip_prefix(folder).ok()?.to_str()?.to_owned())
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<String, Stamped>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever reads sees the old file or the new one. Of two programs that write at once one wins; the other reads again.
fn save(file: &Path, known: &BTreeMap<String, Stamped>) -> io::Result<()> {
    let draft = file.with_extension(format!("{}.new", std::process::id()));
    fs_err::write(&draft, serde_json::to_vec(known)?)?;
    fs_err::rename(&draft, file)
}

/// None when it is no regular file.
fn stamp(path: &Path) -> io::Result<Option<Stamp>> {
    let about = fs_err::metadata(path)?;
    let since = about.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    let modified_ns = u64::try_from(since.as_nanos()).unwrap_or(u64::MAX);
    Ok(about.is_file().then(|| Stamp { bytes: about.len(), modified_ns, inode: inode(&about) }))
}

#[cfg(unix)]
fn inode(about: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(about)
}

#[cfg(not(unix))]
fn inode(_: &std::fs::Metadata) -> u64 {
    0
}

/// The SHA-256 of all that is left to read, in hexadecimal.
pub fn hash(from: &mut impl Read) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(hex(&hasher.finalize())),
            count => hasher.update(&buffer[..count]),
        }
    }
}

/// Bytes in lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
