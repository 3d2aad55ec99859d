//! Phone numbers: what they are not, then the numbering plans of the `phonenumber` crate.
//!
//! Deliberately the last to claim digits: dates, book numbers and addresses are ruled out first, for plans are dense.

use std::str::FromStr;

use phonenumber::{Mode, country};
use regex::Regex;
use serde::Deserialize;

use super::{Candidate, Checked, digits, is_uniform};
use crate::enrich::detect::around;

/// Digits of a number without its extension (E.164 allows 15; below 7 it is internal).
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;
/// Groups that may follow a number without belonging to it.
const FOLLOWING: usize = 2;

/// Added to the score where other digits stand next to the number: a row of a table is dense with valid ones.
const IN_A_TABLE: f32 = -0.1;
/// Compiled patterns of numbering plans kept in memory, a few kilobytes each.
const PLANS: usize = 1000;

/// A country as the recogniser file has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegionRow {
    /// ISO 3166 code.
    code: String,
    /// All digits of a number as it is written at home.
    national: String,
}

/// Countries whose national forms are tried in this order.
#[derive(Debug)]
pub struct Regions(Vec<(country::Id, Regex)>);

impl Regions {
    /// Fails on a code that is no country with phones, and on a broken pattern.
    pub fn read(rows: &[RegionRow]) -> Result<Self, String> {
        widen_cache();
        rows.iter().map(read_region).collect::<Result<_, _>>().map(Self)
    }

    /// The number, shortened until a numbering plan knows it; if none does, as it stands and not sound.
    pub fn confirm(&self, candidate: &Candidate<'_>) -> Option<Checked> {
        let most = if candidate.value().starts_with(['+', '0']) { FOLLOWING } else { 0 };
        let planned = candidate.shortened(most).filter(is_plausible).find_map(|shorter| self.planned(&shorter));
        let found = planned.unwrap_or_else(|| unplanned(candidate));
        let crowded = around::follows_digits(candidate.text, found.start) || around::precedes_digits(candidate.text, found.end);
        Some(Checked { weight: if crowded { IN_A_TABLE } else { 0.0 }, ..found })
    }

    fn planned(&self, candidate: &Candidate<'_>) -> Option<Checked> {
        let (number, extension) = split_extension(candidate.value());
        let dialled = dialled(number);
        let found = if dialled.starts_with('+') { valid(None, &dialled) } else { self.national(&dialled) };
        found.map(|found| Checked::sound(candidate.start, candidate.end, with_extension(found, extension)))
    }

    fn national(&self, digits: &str) -> Option<String> {
        let at_home = self.0.iter().filter(|(_, national)| national.is_match(digits));
        at_home.map(|&(region, _)| region).find_map(|region| valid(Some(region), digits))
    }
}

/// The crate keeps 100 compiled patterns of its plans, fewer than one number from North America needs: without room for more
/// it would compile for milliseconds at every number.
fn widen_cache() {
    if let Ok(mut cache) = phonenumber::metadata::DATABASE.cache().lock() {
        cache.set_capacity(PLANS);
    }
}

fn read_region(row: &RegionRow) -> Result<(country::Id, Regex), String> {
    let region = country::Id::from_str(&row.code).map_err(|_| format!("{} is no region", row.code))?;
    let national = Regex::new(&format!("^(?:{})$", row.national)).map_err(|error| error.to_string())?;
    Ok((region, national))
}

fn unplanned(candidate: &Candidate<'_>) -> Checked {
    let (number, extension) = split_extension(candidate.value());
    let normalised = with_extension(dialled(number), extension);
    Checked { sound: false, ..Checked::sound(candidate.start, candidate.end, normalised) }
}

/// The number in E.164 form if a numbering plan has it.
fn valid(region: Option<country::Id>, digits: &str) -> Option<String> {
    let number = phonenumber::parse(region, digits).ok()?;
    phonenumber::is_valid(&number).then(|| number.format().mode(Mode::E164).to_string())
}

