//! One small picture of each format, made in code, to its pixels; and headers that announce too much.

use super::super::tests::limits;
use super::*;
use image::{ImageFormat, RgbaImage};
use std::io::Cursor;

fn read(media_type: &str, bytes: &[u8]) -> Result<Rare, Stop> {
    reader_of(media_type).expect("a reader")(bytes, &limits())
}

/// The picture has this size, and these pixels row by row.
fn check(media_type: &str, bytes: &[u8], size: (u32, u32), pixels: &[[u8; 4]]) {
    let rare = read(media_type, bytes).map_err(Stop::words).expect(media_type);
    let found = rare.picture.image.to_rgba8();
    assert_eq!((found.dimensions(), rare.cut), (size, false), "{media_type}");
    let found: Vec<[u8; 4]> = found.pixels().map(|pixel| pixel.0).collect();
    assert_eq!(found, pixels, "{media_type}");
}

fn refused(media_type: &str, bytes: &[u8]) -> String {
    read(media_type, bytes).err().map(Stop::words).expect("refused").code
}

const RED: [u8; 4] = [255, 0, 0, 255];
const GREEN: [u8; 4] = [0, 255, 0, 255];
const BLUE: [u8; 4] = [0, 0, 255, 255];
const WHITE: [u8; 4] = [255; 4];
const BLACK: [u8; 4] = [0, 0, 0, 255];

fn gray(value: u8) -> [u8; 4] {
    [value, value, value, 255]
}

/// The header of a bitmap without a file header.
fn dib(width: u32, height: u32, bits: u16) -> Vec<u8> {
    let sizes = [40, width, height].map(u32::to_le_bytes).concat();
    [sizes, vec![1, 0], bits.to_le_bytes().to_vec(), vec![0; 24]].concat()
}

/// An icon of pictures with the lengths of their sides.
fn icon(kind: u8, pictures: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = vec![0, 0, kind, 0, pictures.len() as u8, 0];
    let mut at = 6 + 16 * pictures.len();
    for (side, picture) in pictures {
        bytes.extend([*side, *side, 0, 0, 1, 0, 32, 0]);
        bytes.extend([picture.len() as u32, at as u32].map(u32::to_le_bytes).concat());
        at += picture.len();
    }
    bytes.extend(pictures.iter().flat_map(|(_, picture)| picture.clone()));
    bytes
}

fn png(pixels: &[[u8; 4]]) -> Vec<u8> {
    let image = RgbaImage::from_raw(pixels.len() as u32, 1, pixels.concat()).expect("as many pixels");
    let mut bytes = Vec::new();
    image.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).expect("a PNG");
    bytes
}

#[test]
fn bitmaps_without_a_file_header() {
    let rows = [[0, 0, 255, 255, 255, 255, 0, 0], [0, 255, 0, 255, 0, 0, 0, 0]].concat();
    check(DIB, &[dib(2, 2, 24), rows].concat(), (2, 2), &[GREEN, BLUE, RED, WHITE]);
    assert_eq!(refused(DIB, &dib(60_000, 60_000, 24)), "too_many_pixels");
    assert_eq!(refused(DIB, &dib(2, 2, 24)), "damaged");
}

#[test]
fn icons_and_pointers_with_their_masks() {
    let rows = [[0, 0, 255, 255, 255, 255, 0, 0], [0, 255, 0, 255, 0, 0, 0, 0]].concat();
    // The second pixel of the upper row is not there.
    let masked = [dib(2, 4, 24), rows, vec![0, 0, 0, 0, 0x40, 0, 0, 0]].concat();
    check(ICON, &icon(1, &[(2, masked)]), (2, 2), &[GREEN, [0, 0, 255, 0], RED, WHITE]);
    let opacity = [dib(1, 2, 32), vec![0, 0, 255, 7]].concat();
    check(ICON, &icon(2, &[(1, opacity)]), (1, 1), &[[255, 0, 0, 7]]);
    let larger = png(&[RED, [1, 2, 3, 4]]);
    check(ICON, &icon(1, &[(1, [dib(1, 2, 24), vec![0; 8]].concat()), (2, larger)]), (2, 1), &[RED, [1, 2, 3, 4]]);
    let broken = png(&[RED])[..40].to_vec();
    check(ICON, &icon(1, &[(9, broken), (1, png(&[GREEN]))]), (1, 1), &[GREEN]);
    assert_eq!(refused(ICON, &icon(1, &[(0, dib(60_000, 60_000, 24))])), "too_many_pixels");
    assert_eq!(refused(ICON, &icon(1, &[])), "damaged");
}

