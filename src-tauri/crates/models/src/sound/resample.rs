//! One channel of any sample rate to 16 kHz, as a stream.
//!
//! The filter's delay is taken off, so that a second of input stays where it was.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Indexing, Resampler as _};
use winnow_contract::worker::SAMPLE_RATE;

/// Frames that are converted at a time, about.
const CHUNK: usize = 4096;
/// Rates that sound is recorded with; a header that says anything else lies.
const RATES: std::ops::RangeInclusive<u32> = 4_000..=768_000;

/// Converts from one rate.
pub struct Resampler {
    rate: u32,
    /// None when the rate is right already.
    fft: Option<Box<Fft<f32>>>,
    /// Samples that do not fill a chunk yet.
    pending: Vec<f32>,
    made: Vec<f32>,
    /// Samples of the filter's delay that are still to be left out.
    delay: usize,
    /// Samples taken and given so far.
    taken: u64,
    given: u64,
}

impl Resampler {
    /// None for a rate that sound is not recorded with.
    pub fn new(rate: u32) -> Option<Self> {
        if !RATES.contains(&rate) {
            return None;
        }
        let fft = match rate {
            SAMPLE_RATE => None,
            _ => Some(Box::new(Fft::new(rate as usize, SAMPLE_RATE as usize, CHUNK, 1, FixedSync::Input).ok()?)),
        };
        let delay = fft.as_ref().map_or(0, |fft| fft.output_delay());
        Some(Self { rate, fft, pending: Vec::new(), made: Vec::new(), delay, taken: 0, given: 0 })
    }

    /// The rate it converts from.
    pub fn rate(&self) -> u32 {
        self.rate
    }

    /// Takes samples and appends what is ready.
    pub fn push(&mut self, samples: &[f32], ready: &mut Vec<f32>) {
        let Some(needed) = self.fft.as_ref().map(|fft| fft.input_frames_next()) else {
            ready.extend_from_slice(samples);
            return;
        };
        self.taken += samples.len() as u64;
        self.pending.extend_from_slice(samples);
        let mut at = 0;
        while self.pending.len() - at >= needed {
            self.convert(at, needed, ready);
            at += needed;
        }
        self.pending.drain(..at);
    }

    /// Appends the rest.
    pub fn finish(mut self, ready: &mut Vec<f32>) {
        let Some(needed) = self.fft.as_ref().map(|fft| fft.input_frames_next()) else { return };
        let expected = (self.taken * u64::from(SAMPLE_RATE)).div_ceil(u64::from(self.rate));
        while self.given < expected {
            self.pending.resize(needed, 0.0);
            let before = self.given;
            self.convert(0, needed, ready);
            self.pending.clear();
            if self.given > expected {
                let too_many = usize::try_from((self.given - expected).min(self.given - before)).unwrap_or(0);
                ready.truncate(ready.len() - too_many);
            }
        }
    }

    /// Converts one chunk that begins at `at` of what is pending.
    fn convert(&mut self, at: usize, length: usize, ready: &mut Vec<f32>) {
        let Some(fft) = &mut self.fft else { return };
        self.made.resize(fft.output_frames_max(), 0.0);
        let frames = self.made.len();
        let input = InterleavedSlice::new(&self.pending[at..at + length], 1, length).expect("BUG: a slice holds its own length");
        let mut output = InterleavedSlice::new_mut(&mut self.made, 1, frames).expect("BUG: a slice holds its own length");
        let (_, made) =
            fft.process_into_buffer(&input, &mut output, Some(&Indexing::new())).expect("BUG: the buffers have the sizes asked for");
        let skipped = self.delay.min(made);
        self.delay -= skipped;
        self.given += (made - skipped) as u64;
        ready.extend_from_slice(&self.made[skipped..made]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(rate: u32, seconds: f32) -> Vec<f32> {
        let count = (rate as f32 * seconds) as usize;
        (0..count).map(|at| (at as f32 / rate as f32 * 440.0 * std::f32::consts::TAU).sin() * 0.5).collect()
    }

    fn converted(rate: u32, samples: &[f32], step: usize) -> Vec<f32> {
        let (mut resampler, mut ready) = (Resampler::new(rate).expect("a rate"), Vec::new());
        samples.chunks(step).for_each(|part| resampler.push(part, &mut ready));
        resampler.finish(&mut ready);
        ready
    }

    #[test]
    fn a_tone_stays_where_it_was() {
        let check = |rate: u32, step: usize| {
            let (made, expected) = (converted(rate, &tone(rate, 1.5), step), tone(16_000, 1.5));
            assert!(made.len().abs_diff(expected.len()) <= 1, "{rate}: {} samples", made.len());
            // Away from the ends, where the filter sees silence. A filter of odd length leaves less than a sample of delay, which is
            // .086 at most.
            let worst = (2000..22_000).map(|at| (made[at] - expected[at]).abs()).fold(0.0, f32::max);
            assert!(worst < 0.086, "{rate}: off by {worst}");
        };
        check(48_000, 1000);
        check(44_100, 1152);
        check(8_000, 7);
        check(11_025, 100_000);
        check(16_000, 333);
        check(96_000, 4096);
    }

    #[test]
    fn a_short_sound_is_not_lost() {
        for count in [1, 2, 100, 5000] {
            assert_eq!(converted(48_000, &vec![0.5; count], 64).len(), count.div_ceil(3));
        }
        assert!(converted(44_100, &[], 1).is_empty());
    }

    #[test]
    fn rates_that_cannot_be_are_refused() {
        let check = |rate: u32, expected: bool| assert_eq!(Resampler::new(rate).is_some(), expected, "{rate}");
        check(0, false);
        check(1, false);
        check(u32::MAX, false);
        check(16_000, true);
        check(44_101, true);
    }
}
