//! A formula as a person writes it, out of the tokens it is stored in (MS-XLS 2.5.198): version 8 only.
//!
//! Nothing is evaluated. Formulas with names, arrays or other workbooks in them are not written.

use super::functions;
use super::sheet::error_name;
use crate::office::cells::column_name;
use crate::ole::{u16_at, utf16};

/// Bytes of tokens (Excel writes at most 1800), and bytes of what is written.
const TOKENS: usize = 2048;
const LENGTH: usize = 4000;

/// Operators between two operands, from token 3 on.
const BETWEEN: [&str; 15] = ["+", "-", "*", "/", "^", "&", "<", "<=", "=", ">=", ">", "<>", " ", ",", ":"];

/// A formula that could be written.
#[derive(Debug, PartialEq, Eq)]
pub struct Formula {
    /// With its equals sign.
    pub text: String,
    /// Its result cannot be a text, not even an empty one.
    pub never_text: bool,
}

/// Writes a formula; `sheet` is the name of the sheets that a number stands for.
pub fn written<'s>(tokens: &[u8], sheet: &dyn Fn(u16) -> Option<&'s str>) -> Option<Formula> {
    if tokens.len() > TOKENS {
        return None;
    }
    let mut writer = Writer { rest: tokens, operands: Vec::new(), length: 0, never_text: false, sheet };
    while !writer.rest.is_empty() {
        writer.token()?;
    }
    match writer.operands.as_slice() {
        [whole] => Some(Formula { text: format!("={whole}"), never_text: writer.never_text }),
        _ => None,
    }
}

struct Writer<'t, 's> {
    rest: &'t [u8],
    operands: Vec<String>,
    /// Bytes of all operands together.
    length: usize,
    /// The last operation gives no text.
    never_text: bool,
    sheet: &'t dyn Fn(u16) -> Option<&'s str>,
}

impl<'t> Writer<'t, '_> {
    fn token(&mut self) -> Option<()> {
        let stored = self.take(1)?[0];
        // Those from 0x20 on come in three classes of value.
        let token = if stored >= 0x40 { stored & 0x1f | 0x20 } else { stored };
        match token {
            0x03..=0x11 => self.between(token)?,
            // A plus alone gives what is behind it, texts too.
            0x12 => self.around("+", "")?,
            0x13 => {
                self.around("-", "")?;
                self.never_text = true;
            }
            0x14 => {
                self.around("", "%")?;
                self.never_text = true;
            }
            0x15 => self.around("(", ")")?,
            0x16 => self.operands.push(String::new()),
            0x17 => self.text()?,
            0x19 => self.attribute()?,
            0x1c => self.constant(1, |bytes| error_name(bytes[0]).to_owned(), true)?,
            0x1d => self.constant(1, |bytes| if bytes[0] == 0 { "FALSE" } else { "TRUE" }.to_owned(), true)?,
            0x1e => self.constant(2, |bytes| u16_at(bytes, 0).to_string(), true)?,
            0x1f => self.constant(8, |bytes| f64::from_le_bytes(*bytes.first_chunk().unwrap_or(&[0; 8])).to_string(), true)?,
            0x21 => {
                let (name, arguments, text) = functions::of(u16_at(self.take(2)?, 0)).filter(|(_, count, _)| *count != functions::MANY)?;
                self.function(name, usize::from(arguments), text)?;
            }
            0x22 => {
                let head = self.take(3)?;
                let (name, _, text) = functions::of(u16_at(head, 1) & 0x7fff)?;
                self.function(name, usize::from(head[0] & 0x7f), text)?;
            }
            0x24 => self.constant(4, |bytes| reference(u16_at(bytes, 0), u16_at(bytes, 2)), false)?,
            0x25 => self.constant(8, area, false)?,
            0x26..=0x28 => self.pass_over(6)?,
            0x29 => self.pass_over(2)?,
            0x2a => self.constant(4, |_| "#REF!".to_owned(), true)?,
            0x2b => self.constant(8, |_| "#REF!".to_owned(), true)?,
            0x3a | 0x3b => {
                let (sheet, one) = (u16_at(self.take(2)?, 0), token == 0x3a);
                let name = quoted((self.sheet)(sheet)?);
                let place = self.take(if one { 4 } else { 8 })?;
                let place = if one { reference(u16_at(place, 0), u16_at(place, 2)) } else { area(place) };
                self.push(format!("{name}!{place}"));
                self.never_text = false;
            }
            _ => return None,
        }
        (self.length <= LENGTH).then_some(())
    }

    fn push(&mut self, operand: String) {
        self.length += operand.len();
        self.operands.push(operand);
    }

    /// Writes before and behind the last operand.
    fn around(&mut self, before: &str, behind: &str) -> Option<()> {
        let operand = self.operands.last_mut()?;
        operand.insert_str(0, before);
        operand.push_str(behind);
        self.length += before.len() + behind.len();
        Some(())
    }

    fn take(&mut self, count: usize) -> Option<&'t [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    fn pass_over(&mut self, count: usize) -> Option<()> {
        self.take(count).map(|_| ())
    }

    fn constant(&mut self, count: usize, shown: impl FnOnce(&[u8]) -> String, never_text: bool) -> Option<()> {
        let shown = shown(self.take(count)?);
        self.push(shown);
        self.never_text = never_text;
        Some(())
    }

    fn between(&mut self, token: u8) -> Option<()> {
        let right = self.operands.pop()?;
        let left = self.operands.last_mut()?;
        let sign = BETWEEN.get(usize::from(token) - 3)?;
        left.push_str(sign);
        left.push_str(&right);
        self.length += sign.len();
        // Concatenated texts and references are the only ones that may be texts.
        self.never_text = !matches!(token, 0x08 | 0x0f..=0x11);
        Some(())
    }

    fn text(&mut self) -> Option<()> {
        let head = self.take(2)?;
        let (length, wide) = (usize::from(head[0]), head[1] & 1 != 0);
        let bytes = self.take(if wide { length * 2 } else { length })?;
        let text = if wide { utf16(bytes) } else { bytes.iter().map(|byte| char::from(*byte)).collect() };
        self.push(format!("\"{}\"", text.replace('"', "\"\"")));
        self.never_text = false;
        Some(())
    }

    /// Marks for the evaluation, white space, and the short form of a sum.
    fn attribute(&mut self) -> Option<()> {
        let head = self.take(3)?;
        match head[0] {
            0x04 => self.pass_over(2 * (usize::from(u16_at(head, 1)) + 1))?,
            0x10 => self.function("SUM", 1, false)?,
            _ => {}
        }
        Some(())
    }

    fn function(&mut self, name: &str, arguments: usize, text: bool) -> Option<()> {
        let first = self.operands.len().checked_sub(arguments)?;
        let arguments = self.operands.split_off(first);
        self.length -= arguments.iter().map(String::len).sum::<usize>();
        let arguments = arguments.join(",");
        self.push(format!("{name}({arguments})"));
        self.never_text = !text;
        Some(())
    }
}

