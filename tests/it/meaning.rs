//! Embeddings, the outbox and the vector index: nothing twice, nothing lost, nothing that stays of what went; and what a
//! search by meaning makes of them.

use winnow_contract::asset::{AssetFilter, AssetState, MediaKind};
use winnow_contract::command::{FindSpot, GetActivity, GetStatus, Search, Similar};
use winnow_contract::job::Lane;
use winnow_contract::search::{Evidence, Hit, SearchMode, SearchPage};
use winnow_engine::breaks::{Breaks, Point};
use winnow_engine::{Engine, Options};
use winnow_tests::{TestLibrary, raw};

const LOG: &str = "The keeper wrote down every vessel that came past the gale lamp.";
const FLOOD: &str = "The registers were soaked when the crypt stood under water.";
const BREAD: &str = "Flour, yeast and salt for twelve loaves.";

fn library() -> TestLibrary {
    let library = TestLibrary::new();
    library.drop_file("log.txt", LOG);
    library.drop_file("registers.jpg", format!("page\n{FLOOD}"));
    library.drop_file("bread.txt", BREAD);
    library.ingest();
    library
}

fn ask(library: &TestLibrary, query: &str, mode: SearchMode, filter: AssetFilter) -> SearchPage {
    library.ask(Search { query: query.into(), mode, filter, offset: 0, limit: 20, hurried: false }).expect("results")
}

fn found(library: &TestLibrary, query: &str, mode: SearchMode) -> Vec<String> {
    ask(library, query, mode, AssetFilter::default()).hits.into_iter().map(|hit| hit.name).collect()
}

fn hit(library: &TestLibrary, query: &str, name: &str) -> Hit {
    let page = ask(library, query, SearchMode::Hybrid, AssetFilter::default());
    page.hits.into_iter().find(|hit| hit.name == name).expect("a hit")
}

/// Chunks that are live, and those the index holds.
fn chunks(library: &TestLibrary) -> (Vec<String>, Vec<String>) {
    let catalog = raw(&library.path());
    let ask = |sql: &str| -> Vec<String> {
        let mut query = catalog.prepare(sql).expect("a query");
        query.query_map([], |row| row.get(0)).expect("rows").map(|row| row.expect("a row")).collect()
    };
    let live = ask("SELECT id FROM chunks ORDER BY id");
    let space = ask("SELECT id FROM spaces WHERE state = 'active'");
    let folder = library.path().join("vectors").join(&space[0]);
    let index = winnow_engine::ports::Vectors::open(&*library.vectors, &folder, 256).expect("an index");
    let mut held = index.chunks().expect("chunks");
    held.sort();
    (live, held)
}

fn count(library: &TestLibrary, sql: &str) -> i64 {
    raw(&library.path()).query_row(sql, [], |row| row.get(0)).expect("a number")
}

#[test]
fn every_live_text_is_in_the_index_and_nothing_else() {
    let library = library();
    let (live, held) = chunks(&library);
    assert_eq!(live.len(), 3);
    assert_eq!(live, held);
    assert_eq!(library.complaints(), Vec::<String>::new());
    assert_eq!(library.ask(GetStatus {}).expect("status").index_lag, 0);
    insta::assert_snapshot!(library.dump());
}

#[test]
fn the_same_text_is_embedded_once() {
    let library = library();
    assert_eq!(library.embedder.texts(), 3);
    library.drop_file("another log.txt", LOG);
    library.drop_file("copied out.jpg", format!("page\n{LOG}"));
    library.ingest();
    assert_eq!(library.embedder.texts(), 3, "equal texts share a vector, whatever they were read from");
    library.ingest();
    assert_eq!(library.embedder.texts(), 3);
    let (live, held) = chunks(&library);
    assert_eq!((live.len(), &live), (4, &held));
}

#[test]
fn jobs_that_wait_together_ask_the_model_once() {
    let library = TestLibrary::new();
    for number in 0..12 {
        library.drop_file(&format!("{number}.txt"), format!("text number {number}"));
    }
    library.ingest();
    assert_eq!(library.embedder.texts(), 12);
    assert!(library.embedder.calls() <= 4, "as many together as were looked through together: {} calls", library.embedder.calls());
}

