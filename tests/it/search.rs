//! Search by words: every term somewhere in the asset, marked, opened at its box.

use winnow_contract::asset::{AssetFilter, AssetState, MediaKind};
use winnow_contract::command::Search;
use winnow_contract::search::{SearchMode, SearchPage};
use winnow_tests::TestLibrary;

fn library() -> TestLibrary {
    let library = TestLibrary::new();
    library.drop_file("storm.jpg", "page\nThe lighthouse stood through the storm of 1911");
    library.drop_file("lamp_oil-receipts.txt", "Paraffin for the lighthouse, Öl und Docht");
    library.drop_file("long.txt", format!("storm at the start. {} lighthouse at the end", "filler words go here. ".repeat(200)));
    library.ingest();
    library
}

fn search(library: &TestLibrary, query: &str, filter: AssetFilter) -> SearchPage {
    library.ask(Search { query: query.into(), mode: SearchMode::Lexical, filter, offset: 0, limit: 20, hurried: false }).expect("results")
}

#[test]
fn words_are_found_wherever_they_stand_in_an_asset() {
    let library = library();
    let check = |query: &str, expected: &[&str]| {
        let mut names: Vec<_> = search(&library, query, AssetFilter::default()).hits.into_iter().map(|hit| hit.name).collect();
        names.sort();
        assert_eq!(names, expected, "{query}");
    };
    check("lighthouse", &["lamp_oil-receipts.txt", "long.txt", "storm.jpg"]);
    check("lighthouse storm", &["long.txt", "storm.jpg"]);
    check("lighthouse storm ", &["long.txt", "storm.jpg"]);
    check("\"lighthouse stood\"", &["storm.jpg"]);
    check("lighthouse -storm", &["lamp_oil-receipts.txt"]);
    check("lightho", &["lamp_oil-receipts.txt", "long.txt", "storm.jpg"]);
    check("lightho ", &[]);
    check("ol", &["lamp_oil-receipts.txt"]);
    check("receipts", &["lamp_oil-receipts.txt"]);
    check("nothing of the kind", &[]);
    check("", &[]);
    check("\" OR * NEAR(", &[]);
}

#[test]
fn a_hit_opens_at_its_box() {
    let library = library();
    let page = search(&library, "storm", AssetFilter { kind: Some(MediaKind::Image), ..AssetFilter::default() });
    let hit = &page.hits[0];
    assert_eq!((hit.evidence.page, hit.evidence.rect), (Some(1), Some([0, 50, 50, 10])));
    let marked: Vec<_> = hit.snippet.iter().filter(|part| part.marked).map(|part| part.text.as_str()).collect();
    assert_eq!(marked, ["storm"]);
    let text = library.asset("storm.jpg").extractions[0].text.clone();
    let (start, end) = (hit.evidence.start.expect("a start") as usize, hit.evidence.end.expect("an end") as usize);
    assert_eq!(text.chars().skip(start).take(end - start).collect::<String>(), "storm");
}

#[test]
fn results_are_counted_by_kind_and_ranked() {
    let page = search(&library(), "lighthouse", AssetFilter::default());
    assert_eq!(page.total, 3);
    assert_eq!(page.by_kind, [(MediaKind::Text, 2), (MediaKind::Image, 1)]);
    assert_eq!(page.hits.iter().map(|hit| hit.rank).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(page.hits[0].score, 1.0);
}

#[test]
fn nothing_is_found_of_a_text_that_was_replaced() {
    let library = TestLibrary::new();
    library.drop_file("a.txt", "paraffin");
    library.ingest();
    library.drop_file("a.txt", "gas instead");
    library.ingest();
    assert_eq!(search(&library, "gas", AssetFilter::default()).total, 1);
    assert_eq!(search(&library, "paraffin", AssetFilter::default()).total, 0);
    let missing = AssetFilter { state: Some(AssetState::Missing), ..AssetFilter::default() };
    let old = search(&library, "paraffin", missing);
    assert_eq!(old.total, 1, "the old content is still known, as a missing asset");
    assert_eq!(old.hits[0].name, "earlier version of a.txt");
    assert!(old.hits[0].path.ends_with("/a.txt"), "{}", old.hits[0].path);
}

#[test]
fn the_order_in_which_folders_were_added_does_not_matter() {
    let library = TestLibrary::new();
    let inner = library.drop_file("zebra/inner/a.txt", "text").parent().expect("a folder").to_owned();
    library.engine().add_paths(&[inner]).expect("added");
    library.settle();
    library.ingest();
    assert_eq!(search(&library, "zebra", AssetFilter::default()).total, 1);
    assert_eq!(library.complaints(), Vec::<String>::new());
}

#[test]
fn a_text_cannot_steer_what_is_marked() {
    let library = TestLibrary::new();
    library.drop_file("a.txt", "alpha beta \u{2}gamma\u{3} delta \u{1} tail \u{0} end");
    library.ingest();
    let hit = search(&library, "tail ", AssetFilter::default()).hits.remove(0);
    let text = library.asset("a.txt").extractions[0].text.clone();
    let (start, end) = (hit.evidence.start.expect("a start") as usize, hit.evidence.end.expect("an end") as usize);
    assert_eq!(text.chars().skip(start).take(end - start).collect::<String>(), "tail");
    let marked: Vec<_> = hit.snippet.into_iter().filter(|part| part.marked).map(|part| part.text).collect();
    assert_eq!(marked, ["tail"]);
}
