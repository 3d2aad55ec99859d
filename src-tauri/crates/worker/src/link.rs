//! One worker process and the channel to it.
//!
//! It neither retries nor replaces the process: a link that failed once is dropped, which kills and reaps the process.

#[cfg(not(unix))]
mod elsewhere;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub(crate) use elsewhere::{Line, Link};
#[cfg(unix)]
pub(crate) use unix::{Line, Link};
