//! The bytes at both ends of a file as numbers, exactly as the model was trained on them.
//!
//! Reads no more than the sample holds.

use serde::Deserialize;

/// No model looks at more bytes of an end.
const MOST: usize = 16 << 10;

/// How many bytes the model looks at, by the names of its own configuration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Ends {
    beg_size: usize,
    mid_size: usize,
    end_size: usize,
    use_inputs_at_offsets: bool,
    min_file_size_for_dl: usize,
    padding_token: i32,
    block_size: usize,
}

impl Ends {
    /// It wants what can be given here: bytes of both ends and nothing between.
    pub fn are_all(&self) -> bool {
        let sensible = |size: usize| (1..=MOST).contains(&size);
        let bounded = sensible(self.beg_size) && sensible(self.end_size) && sensible(self.block_size);
        bounded && (1..=self.beg_size).contains(&self.min_file_size_for_dl) && self.mid_size == 0 && !self.use_inputs_at_offsets
    }

    /// How many numbers there are.
    pub fn count(&self) -> usize {
        self.beg_size + self.end_size
    }

    /// The numbers of a file by its first and last bytes; none when too little is in it to say anything.
    ///
    /// White space before the beginning and after the end counts for nothing; what is short is filled up between them.
    pub fn numbers(&self, head: &[u8], tail: &[u8]) -> Option<Vec<i32>> {
        let last = last(head, tail, self.block_size);
        let beginning = after_space(&head[..head.len().min(self.block_size)]);
        let end = before_space(&last);
        let beginning = &beginning[..beginning.len().min(self.beg_size)];
        let end = &end[end.len().saturating_sub(self.end_size)..];
        let filling = self.count() - beginning.len() - end.len();
        let numbers = |bytes: &[u8]| bytes.iter().map(|byte| i32::from(*byte)).collect::<Vec<_>>();
        let all = [numbers(beginning), vec![self.padding_token; filling], numbers(end)].concat();
        (beginning.len() >= self.min_file_size_for_dl).then_some(all)
    }
}

/// The last bytes of a file: of its tail, and of its head as far as the tail is short. There is nothing between the two then.
fn last(head: &[u8], tail: &[u8], count: usize) -> Vec<u8> {
    let of_tail = &tail[tail.len().saturating_sub(count)..];
    let of_head = &head[head.len().saturating_sub(count - of_tail.len())..];
    [of_head, of_tail].concat()
}

fn after_space(bytes: &[u8]) -> &[u8] {
    let start = bytes.iter().position(|byte| !is_space(*byte)).unwrap_or(bytes.len());
    &bytes[start..]
}

fn before_space(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| !is_space(*byte)).map_or(0, |last| last + 1);
    &bytes[..end]
}

/// As Python strips bytes, which the model was trained with.
fn is_space(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0b
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Ends = Ends {
        beg_size: 6,
        mid_size: 0,
        end_size: 4,
        use_inputs_at_offsets: false,
        min_file_size_for_dl: 3,
        padding_token: 256,
        block_size: 8,
    };

    /// `_` stands for the filling.
    fn check(head: &str, tail: &str, expected: Option<&str>) {
        let shown = |numbers: Vec<i32>| numbers.iter().map(|n| u8::try_from(*n).map_or('_', char::from)).collect::<String>();
        assert_eq!(SMALL.numbers(head.as_bytes(), tail.as_bytes()).map(shown).as_deref(), expected, "{head:?} {tail:?}");
    }

    #[test]
    fn both_ends_are_taken_without_white_space_and_filled_up_between() {
        // What Python's package makes of the same bytes.
        check("", "", None);
        check("ab", "", None);
        check("  ab \n ", "", Some("ab \n _  ab"));
        check("abc", "", Some("abc____abc"));
        check(" \t\n\x0b\x0c\rab c", "", None);
        check(" \n abc \x0b\n", "", Some("abc \x0b_ abc"));
        check("abcdefgh", "", Some("abcdefefgh"));
        check("  bcdefghijk  ", "", Some("bcdefghijk"));
        check("abcdefghijkl", "", Some("abcdefijkl"));
        check("abcdefgh", "ij", Some("abcdefghij"));
        check("abcdefgh", "ijklmnopqrst", Some("abcdefqrst"));
        check("abcdefgh", "ijkl    ", Some("abcdefijkl"));
        check("abcdefgh", "        ", Some("abcdef____"));
        check("a\0\u{7f}d", "", Some("a\0\u{7f}d__a\0\u{7f}d"));
    }

    #[test]
    fn a_model_that_wants_something_else_is_not_used() {
        assert!(SMALL.are_all());
        assert!(!Ends { mid_size: 1, ..SMALL }.are_all());
        assert!(!Ends { use_inputs_at_offsets: true, ..SMALL }.are_all());
        assert!(!Ends { beg_size: 1 << 40, ..SMALL }.are_all());
        assert!(!Ends { min_file_size_for_dl: 0, ..SMALL }.are_all());
        assert!(!Ends { block_size: 0, ..SMALL }.are_all());
    }
}
