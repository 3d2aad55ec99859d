//! Winnow's engine.
pub mod ports;
