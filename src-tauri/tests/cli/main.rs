//! The command line as a black box: the real programs, a folder of awkward files, and the contract's lines and exit codes.
//!
//! Looks at nothing but what the program prints, how it ends and what the library's folder lets others see.

mod corrections;
mod fixtures;
#[cfg(unix)]
mod following;
mod inside;
mod models;
mod pii;
mod program;
mod refusals;
mod stopping;
mod together;

use fixtures::Collection;
use program::{Library, keys};
use serde_json::Value;

/// The keys of the contract's lines.
const INGESTED: &[&str] = &["asset", "hash", "paths", "kind", "bytes", "state", "failure", "notes"];
const SUMMARY: &[&str] = &["assets", "ready", "failed", "duplicates", "seconds"];
const STATUS: &[&str] = &["assets", "jobs", "review", "ingest_lag_s", "index_lag", "models"];
const LISTED: &[&str] = &["asset", "paths", "kind", "media_type", "bytes", "state", "labels", "language", "duplicate_of"];
const SHOWN: &[&str] = &["asset", "extractions", "suggestions", "findings", "annotations", "renditions", "hash", "paths", "state"];
const EXTRACTION: &[&str] = &["tool", "text", "confidence", "spans"];
const FINDING: &[&str] = &["finding", "entity", "start", "end", "extraction", "score", "recogniser", "state"];
const HIT: &[&str] = &["rank", "asset", "path", "score", "why", "snippet", "evidence"];
const ITEM: &[&str] = &["item", "kind", "asset", "path", "reason", "priority", "suggestion", "finding"];
const SHOWN_FINDING: &[&str] = &["entity", "start", "end", "snippet", "score"];
const STEP: &[&str] = &["row", "by", "model", "input_hash", "at"];
const CHECK: &[&str] = &["check", "ok", "detail"];
const CARD: &[&str] = &["card", "task", "state", "bytes", "licence", "source"];

#[test]
fn a_collection_from_bytes_to_decisions() {
    let collection = Collection::new();
    let library = Library::new();
    let lines = ingest(&library, &collection);
    states(&collection, &lines);
    again(&library, &collection, &lines);
    counts(&library, &lines);
    lists(&library, &lines);
    one(&library, &collection);
    search(&library);
    review(&library);
    trail(&library);
}

fn ingest(library: &Library, collection: &Collection) -> Vec<Value> {
    let done = library.json(&["ingest", collection.path()]);
    assert_eq!(done.code, 1, "one file is failed: {}", done.err);
    let mut lines = done.lines();
    let last = lines.pop().expect("a summary");
    keys(&last["summary"], SUMMARY);
    lines.iter().for_each(|line| keys(line, INGESTED));
    let summary = |key: &str| last["summary"][key].as_u64().expect("a count") as usize;
    assert_eq!(summary("assets"), lines.len());
    assert_eq!(summary("failed"), lines.iter().filter(|line| line["state"] == "failed").count());
    assert_eq!(summary("duplicates"), 1);
    lines
}

/// What became of each file.
fn states(collection: &Collection, lines: &[Value]) {
    for (name, kind, state) in fixtures::EXPECTED {
        let line = collection.line(lines, name);
        assert_eq!((line["kind"].as_str(), line["state"].as_str()), (Some(*kind), Some(*state)), "{name}: {line}");
        assert_eq!(line["failure"].is_null(), *state != "failed", "{name}");
    }
    let said = |name: &str, code: &str| {
        let notes = collection.line(lines, name)["notes"].as_array().expect("notes").clone();
        assert!(
            notes.iter().any(|note| note["code"] == code && note["message"].as_str().is_some_and(|text| !text.is_empty())),
            "{name}: {notes:?}"
        );
    };
    said("picture.pdf", "type_differs");
    said("empty.txt", "empty_file");
    let bomb = &collection.line(lines, "bomb.png")["failure"];
    keys(bomb, &["code", "params", "message"]);
    assert_eq!(bomb["code"], "too_many_pixels");
    let copies = collection.line(lines, "cards.txt")["paths"].as_array().expect("paths").len();
    assert_eq!(copies, 2, "the duplicate is a second location");
}