/// Two bits of the column say whether row and column move along.
fn reference(row: u16, column: u16) -> String {
    let mark = |bit: u16| if column & bit == 0 { "$" } else { "" };
    format!("{}{}{}{}", mark(0x4000), column_name(u32::from(column & 0x3fff)), mark(0x8000), u32::from(row) + 1)
}

fn area(bytes: &[u8]) -> String {
    format!("{}:{}", reference(u16_at(bytes, 0), u16_at(bytes, 4)), reference(u16_at(bytes, 2), u16_at(bytes, 6)))
}

/// The name of a sheet, in quotes where it needs them.
fn quoted(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_alphanumeric() || c == '_') && !name.starts_with(|c: char| c.is_ascii_digit());
    if plain { name.to_owned() } else { format!("'{}'", name.replace('\'', "''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(tokens: &[u8], expected: Option<(&str, bool)>) {
        let sheet = |number: u16| (number == 1).then_some("Old stock");
        let found = written(tokens, &sheet);
        assert_eq!(found.as_ref().map(|found| (found.text.as_str(), found.never_text)), expected, "{tokens:?}");
    }

    #[test]
    fn formulas_read_as_a_person_writes_them() {
        check(&[0x44, 0, 0, 0, 0xc0, 0x44, 1, 0, 1, 0, 0x03, 0x15, 0x1e, 2, 0, 0x05], Some(("=(A1+$B$2)*2", true)));
        check(&[0x25, 0, 0, 9, 0, 0, 0xc0, 0, 0xc0, 0x19, 0x10, 0, 0], Some(("=SUM(A1:A10)", true)));
        check(&[0x25, 0, 0, 9, 0, 0, 0xc0, 0, 0xc0, 0x42, 1, 4, 0], Some(("=SUM(A1:A10)", true)));
        check(&[0x17, 2, 0, b'a', b'"', 0x17, 1, 1, 0xe4, 0, 0x08], Some(("=\"a\"\"\"&\"\u{e4}\"", false)));
        check(&[0x1d, 1, 0x19, 2, 7, 0, 0x1e, 1, 0, 0x19, 8, 3, 0, 0x17, 0, 0, 0x42, 3, 1, 0], Some(("=IF(TRUE,1,\"\")", false)));
        check(&[0x3a, 1, 0, 2, 0, 3, 0xc0], Some(("='Old stock'!D3", false)));
        check(&[0x41, 19, 0, 0x13], Some(("=-PI()", true)));
        check(&[0x17, 1, 0, b'a', 0x12], Some(("=+\"a\"", false)));
        check(&[0x1e, 2, 0, 0x12], Some(("=+2", true)));
        check(&[0x17, 1, 0, b'2', 0x13], Some(("=-\"2\"", true)));
        check(&[0x1f, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0x14], Some(("=1.5%", true)));
    }

    #[test]
    fn what_cannot_be_written_is_not() {
        check(&[], None);
        check(&[0x01, 0, 0, 0, 0], None);
        check(&[0x03], None);
        check(&[0x1e, 1], None);
        check(&[0x42, 9, 4, 0], None);
        check(&[0x41, 4, 0], None);
        check(&[0x3a, 2, 0, 2, 0, 3, 0xc0], None);
        check(&[[0x1d, 1].as_slice(), &[0x12; 3000]].concat(), None);
        check(&[0x1e, 1, 0, 0x1e, 1, 0], None);
    }

    #[test]
    fn hostile_tokens_cost_no_more_than_their_bytes() {
        let began = std::time::Instant::now();
        (0..20_000).for_each(|_| check(&[0x16; TOKENS], None));
        assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
    }
}
