//! Cuts the text of a document without pages into blocks: a paragraph, a row of a sheet, what stands on a slide, a comment.
//!
//! Draws nothing. Offsets are Unicode scalar values, half-open.

use winnow_contract::asset::{PartKind, Place, Span};

/// A stretch of the text that is shown as one.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    pub start: u32,
    pub end: u32,
    pub of: Of,
}

/// What a block is.
#[derive(Clone, Debug, PartialEq)]
pub enum Of {
    /// Text with its tracked changes.
    Body,
    /// A row of a sheet: the sheet, whether it is hidden, the row, and each cell's column with its span.
    Row { sheet: String, hidden: bool, row: String, cells: Vec<Cell> },
    /// Anything else that says where it stands.
    At(Place),
}

/// A cell of a row: its column and which span it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    pub column: String,
    pub span: usize,
    pub start: u32,
    pub end: u32,
}

/// What a line above a block says; the same line is not said twice in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    pub says: String,
    pub hidden: bool,
}

impl Block {
    /// The line above it, if it has one.
    pub fn sign(&self) -> Option<Sign> {
        match &self.of {
            Of::Body => None,
            Of::Row { sheet, .. } if sheet.is_empty() => None,
            Of::Row { sheet, hidden, .. } => Some(Sign { says: sheet.clone(), hidden: *hidden }),
            Of::At(place) => sign_of(place),
        }
    }
}

fn sign_of(place: &Place) -> Option<Sign> {
    let hidden = place.part == PartKind::HiddenSlide;
    // The mark beside it says that it is hidden.
    let part = if hidden { PartKind::Slide } else { place.part };
    let words = Place { part, name: place.name.clone() }.words()?;
    let quiet = matches!(place.part, PartKind::Heading);
    (!quiet).then(|| Sign { says: super::words::capital(&words.sentence()), hidden })
}

/// `("Accounts 1931", "B", "7")` of `Accounts 1931!B7`; a name that is none stays whole.
pub fn cell_of(name: &str) -> (String, String, String) {
    let (sheet, cell) = name.rsplit_once('!').unwrap_or(("", name));
    let digits = cell.find(|letter: char| letter.is_ascii_digit()).unwrap_or(cell.len());
    let (column, row) = cell.split_at(digits);
    (sheet.trim_matches('\'').to_owned(), column.to_owned(), row.to_owned())
}

/// The number of a column from 1: `A` is 1, `AA` is 27. None for what is no column.
pub fn column_number(letters: &str) -> Option<u32> {
    let number = |sum: u32, letter: char| letter.is_ascii_uppercase().then(|| sum * 26 + (letter as u32 - 'A' as u32) + 1);
    if letters.is_empty() || letters.len() > 3 { None } else { letters.chars().try_fold(0, number) }
}

/// The letters of a column from 1, as far as `Z`; beyond it, empty.
pub fn column_letter(number: u32) -> String {
    let letter = number.checked_sub(1).filter(|n| *n < 26).and_then(|n| char::from_u32('A' as u32 + n));
    letter.map(String::from).unwrap_or_default()
}

/// Rows of a table in a text, each with its cells: lines, parted by tabs. Offsets between `start` and `end`.
pub fn grid(letters: &[char], start: u32, end: u32) -> Vec<Vec<(u32, u32)>> {
    let (mut rows, mut row, mut from) = (Vec::new(), Vec::new(), start);
    for at in start..=end {
        let letter = letters.get(at as usize).filter(|_| at < end);
        if letter.is_none_or(|letter| matches!(letter, '\n' | '\t')) {
            row.push((from, at));
            from = at + 1;
        }
        if letter.is_none_or(|letter| *letter == '\n') {
            rows.push(std::mem::take(&mut row));
        }
    }
    rows.retain(|row| row.iter().any(|(from, to)| from < to));
    rows
}

