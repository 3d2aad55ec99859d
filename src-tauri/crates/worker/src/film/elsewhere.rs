//! Stands for the process on systems where none is started, so that everything else compiles there.

use crate::limits::{Fault, Watch};
use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::Path;

/// Never exists.
pub(crate) enum Running {}

impl Running {
    pub(crate) fn start(_worker: &Path, _first: &[&OsStr], _rest: &[String], _file: &File, _speaks: bool) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(crate) fn pid(&self) -> u32 {
        match *self {}
    }

    pub(crate) fn collect(&mut self, _most: usize, _most_said: usize, _watch: &mut Watch) -> Result<(Vec<u8>, Vec<u8>), Fault> {
        match *self {}
    }

    pub(crate) fn beside<T>(self, _watch: &mut Watch, _work: impl FnOnce(File) -> T + Send) -> Option<(T, Result<bool, Fault>)>
    where
        T: Send,
    {
        match self {}
    }
}
