use super::*;
use crate::container::expand;
use std::io::Cursor;
use winnow_contract::worker::{ExpandLimits, Expanded};

const LIMITS: Limits = Limits { text_chars: 100_000, cells: 0, nesting: 100, unpacked_bytes: 10_000_000 };

fn document(message: &[u8]) -> Document {
    read(&mut Cursor::new(message), "message/rfc822", &LIMITS).expect("a message")
}

pub fn request(bytes: &[u8]) -> ExpandRequest {
    let limits = ExpandLimits { entries: 1000, total_bytes: 100_000_000, ratio: 200, slice_bytes: 1_000_000, nesting: 100 };
    ExpandRequest { extension: String::new(), bytes: bytes.len() as i64, from: 0, only: None, limits, password: None }
}

pub fn expanded(bytes: &[u8], kind: &str, request: &ExpandRequest) -> (Expanded, Vec<(String, String)>) {
    let mut into = Vec::new();
    let found = expand(&mut Cursor::new(bytes), kind, request, &mut into).expect("members");
    let content = |at: i64, length: i64| String::from_utf8_lossy(&into[at as usize..][..length as usize]).into_owned();
    let members = found.members.iter().map(|member| (member.display.clone(), content(member.offset, member.bytes))).collect();
    (found, members)
}

/// The members of a message, each found again by its locator.
fn members_of(message: &[u8], kind: &str) -> Vec<(String, String)> {
    let (found, members) = expanded(message, kind, &request(message));
    for (member, expected) in found.members.iter().zip(&members) {
        let only = ExpandRequest { only: Some(member.locator.clone()), ..request(message) };
        assert_eq!(expanded(message, kind, &only).1, std::slice::from_ref(expected));
    }
    members
}

/// The body as it is read, and the names of the members.
fn check(message: &str, body: &str, names: &[&str]) {
    for message in [message.to_owned(), message.replace('\n', "\r\n")] {
        let document = document(message.as_bytes());
        let text = document.text.expect("a text").text;
        assert_eq!(text.split_once("\n\n").map_or(text.as_str(), |(_, body)| body), body, "{message}");
        let found = members_of(message.as_bytes(), "message/rfc822");
        assert_eq!(found.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), names, "{message}");
        assert_eq!(document.has_members, !names.is_empty());
    }
}

const HEAD: &str = "From: Ann <ann@example.org>\nSubject: Minutes\nMIME-Version: 1.0\n";

fn multipart(kind: &str, parts: &[&str]) -> String {
    let parts: String = parts.iter().map(|part| format!("--B {kind}\n{part}\n")).collect();
    format!("Content-Type: multipart/{kind}; boundary=\"B {kind}\"\n\npreamble\n{parts}--B {kind}--\nepilogue\n")
}

const PLAIN: &str = "Content-Type: text/plain\n\nHello there";
const WEB: &str = "Content-Type: text/html\n\n<p>Hello <b>there</b></p>";
const PDF: &str = "Content-Type: application/pdf; name=\"a.pdf\"\nContent-Transfer-Encoding: base64\n\nJVBERi0=";
const PICTURE: &str = "Content-Type: image/png\nContent-ID: <1>\n\npng";

#[test]
fn the_body_is_read_once_and_the_rest_are_members() {
    check(&format!("{HEAD}\nHello there"), "Hello there", &[]);
    check(&format!("{HEAD}{WEB}"), "Hello there", &[]);
    check(&format!("{HEAD}{}", multipart("alternative", &[PLAIN, WEB])), "Hello there", &[]);
    check(&format!("{HEAD}{}", multipart("alternative", &["\n", WEB])), "Hello there", &[]);
    check(&format!("{HEAD}{}", multipart("mixed", &[PLAIN, PDF, "\nfooter"])), "Hello there\n\nfooter", &["a.pdf"]);
    let related = multipart("related", &[WEB, PICTURE]);
    let nested = multipart("alternative", &[PLAIN, &related]);
    check(&format!("{HEAD}{}", multipart("mixed", &[&nested, PDF])), "Hello there", &["part 3.png", "a.pdf"]);
    let attached = "Content-Type: text/plain\nContent-Disposition: attachment; filename=notes.txt\n\nnotes";
    check(&format!("{HEAD}{}", multipart("mixed", &[PLAIN, attached])), "Hello there", &["notes.txt"]);
}

