//! Corrected words: they stand where the wrong ones stood, are searched and looked through, and go with an undo.

use std::sync::Arc;
use winnow_contract::asset::{AssetFilter, ExtractionView, Span};
use winnow_contract::command::{Decide, GetAsset, GetReviewItem, GetWhy, Search};
use winnow_contract::review::{Decided, ItemKind, ReviewRow, Verdict};
use winnow_contract::search::{Hit, SearchMode};
use winnow_contract::{ApiError, Event};
use winnow_tests::TestLibrary;

/// Two doubtful stretches with clear speech around them.
const TAPE: &str = "sound\n0 2 .9 My father kept the light\n12 15 .3 for thirsty years hear\n30 34 .9 Every ship was written down\n\
    50 54 .4 write to an at example dot org\n70 72 .9 Yes, by hand.";
const HEARD: &str =
    "My father kept the light\n\nfor thirsty years hear\n\nEvery ship was written down\n\nwrite to an at example dot org\n\nYes, by hand.";
const RIGHT: &str =
    "My father kept the light\n\nfor thirty years here\n\nEvery ship was written down\n\nwrite to ann@example.org\n\nYes, by hand.";

fn library() -> TestLibrary {
    let library = TestLibrary::new();
    library.set("speech.stretch", "100");
    library.drop_file("tape.ogg", TAPE);
    library.ingest();
    library
}

/// The open question about a reading whose words are these.
fn asked(library: &TestLibrary, words: &str) -> ReviewRow {
    let about = |row: &ReviewRow| {
        let detail = library.ask(GetReviewItem { item: row.item.clone() }).expect("detail");
        detail.context.into_iter().map(|part| part.text).collect::<String>() == words
    };
    let mut rows = library.review().into_iter().filter(|row| row.kind == ItemKind::Extraction);
    rows.find(about).unwrap_or_else(|| panic!("nobody asks about {words:?}:\n{}", library.dump()))
}

fn try_to_correct(library: &TestLibrary, row: &ReviewRow, right: &str) -> Result<Decided, ApiError> {
    let (item, value) = (row.item.clone(), Some(right.to_owned()));
    library.ask(Decide { item, verdict: Verdict::Corrected, value, all_alike: false, dry_run: false, took_ms: None })
}

/// Corrects the words that are asked about.
fn correct(library: &TestLibrary, wrong: &str, right: &str) {
    try_to_correct(library, &asked(library, wrong), right).expect("corrected");
}

fn correct_both(library: &TestLibrary) {
    correct(library, "for thirsty years hear", "for thirty years here");
    correct(library, "write to an at example dot org", "write to ann@example.org");
    library.settle();
}

fn text(library: &TestLibrary, name: &str) -> ExtractionView {
    let mut extractions = library.asset(name).extractions;
    assert_eq!(extractions.len(), 1, "one live text");
    extractions.remove(0)
}

/// The span of a word, or of the run it is in.
fn span(extraction: &ExtractionView, word: &str) -> Span {
    let start = extraction.text.find(word).unwrap_or_else(|| panic!("no {word} in {}", extraction.text)) as u32;
    extraction.spans.iter().find(|span| span.start <= start && start < span.end).expect("a span").clone()
}

fn hits(library: &TestLibrary, query: &str, mode: SearchMode) -> Vec<Hit> {
    let search = Search { query: query.into(), mode, filter: AssetFilter::default(), offset: 0, limit: 20, hurried: false };
    library.ask(search).expect("results").hits
}

fn holds(library: &TestLibrary, word: &str) -> bool {
    !hits(library, &format!("\"{word}\""), SearchMode::Lexical).is_empty()
}

/// Everything but who said what.
fn undecided(library: &TestLibrary) -> String {
    let dump = library.dump();
    let (before, after) = dump.split_once("decisions\n").expect("decisions");
    let (_, after) = after.split_once("suggestions\n").expect("suggestions");
    let (after, _) = after.split_once("jobs\n").expect("jobs");
    // Nobody is asked any more about what was in a text that is not there.
    format!("{before}{after}").lines().filter(|line| !line.ends_with("state=withdrawn")).map(|line| format!("{line}\n")).collect()
}

#[test]
fn two_corrections_stand_together_in_one_recording() {
    let library = library();
    assert_eq!(text(&library, "tape.ogg").text, HEARD);
    correct(&library, "for thirsty years hear", "for thirty years here");
    assert!(holds(&library, "thirty") && !holds(&library, "thirsty"), "the words are searched at once");
    correct(&library, "write to an at example dot org", "write to ann@example.org");
    library.settle();
    let corrected = text(&library, "tape.ogg");
    assert_eq!((corrected.text.as_str(), corrected.tool.as_str()), (RIGHT, "fake speech 1"));
    let thirty = span(&corrected, "thirty");
    assert_eq!((thirty.t0, thirty.t1, thirty.confidence, thirty.corrected), (Some(12.75), Some(13.5), None, true));
    let address = span(&corrected, "ann@");
    assert_eq!((address.t0, address.t1, address.corrected), (Some(51.14), Some(54.0), true), "one place for all that it replaces");
    let kept = span(&corrected, "Yes,");
    assert_eq!((kept.t0, kept.confidence, kept.corrected), (Some(70.0), Some(0.9), false));
    assert!(holds(&library, "here") && !holds(&library, "hear") && holds(&library, "ship"));
    let meant = hits(&library, "for thirty years here", SearchMode::Semantic);
    assert!(meant[0].why.semantic.is_some_and(|score| score > 0.3), "{meant:?}");
    let found = hits(&library, "thirty", SearchMode::Lexical);
    assert_eq!((found[0].evidence.t0, found[0].evidence.t1), (Some(12.75), Some(13.5)), "it is played from there");
    assert_eq!(library.complaints(), Vec::<String>::new());
    insta::assert_snapshot!(library.dump());
}

