//! Recordings: decoded, heard a stretch at a time, asked about where they are doubtful, played where they are asked about.

use winnow_contract::asset::{AssetState, MediaKind, RenditionKind};
use winnow_contract::command::{Decide, GetReviewItem};
use winnow_contract::review::{ItemKind, ReviewDetail, ReviewRow, Verdict};
use winnow_tests::{TestLibrary, raw};

const INTERVIEW: &str = "sound\n0 2 .9 My father kept the light\n2.5 5 .9 for thirty years.\n8 9.5 .9 Every ship was written down.\n\
    12 14 .9 In the log?\n21 24 .9 Yes, by hand.";

fn library(files: &[(&str, &str)]) -> TestLibrary {
    let library = TestLibrary::new();
    library.set("speech.stretch", "10");
    for (name, content) in files {
        library.drop_file(name, content);
    }
    library.ingest();
    library
}

fn asked(library: &TestLibrary) -> Vec<(ReviewRow, ReviewDetail)> {
    let detail = |row: &ReviewRow| library.ask(GetReviewItem { item: row.item.clone() }).expect("detail");
    library.review().into_iter().map(|row| (row.clone(), detail(&row))).collect()
}

fn codes(library: &TestLibrary, name: &str) -> Vec<String> {
    library.asset(name).notes.into_iter().map(|note| note.code).collect()
}

#[test]
fn a_recording_is_heard_in_stretches_and_becomes_one_text() {
    let library = library(&[("interview.ogg", INTERVIEW)]);
    let asset = library.asset("interview.ogg");
    assert_eq!((asset.row.kind, asset.row.state, asset.row.seconds), (MediaKind::Sound, AssetState::Ready, Some(24.0)));
    assert_eq!(asset.row.language.as_deref(), Some("en"));
    let text = &asset.extractions[0];
    let expected = "My father kept the light\nfor thirty years.\n\nEvery ship was written down.\n\nIn the log?\n\nYes, by hand.";
    assert_eq!((text.text.as_str(), text.tool.as_str()), (expected, "fake speech 1"));
    let log = text.text.find("log?").expect("a word") as u32;
    let word = text.spans.iter().find(|span| span.start == log).expect("its span");
    assert_eq!((word.t0, word.t1), (Some(13.33), Some(14.0)));
    let kinds: Vec<_> = asset.renditions.iter().map(|rendition| rendition.kind).collect();
    assert_eq!(kinds, [RenditionKind::Sound, RenditionKind::Waveform]);
    assert_eq!(library.speech.heard(), 3);
    assert!(library.review().is_empty());
    insta::assert_snapshot!(library.dump());
}

#[test]
fn every_recording_ends_in_a_state() {
    let files = [("bad.mp3", "sound damaged\n"), ("cut.wav", "sound cut\n0 1 .9 Good evening"), ("silent.flac", "sound\n0 5 .9 ")];
    let library = library(&[files.as_slice(), &[("empty.wav", "sound\n")]].concat());
    let state = |name: &str| (library.asset(name).row.kind, library.asset(name).row.state);
    assert_eq!(state("bad.mp3"), (MediaKind::Sound, AssetState::Failed));
    let reason = library.asset("bad.mp3").row.failure.expect("a reason").sentence();
    assert_eq!(reason, "The content is damaged and could not be decoded: it says so.");
    assert_eq!(state("cut.wav"), (MediaKind::Sound, AssetState::Partial));
    assert_eq!(codes(&library, "cut.wav"), ["sound_cut"]);
    for quiet in ["silent.flac", "empty.wav"] {
        assert_eq!(state(quiet), (MediaKind::Sound, AssetState::Ready));
        assert_eq!((codes(&library, quiet), library.asset(quiet).extractions[0].text.as_str()), (vec!["no_speech".to_owned()], ""));
    }
    assert_eq!(library.complaints(), Vec::<String>::new());
}

