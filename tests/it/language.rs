//! The language of what is written and of what is heard, and how it narrows a search.

use winnow_contract::asset::AssetFilter;
use winnow_contract::command::Search;
use winnow_contract::search::SearchMode;
use winnow_engine::testing::documents::book;
use winnow_tests::TestLibrary;

const ENGLISH: &str = "The keeper of the light went down to the harbour in the evening and found the boat gone.";
const GERMAN: &str = "Der Leuchtturmwärter ging am Abend zum Hafen hinunter und fand, dass das Boot verschwunden war.";

fn language(library: &TestLibrary, name: &str) -> Option<String> {
    library.asset(name).row.language
}

#[test]
fn every_text_that_is_long_enough_has_a_language() {
    let library = TestLibrary::new();
    library.drop_file("letter.txt", ENGLISH);
    library.drop_file("scan.png", format!("page\n{GERMAN}"));
    library.drop_file("deed.pdf", book(&["page", &format!("text {ENGLISH}")]));
    library.drop_file("note.txt", "The boat is gone.");
    library.drop_file("tape.wav", format!("sound\n0 9 0.9 {GERMAN}"));
    library.ingest();
    let told = ["letter.txt", "scan.png", "deed.pdf", "note.txt", "tape.wav"].map(|name| language(&library, name));
    let expected = [Some("en"), Some("de"), Some("en"), None, Some("en")].map(|code| code.map(str::to_owned));
    assert_eq!(told, expected, "that of a recording is what the ear says, here always English");
    let filter = AssetFilter { language: Some("en".into()), ..AssetFilter::default() };
    let ask = Search { query: "harbour".into(), mode: SearchMode::Lexical, filter, offset: 0, limit: 9, hurried: false };
    let found = library.ask(ask).expect("hits");
    let mut names: Vec<_> = found.hits.iter().map(|hit| hit.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["deed.pdf", "letter.txt"]);
    assert_eq!(found.by_language, [("en".to_owned(), 2)]);
    assert_eq!(library.complaints(), Vec::<String>::new());
}

#[test]
fn a_text_that_was_changed_is_in_the_language_it_is_in_now() {
    let library = TestLibrary::new();
    library.drop_file("scan.png", format!("faint\n{ENGLISH}"));
    library.ingest();
    assert_eq!(language(&library, "scan.png").as_deref(), Some("en"));
    library.drop_file("scan.png", format!("page\n{GERMAN}"));
    library.ingest();
    assert_eq!(language(&library, "scan.png").as_deref(), Some("de"));
}
