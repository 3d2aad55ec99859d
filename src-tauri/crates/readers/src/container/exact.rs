//! A stretch of a stream that has to be there whole.
//!
//! Unlike `Take`, the end of the stream before the end of the stretch is an error.

use std::io::{self, ErrorKind, Read};

/// The next `left` bytes of a stream; an early end is `UnexpectedEof`.
pub struct Exact<'a> {
    inner: &'a mut dyn Read,
    left: u64,
}

impl<'a> Exact<'a> {
    /// The next `bytes` bytes of `inner`.
    pub fn new(inner: &'a mut dyn Read, bytes: u64) -> Self {
        Self { inner, left: bytes }
    }

    /// Reads past what was not read.
    ///
    /// # Errors
    /// When the stream ends early or fails.
    pub fn skip(&mut self) -> io::Result<()> {
        io::copy(self, &mut io::sink()).map(|_| ())
    }
}

impl Read for Exact<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if room == 0 {
            return Ok(0);
        }
        let count = self.inner.read(&mut buffer[..room])?;
        self.left -= count as u64;
        if count == 0 { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(count) }
    }
}
