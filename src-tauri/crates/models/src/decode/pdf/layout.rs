//! From characters with boxes to words, lines and paragraphs, in the order in which the document has them.
//!
//! Where a line ends is taken from PDFium; what parts paragraphs and cells is the space between lines. Nothing is sorted, for
//! whoever made the document wrote columns one after the other; but lines that lie sideways come from PDFium by their place from
//! left to right, which is backwards where they run down.

use winnow_contract::asset::{PixelBox, Place, Span};
use winnow_contract::worker::DecodedText;
use winnow_readers::Text;

/// A rectangle in pixels of the upright page, `top` above `bottom`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    pub left: f32,
    pub top: f32,
    pub right: f32,
    pub bottom: f32,
}

impl Bounds {
    pub fn width(&self) -> f32 {
        self.right - self.left
    }

    pub fn height(&self) -> f32 {
        self.bottom - self.top
    }

    fn with(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// The same with the page turned so that lines of this way run to the right, one below the other.
    fn turned(self, way: Way) -> Self {
        let Self { left, top, right, bottom } = self;
        match way {
            Way::Across => self,
            Way::Down => Self { left: top, top: -right, right: bottom, bottom: -left },
            Way::Up => Self { left: -bottom, top: left, right: -top, bottom: right },
        }
    }

    fn centre(&self) -> (f32, f32) {
        ((self.left + self.right) / 2.0, (self.top + self.bottom) / 2.0)
    }

    /// Whole pixels on a page of this size; none for what lies beside it.
    pub fn on_page(&self, width: u32, height: u32) -> Option<PixelBox> {
        let edge = |value: f32, end: u32| value.clamp(0.0, end as f32);
        let (left, top) = (edge(self.left, width).floor() as u32, edge(self.top, height).floor() as u32);
        let (right, bottom) = (edge(self.right, width).ceil() as u32, edge(self.bottom, height).ceil() as u32);
        (right > left && bottom > top).then(|| [left, top, right - left, bottom - top])
    }
}

/// A character as the document has it.
#[derive(Clone, Copy, Debug)]
pub struct Glyph {
    pub character: char,
    pub bounds: Option<Bounds>,
}

/// Letters that stand together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Word {
    pub text: String,
    pub bounds: Option<Bounds>,
}

/// Words that follow one another on a line; never empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    pub words: Vec<Word>,
    pub bounds: Option<Bounds>,
    /// Where its first and its last letter are.
    pub(super) ends: Option<(Bounds, Bounds)>,
    pub(super) way: Way,
}

/// Where a line runs on the upright page. Upside down and from right to left are no ways of their own: scripts do the latter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Way {
    #[default]
    Across,
    Down,
    Up,
}

/// What PDFium puts in place of a hyphen at the end of a line.
const SOFT_HYPHENS: [char; 2] = ['\u{2}', '\u{fffe}'];

/// Takes characters apart into lines of words.
pub fn lines(glyphs: impl Iterator<Item = Glyph>) -> Vec<Line> {
    let (mut lines, mut line, mut word) = (Vec::new(), Line::default(), Word::default());
    for glyph in glyphs {
        let ends_line = matches!(glyph.character, '\n' | '\r') || SOFT_HYPHENS.contains(&glyph.character);
        match glyph.character {
            c if c.is_whitespace() => {}
            c if SOFT_HYPHENS.contains(&c) => word.add('-', glyph.bounds),
            '\0' => word.add('\u{fffd}', glyph.bounds),
            c => word.add(c, glyph.bounds),
        }
        line.reach(glyph.bounds);
        if ends_line || glyph.character.is_whitespace() {
            line.add(std::mem::take(&mut word));
        }
        if ends_line && !line.words.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
    }
    line.add(word);
    if !line.words.is_empty() {
        lines.push(line);
    }
    find_ways(&mut lines);
    put_in_order(&mut lines);
    lines
}

