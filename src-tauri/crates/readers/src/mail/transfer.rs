//! Content as it was encoded for transport, decoded as a stream (RFC 2045, section 6).
//!
//! Never fails: characters that do not belong are passed over, as every mail program does.

use super::uu;
use std::io::{self, Read};

const PIECE: usize = 16 << 10;

/// How content is encoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transfer {
    /// Not at all.
    #[default]
    Plain,
    Base64,
    QuotedPrintable,
    Uu,
}

impl Transfer {
    /// By the name that the header gives; unknown ones are none.
    pub fn of(name: &str) -> Self {
        match name.trim().to_ascii_lowercase().as_str() {
            "base64" => Self::Base64,
            "quoted-printable" => Self::QuotedPrintable,
            "x-uuencode" | "uuencode" | "x-uue" | "uue" => Self::Uu,
            _ => Self::Plain,
        }
    }
}

/// Makes bytes of encoded bytes, piece by piece.
trait Decode {
    fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>);
    fn end(&mut self, out: &mut Vec<u8>);
}

/// Decoded content.
pub struct Decoded<'a> {
    inner: &'a mut dyn Read,
    decode: Option<Box<dyn Decode>>,
    ready: Vec<u8>,
    at: usize,
    ended: bool,
}

/// The content behind `inner`, decoded.
pub fn decoded(transfer: Transfer, inner: &mut dyn Read) -> Decoded<'_> {
    let decode: Option<Box<dyn Decode>> = match transfer {
        Transfer::Plain => None,
        Transfer::Base64 => Some(Box::new(Base64::default())),
        Transfer::QuotedPrintable => Some(Box::new(Quoted::Text)),
        Transfer::Uu => Some(Box::new(UuLines::default())),
    };
    Decoded { inner, decode, ready: Vec::new(), at: 0, ended: false }
}

/// The bytes of a text in base 64; what is no digit is passed over.
pub fn base64(text: &str) -> Vec<u8> {
    let (mut decode, mut bytes) = (Base64::default(), Vec::new());
    decode.feed(text.as_bytes(), &mut bytes);
    decode.end(&mut bytes);
    bytes
}

impl Read for Decoded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(decode) = &mut self.decode else { return self.inner.read(buffer) };
        while self.at == self.ready.len() && !self.ended {
            (self.at, self.ended) = (0, true);
            self.ready.clear();
            let mut piece = [0; PIECE];
            let count = self.inner.read(&mut piece)?;
            match count {
                0 => decode.end(&mut self.ready),
                _ => {
                    decode.feed(&piece[..count], &mut self.ready);
                    self.ended = false;
                }
            }
        }
        let count = (&self.ready[self.at..]).read(buffer)?;
        self.at += count;
        Ok(count)
    }
}

/// Six bits a character; what is no character of the alphabet is passed over.
#[derive(Default)]
struct Base64 {
    bits: u32,
    count: u32,
}

impl Decode for Base64 {
    fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        for byte in bytes {
            let value = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'a'..=b'z' => byte - b'a' + 26,
                b'0'..=b'9' => byte - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                b'=' => {
                    self.end(out);
                    continue;
                }
                _ => continue,
            };
            (self.bits, self.count) = (self.bits << 6 | u32::from(value), self.count + 1);
            if self.count == 4 {
                out.extend_from_slice(&self.bits.to_be_bytes()[1..]);
                (self.bits, self.count) = (0, 0);
            }
        }
    }

    /// Two characters more are a byte, three are two.
    fn end(&mut self, out: &mut Vec<u8>) {
        let bytes = (self.bits << (6 * (4 - self.count.min(4)))).to_be_bytes();
        out.extend_from_slice(&bytes[1..1 + (self.count as usize).saturating_sub(1).min(2)]);
        (self.bits, self.count) = (0, 0);
    }
}

