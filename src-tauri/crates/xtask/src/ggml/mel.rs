//! The mel filter bank that whisper.cpp expects in its model file: Slaney's scale with equal areas, as librosa's
//! `filters.mel` makes it by default, for sound of 16 kHz in windows of 400 samples.

use super::numbers;
use crate::shell::Outcome;
use std::io::Write;

const RATE: f64 = 16_000.0;
const WINDOW: usize = 400;
/// Below this frequency in hertz the scale is linear, `STEP` hertz a mel.
const KNEE: f64 = 1000.0;
const STEP: f64 = 200.0 / 3.0;

/// Its sizes and its values.
pub fn write(out: &mut impl Write, mels: usize) -> Outcome {
    numbers(out, &[mels, WINDOW / 2 + 1])?;
    for value in filters(mels) {
        out.write_all(&value.to_le_bytes())?;
    }
    Ok(())
}

/// One row of 201 weights for each mel.
fn filters(mels: usize) -> Vec<f32> {
    let top = to_mel(RATE / 2.0);
    let step = top / (mels + 1) as f64;
    let edge = |number: usize| to_hertz(if number > mels { top } else { number as f64 * step });
    let edges: Vec<f64> = (0..mels + 2).map(edge).collect();
    let bins = (0..=WINDOW / 2).map(|bin| bin as f64 * (RATE / WINDOW as f64));
    edges.windows(3).flat_map(|edges| bins.clone().map(|bin| weight(edges, bin)).collect::<Vec<_>>()).collect()
}

/// How much a frequency counts between three edges: rising to the middle one, falling to the last.
fn weight(edges: &[f64], hertz: f64) -> f32 {
    let up = -(edges[0] - hertz) / (edges[1] - edges[0]);
    let down = (edges[2] - hertz) / (edges[2] - edges[1]);
    let height = up.min(down);
    // Not `max`: the very first weight is minus zero in files made elsewhere, and the same model shall have the same hash.
    let height = if height < 0.0 { 0.0 } else { height };
    (height * (2.0 / (edges[2] - edges[0]))) as f32
}

fn log_step() -> f64 {
    6.4_f64.ln() / 27.0
}

fn to_mel(hertz: f64) -> f64 {
    if hertz < KNEE { hertz / STEP } else { KNEE / STEP + (hertz / KNEE).ln() / log_step() }
}

fn to_hertz(mel: f64) -> f64 {
    if mel < KNEE / STEP { mel * STEP } else { KNEE * (log_step() * (mel - KNEE / STEP)).exp() }
}
