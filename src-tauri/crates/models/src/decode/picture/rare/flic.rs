//! Animations of Autodesk (FLI, FLC): the first frame.
//!
//! What a later frame changes is not read (Autodesk Animator Pro File Formats).

use super::super::pixels::Stop;
use super::Rare;
use super::fields::Fields;
use super::raster::{Raster, from_samples};
use winnow_contract::Words;
use winnow_contract::worker::DecodeLimits;

const HEADER: usize = 128;
/// The chunk of a frame, and the one that may stand before the first.
const FRAME: u32 = 0xf1fa;
const PREFIX: u32 = 0xf100;
/// Chunks of one frame that are drawn; ordinary ones have two.
const CHUNKS: u32 = 64;

/// Whether this is the beginning of an animation: its kind, and a size and bits that there are.
pub fn begins(head: &[u8], bytes: u64) -> bool {
    let fields = Fields::little(head);
    let number = |at: usize| fields.u16(at).unwrap_or(0);
    matches!(number(4), 0xaf11 | 0xaf12) && matches!(number(12), 0 | 8) && number(8) > 0 && number(10) > 0 && bytes > HEADER as u64
}

/// Reads the first frame.
///
/// # Errors
/// `too_many_pixels`, `picture_memory`, `damaged`.
pub fn read(bytes: &[u8], limits: &DecodeLimits) -> Result<Rare, Stop> {
    let fields = Fields::little(bytes);
    let raster = Raster::new(fields.u16(8)?, fields.u16(10)?, 3, limits)?;
    let mut frame = HEADER;
    while fields.u16(frame + 4)? == PREFIX {
        frame = frame.saturating_add(fields.u32(frame)?.max(6) as usize);
    }
    if fields.u16(frame + 4)? != FRAME {
        return Err(Stop::broken("it has no first frame"));
    }
    let (width, height) = (raster.width, raster.height);
    let mut canvas = Canvas { numbers: vec![0; raster.samples.len() / 3], colours: vec![[0; 3]; 256], width: width as usize };
    let mut at = frame + 16;
    for _ in 0..fields.u16(frame + 6)?.min(CHUNKS) {
        let (length, kind) = (fields.u32(at)? as usize, fields.u16(at + 4)?);
        canvas.apply(kind, &Fields::little(fields.slice(at + 6, length.saturating_sub(6))?));
        at += length.max(6);
    }
    let samples = canvas.numbers.iter().flat_map(|number| canvas.colours[usize::from(*number)]).collect();
    let mut rare = Rare::from(from_samples(width, height, 3, samples));
    rare.notes.extend((fields.u16(6)? > 1).then(|| Words::new("first_frame_only")));
    Ok(rare)
}

/// The frame in the making: numbers of colours.
struct Canvas {
    numbers: Vec<u8>,
    colours: Vec<[u8; 3]>,
    width: usize,
}

impl Canvas {
    /// Draws one chunk; what is missing of it stays as it is.
    fn apply(&mut self, kind: u32, chunk: &Fields) {
        match kind {
            4 => self.take_colours(chunk, 1),
            // Six bits for each.
            11 => self.take_colours(chunk, 4),
            13 => self.numbers.fill(0),
            15 => self.run_out(chunk.bytes),
            16 => self.numbers.iter_mut().zip(chunk.bytes).for_each(|(into, number)| *into = *number),
            _ => {}
        }
    }

    fn take_colours(&mut self, chunk: &Fields, times: u8) {
        let (mut at, mut colour) = (2, 0);
        for _ in 0..chunk.u16(0).unwrap_or(0) {
            let (Ok(skipped), Ok(count)) = (chunk.u8(at), chunk.u8(at + 1)) else { return };
            let count = if count == 0 { 256 } else { count as usize };
            colour += skipped as usize;
            for parts in chunk.rest(at + 2).as_chunks::<3>().0.iter().take(count) {
                if let Some(into) = self.colours.get_mut(colour) {
                    *into = parts.map(|part| part.saturating_mul(times));
                }
                colour += 1;
            }
            at += 2 + 3 * count;
        }
    }

    /// For each row a count that nobody needs, then runs: of copies, or when the count is negative of literals.
    fn run_out(&mut self, mut packed: &[u8]) {
        for row in self.numbers.chunks_exact_mut(self.width) {
            packed = packed.get(1..).unwrap_or_default();
            let mut x = 0;
            while x < row.len() {
                let [count, rest @ ..] = packed else { return };
                let count = i8::from_le_bytes([*count]);
                let length = usize::from(count.unsigned_abs());
                let taken = if count < 0 { length } else { 1 };
                let Some(values) = rest.get(..taken) else { return };
                let end = row.len().min(x + length);
                row[x..end].iter_mut().zip(values.iter().cycle()).for_each(|(into, number)| *into = *number);
                x = if length == 0 { row.len() } else { end };
                packed = &rest[taken..];
            }
        }
    }
}
