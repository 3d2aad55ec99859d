//! Speech through the real Whisper: silence, real sentences, models that are none, and a wish to stop.
//!
//! Needs the pack of models in the folder that `WINNOW_MODELS` names, and Debian's `pocketsphinx-testdata` (five sentences of a
//! LibriVox recording with what is said in them); set-up fetches both.

use crate::support::{LIMITS, file, program, tone, wav};
use std::env;
use std::path::PathBuf;
use std::sync::Arc;
use winnow_contract::worker::{HearRequest, Heard, ModelFiles};
use winnow_engine::ports::{Cancel, Speech, StageError};
use winnow_workers::{Models, Widths, Workers};

pub const SPEECH: &str = "/usr/share/pocketsphinx/test/data/librivox";

/// A file of the installed models.
fn model(name: &str) -> String {
    let folder = PathBuf::from(env::var_os("WINNOW_MODELS").expect("WINNOW_MODELS names the folder of models"));
    let path = folder.join(name);
    assert!(path.is_file(), "{} is missing", path.display());
    path.to_string_lossy().into_owned()
}

fn whisper() -> String {
    model("whisper-tiny-en/ggml-tiny.en-q8_0.bin")
}

fn voice() -> String {
    model("silero-vad/ggml-silero-v6.2.0.bin")
}

fn models(whisper: &str, voice: &str) -> ModelFiles {
    let files = [("whisper", whisper), ("voice", voice)].map(|(name, path)| (name.to_owned(), path.to_owned())).to_vec();
    ModelFiles { card: "whisper 1".to_owned(), files, threads: 2, providers: Vec::new(), max_tokens: 0 }
}

fn with(files: ModelFiles) -> Workers {
    let speech = Arc::new(move || Some((files.clone(), vec!["en".to_owned()])));
    Workers::at(&program(), Widths { decode: 1, ocr: 1 }, Models { speech, ..Models::none() }).expect("workers")
}

pub fn english() -> Workers {
    with(models(&whisper(), &voice()))
}

fn request(from: f64, at_most: f64) -> HearRequest {
    HearRequest { from, at_most, language: None, languages: vec!["en".to_owned()] }
}

pub fn hear(workers: &Workers, sound: &[u8], from: f64, at_most: f64) -> Result<Heard, StageError> {
    workers.speech.hear(&request(from, at_most), file(sound), LIMITS, &Cancel::default())
}

fn code(result: Result<Heard, StageError>) -> String {
    match result {
        Err(StageError::Broken(reason)) => reason.code,
        Err(StageError::Missing(card)) => format!("missing {card}"),
        other => panic!("not refused: {other:?}"),
    }
}

fn text(heard: &Heard) -> String {
    heard.segments.iter().map(|segment| segment.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// The sentences one after the other with silence between, as one recording.
fn sentences() -> Vec<u8> {
    let folder = fs_err::read_dir(SPEECH).expect("real speech: the package pocketsphinx-testdata is installed");
    let mut files: Vec<_> = folder.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "wav"));
    files.sort();
    let mut samples = vec![0; 16_000 * 3];
    for path in files {
        let bytes = fs_err::read(path).expect("a recording");
        samples.extend(bytes[44..].chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])));
        samples.extend(vec![0; 16_000 * 3]);
    }
    wav(16_000, 1, &samples)
}

#[test]
fn without_a_model_it_is_missing_and_starts_nothing() {
    let workers = Workers::at(&program(), Widths { decode: 1, ocr: 1 }, Models::none()).expect("workers");
    assert_eq!(workers.speech.card(), None);
    assert_eq!(code(hear(&workers, &wav(16_000, 1, &[0; 100]), 0.0, 60.0)), "missing whisper");
    assert!(workers.speech.pids().is_empty());
}

#[test]
fn files_that_are_no_models_are_refused_with_a_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    fs_err::write(path("text"), "no model at all").expect("written");
    fs_err::write(path("cut"), b"lmgg\x99\xca\0\0").expect("written");
    fs_err::write(path("empty"), b"").expect("written");
    for name in ["text", "cut", "empty"] {
        assert_eq!(code(hear(&with(models(&path(name), &path(name))), &wav(16_000, 1, &[0; 100]), 0.0, 60.0)), "model_damaged", "{name}");
    }
    assert_eq!(code(hear(&with(models(&path("gone"), &path("gone"))), &wav(16_000, 1, &[0; 100]), 0.0, 60.0)), "missing whisper 1");
}

