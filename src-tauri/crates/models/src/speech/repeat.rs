//! Leaves out what a speech model invents when it loses the thread: the same thing over and over.
//!
//! Pure functions of text and times. What can have been said three times in a row stays; a loop has no end, or takes no time.

use super::pace;
use super::words::Utterance;
use std::collections::HashSet;
use std::ops::Range;
use winnow_contract::worker::{HeardWord, Segment};

/// Sayings in a row from which on it is an invention, however long they took.
const MANY: usize = 6;
/// The same of tokens, which may be digits.
const MANY_TOKENS: usize = 10;
/// Sayings in a row of a single word from which on it is an invention when there was no time for the others; of more words,
/// two.
const ENOUGH: usize = 3;
/// The same segments in a row from which on it is an invention.
const SEGMENTS: usize = 3;
/// Words of the longest phrase that is looked for.
const LONGEST_PHRASE: usize = 40;
/// Characters from which on a segment's richness is judged.
const JUDGED_FROM: usize = 80;
/// Characters for each different run of four in a segment: 1 to 1.5 in speech, above this in a loop.
const POOREST: f32 = 2.4;
const RUN: usize = 4;

/// The segments without inventions, and how many of those there were. Where nothing else is left, the first thing that was
/// written stays as one that is not sure: somebody spoke.
pub fn without_inventions(segments: Vec<Segment>) -> (Vec<Segment>, u32) {
    let first = segments.first().cloned();
    let (segments, hasty) = pace::without_haste(segments);
    let (mut kept, repeated) = without_repetitions(segments);
    if kept.is_empty() {
        kept.extend(first.map(doubted));
    }
    (kept, hasty.saturating_add(repeated))
}

fn without_repetitions(segments: Vec<Segment>) -> (Vec<Segment>, u32) {
    let mut kept = Vec::new();
    let mut discarded = 0;
    let mut before: [Vec<String>; SEGMENTS - 1] = Default::default();
    for segment in segments {
        let said: Vec<String> = segment.words.iter().map(plain).collect();
        let again = !said.is_empty() && before.iter().all(|earlier| *earlier == said);
        before.rotate_left(1);
        before[SEGMENTS - 2] = said;
        if again {
            discarded += 1;
            continue;
        }
        let (segment, cut) = shortened(segment);
        discarded += cut;
        if is_loop(&segment.text) {
            discarded += 1;
            kept.push(doubted(segment));
        } else {
            kept.push(segment);
        }
    }
    (kept, discarded)
}

/// An utterance with each phrase that is written without end once, also within a word, and how many phrases that were.
pub fn without_loops(mut utterance: Utterance) -> (Utterance, u32) {
    let repeats = loops(&utterance);
    let mut at = 0;
    utterance.tokens.retain(|_| {
        at += 1;
        !repeats.iter().any(|range| range.contains(&(at - 1)))
    });
    (utterance, count(&repeats))
}

/// Tokens to leave out.
pub fn loops(utterance: &Utterance) -> Vec<Range<usize>> {
    let tokens: Vec<&[u8]> = utterance.tokens.iter().map(|token| token.bytes.as_slice()).collect();
    repeats(&tokens, |_, _, times| times >= MANY_TOKENS)
}

/// The segment with each repeated phrase once, and how many phrases that were.
fn shortened(segment: Segment) -> (Segment, u32) {
    let said: Vec<String> = segment.words.iter().map(plain).collect();
    let words: Vec<&HeardWord> = segment.words.iter().collect();
    let repeats = repeats(&said, |at, length, times| {
        let hasty = || !pace::has_time(&words[at + length..at + times * length]);
        let empty = said[at..at + length].iter().all(String::is_empty);
        let enough = if length == 1 { ENOUGH } else { ENOUGH - 1 };
        !empty && (times >= MANY || times >= enough && hasty())
    });
    (without(segment, &|at| repeats.iter().any(|range| range.contains(&at))), count(&repeats))
}

