//! What a growing table needs now and then: fewer files, an index that knows most rows, no old versions.
//!
//! The rules are pure and stand first; nothing here holds a lock.

use crate::table::{self, Effort, Hit, VECTOR};
use crate::trouble::Trouble;
use lancedb::index::Index;
use lancedb::index::vector::IvfRqIndexBuilder;
use lancedb::table::{CompactionOptions, Duration, OptimizeAction, OptimizeOptions};
use lancedb::{DistanceType, Table};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The file beside the table that says how good the index was found to be.
pub const NOTE: &str = "index.json";
const INDEX: &str = "meaning";

/// Rows a file grows to. Larger files would be written again and again while the table grows.
const FILE_ROWS: usize = 65_536;
/// Smaller files than this are left beside each other.
const SMALL_FILES: usize = 32;
/// Versions that may lie about before the old ones are deleted.
const VERSIONS: u64 = 64;
/// Vectors of one partition of the index.
const PARTITION_ROWS: usize = 1_000;
/// Vectors a partition's centre is learnt from. Four times as many made no better centres and took 300 MB more.
const TRAINING_ROWS: u32 = 64;
/// Later additions to the index that are searched beside each other before they become one.
const PARTS: u32 = 4;

/// Stored vectors that an index is tried with.
const SAMPLE: usize = 100;
/// Hits that are compared.
const TOP: usize = 10;
/// Share of the true best hits that a sample has to find. Queries that are no stored vector find less (.948 where a sample of 50
/// had found .97), and .95 is promised.
const RECALL_WANTED: f32 = 0.985;
/// Hits this close to the last true one are as good.
const TIE: f32 = 1e-5;

/// How thoroughly an index may be asked, the cheapest first.
const EFFORTS: &[Effort] = &[
    Effort { probes: 16, refine: 10 },
    Effort { probes: 32, refine: 10 },
    Effort { probes: 64, refine: 10 },
    Effort { probes: 128, refine: 10 },
    Effort { probes: 256, refine: 20 },
];

/// What is known of an index.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trained {
    /// Rows of the table when it was trained.
    pub rows: usize,
    /// Share of the true ten best that a sample found.
    pub recall: f32,
    /// How it is asked; none when no effort was good enough, and every vector is compared instead.
    pub effort: Option<Effort>,
}

impl Trained {
    /// An index that is not to be used, and is trained anew as soon as the table has twice these rows.
    pub fn given_up(rows: usize) -> Self {
        Self { rows, recall: 0.0, effort: None }
    }
}

/// What an index needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Nothing,
    Train,
    Extend,
    Measure,
    Drop,
}

/// The next step. `unindexed` are the rows an existing index does not know.
pub fn step(rows: usize, switch: usize, unindexed: Option<usize>, trained: Option<&Trained>) -> Step {
    let lost = unindexed.is_none() && trained.is_some_and(|trained| trained.effort.is_some());
    let outgrown = lost || trained.is_none_or(|trained| rows >= trained.rows.saturating_mul(2));
    match unindexed {
        Some(_) if rows < switch / 2 => Step::Drop,
        Some(_) if trained.is_none() => Step::Measure,
        None | Some(_) if outgrown && rows >= switch => Step::Train,
        Some(unindexed) if unindexed > switch / 4 => Step::Extend,
        None | Some(_) => Step::Nothing,
    }
}

/// What was written down of the index; nothing when that cannot be read.
pub fn note(folder: &Path) -> Option<Trained> {
    serde_json::from_slice(&fs_err::read(folder.join(NOTE)).ok()?).ok()
}

/// Writes it down, or deletes it. A note that is lost costs a measurement.
pub fn keep_note(folder: &Path, trained: Option<&Trained>) -> Result<(), Trouble> {
    match trained {
        Some(trained) => Ok(fs_err::write(folder.join(NOTE), serde_json::to_vec(trained)?)?),
        None if folder.join(NOTE).exists() => Ok(fs_err::remove_file(folder.join(NOTE))?),
        None => Ok(()),
    }
}

/// True when the table has an index.
pub async fn is_indexed(table: &Table) -> Result<bool, Trouble> {
    Ok(!table.list_indices().await?.is_empty())
}

/// Rows that the index does not know; none when there is no index.
pub async fn unindexed(table: &Table) -> Result<Option<usize>, Trouble> {
    Ok(table.index_stats(INDEX).await?.map(|stats| stats.num_unindexed_rows))
}

/// Forgets the index; the rows stay.
pub async fn drop_index(table: &Table) -> Result<(), Trouble> {
    for index in table.list_indices().await? {
        table.drop_index(&index.name).await?;
    }
    Ok(())
}

/// Makes few files of many small ones, and leaves out deleted rows where they are a tenth of a file. True when something was done.
pub async fn compact(table: &Table) -> Result<bool, Trouble> {
    let native = table.as_native().ok_or(Trouble::Damaged)?;
    let (rows, deleted) = (table.count_rows(None).await?, native.count_deleted_rows().await?);
    if native.num_small_files(FILE_ROWS).await? <= SMALL_FILES && deleted <= rows / 10 {
        return Ok(false);
    }
    let options = CompactionOptions {
        target_rows_per_fragment: FILE_ROWS,
        materialize_deletions: true,
        materialize_deletions_threshold: 0.1,
        num_threads: Some(1),
        batch_size: Some(2_048),
        ..CompactionOptions::default()
    };
    table.optimize(OptimizeAction::Compact { options, remap_options: None }).await?;
    Ok(true)
}

/// True when so many versions have come since that the old ones should go.
pub fn is_prune_due(now: u64, pruned: u64) -> bool {
    now.saturating_sub(pruned) >= VERSIONS
}

