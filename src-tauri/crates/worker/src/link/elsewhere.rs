//! Stands for the channel on systems without Unix sockets, so that everything else compiles there.
//!
//! No worker runs here: every attempt to start one fails with a sentence.

use crate::limits::{Fault, Watch};
use crate::protocol::Reply;
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::Path;
use winnow_contract::worker::{Role, Work};

/// Never exists.
pub(crate) enum Link {}

impl Link {
    pub(crate) fn open(_program: &Path, _role: Role, _told: &[(&str, OsString)]) -> io::Result<Self> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "workers do not run on this system yet"))
    }

    pub(crate) fn pid(&self) -> u32 {
        match *self {}
    }

    pub(crate) fn is_alive(&mut self) -> bool {
        match *self {}
    }

    pub(crate) fn exchange(&mut self, _work: &Work, _blob: &[u8], _files: &[&File], _watch: &mut Watch) -> Result<Reply, Fault> {
        match *self {}
    }

    pub(crate) fn attach(&mut self, _watch: &mut Watch) -> Result<Line, Fault> {
        match *self {}
    }
}

/// Never exists either.
pub(crate) enum Line {}

impl Line {
    pub(crate) fn pid(&self) -> u32 {
        match *self {}
    }

    pub(crate) fn exchange(&mut self, _work: &Work, _blob: &[u8], _files: &[&File], _watch: &mut Watch) -> Result<Reply, Fault> {
        match *self {}
    }
}
