//! How far the work is: each file counts once, whatever is done with it, and what is found in it counts as it is found.

use winnow_contract::command::GetStatus;
use winnow_contract::job::Lane;
use winnow_engine::Tick;
use winnow_engine::testing::documents::{book, container};
use winnow_tests::TestLibrary;

/// What the line said, step by step.
fn course(library: &TestLibrary) -> Vec<(u32, u32)> {
    let said = || library.ask(GetStatus {}).expect("a status").progress.map(|progress| (progress.done, progress.total));
    library.engine().add_paths(&[library.folder()]).expect("added");
    let mut course: Vec<_> = said().into_iter().collect();
    let mut busy = true;
    while busy {
        busy = false;
        for lane in Lane::ALL {
            busy |= library.engine().tick(*lane).expect("a step") == Tick::Again;
            course.extend(said());
        }
    }
    course.dedup();
    course
}

/// Nothing ever goes back, and nothing is counted that is not there.
fn check(library: &TestLibrary, files: u32) {
    let course = course(library);
    let forward = |pair: &[(u32, u32)]| pair[0].0 <= pair[1].0 && pair[0].1 <= pair[1].1;
    assert!(course.windows(2).all(forward), "{course:?}");
    assert!(course.iter().all(|(done, total)| done <= total && *total <= files), "{course:?}");
    assert_eq!(course.last().map(|(_, total)| *total), Some(files), "{course:?}");
    assert_eq!(library.ask(GetStatus {}).expect("a status").progress, None);
}

/// What was counted once everything was done; it is said when a folder is only walked through once more.
fn in_the_end(library: &TestLibrary) -> Option<(u32, u32)> {
    library.ingest();
    library.engine().add_paths(&[library.folder()]).expect("added");
    library.ask(GetStatus {}).expect("a status").progress.map(|progress| (progress.done, progress.total))
}

fn plain(library: &TestLibrary) {
    library.drop_file("a.txt", "the first");
    library.drop_file("b.txt", "the second");
    library.drop_file("copy of a.txt", "the first");
    library.drop_file("empty.txt", "");
}

/// A box with a letter that has an attachment, and a box in a box with the same attachment.
fn estate() -> Vec<u8> {
    let letter = container("letter The keeper writes", &[("list.txt", b"lamp oil and wicks")]);
    let inner = container("box", &[("deep.txt", b"the deepest word"), ("list.txt", b"lamp oil and wicks")]);
    container("box", &[("letter.eml", &letter), ("papers/inner.box", &inner)])
}

type Story = (&'static str, fn(&TestLibrary), u32);

/// Each with the number of files it has.
const STORIES: [Story; 4] = [
    ("four files, two of them alike", plain, 4),
    ("a container", |library| drop(library.drop_file("estate.box", estate())), 5),
    ("pages with several jobs each", |library| drop(library.drop_file("deed.pdf", book(&["page one", "text two", "page three"]))), 1),
    ("an image and a recording", image_and_recording, 2),
];

fn image_and_recording(library: &TestLibrary) {
    library.drop_file("scan.png", "page\nthe words of a scan");
    library.drop_file("tape.wav", "sound\n0 2 0.9 the boat was late\n31 33 0.9 it came at noon");
}

#[test]
fn each_file_counts_once_and_nothing_goes_back() {
    for (name, story, files) in STORIES {
        let library = TestLibrary::new();
        story(&library);
        println!("{name}");
        check(&library, files);
        let library = TestLibrary::new();
        story(&library);
        assert_eq!(in_the_end(&library), Some((files, files)), "{name}");
    }
}

#[test]
fn a_file_that_could_not_be_read_is_done_and_one_that_is_tried_again_counts_again() {
    let library = TestLibrary::new();
    plain(&library);
    library.drop_file("broken.png", "refused\n");
    check(&library, 5);
    let said =
        |library: &TestLibrary| library.ask(GetStatus {}).expect("a status").progress.map(|progress| (progress.done, progress.total));
    library.ask(winnow_contract::command::Retry { job: None }).expect("tried again");
    assert_eq!(said(&library), Some((0, 1)));
    library.settle();
    assert_eq!(said(&library), None);
}

#[test]
fn after_a_restart_the_count_begins_with_what_is_left() {
    let mut library = TestLibrary::new();
    plain(&library);
    library.engine().add_paths(&[library.folder()]).expect("added");
    for _ in 0..2 {
        library.engine().tick(Lane::Io).expect("a step");
    }
    library.restart();
    let progress = library.ask(GetStatus {}).expect("a status").progress.expect("work");
    assert_eq!((progress.done, progress.total), (0, 3), "the copy is done");
    library.settle();
    assert_eq!(library.ask(GetStatus {}).expect("a status").progress, None);
}
