//! Recordings that are right, and those that lie: made here byte by byte.

use super::*;
use std::io::{Read, Seek, Write};

/// A WAV file whose header says what it is told to say.
struct Wav {
    format: u16,
    channels: u16,
    rate: u32,
    bits: u16,
    /// Bytes of sound as the header has it.
    says: u32,
    /// Bytes of the file after the first eight, as the header has it; none for what agrees with `says`.
    length: Option<u32>,
    data: Vec<u8>,
}

impl Wav {
    fn new(rate: u32, channels: u16, samples: &[i16]) -> Self {
        let data: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        Self { format: 1, channels, rate, bits: 16, says: data.len() as u32, length: None, data }
    }

    fn bytes(&self) -> Vec<u8> {
        let align = self.channels.wrapping_mul(self.bits / 8);
        let mut bytes = b"RIFF".to_vec();
        bytes.extend(self.length.unwrap_or(self.says.wrapping_add(36)).to_le_bytes());
        bytes.extend(b"WAVEfmt ");
        bytes.extend(16u32.to_le_bytes());
        bytes.extend(self.format.to_le_bytes());
        bytes.extend(self.channels.to_le_bytes());
        bytes.extend(self.rate.to_le_bytes());
        bytes.extend(self.rate.wrapping_mul(u32::from(align)).to_le_bytes());
        bytes.extend(align.to_le_bytes());
        bytes.extend(self.bits.to_le_bytes());
        bytes.extend(b"data");
        bytes.extend(self.says.to_le_bytes());
        bytes.extend(&self.data);
        bytes
    }
}

/// A tone of 440 Hz, half as loud as can be.
fn tone(rate: u32, seconds: f32, channels: u16) -> Vec<i16> {
    let frames = (rate as f32 * seconds) as usize;
    let at = |frame: usize| ((frame as f32 / rate as f32 * 440.0 * std::f32::consts::TAU).sin() * 16_384.0) as i16;
    (0..frames).flat_map(|frame| vec![at(frame); channels.into()]).collect()
}

fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(bytes).expect("written");
    file.rewind().expect("rewound");
    file
}

fn decoded(bytes: &[u8], max_seconds: u32) -> Result<(Sounded, Vec<u8>, Vec<u8>), Words> {
    let into = tempfile::tempfile().expect("a file");
    let request = SoundRequest { extension: "wav".to_owned(), max_seconds };
    let ours = into.try_clone().expect("the same file");
    let (head, waveform) = decode(&request, file(bytes), into)?;
    let (mut ours, mut wav) = (ours, Vec::new());
    ours.rewind().expect("rewound");
    ours.read_to_end(&mut wav).expect("read");
    Ok((head, waveform, wav))
}

fn codes(head: &Sounded) -> Vec<&str> {
    head.notes.iter().map(|note| note.code.as_str()).collect()
}

#[test]
fn a_recording_becomes_16_khz_in_one_channel() {
    let check = |rate: u32, channels: u16| {
        let (head, waveform, wav) = decoded(&Wav::new(rate, channels, &tone(rate, 2.0, channels)).bytes(), 60).expect("decoded");
        assert!((head.seconds - 2.0).abs() < 0.001 && !head.partial && head.notes.is_empty(), "{head:?}");
        assert_eq!((wav.len(), waveform.len()), (44 + 64_000, 40));
        assert_eq!(wav[40..44], 64_000u32.to_le_bytes());
        assert!(waveform[2..38].iter().all(|loudest| (120..135).contains(loudest)), "{waveform:?}");
        let shown: Vec<_> = head.properties.iter().map(|property| (property.key.as_str(), property.value.as_str())).collect();
        let (rate, channels) = (rate.to_string(), channels.to_string());
        assert_eq!(shown, [("codec", "pcm_s16le"), ("channels", channels.as_str()), ("sample_rate", rate.as_str()), ("duration", "2.0")]);
    };
    check(16_000, 1);
    check(44_100, 2);
    check(48_000, 6);
    check(8_000, 1);
}

