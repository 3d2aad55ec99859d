//! `winnow watch list` beside a process that follows the folders, and when none does.

use crate::program::Library;
use std::io::{BufRead, BufReader};
use std::process::Command;
use std::time::{Duration, Instant};

#[test]
fn a_folder_is_followed_as_long_as_somebody_follows_it() {
    let (library, folder) = (Library::new(), tempfile::tempdir().expect("a folder"));
    let path = folder.path().to_str().expect("a plain path");
    assert_eq!(library.json(&["watch", "add", path]).only()["state"], "waiting");
    let state = || library.json(&["watch", "list"]).only()["state"].clone();
    let mut process = library.command(&["--json", "watch", "run"]).spawn().expect("the program starts");
    let mut said = BufReader::new(process.stderr.take().expect("a pipe"));
    said.read_line(&mut String::new()).expect("it follows");
    let until = Instant::now() + Duration::from_secs(20);
    while state() != "following" && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(state(), "following");
    let listed = library.text(&["watch", "list"]).out;
    assert!(listed.contains(" followed "), "{listed}");
    let asked = Command::new("kill").args(["-TERM", &process.id().to_string()]).status().expect("kill");
    assert!(asked.success() && process.wait().expect("it ends").success());
    assert_eq!(state(), "waiting");
    let listed = library.text(&["watch", "list"]).out;
    assert!(listed.contains("waits for the window or watch run"), "{listed}");
}
