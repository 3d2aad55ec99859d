//! Values of cells as people see them: dates by their formats, percentages, leading zeros; and the names of places.
//!
//! Shared by the three families of workbooks. Thousands separators and currencies are left out, so that numbers are found as typed.

use std::fmt::Write;

/// How a number is shown, as far as it matters to who reads it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    #[default]
    General,
    Date,
    Time,
    DateTime,
    /// Hours that may be more than a day has.
    Duration,
    /// Percent with so many decimals.
    Percent(u8),
    /// At least so many digits, zeros in front.
    Digits(u8),
}

impl Format {
    /// One of the formats that have no code in the file (ECMA-376 part 1, 18.8.30).
    pub fn built_in(number: u32) -> Self {
        match number {
            9 => Self::Percent(0),
            10 => Self::Percent(2),
            14..=17 | 27..=31 | 34..=36 | 50..=58 => Self::Date,
            18..=21 | 32 | 33 | 45 | 47 => Self::Time,
            22 => Self::DateTime,
            46 => Self::Duration,
            _ => Self::General,
        }
    }

    /// What a format code says: its first section, without what is quoted or in brackets.
    pub fn of_code(code: &str) -> Self {
        let bare = bare(code);
        if code.contains("[h") || code.contains("[m") || code.contains("[s") || code.contains("[H") {
            return Self::Duration;
        }
        let has = |letters: &str| bare.chars().any(|c| letters.contains(c));
        match (has("yYdD"), has("hHsS")) {
            (true, true) => return Self::DateTime,
            (true, false) => return Self::Date,
            (false, true) => return Self::Time,
            (false, false) if has("mM") => return Self::Date,
            (false, false) => {}
        }
        if bare.contains('%') {
            let decimals = bare.split('.').nth(1).map_or(0, |rest| rest.chars().take_while(|c| *c == '0').count());
            return Self::Percent(u8::try_from(decimals).unwrap_or(u8::MAX).min(10));
        }
        let digits = bare.chars().filter(|c| *c == '0').count();
        let only_zeros = bare.chars().all(|c| matches!(c, '0' | '-' | ' '));
        if only_zeros && digits > 1 { Self::Digits(u8::try_from(digits).unwrap_or(u8::MAX).min(30)) } else { Self::General }
    }

    /// The number as it is shown, without what only adorns it.
    pub fn show(self, number: f64, since_1904: bool) -> String {
        match self {
            Self::General => plain(number),
            Self::Percent(decimals) => format!("{:.*}%", usize::from(decimals), number * 100.0),
            Self::Digits(digits) if number >= 0.0 && number.fract() == 0.0 && number < 1e15 => {
                format!("{number:0width$.0}", width = usize::from(digits))
            }
            Self::Digits(_) => plain(number),
            Self::Date | Self::Time | Self::DateTime | Self::Duration => self.moment(number, since_1904).unwrap_or_else(|| plain(number)),
        }
    }

    /// None for what is no date a workbook can hold.
    fn moment(self, serial: f64, since_1904: bool) -> Option<String> {
        if !(0.0..2_958_466.0).contains(&serial) {
            return None;
        }
        let seconds = (serial * 86_400.0).round() as i64;
        let (day, second) = (seconds / 86_400, seconds % 86_400);
        let time = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
        Some(match self {
            Self::Duration => format!("{}:{:02}:{:02}", seconds / 3600, second / 60 % 60, second % 60),
            Self::Time if day == 0 => time,
            Self::Date if second == 0 => date(day, since_1904),
            _ if day == 0 && !since_1904 => time,
            _ => format!("{} {time}", date(day, since_1904)),
        })
    }
}

/// The first section of a format code without quoted text, escaped characters, colours and conditions.
fn bare(code: &str) -> String {
    let mut bare = String::new();
    let mut characters = code.chars();
    while let Some(c) = characters.next() {
        match c {
            ';' => break,
            '"' => while characters.next().is_some_and(|c| c != '"') {},
            '[' => while characters.next().is_some_and(|c| c != ']') {},
            '\\' | '_' | '*' => {
                characters.next();
            }
            c => bare.push(c),
        }
    }
    // "General" holds letters of dates.
    if bare.eq_ignore_ascii_case("general") || bare == "@" { String::new() } else { bare }
}

/// A date from days since the beginning of 1900, in which there was a 29th of February as programs hold, or of 1904.
fn date(day: i64, since_1904: bool) -> String {
    let since_1970 = match (since_1904, day) {
        (true, day) => day - 24_107,
        (false, 60) => return "1900-02-29".to_owned(),
        (false, ..60) => day - 25_568,
        (false, _) => day - 25_569,
    };
    let (year, month, date) = civil(since_1970);
    format!("{year:04}-{month:02}-{date:02}")
}

