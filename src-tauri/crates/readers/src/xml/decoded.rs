//! Bytes of a part as UTF-8, whatever encoding they are in, and never too many for one token.
//!
//! What is not valid becomes U+FFFD.

use crate::{Stop, damaged};
use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8};
use std::io::{self, BufRead, Read};

/// Bytes that one tag or one stretch of text may have.
const TOKEN: usize = 32 << 20;
/// Bytes that are read at a time.
const CHUNK: usize = 16 << 10;

/// A source of bytes as UTF-8.
pub struct Decoded<R> {
    source: R,
    decoder: Option<Decoder>,
    raw: Vec<u8>,
    /// What was decoded and not yet taken: `ready[at..]`.
    ready: Vec<u8>,
    at: usize,
    ended: bool,
    /// Bytes taken since the token began.
    taken: usize,
}

impl<R: Read> Decoded<R> {
    pub fn new(source: R) -> Self {
        Self { source, decoder: None, raw: vec![0; CHUNK], ready: Vec::new(), at: 0, ended: false, taken: 0 }
    }

    /// Another token begins.
    pub fn begin_token(&mut self) {
        self.taken = 0;
    }

    /// Decodes another chunk; an empty result is the end.
    fn refill(&mut self) -> io::Result<()> {
        self.at = 0;
        self.ready.clear();
        while self.ready.is_empty() && !self.ended {
            let count = read_some(&mut self.source, &mut self.raw)?;
            self.ended = count == 0;
            let chunk = &self.raw[..count];
            let decoder = self.decoder.get_or_insert_with(|| encoding_of(chunk).new_decoder_with_bom_removal());
            decode(decoder, chunk, &mut self.ready, self.ended);
        }
        Ok(())
    }
}

fn decode(decoder: &mut Decoder, mut chunk: &[u8], into: &mut Vec<u8>, last: bool) {
    let room = decoder.max_utf8_buffer_length(chunk.len()).unwrap_or(4 * CHUNK + 16);
    into.resize(room, 0);
    let mut written = 0;
    loop {
        let (result, read, wrote, _) = decoder.decode_to_utf8(chunk, &mut into[written..], last);
        chunk = &chunk[read..];
        written += wrote;
        match result {
            CoderResult::InputEmpty => break,
            CoderResult::OutputFull => into.resize(into.len() + CHUNK, 0),
        }
    }
    into.truncate(written);
}

fn read_some(source: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    loop {
        match source.read(into) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

/// What the mark or the declaration at the beginning says; UTF-8 otherwise.
fn encoding_of(head: &[u8]) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return encoding;
    }
    let start = &head[..head.len().min(200)];
    let Some(declaration) = start.strip_prefix(b"<?xml") else { return UTF_8 };
    let declaration = declaration.split(|byte| *byte == b'>').next().unwrap_or_default();
    let Some(at) = declaration.windows(8).position(|window| window == b"encoding") else { return UTF_8 };
    let label = declaration[at + 8..].split(|byte| matches!(byte, b'"' | b'\'')).nth(1).unwrap_or_default();
    // A declaration that can be read byte by byte is not in UTF-16, whatever it says.
    Encoding::for_label(label).filter(|encoding| encoding.is_ascii_compatible()).unwrap_or(UTF_8)
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

impl<R: Read> BufRead for Decoded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.taken > TOKEN {
            return Err(Stop::error(damaged("an element is too long")));
        }
        if self.at >= self.ready.len() {
            self.refill()?;
        }
        Ok(&self.ready[self.at..])
    }

    fn consume(&mut self, count: usize) {
        self.at = (self.at + count).min(self.ready.len());
        self.taken += count;
    }
}
