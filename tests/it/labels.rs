//! "What is it?": what is proposed, what is asked, what a person says, and what becomes of it when the answers change.
//!
//! The fake's vectors count letters, so a text of `a` is most like an answer of `a`.

use winnow_contract::ApiError;
use winnow_contract::asset::{AssetFilter, AssetSort};
use winnow_contract::command::{Decide, GetReviewItem, GetTaxonomy, GetWhy, ListAssets, SetLabel, SetTaxonomy};
use winnow_contract::review::{Decided, ItemKind, ReviewRow, Verdict};
use winnow_contract::taxonomy::TaxonomyAnswer;
use winnow_tests::TestLibrary;

fn answers(names: &[&str]) -> Vec<TaxonomyAnswer> {
    names.iter().map(|name| TaxonomyAnswer { name: (*name).to_owned(), description: name.repeat(3) }).collect()
}

/// A library with the answers aaaa, mmmm and zzzz, and these files.
fn library(files: &[(&str, &str)]) -> TestLibrary {
    let library = TestLibrary::new();
    library.set("labels.enabled", "true");
    library.ask(SetTaxonomy { answers: answers(&["aaaa", "mmmm", "zzzz"]) }).expect("answers");
    for (name, content) in files {
        library.drop_file(name, content);
    }
    library.ingest();
    library
}

const SURE: (&str, &str) = ("sure.txt", "aaaa aaaa aaaam");
const UNSURE: (&str, &str) = ("unsure.txt", "aaaa zzzz aaaa zzzz azaz");

fn decide(library: &TestLibrary, row: &ReviewRow, verdict: Verdict, value: Option<&str>) -> Result<Decided, ApiError> {
    let value = value.map(str::to_owned);
    library.ask(Decide { item: row.item.clone(), verdict, value, all_alike: false, dry_run: false, took_ms: None })
}

fn say(library: &TestLibrary, name: &str, answer: &str) -> Result<Decided, ApiError> {
    library.ask(SetLabel { asset: library.asset(name).row.id, answer: answer.to_owned() })
}

fn labels(library: &TestLibrary, name: &str) -> (Vec<String>, Option<String>) {
    let row = library.asset(name).row;
    (row.labels, row.suggested)
}

fn is(label: &str) -> (Vec<String>, Option<String>) {
    (vec![label.to_owned()], None)
}

#[test]
fn a_clear_match_stands_and_an_unclear_one_is_asked() {
    let library = library(&[SURE, UNSURE, ("photo.png", "page\n")]);
    assert_eq!(labels(&library, "sure.txt"), (vec![], Some("aaaa".into())));
    assert_eq!(labels(&library, "unsure.txt"), (vec![], None));
    assert_eq!(labels(&library, "photo.png"), (vec![], None));
    assert!(library.asset("photo.png").suggestions.is_empty(), "nothing is said of a photograph without words");
    let [row]: [ReviewRow; 1] = library.review().try_into().expect("one item");
    assert_eq!((row.kind, row.name.as_str()), (ItemKind::Label, "unsure.txt"));
    assert_eq!(row.reason.sentence(), "This could be “aaaa” or “zzzz”.");
    assert_eq!(row.suggestion.as_ref().map(|shown| (shown.value.as_str(), shown.probability)), Some(("aaaa", None)));
    let detail = library.ask(GetReviewItem { item: row.item }).expect("detail");
    let candidates: Vec<_> = detail.candidates.iter().map(|candidate| (candidate.answer.as_str(), candidate.matches.is_some())).collect();
    assert_eq!(candidates, [("aaaa", true), ("zzzz", true), ("mmmm", true)]);
    assert_eq!(detail.candidates[0].because, ["aaaa", "zzzz", "azaz"]);
    assert_eq!(detail.context[0].text, UNSURE.1);
    assert!(library.asset("sure.txt").suggestions.iter().all(|suggestion| !suggestion.calibrated));
    insta::assert_snapshot!(library.dump());
}

