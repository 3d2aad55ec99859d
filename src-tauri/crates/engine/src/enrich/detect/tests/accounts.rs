//! Bank accounts and social security numbers.

use super::{check_all, check_none, check_normalised, found};

#[test]
fn ibans() {
    check_all(&[
        ("DE89370400440532013000", &["IBAN_CODE DE89370400440532013000"]),
        ("IBAN: DE89 3704 0044 0532 0130 00 bei der Bank", &["IBAN_CODE DE89 3704 0044 0532 0130 00"]),
        ("my iban is gb82west12345698765432", &["IBAN_CODE gb82west12345698765432"]),
        ("NL91 ABNA 0417 1643 00, BIC", &["IBAN_CODE NL91 ABNA 0417 1643 00"]),
        ("FR14 2004 1010 0505 0001 3M02 606", &["IBAN_CODE FR14 2004 1010 0505 0001 3M02 606"]),
        ("NO9386011117947.", &["IBAN_CODE NO9386011117947"]),
        ("MT84MALT011000012345MTLCAST001S", &["IBAN_CODE MT84MALT011000012345MTLCAST001S"]),
        ("CH93\u{a0}0076\u{a0}2011\u{a0}6238\u{a0}5295\u{a0}7", &["IBAN_CODE CH93\u{a0}0076\u{a0}2011\u{a0}6238\u{a0}5295\u{a0}7"]),
        ("DE89 37O4 0044 0532 0130 00", &["IBAN_CODE DE89 37O4 0044 0532 0130 00"]),
    ]);
}

#[test]
fn not_an_iban() {
    check_none(&[
        "DE89370400440532013001",
        "XX89370400440532013000",
        "DE8937040044053201300",
        "DE893704004405320130009",
        "ADE89370400440532013000",
        "GB82 WEST 1234 5698 7654 33",
        "at 10 people came to the 2nd meeting of 1998 in room 12",
    ]);
}

#[test]
fn ibans_are_compact_and_corrected() {
    check_normalised(&[
        ("gb82 west 1234 5698 7654 32", "GB82WEST12345698765432"),
        ("DE89 37O4 0044 0532 0130 00", "DE89370400440532013000"),
    ]);
}

#[test]
fn an_iban_is_not_also_a_card_or_a_phone() {
    assert_eq!(found("Tel. DE89 3704 0044 0532 0130 00").len(), 1);
    assert_eq!(found("call DE89-3704-0044-0532-0130-00 card").len(), 1);
}

#[test]
fn social_security_numbers() {
    check_all(&[
        ("536-22-8726", &["US_SSN 536-22-8726"]),
        ("536–22–8726", &["US_SSN 536–22–8726"]),
        ("SSN 536 22 8726", &["US_SSN 536 22 8726"]),
        ("social security number: 536228726", &["US_SSN 536228726"]),
    ]);
    check_normalised(&[("536-22-8726", "536228726")]);
}

#[test]
fn not_a_social_security_number() {
    check_none(&[
        "000-12-3456",
        "666-12-3456",
        "SSN 912-34-5678",
        "536-00-8726",
        "536-22-0000",
        "078-05-1120",
        "219-09-9999",
        "536228726",
        "order 536 22 8726",
        "1536-22-8726",
        "536-22-8726-1",
        "536-22-87261",
    ]);
}