/// Nothing new: the same lines, and no job was run.
fn again(library: &Library, collection: &Collection, lines: &[Value]) {
    let events = || library.json(&["audit", "verify"]).only()["events"].as_i64().expect("a number");
    let before = events();
    let mut second = library.json(&["ingest", collection.path(), collection.path()]).lines();
    second.pop();
    assert_eq!(second, lines);
    assert!(events() - before <= 2, "only the scans are news");
}

fn counts(library: &Library, lines: &[Value]) {
    let status = library.json(&["status"]).only();
    keys(&status, STATUS);
    keys(&status["jobs"], &["queued", "running", "failed"]);
    keys(&status["review"], &["open", "by_kind"]);
    keys(&status["assets"], &["pending", "ready", "partial", "unread", "locked", "missing", "failed"]);
    keys(&status["models"][0], &["card", "ready"]);
    let ready = lines.iter().filter(|line| line["state"] == "ready").count();
    assert_eq!(status["assets"]["ready"], ready);
    assert_eq!((&status["jobs"]["queued"], &status["jobs"]["running"]), (&0.into(), &0.into()));
    assert!(library.text(&["status"]).out.contains("assets"));
}

fn lists(library: &Library, lines: &[Value]) {
    let all = library.json(&["assets"]).lines();
    assert_eq!(all.len(), lines.len());
    all.iter().for_each(|line| keys(line, LISTED));
    for filter in [["--state", "failed"], ["--kind", "image"], ["--label", "letter"]] {
        let key = filter[0].trim_start_matches('-');
        let some = library.json(&["assets", filter[0], filter[1]]).lines();
        let expected = all.iter().filter(|line| line[key] == filter[1]).count();
        assert_eq!(some.len(), expected, "{filter:?}");
    }
}

fn one(library: &Library, collection: &Collection) {
    let shown = library.json(&["show", &collection.file("cards.txt")]).only();
    keys(&shown, SHOWN);
    keys(&shown["extractions"][0], EXTRACTION);
    let findings = shown["findings"].as_array().expect("findings");
    findings.iter().for_each(|finding| keys(finding, FINDING));
    let cards: Vec<_> = findings.iter().filter(|finding| finding["entity"] == "CREDIT_CARD").collect();
    let text: Vec<char> = shown["extractions"][0]["text"].as_str().expect("a text").chars().collect();
    let at = |finding: &Value, key: &str| finding[key].as_u64().expect("an offset") as usize;
    let found: Vec<String> = cards.iter().map(|card| text[at(card, "start")..at(card, "end")].iter().collect()).collect();
    assert_eq!(found, [fixtures::CARD], "the number without its check digit is none");
    let id = shown["asset"].as_str().expect("an id");
    let by_id = library.json(&["text", id]).only();
    assert_eq!(by_id["text"], shown["extractions"][0]["text"]);
    assert_eq!(library.text(&["text", id]).out.trim_end(), fixtures::cards().trim_end());
    let latin = library.json(&["text", &collection.file("latin-1.txt")]).only();
    assert!(latin["text"].as_str().is_some_and(|text| text.contains("Grüße aus Köln")), "{latin}");
    let page = library.json(&["text", &collection.file("page.html")]).only();
    assert!(page["text"].as_str().is_some_and(|text| text.contains("Visible words") && !text.contains("secret_script")), "{page}");
    assert_eq!(library.json(&["text", &collection.file("empty.txt")]).only()["text"], "");
}

fn search(library: &Library) {
    for mode in ["hybrid", "lexical"] {
        let hits = library.json(&["search", "grüße koln", "--mode", mode]).lines();
        assert_eq!(hits.len(), 1, "{mode}");
        keys(&hits[0], HIT);
        keys(&hits[0]["why"], &["lexical", "semantic"]);
        keys(&hits[0]["evidence"], &["page", "box", "t0", "t1", "start", "end", "place"]);
        assert!(hits[0]["snippet"].as_str().is_some_and(|snippet| snippet.contains("Grüße")));
        assert_eq!(hits[0]["rank"], 1);
    }
    assert_eq!(library.json(&["search", "visible", "--kind", "text"]).lines().len(), 0);
    assert_eq!(library.json(&["search", "visible", "--limit", "0"]).lines().len(), 0);
    assert_eq!(library.json(&["search", "\"nowhere at all\""]).code, 0);
}

