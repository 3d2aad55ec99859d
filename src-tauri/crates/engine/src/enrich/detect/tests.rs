//! What is found and what is not, as tables of texts; offsets, overlaps, streams and time.
//!
//! Deliberately against the shipped recognisers: they are the product.

mod accounts;
mod addresses;
mod cards;
mod phones;
mod rules;
mod stream;

use super::{Detected, Recognisers};

/// All findings as `ENTITY value`, values cut out of the text by their offsets.
fn found(text: &str) -> Vec<String> {
    Recognisers::shipped().detect(text).iter().map(|hit| format!("{} {}", hit.entity, cut(text, hit))).collect()
}

/// Checks every line of a table: the text, and what is found in it.
fn check_all(table: &[(&str, &[&str])]) {
    let rules = Recognisers::shipped();
    for (text, expected) in table {
        let hits = rules.detect(text);
        let found: Vec<String> = hits.iter().map(|hit| format!("{} {}", hit.entity, cut(text, hit))).collect();
        assert_eq!(found, *expected, "in {text:?}: {hits:#?}");
    }
}

/// Checks that nothing is found in any of the texts.
fn check_none(texts: &[&str]) {
    let table: Vec<(&str, &[&str])> = texts.iter().map(|&text| (text, &[] as &[&str])).collect();
    check_all(&table);
}

/// Checks the canonical form of the only finding.
fn check_normalised(table: &[(&str, &str)]) {
    let rules = Recognisers::shipped();
    for (text, expected) in table {
        let normalised: Vec<String> = rules.detect(text).into_iter().map(|hit| hit.normalised).collect();
        assert_eq!(normalised, [*expected], "in {text:?}");
    }
}

fn cut(text: &str, hit: &Detected) -> String {
    text.chars().skip(hit.start as usize).take((hit.end - hit.start) as usize).collect()
}
