//! What is refused, with which exit code and with which words.
//!
//! Nothing here reads a file of the collection.

use crate::program::Library;

#[test]
fn wrong_usage_is_two() {
    let library = Library::new();
    for arguments in [
        &["nonsense"][..],
        &["ingest"],
        &["ingest", "/no/such/path"],
        &["assets", "--state", "happy"],
        &["show", "no-such-id"],
        &["members", "no-such-id"],
        &["unlock", "no-such-id"],
        &["assets", "--inside", "no-such-id"],
        &["text", "/no/such/path"],
        &["why", "no-such-id"],
        &["review", "decide", "no-such-id", "--verdict", "accepted"],
        &["review", "decide", "x", "--verdict", "perhaps"],
        &["review", "undo"],
        &["pii", "scan", "/no/such/path"],
        &["models", "import", "/no/such/path"],
    ] {
        let done = library.json(arguments);
        assert_eq!((done.code, done.out.as_str()), (2, ""), "{arguments:?}: {}", done.err);
        assert!(!done.err.trim().is_empty(), "{arguments:?}");
    }
}

#[test]
fn without_a_model_meaning_is_three_with_a_sentence_and_words_answer() {
    let library = Library::new();
    let done = library.json(&["search", "x", "--mode", "semantic"]);
    assert_eq!(done.code, 3);
    assert!(done.err.contains("needs a model"), "{}", done.err);
    let done = library.json(&["search", "x"]);
    assert_eq!((done.code, done.out.as_str()), (0, ""));
    assert!(done.err.contains("needs a model"), "{}", done.err);
}

#[test]
fn reading_a_library_that_is_not_there_gives_an_empty_one() {
    let library = Library::new();
    assert_eq!(library.json(&["assets"]).code, 0);
    assert_eq!(library.json(&["status"]).only()["assets"]["ready"], 0);
    assert_eq!(library.json(&["audit", "verify"]).only()["ok"], true);
    assert_eq!(library.text(&["review", "list"]).code, 0);
}

#[test]
fn while_another_process_writes_one_may_read() {
    let library = Library::new();
    library.json(&["assets"]);
    let lock = fs_err::OpenOptions::new().write(true).open(library.folder().join("lock")).expect("a lock").into_file();
    lock.lock().expect("locked");
    assert_eq!(library.json(&["status"]).code, 0);
    assert_eq!(library.json(&["doctor"]).code, 0);
    for arguments in [&["ingest", "."][..], &["review", "undo"], &["doctor", "--repair"]] {
        let done = library.json(arguments);
        assert_eq!((done.code, done.out.as_str()), (3, ""), "{arguments:?}");
        let said: Vec<_> = done.err.lines().collect();
        assert_eq!(said.len(), 2, "a sentence and a hint: {said:?}");
        assert!(said[0].contains("Another Winnow"), "{said:?}");
    }
}

#[test]
fn a_library_that_cannot_be_used_is_three() {
    let library = Library::new();
    fs_err::write(library.folder(), "a file in its place").expect("written");
    for arguments in [&["status"][..], &["ingest", "."]] {
        assert_eq!(library.json(arguments).code, 3, "{arguments:?}");
    }
}

#[test]
fn without_a_worker_nothing_is_read_but_everything_is_shown() {
    let library = Library::new();
    let without = |arguments: &[&str]| {
        let mut command = library.command(arguments);
        command.env("WINNOW_WORKER", "/no/such/worker").output().expect("the program ends").status.code()
    };
    assert_eq!(without(&["ingest", "."]), Some(3));
    assert_eq!(without(&["ingest", "--no-wait", "."]), Some(0));
    assert_eq!(without(&["status"]), Some(0));
    assert_eq!(without(&["models", "list"]), Some(0));
    assert_eq!(without(&["models", "verify"]), Some(3));
    assert!(library.folder().join("catalog.sqlite").is_file());
}

#[test]
fn help_and_version_are_no_errors() {
    let library = Library::new();
    for arguments in [&["--help"][..], &["ingest", "--help"], &["--version"]] {
        let done = library.text(arguments);
        assert_eq!(done.code, 0);
        assert!(done.out.contains("innow"), "{}", done.out);
    }
}
