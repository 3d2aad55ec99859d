//! How far the work in hand is, counted in files, how fast it goes, and when it will be done if that can be told.
//!
//! A file counts once: from its first job, whether it lay in a folder or was found in a container, to the end of its last. Kept in
//! memory only: after a restart the count begins with what is left.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use winnow_contract::job::Lane;
use winnow_contract::status::Progress;

/// What the Activity screen shows is over this time.
const WINDOW_MS: i64 = 10_000;
/// The speed of the files is over this time …
const FILES_MS: i64 = 60_000;
/// … and that of a lane, which may take long over each, over this.
const RECENT_MS: i64 = 120_000;
/// After so long a rest what was before says nothing of how fast it goes now.
const REST_MS: i64 = 30_000;
/// A speed is known from so many ends …
const ENOUGH: u32 = 5;
/// … over at least this time.
const LEAST_MS: i64 = 5_000;
/// A lane with a smaller share of all jobs than one in so many does not say when the work ends.
const SHARE: u32 = 20;

/// Files whose work began or came to its end with a change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Files {
    pub opened: u32,
    pub closed: u32,
}

/// Counts of the work in hand.
#[derive(Default)]
pub struct Meter(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    files: Files,
    /// Nothing was left when somebody last asked: what comes next is counted from the beginning.
    at_rest: bool,
    /// When the work in hand began.
    since: Option<i64>,
    /// Files that are done.
    done: Tally,
    /// Jobs that ended, by lane.
    ended: HashMap<Lane, Tally>,
    /// Those of them that were not followed by another of their kind on the same file.
    passed: HashMap<Lane, Tally>,
}

impl Counts {
    /// There is work again.
    fn begin(&mut self) {
        if std::mem::take(&mut self.at_rest) {
            (self.files, self.since, self.done) = Default::default();
        }
    }
}

/// How many came to an end in each second of the last two minutes.
#[derive(Default)]
struct Tally(VecDeque<(i64, u32)>);

impl Tally {
    fn add(&mut self, count: u32, now: i64) {
        if self.0.back().is_some_and(|(at, _)| now - at > REST_MS) {
            self.0.clear();
        }
        match self.0.back_mut() {
            Some((at, known)) if now / 1000 == *at / 1000 => *known += count,
            _ => self.0.push_back((now, count)),
        }
        while self.0.front().is_some_and(|(at, _)| *at <= now - RECENT_MS) {
            self.0.pop_front();
        }
    }

    /// Ends in the last `window` milliseconds.
    fn within(&self, window: i64, now: i64) -> u32 {
        self.0.iter().filter(|(at, _)| *at > now - window).map(|(_, count)| count).sum()
    }

    /// Ends in a second, lately; none when too few are known.
    fn speed(&self, now: i64) -> Option<f32> {
        let mut recent = self.0.iter().filter(|(at, _)| *at > now - RECENT_MS);
        let (first, _) = recent.next()?;
        let count: u32 = recent.map(|(_, count)| count).sum();
        (count >= ENOUGH && now - first >= LEAST_MS).then(|| count as f32 * 1000.0 / (now - first) as f32)
    }
}

impl Meter {
    /// Work on files began or came to its end.
    pub fn count(&self, files: Files, now: i64) {
        self.with(|counts| {
            // The last ends may be told after it was seen that nothing is left.
            if files == Files::default() || counts.at_rest && files.opened == 0 {
                return;
            }
            counts.begin();
            counts.since = counts.since.or(Some(now));
            counts.files.opened += files.opened;
            counts.files.closed += files.closed;
            counts.done.add(files.closed, now);
        });
    }

    /// A job ended; `again` when another of its kind follows on the same file.
    pub fn end(&self, lane: Lane, again: bool, now: i64) {
        self.with(|counts| {
            counts.ended.entry(lane).or_default().add(1, now);
            if !again {
                counts.passed.entry(lane).or_default().add(1, now);
            }
        });
    }

    /// Jobs of a lane that ended in a second, over the last ten.
    pub fn rate(&self, lane: Lane, now: i64) -> f32 {
        let ends = self.with(|counts| counts.ended.get(&lane).map_or(0, |ended| ended.within(WINDOW_MS, now)));
        ends as f32 * 1000.0 / WINDOW_MS as f32
    }

