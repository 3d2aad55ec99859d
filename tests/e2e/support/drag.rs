//! Files dragged onto the window and dropped there, by the X protocol for it (XDND): a GTK window as source, `xdotool` as the hand.
//!
//! Does not look whether the drop was taken.

use crate::display::{Display, PYTHON, script};
use crate::window::PATIENCE;
use std::path::Path;
use std::process::{Child, Command, Stdio};

const TITLE: &str = "winnow drag source";

/// Files under the pointer, with the button held.
pub struct Drag<'a> {
    display: &'a Display,
    source: Child,
}

impl<'a> Drag<'a> {
    /// Takes hold of the files and moves them over the middle of the window with this title.
    ///
    /// # Panics
    /// When the source does not open or the window is not there.
    pub fn over(display: &'a Display, title: &str, files: &[&Path]) -> Self {
        let source = source(display, files);
        let drag = Self { display, source };
        let from = crate::wait_for("the drag source is seen", PATIENCE, || display.window(TITLE));
        let onto = crate::wait_for("the window is seen", PATIENCE, || display.window(title));
        // Side by side on the smallest screen that is used.
        drag.hand(&["windowsize", "--sync", &onto, "1180", "800"]);
        drag.hand(&["windowmove", &onto, "0", "0"]);
        drag.hand(&["windowmove", &from, "1240", "60"]);
        drag.hand(&["windowraise", &from]);
        drag.carry(&from);
        drag
    }

    /// Presses the button on the source, then goes over in small steps: the first ones start the drag.
    fn carry(&self, from: &str) {
        self.hand(&["mousemove", "--sync", "--window", from, "60", "40"]);
        self.hand(&["mousedown", "1"]);
        for step in 1..=24 {
            self.hand(&["mousemove", "--sync", &(1300 - step * 28).to_string(), &(110 + step * 12).to_string()]);
        }
    }

    /// Moves a little, as a hand does.
    pub fn tremble(&self) {
        self.hand(&["mousemove_relative", "--sync", "2", "1"]);
        self.hand(&["mousemove_relative", "--sync", "--", "-2", "-1"]);
    }

    /// Lets go, and waits until the source has handed over what it had.
    ///
    /// # Panics
    /// When nobody took it.
    pub fn drop(mut self) {
        self.hand(&["mouseup", "1"]);
        crate::wait_for("the drag ends", PATIENCE, || self.source.try_wait().expect("its state"));
    }

    fn hand(&self, words: &[&str]) {
        assert!(self.display.xdotool(words).is_some(), "xdotool {}", words.join(" "));
    }
}

impl Drop for Drag<'_> {
    fn drop(&mut self) {
        // Nobody may be left with a pressed button; after an orderly drop there is nothing to let go or to stop.
        let _released = self.display.xdotool(&["mouseup", "1"]);
        let _ended = self.source.kill();
        let _reaped = self.source.wait();
    }
}

fn source(display: &Display, files: &[&Path]) -> Child {
    let mut command = Command::new(PYTHON);
    display.announce(&mut command);
    command.arg(script("drag_source.py")).arg(TITLE).args(files).stdin(Stdio::null());
    command.spawn().unwrap_or_else(|error| panic!("{PYTHON} is needed to drag files: {error}"))
}