#[test]
fn a_long_document_is_embedded_in_parts() {
    let library = TestLibrary::new();
    let text: String = (0..40_000).map(|number| format!("word{number} ")).collect();
    library.drop_file("long.txt", text);
    library.ingest();
    let (live, held) = chunks(&library);
    assert!(live.len() > 256, "{}", live.len());
    assert_eq!(live, held);
    assert_eq!(library.embedder.texts(), live.len() as u64);
}

#[test]
fn meaning_finds_other_words() {
    let library = library();
    assert_eq!(found(&library, "ship storm ", SearchMode::Lexical), Vec::<String>::new());
    assert_eq!(found(&library, "ship storm ", SearchMode::Semantic), ["log.txt"]);
    assert_eq!(found(&library, "ship storm ", SearchMode::Hybrid), ["log.txt"]);
    let hit = hit(&library, "a flood in the crypt ", "registers.jpg");
    assert_eq!(hit.why.lexical, None);
    assert!(hit.why.semantic.is_some_and(|cosine| (0.25..=1.0).contains(&cosine)), "{:?}", hit.why);
    assert_eq!((hit.evidence.page, hit.evidence.start, hit.evidence.end), (Some(1), Some(0), Some(FLOOD.len() as u32)));
    assert_eq!(hit.evidence.rect, Some([0, 0, 50, 10]), "the first line of the passage");
    assert_eq!(hit.snippet[0].text, FLOOD);
}

#[test]
fn a_rough_hit_opens_at_its_nearest_sentence() {
    let library = TestLibrary::new();
    let text = "Yeast and salt. Lamps burn oil. Every vessel met the gale.";
    library.drop_file("log.txt", text);
    library.ingest();
    let ask = |hurried| {
        let (query, mode, filter) = ("ship storm ".to_owned(), SearchMode::Semantic, AssetFilter::default());
        library.ask(Search { query, mode, filter, offset: 0, limit: 20, hurried }).expect("results").hits.remove(0)
    };
    let part = |at: &Evidence| text[at.start.expect("a start") as usize..at.end.expect("an end") as usize].to_owned();
    let (hurried, first) = (ask(true), ask(false));
    assert_eq!((hurried.rough, part(&hurried.evidence).as_str()), (true, "Yeast and salt. Lamps burn oil."));
    assert_eq!((first.rough, part(&first.evidence).as_str()), (false, "Every vessel met the gale."));
    let spot = |at: Evidence| library.ask(FindSpot { query: "ship storm ".into(), at }).expect("a spot");
    assert_eq!(spot(hurried.evidence.clone()), first.evidence);
    assert_eq!(spot(Evidence::default()), Evidence::default(), "a name stands nowhere");
    library.embedder.set_broken(true);
    assert_eq!(spot(hurried.evidence.clone()), hurried.evidence, "no model, no other spot");
}

#[test]
fn both_ways_together_come_first() {
    let library = library();
    library.drop_file("vessel.txt", "A vessel in a gale was lost with all hands and its papers.");
    library.ingest();
    let page = ask(&library, "vessel gale papers ", SearchMode::Hybrid, AssetFilter::default());
    let both = &page.hits[0];
    assert_eq!((both.name.as_str(), both.rank, both.score), ("vessel.txt", 1, 1.0));
    assert_eq!(both.why.lexical, Some(1.0));
    assert!(both.why.semantic.is_some());
    assert_eq!(page.note, None);
}

#[test]
fn what_is_far_off_is_not_taken_for_alike() {
    let library = library();
    assert_eq!(found(&library, "quantum chromodynamics ", SearchMode::Hybrid), Vec::<String>::new());
    library.set("search.meaning_floor", "0.0");
    assert!(!found(&library, "quantum chromodynamics ", SearchMode::Hybrid).is_empty());
}

