//! Adds folders and files to a library: every path belongs to exactly one folder, the outermost that was added.
//!
//! Reads nothing but names; the scan that follows is a job.

use crate::catalog::folders::{self, Stored};
use crate::catalog::jobs;
use crate::engine::Engine;
use crate::error::{EngineError, Result};
use crate::extract::scan::Scan;
use crate::paths;
use crate::ports::Ports;
use crate::watch::root::Medium;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use winnow_contract::Words;
use winnow_contract::command::Added;
use winnow_contract::id::FolderId;
use winnow_contract::job::JobKind;

impl Engine {
    /// Queues a scan for each path, or refuses all of them with the first that cannot be used.
    pub fn add_paths(&self, wanted: &[PathBuf]) -> Result<Added> {
        self.add(wanted, false).map(|folders| Added { scans: u32::try_from(folders.len()).unwrap_or(u32::MAX) })
    }

    /// The same, and the folders among the paths are watched from now on. Gives back the folder each path belongs to: a path
    /// inside a folder that was added before belongs to that one.
    pub fn add_watched(&self, wanted: &[PathBuf]) -> Result<Vec<FolderId>> {
        self.add(wanted, true)
    }

    fn add(&self, wanted: &[PathBuf], watch: bool) -> Result<Vec<FolderId>> {
        let resolved = wanted.iter().map(|path| self.resolve(path)).collect::<Result<Vec<_>>>()?;
        let applying = self.applying();
        let added = self.write(move |catalog| {
            let now = applying.ports.clock.now_ms();
            let (mut scans, mut added) = (Vec::new(), Vec::new());
            for path in &resolved {
                let (folder, below) = place(catalog, &applying.ports, path)?;
                if watch && path.folder {
                    folders::watch(catalog, &folder, true, now)?;
                }
                jobs::forget_failed(catalog, JobKind::Scan, folder.as_str(), now)?;
                scans.push(Scan { request: applying.ports.ids.next(), below, ..Scan::default() }.job(&folder));
                added.push(folder);
            }
            applying.enqueue(catalog, &scans, now)?;
            Ok(added)
        })?;
        self.desk().change();
        self.tell(crate::catalog::apply::Touched { folders: true, ..Default::default() });
        Ok(added)
    }

    /// The folder that was added at this very path, whether or not anything is there now.
    pub fn folder_at(&self, path: &Path) -> Result<Option<FolderId>> {
        let path = path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned());
        self.read(|catalog| folders::at(catalog, &paths::to_bytes(&path)))
    }

    /// Queues a scan of a folder that was added before.
    pub(crate) fn rescan(&self, folder: &FolderId) -> Result<Added> {
        let (folder, applying) = (folder.clone(), self.applying());
        self.write(move |catalog| {
            if !folders::exists(catalog, &folder)? {
                return Err(EngineError::not_found(folder.as_str()));
            }
            jobs::forget_failed(catalog, JobKind::Scan, folder.as_str(), applying.ports.clock.now_ms())?;
            let scan = Scan { request: applying.ports.ids.next(), ..Scan::default() };
            applying.enqueue(catalog, &[scan.job(&folder)], applying.ports.clock.now_ms())
        })?;
        self.tell(Default::default());
        Ok(Added { scans: 1 })
    }

    /// The real path of a file or folder outside the library.
    fn resolve(&self, path: &Path) -> Result<Target> {
        let unusable = |why: String| {
            EngineError::Refused(Words::new("path_unusable").with("path", paths::display(&paths::to_bytes(path))).with("why", why))
        };
        let real = path.canonicalize().map_err(|error| unusable(crate::extract::files::plain(&error)))?;
        let kind = real.metadata().map_err(|error| unusable(crate::extract::files::plain(&error)))?.file_type();
        let library = self.library().canonicalize().unwrap_or_else(|_| self.library().to_owned());
        if real.starts_with(&library) {
            return Err(unusable("it is part of Winnow's own library".into()));
        }
        if Medium::of(&real) == Medium::Kernel {
            return Err(unusable("it is a part of the system that holds no documents".into()));
        }
        match (kind.is_dir(), kind.is_file()) {
            (true, _) => Ok(Target { path: real, folder: true }),
            (_, true) => Ok(Target { path: real, folder: false }),
            _ => Err(unusable("it is neither a file nor a folder".into())),
        }
    }
}

struct Target {
    path: PathBuf,
    folder: bool,
}

/// The folder a path belongs to, and the path within it as a scan takes it.
fn place(catalog: &Connection, ports: &Ports, target: &Target) -> Result<(FolderId, Vec<u8>)> {
    let stored = folders::all(catalog)?;
    let owner = if target.folder { target.path.as_path() } else { target.path.parent().unwrap_or(&target.path) };
    let outer = stored.iter().filter(|(_, _, loose)| !loose).find(|(_, path, _)| owner.starts_with(paths::from_bytes(path)));
    if let Some((folder, path, _)) = outer {
        return Ok((folder.clone(), below(&paths::from_bytes(path), target)));
    }
    let same = stored.iter().find(|(_, path, _)| paths::from_bytes(path) == owner);
    let folder = match same {
        Some((folder, ..)) => folder.clone(),
        None => insert(catalog, ports, owner, !target.folder)?,
    };
    if target.folder {
        folders::keep(catalog, &folder)?;
        merge_inner(catalog, &stored, &folder, owner)?;
    }
    Ok((folder, below(owner, target)))
}

fn insert(catalog: &Connection, ports: &Ports, path: &Path, loose: bool) -> Result<FolderId> {
    let folder = FolderId(ports.ids.next());
    folders::insert(catalog, &folder, &paths::to_bytes(path), loose, ports.clock.now_ms())?;
    Ok(folder)
}

/// Folders that were added before and lie inside the new one become part of it.
fn merge_inner(catalog: &Connection, stored: &[Stored], outer: &FolderId, path: &Path) -> Result<()> {
    for (inner, inner_path, _) in stored.iter().filter(|(inner, ..)| inner != outer) {
        if let Ok(relative) = paths::from_bytes(inner_path).strip_prefix(path) {
            let prefix = [paths::to_bytes(relative), b"/".to_vec()].concat();
            folders::merge(catalog, inner, outer, &prefix)?;
        }
    }
    Ok(())
}

/// What of the folder a scan walks: nothing for all of it, a path that ends in `/` for a part, a path for one file.
fn below(folder: &Path, target: &Target) -> Vec<u8> {
    let relative = target.path.strip_prefix(folder).map(paths::to_bytes).unwrap_or_default();
    if target.folder && !relative.is_empty() { [relative, b"/".to_vec()].concat() } else { relative }
}