fn review(library: &Library) {
    let items = library.json(&["review", "list"]).lines();
    items.iter().for_each(|item| keys(item, ITEM));
    items.iter().for_each(|item| keys(&item["finding"], SHOWN_FINDING));
    let priorities: Vec<f64> = items.iter().map(|item| item["priority"].as_f64().expect("a number")).collect();
    assert!(priorities.is_sorted_by(|one, other| one >= other), "{priorities:?}");
    assert_eq!(library.json(&["review", "list", "--kind", "duplicate"]).lines().len(), 0);
    assert_eq!(library.json(&["review", "list", "--limit", "1"]).lines(), items[..1]);
    let card = |item: &&Value| item["finding"]["entity"] == "CREDIT_CARD";
    let alike: Vec<&Value> = items.iter().filter(card).collect();
    assert_eq!(alike.len(), 2, "the same card in two files");
    let id = alike[0]["item"].as_str().expect("an id");
    let decide = |more: &[&str]| library.json(&[&["review", "decide", id, "--verdict"], more].concat());
    let counted = decide(&["redacted", "--all-alike", "--dry-run"]).only();
    keys(&counted, &["decision", "item", "verdict", "affected"]);
    assert_eq!((&counted["affected"], counted["decision"].is_null()), (&2.into(), true));
    assert_eq!(library.json(&["review", "list"]).lines().len(), items.len(), "counting decides nothing");
    for wrong in [&["corrected"][..], &["accepted", "--value", "x"]] {
        assert_eq!(decide(wrong).code, 2, "{wrong:?}");
    }
    let decided = decide(&["redacted", "--all-alike"]).only();
    assert_eq!((&decided["affected"], &decided["verdict"], &decided["item"]), (&2.into(), &"redacted".into(), &id.into()));
    assert_eq!(decide(&["accepted"]).code, 2, "decided already");
    assert_eq!(library.json(&["review", "list"]).lines().len(), items.len() - 2);
    lineage(library, decided["decision"].as_str().expect("an id"));
    let undone = library.json(&["review", "undo"]).only();
    assert_eq!(undone["undone"], Value::from(vec![decided["decision"].clone()]));
    assert_eq!(library.json(&["review", "list"]).lines(), items, "as if nothing had been said");
    assert_eq!(library.json(&["review", "undo"]).code, 2);
    let by_prefix = library.json(&["review", "decide", &id[..id.len() - 1], "--verdict", "deferred"]);
    assert!(by_prefix.code == 0 || by_prefix.err.contains("More than one"), "{}", by_prefix.err);
}

/// From a decision down to the bytes, and from the bytes up to the decision.
fn lineage(library: &Library, decision: &str) {
    let chain = library.json(&["why", decision]).only()["chain"].as_array().expect("a chain").clone();
    chain.iter().for_each(|step| keys(step, STEP));
    let kinds: Vec<_> = chain.iter().filter_map(|step| step["kind"].as_str()).collect();
    assert_eq!(kinds.first(), Some(&"decision"));
    assert!(["review_item", "finding", "extraction", "asset", "location"].iter().all(|kind| kinds.contains(kind)), "{kinds:?}");
    let asset = chain.iter().find(|step| step["kind"] == "asset").expect("an asset");
    let down = library.json(&["why", asset["row"].as_str().expect("an id"), "--down"]).only();
    assert!(down["chain"].as_array().expect("a chain").iter().any(|step| step["row"] == decision));
}

fn trail(library: &Library) {
    let checks = library.json(&["doctor", "--read-data"]);
    assert_eq!(checks.code, 0, "{}", checks.out);
    checks.lines().iter().for_each(|check| keys(check, CHECK));
    library.forget_renditions();
    let broken = library.json(&["doctor"]);
    assert_eq!(broken.code, 1);
    assert!(broken.lines().iter().any(|check| check["check"] == "renditions" && check["ok"] == false));
    assert_eq!(library.json(&["doctor", "--repair"]).code, 0);
    assert_eq!(library.json(&["doctor"]).code, 0, "what was gone was made again");
    let audit = library.json(&["audit", "verify"]);
    assert_eq!((audit.code, &audit.only()["ok"]), (0, &true.into()));
    keys(&audit.only(), &["events", "head", "ok"]);
    let cards = library.json(&["models", "list"]).lines();
    cards.iter().for_each(|card| keys(card, CARD));
}
