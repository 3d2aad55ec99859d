//! Boxes of words on a page: what the engine and the window must see alike.
//!
//! Knows no page and no text.

use crate::asset::PixelBox;

/// A word much higher than wide: the page lies on its side, and its lines run up or down.
pub fn upright(rect: &PixelBox) -> bool {
    rect[3] > 2 * rect[2]
}

/// The smallest box around both.
pub fn around(one: PixelBox, other: PixelBox) -> PixelBox {
    let (left, top) = (one[0].min(other[0]), one[1].min(other[1]));
    let (right, bottom) = ((one[0] + one[2]).max(other[0] + other[2]), (one[1] + one[3]).max(other[1] + other[3]));
    [left, top, right - left, bottom - top]
}
