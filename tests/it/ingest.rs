//! What becomes of files: every one ends in a state, duplicates share an asset, a second look costs nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use winnow_contract::asset::{AssetFilter, AssetState, MediaKind};
use winnow_contract::command::{GetActivity, GetAsset, GetStatus, Retry, Search};
use winnow_contract::job::Lane;
use winnow_contract::search::SearchMode;
use winnow_engine::breaks::{Breaks, Point};
use winnow_tests::TestLibrary;

fn mixed() -> TestLibrary {
    let library = TestLibrary::new();
    library.drop_file("letter.jpg", "page\nDear keeper the lamp burned all night");
    library.drop_file(
        "notes/donor.txt",
        "Card 4111 1111 1111 1111, mail ann@example.org, again 4111-1111-1111-1111. Bad card 4111 1111 1111 1112.",
    );
    library.drop_file(
        "notes/copy.txt",
        "Card 4111 1111 1111 1111, mail ann@example.org, again 4111-1111-1111-1111. Bad card 4111 1111 1111 1112.",
    );
    library.drop_file("faint.png", format!("faint\n{}", "smudged words here ".repeat(6)));
    library.drop_file("empty.txt", "");
    library.drop_file("broken.gif", "refused\n");
    library.drop_file("thing.xyz", "unknown\n");
    library.drop_file("long.txt", "many\nthe first part only");
    library.drop_file(".hidden", "never seen");
    library.drop_file("notes/~$lock.docx", "never seen");
    library
}

#[test]
fn a_mixed_folder_is_read_and_every_file_ends_in_a_state() {
    let library = mixed();
    library.ingest();
    insta::assert_snapshot!(library.dump());
    assert_eq!(library.complaints(), Vec::<String>::new());
}

#[test]
fn a_second_ingest_changes_nothing() {
    let library = mixed();
    library.ingest();
    let (before, events) = (library.dump(), library.engine().verify_audit().expect("a walk").events);
    library.ingest();
    assert_eq!(library.dump(), before);
    let after = library.engine().verify_audit().expect("a walk").events;
    assert_eq!(after, events + 1, "only the scan itself is an event");
}

#[test]
fn a_file_edited_in_place_is_a_new_asset_that_replaces_the_old_one() {
    let library = TestLibrary::new();
    library.drop_file("a.txt", "first version");
    library.ingest();
    let old = library.asset("a.txt").row.id;
    library.drop_file("a.txt", "second version, longer");
    library.ingest();
    let states: Vec<_> = library.assets().into_iter().map(|row| (row.id == old, row.state)).collect();
    assert_eq!(states, [(false, AssetState::Ready)]);
    let old = library.ask(GetAsset { asset: old }).expect("the old asset");
    assert_eq!((old.row.state, old.row.name.as_str()), (AssetState::Missing, "earlier version of a.txt"));
    insta::assert_snapshot!(library.dump());
}

#[test]
fn a_file_that_goes_is_missing_and_one_that_comes_back_is_not() {
    let library = TestLibrary::new();
    let path = library.drop_file("a.txt", "here today");
    library.ingest();
    fs_err::remove_file(&path).expect("removed");
    library.ingest();
    assert_eq!(library.assets()[0].state, AssetState::Missing);
    library.drop_file("a.txt", "here today");
    library.ingest();
    assert_eq!(library.assets()[0].state, AssetState::Ready);
}

#[test]
fn an_unreachable_folder_is_not_a_deletion() {
    let library = TestLibrary::new();
    library.drop_file("a.txt", "still known");
    library.ingest();
    let away = library.folder().with_extension("away");
    fs_err::rename(library.folder(), &away).expect("unmounted");
    let folder = library.ask(GetStatus {}).expect("status").folders[0].id.clone();
    library.ask(winnow_contract::command::Rescan { folder }).expect("asked");
    library.settle();
    assert_eq!(library.assets()[0].state, AssetState::Ready);
    assert!(library.ask(GetStatus {}).expect("status").folders[0].unavailable);
}

#[test]
fn folders_inside_folders_belong_to_the_outermost() {
    let library = TestLibrary::new();
    let inner = library.drop_file("inner/a.txt", "one").parent().expect("a parent").to_owned();
    library.drop_file("b.txt", "two");
    library.engine().add_paths(&[inner.join("a.txt")]).expect("a file");
    library.engine().add_paths(std::slice::from_ref(&inner)).expect("its folder");
    library.settle();
    assert_eq!(library.asset("a.txt").locations.len(), 1);
    library.ingest();
    library.engine().add_paths(&[inner]).expect("again");
    library.settle();
    assert_eq!(library.asset("a.txt").locations.len(), 1);
    assert_eq!(library.ask(GetStatus {}).expect("status").folders.len(), 1);
    assert_eq!(library.assets().len(), 2);
    assert_eq!(library.complaints(), Vec::<String>::new());
}