#[test]
fn messages_in_messages_are_members_with_their_subject() {
    let inner = format!(
        "Content-Type: message/rfc822\n\nSubject: Fwd: the\n  plan\nDate: Thu, 4 Jul 2019 12:08:34 +0200\n{}",
        multipart("other", &[PLAIN, PDF])
    );
    let message = format!("{HEAD}{}", multipart("mixed", &[PLAIN, &inner]));
    check(&message, "Hello there", &["Fwd: the plan.eml"]);
    let (found, members) = expanded(message.as_bytes(), "message/rfc822", &request(message.as_bytes()));
    assert_eq!(found.members[0].mtime_ns, 1_562_234_914_000_000_000);
    assert_eq!(members_of(members[0].1.as_bytes(), "message/rfc822"), [("a.pdf".to_owned(), "%PDF-".to_owned())]);
    let digest = multipart("digest", &["\nSubject: one\n\nfirst", "\nSubject: two\n\nsecond"]);
    check(&format!("{HEAD}{digest}"), "", &["one.eml", "two.eml"]);
}

#[test]
fn names_are_decoded_in_every_manner() {
    let named = |header: &str| format!("Content-Type: application/x-y{header}\n\nx");
    let check = |header: &str, expected: &str| {
        let message = format!("{HEAD}{}", multipart("mixed", &[PLAIN, &named(header)]));
        assert_eq!(members_of(message.as_bytes(), "message/rfc822")[0].0, expected, "{header}");
    };
    check("; name=\"=?utf-8?B?w5ZsLnBkZg==?=\"", "Öl.pdf");
    check("\nContent-Disposition: attachment; filename*=utf-8''%C3%96l.pdf", "Öl.pdf");
    check("\nContent-Disposition: attachment; filename*0=\"long \"; filename*1=\"name.pdf\"", "long name.pdf");
    check("; name=\"../../etc/passwd\"", "../../etc/passwd");
    check("; name=\"cod\u{202e}fdp.exe\"", "cod\\u{202e}fdp.exe");
    check("", "part 2.bin");
}

#[test]
fn headers_are_properties_and_text_with_places() {
    let message = "From: =?iso-8859-1?Q?J=FCrgen?= <j@example.org>\nTo: Ann <a@example.org>, b@example.org\nCc: c@example.org\n\
        Date: Thu, 4 Jul 2019 12:08:34 +0200\nSubject: =?utf-8?B?R3LDvMOfZQ==?=\n from us\nMessage-ID: <1@x>\nIn-Reply-To: <0@x>\n\
        References: <a@x> <b@x>\nList-Id: Friends <friends.example.org>\n\nHello";
    let document = document(message.as_bytes());
    let properties: Vec<(&str, &str)> = document.properties.iter().map(|head| (head.key.as_str(), head.value.as_str())).collect();
    let expected = [
        ("subject", "Grüße from us"),
        ("from", "Jürgen <j@example.org>"),
        ("to", "Ann <a@example.org>, b@example.org"),
        ("cc", "c@example.org"),
        ("date", "2019-07-04T12:08:34+02:00"),
        ("message_id", "1@x"),
        ("in_reply_to", "0@x"),
        ("references", "a@x b@x"),
        ("list_id", "friends.example.org"),
    ];
    assert_eq!(properties, expected);
    let text = document.text.expect("a text");
    let places: Vec<String> =
        text.spans.iter().filter_map(|span| span.place.as_ref()).map(|place| format!("{} {}", place.part, place.name)).collect();
    assert_eq!(places, ["mail_header subject", "mail_header from", "mail_header to", "mail_header cc", "mail_header date", "body "]);
    assert!(text.text.starts_with("Subject: Grüße from us\nFrom: Jürgen <j@example.org>\n"), "{}", text.text);
    assert!(text.text.ends_with("\n\nHello"));
}

