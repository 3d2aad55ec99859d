//! The engine's port to the vector index, whose threads are started when an index is opened first.
//!
//! A command that searches nothing by meaning starts none.

use std::path::Path;
use std::sync::{Arc, OnceLock};
use winnow_contract::Words;
use winnow_engine::ports::{VectorIndex, Vectors};
use winnow_vectors::LanceVectors;

/// Indexes of this process.
pub struct Meanings {
    owns: bool,
    opened: OnceLock<Result<LanceVectors, Words>>,
}

impl Meanings {
    /// Who does not own the library only looks on.
    pub fn new(owns: bool) -> Self {
        Self { owns, opened: OnceLock::new() }
    }
}

impl Vectors for Meanings {
    fn open(&self, folder: &Path, dimensions: u32) -> Result<Arc<dyn VectorIndex>, Words> {
        let start = || if self.owns { LanceVectors::new() } else { LanceVectors::reading() };
        self.opened.get_or_init(start).as_ref().map_err(Words::clone)?.open(folder, dimensions)
    }
}
