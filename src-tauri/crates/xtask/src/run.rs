//! `cargo xtask run`: builds everything, then opens the window, or shows on the terminal what it would show where there is no display.

use crate::options::Options;
use crate::place::Place;
use crate::shell::{self, Failure, Outcome};
use crate::{front_end, native, pack, packages, wasm};
use std::process::{Command, ExitCode, ExitStatus, Stdio};

/// Ends as `winnow` ends.
pub fn perform(place: &Place, options: &Options) -> Outcome<ExitCode> {
    packages::ensure(&packages::for_run(), options)?;
    let way = wasm::ready(place, options)?;
    front_end::build(place, &way, options.release)?;
    let programs = native::build(place, options.release)?;
    let winnow = |words: &[&str]| {
        let mut command = place.program(&programs.winnow);
        programs.announce(&mut command);
        command.env("WINNOW_SAMPLE", sample(place)).args(library(options)).args(words);
        command
    };
    models(place, options, &winnow);
    if options.rest.is_empty() && !has_display(std::env::consts::OS, |name| std::env::var_os(name).is_some_and(|value| !value.is_empty())) {
        return without_display(place, winnow);
    }
    Ok(code(shell::status(winnow(&[]).args(&options.rest))?))
}

/// Takes the models of a first start into the folder that Winnow keeps models in, where it finds them however it is started
/// later. Without them it runs too, and says what is missing.
fn models(place: &Place, options: &Options, winnow: &impl Fn(&[&str]) -> Command) {
    let taken = pack::ensure(place, options, false).and_then(|pack| {
        let mut command = winnow(&["--quiet", "models", "import"]);
        shell::run(command.arg(pack).stdout(Stdio::null()), "Winnow starts without the models it could not take in.")
    });
    if let Err(failure) = taken {
        println!("xtask: {failure} Until then Winnow does not write down speech and does not search by meaning.");
    }
}

fn library(options: &Options) -> Vec<String> {
    options.library.iter().flat_map(|folder| ["--library".to_owned(), folder.display().to_string()]).collect()
}

fn sample(place: &Place) -> std::path::PathBuf {
    place.root.join("assets/sample/bequest")
}

/// On Linux a window needs X11 or Wayland; elsewhere there always is a screen.
fn has_display(system: &str, is_set: impl Fn(&str) -> bool) -> bool {
    system != "linux" || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

/// Reads the sample collection and lists what waits for a person.
fn without_display(place: &Place, winnow: impl Fn(&[&str]) -> Command) -> Outcome<ExitCode> {
    println!("\nxtask: there is no display here, so no window. Reading the sample collection on the command line instead.\n");
    let read = shell::status(winnow(&["ingest"]).arg(sample(place)))?;
    match read.code() {
        Some(0) => {}
        Some(1) => println!("\nxtask: the sample holds broken files on purpose; everything else was read."),
        _ => return Err(Failure::new(format!("winnow could not read the sample collection ({read}); the lines above say why."))),
    }
    println!("\nWaiting for a person:\n");
    Ok(code(shell::status(&mut winnow(&["review", "list"]))?))
}

/// The same code where there is one; a signal counts as a failure.
fn code(status: ExitStatus) -> ExitCode {
    status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_linux_can_lack_a_display() {
        assert!(!has_display("linux", |_| false));
        assert!(has_display("linux", |name| name == "WAYLAND_DISPLAY"));
        assert!(has_display("macos", |_| false));
    }
}
