//! Looks at the characters on both sides of a candidate, for a value must not be a piece of something longer.
//!
//! Deliberately without knowledge of any entity: the checks combine these questions.

/// A token longer than this is not read to its end, in bytes.
const FAR: usize = 64;

/// The character before byte `at`.
pub fn before(text: &str, at: usize) -> Option<char> {
    text[..at].chars().next_back()
}

/// The character at byte `at`.
pub fn after(text: &str, at: usize) -> Option<char> {
    text[at..].chars().next()
}

/// Neither side touches a letter, a digit or an underscore.
pub fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    !before(text, start).is_some_and(is_word) && !after(text, end).is_some_and(is_word)
}

/// As [`stands_alone`], and no dash, dot, slash or colon ties it to another token that holds a digit: not a part of a UUID,
/// a date, a time, a version or a longer number.
pub fn is_whole_number(text: &str, start: usize, end: usize) -> bool {
    stands_alone(text, start, end)
        && !before(text, start).is_some_and(|tie| is_tie(tie) && digit_in_token_before(text, start - tie.len_utf8()))
        && !after(text, end).is_some_and(|tie| is_tie(tie) && digit_in_token_after(text, end + tie.len_utf8()))
}

/// Only blanks lie between byte `start` and a digit before it.
pub fn follows_digits(text: &str, start: usize) -> bool {
    let before = text[..start].trim_end_matches([' ', '\t']);
    before.len() < start && before.ends_with(|c: char| c.is_ascii_digit())
}

/// Only blanks lie between byte `end` and a digit after it.
pub fn precedes_digits(text: &str, end: usize) -> bool {
    let after = text[end..].trim_start_matches([' ', '\t']);
    after.len() < text.len() - end && after.starts_with(|c: char| c.is_ascii_digit())
}

/// Byte after the run of letters and digits that `from` stands in, and always after `from` itself: the next place where a
/// value can start that stands alone.
pub fn next_token(text: &str, from: usize) -> usize {
    let run: usize = text[from..].chars().take_while(|&c| is_word(c)).map(char::len_utf8).sum();
    if run > 0 { from + run } else { from + after(text, from).map_or(1, char::len_utf8) }
}

/// A letter, digit or underscore.
pub fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || (!c.is_ascii() && c.is_alphanumeric())
}

fn is_tie(c: char) -> bool {
    matches!(c, '-' | '.' | '/' | ':')
}

fn digit_in_token_before(text: &str, end: usize) -> bool {
    let near = text.floor_char_boundary(end.saturating_sub(FAR));
    text[near..end].chars().rev().take_while(|&c| is_word(c)).any(|c| c.is_ascii_digit())
}

fn digit_in_token_after(text: &str, start: usize) -> bool {
    let near = text.floor_char_boundary((start + FAR).min(text.len()));
    text[start..near].chars().take_while(|&c| is_word(c)).any(|c| c.is_ascii_digit())
}
