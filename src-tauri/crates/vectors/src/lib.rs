//! LanceDB: the vector index of a library, a projection that can be made again from the catalog at any time.
//!
//! One folder holds the vectors of one embedding space. Nothing here knows texts, assets or SQLite, and nothing opens a socket:
//! no cloud feature of LanceDB is compiled in. What is damaged is thrown away; the engine fills it again.

mod index;
mod opening;
mod table;
mod threads;
mod trouble;
mod upkeep;

use std::path::Path;
use std::sync::Arc;
use threads::Threads;
use winnow_contract::Words;
use winnow_engine::ports::{VectorIndex, Vectors};

pub use index::LanceIndex;
pub use table::Effort;

/// From this many vectors on an index is trained; below it every vector is compared, which finds all.
///
/// Measured with clustered vectors of 384 dimensions, optimised, on two busy cores, median milliseconds for ten hits: comparing all
/// takes 7 at 10,000, 34 at 50,000, 70 at 100,000 and 640 at 1,000,000; the index 3 to 5 up to 100,000 and 6 at 1,000,000, at a
/// recall of .99 and .98. Up to here the whole answer costs less than a person notices.
pub const SWITCH: usize = 50_000;

/// Opens vector indexes. All of them share two threads.
pub struct LanceVectors {
    threads: Arc<Threads>,
    switch: usize,
    role: Role,
}

/// Whether this process owns the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// It may change the index, and throws away one that is damaged.
    Owner,
    /// It looks on while another process may be the owner, and changes nothing.
    Reader,
}

impl LanceVectors {
    /// With the measured [`SWITCH`]. Fails when the system gives no threads.
    pub fn new() -> Result<Self, Words> {
        Self::with_switch(SWITCH)
    }

    /// With another switch point, for tests and measurements.
    pub fn with_switch(switch: usize) -> Result<Self, Words> {
        Ok(Self { threads: Arc::new(Threads::new()?), switch, role: Role::Owner })
    }

    /// For a process that does not own the library: what it opens can be searched but not changed, and is never made anew.
    pub fn reading() -> Result<Self, Words> {
        Ok(Self { threads: Arc::new(Threads::new()?), switch: SWITCH, role: Role::Reader })
    }

    /// The index of a space with all it can tell; [`Vectors::open`] gives the same as the port.
    pub fn open_index(&self, folder: &Path, dimensions: u32) -> Result<LanceIndex, Words> {
        let opened = opening::open(&self.threads, folder, dimensions, self.role)?;
        Ok(LanceIndex::new(Arc::clone(&self.threads), folder, dimensions, self.switch, opened))
    }
}

impl Vectors for LanceVectors {
    fn open(&self, folder: &Path, dimensions: u32) -> Result<Arc<dyn VectorIndex>, Words> {
        Ok(Arc::new(self.open_index(folder, dimensions)?))
    }
}