#[test]
fn personal_data_in_corrected_words_is_found_and_that_in_wrong_ones_is_gone() {
    let library = TestLibrary::new();
    library.drop_file("tape.ogg", "sound\n0 5 .3 please write to jim@example.org soon");
    library.ingest();
    let values = || -> Vec<String> {
        let asset = library.asset("tape.ogg");
        let of = |start: u32, end: u32| asset.extractions[0].text.chars().skip(start as usize).take((end - start) as usize).collect();
        asset.findings.iter().filter(|finding| finding.extraction == asset.extractions[0].id).map(|one| of(one.start, one.end)).collect()
    };
    let questions = || library.review().into_iter().filter(|row| row.kind == ItemKind::Finding).count();
    assert_eq!((values(), questions()), (vec!["jim@example.org".to_owned()], 1));
    correct(&library, "please write to jim@example.org soon", "please write to tim@example.org or charge 4111111111111111 soon");
    library.settle();
    assert_eq!((values(), questions()), (vec!["tim@example.org".to_owned(), "4111111111111111".to_owned()], 2));
    library.undo(1);
    library.settle();
    assert_eq!((values(), questions()), (vec!["jim@example.org".to_owned()], 1));
    assert_eq!(library.asset("tape.ogg").findings.len(), 1);
}

#[test]
fn an_undo_gives_back_what_was_heard() {
    let mut library = library();
    let (before, read) = (undecided(&library), text(&library, "tape.ogg").id);
    correct_both(&library);
    let both = undecided(&library);
    library.undo(1);
    library.settle();
    assert_eq!(text(&library, "tape.ogg").text, RIGHT.replace("ann@example.org", "an at example dot org"));
    assert_eq!(asked(&library, "write to an at example dot org").kind, ItemKind::Extraction);
    library.restart();
    library.undo(1);
    library.settle();
    assert_eq!((undecided(&library), text(&library, "tape.ogg").id), (before, read));
    assert!(holds(&library, "thirsty") && !holds(&library, "thirty"));
    correct_both(&library);
    assert_eq!(undecided(&library), both, "and it can be said again");
    assert_eq!(library.complaints(), Vec::<String>::new());
}

#[test]
fn a_page_that_was_corrected_keeps_its_boxes() {
    let library = TestLibrary::new();
    library.drop_file("faint.png", format!("faint\n{}", "smudged words here ".repeat(4)));
    library.ingest();
    let read = "smudged words here ".repeat(4);
    correct(&library, read.trim(), &read.replacen("smudged words", "Charge card 4111111111111111", 1));
    library.settle();
    let corrected = text(&library, "faint.png");
    assert_eq!((corrected.page, span(&corrected, "Charge").rect), (1, Some([0, 0, 50, 20])), "around both words");
    assert_eq!(span(&corrected, "here").rect, Some([0, 20, 50, 10]));
    let finding = library.asset("faint.png").findings.remove(0);
    assert_eq!((finding.page, finding.boxes.as_slice()), (Some(1), [[0, 0, 50, 20]].as_slice()));
    assert_eq!(hits(&library, "4111111111111111", SearchMode::Lexical)[0].evidence.rect, Some([0, 0, 50, 20]));
}

/// The sound is gone and made again, and it is heard anew with other settings.
fn hear_again(library: &mut TestLibrary, language: &str) {
    library.set("speech.language", &format!("\"{language}\""));
    fs_err::remove_dir_all(library.path().join("renditions")).expect("removed");
    library.restart();
    library.settle();
}

#[test]
fn the_same_words_heard_again_leave_a_correction_in_force() {
    let mut library = library();
    correct_both(&library);
    let (before, heard) = (undecided(&library), library.speech.heard());
    hear_again(&mut library, "en");
    assert!(library.speech.heard() > heard, "it was heard again");
    assert_eq!(undecided(&library), before);
    assert!(library.review().iter().all(|row| row.kind != ItemKind::Extraction), "nobody is asked again");
    library.undo(1);
    library.settle();
    assert_eq!(text(&library, "tape.ogg").text, RIGHT.replace("ann@example.org", "an at example dot org"));
}

