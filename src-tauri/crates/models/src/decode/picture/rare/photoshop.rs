//! Photoshop (PSD, PSB): the flattened picture that every file carries, with its descriptions.
//!
//! Layers, masks and saved selections are not read, and of transparency only that of the flattened picture (Adobe Photoshop
//! File Formats Specification, 2019). Where Photoshop was told to keep no flattened picture, it writes a white one.

use super::super::colours;
use super::super::iptc;
use super::super::pixels::Stop;
use super::Rare;
use super::fields::{Fields, ends_early};
use super::raster::{Raster, bits};
use winnow_contract::worker::DecodeLimits;

/// Resources with the fields of EXIF and with XMP.
const EXIF: u16 = 0x0422;
const XMP: u16 = 0x0424;

/// Reads the flattened picture.
///
/// # Errors
/// `too_many_pixels`, `picture_memory`, `damaged`; `picture_flavour` for compressions and depths of no flattened picture.
pub fn read(bytes: &[u8], limits: &DecodeLimits) -> Result<Rare, Stop> {
    let fields = Fields::big(bytes);
    let head = Head::of(&fields)?;
    let sections = Sections::of(&fields, head.large)?;
    let see_through = sections.see_through && head.mode.may_be_see_through() && head.stored as usize > head.mode.samples();
    let raster = Raster::new(head.width, head.height, head.mode.samples() + usize::from(see_through), limits)?;
    let rows = Rows::of(&head, fields.rest(sections.pixels))?;
    let mut rare = head.mode.picture(filled(raster, rows, head.depth), sections.palette)?;
    rare.picture.iptc = Some(sections.resources.to_vec()).filter(|resources| resources.starts_with(b"8BIM"));
    rare.picture.xmp = iptc::resource(sections.resources, XMP).map(<[u8]>::to_vec);
    rare.exif = iptc::resource(sections.resources, EXIF).map(<[u8]>::to_vec);
    Ok(rare)
}

/// The header.
struct Head {
    width: u32,
    height: u32,
    /// Channels that are stored, selections among them.
    stored: u32,
    /// Bits of one sample.
    depth: u32,
    mode: Mode,
    /// PSB: lengths are longer.
    large: bool,
}

/// What the channels are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Gray,
    Palette,
    Light,
    Inks,
    Lab,
}

impl Head {
    fn of(fields: &Fields) -> Result<Self, Stop> {
        let mode = match fields.u16(24)? {
            // Bitmaps, duotones, and inks that are named: the first channel says the most.
            0 | 1 | 7 | 8 => Mode::Gray,
            2 => Mode::Palette,
            3 => Mode::Light,
            4 => Mode::Inks,
            9 => Mode::Lab,
            _ => return Err(Stop::broken("its colours are of no known kind")),
        };
        let (stored, depth) = (fields.u16(12)?, fields.u16(22)?);
        if !matches!(depth, 1 | 8 | 16 | 32) || (stored as usize) < mode.samples() {
            return Err(Stop::broken("its header makes no sense"));
        }
        Ok(Self { width: fields.u32(18)?, height: fields.u32(14)?, stored, depth, mode, large: fields.u16(4)? == 2 })
    }

    fn row_bytes(&self) -> usize {
        (self.width as usize * self.depth as usize).div_ceil(8)
    }
}

/// What stands between the header and the pixels.
struct Sections<'a> {
    palette: &'a [u8],
    resources: &'a [u8],
    /// The channel behind the colours is the opacity of the flattened picture.
    see_through: bool,
    /// Where the flattened picture begins.
    pixels: usize,
}

impl<'a> Sections<'a> {
    fn of(fields: &Fields<'a>, large: bool) -> Result<Self, Stop> {
        let palette = fields.slice(30, fields.u32(26)? as usize)?;
        let at = 30 + palette.len();
        let resources = fields.slice(at + 4, fields.u32(at)? as usize)?;
        let at = at + 4 + resources.len();
        let (high, low) = if large { (fields.u32(at)? as usize, fields.u32(at + 4)?) } else { (0, fields.u32(at)?) };
        let start = at + if large { 8 } else { 4 };
        let length = if high == 0 { low as usize } else { usize::MAX };
        // The number of layers is negative then; it stands behind the length of their list.
        let see_through = length > 0 && fields.u16(start + if large { 8 } else { 4 }).is_ok_and(|layers| layers & 0x8000 != 0);
        Ok(Self { palette, resources, see_through, pixels: start.saturating_add(length) })
    }
}

