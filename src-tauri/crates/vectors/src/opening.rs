//! Opening a folder: what is whole is used, what is not is thrown away, and what the system refuses is said.
//!
//! LanceDB does not sync its files, so after a power cut they may be short or missing although the list of them is there. Hence
//! every row is read once: a tenth of a second for 100,000 vectors. Only the names in [`OURS`] are ever deleted.

use crate::Role;
use crate::table::{self, Effort, ID, TABLE, VECTOR};
use crate::threads::Threads;
use crate::trouble::Trouble;
use crate::upkeep::{self, NOTE};
use lancedb::{ObjectStoreRegistry, Session, Table};
use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use winnow_contract::Words;

/// Bytes of the index that are kept in memory between searches; the rest comes from the system's file cache.
const INDEX_CACHE: usize = 64 << 20;
/// Bytes of file footers and manifests that are kept.
const FOOTER_CACHE: usize = 16 << 20;
/// What this crate writes into the folder.
const OURS: &[&str] = &["chunks.lance", NOTE];
/// Where LanceDB sorts vectors while it trains.
const SCRATCH: &str = "scratch";
/// How far a stored vector may be from length one.
const UNIT_TOLERANCE: f32 = 1e-3;

/// An opened table.
pub struct Opened {
    pub table: Table,
    pub known: Known,
    /// There is an index, and it can be read.
    pub usable: bool,
    pub role: Role,
}

/// Which ids are in the table: a hash of each. May hold more than the table, never less; so a new row costs no look for an old one.
#[derive(Default)]
pub struct Known(HashSet<u64>);

impl Known {
    fn hash(id: &str) -> u64 {
        BuildHasherDefault::<DefaultHasher>::default().hash_one(id)
    }

    pub fn has(&self, id: &str) -> bool {
        self.0.contains(&Self::hash(id))
    }

    /// False when it was there.
    pub fn add(&mut self, id: &str) -> bool {
        self.0.insert(Self::hash(id))
    }

    pub fn forget(&mut self, id: &str) {
        self.0.remove(&Self::hash(id));
    }
}

/// Temporary files of LanceDB stay inside the library. They are the process's: the first library that is opened gets them all.
fn keep_inside(folder: &Path) -> Result<(), Trouble> {
    let scratch = folder.join(SCRATCH);
    match fs_err::remove_dir_all(&scratch) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        Ok(()) | Err(_) => fs_err::create_dir_all(&scratch)?,
    }
    // An error says that there is such a folder already.
    drop(tempfile::env::override_temp_dir(&scratch));
    Ok(())
}

/// Makes the folder of temporary files when it has gone, with the first library or with its vectors: LanceDB does not.
pub fn make_scratch() -> Result<(), Trouble> {
    Ok(fs_err::create_dir_all(tempfile::env::temp_dir())?)
}

/// Opens the table of a folder. The owner gets an empty one when there is none, or none that can be read.
pub fn open(threads: &Threads, folder: &Path, dimensions: u32, role: Role) -> Result<Opened, Words> {
    if dimensions == 0 {
        return Err(Trouble::Unfit("a vector needs a dimension").into());
    }
    let place = std::path::absolute(folder).map_err(Trouble::from)?;
    // LanceDB takes paths as text, and refuses control characters in it.
    let place = place.to_str().filter(|place| !place.contains(char::is_control));
    let place = place.ok_or(Trouble::System(std::io::ErrorKind::InvalidFilename))?.to_owned();
    if role == Role::Owner {
        keep_inside(folder).map_err(refused)?;
    }
    if folder.join(OURS[0]).exists() {
        match threads.wait(whole(place.clone(), dimensions, role)) {
            Ok(opened) => return Ok(opened),
            Err(Trouble::Damaged) if role == Role::Owner => tracing::warn!("the vector index is damaged and is made anew"),
            Err(trouble) => return Err(trouble.into()),
        }
    }
    if role == Role::Reader {
        return Err(Words::new("no_vectors"));
    }
    clear(folder).map_err(refused)?;
    threads.wait(empty(place, dimensions)).map_err(refused)
}

