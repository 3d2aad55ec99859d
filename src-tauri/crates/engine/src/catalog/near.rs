//! Chunks by the meaning of their texts: what the index names, as places, and exactly from the stored vectors.
//!
//! Asks no index itself.

use super::filter::filter_sql;
use super::vectors;
use super::words::{PLACE, Place, place_of};
use crate::error::Result;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ToSql};
use std::collections::HashMap;
use winnow_contract::asset::AssetFilter;
use winnow_contract::id::AssetId;

/// A place with its cosine.
pub type Near = (Place, f32);

/// Which chunks may answer.
#[derive(Debug)]
pub struct Scope<'a> {
    pub filter: &'a AssetFilter,
    /// FTS5 expressions that no text of the asset holds.
    pub unwanted: &'a [String],
    /// An asset that is left out.
    pub except: Option<&'a AssetId>,
}

type Values = Vec<Box<dyn ToSql>>;

impl Scope<'_> {
    /// True when every chunk may answer but those of earlier versions.
    pub fn is_all(&self) -> bool {
        *self.filter == AssetFilter::default() && self.unwanted.is_empty() && self.except.is_none()
    }

    /// The WHERE clause over `assets a`, and its values for `?1`, `?2`, ….
    pub(super) fn sql(&self) -> (String, Values) {
        let (mut sql, mut values) = filter_sql(self.filter);
        for term in self.unwanted {
            values.push(Box::new(term.clone()));
            sql.push_str(&format!(
                " AND a.id NOT IN (SELECT c2.asset_id FROM chunk_words w2 JOIN chunks c2 ON c2.number = w2.rowid WHERE w2.chunk_words MATCH ?{})",
                values.len()
            ));
        }
        if let Some(asset) = self.except {
            values.push(Box::new(asset.to_string()));
            sql.push_str(&format!(" AND a.id <> ?{}", values.len()));
        }
        (sql, values)
    }
}

fn refs(values: &Values) -> Vec<&dyn ToSql> {
    values.iter().map(AsRef::as_ref).collect()
}

/// The live chunks among these that may answer, in the same order.
pub fn places(catalog: &Connection, found: &[(String, f32)], scope: &Scope<'_>) -> Result<Vec<Near>> {
    let (wanted, mut values) = scope.sql();
    let ids: Vec<&str> = found.iter().map(|(chunk, _)| chunk.as_str()).collect();
    values.push(Box::new(serde_json::to_string(&ids).expect("BUG: ids are always JSON")));
    let sql = format!(
        "SELECT {PLACE}, c.id FROM json_each(?{}) j CROSS JOIN chunks c ON c.id = j.value JOIN assets a ON a.id = c.asset_id WHERE {wanted}",
        values.len()
    );
    let mut query = catalog.prepare_cached(&sql)?;
    let rows = query.query_map(refs(&values).as_slice(), |row| Ok((row.get::<_, String>(8)?, place_of(row)?)))?;
    let mut places = rows.collect::<Result<HashMap<_, _>, _>>()?;
    Ok(found.iter().filter_map(|(chunk, cosine)| places.remove(chunk).map(|place| (place, *cosine))).collect())
}

/// True when at most `limit` chunks may answer.
pub fn are_few(catalog: &Connection, scope: &Scope<'_>, limit: u32) -> Result<bool> {
    let (wanted, values) = scope.sql();
    let sql = format!("SELECT 1 FROM assets a CROSS JOIN chunks c ON c.asset_id = a.id WHERE {wanted} LIMIT 1 OFFSET {limit}");
    Ok(!catalog.prepare_cached(&sql)?.exists(refs(&values).as_slice())?)
}

/// The chunks that may answer and are at least as near as the floor, compared one by one, best first.
pub fn exact(catalog: &Connection, space: &str, vector: &[f32], floor: f32, count: usize, scope: &Scope<'_>) -> Result<Vec<Near>> {
    let (wanted, mut values) = scope.sql();
    values.push(Box::new(space.to_owned()));
    let sql = format!(
        "SELECT {PLACE}, e.vector FROM assets a CROSS JOIN chunks c ON c.asset_id = a.id
         JOIN embeddings e ON e.space_id = ?{} AND e.text_hash = c.text_hash WHERE {wanted}",
        values.len()
    );
    let mut query = catalog.prepare_cached(&sql)?;
    let mut rows = query.query(refs(&values).as_slice())?;
    let mut near = Vec::new();
    while let Some(row) = rows.next()? {
        let ValueRef::Blob(bytes) = row.get_ref(8)? else { continue };
        let cosine = vectors::cosine(vector, bytes);
        if cosine >= floor {
            near.push((place_of(row)?, cosine));
        }
    }
    near.sort_by(|one, other| other.1.total_cmp(&one.1));
    near.truncate(count);
    Ok(near)
}
