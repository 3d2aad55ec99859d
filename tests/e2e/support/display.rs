//! A screen for the window: the one that `cargo xtask test` has opened for it, else Xvfb with openbox of our own.
//!
//! Never uses the screen of the person who runs the test.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Set by `cargo xtask test` together with a display that is there for the tests.
const AUTOMATION: &str = "TAURI_WEBVIEW_AUTOMATION";

/// Debian's Python is the one that has GTK.
pub const PYTHON: &str = "/usr/bin/python3";

/// A script beside the tests.
pub fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// A screen, gone when dropped if it is our own.
pub struct Display {
    name: String,
    programs: Vec<Child>,
}

impl Display {
    /// The screen of the test run, or a new one.
    ///
    /// # Panics
    /// When Xvfb or openbox is not installed.
    pub fn open() -> Self {
        match std::env::var("DISPLAY") {
            Ok(name) if std::env::var_os(AUTOMATION).is_some() => Self { name, programs: Vec::new() },
            _ => Self::start(),
        }
    }

    fn start() -> Self {
        let mut server = Command::new("Xvfb");
        server.args(["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp", "-noreset"]);
        let mut server = spawn(server.stdout(Stdio::piped()));
        let mut line = String::new();
        let output = server.stdout.take().expect("BUG: it is piped");
        BufReader::new(output).read_line(&mut line).expect("the number of the display");
        let mut display = Self { name: format!(":{}", line.trim()), programs: vec![server] };
        let mut manager = Command::new("openbox");
        display.announce(&mut manager);
        display.programs.push(spawn(manager.stdout(Stdio::null())));
        display
    }

    /// Makes a command use this screen, and WebKit behave on it.
    pub fn announce(&self, command: &mut Command) {
        command.env("DISPLAY", &self.name).env_remove("WAYLAND_DISPLAY").env("GDK_BACKEND", "x11");
        command.env("GTK_USE_PORTAL", "0").env("NO_AT_BRIDGE", "1").env("GSETTINGS_BACKEND", "memory");
        command.env("WEBKIT_DISABLE_DMABUF_RENDERER", "1").env("LIBGL_ALWAYS_SOFTWARE", "1");
        command.env_remove(AUTOMATION);
    }

    /// The same, and lets WebKitWebDriver drive the window.
    pub fn announce_driven(&self, command: &mut Command) {
        self.announce(command);
        command.env(AUTOMATION, "true");
    }

    /// What `xdotool` says on this screen; none when it fails.
    pub fn xdotool(&self, words: &[&str]) -> Option<String> {
        let mut command = Command::new("xdotool");
        self.announce(&mut command);
        let output = command.args(words).stdin(Stdio::null()).output().expect("xdotool is installed (package xdotool)");
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Keeps what the screen shows as a PNG file.
    pub fn shoot(&self, path: &Path) {
        let mut command = Command::new(PYTHON);
        self.announce(&mut command);
        command.arg(script("shoot.py")).arg(path).stdin(Stdio::null());
        assert!(command.status().is_ok_and(|status| status.success()), "GTK for Python is needed for pictures (package gir1.2-gtk-3.0)");
    }

    /// The id of the visible window with this title.
    pub fn window(&self, title: &str) -> Option<String> {
        let found = self.xdotool(&["search", "--onlyvisible", "--name", &format!("^{title}$")])?;
        found.lines().last().map(str::to_owned)
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

fn spawn(command: &mut Command) -> Child {
    let started = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn();
    started.unwrap_or_else(|error| panic!("{:?} is needed for a screen: {error}", command.get_program()))
}
