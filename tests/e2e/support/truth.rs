//! What a library holds to be true, as lines without ids and times: two libraries of the same files must say the same.
//!
//! Asks the command line only.

use crate::library::Library;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::thread;

/// One line per asset with its text, findings and pictures, one per review item, and the counts.
pub fn truth(library: &Library) -> BTreeSet<String> {
    let assets = library.ask(&["assets"]);
    let half = assets.len() / 2;
    let (first, second) = assets.split_at(half);
    let known = |assets: &[Value]| assets.iter().map(|asset| about(library, asset)).collect::<Vec<_>>();
    let (one, other) = thread::scope(|scope| {
        let other = scope.spawn(|| known(second));
        (known(first), other.join().expect("the other half"))
    });
    let review = library.review();
    let review = review.iter().enumerate().map(|(n, item)| format!("review {n:05} {}", of(item, &["kind", "path", "reason", "priority", "suggestion", "finding"])));
    let status = of(&library.ask_one(&["status"]), &["assets", "jobs", "review"]);
    let counts = [format!("{} assets", assets.len()), format!("status {status}")];
    one.into_iter().chain(other).chain(review).chain(counts).collect()
}

fn about(library: &Library, asset: &Value) -> String {
    let id = asset["asset"].as_str().expect("an id");
    let shown = library.ask_one(&["show", id]);
    let listed = of(asset, &["paths", "kind", "bytes", "state", "media_type", "labels", "language"]);
    let known = of(&shown, &["hash", "failure", "notes"]);
    let texts = each(&shown["extractions"], &["tool", "confidence"]);
    let text_hash = blake3::hash(each(&shown["extractions"], &["text", "spans"]).to_string().as_bytes());
    let findings = each(&shown["findings"], &["entity", "start", "end", "score", "recogniser", "state"]);
    let pictures = each(&shown["renditions"], &["kind", "page", "media_type", "width", "height"]);
    format!("asset {listed} {known} texts {texts} {} findings {findings} pictures {pictures}", text_hash.to_hex())
}

fn of(value: &Value, keys: &[&str]) -> Value {
    Value::Object(keys.iter().filter_map(|key| Some(((*key).to_owned(), value.get(*key)?.clone()))).collect::<Map<_, _>>())
}

/// The same keys of every row, rows in order of what they say.
fn each(rows: &Value, keys: &[&str]) -> Value {
    let mut said: Vec<_> = rows.as_array().into_iter().flatten().map(|row| of(row, keys)).collect();
    said.sort_by_cached_key(Value::to_string);
    json!(said)
}

/// Nothing, when both are the same; else the lines that only one of them has.
pub fn difference(expected: &BTreeSet<String>, found: &BTreeSet<String>) -> String {
    let missing = expected.difference(found).take(8).map(|line| format!("- {line}"));
    let surplus = found.difference(expected).take(8).map(|line| format!("+ {line}"));
    missing.chain(surplus).collect::<Vec<_>>().join("\n")
}
