//! Search by words: every term somewhere in the asset, marked, opened at its box.

use winnow_contract::asset::{AssetFilter, AssetState, MediaKind, PartKind};
use winnow_contract::command::Search;
use winnow_contract::search::{Hit, SearchMode, SearchPage};
use winnow_tests::{TestLibrary, raw};

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

/// Names of what is found, in order.
fn found(library: &TestLibrary, query: &str) -> Vec<String> {
    let mut names: Vec<_> = search(library, query, AssetFilter::default()).hits.into_iter().map(|hit| hit.name).collect();
    names.sort();
    names
}

/// What a hit marks.
fn marks(hit: &Hit) -> Vec<&str> {
    hit.snippet.iter().filter(|part| part.marked).map(|part| part.text.as_str()).collect()
}

fn without_spaces() -> TestLibrary {
    let library = TestLibrary::new();
    library.drop_file("chinese.txt", "旧海港的灯塔在一九三一年被风暴摧毁。");
    library.drop_file("japanese.txt", "昔、東京の港に灯台があった。harbour log");
    library.drop_file("korean.txt", "옛날 부산항에서 등대를 보았다.");
    library.drop_file("thai.txt", "ประวัติศาสตร์ของประภาคารเก่า");
    library.drop_file("lao.txt", "ປະຫວັດສາດລາວ");
    library.drop_file("khmer.txt", "ប្រវត្តិសាស្ត្រខ្មែរ");
    library.drop_file("burmese.txt", "မြန်မာ့သမိုင်း");
    library.drop_file("灯台守の日記.txt", "in other words");
    library.ingest();
    library
}

#[test]
fn words_are_found_in_writing_without_spaces() {
    let library = without_spaces();
    let check = |query: &str, expected: &[&str]| assert_eq!(found(&library, query), expected, "{query}");
    check("灯塔", &["chinese.txt"]);
    check("塔", &["chinese.txt"]);
    check("塔灯", &[]);
    check("灯台", &["japanese.txt", "灯台守の日記.txt"]);
    check("台守", &["灯台守の日記.txt"]);
    check("東京 harbour", &["japanese.txt"]);
    check("東京 -harbour", &[]);
    check("\"東京の港\"", &["japanese.txt"]);
    check("東京の港harb", &[]);
    check("あったharb", &["japanese.txt"]);
    check("등대", &["korean.txt"]);
    check("부산", &["korean.txt"]);
    check("ประภาคาร", &["thai.txt"]);
    check("ศาสตร์", &["thai.txt"]);
    check("ລາວ", &["lao.txt"]);
    check("ខ្មែរ", &["khmer.txt"]);
    check("သမိုင်း", &["burmese.txt"]);
    assert_eq!(library.complaints(), Vec::<String>::new());
}

#[test]
fn what_is_found_in_writing_without_spaces_is_marked() {
    let library = without_spaces();
    let check = |query: &str, name: &str, expected: &str| {
        let page = search(&library, query, AssetFilter::default());
        let hit = page.hits.iter().find(|hit| hit.name == name).expect("a hit");
        assert_eq!(marks(hit), [expected], "{query}");
        let text = library.asset(name).extractions[0].text.clone();
        let (start, end) = (hit.evidence.start.expect("a start") as usize, hit.evidence.end.expect("an end") as usize);
        assert_eq!(text.chars().skip(start).take(end - start).collect::<String>(), expected, "{query}");
        let shown: String = hit.snippet.iter().map(|part| part.text.as_str()).collect();
        assert_eq!(shown, text, "a short text is shown as it is");
    };
    check("灯塔", "chinese.txt", "灯塔");
    check("東京の港", "japanese.txt", "東京の港");
    check("harbour", "japanese.txt", "harbour");
    check("등대", "korean.txt", "등대");
    check("ประวัติ", "thai.txt", "ประวัติ");
    check("ของ", "thai.txt", "ของ");
}

#[test]
fn the_full_text_of_an_older_library_is_brought_up_to_date() {
    let mut library = without_spaces();
    library.drop_file("plans.eml", "letter author=Mira,Quist The plans are enclosed.");
    library.ingest();
    library.close();
    let catalog = raw(&library.path());
    let older = "UPDATE chunk_words SET text = replace(text, char(31), '');
         UPDATE name_words SET name = replace(name, char(31), '');
         DELETE FROM name_words WHERE rowid < 0;
         DELETE FROM chunk_words_config WHERE k = 'winnow';";
    catalog.execute_batch(older).expect("an older full text");
    drop(catalog);
    library.restart();
    assert_eq!(found(&library, "灯台"), ["japanese.txt", "灯台守の日記.txt"]);
    assert_eq!(found(&library, "quist"), ["plans.eml"]);
    assert_eq!(library.complaints(), Vec::<String>::new());
}

