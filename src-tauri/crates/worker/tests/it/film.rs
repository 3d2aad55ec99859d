//! Films and rarer recordings, made by ffmpeg and read by our decoder, or by the confined ffmpeg: what is heard, what is
//! seen, and what harm a film cannot do.
//!
//! Needs ffmpeg and Debian's `pocketsphinx-testdata`; `cargo xtask test` installs both.

use crate::speech::SPEECH;
use crate::support::{LIMITS, codes, decode, file, program, tone, wav};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use winnow_contract::asset::{MediaKind, RenditionKind};
use winnow_contract::worker::SoundRequest;
use winnow_engine::ports::{CallLimits, Cancel, Decode, DecodedSound, FilmFrame, StageError};
use winnow_workers::{Models, Widths, Workers, find_ffmpeg};

/// Ten seconds of moving pictures, a key frame a second.
const PICTURES: &[&str] = &["-f", "lavfi", "-i", "testsrc=duration=10:size=320x240:rate=10"];

fn with_ffmpeg() -> Workers {
    let models = Models { ffmpeg: Arc::new(find_ffmpeg), ..Models::none() };
    Workers::at(&program(), Widths { decode: 1, ocr: 1 }, models).expect("workers")
}

fn without_ffmpeg() -> Workers {
    Workers::at(&program(), Widths { decode: 1, ocr: 1 }, Models::none()).expect("workers")
}

/// A sentence that somebody reads.
fn sentence() -> PathBuf {
    let folder = fs_err::read_dir(SPEECH).expect("real speech: the package pocketsphinx-testdata is installed");
    let mut files: Vec<_> = folder.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "wav"));
    files.sort();
    files.swap_remove(0)
}

/// What ffmpeg writes with these arguments under a name with this extension.
fn made(input: &[&str], output: &[&str], extension: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("made").with_extension(extension);
    let ffmpeg = find_ffmpeg().expect("ffmpeg is installed");
    let shown = Command::new(ffmpeg).args(["-hide_banner", "-loglevel", "error"]).args(input).args(output).arg(&path).output();
    let shown = shown.expect("ffmpeg runs");
    assert!(shown.status.success(), "{output:?}: {}", String::from_utf8_lossy(&shown.stderr));
    fs_err::read(path).expect("what was made")
}

/// The sentence, with pictures when `pictures` are given.
fn spoken(pictures: &[&str], output: &[&str], extension: &str) -> Vec<u8> {
    let sentence = sentence();
    let text = |path: &Path| path.to_str().expect("a plain path").to_owned();
    let speech = text(&sentence);
    let input: Vec<&str> = pictures.iter().copied().chain(["-i", speech.as_str()]).collect();
    made(&input, output, extension)
}

fn hear(workers: &Workers, bytes: &[u8], limits: CallLimits) -> Result<DecodedSound, StageError> {
    let request = SoundRequest { extension: String::new(), max_seconds: 3600 };
    let into = tempfile::tempfile().expect("a file");
    workers.decode.sound(&request, file(bytes), into, limits, &Cancel::default())
}

fn frames(workers: &Workers, count: u32, bytes: &[u8]) -> Result<Vec<FilmFrame>, StageError> {
    workers.decode.frames(count, file(bytes), LIMITS, &Cancel::default())
}

fn code<T: std::fmt::Debug>(result: Result<T, StageError>) -> String {
    match result {
        Err(StageError::Broken(reason)) => reason.code,
        other => panic!("not refused: {other:?}"),
    }
}

/// It is known as what it is, and the whole sentence is heard.
fn is_heard(workers: &Workers, bytes: &[u8], kind: MediaKind, codec: &str) {
    let known = decode(workers, "", bytes).expect("decoded").head;
    assert_eq!((known.kind, known.unread), (kind, false), "{codec}: {}", known.media_type);
    let heard = hear(workers, bytes, LIMITS).unwrap_or_else(|error| panic!("{codec} in {}: {error:?}", known.media_type));
    let length = fs_err::metadata(sentence()).expect("a recording").len() as f64 / 32_000.0;
    assert!((heard.head.seconds - length).abs() < 0.25, "{codec} in {}: {} s of {length} s", known.media_type, heard.head.seconds);
    let named = heard.head.properties.iter().find(|property| property.key == "codec").expect("a codec");
    assert_eq!(named.value, codec, "{}", known.media_type);
    assert!(heard.waveform.iter().any(|loudest| *loudest > 60), "{codec}: nothing is loud");
    assert!(!heard.head.partial && codes(&heard.head.notes).is_empty(), "{codec}: {:?}", heard.head.notes);
}

