//! The vector index as the engine uses it: answers, damage, several threads, kills.

mod damage;
mod kills;
mod support;

use std::collections::HashSet;
use std::sync::Arc;
use support::{Clusters, brute_force, folder, id, ids, sorted};
use winnow_engine::ports::{VectorIndex, Vectors};
use winnow_vectors::LanceVectors;

fn vectors() -> LanceVectors {
    LanceVectors::new().expect("threads")
}

#[test]
fn the_nearest_are_those_of_comparing_all() {
    let (folder, mut random) = (folder(), Clusters::new(32, 400, 1));
    let index = vectors().open(folder.path(), 32).expect("an index");
    let rows = random.rows(0..2_000);
    rows.chunks(512).for_each(|rows| index.put(rows).expect("put"));
    for _ in 0..20 {
        let query = random.draw();
        let (found, expected) = (index.nearest(&query, 10).expect("hits"), brute_force(&rows, &query, 10));
        assert_eq!(ids(&found), ids(&expected));
        let apart = found.iter().zip(&expected).map(|(one, other)| (one.1 - other.1).abs()).fold(0.0, f32::max);
        assert!(apart < 1e-5, "cosines differ by {apart}");
    }
}

#[test]
fn rows_are_replaced_removed_and_still_there_after_opening_again() {
    let (folder, mut random) = (folder(), Clusters::new(16, 50, 2));
    let rows = random.rows(0..1_200);
    {
        let index = vectors().open(folder.path(), 16).expect("an index");
        index.put(&rows).expect("put");
        index.put(&[(id(7), rows[8].1.clone())]).expect("replace");
        index.remove(&(100..900).map(id).collect::<Vec<_>>()).expect("remove");
        index.remove(&[id(100), "never there".into(), "it's; DROP".into()]).expect("unknown ones are no error");
        index.put(&[]).expect("nothing");
        index.remove(&[]).expect("nothing");
        assert_eq!(index.count(), Ok(400));
        assert!(index.nearest(&rows[8].1, 2).expect("hits").iter().any(|hit| hit.0 == id(7)));
    }
    let index = vectors().open(folder.path(), 16).expect("the same index");
    let expected: Vec<_> = (0..100).chain(900..1_200).map(id).collect();
    assert_eq!(sorted(index.chunks().expect("chunks")), expected);
    index.put(&[(id(7), rows[7].1.clone()), (id(500), rows[500].1.clone())]).expect("put back");
    assert_eq!(index.count(), Ok(401));
    assert_eq!(ids(&index.nearest(&rows[500].1, 1).expect("hits")), [id(500)]);
}

#[test]
fn ids_and_paths_of_any_kind_are_kept() {
    let home = folder();
    for name in ["a b#c?d%20é&x=y", "it's", "db", "s3:", "~", "日本"] {
        let folder = home.path().join(name).join("space");
        let rows: Vec<_> = ["'", "a'b\"c", "", "\\", "ü\n", "%_"].iter().map(|id| ((*id).to_owned(), vec![3.0, 4.0])).collect();
        let index = vectors().open(&folder, 2).unwrap_or_else(|words| panic!("{name}: {}", words.sentence()));
        index.put(&rows).expect("put");
        index.put(&rows).expect("replace");
        drop(index);
        let index = vectors().open(&folder, 2).expect("the same index");
        assert_eq!(sorted(index.chunks().expect("chunks")), sorted(rows.iter().map(|row| row.0.clone()).collect()), "{name}");
        index.remove(&["a'b\"c".into(), "'".into()]).expect("remove");
        assert_eq!(index.count(), Ok(4), "{name}");
        assert!(folder.join("chunks.lance").is_dir(), "{name}");
    }
    let refused = vectors().open(&home.path().join("new\nline"), 2).map(drop).expect_err("a path that cannot be used");
    assert_eq!(refused.sentence(), "The index to search by meaning cannot be used: invalid filename. Searching by words works.");
}