#[test]
fn a_model_in_the_place_of_another_or_cut_is_refused() {
    let (whisper, voice) = (whisper(), voice());
    let sound = wav(16_000, 1, &[0; 16_000]);
    assert_eq!(code(hear(&with(models(&voice, &voice)), &sound, 0.0, 60.0)), "model_damaged");
    assert_eq!(code(hear(&with(models(&whisper, &whisper)), &sound, 0.0, 60.0)), "model_damaged");
    let cut = tempfile::NamedTempFile::new().expect("a file");
    let bytes = fs_err::read(&whisper).expect("a model");
    fs_err::write(cut.path(), &bytes[..bytes.len() / 2]).expect("written");
    assert_eq!(code(hear(&with(models(&cut.path().to_string_lossy(), &voice)), &sound, 0.0, 60.0)), "model_damaged");
}

#[test]
fn silence_and_a_tone_have_no_words() {
    let workers = english();
    let check = |samples: &[i16]| {
        let heard = hear(&workers, &wav(16_000, 1, samples), 0.0, 600.0).expect("heard");
        assert_eq!((heard.segments.len(), heard.at_end, heard.language.clone(), heard.discarded), (0, true, None, 0), "{heard:?}");
        assert!((heard.until - samples.len() as f64 / 16_000.0).abs() < 0.001);
    };
    check(&[0; 16_000 * 60]);
    check(&tone(16_000, 20.0, 1));
    check(&[]);
    check(&[7; 10]);
    let beyond = hear(&workers, &wav(16_000, 1, &[0; 16_000]), 99.0, 60.0).expect("heard");
    assert!(beyond.at_end && beyond.segments.is_empty());
    assert_eq!(code(hear(&workers, b"no recording at all, but long enough for a header", 0.0, 60.0)), "internal");
    assert_eq!(code(hear(&workers, b"", 0.0, 60.0)), "io_error");
    assert_eq!(workers.speech.pids().len(), 1);
}

#[test]
fn sentences_are_heard_where_they_were_said() {
    let (sound, workers) = (sentences(), english());
    let heard = hear(&workers, &sound, 0.0, 600.0).expect("heard");
    let said = text(&heard).to_lowercase();
    for words in ["john dashwood", "leisure to consider", "young man", "rather selfish", "amiable woman", "amiable himself"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert_eq!(heard.language, Some(("en".to_owned(), 1.0)));
    let first = &heard.segments[0];
    assert!((2.7..3.7).contains(&first.words[0].t0), "{:?}", first.words[0]);
    let words: usize = heard.segments.iter().map(|segment| segment.words.len()).sum();
    assert!((64..=80).contains(&words), "{words} words");
    assert!(heard.at_end && heard.speech > 18.0 && heard.speech < 27.0, "{} s of speech", heard.speech);
}

#[test]
fn stretch_by_stretch_nothing_is_lost_or_heard_twice() {
    let (sound, workers) = (sentences(), english());
    let (mut from, mut said, mut stretches) = (0.0, String::new(), 0);
    loop {
        let heard = hear(&workers, &sound, from, 15.0).expect("heard");
        assert!(heard.until > from, "it goes on");
        (from, stretches) = (heard.until, stretches + 1);
        said = said + " " + &text(&heard).to_lowercase();
        if heard.at_end {
            break;
        }
    }
    assert!(stretches >= 3, "{stretches}");
    for words in ["john dashwood", "young man", "rather selfish", "amiable woman", "amiable himself"] {
        assert_eq!(said.matches(words).count(), 1, "{words}: {said}");
    }
}

#[test]
fn another_language_is_reported_and_not_written_down() {
    let sound = sentences();
    let workers = with(models(&model("whisper-base/ggml-base-q8_0.bin"), &voice()));
    let request = HearRequest { languages: vec!["de".to_owned()], ..request(0.0, 600.0) };
    let heard = workers.speech.hear(&request, file(&sound), LIMITS, &Cancel::default()).expect("heard");
    let (language, probability) = heard.language.clone().expect("a language");
    assert_eq!((language.as_str(), heard.not_covered, heard.segments.len()), ("en", true, 0));
    assert!(probability > 0.8, "{probability}");
    let heard = hear(&workers, &sound, 0.0, 600.0).expect("heard");
    assert!(!heard.not_covered && text(&heard).contains("amiable"), "{heard:?}");
}

#[test]
fn a_wish_to_stop_ends_the_worker_and_the_next_call_loads_again() {
    let (sound, workers) = (sentences(), english());
    let cancel = Cancel::default();
    cancel.cancel();
    let stopped = workers.speech.hear(&request(0.0, 600.0), file(&sound), LIMITS, &cancel);
    assert_eq!(stopped.err(), Some(StageError::Cancelled));
    assert!(workers.speech.pids().is_empty());
    assert!(hear(&workers, &wav(16_000, 1, &[0; 1600]), 0.0, 60.0).expect("heard").at_end);
}