/// The rows of all channels, one channel after the other.
struct Rows<'a> {
    data: &'a [u8],
    /// Bytes that each row takes when they are packed; none when they are not.
    packed: Option<Vec<usize>>,
    row: Vec<u8>,
    next: usize,
    at: usize,
}

impl<'a> Rows<'a> {
    fn of(head: &Head, section: &'a [u8]) -> Result<Self, Stop> {
        let fields = Fields::big(section);
        let (row, data) = (vec![0; head.row_bytes()], fields.rest(2));
        match fields.u16(0)? {
            0 => Ok(Self { data, packed: None, row, next: 0, at: 0 }),
            1 => {
                let (width, count) = (if head.large { 4 } else { 2 }, head.height as usize * head.stored as usize);
                let table = fields.slice(2, count.checked_mul(width).ok_or_else(ends_early)?)?;
                let length = |entry: &[u8]| entry.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
                let packed = table.chunks_exact(width).map(length).collect();
                Ok(Self { data: &data[table.len()..], packed: Some(packed), row, next: 0, at: 0 })
            }
            _ => Err(Stop::flavour("its flattened picture is compressed with zip")),
        }
    }

    /// The next row; none when the file has ended.
    fn next_row(&mut self) -> Option<&[u8]> {
        let length = self.packed.as_ref().map_or(Some(self.row.len()), |packed| packed.get(self.next).copied())?;
        let bytes = self.data.get(self.at..self.at.checked_add(length)?)?;
        (self.at, self.next) = (self.at + length, self.next + 1);
        match self.packed {
            Some(_) => unpack(bytes, &mut self.row),
            None => self.row.copy_from_slice(bytes),
        }
        Some(&self.row)
    }
}

/// PackBits (TIFF 6.0, section 9): what does not fit is left out.
fn unpack(mut packed: &[u8], row: &mut [u8]) {
    let mut at = 0;
    while let [count, rest @ ..] = packed {
        let count = i8::from_le_bytes([*count]);
        let length = usize::from(count.unsigned_abs()) + 1;
        let end = row.len().min(at + length);
        packed = match (count, rest) {
            (-128, rest) => rest,
            (0.., rest) => {
                let (bytes, rest) = rest.split_at(rest.len().min(length));
                let fits = (end - at).min(bytes.len());
                row[at..at + fits].copy_from_slice(&bytes[..fits]);
                at = end;
                rest
            }
            (_, [byte, rest @ ..]) => {
                row[at..end].fill(*byte);
                at = end;
                rest
            }
            (_, []) => return,
        };
    }
}

fn filled(mut raster: Raster, mut rows: Rows, depth: u32) -> Raster {
    for channel in 0..raster.channels {
        for y in 0..raster.height as usize {
            let Some(row) = rows.next_row() else { return raster };
            match depth {
                // A bit that is set is black.
                1 => raster.put(y, channel, bits(row).map(|black| if black { 0 } else { 255 })),
                16 => raster.put(y, channel, row.iter().step_by(2).copied()),
                32 => raster.put(y, channel, row.as_chunks().0.iter().map(|light| colours::of_light(f32::from_be_bytes(*light)))),
                _ => raster.put(y, channel, row.iter().copied()),
            }
        }
    }
    raster
}

impl Mode {
    /// Samples of one pixel that are shown.
    fn samples(self) -> usize {
        match self {
            Self::Gray | Self::Palette => 1,
            Self::Light | Self::Lab => 3,
            Self::Inks => 4,
        }
    }

    fn may_be_see_through(self) -> bool {
        matches!(self, Self::Gray | Self::Light)
    }

    /// The picture in colours of a screen.
    fn picture(self, raster: Raster, palette: &[u8]) -> Result<Rare, Stop> {
        let rows = u64::from(raster.height) * raster.channels as u64;
        match self {
            Self::Gray | Self::Light => raster.finish(rows),
            Self::Lab => raster.converted(|pixel| colours::of_lab([pixel[0], pixel[1], pixel[2]])).finish(rows),
            Self::Inks => raster.converted(|pixel| colours::of_inks([pixel[0], pixel[1], pixel[2], pixel[3]])).finish(rows),
            Self::Palette => {
                // All reds, then all greens, then all blues.
                let colours = palette.len() / 3;
                let part = |number: u8, part: usize| palette.get(part * colours + usize::from(number)).copied().unwrap_or(255);
                raster.converted(|pixel| [0, 1, 2].map(|of| part(pixel[0], of))).finish(rows)
            }
        }
    }
}
