//! Whisper: a piece of at most 30 seconds to tokens with times and probabilities.
//!
//! Each piece is heard for itself: what was heard before does not colour it. What sounds doubtful or invented is heard once
//! more, with patience; the same piece always ends in the same words.

use super::models::Loading;
use super::words::{self, Token, Utterance};
use super::{pace, repeat};
use std::ffi::c_int;
use whisper_rs::{FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperState, get_lang_str};
use winnow_contract::worker::SAMPLE_RATE;

/// Samples that become one step of the encoder: a fiftieth of a second.
const STEP: usize = SAMPLE_RATE as usize / 50;
/// Steps of 30 seconds, the most there can be.
const MOST_STEPS: usize = 1500;
/// Steps after the end of a piece. The encoder's cost grows with the steps it takes; without room after the last word the
/// model loses or repeats it.
const ROOM: usize = 128;
/// Fewer steps, or a number that is no multiple, make it stumble.
const LEAST_STEPS: usize = 256;
const MULTIPLE: usize = 64;
/// Bytes of text for a second of speech, below which something was lost; people say about fourteen letters.
const LEAST_BYTES: f32 = 5.0;
/// Geometric mean of the tokens' probabilities, below which a piece is heard again.
const SURE: f32 = 0.7;
/// The language of a model that knows only one.
const ENGLISH: &str = "en";

/// A loaded model.
pub struct Whisper {
    context: WhisperContext,
    threads: u32,
}

/// One listener, who remembers nothing of others.
pub struct Ear<'a> {
    model: &'a Whisper,
    state: WhisperState,
}

impl Whisper {
    pub fn load(path: &str, threads: u32) -> Result<Self, Loading> {
        whisper_rs::install_logging_hooks();
        let mut parameters = WhisperContextParameters::new();
        parameters.use_gpu(false).flash_attn(true);
        let context = WhisperContext::new_with_params(path, parameters).map_err(|_| Loading::Damaged)?;
        Ok(Self { context, threads: threads.max(1) })
    }

    /// None when there is no memory for it.
    pub fn ear(&self) -> Option<Ear<'_>> {
        Some(Ear { model: self, state: self.context.create_state().ok()? })
    }
}

impl Ear<'_> {
    /// The likeliest language of a piece and its probability; none when the model fails.
    pub fn language(&mut self, samples: &[f32]) -> Option<(String, f32)> {
        if !self.model.context.is_multilingual() {
            return Some((ENGLISH.to_owned(), 1.0));
        }
        let threads = self.model.threads as usize;
        self.state.pcm_to_mel(samples, threads).ok()?;
        let (id, probabilities) = self.state.lang_detect(0, threads).ok()?;
        let probability = usize::try_from(id).ok().and_then(|id| probabilities.get(id).copied())?;
        Some((get_lang_str(id)?.to_owned(), probability))
    }

    /// What is said in a piece; none when the model fails.
    pub fn hear(&mut self, samples: &[f32], language: &str) -> Option<Vec<Utterance>> {
        if samples.is_empty() {
            return Some(Vec::new());
        }
        let known = whisper_rs::get_lang_id(language).map_or(ENGLISH, |_| language);
        let steps = steps(samples.len());
        let heard = self.hear_with(parameters(self.model.threads, known, steps), samples)?;
        // Fewer steps save more than half of the time, and now and then lose what was said, or say it again: then it is heard as
        // the model was trained, with all of them, and with other tries where the likeliest words end in nothing.
        if !(too_little(&heard, samples.len()) || invented(&heard, samples.len()) || steps < MOST_STEPS && unsure(&heard)) {
            return Some(heard);
        }
        let mut patient = parameters(self.model.threads, known, MOST_STEPS);
        patient.set_temperature_inc(0.2);
        patient.set_suppress_nst(false);
        self.hear_with(patient, samples)
    }

    fn hear_with(&mut self, parameters: FullParams<'_, '_>, samples: &[f32]) -> Option<Vec<Utterance>> {
        self.state.full(parameters, samples).ok()?;
        Some((0..self.state.full_n_segments()).filter_map(|index| self.utterance(index)).collect())
    }

    fn utterance(&self, index: c_int) -> Option<Utterance> {
        let segment = self.state.get_segment(index)?;
        let end_of_text = self.model.context.token_eot();
        let tokens = (0..segment.n_tokens()).filter_map(|at| segment.get_token(at)).filter(|token| token.token_id() < end_of_text);
        let tokens = tokens.filter_map(|token| {
            let times = token.token_data();
            let (t0, t1) = (times.t0 as f64 / 100.0, times.t1 as f64 / 100.0);
            Some(Token { bytes: token.to_bytes().ok()?.to_vec(), t0, t1, probability: token.token_probability() })
        });
        let (t0, t1) = (segment.start_timestamp() as f64 / 100.0, segment.end_timestamp() as f64 / 100.0);
        Some(Utterance { t0, t1, tokens: tokens.collect() })
    }
}