    /// The work in hand, when so many jobs wait or run in each lane; none when none does.
    pub fn progress(&self, open: &[(Lane, u32)], any: bool, now: i64) -> Option<Progress> {
        self.with(|counts| {
            if !any {
                counts.at_rest = true;
                return None;
            }
            counts.begin();
            let done = counts.files.closed;
            let total = counts.files.opened.max(done);
            let time = (now - counts.since.unwrap_or(now)).min(FILES_MS);
            let per_second = if time > 0 { counts.done.within(time + 1, now) as f32 * 1000.0 / time as f32 } else { 0.0 };
            let speed = |lane| counts.passed.get(&lane).and_then(|tally| tally.speed(now));
            let lanes: Vec<_> = open.iter().map(|(lane, open)| Load { lane: *lane, open: *open, speed: speed(*lane) }).collect();
            let seconds_left = time_left(done, total, counts.done.speed(now), &lanes).map(|seconds| seconds.ceil() as u32);
            Some(Progress { done, total, per_second, seconds_left })
        })
    }

    fn with<T>(&self, change: impl FnOnce(&mut Counts) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What a lane has to do.
#[derive(Clone, Copy)]
struct Load {
    lane: Lane,
    /// Jobs that wait or run.
    open: u32,
    /// Jobs it gets done in a second, if that is known.
    speed: Option<f32>,
}

/// Seconds until the work is done, by the lane that takes longest; none when nobody can know yet.
///
/// As long as files are read in, the others do not have their jobs yet. Then something is said only when half of the files went
/// the whole way, and the reading in is what takes longest: the rest is taken to be as the first half was.
fn time_left(done: u32, total: u32, files: Option<f32>, lanes: &[Load]) -> Option<f32> {
    let jobs: u32 = lanes.iter().map(|lane| lane.open).sum();
    let weighty = lanes.iter().filter(|lane| lane.open * SHARE > jobs);
    let times: Vec<_> = weighty.map(|lane| Some((lane.lane, lane.open as f32 / lane.speed?))).collect::<Option<_>>()?;
    let (limit, longest) = times.iter().copied().max_by(|(_, one), (_, other)| one.total_cmp(other))?;
    match times.iter().any(|(lane, _)| reads_in(*lane)) {
        false => Some(longest),
        true if reads_in(limit) && done >= total.div_ceil(2) => Some((total - done) as f32 / files?),
        true => None,
    }
}

/// True when jobs of other lanes follow those of this one.
fn reads_in(lane: Lane) -> bool {
    match lane {
        Lane::Io | Lane::Decode => true,
        Lane::Ocr | Lane::Speech | Lane::Embed | Lane::Index => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(opened: u32) -> Files {
        Files { opened, closed: 0 }
    }

    fn closed(closed: u32) -> Files {
        Files { opened: 0, closed }
    }

    #[test]
    fn progress_counts_files_and_begins_again_when_nothing_is_left() {
        let meter = Meter::default();
        let counts = |any: bool, now: i64| meter.progress(&[], any, now).map(|progress| (progress.done, progress.total));
        assert_eq!(counts(false, 0), None);
        assert_eq!(counts(true, 0), Some((0, 0)), "a folder is walked through, and nothing was found yet");
        meter.count(opened(10), 0);
        meter.count(closed(4), 4_000);
        assert_eq!(counts(true, 5_000), Some((4, 10)));
        meter.count(Files { opened: 3, closed: 1 }, 5_000);
        assert_eq!(counts(true, 5_000), Some((5, 13)), "a container was taken apart");
        meter.count(closed(8), 6_000);
        assert_eq!(counts(true, 6_000), Some((13, 13)));
        assert_eq!(counts(false, 6_000), None);
        meter.count(closed(1), 6_500);
        assert_eq!(counts(true, 6_500), Some((0, 0)), "a folder is walked through again");
        meter.count(opened(3), 7_000);
        assert_eq!(counts(true, 7_000), Some((0, 3)));
    }

    #[test]
    fn rates_are_over_ten_seconds() {
        let meter = Meter::default();
        (0..20).for_each(|at| meter.end(Lane::Io, false, at * 1000));
        assert_eq!(meter.rate(Lane::Io, 19_000), 1.0);
        assert_eq!(meter.rate(Lane::Ocr, 19_000), 0.0);
    }

    #[test]
    fn files_a_second_are_those_of_the_last_minute() {
        let meter = Meter::default();
        let rate = |now: i64| meter.progress(&[], true, now).map(|progress| progress.per_second);
        meter.count(opened(500), 0);
        assert_eq!(rate(0), Some(0.0));
        (1..=10).for_each(|at| meter.count(closed(20), at * 1000));
        assert_eq!(rate(10_000), Some(20.0));
        (11..=70).for_each(|at| meter.count(closed(1), at * 1000));
        assert_eq!(rate(70_000).map(|rate| rate.round()), Some(1.0));
    }

    #[test]
    fn a_speed_is_known_from_enough_ends_since_the_last_rest() {
        let check = |ends: &[(i64, u32)], now: i64, expected: Option<f32>| {
            let mut tally = Tally::default();
            ends.iter().for_each(|(at, count)| tally.add(*count, *at));
            assert_eq!(tally.speed(now), expected, "{ends:?} at {now}");
        };
        check(&[], 9_000, None);
        check(&[(0, 64)], 9_000, None);
        check(&[(0, 64), (1_000, 64)], 2_000, None);
        check(&[(0, 64), (1_000, 50), (10_000, 50)], 10_000, Some(10.0));
        check(&[(0, 1), (6_000, 1), (12_000, 1), (18_000, 1), (24_000, 1)], 24_000, None);
        check(&[(0, 1), (6_000, 1), (12_000, 1), (18_000, 1), (24_000, 1), (30_000, 1)], 30_000, Some(5.0 / 30.0));
        // One that stands still is slower the longer it does.
        check(&[(0, 1), (1_000, 5)], 60_000, Some(5.0 / 60.0));
        check(&[(0, 64), (5_000, 64), (50_000, 64)], 60_000, None);
    }

    #[test]
    fn the_time_left_is_that_of_the_lane_that_limits_or_not_said() {
        use Lane::*;
        let check = |(done, total): (u32, u32), files: Option<f32>, lanes: &[(Lane, u32, Option<f32>)], expected: Option<f32>| {
            let lanes: Vec<_> = lanes.iter().map(|(lane, open, speed)| Load { lane: *lane, open: *open, speed: *speed }).collect();
            let told = time_left(done, total, files, &lanes);
            assert_eq!(told, expected, "{done} of {total}, {:?}", lanes.iter().map(|lane| (lane.lane, lane.open)).collect::<Vec<_>>());
        };
        // 31 recordings: they are read in at once, then heard one by one.
        check((0, 31), None, &[(Io, 20, Some(15.0)), (Decode, 11, None)], None);
        check((1, 31), None, &[(Decode, 12, Some(1.0)), (Speech, 18, None)], None);
        check((4, 31), None, &[(Speech, 27, None)], None);
        check((6, 31), Some(0.2), &[(Speech, 25, Some(0.2))], Some(125.0));
        // What is left of other lanes does not hold the answer back.
        check((6, 31), Some(0.2), &[(Io, 1, None), (Speech, 25, Some(0.2))], Some(125.0));
        // Pictures and recordings side by side.
        check((9, 99), Some(2.0), &[(Ocr, 60, Some(2.0)), (Speech, 30, Some(0.2))], Some(150.0));
        check((9, 99), Some(2.0), &[(Ocr, 60, Some(2.0)), (Speech, 30, None)], None);
        // Texts: reading in takes longest, and the others keep pace.
        check((100, 400), Some(30.0), &[(Decode, 300, Some(30.0)), (Embed, 16, Some(30.0))], None);
        check((250, 400), Some(30.0), &[(Decode, 150, Some(30.0)), (Embed, 16, Some(30.0))], Some(5.0));
        // Half is done, but the slow ones wait behind the others.
        check((250, 400), Some(30.0), &[(Decode, 100, Some(30.0)), (Ocr, 50, Some(0.5))], None);
        check((0, 0), None, &[], None);
    }
}
