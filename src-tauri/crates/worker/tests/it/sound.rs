//! Recordings through the real decoder, as descriptors: WAV files made here, right and lying.

use crate::support::{LIMITS, codes, decode, file, sound, tone, wav, workers};
use std::io::{Read, Seek};
use winnow_contract::asset::MediaKind;
use winnow_contract::worker::SoundRequest;
use winnow_engine::ports::{Cancel, Decode, StageError};

#[test]
fn a_recording_is_known_by_its_content_and_heard_by_a_request_of_its_own() {
    let workers = workers();
    let decoded = decode(&workers, "mp3", &wav(48_000, 2, &tone(48_000, 1.0, 2))).expect("decoded");
    assert_eq!((decoded.head.kind, decoded.head.media_type.as_str()), (MediaKind::Sound, "audio/x-wav"));
    assert!(!decoded.head.unread && decoded.head.texts.is_empty() && decoded.blob.is_empty());
    let midi = decode(&workers, "mid", b"MThd\0\0\0\x06\0\x01\0\x02\x01\xe0MTrk").expect("decoded");
    assert_eq!((midi.head.kind, midi.head.unread), (MediaKind::Sound, true));
    let film = decode(&workers, "mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom").expect("decoded");
    assert_eq!((film.head.kind, film.head.unread), (MediaKind::Video, false));
}

#[test]
fn a_recording_is_written_to_the_second_descriptor() {
    let workers = workers();
    let (sounded, mut written) = sound(&workers, &wav(44_100, 2, &tone(44_100, 2.5, 2)), 60).expect("decoded");
    let mut bytes = Vec::new();
    written.rewind().expect("rewound");
    written.read_to_end(&mut bytes).expect("read");
    assert!((sounded.head.seconds - 2.5).abs() < 0.001);
    assert_eq!((bytes.len(), sounded.waveform.len(), &bytes[..4]), (44 + 80_000, 50, b"RIFF".as_slice()));
    assert_eq!(bytes[24..28], 16_000u32.to_le_bytes());
    assert!(codes(&sounded.head.notes).is_empty() && !sounded.head.partial);
}

#[test]
fn recordings_that_lie_end_in_a_state_and_the_worker_stays() {
    let workers = workers();
    let pids = workers.decode.pids();
    let refused = |bytes: &[u8]| match sound(&workers, bytes, 60) {
        Err(StageError::Broken(reason)) => assert_eq!(reason.code, "damaged"),
        other => panic!("not refused: {other:?}"),
    };
    refused(b"");
    refused(b"RIFF");
    refused(b"only words");
    refused(&wav(16_000, 1, &[]));
    refused(&wav(0, 1, &[1; 100]));
    refused(&wav(16_000, 0, &[1; 100]));
    let whole = wav(16_000, 1, &tone(16_000, 2.0, 1));
    let (cut, _) = sound(&workers, &whole[..whole.len() / 2], 60).expect("decoded");
    assert_eq!((codes(&cut.head.notes), cut.head.partial), (vec!["sound_ends_early"], true));
    let (long, _) = sound(&workers, &whole, 1).expect("decoded");
    assert_eq!((long.head.seconds, codes(&long.head.notes)), (1.0, vec!["sound_cut"]));
    assert_eq!(workers.decode.pids(), pids);
}

#[test]
fn a_file_that_cannot_be_written_to_is_an_error_that_says_so() {
    let workers = workers();
    let readable = fs_err::File::open("/dev/null").expect("a file to read").into_parts().0;
    let request = SoundRequest { extension: String::new(), max_seconds: 60 };
    let recording = file(&wav(16_000, 1, &tone(16_000, 1.0, 1)));
    let error = workers.decode.sound(&request, recording, readable, LIMITS, &Cancel::default()).expect_err("refused");
    assert!(matches!(error, StageError::Broken(reason) if reason.code == "io_error"));
}