#[test]
fn every_verdict_on_a_label_and_its_undo() {
    let library = library(&[UNSURE]);
    let row = library.review().remove(0);
    let check = |verdict, value, expected: (Vec<String>, Option<String>), said: &str| {
        let decided = decide(&library, &row, verdict, value).expect("decided");
        assert_eq!((labels(&library, "unsure.txt"), decided.said.sentence().as_str()), (expected, said));
        library.undo(1);
        assert_eq!(library.review().len(), 1);
        assert_eq!(labels(&library, "unsure.txt"), (vec![], None));
    };
    check(Verdict::Accepted, None, is("aaaa"), "unsure.txt is: aaaa");
    check(Verdict::Corrected, Some("mmmm"), is("mmmm"), "unsure.txt is: mmmm");
    check(Verdict::Rejected, None, (vec![], None), "unsure.txt is none of the answers");
    check(Verdict::Deferred, None, (vec![], None), "Left for later: unsure.txt");
    let code = |verdict, value| decide(&library, &row, verdict, value).expect_err("refused").code;
    assert_eq!(code(Verdict::Redacted, None), "verdict_not_allowed");
    assert_eq!(code(Verdict::Corrected, Some("ship")), "not_an_answer");
    assert_eq!(code(Verdict::Corrected, None), "value_needed");
    assert_eq!(code(Verdict::Accepted, Some("aaaa")), "value_not_allowed");
    assert_eq!(library.complaints(), Vec::<String>::new());
}

#[test]
fn a_person_says_what_a_thing_is_and_goes_back() {
    let library = library(&[SURE, ("photo.png", "page\n")]);
    assert_eq!(say(&library, "photo.png", "mmmm").expect("said").verdict, Verdict::Corrected);
    assert_eq!(labels(&library, "photo.png"), is("mmmm"));
    assert_eq!(say(&library, "sure.txt", "aaaa").expect("said").verdict, Verdict::Accepted);
    assert_eq!(say(&library, "sure.txt", "aaaa").expect_err("twice").code, "already_decided");
    say(&library, "sure.txt", "zzzz").expect("said");
    assert_eq!(labels(&library, "sure.txt"), is("zzzz"));
    assert_eq!(library.asset("sure.txt").annotations.len(), 1);
    library.undo(1);
    assert_eq!(labels(&library, "sure.txt"), is("aaaa"), "what was said before holds again");
    assert_eq!(library.complaints(), Vec::<String>::new());
    library.undo(1);
    assert_eq!(labels(&library, "sure.txt"), (vec![], Some("aaaa".into())), "nobody asked, so nothing is open");
    assert!(library.review().is_empty());
    assert_eq!(say(&library, "sure.txt", "ship").expect_err("unknown").code, "not_an_answer");
    let nothing = library.ask(SetLabel { asset: "nothing".into(), answer: "aaaa".into() });
    assert_eq!(nothing.expect_err("unknown").code, "not_found");
}

#[test]
fn no_answer_takes_back_all_that_was_said() {
    let library = library(&[UNSURE]);
    assert_eq!(say(&library, "unsure.txt", "").expect_err("nothing").code, "nothing_to_undo");
    say(&library, "unsure.txt", "mmmm").expect("said");
    say(&library, "unsure.txt", "zzzz").expect("said");
    assert!(library.review().is_empty());
    let taken = say(&library, "unsure.txt", " ").expect("taken back");
    assert_eq!((taken.decision, taken.affected), (None, 2));
    assert_eq!(labels(&library, "unsure.txt"), (vec![], None));
    assert_eq!(library.review().len(), 1, "it was asked, so it is asked again");
    assert_eq!(library.complaints(), Vec::<String>::new());
}

