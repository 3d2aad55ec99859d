//! From decoded pixels to the three renditions: page, preview and thumbnail.
//!
//! What comes out is 8-bit gray or RGB, upright and without metadata. Nothing is ever enlarged.

use super::look::look;
use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::codecs::png::{CompressionType, FilterType as PngFilter, PngEncoder};
use image::error::{EncodingError, ImageFormatHint};
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageError, ImageResult, RgbImage};
use jpeg_encoder::{ColorType, Encoder};
use std::borrow::Cow;
use winnow_contract::asset::RenditionKind;
use winnow_contract::worker::{DecodeLimits, RenditionHead};

/// The longest side of a page: what Tesseract reads (32,767) and JPEG holds (65,535), with a margin.
const PAGE_SIDE: u32 = 32_000;
/// A page with at most so many colours is drawn or black and white, and is kept without loss.
const FEW_COLOURS: usize = 16;

/// Renditions one after the other in the blob; the first is the page.
#[derive(Default)]
pub struct Rendered {
    pub heads: Vec<RenditionHead>,
    pub blob: Vec<u8>,
    /// What the upright page looks like; see [`super::look`].
    pub look: Option<String>,
}

/// Makes the renditions of a picture.
///
/// # Errors
/// When an encoder refuses, which no picture within the limits gives it reason to.
pub fn renditions(image: DynamicImage, orientation: Orientation, limits: &DecodeLimits) -> ImageResult<Rendered> {
    let mut page = upright_page(image, orientation, limits)?;
    let mut rendered = Rendered { look: look(&page), ..Rendered::default() };
    rendered.page(&page)?;
    if let Some(preview) = within(&page, limits.preview_side)? {
        page = preview;
        rendered.jpeg(RenditionKind::Preview, &page, 85)?;
    }
    rendered.thumbnail(&page, limits)?;
    Ok(rendered)
}

/// Only the page, for a document that has many.
///
/// # Errors
/// As of [`renditions`].
pub fn page(image: DynamicImage, orientation: Orientation, limits: &DecodeLimits, number: u32) -> ImageResult<(RenditionHead, Vec<u8>)> {
    let page = upright_page(image, orientation, limits)?;
    let mut rendered = Rendered::default();
    rendered.page(&page)?;
    let head = rendered.heads.remove(0);
    Ok((RenditionHead { page: number, ..head }, rendered.blob))
}

/// Only the thumbnail, of a page that was drawn for it.
///
/// # Errors
/// As of [`renditions`].
pub fn thumbnail(image: DynamicImage, limits: &DecodeLimits, number: u32) -> ImageResult<Rendered> {
    let mut rendered = Rendered::default();
    rendered.thumbnail(&flat(image), limits)?;
    rendered.heads.iter_mut().for_each(|head| head.page = number);
    Ok(rendered)
}

/// Reduced to the limits first, for fewer pixels are turned then.
fn upright_page(image: DynamicImage, orientation: Orientation, limits: &DecodeLimits) -> ImageResult<DynamicImage> {
    let mut page = flat(image);
    if let Some((width, height)) = page_size(page.width(), page.height(), limits) {
        page = resized(&page, width, height)?;
    }
    page.apply_orientation(orientation);
    Ok(page)
}

/// The picture in so many pixels in each direction, smoothed; none of a picture without pixels.
pub fn shrunk(image: &DynamicImage, side: u32) -> Option<DynamicImage> {
    let ready = matches!(image, DynamicImage::ImageLuma8(_) | DynamicImage::ImageRgb8(_));
    let image = if ready { Cow::Borrowed(image) } else { Cow::Owned(flat(image.clone())) };
    resized_by(&image, side, side, FilterType::Lanczos3).ok()
}