#[test]
fn a_recording_that_is_too_long_is_cut() {
    let (head, waveform, wav) = decoded(&Wav::new(16_000, 1, &tone(16_000, 3.0, 1)).bytes(), 2).expect("decoded");
    assert_eq!((head.seconds, head.partial, codes(&head)), (2.0, true, vec!["sound_cut"]));
    assert_eq!((wav.len(), waveform.len()), (44 + 64_000, 40));
    assert_eq!(wav[40..44], 64_000u32.to_le_bytes());
}

#[test]
fn a_header_that_announces_more_is_a_note() {
    let check = |says: u32, length: Option<u32>| {
        let wav = Wav { says, length, ..Wav::new(16_000, 1, &tone(16_000, 1.0, 1)) };
        let (head, _, _) = decoded(&wav.bytes(), 60).expect("decoded");
        assert!(head.seconds > 0.9 && head.seconds <= 1.0, "{says} in {length:?}: {head:?}");
        assert_eq!((head.partial, codes(&head)), (true, vec!["sound_ends_early"]), "{says} in {length:?}");
    };
    check(64_000, None);
    check(0x7fff_fff0, None);
    check(0x7fff_fff0, Some(32_036));
    check(64_000, Some(32_036));
    check(64_000, Some(0));
}

#[test]
fn what_is_announced_of_the_whole_file_is_no_loss_of_sound() {
    for length in [0, 100, 32_036, 0x7fff_fff0, u32::MAX] {
        let wav = Wav { length: Some(length), ..Wav::new(16_000, 1, &tone(16_000, 1.0, 1)) };
        let (head, _, _) = decoded(&wav.bytes(), 60).expect("decoded");
        assert_eq!((head.seconds, head.partial), (1.0, false), "{length}");
    }
}

#[test]
fn what_holds_no_sound_is_refused() {
    let check = |name: &str, bytes: &[u8]| {
        let refused = decoded(bytes, 60).expect_err(name);
        assert_eq!(refused.code, "damaged", "{name}: {refused:?}");
    };
    let sample = || Wav::new(16_000, 1, &tone(16_000, 0.5, 1));
    check("nothing", b"");
    check("a header alone", &Wav::new(16_000, 1, &[]).bytes());
    check("a cut header", &sample().bytes()[..30]);
    check("no rate", &Wav { rate: 0, ..sample() }.bytes());
    check("a rate of one", &Wav { rate: 1, ..sample() }.bytes());
    check("an endless rate", &Wav { rate: u32::MAX, ..sample() }.bytes());
    check("no channel", &Wav { channels: 0, ..sample() }.bytes());
    check("no bits", &Wav { bits: 0, ..sample() }.bytes());
    check("rubbish", &[0x5a; 5000]);
    check("text", b"only words, again and again");
}

#[test]
fn strange_but_readable_sound_does_no_harm() {
    let many = decoded(&Wav::new(16_000, 1000, &vec![1000; 100_000]).bytes(), 60);
    assert!(many.is_err() || many.is_ok_and(|(head, ..)| head.seconds < 1.0));
    let nan: Vec<u8> = (0..16_000).flat_map(|_| f32::NAN.to_le_bytes()).collect();
    let wav = Wav { format: 3, bits: 32, says: nan.len() as u32, data: nan, ..Wav::new(16_000, 1, &[]) };
    let (head, waveform, _) = decoded(&wav.bytes(), 60).expect("decoded");
    assert_eq!((head.seconds, waveform), (1.0, vec![0; 20]));
}

#[test]
fn a_cut_anywhere_ends_in_a_state() {
    let whole = Wav::new(44_100, 2, &tone(44_100, 0.3, 2)).bytes();
    for length in (0..whole.len()).step_by(997).chain(0..60) {
        match decoded(&whole[..length], 60) {
            Ok((head, waveform, wav)) => assert!(head.seconds > 0.0 && !waveform.is_empty() && wav.len() > 44, "{length}"),
            Err(refused) => assert_eq!(refused.code, "damaged", "{length}"),
        }
    }
}
