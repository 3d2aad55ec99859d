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
use winnow_e2e::{Dice, alone, files, wait_for};

const KILLS: usize = 50;

fn timed(act: impl FnOnce() -> Answer) -> (Answer, Duration) {
    let began = Instant::now();
    let answer = act();
    (answer, began.elapsed())
}

/// When a kill strikes.
enum Moment {
    /// So long after the program was started.
    Starting(Duration),
    /// So long after its first worker was there.
    Working(Duration),
}

/// Ingests a folder until a moment, then kills the process. True when the kill struck a living one.
fn struck(library: &Library, folder: &OsStr, moment: &Moment) -> bool {
    let mut command = library.command([OsStr::new("ingest"), folder]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("winnow");
    let mut over = || child.try_wait().expect("its state").is_some();
    let rest = match moment {
        Moment::Starting(rest) => rest,
        Moment::Working(rest) => {
            wait_for("a worker starts", Duration::from_secs(30), || (over() || !library.workers().is_empty()).then_some(()));
            rest
        }
    };
    let until = Instant::now() + *rest;
    while Instant::now() < until && !over() {
        thread::sleep(Duration::from_millis(2));
    }
    let alive = !over();
    child.kill().expect("killed");
    child.wait().expect("reaped");
    library.expect_no_workers();
    alive
}

/// One in five while the program starts; the others so that on average each lets a fiftieth of the work be done.
fn moment(dice: &mut Dice, start: Duration, work: Duration) -> Moment {
    let (which, when) = (dice.roll(), dice.roll());
    if which < 0.2 { Moment::Starting(start.mul_f64(when)) } else { Moment::Working(work.mul_f64(2.0 * when / KILLS as f64)) }
}

#[test]
fn fifty_kills_lose_nothing() {
    let _alone = alone();
    let calm = Library::new();
    files::mixed(&calm.files());
    let before = files::originals(&calm.files());
    let (first, whole) = timed(|| calm.ingest());
    let (_, start) = timed(|| calm.run(["ingest", "/dev/null/nothing"]));
    let (_, again) = timed(|| calm.ingest());
    assert_eq!(first.code, Some(1), "what was refused is listed: {}", first.errors);
    let expected = truth(&calm);
    println!("undisturbed: {whole:.1?}, of this the start: {start:.1?}; once more: {again:.1?}");

    let (folder, troubled) = (calm.files(), Library::new());
    let mut dice = Dice::new();
    let mut alive = 0;
    for kill in 1..=KILLS {
        let moment = moment(&mut dice, start, whole.saturating_sub(start));
        alive += usize::from(struck(&troubled, folder.as_os_str(), &moment));
        if kill % 10 == 0 {
            let status = troubled.ask_one(&["status"]);
            println!("after {kill} kills: assets {}, jobs {}", status["assets"], status["jobs"]);
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
