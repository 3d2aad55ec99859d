//! The detector without a library.
//!
//! What it finds is the engine's matter; here it is how it is asked and how it answers.

use crate::fixtures::{CARD, cards};
use crate::program::{Library, keys};
use serde_json::{Value, json};

#[test]
fn plain_text_in_findings_out() {
    let library = Library::new();
    let done = library.with_input(&["--json", "pii", "scan", "--patterns-only"], cards().as_bytes());
    assert_eq!(done.code, 0, "{}", done.err);
    let lines = done.lines();
    lines.iter().for_each(|line| keys(line, &["start", "end", "entity", "score", "recogniser"]));
    let entities: Vec<_> = lines.iter().filter_map(|line| line["entity"].as_str()).collect();
    assert_eq!(entities, ["CREDIT_CARD", "EMAIL_ADDRESS"]);
    assert_eq!((&lines[0]["start"], &lines[0]["end"]), (&12.into(), &(12 + CARD.len()).into()));
    let text = library.with_input(&["pii", "scan", "-"], cards().as_bytes());
    assert_eq!(text.out.lines().count(), 2);
    assert!(!library.folder().exists(), "no library is needed");
}

#[test]
fn offsets_are_characters_whatever_is_broken() {
    let library = Library::new();
    let input = [b"\xc3\xbc \xff\xe2\x82 ".as_slice(), CARD.as_bytes()].concat();
    let found = library.with_input(&["--json", "pii", "scan"], &input).lines();
    assert_eq!(found[0]["start"], String::from_utf8_lossy(&input).chars().position(|letter| letter == '4').expect("there"));
}

#[test]
fn a_document_a_line() {
    let library = Library::new();
    let documents = [json!({"id": 7, "text": cards()}), json!({"id": "b", "text": "nothing"}), json!({"id": null, "text": ""})];
    let input: String = documents.iter().map(|document| format!("{document}\n")).collect();
    let answers = library.with_input(&["pii", "scan", "-", "--jsonl"], input.as_bytes()).lines();
    let ids: Vec<&Value> = answers.iter().map(|answer| &answer["id"]).collect();
    assert_eq!(ids, [&json!(7), &json!("b"), &json!(null)]);
    let counts: Vec<_> = answers.iter().map(|answer| answer["findings"].as_array().map(Vec::len)).collect();
    assert_eq!(counts, [Some(2), Some(0), Some(0)]);
    keys(&answers[0]["findings"][0], &["start", "end", "entity", "score", "recogniser"]);
    let bad = library.with_input(&["pii", "scan", "--jsonl"], b"{\"id\":1,\"text\":\"\"}\nnonsense\n");
    assert_eq!((bad.code, bad.out.lines().count()), (2, 1), "{}", bad.err);
    assert!(bad.err.contains("Line 2"), "{}", bad.err);
}
