//! Films through ffmpeg and the decoder: sound that our own decoder does not know, and key frames.
//!
//! What ffmpeg writes is decoded like any hostile file: sound from a pipe, pictures from memory.

use super::decode::{decoded, sounded};
use crate::film::{Facts, Film, Picture};
use crate::limits::Watch;
use crate::pool::{Load, Pool};
use std::fs::File;
use winnow_contract::Words;
use winnow_contract::asset::{Property, RenditionKind};
use winnow_contract::worker::{DecodeLimits, DecodeRequest, SoundRequest, Work};
use winnow_engine::ports::{DecodedFile, DecodedSound, DrawnPage, FilmFrame, StageError};

/// The note that a recording ends before it should.
const ENDS_EARLY: &str = "sound_ends_early";
/// The note that a recording is longer than what is decoded of it.
const CUT: &str = "sound_cut";
/// Pictures of one film that are taken at most.
const MOST_FRAMES: u32 = 100;
/// Limits of a picture that ffmpeg has made.
const FRAME: DecodeLimits = DecodeLimits {
    pixels: 40_000_000,
    picture_bytes: 200_000_000,
    file_bytes: 64 << 20,
    text_chars: 0,
    page_pixels: 4_000_000,
    preview_side: 1600,
    thumbnail_side: 352,
    pages: 1,
    cells: 0,
    nesting: 0,
};

/// The sound of a film, written into a file.
///
/// # Errors
/// `Broken` with `no_sound_track` or `damaged`, or what a worker's call can end in.
pub(super) fn sound(pool: &Pool, film: &Film, request: &SoundRequest, into: &File) -> Result<DecodedSound, StageError> {
    let facts = facts(film)?;
    if facts.heard.is_none() {
        return Err(broken(Words::new("no_sound_track")));
    }
    let running = film.sound(request.max_seconds)?;
    let mut watch = Watch::new(running.pid(), film.limits, film.cancel);
    let listen = |pipe: File| {
        let work = Work::Sound(SoundRequest { extension: "wav".to_owned(), max_seconds: request.max_seconds });
        let load = Load { work, blob: &[], files: &[&pipe, into], opening: None };
        pool.call(&load, film.limits, film.cancel, sounded)
    };
    let (heard, fate) = running.beside(&mut watch, listen).ok_or_else(damaged)?;
    let is_well = fate.map_err(|fault| film.told(fault))?;
    let mut sound = heard?;
    sound.head.properties = properties(&facts, sound.head.properties);
    sound.head.notes = notes(sound.head.notes, is_well);
    sound.head.partial = !sound.head.notes.is_empty();
    Ok(sound)
}

/// A pipe has no length, so that the decoder takes any end for too early; whether it was, ffmpeg says, unless the decoder had
/// enough and closed the pipe.
fn notes(decoded: Vec<Words>, is_well: bool) -> Vec<Words> {
    let early = Words::new(ENDS_EARLY);
    let is_well = is_well || decoded.iter().any(|note| note.code == CUT);
    let rest = decoded.into_iter().filter(|note| *note != early);
    rest.chain((!is_well).then_some(early.clone())).collect()
}

/// Key frames spread over the length of a film, in order, none twice.
///
/// # Errors
/// `Broken` with `no_picture_track` or `damaged`, or what a worker's call can end in.
pub(super) fn frames(pool: &Pool, film: &Film, count: u32) -> Result<Vec<FilmFrame>, StageError> {
    let facts = facts(film)?;
    if !facts.has_pictures {
        return Err(broken(Words::new("no_picture_track")));
    }
    let mut frames: Vec<FilmFrame> = Vec::new();
    for at in moments(count.min(MOST_FRAMES), facts.seconds) {
        let Some(picture) = film.picture(at, facts.start)? else { continue };
        if frames.last().is_none_or(|last| picture.at > last.at + 0.001) {
            frames.push(frame(pool, film, &picture)?);
        }
    }
    if frames.is_empty() && count > 0 { Err(damaged()) } else { Ok(frames) }
}

fn facts(film: &Film) -> Result<Facts, StageError> {
    film.facts()?.ok_or_else(damaged)
}

/// Seconds in the middle of as many equal parts; the beginning when the length is not known.
fn moments(count: u32, seconds: Option<f64>) -> Vec<f64> {
    match seconds {
        Some(seconds) => (0..count).map(|part| seconds * (f64::from(part) + 0.5) / f64::from(count)).collect(),
        None => vec![0.0; count.min(1) as usize],
    }
}

