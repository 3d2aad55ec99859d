//! Embedding spaces, the vectors of texts, and the outbox: what the vector index has still to be told.
//!
//! Rows are truth, the index is a projection of them; applying the outbox is `projection`'s.

use super::count;
use crate::error::Result;
use crate::outcome::NewEmbedding;
use crate::ports::Space;
use crate::search::spaced::unspaced;
use half::f16;
use rusqlite::{Connection, OptionalExtension, params};
use winnow_contract::id::AssetId;

/// BLAKE3 of a chunk's text.
pub type TextHash = [u8; 32];

/// A space as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSpace {
    pub id: String,
    /// Id with version of its model card.
    pub card: String,
    pub dimensions: u32,
}

/// The space that is searched.
pub fn active(catalog: &Connection) -> Result<Option<StoredSpace>> {
    let mut query = catalog.prepare_cached("SELECT id, card, dimensions FROM spaces WHERE state = 'active'")?;
    let row = query.query_row([], |row| Ok(StoredSpace { id: row.get(0)?, card: row.get(1)?, dimensions: row.get(2)? }));
    Ok(row.optional()?)
}

/// Makes a space the one that is searched; true when it was not before. What the index of another had still to be told is
/// forgotten: whoever goes back to it compares.
pub fn activate(catalog: &Connection, space: &Space, id: &str, now: i64) -> Result<bool> {
    if active(catalog)?.is_some_and(|known| known.card == space.card && known.dimensions == space.dimensions) {
        return Ok(false);
    }
    catalog.execute("UPDATE spaces SET state = 'shadow' WHERE state = 'active'", [])?;
    catalog.execute(
        "INSERT INTO spaces (id, card, dimensions, state, created_at) VALUES (?1, ?2, ?3, 'active', ?4)
         ON CONFLICT (card) DO UPDATE SET state = 'active', dimensions = excluded.dimensions",
        params![id, space.card, space.dimensions, now],
    )?;
    let other_length =
        "DELETE FROM embeddings WHERE space_id = (SELECT id FROM spaces WHERE state = 'active') AND length(vector) <> 2 * ?1";
    catalog.execute(other_length, [space.dimensions])?;
    catalog.execute("DELETE FROM outbox", [])?;
    Ok(true)
}

/// A vector as it is stored: little-endian 16-bit floats.
pub fn encode(vector: &[f32]) -> Vec<u8> {
    vector.iter().flat_map(|value| f16::from_f32(*value).to_le_bytes()).collect()
}

/// A stored vector, at unit length again.
pub fn decode(bytes: &[u8]) -> Vec<f32> {
    let values: Vec<f32> = bytes.chunks_exact(2).map(|pair| f16::from_le_bytes([pair[0], pair[1]]).to_f32()).collect();
    unit(&values).unwrap_or(values)
}

/// Cosine of a vector of unit length with a stored one.
pub fn cosine(vector: &[f32], stored: &[u8]) -> f32 {
    let (mut dot, mut length) = (0.0f32, 0.0f32);
    for (value, pair) in vector.iter().zip(stored.chunks_exact(2)) {
        let other = f16::from_le_bytes([pair[0], pair[1]]).to_f32();
        dot += value * other;
        length += other * other;
    }
    if length > 0.0 { dot / length.sqrt() } else { 0.0 }
}

/// Of two vectors of unit length: their cosine.
pub fn dot(one: &[f32], other: &[f32]) -> f32 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

/// A vector at unit length; none when it has no direction.
pub fn unit(vector: &[f32]) -> Option<Vec<f32>> {
    let length = dot(vector, vector).sqrt();
    (length.is_finite() && length > 0.0).then(|| vector.iter().map(|value| value / length).collect())
}