/// A line too short to tell lies as those around it.
fn find_ways(lines: &mut [Line]) {
    let mut known: Option<(usize, Way)> = None;
    for at in 0..lines.len() {
        let Some(way) = lines[at].way() else { continue };
        let start = known.filter(|(_, before)| *before == way).map_or(at, |(before, _)| before);
        lines[start..=at].iter_mut().for_each(|line| line.way = way);
        known = Some((at, way));
    }
}

/// Turns round what is backwards: lines of the same way, each beside the one before on the side where it should have begun.
fn put_in_order(lines: &mut [Line]) {
    let mut start = 0;
    for at in 1..=lines.len() {
        if at == lines.len() || !is_backwards(&lines[at - 1], &lines[at]) {
            lines[start..at].reverse();
            start = at;
        }
    }
}

fn is_backwards(before: &Line, after: &Line) -> bool {
    let (Some(one), Some(other)) = (before.bounds, after.bounds) else { return false };
    if before.way == Way::Across || before.way != after.way {
        return false;
    }
    let (one, other) = (one.turned(before.way), other.turned(before.way));
    let beside = one.left < other.right && other.left < one.right;
    beside && other.centre().1 < one.centre().1 - one.height().min(other.height()) / 2.0
}

impl Word {
    fn add(&mut self, c: char, bounds: Option<Bounds>) {
        self.text.push(c);
        self.bounds = union(self.bounds, bounds);
    }
}

impl Line {
    fn reach(&mut self, letter: Option<Bounds>) {
        if let Some(letter) = letter {
            self.ends = Some((self.ends.map_or(letter, |(first, _)| first), letter));
        }
    }

    /// None when its letters are too near to each other to tell.
    fn way(&self) -> Option<Way> {
        let (first, last) = self.ends?;
        let ((from_x, from_y), (to_x, to_y)) = (first.centre(), last.centre());
        let (x, y) = ((to_x - from_x).abs(), to_y - from_y);
        let letter = first.width().max(first.height()).max(last.width()).max(last.height());
        if x.max(y.abs()) < letter * 1.5 {
            return None;
        }
        Some(match y {
            y if y.abs() < x * 2.0 => Way::Across,
            y if y > 0.0 => Way::Down,
            _ => Way::Up,
        })
    }

    fn add(&mut self, word: Word) {
        if !word.text.is_empty() {
            self.bounds = union(self.bounds, word.bounds);
            self.words.push(word);
        }
    }
}

/// Around both, as far as they are known.
pub fn union(one: Option<Bounds>, other: Option<Bounds>) -> Option<Bounds> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.with(other)),
        (known, None) | (None, known) => known,
    }
}

/// A text beside the text of a page: an annotation, the value of a form field.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    pub place: Place,
    pub text: String,
    pub bounds: Option<Bounds>,
}

/// The page that a text is of.
#[derive(Clone, Copy, Debug)]
pub struct Sheet {
    pub number: u32,
    pub width: u32,
    pub height: u32,
    /// One span for each word; otherwise one for each line.
    pub each_word: bool,
}

/// A page's text with at most `limit` characters: lines parted by `\n`, paragraphs by a blank line, cells in a row by a tab;
/// marks at its end. Also whether something was left out.
pub fn text(lines: &[Line], marks: &[Mark], sheet: Sheet, limit: usize) -> (DecodedText, bool) {
    let mut text = Text::new(limit);
    let mut above: Option<&Line> = None;
    for line in lines {
        text.push(above.map_or("", |above| between(above, line)));
        write_line(&mut text, line, sheet);
        above = Some(line);
    }
    for mark in marks {
        text.break_line(2);
        let start = text.length();
        text.push(&mark.text);
        text.mark(start, Span { place: Some(mark.place.clone()), ..sheet.span(mark.bounds) });
    }
    let (mut found, cut) = text.finish("pdf 1");
    found.page = sheet.number;
    (found, cut.is_some())
}