#[test]
fn another_reading_takes_the_place_of_a_correction_and_asks_again() {
    let mut library = library();
    correct_both(&library);
    library.speech.shout(true);
    hear_again(&mut library, "en");
    let shouted = text(&library, "tape.ogg");
    assert_eq!((shouted.text.as_str(), shouted.tool.as_str()), (HEARD.to_uppercase().as_str(), "fake speech 2"));
    assert!(shouted.spans.iter().all(|span| !span.corrected));
    correct(&library, "FOR THIRSTY YEARS HEAR", "FOR THIRTY YEARS HERE");
    library.settle();
    assert!(text(&library, "tape.ogg").text.contains("FOR THIRTY YEARS HERE\n\nEVERY SHIP"));
    // The last decision is taken back first; the others are of words that are not there.
    library.undo(1);
    assert_eq!(text(&library, "tape.ogg").text, HEARD.to_uppercase());
    assert_eq!(asked(&library, "FOR THIRSTY YEARS HEAR").kind, ItemKind::Extraction);
    library.undo(1);
    library.settle();
    assert_eq!(text(&library, "tape.ogg").text, HEARD.to_uppercase());
    // The words of before come back, and with them what still stands of them.
    library.speech.shout(false);
    hear_again(&mut library, "de");
    assert_eq!(text(&library, "tape.ogg").text, HEARD.replace("thirsty years hear", "thirty years here"));
    let open = library.review().into_iter().map(|row| row.reason.params["t0"].clone()).collect::<Vec<_>>();
    assert_eq!(open, ["50.00"], "only what was taken back is asked about");
    assert_eq!(library.complaints(), Vec::<String>::new());
}

#[test]
fn why_leads_from_a_corrected_passage_to_what_was_heard_and_to_the_person() {
    let library = library();
    let read = text(&library, "tape.ogg").id;
    correct_both(&library);
    let corrected = text(&library, "tape.ogg").id;
    let chain = library.ask(GetWhy { id: corrected.to_string(), down: false }).expect("a chain").chain;
    assert_eq!((chain[0].by.as_str(), chain[0].model.as_deref()), ("correction", Some("correction 1")));
    let decisions: Vec<_> = chain.iter().filter(|step| step.kind.as_str() == "decision").collect();
    assert_eq!(decisions.iter().map(|step| step.by.as_str()).collect::<Vec<_>>(), ["you", "you"]);
    let heard = chain.iter().find(|step| step.row == read.to_string()).expect("what was heard");
    assert_eq!((heard.by.as_str(), heard.model.as_deref()), ("transcribe", Some("fake speech 1")));
    assert_eq!(chain.last().map(|step| step.kind.as_str()), Some("location"));
}

#[test]
fn a_language_that_was_left_out_can_be_written_down() {
    let library = TestLibrary::new();
    library.set("speech.stretch", "10");
    library.drop_file("two.ogg", "sound\n0 4 .9 Good evening\n11 language cy\n11 18 .9 Noswaith dda\n21 24 .9 Good night");
    library.drop_file("all.ogg", "sound\n0 language cy\n0 4 .9 Bore da");
    library.ingest();
    let at = |name: &str| library.review().into_iter().find(|row| row.name == name).expect("a question");
    try_to_correct(&library, &at("two.ogg"), "Noswaith dda. Good night").expect("written down");
    try_to_correct(&library, &at("all.ogg"), "Bore da").expect("written down");
    library.settle();
    assert_eq!(text(&library, "two.ogg").text, "Good evening\n\nNoswaith dda. Good night");
    let alone = text(&library, "all.ogg");
    assert_eq!((alone.text.as_str(), alone.spans.len()), ("Bore da", 1));
    assert_eq!(alone.spans[0].t0, Some(0.0));
    assert!(holds(&library, "dda") && holds(&library, "Bore"));
}

#[test]
fn whoever_listens_hears_of_the_corrected_file() {
    let library = library();
    let row = asked(&library, "for thirsty years hear");
    let heard = Arc::new(std::sync::Mutex::new(Vec::new()));
    let into = Arc::clone(&heard);
    library.engine().listen(move |event| into.lock().expect("a lock").push(event));
    try_to_correct(&library, &row, "for thirty years here").expect("corrected");
    let heard = heard.lock().expect("a lock");
    assert!(heard.iter().any(|event| matches!(event, Event::AssetsChanged { assets, .. } if *assets == [row.asset.clone()])), "{heard:?}");
    assert!(heard.contains(&Event::ReviewChanged) && heard.contains(&Event::JobsChanged));
    assert_eq!(library.ask(GetAsset { asset: row.asset }).expect("detail").annotations[0].answer, "for thirty years here");
}

#[test]
fn what_was_asked_beside_a_correction_is_asked_again_when_the_file_is_put_back() {
    let library = library();
    correct(&library, "for thirsty years hear", "for thirty years here");
    library.settle();
    library.drop_file("tape.ogg", "sound\n0 2 .9 Something else was recorded over it");
    library.ingest();
    assert!(library.review().iter().all(|row| row.kind != ItemKind::Extraction), "of what is gone nobody is asked");
    library.drop_file("tape.ogg", TAPE);
    library.ingest();
    asked(&library, "write to an at example dot org");
    assert!(text(&library, "tape.ogg").text.contains("thirty"), "the correction stands");
    assert_eq!(library.complaints(), Vec::<String>::new());
}
