//! Finds sensitive data in plain text by pattern, checksum and context words; the recognisers are data in `assets/pii`.
//!
//! Deliberately no I/O and no models, and no copy of the text is kept: what comes out are spans and normalised values.

mod around;
mod check;
mod context;
mod fold;
mod recogniser;
mod scan;
mod segment;
mod stream;
#[cfg(test)]
mod tests;

pub use recogniser::{BadRecogniser, EntityRules, Recognisers, Route};
pub use stream::StreamDetector;

/// One piece of sensitive data in a text. `At` is the type of its positions: `u32` in a text held in memory, `u64` in a stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Detected<At = u32> {
    /// Entity type as the recogniser file spells it, for instance `CREDIT_CARD`.
    pub entity: String,
    /// First position, in Unicode scalar values from the start of the text.
    pub start: At,
    /// One past the last position, in Unicode scalar values.
    pub end: At,
    /// Confidence, 0..1. Not a calibrated probability.
    pub score: f32,
    /// What found it: `credit_card/visa+luhn`. Without `+…` the value passed no check and its context alone speaks for it.
    pub recogniser: String,
    /// How much harm a leak does, 0..1.
    pub severity: f32,
    /// Where it goes.
    pub route: Route,
    /// An asset with an open finding of this kind is never accepted without a person.
    pub blocks: bool,
    /// All values of this entity in one asset are asked about together.
    pub grouped: bool,
    /// Canonical value for equality: digits of a card or SSN, compact IBAN, lower-case e-mail, E.164 phone, compressed IP address.
    pub normalised: String,
}

impl Recognisers {
    /// Everything found in `text`, sorted by start and without overlaps: where two claim the same place the stronger wins.
    /// Time is linear in the length of the text.
    ///
    /// # Panics
    /// When `text` has more than `u32::MAX` scalar values; use a [`StreamDetector`] for such inputs.
    #[must_use]
    pub fn detect(&self, text: &str) -> Vec<Detected> {
        let mut whole = StreamDetector::new(self);
        whole.finish_with(text).into_iter().map(narrow).collect()
    }
}

fn narrow(found: Detected<u64>) -> Detected {
    let narrowed = |at: u64| u32::try_from(at).expect("BUG: a text in memory has more than u32::MAX scalar values");
    Detected {
        start: narrowed(found.start),
        end: narrowed(found.end),
        entity: found.entity,
        score: found.score,
        recogniser: found.recogniser,
        severity: found.severity,
        route: found.route,
        blocks: found.blocks,
        grouped: found.grouped,
        normalised: found.normalised,
    }
}
