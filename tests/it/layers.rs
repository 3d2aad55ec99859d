//! Forbidden edges between members, checked against the manifests and the sources.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

/// Names of a manifest's dependencies, target-specific ones too, development ones left out.
fn dependencies(member: &str) -> Vec<String> {
    let text = fs_err::read_to_string(root().join(member).join("Cargo.toml")).expect("a manifest");
    let mut names = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]") && !line.contains("dev-") && !line.contains("build-");
        } else if let Some((name, _)) = line.split_once(['=', '.', ' ']).filter(|_| inside && !line.starts_with('#')) {
            names.push(name.trim().to_owned());
        }
    }
    names
}

fn ours(member: &str) -> Vec<String> {
    dependencies(member).into_iter().filter(|name| name.starts_with("winnow-")).collect()
}

#[test]
fn members_depend_only_downwards() {
    let check = |member: &str, expected: &[&str]| assert_eq!(ours(member), expected, "{member}");
    check("src-tauri/crates/contract", &[]);
    check("src-tauri/crates/engine", &["winnow-contract"]);
    check("src-tauri/crates/models", &["winnow-contract", "winnow-readers"]);
    check("src-tauri/crates/readers", &["winnow-contract"]);
    check("src-tauri/crates/worker", &["winnow-contract", "winnow-engine"]);
    check("src-tauri/crates/xtask", &[]);
    check("src-tauri/crates/vectors", &["winnow-contract", "winnow-engine"]);
    check("src-tauri", &["winnow-contract", "winnow-engine", "winnow-vectors", "winnow-workers"]);
    check("ui", &["winnow-contract"]);
}

#[test]
fn the_contract_has_only_serde() {
    assert_eq!(dependencies("src-tauri/crates/contract"), ["serde", "serde_json"]);
}

#[test]
fn the_engine_knows_no_window_no_model_and_no_network() {
    let forbidden = ["tauri", "lancedb", "fastembed", "ort", "whisper-rs", "tesseract", "notify", "reqwest", "ureq", "hyper", "tokio"];
    let found: Vec<_> = dependencies("src-tauri/crates/engine").into_iter().filter(|name| forbidden.contains(&name.as_str())).collect();
    assert_eq!(found, Vec::<String>::new());
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs_err::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Files below a folder whose text holds any of the words.
fn holding(folder: &str, words: &[&str]) -> Vec<String> {
    let mut files = Vec::new();
    sources(&root().join(folder), &mut files);
    assert!(!files.is_empty(), "{folder} has sources");
    let holds = |path: &PathBuf| fs_err::read_to_string(path).is_ok_and(|text| words.iter().any(|word| text.contains(word)));
    let mut found: Vec<_> =
        files.into_iter().filter(holds).map(|path| path.strip_prefix(root()).expect("inside").display().to_string()).collect();
    found.sort();
    found
}

#[test]
fn only_the_catalog_holds_sql() {
    let words = [".execute(", "prepare_cached(", ".execute_batch(", "query_row("];
    let found = holding("src-tauri/crates/engine/src", &words);
    let outside: Vec<_> = found.into_iter().filter(|path| !path.contains("/catalog/") && !path.ends_with("doctor.rs")).collect();
    assert_eq!(outside, Vec::<String>::new());
}

#[test]
fn only_one_file_of_the_window_knows_tauri() {
    assert_eq!(holding("ui/src", &["__TAURI__"]), ["ui/src/ipc.rs"]);
}

#[test]
fn no_string_is_rendered_as_html() {
    // The one place draws icons, which are part of the program.
    assert_eq!(holding("ui/src", &["inner_html", "insert_adjacent_html"]), ["ui/src/parts/icon.rs"]);
}

#[test]
fn the_engine_opens_no_socket() {
    assert_eq!(holding("src-tauri/crates/engine/src", &["TcpStream", "TcpListener", "UdpSocket", "UnixStream"]), Vec::<String>::new());
}
