//! Which lines of a long transcript are in view, when each is as high as its text: guessed until it was measured.
//!
//! Knows no element.

use std::ops::Range;

/// Lines drawn beyond those seen, on either side.
const BEYOND: usize = 6;
/// At most so many lines are drawn.
const MOST: usize = 72;

/// The heights of all lines, in pixels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heights {
    /// Where each line begins; one more for the end.
    tops: Vec<f64>,
    known: Vec<bool>,
}

impl Heights {
    /// Guesses for lines with so many characters, `across` of which stand side by side; `row` pixels for each row and `air` between lines.
    pub fn guessed(lengths: impl Iterator<Item = u32>, across: f64, row: f64, air: f64) -> Self {
        let mut tops = vec![0.0];
        for length in lengths {
            let rows = (f64::from(length) / across.max(1.0)).ceil().max(1.0);
            tops.push(tops.last().copied().unwrap_or(0.0) + rows * row + air);
        }
        let known = vec![false; tops.len() - 1];
        Self { tops, known }
    }

    /// Takes measured heights; how far the lines from `anchor` on moved by that.
    pub fn measure(&mut self, measured: &[(usize, f64)], anchor: usize) -> f64 {
        let before = self.top(anchor);
        let mut heights: Vec<f64> = self.tops.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let mut changed = false;
        for (line, height) in measured {
            if let (Some(old), Some(known)) = (heights.get_mut(*line), self.known.get_mut(*line)) {
                changed |= (*old - height).abs() > 0.5;
                (*old, *known) = (*height, true);
            }
        }
        if changed {
            self.tops.truncate(1);
            for height in heights {
                self.tops.push(self.tops.last().copied().unwrap_or(0.0) + height);
            }
        }
        self.top(anchor) - before
    }

    /// Where a line begins.
    pub fn top(&self, line: usize) -> f64 {
        self.tops.get(line).or(self.tops.last()).copied().unwrap_or(0.0)
    }

    /// Height of all lines.
    pub fn full(&self) -> f64 {
        self.tops.last().copied().unwrap_or(0.0)
    }

    /// The first line that is seen.
    pub fn first(&self, scroll: f64) -> usize {
        self.tops.partition_point(|top| *top <= scroll).saturating_sub(1).min(self.known.len().saturating_sub(1))
    }

    /// The lines to be drawn.
    pub fn drawn(&self, scroll: f64, height: f64) -> Range<usize> {
        let last = self.tops.partition_point(|top| *top < scroll + height).min(self.known.len());
        let start = self.first(scroll).saturating_sub(BEYOND);
        start..(last + BEYOND).min(self.known.len()).min(start + MOST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_seen_is_drawn() {
        let heights = Heights::guessed((0..10_000).map(|_| 100), 50.0, 20.0, 10.0);
        assert_eq!(heights.full(), 500_000.0);
        assert_eq!(heights.drawn(0.0, 500.0), 0..16);
        assert_eq!(heights.drawn(5_000.0, 500.0), 94..116);
        assert_eq!(heights.drawn(499_900.0, 500.0), 9_992..10_000);
        assert!(heights.drawn(5_000.0, 90_000.0).len() <= MOST);
        assert_eq!(Heights::default().drawn(0.0, 500.0), 0..0);
    }

    #[test]
    fn measuring_moves_what_comes_after() {
        let mut heights = Heights::guessed([10, 10, 10].into_iter(), 50.0, 20.0, 0.0);
        assert_eq!(heights.measure(&[(0, 60.0), (99, 5.0)], 1), 40.0);
        assert_eq!((heights.top(1), heights.full()), (60.0, 100.0));
        assert_eq!(heights.measure(&[(0, 60.0)], 1), 0.0);
        assert_eq!(heights.first(61.0), 1);
    }
}
