//! The process dies at any moment of writing or maintaining: the next start opens, and what was reported as put is there.

use crate::support::{Clusters, folder, id};
use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use winnow_engine::ports::VectorIndex;
use winnow_vectors::LanceVectors;

const BATCH: usize = 40;

/// Puts, replaces, removes and maintains without end, and says each round that is done.
fn work(folder: &Path) {
    let mut random = Clusters::new(16, 20, 11);
    let index = LanceVectors::with_switch(200).expect("threads").open_index(folder, 16).expect("an index");
    for round in 0.. {
        let rows = random.rows(round * BATCH..(round + 1) * BATCH);
        index.put(&rows).expect("put");
        index.put(&rows[..5]).expect("replaced");
        index.remove(&[rows[0].0.clone()]).expect("removed");
        if round % 3 == 2 {
            index.maintain().expect("maintained");
        }
        println!("\nround {round}");
    }
}

/// Does nothing unless it is the child of the test below.
#[test]
fn one_that_is_killed() {
    if let Ok(folder) = std::env::var("WINNOW_VECTORS_STORY") {
        work(Path::new(&folder));
    }
}

/// The same, for the test behind it.
#[test]
fn one_whose_first_folder_goes() {
    let Ok(home) = std::env::var("WINNOW_VECTORS_HOME") else { return };
    let (first, second) = (Path::new(&home).join("first"), Path::new(&home).join("second"));
    let vectors = LanceVectors::with_switch(200).expect("threads");
    drop(vectors.open_index(&first, 16).expect("an index"));
    fs_err::remove_dir_all(&first).expect("removed");
    let index = vectors.open_index(&second, 16).expect("another index");
    index.put(&Clusters::new(16, 20, 12).rows(0..400)).expect("put");
    index.maintain().expect("trained");
    assert!(index.recall().is_some(), "there is an index");
}

#[test]
fn an_index_is_trained_when_the_folder_that_was_opened_first_is_gone() {
    let home = folder();
    let mut child = Command::new(std::env::current_exe().expect("this test"));
    child.args(["--exact", "kills::one_whose_first_folder_goes"]).env("WINNOW_VECTORS_HOME", home.path());
    let ended = child.output().expect("a child");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stdout));
}

/// Starts the child, lets it finish some rounds, and kills it when its folder has changed so many times more.
fn killed_after(folder: &Path, rounds: usize, changes: usize) -> usize {
    let mut child = Command::new(std::env::current_exe().expect("this test"));
    child.args(["--exact", "kills::one_that_is_killed", "--nocapture"]).env("WINNOW_VECTORS_STORY", folder);
    let mut child = child.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("a child");
    let said = BufReader::new(child.stdout.take().expect("BUG: piped")).lines().map_while(Result::ok);
    let done = said.filter(|line| line.starts_with("round ")).take(rounds).count();
    for _ in 0..changes {
        let before = entries(folder);
        while entries(folder) == before && matches!(child.try_wait(), Ok(None)) {}
    }
    child.kill().expect("killed");
    child.wait().expect("ended");
    done
}

/// How many files lie below a folder that another process is changing.
fn entries(folder: &Path) -> usize {
    let found = fs_err::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    found.map(|entry| if entry.path().is_dir() { entries(&entry.path()) } else { 1 }).sum()
}

#[test]
fn killed_at_twenty_moments_it_opens_and_keeps_what_was_put() {
    for nth in 0..20 {
        let folder = folder();
        let done = killed_after(folder.path(), 4 + nth % 7, nth % 8);
        let index = LanceVectors::with_switch(200).expect("threads").open_index(folder.path(), 16).expect("opened");
        let chunks = index.chunks().expect("chunks");
        let distinct: HashSet<_> = chunks.iter().collect();
        assert_eq!(distinct.len(), chunks.len(), "kill {nth}: an id stands twice");
        let expected = (0..done).flat_map(|round| (round * BATCH + 1..(round + 1) * BATCH).map(id));
        let missing = expected.filter(|id| !distinct.contains(id)).count();
        assert_eq!(missing, 0, "kill {nth}: {done} rounds were done");
        index.put(&[(id(1_000_000), vec![1.0; 16])]).expect("put");
        index.maintain().expect("maintained");
        assert_eq!(index.count(), Ok(chunks.len() + 1), "kill {nth}");
    }
}
