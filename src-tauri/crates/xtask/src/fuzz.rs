//! `cargo xtask fuzz`: the readers' fuzz targets, each for some time. What they are is in `readers/fuzz`.

use crate::native;
use crate::options::Options;
use crate::place::Place;
use crate::shell::{self, Outcome};

/// Seconds for each target when none are named.
const SECONDS: u64 = 60;

/// Runs the targets that were named, or all of them.
pub fn perform(place: &Place, options: &Options) -> Outcome {
    let mut command = native::cargo(place, "test", &["winnow-readers"], options.release);
    let seconds = options.seconds.unwrap_or(SECONDS).to_string();
    command.args(["--test", "fuzz", "--", "--seconds", &seconds]).args(&options.rest);
    if let Some(seed) = options.seed {
        command.args(["--seed", &seed.to_string()]);
    }
    shell::run(&mut command, "The line above names the seed that makes the input again.")
}
