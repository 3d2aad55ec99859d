//! At most `width` worker processes of one role: started when needed, handed out one call at a time, replaced when
//! they have worked long enough or failed.
//!
//! It does not know what a request means; a call that failed is not repeated here.

use crate::adapters::declined;
use crate::limits::{self, Fault, LOOK, Watch};
use crate::link::{Line, Link};
use crate::protocol::Reply;
use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::available_parallelism;
use winnow_contract::Words;
use winnow_contract::worker::{Answer, Confinement, Loaded, ModelFiles, Role, Work};
use winnow_engine::ports::{CallLimits, Cancel, StageError};

/// What is sent to a worker.
pub(crate) struct Load<'a> {
    pub(crate) work: Work,
    pub(crate) blob: &'a [u8],
    /// Handed over as descriptors.
    pub(crate) files: &'a [&'a File],
    /// For roles that need models.
    pub(crate) opening: Option<&'a Opening<'a>>,
}

/// What a worker does before its first request.
pub(crate) struct Opening<'a> {
    /// The models it loads; a worker that has loaded others is ended.
    pub(crate) models: &'a ModelFiles,
    /// Told of every process that has loaded them, with its id.
    pub(crate) loaded: &'a (dyn Fn(u32, Loaded) + Sync),
    /// Where a second channel to the process is kept for whoever must not wait; without it there is none.
    pub(crate) aside: Option<&'a Mutex<Option<Line>>>,
}

