//! Texts to vectors by the real model: meaning, equality, truncation, a person's query beside a batch, losses.
//!
//! Needs the pack of models in the folder that `WINNOW_MODELS` names (set-up fetches it).

use crate::support::{LIMITS, program};
use fs_err as fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{env, thread};
use winnow_contract::worker::ModelFiles;
use winnow_engine::ports::{CallLimits, Cancel, Embedder, StageError};
use winnow_workers::{EmbedModel, EmbedWorkers, Models, Widths, Workers};

const ROLES: [(&str, &str); 5] = [
    ("model", "model.onnx"),
    ("tokenizer", "tokenizer.json"),
    ("config", "config.json"),
    ("special_tokens_map", "special_tokens_map.json"),
    ("tokenizer_config", "tokenizer_config.json"),
];

pub fn models() -> PathBuf {
    let folder = PathBuf::from(env::var_os("WINNOW_MODELS").expect("WINNOW_MODELS names the folder of models"));
    assert!(folder.join("minilm-l6-v2/model.onnx").is_file(), "The models are not there. Run: cargo xtask setup");
    folder
}

/// The library that runs models, whatever its version and system call it.
pub fn runtime() -> PathBuf {
    let files = fs::read_dir(models().join("onnxruntime")).expect("the runtime's folder");
    let mut paths = files.map(|file| file.expect("a file").path());
    paths.find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().contains("libonnxruntime"))).expect("the runtime")
}

fn model() -> EmbedModel {
    let folder = models().join("minilm-l6-v2");
    let text = |path: &Path| path.to_str().expect("a plain path").to_owned();
    let own = ROLES.iter().map(|(role, name)| ((*role).to_owned(), text(&folder.join(name))));
    let files = own.chain([("runtime".to_owned(), text(&runtime()))]).collect();
    let providers = ["cuda", "webgpu", "cpu"].map(str::to_owned).to_vec();
    EmbedModel { files: ModelFiles { card: "minilm-l6-v2 1".to_owned(), files, threads: 2, providers, max_tokens: 256 }, dimensions: 384 }
}

fn embedder_of(model: EmbedModel) -> Arc<EmbedWorkers> {
    let models = Models { embed: Arc::new(move || Some(model.clone())), ..Models::none() };
    Workers::at(&program(), Widths { decode: 1, ocr: 1 }, models).expect("workers").embed
}

pub fn embedder() -> Arc<EmbedWorkers> {
    embedder_of(model())
}

fn embed(embedder: &EmbedWorkers, texts: &[&str]) -> Vec<Vec<f32>> {
    let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    embedder.embed(&texts, LIMITS, &Cancel::default()).expect("vectors")
}

fn cosine(one: &[f32], other: &[f32]) -> f32 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

/// Paragraphs of about 138 tokens, each different.
fn paragraphs(count: usize) -> Vec<String> {
    let sentence = "The keeper wrote down the wind, the barometer and every vessel that passed the point before noon. ";
    (0..count).map(|at| format!("Entry {at}. {}", sentence.repeat(6))).collect()
}

#[test]
fn alike_is_near_and_unlike_is_far() {
    let embedder = embedder();
    assert_eq!(embedder.provider(), None);
    assert_eq!(embedder.space().map(|space| (space.card, space.dimensions)), Some(("minilm-l6-v2 1".to_owned(), 384)));
    let texts = ["a cat sits on the mat", "a kitten on a rug", "the tax return is due in April"];
    let vectors = embed(&embedder, &texts);
    let (near, far) = (cosine(&vectors[0], &vectors[1]), cosine(&vectors[0], &vectors[2]));
    assert!((0.55..0.65).contains(&near) && far < 0.12, "{near} {far}");
    let provider = embedder.provider().expect("it has run");
    assert_eq!((provider.name.as_str(), provider.why.code.as_str()), ("cpu", "gpu_not_there"));
    assert!(provider.texts_per_second > 1.0, "{provider:?}");
}

#[test]
fn the_same_text_has_the_same_vector_whatever_it_is_embedded_with() {
    let embedder = embedder();
    let texts = paragraphs(70);
    let mut mixed: Vec<&str> = texts.iter().map(String::as_str).collect();
    mixed.extend(["", "short", "a cat sits on the mat"]);
    let together = embed(&embedder, &mixed);
    for at in [0, 33, 69, 70, 71, 72] {
        assert_eq!(embed(&embedder, &[mixed[at]])[0], together[at], "{at}");
        assert_eq!(embedder.embed_query(mixed[at]).expect("a vector"), together[at], "{at}");
    }
}

