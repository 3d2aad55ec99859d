//! One harness for kills, planned failures and panics at every commit point: afterwards the truth is that of a run that
//! nobody disturbed, and nothing needs a hand.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use winnow_contract::asset::{AssetState, RenditionKind};
use winnow_contract::command::{Decide, TakeFrames};
use winnow_contract::review::{ItemKind, ReviewRow, Verdict};
use winnow_engine::breaks::{Breaks, Plan, Point};
use winnow_engine::testing::documents::{book, container};
use winnow_tests::TestLibrary;

/// What happens at a commit point.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Blow {
    Failure,
    Panic,
    Kill,
}

/// The plan that strikes when a point is reached for the `nth` time.
fn strike(point: Point, nth: u32, blow: Blow) -> Plan {
    let reached = AtomicU32::new(0);
    Arc::new(move |here| {
        if here != point || reached.fetch_add(1, Ordering::SeqCst) + 1 != nth {
            return false;
        }
        match blow {
            Blow::Failure => true,
            Blow::Panic => panic!("planned panic at {}", point.name()),
            Blow::Kill => std::process::abort(),
        }
    })
}

fn files(library: &TestLibrary) {
    library.drop_file("scan.jpg", "page\nCharge card 4111111111111111 for the lamp and write to ann@example.org");
    library.drop_file("faint.png", format!("faint\n{}", "smudged words here ".repeat(6)));
    library.drop_file("a/notes.txt", "IBAN GB29 NWBK 6016 1331 9268 19, once more GB29NWBK60161331926819");
    library.drop_file("a/copy.txt", "IBAN GB29 NWBK 6016 1331 9268 19, once more GB29NWBK60161331926819");
    library.drop_file("broken.gif", "refused\n");
    library.drop_file("empty.txt", "");
    let inner = container("letter The keeper writes of flares", &[("list.txt", b"lamp oil and wicks")]);
    library.drop_file("estate.box", container("box sliced", &[("letter.eml", &inner), ("note.txt", b"a note in a box")]));
    library.drop_file("deed.pdf", book(&["text the first page", "page write to bob@example.org", "lying across the page"]));
    library.drop_file("light.mp4", "film silent\nframe 12 Trinity House");
    library.drop_file(
        "tape.ogg",
        "sound\n0 4 .9 My father kept the light\n12 15 .3 for thirsty years hear\n21 24 .9 every ship was written down",
    );
}

/// Everything a person does: add a folder, wait, decide some of the queue, correct what was heard and what was read, take the last
/// one back. Each step looks at what is there, so that the story can go on after any interruption.
fn story(library: &TestLibrary) {
    if !library.folder().join("light.mp4").exists() {
        files(library);
    }
    library.set("speech.stretch", "10");
    library.set("labels.enabled", "true");
    if library.assets().len() < 12 {
        library.ingest();
    }
    library.settle();
    let film = library.asset("light.mp4");
    if !film.renditions.iter().any(|row| row.kind == RenditionKind::Frame) {
        library.ask(TakeFrames { asset: film.row.id }).expect("asked");
    }
    library.settle();
    let decided = || library.dump().matches("verdict=").count();
    while decided() < 2 {
        let row = library.review().into_iter().find(|row| row.blocks).expect("what blocks");
        library.decide(&row, Verdict::Redacted);
    }
    for (number, file, right) in [(2, "tape.ogg", "for thirty years here, ann@example.org"), (3, "faint.png", "smudged words here")] {
        if decided() == number {
            correct(library, file, right);
        }
        library.settle();
    }
    if !library.dump().contains("reversed=1") {
        library.undo(1);
    }
    library.settle();
}

/// Says what is right about the doubtful words of a file.
fn correct(library: &TestLibrary, file: &str, right: &str) {
    let doubtful = |row: &ReviewRow| row.kind == ItemKind::Extraction && row.name == file;
    let item = library.review().into_iter().find(doubtful).expect("a question").item;
    let (verdict, value) = (Verdict::Corrected, Some(right.to_owned()));
    library.ask(Decide { item, verdict, value, all_alike: false, dry_run: false, took_ms: None }).expect("corrected");
}

fn undisturbed() -> String {
    let library = TestLibrary::new();
    story(&library);
    library.dump()
}