#[test]
fn what_a_file_says_of_itself_is_found() {
    let library = TestLibrary::new();
    library.drop_file("plans.eml", "letter author=Mira,Quist title=Bell,buoys Everything is enclosed.");
    library.drop_file("reply.eml", "letter author=Otto,Brandt program=Quist Thank you for the buoys, Mira.");
    library.ingest();
    let check = |query: &str, expected: &[&str]| assert_eq!(found(&library, query), expected, "{query}");
    check("quist", &["plans.eml"]);
    check("mira quist", &["plans.eml"]);
    check("quist bell", &["plans.eml"]);
    check("quist -bell", &[]);
    check("author", &[]);
    check("buoys", &["plans.eml", "reply.eml"]);
    let page = search(&library, "quist", AssetFilter::default());
    let (hit, place) = (&page.hits[0], page.hits[0].evidence.place.clone().expect("a place"));
    assert_eq!((place.part, place.name.as_str()), (PartKind::Property, "author"));
    assert_eq!(hit.snippet.iter().map(|part| part.text.as_str()).collect::<String>(), "Mira Quist");
    assert_eq!(marks(hit), ["Quist"]);
    assert_eq!((hit.evidence.extraction.clone(), hit.evidence.start, hit.why.lexical), (None, None, Some(1.0)));
    let kind = |kind| AssetFilter { kind: Some(kind), ..AssetFilter::default() };
    assert_eq!((search(&library, "quist", kind(MediaKind::Mail)).total, search(&library, "quist", kind(MediaKind::Text)).total), (1, 0));
    assert_eq!(library.asset("plans.eml").extractions.len(), 1, "it is no text of the file");
    assert_eq!(library.embedder.texts(), 2, "nor is it embedded");
    assert_eq!(library.complaints(), Vec::<String>::new());
}

#[test]
fn where_words_stand_in_a_text_and_a_property_the_text_is_shown() {
    let library = TestLibrary::new();
    library.drop_file("plans.eml", "letter title=Bell,buoys The buoys are off the coast.");
    library.ingest();
    let hit = search(&library, "buoys", AssetFilter::default()).hits.remove(0);
    assert_eq!((hit.evidence.place, hit.evidence.start), (None, Some(4)));
    assert_eq!(found(&library, "buoys -coast"), [""; 0], "a word that is not wanted stands in the text");
    assert_eq!(found(&library, "plans -coast"), [""; 0]);
}

#[test]
fn words_may_stand_in_texts_names_and_properties_together() {
    let library = TestLibrary::new();
    library.drop_file("Quist/harbour.eml", "letter author=Mira,Holm The lighthouse was repaired.");
    library.drop_file("Brandt/harbour.eml", "letter author=Otto,Lund Flour and yeast.");
    library.ingest();
    let paths = |query: &str| -> Vec<String> {
        let hits = search(&library, query, AssetFilter::default()).hits;
        hits.into_iter().map(|hit| hit.path.rsplit('/').nth(1).expect("a folder").to_owned()).collect()
    };
    let check = |query: &str, expected: &[&str]| assert_eq!(paths(query), expected, "{query}");
    check("quist lighthouse ", &["Quist"]);
    check("holm repaired harbour ", &["Quist"]);
    check("quist holm ", &["Quist"]);
    check("quist lund ", &[]);
    check("quist flour ", &[]);
    check("quist lighthouse -holm ", &[]);
    check("quist lighthouse -lund ", &["Quist"]);
    let hit = search(&library, "quist lighthouse ", AssetFilter::default()).hits.remove(0);
    assert_eq!((marks(&hit), hit.evidence.start), (vec!["lighthouse"], Some(4)));
    let hit = search(&library, "quist holm ", AssetFilter::default()).hits.remove(0);
    assert_eq!((marks(&hit), hit.evidence.place.as_ref().map(|place| place.name.as_str())), (vec!["Holm"], Some("author")));
}