#[test]
fn a_crashing_file_is_parked_and_nothing_else_is_affected() {
    let library = TestLibrary::new();
    library.drop_file("bad.bin", "crash\n");
    library.drop_file("worse.bin", "panic\n");
    library.drop_file("slow.bin", "late\n");
    library.drop_file("good.txt", "fine");
    library.ingest();
    assert_eq!(library.asset("good.txt").row.state, AssetState::Ready);
    let failures = library.ask(GetActivity { offset: 0, limit: 10 }).expect("activity").failures;
    let mut reasons: Vec<_> = failures.iter().map(|failure| (failure.name.as_str(), failure.reason.code.as_str())).collect();
    reasons.sort_unstable();
    assert_eq!(reasons, [("bad.bin", "worker_lost"), ("slow.bin", "worker_unavailable"), ("worse.bin", "internal")]);
    assert_eq!(library.ask(Retry { job: None }).expect("retried").jobs, 3);
    library.settle();
    assert_eq!(library.ask(GetActivity { offset: 0, limit: 10 }).expect("activity").failed, 3);
}

#[test]
fn deleted_renditions_are_made_again() {
    let mut library = mixed();
    library.ingest();
    let before = library.dump();
    fs_err::remove_dir_all(library.path().join("renditions")).expect("removed");
    library.restart();
    library.settle();
    assert_eq!(library.dump(), before);
    assert_eq!(library.complaints(), Vec::<String>::new());
}

#[cfg(unix)]
#[test]
fn links_pipes_and_unreadable_files_do_no_harm() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let library = TestLibrary::new();
    let secret = library.drop_file("../outside.txt", "not yours");
    library.drop_file("real.txt", "yours");
    symlink(&secret, library.folder().join("link.txt")).expect("a link");
    symlink("/", library.folder().join("root")).expect("a link");
    let closed = library.drop_file("closed.txt", "no permission");
    fs_err::set_permissions(&closed, std::fs::Permissions::from_mode(0o000)).expect("closed");
    library.ingest();
    let names: Vec<_> = library.assets().into_iter().map(|row| row.name).collect();
    assert!(names.iter().all(|name| name == "real.txt" || name == "closed.txt"), "{names:?}");
    // A superuser may read what nobody may.
    let expected = if fs_err::read(&closed).is_ok() { AssetState::Ready } else { AssetState::Failed };
    assert_eq!(library.asset("closed.txt").row.state, expected);
    fs_err::set_permissions(&closed, std::fs::Permissions::from_mode(0o600)).expect("opened");
    library.ingest();
    assert_eq!(library.asset("closed.txt").row.state, AssetState::Ready);
}

#[test]
fn a_library_inside_its_folder_does_not_read_itself() {
    let library = TestLibrary::new();
    library.drop_file("a.txt", "one");
    library.engine().add_paths(&[library.path().parent().expect("home").to_owned()]).expect("added");
    library.settle();
    assert_eq!(library.assets().len(), 1);
    assert!(library.engine().add_paths(&[library.path()]).is_err());
}

#[test]
fn no_original_is_ever_changed() {
    let library = mixed();
    let listing = || -> Vec<_> {
        let files = fs_err::read_dir(library.folder()).expect("files").map(|entry| entry.expect("an entry"));
        let mut files: Vec<_> = files.map(|entry| (entry.path(), entry.metadata().and_then(|metadata| metadata.modified()).ok())).collect();
        files.sort();
        files
    };
    let before = listing();
    library.ingest();
    assert_eq!(listing(), before);
}

#[test]
fn a_file_that_is_gone_before_it_is_read_is_missing() {
    let library = TestLibrary::new();
    let path = library.drop_file("a.txt", "soon gone");
    library.engine().add_paths(&[library.folder()]).expect("added");
    library.engine().tick(Lane::Io).expect("the scan");
    fs_err::remove_file(path).expect("removed");
    library.settle();
    let row = library.assets()[0].clone();
    assert_eq!((row.state, row.failure.map(|failure| failure.code)), (AssetState::Missing, Some("vanished".to_owned())));
    library.drop_file("a.txt", "back again");
    library.ingest();
    assert_eq!(library.assets().iter().map(|row| row.state).collect::<Vec<_>>(), [AssetState::Ready]);
}