/// The story in a process that may be struck; what is left is taken up by a new engine and told to the end.
fn told_after(point: Point, nth: u32, blow: Blow) -> (TestLibrary, tempfile::TempDir) {
    let home = tempfile::tempdir().expect("a folder");
    if blow == Blow::Kill {
        in_child("a_story_that_is_killed", home.path(), point, nth);
    } else {
        let struck = AssertUnwindSafe(|| story(&TestLibrary::at(home.path(), Breaks::planned(strike(point, nth, blow)))));
        drop(catch_unwind(struck));
    }
    let library = TestLibrary::at(home.path(), Breaks::default());
    library.settle();
    story(&library);
    (library, home)
}

fn in_child(test: &str, home: &Path, point: Point, nth: u32) {
    let me = std::env::current_exe().expect("this test");
    let mut child = Command::new(me);
    child.args(["--exact", &format!("recovery::{test}"), "--nocapture"]);
    child.env("WINNOW_STORY", format!("{}|{nth}|{}", point.name(), home.display()));
    child.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    child.status().expect("a child");
}

/// The library of the harness, in its child; none in an ordinary run of the tests.
fn to_be_killed() -> Option<TestLibrary> {
    let plan = std::env::var("WINNOW_STORY").ok()?;
    let mut parts = plan.splitn(3, '|');
    let mut part = || parts.next().expect("BUG: three parts");
    let (name, nth, home) = (part(), part().parse().expect("a number"), part());
    let point = *Point::ALL.iter().find(|point| point.name() == name).expect("a point");
    Some(TestLibrary::at(Path::new(home), Breaks::planned(strike(point, nth, Blow::Kill))))
}

/// Does nothing unless it is the child of the harness.
#[test]
fn a_story_that_is_killed() {
    assert!(Point::ALL.len() > 10, "there are points to be killed at");
    if let Some(library) = to_be_killed() {
        story(&library);
    }
}

#[test]
fn a_note_that_is_killed() {
    let library = to_be_killed().unwrap_or_default();
    library.drop_file("note.txt", "of the lamp");
    library.ingest();
    assert_eq!(library.asset("note.txt").row.state, AssetState::Ready);
}

/// What three deaths at a point leave of a note.
fn after_three_deaths(point: Point) -> AssetState {
    let home = tempfile::tempdir().expect("a folder");
    for _ in 0..3 {
        in_child("a_note_that_is_killed", home.path(), point, 1);
    }
    let library = TestLibrary::at(home.path(), Breaks::default());
    library.ingest();
    library.asset("note.txt").row.state
}

#[test]
fn a_death_counts_against_what_was_in_hand_and_nothing_else() {
    assert_eq!(after_three_deaths(Point::DetectDone), AssetState::Failed);
    assert_eq!(after_three_deaths(Point::JobsClaimed), AssetState::Ready);
    assert_eq!(after_three_deaths(Point::ApplyAudit), AssetState::Ready);
}

fn check(blow: Blow) {
    let expected = undisturbed();
    for point in Point::ALL {
        for nth in [1, 2, 5] {
            let (library, _home) = told_after(*point, nth, blow);
            let dump = library.dump();
            assert!(dump == expected, "{blow:?} {nth} at {}:\n{}", point.name(), difference(&expected, &dump));
            assert_eq!(library.complaints(), Vec::<String>::new(), "{blow:?} {nth} at {}", point.name());
        }
    }
}

fn difference(expected: &str, found: &str) -> String {
    let missing = expected.lines().filter(|line| !found.lines().any(|other| other == *line)).map(|line| format!("- {line}"));
    let surplus = found.lines().filter(|line| !expected.lines().any(|other| other == *line)).map(|line| format!("+ {line}"));
    missing.chain(surplus).collect::<Vec<_>>().join("\n")
}

#[test]
fn planned_failures_lose_nothing() {
    check(Blow::Failure);
}

#[test]
fn panics_lose_nothing() {
    check(Blow::Panic);
}

#[test]
fn kills_lose_nothing() {
    check(Blow::Kill);
}

#[test]
fn a_change_without_its_audit_event_does_not_happen() {
    let always: Plan = Arc::new(|point| point == Point::ApplyAudit);
    let library = TestLibrary::planned(Breaks::planned(always));
    files(&library);
    library.engine().add_paths(&[library.folder()]).expect("added");
    for _ in 0..5 {
        library.engine().settle().expect("ticks");
        library.clock.advance(60_000);
    }
    assert_eq!(library.assets(), []);
}
