//! Card numbers: issuers, groupings, and the many numbers that are none.

use super::{Recognisers, check_all, check_none, check_normalised};

#[test]
fn every_issuer_is_named() {
    let rules = Recognisers::shipped();
    let table = [
        ("4111111111111111", "visa"),
        ("card 4222222222222", "visa"),
        ("card 4000000000000000006", "visa"),
        ("5555555555554444", "mastercard"),
        ("2223003122003222", "mastercard"),
        ("378282246310005", "amex"),
        ("6011111111111117", "discover"),
        ("30569309025904", "diners"),
        ("3530111333300000", "jcb"),
        ("213176828496175", "jcb"),
        ("6212345678901232", "unionpay"),
        ("card 630427373398", "maestro"),
        ("6759649826438453", "maestro"),
    ];
    for (text, issuer) in table {
        let found: Vec<String> = rules.detect(text).into_iter().map(|hit| hit.recogniser).collect();
        assert_eq!(found, [format!("credit_card/{issuer}+luhn")], "in {text:?}");
    }
}

#[test]
fn groups_and_odd_characters() {
    check_all(&[
        ("4111 1111 1111 1111", &["CREDIT_CARD 4111 1111 1111 1111"]),
        ("4111-1111-1111-1111.", &["CREDIT_CARD 4111-1111-1111-1111"]),
        ("3782 822463 10005", &["CREDIT_CARD 3782 822463 10005"]),
        ("3056 930902 5904", &["CREDIT_CARD 3056 930902 5904"]),
        ("4111\u{a0}1111\u{202f}1111\u{2009}1111", &["CREDIT_CARD 4111\u{a0}1111\u{202f}1111\u{2009}1111"]),
        ("4111‑1111–1111−1111", &["CREDIT_CARD 4111‑1111–1111−1111"]),
        ("４１１１１１１１１１１１１１１１", &["CREDIT_CARD ４１１１１１１１１１１１１１１１"]),
        ("4111  1111  1111 - 1111", &["CREDIT_CARD 4111  1111  1111 - 1111"]),
        ("card:4111111111111111,12/25", &["CREDIT_CARD 4111111111111111"]),
        ("7,Smith,4111111111111111,2025", &["CREDIT_CARD 4111111111111111"]),
        ("4111 1111 1111 1111 123", &["CREDIT_CARD 4111 1111 1111 1111"]),
        ("12 4111 1111 1111 1111", &["CREDIT_CARD 4111 1111 1111 1111"]),
        ("Kreditkartennummer 4222222222222", &["CREDIT_CARD 4222222222222"]),
    ]);
}

#[test]
fn not_a_card() {
    check_none(&[
        "4111111111111112",
        "card 4111 1111 1111 1112",
        "0000000000000000",
        "card number 4444444444444444",
        "41111111111111111111111",
        "order 9111111111111112",
        "a4111111111111111",
        "550e8400-e29b-41d4-a716-446655440000",
        "ISBN 978-3-16-148410-0",
        "20230415123045123",
        "1617181920212",
        "4006381333931",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "3.14159265358979323846",
        "2021-03-04 12:30:45",
    ]);
}

#[test]
fn digits_are_the_canonical_form() {
    check_normalised(&[("4111 1111 1111 1111", "4111111111111111"), ("４１１１-1111-1111-1111", "4111111111111111")]);
}

#[test]
fn a_card_asks_alone_and_blocks() {
    let hit = Recognisers::shipped().detect("4111111111111111").remove(0);
    assert!(hit.blocks && !hit.grouped);
    assert!(hit.severity > 0.8 && hit.score >= 0.5);
}
