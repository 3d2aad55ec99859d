//! The real window: from an empty library to decisions that are there again after a restart, a real drop, and keys under load.
//!
//! How the window looks is not judged here; with `WINNOW_SHOTS` it keeps pictures for a person to judge.
#![cfg(target_os = "linux")]

use serde_json::{Value, json};
use std::ffi::OsStr;
use std::process::{Command, Stdio};
use std::time::Duration;
use winnow_e2e::display::Display;
use winnow_e2e::drag::Drag;
use winnow_e2e::library::Library;
use winnow_e2e::window::{CONTROL, ENTER, LEFT, PATIENCE, RIGHT, Window, css};
use winnow_e2e::{alone, files, percentile, processes, programs, soon, wait_for};

const FILES_IN_SAMPLE: usize = 20;

#[test]
fn from_an_empty_library_to_decisions_that_last() {
    let _alone = alone();
    let (library, display) = (Library::new(), Display::open());
    let window = Window::open(&library, &display);
    adds_the_sample(&window);
    finds_a_letter(&window);
    let (position, item) = decides(&window);
    let (before, counts) = (library.review(), counts(&library));
    window.close();
    assert_eq!(library.review(), before, "closing changes nothing");

    let window = Window::open(&library, &display);
    window.session.chord(CONTROL, '2');
    window.wait_text("review-position", |text| text.starts_with(&position));
    assert_eq!(current_item(&window), Some(item), "the same item waits");
    window.shot("6 review after a restart");
    window.close();
    assert_eq!((library.review(), self::counts(&library)), (before, counts), "the same state after a restart");
    library.expect_healthy();
}

fn counts(library: &Library) -> [Value; 3] {
    let status = library.ask_one(&["status"]);
    ["assets", "review", "jobs"].map(|key| status[key].clone())
}

fn adds_the_sample(window: &Window<'_>) {
    window.wait("add-sample");
    window.shot("1 empty library");
    window.click("add-sample");
    let loaded = format!(
        "return [...document.querySelectorAll('{} img')].filter(i => i.complete && i.naturalWidth > 0).length >= 3",
        css("asset-card")
    );
    window.wait_true("thumbnails arrive", &loaded);
    window.settle();
    let all = || (window.count("asset-card") >= FILES_IN_SAMPLE && window.count("progress-line") == 0).then_some(());
    wait_for("all of the sample is shown", PATIENCE, all);
    window.wait_true(
        "no picture is broken",
        &format!("return [...document.querySelectorAll('{} img')].every(i => i.complete && i.naturalWidth > 0)", css("asset-card")),
    );
    window.shot("2 library");
}

/// `/` puts the caret into the search, words of a scanned letter find it, and Enter opens it at the words.
fn finds_a_letter(window: &Window<'_>) {
    window.session.keys("/");
    window.wait_true("the caret stands in the search", &format!("return document.activeElement.matches('{}')", css("search-box")));
    window.session.keys("appointed principal keeper");
    let hit = window.wait_text("search-hit", |text| text.contains("appointment"));
    assert!(window.text("hit-snippet").is_some_and(|snippet| snippet.to_lowercase().contains("keeper")), "{hit}");
    window.shot("3 search");
    // An answer to the last letter may still be on its way.
    wait_for("Enter opens the letter", PATIENCE, || {
        window.session.keys(&ENTER.to_string());
        soon(Duration::from_secs(1), || (window.count("asset-name") > 0).then_some(()))
    });
    let name = window.wait_text("asset-name", |text| !text.is_empty());
    assert!(name.contains("appointment"), "{name}");
    let ringed = "const r = document.querySelector('rect.ring.found.current'); return !!r && r.getBoundingClientRect().width > 5";
    window.wait_true("the words are ringed on the page", ringed);
    window.wait_true("the page is shown", "const i = document.querySelector('.page-sheet img'); return !!i && i.naturalWidth > 500");
    window.shot("4 letter");
}

fn current_item(window: &Window<'_>) -> Option<String> {
    let found = window.read("const e = document.querySelector('[data-testid=review-item][data-current=true]'); return e && e.dataset.item");
    found.as_str().map(str::to_owned)
}

/// R, A, X and Z; afterwards the position and the item that is shown.
fn decides(window: &Window<'_>) -> (String, String) {
    let waiting = window.library.review().len();
    assert!(waiting > 5, "{waiting} items wait");
    window.session.chord(CONTROL, '2');
    let at = |n: usize| format!("{n} of {waiting}");
    window.wait_text("review-position", |text| text.starts_with(&at(1)));
    window.wait("review-question");
    for (n, (key, verdict)) in [("r", "redact"), ("a", "kept"), ("x", "wrong")].into_iter().enumerate() {
        decide(window, key, verdict, &at(n + 2));
    }
    let next = current_item(window).expect("an item");
    window.shot("5 review");
    window.session.keys("z");
    window.wait_text("review-position", |text| text.starts_with(&at(3)));
    let back = wait_for("the item is shown again", PATIENCE, || current_item(window).filter(|item| *item != next));
    let open = || window.library.review();
    wait_for("the decisions are stored", PATIENCE, || (open().len() == waiting - 2).then_some(()));
    assert!(open().iter().any(|row| row["item"] == back.as_str()), "it waits again");
    (at(3), back)
}

/// Presses a verdict's key: the undo line says it, the position and the item change.
fn decide(window: &Window<'_>, key: &str, said: &str, position: &str) {
    let item = wait_for("an item is shown", PATIENCE, || current_item(window));
    window.wait_true(
        "its evidence is shown",
        "return !!document.querySelector('[data-testid=review-item][data-current=true] :is(img, mark, .prose)')",
    );
    window.session.keys(key);
    window.wait_text("review-position", |text| text.starts_with(position));
    window.wait_text("undo-line", |text| text.to_lowercase().contains(said));
    wait_for("the next item is shown", PATIENCE, || current_item(window).filter(|next| *next != item));
}