/// Too few words for so much speech.
fn too_little(heard: &[Utterance], samples: usize) -> bool {
    let bytes: usize = tokens(heard).map(|token| token.bytes.len()).sum();
    (bytes as f32) < LEAST_BYTES * samples as f32 / SAMPLE_RATE as f32
}

/// Words without end, or without the time to say them.
fn invented(heard: &[Utterance], samples: usize) -> bool {
    let seconds = samples as f64 / f64::from(SAMPLE_RATE);
    let segments: Vec<_> = heard.iter().filter_map(|utterance| words::segment(utterance, 0.0, 0.0, seconds)).collect();
    let words: Vec<_> = segments.iter().flat_map(|segment| &segment.words).collect();
    !pace::hurried(&words).is_empty() || heard.iter().any(|utterance| !repeat::loops(utterance).is_empty())
}

/// Words that the model is not sure of.
fn unsure(heard: &[Utterance]) -> bool {
    let sum: f32 = tokens(heard).map(|token| token.probability.max(f32::MIN_POSITIVE).ln()).sum();
    (sum / tokens(heard).count().max(1) as f32).exp() < SURE
}

fn tokens(heard: &[Utterance]) -> impl Iterator<Item = &Token> {
    heard.iter().flat_map(|utterance| &utterance.tokens)
}

fn parameters(threads: u32, language: &str, steps: usize) -> FullParams<'_, 'static> {
    let mut parameters = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
    parameters.set_n_threads(c_int::try_from(threads).unwrap_or(1));
    parameters.set_language(Some(language));
    parameters.set_no_context(true);
    parameters.set_temperature(0.0);
    parameters.set_temperature_inc(0.0);
    parameters.set_suppress_blank(true);
    parameters.set_suppress_nst(true);
    parameters.set_token_timestamps(true);
    parameters.set_audio_ctx(c_int::try_from(steps).unwrap_or(0));
    parameters.set_print_special(false);
    parameters.set_print_progress(false);
    parameters.set_print_realtime(false);
    parameters.set_print_timestamps(false);
    parameters
}

/// Steps of the encoder for a piece.
fn steps(samples: usize) -> usize {
    (samples.div_ceil(STEP) + ROOM).next_multiple_of(MULTIPLE).clamp(LEAST_STEPS, MOST_STEPS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_heard_badly_is_heard_again() {
        let check = |text: &str, probability: f32, seconds: usize, expected: (bool, bool)| {
            let tokens = text.split(' ').map(|word| Token { bytes: word.into(), t0: 0.0, t1: 1.0, probability }).collect();
            let heard = [Utterance { t0: 0.0, t1: 1.0, tokens }];
            assert_eq!((too_little(&heard, seconds * 16_000), unsure(&heard)), expected, "{text} {probability} {seconds}");
        };
        check("the", 0.9, 12, (true, false));
        check("she lit the lamp herself", 0.9, 2, (false, false));
        check("she lit the lamp herself", 0.5, 2, (false, true));
        check("", 0.9, 1, (true, false));
        assert!(too_little(&[], 16_000));
    }

    #[test]
    fn what_nobody_can_have_said_is_heard_again() {
        let check = |text: &str, seconds: f64, expected: bool| {
            let token = |(at, word): (usize, &str)| Token {
                bytes: format!(" {word}").into_bytes(),
                t0: at as f64 * seconds,
                t1: (at + 1) as f64 * seconds,
                probability: 0.9,
            };
            let tokens: Vec<_> = text.split_whitespace().enumerate().map(token).collect();
            let heard = [Utterance { t0: 0.0, t1: 100.0, tokens }];
            assert_eq!(invented(&heard, 4 * 16_000), expected, "{text} {seconds}");
        };
        check("she lit the lamp herself in the end", 0.4, false);
        check("she lit the lamp herself in the end", 0.01, true);
        // They begin when the piece is over.
        check("she lit the lamp herself in the end", 2.0, true);
        check(&"so ".repeat(12), 0.3, true);
    }

    #[test]
    fn a_short_piece_takes_fewer_steps() {
        let check = |seconds: f32, expected: usize| assert_eq!(steps((seconds * 16_000.0) as usize), expected, "{seconds} s");
        check(0.0, 256);
        check(2.0, 256);
        check(5.0, 384);
        check(10.0, 640);
        check(27.0, 1500);
        check(30.0, 1500);
    }
}