/// Texts of an asset without a vector in a space, in order, each once.
pub fn wanted(catalog: &Connection, space: &str, asset: &AssetId, limit: usize) -> Result<Vec<(TextHash, String)>> {
    let mut query = catalog.prepare_cached(
        "SELECT t.text_hash, w.text FROM
           (SELECT c.text_hash, min(c.number) AS number FROM chunks c WHERE c.asset_id = ?1 AND c.text_hash IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM embeddings e WHERE e.space_id = ?2 AND e.text_hash = c.text_hash)
            GROUP BY c.text_hash ORDER BY 2 LIMIT ?3) t
         JOIN chunk_words w ON w.rowid = t.number",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = query.query_map(params![asset.as_str(), space, limit], |row| Ok((row.get(0)?, unspaced(row.get(1)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Writes vectors, of which entries of the outbox may have waited. Texts that are gone meanwhile get none.
pub fn insert(catalog: &Connection, space: &str, rows: &[NewEmbedding], run: &str) -> Result<()> {
    let mut insert = catalog.prepare_cached(
        "INSERT OR IGNORE INTO embeddings (space_id, text_hash, vector, run_id)
         SELECT ?1, ?2, ?3, ?4 WHERE EXISTS (SELECT 1 FROM chunks WHERE text_hash = ?2)",
    )?;
    let mut ready = catalog
        .prepare_cached("UPDATE outbox SET ready = 1 WHERE space_id = ?1 AND chunk_id IN (SELECT id FROM chunks WHERE text_hash = ?2)")?;
    for row in rows {
        insert.execute(params![space, row.text_hash, row.vector, run])?;
        ready.execute(params![space, row.text_hash])?;
    }
    Ok(())
}

/// The index is to be told of a chunk that was just written, with the hash of its text.
pub fn announce(catalog: &Connection, space: &str, chunk: &str, text: &TextHash) -> Result<()> {
    let sql = "INSERT INTO outbox (space_id, chunk_id, action, ready)
         VALUES (?1, ?2, 'put', EXISTS (SELECT 1 FROM embeddings e WHERE e.space_id = ?1 AND e.text_hash = ?3))";
    catalog.prepare_cached(sql)?.execute(params![space, chunk, text])?;
    Ok(())
}

/// The index is to be told that the chunks of an extraction go. Gives back the hashes of their texts.
pub fn retract(catalog: &Connection, extraction: &str) -> Result<Vec<TextHash>> {
    let sql = "INSERT OR REPLACE INTO outbox (space_id, chunk_id, action, ready)
         SELECT s.id, c.id, 'remove', 1 FROM spaces s JOIN chunks c ON c.extraction_id = ?1 WHERE s.state = 'active'";
    catalog.prepare_cached(sql)?.execute([extraction])?;
    let sql = "SELECT DISTINCT text_hash FROM chunks WHERE text_hash IS NOT NULL AND extraction_id = ?1";
    let mut query = catalog.prepare_cached(sql)?;
    let rows = query.query_map([extraction], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Removes the vectors of texts that no chunk holds any more: nothing derived from a removed text stays.
pub fn forget(catalog: &Connection, texts: &[TextHash]) -> Result<()> {
    let mut forget = catalog.prepare_cached(
        "DELETE FROM embeddings WHERE space_id IN (SELECT id FROM spaces) AND text_hash = ?1
         AND NOT EXISTS (SELECT 1 FROM chunks WHERE text_hash = ?1)",
    )?;
    for text in texts {
        forget.execute([text])?;
    }
    Ok(())
}

/// What the index is told of a chunk.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    Put(Vec<f32>),
    Remove,
    /// Its vector is gone, so it has to wait for another.
    Wait,
}

/// An entry of the outbox.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub seq: i64,
    pub chunk: String,
    pub change: Change,
}

/// The first entries of the outbox that can be carried out.
pub fn take(catalog: &Connection, space: &str, limit: u32) -> Result<Vec<Entry>> {
    let mut query = catalog.prepare_cached(
        "SELECT o.seq, o.chunk_id, o.action = 'put' AND c.id IS NOT NULL, e.vector FROM outbox o
         LEFT JOIN chunks c ON c.id = o.chunk_id LEFT JOIN embeddings e ON e.space_id = o.space_id AND e.text_hash = c.text_hash
         WHERE o.space_id = ?1 AND o.ready = 1 ORDER BY o.seq LIMIT ?2",
    )?;
    let rows = query.query_map(params![space, limit], |row| {
        let (put, vector): (bool, Option<Vec<u8>>) = (row.get(2)?, row.get(3)?);
        let change = match (put, vector) {
            (true, Some(vector)) => Change::Put(decode(&vector)),
            (true, None) => Change::Wait,
            (false, _) => Change::Remove,
        };
        Ok(Entry { seq: row.get(0)?, chunk: row.get(1)?, change })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Takes entries off the outbox: exactly these, for a chunk may have got a newer one meanwhile. Those without a vector wait.
pub fn done(catalog: &Connection, entries: &[Entry]) -> Result<()> {
    let mut delete = catalog.prepare_cached("DELETE FROM outbox WHERE seq = ?1")?;
    let mut wait = catalog.prepare_cached("UPDATE outbox SET ready = 0 WHERE seq = ?1")?;
    for entry in entries {
        if entry.change == Change::Wait {
            wait.execute([entry.seq])?
        } else {
            delete.execute([entry.seq])?
        };
    }
    Ok(())
}

/// Entries that can be carried out, counted up to a limit.
pub fn ready(catalog: &Connection, space: &str, limit: u32) -> Result<u32> {
    let sql = "SELECT count(*) FROM (SELECT 1 FROM outbox WHERE space_id = ?1 AND ready = 1 LIMIT ?2)";
    Ok(count(catalog.prepare_cached(sql)?.query_row(params![space, limit], |row| row.get(0))?))
}

/// Live chunks that the index of the active space has still to be told of.
pub fn lag(catalog: &Connection) -> Result<u32> {
    let sql = "SELECT count(*) FROM outbox WHERE action = 'put' AND space_id = (SELECT id FROM spaces WHERE state = 'active')";
    Ok(count(catalog.prepare_cached(sql)?.query_row([], |row| row.get(0))?))
}

/// Live chunks in all.
pub fn chunks(catalog: &Connection) -> Result<u32> {
    Ok(count(catalog.prepare_cached("SELECT count(*) FROM chunks")?.query_row([], |row| row.get(0))?))
}

/// How an index differs from the live chunks.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Live chunks that are not in it.
    pub missing: Vec<String>,
    /// Chunks in it that do not live.
    pub surplus: Vec<String>,
}

/// Compares the chunks of an index with those that live.
pub fn difference(catalog: &Connection, mut index: Vec<String>) -> Result<Difference> {
    index.sort_unstable();
    index.dedup();
    let mut index = index.into_iter().peekable();
    let mut found = Difference::default();
    let mut query = catalog.prepare("SELECT id FROM chunks ORDER BY id")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let live: String = row.get(0)?;
        while let Some(gone) = index.next_if(|chunk| *chunk < live) {
            found.surplus.push(gone);
        }
        if index.next_if(|chunk| *chunk == live).is_none() {
            found.missing.push(live);
        }
    }
    found.surplus.extend(index);
    Ok(found)
}

/// Leaves out what the outbox knows already.
pub fn unannounced(catalog: &Connection, space: &str, difference: Difference) -> Result<Difference> {
    let mut known = catalog.prepare_cached("SELECT 1 FROM outbox WHERE space_id = ?1 AND chunk_id = ?2 AND action = ?3")?;
    let mut keep = |chunks: Vec<String>, action: &str| -> Result<Vec<String>> {
        let mut kept = Vec::new();
        for chunk in chunks {
            if !known.exists(params![space, chunk, action])? {
                kept.push(chunk);
            }
        }
        Ok(kept)
    };
    Ok(Difference { missing: keep(difference.missing, "put")?, surplus: keep(difference.surplus, "remove")? })
}

/// Live chunks to be put into the index.
pub fn put(catalog: &Connection, space: &str, chunks: &[String]) -> Result<()> {
    let mut insert = catalog.prepare_cached(
        "INSERT OR IGNORE INTO outbox (space_id, chunk_id, action, ready)
         SELECT ?1, c.id, 'put', EXISTS (SELECT 1 FROM embeddings e WHERE e.space_id = ?1 AND e.text_hash = c.text_hash)
         FROM chunks c WHERE c.id = ?2",
    )?;
    chunks.iter().try_for_each(|chunk| Ok(insert.execute(params![space, chunk]).map(drop)?))
}

/// Chunks to be removed from the index.
pub fn remove(catalog: &Connection, space: &str, chunks: &[String]) -> Result<()> {
    let mut insert =
        catalog.prepare_cached("INSERT OR REPLACE INTO outbox (space_id, chunk_id, action, ready) VALUES (?1, ?2, 'remove', 1)")?;
    chunks.iter().try_for_each(|chunk| Ok(insert.execute(params![space, chunk]).map(drop)?))
}

/// Finds out again which entries can be carried out: a vector may have gone or come behind the outbox's back.
pub fn recount(catalog: &Connection, space: &str) -> Result<()> {
    catalog.execute(
        "UPDATE outbox SET ready = 1 - ready WHERE space_id = ?1 AND action = 'put' AND ready <> EXISTS
           (SELECT 1 FROM chunks c JOIN embeddings e ON e.space_id = ?1 AND e.text_hash = c.text_hash WHERE c.id = outbox.chunk_id)",
        [space],
    )?;
    Ok(())
}

/// Assets behind a cursor with a live text that has no vector in a space. One that is being worked on comes to it by itself,
/// and one whose embedding failed for this card waits for a person.
pub fn assets_without(catalog: &Connection, space: &StoredSpace, after: &str, limit: u32) -> Result<Vec<AssetId>> {
    let mut query = catalog.prepare_cached(
        "SELECT DISTINCT c.asset_id FROM chunks c WHERE c.asset_id > ?1
           AND NOT EXISTS (SELECT 1 FROM embeddings e WHERE e.space_id = ?2 AND e.text_hash = c.text_hash)
           AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.subject = c.asset_id AND (j.state IN ('queued', 'running')
                OR j.kind = 'embed' AND j.state <> 'done' AND substr(j.fingerprint, -length(?3)) = ?3))
         ORDER BY c.asset_id LIMIT ?4",
    )?;
    let rows = query.query_map(params![after, space.id, space.card, limit], |row| Ok(AssetId(row.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// BLAKE3 over the hashes of an asset's live texts.
pub fn text_hash(catalog: &Connection, asset: &AssetId) -> Result<TextHash> {
    let sql = "SELECT text_hash FROM extractions WHERE asset_id = ?1 AND superseded_by IS NULL ORDER BY page, stage";
    let mut query = catalog.prepare_cached(sql)?;
    let rows = query.query_map([asset.as_str()], |row| row.get(0))?;
    Ok(together(&rows.collect::<Result<Vec<_>, _>>()?))
}

/// BLAKE3 over the hashes of texts.
pub fn together(texts: &[TextHash]) -> TextHash {
    *blake3::hash(&texts.concat()).as_bytes()
}

/// Vectors of an asset's chunks with the lengths of their texts in characters.
pub fn of_asset(catalog: &Connection, space: &str, asset: &AssetId) -> Result<Vec<(u32, Vec<f32>)>> {
    let mut query = catalog.prepare_cached(
        "SELECT c.\"end\" - c.start, e.vector FROM chunks c JOIN embeddings e ON e.space_id = ?1 AND e.text_hash = c.text_hash
         WHERE c.asset_id = ?2 ORDER BY c.number",
    )?;
    let rows = query.query_map(params![space, asset.as_str()], |row| Ok((row.get(0)?, decode(&row.get::<_, Vec<u8>>(1)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Writes the hashes of chunks that an older version left without; gives back how many it did, at most `limit`.
pub fn fill_hashes(catalog: &Connection, limit: u32) -> Result<usize> {
    let mut query = catalog.prepare_cached(
        "SELECT c.number, coalesce(w.text, substr(e.text, c.start + 1, c.\"end\" - c.start)) FROM chunks c
         JOIN extractions e ON e.id = c.extraction_id LEFT JOIN chunk_words w ON w.rowid = c.number WHERE c.text_hash IS NULL LIMIT ?1",
    )?;
    let rows = query.query_map([limit], |row| Ok((row.get::<_, i64>(0)?, unspaced(row.get(1)?))))?.collect::<Result<Vec<_>, _>>()?;
    let mut update = catalog.prepare_cached("UPDATE chunks SET text_hash = ?2 WHERE number = ?1")?;
    for (number, text) in &rows {
        update.execute(params![number, blake3::hash(text.as_bytes()).as_bytes().as_slice()])?;
    }
    Ok(rows.len())
}

/// Vectors whose text no chunk holds.
pub fn strays(catalog: &Connection) -> Result<Vec<TextHash>> {
    let sql = "SELECT DISTINCT text_hash FROM embeddings e WHERE NOT EXISTS (SELECT 1 FROM chunks c WHERE c.text_hash = e.text_hash)";
    let mut query = catalog.prepare(sql)?;
    let rows = query.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_vector_comes_back_at_unit_length() {
        let check = |vector: &[f32]| {
            let vector = unit(vector).expect("a direction");
            let back = decode(&encode(&vector));
            let cosine: f32 = back.iter().zip(&vector).map(|(one, other)| one * other).sum();
            assert!(cosine > 0.999_99, "{vector:?} {back:?}");
            let length: f32 = back.iter().map(|value| value * value).sum();
            assert!((length - 1.0).abs() < 1e-5);
        };
        check(&[1.0, 0.0, 0.0]);
        check(&[0.3, -0.2, 0.9, 0.001]);
        check(&[1e6, 1e-6]);
        assert_eq!(unit(&[0.0, 0.0]), None);
        assert_eq!(unit(&[f32::NAN, 1.0]), None);
        assert_eq!(unit(&[]), None);
        assert_eq!(encode(&[1.0, -2.0]), [0x00, 0x3c, 0x00, 0xc0]);
        assert_eq!(decode(&[0, 0, 0]), [0.0]);
    }
}
