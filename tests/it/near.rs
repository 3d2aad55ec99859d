//! What is nearly the same: found, asked once, decided once for all of it.

use winnow_contract::ApiError;
use winnow_contract::asset::AssetDetail;
use winnow_contract::command::{Decide, GetReviewItem, SetTaxonomy};
use winnow_contract::review::{Decided, ItemKind, ReviewRow, Verdict};
use winnow_contract::taxonomy::TaxonomyAnswer;
use winnow_tests::TestLibrary;

/// A text of `count` words, of which some are others.
fn text(count: usize, others: &[usize]) -> String {
    let word = |at: usize| if others.contains(&at) { format!("changed{at}") } else { format!("word{}", at * 7 % 1000) };
    (0..count).map(word).collect::<Vec<_>>().join(" ")
}

fn library(files: &[(&str, String)]) -> TestLibrary {
    let library = TestLibrary::new();
    for (name, content) in files {
        library.drop_file(name, content);
    }
    library.ingest();
    library
}

/// By name: the most doubtful comes first in the queue, and which that is does not matter here.
fn duplicates(library: &TestLibrary) -> Vec<ReviewRow> {
    let mut rows: Vec<_> = library.review().into_iter().filter(|row| row.kind == ItemKind::Duplicate).collect();
    rows.sort_by(|one, other| one.name.cmp(&other.name));
    rows
}

fn asked(library: &TestLibrary) -> Vec<(String, String)> {
    duplicates(library).into_iter().map(|row| (row.name, row.reason.sentence())).collect()
}

fn alike(detail: &AssetDetail) -> Vec<(&str, u32)> {
    detail.alike.iter().map(|row| (row.name.as_str(), row.percent)).collect()
}

fn decide(library: &TestLibrary, row: &ReviewRow, verdict: Verdict, all_alike: bool, dry_run: bool) -> Result<Decided, ApiError> {
    library.ask(Decide { item: row.item.clone(), verdict, value: None, all_alike, dry_run, took_ms: None })
}

/// The name of what a file is listed as a duplicate of.
fn duplicate_of(library: &TestLibrary, name: &str) -> Option<String> {
    let brief = library.engine().brief(&library.asset(name).row.id).expect("a brief");
    brief.duplicate_of.map(|other| library.engine().brief(&other).expect("another").row.name)
}

fn three() -> TestLibrary {
    library(&[
        ("1.txt", text(300, &[])),
        ("2.txt", text(300, &[100])),
        ("3.txt", text(300, &[200])),
        ("other.txt", text(300, &[]).replace("word", "else")),
    ])
}

#[test]
fn versions_of_a_text_are_one_group_and_each_is_asked_once() {
    let library = three();
    let sentences = asked(&library);
    assert_eq!(sentences.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["2.txt", "3.txt"]);
    assert!(sentences.iter().all(|(_, sentence)| sentence.starts_with("This is nearly the same as “1.txt” (9")), "{sentences:?}");
    let names = |name: &str| alike(&library.asset(name)).iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>();
    assert_eq!((names("1.txt"), names("3.txt")), (vec!["2.txt".into(), "3.txt".into()], vec!["1.txt".into(), "2.txt".into()]));
    assert!(names("other.txt").is_empty());
    let listed = ["1.txt", "2.txt", "3.txt", "other.txt"].map(|name| duplicate_of(&library, name));
    assert_eq!(listed.each_ref().map(Option::as_deref), [None, Some("1.txt"), Some("1.txt"), None]);
    let detail = library.ask(GetReviewItem { item: duplicates(&library)[0].item.clone() }).expect("detail");
    assert_eq!((detail.other.map(|other| other.name).as_deref(), detail.alike_open), (Some("1.txt"), 1));
    library.settle();
    assert_eq!(asked(&library), sentences);
    assert_eq!(library.complaints(), Vec::<String>::new());
}

#[test]
fn what_is_short_or_switched_off_is_not_compared() {
    let short = library(&[("1.txt", text(39, &[])), ("2.txt", text(39, &[38]))]);
    assert!(duplicates(&short).is_empty() && short.asset("1.txt").alike.is_empty());
    let off = TestLibrary::new();
    off.set("near.enabled", "false");
    off.drop_file("1.txt", text(300, &[]));
    off.drop_file("2.txt", text(300, &[3]));
    off.ingest();
    assert!(duplicates(&off).is_empty());
    assert!(off.ask(winnow_contract::command::ChangeSetting { key: "near.text".into(), value: Some("0.2".into()) }).is_err());
}