/// Deletes everything but the newest version. Nobody may read meanwhile: a search holds on to the version it began with.
pub async fn prune(table: &Table) -> Result<(), Trouble> {
    let action = OptimizeAction::Prune {
        older_than: Some(Duration::zero()),
        delete_unverified: Some(true),
        error_if_tagged_old_versions: Some(false),
    };
    table.optimize(action).await?;
    Ok(())
}

/// Trains the index anew with all rows.
///
/// One bit for each dimension (RaBitQ), in partitions of about [`PARTITION_ROWS`]: at 384 dimensions a million vectors take 60 MB,
/// so that they stay in the cache, and what looks near is compared with its whole vector. Measured beside it on the same vectors:
/// scalar quantisation needs four times as long for a search, product quantisation eight times as long for training, and a graph
/// four times as long with the whole index in memory.
pub async fn train(table: &Table) -> Result<(), Trouble> {
    let rows = table.count_rows(None).await?;
    let partitions = u32::try_from(rows / PARTITION_ROWS).unwrap_or(u32::MAX).clamp(8, 4_096);
    let index = IvfRqIndexBuilder::default().distance_type(DistanceType::Dot).num_bits(1);
    let index = Index::IvfRq(index.num_partitions(partitions).sample_rate(TRAINING_ROWS));
    Ok(table.create_index(&[VECTOR], index).name(INDEX.into()).replace(true).execute().await?)
}

/// Adds the rows that the index does not know.
pub async fn extend(table: &Table) -> Result<(), Trouble> {
    let parts = table.index_stats(INDEX).await?.and_then(|stats| stats.num_indices).unwrap_or(1);
    let options = if parts < PARTS { OptimizeOptions::append() } else { OptimizeOptions::merge(parts as usize) };
    table.optimize(OptimizeAction::Index(options)).await?;
    Ok(())
}

/// Finds the cheapest effort that is good enough, by stored vectors whose true neighbours are known from comparing all.
pub async fn measure(table: &Table, rows_at_training: usize) -> Result<Trained, Trouble> {
    let rows = table.count_rows(None).await?;
    let places = (0..SAMPLE.min(rows)).map(|nth| (nth * rows / SAMPLE.min(rows)) as u64).collect();
    let (ids, vectors): (Vec<_>, Vec<_>) = table::at(table, places).await?.into_iter().unzip();
    let truth = table::nearest_of_each(table, vectors.clone(), TOP + 1).await?;
    let mut trained = Trained::given_up(rows_at_training);
    for effort in EFFORTS {
        let mut shares = 0.0;
        for ((id, vector), truth) in ids.iter().zip(&vectors).zip(&truth) {
            let found = table::nearest(table, vector.clone(), TOP + 1, Some(*effort)).await?;
            shares += share(id, truth, &found);
        }
        trained.recall = shares / ids.len().max(1) as f32;
        if trained.recall >= RECALL_WANTED {
            trained.effort = Some(*effort);
            break;
        }
    }
    Ok(trained)
}

/// The share of the true hits that were found, the vector itself left out. A hit as near as the last true one counts.
fn share(id: &str, truth: &[Hit], found: &[Hit]) -> f32 {
    let others = |hits: &[Hit]| -> Vec<f32> { hits.iter().filter(|hit| hit.0 != id).map(|hit| hit.1).take(TOP).collect() };
    let (truth, found) = (others(truth), others(found));
    let last = truth.iter().copied().fold(f32::INFINITY, f32::min);
    let good = found.iter().filter(|cosine| **cosine >= last - TIE).count();
    if truth.is_empty() { 1.0 } else { good.min(truth.len()) as f32 / truth.len() as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_trained_extended_and_dropped_in_time() {
        let good = Trained { rows: 1_000, recall: 0.98, effort: Some(EFFORTS[0]) };
        let check = |rows, unindexed, trained: Option<&Trained>, expected| assert_eq!(step(rows, 1_000, unindexed, trained), expected);
        check(999, None, None, Step::Nothing);
        check(1_000, None, None, Step::Train);
        check(1_000, Some(0), None, Step::Measure);
        check(1_200, Some(200), Some(&good), Step::Nothing);
        check(1_300, Some(300), Some(&good), Step::Extend);
        check(2_000, Some(0), Some(&good), Step::Train);
        check(600, Some(0), Some(&good), Step::Nothing);
        check(499, Some(0), Some(&good), Step::Drop);
        check(1_500, None, Some(&good), Step::Train);
        check(1_500, None, Some(&Trained::given_up(1_000)), Step::Nothing);
        check(2_000, None, Some(&Trained::given_up(1_000)), Step::Train);
        check(1_500, Some(0), Some(&Trained::given_up(0)), Step::Train);
    }

    #[test]
    fn equally_near_hits_are_as_good() {
        let hits = |hits: &[(&str, f32)]| -> Vec<Hit> { hits.iter().map(|(id, cosine)| ((*id).to_owned(), *cosine)).collect() };
        let truth = hits(&[("me", 1.0), ("a", 0.9), ("b", 0.8)]);
        let check = |found: &[(&str, f32)], expected: f32| assert!((share("me", &truth, &hits(found)) - expected).abs() < 1e-6);
        check(&[("me", 1.0), ("a", 0.9), ("b", 0.8)], 1.0);
        check(&[("me", 1.0), ("a", 0.9), ("c", 0.8)], 1.0);
        check(&[("me", 1.0), ("a", 0.9), ("c", 0.7)], 0.5);
        check(&[], 0.0);
    }
}
