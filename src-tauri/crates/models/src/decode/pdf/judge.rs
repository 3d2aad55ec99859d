//! Whether a page's text layer can be trusted, or the words have to be read off its picture.
//!
//! Looks at characters and boxes only, never at pixels. A page that is sent to be read without need costs seconds; one that
//! is not costs its words, so what is doubtful is sent.

use super::layout::{Line, Word, union};

/// Fewer words may be a stamp, a number or a signature on a scan.
const FEW_WORDS: usize = 30;
/// A page is mostly one picture from this share of its area on.
const MOSTLY_PICTURE: f32 = 0.6;
/// Words that stand in less than this share of the page stand in a corner.
const CORNER: f32 = 0.15;
/// Letters from which on the share of vowels says something.
const MANY_LETTERS: usize = 200;

/// What else is on the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Surroundings {
    /// Something is drawn on it.
    pub drawn: bool,
    /// Share of the page that its largest picture covers, 0..1.
    pub picture: f32,
    /// Pixels of the page.
    pub area: f32,
}

/// What became of a text layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It says what the page shows.
    Sane,
    /// Nothing is written on the page, and nothing is drawn.
    Blank,
    /// There is none, although something is drawn.
    Missing,
    /// Its characters mean nothing.
    Garbled,
    /// Its words fell apart into letters, or it is full of letters that are drawn like pictures.
    Scattered,
    /// It holds only what was put on a scan later.
    Stamp,
}

impl Verdict {
    /// The words have to be read off the picture.
    pub fn needs_ocr(self) -> bool {
        match self {
            Self::Sane | Self::Blank => false,
            Self::Missing | Self::Garbled | Self::Scattered | Self::Stamp => true,
        }
    }
}

/// Judges the text layer of one page.
pub fn judge(lines: &[Line], page: Surroundings) -> Verdict {
    let words = || lines.iter().flat_map(|line| &line.words);
    let count = words().count();
    if count == 0 {
        return if page.drawn { Verdict::Missing } else { Verdict::Blank };
    }
    if is_garbled(words) {
        return Verdict::Garbled;
    }
    if mostly_single_letters(words()) {
        return Verdict::Scattered;
    }
    let on_scan = page.picture >= MOSTLY_PICTURE && count < FEW_WORDS;
    if on_scan && (in_corner(words(), page.area) || runs_upwards(words())) { Verdict::Stamp } else { Verdict::Sane }
}

fn is_garbled<'a, I: Iterator<Item = &'a Word>>(words: impl Fn() -> I) -> bool {
    let characters = || words().flat_map(|word| word.text.chars());
    let (all, odd) = characters().fold((0, 0), |(all, odd), c| (all + 1, odd + usize::from(is_odd(c))));
    odd * 5 > all || is_enciphered(characters())
}

/// What a font without a table of its characters leaves.
fn is_odd(c: char) -> bool {
    matches!(c, '\u{fffd}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..) || c.is_control() || is_unassigned(c)
}

/// Characters that Unicode reserves for no use in texts.
fn is_unassigned(c: char) -> bool {
    u32::from(c) & 0xfffe == 0xfffe || matches!(c, '\u{fdd0}'..='\u{fdef}')
}

/// Most words have one letter. Writing without spaces between words never does.
fn mostly_single_letters<'a>(words: impl Iterator<Item = &'a Word>) -> bool {
    let (mut single, mut all) = (0, 0);
    for word in words.filter(|word| word.text.starts_with(|c: char| c.is_alphabetic() && c < '\u{2e80}')) {
        all += 1;
        single += usize::from(word.text.chars().count() == 1);
    }
    all >= 20 && single * 10 > all * 6
}

/// Latin letters that are shifted by a wrong table show by their lack of vowels: every language written with them has more
/// than a quarter.
fn is_enciphered(characters: impl Iterator<Item = char>) -> bool {
    let (mut letters, mut others, mut vowels) = (0, 0, 0);
    for c in characters.filter(|c| c.is_alphabetic()) {
        letters += usize::from(c.is_ascii());
        others += usize::from(!c.is_ascii());
        vowels += usize::from(matches!(c.to_ascii_lowercase(), 'a' | 'e' | 'i' | 'o' | 'u' | 'y'));
    }
    letters >= MANY_LETTERS && letters > others * 9 && vowels * 5 < letters
}

