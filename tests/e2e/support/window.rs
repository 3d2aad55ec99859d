//! Winnow's window on a screen of its own: opened by WebDriver, read and operated by what its elements are called.
//!
//! Elements are named by `data-testid` only.

use crate::display::Display;
use crate::library::Library;
use crate::webdriver::Session;
use crate::{files, processes, programs};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;

/// Keys by their codes in WebDriver's table.
pub const BACKSPACE: char = '\u{E003}';
pub const ENTER: char = '\u{E007}';
pub const CONTROL: char = '\u{E009}';
pub const RIGHT: char = '\u{E014}';
pub const LEFT: char = '\u{E012}';

/// How long the window may take for anything that is not instant.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// An open window; closed when dropped.
pub struct Window<'a> {
    pub library: &'a Library,
    pub display: &'a Display,
    pub session: Session,
}

impl<'a> Window<'a> {
    /// Opens the window on a library, in the light theme, and waits for its first screen.
    pub fn open(library: &'a Library, display: &'a Display) -> Self {
        files::write(&library.path(), "settings.toml", "[window]\ntheme = \"light\"\n");
        let (binary, folder) = (programs::winnow(), library.path());
        let arguments = ["--library", folder.to_str().expect("a plain path")];
        let session = Session::open(binary.to_str().expect("a plain path"), &arguments, |command| {
            library.set_apart(command);
            display.announce_driven(command);
        });
        let window = Self { library, display, session };
        window.wait("nav-library");
        window
    }

    /// Closes the window and waits until its process and its workers are gone.
    pub fn close(self) {
        let program = self.library.window_process(self.session.driver());
        self.session.close();
        let gone = || (!processes::running(&programs::winnow()).contains(&program)).then_some(());
        crate::wait_for("the program ends with its window", PATIENCE, gone);
        self.library.expect_no_workers();
    }

    /// How many elements have this name.
    pub fn count(&self, name: &str) -> usize {
        let found = self.session.script("return document.querySelectorAll(arguments[0]).length", json!([css(name)]));
        usize::try_from(found.as_u64().unwrap_or(0)).unwrap_or(0)
    }

    /// The text of the first element with this name.
    pub fn text(&self, name: &str) -> Option<String> {
        self.read(&format!("const e = document.querySelector('{}'); return e && e.textContent;", css(name))).as_str().map(str::to_owned)
    }

    /// What a script returns.
    pub fn read(&self, script: &str) -> Value {
        self.session.script(script, json!([]))
    }

    /// Waits until there is an element with this name.
    pub fn wait(&self, name: &str) {
        crate::wait_for(&format!("the window shows {name}"), PATIENCE, || (self.count(name) > 0).then_some(()));
    }

    /// Waits until an element's text is as wanted, and gives it.
    pub fn wait_text(&self, name: &str, wanted: impl Fn(&str) -> bool) -> String {
        let look = || self.text(name).filter(|text| wanted(text));
        crate::soon(PATIENCE, look).unwrap_or_else(|| panic!("the text of {name} stayed {:?}", self.text(name)))
    }

    /// Waits until a script returns true.
    pub fn wait_true(&self, what: &str, script: &str) {
        crate::wait_for(what, PATIENCE, || (self.read(script) == true).then_some(()));
    }

    /// Clicks an element when it can be clicked.
    pub fn click(&self, name: &str) {
        crate::wait_for(&format!("{name} is clicked"), PATIENCE, || self.session.click(&css(name)).ok());
    }

    /// Waits until nothing is left to be read: the page shows no progress any more, and the command line agrees.
    pub fn settle(&self) {
        let at_rest = || (self.count("progress-line") == 0 && self.library.waiting() == 0).then_some(());
        crate::wait_for("the queue comes to rest", PATIENCE * 3, at_rest);
    }

    /// Keeps a screenshot in the folder that `WINNOW_SHOTS` names, if it does.
    pub fn shot(&self, name: &str) {
        if let Some(folder) = std::env::var_os("WINNOW_SHOTS").map(PathBuf::from) {
            fs_err::create_dir_all(&folder).expect("a folder for pictures");
            self.display.shoot(&folder.join(format!("e2e {name}.png")));
        }
    }
}

/// The selector of a name.
pub fn css(name: &str) -> String {
    format!("[data-testid=\"{name}\"]")
}