fn count(repeats: &[Range<usize>]) -> u32 {
    u32::try_from(repeats.len()).unwrap_or(u32::MAX)
}

/// What to leave out: all but the first of each phrase that is repeated, where `is_invented` says so of its start, its length
/// and how often it is there.
fn repeats<T: PartialEq>(said: &[T], is_invented: impl Fn(usize, usize, usize) -> bool) -> Vec<Range<usize>> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < said.len() {
        let repeated = |length: usize| Some((length, times(&said[at..], length)?)).filter(|(_, times)| is_invented(at, length, *times));
        match (1..=LONGEST_PHRASE).find_map(repeated) {
            Some((length, times)) => {
                found.push(at + length..at + times * length);
                at += times * length;
            }
            None => at += 1,
        }
    }
    found
}

/// How often the phrase of this length at the beginning is said in a row.
fn times<T: PartialEq>(said: &[T], length: usize) -> Option<usize> {
    let phrase = said.get(..length)?;
    Some(said.chunks_exact(length).take_while(|next| *next == phrase).count())
}

/// A segment without some of its words.
pub fn without(mut segment: Segment, cut: &impl Fn(usize) -> bool) -> Segment {
    if !(0..segment.words.len()).any(cut) {
        return segment;
    }
    segment.text = text_of(&segment, cut);
    let words = std::mem::take(&mut segment.words);
    segment.words = words.into_iter().enumerate().filter(|(at, _)| !cut(*at)).map(|(_, word)| word).collect();
    segment.t0 = segment.words.first().map_or(segment.t0, |word| word.t0);
    segment.t1 = segment.words.last().map_or(segment.t1, |word| word.t1);
    segment
}

