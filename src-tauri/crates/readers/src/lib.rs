//! Readers of hostile documents in pure Rust: office files, books, mail, containers. Bytes in; text with places, facts and members out.
//!
//! Opens no file and no socket, knows no path, starts no thread, keeps nothing between calls. Used by the decoding worker only.

pub mod attributes;
pub mod book;
pub mod container;
pub mod encoding;
mod flow;
mod fused;
mod gap;
pub mod html;
pub mod mail;
pub mod names;
pub mod office;
mod ole;
mod packed;
pub mod rtf;
mod stop;
mod text;
mod xml;

use fused::Fused;
use stop::Stop;
pub use text::Text;

use std::io::{Read, Seek};
use winnow_contract::Words;
use winnow_contract::asset::Property;
use winnow_contract::worker::DecodedText;

/// An opened file, or bytes in memory.
pub trait Input: Read + Seek {}
impl<T: Read + Seek> Input for T {}

/// Limits of one document; every one ends in a named note, with what was read until then kept.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Unicode scalar values of text.
    pub text_chars: usize,
    /// Cells of a workbook.
    pub cells: usize,
    /// Depth of XML elements, or of parts of a message.
    pub nesting: usize,
    /// Bytes that one packed part (a sheet, a chapter) may unpack to, and all parts together.
    pub unpacked_bytes: u64,
}

/// What a reader found in a document.
#[derive(Debug, Default)]
pub struct Document {
    /// One text of the whole; none when the format has no text of its own.
    pub text: Option<DecodedText>,
    pub properties: Vec<Property>,
    pub notes: Vec<Words>,
    /// A limit was met; a note says which.
    pub partial: bool,
    /// There are attachments or members in it.
    pub has_members: bool,
}

/// The reason for a file that is not what it says, or is cut.
pub fn damaged(why: impl ToString) -> Words {
    Words::new("damaged").with("why", why)
}

/// The reason for a file that needs a password, or another one.
pub fn locked() -> Words {
    Words::new("locked")
}

/// The reason for a file that is encrypted in a way that no password opens here.
pub fn cannot_unlock() -> Words {
    Words::new("cannot_unlock")
}