#[test]
fn icons_of_apple() {
    let element = |name: &[u8], data: Vec<u8>| [name.to_vec(), (data.len() as u32 + 8).to_be_bytes().to_vec(), data].concat();
    let file = |elements: Vec<u8>| [b"icns".to_vec(), (elements.len() as u32 + 8).to_be_bytes().to_vec(), elements].concat();
    let runs = [255, 10, 0].iter().flat_map(|value| [253, *value, 253, *value]).collect::<Vec<u8>>();
    let old = element(b"is32", runs);
    let mask = element(b"s8mk", [vec![9], vec![255; 255]].concat());
    let mut pixels = vec![[255, 10, 0, 255]; 256];
    pixels[0][3] = 9;
    check(APPLE_ICON, &file([old.clone(), mask].concat()), (16, 16), &pixels);
    check(APPLE_ICON, &file([old.clone(), element(b"ic07", png(&[BLUE, GREEN]))].concat()), (2, 1), &[BLUE, GREEN]);
    assert_eq!(refused(APPLE_ICON, &file(element(b"ICN#", vec![0; 256]))), "picture_flavour");
    assert_eq!(refused(APPLE_ICON, &file(old)[..20]), "damaged");
    assert_eq!(refused(APPLE_ICON, b"icns\0\0\0\x10ic07\0\0\0\0"), "picture_flavour");
}

/// The header of a PCX with the last column and row.
fn pcx(bits: u8, planes: u8, last: (u16, u16), length: u16) -> Vec<u8> {
    let mut head = vec![10, 5, 1, bits, 0, 0, 0, 0];
    head.extend([last.0.to_le_bytes(), last.1.to_le_bytes()].concat());
    head.extend([0; 4]);
    head.extend([0, 0, 0, 255, 0, 0, 0, 255, 0]);
    head.resize(65, 0);
    head.push(planes);
    head.extend(length.to_le_bytes());
    head.resize(128, 0);
    head
}

#[test]
fn paintbrush() {
    let light = [pcx(8, 3, (1, 0), 2), vec![0xc1, 255, 0, 0, 0xc1, 255, 0xc2, 0]].concat();
    check(PCX, &light, (2, 1), &[RED, GREEN]);
    check(PCX, &[pcx(1, 1, (2, 0), 2), vec![0xa0, 0]].concat(), (3, 1), &[WHITE, BLACK, WHITE]);
    check(PCX, &[pcx(4, 1, (1, 0), 2), vec![0x12, 0]].concat(), (2, 1), &[RED, GREEN]);
    check(PCX, &[pcx(1, 2, (1, 0), 1), vec![0x80, 0x40]].concat(), (2, 1), &[RED, GREEN]);
    let mut many = [pcx(8, 1, (1, 0), 2), vec![1, 2, 12]].concat();
    many.extend([0, 0, 0, 0, 0, 255, 255, 255, 255]);
    many.resize(128 + 3 + 768, 0);
    check(PCX, &many, (2, 1), &[BLUE, WHITE]);
    check(PCX, &[pcx(8, 1, (1, 0), 2), vec![7, 8]].concat(), (2, 1), &[gray(7), gray(8)]);
    let list = [0x3ade_68b1_u32, 16, 16 + light.len() as u32, 0].map(u32::to_le_bytes).concat();
    let several = read(DCX, &[list, light.clone(), light.clone()].concat()).map_err(Stop::words).expect("the first");
    assert_eq!((several.picture.image.width(), several.notes[0].code.as_str()), (2, "first_frame_only"));
    assert_eq!(refused(DCX, &[0xb1, 0x68, 0xde, 0x3a]), "damaged");
    let cut = read(PCX, &[pcx(8, 1, (1, 1), 2), vec![7, 8]].concat()).map_err(Stop::words).expect("a part");
    assert!(cut.cut && cut.picture.image.to_rgba8().pixels().map(|pixel| pixel.0).eq([gray(7), gray(8), WHITE, WHITE]));
    assert_eq!(refused(PCX, &pcx(8, 3, (u16::MAX, u16::MAX), 2)), "too_many_pixels");
    assert_eq!(refused(PCX, &light[..130]), "damaged");
}