#[test]
fn a_recording_waits_for_a_model_and_is_heard_when_one_comes() {
    let mut library = TestLibrary::new();
    library.speech = std::sync::Arc::new(winnow_engine::testing::FakeSpeech::missing());
    library.restart();
    library.drop_file("interview.ogg", INTERVIEW);
    library.ingest();
    let row = library.asset("interview.ogg").row;
    assert_eq!((row.kind, row.state), (MediaKind::Sound, AssetState::Unread));
    let sentence = row.failure.expect("a reason").sentence();
    assert_eq!(sentence, "A speech model is not installed, so this step has to wait. Install it and try again.");
    assert_eq!(row.seconds, Some(24.0), "it can be played all the same");
    library.speech.install();
    library.engine().models_changed().expect("told");
    library.settle();
    let asset = library.asset("interview.ogg");
    assert_eq!((asset.row.state, asset.row.failure, asset.extractions.len()), (AssetState::Ready, None, 1));
}

#[test]
fn what_was_heard_before_a_restart_is_not_heard_again() {
    let mut library = TestLibrary::new();
    library.set("speech.stretch", "10");
    library.drop_file("interview.ogg", INTERVIEW);
    library.engine().add_paths(&[library.folder()]).expect("added");
    while library.speech.heard() < 2 {
        for lane in winnow_contract::job::Lane::ALL {
            library.engine().tick(*lane).expect("a tick");
        }
    }
    library.restart();
    library.settle();
    assert_eq!(library.speech.heard(), 3);
    assert!(library.asset("interview.ogg").extractions[0].text.ends_with("In the log?\n\nYes, by hand."));
}

#[test]
fn a_language_that_is_not_covered_is_asked_about_and_the_rest_is_written_down() {
    let library = library(&[("two.ogg", "sound\n0 4 .9 Good evening\n11 language cy\n11 18 .9 Noswaith dda")]);
    assert_eq!(library.asset("two.ogg").extractions[0].text, "Good evening");
    let [(row, detail)]: [(ReviewRow, ReviewDetail); 1] = asked(&library).try_into().expect("one item");
    let sentence = "Somebody speaks Welsh, which fake speech 1 does not know, so it was not written down.";
    assert_eq!((row.kind, row.reason.sentence().as_str()), (ItemKind::Extraction, sentence));
    let sound = detail.sound.expect("its sound");
    assert_eq!((sound.t0, sound.t1, sound.seconds), (10.0, 18.0, 18.0));
    assert_eq!(codes(&library, "two.ogg"), ["language_not_covered"]);
}

#[test]
fn doubtful_stretches_are_asked_about_with_their_sound_and_words() {
    let mut script = "sound\n0 2 .9 My father kept the light\n3 5 .3 for thirsty ears\n".to_owned();
    (1..30).for_each(|at| script.push_str(&format!("{} {} .4 mumbled words here\n", at * 10, at * 10 + 2)));
    let library = library(&[("mumbled.ogg", &script)]);
    let asked = asked(&library);
    assert_eq!(asked.len(), 5, "the worst only");
    let (row, detail) = asked.iter().find(|(row, _)| row.reason.params["t0"] == "3.00").expect("the worst of them");
    assert_eq!(row.reason.sentence(), "At 0:03, 3 of 3 words were heard with less than 50 % confidence.");
    let sound = detail.sound.clone().expect("its sound");
    assert_eq!((sound.t0, sound.t1), (3.0, 5.0));
    assert!(sound.waveform.is_some());
    let words: Vec<_> = detail.words.iter().map(|word| (word.text.as_str(), word.t0, word.rect)).collect();
    assert_eq!(words, [("for", Some(3.0), None), ("thirsty", Some(3.67), None), ("ears", Some(4.33), None)]);
    assert_eq!(detail.context.iter().map(|part| part.text.as_str()).collect::<String>(), "for thirsty ears");
    assert_eq!(detail.page_number, None);
    let right = Some("for thirty years".to_owned());
    let verdict = Verdict::Corrected;
    let decide = Decide { item: row.item.clone(), verdict, value: right, all_alike: false, dry_run: false, took_ms: None };
    library.ask(decide).expect("decided");
    assert_eq!(library.asset("mumbled.ogg").annotations[0].answer, "for thirty years");
}

