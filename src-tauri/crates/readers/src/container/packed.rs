//! Files that were compressed by themselves: gzip, bzip2, xz, zstd. A tar inside is walked at once; else there is one member.
//!
//! Concatenated streams are one, as the formats have it.

use super::allowance::Allowance;
use super::spool::Spool;
use super::tar;
use crate::{Fused, Input, damaged};
use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::GzDecoder;
use std::io::{BufRead, BufReader, Cursor, Read};
use winnow_contract::Words;
use winnow_contract::worker::ExpandRequest;

/// Memory for the dictionary of an xz file, in KiB.
const DICTIONARY_KB: u32 = 256 << 10;

/// How it is compressed.
#[derive(Clone, Copy)]
pub enum Packing {
    Gzip,
    Bzip2,
    Xz,
    Zstd,
}

/// The tar in it, or the file in it.
pub fn walk(input: &mut dyn Input, packing: Packing, request: &ExpandRequest, spool: &mut Spool) -> Result<(), Words> {
    input.rewind().map_err(damaged)?;
    let mut packed = BufReader::with_capacity(64 << 10, input);
    let (name, mtime_ns) = match packing {
        Packing::Gzip => gzip_name(&mut packed),
        Packing::Bzip2 | Packing::Xz | Packing::Zstd => (Vec::new(), 0),
    };
    let mut allowance = Allowance::of(request);
    let mut unpacked = Fused::new(allowance.meter(unpack(packed, packing).map_err(damaged)?));
    let (head, failed) = beginning(&mut unpacked);
    if head.is_empty()
        && let Some(why) = failed
    {
        return Err(damaged(why));
    }
    let is_tar = tar::begins(&head);
    let mut whole = Cursor::new(head).chain(unpacked);
    if is_tar {
        return tar::walk_stream(&mut whole, spool);
    }
    spool.member(0, &name, mtime_ns, &mut whole).map(|_| ())
}

fn unpack<'a>(packed: impl BufRead + 'a, packing: Packing) -> std::io::Result<Box<dyn Read + 'a>> {
    Ok(match packing {
        Packing::Gzip => Box::new(Members::new(packed)),
        Packing::Bzip2 => Box::new(MultiBzDecoder::new(packed)),
        Packing::Xz => Box::new(lzma_rust2::XzReader::new_mem_limit(packed, true, DICTIONARY_KB)),
        Packing::Zstd => Box::new(zstd::Decoder::with_buffer(packed)?),
    })
}

/// Up to 512 bytes, and why there are no more if that is an error.
fn beginning(unpacked: &mut dyn Read) -> (Vec<u8>, Option<std::io::Error>) {
    let mut head = Vec::new();
    let failed = unpacked.take(super::HEAD as u64).read_to_end(&mut head).err();
    (head, failed)
}

/// The name and time that the header of a gzip file may hold (RFC 1952), the name without folders. Nothing is consumed.
fn gzip_name(packed: &mut dyn BufRead) -> (Vec<u8>, i64) {
    let head = packed.fill_buf().unwrap_or_default();
    let Some((fixed, rest)) = head.split_first_chunk::<10>() else { return (Vec::new(), 0) };
    let seconds = u32::from_le_bytes([fixed[4], fixed[5], fixed[6], fixed[7]]);
    let rest = match fixed[3] & 4 {
        0 => rest,
        _ => rest
            .split_first_chunk::<2>()
            .and_then(|(length, rest)| rest.get(usize::from(u16::from_le_bytes(*length))..))
            .unwrap_or_default(),
    };
    let name = if fixed[3] & 8 == 0 { &[][..] } else { rest.split(|byte| *byte == 0).next().unwrap_or_default() };
    let last = name.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    // Latin-1 says the standard; UTF-8 is what is written today.
    let name = if std::str::from_utf8(last).is_ok() {
        last.to_vec()
    } else {
        last.iter().map(|byte| char::from(*byte)).collect::<String>().into_bytes()
    };
    (name, i64::from(seconds) * 1_000_000_000)
}

/// Gzip members one behind the other. What follows the last one is ignored, as `gzip` does.
struct Members<R: BufRead> {
    state: State<R>,
}

enum State<R: BufRead> {
    In(Box<GzDecoder<R>>),
    Ended,
}

impl<R: BufRead> Members<R> {
    fn new(packed: R) -> Self {
        Self { state: State::In(Box::new(GzDecoder::new(packed))) }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while let State::In(decoder) = &mut self.state {
            let count = decoder.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            let State::In(decoder) = std::mem::replace(&mut self.state, State::Ended) else { break };
            let mut packed = decoder.into_inner();
            if packed.fill_buf()?.starts_with(b"\x1f\x8b") {
                self.state = State::In(Box::new(GzDecoder::new(packed)));
            }
        }
        Ok(0)
    }
}
