//! The slices a recording is played in: a minute each, as addresses that media elements can load.
//!
//! Media elements of some systems cannot load the program's own addresses, so each slice is fetched and handed over as a blob.

use crate::ipc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Url};
use winnow_contract::id::RenditionId;
use winnow_contract::{ApiError, Words};

/// Seconds of one slice.
pub const SLICE: f64 = 60.0;

/// The slice a second lies in, in a recording of this length.
pub fn slice_of(at: f64, seconds: f64) -> u32 {
    let last = ((seconds / SLICE).ceil() as u32).saturating_sub(1);
    ((at / SLICE) as u32).min(last)
}

/// Its first second.
pub fn start_of(slice: u32) -> f64 {
    f64::from(slice) * SLICE
}

/// The slice after this one, if there is one.
pub fn after(slice: u32, seconds: f64) -> Option<u32> {
    (start_of(slice + 1) < seconds).then_some(slice + 1)
}

/// The address of a slice that was fetched; given back when dropped.
#[derive(Debug)]
pub struct Slice {
    pub number: u32,
    pub url: String,
}

impl Slice {
    /// Fetches a slice.
    ///
    /// # Errors
    /// When the sound is not there, or what came is no sound.
    pub async fn fetch(sound: &RenditionId, number: u32, seconds: f64) -> Result<Self, ApiError> {
        let from = start_of(number);
        let to = (from + SLICE).min(seconds.max(from + 1.0));
        let answer = ipc::rendition(sound, &format!("?from={from}&to={to}")).await?;
        let blob = JsFuture::from(answer.blob().map_err(unplayable)?).await.map_err(unplayable)?;
        let blob: Blob = blob.dyn_into().map_err(unplayable)?;
        Ok(Self { number, url: Url::create_object_url_with_blob(&blob).map_err(unplayable)? })
    }
}

impl Drop for Slice {
    fn drop(&mut self) {
        // An address that is gone already needs nothing more.
        let _ = Url::revoke_object_url(&self.url);
    }
}

/// What is said when this computer cannot play it.
pub fn unplayable(_why: JsValue) -> ApiError {
    ApiError::new(&Words::new("sound_unplayable")).hint("hint_sound_packages")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_lies_in_its_minute() {
        let check = |at, seconds, expected| assert_eq!(slice_of(at, seconds), expected, "{at} of {seconds}");
        check(0.0, 3600.0, 0);
        check(59.99, 3600.0, 0);
        check(60.0, 3600.0, 1);
        check(3600.0, 3600.0, 59);
        check(9999.0, 61.0, 1);
        check(-3.0, 61.0, 0);
        check(0.0, 0.0, 0);
        assert_eq!(after(0, 61.0), Some(1));
        assert_eq!(after(0, 60.0), None);
        assert_eq!(start_of(2), 120.0);
    }
}