#[test]
fn the_same_thing_is_said_once_for_the_whole_group_and_taken_back() {
    let library = three();
    let [two, _]: [ReviewRow; 2] = duplicates(&library).try_into().expect("two items");
    let refused = decide(&library, &two, Verdict::Redacted, false, false).expect_err("no verdict");
    assert_eq!(refused.code, "verdict_not_allowed");
    assert_eq!(decide(&library, &two, Verdict::Accepted, true, true).expect("counted").affected, 2);
    let decided = decide(&library, &two, Verdict::Accepted, true, false).expect("decided");
    assert_eq!((decided.affected, decided.said.sentence().as_str()), (2, "2.txt is the same thing as 1.txt, and 1 alike"));
    assert!(duplicates(&library).is_empty());
    library.undo(1);
    assert_eq!(duplicates(&library).len(), 2);
    assert_eq!(library.complaints(), Vec::<String>::new());
}

#[test]
fn what_is_set_apart_leaves_the_group() {
    let library = three();
    let [two, _]: [ReviewRow; 2] = duplicates(&library).try_into().expect("two items");
    decide(&library, &two, Verdict::Rejected, false, false).expect("decided");
    let names = |name: &str| alike(&library.asset(name)).iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>();
    assert_eq!((names("1.txt"), names("2.txt")), (vec!["3.txt".to_owned()], vec![]));
    assert_eq!((duplicate_of(&library, "2.txt"), duplicate_of(&library, "3.txt").as_deref()), (None, Some("1.txt")));
    library.undo(1);
    assert_eq!(names("2.txt").len(), 2);
}

#[test]
fn a_label_is_given_once_for_all_versions() {
    let library = TestLibrary::new();
    library.set("labels.enabled", "true");
    let answers = ["aaaa", "zzzz"].map(|name| TaxonomyAnswer { name: name.into(), description: name.repeat(3) });
    library.ask(SetTaxonomy { answers: answers.into() }).expect("answers");
    for (name, change) in [("1.txt", 10), ("2.txt", 40), ("3.txt", 90)] {
        library.drop_file(name, text(300, &[change]));
    }
    library.ingest();
    let asked: Vec<_> = library.review().into_iter().filter(|row| row.kind == ItemKind::Label).collect();
    let labels = |name: &str| library.asset(name).row.labels;
    let all = |expected: &[&str]| ["1.txt", "2.txt", "3.txt"].iter().for_each(|name| assert_eq!(labels(name), expected, "{name}"));
    let first = asked.first().expect("a label that is asked").clone();
    let request = Decide {
        item: first.item,
        verdict: Verdict::Corrected,
        value: Some("zzzz".into()),
        all_alike: true,
        dry_run: false,
        took_ms: None,
    };
    assert_eq!(library.ask(request).expect("decided").affected, 3);
    all(&["zzzz"]);
    library.undo(1);
    all(&[]);
    assert_eq!(library.review().iter().filter(|row| row.kind == ItemKind::Label).count(), asked.len(), "only what was asked is open again");
    assert_eq!(library.complaints(), Vec::<String>::new());
}

#[test]
fn an_edited_file_is_not_asked_about_against_what_it_was() {
    let library = library(&[("1.txt", text(300, &[]))]);
    library.drop_file("1.txt", text(301, &[]));
    library.ingest();
    assert!(duplicates(&library).is_empty(), "{:?}", asked(&library));
    assert_eq!(alike(&library.asset("1.txt")).iter().map(|row| row.0).collect::<Vec<_>>(), ["earlier version of 1.txt"]);
    assert_eq!(duplicate_of(&library, "1.txt"), None);
}

#[test]
fn pictures_that_look_alike_are_found_and_pages_of_words_are_compared_by_their_words() {
    let look = |look: &str, words: &str| format!("looks {look}\n{words}");
    let library = library(&[
        ("1.png", look("0123456789abcdef", "")),
        ("2.png", look("0123456789abcdee", "")),
        ("3.png", look("fedcba9876543210", "")),
        ("4.png", look("0123456789abcdff", &text(60, &[]))),
        ("5.png", look("fedcba9876543211", &text(60, &[3]))),
    ]);
    let sentences = asked(&library);
    let expected = [("2.png", "This is nearly the same as “1.png” (98 % alike).")];
    assert_eq!(sentences[..1].iter().map(|(name, why)| (name.as_str(), why.as_str())).collect::<Vec<_>>(), expected);
    assert_eq!(sentences.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["2.png", "5.png"]);
}

#[test]
fn the_truth_of_a_group() {
    insta::assert_snapshot!(three().dump());
}
