//! A stretch of the 16 kHz WAV file that our decoder wrote.
//!
//! No other WAV file is read: rate, channels and the place of the samples are fixed.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use winnow_contract::Words;
use winnow_contract::worker::{SAMPLE_RATE, WAV_HEADER};

/// Seconds that are read at once, whatever is asked for: they lie in memory.
const LONGEST: f64 = 1800.0;
const SHORTEST: f64 = 1.0;
const BYTES: u64 = 2;

/// Samples between -1 and 1 with their place in the recording.
pub struct Stretch {
    /// Seconds from the start of the recording.
    pub from: f64,
    pub samples: Vec<f32>,
    /// The recording ends here.
    pub at_end: bool,
}

impl Stretch {
    /// Reads from a second on, at most so many seconds.
    ///
    /// # Errors
    /// `io_error` when it cannot be read, `internal` when it is not such a file.
    pub fn read(mut file: File, from: f64, at_most: f64) -> Result<Self, Words> {
        let mut header = [0; WAV_HEADER as usize];
        file.rewind().and_then(|()| file.read_exact(&mut header)).map_err(|error| io_error(&error))?;
        if !is_ours(&header) {
            return Err(Words::new("internal").with("why", "the sound is not in the form that the decoder writes"));
        }
        let bytes = file.metadata().map_err(|error| io_error(&error))?.len().saturating_sub(u64::from(WAV_HEADER));
        let (first, count, at_end) = span(bytes / BYTES, from, at_most);
        file.seek(SeekFrom::Start(u64::from(WAV_HEADER) + first * BYTES)).map_err(|error| io_error(&error))?;
        let mut bytes = Vec::new();
        file.take(count * BYTES).read_to_end(&mut bytes).map_err(|error| io_error(&error))?;
        let samples = bytes.chunks_exact(2).map(|pair| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / 32_768.0).collect();
        Ok(Self { from: first as f64 / f64::from(SAMPLE_RATE), samples, at_end })
    }
}

/// First sample, number of samples, and whether the recording ends there.
fn span(length: u64, from: f64, at_most: f64) -> (u64, u64, bool) {
    let rate = f64::from(SAMPLE_RATE);
    // A number that is none becomes 0.
    let first = ((from * rate).round() as u64).min(length);
    let most = if at_most.is_finite() { at_most.clamp(SHORTEST, LONGEST) } else { LONGEST };
    let count = ((most * rate) as u64).min(length - first);
    (first, count, first + count == length)
}

fn is_ours(header: &[u8]) -> bool {
    header.starts_with(b"RIFF") && header[8..16] == *b"WAVEfmt " && header[22..24] == [1, 0] && header[24..28] == SAMPLE_RATE.to_le_bytes()
}

fn io_error(error: &std::io::Error) -> Words {
    Words::new("io_error").with("why", error.kind())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_lies_in_the_recording() {
        let check = |from: f64, at_most: f64, expected: (u64, u64, bool)| assert_eq!(span(160_000, from, at_most), expected);
        check(0.0, 100.0, (0, 160_000, true));
        check(0.0, 4.0, (0, 64_000, false));
        check(6.0, 4.0, (96_000, 64_000, true));
        check(99.0, 4.0, (160_000, 0, true));
        check(-5.0, 4.0, (0, 64_000, false));
        check(f64::NAN, f64::NAN, (0, 160_000, true));
        check(0.0, 0.0, (0, 16_000, false));
        check(0.0, -1.0, (0, 16_000, false));
    }
}
