//! JPEG 2000 (JP2, JPX, and the bare code stream), with the descriptions in its boxes.
//!
//! The decoder holds every sample in four bytes, so a very large picture is decoded in fewer pixels: the format stores it
//! in halves of halves. What would only cost memory is refused on its headers.

use super::super::colours;
use super::super::limit;
use super::super::pixels::{Stop, check_size, line};
use super::Rare;
use super::fields::Fields;
use super::raster::from_samples;
use hayro_jpeg2000::error::{DecodeError, FormatError, MarkerError};
use hayro_jpeg2000::{ColorSpace, DecodeSettings, DecoderContext, Image};
use image::DynamicImage;
use winnow_contract::Words;
use winnow_contract::worker::DecodeLimits;

/// Inks and opacity.
const COMPONENTS: u32 = 5;
/// A tile's number has two bytes.
const TILES: u64 = 65_535;
/// Halvings of a picture that is too large.
const HALVINGS: u32 = 5;
/// Bytes that the decoder holds for one block of coefficients, and for each of its layers.
const BLOCK: u64 = 256;
const LAYER: u64 = 32;
const LAYERS: u64 = 32;

const START: &[u8] = b"\xff\x4f\xff\x51";
const XMP: &[u8] = b"\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac";
const EXIF: &[u8] = b"JpgTiffExif->JP2";

/// Whether this is the beginning of a bare code stream.
pub fn begins(head: &[u8]) -> bool {
    head.starts_with(START)
}

/// Reads the picture.
///
/// # Errors
/// `too_many_pixels`, `picture_memory`, `damaged`, `picture_flavour`.
pub fn read(bytes: &[u8], limits: &DecodeLimits) -> Result<Rare, Stop> {
    let boxes = Boxes::of(bytes);
    let mut cut = false;
    for stream in &boxes.streams {
        let tiles = Tiles::of(&Fields::big(stream));
        check(stream, &tiles, limits)?;
        cut |= tiles.cut;
    }
    let full = opened(bytes, None)?;
    let size = (full.width(), full.height());
    check_size(size.0, size.1, 0, limits).map_err(Stop::Refused)?;
    let picture = fitting(full, bytes, limit(limits.picture_bytes).saturating_mul(2))?.ok_or_else(|| too_much(limits))?;
    let mut rare = Rare { cut, ..decoded(&picture)?.into() };
    rare.picture.xmp = boxes.xmp.map(<[u8]>::to_vec);
    rare.exif = boxes.exif.map(<[u8]>::to_vec);
    let (width, height) = (picture.width(), picture.height());
    if (width, height) != size {
        rare.size = Some(size);
        rare.notes.push(Words::new("pixels_reduced").with("width", width).with("height", height));
    }
    Ok(rare)
}

/// The picture with as many halvings as it takes to need at most so many bytes; none when it cannot be halved so often.
fn fitting<'a>(full: Image<'a>, bytes: &'a [u8], most: u64) -> Result<Option<Image<'a>>, Stop> {
    let size = (full.width(), full.height());
    let mut picture = full;
    for halvings in 1..=HALVINGS {
        if needed(&picture) <= most {
            break;
        }
        picture = opened(bytes, Some(((size.0 >> halvings).max(1), (size.1 >> halvings).max(1))))?;
    }
    Ok(Some(picture).filter(|picture| needed(picture) <= most))
}

fn too_much(limits: &DecodeLimits) -> Stop {
    Stop::Refused(Words::new("picture_memory").with("limit", limits.picture_bytes / 1_000_000))
}

/// The boxes of a file that matter (ISO/IEC 15444-1, annex I).
#[derive(Default)]
struct Boxes<'a> {
    streams: Vec<&'a [u8]>,
    xmp: Option<&'a [u8]>,
    exif: Option<&'a [u8]>,
}