impl Rendered {
    fn page(&mut self, page: &DynamicImage) -> ImageResult<()> {
        if !has_few_colours(page) {
            return self.jpeg(RenditionKind::Page, page, 92);
        }
        let start = self.blob.len();
        page.write_with_encoder(PngEncoder::new_with_quality(&mut self.blob, CompressionType::Fast, PngFilter::Adaptive))?;
        self.head(RenditionKind::Page, page, "image/png", start)
    }

    fn thumbnail(&mut self, page: &DynamicImage, limits: &DecodeLimits) -> ImageResult<()> {
        let small = within(page, limits.thumbnail_side)?;
        self.jpeg(RenditionKind::Thumbnail, small.as_ref().unwrap_or(page), 80)
    }

    fn jpeg(&mut self, kind: RenditionKind, image: &DynamicImage, quality: u8) -> ImageResult<()> {
        let start = self.blob.len();
        let side = |length: u32| u16::try_from(length).map_err(encoding_error);
        let colour = if matches!(image, DynamicImage::ImageLuma8(_)) { ColorType::Luma } else { ColorType::Rgb };
        let encoder = Encoder::new(&mut self.blob, quality);
        encoder.encode(image.as_bytes(), side(image.width())?, side(image.height())?, colour).map_err(encoding_error)?;
        self.head(kind, image, "image/jpeg", start)
    }

    fn head(&mut self, kind: RenditionKind, image: &DynamicImage, media_type: &str, start: usize) -> ImageResult<()> {
        let bytes = u32::try_from(self.blob.len() - start).map_err(encoding_error)?;
        let (width, height) = (image.width(), image.height());
        self.heads.push(RenditionHead { kind, page: 1, media_type: media_type.to_owned(), width, height, bytes });
        Ok(())
    }
}

/// 8-bit gray or RGB over white; colour that is all gray becomes gray.
fn flat(image: DynamicImage) -> DynamicImage {
    match image {
        DynamicImage::ImageLuma8(_) => image,
        DynamicImage::ImageLuma16(_) => DynamicImage::ImageLuma8(image.into_luma8()),
        DynamicImage::ImageLumaA8(_) | DynamicImage::ImageLumaA16(_) => {
            let (width, height) = (image.width(), image.height());
            let pixels = image.into_luma_alpha8().into_raw();
            gray(width, height, pixels.chunks_exact(2).map(|pixel| over_white(pixel[0], pixel[1])).collect())
        }
        DynamicImage::ImageRgb8(pixels) => gray_if_gray(pixels),
        DynamicImage::ImageRgba8(_) | DynamicImage::ImageRgba16(_) | DynamicImage::ImageRgba32F(_) => {
            gray_if_gray(without_alpha(image.into_rgba8()))
        }
        _ => gray_if_gray(image.into_rgb8()),
    }
}

fn without_alpha(image: image::RgbaImage) -> RgbImage {
    let (width, height) = image.dimensions();
    let mut pixels = Vec::with_capacity(width as usize * height as usize * 3);
    for [red, green, blue, alpha] in image.into_raw().as_chunks::<4>().0 {
        pixels.extend([over_white(*red, *alpha), over_white(*green, *alpha), over_white(*blue, *alpha)]);
    }
    RgbImage::from_raw(width, height, pixels).expect("BUG: three bytes were written for each pixel")
}

