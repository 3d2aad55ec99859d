//! The worker's end of the channel: length-prefixed frames over the socket inherited as standard input.
//!
//! Frames are as `contract::worker` says. It interprets no request, and never reads past one.

use rustix::event::{PollFd, PollFlags, poll};
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};
use std::fs::File;
use std::io::{self, Error, ErrorKind, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use winnow_contract::worker::{Answer, MAX_BLOB, MAX_HEADER, Work};

/// A request as it arrived.
pub struct Request {
    pub work: Work,
    /// The file that came beside it, and a second one to write to.
    pub file: Option<File>,
    pub into: Option<File>,
    pub blob: Vec<u8>,
}

/// The connection to the parent.
pub struct Channel {
    socket: UnixStream,
}

impl Channel {
    /// The channel inherited as standard input.
    ///
    /// # Errors
    /// When standard input cannot be duplicated.
    pub fn inherited() -> io::Result<Self> {
        let socket = io::stdin().as_fd().try_clone_to_owned()?;
        Ok(Self { socket: UnixStream::from(socket) })
    }

    /// A channel over a socket that came with a request.
    pub fn over(socket: File) -> Self {
        Self { socket: UnixStream::from(OwnedFd::from(socket)) }
    }

    /// Ends this process as soon as the parent has closed its end, or died, whatever this process is doing then.
    ///
    /// A hang-up of the socket, not the kernel's parent-death signal: that one follows the thread that started the
    /// worker, not the process, and exists on Linux only.
    ///
    /// # Errors
    /// When the socket cannot be duplicated or no thread can be started.
    // Nothing here needs a destructor, and the main thread may be inside a native library that cannot be stopped.
    #[allow(clippy::disallowed_methods)]
    pub fn end_with_parent(&self) -> io::Result<()> {
        let socket = self.socket.try_clone()?;
        let wait = move || {
            wait_for_hang_up(&socket);
            std::process::exit(0);
        };
        std::thread::Builder::new().name("parent".to_owned()).stack_size(64 << 10).spawn(wait).map(drop)
    }

    /// The next request; none when the parent closed the channel.
    ///
    /// # Errors
    /// When the frame is cut, too long, or no request.
    pub fn receive(&mut self) -> io::Result<Option<Request>> {
        let mut lengths = [0; 8];
        let Some(files) = self.receive_first(&mut lengths)? else { return Ok(None) };
        let header = self.exactly(u32_at(&lengths, 0), MAX_HEADER)?;
        let blob = self.exactly(u32_at(&lengths, 4), MAX_BLOB)?;
        let [file, into] = files.map(|file| file.map(File::from));
        Ok(Some(Request { work: serde_json::from_slice(&header)?, file, into, blob }))
    }

    /// Sends an answer.
    ///
    /// # Errors
    /// When the parent is gone, or the answer is longer than a frame may be.
    pub fn send(&mut self, answer: &Answer, blob: &[u8]) -> io::Result<()> {
        let header = serde_json::to_vec(answer)?;
        let mut frame = Vec::with_capacity(8 + header.len());
        frame.extend(length(&header, MAX_HEADER)?.to_le_bytes());
        frame.extend(length(blob, MAX_BLOB)?.to_le_bytes());
        frame.extend(header);
        self.socket.write_all(&frame)?;
        self.socket.write_all(blob)
    }

    /// Fills `lengths` and returns the descriptors that came with it; none at the end of the channel.
    fn receive_first(&mut self, lengths: &mut [u8; 8]) -> io::Result<Option<[Option<OwnedFd>; 2]>> {
        let (mut filled, mut files) = (0, [None, None]);
        while filled < lengths.len() {
            let (bytes, received) = receive_some(&self.socket, &mut lengths[filled..])?;
            if received[0].is_some() {
                files = received;
            }
            match (bytes, filled) {
                (0, 0) => return Ok(None),
                (0, _) => return Err(ErrorKind::UnexpectedEof.into()),
                _ => filled += bytes,
            }
        }
        Ok(Some(files))
    }

    fn exactly(&mut self, length: u32, limit: u32) -> io::Result<Vec<u8>> {
        if length > limit {
            return Err(Error::new(ErrorKind::InvalidData, "frame too long"));
        }
        let mut bytes = vec![0; length as usize];
        self.socket.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

fn receive_some(socket: &UnixStream, into: &mut [u8]) -> io::Result<(usize, [Option<OwnedFd>; 2])> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(2))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let bytes = loop {
        match recvmsg(socket, &mut [IoSliceMut::new(into)], &mut control, RecvFlags::empty()) {
            Err(rustix::io::Errno::INTR) => {}
            other => break other?.bytes,
        }
    };
    let mut files = [None, None];
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(mut descriptors) = message {
            files = [descriptors.next(), descriptors.next()];
        }
    }
    Ok((bytes, files))
}

fn wait_for_hang_up(socket: &UnixStream) {
    loop {
        let mut watched = [PollFd::new(socket, PollFlags::empty())];
        match poll(&mut watched, None) {
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return,
            Ok(_) if watched[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) => return,
            Ok(_) => {}
        }
    }
}

fn u32_at(bytes: &[u8; 8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn length(bytes: &[u8], limit: u32) -> io::Result<u32> {
    let length = u32::try_from(bytes.len()).ok().filter(|length| *length <= limit);
    length.ok_or_else(|| Error::new(ErrorKind::InvalidData, "answer too long"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (UnixStream, Channel) {
        let (parent, socket) = UnixStream::pair().expect("a socket pair");
        (parent, Channel { socket })
    }

    #[test]
    fn a_frame_is_read_whole_and_the_end_is_the_end() {
        let (mut parent, mut channel) = pair();
        let header = br#"{"do":"hello"}"#;
        parent.write_all(&(header.len() as u32).to_le_bytes()).expect("written");
        parent.write_all(&3u32.to_le_bytes()).expect("written");
        parent.write_all(header).expect("written");
        parent.write_all(b"abc").expect("written");
        drop(parent);
        let request = channel.receive().expect("a frame").expect("a request");
        assert_eq!((request.work, request.blob.as_slice()), (Work::Hello, b"abc".as_slice()));
        assert!(request.file.is_none());
        assert!(channel.receive().expect("the end").is_none());
    }

    #[test]
    fn a_frame_that_is_too_long_or_cut_is_an_error() {
        let (mut parent, mut channel) = pair();
        parent.write_all(&[0xff; 8]).expect("written");
        assert!(channel.receive().is_err());
        let (mut parent, mut channel) = pair();
        parent.write_all(&[1, 0, 0]).expect("written");
        drop(parent);
        assert!(channel.receive().is_err());
    }
}
