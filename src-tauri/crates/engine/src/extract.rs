//! Stages that take something out of bytes: scan a folder, read a file, decode it, take a container apart, read the words on it.
//!
//! A stage is a function from a job to an outcome; none of them writes to the catalog.

pub mod chunks;
pub mod decode;
pub mod expand;
pub mod files;
pub mod frames;
pub mod ocr;
pub mod open;
pub mod pages;
pub mod read;
pub mod scan;
pub mod sound;
pub mod transcribe;
pub mod transcript;
pub mod walk;
pub mod wav;
