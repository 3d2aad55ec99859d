//! The program `winnow`: the window, or the same engine as a command line.
//!
//! Everything is in the library, so that tests can reach it.

fn main() -> std::process::ExitCode {
    winnow_app::main()
}
