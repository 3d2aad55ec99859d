//! What bytes and names leave open, told by the real model: text formats, binary formats, names that lie.
//!
//! Needs the pack of models in the folder that `WINNOW_MODELS` names (set-up fetches it).

use crate::embed::{models, runtime};
use crate::support::{LIMITS, decode, expand, file, notes, page, program, property, request, workers};
use std::path::Path;
use std::sync::Arc;
use winnow_contract::asset::MediaKind;
use winnow_contract::worker::ModelFiles;
use winnow_engine::ports::{CallLimits, Cancel, Decode, DecodedFile};
use winnow_workers::{Models, Widths, Workers};

const SCRIPT: &[u8] = b"import json\nimport pathlib\n\n\ndef burning(hours, oil):\n    \"\"\"Whether the lamp lasts the night.\"\"\"\n    \
    return [hour for hour in hours if oil[hour] > 0.5]\n\n\nif __name__ == '__main__':\n    print(burning(range(12), json.loads(\
    pathlib.Path('oil.json').read_text())))\n";
const TABLE: &[u8] = b"date,wind,vessels,oil\n1938-02-17,SW 9,0,2.5\n1938-02-18,SW 7,3,2.1\n1938-02-19,W 5,4,2.0\n1938-02-20,W 4,6,1.9\n\
    1938-02-21,NW 4,5,1.9\n1938-02-22,N 3,8,1.8\n";
const LETTER: &[u8] = b"Dear Mr Trelawney,\n\nthe lamp was lit at dusk and burnt until four, when the wind took the glass. No vessel \
    passed. I have written to the office for another pane, and for oil.\n\nYours faithfully,\nEdith Penhale\n";

fn model() -> ModelFiles {
    let folder = models().join("magika");
    assert!(folder.join("model.onnx").is_file(), "The model is not there. Run: cargo xtask setup");
    let text = |path: &Path| path.to_str().expect("a plain path").to_owned();
    let own = [("model", "model.onnx"), ("config", "config.json"), ("formats", "formats.json")];
    let own = own.iter().map(|(role, name)| ((*role).to_owned(), text(&folder.join(name))));
    let files = own.chain([("runtime".to_owned(), text(&runtime()))]).collect();
    ModelFiles { card: "magika 1".to_owned(), files, threads: 1, providers: Vec::new(), max_tokens: 0 }
}

fn workers_of(model: ModelFiles) -> Workers {
    let models = Models { kinds: Arc::new(move || Some(model.clone())), ..Models::none() };
    Workers::at(&program(), Widths { decode: 1, ocr: 1 }, models).expect("workers")
}

fn told(decoded: &DecodedFile) -> (&str, Option<&str>) {
    (decoded.head.media_type.as_str(), property(decoded, "type_told_by"))
}

/// A picture in memory of Python, as its module for such things writes it (protocol 4).
fn pickle() -> Vec<u8> {
    let keys = (0..200u8).flat_map(|n| [&[0x8c, 5][..], format!("lamp{}", n % 10).as_bytes(), &[0x94, b'K', n]].concat());
    let dictionary = [b"}\x94(".as_slice(), &keys.collect::<Vec<_>>(), b"u."].concat();
    [b"\x80\x04\x95".as_slice(), &(dictionary.len() as u64).to_le_bytes(), &dictionary].concat()
}

#[test]
fn a_text_without_a_telling_name_is_told_by_the_model() {
    let workers = workers_of(model());
    let check = |extension: &str, bytes: &[u8], kind: MediaKind, expected: (&str, Option<&str>)| {
        let decoded = decode(&workers, extension, bytes).expect("decoded");
        assert_eq!((decoded.head.kind, told(&decoded)), (kind, expected), "{extension:?}");
        assert_eq!(decoded.head.texts[0].text.as_bytes(), bytes, "every word of it is kept");
        assert_eq!(notes(&decoded), Vec::<&str>::new());
    };
    check("", SCRIPT, MediaKind::Text, ("text/x-python", Some("magika 1 (python)")));
    check("1", SCRIPT, MediaKind::Text, ("text/x-python", Some("magika 1 (python)")));
    check("txt", SCRIPT, MediaKind::Text, ("text/x-python", Some("magika 1 (python)")));
    check("py", SCRIPT, MediaKind::Text, ("text/x-python", None));
    check("", TABLE, MediaKind::Table, ("text/csv", Some("magika 1 (csv)")));
    check("txt", LETTER, MediaKind::Text, ("text/plain", None));
    check("", LETTER, MediaKind::Text, ("text/plain", None));
    assert!(workers.decode.confinement().is_some_and(|found| found.lacking.is_empty() && found.seccomp && found.limits));
}

