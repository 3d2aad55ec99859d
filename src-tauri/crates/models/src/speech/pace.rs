//! Tells what nobody can have said, for there was no time, or no sound, for it. Pure.
//!
//! A speech model that lost the thread writes on without listening: what it invents stands in no time, or behind the last
//! sound. Its times are imprecise, so that a few words in no time prove nothing.

use super::repeat::without;
use std::ops::Range;
use winnow_contract::worker::{HeardWord, Segment};

/// Letters that nobody exceeds in a second: eight words.
const FASTEST: f64 = 40.0;
/// Letters that may stand one after the other in no time.
const ALLOWED: f64 = 20.0;
/// Letters that a sign of a script without spaces (CJK ideographs and kana) counts for.
const SIGN: f64 = 3.0;
/// Seconds of sound at most under what was said after the last sound.
const REST: f64 = 0.05;

/// The segments without words that there was no time for, and how many phrases those were.
pub fn without_haste(segments: Vec<Segment>) -> (Vec<Segment>, u32) {
    let words: Vec<&HeardWord> = segments.iter().flat_map(|segment| &segment.words).collect();
    let hurried = hurried(&words);
    let (mut kept, mut discarded, mut before) = (Vec::new(), 0, 0);
    for segment in segments {
        let all = segment.words.len();
        let segment = without(segment, &|at| hurried.iter().any(|run| run.contains(&(before + at))));
        before += all;
        discarded += u32::from(segment.words.len() < all);
        kept.extend((!segment.words.is_empty()).then_some(segment));
    }
    (kept, discarded)
}

/// Words in a row each of which is said faster than anybody can, where those are more than imprecise times explain.
pub fn hurried(words: &[&HeardWord]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for at in (0..words.len()).filter(|at| !has_time(&words[*at..=*at])) {
        match runs.last_mut() {
            Some(run) if run.end == at => run.end = at + 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs.retain(|run| words[run.clone()].iter().map(|word| letters(&word.text)).sum::<f64>() > ALLOWED);
    runs
}

/// Whether somebody can say these words in the time they stand in.
pub fn has_time(words: &[&HeardWord]) -> bool {
    let time = words.last().map_or(0.0, |word| word.t1) - words.first().map_or(0.0, |word| word.t0);
    words.iter().map(|word| letters(&word.text)).sum::<f64>() <= FASTEST * time
}

/// Whether a segment begins where the sound that was spoken ends, or later.
pub fn is_after(segment: &Segment, sound_ends: f64) -> bool {
    segment.words.first().is_some_and(|word| word.t0 + REST >= sound_ends)
}

/// What a word counts for; a sign alone is one letter.
fn letters(word: &str) -> f64 {
    let letter = |each: char| match each {
        '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' => SIGN,
        each => f64::from(u8::from(each.is_alphanumeric())),
    };
    word.chars().map(letter).sum::<f64>().max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words one after the other, each as (text, seconds).
    fn segment(from: f64, words: &[(&str, f64)]) -> Segment {
        let mut t1 = from;
        let word = |(text, seconds): &(&str, f64)| {
            let t0 = t1;
            t1 += seconds;
            HeardWord { text: (*text).to_owned(), t0, t1, probability: 0.9 }
        };
        let words: Vec<HeardWord> = words.iter().map(word).collect();
        let text = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
        Segment { t0: from, t1, text, words }
    }

    /// A sentence whose words take so many seconds each.
    fn sentence(from: f64, text: &str, seconds: f64) -> Segment {
        segment(from, &text.split(' ').map(|word| (word, seconds)).collect::<Vec<_>>())
    }

    fn check(said: Vec<Segment>, expected: &[&str], discarded: u32) {
        let (kept, count) = without_haste(said);
        let texts: Vec<&str> = kept.iter().map(|segment| segment.text.as_str()).collect();
        assert_eq!((texts, count), (expected.to_vec(), discarded));
        assert!(kept.iter().all(|segment| segment.t0 <= segment.words[0].t0 && segment.words.iter().all(|word| word.t1 <= segment.t1)));
    }

    #[test]
    fn what_stands_in_no_time_was_not_said() {
        let statue = "The committee will now discuss the purple elephant statue in the garden.";
        let said = || sentence(1.0, statue, 0.3);
        check(vec![said()], &[statue], 0);
        check(vec![said(), sentence(4.6, statue, 0.0), sentence(4.6, statue, 0.0)], &[statue], 2);
        check(vec![said(), sentence(4.6, statue, 0.01)], &[statue], 1);
        check(vec![said(), sentence(4.6, statue, 0.0), sentence(5.0, "Thank you.", 0.3)], &[statue, "Thank you."], 1);
        // Words of their own, and a loop that begins in the midst of a sentence.
        check(vec![sentence(1.0, "Nothing of this was ever said by anybody at all.", 0.0)], &[], 1);
        let mut woven = sentence(1.0, "over the hill and", 0.3);
        woven.words.extend(sentence(2.2, "away over the hill and away over the hill", 0.0).words);
        woven.text = "over the hill and away over the hill and away over the hill".to_owned();
        check(vec![woven], &["over the hill and"], 1);
    }

    #[test]
    fn imprecise_times_and_quick_speech_are_no_inventions() {
        check(vec![segment(0.0, &[("a", 0.0), ("steamer", 0.0), ("stood", 0.4), ("in.", 0.0)])], &["a steamer stood in."], 0);
        check(vec![segment(0.0, &[("we", 0.2), ("stood", 0.3), ("in", 0.0), ("the", 0.0), ("bay.", 0.0)])], &["we stood in the bay."], 0);
        check(vec![sentence(0.0, "no, no, no, no", 0.1)], &["no, no, no, no"], 0);
        check(
            vec![sentence(0.0, "quick as quick can be said the quick old auctioneer", 0.125)],
            &["quick as quick can be said the quick old auctioneer"],
            0,
        );
        check(vec![sentence(0.0, "私 は 昨 日 海 へ 行 き ま し た", 0.1)], &["私 は 昨 日 海 へ 行 き ま し た"], 0);
        check(vec![sentence(0.0, "私 は 昨 日 海 へ 行 き ま し た", 0.0)], &[], 1);
        check(Vec::new(), &[], 0);
    }

    #[test]
    fn what_begins_after_the_last_sound_was_not_said() {
        let check = |from: f64, expected: bool| assert_eq!(is_after(&sentence(from, "Thank you.", 0.1), 5.0), expected, "{from}");
        check(4.0, false);
        check(4.9, false);
        check(4.96, true);
        check(5.2, true);
    }
}
