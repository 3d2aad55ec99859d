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
    /// By how much its line had to be turned to be read; Tesseract reads lines that lie on their left side by itself.
    pub turned: Turn,
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

fn gap_before(word: &Word, first: bool) -> &'static str {
    match word.begins {
        _ if first => "",
        Begins::Word => " ",
        Begins::Line => "\n",
        Begins::Block => "\n\n",
    }
}

fn span(word: &Word, page: u32, start: u32, end: u32) -> Span {
    Span { start, end, page: Some(page), rect: Some(word.rect), t0: None, t1: None, confidence: Some(word.confidence) }
}

fn count(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_hold_their_words() {
        let word = |text: &str, begins: Begins| Word { text: text.to_owned(), confidence: 0.9, rect: [1, 2, 3, 4], begins, turned: Turn::None };
        let words = [
            word("Größe", Begins::Block),
            word("42", Begins::Word),
            word("Straße", Begins::Line),
            word("Ende", Begins::Block),
        ];
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
