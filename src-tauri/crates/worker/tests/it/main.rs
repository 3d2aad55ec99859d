//! The real worker program behind the real adapters: decoding, reading pages, sound, speech, limits and losses.
//!
//! Needs the program built (`cargo build -p winnow-models`), Tesseract's English and orientation data, and fails
//! without them. No engine, no catalog.

mod decode;
mod embed;
mod limits;
mod ocr;
mod pictures;
mod sound;
mod speech;
mod support;
