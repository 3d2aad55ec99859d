//! Turning a page by quarters, and putting boxes back onto the page as it was handed in.
//!
//! Pure arithmetic; small angles are Tesseract's business.

use image::{GrayImage, imageops};
use winnow_contract::asset::PixelBox;

/// By how much a page is turned clockwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    None,
    /// 90°
    Right,
    /// 180°
    Half,
    /// 270°
    Left,
}

impl Turn {
    /// A turn by 0, 90, 180 or 270 degrees clockwise.
    pub fn by(degrees: i32) -> Option<Self> {
        match degrees.rem_euclid(360) {
            0 => Some(Self::None),
            90 => Some(Self::Right),
            180 => Some(Self::Half),
            270 => Some(Self::Left),
            _ => None,
        }
    }

    /// This turn and then another.
    pub fn and(self, other: Self) -> Self {
        match (self as u8 + other as u8) % 4 {
            1 => Self::Right,
            2 => Self::Half,
            3 => Self::Left,
            _ => Self::None,
        }
    }

    /// Clockwise.
    pub fn degrees(self) -> u32 {
        match self {
            Self::None => 0,
            Self::Right => 90,
            Self::Half => 180,
            Self::Left => 270,
        }
    }

    /// Width and height change places.
    pub fn is_sideways(self) -> bool {
        matches!(self, Self::Right | Self::Left)
    }

    /// The turned page.
    pub fn applied(self, page: &GrayImage) -> GrayImage {
        match self {
            Self::None => page.clone(),
            Self::Right => imageops::rotate90(page),
            Self::Half => imageops::rotate180(page),
            Self::Left => imageops::rotate270(page),
        }
    }

    /// Where a box of the turned page lies on the page before it was turned, whose size is `(width, height)`.
    pub fn undone(self, [x, y, width, height]: PixelBox, (page_width, page_height): (u32, u32)) -> PixelBox {
        let before = |side: u32, start: u32, length: u32| side.saturating_sub(start.saturating_add(length));
        match self {
            Self::None => [x, y, width, height],
            Self::Right => [y, before(page_height, x, width), height, width],
            Self::Half => [before(page_width, x, width), before(page_height, y, height), width, height],
            Self::Left => [before(page_width, y, height), x, height, width],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    /// The box of the dark pixels.
    fn dark(page: &GrayImage) -> PixelBox {
        let dark = || page.enumerate_pixels().filter(|(_, _, pixel)| pixel.0[0] == 0);
        let (x0, y0) = (dark().map(|(x, _, _)| x).min().expect("dark"), dark().map(|(_, y, _)| y).min().expect("dark"));
        let (x1, y1) = (dark().map(|(x, _, _)| x).max().expect("dark"), dark().map(|(_, y, _)| y).max().expect("dark"));
        [x0, y0, x1 - x0 + 1, y1 - y0 + 1]
    }

    #[test]
    fn a_box_returns_to_where_it_was() {
        let here = |x: u32, y: u32| (2..6).contains(&x) && (1..3).contains(&y);
        let page = GrayImage::from_fn(11, 7, |x, y| Luma([if here(x, y) { 0 } else { 255 }]));
        for degrees in [0, 90, 180, 270] {
            let turn = Turn::by(degrees).expect("a quarter");
            assert_eq!(turn.undone(dark(&turn.applied(&page)), page.dimensions()), [2, 1, 4, 2], "{degrees}");
            assert_eq!(i32::try_from(turn.degrees()), Ok(degrees));
        }
        assert_eq!((Turn::Half.and(Turn::Left), Turn::Left.and(Turn::Right)), (Turn::Right, Turn::None));
        assert_eq!((Turn::by(-90), Turn::by(45)), (Some(Turn::Left), None));
    }
}
