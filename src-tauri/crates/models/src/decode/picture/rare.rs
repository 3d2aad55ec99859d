//! The rarer formats of pictures, each by a reader of its own that holds the file in memory.
//!
//! It only says who reads which. Formats of several pictures give the largest or the first.

mod apple_icon;
mod bitmap;
mod eps;
mod fields;
mod fits;
mod flic;
mod icon;
mod jpeg2000;
mod pcx;
mod photo_cd;
mod photoshop;
mod radiance;
mod raster;
mod sgi;
mod sun;
mod texture;

use super::pixels::{Picture, Stop};
use image::DynamicImage;
use winnow_contract::Words;
use winnow_contract::worker::DecodeLimits;

pub use bitmap::mended as mended_bitmap;
pub use flic::begins as begins_flic;
pub use icon::begins as begins_icon;
pub use jpeg2000::begins as begins_jpeg_2000;
pub use pcx::begins as begins_pcx;
pub use photo_cd::begins as begins_photo_cd;
pub use sgi::begins as begins_sgi;

/// A reader of one format.
pub type Reader = fn(&[u8], &DecodeLimits) -> Result<Rare, Stop>;

/// Who reads which type.
const READERS: &[(&str, Reader)] = &[
    (JPEG_2000, jpeg2000::read),
    (PHOTOSHOP, photoshop::read),
    (ICON, icon::read),
    (DIB, bitmap::read),
    (APPLE_ICON, apple_icon::read),
    (PCX, pcx::read),
    (DCX, pcx::read_first),
    (SGI, sgi::read),
    (SUN, sun::read),
    (PHOTO_CD, photo_cd::read),
    (DDS, texture::read),
    (RADIANCE, radiance::read),
    (FITS, fits::read),
    (EPS, eps::read),
    (FLIC, flic::read),
];

pub const JPEG_2000: &str = "image/jp2";
pub const PHOTOSHOP: &str = "image/vnd.adobe.photoshop";
pub const ICON: &str = "image/vnd.microsoft.icon";
pub const DIB: &str = "image/x-ms-dib";
pub const APPLE_ICON: &str = "image/icns";
pub const PCX: &str = "image/vnd.zbrush.pcx";
pub const DCX: &str = "image/vnd.zbrush.dcx";
pub const SGI: &str = "image/x-sgi";
pub const SUN: &str = "image/x-sun-raster";
pub const PHOTO_CD: &str = "image/x-photo-cd";
pub const DDS: &str = "image/vnd.ms-dds";
pub const RADIANCE: &str = "image/vnd.radiance";
pub const FITS: &str = "image/fits";
pub const EPS: &str = "image/x-eps";
pub const FLIC: &str = "image/x-flic";

/// The reader of a type.
pub fn reader_of(media_type: &str) -> Option<Reader> {
    READERS.iter().find(|(known, _)| *known == media_type).map(|(_, reader)| *reader)
}

/// A picture with what its file says beside it.
pub struct Rare {
    pub picture: Picture,
    /// Its block of EXIF.
    pub exif: Option<Vec<u8>>,
    /// Its size, when it was decoded in fewer pixels.
    pub size: Option<(u32, u32)>,
    /// Its file ends too early; the rest is blank.
    pub cut: bool,
    pub notes: Vec<Words>,
}

impl From<Picture> for Rare {
    fn from(picture: Picture) -> Self {
        Self { picture, exif: None, size: None, cut: false, notes: Vec::new() }
    }
}

impl From<DynamicImage> for Rare {
    fn from(image: DynamicImage) -> Self {
        Picture::upright(image).into()
    }
}

#[cfg(test)]
mod tests;
