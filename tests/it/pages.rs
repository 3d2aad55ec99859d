//! Documents with pages: texts page by page, what is read off pictures, one doubtful or unreadable page among others, and pictures
//! of pages that are drawn when somebody looks.

use winnow_contract::asset::{AssetDetail, AssetFilter, AssetState, PartKind, RenditionKind};
use winnow_contract::command::{GetReviewItem, Retry, Search};
use winnow_contract::search::{Evidence, SearchMode};
use winnow_engine::testing::documents::book;
use winnow_tests::TestLibrary;

fn evidence(library: &TestLibrary, query: &str) -> Evidence {
    let ask =
        Search { query: query.into(), mode: SearchMode::Lexical, filter: AssetFilter::default(), offset: 0, limit: 5, hurried: false };
    library.ask(ask).expect("hits").hits.remove(0).evidence
}

fn pages(detail: &AssetDetail) -> Vec<(u32, &str, &str)> {
    detail.extractions.iter().map(|text| (text.page, text.tool.as_str(), text.text.as_str())).collect()
}

fn codes(detail: &AssetDetail) -> Vec<String> {
    detail.notes.iter().map(|note| note.sentence()).collect()
}

#[test]
fn each_page_has_its_text_from_where_it_is_best() {
    let library = TestLibrary::new();
    library.drop_file("deed.pdf", book(&["text the first page", "page Charge card 4111111111111111", "text the last page"]));
    library.ingest();
    let deed = library.asset("deed.pdf");
    assert_eq!(
        pages(&deed),
        [(1, "fake layer 1", "the first page"), (2, "fake ocr 1", "Charge card 4111111111111111"), (3, "fake layer 1", "the last page")]
    );
    assert_eq!((deed.row.pages, deed.row.state), (Some(3), AssetState::Ready));
    insta::assert_snapshot!(library.dump());
    let last = evidence(&library, "last");
    assert_eq!((last.page, last.rect), (Some(3), Some([0, 10, 50, 10])));
    let read = evidence(&library, "charge");
    assert_eq!((read.page, read.rect), (Some(2), Some([0, 0, 25, 5])), "read twice as large, shown once");
    let runs: i64 = winnow_tests::raw(&library.path())
        .query_row("SELECT count(*) FROM runs WHERE stage = 'detect'", [], |row| row.get(0))
        .expect("a count");
    assert_eq!(runs, 1, "looked through once, when the last page was read");
    let item = library.review().remove(0).item;
    let shown = library.ask(GetReviewItem { item }).expect("an item");
    assert_eq!((shown.page_number, shown.page.map(|page| page.page)), (Some(2), Some(2)));
    assert_eq!(library.complaints(), Vec::<String>::new());
}

#[test]
fn a_page_that_lies_is_read_and_shown_as_it_lies() {
    let library = TestLibrary::new();
    library.drop_file("plan.pdf", book(&["text a plan", "lying sideways words"]));
    library.ingest();
    let plan = library.asset("plan.pdf");
    // The reader turned a picture of 200 × 400 by 90 degrees and saw the second word at 0, 10 with 50 × 10.
    assert_eq!(evidence(&library, "words").rect, Some([5, 175, 5, 25]));
    assert_eq!(codes(&plan), ["Page 2 was turned by 90° before it was read. It is shown as it lies."]);
    assert_eq!(plan.row.state, AssetState::Ready);
}

#[test]
fn one_bad_page_costs_the_others_nothing() {
    let library = TestLibrary::new();
    library.drop_file("deed.pdf", book(&["page write to ann@example.org", "unreadable smudge", "page the end"]));
    library.ingest();
    let deed = library.asset("deed.pdf");
    assert_eq!(deed.row.state, AssetState::Partial);
    assert_eq!(deed.row.failure, None);
    assert_eq!(codes(&deed).len(), 1);
    assert!(codes(&deed)[0].starts_with("Page 2 could not be read: "), "{:?}", codes(&deed));
    assert_eq!(pages(&deed).len(), 2);
    assert_eq!(deed.findings.len(), 1, "the pages that were read were looked through");
    library.ocr.mend();
    assert_eq!(library.ask(Retry { job: None }).expect("retried").jobs, 1);
    library.settle();
    let deed = library.asset("deed.pdf");
    assert_eq!((deed.row.state, codes(&deed)), (AssetState::Ready, Vec::new()));
    assert_eq!(pages(&deed).len(), 3);
}

#[test]
fn doubtful_pages_are_asked_about_one_by_one() {
    let library = TestLibrary::new();
    let faint = format!("faint {}", "smudged words here ".repeat(6));
    library.drop_file("log.pdf", book(&["text a clear page", &faint, &faint.replace("here", "there")]));
    library.ingest();
    let open = library.review();
    assert_eq!(open.len(), 2);
    let numbers: Vec<_> = open.iter().map(|row| library.ask(GetReviewItem { item: row.item.clone() }).expect("an item")).collect();
    let mut asked: Vec<_> = numbers.iter().map(|shown| (shown.page_number, shown.words[2].text.clone())).collect();
    asked.sort();
    assert_eq!(asked, [(Some(2), "here".to_owned()), (Some(3), "there".to_owned())]);
}

#[test]
fn pages_are_drawn_when_somebody_looks() {
    let library = TestLibrary::new();
    library.drop_file("deed.pdf", book(&["text one", "text two", "text three"]));
    library.ingest();
    let drawn = || fs_err::read_dir(library.path().join("renditions/drawn")).map_or(0, Iterator::count);
    assert_eq!(drawn(), 0);
    let pages: Vec<_> = library.asset("deed.pdf").renditions.into_iter().filter(|row| row.kind == RenditionKind::Page).collect();
    assert_eq!(pages.iter().map(|page| page.page).collect::<Vec<_>>(), [1, 2, 3]);
    let look = |page: usize| library.engine().picture(&pages[page].id).expect("asked").expect("a picture").bytes;
    assert_eq!(look(1), b"page\ntwo");
    assert_eq!((look(1), drawn()), (b"page\ntwo".to_vec(), 1));
    library.set("decode.drawn_pages_mb", "0");
    look(2);
    assert_eq!(drawn(), 0, "no more is kept than may be");
    assert_eq!(library.complaints(), Vec::<String>::new());
}

#[test]
fn a_new_reading_of_a_document_replaces_the_old_pages() {
    let library = TestLibrary::new();
    library.drop_file("deed.pdf", book(&["text one", "page two", "text three"]));
    library.ingest();
    library.set("decode.max_pages", "1999");
    winnow_tests::raw(&library.path())
        .execute_batch("UPDATE extractions SET page = 7 WHERE page = 3; UPDATE extractions SET page = 9 WHERE page = 2;")
        .expect("pages of another reading");
    winnow_tests::raw(&library.path()).execute("UPDATE jobs SET state = 'queued' WHERE kind = 'decode'", []).expect("again");
    library.settle();
    let pages: Vec<_> = library.asset("deed.pdf").extractions.iter().map(|text| text.page).collect();
    assert_eq!(pages, [1, 3]);
}

#[test]
fn a_hit_in_a_sheet_opens_at_its_cell() {
    let library = TestLibrary::new();
    library.drop_file("accounts.xlsx", "sheet\nAccounts!A1 Year\nAccounts!B7 twelve barrels of oil");
    library.ingest();
    let place = evidence(&library, "barrels").place.expect("a place");
    assert_eq!((place.part, place.name.as_str()), (PartKind::Cell, "Accounts!B7"));
}
