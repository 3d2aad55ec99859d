//! Feeds every reader what it does not expect: mutations of small good files, made here, the same for the same seed.
//!
//! A panic, an input that takes ten seconds, or one for which more memory is taken than a worker has for it, fails with a seed that
//! makes it again. `cargo test` replays a fixed number; `cargo xtask fuzz --seconds N [TARGET …]` goes on until its time is over.

#[path = "../../xtask/src/hostile/mutation.rs"]
mod mutation;
mod seeds;
mod targets;

use mutation::Dice;
use peak_alloc::PeakAlloc;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use targets::{TARGETS, Target};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Inputs of a target when no time is named.
const REPLAYED: u64 = 400;
/// An input of some kilobytes may take this long, in a build that is not optimised.
const SLOW: Duration = Duration::from_secs(10);
/// Memory for one input: the largest dictionary that is allowed (64 MB), twice, and what readers keep.
const MOST: usize = 200 << 20;

/// One that takes longer than this never ends.
const ENDLESS: Duration = Duration::from_secs(60);

/// What is being fed, and since when.
static NOW: Mutex<Option<(&'static Target, u64, Instant)>> = Mutex::new(None);

/// What is wrong with an input.
struct Trouble {
    seed: u64,
    what: String,
    input: Vec<u8>,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        let at = words.iter().position(|word| word == name)?;
        words.get(at + 1)?.parse::<u64>().ok()
    };
    let (seconds, first) = (value("--seconds"), value("--seed").unwrap_or(1));
    let named: Vec<&'static Target> = TARGETS.iter().filter(|target| words.iter().any(|word| word == target.name)).collect();
    let chosen = if named.is_empty() { TARGETS.iter().collect() } else { named };
    // A panic is caught and told with its seed; the trace of each would hide that.
    std::panic::set_hook(Box::new(|panic| eprintln!("{panic}")));
    std::thread::spawn(watch);
    let well = chosen.into_iter().filter(|target| !run(target, seconds, first)).count() == 0;
    if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs one target; false when it found something.
fn run(target: &'static Target, seconds: Option<u64>, first: u64) -> bool {
    let began = Instant::now();
    let is_over = |done: u64| match seconds {
        Some(seconds) => began.elapsed() >= Duration::from_secs(seconds),
        None => done >= REPLAYED,
    };
    let mut done = 0;
    while !is_over(done) {
        // Far apart, so that the inputs of two seeds do not overlap.
        if let Some(trouble) = one(target, (first << 32) + done) {
            report(target, &trouble);
            return false;
        }
        done += 1;
    }
    println!("fuzz {}: {done} inputs in {:.1} s, nothing found", target.name, began.elapsed().as_secs_f64());
    true
}

/// Tells which input does not end, and ends the program: a thread that never comes back cannot be stopped.
fn watch() {
    loop {
        std::thread::sleep(Duration::from_secs(1));
        let now = NOW.lock().ok().and_then(|now| *now);
        if let Some((target, seed, began)) = now.filter(|(.., began)| began.elapsed() > ENDLESS) {
            let what = format!("it did not end within {} s", began.elapsed().as_secs());
            report(target, &Trouble { seed, what, input: (target.input)(&mut Dice::new(seed)) });
            std::process::abort();
        }
    }
}

fn feed(target: &'static Target, seed: u64, input: &[u8]) -> bool {
    let set = |now| NOW.lock().map(|mut known| *known = now).is_ok();
    set(Some((target, seed, Instant::now())));
    let well = catch_unwind(AssertUnwindSafe(|| (target.feed)(input))).is_ok();
    set(None);
    well
}

fn one(target: &'static Target, seed: u64) -> Option<Trouble> {
    let input = (target.input)(&mut Dice::new(seed));
    let trouble = |what: String| Some(Trouble { seed, what, input: input.clone() });
    MEMORY.reset_peak_usage();
    let (before, began) = (MEMORY.current_usage(), Instant::now());
    if !feed(target, seed, &input) {
        return trouble("it panicked".to_owned());
    }
    let (taken, took) = (MEMORY.peak_usage().saturating_sub(before), began.elapsed());
    if taken > MOST {
        return trouble(format!("it took {} MB of memory", taken >> 20));
    }
    if took > SLOW { trouble(format!("it took {:.1} s", took.as_secs_f64())) } else { None }
}

fn report(target: &Target, trouble: &Trouble) {
    let file = std::env::temp_dir().join(format!("winnow-fuzz-{}-{:x}", target.name, trouble.seed));
    let kept = fs_err::write(&file, &trouble.input).map_or_else(|error| error.to_string(), |()| file.display().to_string());
    let again = trouble.seed >> 32;
    eprintln!("fuzz {}: {} (input {} of --seed {again}: {kept})", target.name, trouble.what, trouble.seed & 0xffff_ffff);
}
