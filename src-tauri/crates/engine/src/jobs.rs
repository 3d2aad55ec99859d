//! Jobs: persisted units of work, and what a stage gets to see when it runs one.
//!
//! `run` is the runner; the rows are in `catalog::jobs`.

pub mod in_hand;
pub mod progress;
pub mod run;

use crate::breaks::{Breaks, Point};
use crate::catalog::reader::Reader;
use crate::enrich::detect::Recognisers;
use crate::enrich::embed::Batch;
use crate::enrich::taxonomy::Taxonomies;
use crate::outcome::Part;
use crate::passwords::Passwords;
use crate::ports::{Cancel, Ports, Space, StageError};
use crate::renditions::Renditions;
use crate::settings::Settings;
use crate::watch::desk::Desk;
use std::cell::OnceCell;
use std::sync::LazyLock;
use winnow_contract::Words;
use winnow_contract::job::{JobKind, Lane};

/// A job as it was leased.
#[derive(Clone, Debug)]
pub struct Job {
    pub id: String,
    pub kind: JobKind,
    pub lane: Lane,
    /// Id of the folder, location or asset.
    pub subject: String,
    /// The part of it; none when it is about the whole.
    pub part: Option<Part>,
    pub params: Option<Vec<u8>>,
    pub attempts: u32,
    pub crashes: u32,
}

/// What a stage may use. It can read; it cannot write.
pub struct Context<'a> {
    pub ports: &'a Ports,
    pub settings: &'a Settings,
    /// Folder of the library, which is never read as an original.
    pub library: &'a std::path::Path,
    pub reader: &'a Reader,
    pub renditions: &'a Renditions,
    /// What a person typed to open locked assets.
    pub passwords: &'a Passwords,
    /// Where a scan leaves what has to be looked at again.
    pub desk: &'a Desk,
    pub recognisers: &'a LazyLock<Recognisers>,
    /// The answers to "what is it?".
    pub taxonomies: &'a Taxonomies,
    /// For keyed hashes of values.
    pub value_key: [u8; 32],
    /// Vectors that were made for all jobs leased together.
    pub batch: &'a Batch,
    /// See [`Context::space`].
    pub(crate) space: OnceCell<Option<Space>>,
    pub cancel: &'a Cancel,
    pub breaks: &'a Breaks,
}

impl Context<'_> {
    /// What texts are embedded into now, if they are: asked once for all jobs leased together, for the answer is in files.
    pub fn space(&self) -> Option<&Space> {
        self.space.get_or_init(|| self.ports.embedder.space()).as_ref()
    }

    /// A new id.
    pub fn id(&self) -> String {
        self.ports.ids.next()
    }

    /// A commit point inside a stage.
    pub fn reach(&self, point: Point) -> Result<(), StageError> {
        self.breaks.hit(point).map_err(broken)
    }

    /// Asks the catalog; a failure there is an internal one.
    pub fn read<T>(&self, query: impl FnOnce(&rusqlite::Connection) -> crate::error::Result<T>) -> Result<T, StageError> {
        self.reader.read(query).map_err(broken)
    }
}

/// An engine error inside a stage: worth another try, for the catalog may have been busy or the disk full.
pub fn broken(error: crate::error::EngineError) -> StageError {
    StageError::Retry(Words::new("internal").with("why", error))
}
