//! What a curator inherits: archives in archives, messages, office files, documents, drawings. Every planted word is found at its
//! place and opens there, and what is locked opens with its password.
//!
//! Needs the models and the library for PDF documents that `cargo xtask test` fetches. Hostile files are not tried here.
#![cfg(target_os = "linux")]

use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use winnow_e2e::display::Display;
use winnow_e2e::library::{Answer, Library, answer};
use winnow_e2e::window::{BACKSPACE, ENTER, PATIENCE, Window, css};
use winnow_e2e::{alone, documents, files, soon, wait_for};

/// Encrypted with the password `keeper`; how it was made stands beside it.
const LOCKED: &[u8] = include_bytes!("../../../src-tauri/crates/worker/tests/fixtures/locked.pdf");
const PASSWORD: &str = "keeper";
/// What stands in the locked document.
const BEHIND_THE_LOCK: &str = "lantern";
/// What only a script says.
const SCRIPTED: &str = "contraband";
const NOTE: &str = "box.zip/bundle.tar.gz/inner.zip/harbour/note.txt";

/// Words, the end of the path of the file that they stand in, and its part they stand in.
const PLANTED: [(&str, &str, &str, &str); 9] = [
    ("sextant", NOTE, "", ""),
    ("paraffin", "accounts.xlsx", "cell", "Accounts!B7"),
    ("brandy", "accounts.xlsx", "hidden_cell", "Private!C7"),
    ("quicksilver", "report.docx", "comment", "Anna"),
    ("smugglers", "report.docx", "deleted", "Ben"),
    ("astrolabe", "lamp.eml", "mail_header", "subject"),
    ("barometer", "lamp.eml", "body", ""),
    ("parchment", "lamp.eml/list.txt", "", ""),
    ("boathouse", "plan.svg", "body", ""),
];

/// A library with these files, none of them read yet.
fn inheritance() -> Library {
    let library = Library::with_models();
    let put = |name: &str, content: Vec<u8>| drop(files::write(&library.files(), name, content));
    let inner = documents::zip(&[("harbour/note.txt", b"He left the sextant to the museum.")]);
    let bundle = documents::gzip(&documents::tar(&[("inner.zip", &inner)]));
    put("box.zip", documents::zip(&[("bundle.tar.gz", &bundle)]));
    put("accounts.xlsx", documents::xlsx("Six barrels of paraffin", "A cask of brandy"));
    put("report.docx", documents::docx("The lamp was lit at dusk.", "The smugglers saw it.", "Order more quicksilver."));
    put("minutes.pdf", documents::pdf("Two red flares off the rock", "The pilot came by schooner"));
    put("locked.pdf", LOCKED.to_vec());
    put("lamp.eml", documents::message("The astrolabe", "The barometer fell all night.", "Parchment, oil and twine").into_bytes());
    put("plan.svg", documents::svg("Boathouse", &format!("alert('{SCRIPTED}')")).into_bytes());
    library
}

fn ingested() -> Library {
    let library = inheritance();
    let ingested = library.ingest();
    assert_eq!(ingested.code, Some(0), "{}", ingested.errors);
    let state = |name: &str| ingested.lines.iter().find(|line| ends(&line["paths"][0], name)).map(|line| line["state"].clone());
    assert_eq!(state("locked.pdf"), Some(json!("locked")));
    library
}

fn ends(path: &Value, end: &str) -> bool {
    path.as_str().is_some_and(|path| path.ends_with(&format!("/{end}")))
}

/// The one file that holds a word; what is found by its meaning only ranks below it.
fn found(library: &Library, word: &str) -> Option<Value> {
    let hits = library.ask(&["search", word]);
    let holding = hits.iter().filter(|hit| hit["why"]["lexical"].is_number()).count();
    assert!(holding == 0 || (holding == 1 && hits[0]["why"]["lexical"].is_number()), "{word}: {hits:#?}");
    hits.into_iter().next().filter(|_| holding == 1)
}

#[test]
fn every_planted_word_is_found_at_its_place() {
    let _alone = alone();
    let library = ingested();
    let before = files::originals(&library.files());
    for (word, file, part, name) in PLANTED {
        let hit = found(&library, word).unwrap_or_else(|| panic!("{word} is found"));
        let place = if part.is_empty() { Value::Null } else { json!({ "part": part, "name": name }) };
        assert!(ends(&hit["path"], file) && hit["evidence"]["place"] == place, "{word}: {hit}");
    }
    for (word, page, turned) in [("flares", 1, false), ("schooner", 2, true)] {
        let hit = found(&library, word).unwrap_or_else(|| panic!("{word} is found"));
        let sides = [2_usize, 3].map(|side| hit["evidence"]["box"][side].as_u64().unwrap_or(0));
        assert!(ends(&hit["path"], "minutes.pdf") && hit["evidence"]["page"] == page, "{word}: {hit}");
        assert!(sides[0] > 0 && (sides[1] > sides[0]) == turned, "{word} stands as its page is turned: {hit}");
    }
    assert_eq!(found(&library, SCRIPTED), None, "a script is no text");
    a_password_opens(&library);
    assert_eq!(files::originals(&library.files()), before, "nobody touched the originals");
    library.expect_healthy();
}

