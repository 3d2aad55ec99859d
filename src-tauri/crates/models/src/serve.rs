//! The worker's loop: a request in, an answer out, until the channel closes.
//!
//! It knows nothing of formats and models, keeps no state between requests but a warm reader, and sets no limits.

use crate::caught;
use crate::channel::{Channel, Request};
use crate::decode;
use crate::embed::Texts;
use crate::ocr::Reader;
use crate::sound;
use crate::speech::Hearer;
use std::fs::File;
use std::io;
use winnow_contract::Words;
use winnow_contract::worker::{Answer, DecodeRequest, HearRequest, OcrRequest, Role, SoundRequest, Work};

/// An answer with its blob.
type Reply = (Answer, Vec<u8>);

/// Answers requests of one role until the parent closes the channel.
///
/// # Errors
/// When the channel breaks or carries something that is no request.
pub fn serve(role: Role) -> io::Result<()> {
    caught::stay_silent();
    // Whoever sits before the window goes first. A system that refuses loses only this courtesy.
    let _ = rustix::process::nice(5);
    let mut channel = Channel::inherited()?;
    channel.end_with_parent()?;
    let mut reader = Reader::default();
    let mut texts = Texts::default();
    let mut hearer = Hearer::default();
    while let Some(request) = channel.receive()? {
        let (answer, blob) = reply(role, request, &mut reader, &mut texts, &mut hearer);
        channel.send(&answer, &blob)?;
    }
    Ok(())
}

fn reply(role: Role, request: Request, reader: &mut Reader, texts: &mut Texts, hearer: &mut Hearer) -> Reply {
    match (role, request.work) {
        (Role::Decode, Work::Hello) => plain(Answer::Ready { card: decode::CARD.to_owned() }),
        (Role::Ocr, Work::Hello) => plain(Answer::Ready { card: Reader::card() }),
        (Role::Speech, Work::Hello) => plain(Answer::Ready { card: Hearer::card() }),
        (Role::Decode, Work::Decode(work)) => decoded(&work, request.file),
        (Role::Decode, Work::Sound(work)) => sounded(&work, request.file, request.into),
        (Role::Speech, Work::Load(files)) => plain(hearer.load(&files)),
        (Role::Speech, Work::Hear(work)) => plain(heard(&work, request.file, hearer)),
        (Role::Ocr, Work::Ocr(work)) => plain(read(&work, &request.blob, reader)),
        (Role::Embed, work) => texts.answer(work, request.file),
        _ => plain(internal("a request for another role")),
    }
}

fn decoded(work: &DecodeRequest, file: Option<File>) -> Reply {
    let Some(file) = file else { return plain(internal("the request came without its file")) };
    match caught::catch(|| decode::decode(work, file)) {
        Ok(Ok((head, blob))) => (Answer::Decoded(head), blob),
        Ok(Err(reason)) => plain(Answer::Refused { reason }),
        Err(place) => plain(Answer::Refused { reason: Words::new("damaged").with("why", format!("the decoder gave up at {place}")) }),
    }
}

fn sounded(work: &SoundRequest, file: Option<File>, into: Option<File>) -> Reply {
    let (Some(file), Some(into)) = (file, into) else { return plain(internal("the request came without its files")) };
    match caught::catch(|| sound::decode(work, file, into)) {
        Ok(Ok((head, waveform))) => (Answer::Sounded(head), waveform),
        Ok(Err(reason)) => plain(Answer::Refused { reason }),
        Err(place) => plain(Answer::Refused { reason: Words::new("damaged").with("why", format!("the decoder gave up at {place}")) }),
    }
}

fn heard(work: &HearRequest, file: Option<File>, hearer: &mut Hearer) -> Answer {
    let Some(file) = file else { return internal("the request came without its file") };
    caught::catch(|| hearer.hear(work, file)).unwrap_or_else(|place| internal(&format!("listening gave up at {place}")))
}

fn read(work: &OcrRequest, image: &[u8], reader: &mut Reader) -> Answer {
    match caught::catch(|| reader.read(work, image)) {
        Ok(answer) => answer,
        Err(place) => {
            // The instance may be in any state after a panic.
            *reader = Reader::default();
            internal(&format!("the reader gave up at {place}"))
        }
    }
}

fn plain(answer: Answer) -> Reply {
    (answer, Vec::new())
}

fn internal(why: &str) -> Answer {
    Answer::Refused { reason: Words::new("internal").with("why", why) }
}