fn over_white(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    u8::try_from((value * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX)
}

fn gray_if_gray(image: RgbImage) -> DynamicImage {
    if image.as_raw().as_chunks::<3>().0.iter().any(|[red, green, blue]| red != green || green != blue) {
        return DynamicImage::ImageRgb8(image);
    }
    let (width, height) = image.dimensions();
    gray(width, height, image.as_raw().as_chunks::<3>().0.iter().map(|[red, ..]| *red).collect())
}

fn gray(width: u32, height: u32, pixels: Vec<u8>) -> DynamicImage {
    DynamicImage::ImageLuma8(GrayImage::from_raw(width, height, pixels).expect("BUG: one byte for each pixel"))
}

/// The size a page is reduced to; none when it may stay as it is.
pub fn page_size(width: u32, height: u32, limits: &DecodeLimits) -> Option<(u32, u32)> {
    let pixels = f64::from(width) * f64::from(height);
    let by_pixels = (limits.page_pixels as f64 / pixels).sqrt();
    let by_side = f64::from(PAGE_SIDE) / f64::from(width.max(height));
    let factor = by_pixels.min(by_side);
    (factor < 1.0).then(|| scaled(width, height, factor))
}

fn scaled(width: u32, height: u32, factor: f64) -> (u32, u32) {
    let side = |length: u32| ((f64::from(length) * factor).floor() as u32).max(1);
    (side(width), side(height))
}

/// The picture with a longest side of `side`; none when it is not larger.
fn within(image: &DynamicImage, side: u32) -> ImageResult<Option<DynamicImage>> {
    let longest = image.width().max(image.height());
    if longest <= side {
        return Ok(None);
    }
    let (width, height) = scaled(image.width(), image.height(), f64::from(side) / f64::from(longest));
    resized(image, width, height).map(Some)
}

fn resized(image: &DynamicImage, width: u32, height: u32) -> ImageResult<DynamicImage> {
    resized_by(image, width, height, FilterType::Bilinear)
}

fn resized_by(image: &DynamicImage, width: u32, height: u32, filter: FilterType) -> ImageResult<DynamicImage> {
    let pixel = if matches!(image, DynamicImage::ImageLuma8(_)) { PixelType::U8 } else { PixelType::U8x3 };
    let source = ImageRef::new(image.width(), image.height(), image.as_bytes(), pixel).map_err(encoding_error)?;
    let mut target = Image::new(width, height, pixel);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter));
    Resizer::new().resize(&source, &mut target, &options).map_err(encoding_error)?;
    let pixels = target.into_vec();
    Ok(match pixel {
        PixelType::U8 => gray(width, height, pixels),
        _ => DynamicImage::ImageRgb8(RgbImage::from_raw(width, height, pixels).expect("BUG: three bytes for each pixel")),
    })
}

fn has_few_colours(image: &DynamicImage) -> bool {
    match image {
        DynamicImage::ImageLuma8(gray) => few(gray.as_raw().chunks_exact(1)),
        _ => few(image.as_bytes().chunks_exact(3)),
    }
}

/// Stops at the first colour too many, which in a photograph is soon.
fn few<'a>(pixels: impl Iterator<Item = &'a [u8]>) -> bool {
    let mut seen: Vec<&[u8]> = Vec::with_capacity(FEW_COLOURS);
    for pixel in pixels {
        if seen.contains(&pixel) {
            continue;
        }
        if seen.len() == FEW_COLOURS {
            return false;
        }
        seen.push(pixel);
    }
    true
}