/// A plan that lets a file grow whenever one is opened, at most so many times.
fn growing(file: &std::path::Path, times: u32) -> Breaks {
    let (file, left) = (file.to_owned(), AtomicU32::new(times));
    Breaks::planned(Arc::new(move |point| {
        let more =
            point == Point::IngestOpened && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        if more {
            let text = fs_err::read_to_string(&file).expect("the file");
            fs_err::write(&file, text + " and more").expect("the file");
        }
        false
    }))
}

#[test]
fn a_file_that_grows_is_read_when_it_rests() {
    let home = tempfile::tempdir().expect("a folder");
    let check = |name: &str, times, expected: (AssetState, Option<&str>)| {
        let home = home.path().join(name);
        let file = home.join("files/a.txt");
        let library = TestLibrary::at(&home, growing(&file, times));
        library.drop_file("a.txt", "some text");
        library.ingest();
        let row = library.assets()[0].clone();
        assert_eq!((row.state, row.failure.as_ref().map(|failure| failure.code.as_str())), expected, "{name}");
    };
    check("resting", 2, (AssetState::Ready, None));
    check("restless", 99, (AssetState::Failed, Some("still_changing")));
}

#[test]
fn a_page_that_lies_on_its_side_is_made_upright_once() {
    let library = TestLibrary::new();
    library.drop_file("scan.jpg", "lying\nwords that stand when the page is turned");
    library.ingest();
    let scan = library.asset("scan.jpg");
    let notes: Vec<_> = scan.notes.iter().map(|note| note.sentence()).collect();
    assert_eq!(notes, ["The page was turned by 90° before it was read."]);
    assert_eq!(scan.extractions.len(), 1);
    let before = library.dump();
    library.ingest();
    assert_eq!(library.dump(), before);
}

#[test]
fn a_step_that_failed_and_is_tried_again_with_success_leaves_no_failure() {
    let mut library = TestLibrary::new();
    library.drop_file("scan.jpg", "unreadable\nwords");
    library.ingest();
    let state = |library: &TestLibrary| {
        let row = library.assets()[0].clone();
        (row.state, row.failure.map(|failure| failure.code))
    };
    let failed = (AssetState::Failed, Some("worker_timeout".to_owned()));
    assert_eq!(state(&library), failed);
    fs_err::remove_dir_all(library.path().join("renditions")).expect("removed");
    library.restart();
    library.settle();
    assert_eq!(state(&library), failed, "decoding it again does not hide that it was not read");
    let moved = library.folder().join("scan.jpg");
    fs_err::rename(&moved, library.path().join("away")).expect("away");
    library.ingest();
    fs_err::rename(library.path().join("away"), &moved).expect("back");
    library.ingest();
    assert_eq!(state(&library), failed, "neither does its absence");
    library.ocr.mend();
    assert_eq!(library.ask(Retry { job: None }).expect("retried").jobs, 1);
    library.settle();
    assert_eq!(state(&library), (AssetState::Ready, None));
    assert_eq!(library.ask(GetActivity { offset: 0, limit: 10 }).expect("activity").failed, 0);
}

#[test]
fn an_absent_drive_loses_nothing_when_pictures_are_made_again() {
    let mut library = mixed();
    library.ingest();
    let before = library.dump();
    let away = library.path().with_extension("away");
    let (letter, kept) = (library.folder().join("letter.jpg"), away.join("letter.jpg"));
    fs_err::create_dir_all(&away).expect("a folder");
    fs_err::rename(&letter, &kept).expect("away");
    library.ingest();
    fs_err::remove_dir_all(library.path().join("renditions")).expect("removed");
    library.restart();
    library.settle();
    fs_err::rename(&kept, &letter).expect("back");
    library.ingest();
    assert_eq!(library.dump(), before);
    library.restart();
    assert_eq!(library.engine().examine(true, true).map(|checks| checks.iter().all(|check| check.ok)).ok(), Some(true));
    library.settle();
    assert_eq!(library.complaints(), Vec::<String>::new());
}

#[test]
fn a_known_file_that_goes_before_it_is_read_again_leaves_no_phantom() {
    let library = TestLibrary::new();
    let path = library.drop_file("a.txt", "first");
    library.ingest();
    library.drop_file("a.txt", "second and longer");
    library.engine().add_paths(&[library.folder()]).expect("added");
    library.engine().tick(Lane::Io).expect("the scan");
    fs_err::remove_file(&path).expect("removed");
    library.settle();
    assert_eq!(library.assets().iter().map(|row| row.state).collect::<Vec<_>>(), [AssetState::Missing]);
    library.drop_file("a.txt", "first");
    library.ingest();
    assert_eq!(library.assets().iter().map(|row| row.state).collect::<Vec<_>>(), [AssetState::Ready]);
}

