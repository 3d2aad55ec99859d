//! What is taken out of containers is kept up to a size, and taken out again when somebody asks for it.

use winnow_contract::asset::RenditionKind;
use winnow_engine::testing::documents::{book, container};
use winnow_tests::TestLibrary;

/// A book of two pages, and behind it more than a megabyte.
fn estate() -> Vec<u8> {
    let deed = book(&["text the deed of the house", "page the keeper signed it"]);
    let plans: Vec<Vec<u8>> = (0..5).map(|number| [b"unknown\n".as_slice(), &vec![number; 300_000]].concat()).collect();
    let plans = plans.iter().zip(["1.raw", "2.raw", "3.raw", "4.raw", "5.raw"]).map(|(plan, name)| (name, plan.as_slice()));
    container("box", &[("deed.pdf", deed.as_bytes())].into_iter().chain(plans).collect::<Vec<_>>())
}

/// Lengths of the files that are kept, in order.
fn kept(library: &TestLibrary) -> Vec<u64> {
    let below = |folder| fs_err::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("an entry").path());
    let files = below(library.path().join("renditions/members")).flat_map(below);
    let mut lengths: Vec<u64> = files.map(|file| fs_err::metadata(file).expect("a file").len()).collect();
    lengths.sort_unstable();
    lengths
}

/// Looks at the first page of the book, which is drawn for that.
fn look(library: &TestLibrary) -> Vec<u8> {
    let pages = library.asset("deed.pdf").renditions;
    let page = pages.iter().find(|row| row.kind == RenditionKind::Page && row.page == 1).expect("a page");
    library.engine().picture(&page.id).expect("asked").expect("a picture").bytes
}

#[test]
fn what_is_kept_has_a_limit_and_nothing_else_changes() {
    let (plenty, little) = (TestLibrary::new(), TestLibrary::new());
    little.set("archives.kept_mb", "1");
    for library in [&plenty, &little] {
        library.set("decode.drawn_pages_mb", "0");
        library.drop_file("estate.box", estate());
        library.ingest();
    }
    assert_eq!(little.dump(), plenty.dump());
    assert_eq!(kept(&plenty).len(), 6);
    assert!(kept(&little).iter().sum::<u64>() <= 1_000_000 && kept(&little).len() >= 2, "{:?}", kept(&little));
    for _ in 0..2 {
        fs_err::remove_dir_all(little.path().join("renditions/members")).expect("removed");
        assert_eq!(look(&little), b"page\nthe deed of the house");
        assert_eq!(kept(&little).len(), 1, "only what was asked for came back");
    }
    assert_eq!((little.dump(), little.complaints()), (plenty.dump(), Vec::new()));
}

#[test]
fn nothing_has_to_be_kept() {
    let library = TestLibrary::new();
    library.set("archives.kept_mb", "0");
    library.drop_file("estate.box", container("box", &[("inner.box", &estate())]));
    library.ingest();
    assert!(library.assets().iter().all(|row| row.failure.is_none()));
    assert_eq!(look(&library), b"page\nthe deed of the house");
    assert_eq!((kept(&library), library.complaints()), (Vec::new(), Vec::new()));
}

#[test]
fn where_members_are_missed_again_all_of_a_container_come_back() {
    let library = TestLibrary::new();
    library.drop_file("estate.box", estate());
    library.ingest();
    library.set("decode.drawn_pages_mb", "0");
    for expected in [1, 6] {
        fs_err::remove_dir_all(library.path().join("renditions/members")).expect("removed");
        assert_eq!(look(&library), b"page\nthe deed of the house");
        assert_eq!(kept(&library).len(), expected);
    }
}
