//! How nearly the same two things are: texts by the shingles they share, pictures by how they look. Pure.
//!
//! Knows no catalog and no file. A signature is what is kept of a thing for this; two are compared without the things themselves.

pub mod look;
pub mod minhash;

use look::Look;
use minhash::Minima;
use serde::Serialize;

/// Raised whenever a signature of the same thing comes out differently.
pub const VERSION: &str = "near 1";

/// What is kept of a thing to compare it by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Signature {
    Text(Minima),
    Picture(Look),
}

/// From where on two things count as nearly the same.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rules {
    /// Share of the shingles of both texts that they have in common, 0 to 1.
    pub text: f32,
    /// Bits of 64 in which two looks differ, at most.
    pub picture: u32,
}

impl Signature {
    /// `text` or `picture`: only signatures of one measure are compared.
    pub fn measure(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Picture(_) => "picture",
        }
    }

    /// As it is stored.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Text(minima) => minima.encode(),
            Self::Picture(look) => look.0.to_le_bytes().to_vec(),
        }
    }

    /// From how it is stored; none when it is not one of ours.
    pub fn decode(measure: &str, bytes: &[u8]) -> Option<Self> {
        match measure {
            "text" => Minima::decode(bytes).map(Self::Text),
            "picture" => Some(Self::Picture(Look(u64::from_le_bytes(bytes.try_into().ok()?)))),
            _ => None,
        }
    }

    /// The parts it is found by.
    pub fn parts(&self) -> Vec<i64> {
        match self {
            Self::Text(minima) => minima.parts(),
            Self::Picture(look) => look.parts(0),
        }
    }

    /// The parts of which everything that is near has at least one: surely for a picture, and for two texts at .7 with a
    /// probability of .99 (at .8, .9999).
    pub fn wanted(&self, rules: &Rules) -> Vec<i64> {
        match self {
            Self::Text(minima) => minima.parts(),
            Self::Picture(look) => look.parts(rules.picture / look::PARTS),
        }
    }

    /// How alike two things are, 0 to 1; none for different measures.
    pub fn likeness(&self, other: &Self) -> Option<f32> {
        match (self, other) {
            (Self::Text(one), Self::Text(other)) => Some(one.jaccard(other)),
            (Self::Picture(one), Self::Picture(other)) => Some(1.0 - one.distance(*other) as f32 / u64::BITS as f32),
            (Self::Text(_), Self::Picture(_)) | (Self::Picture(_), Self::Text(_)) => None,
        }
    }

    /// True when two things are nearly the same.
    pub fn is_near(&self, other: &Self, rules: &Rules) -> bool {
        match (self, other) {
            (Self::Text(one), Self::Text(other)) => one.jaccard(other) >= rules.text,
            (Self::Picture(one), Self::Picture(other)) => one.distance(*other) <= rules.picture,
            (Self::Text(_), Self::Picture(_)) | (Self::Picture(_), Self::Text(_)) => false,
        }
    }
}

/// Spreads the bits of a number over the whole of it (the finaliser of MurmurHash3).
pub(crate) const fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let number = (number ^ (number >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    number ^ (number >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: Rules = Rules { text: 0.8, picture: 10 };

    fn text(words: impl Iterator<Item = u32>) -> Signature {
        let text = words.map(|word| format!("w{word}")).collect::<Vec<_>>().join(" ");
        Signature::Text(minhash::of([text.as_str()]).expect("enough words"))
    }

    #[test]
    fn what_is_stored_comes_back() {
        for signature in [text(0..100), Signature::Picture(Look(0x0123_4567_89ab_cdef))] {
            assert_eq!(Signature::decode(signature.measure(), &signature.encode()), Some(signature));
        }
        assert_eq!(Signature::decode("text", &[1, 2, 3]), None);
        assert_eq!(Signature::decode("picture", &[0; 7]), None);
        assert_eq!(Signature::decode("sound", &[]), None);
    }

    #[test]
    fn a_text_is_near_its_revision_and_far_from_another() {
        let check = |one: &Signature, other: &Signature, expected: bool| {
            assert_eq!(one.is_near(other, &RULES), expected, "{:?}", one.likeness(other));
            let shared = one.wanted(&RULES).iter().any(|part| other.parts().contains(part));
            assert!(shared || !expected, "what is near is found");
        };
        check(&text(0..500), &text(0..500), true);
        check(&text(0..500), &text(10..500), true);
        check(&text(0..500), &text(1000..1500), false);
        check(&text(0..500), &text(250..750), false);
        check(&text(0..500), &Signature::Picture(Look(1)), false);
    }

    #[test]
    fn every_picture_within_the_distance_is_found_by_its_parts() {
        let one = Signature::Picture(Look(0x5a5a_1234_0ff0_c3c3));
        for start in 0..500u64 {
            // Ten different bits, spread differently each time.
            let step = 2 * (start % 32) + 1;
            let flips = (0..10).fold(0u64, |flips, at| flips | 1 << ((start + at * step) % 64));
            let other = Signature::Picture(Look(0x5a5a_1234_0ff0_c3c3 ^ flips));
            assert!(one.is_near(&other, &RULES));
            assert!(one.wanted(&RULES).iter().any(|part| other.parts().contains(part)), "{flips:x}");
        }
        assert!(!one.is_near(&Signature::Picture(Look(!0x5a5a_1234_0ff0_c3c3)), &RULES));
    }
}
