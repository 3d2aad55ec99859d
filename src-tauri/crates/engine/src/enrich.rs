//! What is made of a text once it is there: today sensitive data found by pattern, checksum and context.
//!
//! Deliberately without model-based detection: names, postal addresses and redacted copies get modules of their own beside
//! [`detect`].

pub mod detect;
pub mod embed;
pub mod label;
pub mod sensitive;
