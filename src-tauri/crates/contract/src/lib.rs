//! What Winnow's parts say to each other: ids, vocabulary, requests, views, events and the worker's messages.
//!
//! Deliberately without behaviour beyond naming and wording: no I/O, no clock, no database. Compiles to wasm.

pub mod asset;
pub mod boxes;
pub mod command;
pub mod error;
pub mod event;
pub mod id;
pub mod job;
pub mod model;
pub mod review;
pub mod search;
pub mod settings;
pub mod status;
pub mod taxonomy;
pub mod trail;
pub mod words;
pub mod worker;

pub use command::{Call, Request};
pub use error::ApiError;
pub use event::Event;
pub use words::Words;