fn a_password_opens(library: &Library) {
    assert_eq!(found(library, BEHIND_THE_LOCK), None);
    let wrong = unlock(library, "lighthouse");
    assert_eq!((wrong.code, &wrong.lines[0]["opened"], &wrong.lines[0]["state"]), (Some(1), &json!(false), &json!("locked")));
    assert_eq!(found(library, BEHIND_THE_LOCK), None);
    let right = unlock(library, PASSWORD);
    assert_eq!((right.code, &right.lines[0]["opened"], &right.lines[0]["state"]), (Some(0), &json!(true), &json!("ready")));
    let hit = found(library, BEHIND_THE_LOCK).expect("it is read");
    assert!(ends(&hit["path"], "locked.pdf") && hit["evidence"]["page"] == 1 && hit["evidence"]["box"].is_array(), "{hit}");
}

/// `winnow unlock` with a password on standard input.
fn unlock(library: &Library, password: &str) -> Answer {
    let said = files::write(library.home(), "said", format!("{password}\n"));
    let mut command = library.command([PathBuf::from("unlock"), library.files().join("locked.pdf")]);
    answer(command.stdin(Stdio::from(fs_err::File::open(said).expect("what is said").into_file())))
}

#[test]
fn what_is_found_opens_at_its_place_in_the_window() {
    let _alone = alone();
    let (library, display) = (ingested(), Display::open());
    let window = Window::open(&library, &display);
    a_page_opens_at_the_word(&window);
    a_member_leads_up(&window);
    a_message_shows_what_is_attached(&window);
    a_locked_file_opens(&window);
    window.settle();
    window.close();
    library.expect_healthy();
}

/// Searches as a person does, and opens the first hit.
fn open(window: &Window<'_>, query: &str, name: &str) {
    window.session.keys("/");
    window.session.keys(query);
    window.wait_text("search-hit", |text| text.contains(name) && text.to_lowercase().contains(query));
    // An answer to the last letter may still be on its way.
    wait_for("Enter opens the hit", PATIENCE, || {
        window.session.keys(&ENTER.to_string());
        soon(Duration::from_secs(1), || window.text("asset-name").filter(|shown| shown == name))
    });
}

/// A ring around what was found, on a page that has arrived.
fn wait_ring(window: &Window<'_>, shape: &str) {
    let arrived = "const i = document.querySelector('.page-sheet img'); if (!i || !i.naturalWidth) return false;";
    let ring = "const r = document.querySelector('rect.ring.found.current'); if (!r) return false; const b = r.getBoundingClientRect();";
    window.wait_true("the words are ringed on their page", &format!("{arrived} {ring} return b.width > 5 && {shape};"));
}

fn a_page_opens_at_the_word(window: &Window<'_>) {
    open(window, "schooner", "minutes.pdf");
    window.wait_true("it is the second page", &format!("return document.querySelector('{}').value === '2'", css("page-field")));
    wait_ring(window, "i.naturalWidth > i.naturalHeight && b.height > 2 * b.width");
    window.shot("11 page");
}

fn a_member_leads_up(window: &Window<'_>) {
    let crumbs = || window.read(&format!("return [...document.querySelectorAll('{}')].map(c => c.textContent.trim())", css("crumb")));
    open(window, "sextant", "note.txt");
    assert_eq!(crumbs(), json!(["box.zip", "bundle.tar.gz", "inner.zip"]));
    window.shot("12 member");
    window.session.keys(&BACKSPACE.to_string());
    window.wait_text("asset-name", |shown| shown == "inner.zip");
    assert_eq!(crumbs(), json!(["box.zip", "bundle.tar.gz"]));
    window.click("crumb");
    window.wait_text("asset-name", |shown| shown == "box.zip");
    assert_eq!(crumbs(), json!([]), "nothing is above it");
    window.click("member");
    window.wait_text("asset-name", |shown| shown == "bundle.tar.gz");
}

fn a_message_shows_what_is_attached(window: &Window<'_>) {
    open(window, "barometer", "lamp.eml");
    window.wait_text("mail-subject", |subject| subject == "The astrolabe");
    window.shot("13 message");
    window.click("attachment");
    window.wait_text("asset-name", |shown| shown == "list.txt");
    window.wait_text("asset-text", |text| text.contains("Parchment, oil and twine"));
}

fn a_locked_file_opens(window: &Window<'_>) {
    open(window, "locked.pdf", "locked.pdf");
    for (password, then) in [("lighthouse", "unlock-wrong"), (PASSWORD, "tab-text")] {
        window.click("password");
        window.session.keys(&format!("{password}{ENTER}"));
        window.wait(then);
    }
    assert_eq!(window.count("locked"), 0, "the page stands in the place of the panel");
    open(window, BEHIND_THE_LOCK, "locked.pdf");
    wait_ring(window, "b.width > b.height");
    window.shot("14 unlocked");
}
