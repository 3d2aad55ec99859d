//! A stream gives what the whole text gives, however it is cut, in constant memory and linear time.

use std::time::{Duration, Instant};

use crate::enrich::detect::{Detected, Recognisers, StreamDetector};

/// A small generator (Marsaglia's xorshift64), so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).expect("BUG: below a usize")
    }

    /// A text of values, near misses, words and blanks, with and without places to cut.
    fn text(&mut self, length: usize) -> String {
        const PIECES: [&str; 22] = [
            "4111 1111 1111 1111",
            "4111111111111111",
            "DE89 3704 0044 0532 0130 00",
            "a.b@example.com",
            "536-22-8726",
            "192.168.12.34",
            "2001:db8::370:7334",
            "+49 30 901820",
            "(617) 542-5942",
            "phone",
            "card",
            "order",
            "Größe",
            "日本語",
            "🦀",
            "12",
            "4111",
            "１２３",
            "-",
            ".",
            "@",
            "\u{a0}",
        ];
        const BLANKS: [&str; 6] = [" ", " ", " ", "\n", "", ""];
        let mut text = String::new();
        while text.len() < length {
            text.push_str(PIECES[self.below(PIECES.len())]);
            text.push_str(BLANKS[self.below(BLANKS.len())]);
        }
        text
    }
}

fn streamed(rules: &Recognisers, text: &str, random: &mut Random, longest: usize) -> Vec<Detected<u64>> {
    let mut stream = StreamDetector::new(rules);
    let (mut found, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        let (piece, later) = rest.split_at(rest.ceil_char_boundary(1 + random.below(longest)));
        found.extend(stream.push(piece));
        rest = later;
    }
    found.extend(stream.finish());
    found
}

fn places<At: Copy + Into<u64>>(found: &[Detected<At>]) -> Vec<(u64, u64, String, String)> {
    found.iter().map(|hit| (hit.start.into(), hit.end.into(), hit.recogniser.clone(), hit.normalised.clone())).collect()
}

#[test]
fn a_stream_finds_what_the_whole_text_holds() {
    let rules = Recognisers::shipped();
    let mut random = Random(0x5EED);
    for longest in [1, 100, 5_000, 40_000] {
        let text = random.text(80_000);
        let whole = rules.detect(&text);
        assert!(whole.len() > 100);
        assert!(whole.windows(2).all(|pair| pair[0].end <= pair[1].start));
        assert_eq!(places(&streamed(&rules, &text, &mut random, longest)), places(&whole), "pieces up to {longest}");
    }
}

#[test]
fn a_value_on_every_cut_is_found_once() {
    let rules = Recognisers::shipped();
    for shift in (0..24).step_by(3) {
        let text = format!("{}{}", "x".repeat(24 * 1024 - shift), " 4111 1111 1111 1111 ".repeat(4));
        assert_eq!(rules.detect(&text).len(), 4, "shifted by {shift}");
        let dense = format!("{}{}", "-".repeat(24 * 1024 - shift), "4111111111111111,".repeat(4));
        assert_eq!(rules.detect(&dense).len(), 4, "shifted by {shift}");
    }
}

#[test]
fn a_detector_starts_afresh_after_its_end() {
    let rules = Recognisers::shipped();
    let mut stream = StreamDetector::new(&rules);
    let mut once = || {
        let mut found = stream.push("a@b");
        found.extend(stream.push(".org"));
        found.extend(stream.finish());
        found
    };
    let first = once();
    assert_eq!(first.len(), 1);
    assert_eq!(once(), first);
}

#[test]
fn hostile_texts_take_linear_time() {
    let rules = Recognisers::shipped();
    let time = |unit: &str, length: usize| {
        let text = unit.repeat(length / unit.len());
        let start = Instant::now();
        let _ = rules.detect(&text);
        start.elapsed()
    };
    for unit in ["4111 ", "a.", "a@", "a@b.", "1.", "12-", "::", "(1) ", "+1 ", "DE12", "\u{a0}1", "4111111111111111 ", "a@b.png "] {
        time(unit, 15_000);
        let (short, long) = (time(unit, 15_000), time(unit, 120_000));
        assert!(long < short * 40 + Duration::from_secs(1), "{unit:?}: {short:?}, then {long:?}");
    }
    assert!(time("7", 1_000_000) < time("7", 50_000) * 100 + Duration::from_secs(1));
}
