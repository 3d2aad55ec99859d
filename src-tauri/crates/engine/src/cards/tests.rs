//! Cards and the models folder, with tiny models of a few bytes.

use super::card::Card;
use super::{Models, stamps};
use crate::error::EngineError;
use std::path::Path;
use tempfile::TempDir;
use winnow_contract::model::{ModelState, ModelTask};

fn sha(text: &str) -> String {
    stamps::hash(&mut text.as_bytes()).expect("text can be read")
}

/// A card with one file `a.bin` that holds `content`.
fn card(id: &str, task: &str, content: &str, more: &str) -> String {
    format!(
        "id = '{id}'\nversion = 1\nname = 'Tiny {id}'\ntask = '{task}'\nlicence = 'MIT'\nattribution = 'us'\nsource = 'a test'\n\
         limits = 'Everything.'\n{more}\n[[file]]\nname = 'a.bin'\nrole = 'model'\nbytes = {}\nsha256 = '{}'\n",
        content.len(),
        sha(content)
    )
}

struct Place {
    _temp: TempDir,
    models: Models,
    pack: std::path::PathBuf,
}

fn place(cards: &[&str]) -> Place {
    let temp = tempfile::tempdir().expect("a folder");
    let pack = temp.path().join("pack");
    fs_err::create_dir_all(&pack).expect("a folder");
    let models = Models::with_cards(temp.path().join("models"), cards);
    Place { models, pack, _temp: temp }
}

fn put(folder: &Path, name: &str, content: &str) {
    fs_err::create_dir_all(folder).expect("a folder");
    fs_err::write(folder.join(name), content).expect("a file");
}

fn states(models: &Models) -> Vec<(String, ModelState, bool)> {
    models.rows().rows.into_iter().map(|row| (row.card, row.state, row.used)).collect()
}

fn code(refused: Result<super::Imported, EngineError>) -> String {
    refused.expect_err("refused").words().code
}

/// Names of everything in a folder.
fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs_err::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<_> = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn every_card_of_the_program_can_be_read_and_no_id_is_given_twice() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets/models");
    assert_eq!(names(&folder).len(), super::SHIPPED.len(), "each card is listed");
    let mut ids: Vec<_> = super::SHIPPED.iter().map(|text| Card::parse(text).expect("a card").id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), super::SHIPPED.len());
}

#[test]
fn a_card_with_absurd_values_is_refused_with_the_reason() {
    let check = |from: &str, to: &str, why: &str| {
        let text = card("tiny", "voice", "abc", "hub = 1").replacen("hub = 1", "", 1).replacen(from, to, 1);
        let found = Card::parse(&text).expect_err(to);
        assert!(found.contains(why), "{to}: {found}");
    };
    check("id = 'tiny'", "id = '../tiny'", "is no id");
    check("id = 'tiny'", "id = 'verified.json'", "is no id");
    check("id = 'tiny'", "", "missing field `id`");
    check("version = 1", "version = 0", "version is 0");
    check("version = 1", "version = -1", "invalid value");
    check("name = 'Tiny tiny'", "name = ''", "one line of text");
    check("name = 'Tiny tiny'", "name = \"a\\u001b[2J\"", "one line of text");
    check("task = 'voice'", "task = 'dance'", "unknown variant");
    check("task = 'voice'", "task = 'ocr'", "come with the system");
    check("task = 'voice'", "task = 'embed'", "dimensions");
    check("limits = 'Everything.'", "limits = 'Everything.'\nlanguages = ['English']", "ISO 639-1");
    check("name = 'a.bin'", "name = '../a.bin'", "is no file name");
    check("name = 'a.bin'", "name = 'b/a.bin'", "is no file name");
    check("name = 'a.bin'", "name = '..'", "is no file name");
    check("name = 'a.bin'", "name = 'card.toml'", "is no file name");
    check("name = 'a.bin'", "name = 'a.part'", "is no file name");
    check("role = 'model'", "role = 'licence'", "nothing but papers");
    check("bytes = 3", "bytes = 1000000000000", "is said to have 1000000000000 bytes");
    check("bytes = 3", "bytes = 0", "is said to have 0 bytes");
    check("sha256 = '", "sha256 = 'X", "64 hexadecimal digits");
    check("role = 'model'", "role = 'model'\nhub = 'http://example.org/a'", "over https");
    check("id = 'tiny'", "id = ", "");
}

