//! Payment cards: issuer prefixes, lengths and the Luhn checksum (ISO/IEC 7812-1, annex B).
//!
//! Deliberately no expiry date or security code: without the number they are worth nothing.

use serde::Deserialize;

use super::{Candidate, Checked, digits, is_uniform};
use crate::enrich::detect::around;

/// Groups that may follow a number without belonging to it: year, month, security code.
const FOLLOWING: usize = 3;

/// Added to the score where other digits stand before the number: every tenth row of a table passes the checksum.
const IN_A_TABLE: f32 = -0.1;

/// An issuer as the recogniser file has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerRow {
    name: String,
    /// First digits: `4`, or a range of equally long ones: `2221-2720`.
    prefixes: Vec<String>,
    /// Digits of a whole number.
    lengths: Vec<usize>,
    /// Added to the score: negative where other numbers look the same.
    #[serde(default)]
    weight: f32,
}

/// All issuers; the first that fits gives its name.
#[derive(Debug)]
pub struct Issuers(Vec<Issuer>);

#[derive(Debug)]
struct Issuer {
    name: String,
    prefixes: Vec<(String, String)>,
    lengths: Vec<usize>,
    weight: f32,
}

impl Issuers {
    /// Fails when a prefix is not a number or a range of equally long numbers.
    pub fn read(rows: &[IssuerRow]) -> Result<Self, String> {
        rows.iter().map(Issuer::read).collect::<Result<_, _>>().map(Self)
    }

    pub fn confirm(&self, candidate: &Candidate<'_>) -> Option<Checked> {
        candidate.shortened(FOLLOWING).find_map(|shorter| self.number(&shorter))
    }

    fn number(&self, candidate: &Candidate<'_>) -> Option<Checked> {
        let Candidate { text, start, end } = *candidate;
        if !around::is_whole_number(text, start, end) || around::before(text, start) == Some('+') {
            return None;
        }
        let number = digits(candidate.value());
        let issuer = self.0.iter().find(|issuer| issuer.issues(&number))?;
        let holds = luhn(&number) && !is_uniform(&number);
        let weight = issuer.weight + if around::follows_digits(text, start) { IN_A_TABLE } else { 0.0 };
        let named = Checked { kind: Some(issuer.name.clone()), weight, ..Checked::sound(start, end, number) };
        holds.then_some(named)
    }
}

impl Issuer {
    fn read(row: &IssuerRow) -> Result<Self, String> {
        let prefixes = row.prefixes.iter().map(|prefix| range(prefix)).collect::<Result<_, _>>()?;
        Ok(Self { name: row.name.clone(), prefixes, lengths: row.lengths.clone(), weight: row.weight })
    }

    fn issues(&self, number: &str) -> bool {
        let within =
            |(low, high): &(String, String)| number.get(..low.len()).is_some_and(|head| low.as_str() <= head && head <= high.as_str());
        self.lengths.contains(&number.len()) && self.prefixes.iter().any(within)
    }
}

fn range(prefix: &str) -> Result<(String, String), String> {
    let (low, high) = prefix.split_once('-').unwrap_or((prefix, prefix));
    let numeric = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let fits = numeric(low) && numeric(high) && low.len() == high.len() && low <= high;
    if fits { Ok((low.to_owned(), high.to_owned())) } else { Err(format!("{prefix} is no prefix of a card number")) }
}

/// Every second digit from the right doubled, nines cast out: the sum ends in zero.
fn luhn(number: &str) -> bool {
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let digits = number.bytes().rev().map(|byte| u32::from(byte - b'0'));
    let sum: u32 = digits.enumerate().map(|(at, digit)| if at % 2 == 1 { doubled(digit) } else { digit }).sum();
    sum.is_multiple_of(10)
}