#[test]
fn where_nothing_is_clearly_alike_the_nearest_are_shown_as_faint() {
    let library = TestLibrary::new();
    library.set("search.meaning_floor", "0.5");
    // About .45 from `a`.
    for text in ["amm", "mam", "mma", "mma amm"] {
        library.drop_file(&format!("{text}.txt"), text);
    }
    library.drop_file("far.txt", "mmmm");
    library.ingest();
    for mode in [SearchMode::Hybrid, SearchMode::Semantic] {
        let page = ask(&library, "a ", mode, AssetFilter::default());
        assert_eq!((page.hits.len(), page.note.map(|note| note.code).as_deref()), (3, Some("meaning_faint")), "{mode}");
        assert!(page.hits.iter().all(|hit| hit.why.faint && hit.name != "far.txt"), "{mode}");
    }
    let typing =
        Search { query: "a ".into(), mode: SearchMode::Hybrid, filter: AssetFilter::default(), offset: 0, limit: 9, hurried: true };
    assert_eq!(library.ask(typing).expect("results"), SearchPage::default(), "not while somebody types");
    library.drop_file("a.txt", "other words");
    library.ingest();
    let page = ask(&library, "a ", SearchMode::Hybrid, AssetFilter::default());
    assert_eq!((page.hits[0].name.as_str(), page.total, page.note), ("a.txt", 1, None), "words are clear");
    library.drop_file("near.txt", "a");
    library.ingest();
    let page = ask(&library, "a ", SearchMode::Semantic, AssetFilter::default());
    assert_eq!((page.hits[0].name.as_str(), page.total, page.hits[0].why.faint, page.note), ("near.txt", 1, false, None));
}

#[test]
fn signs_are_strict() {
    let library = library();
    assert_eq!(found(&library, "\"ship storm\"", SearchMode::Hybrid), Vec::<String>::new());
    assert_eq!(found(&library, "ship storm -keeper", SearchMode::Hybrid), Vec::<String>::new());
    assert_eq!(found(&library, "-keeper", SearchMode::Hybrid), Vec::<String>::new());
    assert_eq!(found(&library, "\"ship storm\"", SearchMode::Semantic), ["log.txt"]);
}

#[test]
fn filters_hold_for_meaning_too() {
    let library = library();
    library.set("search.meaning_floor", "0.15");
    let names = |filter: AssetFilter| -> Vec<String> {
        let page = ask(&library, "vessel keeper lamp registers soaked crypt ", SearchMode::Semantic, filter);
        page.hits.into_iter().map(|hit| hit.name).collect()
    };
    let all = AssetFilter::default();
    assert_eq!(names(all.clone()).len(), 2);
    assert_eq!(names(AssetFilter { kind: Some(MediaKind::Image), ..all.clone() }), ["registers.jpg"]);
    assert_eq!(names(AssetFilter { state: Some(AssetState::Failed), ..all.clone() }), Vec::<String>::new());
    assert_eq!(names(AssetFilter { has_findings: Some(true), ..all.clone() }), Vec::<String>::new());
    assert_eq!(names(AssetFilter { has_findings: Some(false), ..all.clone() }).len(), 2);
    assert_eq!(names(AssetFilter { since: Some("2020-01-01".into()), ..all.clone() }).len(), 2);
    assert_eq!(names(AssetFilter { until: Some("2020-01-01".into()), ..all.clone() }), Vec::<String>::new());
    assert_eq!(names(AssetFilter { language: Some("sv".into()), ..all.clone() }), Vec::<String>::new());
    let odd = Search {
        query: "x".into(),
        mode: SearchMode::Hybrid,
        filter: AssetFilter { since: Some("soon".into()), ..all },
        offset: 0,
        limit: 9,
        hurried: false,
    };
    assert_eq!(library.ask(odd).expect_err("refused").code, "bad_request");
}

#[test]
fn results_are_counted_for_the_filters() {
    let library = TestLibrary::new();
    library.drop_file("a.txt", "lighthouse, card 4111 1111 1111 1111");
    library.drop_file("b.txt", "lighthouse");
    library.ingest();
    let page = ask(&library, "lighthouse ", SearchMode::Hybrid, AssetFilter::default());
    assert_eq!((page.total, page.with_findings), (2, 1));
    assert_eq!(page.by_kind, [(MediaKind::Text, 2)]);
    assert_eq!(page.by_folder.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [2]);
    assert_eq!((page.by_label, page.by_language), (vec![], vec![]));
}

