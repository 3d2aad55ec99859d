//! Recogniser files, overlaps, offsets.

use crate::enrich::detect::{BadRecogniser, Recognisers, Route};

use super::{check_all, found};

const CARD: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../assets/pii/credit_card.toml"));

#[test]
fn the_shipped_set() {
    let rules = Recognisers::shipped();
    let names: Vec<&str> = rules.entities().iter().map(|rules| rules.entity.as_str()).collect();
    assert_eq!(names, ["CREDIT_CARD", "IBAN_CODE", "US_SSN", "EMAIL_ADDRESS", "IP_ADDRESS", "PHONE_NUMBER"]);
    for rules in rules.entities() {
        let contact = matches!(rules.entity.as_str(), "EMAIL_ADDRESS" | "IP_ADDRESS" | "PHONE_NUMBER");
        assert_eq!((rules.route, rules.blocks, rules.grouped), (Route::Ask, !contact, contact), "{}", rules.entity);
        assert!((0.0..=1.0).contains(&rules.severity));
    }
    assert!(rules.get("US_SSN").is_some() && rules.get("PERSON").is_none());
}

#[test]
fn the_version_follows_the_files() {
    let version = |files: &[&str]| Recognisers::from_toml(files).map(|rules| rules.version().to_owned()).expect("readable");
    assert_eq!(version(&[CARD]), version(&[CARD]));
    assert_ne!(version(&[CARD]), version(&[&CARD.replace("severity = 0.9", "severity = 0.8")]));
    assert_eq!(version(&[CARD]).len(), 12);
}

#[test]
fn broken_files_are_refused() {
    let error = |from: &str, to: &str| Recognisers::from_toml(&[&CARD.replace(from, to)]).expect_err("refused");
    assert!(matches!(error("grouped = false", "gruoped = false"), BadRecogniser::Toml(_)));
    assert!(matches!(error(r"\d{12,19}", "("), BadRecogniser::Regex { .. }));
    assert!(matches!(error(r#""luhn""#, r#""lunh""#), BadRecogniser::Table { .. }));
    assert!(matches!(error("51-55", "5x-55"), BadRecogniser::Table { .. }));
}

#[test]
fn the_stronger_wins() {
    check_all(&[
        ("call 4111-1111-1111-1111", &["CREDIT_CARD 4111-1111-1111-1111"]),
        ("phone 5551234567@example.com", &["EMAIL_ADDRESS 5551234567@example.com"]),
        ("phone 86.121.97.248", &["IP_ADDRESS 86.121.97.248"]),
        ("a@b.org 4111111111111111 536-22-8726", &["EMAIL_ADDRESS a@b.org", "CREDIT_CARD 4111111111111111", "US_SSN 536-22-8726"]),
    ]);
}

#[test]
fn offsets_count_scalar_values() {
    check_all(&[
        ("Größe 🦀 — naïve: a@b.org — 日本語 536-22-8726", &["EMAIL_ADDRESS a@b.org", "US_SSN 536-22-8726"]),
        ("🦀4111111111111111🦀", &["CREDIT_CARD 4111111111111111"]),
    ]);
    let rules = Recognisers::shipped();
    let hit = rules.detect("ü🦀 a@b.org").remove(0);
    assert_eq!((hit.start, hit.end), (3, 10));
}

#[test]
fn nothing_in_nothing() {
    for text in ["", " ", "\n", "@", "::", "+", "(", "🦀", "\u{feff}"] {
        assert!(found(text).is_empty(), "{text:?}");
    }
}
