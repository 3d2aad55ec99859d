//! Nothing leaves this computer: neither the command line, with all its models, nor the window makes a socket that could.
//!
//! Looks at system calls, not at promises. A window driven by WebDriver is spoken to by TCP, so here the keyboard is `xdotool`'s.
#![cfg(target_os = "linux")]

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;
use winnow_e2e::display::Display;
use winnow_e2e::library::{Library, answer};
use winnow_e2e::window::PATIENCE;
use winnow_e2e::{alone, files, pictures, processes, programs, sounds, trace, wait_for};

fn some_files(library: &Library) {
    (0..12).for_each(|n| drop(files::write(&library.files(), format!("entry {n}.txt"), files::text(n))));
    files::write(&library.files(), "strip.png", pictures::strip(0, image::ImageFormat::Png));
}

/// Runs a command under the eyes of strace; its log.
fn traced(library: &Library, name: &str, words: Vec<OsString>) -> PathBuf {
    let log = library.home().join(format!("{name}.strace"));
    let said = answer(&mut trace::traced(&library.command(words), &log));
    assert_eq!(said.code, Some(0), "{name}: {}", said.errors);
    log
}

fn words(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

#[test]
fn the_command_line_makes_no_network_socket() {
    let _alone = alone();
    let library = Library::with_models();
    trace::expect_strace(library.home());
    some_files(&library);
    let clip = sounds::librivox().swap_remove(1);
    fs_err::copy(&clip.path, library.files().join(&clip.name)).expect("a recording");
    let mut logs = vec![traced(&library, "ingest", vec!["ingest".into(), library.files().into_os_string()])];
    let item = library.review()[0]["item"].as_str().expect("an item").to_owned();
    logs.push(traced(&library, "search", words(&["search", "lamp"])));
    logs.push(traced(&library, "meaning", words(&["search", "--mode", "semantic", "a young man"])));
    logs.push(traced(&library, "decide", words(&["review", "decide", &item, "--verdict", "redacted"])));
    logs.push(traced(&library, "undo", words(&["review", "undo"])));
    assert_eq!(library.review()[0]["item"], item.as_str(), "decided and taken back");
    for log in logs {
        let sockets = trace::foreign(&log, &["AF_UNIX", "AF_LOCAL"]);
        assert!(sockets.is_empty(), "{}:\n{}", log.display(), sockets.join("\n"));
    }
}

#[test]
fn the_window_makes_no_internet_socket() {
    let _alone = alone();
    let (library, display) = (Library::new(), Display::open());
    trace::expect_strace(library.home());
    some_files(&library);
    library.ingest();
    let waiting = library.review().len();
    let log = library.home().join("window.strace");
    let mut plain = std::process::Command::new(programs::winnow());
    plain.arg("--library").arg(library.path());
    library.set_apart(&mut plain);
    display.announce(&mut plain);
    let mut strace =
        trace::traced(&plain, &log).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().expect("strace");
    let window = wait_for("the window opens under strace", PATIENCE * 2, || display.window("Winnow"));
    display.xdotool(&["windowactivate", "--sync", &window]).expect("the window takes the focus");
    decide_by_keyboard(&library, &display, waiting);
    let program = processes::tree(strace.id()).into_iter().nth(1).expect("the program below strace");
    assert!(processes::ask_to_end(program), "it ran until now");
    wait_for("the window ends", PATIENCE, || (!processes::tree(strace.id()).contains(&program)).then_some(()));
    // A message bus that GLib started on the way lives as long as its screen, and strace would wait for it.
    for left in processes::traced_by(strace.id()) {
        processes::kill(left);
    }
    wait_for("strace ends", PATIENCE, || strace.try_wait().expect("its state"));
    // GLib asks the kernel by netlink whether there is a network; no byte leaves the computer by that.
    let sockets = trace::foreign(&log, &["AF_UNIX", "AF_LOCAL", "AF_NETLINK", "AF_UNSPEC"]);
    assert!(sockets.is_empty(), "{}", sockets.join("\n"));
}

/// Goes to Review and redacts the first item, looking at the command line for what came of it. The page may not hear the first
/// keys, so they are repeated until it does.
fn decide_by_keyboard(library: &Library, display: &Display, waiting: usize) {
    let decided = || library.review().len() < waiting;
    wait_for("a key in the window decides an item", PATIENCE * 2, || {
        display.xdotool(&["key", "--clearmodifiers", "ctrl+2"])?;
        display.xdotool(&["key", "--clearmodifiers", "r"])?;
        winnow_e2e::soon(Duration::from_secs(3), || decided().then_some(()))
    });
}
