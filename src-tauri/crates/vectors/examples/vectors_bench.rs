//! Measures building, searching and recall of the vector index, and prints one line of JSON.
//!
//! `vectors_bench ROWS DIMENSIONS QUERIES [--load FOLDER]`: vectors of its own making, of clusters as texts of an archive have
//! them, or `base.npy` and `q.npy` (32-bit floats, C order) of a folder. Judges nothing: whoever calls compares.

use std::collections::HashSet;
use std::error::Error;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::Instant;
use winnow_engine::ports::VectorIndex;
use winnow_vectors::{LanceIndex, LanceVectors, SWITCH};

/// Rows of one addition.
const BATCH: usize = 5_000;
/// Hits asked for.
const TOP: usize = 10;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |name: &str| -> Outcome<usize> { Ok(arguments.next().ok_or(name.to_owned())?.parse()?) };
    let (rows, dimensions, queries) = (number("ROWS")?, number("DIMENSIONS")?, number("QUERIES")?);
    let load = arguments.skip_while(|argument| argument != "--load").nth(1).map(PathBuf::from);
    let folder = tempfile::tempdir()?;
    let width = u32::try_from(dimensions)?;
    let mut source = Source::new(load.as_deref(), dimensions)?;
    let queries: Vec<_> = (0..queries).map(|_| source.query()).collect::<Outcome<_>>()?;

    let exact = open(&LanceVectors::with_switch(usize::MAX).map_err(said)?, folder.path(), width)?;
    let began = Instant::now();
    fill(&exact, &mut source, rows)?;
    let fill_s = began.elapsed().as_secs_f64();
    let began = Instant::now();
    exact.maintain().map_err(said)?;
    let compact_s = began.elapsed().as_secs_f64();
    let plain_bytes = bytes(folder.path())?;
    let (truth, exact_ms) = timed(&exact, &queries)?;
    let exact_rss = resident();
    drop(exact);

    let began = Instant::now();
    let index = open(&LanceVectors::with_switch(rows.min(SWITCH)).map_err(said)?, folder.path(), width)?;
    let open_s = began.elapsed().as_secs_f64();
    let began = Instant::now();
    index.maintain().map_err(said)?;
    let train_s = began.elapsed().as_secs_f64();
    let (found, index_ms) = timed(&index, &queries)?;
    let line = serde_json::json!({
        "rows": rows, "dimensions": dimensions, "queries": queries.len(), "fill_s": fill_s, "compact_s": compact_s,
        "plain_bytes": plain_bytes, "exact_p50_ms": share(&exact_ms, 0.5), "exact_p99_ms": share(&exact_ms, 0.99),
        "exact_rss_mb": exact_rss, "open_s": open_s, "train_s": train_s, "indexed_bytes": bytes(folder.path())?,
        "index_p50_ms": share(&index_ms, 0.5), "index_p99_ms": share(&index_ms, 0.99), "recall_at_10": recall(&truth, &found),
        "recall_sampled": index.recall(), "effort": index.effort(), "rss_mb": resident(), "peak_rss_mb": memory("VmHWM"),
    });
    println!("{line}");
    Ok(())
}

fn said(words: winnow_contract::Words) -> String {
    words.sentence()
}

fn open(vectors: &LanceVectors, folder: &Path, dimensions: u32) -> Outcome<LanceIndex> {
    Ok(vectors.open_index(folder, dimensions).map_err(said)?)
}

fn fill(index: &LanceIndex, source: &mut Source, rows: usize) -> Outcome<()> {
    for first in (0..rows).step_by(BATCH) {
        let batch = (first..rows.min(first + BATCH)).map(|row| Ok((id(row), source.vector()?))).collect::<Outcome<Vec<_>>>()?;
        index.put(&batch).map_err(said)?;
    }
    Ok(())
}

fn id(row: usize) -> String {
    format!("{row:08x}-0000-7000-8000-{row:012x}")
}