/// Trouble with an empty folder is never damage.
fn refused(trouble: Trouble) -> Words {
    match trouble {
        Trouble::Damaged => Trouble::System(std::io::ErrorKind::Other).into(),
        trouble @ (Trouble::System(_) | Trouble::Unfit(_)) => trouble.into(),
    }
}

/// Leaves the folder there, without anything of ours.
fn clear(folder: &Path) -> Result<(), Trouble> {
    fs_err::create_dir_all(folder)?;
    for name in OURS {
        let path = folder.join(name);
        match fs_err::symlink_metadata(&path) {
            Ok(found) if found.is_dir() => fs_err::remove_dir_all(&path)?,
            Ok(_) => fs_err::remove_file(&path)?,
            Err(_) => {}
        }
    }
    Ok(())
}

/// Who only reads looks so often whether another process wrote.
const NEWS: Duration = Duration::from_secs(2);

/// A new session each time: its caches know files by name, and a table made anew has the names of the old one.
fn session() -> Arc<Session> {
    Arc::new(Session::new(INDEX_CACHE, FOOTER_CACHE, Arc::new(ObjectStoreRegistry::default())))
}

async fn empty(place: String, dimensions: u32) -> Result<Opened, Trouble> {
    let connection = lancedb::connect(&place).session(session()).execute().await?;
    let table = connection.create_empty_table(TABLE, table::schema(dimensions)).execute().await?;
    Ok(Opened { table, known: Known::default(), usable: false, role: Role::Owner })
}

async fn whole(place: String, dimensions: u32, role: Role) -> Result<Opened, Trouble> {
    let connect = lancedb::connect(&place).session(session());
    let connect = if role == Role::Reader { connect.read_consistency_interval(NEWS) } else { connect };
    let connection = connect.execute().await?;
    let table = connection.open_table(TABLE).execute().await?;
    if table.schema().await? != table::schema(dimensions) {
        return Err(Trouble::Damaged);
    }
    // Old versions are read when they are deleted, so they have to be readable as well.
    table.list_versions().await?;
    let known = read_all(&table, dimensions).await?;
    let usable = is_index_whole(&table, dimensions).await?;
    if !usable && role == Role::Owner {
        upkeep::drop_index(&table).await?;
    }
    Ok(Opened { table, known, usable, role })
}

/// Every row can be read, no id stands twice, every vector has length one.
async fn read_all(table: &Table, dimensions: u32) -> Result<Known, Trouble> {
    let (mut known, mut rows) = (Known::default(), 0);
    table::each_slice(table, &[ID, VECTOR], |slice| {
        rows += slice.num_rows();
        let fresh = table::ids(slice)?.iter().flatten().filter(|id| known.add(id)).count();
        let unit = table::numbers(slice)?.chunks(dimensions as usize).filter(|vector| is_unit(vector)).count();
        if fresh == slice.num_rows() && unit == slice.num_rows() { Ok(()) } else { Err(Trouble::Damaged) }
    })
    .await?;
    if table.count_rows(None).await? == rows { Ok(known) } else { Err(Trouble::Damaged) }
}

fn is_unit(vector: &[f32]) -> bool {
    let square: f32 = vector.iter().map(|value| value * value).sum();
    (square.sqrt() - 1.0).abs() < UNIT_TOLERANCE
}

/// True when there is an index of which every partition can be read. The rows are whole without one.
async fn is_index_whole(table: &Table, dimensions: u32) -> Result<bool, Trouble> {
    if !upkeep::is_indexed(table).await? {
        return Ok(false);
    }
    let mut vector = vec![0.0; dimensions as usize];
    vector[0] = 1.0;
    let everywhere = Effort { probes: u16::MAX.into(), refine: 1 };
    match table::nearest(table, vector, 1, Some(everywhere)).await {
        Ok(_) => Ok(true),
        Err(Trouble::Damaged) => Ok(false),
        Err(trouble) => Err(trouble),
    }
}