#[test]
fn a_model_is_ready_only_when_its_content_is_what_the_card_says() {
    let place = place(&[&card("tiny", "voice", "abc", "")]);
    let folder = place.models.folder().expect("a folder").join("tiny");
    let check = |state: ModelState| assert_eq!(states(&place.models), [("tiny 1".to_owned(), state, state == ModelState::Ready)]);
    check(ModelState::Missing);
    put(&folder, "a.bin", "abd");
    check(ModelState::Damaged);
    put(&folder, "a.bin", "abcd");
    check(ModelState::Damaged);
    put(&folder, "a.bin", "");
    check(ModelState::Damaged);
    put(&folder, "a.bin", "abc");
    check(ModelState::Ready);
    fs_err::remove_file(folder.join("a.bin")).expect("removed");
    fs_err::create_dir(folder.join("a.bin")).expect("a folder in its place");
    check(ModelState::Damaged);
}

#[test]
fn a_file_is_read_again_when_its_stamp_differs_and_when_asked_to_verify() {
    let place = place(&[&card("tiny", "voice", "abc", "")]);
    let root = place.models.folder().expect("a folder").to_owned();
    put(&root.join("tiny"), "a.bin", "abc");
    assert_eq!(states(&place.models)[0].1, ModelState::Ready);
    // A damage that the stamp does not show: only reading finds it.
    let path = root.join("tiny/a.bin");
    let time = path.metadata().and_then(|about| about.modified()).expect("a time");
    put(&root.join("tiny"), "a.bin", "xyz");
    let file = fs_err::OpenOptions::new().write(true).open(&path).expect("the file");
    file.into_file().set_modified(time).expect("the old time");
    let again = Models::with_cards(root, &[&card("tiny", "voice", "abc", "")]);
    assert_eq!(states(&again)[0].1, ModelState::Ready, "remembered beyond the end of the program");
    assert_eq!(again.verify().rows[0].state, ModelState::Damaged);
    assert!(again.files(ModelTask::Voice).is_none());
}

#[test]
fn a_damaged_memory_of_hashes_is_no_harm() {
    let place = place(&[&card("tiny", "voice", "abc", "")]);
    let root = place.models.folder().expect("a folder").to_owned();
    put(&root, "verified.json", "{\"tiny/a.bin\": tru");
    put(&root.join("tiny"), "a.bin", "abc");
    assert_eq!(states(&Models::with_cards(root, &[&card("tiny", "voice", "abc", "")]))[0].1, ModelState::Ready);
}

#[test]
fn the_best_installed_model_is_used_and_brings_its_companion() {
    let small = card("small", "speech", "abc", "rank = 1\nlanguages = ['en', 'de']");
    let large = card("large", "speech", "defg", "rank = 2\npack = 'first'");
    let voice = card("voice", "voice", "hi", "pack = 'first'");
    let place = place(&[&small, &large, &voice]);
    let root = place.models.folder().expect("a folder").to_owned();
    let need = || place.models.need(ModelTask::Speech).map(|found| (found.card, found.files.len()));
    assert_eq!(need(), Err("Tiny large".to_owned()), "the one of the first pack");
    put(&root.join("small"), "a.bin", "abc");
    assert_eq!(need(), Err("Tiny voice".to_owned()));
    put(&root.join("voice"), "a.bin", "hi");
    assert_eq!(need(), Ok(("small 1".to_owned(), 2)));
    put(&root.join("large"), "a.bin", "defg");
    assert_eq!(need(), Ok(("large 1".to_owned(), 2)));
    let used: Vec<_> = states(&place.models).into_iter().filter(|row| row.2).map(|row| row.0).collect();
    assert_eq!(used, ["large 1", "voice 1"]);
    let brief: Vec<_> = place.models.brief().into_iter().map(|row| (row.card, row.ready)).collect();
    assert_eq!(brief, [("large 1".to_owned(), true), ("voice 1".to_owned(), true)]);
}

