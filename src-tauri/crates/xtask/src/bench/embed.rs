//! Embeddings: MiniLM, ours beside ONNX Runtime in Python with the model quantised dynamically by its own tool.

use super::table::{Table, spread};
use super::{Bench, TURNS, median, number};
use crate::pack;
use crate::shell::Outcome;
use std::path::Path;

const TEXTS: &str = "600";

/// Texts a second, memory, and how far the vectors are from each other.
pub fn table(bench: &Bench<'_>) -> Outcome<Table> {
    let tokenizer = bench.models.join("minilm-l6-v2/tokenizer.json").display().to_string();
    let (texts, model) = (bench.file("texts.jsonl"), bench.file("peer.onnx"));
    let source = pack::unconverted(bench.place, "minilm-l6-v2", Path::new(&bench.file("minilm")))?.join("model.onnx").display().to_string();
    bench.peers.make(bench.place, Path::new(&texts), "embed.py", &["texts", &texts, &tokenizer, TEXTS])?;
    bench.peers.make(bench.place, Path::new(&model), "embed.py", &["make", &source, &model])?;
    let (one, other, float) = (bench.file("ours.npy"), bench.file("theirs.npy"), bench.file("float.npy"));
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        ours.push(bench.ours("workers_bench", &["embed", &bench.models.display().to_string(), &texts, "2", &one])?);
        theirs.push(bench.peers.measure(bench.place, "embed.py", &["run", &model, &tokenizer, &texts, "2", &other])?);
    }
    bench.peers.measure(bench.place, "embed.py", &["run", &format!("{model}.float"), &tokenizer, &texts, "2", &float])?;
    let rate = |runs: &[serde_json::Value]| -> Outcome<_> {
        Ok(median(runs.iter().map(|run| number(run, "texts_per_s")).collect::<Outcome<_>>()?))
    };
    let (ours_rate, theirs_rate) = (rate(&ours)?, rate(&theirs)?);
    let row = |name: &str, rate, run: &serde_json::Value, vectors: &str| -> Outcome<Vec<String>> {
        let cosine = bench.peers.measure(bench.place, "embed.py", &["compare", vectors, &float])?;
        let cosine = format!("{:.4} (least {:.4})", number(&cosine, "mean")?, number(&cosine, "least")?);
        Ok(vec![name.to_owned(), spread(rate, 1), format!("{:.0}", number(run, "memory_mb")?), cosine])
    };
    let rows = vec![
        row("Winnow", ours_rate, &ours[0], &one)?,
        row("ONNX Runtime in Python, dynamic int8", theirs_rate, &theirs[0], &other)?,
        vec!["**speed, Winnow ÷ the other**".to_owned(), format!("**{:.2}**", ours_rate.0 / theirs_rate.0), String::new(), String::new()],
    ];
    Ok(Table {
        title: "Embeddings",
        how: "MiniLM L6 v2, 600 texts of about 140 tokens, sorted by length, eight at a time, two threads; the cosine is to the same weights as 32-bit floats.",
        columns: vec!["program", "texts a second", "memory, MB", "cosine"],
        rows,
    })
}