fn write_line(text: &mut Text, line: &Line, sheet: Sheet) {
    let whole = text.length();
    for (number, word) in line.words.iter().enumerate() {
        text.push(if number == 0 { "" } else { " " });
        let start = text.length();
        text.push(&word.text);
        if sheet.each_word {
            text.mark(start, sheet.span(word.bounds));
        }
    }
    if !sheet.each_word {
        text.mark(whole, sheet.span(line.bounds));
    }
}

impl Sheet {
    fn span(&self, bounds: Option<Bounds>) -> Span {
        let rect = bounds.and_then(|bounds| bounds.on_page(self.width, self.height));
        Span { page: Some(self.number), rect, ..Span::default() }
    }
}

/// What parts two lines, seen as they lie.
fn between(above: &Line, below: &Line) -> &'static str {
    let way = if above.way == below.way { above.way } else { Way::Across };
    gap(above.bounds.map(|bounds| bounds.turned(way)), below.bounds.map(|bounds| bounds.turned(way)))
}

/// What parts two lines: a tab in a row of a table, a blank line between paragraphs and columns.
fn gap(above: Option<Bounds>, below: Option<Bounds>) -> &'static str {
    let (Some(above), Some(below)) = (above, below) else { return "\n" };
    let height = above.height().min(below.height());
    let shared = above.bottom.min(below.bottom) - above.top.max(below.top);
    if shared > height / 2.0 {
        return if below.left >= above.right { "\t" } else { "\n" };
    }
    let apart = below.top - above.bottom;
    if apart > height * 0.75 || apart < -height { "\n\n" } else { "\n" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use winnow_contract::asset::PartKind;

    /// Letters of ten by twenty pixels; `/` begins the next line.
    fn written(text: &str, left: f32, top: f32) -> Vec<Glyph> {
        let (mut at, mut line, mut glyphs) = (0.0, 0.0, Vec::new());
        for character in text.chars().map(|c| if c == '/' { '\n' } else { c }) {
            let (x, y) = (left + at * 10.0, top + line * 20.0);
            let bounds = (!character.is_whitespace()).then_some(Bounds { left: x, top: y, right: x + 10.0, bottom: y + 20.0 });
            glyphs.push(Glyph { character, bounds });
            (at, line) = if character == '\n' { (0.0, line + 1.0) } else { (at + 1.0, line) };
        }
        glyphs
    }

    fn sheet(each_word: bool) -> Sheet {
        Sheet { number: 3, width: 400, height: 300, each_word }
    }

    fn read(parts: &[Vec<Glyph>]) -> String {
        text(&lines(parts.concat().into_iter()), &[], sheet(true), 1000).0.text
    }

    #[test]
    fn gaps_part_lines_paragraphs_columns_and_cells() {
        let check = |parts: &[Vec<Glyph>], expected: &str| assert_eq!(read(parts), expected);
        check(&[written("one two/three", 0.0, 0.0)], "one two\nthree");
        check(&[written("one/", 0.0, 0.0), written("two", 0.0, 60.0)], "one\n\ntwo");
        check(&[written("one/two/", 0.0, 0.0), written("three", 200.0, 0.0)], "one\ntwo\n\nthree");
        check(&[written("sum/", 0.0, 0.0), written("12.50", 200.0, 4.0)], "sum\t12.50");
        check(&[written("exam\u{2}", 0.0, 0.0), written("ple", 0.0, 20.0)], "exam-\nple");
        check(&[written("  /  /a\0b", 0.0, 0.0)], "a\u{fffd}b");
        check(&[], "");
    }

    /// The same on a page that is turned clockwise: lines run down, the first of them on the right. Or the other way round.
    fn lying(text: &str, left: f32, top: f32, way: Way) -> Vec<Glyph> {
        let mut glyphs = written(text, left, top);
        for bounds in glyphs.iter_mut().filter_map(|glyph| glyph.bounds.as_mut()) {
            let Bounds { left, top, right, bottom } = *bounds;
            *bounds = match way {
                Way::Across => *bounds,
                Way::Down => Bounds { left: 300.0 - bottom, top: left, right: 300.0 - top, bottom: right },
                Way::Up => Bounds { left: top, top: 400.0 - right, right: bottom, bottom: 400.0 - left },
            };
        }
        glyphs
    }

    #[test]
    fn lines_that_lie_sideways_are_read_as_they_lie() {
        for way in [Way::Across, Way::Down, Way::Up] {
            let check = |parts: &[(&str, f32, f32)], expected: &str| {
                let parts: Vec<_> = parts.iter().map(|(text, left, top)| lying(text, *left, *top, way)).collect();
                assert_eq!(read(&parts), expected, "{way:?}");
            };
            check(
                &[("first one/", 0.0, 0.0), ("second/", 0.0, 20.0), ("3/", 0.0, 40.0), ("fourth", 0.0, 60.0)],
                "first one\nsecond\n3\nfourth",
            );
            check(&[("left/column/", 0.0, 0.0), ("right/column", 200.0, 0.0)], "left\ncolumn\n\nright\ncolumn");
            check(&[("paragraph/", 0.0, 0.0), ("another", 0.0, 60.0)], "paragraph\n\nanother");
            check(&[("total/", 0.0, 0.0), ("12.50", 200.0, 4.0)], "total\t12.50");
        }
        let backwards =
            [lying("fourth/", 0.0, 60.0, Way::Down), lying("3/", 0.0, 40.0, Way::Down), lying("first one/", 0.0, 0.0, Way::Down)];
        assert_eq!(read(&backwards), "first one\n\n3\nfourth");
        // A line that runs across beside them stays where it is.
        let mixed = [written("heading/", 0.0, 0.0), lying("second/", 0.0, 20.0, Way::Down), lying("first/", 0.0, 0.0, Way::Down)];
        assert!(read(&mixed).starts_with("heading") && read(&mixed).ends_with("first\nsecond"), "{}", read(&mixed));
    }

    #[test]
    fn every_word_has_its_place_on_the_page() {
        let (found, cut) = text(&lines(written("ab c", 5.0, 7.5).into_iter()), &[], sheet(true), 1000);
        let places: Vec<_> = found.spans.iter().map(|span| (span.start, span.end, span.page, span.rect)).collect();
        assert_eq!(places, [(0, 2, Some(3), Some([5, 7, 20, 21])), (3, 4, Some(3), Some([35, 7, 10, 21]))]);
        assert_eq!((found.page, cut), (3, false));
    }

    #[test]
    fn a_long_document_has_one_place_for_each_line() {
        let (found, _) = text(&lines(written("ab c/d", 0.0, 0.0).into_iter()), &[], sheet(false), 1000);
        let places: Vec<_> = found.spans.iter().map(|span| (span.start, span.end, span.rect)).collect();
        assert_eq!(places, [(0, 4, Some([0, 0, 40, 20])), (5, 6, Some([0, 20, 10, 20]))]);
    }

    #[test]
    fn marks_stand_at_the_end_and_what_is_too_much_is_left_out() {
        let place = Place { part: PartKind::Annotation, name: "Ann".to_owned() };
        let marks = [Mark { place: place.clone(), text: "why".to_owned(), bounds: None }];
        let read = |limit| text(&lines(written("ab", 0.0, 0.0).into_iter()), &marks, sheet(true), limit);
        let (found, cut) = read(100);
        assert_eq!((found.text.as_str(), cut), ("ab\n\nwhy", false));
        assert_eq!(found.spans[1].place, Some(place));
        let (found, cut) = read(5);
        assert_eq!((found.text.as_str(), cut), ("ab\n\nw", true));
    }

    #[test]
    fn what_lies_beside_the_page_has_no_box() {
        let check = |left: f32, right: f32, expected: Option<PixelBox>| {
            assert_eq!(Bounds { left, top: 10.0, right, bottom: 20.0 }.on_page(100, 100), expected);
        };
        check(-5.0, 5.5, Some([0, 10, 6, 10]));
        check(-5.0, -1.0, None);
        check(90.0, f32::INFINITY, Some([90, 10, 10, 10]));
        check(f32::NAN, f32::NAN, None);
    }
}
