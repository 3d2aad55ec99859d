//! ffmpeg, when it is installed: reads films and recordings that our own decoder does not.
//!
//! It runs in a process of its own that is confined before it begins: it has the film as a descriptor, its libraries, and a
//! pipe to write to. What it writes is believed by nobody here: sound and pictures go through the decoder like any file;
//! of what it says of a film, only numbers and short words are taken.

#[cfg(not(unix))]
mod elsewhere;
#[cfg(unix)]
mod process;
mod told;

#[cfg(not(unix))]
pub(crate) use elsewhere::Running;
#[cfg(unix)]
pub(crate) use process::Running;
pub(crate) use told::Facts;
#[cfg(test)]
pub(crate) use told::Heard;

use crate::limits::{Fault, Watch};
use std::env;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use winnow_contract::Words;
use winnow_engine::ports::{CallLimits, Cancel, StageError};

const NAME: &str = "ffmpeg";
/// What it opens: its standard input, anew, so that it can go back and forth in it.
const INPUT: &str = if cfg!(target_os = "linux") { "file:/proc/self/fd/0" } else { "file:/dev/fd/0" };
/// Bytes of what it says that are read.
const SAID: usize = 256 << 10;
/// Bytes of a picture that are read.
const PICTURE: usize = 64 << 20;
/// Pixels of a film's picture; larger ones are not decoded.
const PIXELS: &str = "40000000";
/// Width of a picture that is kept.
const WIDTH: u32 = 1600;

/// The `ffmpeg` on the search path; none when there is none. Relative folders of the path are left out.
pub fn find_ffmpeg() -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let candidates = env::split_paths(&path).filter(|folder| folder.is_absolute()).map(|folder| folder.join(NAME));
    candidates.into_iter().find(|path| path.is_file())
}

/// A film with what reads it.
pub(crate) struct Film<'a> {
    /// The worker program, which confines itself and becomes the other one.
    pub(crate) worker: &'a Path,
    pub(crate) ffmpeg: &'a Path,
    pub(crate) file: &'a File,
    pub(crate) limits: CallLimits,
    pub(crate) cancel: &'a Cancel,
}

/// A picture of a film as a PNG file, and where it stands in seconds.
pub(crate) struct Picture {
    pub(crate) at: f64,
    pub(crate) png: Vec<u8>,
}

impl Film<'_> {
    /// What ffmpeg says of the film; none when it cannot read it.
    ///
    /// # Errors
    /// A limit that was met, or that it could not be started.
    pub(crate) fn facts(&self) -> Result<Option<Facts>, StageError> {
        let (_, said) = self.collected(&["-loglevel", "info"], &[])?;
        Ok(told::facts(&String::from_utf8_lossy(&said)))
    }

    /// Starts to write the sound of at most `seconds` as a WAV file of 16 kHz to a pipe.
    ///
    /// # Errors
    /// When it could not be started.
    pub(crate) fn sound(&self, seconds: u32) -> Result<Running, StageError> {
        // A second more, so that whoever reads sees that something was cut.
        let length = (u64::from(seconds) + 1).to_string();
        let output = ["-vn", "-sn", "-dn", "-t", &length, "-ac", "1", "-ar", "16000", "-c:a", "pcm_s16le", "-f", "wav", "pipe:1"];
        self.started(&["-loglevel", "quiet"], &output, false)
    }

    /// The key frame at or before a second; none when there is none.
    ///
    /// # Errors
    /// As `facts`.
    pub(crate) fn picture(&self, at: f64, start: f64) -> Result<Option<Picture>, StageError> {
        let at = format!("{at:.3}");
        let input = ["-loglevel", "info", "-copyts", "-ss", &at, "-noaccurate_seek", "-skip_frame", "nokey", "-max_pixels", PIXELS];
        let shape = format!("showinfo,scale=iw*sar:ih,scale='min({WIDTH},iw)':-2,setsar=1");
        let output = ["-an", "-sn", "-dn", "-frames:v", "1", "-vf", &shape, "-c:v", "png", "-f", "image2pipe", "pipe:1"];
        let (png, said) = self.collected(&input, &output)?;
        let stands = told::stands_at(&String::from_utf8_lossy(&said));
        Ok(stands.filter(|_| !png.is_empty()).map(|stands| Picture { at: (stands - start).max(0.0), png }))
    }

    fn collected(&self, input: &[&str], output: &[&str]) -> Result<(Vec<u8>, Vec<u8>), StageError> {
        let mut running = self.started(input, output, true)?;
        let mut watch = Watch::new(running.pid(), self.limits, self.cancel);
        running.collect(PICTURE, SAID, &mut watch).map_err(|fault| self.told(fault))
    }

    fn started(&self, input: &[&str], output: &[&str], speaks: bool) -> Result<Running, StageError> {
        let ours = ["film".as_ref(), self.ffmpeg.as_os_str()];
        let limits = [self.limits.memory_mb.to_string(), self.limits.seconds.to_string()];
        let always = ["-hide_banner", "-nostats", "-nostdin", "-protocol_whitelist", "file,pipe", "-threads", "1"];
        let mut arguments: Vec<String> = limits.to_vec();
        arguments.extend(always.iter().chain(input).chain(&["-i", INPUT]).chain(output).map(|argument| (*argument).to_owned()));
        Running::start(self.worker, &ours, &arguments, self.file, speaks).map_err(|error| not_started(&error))
    }

    /// What the engine is told about a limit.
    pub(crate) fn told(&self, fault: Fault) -> StageError {
        fault.told(self.limits)
    }
}

fn not_started(error: &io::Error) -> StageError {
    StageError::Retry(Words::new("worker_unavailable").with("why", error.kind()))
}
