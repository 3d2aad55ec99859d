//! 7z archives, block by block; a solid block is unpacked from its beginning to the last file that is wanted.
//!
//! A decoder that failed is never asked again: that of LZMA2 runs without end then. So the rest of its block is lost, unless only
//! a checksum was wrong. Methods that are not read (brotli, lz4, ARM64 filters of newer versions …) make their files damaged members.

use super::allowance::Allowance;
use super::exact::Exact;
use super::spool::{Spool, Step};
use crate::{Fused, Input, Stop, damaged, locked};
use sevenz_rust2::{Archive, ArchiveEntry, Block, BlockDecoder, Error, Password};
use std::io::{self, BufReader, Read};
use winnow_contract::Words;
use winnow_contract::worker::ExpandRequest;

/// Memory for the dictionary of a block.
const DICTIONARY: u64 = 256 << 20;
const LZMA: &[u8] = &[3, 1, 1];
const LZMA2: &[u8] = &[0x21];
const PPMD: &[u8] = &[3, 4, 1];
/// 100 ns from 1601 to 1970.
const EPOCH: u64 = 116_444_736_000_000_000;
/// The attribute of a Unix mode in the upper half, and the mode of a link (p7zip).
const UNIX: u32 = 0x8000;
const LINK: u32 = 0o12_0000;

/// All files in it. Numbers are places in the archive's list.
pub fn walk(input: &mut dyn Input, request: &ExpandRequest, spool: &mut Spool) -> Result<(), Words> {
    let password = request.password.as_ref().map_or_else(Password::empty, |password| Password::from(password.0.as_str()));
    let mut source = BufReader::new(input);
    let archive = listed(&mut source, &password)?;
    let mut allowance = Allowance::of(request);
    for block in 0..archive.blocks.len() {
        let decoder = BlockDecoder::new(1, block, &archive, &password, &mut source);
        let first = archive.stream_map.block_first_file_index.get(block).copied().unwrap_or(0);
        let files = &archive.files[first..first + decoder.entry_count()];
        if !is_wanted(&archive.blocks[block], first, files.len(), spool) {
            continue;
        }
        if one_block(decoder, first, files, !password.is_empty(), &mut allowance, spool)?.is_break() {
            return Ok(());
        }
    }
    if without_content(&archive, spool)?.is_continue() && spool.is_locked() {
        return Err(locked());
    }
    Ok(())
}

/// The list of files. A wrong password makes rubbish of an encrypted list: without one the crate says that it needs one.
fn listed(source: &mut BufReader<&mut dyn Input>, password: &Password) -> Result<Archive, Words> {
    Archive::read(source, password).map_err(|error| match Archive::read(source, &Password::empty()) {
        Err(Error::PasswordRequired) => locked(),
        _ => reason(&error),
    })
}

/// False for a block without the file that was asked for, and for one that takes too much memory.
fn is_wanted(block: &Block, first: usize, count: usize, spool: &mut Spool) -> bool {
    if spool.only().is_some_and(|only| !(first as u64..(first + count) as u64).contains(&only)) {
        return false;
    }
    let fits = dictionary(block) <= DICTIONARY;
    if !fits {
        spool.note(Words::new("dictionary_too_large").with("limit", DICTIONARY >> 20));
    }
    fits
}

/// The files of one block. An error in it ends the block only.
fn one_block(
    decoder: BlockDecoder<BufReader<&mut dyn Input>>,
    first: usize,
    files: &[ArchiveEntry],
    password: bool,
    allowance: &mut Allowance,
    spool: &mut Spool,
) -> Result<Step, Words> {
    let mut seen = 0;
    let mut outcome = Ok(Step::Continue(()));
    let mut failure = None;
    let walked = decoder.for_each_entries(&mut |entry, reader| {
        seen += 1;
        if entry.has_stream() {
            let mut content = Fused::new(allowance.meter(Exact::new(reader, entry.size())));
            outcome = file(entry, (first + seen - 1) as u64, &mut content, password, spool);
            // What nobody wanted is read past here: who gave the reader would ask one that failed once more.
            let goes_on = matches!(outcome, Ok(Step::Continue(())));
            failure = if goes_on { failed(&mut content) } else { None };
        }
        Ok(failure.is_none() && matches!(outcome, Ok(Step::Continue(()))))
    });
    let is_locked = match (failure, walked) {
        (None, Ok(_)) => return outcome,
        (Some(error), _) if password && Stop::carried(&error).is_none() => true,
        (None, Err(error)) if reason(&error).code == "locked" => true,
        (Some(error), _) => {
            spool.broke(&error);
            false
        }
        (None, Err(error)) => {
            spool.cut(error);
            false
        }
    };
    lost(&files[seen..], first + seen, is_locked, spool)
}

