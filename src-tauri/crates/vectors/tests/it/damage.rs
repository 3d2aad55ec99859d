//! Whatever lies in the folder, opening it ends with the rows of some moment, or with none, and in a table that works.
//!
//! A newest list of files that is lost leaves the one before it: comparing ids, as the engine does at start, heals that as well.

use crate::support::{Clusters, brute_force, folder, id, ids, sorted};
use std::path::{Path, PathBuf};
use winnow_engine::ports::VectorIndex;
use winnow_vectors::LanceVectors;

const ROWS: usize = 700;
const SWITCH: usize = 300;

/// A table of several files with deletions and an index.
fn original(folder: &Path) -> Vec<(String, Vec<f32>)> {
    let mut random = Clusters::new(16, 40, 9);
    let mut rows = random.rows(0..ROWS);
    let index = LanceVectors::with_switch(SWITCH).expect("threads").open_index(folder, 16).expect("an index");
    rows[..500].chunks(250).for_each(|rows| index.put(rows).expect("put"));
    index.maintain().expect("maintained");
    assert!(index.recall().is_some(), "there is an index");
    index.put(&rows[500..]).expect("put");
    index.remove(&[id(3), id(650)]).expect("remove");
    rows.retain(|row| row.0 != id(3) && row.0 != id(650));
    rows
}

fn copy(from: &Path, to: &Path) {
    fs_err::create_dir_all(to).expect("a folder");
    for entry in fs_err::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs_err::copy(&path, &target).expect("copied");
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs_err::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Opens, and sees what once was; then rows are put and removed as the engine heals, and are all there after opening once more.
/// True when all rows were there at once.
fn opens_and_heals(vectors: &LanceVectors, folder: &Path, rows: &[(String, Vec<f32>)], what: &str) -> bool {
    let failed = |words: winnow_contract::Words| -> ! { panic!("{what}: {}", words.sentence()) };
    let index = vectors.open_index(folder, 16).unwrap_or_else(|words| failed(words));
    let chunks = sorted(index.chunks().unwrap_or_else(|words| failed(words)));
    let all = sorted(rows.iter().map(|row| row.0.clone()).collect());
    assert!([0, 500, ROWS, all.len()].contains(&chunks.len()), "{what}: {} rows", chunks.len());
    if chunks == all {
        let query = &rows[123].1;
        let found = index.nearest_exact(query, 5).unwrap_or_else(|words| failed(words));
        assert_eq!(ids(&found), ids(&brute_force(rows, query, 5)), "{what}");
        assert_eq!(ids(&index.nearest(query, 1).expect("hits")), [rows[123].0.clone()], "{what}");
    }
    let too_many: Vec<_> = chunks.iter().filter(|chunk| !all.contains(chunk)).cloned().collect();
    index.remove(&too_many).unwrap_or_else(|words| failed(words));
    index.put(rows).unwrap_or_else(|words| failed(words));
    index.maintain().unwrap_or_else(|words| failed(words));
    drop(index);
    let index = vectors.open_index(folder, 16).expect("opened again");
    assert_eq!(sorted(index.chunks().expect("chunks")), all, "{what}: healed");
    chunks == all
}

/// Does something to each file in turn. Returns how often the rows outlived it, and how often not.
fn each_file(change: impl Fn(&Path)) -> (usize, usize) {
    let home = folder();
    let whole = home.path().join("whole");
    let rows = original(&whole);
    let vectors = LanceVectors::with_switch(SWITCH).expect("threads");
    let (mut kept, mut lost) = (0, 0);
    for (nth, file) in files(&whole).iter().enumerate() {
        let folder = home.path().join(nth.to_string());
        copy(&whole, &folder);
        let file = file.strip_prefix(&whole).expect("BUG: inside");
        change(&folder.join(file));
        if opens_and_heals(&vectors, &folder, &rows, &file.display().to_string()) { kept += 1 } else { lost += 1 }
    }
    (kept, lost)
}

#[test]
fn a_whole_folder_keeps_its_rows() {
    assert_eq!(each_file(|_| {}).1, 0);
}

#[test]
fn each_file_deleted_in_turn() {
    let (kept, lost) = each_file(|file| fs_err::remove_file(file).expect("removed"));
    assert!(kept > 3 && lost > 1, "{kept} kept, {lost} lost");
}

#[test]
fn each_file_emptied_in_turn() {
    let (kept, lost) = each_file(|file| fs_err::write(file, b"").expect("emptied"));
    assert!(kept > 3 && lost > 1, "{kept} kept, {lost} lost");
}

#[test]
fn each_file_cut_in_half_in_turn() {
    each_file(|file| {
        let bytes = fs_err::read(file).expect("read");
        fs_err::write(file, &bytes[..bytes.len() / 2]).expect("cut");
    });
}

#[test]
fn each_file_made_of_noise_in_turn() {
    each_file(|file| {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let noise = fs_err::read(file).expect("read").into_iter().map(|byte| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            byte ^ (state >> 56) as u8
        });
        fs_err::write(file, noise.collect::<Vec<_>>()).expect("scrambled");
    });
}

#[test]
fn each_file_ends_in_zeros_in_turn() {
    each_file(|file| {
        let mut bytes = fs_err::read(file).expect("read");
        let half = bytes.len() / 2;
        bytes[half..].fill(0);
        fs_err::write(file, bytes).expect("zeroed");
    });
}

#[test]
fn each_file_begins_with_zeros_in_turn() {
    each_file(|file| {
        let mut bytes = fs_err::read(file).expect("read");
        let half = bytes.len() / 2;
        bytes[..half].fill(0);
        fs_err::write(file, bytes).expect("zeroed");
    });
}

#[test]
fn other_things_under_our_names_give_way_and_strangers_stay() {
    let home = folder();
    let vectors = LanceVectors::new().expect("threads");
    let check = |name: &str, prepare: &dyn Fn(&Path)| {
        let folder = home.path().join(name);
        fs_err::create_dir_all(&folder).expect("a folder");
        fs_err::write(folder.join("letter.txt"), "not ours").expect("written");
        prepare(&folder.join("chunks.lance"));
        let index = vectors.open_index(&folder, 4).unwrap_or_else(|words| panic!("{name}: {}", words.sentence()));
        index.put(&[(id(1), vec![1.0; 4])]).expect("put");
        assert_eq!(index.count(), Ok(1), "{name}");
        assert_eq!(fs_err::read_to_string(folder.join("letter.txt")).expect("still there"), "not ours", "{name}");
    };
    check("a file", &|path| fs_err::write(path, "text").expect("written"));
    check("an empty folder", &|path| fs_err::create_dir(path).expect("made"));
    check("a folder of other things", &|path| {
        fs_err::create_dir_all(path.join("_versions")).expect("made");
        fs_err::write(path.join("_versions/1.manifest"), [7; 4_096]).expect("written");
    });
}

#[test]
fn where_no_folder_can_be_made_there_is_a_sentence() {
    let home = folder();
    fs_err::write(home.path().join("file"), "text").expect("written");
    let vectors = LanceVectors::new().expect("threads");
    let refused = vectors.open_index(&home.path().join("file/below"), 4).map(|_| ()).expect_err("no folder");
    assert_eq!(refused.code, "vectors_unusable");
    assert!(!refused.sentence().contains(&home.path().display().to_string()), "{}", refused.sentence());
}