/// Answers to all queries, and the milliseconds each took. Three are asked before.
fn timed(index: &LanceIndex, queries: &[Vec<f32>]) -> Outcome<(Vec<HashSet<String>>, Vec<f64>)> {
    let ask = |query: &Vec<f32>| -> Outcome<HashSet<String>> {
        let hits = index.nearest(query, TOP).map_err(said)?;
        Ok(hits.into_iter().map(|(id, _)| id).collect())
    };
    queries.iter().take(3).try_for_each(|query| ask(query).map(drop))?;
    let (mut answers, mut times) = (Vec::new(), Vec::new());
    for query in queries {
        let began = Instant::now();
        answers.push(ask(query)?);
        times.push(began.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    Ok((answers, times))
}

fn share(sorted: &[f64], share: f64) -> f64 {
    sorted.get(((sorted.len() as f64 * share) as usize).min(sorted.len().saturating_sub(1))).copied().unwrap_or_default()
}

fn recall(truth: &[HashSet<String>], found: &[HashSet<String>]) -> f64 {
    let hits: usize = truth.iter().zip(found).map(|(truth, found)| truth.intersection(found).count()).sum();
    hits as f64 / truth.iter().map(HashSet::len).sum::<usize>().max(1) as f64
}

fn bytes(folder: &Path) -> Outcome<u64> {
    let mut sum = 0;
    for entry in fs_err::read_dir(folder)? {
        let entry = entry?;
        let found = entry.metadata()?;
        sum += if found.is_dir() { bytes(&entry.path())? } else { found.len() };
    }
    Ok(sum)
}

fn resident() -> u64 {
    memory("VmRSS")
}

/// Megabytes of this process; 0 where the system does not tell.
fn memory(which: &str) -> u64 {
    let status = fs_err::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(which)?.strip_prefix(':'));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or_default() / 1024
}

/// Where vectors come from.
enum Source {
    Made(Box<Clusters>),
    Files { base: Npy, queries: Npy },
}

impl Source {
    fn new(load: Option<&Path>, dimensions: usize) -> Outcome<Self> {
        let Some(folder) = load else { return Ok(Self::Made(Box::new(Clusters::new(dimensions)))) };
        Ok(Self::Files { base: Npy::open(&folder.join("base.npy"), dimensions)?, queries: Npy::open(&folder.join("q.npy"), dimensions)? })
    }

    fn vector(&mut self) -> Outcome<Vec<f32>> {
        match self {
            Self::Made(clusters) => Ok(clusters.draw()),
            Self::Files { base, .. } => base.next(),
        }
    }

    fn query(&mut self) -> Outcome<Vec<f32>> {
        match self {
            Self::Made(clusters) => Ok(clusters.draw()),
            Self::Files { queries, .. } => queries.next(),
        }
    }
}

/// Rows of a matrix that NumPy wrote.
struct Npy {
    file: BufReader<fs_err::File>,
    dimensions: usize,
}

impl Npy {
    fn open(path: &Path, dimensions: usize) -> Outcome<Self> {
        let mut file = BufReader::new(fs_err::File::open(path)?);
        let mut head = [0; 10];
        file.read_exact(&mut head)?;
        let mut described = vec![0; usize::from(u16::from_le_bytes([head[8], head[9]]))];
        file.read_exact(&mut described)?;
        let described = String::from_utf8(described)?;
        let fits = described.contains("'<f4'") && described.contains(&format!(", {dimensions})")) && described.contains("False");
        if fits { Ok(Self { file, dimensions }) } else { Err(format!("{} does not fit: {described}", path.display()).into()) }
    }

    fn next(&mut self) -> Outcome<Vec<f32>> {
        let mut bytes = vec![0; self.dimensions * 4];
        self.file.read_exact(&mut bytes)?;
        Ok(bytes.as_chunks::<4>().0.iter().map(|four| f32::from_le_bytes(*four)).collect())
    }
}

/// A seeded mixture: 4,000 clusters of Zipf-like size in 48 hidden dimensions, projected, with a little noise.
struct Clusters {
    random: Random,
    centres: Vec<[f32; HIDDEN]>,
    widths: Vec<f32>,
    /// Running sums of the clusters' shares.
    shares: Vec<f64>,
    projection: Vec<[f32; HIDDEN]>,
}

const HIDDEN: usize = 48;
const CLUSTERS: usize = 4_000;

impl Clusters {
    fn new(dimensions: usize) -> Self {
        let mut random = Random(20_261_121);
        let centres = (0..CLUSTERS).map(|_| std::array::from_fn(|_| random.normal())).collect();
        let widths = (0..CLUSTERS).map(|_| 0.35 + 0.4 * random.uniform() as f32).collect();
        let scale = (HIDDEN as f32).sqrt();
        let projection = (0..dimensions).map(|_| std::array::from_fn(|_| random.normal() / scale)).collect();
        let mut sum = 0.0;
        let shares = (1..=CLUSTERS).map(|nth| {
            sum += (nth as f64).powf(-0.6);
            sum
        });
        Self { shares: shares.collect(), random, centres, widths, projection }
    }

    fn draw(&mut self) -> Vec<f32> {
        let place = self.random.uniform() * self.shares.last().copied().unwrap_or_default();
        let cluster = self.shares.partition_point(|sum| *sum < place).min(CLUSTERS - 1);
        let (centre, width) = (self.centres[cluster], self.widths[cluster]);
        let hidden: [f32; HIDDEN] = std::array::from_fn(|nth| centre[nth] + width * self.random.normal());
        let shown = |row: &[f32; HIDDEN]| row.iter().zip(&hidden).map(|(one, other)| one * other).sum::<f32>();
        let vector: Vec<f32> = self.projection.iter().map(shown).collect::<Vec<_>>();
        vector.into_iter().map(|value| value + 0.15 * self.random.normal()).collect()
    }
}

/// SplitMix64, and the polar way from its numbers to a normal distribution (Box and Muller 1958).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to 1.
    fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f32 {
        let (radius, angle) = ((-2.0 * (1.0 - self.uniform()).ln()).sqrt(), std::f64::consts::TAU * self.uniform());
        (radius * angle.cos()) as f32
    }
}
