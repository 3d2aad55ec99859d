//! MinHash of a text's word shingles: how many of their shingles two texts share, estimated from 512 bytes of each.
//!
//! A. Broder, "On the resemblance and containment of documents", 1997. Word order counts within a shingle only; case, white
//! space and punctuation do not count.

use super::mix;
use serde::Serialize;

/// Values of a signature. The standard error of the estimate is below .045.
pub const PERMUTATIONS: usize = 128;
/// Words of a shingle.
const SHINGLE: usize = 3;
/// Shorter texts say too little to be compared.
pub const WORDS: usize = 40;
/// Values that form a part. Texts at .8 share at least one of 25 parts of 5 values with a probability of .9999, at .3 with .06.
const PART: usize = 5;
const PARTS: usize = PERMUTATIONS / PART;

/// The least value of a text's shingles under each permutation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Minima(Vec<u32>);

/// Multiplier and summand of every permutation. They are part of what is stored: never change them.
const PERMUTED: [(u64, u64); PERMUTATIONS] = permuted();

const fn permuted() -> [(u64, u64); PERMUTATIONS] {
    let mut pairs = [(0, 0); PERMUTATIONS];
    let mut at = 0;
    while at < PERMUTATIONS {
        pairs[at] = (mix(2 * at as u64 + 1) | 1, mix(2 * at as u64 + 2));
        at += 1;
    }
    pairs
}

/// The signature of a text in parts, one behind the other; none when it has fewer words than are compared.
pub fn of<'a>(parts: impl IntoIterator<Item = &'a str>) -> Option<Minima> {
    let mut minima = vec![u32::MAX; PERMUTATIONS];
    let mut last = [0u64; SHINGLE];
    let mut count = 0usize;
    for part in parts {
        each_word(part, |word| {
            last.rotate_left(1);
            last[SHINGLE - 1] = word;
            count += 1;
            if count >= SHINGLE {
                take(&mut minima, shingle(&last));
            }
        });
    }
    (count >= WORDS).then_some(Minima(minima))
}

fn shingle(words: &[u64; SHINGLE]) -> u64 {
    words.iter().fold(0, |hash, word| mix(hash.rotate_left(23) ^ word))
}

/// A permutation of a number that is spread already: the upper half of a product with an odd number, and a summand.
fn take(minima: &mut [u32], shingle: u64) {
    for (least, (multiplier, summand)) in minima.iter_mut().zip(&PERMUTED) {
        *least = (*least).min((shingle.wrapping_mul(*multiplier).wrapping_add(*summand) >> 32) as u32);
    }
}

/// Hands on a hash of every word, in small letters. A sign of a script without spaces is a word.
fn each_word(text: &str, mut word: impl FnMut(u64)) {
    const START: u64 = 0xcbf2_9ce4_8422_2325;
    let mut hash = START;
    for character in text.chars() {
        let stands_alone = is_ideograph(character);
        if (stands_alone || !character.is_alphanumeric()) && hash != START {
            word(mix(hash));
            hash = START;
        }
        if character.is_alphanumeric() {
            hash = character.to_lowercase().fold(hash, |hash, small| (hash ^ u64::from(small)).wrapping_mul(0x0100_0000_01b3));
        }
        if stands_alone {
            word(mix(hash));
            hash = START;
        }
    }
    if hash != START {
        word(mix(hash));
    }
}

/// Chinese characters and Japanese syllables.
fn is_ideograph(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

impl Minima {
    /// The share of the shingles of both texts that they have in common, estimated.
    pub fn jaccard(&self, other: &Self) -> f32 {
        let equal = self.0.iter().zip(&other.0).filter(|(one, other)| one == other).count();
        equal as f32 / PERMUTATIONS as f32
    }

    /// Little-endian 32-bit numbers.
    pub fn encode(&self) -> Vec<u8> {
        self.0.iter().flat_map(|least| least.to_le_bytes()).collect()
    }

    /// None when it is not as long as a signature.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let minima: Vec<u32> = bytes.as_chunks().0.iter().map(|chunk| u32::from_le_bytes(*chunk)).collect();
        (bytes.len() == 4 * PERMUTATIONS).then_some(Self(minima))
    }

    /// A hash of each run of values, different for each place.
    pub fn parts(&self) -> Vec<i64> {
        let hash = |(at, values): (usize, &[u32])| {
            let hash = values.iter().fold(mix(at as u64 + 1), |hash, value| mix(hash ^ u64::from(*value)));
            i64::from_ne_bytes(hash.to_ne_bytes())
        };
        self.0.chunks_exact(PART).take(PARTS).enumerate().map(hash).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn words(text: &str) -> usize {
        let mut count = 0;
        each_word(text, |_| count += 1);
        count
    }

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        let check = |text: &str, expected: usize| assert_eq!(words(text), expected, "{text}");
        check("", 0);
        check(" ,;. – ", 0);
        check("The keeper's log, 1931.", 5);
        check("灯台守の日誌", 6);
        check("the 灯台 of Żółw", 5);
    }

    #[test]
    fn case_white_space_and_punctuation_do_not_count() {
        let one = "The storm of 1938, and what came of it. ".repeat(8);
        let other = "the STORM of\n1938 and what -- came of   it ".repeat(8);
        assert_eq!(of([one.as_str()]), of([other.as_str()]));
        let (front, back) = one.split_at(80);
        assert_eq!(of([front, back]), of([one.as_str()]), "pages are read as one");
    }

    #[test]
    fn short_texts_are_not_compared() {
        assert_eq!(of(["word ".repeat(WORDS - 1).as_str()]), None);
        assert!(of(["word ".repeat(WORDS).as_str()]).is_some());
        assert_eq!(of([]), None);
    }

    /// The true share of shingles.
    fn exact(one: &[u32], other: &[u32]) -> f64 {
        let set = |words: &[u32]| words.windows(SHINGLE).map(<[u32]>::to_vec).collect::<HashSet<_>>();
        let (one, other) = (set(one), set(other));
        one.intersection(&other).count() as f64 / one.union(&other).count() as f64
    }

    #[test]
    fn the_estimate_is_near_the_truth() {
        let mut error = 0.0f64;
        for at in 0..60u32 {
            let one: Vec<u32> = (0..400).map(|word| word * 7 + at * 10_000).collect();
            let mut other = one.clone();
            (0..at).for_each(|change| other[(change * 6 + 1) as usize] = 9_999_999 + change);
            let text = |words: &[u32]| words.iter().map(|word| format!("w{word}")).collect::<Vec<_>>().join(" ");
            let estimate = of([text(&one).as_str()]).expect("long").jaccard(&of([text(&other).as_str()]).expect("long"));
            let off = (f64::from(estimate) - exact(&one, &other)).abs();
            assert!(off < 0.18, "{at} changes: {estimate} for {}", exact(&one, &other));
            error += off / 60.0;
        }
        assert!(error < 0.04, "mean error {error}");
    }

    #[test]
    fn the_permutations_are_pinned() {
        let signature = of(["one two three four five ".repeat(8).as_str()]).expect("long enough").encode();
        assert_eq!(blake3::hash(&signature).to_hex()[..16], *PINNED);
    }

    const PINNED: &str = "37d4a716cceefcf1";
}
