//! Where members go: one behind the other into one stream, under the limits of the request.
//!
//! Knows no format. Every walk over a container gives its members to a spool and stops when the spool says so.

use crate::{Stop, names};
use std::io::{self, ErrorKind, Read, Write};
use std::ops::ControlFlow;
use winnow_contract::Words;
use winnow_contract::worker::{ExpandLimits, ExpandRequest, Expanded, Member};

/// A container may grow by this many bytes before its ratio counts.
pub const FREE: u64 = 10_000_000;
const PIECE: usize = 64 << 10;
/// Bytes that the list of members may take in an answer, which holds twice as much.
const LISTED: usize = 32 << 20;

/// Whether a walk goes on. A walk that breaks must read nothing more.
pub type Step = ControlFlow<()>;

/// How a member was read.
enum Copied {
    Whole(u64),
    /// It could be read up to here.
    Cut(u64),
    /// A limit was met; a note says which.
    Stopped,
}

/// Gathers members in a stream, one behind the other.
pub struct Spool<'a> {
    into: &'a mut dyn Write,
    limits: ExpandLimits,
    /// Bytes of the container itself.
    own: u64,
    only: Option<Vec<u8>>,
    /// Bytes written, those of members that were not kept among them.
    written: u64,
    /// What the list of members takes in the answer, in bytes.
    listed: usize,
    damaged: u32,
    locked: u32,
    links: u32,
    found: Expanded,
}

impl<'a> Spool<'a> {
    /// An empty one that writes into `into` from its current position on, which counts as 0.
    pub fn new(into: &'a mut dyn Write, request: &ExpandRequest) -> Self {
        let own = u64::try_from(request.bytes).unwrap_or(0).max(1);
        let (limits, only) = (request.limits.clone(), request.only.clone());
        Self { into, limits, own, only, written: 0, listed: 0, damaged: 0, locked: 0, links: 0, found: Expanded::default() }
    }

    /// True when a member is to be written: always, or when it is the one that was asked for. A walk may ask before it unpacks.
    pub fn wants(&self, number: u64, name: &[u8]) -> bool {
        self.only.as_deref().is_none_or(|only| only == names::locator(number, name))
    }

    /// The number of the only member that was asked for.
    pub fn only(&self) -> Option<u64> {
        self.only.as_deref().and_then(names::number)
    }

    /// Members so far.
    pub fn count(&self) -> usize {
        self.found.members.len()
    }

    /// Bytes written so far.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// An answer holds no more members.
    pub fn is_listed_full(&self) -> bool {
        self.listed >= LISTED
    }

    /// Writes one member. `number` is its place in the container from 0, `mtime_ns` nanoseconds since 1970 or 0. A member whose
    /// reader fails is kept up to there. Breaks when a limit is met, and after the only member that was asked for.
    ///
    /// # Errors
    /// `io_error` when it cannot be written.
    pub fn member(&mut self, number: u64, name: &[u8], mtime_ns: i64, reader: &mut dyn Read) -> Result<Step, Words> {
        self.take(number, name, mtime_ns, reader, |spool| spool.damaged += 1, true)
    }

    /// The same for a member that was opened with a password: one whose reader fails is not kept, it was the wrong password.
    ///
    /// # Errors
    /// `io_error` when it cannot be written.
    pub fn unlocked(&mut self, number: u64, name: &[u8], mtime_ns: i64, reader: &mut dyn Read) -> Result<Step, Words> {
        self.take(number, name, mtime_ns, reader, |spool| spool.locked += 1, false)
    }