/// Year, month and day of a number of days since 1970-01-01 (Howard Hinnant, “chrono-compatible low-level date algorithms”).
pub fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// A number as it would be typed, with 15 digits that count as programs show them.
pub fn plain(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return format!("{number:.0}");
    }
    if !number.is_finite() || number.abs() >= 1e21 || number.abs() < 1e-9 {
        return number.to_string();
    }
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    rounded.to_string()
}

/// The letters of a column, from 0.
pub fn column_name(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.push(b'A' + u8::try_from((rest - 1) % 26).unwrap_or(0));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().map(|letter| char::from(*letter)).collect()
}

/// `Sheet!B7`, from row and column from 0.
pub fn place(sheet: &str, row: u32, column: u32) -> String {
    let mut place = String::with_capacity(sheet.len() + 12);
    place.push_str(sheet);
    place.push('!');
    place.push_str(&column_name(column));
    // Writing into a text cannot fail.
    let _ = write!(place, "{}", u64::from(row) + 1);
    place
}

/// Row and column from 0 of a reference such as `B7`; none when it is none.
pub fn reference(text: &str) -> Option<(u32, u32)> {
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    if !(1..=3).contains(&letters) {
        return None;
    }
    let column = text.bytes().take(letters).fold(0, |sum, byte| sum * 26 + u32::from(byte.to_ascii_uppercase() - b'A' + 1));
    let row: u32 = text[letters..].parse().ok()?;
    Some((row.checked_sub(1)?, column - 1))
}

/// Columns that a workbook can have.
const COLUMNS: u32 = 16_384;

/// A set of columns.
#[derive(Clone, Debug)]
pub struct Columns(Vec<bool>);

impl Columns {
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// Adds columns `first..=last`, as far as a workbook can have them.
    pub fn add(&mut self, first: u32, last: u32) {
        let (first, last) = (first.min(COLUMNS) as usize, last.saturating_add(1).min(COLUMNS) as usize);
        if first < last {
            self.0.resize(self.0.len().max(last), false);
            self.0[first..last].fill(true);
        }
    }

    pub fn has(&self, column: u32) -> bool {
        self.0.get(column as usize).copied().unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_by_their_format() {
        let check = |code: &str, number: f64, expected: &str| assert_eq!(Format::of_code(code).show(number, false), expected, "{code}");
        check("General", 0.1 + 0.2, "0.3");
        check("General", 1234567890123.0, "1234567890123");
        check("General", -0.5, "-0.5");
        check("yyyy-mm-dd", 11450.0, "1931-05-07");
        check("d. mmmm yyyy", 60.0, "1900-02-29");
        check("dd/mm/yy", 1.0, "1900-01-01");
        check("m/d/yy h:mm", 11450.5, "1931-05-07 12:00:00");
        check("h:mm:ss", 0.75, "18:00:00");
        check("[h]:mm", 1.5, "36:00:00");
        check("0.0%", 0.125, "12.5%");
        check("0%;[Red]-0%", 0.5, "50%");
        check("00000", 1234.0, "01234");
        check("#,##0.00", 1234.5, "1234.5");
        check("[Red]0.00", 2.5, "2.5");
        check("\"day\" 0", 3.0, "3");
        check("yyyy", -1.0, "-1");
        check("yyyy", 1e300, &1e300.to_string());
    }

    #[test]
    fn days_count_from_1900_or_from_1904() {
        let check = |serial: f64, since_1904: bool, expected: &str| assert_eq!(Format::Date.show(serial, since_1904), expected);
        check(0.0, true, "1904-01-01");
        check(43831.0, false, "2020-01-01");
        check(59.0, false, "1900-02-28");
        check(61.0, false, "1900-03-01");
    }

    #[test]
    fn places_have_names() {
        let check = |text: &str, expected: Option<(u32, u32)>| assert_eq!(reference(text), expected, "{text}");
        check("A1", Some((0, 0)));
        check("B7", Some((6, 1)));
        check("XFD1048576", Some((1_048_575, 16_383)));
        check("A0", None);
        check("7", None);
        check("ABCD1", None);
        check("A99999999999", None);
        assert_eq!(place("Accounts 1931", 6, 1), "Accounts 1931!B7");
        assert_eq!(column_name(16_383), "XFD");
        assert_eq!((column_name(25), column_name(26)), ("Z".to_owned(), "AA".to_owned()));
    }
}
