//! Which number formats the styles of cells stand for.
//!
//! Fonts, colours and borders say nothing.

use crate::office::cells::Format;
use crate::packed::Packed;
use crate::xml::Token;
use std::collections::HashMap;

/// Styles that are kept: programs allow 65,490.
const STYLES: usize = 100_000;

/// Formats by the number of the style.
#[derive(Debug, Default)]
pub struct Styles(Vec<Format>);

impl Styles {
    pub fn format(&self, style: usize) -> Format {
        self.0.get(style).copied().unwrap_or_default()
    }
}

/// Reads the part as far as it can be read: without it numbers are shown as they are.
pub fn read(packed: &mut Packed<'_>, part: &str) -> Styles {
    let mut own: HashMap<u32, Format> = HashMap::new();
    let mut styles = Vec::new();
    let mut in_cells = false;
    let Ok(Some(mut xml)) = packed.xml(part) else { return Styles(styles) };
    while let Ok(Some(token)) = xml.next() {
        match token {
            Token::Open(element) if element.name() == "numFmt" && own.len() < STYLES => {
                let code = element.get("formatCode").unwrap_or_default();
                own.insert(element.number("numFmtId").unwrap_or(0), Format::of_code(&code));
            }
            Token::Open(element) if element.name() == "cellXfs" => in_cells = true,
            Token::Close("cellXfs") => in_cells = false,
            Token::Open(element) if in_cells && element.name() == "xf" && styles.len() < STYLES => {
                let number = element.number("numFmtId").unwrap_or(0);
                styles.push(own.get(&number).copied().unwrap_or_else(|| Format::built_in(number)));
            }
            Token::Open(_) | Token::Close(_) | Token::Text(_) | Token::Nothing => {}
        }
    }
    Styles(styles)
}