#[test]
fn what_is_alike_is_found_from_an_asset() {
    let library = library();
    library.drop_file("ships.txt", "Every ship that came past in the storm.");
    library.drop_file("photo.png", "page\n");
    library.ingest();
    let similar =
        |name: &str| library.ask(Similar { asset: library.asset(name).row.id, filter: AssetFilter::default(), offset: 0, limit: 9 });
    let page = similar("log.txt").expect("results");
    assert_eq!(page.hits[0].name, "ships.txt");
    assert!(page.hits.iter().all(|hit| hit.name != "log.txt" && hit.name != "bread.txt"));
    assert!(page.hits[0].why.semantic.is_some_and(|cosine| cosine > 0.25));
    assert_eq!(similar("photo.png").expect("a page").note.map(|note| note.code).as_deref(), Some("no_text"));
    let nobody = library.ask(Similar { asset: "nobody".into(), filter: AssetFilter::default(), offset: 0, limit: 9 });
    assert_eq!(nobody.expect_err("refused").code, "not_found");
}

#[test]
fn without_a_model_words_answer_and_say_so() {
    let library = TestLibrary::new();
    library.embedder.remove();
    library.drop_file("log.txt", LOG);
    library.ingest();
    assert_eq!(library.asset("log.txt").row.state, AssetState::Ready);
    assert_eq!(count(&library, "SELECT count(*) FROM jobs WHERE kind = 'embed'"), 0);
    assert_eq!(library.ask(GetStatus {}).expect("status").index_lag, 0);
    let page = ask(&library, "keeper ", SearchMode::Hybrid, AssetFilter::default());
    assert_eq!((page.total, page.note.map(|note| note.code).as_deref()), (1, Some("no_meaning_model")));
    let alone = library.ask(Search {
        query: "ship".into(),
        mode: SearchMode::Semantic,
        filter: AssetFilter::default(),
        offset: 0,
        limit: 9,
        hurried: false,
    });
    assert_eq!(alone.expect_err("refused").code, "no_meaning_model");
}

#[test]
fn a_model_that_arrives_embeds_what_is_there_and_another_one_takes_its_place() {
    let library = TestLibrary::new();
    library.embedder.remove();
    library.drop_file("log.txt", LOG);
    library.drop_file("bread.txt", BREAD);
    library.ingest();
    library.embedder.install("first 1");
    library.engine().models_changed().expect("told");
    library.settle();
    assert_eq!(found(&library, "ship storm ", SearchMode::Hybrid), ["log.txt"]);
    library.embedder.install("second 1");
    let page = ask(&library, "keeper ", SearchMode::Hybrid, AssetFilter::default());
    assert_eq!(page.note.map(|note| note.code).as_deref(), Some("meaning_incomplete"));
    library.engine().models_changed().expect("told");
    let page = ask(&library, "keeper ", SearchMode::Hybrid, AssetFilter::default());
    assert_eq!(page.note.map(|note| note.code).as_deref(), Some("meaning_incomplete"), "nothing is embedded yet");
    library.settle();
    assert_eq!(found(&library, "ship storm ", SearchMode::Semantic), ["log.txt"]);
    assert_eq!(library.embedder.texts(), 4);
    library.embedder.install("first 1");
    library.engine().models_changed().expect("told");
    library.settle();
    assert_eq!(found(&library, "ship storm ", SearchMode::Semantic), ["log.txt"]);
    assert_eq!(library.embedder.texts(), 4, "what the first model gave was kept");
    let (live, held) = chunks(&library);
    assert_eq!(live, held);
    assert_eq!(library.complaints(), Vec::<String>::new());
}

#[test]
fn an_index_that_was_deleted_is_made_again_from_the_catalog() {
    let mut library = library();
    let before = ask(&library, "ship storm ", SearchMode::Hybrid, AssetFilter::default());
    library.close();
    fs_err::remove_dir_all(library.path().join("vectors")).expect("removed");
    library.restart();
    let page = ask(&library, "keeper ", SearchMode::Hybrid, AssetFilter::default());
    assert_eq!(page.note.map(|note| note.code).as_deref(), Some("meaning_incomplete"), "it is not whole yet");
    library.settle();
    assert_eq!(ask(&library, "ship storm ", SearchMode::Hybrid, AssetFilter::default()), before);
    assert_eq!(library.embedder.texts(), 3, "vectors come from the catalog");
    assert_eq!(library.complaints(), Vec::<String>::new());
}