#[test]
fn empty_questions_have_empty_answers_and_unfit_ones_an_error() {
    let folder = folder();
    let index = vectors().open(folder.path(), 4).expect("an index");
    assert_eq!(index.nearest(&[1.0, 0.0, 0.0, 0.0], 10), Ok(vec![]));
    index.maintain().expect("nothing to do");
    index.put(&[(id(1), vec![0.0, 2.0, 0.0, 0.0])]).expect("put");
    assert_eq!(index.nearest(&[0.0, 3.0, 0.0, 0.0], 0), Ok(vec![]));
    assert_eq!(index.nearest(&[0.0, 3.0, 0.0, 0.0], 1_000), Ok(vec![(id(1), 1.0)]));
    for unfit in [vec![], vec![1.0; 3], vec![0.0; 4], vec![f32::NAN, 0.0, 0.0, 1.0], vec![f32::INFINITY, 0.0, 0.0, 1.0]] {
        let code = |words: winnow_contract::Words| words.code;
        assert_eq!(index.nearest(&unfit, 3).map_err(code), Err("internal".into()), "{unfit:?}");
        assert_eq!(index.put(&[(id(2), unfit.clone())]).map_err(code), Err("internal".into()), "{unfit:?}");
    }
    assert_eq!(index.count(), Ok(1));
    assert!(vectors().open(&folder.path().join("other"), 0).is_err(), "no dimensions");
}

#[test]
fn two_that_put_at_once_make_no_row_twice() {
    let (folder, mut random) = (folder(), Clusters::new(8, 20, 3));
    let index = vectors().open(folder.path(), 8).expect("an index");
    let rows = Arc::new(random.rows(0..300));
    std::thread::scope(|scope| {
        for start in 0..4 {
            let (index, rows) = (&index, Arc::clone(&rows));
            scope.spawn(move || (0..4).for_each(|nth| index.put(&rows[(start + nth) % 3 * 100..][..100]).expect("put")));
        }
        let (index, query) = (&index, rows[0].1.clone());
        scope.spawn(move || (0..20).for_each(|_| drop(index.nearest(&query, 5).expect("hits while others put"))));
        scope.spawn(move || (0..3).for_each(|_| index.maintain().expect("maintained while others put")));
    });
    assert_eq!(sorted(index.chunks().expect("chunks")), (0..300).map(id).collect::<Vec<_>>());
}

#[test]
fn many_small_additions_become_few_files_with_the_same_answers() {
    let (folder, mut random) = (folder(), Clusters::new(8, 20, 4));
    let index = vectors().open(folder.path(), 8).expect("an index");
    let rows = random.rows(0..400);
    rows.chunks(5).for_each(|rows| index.put(rows).expect("put"));
    index.remove(&(0..100).map(id).collect::<Vec<_>>()).expect("remove");
    let query = random.draw();
    let before = (index.nearest(&query, 20).expect("hits"), sorted(index.chunks().expect("chunks")));
    let files = || walk(folder.path());
    assert!(files() > 240, "{} files", files());
    index.maintain().expect("maintained");
    assert!(files() < 8, "{} files", files());
    assert_eq!((index.nearest(&query, 20).expect("hits"), sorted(index.chunks().expect("chunks"))), before);
    index.maintain().expect("nothing to do");
    drop(index);
    let index = vectors().open(folder.path(), 8).expect("the same index");
    assert_eq!((index.nearest(&query, 20).expect("hits"), sorted(index.chunks().expect("chunks"))), before);
}

fn walk(folder: &std::path::Path) -> usize {
    let entries = fs_err::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.map(|path| if path.is_dir() { walk(&path) } else { 1 }).sum()
}

