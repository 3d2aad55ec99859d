//! The look of a picture: 64 bits of which few differ between pictures that look alike.
//!
//! Does not make them: the decoder does, in a process of its own.

use super::mix;
use serde::Serialize;

/// Parts that a look is found by, of 16 bits each. Two looks that differ in fewer than four times n + 1 bits have a part in which
/// they differ in at most n.
pub const PARTS: u32 = 4;
const PART_BITS: u32 = u64::BITS / PARTS;
/// A picture with fewer bits of either kind is plain: it looks like every other plain one.
const PLAIN: u32 = 6;

/// The bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Look(pub u64);

impl Look {
    /// From 16 hexadecimal digits; none for anything else, and for a plain picture.
    pub fn parse(digits: &str) -> Option<Self> {
        let sixteen = digits.len() == 16 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let look = u64::from_str_radix(digits, 16).ok().filter(|_| sixteen)?;
        (PLAIN..=u64::BITS - PLAIN).contains(&look.count_ones()).then_some(Self(look))
    }

    /// Bits in which two looks differ.
    pub fn distance(self, other: Self) -> u32 {
        (self.0 ^ other.0).count_ones()
    }

    /// Its parts, and those that differ from them in at most `bits` bits.
    pub fn parts(self, bits: u32) -> Vec<i64> {
        let part = |at: u32| (self.0 >> (at * PART_BITS)) as u16;
        let around = |at: u32| differing(bits).into_iter().map(move |change| key(at, part(at) ^ change));
        (0..PARTS).flat_map(around).collect()
    }
}

fn key(part: u32, value: u16) -> i64 {
    i64::from_ne_bytes(mix(0x7069_6374 ^ (u64::from(part) << 16 | u64::from(value))).to_ne_bytes())
}

/// Every pattern with at most so many bits set.
fn differing(bits: u32) -> Vec<u16> {
    let mut patterns = vec![0u16];
    let mut first = 0;
    for _ in 0..bits {
        let last = patterns.len();
        for at in first..last {
            // Bits above the highest that is set, so that each pattern is made once.
            let above = u16::BITS - patterns[at].leading_zeros();
            patterns.extend((above..u16::BITS).map(|bit| patterns[at] | 1 << bit).collect::<Vec<_>>());
        }
        first = last;
    }
    patterns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sixteen_digits_of_a_picture_that_is_not_plain() {
        let check = |digits: &str, expected: Option<u64>| assert_eq!(Look::parse(digits), expected.map(Look), "{digits}");
        check("0123456789abcdef", Some(0x0123_4567_89ab_cdef));
        check("0000000000000000", None);
        check("ffffffffffffffff", None);
        check("0000000000000007", None);
        check("123", None);
        check("0123456789abcdeg", None);
        check("+123456789abcdef", None);
        check("", None);
    }

    #[test]
    fn parts_around_are_as_many_as_they_must_be() {
        let look = Look(0x0123_4567_89ab_cdef);
        let check = |bits: u32, expected: usize| assert_eq!(look.parts(bits).len(), expected);
        check(0, 4);
        check(1, 4 * 17);
        check(2, 4 * 137);
        assert!(look.parts(0).iter().all(|part| look.parts(2).contains(part)));
    }

    #[test]
    fn distance_counts_bits() {
        assert_eq!(Look(0b1011).distance(Look(0b0001)), 2);
        assert_eq!(Look(0).distance(Look(u64::MAX)), 64);
    }
}
