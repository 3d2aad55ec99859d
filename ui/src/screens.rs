//! One screen per file; each takes what it shows from its store.

pub mod activity;
pub mod asset;
pub mod library;
pub mod review;
pub mod search;
pub mod settings;
