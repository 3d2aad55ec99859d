//! The one thread that writes. Changes that arrive together share a transaction; one that fails takes only itself back.
//!
//! Does not know what a change means. A change is either in a committed transaction or did not happen.
//!
//! A group is carried out without savepoints, for these cost a third of all writing (SQLite keeps a copy of every page). When a
//! change fails, the group is taken back and carried out again with them.

use super::due;
use crate::breaks::{Breaks, Point};
use crate::error::{EngineError, Result};
use rusqlite::Connection;
use std::cell::OnceCell;
use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A transaction stays open for more changes at most this long, or until somebody waits for a commit: a page that many changes
/// share is written once …
const GROUP_TIME: Duration = Duration::from_millis(60);
/// … and takes at most this many.
const GROUP_SIZE: usize = 512;
/// Changes that may wait before their senders do.
const QUEUE: usize = 512;

/// May be carried out twice, the first time without effect.
type Work = Box<dyn Fn(&Connection) -> Result<()> + Send>;
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
    /// How many wait for a commit and do nothing else.
    awaited: usize,
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

    /// The next change; none once the queue is closed and empty.
    fn pop(&self) -> Option<Change> {
        let nothing = |waiting: &mut Waiting| waiting.urgent.is_empty() && waiting.others.is_empty() && !waiting.closed;
        let mut waiting = self.moved.wait_while(self.lock(), nothing).unwrap_or_else(PoisonError::into_inner);
        let change = waiting.urgent.pop_front().or_else(|| waiting.others.pop_front());
        self.moved.notify_all();
        change
    }

    /// One more change for the group; none when there is none until `deadline` or until somebody waits for the commit, or when a
    /// person waits for another change.
    fn pop_more(&self, deadline: Instant) -> Option<Change> {
        let left = deadline.saturating_duration_since(Instant::now());
        let nothing =
            |waiting: &mut Waiting| waiting.urgent.is_empty() && waiting.others.is_empty() && !waiting.closed && waiting.awaited == 0;
        let (mut waiting, _) = self.moved.wait_timeout_while(self.lock(), left, nothing).unwrap_or_else(PoisonError::into_inner);
        let change = if waiting.urgent.is_empty() { waiting.others.pop_front() } else { None };
        self.moved.notify_all();
        change
    }

    fn awaited(&self, count: impl Fn(usize) -> usize) {
        let mut waiting = self.lock();
        waiting.awaited = count(waiting.awaited);
        drop(waiting);
        self.moved.notify_all();
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
pub struct Ticket<T> {
    answer: Receiver<Result<T>>,
    queue: Arc<Queue>,
    /// What came before anybody waited for it.
    came: OnceCell<Result<T>>,
}

impl<T> Ticket<T> {
    /// True when there is no need to wait.
    pub fn is_done(&self) -> bool {
        if self.came.get().is_some() {
            return true;
        }
        match self.answer.try_recv() {
            Ok(answer) => self.came.set(answer).is_ok(),
            Err(TryRecvError::Disconnected) => true,
            Err(TryRecvError::Empty) => false,
        }
    }

    /// Waits for the commit that holds the change.
    pub fn wait(self) -> Result<T> {
        if self.is_done() {
            return self.came.into_inner().unwrap_or_else(stopped);
        }
        self.queue.awaited(|count| count + 1);
        let answer = self.answer.recv();
        self.queue.awaited(|count| count - 1);
        answer.unwrap_or_else(|_| stopped())
    }
}

fn stopped<T>() -> Result<T> {
    Err(EngineError::Unusable("the writer has stopped".into()))
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

    /// Queues a change that may wait for others to share its transaction. It survives the end of the program, but not
    /// surely a loss of power: what the program derived can be derived again.
    pub fn submit<T: Send + 'static>(&self, change: impl Fn(&Connection) -> Result<T> + Send + 'static) -> Ticket<T> {
        self.send(change, false)
    }

    /// Carries out a change that a person waits for: committed at once, and safe on the disk with all that came before it.
    pub fn urgent<T: Send + 'static>(&self, change: impl Fn(&Connection) -> Result<T> + Send + 'static) -> Result<T> {
        self.send(change, true).wait()
    }

    fn send<T: Send + 'static>(&self, change: impl Fn(&Connection) -> Result<T> + Send + 'static, urgent: bool) -> Ticket<T> {
        let (answer, ticket) = channel();
        let value = Arc::new(Mutex::new(None));
        let kept = Arc::clone(&value);
        let work: Work = Box::new(move |connection| {
            *value.lock().unwrap_or_else(PoisonError::into_inner) = Some(change(connection)?);
            Ok(())
        });
        let tell: Tell = Box::new(move |done| {
            let value = kept.lock().unwrap_or_else(PoisonError::into_inner).take();
            let result = done.and_then(|()| value.ok_or_else(|| EngineError::Unusable("the change left no answer".into())));
            drop(answer.send(result));
        });
        self.queue.push(Change { work, tell, urgent });
        Ticket { answer: ticket, queue: Arc::clone(&self.queue), came: OnceCell::new() }
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
    while let Some(first) = changes.pop() {
        if let Err(error) = begin(connection, first.urgent) {
            (first.tell)(Err(error));
            continue;
        }
        let (group, spoiled) = gather(connection, first, changes);
        if spoiled { again(connection, group, breaks) } else { commit(connection, group, breaks) }
    }
}

type Done = Vec<(Change, Result<()>)>;

