//! The runner: leases jobs, runs their stages, and hands each outcome to the writer. One `tick` is one iteration.
//!
//! Stages that fail, panic or lose their worker end here as data; nothing stops the queue.

use super::{Context, Job};
use crate::breaks::Point;
use crate::catalog::apply::Touched;
use crate::catalog::assets;
use crate::catalog::jobs::{self as rows, PARK_AFTER};
use crate::catalog::writer::Ticket;
use crate::engine::Engine;
use crate::enrich::embed::Batch;
use crate::error::Result;
use crate::outcome::Outcome;
use crate::pipeline;
use crate::ports::StageError;
use rusqlite::Connection;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};
use winnow_contract::Words;
use winnow_contract::asset::MediaKind;
use winnow_contract::job::{JobState, Lane};

/// A lease outlives every time limit of a stage.
const LEASE_MS: i64 = 30 * 60 * 1000;
/// A job that lost its worker waits so long.
const AFTER_CRASH_MS: i64 = 1000;
/// A lane without work looks again after this time even if nobody calls it.
const IDLE: Duration = Duration::from_secs(2);

/// Short jobs are leased together for about this time, so that long ones are shared out among all threads …
const TURN: Duration = Duration::from_millis(60);
/// … and so many before it is known how long they take.
const FIRST: u32 = 8;

/// What a lane should do next.
#[derive(Debug, PartialEq, Eq)]
pub enum Tick {
    /// There was work; there may be more.
    Again,
    /// Nothing may run before this time has passed, or before a job is enqueued.
    Wait(Duration),
    /// The engine is stopping.
    Stop,
}

/// What a thread of a lane has in hand between its steps, so that it never waits for a commit.
#[derive(Default)]
pub(crate) struct Hand {
    /// The next jobs, leased while it worked on the last ones.
    ahead: Option<Ticket<Vec<Job>>>,
    /// Outcomes handed to the writer.
    open: VecDeque<(Result<Ticket<Touched>>, Job)>,
    /// What each of the last jobs took.
    pace: Option<Duration>,
}

impl Engine {
    /// One iteration of a lane: lease a batch, run it, wait until its outcomes are committed.
    pub fn tick(&self, lane: Lane) -> Result<Tick> {
        let mut hand = Hand::default();
        let tick = self.step(lane, &mut hand, false);
        self.let_go(&mut hand);
        tick
    }

    /// The same, with what is in hand: the next jobs are leased `ahead`, and the commits are waited for a step later.
    pub(crate) fn step(&self, lane: Lane, hand: &mut Hand, ahead: bool) -> Result<Tick> {
        if self.stopping() || self.paused() {
            self.let_go(hand);
            return Ok(if self.stopping() { Tick::Stop } else { Tick::Wait(IDLE) });
        }
        if lane == Lane::Index {
            return self.tick_index();
        }
        let limit = limit(lane, hand.pace);
        let mut jobs = hand.ahead.take().map_or(Ok(Vec::new()), Ticket::wait)?;
        if jobs.is_empty() {
            jobs = self.lease(lane, limit)?.map_or(Ok(Vec::new()), Ticket::wait)?;
        }
        if jobs.is_empty() {
            // What is not committed yet may have jobs to follow.
            let done = hand.open.len();
            self.let_go(hand);
            return if done > 0 { Ok(Tick::Again) } else { Ok(Tick::Wait(self.until_due(lane)?)) };
        }
        self.breaks().hit(Point::JobsClaimed)?;
        if ahead {
            hand.ahead = self.lease(lane, limit)?;
        }
        self.run_all(jobs, hand);
        Ok(Tick::Again)
    }

    /// Runs a batch. When it returns, the commits of all before it are done.
    fn run_all(&self, jobs: Vec<Job>, hand: &mut Hand) {
        let (settings, count, started) = (self.settings(), jobs.len(), Instant::now());
        let batch = Batch::of(&jobs, &self.context(&settings, &Batch::default()));
        let context = self.context(&settings, &batch);
        for job in jobs {
            hand.open.push_back((self.run(&job, &context), job));
            while hand.open.front().is_some_and(|(ticket, _)| ticket.as_ref().map_or(true, Ticket::is_done)) {
                self.settle_first(hand);
            }
        }
        hand.pace = Some(started.elapsed() / u32::try_from(count).unwrap_or(1));
        while hand.open.len() > count {
            self.settle_first(hand);
        }
    }

    /// Waits for what is not committed, and gives back what was leased ahead.
    fn let_go(&self, hand: &mut Hand) {
        while !hand.open.is_empty() {
            self.settle_first(hand);
        }
        for job in hand.ahead.take().and_then(|ahead| ahead.wait().ok()).unwrap_or_default() {
            let back = self.put_back(&job, 0, 0, 0);
            hand.open.push_back((back, job));
        }
        for (back, job) in hand.open.drain(..) {
            if back.and_then(Ticket::wait).is_err() {
                self.strand(job);
            }
        }
    }

    /// Ticks every lane until no job is left that could run now.
    pub fn settle(&self) -> Result<()> {
        while !self.stopping() {
            let mut busy = false;
            for lane in Lane::ALL {
                busy |= self.tick(*lane)? == Tick::Again;
            }
            if !busy {
                break;
            }
        }
        Ok(())
    }

