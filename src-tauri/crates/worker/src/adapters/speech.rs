//! Speech to text in one child process that keeps its model warm.
//!
//! Which model is installed is asked of whoever keeps them; the words are not judged here.

use super::declined;
use crate::FindModel;
use crate::pool::{Load, Opening, Pool};
use crate::protocol::Reply;
use std::fs::File;
use std::path::Path;
use winnow_contract::worker::{Answer, Confinement, HearRequest, Heard, Role, Segment, Work};
use winnow_engine::ports::{CallLimits, Cancel, Speech, SpeechCard, StageError};

/// What is missing when no model is installed.
const NO_MODEL: &str = "whisper";
/// Times may lie this much outside the stretch that was listened to: they are rounded to hundredths.
const SLACK: f64 = 0.05;

/// Writes down recordings in a child process.
pub struct SpeechWorkers {
    pool: Pool,
    find: FindModel,
}

impl SpeechWorkers {
    /// Starts nothing. One process is enough: it works with as many threads as its model is given.
    pub(crate) fn new(program: &Path, find: FindModel) -> Self {
        Self { pool: Pool::new(program, Role::Speech, 1), find }
    }

    /// Process ids of the workers that run now.
    pub fn pids(&self) -> Vec<u32> {
        self.pool.pids()
    }
}

impl Speech for SpeechWorkers {
    fn card(&self) -> Option<SpeechCard> {
        (self.find)().map(|(files, languages)| SpeechCard { card: files.card, languages })
    }

    fn hear(&self, request: &HearRequest, sound: File, limits: CallLimits, cancel: &Cancel) -> Result<Heard, StageError> {
        let Some((models, _)) = (self.find)() else { return Err(StageError::Missing(NO_MODEL.to_owned())) };
        let opening = Opening { models: &models, loaded: &|_, _| {}, aside: None };
        let load = Load { work: Work::Hear(request.clone()), blob: &[], files: &[&sound], opening: Some(&opening) };
        self.pool.call(&load, limits, cancel, |reply| heard(request, reply))
    }

    fn confinement(&self) -> Option<Confinement> {
        self.pool.confinement()
    }
}

fn heard(request: &HearRequest, (answer, _): Reply) -> Option<Result<Heard, StageError>> {
    match answer {
        Answer::Heard(heard) => stands(request, &heard).then_some(Ok(heard)),
        other => declined(other),
    }
}

/// It went on, and everything lies in order within what was listened to.
fn stands(request: &HearRequest, heard: &Heard) -> bool {
    let goes_on = heard.until.is_finite() && (heard.until > request.from || heard.at_end);
    let mut last = request.from - SLACK;
    let in_order = heard.segments.iter().all(|segment| {
        let follows = segment.t0 >= last && segment.t0 <= segment.t1 && segment.t1 <= heard.until + SLACK;
        last = segment.t0;
        follows && within(segment)
    });
    goes_on && in_order && (0.0..=heard.until - request.from + SLACK).contains(&heard.speech)
}

/// The words lie in order within their segment, and are what its text consists of.
fn within(segment: &Segment) -> bool {
    let mut last = segment.t0;
    let in_order = segment.words.iter().all(|word| {
        let follows = word.t0 >= last && word.t0 <= word.t1 && word.t1 <= segment.t1 && (0.0..=1.0).contains(&word.probability);
        last = word.t0;
        follows
    });
    let mut rest = segment.text.as_str();
    let made_of = segment.words.iter().all(|word| match rest.find(&word.text) {
        Some(at) => {
            rest = &rest[at + word.text.len()..];
            true
        }
        None => false,
    });
    in_order && made_of
}

#[cfg(test)]
mod tests {
    use super::*;
    use winnow_contract::worker::HeardWord;

    const REQUEST: HearRequest = HearRequest { from: 10.0, at_most: 60.0, language: None, languages: Vec::new() };

    fn word(text: &str, t0: f64, t1: f64) -> HeardWord {
        HeardWord { text: text.to_owned(), t0, t1, probability: 0.9 }
    }

    fn sample() -> Heard {
        let words = vec![word("Good", 11.0, 11.5), word("evening.", 11.5, 12.0)];
        let segment = Segment { t0: 11.0, t1: 12.0, text: "Good evening.".to_owned(), words };
        Heard { segments: vec![segment], language: None, not_covered: false, until: 20.0, at_end: false, speech: 1.0, discarded: 0 }
    }

    #[test]
    fn only_what_fits_together_is_believed() {
        let check = |expected: bool, change: fn(&mut Heard)| {
            let mut heard = sample();
            change(&mut heard);
            assert_eq!(stands(&REQUEST, &heard), expected, "{heard:?}");
        };
        check(true, |_| {});
        check(false, |heard| heard.until = 10.0);
        check(true, |heard| (heard.segments, heard.until, heard.at_end, heard.speech) = (Vec::new(), 10.0, true, 0.0));
        check(false, |heard| heard.until = f64::NAN);
        check(false, |heard| heard.until = 11.5);
        check(false, |heard| heard.speech = 1000.0);
        check(false, |heard| heard.segments[0].t0 = 3.0);
        check(false, |heard| heard.segments[0].t0 = f64::NAN);
        check(false, |heard| heard.segments[0].words[0].t1 = 99.0);
        check(false, |heard| heard.segments[0].words[1].t0 = 10.5);
        check(false, |heard| heard.segments[0].words[1].probability = 2.0);
        check(false, |heard| heard.segments[0].text = "evening. Good".to_owned());
    }
}
