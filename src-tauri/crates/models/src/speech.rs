//! Writes down what is said in a recording: finds speech, hears it piece by piece, and leaves out what was invented.
//!
//! Input is the 16 kHz WAV file that our own decoder wrote. It opens no file but the models it is told of.

mod audible;
mod cpu;
mod models;
mod pace;
mod repeat;
mod voice;
mod wav;
mod whisper;
mod words;

use models::Loading;
use std::fs::File;
use std::ops::Range;
use voice::Voice;
use wav::Stretch;
use whisper::{Ear, Whisper};
use winnow_contract::Words;
use winnow_contract::worker::{Answer, HearRequest, Heard, Loaded, ModelFiles, SAMPLE_RATE, Segment};

/// The models that were loaded last, kept warm.
#[derive(Default)]
pub struct Hearer {
    warm: Option<Warm>,
}

struct Warm {
    whisper: Whisper,
    voice: Voice,
}

impl Hearer {
    /// What answers, with the version of the library.
    pub fn card() -> String {
        format!("whisper.cpp {}", whisper_rs::WHISPER_CPP_VERSION)
    }

    /// Loads the files named `whisper` and `voice`. `Missing` when one is not there; `Refused` when one is no such model,
    /// or this computer's processor cannot run what was built.
    pub fn load(&mut self, files: &ModelFiles) -> Answer {
        self.warm = None;
        if let Some(feature) = cpu::missing() {
            return Answer::Refused { reason: Words::new("cpu_too_old").with("feature", feature) };
        }
        match warm(files) {
            Ok(warm) => self.warm = Some(warm),
            Err(Loading::Missing) => return Answer::Missing { card: files.card.clone() },
            Err(Loading::Damaged) => return Answer::Refused { reason: Words::new("model_damaged").with("card", &files.card) },
        }
        Answer::Loaded(Loaded { card: files.card.clone(), dimensions: 0, provider: None })
    }

    /// Hears one stretch of a recording.
    pub fn hear(&mut self, request: &HearRequest, file: File) -> Answer {
        let Some(warm) = &mut self.warm else { return refused(Words::new("internal").with("why", "no model was loaded")) };
        match Stretch::read(file, request.from, request.at_most).and_then(|stretch| warm.hear(request, &stretch)) {
            Ok(heard) => Answer::Heard(heard),
            Err(reason) => refused(reason),
        }
    }
}

impl Warm {
    fn hear(&mut self, request: &HearRequest, stretch: &Stretch) -> Result<Heard, Words> {
        let speech = self.voice.speech(&stretch.samples).ok_or_else(|| gave_up("finding speech"))?;
        let plan = voice::plan(&speech, stretch.samples.len(), stretch.at_end);
        let mut heard = Heard {
            segments: Vec::new(),
            language: None,
            not_covered: false,
            until: (stretch.from + seconds(plan.until)).max(request.from),
            at_end: stretch.at_end && plan.until == stretch.samples.len(),
            speech: seconds(plan.speech),
            discarded: 0,
        };
        let Some(first) = plan.pieces.first() else { return Ok(heard) };
        let mut ear = self.whisper.ear().ok_or_else(|| gave_up("starting to listen"))?;
        let language = match &request.language {
            Some(language) => (language.clone(), 1.0),
            None => ear.language(&stretch.samples[first.clone()]).ok_or_else(|| gave_up("finding the language"))?,
        };
        heard.not_covered = !request.languages.is_empty() && !request.languages.contains(&language.0);
        if !heard.not_covered {
            let (segments, cut) = segments(&mut ear, &language.0, &plan.pieces, &speech, stretch)?;
            (heard.segments, heard.discarded) = repeat::without_inventions(segments);
            heard.discarded = heard.discarded.saturating_add(cut);
        }
        heard.language = Some(language);
        Ok(heard)
    }
}

fn warm(files: &ModelFiles) -> Result<Warm, Loading> {
    let whisper = models::find(files, "whisper", models::is_whisper)?;
    let voice = models::find(files, "voice", models::is_voice)?;
    Ok(Warm { whisper: Whisper::load(whisper, files.threads)?, voice: Voice::load(voice, files.threads)? })
}

/// What is heard in each piece, and how many phrases of it were left out at once.
fn segments(
    ear: &mut Ear,
    language: &str,
    pieces: &[Range<usize>],
    speech: &[Range<usize>],
    stretch: &Stretch,
) -> Result<(Vec<Segment>, u32), Words> {
    let (mut segments, mut discarded): (Vec<Segment>, u32) = (Vec::new(), 0);
    for piece in pieces {
        let heard = ear.hear(&stretch.samples[piece.clone()], language).ok_or_else(|| gave_up("listening"))?;
        let (begin, end) = (stretch.from + seconds(piece.start), stretch.from + seconds(piece.end));
        let first = segments.len();
        for utterance in heard {
            let (utterance, cut) = repeat::without_loops(utterance);
            let after = segments.last().map_or(begin, |segment| segment.t0.max(begin));
            segments.extend(words::segment(&utterance, begin, after, end));
            discarded = discarded.saturating_add(cut);
        }
        let sound_ends = stretch.from + seconds(voice::end(speech, piece));
        // What is heard first in a piece is what the sound in it was taken for.
        while segments.len() > first + 1 && segments.pop_if(|last| pace::is_after(last, sound_ends)).is_some() {
            discarded = discarded.saturating_add(1);
        }
    }
    Ok((segments, discarded))
}

fn seconds(samples: usize) -> f64 {
    samples as f64 / f64::from(SAMPLE_RATE)
}

fn gave_up(at: &str) -> Words {
    Words::new("internal").with("why", format!("{at} failed"))
}

fn refused(reason: Words) -> Answer {
    Answer::Refused { reason }
}
