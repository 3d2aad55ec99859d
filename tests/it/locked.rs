//! What needs a password: it is tried, kept in memory only, and what had waited for it is read.

use winnow_contract::Words;
use winnow_contract::asset::{AssetState, RenditionKind};
use winnow_contract::command::Unlock;
use winnow_contract::worker::Password;
use winnow_engine::testing::documents::{PASSWORD, container};
use winnow_tests::TestLibrary;

const BOOK: &str = "book locked\ntext a secret clause\u{c}page a scanned clause";

fn unlock(library: &TestLibrary, name: &str, password: &str) -> bool {
    let asset = library.asset(name).row.id;
    library.ask(Unlock { asset, password: Password(password.to_owned()) }).expect("tried").opened
}

#[test]
fn a_locked_document_is_read_with_its_password() {
    let library = TestLibrary::new();
    library.drop_file("deed.pdf", BOOK);
    library.ingest();
    let locked = library.asset("deed.pdf");
    assert_eq!((locked.row.state, locked.unlocked), (AssetState::Locked, false));
    assert!(!unlock(&library, "deed.pdf", "wrong"));
    library.settle();
    assert_eq!(library.asset("deed.pdf").row.state, AssetState::Locked);
    assert!(unlock(&library, "deed.pdf", PASSWORD));
    library.settle();
    let open = library.asset("deed.pdf");
    assert_eq!((open.row.state, open.unlocked, open.extractions.len()), (AssetState::Ready, true, 2));
    let page = open.renditions.iter().find(|row| row.kind == RenditionKind::Page && row.page == 2).expect("a page");
    assert!(library.engine().picture(&page.id).expect("asked").is_some());
}

#[test]
fn what_no_password_opens_is_locked_and_says_so() {
    let library = TestLibrary::new();
    library.drop_file("old.doc", "book sealed\ntext a secret clause");
    library.ingest();
    let sealed = library.asset("old.doc");
    let sealed_for_good = Some(Words::new("cannot_unlock"));
    assert_eq!((sealed.row.state, &sealed.row.failure), (AssetState::Locked, &sealed_for_good));
    let refused = library.ask(Unlock { asset: sealed.row.id, password: Password(PASSWORD.to_owned()) }).expect_err("refused");
    assert_eq!(refused.code, "cannot_unlock");
    library.settle();
    assert_eq!(library.asset("old.doc").row.failure, sealed_for_good);
}

#[test]
fn a_password_ends_with_the_program_and_what_was_read_stays() {
    let mut library = TestLibrary::new();
    library.drop_file("deed.pdf", BOOK);
    library.ingest();
    assert!(unlock(&library, "deed.pdf", PASSWORD));
    library.settle();
    library.restart();
    let after = library.asset("deed.pdf");
    assert_eq!((after.row.state, after.unlocked, after.extractions.len()), (AssetState::Ready, false, 2));
    let page = after.renditions.iter().find(|row| row.kind == RenditionKind::Page).expect("a page");
    assert!(library.engine().picture(&page.id).is_err_and(|error| error.to_string().contains("password")));
    library.close();
    for entry in walk(&library.path()) {
        let bytes = fs_err::read(&entry).expect("a file");
        assert!(!bytes.windows(PASSWORD.len()).any(|window| window == PASSWORD.as_bytes()), "{}", entry.display());
    }
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = fs_err::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn members_behind_a_password_come_once_it_is_known() {
    let library = TestLibrary::new();
    library.drop_file("safe.zip", container("box locked", &[("will.txt", b"the last will")]));
    library.ingest();
    assert_eq!(library.asset("safe.zip").row.state, AssetState::Locked);
    assert!(!unlock(&library, "safe.zip", "wrong"));
    assert!(unlock(&library, "safe.zip", PASSWORD));
    library.settle();
    assert_eq!(library.asset("safe.zip").row.state, AssetState::Ready);
    assert_eq!(library.asset("will.txt").extractions[0].text, "the last will");
}

#[test]
fn a_password_is_never_shown() {
    let ask = Unlock { asset: "a".into(), password: Password("sesame".into()) };
    assert!(!format!("{ask:?}").contains("sesame"));
    assert!(!format!("{:?}", winnow_contract::Request::from(ask)).contains("sesame"));
}
