//! Weighs the words around a candidate: the nearest word that speaks for it or against it decides.
//!
//! Deliberately not a language model: words are compared as they are written, in any of the listed languages.

use regex::Regex;

/// The farthest that words are looked for, in bytes: words can be long.
const REACH: usize = 120;
/// Words of at least this many characters are also found inside a compound ("Kreditkartennummer").
const COMPOUND: usize = 5;
/// Added to the distance of a word after the candidate, in bytes: labels stand before more often.
const FAR_SIDE: usize = 4;

/// What the surroundings say about a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaning {
    For,
    Against,
    Silent,
}

/// The context words of an entity as its file lists them. Windows are counted in words.
#[derive(Clone, Debug, Default)]
pub struct Words<'w> {
    pub supporting: Vec<&'w str>,
    pub opposing: Vec<&'w str>,
    /// Speak for a value, but only after it.
    pub following: Vec<&'w str>,
    pub before: usize,
    pub after: usize,
}

/// The context words of an entity, compiled.
#[derive(Clone, Debug)]
pub struct Context {
    supporting: Sides,
    opposing: Sides,
    words_before: usize,
    words_after: usize,
}

/// What is looked for on either side.
#[derive(Clone, Debug)]
struct Sides {
    before: Option<Regex>,
    after: Option<Regex>,
}

impl Context {
    /// An empty list never matches.
    pub fn new(words: &Words<'_>) -> Result<Self, regex::Error> {
        let Words { supporting, opposing, following, before, after } = words;
        let supporting = Sides { before: any_of(supporting)?, after: any_of(&[supporting.as_slice(), following].concat())? };
        let opposing = Sides { before: any_of(opposing)?, after: any_of(opposing)? };
        Ok(Self { supporting, opposing, words_before: *before, words_after: *after })
    }

    /// What the words before byte `start` and, on the same line, after byte `end` say. The nearest decides.
    pub fn lean(&self, text: &str, start: usize, end: usize) -> Leaning {
        let before = words_before(&text[..start], self.words_before);
        let after = words_after(&text[end..], self.words_after);
        match (self.supporting.distance(before, after), self.opposing.distance(before, after)) {
            (None, None) => Leaning::Silent,
            (Some(good), bad) if bad.is_none_or(|bad| good <= bad) => Leaning::For,
            _ => Leaning::Against,
        }
    }
}

impl Sides {
    /// Bytes between the candidate and the nearest match; on the far side they count a little more.
    fn distance(&self, before: &str, after: &str) -> Option<usize> {
        let last = self.before.as_ref().and_then(|words| words.find_iter(before).last()).map(|hit| before.len() - hit.end());
        let first = self.after.as_ref().and_then(|words| words.find(after)).map(|hit| FAR_SIDE + hit.start());
        last.into_iter().chain(first).min()
    }
}

fn any_of(words: &[&str]) -> Result<Option<Regex>, regex::Error> {
    let alternatives: Vec<String> = words.iter().map(|word| one(word)).collect();
    let pattern = format!("(?i){}", alternatives.join("|"));
    if words.is_empty() { Ok(None) } else { Regex::new(&pattern).map(Some) }
}

/// A short word must stand alone, a long one may be part of a compound, a sign such as € may stand anywhere.
fn one(word: &str) -> String {
    let literal = regex::escape(word);
    let edge = |c: Option<char>| if c.is_some_and(char::is_alphanumeric) && word.chars().count() < COMPOUND { r"\b" } else { "" };
    format!("{}{literal}{}", edge(word.chars().next()), edge(word.chars().next_back()))
}

fn words_before(text: &str, count: usize) -> &str {
    let near = text.ceil_char_boundary(text.len().saturating_sub(REACH));
    let near = &text[near..];
    let gaps = near.char_indices().rev().filter(|(_, c)| c.is_whitespace());
    near.get(nth_gap(gaps, near, count).unwrap_or(0)..).unwrap_or(near)
}

fn words_after(text: &str, count: usize) -> &str {
    let near = &text[..text.floor_char_boundary(REACH.min(text.len()))];
    let line = near.split('\n').next().unwrap_or(near);
    let gaps = line.char_indices().filter(|(_, c)| c.is_whitespace());
    let end = gaps.map(|(at, _)| at).filter(|&at| at > 0).nth(count.saturating_sub(1));
    &line[..end.unwrap_or(line.len())]
}

/// Where the blank before the `count`th word from the end stands; blanks in a row are one.
fn nth_gap(gaps: impl Iterator<Item = (usize, char)>, near: &str, count: usize) -> Option<usize> {
    let starts_word = |at: usize, c: char| near[at + c.len_utf8()..].chars().next().is_some_and(|next| !next.is_whitespace());
    gaps.filter(|&(at, c)| starts_word(at, c)).nth(count.saturating_sub(1)).map(|(at, _)| at)
}
