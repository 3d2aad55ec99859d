//! What must be so before the first window is made, on each system.
//!
//! Does nothing for the command line.

use winnow_contract::ApiError;

/// Makes sure that there is a screen, and starts the program anew with what WebKitGTK needs in its environment.
///
/// # Errors
/// A sentence when there is no screen to open a window on.
#[cfg(target_os = "linux")]
pub fn prepare() -> Result<(), ApiError> {
    let has = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if !has("DISPLAY") && !has("WAYLAND_DISPLAY") {
        return Err(ApiError::new(&winnow_contract::Words::new("no_screen")).hint("hint_command_line"));
    }
    if !has(DMABUF) {
        begin_again();
    }
    Ok(())
}

/// Drawing through DMA-BUF leaves WebKitGTK's window blank on many drivers.
#[cfg(target_os = "linux")]
const DMABUF: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// Replaces this process by itself with the variable set: setting it here would not be safe beside threads. When that does not
/// work the window is opened without it.
#[cfg(target_os = "linux")]
fn begin_again() {
    use std::os::unix::process::CommandExt;
    if let Ok(program) = std::env::current_exe() {
        let mut command = std::process::Command::new(program);
        let error = command.args(std::env::args_os().skip(1)).env(DMABUF, "1").exec();
        eprintln!("{DMABUF} could not be set: {error}");
    }
}

/// Nothing: the system always has a screen, and its web view needs no help.
#[cfg(not(target_os = "linux"))]
pub fn prepare() -> Result<(), ApiError> {
    Ok(())
}
