//! Which encoding the fonts of a rich text use.
//!
//! Names of fonts say nothing.

use crate::office::facts::code_page;
use encoding_rs::Encoding;
use std::collections::HashMap;

/// Fonts that are kept.
const FONTS: usize = 10_000;

/// Encodings by the number of the font.
#[derive(Debug, Default)]
pub struct Fonts {
    encodings: HashMap<usize, &'static Encoding>,
    /// The font that is described.
    current: usize,
}

impl Fonts {
    /// The description of a font begins.
    pub fn begin(&mut self, number: usize) {
        self.current = number;
    }

    /// The character set of the font that is described.
    pub fn charset(&mut self, number: usize) {
        if let (Some(page), true) = (page(number), self.encodings.len() < FONTS) {
            self.encodings.insert(self.current, code_page(page));
        }
    }

    /// The encoding of a font; none when it uses that of the document.
    pub fn encoding(&self, number: usize) -> Option<&'static Encoding> {
        self.encodings.get(&number).copied()
    }
}

/// The code page of a Windows character set; none for those that say nothing.
fn page(charset: usize) -> Option<u16> {
    Some(match charset {
        77 => 10_000,
        128 => 932,
        129 | 130 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => return None,
    })
}