fn in_corner<'a>(words: impl Iterator<Item = &'a Word>, area: f32) -> bool {
    let around = words.fold(None, |around, word| union(around, word.bounds));
    around.is_some_and(|around| around.width() * around.height() < area * CORNER)
}

/// Most words of some length are higher than wide.
fn runs_upwards<'a>(words: impl Iterator<Item = &'a Word>) -> bool {
    let long = words.filter(|word| word.text.chars().count() >= 3).filter_map(|word| word.bounds);
    let (all, upright) =
        long.fold((0, 0), |(all, upright), bounds| (all + 1, upright + usize::from(bounds.height() > 1.5 * bounds.width())));
    all > 0 && upright * 2 > all
}

#[cfg(test)]
mod tests {
    use super::super::layout::Bounds;
    use super::*;

    const SCAN: Surroundings = Surroundings { drawn: true, picture: 1.0, area: 1_000_000.0 };
    const PAPER: Surroundings = Surroundings { drawn: true, picture: 0.1, area: 1_000_000.0 };
    const EMPTY: Surroundings = Surroundings { drawn: false, picture: 0.0, area: 1_000_000.0 };

    /// Words of 20 pixels height, one below the other, `wide` pixels for each letter.
    fn page(text: &str, wide: f32) -> Vec<Line> {
        let place = |(row, word): (usize, &str)| {
            let (top, length) = (row as f32 * 25.0, word.chars().count() as f32);
            Word { text: word.to_owned(), bounds: Some(Bounds { left: 0.0, top, right: length * wide, bottom: top + 20.0 }) }
        };
        let words: Vec<_> = text.split_whitespace().enumerate().map(place).collect();
        words.into_iter().map(|word| Line { bounds: word.bounds, words: vec![word], ..Line::default() }).collect()
    }

    fn check(text: &str, wide: f32, around: Surroundings, expected: Verdict) {
        assert_eq!(judge(&page(text, wide), around), expected, "{text:.60}");
    }

    #[test]
    fn a_text_layer_is_kept_when_it_says_what_the_page_shows() {
        use Verdict::*;
        let letter = "The keeper wrote down the weather and every vessel that passed the rock ".repeat(4);
        check(&letter, 10.0, PAPER, Sane);
        check(&letter, 10.0, SCAN, Sane);
        check("Minutes of the harbour board", 10.0, PAPER, Sane);
        check("", 10.0, EMPTY, Blank);
        check("", 10.0, PAPER, Missing);
        check("", 10.0, SCAN, Missing);
        check("Page 12", 10.0, SCAN, Stamp);
        check("Received 12 March 1987 Archive", 5.0, SCAN, Stamp);
        check("CONFIDENTIAL COPY", 1.0, Surroundings { area: 1000.0, ..SCAN }, Stamp);
        // A slide: a picture as background, and words all over it.
        check("Harbour lights of the northern coast", 200.0, SCAN, Sane);
        check(&"\u{e012}\u{e044}\u{fffd}x ".repeat(40), 10.0, PAPER, Garbled);
        check("a \u{fffd}\u{fffd}", 10.0, PAPER, Garbled);
        check(&"d i s t r e s s ".repeat(5), 10.0, PAPER, Scattered);
        check(&format!("There are no fields on this page. {}", "w ".repeat(40)), 10.0, PAPER, Scattered);
        check(&"5 7 1 3 9 2 ".repeat(5), 10.0, PAPER, Sane);
        check(&"灯 台 守 ".repeat(20), 10.0, PAPER, Sane);
        check(&"Wkh nhhshu zurwh grzq wkh zhdwkhu dqg hyhub yhvvho ".repeat(8), 10.0, PAPER, Garbled);
        check(&"Vlk zmrzl, zhltl hrst zrn a pak se vracel do lesa skrz tmu ".repeat(8), 10.0, PAPER, Sane);
        check("x1 y2 z3", 10.0, PAPER, Sane);
    }
}