/// The header of an SGI picture.
fn sgi(in_runs: u8, sample: u8, size: (u16, u16, u16)) -> Vec<u8> {
    let mut head = vec![1, 0xda, in_runs, sample, 0, 3];
    head.extend([size.0, size.1, size.2].map(u16::to_be_bytes).concat());
    head.resize(512, 0);
    head
}

#[test]
fn silicon_graphics() {
    // Three planes of two rows, from the bottom.
    check(SGI, &[sgi(0, 1, (1, 2, 3)), vec![0, 255, 255, 0, 0, 0]].concat(), (1, 2), &[RED, GREEN]);
    check(SGI, &[sgi(0, 2, (2, 1, 1)), vec![7, 9, 8, 1]].concat(), (2, 1), &[gray(7), gray(8)]);
    let table = [520_u32, 6].map(u32::to_be_bytes).concat();
    check(SGI, &[sgi(1, 1, (4, 1, 1)), table, vec![2, 7, 0x82, 8, 9, 0]].concat(), (4, 1), &[gray(7), gray(7), gray(8), gray(9)]);
    let table = [520_u32, 10].map(u32::to_be_bytes).concat();
    let deep = vec![0, 2, 7, 1, 0, 0x81, 8, 1, 0, 0];
    check(SGI, &[sgi(1, 2, (3, 1, 1)), table, deep].concat(), (3, 1), &[gray(7), gray(7), gray(8)]);
    assert_eq!(refused(SGI, &sgi(1, 1, (60_000, 60_000, 1))), "too_many_pixels");
    assert_eq!(refused(SGI, &sgi(1, 1, (4, 4, 1))), "damaged");
    assert_eq!(refused(SGI, &sgi(0, 0, (4, 4, 1))), "damaged");
}

/// The header of a picture of Sun.
fn sun(size: (u32, u32), depth: u32, kind: u32, map: u32) -> Vec<u8> {
    [0x59a6_6a95, size.0, size.1, depth, 0, kind, u32::from(map > 0), map].map(u32::to_be_bytes).concat()
}

#[test]
fn workstations_of_sun() {
    check(SUN, &[sun((1, 1), 24, 3, 0), vec![255, 0, 0, 0]].concat(), (1, 1), &[RED]);
    check(SUN, &[sun((1, 1), 24, 1, 0), vec![255, 0, 0, 0]].concat(), (1, 1), &[BLUE]);
    check(SUN, &[sun((1, 1), 32, 1, 0), vec![9, 255, 0, 0]].concat(), (1, 1), &[BLUE]);
    check(SUN, &[sun((3, 1), 1, 1, 0), vec![0xa0, 0]].concat(), (3, 1), &[BLACK, WHITE, BLACK]);
    check(SUN, &[sun((4, 1), 8, 2, 0), vec![0x80, 2, 7, 0x80, 0]].concat(), (4, 1), &[gray(7), gray(7), gray(7), gray(0x80)]);
    check(SUN, &[sun((2, 1), 8, 1, 6), vec![0, 255, 0, 0, 0, 0, 1, 0]].concat(), (2, 1), &[RED, BLACK]);
    assert_eq!(refused(SUN, &sun((60_000, 60_000), 8, 1, 0)), "too_many_pixels");
    assert_eq!(refused(SUN, &sun((u32::MAX, 1), 32, 1, 0)), "too_many_pixels");
    assert_eq!(refused(SUN, &sun((2, 2), 8, 9, 0)), "picture_flavour");
    assert_eq!(refused(SUN, &sun((2, 2), 8, 1, u32::MAX)), "damaged");
}

