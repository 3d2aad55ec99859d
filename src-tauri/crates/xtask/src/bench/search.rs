//! Search by meaning: our index beside LanceDB's and faiss's Python packages, on the same vectors, one query at a time.

use super::table::Table;
use super::{Bench, number};
use crate::shell::Outcome;
use serde_json::Value;
use std::path::Path;

/// Recall, times and memory at a hundred thousand and a million chunks.
pub fn table(bench: &Bench<'_>) -> Outcome<Table> {
    let mut rows = Vec::new();
    for count in ["100000", "1000000"] {
        let data = bench.file(&format!("vectors {count}"));
        bench.peers.make(bench.place, &Path::new(&data).join("truth.npy"), "vectors.py", &["make", &data, count])?;
        let ours = bench.ours("vectors_bench", &[count, "384", "200", "--load", &data])?;
        rows.extend(both(count, &ours)?);
        for engine in ["lancedb", "faiss"] {
            let work = bench.file("vectors theirs");
            let built = bench.peers.measure(bench.place, "vectors.py", &["build", engine, &data, &work])?;
            let found = bench.peers.measure(bench.place, "vectors.py", &["search", engine, &data, &work])?;
            rows.push(row(count, engine, &built, &found)?);
        }
    }
    Ok(Table {
        title: "Search by meaning",
        how: "Clustered unit vectors of 384 numbers, 200 queries one at a time, two cores; each peer with its first setting that reaches a recall of .95. Winnow compares every vector up to its switch point.",
        columns: vec!["vectors", "program", "setting", "recall@10", "p50, ms", "p99, ms", "memory, MB", "build, s", "on disk, MB"],
        rows,
    })
}

/// Our exact comparison, and our index.
fn both(count: &str, run: &Value) -> Outcome<[Vec<String>; 2]> {
    let row = |setting: String, recall: f64, times: [&str; 2], memory: &str, build: f64, bytes: &str| -> Outcome<Vec<String>> {
        let [p50, p99] = times.map(|key| number(run, key));
        let numbers = [format!("{recall:.3}"), format!("{:.1}", p50?), format!("{:.1}", p99?), format!("{:.0}", number(run, memory)?)];
        let rest = [format!("{build:.0}"), format!("{:.0}", number(run, bytes)? / 1e6)];
        Ok([count.to_owned(), "Winnow".to_owned(), setting].into_iter().chain(numbers).chain(rest).collect())
    };
    let fill = number(run, "fill_s")? + number(run, "compact_s")?;
    let (trained, recall) = (fill + number(run, "train_s")?, number(run, "recall_at_10")?);
    Ok([
        row("exact".to_owned(), 1.0, ["exact_p50_ms", "exact_p99_ms"], "exact_rss_mb", fill, "plain_bytes")?,
        row(format!("index, {}", run["effort"]), recall, ["index_p50_ms", "index_p99_ms"], "rss_mb", trained, "indexed_bytes")?,
    ])
}

fn row(count: &str, name: &str, built: &Value, found: &Value) -> Outcome<Vec<String>> {
    Ok(vec![
        count.to_owned(),
        name.to_owned(),
        found["setting"].as_str().unwrap_or_default().to_owned(),
        format!("{:.3}", number(found, "recall")?),
        format!("{:.1}", number(found, "p50_ms")?),
        format!("{:.1}", number(found, "p99_ms")?),
        format!("{:.0}", number(found, "memory_mb")?),
        format!("{:.0}", number(built, "build_s")?),
        format!("{:.0}", number(built, "bytes")? / 1e6),
    ])
}
