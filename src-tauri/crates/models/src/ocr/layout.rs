//! From single words to a page of text: spaces, lines and blocks, and where each word stands in it.
//!
//! Keeps the reading order it is given; columns and tables are the recogniser's business.

use super::turn::Turn;
use winnow_contract::asset::{PixelBox, Span};

/// What a word begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    Word,
    Line,
    Block,
}

/// One recognised word.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// Without white space, not empty.
    pub text: String,
    /// 0..1
    pub confidence: f32,
    pub rect: PixelBox,
    pub begins: Begins,
}

/// Words parted by spaces, lines by `\n`, blocks by a blank line; one span for each word. Offsets count characters.
pub fn text_and_spans(words: &[Word], page: u32) -> (String, Vec<Span>) {
    let (mut text, mut characters) = (String::new(), 0);
    let mut spans = Vec::with_capacity(words.len());
    for word in words {
        let gap = gap_before(word, text.is_empty());
        text.push_str(gap);
        text.push_str(&word.text);
        let start = characters + count(gap);
        characters = start + count(&word.text);
        spans.push(span(word, page, start, characters));
    }
    (text, spans)
}

/// By how much a page has to be turned for most of its lines to run from left to right: Tesseract reads lines that run
/// downwards by itself and says nothing of it. Writing that may stand in columns has no vote.
pub fn usual_turn(words: &[Word]) -> Turn {
    let mut votes = [0u32; 4];
    for pair in words.windows(2) {
        let in_columns = pair.iter().any(|word| word.text.chars().any(|c| c >= '\u{2e80}'));
        if pair[1].begins == Begins::Word && !in_columns {
            votes[turn_of_step(pair[0].rect, pair[1].rect) as usize] += 1;
        }
    }
    let most = [Turn::Left, Turn::Half, Turn::Right, Turn::None].into_iter().max_by_key(|turn| votes[*turn as usize]);
    most.unwrap_or(Turn::None)
}

/// From one word to the next in a line.
fn turn_of_step(from: PixelBox, to: PixelBox) -> Turn {
    let twice_the_middle = |[x, y, width, height]: PixelBox| (2 * i64::from(x) + i64::from(width), 2 * i64::from(y) + i64::from(height));
    let (from, to) = (twice_the_middle(from), twice_the_middle(to));
    let (right, down) = (to.0 - from.0, to.1 - from.1);
    match (right.abs() >= down.abs(), right >= 0, down >= 0) {
        (true, true, _) => Turn::None,
        (true, false, _) => Turn::Half,
        (false, _, true) => Turn::Left,
        (false, _, false) => Turn::Right,
    }
}

fn gap_before(word: &Word, first: bool) -> &'static str {
    match word.begins {
        _ if first => "",
        Begins::Word => " ",
        Begins::Line => "\n",
        Begins::Block => "\n\n",
    }
}

fn span(word: &Word, page: u32, start: u32, end: u32) -> Span {
    Span { start, end, page: Some(page), rect: Some(word.rect), confidence: Some(word.confidence), ..Span::default() }
}

fn count(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_show_which_way_the_page_lies() {
        let check = |step: (u32, u32), text: &str, expected: Turn| {
            let word = |at: u32| Word {
                text: text.to_owned(),
                confidence: 0.9,
                rect: [1000 - 5 * step.0 + at * step.0, 1000 - 5 * step.1 + at * step.1, 30, 30],
                begins: if at == 0 { Begins::Block } else { Begins::Word },
            };
            let forwards: Vec<Word> = (0..4).map(word).collect();
            assert_eq!(usual_turn(&forwards), expected);
        };
        check((100, 1), "word", Turn::None);
        check((1, 100), "word", Turn::Left);
        check((1, 100), "\u{6771}", Turn::None);
        let backwards =
            [[200, 0, 9, 9], [100, 0, 9, 9]].map(|rect| Word { text: "w".to_owned(), confidence: 1.0, rect, begins: Begins::Word });
        assert_eq!((usual_turn(&backwards), usual_turn(&[])), (Turn::Half, Turn::None));
        assert_eq!(turn_of_step([0, 100, 9, 9], [0, 0, 9, 9]), Turn::Right);
    }

    #[test]
    fn spans_hold_their_words() {
        let word = |text: &str, begins: Begins| Word { text: text.to_owned(), confidence: 0.9, rect: [1, 2, 3, 4], begins };
        let words = [word("Größe", Begins::Block), word("42", Begins::Word), word("Straße", Begins::Line), word("Ende", Begins::Block)];
        let (text, spans) = text_and_spans(&words, 3);
        assert_eq!(text, "Größe 42\nStraße\n\nEnde");
        let characters: Vec<char> = text.chars().collect();
        for (word, span) in words.iter().zip(&spans) {
            let held: String = characters[span.start as usize..span.end as usize].iter().collect();
            assert_eq!((&held, span.page, span.rect), (&word.text, Some(3), Some([1, 2, 3, 4])));
        }
        assert_eq!(text_and_spans(&[], 1), (String::new(), Vec::new()));
    }
}