#[test]
fn what_is_decided_is_not_asked_again_by_other_answers() {
    let library = library(&[SURE, UNSURE]);
    let row = library.review().remove(0);
    decide(&library, &row, Verdict::Corrected, Some("mmmm")).expect("decided");
    library.ask(SetTaxonomy { answers: answers(&["zzzz", "a", "az"]) }).expect("answers");
    library.settle();
    assert!(library.review().iter().all(|open| open.item != row.item));
    assert_eq!(labels(&library, "unsure.txt"), is("mmmm"));
    assert_eq!(library.asset("unsure.txt").suggestions[0].answer, "az", "proposals follow the answers");
}

#[test]
fn other_answers_are_compared_with_everything_also_when_their_file_was_edited() {
    let mut library = library(&[SURE, UNSURE]);
    assert_eq!(library.review().len(), 1);
    library.ask(SetTaxonomy { answers: answers(&["aaaa", "azaz"]) }).expect("answers");
    library.settle();
    assert_eq!(labels(&library, "unsure.txt"), (vec![], Some("azaz".into())));
    assert!(library.review().is_empty(), "it is clear now");
    let file = library.path().join("taxonomy.toml");
    let edited = fs_err::read_to_string(&file).expect("the file").replace("azaz", "zaza");
    fs_err::write(&file, edited).expect("edited");
    library.restart();
    library.settle();
    assert_eq!(labels(&library, "unsure.txt").1.as_deref(), Some("zaza"));
    fs_err::write(&file, "no taxonomy").expect("broken");
    library.restart();
    library.settle();
    assert!(library.complaints()[0].starts_with("answers: taxonomy.toml cannot be used"));
    let shipped = library.ask(GetTaxonomy {}).expect("answers");
    assert!(shipped.answers.iter().any(|answer| answer.name == "letter"));
    let before = library.dump();
    for bad in [vec![], answers(&["x", "X"]), answers(&["long".repeat(20).as_str()])] {
        assert_eq!(library.ask(SetTaxonomy { answers: bad }).expect_err("refused").code, "bad_taxonomy");
    }
    assert_eq!(library.dump(), before);
}

#[test]
fn labels_filter_the_library_and_lead_back_to_the_passage() {
    let library = library(&[SURE, UNSURE]);
    let row = library.review().remove(0);
    decide(&library, &row, Verdict::Accepted, None).expect("decided");
    let filter = AssetFilter { label: Some("aaaa".into()), ..AssetFilter::default() };
    let page = library.ask(ListAssets { filter, sort: AssetSort::Name, offset: 0, limit: 9 }).expect("a page");
    assert_eq!(page.rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["unsure.txt"]);
    let annotation = library.asset("unsure.txt").annotations[0].id.to_string();
    let chain = library.ask(GetWhy { id: annotation, down: false }).expect("a chain").chain;
    let mut kinds: Vec<_> = chain.iter().map(|step| step.kind.as_str()).collect();
    kinds.dedup();
    assert_eq!(kinds, ["annotation", "decision", "review_item", "suggestion", "chunk", "extraction", "asset", "location"]);
}

#[test]
fn an_edited_file_shows_what_was_decided_of_it_before() {
    let library = library(&[SURE]);
    say(&library, "sure.txt", "zzzz").expect("said");
    library.drop_file("sure.txt", "aaaa zzzz azaz, edited");
    library.clock.advance(60_000);
    library.ingest();
    let path = library.folder().join("sure.txt");
    let edited = library.engine().find_asset(&path.display().to_string()).expect("an asset");
    let detail = library.ask(winnow_contract::command::GetAsset { asset: edited }).expect("detail");
    assert_eq!(detail.row.labels, Vec::<String>::new(), "another content is another asset");
    assert_eq!(detail.precedents.iter().map(|row| row.answer.as_str()).collect::<Vec<_>>(), ["zzzz"]);
    let shown = library.ask(GetReviewItem { item: library.review().remove(0).item }).expect("detail");
    assert_eq!(shown.precedents, detail.precedents);
}