#[test]
fn an_index_that_differs_is_healed() {
    let mut library = library();
    library.close();
    let catalog = raw(&library.path());
    let space: String = catalog.query_row("SELECT id FROM spaces", [], |row| row.get(0)).expect("a space");
    let chunk: String = catalog.query_row("SELECT id FROM chunks LIMIT 1", [], |row| row.get(0)).expect("a chunk");
    let folder = library.path().join("vectors").join(space);
    let index = winnow_engine::ports::Vectors::open(&*library.vectors, &folder, 256).expect("an index");
    index.remove(&[chunk]).expect("removed");
    index.put(&[("not a chunk".into(), vec![0.0625; 256])]).expect("put");
    library.restart();
    assert_eq!(library.complaints(), ["vectors: 2 passages differ from the catalog; repair tells them again"]);
    library.settle();
    assert_eq!(library.complaints(), Vec::<String>::new());
    let (live, held) = chunks(&library);
    assert_eq!(live, held);
}

#[test]
fn a_vector_that_is_lost_is_made_again() {
    let mut library = library();
    library.close();
    raw(&library.path()).execute("DELETE FROM embeddings", []).expect("deleted");
    fs_err::remove_dir_all(library.path().join("vectors")).expect("removed");
    library.restart();
    library.settle();
    assert_eq!(library.embedder.texts(), 6);
    assert_eq!(found(&library, "ship storm ", SearchMode::Semantic), ["log.txt"]);
    assert_eq!(library.complaints(), Vec::<String>::new());
}

#[test]
fn nothing_made_from_a_text_that_went_stays() {
    let library = TestLibrary::new();
    library.drop_file("a.jpg", "page\nthe first words");
    library.ingest();
    let asset = library.asset("a.jpg").row.id;
    let catalog = raw(&library.path());
    catalog.execute("UPDATE chunks SET text_hash = zeroblob(32) WHERE asset_id = ?1", [asset.as_str()]).expect("another text");
    catalog.execute("UPDATE embeddings SET text_hash = zeroblob(32)", []).expect("of another vector");
    catalog.execute("UPDATE extractions SET text_hash = zeroblob(32)", []).expect("and extraction");
    catalog.execute("UPDATE jobs SET state = 'queued' WHERE kind = 'decode' OR kind = 'ocr'", []).expect("read again");
    drop(catalog);
    library.settle();
    assert_eq!(count(&library, "SELECT count(*) FROM embeddings WHERE text_hash = zeroblob(32)"), 0);
    assert_eq!(count(&library, "SELECT count(*) FROM embeddings"), 1);
    let (live, held) = chunks(&library);
    assert_eq!((live.len(), &live), (1, &held));
}

#[test]
fn an_index_that_fails_loses_nothing() {
    let library = TestLibrary::new();
    library.vectors.fail(2);
    library.drop_file("log.txt", LOG);
    library.engine().add_paths(&[library.folder()]).expect("added");
    library.engine().settle().expect("ticks");
    assert_eq!(library.ask(GetStatus {}).expect("status").index_lag, 1);
    let lanes = library.ask(GetActivity { offset: 0, limit: 1 }).expect("activity").lanes;
    assert!(lanes.iter().any(|row| row.lane == Lane::Index && row.queued == 1));
    let page = ask(&library, "keeper ", SearchMode::Hybrid, AssetFilter::default());
    assert_eq!(page.note.map(|note| note.code).as_deref(), Some("meaning_incomplete"));
    assert!(!library.engine().is_settled().expect("counts"));
    library.settle();
    assert_eq!(found(&library, "ship storm ", SearchMode::Hybrid), ["log.txt"]);
}

#[test]
fn an_index_that_keeps_failing_holds_nobody_up() {
    let library = TestLibrary::new();
    library.vectors.fail(1000);
    library.drop_file("log.txt", LOG);
    library.ingest();
    assert_eq!(library.ask(GetStatus {}).expect("status").index_lag, 1);
    assert_eq!(found(&library, "keeper ", SearchMode::Hybrid), ["log.txt"]);
    library.vectors.fail(0);
    library.clock.advance(600_000);
    library.engine().settle().expect("ticks");
    assert_eq!(library.ask(GetStatus {}).expect("status").index_lag, 0);
}

