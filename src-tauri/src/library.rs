//! Opens a library with the real ports: the one place where the engine meets workers, clock and disk.
//!
//! Decides only between writing and reading.

use crate::workers::LazyWorkers;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use winnow_contract::ApiError;
use winnow_engine::cards::Models;
use winnow_engine::{Engine, EngineError, Options};

/// A library's folder, the models of this computer, and the workers that would read for it.
pub struct Library {
    folder: PathBuf,
    models: Arc<Models>,
    pub workers: Arc<LazyWorkers>,
}

impl Library {
    /// Nothing is opened yet.
    pub fn at(folder: PathBuf, models: Option<PathBuf>) -> Self {
        let models = Arc::new(models.map_or_else(Models::nowhere, Models::open));
        Self { workers: LazyWorkers::new(&folder, Arc::clone(&models)), folder, models }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Opened for writing; created when it is not there.
    ///
    /// # Errors
    /// When another process writes, or the folder cannot be used.
    pub fn write(&self) -> Result<Arc<Engine>, ApiError> {
        Ok(self.open(true)?)
    }

    /// Opened for reading, beside whoever writes. One that does not exist yet is created empty.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub fn read(&self) -> Result<Arc<Engine>, ApiError> {
        if !self.folder.join("catalog.sqlite").is_file() {
            match self.open(true) {
                Err(EngineError::Locked) => {}
                created => return Ok(created?),
            }
        }
        Ok(self.open(false)?)
    }

    fn open(&self, write: bool) -> Result<Arc<Engine>, EngineError> {
        let options = Options { write, models: Some(Arc::clone(&self.models)), ..Options::default() };
        Engine::open(&self.folder, self.workers.ports(write), options).map(Arc::new)
    }
}
