//! `cargo xtask`: sets up a fresh computer, builds, runs and tests Winnow. It knows nothing of the product's own crates but their names.

mod bench;
mod deny;
mod display;
mod files;
mod front_end;
mod fuzz;
mod ggml;
mod hostile;
mod native;
mod onnx;
mod options;
mod pack;
mod packages;
mod place;
mod run;
mod shell;
mod steps;
mod test;
mod wasm;

use options::{Options, Task};
use place::Place;
use shell::Outcome;
use std::process::ExitCode;

fn main() -> ExitCode {
    match options::parse(std::env::args().skip(1)).and_then(|options| perform(&options)) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("\nxtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Does one task and returns the exit code; `run` hands on the application's own.
fn perform(options: &Options) -> Outcome<ExitCode> {
    let place = Place::find()?;
    match options.task {
        Task::Help => print!("{}", options::HELP),
        Task::Run => return run::perform(&place, options),
        Task::Test => test::perform(&place, options)?,
        Task::Bench => bench::perform(&place, options)?,
        Task::Hostile => hostile::perform(&place, options)?,
        Task::Fuzz => fuzz::perform(&place, options)?,
        Task::Deny => deny::perform(&place, options)?,
        Task::Setup => setup(&place, options)?,
        Task::Ui => {
            let built = front_end::build(&place, &wasm::ready(&place, options)?, options.release)?;
            println!("xtask: the front end is in {}", built.display());
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Everything that `run` and `test` need from outside of the repository.
fn setup(place: &Place, options: &Options) -> Outcome {
    packages::ensure(&packages::for_test(), options)?;
    let way = wasm::ready(place, options)?;
    front_end::stub(place)?;
    let pack = pack::ensure(place, options, true)?;
    println!("xtask: the models are in {}", pack.display());
    println!("xtask: set up; WebAssembly is built {way}.");
    Ok(())
}
