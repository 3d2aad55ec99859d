//! Writes 16 kHz samples as a WAV file and keeps the loudest of every twentieth of a second.
//!
//! The header is right at the end only: it is written when the number of samples is known.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use winnow_contract::worker::{SAMPLE_RATE, WAV_HEADER, WAVEFORM_RATE};

/// Samples for one byte of the waveform.
const STEP: u64 = (SAMPLE_RATE / WAVEFORM_RATE) as u64;
const BYTES_PER_SAMPLE: u32 = 2;

/// A WAV file in the making.
pub struct Writer {
    file: BufWriter<File>,
    /// Samples that are still taken.
    left: u64,
    samples: u64,
    waveform: Vec<u8>,
    loudest: u16,
}

impl Writer {
    /// Begins anew, whatever the file holds. At most `most` samples are taken.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn new(mut file: File, most: u64) -> io::Result<Self> {
        file.set_len(0)?;
        file.rewind()?;
        let mut file = BufWriter::with_capacity(64 << 10, file);
        file.write_all(&header(0))?;
        Ok(Self { file, left: most, samples: 0, waveform: Vec::new(), loudest: 0 })
    }

    /// Writes samples between -1 and 1. False when there was no room for all.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&mut self, samples: &[f32]) -> io::Result<bool> {
        let room = usize::try_from(self.left).unwrap_or(usize::MAX).min(samples.len());
        for sample in &samples[..room] {
            let value = (sample.clamp(-1.0, 1.0) * f32::from(i16::MAX)).round() as i16;
            self.file.write_all(&value.to_le_bytes())?;
            self.loudest = self.loudest.max(value.unsigned_abs());
            self.samples += 1;
            if self.samples.is_multiple_of(STEP) {
                self.mark();
            }
        }
        self.left -= room as u64;
        Ok(room == samples.len())
    }

    /// Writes the header and gives the number of samples and the waveform.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish(mut self) -> io::Result<(u64, Vec<u8>)> {
        if !self.samples.is_multiple_of(STEP) {
            self.mark();
        }
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&header(u32::try_from(self.samples).unwrap_or(u32::MAX)))?;
        self.file.flush()?;
        Ok((self.samples, self.waveform))
    }

    fn mark(&mut self) {
        let scaled = u32::from(self.loudest) * 255 / u32::from(i16::MAX.unsigned_abs());
        self.waveform.push(u8::try_from(scaled).unwrap_or(u8::MAX));
        self.loudest = 0;
    }
}

/// A canonical WAV header: PCM, one channel, 16 bits.
fn header(samples: u32) -> [u8; WAV_HEADER as usize] {
    let bytes = samples.saturating_mul(BYTES_PER_SAMPLE);
    let mut header = [0; WAV_HEADER as usize];
    header[..4].copy_from_slice(b"RIFF");
    header[4..8].copy_from_slice(&bytes.saturating_add(WAV_HEADER - 8).to_le_bytes());
    header[8..16].copy_from_slice(b"WAVEfmt ");
    header[16..20].copy_from_slice(&16u32.to_le_bytes());
    header[20..22].copy_from_slice(&1u16.to_le_bytes());
    header[22..24].copy_from_slice(&1u16.to_le_bytes());
    header[24..28].copy_from_slice(&SAMPLE_RATE.to_le_bytes());
    header[28..32].copy_from_slice(&(SAMPLE_RATE * BYTES_PER_SAMPLE).to_le_bytes());
    header[32..34].copy_from_slice(&2u16.to_le_bytes());
    header[34..36].copy_from_slice(&16u16.to_le_bytes());
    header[36..40].copy_from_slice(b"data");
    header[40..44].copy_from_slice(&bytes.to_le_bytes());
    header
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn written(most: u64, parts: &[&[f32]]) -> (Vec<u8>, u64, Vec<u8>, bool) {
        let file = tempfile::tempfile().expect("a file");
        let mut writer = Writer::new(file.try_clone().expect("the same file"), most).expect("a writer");
        let whole = parts.iter().all(|part| writer.write(part).expect("written"));
        let (samples, waveform) = writer.finish().expect("finished");
        let (mut file, mut bytes) = (file, Vec::new());
        file.rewind().expect("rewound");
        file.read_to_end(&mut bytes).expect("read");
        (bytes, samples, waveform, whole)
    }

    #[test]
    fn the_header_says_what_is_there() {
        let (bytes, samples, waveform, whole) = written(100, &[&[0.0, 1.0], &[-1.0, 9.0]]);
        assert_eq!((samples, bytes.len(), whole), (4, 52, true));
        assert_eq!((&bytes[4..8], &bytes[40..44]), ([44, 0, 0, 0].as_slice(), [8, 0, 0, 0].as_slice()));
        assert_eq!(&bytes[44..], [0, 0, 0xff, 0x7f, 1, 0x80, 0xff, 0x7f]);
        assert_eq!(waveform, [255]);
    }

    #[test]
    fn a_twentieth_of_a_second_is_a_byte() {
        let quiet = vec![0.1; 800];
        let (_, _, waveform, _) = written(u64::MAX, &[&[0.0; 800], &quiet, &[0.5; 799], &[0.0; 2]]);
        assert_eq!(waveform, [0, 25, 127, 0]);
    }

    #[test]
    fn what_is_too_long_is_cut() {
        let (bytes, samples, _, whole) = written(3, &[&[0.5; 2], &[0.5; 2]]);
        assert_eq!((samples, bytes.len(), bytes[40], whole), (3, 50, 6, false));
        let (_, samples, waveform, whole) = written(0, &[&[]]);
        assert_eq!((samples, waveform, whole), (0, Vec::new(), true));
    }
}