#[test]
fn a_failure_of_what_was_replaced_is_forgotten() {
    let library = TestLibrary::new();
    library.drop_file("a.gif", "refused\n");
    library.ingest();
    assert_eq!(library.ask(GetStatus {}).expect("status").jobs.failed, 1);
    library.drop_file("a.gif", "readable now");
    library.ingest();
    assert_eq!(library.ask(GetStatus {}).expect("status").jobs.failed, 0);
    assert_eq!(library.ask(GetActivity { offset: 0, limit: 10 }).expect("activity").failures, []);
}

#[cfg(unix)]
#[test]
fn a_library_reached_by_a_link_does_not_read_itself() {
    let home = tempfile::tempdir().expect("a folder");
    let real = home.path().join("files/deep");
    fs_err::create_dir_all(&real).expect("folders");
    std::os::unix::fs::symlink(&real, home.path().join("library")).expect("a link");
    let library = TestLibrary::at(home.path(), Breaks::default());
    library.drop_file("a.txt", "one");
    library.ingest();
    assert_eq!(library.assets().iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["a.txt"]);
}

#[test]
fn a_picture_without_a_reader_is_unread_and_no_failure() {
    let library = TestLibrary::new();
    library.drop_file("plan.svg", "drawing\n");
    library.ingest();
    assert_eq!((library.assets()[0].state, library.assets()[0].failure.clone()), (AssetState::Unread, None));
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_listed_is_said_and_what_was_in_it_is_not_gone() {
    use std::os::unix::fs::PermissionsExt;
    let library = TestLibrary::new();
    let inner = library.drop_file("inner/a.txt", "known").parent().expect("a folder").to_owned();
    library.drop_file("b.txt", "beside it");
    library.ingest();
    fs_err::set_permissions(&inner, std::fs::Permissions::from_mode(0o000)).expect("closed");
    // A superuser may list what nobody may.
    let closed = fs_err::read_dir(&inner).is_err();
    library.ingest();
    let failures = library.ask(GetActivity { offset: 0, limit: 10 }).expect("activity").failures;
    let said: Vec<_> = failures.iter().map(|failure| failure.reason.code.as_str()).collect();
    assert_eq!(said, if closed { vec!["folder_unreadable"] } else { vec![] });
    assert!(library.assets().iter().all(|row| row.state == AssetState::Ready));
    fs_err::set_permissions(&inner, std::fs::Permissions::from_mode(0o700)).expect("opened");
    library.ingest();
    assert_eq!(library.ask(GetActivity { offset: 0, limit: 10 }).expect("activity").failures, []);
}

#[test]
fn a_picture_that_cannot_be_drawn_is_read_once_and_keeps_its_words() {
    let library = TestLibrary::new();
    library.drop_file("chart.svg", "undrawn\nsoundings off the point");
    library.ingest();
    let asset = library.asset("chart.svg");
    assert_eq!((asset.row.state, asset.row.kind), (AssetState::Partial, MediaKind::Image));
    let jobs = library.dump();
    assert!(!jobs.contains("ocr"), "there is nothing to read it off:\n{jobs}");
    let (query, mode, filter) = ("soundings".into(), SearchMode::Lexical, AssetFilter::default());
    let found = library.ask(Search { query, mode, filter, offset: 0, limit: 5, hurried: false }).expect("an answer");
    assert_eq!(found.total, 1);
}

#[test]
fn the_catalogs_file_alone_is_the_whole_catalog_once_everything_is_done() {
    let library = TestLibrary::new();
    library.drop_file("log.txt", "wind from the north");
    library.engine().add_paths(&[library.folder()]).expect("added");
    let running = library.engine().start().expect("lanes");
    while !library.engine().is_settled().expect("counts") {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    drop(running);
    let copy = library.path().join("copy.sqlite");
    fs_err::copy(library.path().join("catalog.sqlite"), &copy).expect("a copy");
    let assets =
        || -> rusqlite::Result<i64> { rusqlite::Connection::open(&copy)?.query_row("SELECT count(*) FROM assets", [], |row| row.get(0)) };
    assert_eq!(assets().expect("a catalog without its log"), 1);
}
