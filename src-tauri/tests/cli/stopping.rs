//! Early ends: a reader that goes away, and the wish that the program stops.
//!
//! Neither is an error that loses anything.

use crate::program::Library;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

#[test]
fn a_closed_pipe_is_no_error() {
    let library = Library::new();
    let mut process = library.command(&["--json", "pii", "scan"]).stdin(Stdio::piped()).spawn().expect("the program starts");
    let mut input = process.stdin.take().expect("a pipe");
    let writer = std::thread::spawn(move || {
        // Ends when the program does, for then the pipe is closed.
        while input.write_all("Write to edith@example.org today. ".repeat(4000).as_bytes()).is_ok() {}
    });
    let mut output = BufReader::new(process.stdout.take().expect("a pipe"));
    let mut line = String::new();
    output.read_line(&mut line).expect("a line");
    assert!(line.contains("EMAIL_ADDRESS"), "{line}");
    drop(output);
    let done = process.wait_with_output().expect("the program ends");
    writer.join().expect("joined");
    assert_eq!((done.status.code(), done.stderr.as_slice()), (Some(0), b"".as_slice()));
}

#[cfg(unix)]
#[test]
fn a_stop_keeps_what_was_finished() {
    use std::process::Command;
    let library = Library::new();
    let folder = tempfile::tempdir().expect("a folder");
    // More than are read in a second, after which the first line of progress comes.
    for number in 0..4000 {
        fs_err::write(folder.path().join(format!("{number}.txt")), format!("Letter number {number}.")).expect("written");
    }
    let path = folder.path().to_str().expect("a plain path");
    let mut process = library.command(&["--json", "ingest", path]).spawn().expect("the program starts");
    // A count is said when the work has begun.
    let mut progress = BufReader::new(process.stderr.take().expect("a pipe"));
    let mut said = String::new();
    while !said.contains(" of ") {
        assert_ne!(progress.read_line(&mut said).expect("a line"), 0, "it ended before it could be stopped: {said}");
    }
    let asked = Command::new("kill").args(["-TERM", &process.id().to_string()]).status().expect("kill");
    assert!(asked.success());
    let done = process.wait_with_output().expect("the program ends");
    std::io::Read::read_to_string(&mut progress, &mut said).expect("the rest");
    assert_eq!(done.status.code(), Some(1), "{said}");
    assert!(said.contains("Stopped. What was finished is kept."), "{said}");
    let status = library.json(&["status"]).only();
    assert_eq!(status["assets"]["failed"], 0, "{status}");
    assert_eq!(library.json(&["doctor"]).code, 0);
    assert_eq!(library.json(&["ingest", path]).lines().last().expect("a summary")["summary"]["ready"], 4000);
}
