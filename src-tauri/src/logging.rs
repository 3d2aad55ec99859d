//! The log of a library: `logs/winnow.log`, rotated by size. `WINNOW_LOG` sets what is written (`winnow_engine=debug`).
//!
//! No text, path or file name of an asset belongs here; whoever logs leaves them out.

use std::fs::File;
use std::io::{Result, Write, stderr};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use tracing_subscriber::EnvFilter;

const VARIABLE: &str = "WINNOW_LOG";
/// What the index says of itself names the folder of the library, so only its errors are kept.
const DEFAULT: &str = "warn,lance=error,lancedb=error,datafusion=error,object_store=error,\
    winnow_app=info,winnow_engine=info,winnow_workers=info,winnow_vectors=info";
/// A file above this is put aside.
const LIMIT: u64 = 2_000_000;
/// Older files that are kept.
const KEPT: u32 = 3;

/// Logs into a library from now on; to standard error where `WINNOW_LOG` asks for it on a command line.
pub fn start(library: &Path, terminal: bool) {
    let wish = std::env::var(VARIABLE).ok();
    let filter = EnvFilter::new(wish.as_deref().unwrap_or(DEFAULT));
    let logs = tracing_subscriber::fmt().with_env_filter(filter);
    // A second start in one process, or a folder that cannot be written, leaves the program without a log, not without work.
    if terminal && wish.is_some() {
        drop(logs.with_writer(stderr).try_init());
    } else if let Ok(file) = RotatingFile::open(library.join("logs/winnow.log"), LIMIT) {
        drop(logs.with_writer(Mutex::new(file)).try_init());
    }
}

/// A file that begins anew when it has grown.
struct RotatingFile {
    path: PathBuf,
    limit: u64,
    file: File,
    written: u64,
}

impl RotatingFile {
    fn open(path: PathBuf, limit: u64) -> Result<Self> {
        if let Some(folder) = path.parent() {
            fs_err::create_dir_all(folder)?;
        }
        let file = append(&path)?;
        Ok(Self { written: file.metadata()?.len(), path, limit, file })
    }

    fn rotate(&mut self) -> Result<()> {
        for number in (1..KEPT).rev() {
            drop(fs_err::rename(self.older(number), self.older(number + 1)));
        }
        fs_err::rename(&self.path, self.older(1))?;
        self.file = append(&self.path)?;
        self.written = 0;
        Ok(())
    }

    fn older(&self, number: u32) -> PathBuf {
        self.path.with_extension(format!("{number}.log"))
    }
}

fn append(path: &Path) -> Result<File> {
    Ok(fs_err::OpenOptions::new().create(true).append(true).open(path)?.into_file())
}

impl Write for RotatingFile {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        if self.written > 0 && self.written + bytes.len() as u64 > self.limit {
            self.rotate()?;
        }
        let count = self.file.write(bytes)?;
        self.written += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_has_grown_is_put_aside_and_the_oldest_goes() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("logs/winnow.log");
        let mut log = RotatingFile::open(path.clone(), 10).expect("a file");
        (0..6).for_each(|number| log.write_all(format!("line {number}\n").as_bytes()).expect("written"));
        let read = |name: &str| fs_err::read_to_string(path.with_file_name(name)).unwrap_or_default();
        assert_eq!([read("winnow.log"), read("winnow.1.log"), read("winnow.3.log")], ["line 5\n", "line 4\n", "line 2\n"]);
        assert_eq!(read("winnow.4.log"), "");
    }
}
