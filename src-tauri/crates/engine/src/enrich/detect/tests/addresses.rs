//! E-mail and IP addresses.

use super::{check_all, check_none, check_normalised};

#[test]
fn emails() {
    check_all(&[
        ("Write to jane.doe+news@example.co.uk.", &["EMAIL_ADDRESS jane.doe+news@example.co.uk"]),
        ("<mailto:a@b.org>", &["EMAIL_ADDRESS a@b.org"]),
        ("'o'neil@example.com'", &["EMAIL_ADDRESS o'neil@example.com"]),
        ("jürgen@müller.de", &["EMAIL_ADDRESS jürgen@müller.de"]),
        ("x@xn--mller-kva.de", &["EMAIL_ADDRESS x@xn--mller-kva.de"]),
        ("name＠example．com", &["EMAIL_ADDRESS name＠example．com"]),
        ("a@b.com,c@d.com", &["EMAIL_ADDRESS a@b.com", "EMAIL_ADDRESS c@d.com"]),
        ("5551234567@example.com", &["EMAIL_ADDRESS 5551234567@example.com"]),
        ("root@10.0.0.5.example.com", &["EMAIL_ADDRESS root@10.0.0.5.example.com"]),
    ]);
    check_normalised(&[("Jane.Doe@Example.COM", "jane.doe@example.com")]);
}

#[test]
fn not_an_email() {
    check_none(&[
        "icon@2x.png",
        "a@b",
        "@example.com",
        "a..b@example.com",
        "a@@example.com",
        "a@-example.com",
        "https://user:secret@example.com/x",
        "meet @ example.com",
        "x@example.c",
    ]);
    let long = format!("{}@example.com", "a".repeat(65));
    check_none(&[&long]);
}

#[test]
fn addresses_of_machines() {
    check_all(&[
        ("client 192.168.12.34 refused", &["IP_ADDRESS 192.168.12.34"]),
        ("http://86.121.97.248:8080/x", &["IP_ADDRESS 86.121.97.248"]),
        ("from 86.121.97.0/24.", &["IP_ADDRESS 86.121.97.0"]),
        ("server 1.2.3.4", &["IP_ADDRESS 1.2.3.4"]),
        ("at 2001:db8:85a3::8a2e:370:7334.", &["IP_ADDRESS 2001:db8:85a3::8a2e:370:7334"]),
        ("fe80::1ff:fe23:4567:890a%eth2", &["IP_ADDRESS fe80::1ff:fe23:4567:890a"]),
        ("::ffff:192.0.2.128", &["IP_ADDRESS ::ffff:192.0.2.128"]),
        ("6e40:4041:c617:e898:c11:40d2:c669:2eb4", &["IP_ADDRESS 6e40:4041:c617:e898:c11:40d2:c669:2eb4"]),
    ]);
    check_normalised(&[("2001:0DB8:0:0:0:0:0:1", "2001:db8::1")]);
}

#[test]
fn not_an_address_of_a_machine() {
    check_none(&[
        "256.1.1.1",
        "version 10.20.30.40",
        "1.2.3.4",
        "see section 4.12.3.1",
        "101.102.103.104.105",
        "v21.44.33.22",
        "at 12:30:45",
        "2021-03-04T12:30:45",
        "std::vec a::b1 x::y",
        "00:1a:2b:3c:4d:5e",
        "00:1a:2b:ff:fe:3c:4d:5e",
        "127.0.0.1 and ::1",
        "1.2.840.113549",
    ]);
}