#[test]
fn repetitions_that_were_left_out_are_noted() {
    let library = library(&[("r.ogg", "sound\n0 4 .9 Good evening\n1 repeats 2\n12 repeats 3\n15 18 .9 Good night")]);
    let note = library.asset("r.ogg").notes[0].sentence();
    assert_eq!(note, "Phrases that nobody said, left out: 5.");
}

#[test]
fn a_value_that_is_spoken_is_played() {
    let library = library(&[("call.ogg", "sound\n0 3 .9 Good evening\n4 9 .9 charge card 4111111111111111 please")]);
    let (_, detail) = asked(&library).remove(0);
    let sound = detail.sound.expect("its sound");
    assert_eq!((sound.t0, sound.t1), (3.5, 9.0), "with three seconds around, as far as there are");
    assert!(detail.values[0].occurrences[0].boxes.is_empty());
}

#[test]
fn sound_that_is_gone_is_made_again_and_not_heard_again() {
    let mut library = library(&[("interview.ogg", INTERVIEW), ("page.png", "page\nsome words")]);
    let before = library.dump();
    let sound = library.asset("interview.ogg").renditions[0].id.clone();
    fs_err::remove_dir_all(library.path().join("renditions")).expect("removed");
    assert!(library.engine().sound_slice(&sound, 0.0, 1.0).expect("an answer").is_none());
    library.settle();
    assert!(library.engine().sound_slice(&sound, 0.0, 1.0).expect("an answer").is_some());
    fs_err::remove_dir_all(library.path().join("renditions")).expect("removed");
    library.restart();
    library.settle();
    assert_eq!((library.dump(), library.speech.heard()), (before, 3));
    assert_eq!(library.complaints(), Vec::<String>::new());
}

#[test]
fn sound_that_is_gone_before_it_was_heard_is_made_again() {
    let library = TestLibrary::new();
    library.drop_file("interview.ogg", INTERVIEW);
    library.engine().add_paths(&[library.folder()]).expect("added");
    let waits = "SELECT count(*) FROM jobs WHERE kind = 'transcribe'";
    let waiting = || raw(&library.path()).query_row(waits, [], |row| row.get::<_, i64>(0)).expect("a count");
    while waiting() == 0 {
        library.engine().tick(winnow_contract::job::Lane::Io).expect("a tick");
        library.engine().tick(winnow_contract::job::Lane::Decode).expect("a tick");
    }
    fs_err::remove_dir_all(library.path().join("renditions")).expect("removed");
    library.settle();
    let asset = library.asset("interview.ogg");
    assert_eq!((asset.row.state, asset.row.failure, asset.extractions.len()), (AssetState::Ready, None, 1));
}

#[test]
fn sound_is_served_in_slices_and_drafts_of_the_dead_are_removed() {
    let mut library = library(&[("interview.ogg", INTERVIEW)]);
    let renditions = library.asset("interview.ogg").renditions;
    let slice = |from, to| library.engine().sound_slice(&renditions[0].id, from, to).expect("an answer").expect("sound").bytes;
    assert_eq!(slice(1.0, 2.5).len(), 44 + 48_000);
    assert_eq!(slice(90.0, 95.0).len(), 44);
    assert_eq!(slice(-5.0, 1e9).len(), 44 + 24 * 32_000);
    assert!(library.engine().sound_slice(&renditions[1].id, 0.0, 1.0).is_err(), "a waveform is no sound");
    let waveform = library.engine().picture(&renditions[1].id).expect("an answer").expect("bytes");
    assert_eq!(waveform.bytes.len(), 24 * 20);
    let draft = library.path().join("renditions").join("aa");
    fs_err::create_dir_all(&draft).expect("a folder");
    fs_err::write(draft.join("aa00.new"), "half").expect("a draft");
    library.restart();
    assert!(!draft.join("aa00.new").exists());
}
