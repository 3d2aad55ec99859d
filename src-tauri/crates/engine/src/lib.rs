//! Winnow's engine: a library of assets, the queue that reads them, the policy that asks, the person's decisions.
//!
//! Start with [`Engine`]. It knows no window, no network and no model: what it needs from outside are the traits in
//! [`ports`]. It never writes, moves or renames an original, and has no global state: two libraries live in one process.

pub mod breaks;
pub mod cards;
mod catalog;
mod doctor;
pub mod engine;
pub mod enrich;
pub mod error;
mod extract;
mod folders;
mod jobs;
mod labelling;
pub mod near;
mod outcome;
mod passwords;
pub mod paths;
mod pipeline;
pub mod ports;
mod projection;
mod renditions;
mod review;
mod search;
pub mod settings;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod views;
mod watch;

pub use catalog::audit::Verified;
pub use doctor::Check;
pub use engine::{Engine, Options, Running};
pub use error::{EngineError, Result};
pub use jobs::run::Tick;
pub use views::{Brief, Picture};
pub use watch::Watch;