/// The blocks of a text, in order; only the white space between blocks is in none of them.
pub fn blocks(text: &str, spans: &[Span]) -> Vec<Block> {
    let letters: Vec<char> = text.chars().collect();
    let mut blocks: Vec<Block> = Vec::new();
    let mut at = 0;
    for (n, span) in spans.iter().enumerate().filter(|(_, span)| span.place.is_some()) {
        let (start, end) = (span.start.min(letters.len() as u32), span.end.min(letters.len() as u32));
        if start < at || start >= end {
            continue;
        }
        plain(&mut blocks, &letters, at, start);
        if let Some(place) = &span.place {
            put(&mut blocks, &letters, n, place, start, end);
        }
        at = end;
    }
    plain(&mut blocks, &letters, at, letters.len() as u32);
    blocks
}

/// Text without a place of its own. White space belongs to a paragraph that goes on, and to nothing else.
fn plain(blocks: &mut Vec<Block>, letters: &[char], start: u32, end: u32) {
    let blank = letters[start as usize..end as usize].iter().all(|letter| letter.is_whitespace());
    match blocks.last_mut() {
        Some(Block { of: Of::Body, end: last, .. }) => *last = end,
        _ if blank => {}
        _ => blocks.push(Block { start, end, of: Of::Body }),
    }
}

fn put(blocks: &mut Vec<Block>, letters: &[char], n: usize, place: &Place, start: u32, end: u32) {
    match place.part {
        PartKind::Body | PartKind::Inserted | PartKind::Deleted => match blocks.last_mut() {
            Some(Block { of: Of::Body, end: last, .. }) => *last = end,
            _ => blocks.push(Block { start, end, of: Of::Body }),
        },
        PartKind::Cell | PartKind::HiddenCell => {
            let (sheet, column, row) = cell_of(&place.name);
            let own = Cell { column, span: n, start, end };
            put_cell(blocks, (sheet, place.part == PartKind::HiddenCell, row), own);
        }
        PartKind::Row => put_cell(blocks, (String::new(), false, place.name.clone()), Cell { column: String::new(), span: n, start, end }),
        PartKind::Heading
        | PartKind::Table
        | PartKind::Slide
        | PartKind::HiddenSlide
        | PartKind::SlideNotes
        | PartKind::Comment
        | PartKind::Footnote
        | PartKind::Header
        | PartKind::Footer
        | PartKind::MailHeader
        | PartKind::Chapter
        | PartKind::Annotation
        | PartKind::HiddenText
        | PartKind::Property
        | PartKind::Description => match blocks.last_mut() {
            Some(Block { of: Of::At(last), end: until, .. }) if last == place && joins(place, letters, *until, start) => *until = end,
            _ => blocks.push(Block { start, end, of: Of::At(place.clone()) }),
        },
    }
}

/// Two headings or two comments of the same author stand apart; pieces of a slide or a chapter belong together.
fn joins(place: &Place, letters: &[char], from: u32, to: u32) -> bool {
    let apart = letters[from as usize..to as usize].contains(&'\n');
    !apart || !matches!(place.part, PartKind::Heading | PartKind::Comment | PartKind::Annotation | PartKind::Footnote)
}

fn put_cell(blocks: &mut Vec<Block>, (sheet, hidden, row): (String, bool, String), cell: Cell) {
    let (start, end) = (cell.start, cell.end);
    match blocks.last_mut() {
        Some(Block { of: Of::Row { sheet: on, row: in_row, cells, .. }, end: last, .. }) if *on == sheet && *in_row == row => {
            cells.push(cell);
            *last = end;
        }
        _ => blocks.push(Block { start, end, of: Of::Row { sheet, hidden, row, cells: vec![cell] } }),
    }
}

