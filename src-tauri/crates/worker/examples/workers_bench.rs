//! Measures the real workers as the engine uses them: one JSON line on standard output.
//!
//! `workers_bench speech MODELS WAV THREADS` · `workers_bench embed MODELS TEXTS.jsonl THREADS OUT.npy`
//! The worker program is the one in `WINNOW_WORKER`.

use fs_err::File;
use serde_json::json;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use winnow_contract::model::ModelTask;
use winnow_contract::worker::HearRequest;
use winnow_engine::cards;
use winnow_engine::ports::{CallLimits, Cancel, Embedder, Speech};
use winnow_workers::{EmbedModel, Models, Widths, Workers};

const LIMITS: CallLimits = CallLimits { seconds: 3600, memory_mb: 8000, recycle_after: u32::MAX };
/// As in the engine's settings.
const STRETCH: f64 = 300.0;
const TEXTS_AT_ONCE: usize = 256;

fn main() -> Result<(), String> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["speech", models, sound, threads] => speech(&workers(models, threads)?, Path::new(sound)),
        ["embed", models, texts, threads, out] => embed(&workers(models, threads)?, Path::new(texts), Path::new(out)),
        _ => Err("usage: workers_bench speech MODELS WAV THREADS | embed MODELS TEXTS.jsonl THREADS OUT.npy".into()),
    }
}

fn workers(models: &str, threads: &str) -> Result<Workers, String> {
    let models = Arc::new(cards::Models::open(PathBuf::from(models)));
    let threads: u32 = threads.parse().map_err(|_| "THREADS is a number")?;
    let (hearing, meaning) = (Arc::clone(&models), models);
    let find = Models {
        speech: Arc::new(move || hearing.files(ModelTask::Speech).map(|found| (found.model_files(threads, &[]), found.languages))),
        embed: Arc::new(move || {
            let found = meaning.files(ModelTask::Embed)?;
            Some(EmbedModel { files: found.model_files(threads, &["cpu"]), dimensions: found.dimensions })
        }),
        ..Models::none()
    };
    Workers::find(Widths::default(), find).map_err(|error| error.to_string())
}

fn speech(workers: &Workers, sound: &Path) -> Result<(), String> {
    let began = Instant::now();
    // The first call loads the model; a hundredth of a second is nothing to hear.
    hear(workers, sound, 0.0, 0.01)?;
    let loaded = Instant::now();
    let (mut from, mut texts) = (0.0, Vec::new());
    let seconds = loop {
        let heard = hear(workers, sound, from, STRETCH)?;
        texts.extend(heard.segments.into_iter().map(|segment| segment.text));
        from = heard.until;
        if heard.at_end {
            break from;
        }
    };
    let memory = peak(workers.speech.pids());
    let (load, work) = (loaded.duration_since(began).as_secs_f64(), loaded.elapsed().as_secs_f64());
    println!("{}", json!({ "load_s": load, "sound_s": seconds, "work_s": work, "memory_mb": memory, "text": texts.join(" ") }));
    Ok(())
}

fn hear(workers: &Workers, sound: &Path, from: f64, at_most: f64) -> Result<winnow_contract::worker::Heard, String> {
    let request = HearRequest { from, at_most, language: Some("en".into()), languages: Vec::new() };
    let file = File::open(sound).map_err(|error| error.to_string())?;
    workers.speech.hear(&request, file.into_file(), LIMITS, &Cancel::default()).map_err(|error| format!("{error:?}"))
}

fn embed(workers: &Workers, texts: &Path, out: &Path) -> Result<(), String> {
    let lines = fs_err::read_to_string(texts).map_err(|error| error.to_string())?;
    let texts: Vec<String> = lines.lines().map(serde_json::from_str).collect::<Result<_, _>>().map_err(|error| error.to_string())?;
    let call = |texts: &[String]| workers.embed.embed(texts, LIMITS, &Cancel::default()).map_err(|error| format!("{error:?}"));
    call(&texts[..texts.len().min(32)])?;
    let began = Instant::now();
    let mut vectors = Vec::new();
    for some in texts.chunks(TEXTS_AT_ONCE) {
        vectors.extend(call(some)?);
    }
    let seconds = began.elapsed().as_secs_f64();
    write_npy(out, &vectors).map_err(|error| error.to_string())?;
    let memory = peak(workers.embed.pids());
    println!("{}", json!({ "texts_per_s": texts.len() as f64 / seconds, "memory_mb": memory }));
    Ok(())
}

/// Version 1.0 of NumPy's format: a matrix of 32-bit floats.
fn write_npy(path: &Path, rows: &[Vec<f32>]) -> std::io::Result<()> {
    let columns = rows.first().map_or(0, Vec::len);
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {columns}), }}", rows.len());
    while (10 + header.len() + 1) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let mut file = std::io::BufWriter::new(File::create(path)?);
    file.write_all(b"\x93NUMPY\x01\x00")?;
    file.write_all(&u16::try_from(header.len()).unwrap_or(u16::MAX).to_le_bytes())?;
    file.write_all(header.as_bytes())?;
    rows.iter().flatten().try_for_each(|value| file.write_all(&value.to_le_bytes()))?;
    file.flush()
}

/// The largest resident memory that a process has had, in megabytes.
fn peak(pids: Vec<u32>) -> u64 {
    let of = |pid: u32| -> Option<u64> {
        let status = fs_err::read_to_string(format!("/proc/{pid}/status")).ok()?;
        status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_whitespace().next()?.parse().ok()
    };
    pids.into_iter().filter_map(of).max().unwrap_or(0) / 1024
}