fn encoding_error(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ImageError {
    ImageError::Encoding(EncodingError::new(ImageFormatHint::Unknown, error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Luma, LumaA, Rgb, Rgba};

    fn limits() -> DecodeLimits {
        DecodeLimits {
            pixels: 1_000_000,
            picture_bytes: 10_000_000,
            file_bytes: 1_000_000,
            text_chars: 1000,
            page_pixels: 10_000,
            preview_side: 50,
            thumbnail_side: 10,
            pages: 10,
            cells: 10,
            nesting: 10,
        }
    }

    #[test]
    fn every_kind_of_pixel_becomes_gray_or_colour_over_white() {
        let check = |image: DynamicImage, expected: &[u8]| assert_eq!(flat(image).as_bytes(), expected);
        check(DynamicImage::ImageLumaA8(image::ImageBuffer::from_pixel(1, 1, LumaA([0, 0]))), &[255]);
        check(DynamicImage::ImageLumaA8(image::ImageBuffer::from_pixel(1, 1, LumaA([7, 255]))), &[7]);
        check(DynamicImage::ImageLuma16(image::ImageBuffer::from_pixel(1, 1, Luma([65535]))), &[255]);
        check(DynamicImage::ImageRgba8(image::ImageBuffer::from_pixel(1, 1, Rgba([255, 0, 0, 128]))), &[255, 127, 127]);
        check(DynamicImage::ImageRgba8(image::ImageBuffer::from_pixel(1, 1, Rgba([9, 9, 9, 255]))), &[9]);
        check(DynamicImage::ImageRgb8(image::ImageBuffer::from_pixel(1, 1, Rgb([9, 9, 8]))), &[9, 9, 8]);
        check(DynamicImage::ImageRgb16(image::ImageBuffer::from_pixel(1, 1, Rgb([65535, 0, 0]))), &[255, 0, 0]);
    }

    #[test]
    fn pages_are_reduced_by_pixels_and_by_side() {
        let check = |size: (u32, u32), expected: Option<(u32, u32)>| assert_eq!(page_size(size.0, size.1, &limits()), expected);
        check((100, 100), None);
        check((200, 200), Some((100, 100)));
        check((64_000, 1), Some((25_298, 1)));
    }

    #[test]
    fn the_page_is_upright_and_small_pictures_have_no_preview() {
        let orientation = |exif: u8| Orientation::from_exif(exif).expect("an orientation");
        let check = |size: (u32, u32), exif: u8, expected: &[(RenditionKind, u32, u32)]| {
            let image = DynamicImage::ImageLuma8(GrayImage::new(size.0, size.1));
            let made = renditions(image, orientation(exif), &limits()).expect("rendered");
            let found: Vec<_> = made.heads.iter().map(|head| (head.kind, head.width, head.height)).collect();
            assert_eq!(found, expected);
            assert_eq!(made.heads.iter().map(|head| head.bytes as usize).sum::<usize>(), made.blob.len());
        };
        use RenditionKind::{Page, Preview, Thumbnail};
        check((40, 20), 1, &[(Page, 40, 20), (Thumbnail, 10, 5)]);
        check((80, 20), 6, &[(Page, 20, 80), (Preview, 12, 50), (Thumbnail, 2, 10)]);
        check((8, 4), 3, &[(Page, 8, 4), (Thumbnail, 8, 4)]);
        check((1, 90), 8, &[(Page, 90, 1), (Preview, 50, 1), (Thumbnail, 10, 1)]);
    }

    #[test]
    fn exif_orientations_put_the_first_pixel_where_it_belongs() {
        // One dark pixel at the top left of three by two; where it stands when upright (EXIF 2.32, 4.6.4).
        let check = |exif: u8, at: (u32, u32)| {
            let mut image = DynamicImage::ImageLuma8(GrayImage::from_fn(3, 2, |x, y| Luma([if (x, y) == (0, 0) { 0 } else { 255 }])));
            image.apply_orientation(Orientation::from_exif(exif).expect("an orientation"));
            assert_eq!(image.to_luma8().get_pixel(at.0, at.1).0, [0], "orientation {exif}");
        };
        check(1, (0, 0));
        check(2, (2, 0));
        check(3, (2, 1));
        check(4, (0, 1));
        check(5, (0, 0));
        check(6, (1, 0));
        check(7, (1, 2));
        check(8, (0, 2));
    }

    #[test]
    fn drawings_stay_without_loss() {
        let drawing = DynamicImage::ImageLuma8(GrayImage::from_fn(30, 30, |x, _| Luma([if x % 3 == 0 { 0 } else { 255 }])));
        let photo = DynamicImage::ImageLuma8(GrayImage::from_fn(30, 30, |x, y| Luma([(x * 7 + y * 3) as u8])));
        let check = |image: DynamicImage, expected: &str| {
            let made = renditions(image, Orientation::NoTransforms, &limits()).expect("rendered");
            assert_eq!(made.heads[0].media_type, expected);
        };
        check(drawing, "image/png");
        check(photo, "image/jpeg");
    }
}
