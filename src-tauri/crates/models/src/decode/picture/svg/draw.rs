//! A drawing to pixels, within limits on elements, layers, pixels and embedded pictures.
//!
//! Nothing outside the file is looked for. What takes too long or too much all the same ends with the parent's limits.

use super::{fonts, too_complex};
use image::{DynamicImage, ImageFormat, ImageReader, RgbImage};
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::roxmltree::Document;
use resvg::usvg::{Error, Group, ImageHrefResolver, ImageKind, Node, Options, Tree};
use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use winnow_contract::Words;
use winnow_contract::worker::DecodeLimits;

/// The longest side that is drawn; drawings have no pixels of their own.
const SIDE: f64 = 2000.0;
/// By how much a small drawing is enlarged, so that its words can be read.
const ENLARGED: f64 = 4.0;
/// Elements that are drawn, repeated ones as often as they are.
const ELEMENTS: usize = 300_000;
/// Pixels of all embedded pictures together.
const EMBEDDED: u64 = 40_000_000;
/// A layer may be five times as wide and as high as the picture.
const LAYER: u64 = 25;
/// Bytes of one pixel.
const PIXEL: u64 = 4;
/// Pixels that are left to a drawing of so many layers that it cannot be drawn properly.
const FEWEST: u64 = 10_000;

/// The picture and the size that the drawing gives itself, in CSS pixels.
pub struct Drawn {
    pub image: DynamicImage,
    pub size: (u32, u32),
}

/// Draws on white.
///
/// # Errors
/// `damaged`, `drawing_too_complex`.
pub fn draw(document: &Document, limits: &DecodeLimits) -> Result<Drawn, Words> {
    let options = Options { image_href_resolver: embedded_only(), fontdb: fonts::fonts(), ..Options::default() };
    let tree = Tree::from_xmltree(document, &options).map_err(|error| refused(&error))?;
    let layers = layers(&tree).ok_or_else(too_complex)?;
    let (width, height) = (f64::from(tree.size().width()), f64::from(tree.size().height()));
    let scale = scale(width, height, pixels(layers, limits).ok_or_else(too_complex)?);
    let side = |length: f64| ((length * scale).ceil() as u32).max(1);
    let mut pixmap = Pixmap::new(side(width), side(height)).ok_or_else(too_complex)?;
    pixmap.fill(Color::WHITE);
    resvg::render(&tree, Transform::from_scale(scale as f32, scale as f32), &mut pixmap.as_mut());
    let pixels = pixmap.data().as_chunks::<4>().0.iter().flat_map(|[red, green, blue, _]| [*red, *green, *blue]).collect();
    let image = RgbImage::from_raw(pixmap.width(), pixmap.height(), pixels).expect("BUG: three bytes for each pixel");
    Ok(Drawn { image: DynamicImage::ImageRgb8(image), size: (width.round() as u32, height.round() as u32) })
}

fn refused(error: &Error) -> Words {
    match error {
        Error::InvalidSize => winnow_readers::damaged("it has no size"),
        Error::NotAnUtf8Str | Error::MalformedGZip => winnow_readers::damaged("it is not XML"),
        Error::ElementsLimitReached => too_complex(),
        Error::ParsingFailed(error) => super::refused(error),
    }
}

/// Pixels of the picture, so that all its layers together stay within the memory of a picture; none when too few are left.
fn pixels(layers: u64, limits: &DecodeLimits) -> Option<u64> {
    let for_all = super::super::limit(limits.picture_bytes) / (PIXEL * (2 + LAYER * layers));
    let bounds = [for_all, super::super::limit(limits.page_pixels), super::super::limit(limits.pixels), (SIDE * SIDE) as u64];
    bounds.into_iter().min().filter(|pixels| *pixels >= FEWEST)
}

/// By how much the drawing is scaled.
fn scale(width: f64, height: f64, pixels: u64) -> f64 {
    let by_side = SIDE / width.max(height);
    let by_pixels = (pixels as f64 / (width * height)).sqrt();
    by_side.min(by_pixels).min(ENLARGED)
}

/// How many layers are alive at a time when it is drawn; none when it has too many elements.
fn layers(tree: &Tree) -> Option<u64> {
    let mut waiting = vec![(tree.root(), 0)];
    let (mut deepest, mut elements) = (0, 0);
    while let Some((group, above)) = waiting.pop() {
        let mut layers = above + u64::from(group.should_isolate());
        layers += 2 * u64::from(group.mask().is_some() || group.clip_path().is_some());
        layers += group.filters().iter().map(|filter| filter.primitives().len() as u64 + 2).max().unwrap_or(0);
        deepest = deepest.max(layers);
        elements += group.children().len() + 1;
        if elements > ELEMENTS {
            return None;
        }
        for node in group.children() {
            below(node, |group, added| waiting.push((group, layers + added)));
        }
        hidden(group, |group| waiting.push((group, layers)));
    }
    Some(deepest)
}

/// The groups in a node, with the layers that each of them adds.
fn below<'a>(node: &'a Node, mut found: impl FnMut(&'a Group, u64)) {
    match node {
        Node::Group(group) => found(group, 0),
        Node::Text(text) => found(text.flattened(), 0),
        Node::Path(path) => {
            let paints = [path.fill().map(|fill| fill.paint()), path.stroke().map(|stroke| stroke.paint())];
            for paint in paints.into_iter().flatten() {
                if let resvg::usvg::Paint::Pattern(pattern) = paint {
                    found(pattern.root(), 1);
                }
            }
        }
        Node::Image(_) => {}
    }
}

/// What a group is cut out or faded by.
fn hidden<'a>(group: &'a Group, mut found: impl FnMut(&'a Group)) {
    let mut clip = group.clip_path();
    while let Some(path) = clip {
        found(path.root());
        clip = path.clip_path();
    }
    let mut mask = group.mask();
    while let Some(other) = mask {
        found(other.root());
        mask = other.mask();
    }
}

/// Pictures in the file itself, and no others: of the common formats, and not too many pixels together.
fn embedded_only() -> ImageHrefResolver<'static> {
    let seen = AtomicU64::new(0);
    let resolve = move |_: &str, data: Arc<Vec<u8>>, _: &Options<'_>| {
        let format = image::guess_format(&data).ok()?;
        let (width, height) = ImageReader::with_format(Cursor::new(data.as_slice()), format).into_dimensions().ok()?;
        let pixels = u64::from(width) * u64::from(height);
        let before = seen.fetch_add(pixels.min(EMBEDDED), Ordering::Relaxed);
        let kind = match format {
            ImageFormat::Png => ImageKind::PNG(data),
            ImageFormat::Jpeg => ImageKind::JPEG(data),
            ImageFormat::Gif => ImageKind::GIF(data),
            ImageFormat::WebP => ImageKind::WEBP(data),
            _ => return None,
        };
        (before + pixels <= EMBEDDED).then_some(kind)
    };
    ImageHrefResolver { resolve_data: Box::new(resolve), resolve_string: Box::new(|_, _| None) }
}
