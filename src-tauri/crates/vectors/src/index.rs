//! The index of one space: the port's promises kept over a table.
//!
//! Whoever changes the table holds `writer`; whoever reads holds `gate`, which is closed only while old files are deleted.

use crate::Role;
use crate::opening::{self, Known, Opened};
use crate::table::{self, Effort, ID};
use crate::threads::Threads;
use crate::trouble::Trouble;
use crate::upkeep::{self, Step, Trained};
use lancedb::Table;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Instant;
use winnow_contract::Words;
use winnow_engine::ports::VectorIndex;

/// An opened index. A folder must not be opened a second time while it lives.
pub struct LanceIndex {
    threads: Arc<Threads>,
    table: Table,
    folder: PathBuf,
    dimensions: u32,
    switch: usize,
    role: Role,
    writer: Mutex<Writer>,
    gate: RwLock<()>,
    trained: RwLock<Option<Trained>>,
}

/// What only the one who changes the table may see.
struct Writer {
    known: Known,
    /// The version after which the older ones were deleted.
    pruned: u64,
}

impl LanceIndex {
    pub(crate) fn new(threads: Arc<Threads>, folder: &Path, dimensions: u32, switch: usize, opened: Opened) -> Self {
        let Opened { table, known, usable, role } = opened;
        let trained = upkeep::note(folder).filter(|trained| usable || trained.effort.is_none());
        let writer = Mutex::new(Writer { known, pruned: 0 });
        let (gate, trained) = (RwLock::new(()), RwLock::new(trained));
        Self { threads, table, folder: folder.to_owned(), dimensions, switch, role, writer, gate, trained }
    }

    /// The share of the ten truly nearest that the index found when it was last measured; none when every vector is compared.
    pub fn recall(&self) -> Option<f32> {
        self.trained().filter(|trained| trained.effort.is_some()).map(|trained| trained.recall)
    }

    /// How the index is asked; none when every vector is compared.
    pub fn effort(&self) -> Option<Effort> {
        self.trained()?.effort
    }

    /// The truly nearest, whether there is an index or not: what a measurement compares with.
    pub fn nearest_exact(&self, vector: &[f32], count: usize) -> Result<Vec<(String, f32)>, Words> {
        Ok(self.search(table::unit(vector, self.dimensions)?, count, None)?)
    }

    fn trained(&self) -> Option<Trained> {
        *self.trained.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn writer(&self) -> Result<MutexGuard<'_, Writer>, Words> {
        match self.role {
            Role::Owner => Ok(self.writer.lock().unwrap_or_else(PoisonError::into_inner)),
            Role::Reader => Err(Words::new("library_read_only")),
        }
    }

    /// Runs work on a clone of the table's handle. The version it sees is the newest.
    fn on<T, W>(&self, work: impl FnOnce(Table) -> W) -> Result<T, Trouble>
    where
        T: Send + 'static,
        W: Future<Output = Result<T, Trouble>> + Send + 'static,
    {
        self.threads.wait(work(self.table.clone()))
    }

    /// The same for work that reads.
    fn read<T, W>(&self, work: impl FnOnce(Table) -> W) -> Result<T, Trouble>
    where
        T: Send + 'static,
        W: Future<Output = Result<T, Trouble>> + Send + 'static,
    {
        let _open = self.gate.read().unwrap_or_else(PoisonError::into_inner);
        self.on(work)
    }

    fn search(&self, vector: Vec<f32>, count: usize, effort: Option<Effort>) -> Result<Vec<(String, f32)>, Trouble> {
        self.read(move |table| async move { table::nearest(&table, vector, count, effort).await })
    }

    fn learn(&self, trained: Option<Trained>) -> Result<(), Trouble> {
        *self.trained.write().unwrap_or_else(PoisonError::into_inner) = trained;
        upkeep::keep_note(&self.folder, trained.as_ref())
    }

    /// Deletes the rows of those chunks that may be in the table.
    fn delete(&self, writer: &mut Writer, chunks: impl Iterator<Item = String>) -> Result<(), Trouble> {
        let old: Vec<_> = chunks.filter(|chunk| writer.known.has(chunk)).collect();
        if old.is_empty() {
            return Ok(());
        }
        let ids = old.clone();
        self.on(|table| async move { table::delete(&table, &ids).await })?;
        old.iter().for_each(|chunk| writer.known.forget(chunk));
        Ok(())
    }

    /// Takes the index's next step. True when there was one.
    fn keep_index(&self) -> Result<bool, Trouble> {
        let (rows, unindexed) = self.on(|table| async move { Ok((table.count_rows(None).await?, upkeep::unindexed(&table).await?)) })?;
        let trained = self.trained();
        let learnt = trained.map_or(rows, |trained| trained.rows);
        match upkeep::step(rows, self.switch, unindexed, trained.as_ref()) {
            Step::Nothing => return Ok(false),
            Step::Drop => self.drop_index(None)?,
            Step::Train => self.improved(rows, |table| async move { upkeep::train(&table).await })?,
            Step::Extend => self.improved(learnt, |table| async move { upkeep::extend(&table).await })?,
            Step::Measure => self.improved(rows, |_| async { Ok(()) })?,
        }
        Ok(true)
    }

