//! Hears the wish of the terminal or the system that the program ends.
//!
//! Ends nothing itself.

use std::io::Result;
use tokio::runtime::Builder;

/// Calls `act` once, on a thread of its own, at the first Ctrl-C or SIGTERM.
///
/// # Errors
/// When the thread cannot be started; then the system's default stands.
pub fn on_stop(act: impl FnOnce() + Send + 'static) -> Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let wait = move || {
        if runtime.block_on(stop()).is_ok() {
            act();
        }
    };
    std::thread::Builder::new().name("winnow-signals".to_owned()).spawn(wait).map(drop)
}

#[cfg(unix)]
async fn stop() -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminated.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn stop() -> Result<()> {
    tokio::signal::ctrl_c().await
}