impl<'a> Boxes<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        let mut boxes = Self::default();
        if begins(bytes) {
            boxes.streams.push(bytes);
            return boxes;
        }
        let (fields, mut at) = (Fields::big(bytes), 0);
        while let (Ok(length), Ok(name)) = (fields.u32(at), fields.slice(at + 4, 4)) {
            let (head, length) = match length {
                0 => (8, bytes.len() - at),
                1 => (16, fields.u32(at + 12).ok().filter(|_| fields.u32(at + 8) == Ok(0)).map_or(usize::MAX, |low| low as usize)),
                _ => (8, length as usize),
            };
            let rest = fields.rest(at.saturating_add(head));
            let content = &rest[..rest.len().min(length.saturating_sub(head))];
            match name {
                b"jp2c" => boxes.streams.push(content),
                b"uuid" => {
                    boxes.xmp = boxes.xmp.or(content.strip_prefix(XMP));
                    boxes.exif = boxes.exif.or(content.strip_prefix(EXIF));
                }
                _ => {}
            }
            if length < head {
                break;
            }
            at = at.saturating_add(length).min(bytes.len());
        }
        boxes
    }
}

fn opened(bytes: &[u8], target_resolution: Option<(u32, u32)>) -> Result<Image<'_>, Stop> {
    Image::new(bytes, &DecodeSettings { target_resolution, ..DecodeSettings::default() }).map_err(stop)
}

fn stop(error: DecodeError) -> Stop {
    let why = line(&error.to_string());
    match error {
        DecodeError::Format(FormatError::Unsupported) | DecodeError::Marker(MarkerError::Unsupported) => Stop::flavour(&why),
        _ => Stop::broken(&why),
    }
}

/// Bytes that decoding takes: the samples, the coefficients of a tile and what they become, and the picture.
fn needed(image: &Image) -> u64 {
    let samples = u64::from(image.color_space().num_channels()) + u64::from(image.has_alpha());
    let pixels = u64::from(image.width()).saturating_mul(u64::from(image.height()));
    pixels.saturating_mul(5 * samples + 12)
}

fn decoded(picture: &Image) -> Result<DynamicImage, Stop> {
    let mut context = DecoderContext::default();
    let decoded = picture.decode(&mut context).map_err(stop)?;
    let (width, height, count) = (picture.width(), picture.height(), decoded.components().len());
    let pixels = width as usize * height as usize;
    if pixels == 0 || count == 0 || decoded.components().iter().any(|component| component.samples().len() != pixels) {
        return Err(Stop::broken("its components are of different sizes"));
    }
    let samples = decoded.data_u8();
    let first_three =
        |of: fn([u8; 3]) -> [u8; 3]| samples.chunks_exact(count).flat_map(|pixel| of([pixel[0], pixel[1], pixel[2]])).collect();
    let inks = |pixel: &[u8]| colours::of_inks([255 - pixel[0], 255 - pixel[1], 255 - pixel[2], 255 - pixel[3]]);
    Ok(match (count, picture.has_alpha()) {
        (1, _) | (2, true) => from_samples(width, height, count, samples),
        (2, false) => from_samples(width, height, 1, samples.chunks_exact(2).map(|pixel| pixel[0]).collect()),
        (3.., _) if is_lab(picture.color_space()) => from_samples(width, height, 3, first_three(colours::of_lab)),
        (3, _) | (4, true) => from_samples(width, height, count, samples),
        (4, false) | (5, true) => from_samples(width, height, 3, samples.chunks_exact(count).flat_map(inks).collect()),
        _ => from_samples(width, height, 3, first_three(|pixel| pixel)),
    })
}

/// The profile says what its colours are (ICC.1, 7.2.6).
fn is_lab(space: &ColorSpace) -> bool {
    matches!(space, ColorSpace::Icc { profile, .. } if profile.get(16..20) == Some(b"Lab "))
}

