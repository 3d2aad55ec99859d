//! Containers: what is in an archive, a mailbox, a message or a document, written out one member behind the other.
//!
//! Members are never written by their own names and never opened here. Directories, links and devices are no members.
//! Not read: rar, cab, iso, lha, and zip files in several volumes.

mod allowance;
mod ar;
mod exact;
mod packed;
mod seven;
mod sparse;
mod spool;
mod tar;
mod tar_names;
mod zip;
mod zip_cut;

pub use exact::Exact;
pub use spool::Spool;

use crate::{Input, mail, office};
use std::io::Write;
use winnow_contract::Words;
use winnow_contract::worker::{ExpandRequest, Expanded};

/// Bytes at the beginning of a file that [`kind_of`] wants to see.
pub const HEAD: usize = 512;

/// Containers by their first bytes, as (bytes, media type). Office files are zip files too: ask for those first.
const MAGIC: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"PK00PK\x03\x04", "application/zip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"\xfd7zXZ\0", "application/x-xz"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"!<arch>\n", "application/x-archive"),
];

/// The media type of a container; none when the bytes are the beginning of none. A tar needs 512 bytes, and may lack its mark.
pub fn kind_of(head: &[u8]) -> Option<&'static str> {
    let listed = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, kind)| *kind);
    listed.or_else(|| is_bzip2(head).then_some("application/x-bzip2")).or_else(|| tar::begins(head).then_some("application/x-tar"))
}

/// True for kinds of content that [`expand`] reads.
pub fn holds_members(kind: &str) -> bool {
    Family::of(kind).is_some()
}

/// Writes the members of a container of this media type into `into` and lists them.
///
/// All limits of the request hold. Each ends the walk with a note of its own (`entries_cut`, `archive_too_large`,
/// `expands_too_much`, …) and `partial`; members found until then are kept. What is damaged is kept as far as it could be
/// read (`members_damaged`, `container_cut`). Entries that need a password are counted in `locked_members`.
///
/// A mailbox is gone on with: `next` is the place of its first message that was not written. Its limits hold for every
/// answer by itself, as there is no other state; numbers of its members are their places in bytes.
///
/// A member that has no name (the one in a `.bz2`) has an empty `display`: it is called as its container without the last extension.
///
/// # Errors
/// Words for a container that gave nothing at all: `damaged`, `locked`, `no_reader`; and `io_error` when writing fails.
pub fn expand(input: &mut dyn Input, kind: &str, request: &ExpandRequest, into: &mut dyn Write) -> Result<Expanded, Words> {
    let mut spool = Spool::new(into, request);
    let family = Family::of(kind).ok_or_else(|| Words::new("no_reader").with("media_type", kind))?;
    match family {
        Family::Zip => zip::walk(input, request, &mut spool)?,
        Family::Seven => seven::walk(input, request, &mut spool)?,
        Family::Tar => tar::walk(input, &mut spool)?,
        Family::Packed(packing) => packed::walk(input, packing, request, &mut spool)?,
        Family::Ar => ar::walk(input, &mut spool)?,
        Family::Mailbox => mail::mbox::walk(input, request, &mut spool)?,
        Family::Message => mail::members(input, request, &mut spool)?,
        Family::SavedPage => mail::web::members(input, request, &mut spool)?,
        Family::Outlook => mail::msg::members(input, &mut spool)?,
        Family::Office => office::members(input, request.password.as_ref().map(|password| password.0.as_str()), &mut spool)?,
    }
    Ok(spool.finish())
}

/// How a kind of container is read.
enum Family {
    Zip,
    Seven,
    Tar,
    Packed(packed::Packing),
    Ar,
    Mailbox,
    Message,
    SavedPage,
    Outlook,
    Office,
}

impl Family {
    fn of(kind: &str) -> Option<Self> {
        Some(match kind {
            "application/zip" => Self::Zip,
            "application/x-7z-compressed" => Self::Seven,
            "application/x-tar" => Self::Tar,
            "application/gzip" => Self::Packed(packed::Packing::Gzip),
            "application/x-bzip2" => Self::Packed(packed::Packing::Bzip2),
            "application/x-xz" => Self::Packed(packed::Packing::Xz),
            "application/zstd" => Self::Packed(packed::Packing::Zstd),
            "application/x-archive" | "application/x-unix-archive" => Self::Ar,
            "application/mbox" => Self::Mailbox,
            "message/rfc822" => Self::Message,
            mail::SAVED_PAGE => Self::SavedPage,
            mail::OUTLOOK => Self::Outlook,
            other if office::has_members(other) => Self::Office,
            _ => return None,
        })
    }
}

fn is_bzip2(head: &[u8]) -> bool {
    head.starts_with(b"BZh") && matches!(head.get(3), Some(b'1'..=b'9')) && head.get(4..10) == Some(b"\x31\x41\x59\x26\x53\x59")
}

#[cfg(test)]
mod tests;
