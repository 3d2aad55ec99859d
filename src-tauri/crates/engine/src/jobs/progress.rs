//! How far the work in hand is, counted in files, and how fast it goes.
//!
//! Kept in memory only: after a restart the count begins with what is left.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use winnow_contract::job::Lane;
use winnow_contract::status::Progress;

/// Rates are over this time.
const WINDOW_MS: i64 = 10_000;

/// Counts of the work in hand.
#[derive(Default)]
pub struct Meter(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    /// Files taken up since there was last nothing to do.
    total: u32,
    /// Ends of jobs in the last ten seconds.
    ends: VecDeque<(i64, Lane)>,
    /// When the work in hand began.
    since: Option<i64>,
}

impl Meter {
    /// Files were found that wait to be read.
    pub fn add(&self, files: u32, now: i64) {
        self.with(|counts| {
            counts.total += files;
            counts.since = counts.since.or(Some(now));
        });
    }

    /// A job ended.
    pub fn end(&self, lane: Lane, now: i64) {
        self.with(|counts| {
            counts.ends.push_back((now, lane));
            while counts.ends.front().is_some_and(|(at, _)| *at < now - WINDOW_MS) {
                counts.ends.pop_front();
            }
        });
    }

    /// Jobs of a lane that ended in a second, over the last ten.
    pub fn rate(&self, lane: Lane, now: i64) -> f32 {
        self.with(|counts| {
            let ends = counts.ends.iter().filter(|(at, ended)| *ended == lane && *at > now - WINDOW_MS).count();
            ends as f32 * 1000.0 / WINDOW_MS as f32
        })
    }

    /// The work in hand when `left` files are unfinished; none when nothing is.
    pub fn progress(&self, left: u32, now: i64) -> Option<Progress> {
        self.with(|counts| {
            if left == 0 {
                (counts.total, counts.since) = (0, None);
                return None;
            }
            counts.total = counts.total.max(left);
            let since = *counts.since.get_or_insert(now);
            let done = counts.total - left;
            let seconds = (now - since) as f32 / 1000.0;
            let per_second = if seconds > 0.0 { done as f32 / seconds } else { 0.0 };
            let seconds_left = (done >= 5 && per_second > 0.0).then(|| (left as f32 / per_second).ceil() as u32);
            Some(Progress { done, total: counts.total, per_second, seconds_left })
        })
    }

    fn with<T>(&self, change: impl FnOnce(&mut Counts) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_counts_files_and_forgets_when_nothing_is_left() {
        let meter = Meter::default();
        assert_eq!(meter.progress(0, 0), None);
        meter.add(10, 0);
        let half = meter.progress(5, 5_000).expect("work in hand");
        assert_eq!((half.done, half.total, half.per_second, half.seconds_left), (5, 10, 1.0, Some(5)));
        assert_eq!(meter.progress(0, 6_000), None);
        assert_eq!(meter.progress(3, 7_000).map(|progress| progress.total), Some(3));
    }

    #[test]
    fn rates_are_over_ten_seconds() {
        let meter = Meter::default();
        (0..20).for_each(|at| meter.end(Lane::Io, at * 1000));
        assert_eq!(meter.rate(Lane::Io, 19_000), 1.0);
        assert_eq!(meter.rate(Lane::Ocr, 19_000), 0.0);
    }
}