/// Without a message bus GLib starts one while the window opens: what else is started at that moment must not disturb it.
#[test]
fn the_window_opens_every_time() {
    let _alone = alone();
    let (library, display) = (Library::new(), Display::open());
    for n in 1..=10 {
        files::write(&library.files(), format!("{n}.txt"), files::text(n));
        library.run([OsStr::new("ingest"), OsStr::new("--no-wait"), library.files().as_os_str()]);
        let mut command = Command::new(programs::winnow());
        command.arg("--library").arg(library.path());
        library.set_apart(&mut command);
        display.announce(&mut command);
        command.env_remove("DBUS_SESSION_BUS_ADDRESS").env("XDG_RUNTIME_DIR", library.home());
        let mut program = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("winnow");
        let opened = soon(PATIENCE / 4, || display.window("Winnow")).is_some();
        processes::ask_to_end(program.id());
        let ended = soon(PATIENCE / 4, || program.try_wait().expect("its state"));
        program.kill().expect("gone");
        program.wait().expect("reaped");
        assert!(opened, "start {n}: no window");
        assert!(ended.is_some_and(|status| status.success()), "start {n} did not end when asked to: {ended:?}");
    }
}

#[test]
fn files_are_dropped_onto_the_window() {
    let _alone = alone();
    let (library, display) = (Library::new(), Display::open());
    let one = files::write(&library.files(), "one of two.txt", files::text(1));
    let other = files::write(&library.files(), "a folder/other of two.txt", files::text(2));
    let folder = other.parent().expect("its folder");
    let window = Window::open(&library, &display);
    window.wait("add-sample");
    let drag = Drag::over(&display, "Winnow", &[&one, folder]);
    wait_for("the window says that it takes files", PATIENCE, || {
        drag.tremble();
        (window.count("drop-overlay") > 0).then_some(())
    });
    assert!(window.text("drop-overlay").is_some_and(|text| text.contains("2 files")), "{:?}", window.text("drop-overlay"));
    window.shot("7 drop");
    drag.drop();
    wait_for("both files are shown", PATIENCE, || (window.count("asset-card") == 2).then_some(()));
    assert_eq!(window.count("drop-overlay"), 0, "the overlay is gone");
    assert_eq!(window.read("return location.protocol"), "tauri:", "the page stayed");
    window.settle();
    window.close();
    let names = library.ask(&["assets"]).iter().map(|asset| asset["paths"][0].to_string()).collect::<Vec<_>>().join(" ");
    assert!(names.contains("one of two.txt") && names.contains("other of two.txt"), "{names}");
}

/// Notes for each key when it was pressed, when the page heard of it, and when the document had changed.
const STOPWATCH: &str = "
    window.pressed = null; window.answered = [];
    window.addEventListener('keydown', e => { window.pressed = { made: e.timeStamp, heard: performance.now() }; }, true);
    new MutationObserver(changes => {
        if (!window.pressed || !changes.some(c => c.target.matches?.(arguments_css))) return;
        const now = performance.now();
        window.answered.push([now - window.pressed.made, now - window.pressed.heard]);
        window.pressed = null;
    }).observe(document.body, { subtree: true, childList: true, attributes: true });";

#[test]
fn keys_are_answered_while_files_are_read() {
    let _alone = alone();
    let (library, display) = (Library::new(), Display::open());
    files::texts(&library.files(), 12_000);
    library.run([OsStr::new("ingest"), OsStr::new("--no-wait"), library.files().as_os_str()]);
    let window = Window::open(&library, &display);
    wait_for("some files are shown", PATIENCE, || (window.count("asset-card") > 20).then_some(()));
    let library_keys = press(&window, &css("asset-card"), &[RIGHT, RIGHT, LEFT], "Library");
    window.session.chord(CONTROL, '2');
    wait_for("something waits", PATIENCE, || current_item(&window));
    let review_keys = press(&window, &css("review-item"), &['j', 'j', 'k'], "Review");
    window.shot("8 review while files are read");
    assert!(library.waiting() > 0, "files are still being read");
    for (place, times) in [("Library", library_keys), ("Review", review_keys)] {
        assert!(percentile(&times, 0.95) < 200.0, "{place}: {:.1} ms at the 95th percentile", percentile(&times, 0.95));
        assert!(percentile(&times, 0.5) < 50.0, "{place}: {:.1} ms at the median", percentile(&times, 0.5));
    }
    window.close();
}

/// Presses keys, each after the one before was answered; milliseconds from the press to the changed document.
fn press(window: &Window<'_>, watched: &str, keys: &[char], place: &str) -> Vec<f64> {
    window.session.script(&STOPWATCH.replace("arguments_css", &json!(format!("{watched}, {watched} *")).to_string()), json!([]));
    for n in 0..60 {
        window.session.keys(&keys[n % keys.len()].to_string());
        wait_for("the key is answered", PATIENCE, || (window.read("return window.pressed === null") == true).then_some(()));
    }
    let answered = window.read("return window.answered");
    let column = |at: usize| answered.as_array().into_iter().flatten().filter_map(|pair| pair[at].as_f64()).collect::<Vec<_>>();
    let (made, heard) = (column(0), column(1));
    let said = |times: &[f64]| {
        format!(
            "median {:.1} ms, 95th percentile {:.1} ms, most {:.1} ms",
            percentile(times, 0.5),
            percentile(times, 0.95),
            percentile(times, 1.0)
        )
    };
    println!("{place}, {} keys, from the press to the changed document: {}", made.len(), said(&made));
    println!("{place}, of this in the page itself: {}", said(&heard));
    made
}