    fn drop_index(&self, trained: Option<Trained>) -> Result<(), Trouble> {
        self.learn(trained)?;
        self.on(|table| async move { upkeep::drop_index(&table).await })
    }

    /// Changes the index and measures what it is worth. One that fails or is not worth it goes, until the table has twice the rows.
    fn improved<W>(&self, rows: usize, change: impl FnOnce(Table) -> W) -> Result<(), Trouble>
    where
        W: Future<Output = Result<(), Trouble>> + Send + 'static,
    {
        let began = Instant::now();
        let changed = self.on(change);
        let measured = changed.and_then(|()| self.on(move |table| async move { upkeep::measure(&table, rows).await }));
        match measured {
            Ok(trained) if trained.effort.is_some() => {
                let (recall, seconds) = (trained.recall, began.elapsed().as_secs_f32());
                tracing::info!(rows, recall, seconds, effort = ?trained.effort, "the vector index is ready");
                self.learn(Some(trained))
            }
            Ok(trained) => {
                tracing::warn!(rows, recall = trained.recall, "the vector index finds too little and is not used");
                self.drop_index(Some(trained))
            }
            Err(trouble) => {
                self.learn(Some(Trained::given_up(rows)))?;
                Err(trouble)
            }
        }
    }

    fn prune(&self, writer: &mut Writer) -> Result<(), Trouble> {
        let _closed = self.gate.write().unwrap_or_else(PoisonError::into_inner);
        writer.pruned = self.on(|table| async move {
            upkeep::prune(&table).await?;
            Ok(table.version().await?)
        })?;
        Ok(())
    }
}

impl VectorIndex for LanceIndex {
    fn put(&self, rows: &[(String, Vec<f32>)]) -> Result<(), Words> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut numbers = Vec::with_capacity(rows.len() * self.dimensions as usize);
        for (_, vector) in rows {
            numbers.extend(table::unit(vector, self.dimensions)?);
        }
        let batch = table::rows(rows.iter().map(|(id, _)| id.as_str()).collect(), numbers, self.dimensions)?;
        let mut writer = self.writer()?;
        self.delete(&mut writer, rows.iter().map(|(id, _)| id.clone()))?;
        // Before they are there: an addition that is reported as failed may have happened.
        for (id, _) in rows {
            writer.known.add(id);
        }
        self.on(|table| async move {
            table.add(batch).write_parallelism(1).execute().await?;
            Ok(())
        })?;
        Ok(())
    }

    fn remove(&self, chunks: &[String]) -> Result<(), Words> {
        let mut writer = self.writer()?;
        Ok(self.delete(&mut writer, chunks.iter().cloned())?)
    }

    fn nearest(&self, vector: &[f32], count: usize) -> Result<Vec<(String, f32)>, Words> {
        let vector = table::unit(vector, self.dimensions)?;
        let Some(effort) = self.effort() else { return Ok(self.search(vector, count, None)?) };
        match self.search(vector.clone(), count, Some(effort)) {
            Ok(hits) => Ok(hits),
            Err(Trouble::Damaged) => {
                tracing::warn!("the vector index cannot be read and is made anew");
                *self.trained.write().unwrap_or_else(PoisonError::into_inner) = Some(Trained::given_up(0));
                Ok(self.search(vector, count, None)?)
            }
            Err(trouble) => Err(trouble.into()),
        }
    }

    fn chunks(&self) -> Result<Vec<String>, Words> {
        Ok(self.read(|table| async move {
            let mut chunks = Vec::with_capacity(table.count_rows(None).await?);
            table::each_slice(&table, &[ID], |slice| {
                chunks.extend(table::ids(slice)?.iter().flatten().map(str::to_owned));
                Ok(())
            })
            .await?;
            Ok(chunks)
        })?)
    }

    fn count(&self) -> Result<usize, Words> {
        Ok(self.read(|table| async move { Ok(table.count_rows(None).await?) })?)
    }

    fn maintain(&self) -> Result<(), Words> {
        let mut writer = self.writer()?;
        opening::make_scratch()?;
        let compacted = self.on(|table| async move { upkeep::compact(&table).await })?;
        let indexed = self.keep_index()?;
        let version = self.on(|table| async move { Ok(table.version().await?) })?;
        if compacted || indexed || upkeep::is_prune_due(version, writer.pruned) {
            self.prune(&mut writer)?;
        }
        Ok(())
    }
}