#[test]
fn photographs_of_a_kodak_disc() {
    let mut disc = vec![0; 96 * 2048];
    disc[2048..2052].copy_from_slice(b"PCD_");
    disc[3586] = 1;
    let pair = [vec![100; 2 * 768], vec![156; 384], vec![137; 384]].concat();
    disc.extend(pair.repeat(256));
    let rare = read(PHOTO_CD, &disc).map_err(Stop::words).expect("the base picture");
    assert_eq!((rare.picture.orientation, rare.cut), (image::metadata::Orientation::Rotate270, false));
    assert!(rare.picture.image.to_rgba8().pixels().all(|pixel| pixel.0 == gray(136)));
    assert!(read(PHOTO_CD, &disc[..300_000]).is_ok_and(|rare| rare.cut));
    assert_eq!(refused(PHOTO_CD, &disc[..4000]), "damaged");
}

/// A file of Photoshop: its size, stored channels, depth and mode, the colours of a palette, and the flattened picture.
fn psd(size: (u32, u32), channels: u16, depth: u16, mode: u16, palette: &[u8], pixels: &[u8]) -> Vec<u8> {
    let mut bytes = b"8BPS\0\x01\0\0\0\0\0\0".to_vec();
    bytes.extend(channels.to_be_bytes());
    bytes.extend([size.1.to_be_bytes(), size.0.to_be_bytes()].concat());
    bytes.extend([depth.to_be_bytes(), mode.to_be_bytes()].concat());
    bytes.extend((palette.len() as u32).to_be_bytes());
    bytes.extend(palette);
    bytes.extend(b"\0\0\0\x18\x38BIM\x04\x24\0\0\0\0\0\x03<x>\x008BIM\0\0\0\0");
    bytes.extend([0; 4]);
    bytes.extend(pixels);
    bytes
}

#[test]
fn photoshop() {
    check(PHOTOSHOP, &psd((2, 1), 3, 8, 3, b"", &[0, 0, 255, 0, 0, 255, 0, 0]), (2, 1), &[RED, GREEN]);
    // A fourth channel is a selection.
    check(PHOTOSHOP, &psd((1, 1), 4, 8, 3, b"", &[0, 0, 0, 0, 255, 7]), (1, 1), &[BLUE]);
    // When there are minus one layers, it is opacity.
    let selected = psd((1, 1), 4, 8, 3, b"", &[0, 0, 0, 0, 255, 7]);
    let (before, after) = selected.split_at(selected.len() - 10);
    check(PHOTOSHOP, &[before, &[0, 0, 0, 6, 0, 0, 0, 2, 0xff, 0xff], &after[4..]].concat(), (1, 1), &[[0, 0, 255, 7]]);
    check(PHOTOSHOP, &psd((4, 1), 1, 8, 1, b"", &[0, 1, 0, 5, 254, 7, 1, 8, 9]), (4, 1), &[gray(7), gray(7), gray(7), gray(8)]);
    check(PHOTOSHOP, &psd((1, 1), 4, 8, 4, b"", &[0, 0, 255, 0, 0, 255]), (1, 1), &[RED]);
    check(PHOTOSHOP, &psd((2, 1), 1, 16, 1, b"", &[0, 0, 7, 99, 8, 99]), (2, 1), &[gray(7), gray(8)]);
    check(PHOTOSHOP, &psd((3, 1), 1, 1, 0, b"", &[0, 0, 0x40]), (3, 1), &[WHITE, BLACK, WHITE]);
    check(PHOTOSHOP, &psd((1, 1), 1, 32, 1, b"", &[0, 0, 0x3f, 0x80, 0, 0]), (1, 1), &[WHITE]);
    check(PHOTOSHOP, &psd((1, 1), 3, 8, 9, b"", &[0, 0, 255, 128, 128]), (1, 1), &[WHITE]);
    check(PHOTOSHOP, &psd((2, 1), 1, 8, 2, &[0, 255, 0, 0, 0, 0], &[0, 0, 1, 0]), (2, 1), &[RED, BLACK]);
    let rare = read(PHOTOSHOP, &psd((2, 2), 1, 8, 1, b"", &[0, 0, 7, 8])).map_err(Stop::words).expect("a part");
    assert_eq!((rare.cut, rare.picture.xmp.as_deref()), (true, Some(&b"<x>"[..])));
    assert_eq!(refused(PHOTOSHOP, &psd((60_000, 60_000), 3, 8, 3, b"", &[0, 0])), "too_many_pixels");
    assert_eq!(refused(PHOTOSHOP, &psd((2, 1), 1, 8, 1, b"", &[0, 2, 1])), "picture_flavour");
    assert_eq!(refused(PHOTOSHOP, &psd((2, 1), 1, 8, 3, b"", &[0, 0, 1])), "damaged");
    assert_eq!(refused(PHOTOSHOP, b"8BPS\0\x01"), "damaged");
}

