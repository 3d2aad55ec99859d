//! Review: what waits for a person and why.
//!
//! `policy` decides (purely) what is asked; `decide` carries out what a person says; `reading` and `correct` put it in
//! the place of what was read.

pub mod because;
pub mod context;
pub mod correct;
pub mod decide;
pub mod policy;
pub mod reading;
