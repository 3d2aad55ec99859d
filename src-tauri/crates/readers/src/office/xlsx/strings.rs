//! The texts that cells share: one after the other in one long text.
//!
//! Formatting and phonetic readings are left out.

use crate::Limits;
use crate::flow::Flow;
use crate::packed::Packed;
use crate::xml::Token;
use winnow_contract::Words;

/// Texts by number.
#[derive(Debug, Default)]
pub struct Strings {
    text: String,
    ends: Vec<u32>,
}

impl Strings {
    /// The text of this number; none when there is none.
    pub fn get(&self, number: usize) -> Option<&str> {
        let end = *self.ends.get(number)? as usize;
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        self.text.get(start..end)
    }
}

/// Reads the part as far as the limits allow. What is cut is noted.
pub fn read(packed: &mut Packed<'_>, part: &str, limits: &Limits, flow: &mut Flow) -> Strings {
    let mut strings = Strings::default();
    let result = gather(packed, part, limits.text_chars.saturating_mul(4).min(1 << 30), &mut strings);
    match result {
        Ok(true) => {}
        Ok(false) => flow.broken(Words::new("text_cut").with("limit", limits.text_chars)),
        Err(why) => flow.broken(why),
    }
    strings
}

/// False when there were more than `limit` bytes.
fn gather(packed: &mut Packed<'_>, part: &str, limit: usize, strings: &mut Strings) -> Result<bool, Words> {
    let Some(mut xml) = packed.xml(part)? else { return Ok(true) };
    let mut within = 0_usize;
    while let Some(token) = xml.next()? {
        match token {
            Token::Open(element) if element.name() == "t" => within += 1,
            Token::Open(element) if element.name() == "rPh" => xml.skip()?,
            Token::Close("t") => within = within.saturating_sub(1),
            Token::Close("si") => strings.ends.push(u32::try_from(strings.text.len()).unwrap_or(u32::MAX)),
            Token::Text(text) if within > 0 => strings.text.push_str(&text),
            Token::Open(_) | Token::Close(_) | Token::Text(_) | Token::Nothing => {}
        }
        if strings.text.len() > limit {
            return Ok(false);
        }
    }
    Ok(true)
}
