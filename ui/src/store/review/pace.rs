//! How long one item takes this person: the median of the last thirty.
//!
//! Does not measure; it is told.

use std::collections::VecDeque;

const KEPT: usize = 30;
/// Above this many seconds the person was elsewhere.
const ELSEWHERE: f64 = 120.0;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pace(VecDeque<f64>);

impl Pace {
    /// One item took so many seconds.
    pub fn took(&mut self, seconds: f64) {
        if (0.0..ELSEWHERE).contains(&seconds) {
            self.0.push_back(seconds);
        }
        if self.0.len() > KEPT {
            self.0.pop_front();
        }
    }

    /// Seconds an item takes; none before three were decided.
    pub fn seconds(&self) -> Option<f64> {
        let mut times: Vec<f64> = self.0.iter().copied().collect();
        times.sort_by(f64::total_cmp);
        (times.len() >= 3).then(|| times[times.len() / 2])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_those_who_stayed() {
        let mut pace = Pace::default();
        assert_eq!(pace.seconds(), None);
        [2.0, 3.0, 600.0, 9.0].into_iter().for_each(|seconds| pace.took(seconds));
        assert_eq!(pace.seconds(), Some(3.0));
        (0..40).for_each(|_| pace.took(1.0));
        assert_eq!(pace.seconds(), Some(1.0));
    }
}
