//! Opens originals: read-only, regular files only, no link followed, nothing outside the folder.
//!
//! There is no function here, or anywhere in the engine, that writes to an original.

use std::fs::{File, Metadata, OpenOptions};
use std::path::Path;
use std::time::UNIX_EPOCH;
use winnow_contract::Words;

/// Opens a file of a folder by its relative path.
pub fn open(folder: &Path, relative: &Path) -> Result<(File, Metadata), Words> {
    let file = open_beneath(folder, relative).map_err(|error| refusal(&error))?;
    let metadata = file.metadata().map_err(|error| refusal(&error))?;
    if metadata.is_file() { Ok((file, metadata)) } else { Err(Words::new("not_regular")) }
}

/// What is at a relative path of a folder, a link for itself. Behind a link on the way, or outside the folder, there is nothing.
#[cfg(target_os = "linux")]
pub fn look(folder: &Path, relative: &Path) -> std::io::Result<Metadata> {
    use rustix::fs::{Mode, OFlags, ResolveFlags, open, openat2};
    let directory = open(folder, OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::PATH, Mode::empty())?;
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    match openat2(&directory, relative, flags, Mode::empty(), ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS) {
        Err(rustix::io::Errno::NOSYS | rustix::io::Errno::PERM) => folder.join(relative).symlink_metadata(),
        Err(rustix::io::Errno::LOOP | rustix::io::Errno::XDEV) => Err(std::io::ErrorKind::NotFound.into()),
        found => File::from(found?).metadata(),
    }
}

/// What is at a relative path of a folder, a link for itself.
#[cfg(not(target_os = "linux"))]
pub fn look(folder: &Path, relative: &Path) -> std::io::Result<Metadata> {
    folder.join(relative).symlink_metadata()
}

/// The kernel resolves the path without links and without leaving the folder.
#[cfg(target_os = "linux")]
fn open_beneath(folder: &Path, relative: &Path) -> std::io::Result<File> {
    use rustix::fs::{Mode, OFlags, ResolveFlags, open, openat2};
    let directory = open(folder, OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::PATH, Mode::empty())?;
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    match openat2(&directory, relative, flags, Mode::empty(), ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS) {
        Err(rustix::io::Errno::NOSYS | rustix::io::Errno::PERM) => open_plainly(&folder.join(relative)),
        opened => Ok(File::from(opened?)),
    }
}

#[cfg(not(target_os = "linux"))]
fn open_beneath(folder: &Path, relative: &Path) -> std::io::Result<File> {
    open_plainly(&folder.join(relative))
}

/// Where the kernel cannot do it: at least the last part is no link, and a FIFO does not block.
#[cfg(unix)]
fn open_plainly(path: &Path) -> std::io::Result<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt;
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)
}

#[cfg(not(unix))]
fn open_plainly(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

/// Nanoseconds since 1970 of the last change, as far as the file system tells.
pub fn mtime_ns(metadata: &Metadata) -> i64 {
    let since = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    since.and_then(|since| i64::try_from(since.as_nanos()).ok()).unwrap_or(0)
}

/// Length in bytes.
pub fn size(metadata: &Metadata) -> i64 {
    i64::try_from(metadata.len()).unwrap_or(i64::MAX)
}

/// An I/O error in words, without the path.
pub fn refusal(error: &std::io::Error) -> Words {
    match error.kind() {
        std::io::ErrorKind::NotFound => Words::new("vanished"),
        std::io::ErrorKind::PermissionDenied => Words::new("unreadable").with("why", "permission denied"),
        _ => Words::new("unreadable").with("why", plain(error)),
    }
}

/// The system's own words for an error, without numbers or paths.
pub fn plain(error: &std::io::Error) -> String {
    error.raw_os_error().map_or_else(|| error.kind().to_string(), |code| std::io::Error::from_raw_os_error(code).kind().to_string())
}
