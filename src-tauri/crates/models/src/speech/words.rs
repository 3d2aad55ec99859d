//! Tokens to words: joined where the model wrote no space, with times that lie in order.
//!
//! Nothing is corrected: the text of a segment is what the model wrote, trimmed, without characters it left unfinished.

use winnow_contract::worker::{HeardWord, Segment};

/// A part of a word as the model wrote it. Times are seconds from the start of the piece and may be nonsense.
#[derive(Clone, Debug)]
pub struct Token {
    /// May be a part of a character.
    pub bytes: Vec<u8>,
    pub t0: f64,
    pub t1: f64,
    pub probability: f32,
}

/// A sentence or so as the model wrote it.
#[derive(Clone, Debug)]
pub struct Utterance {
    pub t0: f64,
    pub t1: f64,
    pub tokens: Vec<Token>,
}

/// A segment of the recording: `begin` is where the piece begins, and all times lie between `after` and `end`. None
/// without a word.
pub fn segment(utterance: &Utterance, begin: f64, after: f64, end: f64) -> Option<Segment> {
    let within = |time: f64| if time.is_finite() { (begin + time).clamp(after, end.max(after)) } else { after };
    let (t0, t1) = (within(utterance.t0), within(utterance.t1).max(within(utterance.t0)));
    let mut last = t0;
    let (mut words, mut text) = (Vec::new(), String::new());
    for tokens in grouped(&utterance.tokens) {
        let bytes: Vec<u8> = tokens.iter().flat_map(|token| token.bytes.iter().copied()).collect();
        // What the model wrote half a character of, nobody can read.
        let written: String = bytes.utf8_chunks().map(|chunk| chunk.valid()).collect();
        text.push_str(&written);
        let written = written.trim();
        if written.is_empty() {
            continue;
        }
        let from = within(tokens[0].t0).clamp(last, t1);
        let to = tokens.last().map_or(from, |token| within(token.t1)).clamp(from, t1);
        last = from;
        words.push(HeardWord { text: written.to_owned(), t0: from, t1: to, probability: mean(tokens) });
    }
    (!words.is_empty()).then(|| Segment { t0, t1, text: text.trim().to_owned(), words })
}

/// Tokens by word: a word begins with a space, or after a sign that is a word of its own.
fn grouped(tokens: &[Token]) -> Vec<&[Token]> {
    let mut groups = Vec::new();
    let mut start = 0;
    for at in 1..tokens.len() {
        if tokens[at].bytes.starts_with(b" ") || stands_alone(&tokens[start..at]) {
            groups.push(&tokens[start..at]);
            start = at;
        }
    }
    if start < tokens.len() {
        groups.push(&tokens[start..]);
    }
    groups
}

/// Whether it ends with a whole sign of a script that is written without spaces (CJK ideographs and kana).
fn stands_alone(tokens: &[Token]) -> bool {
    let bytes: Vec<u8> = tokens.iter().flat_map(|token| token.bytes.iter().copied()).collect();
    let last = std::str::from_utf8(&bytes).ok().and_then(|text| text.chars().next_back());
    last.is_some_and(|sign| matches!(sign, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}'))
}

/// Geometric mean of the probabilities, 0..1.
fn mean(tokens: &[Token]) -> f32 {
    let certain = |token: &Token| if token.probability.is_finite() { token.probability.clamp(1e-6, 1.0) } else { 1e-6 };
    let logs: f32 = tokens.iter().map(|token| certain(token).ln()).sum();
    (logs / tokens.len() as f32).exp().clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(text: &str, t0: f64, t1: f64, probability: f32) -> Token {
        Token { bytes: text.as_bytes().to_vec(), t0, t1, probability }
    }

    fn check(tokens: &[Token], text: &str, expected: &[&str]) {
        let utterance = Utterance { t0: 0.0, t1: 5.0, tokens: tokens.to_vec() };
        let segment = segment(&utterance, 10.0, 10.0, 14.0).expect("a segment");
        let words: Vec<String> =
            segment.words.iter().map(|word| format!("{} {:.1}-{:.1} {:.2}", word.text, word.t0, word.t1, word.probability)).collect();
        assert_eq!((segment.text.as_str(), words), (text, expected.iter().map(ToString::to_string).collect()));
        assert_eq!((segment.t0, segment.t1), (10.0, 14.0));
    }

    #[test]
    fn parts_are_joined_to_words() {
        let parts = [token(" light", 0.0, 0.4, 0.9), token("house", 0.4, 0.8, 0.4), token(",", 0.8, 0.9, 0.9), token(" he", 1.0, 1.2, 0.5)];
        check(&parts, "lighthouse, he", &["lighthouse, 10.0-10.9 0.69", "he 11.0-11.2 0.50"]);
    }

    #[test]
    fn times_lie_in_the_piece_and_in_order() {
        let nonsense = [token(" a", 3.0, 2.0, 1.0), token(" b", 1.0, 99.0, 1.0), token(" c", -1.0, -1.0, 1.0)];
        check(&nonsense, "a b c", &["a 13.0-13.0 1.00", "b 13.0-14.0 1.00", "c 13.0-13.0 1.00"]);
        check(&[token("x", f64::NAN, f64::INFINITY, f32::NAN)], "x", &["x 10.0-10.0 0.00"]);
    }

    #[test]
    fn a_character_in_two_tokens_is_one() {
        let halves = [
            Token { bytes: b" M\xc3".to_vec(), ..token("", 0.0, 1.0, 1.0) },
            Token { bytes: b"\xbcller".to_vec(), ..token("", 1.0, 2.0, 1.0) },
        ];
        check(&halves, "Müller", &["Müller 10.0-12.0 1.00"]);
        check(&[Token { bytes: b" M\xc3".to_vec(), ..token("", 0.0, 1.0, 1.0) }], "M", &["M 10.0-11.0 1.00"]);
        let astray = [" incler", "\u{2019}s"].map(|text| token(text, 0.0, 1.0, 1.0));
        check(&astray, "incler\u{2019}s", &["incler\u{2019}s 10.0-11.0 1.00"]);
        let cut = Token { bytes: b"\xe2\x80".to_vec(), ..token("", 0.0, 1.0, 1.0) };
        check(&[astray[0].clone(), cut, token("'s", 0.0, 1.0, 1.0)], "incler's", &["incler's 10.0-11.0 1.00"]);
        check(&[token("灯", 0.0, 1.0, 1.0), token("台", 1.0, 2.0, 1.0)], "灯台", &["灯 10.0-11.0 1.00", "台 11.0-12.0 1.00"]);
    }

    #[test]
    fn no_word_is_no_segment() {
        let empty = |tokens: Vec<Token>| segment(&Utterance { t0: 0.0, t1: 1.0, tokens }, 0.0, 0.0, 1.0).is_none();
        assert!(empty(Vec::new()));
        assert!(empty(vec![token(" ", 0.0, 1.0, 1.0)]));
    }
}