    /// Asks for jobs of a lane; none when none is due.
    fn lease(&self, lane: Lane, limit: u32) -> Result<Option<Ticket<Vec<Job>>>> {
        let now = self.now();
        let owner = self.owner().to_owned();
        let waiting = self.read(|catalog| Ok(rows::next_due(catalog, lane)?.is_some_and(|due| due <= now)))?;
        let claim = move |catalog: &Connection| rows::claim(catalog, lane, limit, &owner, now, now + LEASE_MS);
        if waiting { Ok(Some(self.writer()?.submit(claim))) } else { Ok(None) }
    }

    fn until_due(&self, lane: Lane) -> Result<Duration> {
        let due = self.read(|catalog| rows::next_due(catalog, lane))?;
        let wait = due.map_or(IDLE, |due| Duration::from_millis(u64::try_from((due - self.now()).max(1)).unwrap_or(1)));
        Ok(wait.min(IDLE))
    }

    /// Runs one job and hands what came of it to the writer.
    fn run(&self, job: &Job, context: &Context<'_>) -> Result<Ticket<Touched>> {
        let started = self.now();
        // A worker's death is noticed; that of this process is not.
        let _named = self.in_hand().filter(|_| pipeline::in_process(job.kind)).map(|in_hand| in_hand.name(&job.id));
        let result = catch_unwind(AssertUnwindSafe(|| pipeline::run(job, context)));
        match result {
            Ok(Ok(outcome)) => self.commit(job, outcome, started),
            Ok(Err(error)) => self.fail(job, error, context),
            Err(panic) => self.crashed(job, &Words::new("internal").with("why", message(&*panic))),
        }
    }

    fn commit(&self, job: &Job, outcome: Outcome, started: i64) -> Result<Ticket<Touched>> {
        let (applying, job, digest) = (self.applying(), job.clone(), outcome.digest());
        Ok(self.writer()?.submit(move |catalog| applying.outcome(catalog, &job, &outcome, digest, started)))
    }

    fn fail(&self, job: &Job, error: StageError, context: &Context<'_>) -> Result<Ticket<Touched>> {
        match error {
            StageError::Broken(reason) => self.end(job, reason, JobState::Failed),
            StageError::Refused { reason, kind, media_type } => self.refused(job, reason, kind, media_type),
            StageError::Missing(card) => self.end(job, Words::new("model_missing").with("card", card), JobState::Failed),
            StageError::Retry(reason) if job.attempts >= 3 => self.end(job, reason, JobState::Failed),
            StageError::Retry(_) => self.put_back(job, 1, 0, i64::from(context.settings.ingest.changing_wait) * 1000),
            StageError::Crashed(reason) => self.crashed(job, &reason),
            StageError::Cancelled => self.put_back(job, 0, 0, 0),
        }
    }

    /// A crash of the work itself: it is tried again behind everything else and not at once, for whatever ended it may still be
    /// at it, and set aside after the third time.
    fn crashed(&self, job: &Job, reason: &Words) -> Result<Ticket<Touched>> {
        if job.crashes + 1 < PARK_AFTER {
            return self.put_back(job, 0, 1, AFTER_CRASH_MS);
        }
        self.end(job, reason.clone(), JobState::Parked)
    }

    fn refused(&self, job: &Job, reason: Words, kind: MediaKind, media_type: String) -> Result<Ticket<Touched>> {
        let (applying, job) = (self.applying(), job.clone());
        Ok(self.writer()?.submit(move |catalog| {
            assets::describe(catalog, &job.subject.as_str().into(), kind, &media_type, None)?;
            applying.failure(catalog, &job, &reason, JobState::Failed)
        }))
    }

    fn end(&self, job: &Job, reason: Words, state: JobState) -> Result<Ticket<Touched>> {
        let (applying, job) = (self.applying(), job.clone());
        Ok(self.writer()?.submit(move |catalog| applying.failure(catalog, &job, &reason, state)))
    }

    fn put_back(&self, job: &Job, attempts: u32, crashes: u32, wait_ms: i64) -> Result<Ticket<Touched>> {
        let (id, now) = (job.id.clone(), self.now());
        Ok(self.writer()?.submit(move |catalog| {
            rows::put_back(catalog, &id, attempts, crashes, now + wait_ms, now)?;
            Ok(Touched { again: true, ..Touched::default() })
        }))
    }

    /// Waits for the oldest commit. An outcome that could not be written leaves its job waiting, to be tried again.
    fn settle_first(&self, hand: &mut Hand) {
        let Some((ticket, job)) = hand.open.pop_front() else { return };
        match ticket.and_then(Ticket::wait) {
            Ok(touched) => {
                self.meter().end(job.lane, touched.again, self.now());
                self.tell(touched);
            }
            Err(error) => {
                tracing::warn!(job = job.id, kind = job.kind.as_str(), "an outcome was not written: {error}");
                let again = self.put_back(&job, 1, 0, 1000).and_then(Ticket::wait);
                if again.is_err() {
                    self.strand(job);
                }
            }
        }
    }
}

/// Jobs leased together: as many as took one turn lately, within the lane's bounds.
fn limit(lane: Lane, pace: Option<Duration>) -> u32 {
    let (least, most) = pipeline::batch(lane);
    let wanted = pace.map_or(FIRST, |pace| u32::try_from(TURN.as_micros() / pace.as_micros().max(1)).unwrap_or(u32::MAX));
    wanted.clamp(least, most)
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string).or_else(|| panic.downcast_ref::<String>().cloned());
    // A panic's message may quote what it stumbled on, so only its first words are kept when it is our own.
    text.filter(|text| text.starts_with("BUG:")).unwrap_or_else(|| "it stopped with a panic".into())
}
