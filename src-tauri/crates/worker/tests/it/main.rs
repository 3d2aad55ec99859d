//! The real worker program behind the real adapters: decoding, reading pages, sound, films, speech, limits, losses, confinement.
//!
//! Needs the program built (`cargo build -p winnow-models`), Tesseract's English and orientation data, and fails
//! without them. No engine, no catalog.

mod confine;
mod decode;
mod documents;
mod embed;
mod film;
mod kinds;
mod limits;
mod ocr;
mod pdf;
mod pictures;
mod sound;
mod speech;
mod support;
