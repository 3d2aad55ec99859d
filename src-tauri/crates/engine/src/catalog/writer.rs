//! The one thread that writes. Changes that arrive together share a transaction; each has a savepoint of its own.
//!
//! Does not know what a change means. A change is either in a committed transaction or did not happen.

use crate::breaks::{Breaks, Point};
use crate::error::{EngineError, Result};
use rusqlite::Connection;
use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A transaction stays open for more changes at most this long …
const GROUP_TIME: Duration = Duration::from_millis(10);
/// … and takes at most this many.
const GROUP_SIZE: usize = 128;
/// Changes that may wait before their senders do.
const QUEUE: usize = 512;

type Work = Box<dyn FnOnce(&Connection) -> Result<()> + Send>;
type Tell = Box<dyn FnOnce(Result<()>) + Send>;

struct Change {
    work: Work,
    tell: Tell,
    urgent: bool,
}

/// Changes that wait. What a person waits for goes first.
#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    moved: Condvar,
}

#[derive(Default)]
struct Waiting {
    urgent: VecDeque<Change>,
    others: VecDeque<Change>,
    closed: bool,
}

impl Waiting {
    fn next(&mut self) -> Option<Change> {
        self.urgent.pop_front().or_else(|| self.others.pop_front())
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a change; waits while too many others do. A closed queue drops it, and its ticket says so.
    fn push(&self, change: Change) {
        let full = |waiting: &mut Waiting| !change.urgent && !waiting.closed && waiting.others.len() >= QUEUE;
        let mut waiting = self.moved.wait_while(self.lock(), full).unwrap_or_else(PoisonError::into_inner);
        if waiting.closed {
            return;
        }
        if change.urgent {
            waiting.urgent.push_back(change)
        } else {
            waiting.others.push_back(change)
        }
        self.moved.notify_all();
    }

    /// The next change, or none when there is none until `deadline` (no deadline: until the queue is closed and empty).
    fn pop(&self, deadline: Option<Instant>) -> Option<Change> {
        let mut waiting = self.lock();
        loop {
            if let Some(change) = waiting.next() {
                self.moved.notify_all();
                return Some(change);
            }
            if waiting.closed {
                return None;
            }
            waiting = match deadline.map(|deadline| deadline.saturating_duration_since(Instant::now())) {
                None => self.moved.wait(waiting).unwrap_or_else(PoisonError::into_inner),
                Some(Duration::ZERO) => return None,
                Some(left) => self.moved.wait_timeout(waiting, left).unwrap_or_else(PoisonError::into_inner).0,
            };
        }
    }

    fn close(&self) {
        self.lock().closed = true;
        self.moved.notify_all();
    }

    /// Closes, and drops what waits, so that whoever waits for it hears that it will not happen.
    fn abandon(&self) {
        let mut waiting = self.lock();
        waiting.closed = true;
        let dropped = (std::mem::take(&mut waiting.urgent), std::mem::take(&mut waiting.others));
        drop(waiting);
        drop(dropped);
        self.moved.notify_all();
    }
}

/// Handle of the writer thread; the thread ends when the handle is dropped and nothing waits.
pub struct Writer {
    queue: Arc<Queue>,
    thread: Option<JoinHandle<()>>,
}

/// A change under way.
pub struct Ticket<T>(Receiver<Result<T>>);

impl<T> Ticket<T> {
    /// Waits for the commit that holds the change.
    pub fn wait(self) -> Result<T> {
        self.0.recv().unwrap_or_else(|_| Err(EngineError::Unusable("the writer has stopped".into())))
    }
}

impl Writer {
    pub fn start(connection: Connection, breaks: Breaks) -> Result<Self> {
        let queue = Arc::new(Queue::default());
        let changes = Abandon(Arc::clone(&queue));
        let thread = std::thread::Builder::new().name("winnow-writer".into()).spawn(move || {
            let changes = changes;
            run(&connection, &changes.0, &breaks);
        })?;
        Ok(Self { queue, thread: Some(thread) })
    }

    /// Queues a change that may wait for others to share its transaction.
    pub fn submit<T: Send + 'static>(&self, change: impl FnOnce(&Connection) -> Result<T> + Send + 'static) -> Ticket<T> {
        self.send(change, false)
    }

    /// Carries out a change that a person waits for: committed at once, together with what came before it.
    pub fn urgent<T: Send + 'static>(&self, change: impl FnOnce(&Connection) -> Result<T> + Send + 'static) -> Result<T> {
        self.send(change, true).wait()
    }

    fn send<T: Send + 'static>(&self, change: impl FnOnce(&Connection) -> Result<T> + Send + 'static, urgent: bool) -> Ticket<T> {
        let (answer, ticket) = channel();
        let (value, kept): (Sender<T>, Receiver<T>) = channel();
        let work: Work = Box::new(move |connection| {
            value.send(change(connection)?).expect("BUG: the receiver lives in the same change");
            Ok(())
        });
        let tell: Tell = Box::new(move |done| {
            let result = done.and_then(|()| kept.recv().map_err(|_| EngineError::Unusable("the change left no answer".into())));
            drop(answer.send(result));
        });
        self.queue.push(Change { work, tell, urgent });
        Ticket(ticket)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// A writer thread that ends, even by a panic, leaves nobody waiting.
struct Abandon(Arc<Queue>);

impl Drop for Abandon {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

fn run(connection: &Connection, changes: &Queue, breaks: &Breaks) {
    while let Some(first) = changes.pop(None) {
        let group = gather(connection, first, changes);
        match group {
            Ok(done) => commit(connection, done, breaks),
            Err((error, tell)) => tell(Err(error)),
        }
    }
}

type Done = Vec<(Tell, Result<()>)>;

/// Opens a transaction and works through what waits, until it is time to commit.
fn gather(connection: &Connection, first: Change, changes: &Queue) -> std::result::Result<Done, (EngineError, Tell)> {
    if let Err(error) = connection.execute_batch("BEGIN IMMEDIATE") {
        return Err((error.into(), first.tell));
    }
    let deadline = Instant::now() + GROUP_TIME;
    let mut done = Done::new();
    let mut next = Some(first);
    while let Some(change) = next.take() {
        let urgent = change.urgent;
        let result = in_savepoint(connection, change.work);
        done.push((change.tell, result));
        if urgent || done.len() >= GROUP_SIZE || Instant::now() >= deadline {
            break;
        }
        next = changes.pop(Some(deadline));
    }
    Ok(done)
}

/// One change that fails or panics takes only itself back.
fn in_savepoint(connection: &Connection, work: Work) -> Result<()> {
    connection.execute_batch("SAVEPOINT change")?;
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(connection)))
        .unwrap_or_else(|_| Err(EngineError::Unusable("a change stopped with a panic".into())));
    let end = if result.is_ok() { "RELEASE change" } else { "ROLLBACK TO change; RELEASE change" };
    connection.execute_batch(end)?;
    result
}

fn commit(connection: &Connection, done: Done, breaks: &Breaks) {
    let committed = breaks.hit(Point::WriterBeforeCommit).and_then(|()| Ok(connection.execute_batch("COMMIT")?));
    if let Err(error) = committed {
        if !connection.is_autocommit() {
            drop(connection.execute_batch("ROLLBACK"));
        }
        let why = error.words().sentence();
        for (tell, result) in done {
            tell(Err(result.err().unwrap_or_else(|| EngineError::Unusable(why.clone()))));
        }
        return;
    }
    // After the commit a planned failure can only be a kill: the change has happened.
    drop(breaks.hit(Point::WriterAfterCommit));
    for (tell, result) in done {
        tell(result);
    }
}
