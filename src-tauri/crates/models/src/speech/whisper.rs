//! Whisper: a piece of at most 30 seconds to tokens with times and probabilities.
//!
//! Each piece is heard for itself and without chance: what was heard before does not colour it, and there is no second try
//! at a higher temperature.

use super::models::Loading;
use super::words::{Token, Utterance};
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
        let parameters = parameters(self.model.threads, known, samples.len());
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

fn parameters(threads: u32, language: &str, samples: usize) -> FullParams<'_, 'static> {
    let mut parameters = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
    parameters.set_n_threads(c_int::try_from(threads).unwrap_or(1));
    parameters.set_language(Some(language));
    parameters.set_no_context(true);
    parameters.set_temperature(0.0);
    parameters.set_temperature_inc(0.0);
    parameters.set_suppress_blank(true);
    parameters.set_suppress_nst(true);
    parameters.set_token_timestamps(true);
    parameters.set_audio_ctx(steps(samples));
    parameters.set_print_special(false);
    parameters.set_print_progress(false);
    parameters.set_print_realtime(false);
    parameters.set_print_timestamps(false);
    parameters
}

/// Steps of the encoder for a piece.
fn steps(samples: usize) -> c_int {
    let steps = (samples.div_ceil(STEP) + ROOM).next_multiple_of(MULTIPLE).clamp(LEAST_STEPS, MOST_STEPS);
    c_int::try_from(steps).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_piece_takes_fewer_steps() {
        let check = |seconds: f32, expected: c_int| assert_eq!(steps((seconds * 16_000.0) as usize), expected, "{seconds} s");
        check(0.0, 256);
        check(2.0, 256);
        check(5.0, 384);
        check(10.0, 640);
        check(27.0, 1500);
        check(30.0, 1500);
    }
}