#[test]
fn old_habits_are_understood() {
    check(&format!("{HEAD}\nSee below\nbegin 644 cat.txt\n#0V%T\n`\nend\nBye"), "See below\nBye", &["cat.txt"]);
    check(&format!("From ann Thu Jul  4 12:08:34 2019\n{HEAD}\nHello"), "Hello", &[]);
    let flowed = "Content-Type: text/plain; format=flowed\n\nOne \nline";
    check(&format!("{HEAD}{flowed}"), "One line", &[]);
    let japanese = b"Subject: x\nContent-Type: text/plain; charset=iso-2022-jp\n\n\x1b$BEl5~\x1b(B";
    assert!(document(japanese).text.expect("a text").text.ends_with("東京"));
    let raw = b"Subject: Gr\xfc\xdfe aus M\xfcnchen\n\nHello";
    assert_eq!(document(raw).properties[0].value, "Grüße aus München");
}

#[test]
fn what_is_broken_is_read_as_far_as_it_goes() {
    let never_closed = format!("{HEAD}Content-Type: multipart/mixed; boundary=B\n\n--B\n{PLAIN}\n--B\n{PDF}");
    check(&never_closed, "Hello there", &["a.pdf"]);
    assert_eq!(document(never_closed.as_bytes()).notes, [Words::new("message_cut")]);
    check(&format!("{HEAD}Content-Type: multipart/mixed; boundary=B\n\nno part at all"), "", &[]);
    check(&format!("{HEAD}Content-Type: multipart/mixed\n\nno boundary"), "no boundary", &[]);
    check(&format!("{HEAD}Content-Transfer-Encoding: base64\n\n!!! ??? {{}}"), "", &[]);
    check("", "", &[]);
    check("\n\n\n", "", &[]);
}

#[test]
fn nesting_is_limited_and_named() {
    let mut message = HEAD.to_owned();
    for level in 0..1000 {
        message.push_str(&format!("Content-Type: multipart/mixed; boundary=B{level}\n\n--B{level}\n"));
    }
    message.push_str(PLAIN);
    let document = document(message.as_bytes());
    assert_eq!(document.notes[0], Words::new("nesting").with("limit", 100));
    assert!(document.partial && document.has_members);
    let (found, members) = expanded(message.as_bytes(), "message/rfc822", &request(message.as_bytes()));
    assert_eq!((members.len(), found.notes[0].code.as_str()), (1, "nesting"));
}

#[test]
fn headers_of_megabytes_are_cut() {
    let message = format!("Subject: long\nTo: {}\nX-Last: 1\n\nHello", "somebody@example.org,\n ".repeat(200_000));
    let document = document(message.as_bytes());
    assert_eq!((document.properties[0].value.as_str(), document.notes[0].code.as_str()), ("long", "headers_cut"));
    assert!(document.text.expect("a text").text.ends_with("Hello"));
}

const MAILBOX_HEAD: &str = "From ann@example.org Thu Jul  4 12:08:34 2019\n";

fn mailbox() -> String {
    let message = |number: usize, body: &str| format!("{MAILBOX_HEAD}To: b\nSubject: number {number}\n\n{body}\n\n");
    [message(1, ">From here\n>>From there\nFrom now on\n"), message(2, "no end"), message(3, "last")].concat()
}

#[test]
fn mailboxes_give_their_messages() {
    let mailbox = mailbox();
    assert!(looks_like_mbox(mailbox.as_bytes()));
    let expected = [
        ("number 1.eml", "To: b\nSubject: number 1\n\nFrom here\n>From there\nFrom now on\n\n"),
        ("number 2.eml", "To: b\nSubject: number 2\n\nno end\n"),
        ("number 3.eml", "To: b\nSubject: number 3\n\nlast\n"),
    ];
    let expected: Vec<(String, String)> = expected.iter().map(|(name, content)| ((*name).to_owned(), (*content).to_owned())).collect();
    assert_eq!(members_of(mailbox.as_bytes(), MAILBOX), expected);
}