/// Made with OpenJPEG: 8 × 4 pixels without loss, the left half (250, 0, 60), the right half (10, 200, 30).
pub const STREAM: &[u8] = b"\xff\x4f\xff\x51\0\x2f\0\0\0\0\0\x08\0\0\0\x04\0\0\0\0\0\0\0\0\0\0\0\x08\0\0\0\x04\0\0\0\0\0\0\0\0\0\x03\x07\x01\x01\x07\
\x01\x01\x07\x01\x01\xff\x52\0\x0c\0\0\0\x01\0\x02\x04\x04\0\x01\xff\x5c\0\x0a\x40\x40\x48\x48\x50\x48\x48\x50\xff\x90\0\x0a\0\0\0\0\0\x4b\0\
\x01\xff\x93\xdf\x80\x18\x04\x30\x65\xdf\x80\x20\x07\xba\x1e\x7f\xcf\xb4\x0c\x0b\xdb\x8e\xcf\xc0\x0c\x04\x60\x18\xc7\xda\x06\0\x06\x30\x63\
\xc1\xf3\x82\0\x04\x3c\xc7\xda\x08\0\x0d\x0d\x29\x3f\xc7\xda\x08\0\x0e\x10\xe2\x3f\xc0\xf9\x01\x80\x0d\x0d\x7f\xff\xd9";

#[test]
fn jpeg_2000_with_boxes_and_without() {
    let row = [[250, 0, 60, 255]; 4].into_iter().chain([[10, 200, 30, 255]; 4]);
    let pixels: Vec<[u8; 4]> = row.collect::<Vec<_>>().repeat(4);
    check(JPEG_2000, STREAM, (8, 4), &pixels);
    let boxed = |name: &[u8], data: &[u8]| [&(data.len() as u32 + 8).to_be_bytes()[..], name, data].concat();
    let header = boxed(b"ihdr", b"\0\0\0\x04\0\0\0\x08\0\x03\x07\x07\0\0");
    let file = [
        boxed(b"jP  ", b"\r\n\x87\n"),
        boxed(b"ftyp", b"jp2 \0\0\0\0jp2 "),
        boxed(b"jp2h", &[header, boxed(b"colr", b"\x01\0\0\0\0\0\x10")].concat()),
        boxed(b"uuid", b"\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac<x>"),
        boxed(b"jp2c", STREAM),
    ];
    check(JPEG_2000, &file.concat(), (8, 4), &pixels);
    let rare = read(JPEG_2000, &file.concat()).map_err(Stop::words).expect("a picture");
    assert_eq!(rare.picture.xmp.as_deref(), Some(&b"<x>"[..]));
    assert!(read(JPEG_2000, &STREAM[..STREAM.len() - 20]).is_ok_and(|rare| rare.cut));
}

#[test]
fn jpeg_2000_that_announces_too_much_is_refused_on_its_headers() {
    let sized = |picture: u32, tile: u32| {
        let (picture, tile) = (picture.to_be_bytes(), tile.to_be_bytes());
        [&STREAM[..8], &picture, &picture, &STREAM[16..24], &tile, &tile, &STREAM[32..]].concat()
    };
    assert_eq!(refused(JPEG_2000, &sized(60_000, 60_000)), "too_many_pixels");
    assert_eq!(refused(JPEG_2000, &sized(1000, 1)), "damaged");
    assert_eq!(refused(JPEG_2000, &sized(1000, 0)), "damaged");
    assert_eq!(refused(JPEG_2000, &[&STREAM[..40], &[0x40, 0], &STREAM[42..]].concat()), "picture_flavour");
    // Blocks of four by four on a million pixels.
    let mut blocks = sized(1000, 1000);
    let style = blocks.windows(2).position(|pair| pair == [0xff, 0x52]).expect("a style");
    blocks[style + 10..style + 12].copy_from_slice(&[0, 0]);
    assert_eq!(refused(JPEG_2000, &blocks), "picture_memory");
    assert_eq!(refused(JPEG_2000, &STREAM[..60]), "damaged");
}

