//! What a library holds to be true, as lines without ids and times: two libraries of the same files must say the same.
//!
//! Lists come from the command line; what is known of each asset is read through the engine, for a process each would take minutes.

use crate::library::Library;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use winnow_contract::asset::AssetDetail;
use winnow_contract::id::AssetId;
use winnow_engine::ports::Absent;
use winnow_engine::{Engine, Options};

/// One line per asset with its text, findings and pictures, one per review item, and the counts. Which of several things that are
/// nearly the same is asked about depends on which came first, so those items are left out.
pub fn truth(library: &Library) -> BTreeSet<String> {
    let reader = reader(library);
    let assets = library.ask(&["assets"]);
    let review: Vec<Value> = library.review().into_iter().filter(|item| item["kind"] != "duplicate").collect();
    let status = of(&library.ask_one(&["status"]), &["assets", "jobs"]);
    let counts = [format!("{} assets", assets.len()), format!("{} review items", review.len()), format!("status {status}")];
    let assets = assets.iter().map(|asset| about(&reader, asset));
    let review = review.iter().map(|item| format!("review {}", of(item, &["kind", "path", "reason", "priority", "suggestion", "finding"])));
    assets.chain(review).chain(counts).collect()
}

fn about(reader: &Engine, asset: &Value) -> String {
    let id = AssetId::from(asset["asset"].as_str().expect("an id"));
    let detail = reader.whole_asset(&id).expect("an asset");
    let listed = of(asset, &["paths", "kind", "bytes", "state", "media_type", "labels", "language"]);
    format!("asset {listed} {}", known(&detail))
}

fn known(detail: &AssetDetail) -> String {
    let detail = json!(detail);
    let facts = of(&detail, &["hash", "notes", "properties"]);
    let failure = &detail["row"]["failure"];
    let texts = each(&detail["extractions"], &["tool", "confidence", "characters"]);
    let words = blake3::hash(each(&detail["extractions"], &["text", "spans"]).to_string().as_bytes()).to_hex();
    let findings = each(&detail["findings"], &["entity", "start", "end", "page", "boxes", "score", "recogniser", "state"]);
    let pictures = each(&detail["renditions"], &["kind", "page", "media_type", "width", "height"]);
    format!("{facts} failure {failure} texts {texts} {words} findings {findings} pictures {pictures}")
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

/// The engine on a library that it only reads.
fn reader(library: &Library) -> Engine {
    Engine::open(&library.path(), Absent::ports(), Options::default()).expect("a library that can be read")
}
