//! The table `chunks (id, vector)` in LanceDB's and Arrow's terms: rows in, rows out, one search.
//!
//! Holds no lock and decides nothing; memory is bounded by explicit read buffers, for LanceDB's own are 2 GiB.

use crate::trouble::Trouble;
use arrow_array::cast::AsArray;
use arrow_array::types::Float32Type;
use arrow_array::{Array, ArrayRef, FixedSizeListArray, Float32Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use futures::TryStreamExt;
use lancedb::query::{ExecutableQuery, Select};
use lancedb::{DistanceType, Table};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The table's name; it lies in `chunks.lance`.
pub const TABLE: &str = "chunks";
/// Column of the chunk ids.
pub const ID: &str = "id";
/// Column of the vectors.
pub const VECTOR: &str = "vector";
const DISTANCE: &str = "_distance";
const QUERY: &str = "query_index";

/// Bytes that may be read ahead of what is being compared.
const READ_AHEAD: u64 = 32 << 20;
/// Rows that are compared at a time: 3 MB of 384 dimensions.
const SLICE: usize = 2_048;
/// Slices that are decoded at a time.
const SLICES: usize = 4;
/// Ids in one condition of a deletion.
const IDS_AT_ONCE: usize = 500;

/// A chunk id and its cosine with what was asked.
pub type Hit = (String, f32);

/// How thoroughly the index is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effort {
    /// Partitions that are looked into, the nearest first.
    pub probes: usize,
    /// For ten hits, so many times ten are compared once more with their whole vectors.
    pub refine: u32,
}

impl Effort {
    /// How many times the wanted hits are compared once more: the more are wanted, the fewer times.
    fn refine_for(self, count: usize) -> u32 {
        let times = (10 * self.refine as usize).div_ceil(count.max(1)).max(2);
        u32::try_from(times).unwrap_or(u32::MAX)
    }
}

fn item() -> Field {
    Field::new("item", DataType::Float32, true)
}

/// The columns: `id` text, `vector` a list of exactly `dimensions` 32-bit floats.
pub fn schema(dimensions: u32) -> SchemaRef {
    let dimensions = i32::try_from(dimensions).unwrap_or(i32::MAX);
    let vector = DataType::FixedSizeList(Arc::new(item()), dimensions);
    Arc::new(Schema::new(vec![Field::new(ID, DataType::Utf8, false), Field::new(VECTOR, vector, false)]))
}

/// The vector with length one. Fails when it has another number of dimensions, no length, or numbers that are none.
pub fn unit(vector: &[f32], dimensions: u32) -> Result<Vec<f32>, Trouble> {
    let length = vector.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
    if vector.len() != dimensions as usize {
        return Err(Trouble::Unfit("a vector has another number of dimensions than its index"));
    }
    if !length.is_normal() {
        return Err(Trouble::Unfit("a vector has no direction"));
    }
    Ok(vector.iter().map(|value| (f64::from(*value) / length) as f32).collect())
}

/// Rows as Arrow wants them. The vectors have length one and `dimensions` numbers each.
pub fn rows(ids: Vec<&str>, vectors: Vec<f32>, dimensions: u32) -> Result<RecordBatch, Trouble> {
    let columns: Vec<ArrayRef> = vec![Arc::new(StringArray::from(ids)), Arc::new(list(vectors, dimensions)?)];
    Ok(RecordBatch::try_new(schema(dimensions), columns)?)
}

fn list(vectors: Vec<f32>, dimensions: u32) -> Result<FixedSizeListArray, Trouble> {
    let dimensions = i32::try_from(dimensions).unwrap_or(i32::MAX);
    Ok(FixedSizeListArray::try_new(Arc::new(item()), dimensions, Arc::new(Float32Array::from(vectors)), None)?)
}

/// Deletes rows by id, some hundred with each commit.
pub async fn delete(table: &Table, ids: &[String]) -> Result<(), Trouble> {
    for ids in ids.chunks(IDS_AT_ONCE) {
        let quoted: Vec<_> = ids.iter().map(|id| format!("'{}'", id.replace('\'', "''"))).collect();
        table.delete(format!("{ID} IN ({})", quoted.join(", ")).as_str()).await?;
    }
    Ok(())
}

