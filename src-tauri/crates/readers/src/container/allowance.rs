//! What may come out of the decoders of a container in all, what nobody keeps (headers, links, what lies before a member that was
//! asked for) included.
//!
//! The spool has the limits of what is kept, and meets them earlier.

use super::spool::FREE;
use crate::Stop;
use std::io::{self, Read};
use winnow_contract::Words;
use winnow_contract::worker::ExpandRequest;

/// Times the limits of what is kept.
const TIMES: u64 = 2;

/// Bytes that may still come out, and the limit that they end at.
pub struct Allowance {
    left: u64,
    limit: Words,
}

impl Allowance {
    pub fn of(request: &ExpandRequest) -> Self {
        let own = u64::try_from(request.bytes).unwrap_or(0).max(1);
        let total = u64::try_from(request.limits.total_bytes).unwrap_or(0);
        let ratio = u64::from(request.limits.ratio);
        let grown = FREE.max(own.saturating_mul(ratio));
        let left = TIMES.saturating_mul(total.min(grown)).saturating_add(FREE);
        let limit = if grown < total {
            Words::new("expands_too_much").with("ratio", left / own).with("limit", ratio)
        } else {
            Words::new("archive_too_large").with("limit", total / 1_000_000)
        };
        Self { left, limit }
    }

    /// Counts what comes out of a reader.
    pub fn meter<R>(&mut self, inner: R) -> Metered<'_, R> {
        Metered { inner, allowance: self }
    }
}

/// A reader whose bytes count; it fails with the limit when there are too many.
pub struct Metered<'a, R> {
    inner: R,
    allowance: &'a mut Allowance,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        match self.allowance.left.checked_sub(count as u64) {
            Some(left) => self.allowance.left = left,
            None => return Err(Stop::error(self.allowance.limit.clone())),
        }
        Ok(count)
    }
}
