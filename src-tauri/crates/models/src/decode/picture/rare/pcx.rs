//! PC Paintbrush (PCX), and several of them in one file (DCX), of which the first is read.
//!
//! One to four planes of one to eight bits (ZSoft PCX File Format Technical Reference Manual, version 5).

use super::super::pixels::Stop;
use super::Rare;
use super::fields::{Fields, ends_early};
use super::raster::{Raster, bits};
use winnow_contract::Words;
use winnow_contract::worker::DecodeLimits;

const HEADER: usize = 128;
/// The colours of at most 16, and where 256 stand: at the end, behind a mark.
const FEW_COLOURS: usize = 16;
const MANY_COLOURS: usize = 768;
const MARK: u8 = 12;
/// Where a file of several lists them.
const LIST: usize = 4;
const LISTED: usize = 1024;

/// Whether this is the beginning of such a picture: the bits of a pixel and its edges make sense.
pub fn begins(head: &[u8]) -> bool {
    let fields = Fields::little(head);
    let edge = |at: usize| fields.u16(at).unwrap_or(0);
    let proper = matches!(head, [10, 0 | 2..=5, 0 | 1, 1 | 2 | 4 | 8, ..]) && head.len() >= HEADER && head[64] == 0;
    proper && edge(8) >= edge(4) && edge(10) >= edge(6) && (1..=4).contains(&head[65])
}

/// Reads the picture.
///
/// # Errors
/// `too_many_pixels`, `picture_memory`, `damaged`, `picture_flavour`.
pub fn read(bytes: &[u8], limits: &DecodeLimits) -> Result<Rare, Stop> {
    let fields = Fields::little(bytes);
    let side = |from: u32, to: u32| to.checked_sub(from).map_or(0, |length| length + 1);
    let (width, height) = (side(fields.u16(4)?, fields.u16(8)?), side(fields.u16(6)?, fields.u16(10)?));
    let (depth, planes, length) = (fields.u8(3)?, fields.u8(65)? as usize, fields.u16(66)? as usize);
    let layout = Layout::of(bytes, depth, planes)?;
    let mut raster = Raster::new(width, height, layout.channels(), limits)?;
    let mut unpacked = Unpacked { packed: fields.rest(HEADER), in_runs: fields.u8(2)? == 1, left: 0, value: 0 };
    for y in 0..height as usize {
        let row: Vec<u8> = unpacked.by_ref().take(length * planes).collect();
        if row.len() < length * planes || row.is_empty() {
            break;
        }
        let plane = |number: usize| &row[number * length..][..length];
        match &layout {
            Layout::BlackWhite => raster.put(y, 0, bits(&row).map(|white| if white { 255 } else { 0 })),
            Layout::Gray => raster.put(y, 0, row.iter().copied()),
            Layout::Numbered(colours) => {
                let number = |index: usize| (0..planes).map(|at| part(plane(at), index, depth) << at).sum::<u8>();
                raster.put_pixels(y, (0..width as usize).map(|index| colours.get(usize::from(number(index))).copied().unwrap_or([0; 3])));
            }
            Layout::Light => {
                raster.put_pixels(y, (0..length).map(|index| [plane(0)[index], plane(1)[index], plane(2)[index]]));
            }
        }
    }
    raster.finish(u64::from(height))
}

/// Reads the first of several pictures.
///
/// # Errors
/// As of [`read`].
pub fn read_first(bytes: &[u8], limits: &DecodeLimits) -> Result<Rare, Stop> {
    let fields = Fields::little(bytes);
    let listed = (0..LISTED).map_while(|index| fields.u32(LIST + 4 * index).ok().filter(|at| *at > 0));
    let starts: Vec<usize> = listed.map(|at| at as usize).collect();
    let first = *starts.first().ok_or_else(ends_early)?;
    // The colours stand at the end of each.
    let end = starts.iter().copied().filter(|at| *at > first).min().unwrap_or(bytes.len()).min(bytes.len());
    let mut rare = read(bytes.get(first..end).ok_or_else(ends_early)?, limits)?;
    rare.notes.extend((starts.len() > 1).then(|| Words::new("first_frame_only")));
    Ok(rare)
}

/// What the bits of a row are.
enum Layout {
    BlackWhite,
    Gray,
    Light,
    /// Numbers of colours.
    Numbered(Vec<[u8; 3]>),
}

impl Layout {
    fn of(bytes: &[u8], depth: u32, planes: usize) -> Result<Self, Stop> {
        let colours = |bytes: &[u8]| Self::Numbered(bytes.as_chunks::<3>().0.to_vec());
        match (depth, planes) {
            (1, 1) => Ok(Self::BlackWhite),
            (8, 1) => {
                let end = bytes.len().checked_sub(MANY_COLOURS).filter(|at| *at > HEADER && bytes[at - 1] == MARK);
                Ok(end.map_or(Self::Gray, |at| colours(&bytes[at..])))
            }
            (8, 3 | 4) => Ok(Self::Light),
            (1, 2..=4) | (2 | 4, 1) => Ok(colours(&bytes[16..16 + 3 * FEW_COLOURS])),
            _ => Err(Stop::flavour("its planes and bits are not known")),
        }
    }

    fn channels(&self) -> usize {
        match self {
            Self::BlackWhite | Self::Gray => 1,
            Self::Light | Self::Numbered(_) => 3,
        }
    }
}

/// The number of so many bits that stands at a place of a row.
fn part(row: &[u8], index: usize, depth: u32) -> u8 {
    let per_byte = 8 / depth as usize;
    let byte = row.get(index / per_byte).copied().unwrap_or(0);
    let shift = 8 - depth as usize * (index % per_byte + 1);
    byte >> shift & ((1_u16 << depth) - 1) as u8
}

/// The bytes behind the runs.
struct Unpacked<'a> {
    packed: &'a [u8],
    in_runs: bool,
    left: u8,
    value: u8,
}

impl Iterator for Unpacked<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        while self.left == 0 {
            let (code, rest) = self.packed.split_first()?;
            (self.left, self.value, self.packed) = match (self.in_runs, code, rest) {
                (true, 0xc0.., [value, rest @ ..]) => (code & 0x3f, *value, rest),
                _ => (1, *code, rest),
            };
        }
        self.left -= 1;
        Some(self.value)
    }
}
