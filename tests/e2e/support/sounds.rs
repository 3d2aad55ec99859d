//! Recordings: clips of real speech with what is said in them, and sounds made here.
//!
//! The clips are LibriVox's, of Debian's `pocketsphinx-testdata`; nothing of them is in the checkout.

use std::path::{Path, PathBuf};

const CLIPS: &str = "/usr/share/pocketsphinx/test/data/librivox";

/// A clip and its words.
pub struct Clip {
    pub name: String,
    pub path: PathBuf,
    pub words: String,
}

/// The five clips, 71 words in all.
///
/// # Panics
/// When they are not installed.
pub fn librivox() -> Vec<Clip> {
    let list = fs_err::read_to_string(Path::new(CLIPS).join("transcription"));
    let list = list.expect("real speech: the package pocketsphinx-testdata is installed by `cargo xtask test`");
    list.lines().filter_map(clip).collect()
}

/// `<s> words </s> (name)`
fn clip(line: &str) -> Option<Clip> {
    let (words, name) = line.trim().strip_prefix("<s>")?.split_once("</s>")?;
    let name = format!("{}.wav", name.trim().trim_matches(['(', ')']));
    Some(Clip { path: Path::new(CLIPS).join(&name), name, words: words.trim().to_owned() })
}

/// Samples of a WAV file of 16 kHz, 16 bits, one channel, with a header of 44 bytes.
///
/// # Panics
/// When it cannot be read.
pub fn samples(path: &Path) -> Vec<i16> {
    let bytes = fs_err::read(path).expect("a clip");
    bytes[44..].chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
}

/// A WAV file of 16 kHz, 16 bits, one channel.
pub fn wav(samples: &[i16]) -> Vec<u8> {
    let length = u32::try_from(samples.len() * 2).expect("a short sound");
    let mut bytes = Vec::with_capacity(44 + samples.len() * 2);
    bytes.extend(b"RIFF");
    bytes.extend((36 + length).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    bytes.extend(16_000_u32.to_le_bytes());
    bytes.extend(32_000_u32.to_le_bytes());
    bytes.extend(b"\x02\0\x10\0data");
    bytes.extend(length.to_le_bytes());
    samples.iter().for_each(|sample| bytes.extend(sample.to_le_bytes()));
    bytes
}

/// Words that differ (inserted, left out or other ones), and words there are; case, hyphens and "Mr" do not count.
pub fn word_errors(wanted: &str, heard: &str) -> (usize, usize) {
    let (wanted, heard) = (words(wanted), words(heard));
    let mut row: Vec<usize> = (0..=heard.len()).collect();
    for (i, one) in wanted.iter().enumerate() {
        let mut before = std::mem::replace(&mut row[0], i + 1);
        for (j, other) in heard.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (above + 1).min(row[j] + 1).min(before + usize::from(one != other));
            before = above;
        }
    }
    (row[heard.len()], wanted.len())
}

fn words(text: &str) -> Vec<String> {
    let text = text.to_lowercase().replace('-', " ");
    let plain: String = text.chars().map(|letter| if letter.is_ascii_alphanumeric() || letter == '\'' { letter } else { ' ' }).collect();
    plain.split_whitespace().map(|word| if word == "mr" { "mister".to_owned() } else { word.to_owned() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn word_errors_are_counted() {
        let check = |wanted: &str, heard: &str, errors| assert_eq!(word_errors(wanted, heard).0, errors, "{wanted} / {heard}");
        check("he was not an ill disposed young man", "He was not an ill-disposed young man.", 0);
        check("mister john", "Mr. John", 0);
        check("a b c", "a c", 1);
        check("a b", "a x b", 1);
        check("a b", "", 2);
    }
}
