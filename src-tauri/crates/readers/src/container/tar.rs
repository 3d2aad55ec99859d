//! Tar archives of every kind: old, ustar, GNU and pax, with long names and sparse files, as a stream.
//!
//! The headers are read with the `tar` crate; the walk is our own, because long names and sparse maps have no limit there.

use super::exact::Exact;
use super::sparse::{self, Sparse};
use super::spool::{Spool, Step};
use super::tar_names::Ahead;
use crate::{Input, damaged};
use std::io::{self, BufReader, Read};
use tar::{EntryType, Header};
use winnow_contract::Words;

pub const BLOCK: usize = 512;

/// True when a tar begins with these bytes: the sum in its header is right, whether or not it bears the mark of a version.
pub fn begins(head: &[u8]) -> bool {
    head.first_chunk::<BLOCK>().is_some_and(|block| block[0] != 0 && sum_is_right(block))
}

/// All files in an archive.
pub fn walk(input: &mut dyn Input, spool: &mut Spool) -> Result<(), Words> {
    input.rewind().map_err(damaged)?;
    walk_stream(&mut BufReader::with_capacity(64 << 10, input), spool)
}

/// All files in a stream.
pub fn walk_stream(stream: &mut dyn Read, spool: &mut Spool) -> Result<(), Words> {
    let mut ahead = Ahead::default();
    let mut number = 0;
    loop {
        let block = match next_header(stream) {
            Ok(Some(block)) => block,
            Ok(None) => return Ok(()),
            Err(error) => {
                spool.broke(&error);
                return Ok(());
            }
        };
        match entry(&block, stream, &mut ahead, &mut number, spool)? {
            Step::Continue(()) => {}
            Step::Break(()) => return Ok(()),
        }
    }
}

/// The next header; none at the end. Two empty blocks end an archive, one is passed over.
fn next_header(stream: &mut dyn Read) -> io::Result<Option<[u8; BLOCK]>> {
    let mut block = [0; BLOCK];
    for _ in 0..2 {
        if !fill(stream, &mut block)? {
            return Ok(None);
        }
        if block.iter().any(|byte| *byte != 0) {
            return if sum_is_right(&block) { Ok(Some(block)) } else { Err(io::Error::other("checksum of a header")) };
        }
    }
    Ok(None)
}

/// One entry: what it says of the next one is kept in `ahead`, a file goes to the spool.
fn entry(block: &[u8; BLOCK], stream: &mut dyn Read, ahead: &mut Ahead, number: &mut u64, spool: &mut Spool) -> Result<Step, Words> {
    let header = Header::from_byte_slice(block);
    let kind = header.entry_type();
    let Ok(size) = header.entry_size() else { return Ok(spool.stop(Words::new("container_cut").with("why", "size of an entry"))) };
    let is_ahead = Ahead::is_told_by(kind);
    let size = if is_ahead { size } else { ahead.size.unwrap_or(size) };
    let step = if is_ahead {
        let mut body = Exact::new(stream, size);
        ahead.read(kind, &mut body).and_then(|()| body.skip()).map(|()| Step::Continue(()))
    } else {
        let said = std::mem::take(ahead);
        *number += 1;
        file(header, *number - 1, stream, size, said, spool)?
    };
    let padding = (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64;
    let after = step.and_then(|step| Exact::new(stream, padding).skip().map(|()| step));
    Ok(after.unwrap_or_else(|error| {
        spool.broke(&error);
        Step::Break(())
    }))
}

/// A file to the spool; the rest of what it has in the stream is read past. Folders, links and devices are no files.
fn file(header: &Header, number: u64, stream: &mut dyn Read, size: u64, said: Ahead, spool: &mut Spool) -> Result<io::Result<Step>, Words> {
    let name = said.name.clone().unwrap_or_else(|| header.path_bytes().into_owned());
    let seconds = said.mtime.or_else(|| header.mtime().ok()).unwrap_or(0);
    let mtime_ns = i64::try_from(seconds).unwrap_or(0).saturating_mul(1_000_000_000);
    let sparse = match sparse_map(header, stream, &said) {
        Ok(sparse) => sparse,
        Err(error) => return Ok(Err(error)),
    };
    let mut body = Exact::new(stream, size);
    let step = match (header.entry_type(), sparse) {
        (EntryType::Directory | EntryType::XGlobalHeader, _) => Step::Continue(()),
        (EntryType::Link | EntryType::Symlink | EntryType::Char | EntryType::Block | EntryType::Fifo, _) => {
            spool.link();
            Step::Continue(())
        }
        _ if name.ends_with(b"/") && size == 0 => Step::Continue(()),
        (_, Some(mut map)) if map.in_body => match map.read_ahead(&mut body) {
            Ok(()) => spool.member(number, &name, mtime_ns, &mut map.reader(&mut body))?,
            Err(error) => return Ok(Err(error)),
        },
        (_, Some(map)) => spool.member(number, &name, mtime_ns, &mut map.reader(&mut body))?,
        (_, None) => spool.member(number, &name, mtime_ns, &mut body)?,
    };
    Ok(if step.is_break() { Ok(step) } else { body.skip().map(|()| step) })
}

/// Where the parts of a sparse file stand, if it is one.
fn sparse_map(header: &Header, stream: &mut dyn Read, said: &Ahead) -> io::Result<Option<Sparse>> {
    match (header.entry_type(), header.as_gnu()) {
        (EntryType::GNUSparse, Some(gnu)) => sparse::of_gnu(gnu, stream).map(Some),
        _ => Ok(said.sparse()),
    }
}

fn sum_is_right(block: &[u8; BLOCK]) -> bool {
    let header = Header::from_byte_slice(block);
    let sum: u32 = block[..148].iter().chain(&block[156..]).map(|byte| u32::from(*byte)).sum::<u32>() + 8 * u32::from(b' ');
    header.cksum().is_ok_and(|said| said == sum)
}

/// False at the end of the stream; a block that is cut is an error.
pub fn fill(stream: &mut dyn Read, block: &mut [u8; BLOCK]) -> io::Result<bool> {
    let mut there = 0;
    while there < BLOCK {
        match stream.read(&mut block[there..]) {
            Ok(0) if there == 0 => return Ok(false),
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => there += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}
