//! How each folder is followed, in a file beside the catalog, for those who read the library while another process follows.
//!
//! It only counts as long as somebody holds the library's lock; whoever takes that lock begins without it.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Result};
use std::path::{Path, PathBuf};
use winnow_contract::id::FolderId;
use winnow_contract::status::WatchState;

/// How folders are followed.
pub type States = BTreeMap<FolderId, WatchState>;

/// The file of a library; a line for each folder.
fn file(library: &Path) -> PathBuf {
    library.join("followed")
}

/// Says it, whole or not at all.
pub fn tell(library: &Path, states: &States) -> Result<()> {
    let lines: String = states.iter().map(|(folder, how)| format!("{folder} {how}\n")).collect();
    let draft = file(library).with_extension("new");
    fs_err::write(&draft, lines)?;
    fs_err::rename(draft, file(library))
}

/// Nobody follows any more.
pub fn forget(library: &Path) -> Result<()> {
    match fs_err::remove_file(file(library)) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// What was said last; nothing of what nobody understands.
pub fn read(library: &Path) -> States {
    let said = fs_err::read_to_string(file(library)).unwrap_or_default();
    let line = |line: &str| {
        let (folder, how) = line.split_once(' ')?;
        Some((FolderId::from(folder), WatchState::parse(how)?))
    };
    said.lines().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_is_read_until_it_is_forgotten() {
        let library = tempfile::tempdir().expect("a folder");
        assert_eq!(read(library.path()), States::new());
        let states = States::from([("a".into(), WatchState::Following), ("b".into(), WatchState::Unreachable)]);
        tell(library.path(), &states).expect("told");
        assert_eq!(read(library.path()), states);
        fs_err::write(file(library.path()), "a following\nb something new\nc\n").expect("written");
        assert_eq!(read(library.path()), States::from([("a".into(), WatchState::Following)]));
        forget(library.path()).expect("forgotten");
        forget(library.path()).expect("once more");
        assert_eq!(read(library.path()), States::new());
    }
}