#[test]
fn odd_texts_have_vectors_too() {
    let embedder = embedder();
    let long = "weather ".repeat(130_000);
    let texts = ["", " \n\t ", "😀🎉👩‍👩‍👧‍👦", "\u{0}\u{1}\u{7f}\u{200b}\u{202e}", &long, &"a".repeat(1_000_000), "ℵ ﷽ 漢字 ñ"];
    let vectors = embed(&embedder, &texts);
    assert_eq!(vectors.len(), texts.len());
    // What lies beyond the last token is not heard.
    assert_eq!(embed(&embedder, &[&format!("{} end", "weather ".repeat(300))])[0], vectors[4]);
    assert!(embed(&embedder, &[]).is_empty());
    let many: Vec<String> = (0..1000).map(|at| format!("text {at}")).collect();
    assert_eq!(embedder.embed(&many, LIMITS, &Cancel::default()).expect("vectors").len(), 1000);
}

#[test]
fn a_query_does_not_wait_for_a_batch() {
    let embedder = embedder();
    embed(&embedder, &["warm"]);
    embedder.embed_query("warm").expect("a vector");
    let bulk = {
        let embedder = Arc::clone(&embedder);
        thread::spawn(move || embedder.embed(&paragraphs(500), LIMITS, &Cancel::default()))
    };
    let mut waits = Vec::new();
    while !bulk.is_finished() {
        let began = Instant::now();
        embedder.embed_query("where are the letters about the flood").expect("a vector");
        waits.push(began.elapsed());
    }
    assert_eq!(bulk.join().expect("no panic").expect("vectors").len(), 500);
    waits.sort();
    println!("{} queries, median {:?}, longest {:?}", waits.len(), waits[waits.len() / 2], waits.last());
    // A frame of 64 paragraphs takes ten times as long.
    assert!(waits.len() > 5 && waits[waits.len() / 2] < Duration::from_millis(50), "{waits:?}");
}

#[test]
fn a_lost_worker_costs_one_call() {
    let embedder = embedder();
    let before = embed(&embedder, &["a cat sits on the mat"]);
    let pid = embedder.pids()[0];
    let bulk = {
        let embedder = Arc::clone(&embedder);
        thread::spawn(move || embedder.embed(&paragraphs(2000), LIMITS, &Cancel::default()))
    };
    // Each takes about as long as a paragraph, so the batch is under way by then.
    for _ in 0..20 {
        embedder.embed_query("under way").expect("a vector");
    }
    let pid = rustix::process::Pid::from_raw(pid as i32).expect("a process id");
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("killed");
    let lost = bulk.join().expect("no panic").expect_err("lost");
    assert!(matches!(lost, StageError::Crashed(_)), "{lost:?}");
    assert_eq!(embedder.embed_query("a cat sits on the mat").expect("a vector"), before[0]);
    assert_eq!(embed(&embedder, &["a cat sits on the mat"]), before);
}

#[test]
fn limits_and_the_wish_to_stop_are_heard() {
    let embedder = embedder();
    let cancel = Cancel::default();
    cancel.cancel();
    assert_eq!(embedder.embed(&paragraphs(1), LIMITS, &cancel), Err(StageError::Cancelled));
    let small = CallLimits { memory_mb: 40, ..LIMITS };
    let told = embedder.embed(&paragraphs(2000), small, &Cancel::default()).expect_err("too large");
    assert!(matches!(&told, StageError::Broken(words) if words.code == "worker_memory"), "{told:?}");
    assert_eq!(embed(&embedder, &["alive"]).len(), 1);
}

#[test]
fn a_model_that_cannot_be_used_is_told_in_a_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = fs::read(models().join("minilm-l6-v2/model.onnx")).expect("the model");
    fs::write(folder.path().join("cut"), &whole[..whole.len() / 2]).expect("written");
    fs::write(folder.path().join("text"), "no library and no model").expect("written");
    let check = |role: &str, file: Option<&str>, code: &str| {
        let mut broken = model();
        broken.files.files.retain(|(name, _)| name != role || file.is_some());
        for (_, path) in broken.files.files.iter_mut().filter(|(name, _)| name == role) {
            *path = folder.path().join(file.unwrap_or_default()).to_str().expect("a plain path").to_owned();
        }
        let told = embedder_of(broken).embed_query("anything").expect_err("refused");
        let StageError::Broken(words) = told else { panic!("{role} {file:?}: {told:?}") };
        assert_eq!(words.code, code, "{role} {file:?}: {}", words.sentence());
        assert!(!words.sentence().contains('{'), "{}", words.sentence());
    };
    check("model", Some("cut"), "model_unusable");
    check("model", Some("text"), "model_unusable");
    check("model", Some("gone"), "model_unusable");
    check("model", None, "model_unusable");
    check("tokenizer", Some("text"), "model_unusable");
    check("runtime", Some("text"), "runtime_unusable");
    check("runtime", Some("gone"), "runtime_unusable");
    check("runtime", None, "model_unusable");
    assert_eq!(Workers::at(&program(), Widths { decode: 1, ocr: 1 }, Models::none()).expect("workers").embed.embed_query("x"), {
        Err(StageError::Missing("embedding model".to_owned()))
    });
}
