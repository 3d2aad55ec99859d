//! The worker's loop: a request in, an answer out, until the channel closes.
//!
//! It knows nothing of formats and models, keeps no state between requests but a warm reader, and sets no limits.

use crate::caught;
use crate::channel::{Channel, Request};
use crate::confine::Confined;
use crate::decode::{self, Decoder};
use crate::embed::Texts;
use crate::ocr::Reader;
use crate::sound;
use crate::speech::Hearer;
use std::fs::File;
use std::io;
use winnow_contract::Words;
use winnow_contract::worker::{
    Answer, DecodeRequest, ExpandRequest, HearRequest, Loaded, OcrRequest, PageRequest, Role, SoundRequest, Work,
};

/// The courtesy of work that nobody waits for.
pub const BACKGROUND: i32 = 10;

/// An answer with its blob.
type Reply = (Answer, Vec<u8>);

/// Answers requests of one role until the parent closes the channel.
///
/// # Errors
/// When the channel breaks or carries something that is no request.
pub fn serve(role: Role) -> io::Result<()> {
    caught::stay_silent();
    // A system that refuses loses only this courtesy.
    let _ = rustix::process::nice(courtesy(role));
    let mut channel = Channel::inherited()?;
    // Before it gives up the right to load anything.
    let mut models = Models::of(role);
    let mut confined = Confined::begin(role);
    // Threads are confined as the one that starts them is, so none is started before it is confined for good.
    if role == Role::Decode {
        channel.end_with_parent()?;
    }
    while let Some(request) = channel.receive()? {
        let (answer, blob) = match request.work {
            Work::Hello => plain(Answer::Ready { card: card(role), confinement: Some(confined.found()) }),
            _ => reply(role, request, &mut models, &mut confined),
        };
        if let Answer::Loaded(loaded) = &answer {
            confined.finish(is_on_device(loaded));
            channel.end_with_parent()?;
        }
        channel.send(&answer, &blob)?;
    }
    Ok(())
}

/// What a role keeps warm; a process has one of them.
#[derive(Default)]
struct Models {
    decoder: Decoder,
    reader: Reader,
    texts: Texts,
    hearer: Hearer,
}

impl Models {
    /// With what a role cannot load later.
    fn of(role: Role) -> Self {
        let decoder = if role == Role::Decode { Decoder::load() } else { Decoder::default() };
        Self { decoder, ..Self::default() }
    }
}

fn card(role: Role) -> String {
    match role {
        Role::Decode => decode::CARD.to_owned(),
        Role::Ocr => Reader::card(),
        Role::Speech => Hearer::card(),
        Role::Embed => Texts::CARD.to_owned(),
    }
}

/// How far a process steps back behind whoever sits before the window.
fn courtesy(role: Role) -> i32 {
    match role {
        // A page that somebody looks at is drawn here.
        Role::Decode => 5,
        Role::Ocr | Role::Speech => BACKGROUND,
        // Its queries come from a person; its batches step back by themselves.
        Role::Embed => 0,
    }
}

/// A graphics device and its driver, not the processor.
fn is_on_device(loaded: &Loaded) -> bool {
    loaded.provider.as_ref().is_some_and(|provider| provider.name != "cpu")
}

fn reply(role: Role, request: Request, models: &mut Models, confined: &mut Confined) -> Reply {
    #[cfg(all(target_os = "linux", debug_assertions))]
    if let Some(told) = attempted(&request) {
        return plain(internal(&told));
    }
    let Models { decoder, reader, texts, hearer } = models;
    match (role, request.work) {
        (Role::Ocr, Work::Load(files)) => plain(reader.load(&files)),
        (Role::Decode, Work::Decode(work)) => decoded(&work, request.file, decoder),
        (Role::Decode, Work::Page(work)) => paged(&work, request.file, decoder),
        (Role::Decode, Work::Expand(work)) => expanded(&work, request.file, request.into, decoder),
        (Role::Decode, Work::Sound(work)) => sounded(&work, request.file, request.into),
        (Role::Speech, Work::Load(files)) => plain(hearer.load(&files)),
        (Role::Speech, Work::Hear(work)) => plain(heard(&work, request.file, hearer)),
        (Role::Ocr, Work::Ocr(work)) => plain(read(&work, &request.blob, reader)),
        (Role::Embed, work) => texts.answer(work, request.file, confined),
        _ => plain(internal("a request for another role")),
    }
}

fn decoded(work: &DecodeRequest, file: Option<File>, decoder: &Decoder) -> Reply {
    let Some(file) = file else { return plain(internal("the request came without its file")) };
    caught_while(|| decoder.decode(work, file).map(|(head, blob)| (Answer::Decoded(head), blob)))
}

fn paged(work: &PageRequest, file: Option<File>, decoder: &Decoder) -> Reply {
    let Some(file) = file else { return plain(internal("the request came without its file")) };
    caught_while(|| decoder.page(work, file).map(|(head, image)| (Answer::Paged(head), image)))
}

fn expanded(work: &ExpandRequest, file: Option<File>, into: Option<File>, decoder: &Decoder) -> Reply {
    let (Some(file), Some(into)) = (file, into) else { return plain(internal("the request came without its files")) };
    caught_while(|| decoder.expand(work, file, into).map(|found| (Answer::Expanded(found), Vec::new())))
}

fn sounded(work: &SoundRequest, file: Option<File>, into: Option<File>) -> Reply {
    let (Some(file), Some(into)) = (file, into) else { return plain(internal("the request came without its files")) };
    caught_while(|| sound::decode(work, file, into).map(|(head, waveform)| (Answer::Sounded(head), waveform)))
}

/// A reader that panics refuses the file, and the process lives on.
fn caught_while(read: impl FnOnce() -> Result<Reply, Words>) -> Reply {
    match caught::catch(read) {
        Ok(Ok(reply)) => reply,
        Ok(Err(reason)) => plain(Answer::Refused { reason }),
        Err(place) => plain(Answer::Refused { reason: decode::gave_up(&place) }),
    }
}

fn heard(work: &HearRequest, file: Option<File>, hearer: &mut Hearer) -> Answer {
    let Some(file) = file else { return internal("the request came without its file") };
    caught::catch(|| hearer.hear(work, file)).unwrap_or_else(|place| internal(&format!("listening gave up at {place}")))
}

fn read(work: &OcrRequest, image: &[u8], reader: &mut Reader) -> Answer {
    match caught::catch(|| reader.read(work, image)) {
        Ok(answer) => answer,
        // What is native does not panic, and sees every page anew: the instance is as good as before. Another could not be
        // loaded any more.
        Err(place) => internal(&format!("the reader gave up at {place}")),
    }
}

/// What came of an act that a test asks for, whatever the role is handed.
#[cfg(all(target_os = "linux", debug_assertions))]
fn attempted(request: &Request) -> Option<String> {
    use crate::attempt;
    let by_text = match &request.work {
        Work::Embed { texts } => texts.first().and_then(|text| attempt::asked(text.as_bytes())),
        _ => None,
    };
    by_text.or_else(|| attempt::asked(&request.blob)).or_else(|| request.file.as_ref().and_then(attempt::asked_by))
}

fn plain(answer: Answer) -> Reply {
    (answer, Vec::new())
}

fn internal(why: &str) -> Answer {
    Answer::Refused { reason: Words::new("internal").with("why", why) }
}