/// The block an offset stands in, or the one before it.
pub fn block_at(blocks: &[Block], offset: u32) -> usize {
    blocks.partition_point(|block| block.start <= offset).saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, piece: &str, part: PartKind, name: &str) -> Span {
        let start = text[..text.find(piece).expect("in the text")].chars().count() as u32;
        Span { start, end: start + piece.chars().count() as u32, place: Some(Place { part, name: name.into() }), ..Span::default() }
    }

    fn shown(text: &str, spans: &[Span]) -> Vec<String> {
        let letters: Vec<char> = text.chars().collect();
        let line = |block: &Block| {
            let text: String = letters[block.start as usize..block.end as usize].iter().collect();
            format!("{}|{}", block.sign().map(|sign| sign.says).unwrap_or_default(), text.trim())
        };
        blocks(text, spans).iter().map(line).collect()
    }

    #[test]
    fn tracked_changes_stay_in_their_sentence() {
        let text = "Rent\nThe sum is 100200 crowns.\n\nToo much, says Åsa\n";
        let spans = [
            at(text, "Rent", PartKind::Heading, ""),
            at(text, "100", PartKind::Deleted, "Anna"),
            at(text, "200", PartKind::Inserted, "Anna"),
            at(text, "Too much, says Åsa", PartKind::Comment, "Anna"),
        ];
        assert_eq!(shown(text, &spans), ["|Rent", "|The sum is 100200 crowns.", "Comment by Anna|Too much, says Åsa"]);
    }

    #[test]
    fn cells_of_a_row_stand_together() {
        let text = "name\tsum\nlamp\t12\noil\n";
        let spans = [
            at(text, "name", PartKind::Cell, "Accounts 1931!A1"),
            at(text, "sum", PartKind::Cell, "Accounts 1931!B1"),
            at(text, "lamp", PartKind::Cell, "Accounts 1931!A2"),
            at(text, "12", PartKind::Cell, "Accounts 1931!B2"),
            at(text, "oil", PartKind::HiddenCell, "Old!A1"),
        ];
        let blocks = blocks(text, &spans);
        let rows = blocks.iter().map(|block| match &block.of {
            Of::Row { sheet, hidden, row, cells } => (sheet.as_str(), *hidden, row.as_str(), cells.len()),
            other => panic!("{other:?}"),
        });
        assert_eq!(rows.collect::<Vec<_>>(), [("Accounts 1931", false, "1", 2), ("Accounts 1931", false, "2", 2), ("Old", true, "1", 1)]);
        assert_eq!(block_at(&blocks, 10), 1);
    }

    #[test]
    fn a_slide_is_one_block() {
        let text = "Lamps\nof the coast\nSay it slowly\nWrecks";
        let spans = [
            at(text, "Lamps", PartKind::Slide, "1"),
            at(text, "of the coast", PartKind::Slide, "1"),
            at(text, "Say it slowly", PartKind::SlideNotes, "1"),
            at(text, "Wrecks", PartKind::HiddenSlide, "2"),
        ];
        assert_eq!(shown(text, &spans), ["Slide 1|Lamps\nof the coast", "Notes on slide 1|Say it slowly", "Slide 2|Wrecks"]);
        assert!(blocks(text, &spans)[2].sign().is_some_and(|sign| sign.hidden));
    }

    #[test]
    fn names_of_cells_are_taken_apart() {
        let check = |name: &str, expected: (&str, &str, &str)| {
            let (sheet, column, row) = cell_of(name);
            assert_eq!((sheet.as_str(), column.as_str(), row.as_str()), expected, "{name}");
        };
        check("Accounts 1931!B7", ("Accounts 1931", "B", "7"));
        check("'a!b'!AA10", ("a!b", "AA", "10"));
        check("B7", ("", "B", "7"));
        check("odd", ("", "odd", ""));
    }

    #[test]
    fn columns_count_like_a_sheet() {
        assert_eq!(["A", "Z", "AA", "b", "", "ABCD"].map(column_number), [Some(1), Some(26), Some(27), None, None, None]);
        assert_eq!([1, 26, 27, 0].map(column_letter), ["A", "Z", "", ""]);
    }

    #[test]
    fn tables_are_lines_and_tabs() {
        let letters: Vec<char> = "ab\tc\n\nd\t".chars().collect();
        assert_eq!(grid(&letters, 0, 8), [vec![(0, 2), (3, 4)], vec![(6, 7), (8, 8)]]);
        assert!(grid(&letters, 3, 3).is_empty());
    }

    #[test]
    fn spans_that_are_wrong_do_no_harm() {
        let text = "ab";
        let span = |start, end| Span { start, end, place: Some(Place { part: PartKind::Slide, name: String::new() }), ..Span::default() };
        assert_eq!(blocks(text, &[span(0, 9), span(0, 1), span(5, 9), span(2, 1)]).len(), 1);
        assert!(blocks("", &[]).is_empty());
    }
}
