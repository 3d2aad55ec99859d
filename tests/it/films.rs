//! Films: what is said in them, their frames when somebody asks, and captions that lie beside them.

use winnow_contract::asset::{AssetFilter, AssetState, RenditionKind};
use winnow_contract::command::{Search, TakeFrames};
use winnow_contract::search::{Evidence, SearchMode};
use winnow_tests::TestLibrary;

const FILM: &str = "film\n0 4 .9 My father kept the light\nframe 12.5 Trinity House\nframe 12.9 too near\nframe 30 The End";

fn evidence(library: &TestLibrary, query: &str) -> Option<Evidence> {
    let ask =
        Search { query: query.into(), mode: SearchMode::Lexical, filter: AssetFilter::default(), offset: 0, limit: 5, hurried: false };
    library.ask(ask).expect("hits").hits.into_iter().next().map(|hit| hit.evidence)
}

#[test]
fn what_is_said_in_a_film_is_written_down() {
    let library = TestLibrary::new();
    library.drop_file("light.mp4", FILM);
    library.ingest();
    let film = library.asset("light.mp4");
    assert_eq!((film.row.state, film.row.seconds), (AssetState::Ready, Some(4.0)));
    assert!(evidence(&library, "father").expect("a hit").t0.is_some());
    assert_eq!(evidence(&library, "trinity"), None, "nobody asked for pictures");
}

#[test]
fn frames_are_taken_and_read_when_somebody_asks() {
    let mut library = TestLibrary::new();
    library.drop_file("light.mp4", FILM);
    library.drop_file("page.png", "page\nno film");
    library.ingest();
    let film = library.asset("light.mp4").row.id;
    assert_eq!(library.ask(TakeFrames { asset: film.clone() }).expect("asked").jobs, 1);
    library.settle();
    let detail = library.asset("light.mp4");
    let frames: Vec<_> = detail.renditions.iter().filter(|row| row.kind == RenditionKind::Frame).map(|row| row.page).collect();
    assert_eq!(frames, [12, 30]);
    let hit = evidence(&library, "trinity").expect("a hit");
    assert_eq!((hit.page, hit.t0, hit.rect.is_some()), (Some(12), Some(12.0), true));
    assert!(evidence(&library, "father").is_some(), "what was heard stays");
    let refused = library.ask(TakeFrames { asset: library.asset("page.png").row.id }).expect_err("no film");
    assert_eq!(refused.code, "no_film");
    let before = library.dump();
    library.close();
    fs_err::remove_dir_all(library.path().join("renditions")).expect("removed");
    library.restart();
    library.settle();
    assert_eq!(library.dump(), before);
    assert_eq!(library.complaints(), Vec::<String>::new());
}

#[test]
fn a_film_without_sound_is_read_and_one_that_needs_more_says_so() {
    let library = TestLibrary::new();
    library.drop_file("silent.mp4", "film silent\n");
    library.drop_file("coded.mkv", "film coded\n");
    library.ingest();
    let silent = library.asset("silent.mp4");
    assert_eq!((silent.row.state, silent.notes[0].code.as_str()), (AssetState::Ready, "no_sound_track"));
    let coded = library.asset("coded.mkv");
    assert_eq!((coded.row.state, coded.row.failure.expect("a reason").code.as_str()), (AssetState::Unread, "needs_ffmpeg"));
}

#[test]
fn captions_open_at_their_second() {
    let library = TestLibrary::new();
    library.drop_file("light.vtt", "captions\n3 5 my father\n21 24.5 every ship was written down");
    library.ingest();
    let hit = evidence(&library, "ship").expect("a hit");
    assert_eq!((hit.t0, hit.t1), (Some(21.0), Some(24.5)));
}
