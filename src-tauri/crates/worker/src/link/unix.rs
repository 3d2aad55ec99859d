//! The channel as a Unix socket pair: the worker's end is its standard input, files travel as descriptors.
//!
//! The parent's end never blocks, so that limits are looked at whatever the worker does.

use crate::limits::{Fault, LOOK, Watch};
use crate::protocol::{self, Incoming, Reply};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use std::env;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use winnow_contract::worker::{Answer, Role, Work};

/// What a worker keeps of our environment: where its model data and its libraries are, when that is not where they
/// usually are.
const KEPT: [&str; 3] = ["TESSDATA_PREFIX", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"];

/// A running worker; dropping it kills and reaps the process.
pub(crate) struct Link {
    child: Child,
    line: Line,
}

/// One channel to a worker.
pub(crate) struct Line {
    pid: u32,
    socket: UnixStream,
}

impl Link {
    /// Starts a worker of this role, which finds what it is told among its environment.
    ///
    /// # Errors
    /// When the program cannot be started. It may still die at once; the first exchange shows that.
    pub(crate) fn open(program: &Path, role: Role, told: &[(&str, OsString)]) -> io::Result<Self> {
        let (socket, theirs) = UnixStream::pair()?;
        socket.set_nonblocking(true)?;
        let child = command(program, role, told, OwnedFd::from(theirs)).spawn()?;
        Ok(Self { line: Line { pid: child.id(), socket }, child })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// False once the process has ended.
    pub(crate) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// One request and its answer, over the channel that the worker was started with.
    ///
    /// # Errors
    /// As `Line::exchange`.
    pub(crate) fn exchange(&mut self, work: &Work, blob: &[u8], files: &[&File], watch: &mut Watch) -> Result<Reply, Fault> {
        self.line.exchange(work, blob, files, watch)
    }

    /// A second channel, which the worker answers on at the same time.
    ///
    /// # Errors
    /// As `Line::exchange`.
    pub(crate) fn attach(&mut self, watch: &mut Watch) -> Result<Line, Fault> {
        let (socket, theirs) = UnixStream::pair().map_err(|_| Fault::Lost)?;
        socket.set_nonblocking(true).map_err(|_| Fault::Lost)?;
        let theirs = File::from(OwnedFd::from(theirs));
        match self.exchange(&Work::Attach, &[], &[&theirs], watch)?.0 {
            Answer::Attached => Ok(Line { pid: self.pid(), socket }),
            _ => Err(Fault::Lost),
        }
    }
}

impl Line {
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// One request and its answer.
    ///
    /// # Errors
    /// `Lost` when the process is gone or talks nonsense, else the limit that was met. After an error the channel is of
    /// no more use.
    pub(crate) fn exchange(&mut self, work: &Work, blob: &[u8], files: &[&File], watch: &mut Watch) -> Result<Reply, Fault> {
        let head = protocol::head(work, blob).ok_or(Fault::Lost)?;
        let sent = self.patiently(PollFlags::OUT, watch, |socket| send_first(socket, &head, files))?;
        self.send(&head[sent..], watch)?;
        self.send(blob, watch)?;
        self.receive(watch)
    }

    fn send(&mut self, mut bytes: &[u8], watch: &mut Watch) -> Result<(), Fault> {
        while !bytes.is_empty() {
            let sent = self.patiently(PollFlags::OUT, watch, |mut socket| socket.write(bytes))?;
            bytes = &bytes[sent..];
        }
        Ok(())
    }

    fn receive(&mut self, watch: &mut Watch) -> Result<Reply, Fault> {
        let (mut incoming, mut buffer) = (Incoming::default(), vec![0; 256 << 10]);
        loop {
            let arrived = self.patiently(PollFlags::IN, watch, |mut socket| socket.read(&mut buffer))?;
            if arrived == 0 {
                return Err(Fault::Lost);
            }
            if let Some(reply) = incoming.take(&buffer[..arrived]).map_err(|_| Fault::Lost)? {
                return Ok(reply);
            }
        }
    }

    /// Does `step` as soon as the socket is ready for it, looking at the limits while it waits.
    fn patiently<T>(&self, ready: PollFlags, watch: &mut Watch, mut step: impl FnMut(&UnixStream) -> io::Result<T>) -> Result<T, Fault> {
        loop {
            watch.check()?;
            match step(&self.socket) {
                Ok(done) => return Ok(done),
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.wait(ready)?,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Err(Fault::Lost),
            }
        }
    }

    fn wait(&self, ready: PollFlags) -> Result<(), Fault> {
        let look = Timespec { tv_sec: 0, tv_nsec: LOOK.subsec_nanos().into() };
        match poll(&mut [PollFd::new(&self.socket, ready)], Some(&look)) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(_) => Err(Fault::Lost),
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // Both fail only for a process that was reaped already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Standard output and error lead nowhere: a native library's message may quote the file it chokes on.
fn command(program: &Path, role: Role, told: &[(&str, OsString)], channel: OwnedFd) -> Command {
    let mut command = Command::new(program);
    command.arg(role.as_str()).current_dir("/").env_clear();
    command.envs(KEPT.iter().filter_map(|name| Some((*name, env::var_os(name)?))));
    command.envs(told.iter().map(|(name, value)| (name, value)));
    command.envs([("LANG", "C"), ("LC_ALL", "C"), ("OMP_THREAD_LIMIT", "1"), ("TOKENIZERS_PARALLELISM", "false")]);
    command.stdin(Stdio::from(channel)).stdout(Stdio::null()).stderr(Stdio::null());
    // Ctrl-C in a terminal is for the parent, which ends its workers when it is ready.
    command.process_group(0);
    command
}

/// The first bytes of a frame, with the files beside them: two at most.
fn send_first(socket: &UnixStream, bytes: &[u8], files: &[&File]) -> io::Result<usize> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(2))];
    let descriptors: Vec<_> = files.iter().map(|file| file.as_fd()).collect();
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !descriptors.is_empty() && !control.push(SendAncillaryMessage::ScmRights(&descriptors)) {
        return Err(ErrorKind::InvalidInput.into());
    }
    Ok(sendmsg(socket, &[IoSlice::new(bytes)], &mut control, SendFlags::empty())?)
}