/// Files that the decoder did not come to; of those that are empty nothing is lost.
fn lost(files: &[ArchiveEntry], first: usize, is_locked: bool, spool: &mut Spool) -> Result<Step, Words> {
    for (number, entry) in (first..).zip(files).filter(|(_, entry)| entry.has_stream()) {
        match (is_locked, entry.size()) {
            (true, _) => spool.locked_member(),
            (false, 0) => {
                if file(entry, number as u64, &mut io::empty(), false, spool)?.is_break() {
                    return Ok(Step::Break(()));
                }
            }
            (false, 1..) => spool.damaged_member(),
        }
    }
    Ok(Step::Continue(()))
}

/// Reads to the end of a file; the error that makes the rest of its block unreadable, which a wrong checksum does not.
fn failed(content: &mut Fused<impl Read>) -> Option<io::Error> {
    let error = io::copy(content, &mut io::sink()).err()?;
    let is_checksum = |failure: &io::Error| {
        let inner = failure.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
        matches!(inner, Some(Error::ChecksumVerificationFailed))
    };
    (!content.failure().is_some_and(is_checksum)).then_some(error)
}

fn file(entry: &ArchiveEntry, number: u64, reader: &mut dyn Read, password: bool, spool: &mut Spool) -> Result<Step, Words> {
    let attributes = entry.windows_attributes();
    if attributes & UNIX != 0 && (attributes >> 16) & 0o17_0000 == LINK {
        spool.link();
        return Ok(Step::Continue(()));
    }
    let name = entry.name().as_bytes();
    let mtime_ns = if entry.has_last_modified_date { unix_ns(entry.last_modified_date().into()) } else { 0 };
    // A wrong password shows in the content only.
    if password { spool.unlocked(number, name, mtime_ns, reader) } else { spool.member(number, name, mtime_ns, reader) }
}

/// Empty files, which are in no block. Folders and marks of deletion are none.
fn without_content(archive: &Archive, spool: &mut Spool) -> Result<Step, Words> {
    let files = archive.files.iter().enumerate();
    for (number, entry) in files.filter(|(_, entry)| !entry.has_stream() && !entry.is_directory() && !entry.is_anti_item()) {
        if file(entry, number as u64, &mut std::io::empty(), false, spool)?.is_break() {
            return Ok(Step::Break(()));
        }
    }
    Ok(Step::Continue(()))
}

/// The largest dictionary that a block asks for, in bytes.
fn dictionary(block: &Block) -> u64 {
    let of = |method: &[u8], properties: &[u8]| match (method, properties) {
        (LZMA | PPMD, [_, size @ ..]) => size.first_chunk().map_or(0, |size| u64::from(u32::from_le_bytes(*size))),
        (LZMA2, [bits, ..]) => (2 | u64::from(bits & 1)) << (u64::from(*bits & 63) / 2 + 11),
        _ => 0,
    };
    block.coders.iter().map(|coder| of(coder.encoder_method_id(), coder.properties())).max().unwrap_or(0)
}

fn unix_ns(file_time: u64) -> i64 {
    let hundreds = i128::from(file_time) - i128::from(EPOCH);
    i64::try_from(hundreds * 100).unwrap_or(0)
}

fn reason(error: &Error) -> Words {
    match error {
        Error::PasswordRequired | Error::MaybeBadPassword(_) => locked(),
        other => damaged(other),
    }
}
