//! Leaves out what a speech model invents when it loses the thread: the same thing over and over.
//!
//! Pure functions of text. What a person really said three times in a row is said once afterwards.

use std::collections::HashSet;
use winnow_contract::worker::{HeardWord, Segment};

/// Repetitions in a row from which on it is an invention.
const ENOUGH: usize = 3;
/// Words of the longest phrase that is looked for.
const LONGEST_PHRASE: usize = 12;
/// Characters from which on a segment's richness is judged.
const JUDGED_FROM: usize = 80;
/// Characters for each different run of four in a segment: 1 to 1.5 in speech, above this in a loop.
const POOREST: f32 = 2.4;
const RUN: usize = 4;

/// The segments without inventions, and how many of those there were.
pub fn without_inventions(segments: Vec<Segment>) -> (Vec<Segment>, u32) {
    let mut kept = Vec::new();
    let mut discarded = 0;
    let mut before: [Vec<String>; ENOUGH - 1] = Default::default();
    for segment in segments {
        let said: Vec<String> = segment.words.iter().map(plain).collect();
        let again = !said.is_empty() && before.iter().all(|earlier| *earlier == said);
        before.rotate_left(1);
        before[ENOUGH - 2] = said;
        if again {
            discarded += 1;
            continue;
        }
        let (segment, cut) = shortened(segment);
        discarded += cut;
        if is_loop(&segment.text) {
            discarded += 1;
        } else {
            kept.push(segment);
        }
    }
    (kept, discarded)
}

/// The segment with each repeated phrase once, and how many phrases that were.
fn shortened(mut segment: Segment) -> (Segment, u32) {
    let said: Vec<String> = segment.words.iter().map(plain).collect();
    let repeats = repeats(&said);
    if repeats.is_empty() {
        return (segment, 0);
    }
    let cut = |at: usize| repeats.iter().any(|(from, to)| (*from..*to).contains(&at));
    segment.text = text_of(&segment, &cut);
    let words = std::mem::take(&mut segment.words);
    segment.words = words.into_iter().enumerate().filter(|(at, _)| !cut(*at)).map(|(_, word)| word).collect();
    segment.t1 = segment.words.last().map_or(segment.t1, |word| word.t1);
    (segment, u32::try_from(repeats.len()).unwrap_or(u32::MAX))
}

/// Words to leave out, as (first, end): all but the first of each phrase said often enough in a row.
fn repeats(said: &[String]) -> Vec<(usize, usize)> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < said.len() {
        match (1..=LONGEST_PHRASE).find_map(|length| repeated(said, at, length)) {
            Some((length, end)) => {
                found.push((at + length, end));
                at = end;
            }
            None => at += 1,
        }
    }
    found
}

/// Length and end of the phrase that begins at `at`, when it is said often enough.
fn repeated(said: &[String], at: usize, length: usize) -> Option<(usize, usize)> {
    let phrase = said.get(at..at + length)?;
    if phrase.iter().all(String::is_empty) {
        return None;
    }
    let times = said[at..].chunks_exact(length).take_while(|next| *next == phrase).count();
    (times >= ENOUGH).then_some((length, at + times * length))
}

/// The text without some of its words, as it was written otherwise.
fn text_of(segment: &Segment, cut: &impl Fn(usize) -> bool) -> String {
    let (mut text, mut rest) = (String::new(), segment.text.as_str());
    for (at, word) in segment.words.iter().enumerate() {
        let Some(found) = rest.find(&word.text) else { continue };
        let end = found + word.text.len();
        if !cut(at) {
            text.push_str(&rest[..end]);
        }
        rest = &rest[end..];
    }
    text.trim().to_owned()
}

/// A word without what two repetitions may differ in.
fn plain(word: &HeardWord) -> String {
    word.text.chars().filter(|each| each.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether the text says too little for its length.
fn is_loop(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    if characters.len() < JUDGED_FROM {
        return false;
    }
    let different: HashSet<&[char]> = characters.windows(RUN).collect();
    characters.len() as f32 / different.len() as f32 > POOREST
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(text: &str) -> Segment {
        let words: Vec<HeardWord> = text
            .split_whitespace()
            .enumerate()
            .map(|(at, word)| HeardWord { text: word.to_owned(), t0: at as f64, t1: at as f64 + 1.0, probability: 0.9 })
            .collect();
        Segment { t0: 0.0, t1: words.len() as f64, text: text.to_owned(), words }
    }

    fn check(said: &[&str], expected: &[&str], discarded: u32) {
        let (kept, count) = without_inventions(said.iter().map(|text| segment(text)).collect());
        let texts: Vec<&str> = kept.iter().map(|segment| segment.text.as_str()).collect();
        assert_eq!((texts, count), (expected.to_vec(), discarded), "{said:?}");
        for segment in kept {
            let words: Vec<&str> = segment.words.iter().map(|word| word.text.as_str()).collect();
            assert_eq!(words.join(" "), segment.text);
            assert!(segment.words.last().is_none_or(|word| word.t1 <= segment.t1));
        }
    }

    #[test]
    fn a_word_or_phrase_said_three_times_is_said_once() {
        check(&["the the the end"], &["the end"], 1);
        check(&["Yes. Yes, yes! And then?"], &["Yes. And then?"], 1);
        check(&["no no"], &["no no"], 0);
        check(&["on the sea, on the sea, on the sea, he said"], &["on the sea, he said"], 1);
        check(&["on the sea on the sea he said"], &["on the sea on the sea he said"], 0);
        check(&["a a a b b b"], &["a b"], 2);
        check(&["... ... ..."], &["... ... ..."], 0);
        check(&[""], &[""], 0);
        check(&[], &[], 0);
    }

    #[test]
    fn a_segment_said_a_third_time_is_left_out() {
        check(&["Thank you.", "Thank you.", "thank you", "Thank you."], &["Thank you.", "Thank you."], 2);
        check(&["Thank you.", "Thank you.", "Goodbye.", "Thank you."], &["Thank you.", "Thank you.", "Goodbye.", "Thank you."], 0);
    }

    #[test]
    fn a_segment_that_says_little_for_its_length_is_left_out() {
        let loop_of = "lalalala ".repeat(20).replace("la la", "lala");
        let woven = "abc abd ".repeat(30);
        check(&[&format!("x{}", loop_of.replace(' ', ""))], &[], 1);
        check(&[&woven.replace(' ', "-")], &[], 1);
        let speech = "And Mr. John Dashwood had then leisure to consider how much there might be prudently in his power to do for them.";
        check(&[speech], &[speech], 0);
    }
}