#[test]
fn recordings_of_every_common_format_are_heard_without_ffmpeg() {
    let workers = without_ffmpeg();
    let check = |output: &[&str], extension: &str, codec: &str| {
        is_heard(&workers, &spoken(&[], output, extension), MediaKind::Sound, codec);
    };
    check(&["-c:a", "flac"], "flac", "flac");
    check(&["-c:a", "libmp3lame"], "mp3", "mp3");
    check(&["-c:a", "mp2"], "mp2", "mp2");
    check(&["-c:a", "aac"], "m4a", "aac");
    check(&["-c:a", "aac"], "aac", "aac");
    check(&["-c:a", "alac"], "m4a", "alac");
    check(&["-c:a", "pcm_s16be"], "aiff", "pcm_s16be");
    check(&["-c:a", "pcm_s16le"], "caf", "pcm_s16le");
    check(&["-c:a", "alac"], "caf", "alac");
    check(&["-c:a", "libvorbis"], "ogg", "vorbis");
    check(&["-c:a", "libopus"], "opus", "opus");
    check(&["-c:a", "libopus"], "webm", "opus");
    check(&["-c:a", "adpcm_ima_wav"], "wav", "adpcm_ima_wav");
    check(&["-c:a", "pcm_mulaw", "-ar", "8000"], "wav", "pcm_mulaw");
}

#[test]
fn films_of_every_common_format_are_heard_without_ffmpeg() {
    let workers = without_ffmpeg();
    let check = |output: &[&str], extension: &str, codec: &str| {
        is_heard(&workers, &spoken(PICTURES, output, extension), MediaKind::Video, codec);
    };
    check(&["-c:v", "mpeg4", "-c:a", "aac", "-shortest"], "mp4", "aac");
    check(&["-c:v", "libx264", "-c:a", "aac", "-shortest", "-movflags", "+faststart"], "mp4", "aac");
    check(&["-c:v", "libx264", "-c:a", "aac", "-shortest", "-movflags", "frag_keyframe+empty_moov"], "mp4", "aac");
    check(&["-c:v", "mpeg4", "-c:a", "pcm_s16le", "-shortest"], "mov", "pcm_s16le");
    check(&["-c:v", "libvpx", "-c:a", "libvorbis", "-shortest"], "webm", "vorbis");
    check(&["-c:v", "libx264", "-c:a", "flac", "-shortest"], "mkv", "flac");
    check(&["-c:v", "libx264", "-c:a", "libopus", "-shortest"], "mkv", "opus");
    check(&["-c:v", "mpeg4", "-c:a", "libmp3lame", "-shortest"], "mkv", "mp3");
}

#[test]
fn what_our_decoder_does_not_know_is_heard_with_ffmpeg() {
    let (workers, without) = (with_ffmpeg(), without_ffmpeg());
    let check = |pictures: &[&str], output: &[&str], extension: &str, codec: &str| {
        let bytes = spoken(pictures, output, extension);
        assert_eq!(code(hear(&without, &bytes, LIMITS)), "needs_ffmpeg", "{extension}");
        let kind = if pictures.is_empty() { MediaKind::Sound } else { MediaKind::Video };
        is_heard(&workers, &bytes, kind, codec);
    };
    check(PICTURES, &["-c:v", "mpeg4", "-c:a", "libmp3lame", "-shortest"], "avi", "mp3");
    check(PICTURES, &["-c:v", "libx264", "-c:a", "ac3", "-shortest"], "mkv", "ac3");
    check(PICTURES, &["-c:v", "mpeg1video", "-r", "25", "-c:a", "mp2", "-shortest"], "mpg", "mp2");
    check(PICTURES, &["-c:v", "mpeg2video", "-r", "25", "-c:a", "ac3", "-shortest"], "ts", "ac3");
    check(PICTURES, &["-c:v", "wmv2", "-c:a", "wmav2", "-shortest"], "wmv", "wmav2");
    check(PICTURES, &["-c:v", "flv", "-c:a", "libmp3lame", "-ar", "22050", "-shortest"], "flv", "mp3");
    check(&[], &["-c:a", "wmav2"], "wma", "wmav2");
    check(&[], &["-c:a", "ac3"], "ac3", "ac3");
    check(&[], &["-c:a", "wavpack"], "wv", "wavpack");
    check(&[], &["-c:a", "tta"], "tta", "tta");
}

#[test]
fn a_track_that_is_known_is_heard_where_the_first_is_not() {
    let silence = ["-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono:d=10"];
    let output = ["-map", "0:a", "-map", "1:a", "-c:a:0", "ac3", "-c:a:1", "flac", "-disposition:a:0", "default", "-disposition:a:1", "0"];
    let heard = hear(&without_ffmpeg(), &spoken(&silence, &output, "mkv"), LIMITS).expect("heard");
    assert!(heard.waveform.iter().any(|loudest| *loudest > 60));
}

