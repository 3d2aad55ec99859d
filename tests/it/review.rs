//! The review: what is asked, what a verdict does, undo across restarts, and what outlives a new reading.

use winnow_contract::asset::AssetState;
use winnow_contract::command::{Decide, GetReviewItem, GetWhy, Undo};
use winnow_contract::review::{FindingState, ItemKind, Verdict};
use winnow_tests::TestLibrary;

const DONOR: &str = "Donor record. Card 4111 1111 1111 1111 used for shipping.\nWrite to ann@example.org or call +44 20 7946 0958.\n\
    IBAN GB29 NWBK 6016 1331 9268 19. The card 4111-1111-1111-1111 again.";

fn donor() -> TestLibrary {
    let library = TestLibrary::new();
    library.drop_file("donor.txt", DONOR);
    library.ingest();
    library
}

#[test]
fn one_item_for_each_value_and_one_for_all_contact_details() {
    let library = donor();
    let rows = library.review();
    let asked: Vec<_> = rows.iter().map(|row| (row.reason.code.as_str(), row.blocks)).collect();
    assert_eq!(asked.iter().filter(|asked| **asked == ("sensitive_value", true)).count(), 2, "{asked:?}");
    assert_eq!(asked.iter().filter(|asked| **asked == ("contact_details", false)).count(), 1, "{asked:?}");
    let card = rows.iter().find(|row| row.finding.as_ref().is_some_and(|finding| finding.entity == "CREDIT_CARD")).expect("a card");
    let detail = library.ask(GetReviewItem { item: card.item.clone() }).expect("detail");
    assert_eq!(detail.values.len(), 1);
    assert_eq!(detail.values[0].occurrences.len(), 2);
    assert_eq!(detail.values[0].text, "4111 1111 1111 1111");
    let marked: Vec<_> = detail.context.iter().filter(|part| part.marked).map(|part| part.text.as_str()).collect();
    assert_eq!(marked, ["4111 1111 1111 1111", "4111-1111-1111-1111"]);
    assert_eq!(detail.context.iter().map(|part| part.text.as_str()).collect::<String>(), DONOR);
}

#[test]
fn severe_items_come_first() {
    let rows = donor().review();
    assert!(rows.is_sorted_by(|one, other| one.priority >= other.priority));
    assert!(!rows.last().expect("items").blocks);
}

#[test]
fn every_verdict_and_its_undo() {
    let mut library = donor();
    let before = library.dump();
    for verdict in Verdict::ALL {
        let row = library.review()[0].clone();
        let decided = library.decide(&row, *verdict);
        assert_eq!(decided.affected, 1);
        let state =
            library.asset("donor.txt").findings.iter().find(|finding| finding.item.as_ref() == Some(&row.item)).expect("a finding").state;
        let expected = match verdict {
            Verdict::Accepted => FindingState::Accepted,
            Verdict::Corrected => FindingState::Corrected,
            Verdict::Redacted => FindingState::Redacted,
            Verdict::Rejected => FindingState::Rejected,
            Verdict::Deferred => FindingState::Open,
        };
        assert_eq!(state, expected, "{verdict}");
        library.restart();
        assert_eq!(library.undo(1).undone, [decided.decision.expect("a decision")]);
    }
    let undecided = |dump: &str| dump.split("decisions\n").next().map(str::to_owned);
    assert_eq!(undecided(&library.dump()), undecided(&before));
    assert_eq!(library.ask(Undo { count: 1 }).expect_err("nothing is left").code, "nothing_to_undo");
    assert_eq!(library.complaints(), Vec::<String>::new());
}

#[test]
fn undo_goes_back_as_far_as_there_are_decisions() {
    let library = donor();
    for row in library.review() {
        library.decide(&row, Verdict::Redacted);
    }
    assert!(library.review().is_empty());
    assert_eq!(library.undo(2).undone.len(), 2);
    assert_eq!(library.undo(99).undone.len(), 1);
    assert_eq!(library.review().len(), 3);
}

#[test]
fn undoing_a_verdict_leaves_the_one_before_it() {
    let library = donor();
    let row = library.review()[0].clone();
    library.decide(&row, Verdict::Deferred);
    library.decide(&row, Verdict::Redacted);
    library.undo(1);
    assert_eq!(library.ask(GetReviewItem { item: row.item }).expect("detail").state.as_str(), "deferred");
}

#[test]
fn alike_values_are_decided_together_and_undone_together() {
    let library = donor();
    library.drop_file("other.txt", "The same card 4111111111111111 in another letter.");
    library.ingest();
    let row = library
        .review()
        .into_iter()
        .find(|row| row.finding.as_ref().is_some_and(|finding| finding.entity == "CREDIT_CARD"))
        .expect("a card");
    let decide =
        |dry_run| Decide { item: row.item.clone(), verdict: Verdict::Redacted, value: None, all_alike: true, dry_run, took_ms: None };
    let counted = library.ask(decide(true)).expect("counted");
    assert_eq!((counted.affected, counted.decision), (2, None));
    let open = library.review().len();
    assert_eq!(library.ask(decide(false)).expect("decided").affected, 2);
    assert_eq!(library.review().len(), open - 2);
    assert_eq!(library.undo(1).items.len(), 2);
    assert_eq!(library.review().len(), open);
}

