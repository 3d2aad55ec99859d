//! Draws pages of documents: to be read from, twice the size, and to be looked at, when somebody does.
//!
//! Keeps nothing of what is read from; what is looked at goes into a bounded part of the cache.

use super::{decode, open};
use crate::catalog::assets;
use crate::engine::Engine;
use crate::enrich::embed::Batch;
use crate::error::{EngineError, Result};
use crate::jobs::Context;
use crate::ports::{DrawnPage, StageError};
use winnow_contract::Words;
use winnow_contract::asset::{PixelBox, RenditionRow, Span};
use winnow_contract::id::AssetId;
use winnow_contract::worker::PageRequest;

/// Times the size that boxes refer to: to look at, …
const LOOK: u32 = 1;
/// … and to read from.
const READ: u32 = 2;

/// A page as it is read from; none when the asset is gone.
pub fn to_read(asset: &AssetId, page: u32, context: &Context<'_>) -> std::result::Result<Option<DrawnPage>, StageError> {
    draw(asset, page, READ, context)
}

fn draw(asset: &AssetId, page: u32, scale: u32, context: &Context<'_>) -> std::result::Result<Option<DrawnPage>, StageError> {
    let Some(source) = context.read(|catalog| assets::source(catalog, asset))? else { return Ok(None) };
    let (file, extension) = open::open(asset, &source, context)?;
    let (limits, password) = (context.settings.decode_limits(), context.passwords.of(asset));
    let request = PageRequest { extension, bytes: source.bytes, page, scale, limits, password };
    context.ports.decode.page(&request, file, decode::limits(context), context.cancel).map(Some)
}

impl Engine {
    /// A page that somebody looks at: drawn now unless it was lately.
    pub(crate) fn look_at(&self, row: &RenditionRow, asset: &AssetId) -> Result<Option<Vec<u8>>> {
        if let Some(bytes) = self.renditions().drawn(&row.id)? {
            return Ok(Some(bytes));
        }
        let settings = self.settings();
        let batch = Batch::default();
        let context = self.context(&settings, &batch);
        let drawn = match draw(asset, row.page, LOOK, &context) {
            Ok(drawn) => drawn,
            Err(StageError::Broken(words) | StageError::Refused { reason: words, .. } | StageError::Crashed(words)) => {
                return Err(EngineError::Refused(words));
            }
            Err(StageError::Missing(card)) => return Err(EngineError::Refused(Words::new("model_missing").with("card", card))),
            Err(StageError::Retry(_) | StageError::Cancelled) => None,
        };
        let Some(drawn) = drawn else { return Ok(None) };
        if self.writer().is_ok() {
            self.renditions().put_drawn(&row.id, &drawn.image, u64::from(settings.decode.drawn_pages_mb) * 1_000_000)?;
        }
        Ok(Some(drawn.image))
    }
}

/// What a picture is, by its first bytes; none for what no worker sends.
pub fn media_type(image: &[u8]) -> Option<&'static str> {
    let types: [(&[u8], &str); 3] = [(b"\x89PNG", "image/png"), (b"\xff\xd8", "image/jpeg"), (b"RIFF", "image/webp")];
    types.iter().find(|(start, _)| image.starts_with(start)).map(|(_, media_type)| *media_type)
}

/// How a page was read from its picture, to bring what was found back to the page as it is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// Size of the picture that was read.
    pub drawn: (u32, u32),
    /// Size of the page that boxes refer to.
    pub shown: (u32, u32),
    /// Degrees by which the picture was turned clockwise before it was read: boxes refer to the turned one.
    pub turned: u32,
}

impl Reading {
    /// Words where they stand on the page as it is shown.
    pub fn place(self, words: Vec<Span>) -> Vec<Span> {
        words.into_iter().map(|word| Span { rect: word.rect.map(|rect| self.back(rect)), ..word }).collect()
    }

    /// A box of the turned picture as a box of the page.
    fn back(self, [x, y, width, height]: PixelBox) -> PixelBox {
        let (across, down) = (i64::from(self.drawn.0), i64::from(self.drawn.1));
        let (x, y, width, height) = (i64::from(x), i64::from(y), i64::from(width), i64::from(height));
        let [x, y, width, height] = match self.turned {
            90 => [y, down - x - width, height, width],
            180 => [across - x - width, down - y - height, width, height],
            270 => [across - y - height, x, height, width],
            _ => [x, y, width, height],
        };
        let (h, v) = ((self.shown.0, self.drawn.0), (self.shown.1, self.drawn.1));
        [scaled(x, h), scaled(y, v), scaled(width, h), scaled(height, v)]
    }
}

/// A length of the picture as one of the page.
fn scaled(length: i64, (shown, drawn): (u32, u32)) -> u32 {
    let length = length.max(0) * i64::from(shown) / i64::from(drawn.max(1));
    length.try_into().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_come_back_to_the_page_as_it_is_shown() {
        // A page of 100 × 200, read from a picture twice as large; the word stands at 10, 20 with 30 × 4.
        let check = |turned: u32, rect: PixelBox| {
            let reading = Reading { drawn: (200, 400), shown: (100, 200), turned };
            assert_eq!(reading.back(rect), [10, 20, 30, 4], "{turned}");
        };
        check(0, [20, 40, 60, 8]);
        check(90, [400 - 40 - 8, 20, 8, 60]);
        check(180, [200 - 20 - 60, 400 - 40 - 8, 60, 8]);
        check(270, [40, 200 - 20 - 60, 8, 60]);
        let same = Reading { drawn: (100, 200), shown: (100, 200), turned: 0 };
        assert_eq!(same.back([1, 2, 3, 4]), [1, 2, 3, 4]);
        let none = Reading { drawn: (0, 0), shown: (100, 200), turned: 90 };
        assert_eq!(none.back([5, 0, 9, 9]), [0, 0, 900, 1800], "no picture has no size, and nothing is divided by it");
    }
}
