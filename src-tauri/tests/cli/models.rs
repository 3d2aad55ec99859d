//! `winnow models`: packs are taken in, checked and refused. The models here are a few bytes, with cards of their own.

use crate::program::{Done, Library, keys};
use std::path::{Path, PathBuf};

/// SHA-256 of `0123456789`.
const SHA256: &str = "84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882";
const CONTENT: &str = "0123456789";
const CARD: &[&str] = &["card", "task", "state", "bytes", "licence", "source", "name", "attribution", "languages", "limits", "used"];

/// A folder of models and a folder with a pack, both of the test's own.
struct Place {
    library: Library,
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { library: Library::new(), folder: tempfile::tempdir().expect("a folder") }
    }

    fn models(&self) -> PathBuf {
        self.folder.path().join("models")
    }

    fn pack(&self) -> PathBuf {
        self.folder.path().join("pack")
    }

    fn run(&self, arguments: &[&str]) -> Done {
        let models = self.models().display().to_string();
        self.library.json(&[&["--models", &models, "models"], arguments].concat())
    }

    fn import(&self) -> Done {
        self.run(&["import", &self.pack().display().to_string()])
    }

    fn state(&self, card: &str) -> String {
        let lines = self.run(&["list"]).lines();
        lines
            .iter()
            .find(|line| line["card"] == card)
            .map_or_else(String::new, |line| line["state"].as_str().unwrap_or_default().to_owned())
    }
}

fn put(folder: &Path, name: &str, content: &str) {
    fs_err::create_dir_all(folder).expect("a folder");
    fs_err::write(folder.join(name), content).expect("a file");
}

fn card(more: &str) -> String {
    format!(
        "id = 'tiny'\nversion = 1\nname = 'Tiny'\ntask = 'voice'\nlicence = 'MIT'\nattribution = 'us'\nsource = 'a test'\n\
         limits = 'Everything.'\n[[file]]\nname = 'a.bin'\nrole = 'voice'\nbytes = 10\nsha256 = '{SHA256}'\n{more}"
    )
}

#[test]
fn a_pack_is_taken_listed_used_and_checked() {
    let place = Place::new();
    put(&place.pack().join("tiny"), "card.toml", &card(""));
    put(&place.pack().join("tiny"), "a.bin", CONTENT);
    put(&place.pack(), "README", "words");
    let imported = place.import();
    assert_eq!((imported.only()["card"].as_str(), imported.only()["used"].as_bool()), (Some("tiny 1"), Some(true)));
    assert_eq!(imported.err.trim(), "README is on no model card and was left where it is.");
    place.run(&["list"]).lines().iter().for_each(|line| keys(line, CARD));
    assert_eq!(place.run(&["verify", "tiny"]).code, 0);
    put(&place.models().join("tiny"), "a.bin", "0123456780");
    assert_eq!(place.state("tiny 1"), "damaged");
    let verified = place.run(&["verify"]);
    assert_eq!((verified.code, verified.err.trim()), (3, "tiny 1 is damaged and is not used. Install it again."));
    assert_eq!(place.import().code, 0, "importing it again heals it");
    assert_eq!(place.state("tiny 1"), "ready");
}

#[test]
fn what_is_missing_says_how_it_can_be_had() {
    let place = Place::new();
    let models = place.models().display().to_string();
    let listed = place.library.text(&["--models", &models, "models", "list"]);
    let line = |card: &str| listed.out.lines().find(|line| line.starts_with(card)).expect("a line").to_owned();
    assert!(line("minilm-l6-v2 1").contains("missing (models import)"), "{}", listed.out);
    assert!(line("silero-vad 1").contains("missing (models fetch)"), "{}", listed.out);
    assert!(listed.err.contains("MiniLM L6 v2") && !listed.err.contains("Whisper"), "{}", listed.err);
    assert!(listed.err.contains("not for download"), "{}", listed.err);
}

#[test]
fn a_model_that_was_named_has_to_be_there() {
    let place = Place::new();
    let code = |card: &str| place.run(&["verify", card]).code;
    assert_eq!((code("whisper-base"), code("unheard-of")), (3, 2));
    assert_eq!(place.run(&["verify"]).code, 0, "what is missing is no damage");
}

#[test]
fn what_cannot_be_taken_or_fetched_is_three_with_a_sentence() {
    let check = |lay: &dyn Fn(&Place), arguments: &[&str], expected: &str| {
        let place = Place::new();
        fs_err::create_dir_all(place.pack()).expect("a folder");
        lay(&place);
        let pack = place.pack().display().to_string();
        let done = place.run(&arguments.iter().map(|word| if *word == "PACK" { pack.as_str() } else { *word }).collect::<Vec<_>>());
        assert_eq!((done.code, done.out.as_str()), (3, ""), "{expected}: {}", done.err);
        assert!(done.err.contains(expected), "{}", done.err);
        assert!(!place.state("tiny 1").contains("ready"));
    };
    let import: &[&str] = &["import", "PACK"];
    check(&|_| {}, import, "There is no model in this folder");
    check(&|place| put(&place.pack(), "model.onnx", "x"), import, "model.onnx is on no model card");
    check(&|place| put(&place.pack().join("tiny"), "card.toml", "id = "), import, "The model card in tiny cannot be used");
    check(&|place| put(&place.pack().join("tiny"), "card.toml", &card("")), import, "a.bin is missing in the folder");
    let wrong = |place: &Place| {
        put(&place.pack().join("tiny"), "card.toml", &card(""));
        put(&place.pack().join("tiny"), "a.bin", "0123456780");
    };
    check(&wrong, import, "a.bin is not what the model card of Tiny says");
    check(&|_| {}, &["fetch", "whisper-base"], "Whisper base cannot be downloaded");
    let offline = |place: &Place| put(&place.models().join("tiny"), "card.toml", &card("hub = 'http://127.0.0.1:9/a.bin'"));
    check(&offline, &["fetch", "tiny"], "a.bin could not be downloaded: ");
}

#[test]
fn the_folder_of_models_can_be_named_in_the_environment() {
    let place = Place::new();
    put(&place.models().join("tiny"), "card.toml", &card(""));
    put(&place.models().join("tiny"), "a.bin", CONTENT);
    let output = place.library.command(&["--json", "models", "list"]).env("WINNOW_MODELS", place.models()).output().expect("it ends");
    let lines = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(lines.lines().any(|line| line.contains("\"tiny 1\"") && line.contains("\"ready\"")), "{lines}");
}