#[test]
fn without_a_folder_every_card_is_missing() {
    let models = Models::nowhere();
    assert!(!models.rows().rows.is_empty());
    assert!(models.rows().rows.iter().all(|row| row.state == ModelState::Missing && !row.used));
    assert!(models.brief().iter().all(|row| !row.ready));
    assert_eq!(code(models.import(Path::new("/"))), "no_models_folder");
}

#[test]
fn a_pack_a_folder_named_like_a_card_and_loose_files_are_taken() {
    let (one, two) = (card("one", "voice", "abc", ""), card("two", "voice", "defg", ""));
    let check = |lay: &dyn Fn(&Path), expected: &[&str], left_out: &[&str]| {
        let place = place(&[&one, &two]);
        lay(&place.pack);
        let imported = place.models.import(&place.pack).expect("taken");
        assert_eq!((imported.cards, imported.left_out), (owned(expected), owned(left_out)));
        assert_eq!(place.models.import(&place.pack).expect("twice is harmless").cards, owned(expected));
    };
    check(&|pack| put(&pack.join("one"), "a.bin", "abc"), &["one 1"], &[]);
    check(&|pack| put(pack, "renamed.bin", "abc"), &["one 1"], &[]);
    check(&|pack| put(&pack.join("stuff"), "x", "defg"), &["two 1"], &[]);
    let mixed = |pack: &Path| {
        put(&pack.join("one"), "a.bin", "abc");
        put(&pack.join("two"), "a.bin", "defg");
        put(pack, "README", "words");
    };
    check(&mixed, &["one 1", "two 1"], &["README"]);
    let own = |pack: &Path| {
        put(&pack.join("mine"), "card.toml", &card("mine", "voice", "own", "rank = 9"));
        put(&pack.join("mine"), "a.bin", "own");
    };
    check(&own, &["mine 1"], &[]);
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn an_imported_model_is_used_like_any_other() {
    let place = place(&[&card("one", "voice", "abc", "")]);
    put(&place.pack.join("mine"), "card.toml", &card("mine", "voice", "own", "rank = 9"));
    put(&place.pack.join("mine"), "a.bin", "own");
    place.models.import(&place.pack).expect("taken");
    assert_eq!(place.models.files(ModelTask::Voice).expect("found").card, "mine 1");
    assert_eq!(names(&place.models.folder().expect("a folder").join("mine")), ["a.bin", "card.toml"]);
}

#[test]
fn what_no_card_describes_is_refused_and_leaves_nothing() {
    let one = card("one", "voice", "abc", "");
    let two_files =
        format!("{}[[file]]\nname = 'b.bin'\nrole = 'other'\nbytes = 3\nsha256 = '{}'\n", card("both", "voice", "own", ""), sha("xyz"));
    let check = |lay: &dyn Fn(&Path), expected: &str| {
        let place = place(&[&one]);
        lay(&place.pack);
        assert_eq!(code(place.models.import(&place.pack)), expected);
        let root = place.models.folder().expect("a folder");
        let left: Vec<_> = names(root).into_iter().filter(|name| name != ".lock").flat_map(|name| names(&root.join(name))).collect();
        assert_eq!(left, Vec::<String>::new(), "{expected}");
        assert_eq!(states(&place.models), [("one 1".to_owned(), ModelState::Missing, false)]);
    };
    check(&|_| {}, "no_model_pack");
    check(&|pack| put(pack, "model.onnx", "abx"), "file_on_no_card");
    check(&|pack| put(&pack.join("one"), "a.bin", "abx"), "model_differs");
    check(&|pack| put(&pack.join("one"), "a.bin", "abcd"), "model_differs");
    check(&|pack| put(&pack.join("one"), "a.bin", "ab"), "model_differs");
    check(&|pack| put(&pack.join("x"), "card.toml", "id = 'x"), "card_unusable");
    check(&|pack| put(&pack.join("x"), "card.toml", &" ".repeat(300_000)), "card_unusable");
    check(&|pack| put(&pack.join("x"), "card.toml", &card("one", "voice", "other", "")), "card_taken");
    let half = |pack: &Path| {
        put(&pack.join("both"), "card.toml", &two_files);
        put(&pack.join("both"), "a.bin", "own");
    };
    check(&half, "pack_incomplete");
    let wrong = |pack: &Path| {
        half(pack);
        put(&pack.join("both"), "b.bin", "xyy");
    };
    check(&wrong, "model_differs");
}

#[test]
fn one_bad_model_does_not_keep_the_others_out() {
    let place = place(&[&card("one", "voice", "abc", ""), &card("two", "voice", "defg", "")]);
    put(&place.pack.join("one"), "a.bin", "bad");
    put(&place.pack.join("two"), "a.bin", "defg");
    assert_eq!(code(place.models.import(&place.pack)), "model_differs");
    assert_eq!(place.models.files(ModelTask::Voice).expect("found").card, "two 1");
}

#[test]
fn what_a_killed_program_left_is_neither_used_nor_kept() {
    let place = place(&[&card("one", "voice", "abc", "")]);
    let folder = place.models.folder().expect("a folder").join("one");
    put(&folder, ".a.bin.99.new", "ab");
    assert_eq!(states(&place.models)[0].1, ModelState::Missing);
    put(&place.pack, "loose", "abc");
    place.models.import(&place.pack).expect("taken");
    assert_eq!(names(&folder), ["a.bin"]);
}

#[test]
fn two_at_once_end_with_a_whole_model() {
    let one = card("one", "voice", "abc", "");
    let place = place(&[&one]);
    put(&place.pack, "loose", "abc");
    let root = place.models.folder().expect("a folder").to_owned();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| Models::with_cards(root.clone(), &[&one]).import(&place.pack).expect("taken"));
        }
    });
    assert_eq!(states(&place.models)[0].1, ModelState::Ready);
    assert_eq!(names(&root.join("one")), ["a.bin"]);
}

#[test]
fn only_what_is_offered_is_wanted_and_only_what_was_wanted_is_taken() {
    let offered = card("one", "voice", "abc", "").replace("role = 'model'", "role = 'model'\nhub = 'https://example.org/a.bin'");
    let place = place(&[&offered, &card("two", "voice", "defg", "")]);
    let refused = |id: &str| place.models.wanted(id).expect_err("refused").words().code;
    assert_eq!((refused("two"), refused("three")), ("card_not_offered".to_owned(), "unknown_card".to_owned()));
    let wanted = place.models.wanted("one 1").expect("offered");
    assert_eq!((wanted.len(), wanted[0].bytes, wanted[0].address.as_str()), (1, 3, "https://example.org/a.bin"));
    let lock = place.models.lock().expect("free");
    fs_err::write(&wanted[0].part, "abx").expect("arrived");
    assert_eq!(place.models.take(&wanted[0], &lock).expect_err("refused").words().code, "model_differs");
    assert!(!wanted[0].part.exists());
    fs_err::write(&wanted[0].part, "abc").expect("arrived");
    place.models.take(&wanted[0], &lock).expect("taken");
    assert_eq!(place.models.wanted("one").expect("offered"), []);
    drop(lock);
}
