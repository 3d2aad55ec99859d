//! A recording as packets of one channel, whatever its container and codec.
//!
//! It neither resamples nor writes. A packet that cannot be decoded is reported and left out.

use super::foreign;
use super::riff::Unbounded;
use super::tags::{self, Tags};
use super::{damaged, io_error, needs_ffmpeg};
use std::fs::File;
use std::sync::LazyLock;
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::codecs::registry::CodecRegistry;
use symphonia::core::common::Limit;
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;
use symphonia_adapter_libopus::OpusDecoder;
use winnow_contract::Words;
use winnow_contract::asset::Property;

/// Bytes of one tag that are kept; longer ones, and pictures, are skipped.
const TAG_BYTES: usize = 16 << 10;
/// What a codec is called that is not known here.
const RARE: &str = "a codec that is rarely used";
/// Packets in a row that cannot be decoded, after which the rest is given up.
const HOPELESS: u32 = 10_000;

static CODECS: LazyLock<CodecRegistry> = LazyLock::new(|| {
    let mut codecs = CodecRegistry::new();
    symphonia::default::register_enabled_codecs(&mut codecs);
    codecs.register_audio_decoder::<OpusDecoder>();
    codecs
});

/// What came next.
pub enum Next {
    /// Samples of one channel, with how many of them make a second.
    Sound { rate: u32 },
    /// A packet could not be decoded.
    Lost,
    /// Nothing more; `early` when the header announced more, or the container broke.
    End { early: bool },
}

/// An opened recording.
pub struct Source {
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    /// Frames that the header announces.
    announced: Option<u64>,
    /// Frames decoded.
    frames: u64,
    /// Packets lost one after the other.
    hopeless: u32,
    interleaved: Vec<f32>,
    /// Codec, channels and rate of what was decoded first.
    shape: Option<Shape>,
}

struct Shape {
    codec: &'static str,
    channels: usize,
    rate: u32,
}

impl Source {
    /// Finds the container and a decoder for its first track of sound.
    ///
    /// # Errors
    /// `damaged` with what is wrong, `needs_ffmpeg` for what is not known here, `no_sound_track`, `io_error`.
    pub fn open(file: File, extension: &str) -> Result<Self, Words> {
        // Looked at first: among foreign bytes there is always something that looks like a frame of sound.
        if let Some(name) = foreign::name(&file) {
            return Err(needs_ffmpeg(name));
        }
        let mut hint = Hint::new();
        hint.with_extension(extension);
        let source = Unbounded::new(file).map_err(|error| io_error(&error))?;
        let stream = MediaSourceStream::new(Box::new(source), Default::default());
        let tags = MetadataOptions::default().limit_tag_bytes(Limit::Maximum(TAG_BYTES)).limit_visual_bytes(Limit::Maximum(TAG_BYTES));
        let format = symphonia::default::get_probe().probe(&hint, stream, FormatOptions::default(), tags);
        let format = format.map_err(|error| damaged(said(&error)))?;
        let (track, announced, decoder) = start(format.as_ref())?;
        let (interleaved, shape) = (Vec::new(), None);
        Ok(Self { format, decoder, track, announced, frames: 0, hopeless: 0, interleaved, shape })
    }

    /// Decodes the next packet into `mono`.
    pub fn next(&mut self, mono: &mut Vec<f32>) -> Next {
        loop {
            let packet = match self.format.next_packet() {
                Ok(Some(packet)) if packet.track_id == self.track => packet,
                Ok(Some(_)) => continue,
                Ok(None) => return self.end(false),
                // The next recording of a chain begins.
                Err(Error::ResetRequired) if self.restart() => continue,
                Err(_) => return self.end(true),
            };
            let Ok(sound) = self.decoder.decode(&packet) else { return self.lost() };
            let (rate, channels) = (sound.spec().rate(), sound.spec().channels().count());
            if sound.frames() == 0 || channels == 0 {
                continue;
            }
            self.frames += sound.frames() as u64;
            sound.copy_to_vec_interleaved(&mut self.interleaved);
            mix(&self.interleaved, channels, mono);
            self.hopeless = 0;
            let codec = self.decoder.codec_info().short_name;
            self.shape.get_or_insert(Shape { codec, channels, rate });
            return Next::Sound { rate };
        }
    }

