//! Starts other programs in the open (their output is never swallowed) and turns what went wrong into one sentence.

use std::ffi::OsStr;
use std::fmt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

pub type Outcome<T = ()> = Result<T, Failure>;

/// One sentence for the person in front of the screen: what happened and what to do.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        to.write_str(&self.0)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

/// Runs a program with the terminal's own input and output; `advice` ends the sentence when it fails.
pub fn run(command: &mut Command, advice: &str) -> Outcome {
    let status = status(command)?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("`{}` ended with {status}. {advice}", line(command)))) }
}

/// Runs a program in the open and returns how it ended.
pub fn status(command: &mut Command) -> Outcome<ExitStatus> {
    eprintln!("$ {}", line(command));
    command.status().map_err(|error| not_started(command, &error))
}

/// What a program prints, or `None` where it is absent or fails. Its own complaints are not shown.
pub fn ask(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Starts a program and leaves it running.
pub fn start(command: &mut Command) -> Outcome<Child> {
    command.spawn().map_err(|error| not_started(command, &error))
}

/// Waits, but not for ever: `None` means that the program was stopped when its time was over.
pub fn wait_at_most(child: &mut Child, limit: Duration) -> Outcome<Option<ExitStatus>> {
    let begun = Instant::now();
    while begun.elapsed() < limit {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill()?;
    child.wait()?;
    Ok(None)
}

/// Whether a program of this name is on the search path.
pub fn has(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|folder| is_program(&folder, program)))
}

fn is_program(folder: &Path, program: &str) -> bool {
    folder.join(program).is_file() || folder.join(format!("{program}.exe")).is_file()
}

fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    Failure::new(format!("`{}` could not be started ({error}).", command.get_program().to_string_lossy()))
}

/// The command as a person would type it.
pub fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(quoted).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    if word.contains([' ', '"', '*']) { format!("'{word}'") } else { word.into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_can_be_copied() {
        assert_eq!(line(Command::new("a").args(["b", "c d", "e=\"f\""])), "a b 'c d' 'e=\"f\"'");
    }

    #[test]
    fn a_missing_program_is_a_sentence() {
        let failure = run(&mut Command::new("no-such-program-here"), "").expect_err("it does not exist");
        assert!(failure.to_string().starts_with("`no-such-program-here` could not be started"));
        assert_eq!(ask(&mut Command::new("no-such-program-here")), None);
        assert!(!has("no-such-program-here"));
    }
}
