//! What a person corrects on the command line, and what follows from it.
//!
//! A letter is read by the real Tesseract; the settings make every word of it doubtful.

use crate::program::{Done, Library};
use serde_json::Value;
use tempfile::TempDir;

const LETTER: &[u8] = include_bytes!("../../crates/worker/tests/fixtures/letter.png");
const SETTINGS: &str = "[ocr]\ndoubt_below = 1.0\n";
const READ: &str = "Lindqvist,";
const RIGHT: &str = "Lindquist, lindquist@example.org,";

/// A library in which the reading of a letter waits for a person.
struct Doubted {
    library: Library,
    folder: TempDir,
    item: String,
    text: String,
}

impl Doubted {
    fn new() -> Self {
        let (library, folder) = (Library::new(), tempfile::tempdir().expect("a folder"));
        fs_err::create_dir_all(library.folder()).expect("a folder");
        fs_err::write(library.folder().join("settings.toml"), SETTINGS).expect("settings");
        fs_err::write(folder.path().join("letter.png"), LETTER).expect("a letter");
        let done = library.json(&["ingest", folder.path().to_str().expect("a plain path")]);
        assert_eq!(done.code, 0, "{}{}", done.out, done.err);
        let asked = library.json(&["review", "list", "--kind", "extraction"]).only();
        let of = |key: &str| asked[key].as_str().expect("a text").to_owned();
        let (item, text) = (of("item"), of("text"));
        assert!(text.contains(READ), "{text}");
        Self { library, folder, item, text }
    }

    /// The arguments that put an address into the letter.
    fn correction(&self) -> Vec<String> {
        let right = self.text.replace(READ, RIGHT);
        ["--json", "review", "decide", &self.item, "--verdict", "corrected", "--value", &right].map(str::to_owned).into()
    }

    fn correct(&self) -> Done {
        let arguments = self.correction();
        self.library.text(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// What was found in texts and waits for a person.
    fn found(&self) -> Vec<Value> {
        self.library.json(&["review", "list", "--kind", "finding"]).lines()
    }

    fn queued(&self) -> u64 {
        self.library.json(&["status"]).only()["jobs"]["queued"].as_u64().expect("a count")
    }
}

#[test]
fn what_follows_from_a_correction_and_from_its_undo_is_done_when_the_command_returns() {
    let doubted = Doubted::new();
    assert_eq!((doubted.found().len(), doubted.queued()), (0, 0));
    let done = doubted.correct();
    assert_eq!(done.only()["verdict"], "corrected", "{}", done.err);
    assert_eq!(doubted.queued(), 0);
    let found = doubted.found();
    assert_eq!((found.len(), &found[0]["finding"]["entity"]), (1, &"EMAIL_ADDRESS".into()), "{found:?}");
    let undone = doubted.library.json(&["review", "undo"]);
    assert_eq!(undone.code, 0, "{}", undone.err);
    assert_eq!((doubted.found().len(), doubted.queued()), (0, 0), "what was written is gone, and so is what was found in it");
}

#[test]
fn where_no_worker_is_or_other_work_waits_what_follows_waits_and_what_was_done_stands() {
    let doubted = Doubted::new();
    let mut without = doubted.library.command(&doubted.correction().iter().map(String::as_str).collect::<Vec<_>>());
    let done = without.env("WINNOW_WORKER", "/no/such/worker").output().expect("the program ends");
    assert_eq!(done.status.code(), Some(1), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(!done.stdout.is_empty() && !done.stderr.is_empty(), "the decision, and why the rest waits");
    let waiting = doubted.queued();
    assert!(waiting > 0);
    let undone = doubted.library.json(&["review", "undo"]);
    assert_eq!(undone.code, 0, "{}", undone.err);
    assert!(doubted.queued() >= waiting, "it waits with the rest");
    let path = doubted.folder.path().to_str().expect("a plain path");
    assert_eq!(doubted.library.json(&["ingest", path]).code, 0);
    assert_eq!((doubted.found().len(), doubted.queued()), (0, 0));
}
