//! Slices of the 16 kHz WAV files that a decoder wrote into the cache: what a player asks for.
//!
//! Trusts their header to be 44 bytes and looks at nothing in it; a file of another length only gives less sound.

use std::fs::File;
use winnow_contract::worker::{SAMPLE_RATE, WAV_HEADER};

/// Bytes of one second.
const SECOND: u64 = 2 * SAMPLE_RATE as u64;
/// Seconds of sound that one slice holds at most.
const SLICE: f64 = 120.0;

/// Seconds of sound in a file of the cache.
pub fn seconds(file: &File) -> std::io::Result<f64> {
    Ok(file.metadata()?.len().saturating_sub(u64::from(WAV_HEADER)) as f64 / SECOND as f64)
}

/// Sound from one second to another as a WAV of its own; what lies outside the recording is left out, and at most 120 s are
/// given.
pub fn slice(mut file: File, from: f64, to: f64) -> std::io::Result<Vec<u8>> {
    use std::io::{Read, Seek, SeekFrom};
    let (from, count) = range(seconds(&file)?, from, to);
    let mut wav = header(u32::try_from(count).expect("BUG: a slice is short")).to_vec();
    file.seek(SeekFrom::Start(u64::from(WAV_HEADER) + from))?;
    file.take(count).read_to_end(&mut wav)?;
    Ok(wav)
}

/// First byte and number of bytes of the samples between two seconds.
fn range(length: f64, from: f64, to: f64) -> (u64, u64) {
    let sample = |seconds: f64| (seconds * f64::from(SAMPLE_RATE)).round() as u64 * 2;
    // Not-a-number is the start, or the end.
    let from = from.clamp(0.0, length).max(0.0);
    let to = if to.is_nan() { length } else { to.clamp(from, length.max(from)) };
    let (start, end) = (sample(from), sample(to.min(from + SLICE)));
    (start, end.saturating_sub(start))
}

/// The 44 bytes before the samples.
fn header(bytes: u32) -> [u8; 44] {
    let mut header = [0; 44];
    let mut put = |at: usize, part: &[u8]| header[at..at + part.len()].copy_from_slice(part);
    put(0, b"RIFF");
    put(4, &(bytes + 36).to_le_bytes());
    put(8, b"WAVEfmt ");
    put(16, &16u32.to_le_bytes());
    put(20, &1u16.to_le_bytes());
    put(22, &1u16.to_le_bytes());
    put(24, &SAMPLE_RATE.to_le_bytes());
    put(28, &(2 * SAMPLE_RATE).to_le_bytes());
    put(32, &2u16.to_le_bytes());
    put(34, &16u16.to_le_bytes());
    put(36, b"data");
    put(40, &bytes.to_le_bytes());
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_lies_within_the_recording_and_is_short() {
        let check = |length: f64, from: f64, to: f64, expected: (f64, f64)| {
            let (start, count) = range(length, from, to);
            assert_eq!((start as f64 / 32_000.0, count as f64 / 32_000.0), expected, "{from} to {to} of {length}");
        };
        check(10.0, 0.0, 10.0, (0.0, 10.0));
        check(10.0, 2.5, 4.0, (2.5, 1.5));
        check(10.0, -5.0, 99.0, (0.0, 10.0));
        check(10.0, 4.0, 2.0, (4.0, 0.0));
        check(10.0, 12.0, 15.0, (10.0, 0.0));
        check(1000.0, 100.0, 900.0, (100.0, 120.0));
        check(10.0, f64::NAN, f64::NAN, (0.0, 10.0));
        check(10.0, f64::NEG_INFINITY, f64::INFINITY, (0.0, 10.0));
        check(0.0, 0.0, 1.0, (0.0, 0.0));
    }

    #[test]
    fn a_slice_is_a_wav_of_its_own() {
        let path = tempfile::NamedTempFile::new().expect("a file");
        let samples: Vec<u8> = (0..64_000u32).map(|at| (at / 32_000) as u8 + 1).collect();
        fs_err::write(path.path(), [header(64_000).as_slice(), &samples].concat()).expect("sound");
        let open = || path.reopen().expect("a file");
        let wav = slice(open(), 0.5, 1.5).expect("a slice");
        assert_eq!((&wav[..4], &wav[40..44], wav.len()), (b"RIFF".as_slice(), 32_000u32.to_le_bytes().as_slice(), 44 + 32_000));
        assert_eq!((wav[44], wav[wav.len() - 1]), (1, 2));
        assert_eq!(slice(open(), 5.0, 6.0).expect("nothing").len(), 44);
    }
}
