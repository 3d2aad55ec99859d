//! A text in which what matches stands between marks, as the full text hands it over. Pure.

use super::words::Run;
use crate::search::spaced::unspaced;
use regex::Regex;
use std::sync::LazyLock;
use winnow_contract::review::TextPart;

/// Characters that text never holds, put around what matches.
const OPEN: char = '\u{2}';
const CLOSE: char = '\u{3}';

/// Vowel signs, tones and the like behind the last letter of what matches: they belong to that letter.
static TRAILING: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\x03(\p{M}+)").expect("BUG: the pattern is fixed"));

/// A text with marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked(String);

impl Marked {
    /// From what the full text holds.
    pub fn new(stored: String) -> Self {
        let text = unspaced(stored);
        if text.is_ascii() { Self(text) } else { Self(TRAILING.replace_all(&text, "$1\u{3}").into_owned()) }
    }

    /// Each line by itself.
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator {
        let lines: Vec<Self> = self.0.split('\n').map(|line| Self(line.to_owned())).collect();
        lines.into_iter()
    }

    /// How many matches there are.
    pub fn marks(&self) -> usize {
        self.0.matches(OPEN).count()
    }

    /// At most `length` characters and marks, from about `before` of them in front of the first match on; whole when it is no longer.
    pub fn cut(&self, before: usize, length: usize) -> Self {
        let characters: Vec<char> = self.0.chars().collect();
        if characters.len() <= length {
            return self.clone();
        }
        let first = characters.iter().position(|character| *character == OPEN).unwrap_or(0);
        let near = first.saturating_sub(before);
        let word = characters[near..first].iter().position(|character| character.is_whitespace());
        let from = if near == 0 { 0 } else { word.map_or(near, |word| near + word + 1) };
        let to = (from + length).min(characters.len());
        let mut cut: String = characters[from..to].iter().collect();
        if cut.rfind(OPEN) > cut.rfind(CLOSE) {
            cut.push(CLOSE);
        }
        Self(format!("{}{cut}{}", if from > 0 { "…" } else { "" }, if to < characters.len() { "…" } else { "" }))
    }

    /// What matches and what does not, in order. White space is folded: a snippet is one line.
    pub fn parts(&self) -> Vec<TextPart> {
        let mut parts = Vec::new();
        for (at, piece) in self.0.split(OPEN).enumerate() {
            let (hit, rest) = if at == 0 { ("", piece) } else { piece.split_once(CLOSE).unwrap_or((piece, "")) };
            for (text, marked) in [(hit, true), (rest, false)] {
                if !text.is_empty() {
                    parts.push(TextPart { text: fold(text), marked });
                }
            }
        }
        parts
    }

    /// The longest run of matches with nothing but white space between them; the first of equals.
    pub fn best_run(&self) -> Option<Run> {
        let mut runs: Vec<(u32, u32, u32)> = Vec::new();
        let (mut at, mut apart) = (0u32, true);
        for character in self.0.chars() {
            match (character, runs.last_mut()) {
                (OPEN, Some(run)) if !apart => run.2 += 1,
                (OPEN, _) => runs.push((at, at, 1)),
                (CLOSE, Some(run)) => {
                    run.1 = at;
                    apart = false;
                }
                (other, _) => {
                    at += 1;
                    apart |= !other.is_whitespace() && runs.last().is_some_and(|run| run.1 > run.0);
                }
            }
        }
        runs.iter().rev().max_by_key(|run| run.2).map(|run| (run.0, run.1))
    }
}

fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars() {
        let character = if character.is_whitespace() { ' ' } else { character };
        if character != ' ' || !folded.ends_with(' ') {
            folded.push(character);
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::spaced::spaced;

    /// From a text with `<` and `>` for the marks.
    fn marked(text: &str) -> Marked {
        Marked::new(spaced(text).replace('<', "\u{2}").replace('>', "\u{3}"))
    }

    #[test]
    fn the_longest_run_of_marked_words_is_opened() {
        let check = |text: &str, expected| assert_eq!(marked(text).best_run(), expected, "{text}");
        check("no mark", None);
        check("a <storm> at", Some((2, 7)));
        check("<red> and <two> <red>\n<flares> to <red>", Some((8, 22)));
        check("<one> x <two>", Some((0, 3)));
        check("ä<ö>ü", Some((1, 2)));
        check("彼は<東京>に<東京><湾>", Some((5, 8)));
    }

    #[test]
    fn marks_become_parts() {
        let part = |text: &str, marked| TextPart { text: text.into(), marked };
        let check = |text: &str, expected: &[TextPart]| assert_eq!(marked(text).parts(), expected, "{text}");
        check("a\n <storm> at\tsea", &[part("a ", false), part("storm", true), part(" at sea", false)]);
        check("<all>", &[part("all", true)]);
        check("", &[]);
        check("彼は<東京>に", &[part("彼は", false), part("東京", true), part("に", false)]);
        check("<ประวัต>ิ ศาสตร์", &[part("ประวัติ", true), part(" ศาสตร์", false)]);
    }

    #[test]
    fn a_long_line_is_cut_around_its_first_match() {
        let check = |text: &str, expected: &str| {
            let shown = marked(text).cut(8, 20).0.replace('\u{2}', "<").replace('\u{3}', ">");
            assert_eq!(shown, expected, "{text}");
        };
        check("a short <one>", "a short <one>");
        check("it begins <here> and goes on and on", "…begins <here> and go…");
        check("<here> it begins and goes on", "<here> it begins and…");
        check("it ends with what was <asked for>", "…was <asked for>");
        check("one <that was asked for and goes on>", "one <that was asked >…");
    }
}
