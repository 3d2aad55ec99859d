//! An ingest that is killed fifty times ends with the same truth as one that nobody disturbed, and nothing needs a hand.
//!
//! Does not enumerate commit points by name; the engine's own tests do that with fakes.
#![cfg(target_os = "linux")]

use std::ffi::OsStr;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};
use winnow_e2e::library::{Answer, Library};
use winnow_e2e::truth::{difference, truth};
use winnow_e2e::{Dice, alone, files};

const KILLS: usize = 50;

fn timed(act: impl FnOnce() -> Answer) -> (Answer, Duration) {
    let began = Instant::now();
    let answer = act();
    (answer, began.elapsed())
}

/// Ingests a folder for some time, then kills the process. True when the kill struck a living one.
fn struck(library: &Library, folder: &OsStr, life: Duration) -> bool {
    let mut command = library.command([OsStr::new("ingest"), folder]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("winnow");
    let until = Instant::now() + life;
    let mut over = || child.try_wait().expect("its state").is_some();
    while Instant::now() < until && !over() {
        thread::sleep(Duration::from_millis(2));
    }
    let alive = !over();
    child.kill().expect("killed");
    child.wait().expect("reaped");
    library.expect_no_workers();
    alive
}

/// What has happened in a library so far, in events of its audit trail.
fn events(library: &Library) -> f64 {
    library.run(["audit", "verify"]).lines.first().and_then(|line| line["events"].as_f64()).unwrap_or(0.0)
}

/// Lives that end anywhere, from the start of the program on, and are just long enough that fifty of them do all the work.
struct Lives {
    dice: Dice,
    typical: Duration,
    shortest: Duration,
}

impl Lives {
    /// One in five ends while the program is starting.
    fn next(&mut self) -> Duration {
        let (which, when) = (self.dice.roll(), self.dice.roll());
        self.typical.mul_f64(if which < 0.2 { 0.6 * when } else { 0.6 + 0.8 * when })
    }

    /// Longer ones from now on, when less is done than should be.
    fn adapt(&mut self, done: f64, wanted: f64) {
        self.typical = self.typical.mul_f64(if done < wanted { 1.08 } else { 0.9 }).max(self.shortest);
    }
}

#[test]
fn fifty_kills_lose_nothing() {
    let _alone = alone();
    let calm = Library::new();
    files::mixed(&calm.files());
    let before = files::originals(&calm.files());
    let (first, whole) = timed(|| calm.ingest());
    let (_, again) = timed(|| calm.ingest());
    assert_eq!(first.code, Some(1), "what was refused is listed: {}", first.errors);
    let (expected, all) = (truth(&calm), events(&calm));
    assert!(expected.iter().any(|line| line.contains("CREDIT_CARD")), "there is something to lose");
    println!("undisturbed: {whole:.1?}; once more: {again:.1?}");

    let (folder, troubled) = (calm.files(), Library::new());
    let mut lives = Lives { dice: Dice::new(), typical: again / 3, shortest: again / 4 };
    let mut alive = 0;
    for kill in 1..=KILLS {
        alive += usize::from(struck(&troubled, folder.as_os_str(), lives.next()));
        let (done, wanted) = (events(&troubled) / all, kill as f64 / KILLS as f64);
        lives.adapt(done, wanted);
        if kill % 5 == 0 {
            println!("after {kill} kills {:.0} % is done; lives of about {:.2?}", 100.0 * done, lives.typical);
        }
    }
    println!("{alive} of {KILLS} kills struck a process at work");
    assert!(alive >= KILLS * 4 / 5, "the ingest was over before most of the kills");
    let last = troubled.run([OsStr::new("ingest"), folder.as_os_str()]);
    assert_eq!(last.code, first.code, "{}", last.errors);
    let found = truth(&troubled);
    assert!(found == expected, "the truth differs:\n{}", difference(&expected, &found));
    troubled.expect_healthy();
    troubled.expect_no_workers();
    assert!(files::originals(&folder) == before, "an original was touched");
}