/// Refuses a code stream that would only cost memory: its header announces more pixels, tiles or blocks than may be.
fn check(stream: &[u8], tiles: &Tiles, limits: &DecodeLimits) -> Result<(), Stop> {
    let fields = Fields::big(stream);
    let number = |at: usize| fields.u32(at).map(u64::from);
    let components = fields.u16(40)?;
    if components > COMPONENTS {
        return Err(Stop::flavour(&format!("it has {components} components")));
    }
    // Reference grid, where the picture begins on it, its tiles, and where the first one begins (ISO/IEC 15444-1, A.5.1).
    let (width, height) = (number(8)?, number(12)?);
    let step = |at: usize| (0..components as usize).filter_map(|index| fields.u8(at + 3 * index).ok()).min().unwrap_or(1).max(1);
    let side = |grid: u64, first: u64, step: u32| u32::try_from(grid.saturating_sub(first) / u64::from(step)).unwrap_or(u32::MAX).max(1);
    check_size(side(width, number(16)?, step(43)), side(height, number(20)?, step(44)), 0, limits).map_err(Stop::Refused)?;
    let along = |grid: u64, tile: u64, first: u64| grid.saturating_sub(first).checked_div(tile).map(|tiles| tiles + 1);
    let (tile_width, tile_height) = (number(24)?, number(28)?);
    let count = along(width, tile_width, number(32)?).zip(along(height, tile_height, number(36)?));
    if count.is_none_or(|(across, down)| across.saturating_mul(down) > TILES) {
        return Err(Stop::broken("it has more tiles than there can be"));
    }
    let tile = (width.min(tile_width), height.min(tile_height));
    let most = limit(limits.picture_bytes);
    for style in &tiles.styles {
        if style.blocks(tile).saturating_mul(u64::from(components)).saturating_mul(BLOCK + LAYER * style.layers) > most {
            return Err(too_much(limits));
        }
    }
    Ok(())
}

/// How a picture, a component or a tile is divided (A.6.1 and A.6.2).
struct Style<'a> {
    layers: u64,
    /// Halvings, and the logarithms of a block's width and height.
    levels: u32,
    block: (u32, u32),
    /// Logarithms of a precinct's width and height for each level, in halves of a byte.
    precincts: &'a [u8],
}

/// What the headers of a code stream say.
#[derive(Default)]
struct Tiles<'a> {
    /// Of the main header and of the tiles.
    styles: Vec<Style<'a>>,
    /// A tile is longer than the file.
    cut: bool,
}

impl<'a> Tiles<'a> {
    /// Walks from marker to marker (A.2), over the data of the tiles.
    fn of(fields: &Fields<'a>) -> Self {
        let (mut tiles, mut at, mut next_tile) = (Self::default(), 2, fields.bytes.len());
        while let Ok(marker) = fields.u16(at) {
            let length = fields.u16(at + 2).unwrap_or(0) as usize;
            match marker {
                0xff90 => {
                    let part = fields.u32(at + 6).unwrap_or(0) as usize;
                    next_tile = if part == 0 { fields.bytes.len() } else { at.saturating_add(part) };
                    tiles.cut |= next_tile > fields.bytes.len();
                }
                0xff52 => tiles.styles.extend(style(fields, at + 9, fields.u8(at + 4), fields.u16(at + 6).ok())),
                0xff53 => tiles.styles.extend(style(fields, at + 6, fields.u8(at + 5), None)),
                _ => {}
            }
            let after = match marker {
                0xff93 => next_tile,
                0xff30..=0xff3f => at + 2,
                _ => at + 2 + length,
            };
            if after <= at || marker == 0xffd9 {
                break;
            }
            at = after;
        }
        tiles
    }
}

fn style<'a>(fields: &Fields<'a>, at: usize, flags: Result<u32, Stop>, layers: Option<u32>) -> Option<Style<'a>> {
    let (levels, width, height) = (fields.u8(at).ok()?.min(32), fields.u8(at + 1).ok()?, fields.u8(at + 2).ok()?);
    let listed = flags.ok()? & 1 == 1;
    let precincts = if listed { fields.slice(at + 5, levels as usize + 1).ok()? } else { &[] };
    let layers = layers.map_or(LAYERS, u64::from).min(LAYERS);
    Some(Style { layers, levels, block: (width.min(8) + 2, height.min(8) + 2), precincts })
}