/// The header of a texture of four by four pixels, with what describes its pixels.
fn dds(side: u32, pixels: [u32; 8]) -> Vec<u8> {
    let head = [124, 0x1007, side, side, 0, 0, 0].map(u32::to_le_bytes).concat();
    let capabilities = [0x1000_u32, 0, 0, 0, 0].map(u32::to_le_bytes).concat();
    [b"DDS ".to_vec(), head, vec![0; 44], pixels.map(u32::to_le_bytes).concat(), capabilities].concat()
}

#[test]
fn textures() {
    let compressed = dds(4, [32, 4, u32::from_le_bytes(*b"DXT1"), 0, 0, 0, 0, 0]);
    // Two colours, and the first for every pixel.
    check(DDS, &[compressed.clone(), vec![0, 0xf8, 0x1f, 0, 0, 0, 0, 0]].concat(), (4, 4), &[RED; 16]);
    let plain = dds(1, [32, 0x41, 0, 32, 0xff_0000, 0xff00, 0xff, 0xff00_0000]);
    check(DDS, &[plain.clone(), vec![255, 0, 0, 255]].concat(), (1, 1), &[BLUE]);
    check(DDS, &[plain, vec![0, 255, 0, 0]].concat(), (1, 1), &[GREEN]);
    assert_eq!(refused(DDS, &dds(60_000, [32, 4, u32::from_le_bytes(*b"DXT1"), 0, 0, 0, 0, 0])), "too_many_pixels");
    assert_eq!(refused(DDS, &compressed), "damaged");
}