#[test]
fn refusals_are_clear_and_change_nothing() {
    let library = donor();
    let row = library.review()[0].clone();
    let decide = |verdict, value: Option<&str>| {
        let value = value.map(str::to_owned);
        library
            .ask(Decide { item: row.item.clone(), verdict, value, all_alike: false, dry_run: false, took_ms: None })
            .map_err(|error| error.code)
    };
    assert_eq!(decide(Verdict::Corrected, None).expect_err("no value"), "value_needed");
    assert_eq!(decide(Verdict::Corrected, Some("  ")).expect_err("no value"), "value_needed");
    assert_eq!(decide(Verdict::Redacted, Some("x")).expect_err("a value"), "value_not_allowed");
    decide(Verdict::Redacted, None).expect("decided");
    assert_eq!(decide(Verdict::Accepted, None).expect_err("twice"), "already_decided");
    let nothing =
        Decide { item: "no such item".into(), verdict: Verdict::Accepted, value: None, all_alike: false, dry_run: false, took_ms: None };
    assert_eq!(library.ask(nothing).expect_err("unknown").code, "not_found");
}

#[test]
fn a_verdict_survives_a_copy_and_a_new_scan() {
    let library = donor();
    for row in library.review() {
        library.decide(&row, Verdict::Rejected);
    }
    library.drop_file("copy of donor.txt", DONOR);
    library.ingest();
    assert!(library.review().is_empty(), "the same content is the same asset");
    let detail = library.asset(&library.assets()[0].name);
    assert_eq!((library.assets().len(), detail.locations.len()), (1, 2));
    assert!(detail.findings.iter().all(|finding| finding.state == FindingState::Rejected));
}

#[test]
fn a_faint_page_becomes_one_item_with_its_words() {
    let library = TestLibrary::new();
    library.drop_file("faint.png", format!("faint\n{}", "smudged words here ".repeat(6)));
    library.drop_file("clear.png", format!("page\n{}", "legible words here ".repeat(6)));
    library.ingest();
    let rows = library.review();
    assert_eq!(rows.iter().map(|row| row.kind).collect::<Vec<_>>(), [ItemKind::Extraction]);
    let detail = library.ask(GetReviewItem { item: rows[0].item.clone() }).expect("detail");
    assert_eq!(detail.words.len(), 18);
    assert_eq!(detail.words[1].rect, Some([0, 10, 50, 10]));
    assert_eq!(rows[0].reason.sentence(), "18 of 18 words were read with less than 85 % confidence.");
}

#[test]
fn why_leads_from_an_annotation_to_the_bytes_and_the_person() {
    let library = TestLibrary::new();
    library.drop_file("scan.png", "page\nPlease charge card 4111111111111111 for the lamp");
    library.ingest();
    let row = library.review()[0].clone();
    library.decide(&row, Verdict::Redacted);
    let annotation = library.asset("scan.png").annotations[0].clone();
    let chain = library.ask(GetWhy { id: annotation.id.to_string(), down: false }).expect("a chain").chain;
    let kinds: Vec<_> = chain.iter().map(|step| step.kind.as_str()).collect();
    assert_eq!(kinds, ["annotation", "decision", "review_item", "finding", "extraction", "rendition", "asset", "location"]);
    assert_eq!(chain[1].by, "you");
    assert_eq!(chain[4].model.as_deref(), Some("fake ocr 1"));
    assert_eq!(chain[6].input_hash, library.asset("scan.png").hash);
    let down = library.ask(GetWhy { id: chain[7].row.clone(), down: true }).expect("a chain").chain;
    assert!(down.iter().any(|step| step.row == annotation.id.to_string()));
    library.undo(1);
    let down = library.ask(GetWhy { id: chain[7].row.clone(), down: true }).expect("a chain without it").chain;
    assert!(down.iter().all(|step| step.row != annotation.id.to_string()));
    assert!(down.iter().any(|step| step.kind.as_str() == "decision"), "the decision that was taken back is still told");
    let finding = &library.asset("scan.png").findings[0];
    assert_eq!((finding.page, finding.boxes.as_slice()), (Some(1), [[0, 30, 50, 10]].as_slice()));
}

#[test]
fn a_decided_asset_that_goes_missing_keeps_its_decisions() {
    let library = donor();
    let row = library.review()[0].clone();
    library.decide(&row, Verdict::Redacted);
    library.drop_file("donor.txt", "a new text without any");
    library.ingest();
    let detail = library.ask(winnow_contract::command::GetAsset { asset: row.asset }).expect("detail");
    assert_eq!((detail.row.state, detail.annotations.len()), (AssetState::Missing, 1));
}