    /// What is known of it once it was decoded.
    pub fn properties(&mut self, seconds: f64) -> Vec<Property> {
        let mut properties = Vec::new();
        if let Some(shape) = &self.shape {
            properties.push(tags::property("codec", shape.codec));
            properties.push(tags::property("channels", shape.channels));
            properties.push(tags::property("sample_rate", shape.rate));
        }
        properties.push(tags::property("duration", format!("{seconds:.1}")));
        properties.extend(Tags::of(&mut self.format.metadata()).properties());
        properties
    }

    fn restart(&mut self) -> bool {
        let Ok((track, _, decoder)) = start(self.format.as_ref()) else { return false };
        // What a header announces is one recording of the chain.
        (self.track, self.decoder, self.announced) = (track, decoder, None);
        true
    }

    fn lost(&mut self) -> Next {
        self.hopeless += 1;
        if self.hopeless > HOPELESS { Next::End { early: true } } else { Next::Lost }
    }

    fn end(&self, broken: bool) -> Next {
        // Encoders round up to whole packets; half a second less is no loss.
        let slack = u64::from(self.shape.as_ref().map_or(0, |shape| shape.rate / 2));
        let short = self.announced.is_some_and(|announced| announced > self.frames + slack);
        Next::End { early: broken || short }
    }
}

/// A track, the frames that the header announces for it, and its decoder.
type Started = (u32, Option<u64>, Box<dyn AudioDecoder>);

/// The track of sound that is to be heard unless one chooses, else the first, of those that can be decoded.
fn start(format: &dyn FormatReader) -> Result<Started, Words> {
    let wanted = format.default_track(TrackType::Audio).map(|track| track.id);
    let first = format.tracks().iter().filter(|track| Some(track.id) == wanted);
    let others = format.tracks().iter().filter(|track| Some(track.id) != wanted);
    let mut why = None;
    for track in first.chain(others) {
        match parameters(track).map(|parameters| CODECS.make_audio_decoder(parameters, &AudioDecoderOptions::default())) {
            Some(Ok(decoder)) => return Ok((track.id, track.num_frames, decoder)),
            Some(Err(Error::Unsupported(_))) => why = Some(needs_ffmpeg(RARE)),
            Some(Err(error)) => why = why.or(Some(damaged(said(&error)))),
            None => {}
        }
    }
    Err(why.unwrap_or_else(|| nothing_to_hear(format.tracks())))
}

/// Why there is no track of sound. One whose codec is not known may be one.
fn nothing_to_hear(tracks: &[Track]) -> Words {
    if tracks.is_empty() {
        damaged("it has no tracks")
    } else if tracks.iter().any(|track| track.codec_params.is_none()) {
        needs_ffmpeg(RARE)
    } else {
        Words::new("no_sound_track")
    }
}

fn parameters(track: &Track) -> Option<&AudioCodecParameters> {
    match track.codec_params.as_ref()? {
        CodecParameters::Audio(parameters) => Some(parameters),
        _ => None,
    }
}

/// The mean of the channels. What is no number is silence, and what is louder than loud is as loud as can be.
fn mix(interleaved: &[f32], channels: usize, mono: &mut Vec<f32>) {
    mono.clear();
    let clean = |sample: &f32| if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 };
    mono.extend(interleaved.chunks_exact(channels).map(|frame| frame.iter().map(clean).sum::<f32>() / channels as f32));
}

/// What the decoder complains of. Its messages are constants of its own, never bytes of the file.
fn said(error: &Error) -> String {
    match error {
        Error::IoError(error) => format!("it ends too early ({})", error.kind()),
        Error::DecodeError(why) | Error::Unsupported(why) | Error::LimitError(why) => (*why).to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_mixed_and_nonsense_is_silence() {
        let check = |interleaved: &[f32], channels: usize, expected: &[f32]| {
            let mut mono = vec![9.0];
            mix(interleaved, channels, &mut mono);
            assert_eq!(mono, expected, "{interleaved:?} in {channels} channels");
        };
        check(&[0.5, -0.25], 1, &[0.5, -0.25]);
        check(&[1.0, 0.0, 0.5, 0.5], 2, &[0.5, 0.5]);
        check(&[f32::NAN, 0.5, f32::INFINITY, 1.0], 2, &[0.25, 0.5]);
        check(&[3.0, -7.0], 1, &[1.0, -1.0]);
        check(&[0.5], 2, &[]);
    }
}