/// The rows with the greatest cosine, best first. Without an effort every vector is compared; with one the index is asked, and
/// rows it does not know yet are compared one by one.
pub async fn nearest(table: &Table, vector: Vec<f32>, count: usize, effort: Option<Effort>) -> Result<Vec<Hit>, Trouble> {
    let found = search(table, &Float32Array::from(vector), count, effort).await?;
    let mut hits: Vec<_> = found.iter().flat_map(hits).collect();
    hits.sort_by(|one, other| other.1.total_cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    Ok(hits)
}

/// The same for many vectors at once, each compared with every row in one pass; hits in the order of the vectors.
pub async fn nearest_of_each(table: &Table, vectors: Vec<Vec<f32>>, count: usize) -> Result<Vec<Vec<Hit>>, Trouble> {
    let dimensions = vectors.first().map_or(0, Vec::len);
    let mut each = vec![Vec::new(); vectors.len()];
    let queries = list(vectors.concat(), u32::try_from(dimensions).unwrap_or(u32::MAX))?;
    for batch in search(table, &queries, count, None).await? {
        let of = batch.column_by_name(QUERY).ok_or(Trouble::Damaged)?;
        let of = of.as_primitive_opt::<arrow_array::types::Int32Type>().ok_or(Trouble::Damaged)?.values().to_vec();
        for (query, hit) in of.into_iter().zip(hits(&batch)) {
            let hits = usize::try_from(query).ok().and_then(|query| each.get_mut(query)).ok_or(Trouble::Damaged)?;
            hits.push(hit);
        }
    }
    Ok(each)
}

async fn search(table: &Table, queries: &dyn Array, count: usize, effort: Option<Effort>) -> Result<Vec<RecordBatch>, Trouble> {
    let dataset = table.dataset().ok_or(Trouble::Damaged)?.get().await?;
    let count = count.min(dataset.count_rows(None).await?);
    if count == 0 {
        return Ok(Vec::new());
    }
    let mut scan = dataset.scan();
    scan.nearest(VECTOR, queries, count)?.distance_metric(DistanceType::Dot.into()).use_index(effort.is_some());
    if let Some(effort) = effort {
        scan.nprobes(effort.probes).refine(effort.refine_for(count));
    }
    scan.project(&[ID, DISTANCE])?.io_buffer_size(READ_AHEAD).batch_size(SLICE).batch_readahead(SLICES);
    Ok(scan.try_into_stream().await?.try_collect().await?)
}

/// Ids and cosines of an answer. The distance of unit vectors by their dot product is one less the cosine.
fn hits(batch: &RecordBatch) -> Vec<Hit> {
    let ids = batch.column_by_name(ID).and_then(|ids| ids.as_string_opt::<i32>());
    let distances = batch.column_by_name(DISTANCE).and_then(|far| far.as_primitive_opt::<Float32Type>());
    let pair = |(id, far): (Option<&str>, Option<f32>)| Some((id?.to_owned(), 1.0 - far?));
    ids.zip(distances).map(|(ids, far)| ids.iter().zip(far.iter()).filter_map(pair).collect()).unwrap_or_default()
}

/// Reads columns of all rows, a slice at a time.
pub async fn each_slice(table: &Table, columns: &[&str], mut see: impl FnMut(&RecordBatch) -> Result<(), Trouble>) -> Result<(), Trouble> {
    let dataset = table.dataset().ok_or(Trouble::Damaged)?.get().await?;
    let mut scan = dataset.scan();
    scan.project(columns)?.io_buffer_size(READ_AHEAD).batch_size(SLICE).batch_readahead(SLICES);
    let mut slices = scan.try_into_stream().await?;
    while let Some(slice) = slices.try_next().await? {
        see(&slice)?;
    }
    Ok(())
}

/// The ids of a slice that was read with them.
pub fn ids(slice: &RecordBatch) -> Result<&StringArray, Trouble> {
    slice.column_by_name(ID).and_then(|ids| ids.as_string_opt::<i32>()).ok_or(Trouble::Damaged)
}

/// All numbers of the vectors of a slice that was read with them, one vector after the other.
pub fn numbers(slice: &RecordBatch) -> Result<&[f32], Trouble> {
    let lists = slice.column_by_name(VECTOR).and_then(|lists| lists.as_fixed_size_list_opt()).ok_or(Trouble::Damaged)?;
    Ok(lists.values().as_primitive_opt::<Float32Type>().ok_or(Trouble::Damaged)?.values())
}

/// The rows at these places, ids with vectors.
pub async fn at(table: &Table, places: Vec<u64>) -> Result<Vec<(String, Vec<f32>)>, Trouble> {
    let query = table.take_offsets(places).select(Select::columns(&[ID, VECTOR]));
    let slices: Vec<RecordBatch> = query.execute().await?.try_collect().await?;
    let mut rows = Vec::new();
    for slice in &slices {
        let numbers = numbers(slice)?;
        let width = numbers.len().checked_div(slice.num_rows()).unwrap_or(0).max(1);
        let pairs = ids(slice)?.iter().zip(numbers.chunks(width));
        rows.extend(pairs.filter_map(|(id, numbers)| Some((id?.to_owned(), numbers.to_vec()))));
    }
    Ok(rows)
}