/// A segment up to where it says nothing new, with no word of it sure.
fn doubted(segment: Segment) -> Segment {
    let mut known = HashSet::new();
    let new = segment.words.iter().map(|word| known.insert(plain(word))).collect::<Vec<_>>();
    let end = new.iter().rposition(|new| *new).map_or(0, |last| last + 1);
    let mut segment = without(segment, &|at| at >= end);
    segment.words.iter_mut().for_each(|word| word.probability = 0.0);
    segment
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
    use super::super::words::Token;
    use super::*;

    /// Words of so many seconds each.
    fn segment(text: &str, seconds: f64) -> Segment {
        let word = |(at, word): (usize, &str)| {
            let t0 = at as f64 * seconds;
            HeardWord { text: word.to_owned(), t0, t1: t0 + seconds, probability: 0.9 }
        };
        let words: Vec<HeardWord> = text.split_whitespace().enumerate().map(word).collect();
        Segment { t0: 0.0, t1: words.len() as f64 * seconds, text: text.to_owned(), words }
    }

    fn check_timed(seconds: f64, said: &[&str], expected: &[&str], discarded: u32) {
        let (kept, count) = without_repetitions(said.iter().map(|text| segment(text, seconds)).collect());
        let texts: Vec<&str> = kept.iter().map(|segment| segment.text.as_str()).collect();
        assert_eq!((texts, count), (expected.to_vec(), discarded), "{said:?}");
        for segment in kept {
            let words: Vec<&str> = segment.words.iter().map(|word| word.text.as_str()).collect();
            assert_eq!(words.join(" "), segment.text);
            assert!(segment.words.last().is_none_or(|word| word.t1 <= segment.t1));
        }
    }

    fn check(said: &[&str], expected: &[&str], discarded: u32) {
        check_timed(0.4, said, expected, discarded);
    }

    #[test]
    fn what_there_was_time_for_was_said() {
        for said in ["no, no, no, she said", "Yes. Yes, yes! And then?", "row, row, row your boat", "", "... ... ..."] {
            check(&[said], &[said], 0);
        }
        check(&["on the sea, on the sea, on the sea, he said"], &["on the sea, on the sea, on the sea, he said"], 0);
        check(&["Gently down the stream.", "Gently down the stream."], &["Gently down the stream.", "Gently down the stream."], 0);
        check(&[], &[], 0);
    }

    #[test]
    fn a_word_or_phrase_that_there_was_no_time_for_is_said_once() {
        let check = |said: &[&str], expected: &[&str], discarded: u32| check_timed(0.01, said, expected, discarded);
        check(&["the the the end"], &["the end"], 1);
        check(&["Yes. Yes, yes! And then?"], &["Yes. And then?"], 1);
        check(&["no no"], &["no no"], 0);
        check(&["on the sea, on the sea, on the sea, he said"], &["on the sea, he said"], 1);
        check(&["on the sea on the sea he said"], &["on the sea he said"], 1);
        check(&["a a a b b b"], &["a b"], 2);
        check(&["... ... ..."], &["... ... ..."], 0);
        let long = "we stood in toward the bay and signaled for a pilot who never came to us";
        check(&[&format!("{long} {long}")], &[long], 1);
    }

    #[test]
    fn a_word_or_phrase_without_end_is_said_once() {
        check(&[&format!("and {}then", "so ".repeat(6))], &["and so then"], 1);
        check(&[&"on the sea ".repeat(6)], &["on the sea"], 1);
    }

    #[test]
    fn a_segment_said_a_third_time_is_left_out() {
        check(&["Thank you.", "Thank you.", "thank you", "Thank you."], &["Thank you.", "Thank you."], 2);
        check(&["Thank you.", "Thank you.", "Goodbye.", "Thank you."], &["Thank you.", "Thank you.", "Goodbye.", "Thank you."], 0);
    }

    #[test]
    fn what_says_little_for_its_length_stays_once_and_is_not_sure() {
        let check = |said: &str, expected: &str| {
            let (kept, count) = without_inventions(vec![segment(said, 20.0)]);
            assert_eq!((kept[0].text.as_str(), kept[0].words[0].probability, count), (expected, 0.0, 1), "{said}");
        };
        let (giant, woven) = ("la".repeat(60), "abc-abd, abc-abe ".repeat(5));
        check(&giant, &giant);
        check(&woven, "abc-abd, abc-abe");
        let speech = "And Mr. John Dashwood had then leisure to consider how much there might be prudently in his power to do for them.";
        super::tests::check(&[speech], &[speech], 0);
    }

    #[test]
    fn where_nothing_else_is_left_the_first_saying_stays_and_is_not_sure() {
        let (kept, count) = without_inventions(vec![segment("Thank you for watching this film, thank you.", 0.0); 2]);
        assert_eq!((kept.len(), kept[0].text.as_str(), count), (1, "Thank you for watching this film,", 2));
        assert!(kept[0].words.iter().all(|word| word.probability == 0.0));
        assert_eq!(without_inventions(Vec::new()), (Vec::new(), 0));
    }

    #[test]
    fn a_loop_within_a_word_is_written_once() {
        let check = |tokens: &[&str], expected: &[&str], discarded: u32| {
            let token = |text: &&str| Token { bytes: text.as_bytes().to_vec(), t0: 0.0, t1: 1.0, probability: 1.0 };
            let utterance = Utterance { t0: 0.0, t1: 1.0, tokens: tokens.iter().map(token).collect() };
            let (utterance, count) = without_loops(utterance);
            let left: Vec<&[u8]> = utterance.tokens.iter().map(|token| token.bytes.as_slice()).collect();
            assert_eq!((left, count), (expected.iter().map(|text| text.as_bytes()).collect(), discarded), "{tokens:?}");
        };
        let looped = [&[" a", " wee"], ["-", "b"].repeat(30).as_slice(), &[" bird"]].concat();
        check(&looped, &[" a", " wee", "-", "b", " bird"], 1);
        check(&["1", ",000", ",000", ",000"], &["1", ",000", ",000", ",000"], 0);
        check(&[], &[], 0);
    }
}
