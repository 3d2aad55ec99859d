//! `cargo xtask test`: every check of the project, in the order in which a failure is cheapest. It hides no line of what it runs.

use crate::display::Display;
use crate::native::{self, Programs};
use crate::options::Options;
use crate::place::Place;
use crate::shell::{self, Failure, Outcome};
use crate::steps::Steps;
use crate::wasm::{self, Way};
use crate::{front_end, pack, packages};
use std::path::Path;
use std::process::Command;

/// Runs the steps, prints their table and fails if any of them did.
pub fn perform(place: &Place, options: &Options) -> Outcome {
    let mut steps = Steps::default();
    let ended = if options.fast { fast(&mut steps, place, options) } else { all(&mut steps, place, options) };
    println!("\n{}", steps.table());
    ended.and_then(|()| steps.verdict())
}

/// Without window, worker and WebAssembly: seconds once it is built.
fn fast(steps: &mut Steps, place: &Place, options: &Options) -> Outcome {
    steps.must("formatter and linter are there", || components(place))?;
    steps.check("format", || format(place));
    steps.check("engine", || engine(place, options));
    Ok(())
}

fn all(steps: &mut Steps, place: &Place, options: &Options) -> Outcome {
    steps.must("system packages", || packages::ensure(&packages::for_test(), options))?;
    let way = steps.must("compiler for WebAssembly", || wasm::ready(place, options))?;
    let models = steps.must("models", || pack::ensure(place, options, true))?;
    front_end::stub(place)?;
    fast(steps, place, options)?;
    steps.check("lint", || lint(place, options));
    steps.check("lint of the front end", || lint_front_end(place, &way, options));
    steps.check("readers, with their fuzz targets", || tests(place, &["winnow-readers"], options));
    steps.check("xtask", || tests(place, &["xtask"], options));
    steps.check("front end", || tests(place, &["winnow-ui"], options));
    steps.must("front end as WebAssembly", || front_end::build(place, &way, options.release))?;
    let programs = steps.must("winnow and winnow-worker", || native::build(place, options.release))?;
    steps.check("worker, models and command line", || real(place, &programs, &models, options));
    steps.check("the real window", || window(place, &programs, &models, options));
    Ok(())
}

/// rustup's smallest profile has neither.
fn components(place: &Place) -> Outcome {
    let there = |name: &str| shell::ask(place.program("cargo").args([name, "--version"])).is_some();
    if there("fmt") && there("clippy") {
        return Ok(());
    }
    shell::run(place.program("rustup").args(["component", "add", "rustfmt", "clippy"]), "Install rustfmt and clippy for this toolchain.")
}

fn format(place: &Place) -> Outcome {
    shell::run(&mut place.cargo(&["fmt", "--all", "--check"]), "Run `cargo fmt --all`.")
}

fn engine(place: &Place, options: &Options) -> Outcome {
    tests(place, &native::FAST, options)
}

fn tests(place: &Place, packages: &[&str], options: &Options) -> Outcome {
    shell::run(native::cargo(place, "test", packages, options.release).arg("--no-fail-fast"), FAILED)
}

const FAILED: &str = "The failing tests are named above.";
const LINT: &str = "Mend the warnings above.";

/// The front end is left out: its features must not reach the others.
fn lint(place: &Place, options: &Options) -> Outcome {
    let mut command = native::cargo(place, "clippy", &[], options.release);
    command.args(["--workspace", "--exclude", "winnow-ui", "--all-targets", "--", "-D", "warnings"]);
    shell::run(&mut command, LINT)
}

/// Debian's compiler for WebAssembly comes without clippy; there the same code is looked at as native code.
fn lint_front_end(place: &Place, way: &Way, options: &Options) -> Outcome {
    let mut command = match way {
        Way::Rustup => wasm::cargo(place, way, "clippy", options.release),
        Way::Debian { .. } => native::cargo(place, "clippy", &["winnow-ui"], options.release),
    };
    shell::run(command.args(["--", "-D", "warnings"]), LINT)
}

/// Tests with the programs that are shipped.
fn real(place: &Place, programs: &Programs, models: &Path, options: &Options) -> Outcome {
    let mut command = native::cargo(place, "test", &native::SHIPPED, options.release);
    programs.announce(&mut command);
    apart(&mut command, place, models)?;
    shell::run(command.arg("--no-fail-fast"), FAILED)
}

/// Tests in the real window, on a display, a message bus and a window manager of their own.
fn window(place: &Place, programs: &Programs, models: &Path, options: &Options) -> Outcome {
    if std::env::consts::OS != "linux" {
        println!("xtask: the window is only tested on Linux.");
        return Ok(());
    }
    // Built first: compiling must not count against the time the tests have.
    shell::run(native::cargo(place, "test", &["winnow-e2e"], options.release).arg("--no-run"), "The tests do not compile; see above.")?;
    let display = Display::open(place)?;
    let cargo = native::cargo(place, "test", &["winnow-e2e"], options.release);
    let mut command = place.program("timeout");
    command.args(["--kill-after=10", "1200", "dbus-run-session", "--"]).arg(cargo.get_program()).args(cargo.get_args());
    command.args(["--no-fail-fast", "--", "--test-threads=1"]).env("CARGO_TARGET_DIR", &place.target);
    programs.announce(&mut command);
    apart(&mut command, place, models)?;
    display.announce(&mut command);
    let status = shell::status(&mut command)?;
    match status.code() {
        Some(0) => Ok(()),
        Some(124 | 137) => Err(Failure::new("the window's tests were stopped after 20 minutes; the last test named above hangs.")),
        _ => Err(Failure::new(format!("the window's tests ended with {status}. {FAILED}"))),
    }
}

/// A test never sees the library, settings, models or caches of the person who runs it.
fn apart(command: &mut Command, place: &Place, models: &Path) -> Outcome {
    let home = place.target.join("xtask/home");
    for (variable, folder) in [("XDG_DATA_HOME", "data"), ("XDG_CONFIG_HOME", "config"), ("XDG_CACHE_HOME", "cache")] {
        let folder = home.join(folder);
        fs_err::create_dir_all(&folder)?;
        command.env(variable, folder);
    }
    command.env("WINNOW_MODELS", models).env("WINNOW_SHOTS", place.target.join("xtask/shots"));
    Ok(())
}
