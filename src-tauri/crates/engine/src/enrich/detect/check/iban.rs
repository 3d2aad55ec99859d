//! International bank account numbers: structure by country and the modulo 97 checksum (ISO 13616, ISO 7064).
//!
//! Deliberately no national checksums inside the account part: the outer one is enough.

use std::collections::BTreeMap;

use super::{Candidate, Checked};
use crate::enrich::detect::around;

/// Letters that a reader took for digits in one number; more are no coincidence.
const MISREAD: usize = 2;
/// Blanks, dashes and dots in a row inside a number.
const GAP: usize = 2;

/// The account part of each country, one letter per character: `n` digit, `a` letter, `c` either.
#[derive(Debug)]
pub struct Countries(BTreeMap<String, String>);

impl Countries {
    /// Fails on a structure that is not a list of counts and kinds, such as `4a14n`.
    pub fn read(rows: &BTreeMap<String, String>) -> Result<Self, String> {
        let spelled = |(country, structure): (&String, &String)| {
            spell(structure).map(|kinds| (country.clone(), kinds)).ok_or_else(|| format!("{structure} is no structure"))
        };
        rows.iter().map(spelled).collect::<Result<_, _>>().map(Self)
    }

    /// The number that starts where the candidate does and is exactly as long as its country has it.
    pub fn confirm(&self, candidate: &Candidate<'_>) -> Option<Checked> {
        let Candidate { text, start, .. } = *candidate;
        let country = text.get(start..start + 2)?.to_ascii_uppercase();
        let kinds = format!("aann{}", self.0.get(&country)?);
        let (length, number) = read_as(&text[start..], &kinds)?;
        let end = start + length;
        (around::stands_alone(text, start, end) && mod97(&number) == 1).then(|| Checked::sound(start, end, number))
    }
}

/// `2n1a` becomes `nna`.
fn spell(structure: &str) -> Option<String> {
    let mut kinds = String::new();
    let mut count = 0;
    for c in structure.chars() {
        match c.to_digit(10) {
            Some(digit) => count = count * 10 + digit as usize,
            None if "nac".contains(c) && count > 0 => kinds.extend(std::iter::repeat_n(c, std::mem::take(&mut count))),
            None => return None,
        }
    }
    (count == 0 && !kinds.is_empty()).then_some(kinds)
}

/// Reads characters of the given kinds from the start of `text`, over gaps: bytes used, and the number in capitals.
fn read_as(text: &str, kinds: &str) -> Option<(usize, String)> {
    let (mut used, mut gap, mut misread) = (0, 0, 0);
    let mut number = String::with_capacity(kinds.len());
    let mut wanted = kinds.chars().peekable();
    for c in text.chars() {
        let Some(&kind) = wanted.peek() else { break };
        used += c.len_utf8();
        if let Some(read) = read_one(c, kind) {
            misread += usize::from(read != c.to_ascii_uppercase());
            number.push(read);
            wanted.next();
            gap = 0;
        } else {
            gap += 1;
            if !matches!(c, ' ' | '-' | '.') || gap > GAP {
                return None;
            }
        }
    }
    (wanted.peek().is_none() && misread <= MISREAD).then_some((used, number))
}

/// The character as one of this kind. Where only a digit can stand, a letter that looks like one is taken for it.
fn read_one(c: char, kind: char) -> Option<char> {
    let c = c.to_ascii_uppercase();
    match (kind, c) {
        ('n' | 'c', '0'..='9') | ('a' | 'c', 'A'..='Z') => Some(c),
        ('n', 'O') => Some('0'),
        ('n', 'I' | 'L') => Some('1'),
        ('n', 'S') => Some('5'),
        ('n', 'B') => Some('8'),
        _ => None,
    }
}

/// The remainder by 97 after the first four characters went to the end and letters became numbers, A = 10.
fn mod97(number: &str) -> u32 {
    let (head, tail) = number.split_at(4);
    let values = tail.chars().chain(head.chars()).filter_map(|c| c.to_digit(36));
    values.fold(0, |rest, value| if value > 9 { (rest * 100 + value) % 97 } else { (rest * 10 + value) % 97 })
}
