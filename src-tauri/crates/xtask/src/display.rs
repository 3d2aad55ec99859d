//! A display of its own for the window's tests: Xvfb with a window manager, gone when dropped. It never uses the person's screen.

use crate::place::Place;
use crate::shell::{self, Failure, Outcome};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// Running programs and the name of the display they serve.
pub struct Display {
    name: String,
    programs: Vec<Child>,
}

impl Display {
    /// Starts both; Xvfb chooses a free number and says when it is ready.
    pub fn open(place: &Place) -> Outcome<Self> {
        let mut command = place.program("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp", "-noreset"]);
        let mut server = shell::start(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()))?;
        let number = number(&mut server);
        let mut display = Self { name: String::new(), programs: vec![server] };
        display.name = format!(":{}", number?);
        let mut manager = place.program("openbox");
        manager.env("DISPLAY", &display.name).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        display.programs.push(shell::start(&mut manager)?);
        Ok(display)
    }

    /// Makes a child process use this display, and WebKit behave on it.
    pub fn announce(&self, command: &mut Command) {
        command.env("DISPLAY", &self.name).env_remove("WAYLAND_DISPLAY").env("GDK_BACKEND", "x11");
        command.env("GTK_USE_PORTAL", "0").env("NO_AT_BRIDGE", "1").env("GSETTINGS_BACKEND", "memory");
        command.env("WEBKIT_DISABLE_DMABUF_RENDERER", "1").env("LIBGL_ALWAYS_SOFTWARE", "1");
        // Lets WebKitWebDriver drive the application; tauri-driver sets nothing else.
        command.env("TAURI_WEBVIEW_AUTOMATION", "true");
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        for program in self.programs.iter_mut().rev() {
            // It may have ended by itself; then there is nothing to stop.
            let _ended = program.kill();
            let _reaped = program.wait();
        }
    }
}

/// The display number, which is the first line that Xvfb prints.
fn number(server: &mut Child) -> Outcome<u32> {
    let mut line = String::new();
    if let Some(output) = server.stdout.take() {
        BufReader::new(output).read_line(&mut line)?;
    }
    line.trim().parse().map_err(|_| Failure::new("Xvfb did not start; run `Xvfb -displayfd 1` to see why."))
}