/// What a process is told by its environment when it starts: names and values.
pub(crate) type Told = Vec<(&'static str, OsString)>;

pub(crate) struct Pool {
    program: PathBuf,
    role: Role,
    width: usize,
    /// Asked whenever a process starts, for then it may still load something.
    tell: Option<Box<dyn Fn() -> Told + Send + Sync>>,
    seats: Mutex<Seats>,
    freed: Condvar,
    /// What holds the processes back, as the one that was started last said.
    confinement: Mutex<Option<Confinement>>,
}

#[derive(Default)]
struct Seats {
    /// Workers that wait, the warmest last.
    idle: Vec<Worker>,
    /// Calls that hold a seat.
    taken: usize,
    /// Process ids of the workers in those.
    busy: Vec<u32>,
}

struct Worker {
    link: Link,
    /// Calls answered.
    calls: u32,
    models: Option<ModelFiles>,
    /// What holds it back, once it has loaded what it needs.
    confinement: Option<Confinement>,
}

impl Pool {
    /// No process is started yet. A width of 0 is one for each processor.
    pub(crate) fn new(program: &Path, role: Role, width: usize) -> Self {
        let width = if width == 0 { available_parallelism().map_or(1, usize::from) } else { width };
        Self {
            program: program.to_owned(),
            role,
            width,
            tell: None,
            seats: Mutex::default(),
            freed: Condvar::new(),
            confinement: Mutex::default(),
        }
    }

    /// The same whose processes are told something when they start.
    pub(crate) fn telling(self, tell: impl Fn() -> Told + Send + Sync + 'static) -> Self {
        Self { tell: Some(Box::new(tell)), ..self }
    }

    /// Process ids of all workers: those at work, then those that wait.
    pub(crate) fn pids(&self) -> Vec<u32> {
        let seats = self.seats();
        seats.busy.iter().copied().chain(seats.idle.iter().map(|worker| worker.link.pid())).collect()
    }

    /// What holds the processes back; none before one has worked.
    pub(crate) fn confinement(&self) -> Option<Confinement> {
        self.confinement.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Has one worker do one thing. `accept` judges the answer: none means that no worker of ours says such a thing.
    ///
    /// # Errors
    /// What `accept` says; `Crashed` when the worker was lost, `Broken` when a limit was met, `Retry` when none could be
    /// started, `Cancelled`.
    pub(crate) fn call<T>(
        &self,
        load: &Load,
        limits: CallLimits,
        cancel: &Cancel,
        accept: impl FnOnce(Reply) -> Option<Result<T, StageError>>,
    ) -> Result<T, StageError> {
        let mut seat = self.take_seat(cancel)?;
        let mut worker = seat.worker(load.opening)?;
        let mut watch = Watch::new(worker.link.pid(), limits, cancel);
        if self.role == Role::Decode {
            limits::allow(worker.link.pid(), limits, &load.work);
        }
        let told = worker.answer(load, &mut watch, accept).map_err(|fault| {
            tracing::debug!(role = %self.role, pid = worker.link.pid(), ?fault, "worker ended");
            fault.told(limits)
        })?;
        worker.calls += 1;
        self.learn(&worker);
        // One that could not load its models may hold half of them.
        let is_open = load.opening.is_none() || worker.models.is_some();
        if is_open && worker.calls < limits.recycle_after && !self.has_grown(&worker, limits) {
            seat.keep(worker);
        }
        told
    }

    fn learn(&self, worker: &Worker) {
        if worker.confinement.is_some() {
            *self.confinement.lock().unwrap_or_else(PoisonError::into_inner) = worker.confinement.clone();
        }
    }

    /// It keeps so much memory between calls that the next large file might not fit. Those that run models keep theirs.
    fn has_grown(&self, worker: &Worker, limits: CallLimits) -> bool {
        self.role == Role::Decode && limits::is_half_full(worker.link.pid(), limits)
    }

    fn take_seat(&self, cancel: &Cancel) -> Result<Seat<'_>, StageError> {
        let mut seats = self.seats();
        while seats.taken >= self.width {
            if cancel.is_cancelled() {
                return Err(StageError::Cancelled);
            }
            seats = self.freed.wait_timeout(seats, LOOK * 2).unwrap_or_else(PoisonError::into_inner).0;
        }
        seats.taken += 1;
        Ok(Seat { pool: self, pid: None })
    }

    fn seats(&self) -> MutexGuard<'_, Seats> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Worker {
    /// Loads what is to be loaded first, then does what it is asked.
    fn answer<T>(
        &mut self,
        load: &Load,
        watch: &mut Watch,
        accept: impl FnOnce(Reply) -> Option<Result<T, StageError>>,
    ) -> Result<Result<T, StageError>, Fault> {
        if let Some(opening) = load.opening.filter(|_| self.models.is_none())
            && let Err(error) = self.open(opening, watch)?
        {
            return Ok(Err(error));
        }
        if self.confinement.is_none() {
            self.confinement = Some(self.confined(watch)?);
        }
        // Somebody who holds the lock is using the channel, so there is one.
        if let Some(aside) = load.opening.and_then(|opening| opening.aside)
            && let Ok(mut line) = aside.try_lock()
            && line.as_ref().is_none_or(|line| line.pid() != self.link.pid())
        {
            *line = Some(self.link.attach(watch)?);
        }
        let reply = self.link.exchange(&load.work, load.blob, load.files, watch)?;
        accept(reply).ok_or(Fault::Lost)
    }

    fn open(&mut self, opening: &Opening, watch: &mut Watch) -> Result<Result<(), StageError>, Fault> {
        let (answer, _) = self.link.exchange(&Work::Load(opening.models.clone()), &[], &[], watch)?;
        match answer {
            Answer::Loaded(loaded) => {
                self.models = Some(opening.models.clone());
                (opening.loaded)(self.link.pid(), loaded);
                Ok(Ok(()))
            }
            other => declined(other).ok_or(Fault::Lost),
        }
    }

    fn confined(&mut self, watch: &mut Watch) -> Result<Confinement, Fault> {
        match self.link.exchange(&Work::Hello, &[], &[], watch)?.0 {
            Answer::Ready { confinement, .. } => Ok(confinement.unwrap_or_default()),
            _ => Err(Fault::Lost),
        }
    }

    /// It has loaded these models, or nothing yet.
    fn suits(&self, opening: Option<&Opening>) -> bool {
        self.models.as_ref().is_none_or(|models| opening.is_none_or(|opening| models == opening.models))
    }
}

/// The right to have one worker work; given back when dropped.
struct Seat<'a> {
    pool: &'a Pool,
    pid: Option<u32>,
}

impl Seat<'_> {
    /// A living worker: one that waits, or a new one.
    fn worker(&mut self, opening: Option<&Opening>) -> Result<Worker, StageError> {
        let worker = match self.living(opening) {
            Some(worker) => worker,
            None => Worker { link: self.open()?, calls: 0, models: None, confinement: None },
        };
        self.pid = Some(worker.link.pid());
        self.pool.seats().busy.extend(self.pid);
        Ok(worker)
    }

    /// Workers that died while they waited are no call's fault; those with other models are ended.
    fn living(&self, opening: Option<&Opening>) -> Option<Worker> {
        loop {
            let mut worker = self.pool.seats().idle.pop()?;
            if worker.link.is_alive() && worker.suits(opening) {
                return Some(worker);
            }
        }
    }

    fn open(&self) -> Result<Link, StageError> {
        let pool = self.pool;
        let told = pool.tell.as_ref().map_or_else(Told::new, |tell| tell());
        Link::open(&pool.program, pool.role, &told).map_err(|error| StageError::Retry(Words::new("worker_unavailable").with("why", error)))
    }

    fn keep(&self, worker: Worker) {
        self.pool.seats().idle.push(worker);
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        let mut seats = self.pool.seats();
        seats.taken -= 1;
        seats.busy.retain(|pid| Some(*pid) != self.pid);
        drop(seats);
        self.pool.freed.notify_one();
    }
}
