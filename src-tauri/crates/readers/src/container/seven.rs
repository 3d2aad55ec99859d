//! 7z archives, block by block; a solid block is unpacked from its beginning to the last file that is wanted.
//!
//! Methods that are not read (brotli, lz4, ARM64 filters of newer versions …) make their files damaged members.

use super::spool::{Spool, Step};
use crate::{Input, damaged, locked};
use sevenz_rust2::{Archive, ArchiveEntry, Block, BlockDecoder, Error, Password};
use std::io::{BufReader, Read};
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
    for block in 0..archive.blocks.len() {
        let first = archive.stream_map.block_first_file_index.get(block).copied().unwrap_or(0);
        if one_block(&archive, block, first, &password, &mut source, spool)?.is_break() {
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

/// The files of one block. An error in it ends the block only.
fn one_block(
    archive: &Archive,
    block: usize,
    first: usize,
    password: &Password,
    source: &mut BufReader<&mut dyn Input>,
    spool: &mut Spool,
) -> Result<Step, Words> {
    let decoder = BlockDecoder::new(1, block, archive, password, source);
    let last = first + decoder.entry_count();
    if spool.only().is_some_and(|only| !(first as u64..last as u64).contains(&only)) {
        return Ok(Step::Continue(()));
    }
    if dictionary(&archive.blocks[block]) > DICTIONARY {
        spool.note(Words::new("dictionary_too_large").with("limit", DICTIONARY >> 20));
        return Ok(Step::Continue(()));
    }
    let mut number = first;
    let mut outcome = Ok(Step::Continue(()));
    let walked = decoder.for_each_entries(&mut |entry, reader| {
        number += 1;
        if entry.has_stream() {
            outcome = file(entry, number as u64 - 1, reader, !password.is_empty(), spool);
        }
        Ok(matches!(outcome, Ok(Step::Continue(()))))
    });
    if let Err(error) = walked {
        match reason(&error).code.as_str() {
            "locked" => (number..last).for_each(|_| spool.locked_member()),
            _ => spool.cut(error),
        }
    }
    outcome
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
