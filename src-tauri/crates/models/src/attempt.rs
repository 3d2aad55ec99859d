//! Attempts on command, so that tests can see what a confined process cannot do.
//!
//! Only in builds with debug assertions: a shipped worker reads such an input as the text it is.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::process::Command;

const MARK: &[u8] = b"#!winnow-attempt ";
/// An act by its name.
type Act = (&'static str, fn() -> io::Result<()>);
/// What can be attempted.
const ACTS: [Act; 5] = [("open", open), ("connect", connect), ("execute", execute), ("write", write), ("trace", trace)];

/// What came of the act that an input asks for, e.g. `#!winnow-attempt open`: `done`, or the system's error number; none
/// when it asks for none.
pub fn asked(input: &[u8]) -> Option<String> {
    let rest = input.strip_prefix(MARK)?;
    let word = rest.split(u8::is_ascii_whitespace).next()?;
    ACTS.iter().find(|(name, _)| name.as_bytes() == word).map(|(_, act)| told(act()))
}

/// The same for the head of a file, which is at its start afterwards. A channel is left alone.
pub fn asked_by(mut file: &File) -> Option<String> {
    file.metadata().ok().filter(std::fs::Metadata::is_file)?;
    let mut head = Vec::new();
    let read = file.take(64).read_to_end(&mut head).is_ok() && file.rewind().is_ok();
    if read { asked(&head) } else { None }
}

/// Every act and what came of it, one a line.
pub fn all() -> String {
    ACTS.iter().map(|(name, act)| format!("{name} {}\n", told(act()))).collect()
}

fn told(done: io::Result<()>) -> String {
    match done {
        Ok(()) => "done".to_owned(),
        Err(error) => error.raw_os_error().map_or_else(|| error.to_string(), |number| number.to_string()),
    }
}

#[expect(clippy::disallowed_methods, reason = "the number of the error is what is asked for")]
fn open() -> io::Result<()> {
    File::open("/etc/hostname").map(drop)
}

#[expect(clippy::disallowed_methods, reason = "the number of the error is what is asked for")]
fn write() -> io::Result<()> {
    File::create(std::env::temp_dir().join("winnow-attempt")).map(drop)
}

fn connect() -> io::Result<()> {
    TcpStream::connect("127.0.0.1:9").map(drop)
}

/// In place of this process: it comes back only when that fails.
fn execute() -> io::Result<()> {
    Err(Command::new("/bin/true").exec())
}

fn trace() -> io::Result<()> {
    let nothing: *mut c_void = std::ptr::null_mut();
    // SAFETY: asks to watch the parent without stopping it; no memory of this process is touched.
    let told = unsafe { libc::ptrace(libc::PTRACE_SEIZE, libc::getppid(), nothing, nothing) };
    if told == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
