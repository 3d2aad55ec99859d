//! From loudness bytes to the strokes of a drawing.
//!
//! Knows no element.

use std::fmt::Write;

/// Bytes of a waveform for one second of sound.
const RATE: f64 = 20.0;
/// Half the height of the drawing's own units.
const HALF: f64 = 50.0;

/// Seconds that so many bytes stand for.
pub fn seconds(bytes: usize) -> f64 {
    bytes as f64 / RATE
}

/// The loudest byte of each of `bars` equal parts of the seconds `from..to`, as shares of the loudest of the whole recording.
pub fn peaks(loudness: &[u8], (from, to): (f64, f64), bars: usize) -> Vec<f64> {
    let top = f64::from(loudness.iter().copied().max().unwrap_or(0).max(1));
    let step = (to - from).max(0.0) / bars.max(1) as f64;
    let at = |n: usize| ((from + step * n as f64) * RATE) as usize;
    let peak = |n: usize| {
        let (start, end) = (at(n).min(loudness.len()), at(n + 1).max(at(n) + 1).min(loudness.len()));
        f64::from(loudness[start..end].iter().copied().max().unwrap_or(0)) / top
    };
    (0..bars).map(peak).collect()
}

/// One upright stroke for each peak, around the middle of a drawing as wide as there are peaks and 100 high.
pub fn strokes(peaks: &[f64]) -> String {
    peaks.iter().enumerate().fold(String::new(), |mut path, (n, peak)| {
        // Quiet speech is seen, too; silence is a dot.
        let half = (peak.powf(0.75) * (HALF - 3.0)).max(0.6);
        // Writing to a string cannot fail.
        let _ = write!(path, "M{n}.5 {:.1}V{:.1}", HALF - half, HALF + half);
        path
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loudest_of_each_part_counts() {
        let check = |bytes: &[u8], range, bars, expected: &[f64]| assert_eq!(peaks(bytes, range, bars), expected);
        let second: Vec<u8> = (0..20).collect();
        check(&second, (0.0, 1.0), 2, &[9.0 / 19.0, 1.0]);
        check(&second, (0.5, 1.0), 1, &[1.0]);
        check(&second, (0.0, 4.0), 4, &[1.0, 0.0, 0.0, 0.0]);
        check(&[], (0.0, 1.0), 2, &[0.0, 0.0]);
        check(&[200], (0.0, 0.0), 2, &[1.0, 1.0]);
        check(&[7; 3], (5.0, 2.0), 1, &[0.0]);
    }

    #[test]
    fn silence_is_a_row_of_dots() {
        assert_eq!(strokes(&[0.0, 1.0]), "M0.5 49.4V50.6M1.5 3.0V97.0");
    }
}
