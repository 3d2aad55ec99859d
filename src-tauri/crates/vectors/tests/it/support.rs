//! Vectors in clusters, as texts of an archive have them, and the answer of comparing all.

use std::ops::Range;
use tempfile::TempDir;

/// A folder of a test. Temporary files of the process do not go into the first index that is opened, which goes with its test.
pub fn folder() -> TempDir {
    drop(tempfile::env::override_temp_dir(&std::env::temp_dir()));
    tempfile::tempdir().expect("a folder")
}

/// A chunk id by number.
pub fn id(number: usize) -> String {
    format!("{number:08x}-0000-7000-8000-{number:012x}")
}

pub fn ids(hits: &[(String, f32)]) -> Vec<String> {
    hits.iter().map(|hit| hit.0.clone()).collect()
}

pub fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort_unstable();
    ids
}

/// The best by cosine, best first.
pub fn brute_force(rows: &[(String, Vec<f32>)], query: &[f32], count: usize) -> Vec<(String, f32)> {
    let length = |vector: &[f32]| vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    let dot = |one: &[f32]| one.iter().zip(query).map(|(one, other)| one * other).sum::<f32>();
    let mut hits: Vec<_> = rows.iter().map(|(id, row)| (id.clone(), dot(row) / length(row) / length(query))).collect();
    hits.sort_by(|one, other| other.1.total_cmp(&one.1));
    hits.truncate(count);
    hits
}

/// A seeded mixture of clusters.
pub struct Clusters {
    state: u64,
    centres: Vec<Vec<f32>>,
}

impl Clusters {
    pub fn new(dimensions: usize, clusters: usize, seed: u64) -> Self {
        let mut made = Self { state: seed, centres: Vec::new() };
        made.centres = (0..clusters).map(|_| (0..dimensions).map(|_| made.number()).collect()).collect();
        made
    }

    /// SplitMix64, as a number from -1 to 1.
    fn number(&mut self) -> f32 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    }

    pub fn draw(&mut self) -> Vec<f32> {
        let cluster = (self.number().abs() * self.centres.len() as f32) as usize % self.centres.len();
        let centre = self.centres[cluster].clone();
        centre.into_iter().map(|value| value + 0.5 * self.number()).collect()
    }

    pub fn rows(&mut self, numbers: Range<usize>) -> Vec<(String, Vec<f32>)> {
        numbers.map(|number| (id(number), self.draw())).collect()
    }
}
