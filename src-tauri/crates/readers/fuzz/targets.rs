//! The targets by name: what makes an input, and what is fed with it. An error is an answer; only panics, time and memory count.

use crate::mutation::{Dice, mutation};
use crate::seeds::{self, Seed};
use std::io::{Cursor, Read, Seek, SeekFrom, sink};
use std::sync::LazyLock;
use winnow_contract::worker::{Answer, ExpandLimits, ExpandRequest, Work};
use winnow_readers::{Limits, attributes, book, container, encoding, html, mail, names, office, rtf};

/// One target.
pub struct Target {
    pub name: &'static str,
    pub input: fn(&mut Dice) -> Vec<u8>,
    pub feed: fn(&[u8]),
}

/// All of them.
pub const TARGETS: &[Target] = &[
    Target { name: "frames", input: |dice| mutated(&seeds::frames(), dice), feed: frames },
    Target { name: "container", input: container, feed: containers },
    Target { name: "mail", input: |dice| mutated(&seeds::mails(), dice), feed: mails },
    Target { name: "office", input: |dice| mutated(&seeds::offices(), dice), feed: offices },
    Target { name: "before_2007", input: |dice| mutated(&BEFORE_2007, dice), feed: offices },
    Target { name: "html", input: |dice| mutated(&seeds::pages(), dice), feed: pages },
    Target { name: "rtf", input: |dice| mutated(&seeds::rich_texts(), dice), feed: rich_texts },
    Target { name: "names", input: |dice| mutated(&seeds::names(), dice), feed: all_names },
];

const LIMITS: Limits = Limits { text_chars: 100_000, cells: 10_000, nesting: 100, unpacked_bytes: 8 << 20 };

/// A mutation of one of the seeds: of a packed one sometimes as a whole, and sometimes of what is packed in it.
fn mutated(all: &[Seed], dice: &mut Dice) -> Vec<u8> {
    let (one, other) = (&all[dice.below(all.len())], all[dice.below(all.len())].bytes());
    match one {
        Seed::Packed(parts) if dice.below(3) > 0 => {
            let at = dice.below(parts.len());
            let changed = parts.iter().enumerate().map(|(number, (name, content))| {
                let content = if number == at { mutation(content, &other, dice) } else { content.clone() };
                (*name, content)
            });
            Seed::Packed(changed.collect()).bytes()
        }
        Seed::Packed(_) | Seed::Plain(_) => mutation(&one.bytes(), &other, dice),
    }
}

/// Made once: packing takes longer than feeding.
static CONTAINERS: LazyLock<Vec<Seed>> = LazyLock::new(seeds::containers);

static BEFORE_2007: LazyLock<Vec<Seed>> = LazyLock::new(seeds::before_2007);

/// Mostly with sums that are right, for else a 7z is refused before anybody looks into it.
fn container(dice: &mut Dice) -> Vec<u8> {
    let mut bytes = mutated(&CONTAINERS, dice);
    if dice.below(4) > 0 {
        seeds::mend(&mut bytes);
    }
    bytes
}

/// What a worker or its parent would take for a header.
fn frames(bytes: &[u8]) {
    let work = serde_json::from_slice::<Work>(bytes);
    let answer = serde_json::from_slice::<Answer>(bytes);
    if let Ok(work) = work {
        assert_eq!(serde_json::from_slice::<Work>(&serde_json::to_vec(&work).expect("json")).ok(), Some(work));
    }
    if let Ok(answer) = answer {
        serde_json::to_vec(&answer).expect("json");
    }
}

fn request(bytes: &[u8]) -> ExpandRequest {
    let limits = ExpandLimits { entries: 1000, total_bytes: 16 << 20, ratio: 200, slice_bytes: 1 << 20, nesting: 20 };
    ExpandRequest { extension: String::new(), bytes: bytes.len() as i64, from: 0, only: None, limits, password: None }
}

/// Expands and goes on where it stopped, as often as that happens, and takes one member alone.
fn expand(bytes: &[u8], kind: &str) {
    let mut asked = request(bytes);
    for _ in 0..20 {
        let Ok(found) = container::expand(&mut Cursor::new(bytes), kind, &asked, &mut sink()) else { return };
        let written: i64 = found.members.iter().map(|member| member.bytes).sum();
        assert!(written <= asked.limits.total_bytes, "more was written than is allowed");
        if let Some(member) = found.members.first() {
            let only = ExpandRequest { only: Some(member.locator.clone()), ..asked.clone() };
            drop(container::expand(&mut Cursor::new(bytes), kind, &only, &mut sink()));
        }
        match found.next {
            Some(next) => {
                assert!(next > asked.from, "it goes on behind where it was");
                asked.from = next;
            }
            None => return,
        }
    }
}

fn containers(bytes: &[u8]) {
    if let Some(kind) = container::kind_of(&bytes[..bytes.len().min(container::HEAD)]) {
        expand(bytes, kind);
    }
}

fn mails(bytes: &[u8]) {
    let head = &bytes[..bytes.len().min(4096)];
    let told = [mail::looks_like_mbox(head), mail::looks_like_saved_page(head), mail::looks_like_message(head)];
    let kinds = [mail::MAILBOX, mail::SAVED_PAGE, "message/rfc822"];
    for (kind, _) in kinds.into_iter().zip(told).filter(|(_, is_told)| *is_told) {
        drop(mail::read(&mut Cursor::new(bytes), kind, &LIMITS));
        expand(bytes, kind);
    }
    drop(mail::read(&mut Cursor::new(bytes), mail::OUTLOOK, &LIMITS));
}

fn offices(bytes: &[u8]) {
    let mut input = Cursor::new(bytes);
    let kind = office::kind_of(&mut input);
    let Ok(_) = input.seek(SeekFrom::Start(0)) else { return };
    let read = office::read(&mut input, Some("password"), &LIMITS);
    if let Ok(document) = read {
        let text = document.text.map(|text| text.text.chars().count()).unwrap_or_default();
        assert!(text <= LIMITS.text_chars, "more text was kept than is allowed");
    }
    if let Some(kind) = kind {
        expand(bytes, kind);
    }
    drop(book::read(&mut Cursor::new(bytes), &LIMITS));
}

fn pages(bytes: &[u8]) {
    let text = encoding::to_text(bytes, true, None).text;
    drop(encoding::glimpse(bytes));
    let without_more = attributes::bounded(&text);
    assert!(without_more.is_none_or(|kept| kept.len() <= text.len()), "a text grew");
    let page = html::read(text, 10_000);
    assert!(page.text.chars().count() <= 10_000, "more text was kept than is allowed");
}

fn rich_texts(bytes: &[u8]) {
    drop(rtf::read(&mut Cursor::new(bytes), &LIMITS));
    expand(bytes, "application/rtf");
    drop(office::rtf_text(bytes, &LIMITS));
}

/// Nothing that is shown can steer a terminal or a window, and every locator leads back to its number.
fn all_names(bytes: &[u8]) {
    for shown in [names::display(bytes), names::display(&names::from_zip(bytes, false)), names::display(&names::from_zip(bytes, true))] {
        assert!(!shown.chars().any(char::is_control), "a control character is shown");
        assert!(!shown.chars().any(|sign| matches!(sign, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')), "a direction is shown");
    }
    assert_eq!(names::number(&names::locator(7, bytes)), Some(7));
    let mut rest = Vec::new();
    let _never_fails = Cursor::new(bytes).read_to_end(&mut rest);
    names::number(&rest);
}
