//! E-mail addresses: lengths of RFC 5321, labels of RFC 1035, and endings that are no file type.
//!
//! Deliberately no quoted local parts and no list of existing top-level domains: it would be old in a month.

use super::{Candidate, Checked};
use crate::enrich::detect::around;

/// Characters of a local part and of a whole address (RFC 5321, 4.5.3.1).
const LOCAL: usize = 64;
const WHOLE: usize = 254;
/// Characters of a label between dots (RFC 1035, 2.3.4).
const LABEL: usize = 63;
/// How far back a `scheme://` is looked for, in bytes.
const URL: usize = 80;

/// Last labels that are file types: `icon@2x.png` is a picture.
#[derive(Debug)]
pub struct Endings(Vec<String>);

impl Endings {
    pub fn read(never: &[String]) -> Self {
        Self(never.iter().map(|ending| ending.to_lowercase()).collect())
    }

    pub fn confirm(&self, candidate: &Candidate<'_>) -> Option<Checked> {
        let Candidate { text, start, end } = *candidate;
        let local = candidate.value().split_once('@')?.0;
        let start = start + (local.len() - local.trim_start_matches(['.', '\'', '-', '+', '%']).len());
        let value = text.get(start..end)?.to_lowercase();
        let (local, domain) = value.split_once('@')?;
        let holds = is_free(text, candidate.start, end) && is_local(local) && self.is_domain(domain) && value.chars().count() <= WHOLE;
        (holds && !is_login(text, start)).then(|| Checked::sound(start, end, value.clone()))
    }

    fn is_domain(&self, domain: &str) -> bool {
        let is_label = |label: &str| !label.starts_with('-') && !label.ends_with('-') && (1..=LABEL).contains(&label.chars().count());
        let ending = domain.rsplit('.').next().unwrap_or(domain);
        domain.split('.').all(is_label) && !self.0.iter().any(|never| never == ending)
    }
}

fn is_local(local: &str) -> bool {
    (1..=LOCAL).contains(&local.chars().count()) && !local.contains("..") && !local.ends_with('.')
}

/// Nothing that could belong to the address stands directly before or after it.
fn is_free(text: &str, start: usize, end: usize) -> bool {
    around::stands_alone(text, start, end) && around::before(text, start) != Some('@') && around::after(text, end) != Some('@')
}

/// The part after the password of `https://name:password@host`.
fn is_login(text: &str, start: usize) -> bool {
    let before = &text[text.ceil_char_boundary(start.saturating_sub(URL))..start];
    let token = before.rsplit(char::is_whitespace).next().unwrap_or(before);
    token.contains("://") && !token[token.find("://").map_or(0, |at| at + 3)..].contains(['/', '?'])
}