/// `=` and two digits are a byte, `=` at the end of a line takes the end away.
#[derive(Clone, Copy)]
enum Quoted {
    Text,
    Sign,
    Digit(u8),
    /// White space after a sign: the end of the line is still to come.
    Soft,
}

impl Decode for Quoted {
    fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        for byte in bytes {
            *self = self.after(*byte, out);
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        if let Self::Digit(digit) = self {
            out.extend_from_slice(&[b'=', *digit]);
        }
        *self = Self::Text;
    }
}

impl Quoted {
    fn after(self, byte: u8, out: &mut Vec<u8>) -> Self {
        match (self, byte) {
            (Self::Text, b'=') => return Self::Sign,
            (Self::Sign | Self::Soft, b'\n') => {}
            (Self::Sign | Self::Soft, b' ' | b'\t' | b'\r') => return Self::Soft,
            (Self::Sign, digit) if digit.is_ascii_hexdigit() => return Self::Digit(digit),
            (Self::Sign, other) => out.extend_from_slice(&[b'=', other]),
            (Self::Digit(first), second) => match (value(first), value(second)) {
                (Some(high), Some(low)) => out.push(high << 4 | low),
                _ => out.extend_from_slice(&[b'=', first, second]),
            },
            (Self::Text | Self::Soft, other) => out.push(other),
        }
        Self::Text
    }
}

fn value(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// Lines between `begin` and `end`; longer ones than there can be are cut.
#[derive(Default)]
struct UuLines {
    line: Vec<u8>,
    begun: bool,
}

impl Decode for UuLines {
    fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        for byte in bytes {
            match byte {
                b'\n' => self.end(out),
                _ if self.line.len() < 200 => self.line.push(*byte),
                _ => {}
            }
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        let line = std::mem::take(&mut self.line);
        if !self.begun {
            self.begun = uu::begins(&line).is_some();
        } else if let Some(bytes) = uu::decoded(&line) {
            out.extend_from_slice(&bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(transfer: Transfer, encoded: &[u8], expected: &[u8]) {
        let mut found = Vec::new();
        decoded(transfer, &mut &encoded[..]).read_to_end(&mut found).expect("decoded");
        assert_eq!(found, expected, "{:?}", String::from_utf8_lossy(encoded));
    }

    #[test]
    fn base64_is_read_whatever_is_between() {
        check(Transfer::Base64, b"SGVsbG8=", b"Hello");
        check(Transfer::Base64, b"SGV\r\n sbG\t8", b"Hello");
        check(Transfer::Base64, b"SGk=SGk=", b"HiHi");
        check(Transfer::Base64, b"!!! ???", b"");
        check(Transfer::Base64, b"A", b"");
        check(Transfer::Base64, b"====", b"");
    }

    #[test]
    fn base_64_is_told() {
        let check = |text: &str, expected: &[u8]| assert_eq!(base64(text), expected);
        check("aGVsbG8=", b"hello");
        check("aGVs\nbG8h", b"hello!");
        check("/+8=", b"\xff\xef");
        check("", b"");
    }

    #[test]
    fn quoted_printable_is_read_as_it_was_meant() {
        check(Transfer::QuotedPrintable, b"caf=E9 =3D", b"caf\xe9 =");
        check(Transfer::QuotedPrintable, b"one=\r\ntwo=  \nthree", b"onetwothree");
        check(Transfer::QuotedPrintable, b"1 =x =4 =", b"1 =x =4 ");
    }

    #[test]
    fn names_of_encodings_are_known_in_any_case() {
        let check = |name: &str, expected: Transfer| assert_eq!(Transfer::of(name), expected);
        check(" Base64", Transfer::Base64);
        check("QUOTED-PRINTABLE", Transfer::QuotedPrintable);
        check("x-uuencode", Transfer::Uu);
        check("8bit", Transfer::Plain);
    }

    #[test]
    fn uuencoded_content_begins_where_it_says_so() {
        check(Transfer::Uu, b"begin 644 a\n#0V%T\n`\nend\n", b"Cat");
    }
}