#[test]
fn amounts_of_light() {
    let file = |size: &str| [b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n".as_slice(), size.as_bytes(), &[128, 0, 128, 129]].concat();
    check(RADIANCE, &file("-Y 1 +X 1\n"), (1, 1), &[[255, 0, 255, 255]]);
    assert_eq!(refused(RADIANCE, &file("-Y 60000 +X 60000\n")), "too_many_pixels");
}

#[test]
fn pictures_of_astronomers() {
    let file = |cards: &[&str], data: &[u8]| {
        let header: String = cards.iter().chain(&["END"]).map(|card| format!("{card:80}")).collect();
        [format!("{header:2880}").into_bytes(), data.to_vec()].concat()
    };
    let cards = |bits: &str, side: &str| {
        [format!("BITPIX  = {bits}"), "NAXIS   = 2 / axes".to_owned(), format!("NAXIS1  = {side}"), format!("NAXIS2  = {side}")]
    };
    let check_fits = |bits: &str, data: &[u8], pixels: &[[u8; 4]]| {
        let cards = cards(bits, "2");
        check(FITS, &file(&cards.each_ref().map(String::as_str), data), (2, 2), pixels);
    };
    check_fits("8", &[0, 51, 102, 255], &[gray(102), WHITE, BLACK, gray(51)]);
    check_fits("16", &[0xff, 0xff, 0, 4, 0, 1, 0, 3], &[gray(102), gray(204), BLACK, WHITE]);
    check_fits("-32", &[1.0_f32, 1.0, f32::NAN, 1.0].map(f32::to_be_bytes).concat(), &[gray(128); 4]);
    let large = cards("8", "60000");
    assert_eq!(refused(FITS, &file(&large.each_ref().map(String::as_str), b"")), "too_many_pixels");
    assert_eq!(refused(FITS, &file(&["BITPIX  = 8", "NAXIS   = 0"], b"")), "picture_flavour");
    assert_eq!(refused(FITS, b"SIMPLE  ="), "damaged");
}

#[test]
fn animations_of_autodesk() {
    let chunk = |kind: u16, data: &[u8]| [&(data.len() as u32 + 6).to_le_bytes()[..], &kind.to_le_bytes(), data].concat();
    let file = |side: [u8; 4], chunks: &[Vec<u8>]| {
        let mut bytes = [&[0, 0, 0, 0, 0x12, 0xaf, 2, 0][..], &side, &[8, 0]].concat();
        bytes.resize(128, 0);
        let frame = [&(chunks.len() as u16).to_le_bytes()[..], &[0; 8], &chunks.concat()].concat();
        [bytes, chunk(0xf100, &[0; 10]), chunk(0xf1fa, &frame)].concat()
    };
    let colours = chunk(4, &[1, 0, 1, 2, 255, 0, 0, 0, 255, 0]);
    let pixels = [RED, GREEN, GREEN, RED];
    check(FLIC, &file([2, 0, 2, 0], &[colours.clone(), chunk(16, &[1, 2, 2, 1])]), (2, 2), &pixels);
    check(FLIC, &file([2, 0, 2, 0], &[colours.clone(), chunk(15, &[1, 0xfe, 1, 2, 9, 1, 2, 1, 1])]), (2, 2), &pixels);
    check(FLIC, &file([2, 0, 1, 0], &[chunk(11, &[1, 0, 0, 1, 63, 63, 63]), chunk(15, &[1, 2, 0])]), (2, 1), &[gray(252); 2]);
    assert_eq!(refused(FLIC, &file([0xff; 4], &[])), "too_many_pixels");
    assert_eq!(refused(FLIC, &file([2, 0, 2, 0], &[colours])[..140]), "damaged");
}

#[test]
fn previews_of_postscript() {
    let eps = |at: u32, length: u32, preview: &[u8]| {
        let places = [30, 2, 0, 0, at, length].map(u32::to_le_bytes).concat();
        [b"\xc5\xd0\xd3\xc6".to_vec(), places, vec![0xff, 0xff], b"%!".to_vec(), preview.to_vec()].concat()
    };
    let mut tiff = Vec::new();
    RgbaImage::from_pixel(2, 1, image::Rgba([1, 2, 3, 255])).write_to(&mut Cursor::new(&mut tiff), ImageFormat::Tiff).expect("a TIFF");
    check(EPS, &eps(32, tiff.len() as u32, &tiff), (2, 1), &[[1, 2, 3, 255]; 2]);
    assert_eq!(refused(EPS, &eps(0, 0, b"")), "picture_flavour");
    assert_eq!(refused(EPS, &eps(900, 9, b"")), "damaged");
}

#[test]
fn bitmaps_are_mended() {
    let file = |header: Vec<u8>, colours: &[u8], pixels: &[u8]| {
        let offset = (14 + header.len() + colours.len()) as u32;
        [b"BM\0\0\0\0\0\0\0\0".to_vec(), offset.to_le_bytes().to_vec(), header, colours.to_vec(), pixels.to_vec()].concat()
    };
    let palette = [[0, 0, 255, 0], [0, 255, 0, 0]].concat();
    let header = |bits: u16, compression: u32, height: i32, planes: u8| {
        let mut header = dib(2, height.cast_unsigned(), bits);
        header[12] = planes;
        header[16..20].copy_from_slice(&compression.to_le_bytes());
        header[32] = 2;
        header
    };
    let check = |bytes: &[u8], pixels: &[[u8; 4]]| {
        let bytes = mended_bitmap(bytes, &limits()).expect("mended");
        let image = image::load_from_memory_with_format(&bytes, ImageFormat::Bmp).expect("decoded").to_rgba8();
        assert_eq!(image.pixels().map(|pixel| pixel.0).collect::<Vec<_>>(), pixels);
    };
    check(&file(header(8, 0, 1, 7), &palette, &[0, 1, 0, 0]), &[RED, GREEN]);
    // Runs from the top, and a run that leads out of the row.
    check(&file(header(8, 1, -2, 1), &palette, &[1, 0, 1, 1, 0, 0, 9, 1]), &[RED, GREEN, GREEN, GREEN]);
    check(&file(header(4, 2, 1, 1), &palette, &[0, 2, 0, 0, 2, 0x10, 0, 1]), &[GREEN, RED]);
    let mut longer = header(8, 0, 1, 1);
    longer[0] = 64;
    longer.resize(64, 0);
    check(&file(longer, &palette, &[1, 0, 0, 0]), &[GREEN, RED]);
    assert_eq!(mended_bitmap(b"BM", &limits()), None);
    assert_eq!(mended_bitmap(&file(header(8, 1, i32::MAX, 1), &palette, &[]), &limits()).map(|bytes| bytes.len()), Some(14 + 40 + 8));
}
