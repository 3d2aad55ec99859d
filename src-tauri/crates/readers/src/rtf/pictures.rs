//! Pictures of a rich text, which are members of it: PNG and JPEG, in digits or as they are.
//!
//! Metafiles and bitmaps of Windows are passed over; programs write them beside the others for older readers.

use super::source::Source;
use crate::container::Spool;
use crate::office::PICTURE;
use crate::{Input, Stop, damaged};
use std::io::{self, Read, SeekFrom};
use winnow_contract::Words;

/// True when there is a picture that is large enough to be a member.
///
/// # Errors
/// `damaged` when the bytes cannot be read.
pub fn are_in(input: &mut dyn Input) -> Result<bool, Words> {
    let mut found = false;
    each(input, &mut |_, _, reader| {
        found = begins(reader)?.is_some();
        Ok(!found)
    })?;
    Ok(found)
}

/// Hands every picture that is large enough to the spool. Their numbers count all pictures.
///
/// # Errors
/// `damaged` when the bytes cannot be read, `io_error` when a member cannot be written.
pub fn members(input: &mut dyn Input, spool: &mut Spool<'_>) -> Result<(), Words> {
    each(input, &mut |number, extension, reader| {
        let Some(beginning) = begins(reader)? else { return Ok(true) };
        let name = format!("image{}.{extension}", number + 1);
        Ok(spool.member(number, name.as_bytes(), 0, &mut beginning.chain(reader))?.is_continue())
    })
}

/// The beginning of a picture; none when the picture is too small.
fn begins(reader: &mut dyn Read) -> Result<Option<io::Cursor<Vec<u8>>>, Words> {
    let mut beginning = Vec::new();
    reader.take(PICTURE).read_to_end(&mut beginning).map_err(|error| Stop::words(&error))?;
    Ok((beginning.len() as u64 >= PICTURE).then(|| io::Cursor::new(beginning)))
}

/// What is done with a picture: its number, its extension and its bytes. False ends the walk.
type Visit<'v> = dyn FnMut(u64, &'static str, &mut dyn Read) -> Result<bool, Words> + 'v;

fn each(input: &mut dyn Input, visit: &mut Visit<'_>) -> Result<(), Words> {
    input.seek(SeekFrom::Start(0)).map_err(damaged)?;
    let (mut source, mut number) = (Source::new(input), 0);
    // Groups open, and the one that is a picture.
    let (mut depth, mut picture) = (0_u64, None);
    let mut extension = None;
    while let Some(byte) = source.next()? {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth = depth.saturating_sub(1);
                picture = picture.filter(|group| *group <= depth);
            }
            b'\\' => {
                let Some(byte) = source.next()?.filter(u8::is_ascii_alphabetic) else { continue };
                let word = source.word(byte)?;
                let within = picture == Some(depth);
                match word.name() {
                    "pict" => (picture, extension) = (Some(depth), None),
                    "pngblip" if within => extension = Some("png"),
                    "jpegblip" if within => extension = Some("jpg"),
                    "bin" => {
                        let count = word.number.unwrap_or(0);
                        let mut reader = Binary { source: &mut source, left: u64::try_from(count).unwrap_or(0) };
                        if let Some(extension) = extension.take_if(|_| within) {
                            if !visit(number, extension, &mut reader)? {
                                return Ok(());
                            }
                            number += 1;
                        }
                        io::copy(&mut reader, &mut io::sink()).map_err(|error| Stop::words(&error))?;
                    }
                    _ => {}
                }
            }
            digit if picture == Some(depth) && digit.is_ascii_hexdigit() => {
                let Some(extension) = extension.take() else { continue };
                source.put_back(digit);
                if !visit(number, extension, &mut Digits { source: &mut source })? {
                    return Ok(());
                }
                number += 1;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Bytes as they are.
struct Binary<'s, 'r> {
    source: &'s mut Source<'r>,
    left: u64,
}

impl Read for Binary<'_, '_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut count = 0;
        while count < into.len() && self.left > 0 {
            let Some(byte) = self.source.next().map_err(Stop::error)? else { break };
            into[count] = byte;
            count += 1;
            self.left -= 1;
        }
        Ok(count)
    }
}

/// Bytes in pairs of digits, up to what is neither a digit nor white space.
struct Digits<'s, 'r> {
    source: &'s mut Source<'r>,
}

impl Digits<'_, '_> {
    fn digit(&mut self) -> io::Result<Option<u32>> {
        while let Some(byte) = self.source.next().map_err(Stop::error)? {
            match char::from(byte).to_digit(16) {
                Some(digit) => return Ok(Some(digit)),
                None if byte.is_ascii_whitespace() => {}
                None => {
                    self.source.put_back(byte);
                    break;
                }
            }
        }
        Ok(None)
    }
}

impl Read for Digits<'_, '_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        for (at, byte) in into.iter_mut().enumerate() {
            let (Some(high), Some(low)) = (self.digit()?, self.digit()?) else { return Ok(at) };
            *byte = (high * 16 + low) as u8;
        }
        Ok(into.len())
    }
}
