//! Closes what the parent's other threads left open: a worker keeps its channel and nothing else.
//!
//! Whoever waits for the other end of such a pipe would wait as long as the worker lives.
#![allow(unsafe_code)]

use std::fs;
use std::os::fd::{BorrowedFd, RawFd};

/// Closes every descriptor but the three standard ones. Called first, while this process owns no other.
pub fn close_inherited() {
    for descriptor in listed().into_iter().filter(|descriptor| *descriptor > 2) {
        // SAFETY: nothing in this process has opened a descriptor yet, so none of these is anybody's. The one that listed the
        // folder is closed already: asking about it is an error, and it is left alone.
        unsafe {
            if rustix::io::fcntl_getfd(BorrowedFd::borrow_raw(descriptor)).is_ok() {
                rustix::io::close(descriptor);
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a listing that fails is no error here")]
fn listed() -> Vec<RawFd> {
    let Ok(entries) = fs::read_dir("/dev/fd") else { return Vec::new() };
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect()
}
