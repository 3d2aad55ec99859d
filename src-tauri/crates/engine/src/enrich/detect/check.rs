//! The rules a matched value must pass: one file per kind, chosen by a recogniser's `checksum`.
//!
//! Deliberately no scores beyond a correction: how much a value counts is said in the recogniser file.

mod card;
mod email;
mod iban;
mod ip;
mod phone;
mod ssn;

use std::collections::BTreeMap;

use serde::Deserialize;

use super::around;

/// A match of a pattern, in bytes of a text.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'t> {
    pub text: &'t str,
    pub start: usize,
    pub end: usize,
}

/// A value that was looked at: its exact place and canonical form.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    pub start: usize,
    pub end: usize,
    pub normalised: String,
    /// Passed the check. Otherwise it only has the shape.
    pub sound: bool,
    /// Replaces the pattern's name: the issuer of a card.
    pub kind: Option<String>,
    /// Added to the score.
    pub weight: f32,
}

impl Checked {
    /// A value that passed, at `start..end`.
    fn sound(start: usize, end: usize, normalised: String) -> Self {
        Self { start, end, normalised, sound: true, kind: None, weight: 0.0 }
    }
}

/// Tables of a recogniser file; each check reads its own.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tables {
    /// Values that are no finding: specimens, addresses of no one. For e-mail: endings that are file types.
    pub never: Vec<String>,
    /// Countries whose national phone numbers are tried, most likely first.
    pub regions: Vec<phone::RegionRow>,
    /// Who issues cards.
    pub issuers: Vec<card::IssuerRow>,
    /// Structure of the account part of an IBAN by country.
    pub countries: BTreeMap<String, String>,
}

/// What a value is checked with.
#[derive(Debug)]
pub enum Check {
    Luhn(card::Issuers),
    Iban(iban::Countries),
    Ssn(ssn::Specimens),
    Email(email::Endings),
    Ip(ip::Nobodies),
    Phone(phone::Regions),
}

impl Check {
    /// The check that a recogniser file calls `name`; the error says what is wrong with it or its tables.
    pub fn named(name: &str, tables: &Tables) -> Result<Self, String> {
        Ok(match name {
            "luhn" => Self::Luhn(card::Issuers::read(&tables.issuers)?),
            "iban" => Self::Iban(iban::Countries::read(&tables.countries)?),
            "ssn" => Self::Ssn(ssn::Specimens::read(&tables.never)),
            "email" => Self::Email(email::Endings::read(&tables.never)),
            "ip" => Self::Ip(ip::Nobodies::read(&tables.never)?),
            "phone" => Self::Phone(phone::Regions::read(&tables.regions)?),
            _ => return Err(format!("there is no checksum called {name}")),
        })
    }

    /// As the recogniser file calls it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Luhn(_) => "luhn",
            Self::Iban(_) => "iban",
            Self::Ssn(_) => "ssn",
            Self::Email(_) => "email",
            Self::Ip(_) => "ip",
            Self::Phone(_) => "phone",
        }
    }

    /// Worth asking for context before it is run.
    pub fn is_slow(&self) -> bool {
        matches!(self, Self::Phone(_))
    }

    /// Cheap look at shape and neighbours.
    pub fn is_plausible(&self, candidate: &Candidate<'_>) -> bool {
        match self {
            Self::Phone(_) => phone::is_plausible(candidate),
            Self::Luhn(_) | Self::Iban(_) | Self::Ssn(_) | Self::Email(_) | Self::Ip(_) => true,
        }
    }

    /// The value in the candidate, which may end before it, or `None`.
    pub fn confirm(&self, candidate: &Candidate<'_>) -> Option<Checked> {
        match self {
            Self::Luhn(issuers) => issuers.confirm(candidate),
            Self::Iban(countries) => countries.confirm(candidate),
            Self::Ssn(specimens) => specimens.confirm(candidate),
            Self::Email(endings) => endings.confirm(candidate),
            Self::Ip(nobodies) => nobodies.confirm(candidate),
            Self::Phone(regions) => regions.confirm(candidate),
        }
    }

    /// Where to search on after a match, always beyond its start. No value can start in between.
    pub fn resume(&self, candidate: &Candidate<'_>) -> usize {
        let at_sign = || candidate.text[candidate.start..candidate.end].find('@');
        match self {
            Self::Email(_) => at_sign().map_or(candidate.end, |at| candidate.start + at + 1),
            Self::Luhn(_) | Self::Iban(_) | Self::Ssn(_) | Self::Ip(_) | Self::Phone(_) => {
                around::next_token(candidate.text, candidate.start)
            }
        }
    }
}

impl<'t> Candidate<'t> {
    /// What was matched.
    pub fn value(&self) -> &'t str {
        &self.text[self.start..self.end]
    }

    /// This candidate and what is left when its last groups of digits are dropped one by one, at most `most` of them.
    pub fn shortened(self, most: usize) -> impl Iterator<Item = Candidate<'t>> {
        std::iter::successors(Some(self), |longer| longer.without_last_group()).take(most + 1)
    }

    fn without_last_group(&self) -> Option<Self> {
        let kept = self.value().trim_end_matches(|c: char| c.is_ascii_digit());
        let kept = kept.trim_end_matches(|c: char| !c.is_ascii_digit());
        (!kept.is_empty()).then(|| Self { end: self.start + kept.len(), ..*self })
    }
}

/// The digits of a value, without what separates them.
fn digits(value: &str) -> String {
    let mut digits = String::with_capacity(value.len());
    digits.extend(value.chars().filter(char::is_ascii_digit));
    digits
}

/// One digit over and over.
fn is_uniform(digits: &str) -> bool {
    digits.bytes().all(|digit| digits.as_bytes().first() == Some(&digit))
}