#[test]
fn from_the_switch_point_on_an_index_finds_nearly_all() {
    let (folder, mut random) = (folder(), Clusters::new(64, 200, 5));
    let vectors = LanceVectors::with_switch(2_000).expect("threads");
    let index = vectors.open_index(folder.path(), 64).expect("an index");
    let mut rows = random.rows(0..2_500);
    index.put(&rows[..1_900]).expect("put");
    index.maintain().expect("maintained");
    assert_eq!(index.recall(), None, "below the switch point every vector is compared");
    index.put(&rows[1_900..]).expect("put");
    index.maintain().expect("trained");
    assert!(index.recall().is_some_and(|recall| recall >= 0.95), "{:?}", index.recall());
    assert!(recall(&index, &rows, &mut random) >= 0.95);

    let later = random.rows(2_500..2_600);
    index.put(&later).expect("put");
    rows.extend(later);
    assert_eq!(ids(&index.nearest(&rows[2_550].1, 1).expect("hits")), [id(2_550)], "rows are found before the index knows them");
    index.remove(&[id(2_550), id(3)]).expect("remove");
    assert!(!ids(&index.nearest(&rows[3].1, 50).expect("hits")).contains(&id(3)), "a removed row is not found");

    let later = random.rows(2_600..3_400);
    index.put(&later).expect("put");
    rows.extend(later);
    index.maintain().expect("extended");
    rows.retain(|row| row.0 != id(2_550) && row.0 != id(3));
    assert!(recall(&index, &rows, &mut random) >= 0.95);
    let effort = index.effort();
    drop(index);
    let index = vectors.open_index(folder.path(), 64).expect("the same index");
    assert_eq!((index.effort(), index.count()), (effort, Ok(rows.len())), "what was measured is kept");
    assert!(recall(&index, &rows, &mut random) >= 0.95);

    index.remove(&rows[..2_600].iter().map(|row| row.0.clone()).collect::<Vec<_>>()).expect("remove");
    index.maintain().expect("the index is dropped");
    assert_eq!(index.recall(), None);
    assert_eq!(recall(&index, &rows[2_600..], &mut random), 1.0);
}

fn recall(index: &dyn VectorIndex, rows: &[(String, Vec<f32>)], random: &mut Clusters) -> f32 {
    let found: usize = (0..40)
        .map(|_| {
            let query = random.draw();
            let truth: HashSet<_> = ids(&brute_force(rows, &query, 10)).into_iter().collect();
            ids(&index.nearest(&query, 10).expect("hits")).iter().filter(|id| truth.contains(*id)).count()
        })
        .sum();
    found as f32 / 400.0
}

#[test]
fn other_dimensions_begin_anew() {
    let folder = folder();
    vectors().open(folder.path(), 4).expect("an index").put(&[(id(1), vec![1.0; 4])]).expect("put");
    let index = vectors().open(folder.path(), 8).expect("an index of other width");
    assert_eq!(index.count(), Ok(0));
    index.put(&[(id(1), vec![1.0; 8])]).expect("put");
    assert_eq!(index.count(), Ok(1));
}

#[test]
fn a_reader_finds_and_changes_nothing() {
    let folder = folder();
    let reading = LanceVectors::reading().expect("threads");
    let code = |words: winnow_contract::Words| words.code;
    let place = folder.path().join("space");
    assert_eq!(reading.open(&place, 4).map(drop).map_err(code), Err("no_vectors".into()));
    assert!(!place.exists(), "nothing was made");
    vectors().open(&place, 4).expect("an index").put(&[(id(1), vec![1.0; 4])]).expect("put");
    let index = reading.open(&place, 4).expect("an index");
    assert_eq!(ids(&index.nearest(&[1.0; 4], 3).expect("hits")), [id(1)]);
    for refused in [index.put(&[(id(2), vec![1.0; 4])]), index.remove(&[id(1)]), index.maintain()] {
        assert_eq!(refused.map_err(code), Err("library_read_only".into()));
    }
    fs_err::remove_dir_all(place.join("chunks.lance/data")).expect("damaged");
    assert_eq!(reading.open(&place, 4).map(drop).map_err(code), Err("vectors_damaged".into()));
    assert!(place.join("chunks.lance").exists(), "a reader throws nothing away");
}