fn frame(pool: &Pool, film: &Film, picture: &Picture) -> Result<FilmFrame, StageError> {
    let bytes = i64::try_from(picture.png.len()).unwrap_or(i64::MAX);
    let request = DecodeRequest { extension: "png".to_owned(), bytes, limits: FRAME, turn: 0, password: None };
    let file = in_memory(&picture.png).map_err(|error| broken(Words::new("io_error").with("why", error.kind())))?;
    let load = Load { work: Work::Decode(request), blob: &[], files: &[&file], opening: None };
    let page = page(pool.call(&load, film.limits, film.cancel, decoded)?)?;
    let second = picture.at.round().clamp(0.0, f64::from(u32::MAX)) as u32;
    let head = winnow_contract::worker::RenditionHead { kind: RenditionKind::Frame, page: second, ..page.head };
    Ok(FilmFrame { at: picture.at, frame: DrawnPage { head, ..page } })
}

/// The page image of a decoded picture.
fn page(decoded: DecodedFile) -> Result<DrawnPage, StageError> {
    let DecodedFile { head, blob } = decoded;
    let mut at = 0;
    for rendition in head.renditions {
        let end = at + rendition.bytes as usize;
        if rendition.kind == RenditionKind::Page {
            return Ok(DrawnPage { image: blob[at..end].to_vec(), head: rendition });
        }
        at = end;
    }
    Err(head.refused.map_or_else(damaged, broken))
}

/// A file without a name that holds these bytes.
#[cfg(target_os = "linux")]
fn in_memory(bytes: &[u8]) -> std::io::Result<File> {
    use rustix::fs::{MemfdFlags, memfd_create};
    use std::io::{Seek, Write};
    let mut file = File::from(memfd_create("frame", MemfdFlags::CLOEXEC)?);
    file.write_all(bytes)?;
    file.rewind()?;
    Ok(file)
}

/// Only Linux has them; elsewhere there are no frames.
#[cfg(not(target_os = "linux"))]
fn in_memory(_bytes: &[u8]) -> std::io::Result<File> {
    Err(std::io::ErrorKind::Unsupported.into())
}

/// The decoder saw ffmpeg's output; what the film holds was told before.
fn properties(facts: &Facts, decoded: Vec<Property>) -> Vec<Property> {
    let Some(heard) = &facts.heard else { return decoded };
    let named = |key: &str, value: Option<String>| value.map(|value| Property { key: key.to_owned(), value });
    let own = [
        named("codec", Some(heard.codec.clone())),
        named("channels", heard.channels.map(|channels| channels.to_string())),
        named("sample_rate", heard.rate.map(|rate| rate.to_string())),
    ];
    let rest = decoded.into_iter().filter(|property| !matches!(property.key.as_str(), "codec" | "channels" | "sample_rate"));
    own.into_iter().flatten().chain(rest).collect()
}

fn damaged() -> StageError {
    broken(Words::new("damaged").with("why", "ffmpeg cannot read it"))
}

fn broken(words: Words) -> StageError {
    StageError::Broken(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_spread_over_the_length() {
        assert_eq!(moments(4, Some(80.0)), [10.0, 30.0, 50.0, 70.0]);
        assert_eq!(moments(1, Some(3.0)), [1.5]);
        assert_eq!(moments(0, Some(3.0)), [0.0; 0]);
        assert_eq!(moments(5, None), [0.0]);
        assert_eq!(moments(0, None), [0.0; 0]);
    }

    #[test]
    fn only_ffmpeg_knows_whether_a_pipe_ended_early() {
        let codes = |decoded: &[&str], is_well: bool| {
            let noted = notes(decoded.iter().map(|code| Words::new(code)).collect(), is_well);
            noted.into_iter().map(|note| note.code).collect::<Vec<_>>()
        };
        assert_eq!(codes(&[ENDS_EARLY], true), [""; 0]);
        assert_eq!(codes(&[CUT, ENDS_EARLY], true), [CUT]);
        assert_eq!(codes(&[], false), [ENDS_EARLY]);
        assert_eq!(codes(&[CUT, ENDS_EARLY], false), [CUT]);
    }

    #[test]
    fn facts_of_the_film_stand_before_those_of_what_was_made_of_it() {
        let property = |key: &str, value: &str| Property { key: key.to_owned(), value: value.to_owned() };
        let heard = crate::film::Heard { codec: "wmav2".to_owned(), rate: None, channels: Some(2) };
        let facts = Facts { heard: Some(heard), ..Facts::default() };
        let made = vec![property("codec", "pcm_s16le"), property("channels", "1"), property("duration", "5.0")];
        let expected = [property("codec", "wmav2"), property("channels", "2"), property("duration", "5.0")];
        assert_eq!(properties(&facts, made), expected);
    }
}
