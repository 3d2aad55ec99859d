//! Phone numbers: what plans know, what a label speaks for, and what only looks alike.

use super::{check_all, check_none, check_normalised};

#[test]
fn numbers_a_plan_knows() {
    check_all(&[
        ("+49 30 901820", &["PHONE_NUMBER +49 30 901820"]),
        ("+46 (0)8 928 571 38", &["PHONE_NUMBER +46 (0)8 928 571 38"]),
        ("0044 20 7946 0958", &["PHONE_NUMBER 0044 20 7946 0958"]),
        ("905-674-3793", &["PHONE_NUMBER 905-674-3793"]),
        ("(617) 542-5942", &["PHONE_NUMBER (617) 542-5942"]),
        ("617.542.5942 ext. 12", &["PHONE_NUMBER 617.542.5942 ext. 12"]),
        ("030/901820", &["PHONE_NUMBER 030/901820"]),
        ("01 42 68 53 00", &["PHONE_NUMBER 01 42 68 53 00"]),
        ("tel:+16175425942", &["PHONE_NUMBER +16175425942"]),
        ("Tel.: 6175425942", &["PHONE_NUMBER 6175425942"]),
        ("+1\u{2011}617\u{2011}542\u{2011}5942", &["PHONE_NUMBER +1\u{2011}617\u{2011}542\u{2011}5942"]),
        ("+1 617 542 5942 12 pieces", &["PHONE_NUMBER +1 617 542 5942"]),
    ]);
}

#[test]
fn numbers_a_label_speaks_for() {
    check_all(&[
        ("Phone:\n467 3395", &["PHONE_NUMBER 467 3395"]),
        ("Telefonnummer 60-56-85-91", &["PHONE_NUMBER 60-56-85-91"]),
        ("Box 9168\nAPO 61487\n416 60 039 office", &["PHONE_NUMBER 416 60 039"]),
        ("order 467 3395", &[]),
        ("467 3395", &[]),
        ("phone of the buyer, order 467 3395", &[]),
    ]);
}

#[test]
fn not_a_phone() {
    check_none(&[
        "6175425942",
        "invoice 6175425942",
        "2021-03-04",
        "call me on 2021-03-04 12:30",
        "call on 04.03.2021",
        "04.03.2021 12:30:45",
        "tel 1990-1995",
        "ISBN 978-3-16-148410-0",
        "call 9783161484100",
        "phone deadbeef5551234567",
        "550e8400-e29b-41d4-a716-446655440000",
        "call 5555555555",
        "https://example.com/617-542-5942",
        "1617181920",
        "3.14159265",
        "1 234 567 890 €",
        "commit 4f2d5176175425942abc",
    ]);
}

#[test]
fn one_number_in_many_forms_is_one_value() {
    check_normalised(&[
        ("(617) 542-5942", "+16175425942"),
        ("+1 617 542 5942", "+16175425942"),
        ("001-617-542-5942", "+16175425942"),
        ("+41 (0)44 668 18 00", "+41446681800"),
        ("617-542-5942 x12", "+16175425942;ext=12"),
        ("phone 467 3395", "4673395"),
    ]);
}