impl Style<'_> {
    /// At most so many blocks one component of a tile has (B.7).
    fn blocks(&self, tile: (u64, u64)) -> u64 {
        let at_level = |level: u32| {
            let (wide, high) = self.precincts.get(level as usize).map_or((15, 15), |sizes| (u32::from(sizes & 15), u32::from(sizes >> 4)));
            // Of every level but the smallest there are three bands of half the size.
            let (bands, half) = if level == 0 { (1, 0) } else { (3, 1) };
            let along = |length: u64, block: u32, precinct: u32| {
                let length = length.div_ceil(1 << (self.levels - level + half).min(63));
                length.div_ceil(1 << block.min(precinct.saturating_sub(half))) + 1
            };
            bands * along(tile.0, self.block.0, wide).saturating_mul(along(tile.1, self.block.1, high))
        };
        (0..=self.levels).map(at_level).fold(0, u64::saturating_add)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::STREAM;
    use super::*;

    #[test]
    fn blocks_are_counted_by_what_divides_them() {
        let check = |levels: u32, block: (u32, u32), precincts: &[u8], tile: (u64, u64), expected: std::ops::Range<u64>| {
            let found = Style { layers: 1, levels, block, precincts }.blocks(tile);
            assert!(expected.contains(&found), "{levels} {block:?} {precincts:?}: {found}");
        };
        check(0, (6, 6), &[], (640, 640), 100..130);
        check(5, (6, 6), &[], (6400, 6400), 10_000..14_000);
        check(0, (2, 2), &[], (10_000, 10_000), 6_250_000..6_300_000);
        check(1, (6, 6), &[0x11, 0x11], (10_000, 10_000), 75_000_000..90_000_000);
        check(32, (6, 6), &[], (u64::from(u32::MAX), 1), 1..1_000_000_000);
    }

    #[test]
    fn a_very_large_picture_is_decoded_in_fewer_pixels() {
        let check = |most: u64, expected: Option<(u32, u32)>| {
            let full = opened(STREAM, None).expect("a picture");
            let found = fitting(full, STREAM, most).expect("opened again");
            assert_eq!(found.map(|image| (image.width(), image.height())), expected, "{most}");
        };
        check(10_000, Some((8, 4)));
        check(600, Some((4, 2)));
        check(100, Some((2, 1)));
        check(10, None);
    }

    #[test]
    fn boxes_are_walked_to_their_end_and_not_beyond() {
        let file = |boxes: &[&[u8]]| [&b"\0\0\0\x0cjP  \r\n\x87\n"[..], &boxes.concat()].concat();
        let check = |bytes: Vec<u8>, streams: &[&[u8]], xmp: Option<&[u8]>| {
            let found = Boxes::of(&bytes);
            assert_eq!((found.streams, found.xmp), (streams.to_vec(), xmp));
        };
        let uuid = [b"\0\0\0\x1buuid".as_slice(), XMP, b"<x>"].concat();
        check(file(&[&uuid, b"\0\0\0\x0ajp2cab"]), &[b"ab"], Some(b"<x>"));
        check(file(&[b"\0\0\0\0jp2cabc"]), &[b"abc"], None);
        check(file(&[b"\0\0\0\x01jp2c\0\0\0\0\0\0\0\x12ab"]), &[b"ab"], None);
        check(file(&[b"\0\0\0\x01jp2c\xff\xff\xff\xff\xff\xff\xff\xffab"]), &[b"ab"], None);
        check(file(&[b"\0\0\0\x02jp2cab"]), &[b""], None);
        check(b"\xff\x4f\xff\x51".to_vec(), &[START], None);
    }
}
