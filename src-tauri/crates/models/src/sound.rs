//! A recording of any common format to a WAV file of 16 kHz, one channel, 16 bits, and its waveform.
//!
//! Packet by packet in constant memory: a recording of hours takes no more than one of seconds. It does not listen.

mod foreign;
mod resample;
mod riff;
mod source;
mod tags;
mod wav;

use resample::Resampler;
use source::{Next, Source};
use std::fs::File;
use wav::Writer;
use winnow_contract::Words;
use winnow_contract::worker::{SAMPLE_RATE, SoundRequest, Sounded};

/// No WAV header can announce more than about 37 hours of this kind.
const MOST_SECONDS: u32 = 36 * 3600;

/// What of a recording could not be decoded.
#[derive(Default)]
struct Losses {
    /// Packets that were left out.
    packets: u64,
    /// It was longer than is taken.
    cut: bool,
    /// It ended, or broke, before its header says it does.
    early: bool,
}

/// Decodes `file` into `into`; the waveform comes back beside the facts.
///
/// # Errors
/// `damaged` when not a single sample can be decoded, `needs_ffmpeg` for formats that are not known here, `no_sound_track`
/// for a film without sound, `io_error` when the recording cannot be read or the WAV file cannot be written.
pub fn decode(request: &SoundRequest, file: File, into: File) -> Result<(Sounded, Vec<u8>), Words> {
    let seconds = request.max_seconds.min(MOST_SECONDS);
    let mut source = Source::open(file, &request.extension)?;
    let mut writer = Writer::new(into, u64::from(seconds) * u64::from(SAMPLE_RATE)).map_err(|error| io_error(&error))?;
    let losses = copy(&mut source, &mut writer).map_err(|error| io_error(&error))?;
    let (samples, waveform) = writer.finish().map_err(|error| io_error(&error))?;
    if samples == 0 {
        return Err(damaged("there is no sound in it"));
    }
    let length = samples as f64 / f64::from(SAMPLE_RATE);
    let notes = notes(&losses, seconds);
    Ok((Sounded { seconds: length, properties: source.properties(length), partial: !notes.is_empty(), notes }, waveform))
}

/// Fails only when the samples cannot be written.
fn copy(source: &mut Source, writer: &mut Writer) -> std::io::Result<Losses> {
    let mut losses = Losses::default();
    let (mut mono, mut ready) = (Vec::new(), Vec::new());
    let mut resampler: Option<Resampler> = None;
    loop {
        match source.next(&mut mono) {
            Next::Sound { rate } => {
                if resampler.as_ref().is_none_or(|resampler| resampler.rate() != rate) {
                    finish(resampler.take(), &mut ready);
                    resampler = Resampler::new(rate);
                }
                match &mut resampler {
                    Some(resampler) => resampler.push(&mono, &mut ready),
                    None => losses.packets += 1,
                }
            }
            Next::Lost => losses.packets += 1,
            Next::End { early } => {
                losses.early = early;
                finish(resampler.take(), &mut ready);
                losses.cut = !writer.write(&ready)?;
                return Ok(losses);
            }
        }
        if !writer.write(&ready)? {
            losses.cut = true;
            return Ok(losses);
        }
        ready.clear();
    }
}

fn finish(resampler: Option<Resampler>, ready: &mut Vec<f32>) {
    if let Some(resampler) = resampler {
        resampler.finish(ready);
    }
}

fn notes(losses: &Losses, seconds: u32) -> Vec<Words> {
    let mut notes = Vec::new();
    if losses.cut {
        notes.push(Words::new("sound_cut").with("minutes", f64::from(seconds) / 60.0));
    }
    if losses.early {
        notes.push(Words::new("sound_ends_early"));
    }
    if losses.packets > 0 {
        notes.push(Words::new("sound_damaged_parts").with("count", losses.packets));
    }
    notes
}

fn damaged(why: impl ToString) -> Words {
    Words::new("damaged").with("why", why)
}

fn needs_ffmpeg(what: &str) -> Words {
    Words::new("needs_ffmpeg").with("what", what)
}

/// What the system said, without any path.
fn io_error(error: &std::io::Error) -> Words {
    Words::new("io_error").with("why", error.kind())
}

#[cfg(test)]
mod tests;