#[test]
fn a_silent_film_is_no_damaged_one() {
    let (workers, without) = (with_ffmpeg(), without_ffmpeg());
    let silent = |codec: &str, extension: &str| made(PICTURES, &["-an", "-c:v", codec], extension);
    assert_eq!(code(hear(&without, &silent("libx264", "mp4"), LIMITS)), "no_sound_track");
    assert_eq!(code(hear(&without, &silent("libx264", "mkv"), LIMITS)), "no_sound_track");
    assert_eq!(code(hear(&workers, &silent("mpeg4", "avi"), LIMITS)), "no_sound_track");
    assert_eq!(code(frames(&workers, 3, &spoken(&[], &["-c:a", "aac"], "m4a"))), "no_picture_track");
}

#[test]
fn key_frames_are_spread_over_the_film() {
    let workers = with_ffmpeg();
    let check = |codec: &str, extension: &str| {
        let film = made(PICTURES, &["-an", "-c:v", codec, "-g", "10"], extension);
        let frames = frames(&workers, 4, &film).unwrap_or_else(|error| panic!("{codec}: {error:?}"));
        let at: Vec<f64> = frames.iter().map(|frame| frame.at).collect();
        assert_eq!(at.len(), 4, "{codec}: {at:?}");
        assert!(at.iter().zip([1.0, 3.0, 6.0, 8.0]).all(|(found, expected)| (found - expected).abs() < 1.01), "{codec}: {at:?}");
        for frame in &frames {
            let head = &frame.frame.head;
            assert_eq!((head.kind, head.page), (RenditionKind::Frame, frame.at.round() as u32), "{codec}");
            let shown = image::load_from_memory(&frame.frame.image).expect("a picture");
            assert_eq!((shown.width(), shown.height(), head.width, head.height), (320, 240, 320, 240));
        }
        assert_ne!(frames[0].frame.image, frames[3].frame.image);
    };
    check("libx264", "mp4");
    check("mpeg4", "avi");
    check("libvpx", "webm");
    let still = made(PICTURES, &["-an", "-c:v", "libx264", "-g", "1000", "-keyint_min", "1000", "-sc_threshold", "0"], "mp4");
    assert_eq!(frames(&workers, 4, &still).expect("frames").len(), 1, "there is one key frame");
    assert_eq!(code(frames(&without_ffmpeg(), 4, &still)), "needs_ffmpeg");
}

#[test]
fn films_that_lie_end_in_a_state_and_reach_nothing() {
    let workers = with_ffmpeg();
    let film = spoken(PICTURES, &["-c:v", "mpeg4", "-c:a", "ac3", "-shortest"], "avi");
    assert_eq!(code(hear(&workers, &film[..40], LIMITS)), "damaged");
    assert!(hear(&workers, &film[..film.len() / 2], LIMITS).is_ok_and(|heard| heard.head.seconds > 1.0));
    assert_eq!(code(frames(&workers, 2, b"no film at all")), "damaged");
    assert_eq!(code(frames(&workers, 2, b"")), "damaged");
    // A list of other films, which really is one.
    let folder = tempfile::tempdir().expect("a folder");
    let other = folder.path().join("other.ts");
    fs_err::write(&other, made(PICTURES, &["-an", "-c:v", "mpeg2video", "-r", "25"], "ts")).expect("written");
    let list = format!("ffconcat version 1.0\nfile '{}'\n", other.display());
    assert_eq!(code(frames(&workers, 2, list.as_bytes())), "damaged");
    let list = format!("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile://{}\n#EXT-X-ENDLIST\n", other.display());
    assert_eq!(code(frames(&workers, 2, list.as_bytes())), "damaged");
}

#[test]
fn a_film_has_the_limits_of_a_call() {
    let workers = with_ffmpeg();
    let film = spoken(PICTURES, &["-c:v", "mpeg4", "-c:a", "ac3", "-shortest"], "avi");
    let small = CallLimits { memory_mb: 1, ..LIMITS };
    assert!(matches!(hear(&workers, &film, small), Err(StageError::Broken(_) | StageError::Crashed(_))));
    let none = CallLimits { seconds: 0, ..LIMITS };
    assert_eq!(code(hear(&workers, &film, none)), "worker_timeout");
    let long = wav(16_000, 1, &tone(16_000, 30.0, 1));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("long.wav");
    fs_err::write(&path, long).expect("written");
    let long = made(&["-i", path.to_str().expect("a plain path")], &["-c:a", "ac3"], "ac3");
    let request = SoundRequest { extension: String::new(), max_seconds: 5 };
    let into = tempfile::tempfile().expect("a file");
    let cut = workers.decode.sound(&request, file(&long), into, LIMITS, &Cancel::default()).expect("heard");
    assert_eq!((cut.head.seconds, codes(&cut.head.notes), cut.head.partial), (5.0, vec!["sound_cut"], true));
}
