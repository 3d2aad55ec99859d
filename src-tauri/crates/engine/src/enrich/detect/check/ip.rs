//! IP addresses: version 4 in four octets, version 6 by the standard library's parser (RFC 4291).
//!
//! Deliberately no host names, and no network masks as findings of their own.

use std::net::{IpAddr, Ipv4Addr};

use super::{Candidate, Checked};
use crate::enrich::detect::around;

/// Added to the score of four numbers that are more often a version or a section.
const LIKE_A_VERSION: f32 = -0.3;

/// Addresses that lead to no one: unspecified, loopback, broadcast.
#[derive(Debug)]
pub struct Nobodies(Vec<IpAddr>);

impl Nobodies {
    /// Fails on what is no address.
    pub fn read(never: &[String]) -> Result<Self, String> {
        let parsed = |address: &String| address.parse().map_err(|_| format!("{address} is no IP address"));
        never.iter().map(parsed).collect::<Result<_, _>>().map(Self)
    }

    pub fn confirm(&self, candidate: &Candidate<'_>) -> Option<Checked> {
        let Candidate { text, start, end } = *candidate;
        let address: IpAddr = match candidate.value().parse().ok()? {
            IpAddr::V4(four) => IpAddr::V4(four),
            IpAddr::V6(six) => is_six(candidate.value()).then_some(IpAddr::V6(six))?,
        };
        let weight = if like_a_version(address) { LIKE_A_VERSION } else { 0.0 };
        let holds = is_free(text, start, end) && !self.0.contains(&address);
        holds.then(|| Checked { weight, ..Checked::sound(start, end, address.to_string()) })
    }
}

/// Not a piece of a longer chain of octets or groups. A port or a prefix length may follow, a sentence may end.
fn is_free(text: &str, start: usize, end: usize) -> bool {
    let digit_follows = || text[end..].chars().nth(1).is_some_and(|c| c.is_ascii_hexdigit());
    let chained = |c: char| matches!(c, '.' | '-') && digit_follows();
    let before = around::before(text, start);
    let digit_precedes = || text[..start].chars().rev().nth(1).is_some_and(|c| c.is_ascii_hexdigit());
    let led = before == Some(':') && text[..start].ends_with("::") || matches!(before, Some('.' | '-' | '+')) && digit_precedes();
    around::stands_alone(text, start, end) && !led && !around::after(text, end).is_some_and(chained)
}

/// Has a group long enough not to be a time, a path in code (`a::b1`) or an eight-byte hardware address.
fn is_six(value: &str) -> bool {
    let groups: Vec<&str> = value.split(':').filter(|group| !group.is_empty()).collect();
    let longest = groups.iter().map(|group| group.len()).max().unwrap_or(0);
    longest >= 3 && value.bytes().any(|byte| byte.is_ascii_digit())
}

/// `1.2.3.4`, `10.0.1.2`: small numbers throughout.
fn like_a_version(address: IpAddr) -> bool {
    let small = |four: Ipv4Addr| four.octets().iter().all(|&octet| octet < 20) && four.octets()[0] != 10;
    matches!(address, IpAddr::V4(four) if small(four))
}