fn begin(connection: &Connection, urgent: bool) -> Result<()> {
    // The log is flushed to the disk with each commit, or only before it is brought into the catalog.
    connection.pragma_update(None, "synchronous", if urgent { "FULL" } else { "NORMAL" })?;
    Ok(connection.execute_batch("BEGIN IMMEDIATE")?)
}

/// Works through what waits until it is time to commit. Tells whether a change failed, the last one: then nothing more is done.
fn gather(connection: &Connection, first: Change, changes: &Queue) -> (Done, bool) {
    let deadline = Instant::now() + GROUP_TIME;
    let mut done = Done::new();
    let mut next = Some(first);
    while let Some(change) = next.take() {
        let result = attempt(connection, &change.work);
        let (failed, urgent) = (result.is_err(), change.urgent);
        done.push((change, result));
        if failed {
            return (done, true);
        }
        if !urgent && done.len() < GROUP_SIZE && Instant::now() < deadline {
            next = changes.pop_more(deadline);
        }
    }
    (done, false)
}

fn attempt(connection: &Connection, work: &Work) -> Result<()> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(connection)))
        .unwrap_or_else(|_| Err(EngineError::Unusable("a change stopped with a panic".into())))
}

/// Takes a group back in which a change failed, and carries it out again so that the others happen. An urgent one is alone.
fn again(connection: &Connection, group: Done, breaks: &Breaks) {
    take_back(connection);
    if group.len() == 1 {
        return tell(group);
    }
    let begun = begin(connection, false).map_err(|error| error.words().sentence());
    let careful = |change: Change| {
        let result = match &begun {
            Ok(()) => in_savepoint(connection, &change.work),
            Err(why) => Err(EngineError::Unusable(why.clone())),
        };
        (change, result)
    };
    let done: Done = group.into_iter().map(|(change, _)| careful(change)).collect();
    if begun.is_ok() { commit(connection, done, breaks) } else { tell(done) }
}

fn in_savepoint(connection: &Connection, work: &Work) -> Result<()> {
    connection.execute_batch("SAVEPOINT change")?;
    let result = attempt(connection, work);
    let end = if result.is_ok() { "RELEASE change" } else { "ROLLBACK TO change; RELEASE change" };
    connection.execute_batch(end)?;
    result
}

fn commit(connection: &Connection, done: Done, breaks: &Breaks) {
    let written = due::write(connection).and_then(|()| breaks.hit(Point::WriterBeforeCommit));
    let committed = written.and_then(|()| Ok(connection.execute_batch("COMMIT")?));
    if let Err(error) = committed {
        take_back(connection);
        let why = error.words().sentence();
        let failed = |result: Result<()>| Err(result.err().unwrap_or_else(|| EngineError::Unusable(why.clone())));
        return tell(done.into_iter().map(|(change, result)| (change, failed(result))).collect());
    }
    // After the commit a planned failure can only be a kill: the change has happened.
    drop(breaks.hit(Point::WriterAfterCommit));
    tell(done);
}

fn take_back(connection: &Connection) {
    // Some errors have taken it back already.
    if !connection.is_autocommit() {
        drop(connection.execute_batch("ROLLBACK"));
    }
}

fn tell(done: Done) {
    for (change, result) in done {
        (change.tell)(result);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;

    /// What each of some changes, carried out in one group, was told, and what is in the table then. A change inserts its number;
    /// after that a negative one fails and zero panics.
    fn carried_out(numbers: &[i64]) -> (Vec<bool>, Vec<i64>) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("catalog.sqlite");
        let connection = crate::catalog::schema::open_for_writing(&path).expect("a catalog");
        connection.execute_batch("CREATE TABLE numbers (number INTEGER PRIMARY KEY)").expect("a table");
        let writer = Writer::start(connection, Breaks::default()).expect("a writer");
        let (busy, gate) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
        let (began, leave) = (Arc::clone(&busy), Arc::clone(&gate));
        let first = writer.submit(move |_| {
            began.wait();
            leave.wait();
            Err::<(), _>(EngineError::ReadOnly)
        });
        busy.wait();
        let insert = |number: i64| {
            writer.submit(move |connection| {
                connection.execute("INSERT INTO numbers VALUES (?1)", [number])?;
                assert_ne!(number, 0, "a planned panic");
                if number < 0 { Err(EngineError::ReadOnly) } else { Ok(number) }
            })
        };
        let tickets: Vec<_> = numbers.iter().map(|number| insert(*number)).collect();
        gate.wait();
        assert!(first.wait().is_err(), "it was alone and failed");
        let told: Vec<_> = tickets.into_iter().map(|ticket| ticket.wait().is_ok()).collect();
        let kept = writer.urgent(|connection| {
            let mut query = connection.prepare("SELECT number FROM numbers ORDER BY number")?;
            let rows = query.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<std::result::Result<_, _>>()?)
        });
        (told, kept.expect("numbers"))
    }

    #[test]
    fn one_that_fails_takes_only_itself_back() {
        let check = |numbers: &[i64], told: &[bool], kept: &[i64]| {
            assert_eq!(carried_out(numbers), (told.to_vec(), kept.to_vec()), "{numbers:?}");
        };
        check(&[1, 2, 3], &[true, true, true], &[1, 2, 3]);
        check(&[1, -2, 3], &[true, false, true], &[1, 3]);
        check(&[1, 0, 3, -4], &[true, false, true, false], &[1, 3]);
        check(&[-1], &[false], &[]);
        check(&[5, 5], &[true, false], &[5]);
    }
}