#[test]
fn a_name_that_lies_is_a_note() {
    let workers = workers_of(model());
    let decoded = decode(&workers, "csv", SCRIPT).expect("decoded");
    assert_eq!((told(&decoded), notes(&decoded)), (("text/x-python", Some("magika 1 (python)")), vec!["type_differs"]));
    assert_eq!((decoded.head.kind, decoded.head.texts[0].text.as_bytes()), (MediaKind::Text, SCRIPT));
    let decoded = decode(&workers, "py", TABLE).expect("decoded");
    assert_eq!((told(&decoded), notes(&decoded)), (("text/csv", Some("magika 1 (csv)")), vec!["type_differs"]));
    let decoded = decode(&workers, "csv", TABLE).expect("decoded");
    assert_eq!((told(&decoded), notes(&decoded)), (("text/csv", None), vec![]));
}

#[test]
fn what_is_not_text_gets_a_name_and_no_reader() {
    let workers = workers_of(model());
    let decoded = decode(&workers, "dat", &pickle()).expect("decoded");
    assert_eq!((decoded.head.kind, decoded.head.unread), (MediaKind::Other, true));
    assert_eq!(told(&decoded), ("application/x-pickle", Some("magika 1 (pickle)")));
    assert!(decoded.head.texts.is_empty());
    assert!(page(&workers, "dat", &pickle(), 1, 1).is_err() && expand(&workers, "dat", &pickle(), None).is_err());
}

#[test]
fn what_is_too_short_or_only_space_is_not_guessed() {
    let workers = workers_of(model());
    let space = [b" ".repeat(10_000), b"end".to_vec()].concat();
    for bytes in [b"a".as_slice(), b"a,b", b" \n \n  \n      \n", &space] {
        let decoded = decode(&workers, "", bytes).expect("decoded");
        assert_eq!(told(&decoded), ("text/plain", None), "{bytes:?}");
    }
}

#[test]
fn without_the_model_or_with_a_broken_one_all_is_read_as_its_bytes_say() {
    let check = |workers: &Workers| {
        let decoded = decode(workers, "", SCRIPT).expect("decoded");
        assert_eq!((told(&decoded), decoded.head.texts[0].text.as_bytes()), (("text/plain", None), SCRIPT));
        let decoded = decode(workers, "csv", SCRIPT).expect("decoded");
        assert_eq!((told(&decoded), decoded.head.texts[0].text.as_bytes()), (("text/csv", None), SCRIPT));
        let decoded = decode(workers, "dat", &pickle()).expect("decoded");
        assert_eq!(told(&decoded), ("application/octet-stream", None));
        assert_eq!(workers.decode.pids().len(), 1);
    };
    check(&workers());
    let with = |role: &str, path: &str| {
        let mut broken = model();
        broken.files.iter_mut().filter(|(name, _)| name == role).for_each(|(_, there)| *there = path.to_owned());
        workers_of(broken)
    };
    check(&with("model", "/no/such/file"));
    check(&with("runtime", "/no/such/file"));
    let text = |path: &Path| path.to_str().expect("a plain path").to_owned();
    check(&with("model", &text(&models().join("magika/config.json"))));
    check(&with("config", &text(&models().join("magika/formats.json"))));
    check(&with("runtime", &text(&models().join("magika/model.onnx"))));
}

#[test]
fn a_worker_with_the_model_is_confined_and_small() {
    let workers = workers_of(model());
    decode(&workers, "", SCRIPT).expect("decoded");
    let limits = CallLimits { memory_mb: 200, ..LIMITS };
    let asked = workers.decode.decode(&request("", SCRIPT), file(SCRIPT), limits, &Cancel::default()).expect("decoded");
    assert_eq!(told(&asked).0, "text/x-python");
    assert_eq!(workers.decode.pids().len(), 1, "it keeps less than half of what it may have");
}
