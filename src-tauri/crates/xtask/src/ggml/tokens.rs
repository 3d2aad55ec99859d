//! The tokens of Whisper's vocabulary as bytes. CTranslate2 lists them in GPT-2's printable form, one a line.

use super::numbers;
use crate::shell::{Failure, Outcome};
use std::io::Write;

/// Tokens of text; the special ones after them are known to whisper.cpp.
const TEXT_TOKENS: usize = 50_257;

/// The tokens of text, as the bytes they stand for.
pub fn read(vocabulary: &[u8]) -> Outcome<Vec<Vec<u8>>> {
    let text = std::str::from_utf8(vocabulary).map_err(|_| Failure::new("the vocabulary is not text."))?;
    let tokens: Vec<Vec<u8>> = text.trim_end_matches('\n').split('\n').take(TEXT_TOKENS).map(bytes).collect();
    match tokens.len() {
        TEXT_TOKENS => Ok(tokens),
        count => Err(Failure::new(format!("the vocabulary has {count} tokens: this is not Whisper's."))),
    }
}

/// Their number, then each with its length.
pub fn write(out: &mut impl Write, tokens: &[Vec<u8>]) -> Outcome {
    numbers(out, &[tokens.len()])?;
    for token in tokens {
        numbers(out, &[token.len()])?;
        out.write_all(token)?;
    }
    Ok(())
}

/// A token in GPT-2's form as bytes; one with other characters is taken as it is.
fn bytes(token: &str) -> Vec<u8> {
    token.chars().map(byte).collect::<Option<_>>().unwrap_or_else(|| token.as_bytes().to_vec())
}

/// The byte that a character stands for: itself where it is printable in Latin-1, the others numbered from 256.
fn byte(character: char) -> Option<u8> {
    let code = u32::from(character);
    match u8::try_from(code) {
        Ok(byte) => is_kept(byte).then_some(byte),
        Err(_) => (0..=u8::MAX).filter(|byte| !is_kept(*byte)).nth(usize::try_from(code).ok()?.checked_sub(256)?),
    }
}

fn is_kept(byte: u8) -> bool {
    matches!(byte, 33..=126 | 161..=172 | 174..=255)
}

#[cfg(test)]
mod check {
    use super::*;

    #[test]
    fn printable_characters_stand_for_bytes() {
        let check = |token: &str, expected: &[u8]| assert_eq!(bytes(token), expected, "{token}");
        check("hello", b"hello");
        check("Ġthe", b" the");
        check("Ċ", b"\n");
        check("Ã¤", "ä".as_bytes());
        check("<|日|>", "<|日|>".as_bytes());
        check("", b"");
    }

    #[test]
    fn another_vocabulary_is_refused() {
        for text in ["", "a\nb\n"] {
            assert!(read(text.as_bytes()).expect_err("refused").to_string().contains("not Whisper's"));
        }
        assert!(read(&[0xff]).is_err());
    }
}
