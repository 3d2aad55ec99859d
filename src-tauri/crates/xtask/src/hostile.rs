//! `cargo xtask hostile`: files made to do harm, and mutations of good ones, through the programs that are shipped. What became of
//! each is printed, and whatever must not happen fails.
//!
//! Nothing of the corpus is part of the repository: it is fetched from the system's own package sources, beside the build.

mod corpus;
mod judge;
mod mutate;
mod mutation;
mod reading;
mod reference;
mod trace;

use crate::native::{self, Programs};
use crate::options::Options;
use crate::place::Place;
use crate::shell::{Failure, Outcome};
use crate::{front_end, pack, packages};
use reading::Reading;
use std::path::{Path, PathBuf};

/// Files that are read when no number is named; a corpus below it proves nothing.
const LEAST: usize = 2_000;

/// Fetches, reads, judges.
pub fn perform(place: &Place, options: &Options) -> Outcome {
    packages::ensure(&packages::for_hostile(), options)?;
    let programs = programs(place, options)?;
    let models = pack::ensure(place, options, false)?;
    let work = place.target.join("hostile");
    let corpus = corpus::ready(place, &work)?;
    match options.mutate {
        None => unchanged(place, &programs, &models, &work, &corpus, options),
        Some(count) => mutated(place, &programs, &models, &work, &corpus, count, options),
    }
}

/// The programs that the environment names, or those of this checkout.
fn programs(place: &Place, options: &Options) -> Outcome<Programs> {
    let named = |variable: &str| std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_file());
    if let (Some(winnow), Some(worker)) = (named("WINNOW_BIN"), named("WINNOW_WORKER")) {
        return Ok(Programs { winnow, worker });
    }
    front_end::stub(place)?;
    native::build(place, options.release)
}

fn unchanged(place: &Place, programs: &Programs, models: &Path, work: &Path, corpus: &Path, options: &Options) -> Outcome {
    let files = work.join("files");
    let count = corpus::choose(corpus, &files, options.count)?;
    println!("xtask: {count} hostile files in {}", files.display());
    let read = Reading { place, programs, models, home: &work.join("unchanged"), files: &files, all_steps: true }.run(count, options)?;
    let mut judged = judge::judge(&read, &files)?;
    let compared = reference::compare(place, &read, work, &files)?;
    judged.report.push_str(&compared.report);
    judged.wrong.extend(compared.wrong);
    if options.count.is_none() && count < LEAST {
        judged.wrong.push(format!("there are only {count} files, and {LEAST} are wanted"));
    }
    finish(work, "results.md", &judged)
}

fn mutated(place: &Place, programs: &Programs, models: &Path, work: &Path, corpus: &Path, count: usize, options: &Options) -> Outcome {
    let files = work.join("mutated");
    let seed = options.seed.unwrap_or(1);
    println!("xtask: {count} mutations from seed {seed}; the same number and seed make the same files");
    mutate::write(&[corpus, &place.root.join("assets/sample/bequest")], &files, count, seed)?;
    let read = Reading { place, programs, models, home: &work.join("mutations"), files: &files, all_steps: false }.run(count, options)?;
    finish(work, "mutations.md", &judge::judge(&read, &files)?)
}

/// Prints what was found, keeps it beside the build, and fails when anything is wrong.
fn finish(work: &Path, name: &str, judged: &judge::Judged) -> Outcome {
    let file = work.join(name);
    fs_err::write(&file, &judged.report)?;
    println!("\n{}\nxtask: written to {}", judged.report, file.display());
    match judged.wrong.as_slice() {
        [] => Ok(()),
        wrong => Err(Failure::new(format!("this must not happen:\n  {}", wrong.join("\n  ")))),
    }
}