#[test]
fn a_model_that_breaks_fails_its_own_jobs() {
    let library = TestLibrary::new();
    library.embedder.set_broken(true);
    library.drop_file("log.txt", LOG);
    library.drop_file("bread.txt", BREAD);
    library.ingest();
    assert_eq!(library.ask(GetActivity { offset: 0, limit: 9 }).expect("activity").failed, 2);
    let page = ask(&library, "keeper ", SearchMode::Hybrid, AssetFilter::default());
    assert_eq!((page.total, page.note.map(|note| note.code).as_deref()), (1, Some("worker_timeout")));
    library.embedder.set_broken(false);
    library.ask(winnow_contract::command::Retry { job: None }).expect("again");
    library.settle();
    assert_eq!(found(&library, "ship storm ", SearchMode::Hybrid), ["log.txt"]);
    assert_eq!(library.asset("log.txt").row.state, AssetState::Ready);
}

#[test]
fn without_looking_for_sensitive_data_texts_are_embedded_all_the_same() {
    let library = TestLibrary::new();
    library.set("detect.enabled", "false");
    library.drop_file("log.txt", LOG);
    library.drop_file("registers.jpg", format!("page\n{FLOOD}"));
    library.ingest();
    assert_eq!(library.embedder.texts(), 2);
    assert_eq!(count(&library, "SELECT count(*) FROM jobs WHERE kind = 'detect'"), 0);
}

#[test]
fn who_only_reads_searches_by_meaning_beside_who_writes() {
    let library = library();
    let ports = winnow_engine::ports::Ports {
        embedder: library.embedder.clone(),
        vectors: library.vectors.clone(),
        ..winnow_engine::testing::ports()
    };
    let reader = Engine::open(&library.path(), ports.clone(), Options::default()).expect("a reader");
    let ask = Search {
        query: "ship storm ".into(),
        mode: SearchMode::Semantic,
        filter: AssetFilter::default(),
        offset: 0,
        limit: 9,
        hurried: false,
    };
    assert_eq!(reader.ask(GetStatus {}).expect("status").index_lag, 0);
    assert_eq!(reader.ask(ask.clone()).expect("results").total, 1);
    fs_err::remove_dir_all(library.path().join("vectors")).expect("removed");
    let lag = |reader: &Engine| reader.ask(GetStatus {}).expect("status").index_lag;
    assert_eq!(lag(&reader), 3, "it is gone while it was open");
    let reader = Engine::open(&library.path(), ports, Options::default()).expect("a reader");
    assert_eq!(lag(&reader), 3);
    assert_eq!(reader.ask(ask).expect_err("no index").code, "no_vectors");
    assert!(!library.path().join("vectors").exists(), "who reads makes nothing");
}

#[test]
fn who_reads_a_library_without_texts_finds_nothing_and_no_fault() {
    let library = TestLibrary::new();
    let ports = winnow_engine::ports::Ports { embedder: library.embedder.clone(), ..winnow_engine::testing::ports() };
    let reader = Engine::open(&library.path(), ports, Options::default()).expect("a reader");
    let ask =
        Search { query: "ship".into(), mode: SearchMode::Semantic, filter: AssetFilter::default(), offset: 0, limit: 9, hurried: false };
    assert_eq!(reader.ask(ask).expect("no results"), SearchPage::default());
    let checks = reader.examine(true, false).expect("an examination");
    assert_eq!(checks.iter().filter(|check| !check.ok).collect::<Vec<_>>(), Vec::<&winnow_engine::Check>::new());
}

#[test]
fn every_point_of_the_outbox_is_passed() {
    use std::sync::{Arc, Mutex};
    let passed = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&passed);
    let mut library = TestLibrary::planned(Breaks::planned(Arc::new(move |point| {
        seen.lock().expect("points").push(point);
        false
    })));
    library.drop_file("log.txt", LOG);
    library.ingest();
    library.close();
    let passed = passed.lock().expect("points");
    for point in [
        Point::EmbedAnswered,
        Point::IndexCompared,
        Point::OutboxTaken,
        Point::IndexPut,
        Point::IndexRemoved,
        Point::OutboxDone,
        Point::IndexMaintained,
    ] {
        assert!(passed.contains(&point), "{}", point.name());
    }
}
