//! Which sockets a program and its children make, as `strace` sees it.
//!
//! Judges nothing.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const PROGRAM: &str = "strace";
const CALLS: &str = "trace=socket,socketpair,connect,bind";

/// The same command under `strace`, which writes what it sees into `log`.
pub fn traced(command: &Command, log: &Path) -> Command {
    let mut traced = Command::new(PROGRAM);
    traced.args(["-f", "--seccomp-bpf", "-qq", "-e", CALLS, "-o"]).arg(log).arg("--").arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => traced.env(name, value),
            None => traced.env_remove(name),
        };
    }
    traced.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    traced
}

/// Fails with a sentence where one process may not trace another.
///
/// # Panics
/// When `strace` is missing or forbidden, or does not see a socket that is made.
pub fn expect_strace(home: &Path) {
    let log = home.join("trial.strace");
    let mut trial = Command::new("/usr/bin/python3");
    trial.args(["-c", "import socket; socket.socket(socket.AF_INET)"]);
    let output = traced(&trial, &log).output().unwrap_or_else(|error| panic!("strace is needed to see sockets (package strace): {error}"));
    let why = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "strace may not trace here, so sockets cannot be seen: {why}");
    assert!(!foreign(&log, &["AF_UNIX"]).is_empty(), "strace does not see a socket that is made: {why}");
}

/// The calls in a log that name an address family other than those allowed, and that the system did. A library that asks
/// (the one that runs models does when it starts) and is refused has got nothing.
///
/// # Panics
/// When there is no log.
pub fn foreign(log: &PathBuf, allowed: &[&str]) -> Vec<String> {
    let seen = fs_err::read_to_string(log).expect("what strace saw");
    let families = |line: &str| {
        line.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
            .filter(|word| word.starts_with("AF_"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let odd = |line: &&str| families(line).iter().any(|family| !allowed.contains(&family.as_str())) && !line.contains("= -1 EPERM ");
    seen.lines().filter(odd).map(str::to_owned).collect()
}