/// Stands alone, has the right number of digits and is not something else.
pub fn is_plausible(candidate: &Candidate<'_>) -> bool {
    let Candidate { text, start, end } = *candidate;
    let (number, _) = split_extension(candidate.value());
    let count = number.bytes().filter(u8::is_ascii_digit).count();
    DIGITS.contains(&count) && around::is_whole_number(text, start, end) && is_free(text, start, end) && is_number(number)
}

/// Not a piece of a path, an address or a foreign number.
fn is_free(text: &str, start: usize, end: usize) -> bool {
    let led = matches!(around::before(text, start), Some('/' | '@' | '+' | '='));
    !led && !matches!(around::after(text, end), Some('@' | '=')) && !follows_area(text, start)
}

/// The area in brackets stands before: the number began there.
fn follows_area(text: &str, start: usize) -> bool {
    let before = text[..start].trim_end_matches([' ', '-', '.', '/']);
    before.strip_suffix(')').is_some_and(|area| area.ends_with(|c: char| c.is_ascii_digit()))
}

/// Neither one digit over and over nor, without a plus, a date, an IP address, a book or a social security number.
fn is_number(number: &str) -> bool {
    let groups: Vec<&str> = number.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).collect();
    let digits = groups.concat();
    let other = || is_date(&groups) || is_octets(number, &groups) || is_book(&digits) || is_social(&groups);
    !is_uniform(&digits) && (number.starts_with('+') || !other())
}

/// Year first or year last, or two years: `2021-03-04`, `4.3.2021`, `04-03-21`, `1990-1995`.
fn is_date(groups: &[&str]) -> bool {
    let number = |at: usize| groups.get(at).and_then(|group| group.parse::<u32>().ok()).unwrap_or(u32::MAX);
    let is_year = |at: usize| groups.get(at).is_some_and(|group| group.len() == 4) && (1500..2200).contains(&number(at));
    let is_day = |at: usize| groups.get(at).is_some_and(|group| group.len() <= 2) && (1..=31).contains(&number(at));
    let days = |first: usize, second: usize| is_day(first) && is_day(second) && (number(first) <= 12 || number(second) <= 12);
    let short = || groups.len() == 3 && groups[2].len() == 2 && days(0, 1);
    (is_year(0) && (days(1, 2) || is_year(1))) || (is_year(2) && days(0, 1)) || short()
}

/// Four octets with dots: an IP address or a version.
fn is_octets(number: &str, groups: &[&str]) -> bool {
    let small = groups.iter().all(|group| group.len() <= 3 && group.parse::<u32>().is_ok_and(|octet| octet < 256));
    groups.len() == 4 && small && number.matches('.').count() == 3
}

/// Three, two and four digits: never a phone number, even where the check of social security numbers refused it.
fn is_social(groups: &[&str]) -> bool {
    matches!(groups, [area, group, serial] if (area.len(), group.len(), serial.len()) == (3, 2, 4))
}

/// An ISBN-13 with its prefix and check digit (ISO 2108).
fn is_book(digits: &str) -> bool {
    let weighted = digits.bytes().enumerate().map(|(at, digit)| u32::from(digit - b'0') * if at % 2 == 1 { 3 } else { 1 });
    digits.len() == 13 && (digits.starts_with("978") || digits.starts_with("979")) && weighted.sum::<u32>().is_multiple_of(10)
}

/// `555-1234 ext. 12` → the number and the digits of the extension.
fn split_extension(value: &str) -> (&str, &str) {
    let Some(letters) = value.bytes().position(|byte| byte.is_ascii_alphabetic()) else { return (value, "") };
    let digit = value[letters..].find(|c: char| c.is_ascii_digit()).map_or(value.len(), |at| letters + at);
    (value[..letters].trim_end(), &value[digit..])
}

/// What one would dial: digits, behind a plus for a foreign number. `+46 (0)8` loses the zero nobody dials.
fn dialled(number: &str) -> String {
    let compact = digits(&number.replacen("(0)", "", usize::from(number.starts_with(['+', '0']))));
    match compact.strip_prefix("00") {
        _ if number.starts_with('+') => format!("+{compact}"),
        Some(foreign) => format!("+{foreign}"),
        None => compact,
    }
}

fn with_extension(number: String, extension: &str) -> String {
    if extension.is_empty() { number } else { format!("{number};ext={extension}") }
}
