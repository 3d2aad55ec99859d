//! The wire form of every request, view and event, pinned: a changed field is a breaking change.

use serde_json::{Map, Value, json};
use winnow_contract::asset::{AssetFilter, AssetSort};
use winnow_contract::command::*;
use winnow_contract::review::{ItemKind, ReviewFilter, ReviewRow, Verdict};
use winnow_contract::search::{Evidence, SearchMode};
use winnow_contract::taxonomy::TaxonomyAnswer;
use winnow_contract::worker::Password;
use winnow_contract::{ApiError, Event, Request};
use winnow_engine::testing::documents::{PASSWORD, container};
use winnow_tests::TestLibrary;

fn answers() -> Vec<TaxonomyAnswer> {
    ["aaaa", "zzzz"].map(|name| TaxonomyAnswer { name: name.into(), description: name.repeat(3) }).to_vec()
}

fn library() -> TestLibrary {
    let library = TestLibrary::new();
    library.set("labels.enabled", "true");
    library.ask(SetTaxonomy { answers: answers() }).expect("answers");
    library.drop_file("unsure.txt", "aaaa zzzz aaaa zzzz azaz");
    library.drop_file("talk.ogg", "sound\n0 2 .9 My father kept the light\n3 5 .3 for thirsty ears");
    library.drop_file("scan.jpg", "page\nCharge card 4111111111111111 for the lamp");
    library.drop_file("faint.png", format!("faint\n{}", "smudged words here ".repeat(6)));
    library.drop_file("broken.gif", "refused\n");
    library.drop_file("estate.box", container("box", &[("note.txt", b"a note in a box")]));
    library.drop_file("deed.pdf", "book locked\ntext a clause\u{c}page another");
    library.drop_file("answer.eml", container("letter message_id=2@x in_reply_to=1@x from=Edith date=1938-11-06T10:00:00Z Six.", &[]));
    library.drop_file("ask.eml", container("letter message_id=1@x How many flares are left?", &[]));
    library.drop_file("light.mp4", "film silent\nframe 12 Trinity House");
    library.ingest();
    library
}

/// Every request once, against rows that exist, in an order that leaves rows to act on.
fn requests(library: &TestLibrary) -> Vec<Request> {
    let open = library.review();
    let item = |fits: &dyn Fn(&ReviewRow) -> bool| open.iter().find(|row| fits(row)).expect("an item").item.clone();
    let row = open.iter().find(|row| row.finding.is_some()).expect("a finding").clone();
    let asset = library.asset("scan.jpg");
    let (filter, sort) = (AssetFilter::default(), AssetSort::Newest);
    let decide =
        Decide { item: row.item.clone(), verdict: Verdict::Redacted, value: None, all_alike: false, dry_run: false, took_ms: Some(900) };
    vec![
        GetStatus {}.into(),
        ListAssets { filter: filter.clone(), sort, offset: 0, limit: 50 }.into(),
        ListReview { filter: ReviewFilter::All, offset: 0, limit: 50 }.into(),
        GetReviewItem { item: row.item }.into(),
        GetReviewItem { item: item(&|row| row.kind == ItemKind::Label && row.name == "unsure.txt") }.into(),
        GetReviewItem { item: item(&|row| row.name == "talk.ogg") }.into(),
        decide.into(),
        GetAsset { asset: asset.row.id.clone() }.into(),
        GetAsset { asset: library.asset("ask.eml").row.id }.into(),
        GetTexts { asset: asset.row.id.clone(), page: 1 }.into(),
        GetWhy { id: asset.row.id.to_string(), down: false }.into(),
        Undo { count: 1 }.into(),
        Search { query: "lamp".into(), mode: SearchMode::Hybrid, filter: filter.clone(), offset: 0, limit: 10, hurried: false }.into(),
        FindSpot { query: "lamp".into(), at: Evidence::default() }.into(),
        Similar { asset: asset.row.id.clone(), filter, offset: 0, limit: 10 }.into(),
        SetLabel { asset: asset.row.id.clone(), answer: "zzzz".into() }.into(),
        GetAsset { asset: library.asset("talk.ogg").row.id }.into(),
        GetAsset { asset: library.asset("note.txt").row.id }.into(),
        ListMembers { asset: library.asset("estate.box").row.id, offset: 0, limit: 10 }.into(),
        Unlock { asset: library.asset("deed.pdf").row.id, password: Password(PASSWORD.into()) }.into(),
        TakeFrames { asset: library.asset("light.mp4").row.id }.into(),
        GetTexts { asset: asset.row.id.clone(), page: 1 }.into(),
        GetTaxonomy {}.into(),
        SetTaxonomy { answers: answers() }.into(),
        GetModels {}.into(),
        GetConfinement {}.into(),
        GetConfinement {}.into(),
        VerifyModels {}.into(),
        ImportModels { folder: Some("/no/such/folder".into()) }.into(),
        FetchModels { cards: vec!["tiny 1".into()] }.into(),
        SetWatched { folder: asset.locations[0].folder.clone(), watched: true }.into(),
        GetActivity { offset: 0, limit: 10 }.into(),
        Retry { job: None }.into(),
        Rescan { folder: asset.locations[0].folder.clone() }.into(),
        SetPaused { paused: false }.into(),
        GetSettings {}.into(),
        ChangeSetting { key: "ocr.enabled".into(), value: Some("false".into()) }.into(),
        Choose { what: Chosen::Folder }.into(),
        AddSample {}.into(),
        ShowFile { location: asset.locations[0].id.clone() }.into(),
    ]
}

/// A value with its scalars replaced by their types, and lists by their first element.
fn shape(value: &Value) -> Value {
    match value {
        Value::Null => json!("null"),
        Value::Bool(_) => json!("bool"),
        Value::Number(_) => json!("number"),
        Value::String(_) => json!("string"),
        Value::Array(list) => Value::Array(list.iter().take(1).map(shape).collect()),
        Value::Object(map) => Value::Object(map.iter().map(|(key, value)| (key.clone(), shape(value))).collect::<Map<_, _>>()),
    }
}

#[test]
fn requests_and_their_views() {
    let library = library();
    let mut pinned = String::new();
    for request in requests(&library) {
        let sent = serde_json::to_value(&request).expect("json");
        let again: Request = serde_json::from_value(sent.clone()).expect("the same request");
        assert_eq!(again, request);
        let name = sent["ask"].as_str().expect("a name").to_owned();
        let answer = library.engine().answer(request);
        let view = answer.as_ref().map_or_else(|error| json!({ "refused": error.code }), shape);
        pinned.push_str(&format!("{name}\n  ask  {}\n  view {view}\n", shape(&sent)));
    }
    insta::assert_snapshot!(pinned);
}

#[test]
fn events_and_errors() {
    let error = ApiError { code: "library_locked".into(), message: "In use.".into(), hint: Some("Wait.".into()) };
    let events = [
        Event::AssetsChanged { assets: vec!["a".into()], more: true },
        Event::ReviewChanged,
        Event::JobsChanged,
        Event::FoldersChanged,
        Event::ModelsChanged,
        Event::Settled,
        Event::DropHover { files: Some(3) },
        Event::Refused { error },
    ];
    let lines: Vec<_> = events.iter().map(|event| serde_json::to_string(event).expect("json")).collect();
    insta::assert_snapshot!(lines.join("\n"));
}
