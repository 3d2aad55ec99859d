//! What a worker cannot do, attempted from within: open a file, connect, run a program, write, trace its parent.
//!
//! Attempts are asked for by inputs that only a worker with debug assertions obeys; so these tests are of such builds, and of
//! Linux.
#![cfg(target_os = "linux")]

use crate::support::{LIMITS, decode, file, program, request, wav, workers};
use crate::{embed, ocr, speech};
use std::process::{Command, Stdio};
use winnow_contract::worker::Confinement;
use winnow_engine::ports::{CallLimits, Cancel, Decode, Embedder, Ocr, Speech, StageError};

const ACTS: [&str; 5] = ["open", "connect", "execute", "write", "trace"];

fn attempt(act: &str) -> String {
    format!("#!winnow-attempt {act}\n")
}

/// The system refused every act: as not permitted, or as not allowed.
fn refused<T: std::fmt::Debug>(act: impl Fn(&str) -> Result<T, StageError>) {
    for name in ACTS {
        match act(&attempt(name)) {
            Err(StageError::Broken(words)) => is_refusal(name, words.params.get("why").map_or("", String::as_str)),
            other => panic!("{name}: {other:?}"),
        }
    }
}

/// `EPERM` of the filter of system calls, `EACCES` of Landlock.
fn is_refusal(act: &str, told: &str) {
    assert!(matches!(told, "1" | "13"), "{act}: {told}");
}

/// Everything holds on the system that runs the tests.
fn whole(confinement: Option<Confinement>) {
    let found = confinement.expect("it has worked");
    assert!(found.no_new_privileges && found.landlock > 0 && found.seccomp && found.limits, "{found:?}");
    assert_eq!(found.lacking, []);
}

#[test]
fn what_decodes_is_confined() {
    let workers = workers();
    refused(|bytes| workers.decode.decode(&request("txt", bytes.as_bytes()), file(bytes.as_bytes()), LIMITS, &Cancel::default()));
    whole(workers.decode.confinement());
    assert!(decode(&workers, "txt", b"still at work").is_ok());
}

#[test]
fn what_reads_pages_is_confined() {
    let workers = workers();
    assert!(workers.ocr.confinement().is_some(), "it has said its version");
    refused(|bytes| workers.ocr.read(&ocr::request("eng"), bytes.as_bytes(), LIMITS, &Cancel::default()));
    whole(workers.ocr.confinement());
    assert_eq!(workers.ocr.pids().len(), 1);
}

#[test]
fn what_hears_is_confined() {
    let workers = speech::english();
    assert_eq!(workers.speech.confinement(), None);
    refused(|bytes| speech::hear(&workers, bytes.as_bytes(), 0.0, 60.0));
    whole(workers.speech.confinement());
    assert!(speech::hear(&workers, &wav(16_000, 1, &[0; 16_000]), 0.0, 60.0).is_ok());
}

#[test]
fn what_embeds_is_confined_and_can_be_asked_on_the_side() {
    let embedder = embed::embedder();
    refused(|text| embedder.embed(&[text.to_owned()], LIMITS, &Cancel::default()));
    whole(embedder.confinement());
    assert_eq!(embedder.embed_query("a cat").expect("a vector").len(), 384);
}

/// The program stands for ffmpeg: it says what came of every act.
#[test]
fn a_program_for_films_is_confined() {
    let mut command = Command::new(program());
    command.arg("film").arg(program()).args(["1000", "10", "attempt"]).env_clear();
    let shown = command.stdin(Stdio::from(file(b"a film"))).output().expect("a launcher");
    let told = String::from_utf8(shown.stdout).expect("text");
    let lines: Vec<_> = told.lines().filter_map(|line| line.split_once(' ')).collect();
    assert_eq!(lines.iter().map(|(act, _)| *act).collect::<Vec<_>>(), ACTS, "{told}");
    lines.iter().for_each(|(act, result)| is_refusal(act, result));
}

#[test]
fn memory_that_is_reserved_counts_too() {
    let workers = workers();
    let reserve = b"#!winnow-fault reserve\n";
    let with = |memory_mb: u32| {
        let limits = CallLimits { memory_mb, ..LIMITS };
        workers.decode.decode(&request("txt", reserve), file(reserve), limits, &Cancel::default())
    };
    assert!(matches!(with(500), Err(StageError::Broken(words)) if words.code == "damaged"));
    assert!(with(6000).is_ok());
    assert!(with(500).is_err());
}

#[test]
fn a_worker_that_keeps_much_memory_is_replaced() {
    let workers = workers();
    let keep = b"#!winnow-fault keep\n";
    let with = |memory_mb: u32| {
        let limits = CallLimits { memory_mb, ..LIMITS };
        workers.decode.decode(&request("txt", keep), file(keep), limits, &Cancel::default()).expect("it was read")
    };
    let first = workers.decode.pids();
    with(1500);
    assert_eq!(workers.decode.pids(), first);
    with(500);
    assert!(workers.decode.pids().is_empty(), "300 of 500 MB are kept");
    with(1500);
    assert_ne!(workers.decode.pids(), first);
}
