//! Faults on command, so that tests can see what the parent does about a worker that hangs, swells or dies.
//!
//! Only in builds with debug assertions: a shipped worker reads such a file as the text it is.

use std::io::Write;

const MARK: &[u8] = b"#!winnow-fault ";

/// Commits the fault that the head of a file asks for, e.g. `#!winnow-fault hang`; returns when it asks for none.
pub fn commit(head: &[u8]) {
    let Some(rest) = head.strip_prefix(MARK) else { return };
    match rest.split(|byte| byte.is_ascii_whitespace()).next() {
        Some(b"hang") => hang(),
        Some(b"eat") => eat(),
        Some(b"abort") => std::process::abort(),
        Some(b"panic") => panic!("a planned panic"),
        Some(b"garble") => garble(),
        Some(b"keep") => keep(),
        Some(b"reserve") => reserve(),
        _ => {}
    }
}

fn hang() {
    loop {
        std::thread::sleep(std::time::Duration::from_secs(1));
    }
}

/// Takes 16 MB at a time, slowly enough for any parent that looks a few times a second.
fn eat() {
    let mut eaten = Vec::new();
    loop {
        eaten.push(std::hint::black_box(vec![1u8; 16 << 20]));
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

/// Keeps 150 MB beyond the call.
fn keep() {
    std::mem::forget(std::hint::black_box(vec![1u8; 150 << 20]));
}

/// Takes 4 GB of address space without touching them.
fn reserve() {
    let mut room = Vec::<u8>::new();
    assert!(room.try_reserve_exact(4 << 30).is_ok(), "there is no room");
    std::hint::black_box(room);
}

/// Announces a frame longer than any may be.
fn garble() {
    use std::os::fd::AsFd;
    if let Ok(socket) = std::io::stdin().as_fd().try_clone_to_owned() {
        let _ = std::os::unix::net::UnixStream::from(socket).write_all(&[0xff; 64]);
    }
    hang();
}
