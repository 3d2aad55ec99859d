//! Review: what waits for a person and why.
//!
//! `policy` decides (purely) what is asked; `decide` carries out what a person says.

pub mod because;
pub mod context;
pub mod decide;
pub mod policy;
