//! What the tests with the real programs share: a library of one's own, files, processes, a display and the window on it.
//!
//! Asserts nothing about Winnow itself; whatever a test needs and cannot get ends in one sentence. Linux only.
#![cfg(target_os = "linux")]

pub mod display;
pub mod documents;
pub mod drag;
pub mod files;
pub mod library;
pub mod pictures;
pub mod processes;
pub mod programs;
pub mod sounds;
pub mod trace;
pub mod truth;
pub mod webdriver;
pub mod window;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Held by every test of a file, for what is measured must not run beside something else.
pub fn alone() -> MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Looks until there is an answer.
///
/// # Panics
/// When there was none after `limit`, with what was waited for.
pub fn wait_for<T>(what: &str, limit: Duration, look: impl FnMut() -> Option<T>) -> T {
    soon(limit, look).unwrap_or_else(|| panic!("{what}: not within {limit:?}"))
}

/// Looks until there is an answer or the time is over.
pub fn soon<T>(limit: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let until = Instant::now() + limit;
    loop {
        let found = look();
        if found.is_some() || Instant::now() >= until {
            return found;
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// Random numbers that a seed repeats (SplitMix64).
pub struct Dice(u64);

impl Dice {
    /// The seed in `WINNOW_SEED`, else one of the clock; printed, so that a run can be repeated.
    pub fn new() -> Self {
        let given = std::env::var("WINNOW_SEED").ok().and_then(|seed| seed.parse().ok());
        let clock = || std::time::UNIX_EPOCH.elapsed().map_or(1, |since| since.as_micros() as u64 % 1_000_000);
        let seed = given.unwrap_or_else(clock);
        println!("seed: WINNOW_SEED={seed}");
        Self(seed)
    }

    /// A number in `[0, 1)`.
    pub fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

impl Default for Dice {
    fn default() -> Self {
        Self::new()
    }
}

/// The value below which a share of the numbers lies.
///
/// # Panics
/// When there are no numbers.
pub fn percentile(numbers: &[f64], share: f64) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = (share * (sorted.len() - 1) as f64).round() as usize;
    sorted[at]
}
