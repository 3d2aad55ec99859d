//! Workers that die, hang, swell or talk nonsense: only their own call fails.
//!
//! Faults are asked for by files that only a worker with debug assertions obeys; so these tests are of such builds.

use crate::support::{LIMITS, decode, file, program, request, workers};
use std::fs::File;
use std::io::Seek;
use std::process::Command;
use std::time::{Duration, Instant};
use winnow_contract::Words;
use winnow_engine::ports::{CallLimits, Cancel, Decode, StageError};
use winnow_workers::{Models, Widths, Workers};

const HANG: &[u8] = b"#!winnow-fault hang\n";

/// Both ends of a descriptor that was handed over share one position.
fn wait_until_read(mut file: File) {
    while file.stream_position().expect("a position") == 0 {
        std::thread::yield_now();
    }
}

fn fault(workers: &Workers, name: &str, limits: CallLimits, cancel: &Cancel) -> StageError {
    let bytes = format!("#!winnow-fault {name}\n").into_bytes();
    workers.decode.decode(&request("txt", &bytes), file(&bytes), limits, cancel).expect_err("a fault")
}

fn works(workers: &Workers) {
    let decoded = decode(workers, "txt", b"fine").expect("the next file is read");
    assert_eq!(decoded.head.texts[0].text, "fine");
}

#[test]
fn a_fault_costs_one_call() {
    let workers = workers();
    let check = |name: &str, limits: CallLimits, expected: StageError| {
        assert_eq!(fault(&workers, name, limits, &Cancel::default()), expected, "{name}");
        works(&workers);
        assert_eq!(workers.decode.pids().len(), 1);
    };
    let lost = || StageError::Crashed(Words::new("worker_lost"));
    check("abort", LIMITS, lost());
    check("garble", LIMITS, lost());
    let hang = CallLimits { seconds: 1, ..LIMITS };
    check("hang", hang, StageError::Broken(Words::new("worker_timeout").with("seconds", 1)));
    if cfg!(target_os = "linux") {
        let eat = CallLimits { memory_mb: 200, ..LIMITS };
        check("eat", eat, StageError::Broken(Words::new("worker_memory").with("limit", 200)));
    }
}

#[test]
fn a_panic_is_a_refusal_and_the_worker_stays() {
    let workers = workers();
    let pids = workers.decode.pids();
    let StageError::Broken(reason) = fault(&workers, "panic", LIMITS, &Cancel::default()) else { panic!("not refused") };
    assert_eq!(reason.code, "damaged");
    assert!(reason.sentence().contains("fault.rs:"), "{}", reason.sentence());
    works(&workers);
    assert_eq!(workers.decode.pids(), pids);
}

#[test]
fn a_wish_to_stop_is_heard_at_once() {
    let workers = workers();
    let (cancel, hang) = (Cancel::default(), file(HANG));
    let ours = hang.try_clone().expect("the same file");
    let stopped = std::thread::scope(|scope| {
        let call = scope.spawn(|| workers.decode.decode(&request("txt", HANG), hang, LIMITS, &cancel));
        wait_until_read(ours);
        let asked = Instant::now();
        cancel.cancel();
        assert_eq!(call.join().expect("no panic").err(), Some(StageError::Cancelled));
        asked.elapsed()
    });
    assert!(stopped < Duration::from_millis(500), "{stopped:?}");
    works(&workers);
}

#[test]
fn a_killed_worker_fails_its_own_call_only() {
    let workers = Workers::at(&program(), Widths { decode: 2, ocr: 1 }, Models::none()).expect("workers");
    std::thread::scope(|scope| {
        let hanging = scope.spawn(|| fault(&workers, "hang", LIMITS, &Cancel::default()));
        // Two workers are there once one call found the other worker at work; that one is named first.
        while workers.decode.pids().len() < 2 {
            works(&workers);
        }
        kill(workers.decode.pids()[0]);
        assert_eq!(hanging.join().expect("no panic"), StageError::Crashed(Words::new("worker_lost")));
        works(&workers);
    });
}

#[test]
fn a_worker_killed_while_it_waits_is_nobodys_fault() {
    let workers = workers();
    let pids = workers.decode.pids();
    kill(pids[0]);
    while is_running(pids[0]) {
        std::thread::yield_now();
    }
    works(&workers);
    assert_ne!(workers.decode.pids(), pids);
}

#[test]
fn a_worker_is_replaced_when_it_has_worked_long_enough() {
    let workers = workers();
    let limits = CallLimits { recycle_after: 3, ..LIMITS };
    let pid = |workers: &Workers| workers.decode.pids();
    let read = || workers.decode.decode(&request("txt", b"x"), file(b"x"), limits, &Cancel::default()).expect("decoded");
    let first = pid(&workers);
    read();
    assert_eq!(pid(&workers), first);
    read();
    assert!(pid(&workers).is_empty(), "asking its version was its first call");
    read();
    assert_ne!(pid(&workers), first);
}

#[test]
fn no_worker_outlives_its_owner() {
    let workers = workers();
    works(&workers);
    let pids = [workers.decode.pids(), workers.ocr.pids(), workers.speech.pids()].concat();
    assert_eq!(pids.len(), 2);
    drop(workers);
    for pid in pids {
        assert!(!is_running(pid), "{pid}");
    }
}

#[test]
fn a_missing_program_is_said() {
    let error = Workers::at(std::path::Path::new("/nowhere/winnow-worker"), Widths::default(), Models::none()).err().expect("an error");
    assert!(error.to_string().contains("worker"), "{error}");
}

fn kill(pid: u32) {
    assert!(Command::new("kill").args(["-KILL", &pid.to_string()]).status().expect("kill").success());
}

/// Running, and not merely waiting to be reaped.
fn is_running(pid: u32) -> bool {
    let shown = Command::new("ps").args(["-o", "stat=", "-p", &pid.to_string()]).output().expect("ps");
    let state = String::from_utf8_lossy(&shown.stdout).trim().to_owned();
    !state.is_empty() && !state.starts_with('Z')
}

/// A parent that is killed closes its end of the channel: the worker ends even while it is busy.
#[test]
fn a_busy_worker_ends_with_its_parent() {
    use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
    use std::os::fd::{AsFd, OwnedFd};
    let (ours, theirs) = std::os::unix::net::UnixStream::pair().expect("a socket pair");
    let mut child = Command::new(program()).arg("decode").stdin(OwnedFd::from(theirs)).spawn().expect("a worker");
    let work = winnow_contract::worker::Work::Decode(request("txt", b""));
    let header = serde_json::to_vec(&work).expect("a request");
    let frame = [(header.len() as u32).to_le_bytes().as_slice(), &[0; 4], &header].concat();
    let hang = file(HANG);
    let descriptors = [hang.as_fd()];
    let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    assert!(control.push(SendAncillaryMessage::ScmRights(&descriptors)));
    sendmsg(&ours, &[std::io::IoSlice::new(&frame)], &mut control, SendFlags::empty()).expect("sent");
    wait_until_read(hang);
    assert!(child.try_wait().expect("a state").is_none(), "it hangs");
    drop(ours);
    let began = Instant::now();
    while child.try_wait().expect("a state").is_none() {
        assert!(began.elapsed() < Duration::from_secs(10), "the worker outlived its parent");
        std::thread::yield_now();
    }
}
