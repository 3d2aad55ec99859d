//! A page's size in pixels, where a place on the page stands in them, and its picture.
//!
//! PDFium turns pages as they want to be turned, so everything here is upright. Pictures are not encoded here.

use super::layout::Bounds;
use image::{DynamicImage, RgbImage};
use pdfium_render::prelude::{PdfBitmap, PdfBitmapFormat, PdfPage, PdfPoints, PdfRect, PdfRenderConfig, PdfiumError};
use winnow_contract::worker::PAGE_DPI;

/// Points of an inch (ISO 32000-1, 8.3.2.3).
const POINTS: f32 = 72.0;
/// The longest side of a picture: what Tesseract reads and JPEG holds, with a margin.
const LONGEST: f32 = 32_000.0;
/// Pixels are whole numbers where PDFium tells them; asked for a larger picture it tells parts of them.
const FINE: f32 = 16.0;
/// The place that is asked for, in points from the corner. Far away, so that little is lost by rounding.
const FAR: f32 = 1000.0;

/// Size of a page in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub width: u32,
    pub height: u32,
    /// It would be larger without the limit.
    pub reduced: bool,
}

/// The size of a page of so many points at `scale` times `PAGE_DPI`, with at most `pixels` in all; none for a page without
/// extent.
pub fn size(width: f32, height: f32, scale: f32, pixels: i64) -> Option<Size> {
    let proper = |side: f32| side.is_finite() && side > 0.0;
    if !proper(width) || !proper(height) {
        return None;
    }
    let wanted = PAGE_DPI as f32 / POINTS * scale;
    let by_pixels = (pixels.max(1) as f64 / (f64::from(width) * f64::from(height))).sqrt() as f32;
    let factor = wanted.min(by_pixels).min(LONGEST / width.max(height));
    let side = |side: f32| (side * factor).round().clamp(1.0, LONGEST) as u32;
    Some(Size { width: side(width), height: side(height), reduced: factor < wanted * 0.999 })
}

/// The same with a longest side of `side`; nothing is larger than at `PAGE_DPI`.
pub fn size_within(width: f32, height: f32, side: u32, pixels: i64) -> Option<Size> {
    let whole = size(width, height, 1.0, pixels)?;
    let longest = whole.width.max(whole.height) as f32;
    if longest <= side as f32 { Some(whole) } else { size(width, height, side as f32 / longest, pixels) }
}

/// Where places on a page stand in pixels.
#[derive(Clone, Copy, Debug)]
pub struct Map {
    origin: (f32, f32),
    /// Pixels to the right and down for each point along the page's own axes.
    along_x: (f32, f32),
    along_y: (f32, f32),
}

impl Map {
    /// How a page of this size lies.
    ///
    /// # Errors
    /// When PDFium does not tell.
    pub fn of(page: &PdfPage, size: Size) -> Result<Self, PdfiumError> {
        let whole = |side: u32| (side as f32 * FINE) as i32;
        let config = PdfRenderConfig::new().set_fixed_size(whole(size.width), whole(size.height));
        let at = |x: f32, y: f32| {
            let (x, y) = page.points_to_pixels(PdfPoints::new(x), PdfPoints::new(y), &config)?;
            Ok::<_, PdfiumError>((x as f32 / FINE, y as f32 / FINE))
        };
        let (origin, x, y) = (at(0.0, 0.0)?, at(FAR, 0.0)?, at(0.0, FAR)?);
        let step = |end: (f32, f32)| ((end.0 - origin.0) / FAR, (end.1 - origin.1) / FAR);
        Ok(Self { origin, along_x: step(x), along_y: step(y) })
    }

    /// A rectangle of the page in pixels.
    pub fn place(&self, rect: &PdfRect) -> Bounds {
        let (left, bottom) = self.at(rect.left().value, rect.bottom().value);
        let (right, top) = self.at(rect.right().value, rect.top().value);
        Bounds { left: left.min(right), top: top.min(bottom), right: left.max(right), bottom: top.max(bottom) }
    }

    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.origin.0 + x * self.along_x.0 + y * self.along_y.0, self.origin.1 + x * self.along_x.1 + y * self.along_y.1)
    }
}

/// A page's picture, with what people put on it.
///
/// # Errors
/// When PDFium cannot draw it.
pub fn draw(page: &PdfPage, size: Size) -> Result<DynamicImage, PdfiumError> {
    let (width, height) = (size.width as usize, size.height as usize);
    // Rows begin at multiples of four bytes.
    let row = (width * 3).next_multiple_of(4);
    let mut pixels = vec![0; row * height];
    let (wide, high) = (size.width as i32, size.height as i32);
    {
        let mut bitmap = PdfBitmap::from_bytes(wide, high, PdfBitmapFormat::BGR, &mut pixels)?;
        page.render_into_bitmap_with_config(&mut bitmap, &PdfRenderConfig::new().set_fixed_size(wide, high))?;
    }
    for number in 1..height {
        pixels.copy_within(number * row..number * row + width * 3, number * width * 3);
    }
    pixels.truncate(width * 3 * height);
    let image = RgbImage::from_raw(size.width, size.height, pixels).expect("BUG: three bytes for each pixel");
    Ok(DynamicImage::ImageRgb8(image))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_have_the_size_they_have_on_paper() {
        let check = |points: (f32, f32), scale: f32, expected: Option<(u32, u32, bool)>| {
            let found = size(points.0, points.1, scale, 40_000_000).map(|size| (size.width, size.height, size.reduced));
            assert_eq!(found, expected, "{points:?} times {scale}");
        };
        check((595.0, 842.0), 1.0, Some((1240, 1754, false)));
        check((595.0, 842.0), 2.0, Some((2479, 3508, false)));
        check((14_400.0, 14_400.0), 1.0, Some((6325, 6325, true)));
        check((14_400.0, 1.0), 1.0, Some((30_000, 2, false)));
        check((14_400.0, 1.0), 2.0, Some((32_000, 2, true)));
        check((0.1, 0.1), 1.0, Some((1, 1, false)));
        check((0.0, 842.0), 1.0, None);
        check((f32::NAN, 842.0), 1.0, None);
        check((f32::INFINITY, 842.0), 1.0, None);
    }

    #[test]
    fn a_preview_is_never_larger_than_the_page() {
        let check = |points: (f32, f32), side: u32, expected: (u32, u32)| {
            let found = size_within(points.0, points.1, side, 40_000_000).map(|size| (size.width, size.height));
            assert_eq!(found, Some(expected));
        };
        check((595.0, 842.0), 1600, (1131, 1600));
        check((72.0, 36.0), 1600, (150, 75));
    }
}
