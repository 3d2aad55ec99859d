//! Pictures of Silicon Graphics (SGI, RGB, BW): plain or in runs, of one or two bytes for each sample.
//!
//! Colour maps, which nobody wrote any more when the format was described, are not read (SGI Image File Format 1.00).

use super::super::pixels::Stop;
use super::Rare;
use super::fields::Fields;
use super::raster::Raster;
use winnow_contract::worker::DecodeLimits;

const HEADER: usize = 512;

/// Whether this is the beginning of such a picture.
pub fn begins(head: &[u8]) -> bool {
    matches!(head, [1, 0xda, 0 | 1, 1 | 2, 0, 1..=3, ..]) && head.len() >= 12
}

/// Reads the picture.
///
/// # Errors
/// `too_many_pixels`, `picture_memory`, `damaged`, `picture_flavour`.
pub fn read(bytes: &[u8], limits: &DecodeLimits) -> Result<Rare, Stop> {
    let fields = Fields::big(bytes);
    let (in_runs, sample, dimensions) = (fields.u8(2)? == 1, fields.u8(3)? as usize, fields.u16(4)?);
    if !matches!(sample, 1 | 2) {
        return Err(Stop::broken("its samples have no length"));
    }
    if fields.u32(104)? != 0 {
        return Err(Stop::flavour("it has a map of colours"));
    }
    let height = if dimensions < 2 { 1 } else { fields.u16(8)? };
    let stored = if dimensions < 3 { 1 } else { fields.u16(10)?.max(1) as usize };
    let channels = stored.min(4);
    let mut raster = Raster::new(fields.u16(6)?, height, channels, limits)?;
    let (rows, length) = (height as usize, raster.width as usize * sample);
    for index in 0..rows * channels {
        // From the bottom to the top; of two bytes the first says enough.
        let (channel, y) = (index / rows, rows - 1 - index % rows);
        if in_runs {
            let table = HEADER + 4 * index;
            let (Ok(at), Ok(packed)) = (fields.u32(table), fields.u32(table + 4 * rows * stored)) else { break };
            let Ok(packed) = fields.slice(at as usize, packed as usize) else { continue };
            raster.put(y, channel, Runs { packed, sample, left: None });
        } else {
            let Ok(row) = fields.slice(HEADER + index * length, length) else { break };
            raster.put(y, channel, row.iter().step_by(sample).copied());
        }
    }
    raster.finish((rows * channels) as u64)
}

/// The samples of one row: runs of copies and of literals, to a run of none.
struct Runs<'a> {
    packed: &'a [u8],
    /// Bytes of a sample and of a count.
    sample: usize,
    /// Samples that are left of the run, and whether they are copies.
    left: Option<(u8, bool)>,
}

impl Iterator for Runs<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let (count, copies) = match self.left.take() {
            Some(run) => run,
            None => {
                let code = *self.packed.get(self.sample - 1)?;
                self.packed = &self.packed[self.sample..];
                (code & 0x7f, code & 0x80 == 0)
            }
        };
        let value = *self.packed.first().filter(|_| count > 0)?;
        if !copies || count == 1 {
            self.packed = self.packed.get(self.sample..)?;
        }
        self.left = Some((count - 1, copies)).filter(|(count, _)| *count > 0);
        Some(value)
    }
}
