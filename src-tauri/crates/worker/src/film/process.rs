//! A confined process that writes to pipes, and its end: it is ended when a limit is met and when it is dropped.
//!
//! It reads at most what it was told to, whatever the process writes.

use crate::limits::{Fault, LOOK, Watch};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use std::env;
use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;

/// What it keeps of our environment: where the worker's libraries are, when that is not where they usually are.
const KEPT: [&str; 2] = ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"];
/// The number of the signal that ends a process whose reader is gone.
const BROKEN_PIPE: i32 = 13;

/// A process at work.
pub(crate) struct Running(Child);

impl Running {
    /// Starts the worker program with these arguments and a file as its standard input. What it says is kept only when it is
    /// to be read: nobody empties the other pipe.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub(crate) fn start(worker: &Path, first: &[&OsStr], rest: &[String], file: &File, speaks: bool) -> io::Result<Self> {
        let mut command = Command::new(worker);
        command.args(first).args(rest).current_dir("/").env_clear();
        command.envs(KEPT.iter().filter_map(|name| Some((*name, env::var_os(name)?))));
        command.envs([("LANG", "C"), ("LC_ALL", "C")]);
        command.stdin(Stdio::from(file.try_clone()?)).stdout(Stdio::piped());
        command.stderr(if speaks { Stdio::piped() } else { Stdio::null() });
        command.process_group(0);
        command.spawn().map(Self)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.0.id()
    }

    /// What it writes to both its outputs, until it ends. What it says beyond its limit is left out; a picture beyond its
    /// limit is none.
    ///
    /// # Errors
    /// The limit that was met.
    pub(crate) fn collect(&mut self, most: usize, most_said: usize, watch: &mut Watch) -> Result<(Vec<u8>, Vec<u8>), Fault> {
        let (mut output, mut said) = (self.0.stdout.take().map(OwnedFd::from), self.0.stderr.take().map(OwnedFd::from));
        let (mut bytes, mut words) = (Vec::new(), Vec::new());
        while output.is_some() || said.is_some() {
            watch.check()?;
            wait([output.as_ref(), said.as_ref()])?;
            take(&mut output, &mut bytes)?;
            take(&mut said, &mut words)?;
            if bytes.len() > most {
                return Ok((Vec::new(), words));
            }
            words.truncate(most_said);
        }
        Ok((bytes, words))
    }

    /// Does `work` with the reading end of its output while the process is watched; gives what came of it, and whether the
    /// process did what it was asked.
    pub(crate) fn beside<T>(mut self, watch: &mut Watch, work: impl FnOnce(File) -> T + Send) -> Option<(T, Result<bool, Fault>)>
    where
        T: Send,
    {
        let output = file(self.0.stdout.take()?);
        let (alive, ended) = mpsc::channel::<()>();
        thread::scope(|scope| {
            let working = scope.spawn(move || {
                let done = work(output);
                drop(alive);
                done
            });
            let fate = self.watched(&ended, watch);
            working.join().ok().map(|done| (done, fate))
        })
    }

    /// Waits until it has ended, whether its output is still wanted or not.
    fn watched(&mut self, ended: &Receiver<()>, watch: &mut Watch) -> Result<bool, Fault> {
        loop {
            if let Ok(Some(status)) = self.0.try_wait() {
                return Ok(is_well(status));
            }
            if let Err(fault) = watch.check() {
                self.end();
                return Err(fault);
            }
            match ended.recv_timeout(LOOK) {
                // Nobody reads any more: it ends by itself when it writes, or has ended just now.
                Err(RecvTimeoutError::Disconnected) => thread::park_timeout(LOOK),
                Ok(()) | Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    fn end(&mut self) {
        // Both fail only for a process that was reaped already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// It ended by itself, or because nobody wanted more.
fn is_well(status: ExitStatus) -> bool {
    status.success() || status.signal() == Some(BROKEN_PIPE)
}

fn file(output: ChildStdout) -> File {
    File::from(OwnedFd::from(output))
}

fn wait(pipes: [Option<&OwnedFd>; 2]) -> Result<(), Fault> {
    let look = Timespec { tv_sec: 0, tv_nsec: LOOK.subsec_nanos().into() };
    let mut watched: Vec<_> = pipes.into_iter().flatten().map(|pipe| PollFd::new(pipe, PollFlags::IN)).collect();
    match poll(&mut watched, Some(&look)) {
        Ok(_) | Err(Errno::INTR) => Ok(()),
        Err(_) => Err(Fault::Lost),
    }
}

/// Takes what is there; a pipe that has ended is closed.
fn take(pipe: &mut Option<OwnedFd>, bytes: &mut Vec<u8>) -> Result<(), Fault> {
    let Some(open) = pipe else { return Ok(()) };
    let mut ready = [PollFd::new(open, PollFlags::IN)];
    let none = Timespec { tv_sec: 0, tv_nsec: 0 };
    if poll(&mut ready, Some(&none)).is_ok() && ready[0].revents().is_empty() {
        return Ok(());
    }
    let mut buffer = vec![0; 64 << 10];
    let read = rustix::io::read(&*open, buffer.as_mut_slice()).map_err(|_| Fault::Lost)?;
    bytes.extend_from_slice(&buffer[..read]);
    if read == 0 {
        *pipe = None;
    }
    Ok(())
}