#[test]
fn mailboxes_are_gone_on_with_slice_by_slice() {
    let mailbox = mailbox();
    let (mut from, mut names) = (0, Vec::new());
    loop {
        let mut request = ExpandRequest { from, ..request(mailbox.as_bytes()) };
        request.limits.slice_bytes = 10;
        let (found, members) = expanded(mailbox.as_bytes(), MAILBOX, &request);
        names.push(members.into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(","));
        match found.next {
            Some(next) => from = next,
            None => break,
        }
    }
    assert_eq!(names, ["number 1.eml", "number 2.eml", "number 3.eml"]);
}

#[test]
fn mail_is_told_by_its_first_lines() {
    let check = |head: &str, message: bool, mbox: bool, page: bool| {
        let head = head.as_bytes();
        assert_eq!((looks_like_message(head), looks_like_mbox(head), looks_like_saved_page(head)), (message, mbox, page), "{head:?}");
    };
    check("From: a@b\nMessage-ID: <1@b>\n\nHello", true, false, false);
    check("Received: by x\n\tfolded\nFrom: a\n\nHello", true, false, false);
    check("From: Ann\nTo: Ben\nSubject: Lunch\n\nA memo.", false, false, false);
    check(&format!("{MAILBOX_HEAD}Subject: x\nTo: y\n\nHello"), false, true, false);
    check(&format!("{MAILBOX_HEAD}Message-ID: <1@b>\nTo: y\n\nHello"), true, true, false);
    check("From here one sees the sea.\n", false, false, false);
    check("From: <Saved by Blink>\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=B\n\n--B", true, false, true);
    check("Dear all: we meet\nat noon.\nReceived: yes\n\n", false, false, false);
}

#[test]
fn saved_pages_are_read_with_what_hangs_on_them() {
    let web = "Content-Type: text/html\nContent-Location: https://example.org/\n\n<title>The page</title><p>Words";
    let frame = "Content-Type: text/html\nContent-Location: https://example.org/frame.html\n\n<p>frame";
    let style = "Content-Type: text/css\n\np {}";
    let page = format!("From: <Saved by Blink>\nMIME-Version: 1.0\n{}", multipart("related", &[web, style, PICTURE, frame, PDF]));
    let document = read(&mut Cursor::new(page.as_bytes()), SAVED_PAGE, &LIMITS).expect("a page");
    let properties: Vec<(&str, &str)> = document.properties.iter().map(|head| (head.key.as_str(), head.value.as_str())).collect();
    assert_eq!(properties, [("title", "The page"), ("address", "https://example.org/")]);
    assert_eq!(document.text.expect("a text").text, "Words");
    let names: Vec<String> = members_of(page.as_bytes(), SAVED_PAGE).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["part 4.html", "a.pdf"]);
}

#[test]
fn damaged_messages_never_panic() {
    let related = multipart("related", &[WEB, PICTURE]);
    let nested = multipart("alternative", &[PLAIN, &related, "Content-Type: message/rfc822\n\nSubject: in\n\nbegin 644 a\n#0V%T\nend"]);
    let good = format!("{MAILBOX_HEAD}{HEAD}{}", multipart("mixed", &[&nested, PDF])).into_bytes();
    let mut state = 42_u64;
    let mut below = |end: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % end as u64) as usize
    };
    for _ in 0..2000 {
        let mut bad = good.clone();
        for _ in 0..=below(6) {
            let (at, from) = (below(bad.len()), below(bad.len()));
            bad[at] = if below(2) == 0 { below(256) as u8 } else { bad[from] };
        }
        bad.truncate(good.len() - below(3).saturating_sub(1) * below(good.len()));
        for kind in ["message/rfc822", SAVED_PAGE, MAILBOX] {
            let _ = read(&mut Cursor::new(&bad), kind, &LIMITS);
            let _ = expand(&mut Cursor::new(&bad), kind, &request(&bad), &mut Vec::new());
        }
        let _ = (looks_like_message(&bad), looks_like_mbox(&bad), looks_like_saved_page(&bad));
    }
}
