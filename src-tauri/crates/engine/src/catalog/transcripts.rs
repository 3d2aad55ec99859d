//! What a long recording said so far, a stretch at a time. Gone once the whole is an extraction.
//!
//! Does not put stretches together: that is the stage's.

use crate::error::{EngineError, Result};
use rusqlite::{Connection, params};
use winnow_contract::id::AssetId;
use winnow_contract::worker::Heard;

/// Keeps what was heard in a stretch. The same part again replaces it.
pub fn insert(catalog: &Connection, asset: &AssetId, fingerprint: &str, part: u32, heard: &Heard, run: &str) -> Result<()> {
    let json = serde_json::to_string(heard).expect("BUG: what was heard is always JSON");
    let sql = "INSERT OR REPLACE INTO transcript_parts (asset_id, fingerprint, part, until, heard, run_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    catalog.prepare_cached(sql)?.execute(params![asset.as_str(), fingerprint, part, heard.until, json, run])?;
    Ok(())
}

/// The stretches heard so far with this fingerprint (sound, model and language), in order.
pub fn parts(catalog: &Connection, asset: &AssetId, fingerprint: &str) -> Result<Vec<Heard>> {
    let sql = "SELECT heard FROM transcript_parts WHERE asset_id = ?1 AND fingerprint = ?2 ORDER BY part";
    let mut query = catalog.prepare_cached(sql)?;
    let mut rows = query.query([asset.as_str(), fingerprint])?;
    let mut parts = Vec::new();
    while let Some(row) = rows.next()? {
        let json: String = row.get(0)?;
        parts.push(serde_json::from_str(&json).map_err(|error| EngineError::Unusable(error.to_string()))?);
    }
    Ok(parts)
}

/// Removes every part of an asset, those of older models too.
pub fn remove(catalog: &Connection, asset: &AssetId) -> Result<()> {
    catalog.prepare_cached("DELETE FROM transcript_parts WHERE asset_id = ?1")?.execute([asset.as_str()])?;
    Ok(())
}
