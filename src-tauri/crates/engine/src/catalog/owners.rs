//! Which asset each chunk is of, in memory: the full text names chunks, a question is about assets, and looking up the asset of
//! each chunk that holds a common word takes longer than all the rest of a search. Four bytes for each chunk.

use crate::error::Result;
use rusqlite::{Connection, params};
use std::sync::{Mutex, PoisonError};

/// The asset of each chunk; what is new is read when it is asked for.
#[derive(Default)]
pub struct Owners(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// Row number of the asset by the number of the chunk; 0 where there is no chunk.
    assets: Vec<u32>,
    /// The last chunk that was read: its number and its id.
    last: Option<(i64, String)>,
}

impl Owners {
    /// Hands over the row numbers of all chunks' assets, as the catalog knows them now.
    pub fn of_all<T>(&self, catalog: &Connection, work: impl FnOnce(&[u32]) -> T) -> Result<T> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.holds(catalog)? {
            *known = Known::default();
        }
        known.catch_up(catalog)?;
        Ok(work(&known.assets))
    }
}

impl Known {
    /// The number of a chunk is given again only after the chunks behind it are gone: while the last one is there, nothing
    /// before it stands for something else.
    fn holds(&self, catalog: &Connection) -> Result<bool> {
        let Some((number, id)) = &self.last else { return Ok(true) };
        Ok(catalog.prepare_cached("SELECT 1 FROM chunks WHERE number = ?1 AND id = ?2")?.exists(params![number, id])?)
    }

    fn catch_up(&mut self, catalog: &Connection) -> Result<()> {
        let sql = "SELECT c.number, c.id, a.rowid FROM chunks c CROSS JOIN assets a ON a.id = c.asset_id WHERE c.number > ?1 ORDER BY 1";
        let mut query = catalog.prepare_cached(sql)?;
        let mut rows = query.query([self.last.as_ref().map_or(0, |(number, _)| *number)])?;
        while let Some(row) = rows.next()? {
            let number: u32 = row.get(0)?;
            self.assets.resize(number as usize, 0);
            self.assets.push(row.get(2)?);
            self.last = Some((i64::from(number), row.get(1)?));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::schema;

    fn catalog(folder: &std::path::Path) -> Connection {
        let mut catalog = schema::open_for_writing(&folder.join("catalog.sqlite")).expect("a catalog");
        schema::migrate(&mut catalog, &crate::testing::ports()).expect("a schema");
        catalog.execute_batch("PRAGMA foreign_keys = OFF").expect("no texts needed");
        for asset in ["a", "b"] {
            let hash: [u8; 32] = *blake3::hash(asset.as_bytes()).as_bytes();
            crate::catalog::assets::insert(&catalog, &asset.into(), Some(&hash), 1, 0).expect("an asset");
        }
        catalog
    }

    fn add(catalog: &Connection, id: &str, asset: &str) {
        let row = "INSERT INTO chunks (id, asset_id, extraction_id, start, \"end\") VALUES (?1, ?2, 'e', 0, 1)";
        catalog.execute(row, [id, asset]).expect("a chunk");
    }

    #[test]
    fn a_number_that_was_given_again_is_of_the_new_asset() {
        let folder = tempfile::tempdir().expect("a folder");
        let (catalog, owners) = (catalog(folder.path()), Owners::default());
        let check = |expected: &[u32]| {
            for reader in [&owners, &Owners::default()] {
                assert_eq!(reader.of_all(&catalog, <[u32]>::to_vec).expect("owners"), expected);
            }
        };
        let delete = |numbers: &str| {
            catalog.execute(&format!("DELETE FROM chunks WHERE number IN ({numbers})"), []).expect("deleted");
        };
        check(&[]);
        for (id, asset) in [("1", "a"), ("2", "b"), ("3", "a")] {
            add(&catalog, id, asset);
        }
        check(&[0, 1, 2, 1]);
        add(&catalog, "4", "b");
        check(&[0, 1, 2, 1, 2]);
        delete("3, 4");
        add(&catalog, "5", "b");
        check(&[0, 1, 2, 2]);
        add(&catalog, "6", "a");
        check(&[0, 1, 2, 2, 1]);
        delete("1, 2, 3, 4");
        check(&[]);
    }
}
