//! United States social security numbers: areas, groups and serials that were ever given out.
//!
//! Deliberately no table of issue dates by state: numbers are random since 2011.

use super::{Candidate, Checked, digits, is_uniform};
use crate::enrich::detect::around;

/// Numbers printed in advertisements, as nine digits.
#[derive(Debug)]
pub struct Specimens(Vec<String>);

impl Specimens {
    pub fn read(never: &[String]) -> Self {
        Self(never.iter().map(|number| digits(number)).collect())
    }

    pub fn confirm(&self, candidate: &Candidate<'_>) -> Option<Checked> {
        let Candidate { text, start, end } = *candidate;
        let number = digits(candidate.value());
        let holds = around::is_whole_number(text, start, end) && is_issued(&number) && !self.0.contains(&number) && !is_uniform(&number);
        holds.then(|| Checked::sound(start, end, number))
    }
}

/// Area not 000, 666 or 9xx, group not 00, serial not 0000 (Social Security Administration, POMS RM 10201.035).
fn is_issued(number: &str) -> bool {
    let (Some(area), Some(group), Some(serial)) = (number.get(..3), number.get(3..5), number.get(5..9)) else { return false };
    !matches!(area, "000" | "666") && !area.starts_with('9') && group != "00" && serial != "0000"
}