    fn take(
        &mut self,
        number: u64,
        name: &[u8],
        mtime_ns: i64,
        reader: &mut dyn Read,
        cut: fn(&mut Self),
        keep: bool,
    ) -> Result<Step, Words> {
        if !self.wants(number, name) {
            return Ok(Step::Continue(()));
        }
        if self.count() >= self.limits.entries as usize {
            return Ok(self.stop(Words::new("entries_cut").with("limit", self.limits.entries)));
        }
        if self.is_listed_full() {
            return Ok(self.stop(Words::new("entries_cut").with("limit", self.count())));
        }
        let offset = self.written;
        let bytes = match self.copy(reader)? {
            Copied::Whole(bytes) => bytes,
            Copied::Stopped => return Ok(Step::Break(())),
            Copied::Cut(bytes) => {
                cut(self);
                if !keep || bytes == 0 {
                    return Ok(self.go_on());
                }
                bytes
            }
        };
        let [offset, bytes] = [offset, bytes].map(|number| i64::try_from(number).unwrap_or(i64::MAX));
        let (locator, display) = (names::locator(number, name), names::display(name));
        // Bytes are written as numbers, and what has to be escaped in a name takes twice its length.
        self.listed += 4 * locator.len() + 2 * display.len() + 150;
        self.found.members.push(Member { locator, display, offset, bytes, mtime_ns });
        Ok(self.go_on())
    }

    fn go_on(&self) -> Step {
        if self.only.is_some() { Step::Break(()) } else { Step::Continue(()) }
    }

    fn copy(&mut self, reader: &mut dyn Read) -> Result<Copied, Words> {
        let mut piece = vec![0; PIECE];
        let start = self.written;
        loop {
            let count = match reader.read(&mut piece) {
                Ok(0) => return Ok(Copied::Whole(self.written - start)),
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => {
                    Stop::carried(&error).into_iter().for_each(|limit| self.note(limit.clone()));
                    return Ok(Copied::Cut(self.written - start));
                }
            };
            if let Some(limit) = self.limit_at(self.written + count as u64) {
                self.note(limit);
                return Ok(Copied::Stopped);
            }
            self.into.write_all(&piece[..count]).map_err(|error| io_error(&error))?;
            self.written += count as u64;
        }
    }

    /// The limit that so many bytes would go over.
    fn limit_at(&self, written: u64) -> Option<Words> {
        let total = u64::try_from(self.limits.total_bytes).unwrap_or(0);
        let ratio = u64::from(self.limits.ratio);
        if written > FREE && written / self.own >= ratio {
            return Some(Words::new("expands_too_much").with("ratio", written / self.own).with("limit", ratio));
        }
        (written > total).then(|| Words::new("archive_too_large").with("limit", total / 1_000_000))
    }

    /// Says that something was left out or is not as it should be; the result is partial.
    pub fn note(&mut self, words: Words) {
        if !self.found.notes.contains(&words) {
            self.found.notes.push(words);
        }
        self.found.partial = true;
    }

    /// The same, and nothing more is to come.
    pub fn stop(&mut self, words: Words) -> Step {
        self.note(words);
        Step::Break(())
    }

    /// The container itself ends early or is damaged.
    pub fn cut(&mut self, why: impl ToString) {
        self.note(Words::new("container_cut").with("why", why));
    }

    /// The same for an error of its reader, which may carry the limit that was met.
    pub fn broke(&mut self, error: &io::Error) {
        match Stop::carried(error) {
            Some(limit) => self.note(limit.clone()),
            None => self.cut(error),
        }
    }

    /// Counts an entry that could not be read.
    pub fn damaged_member(&mut self) {
        self.damaged += 1;
    }

    /// Counts an entry that needs a password, or another one.
    pub fn locked_member(&mut self) {
        self.locked += 1;
    }

    /// Counts a link or a device, which is no member.
    pub fn link(&mut self) {
        self.links += 1;
    }

    /// There is more: `next` is what the next request asks from.
    pub fn more(&mut self, next: u64) {
        self.found.next = i64::try_from(next).ok();
    }

    /// True when nothing was found but what is locked.
    pub fn is_locked(&self) -> bool {
        self.locked > 0 && self.found.members.is_empty() && self.damaged == 0
    }

    /// What was found.
    pub fn finish(mut self) -> Expanded {
        let counts = [("locked_members", self.locked, true), ("members_damaged", self.damaged, true), ("links_skipped", self.links, false)];
        for (code, count, partial) in counts.into_iter().filter(|(_, count, _)| *count > 0) {
            self.found.notes.push(Words::new(code).with("count", count));
            self.found.partial |= partial;
        }
        self.found
    }
}

fn io_error(error: &std::io::Error) -> Words {
    Words::new("io_error").with("why", error.kind())
}
