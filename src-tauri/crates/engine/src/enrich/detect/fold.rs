//! Makes look-alike characters equal before patterns see them: full-width and other digits, blanks, dashes.
//!
//! Deliberately one scalar value for one, so that positions stay what they are; letters and case are left alone.

/// Appends `text` to `into`, folded.
pub fn fold_into(text: &str, into: &mut String) {
    if text.is_ascii() {
        into.push_str(text);
    } else {
        into.extend(text.chars().map(fold));
    }
}

/// What a character counts as.
fn fold(c: char) -> char {
    match c {
        _ if c.is_ascii() => c,
        // No-break, figure, thin, hair, narrow and ideographic blanks; zero-width ones stand where a separator might.
        '\u{A0}' | '\u{2000}'..='\u{200B}' | '\u{202F}' | '\u{205F}' | '\u{2060}' | '\u{3000}' | '\u{FEFF}' => ' ',
        '\u{AD}' | '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' => '-',
        '\u{2024}' => '.',
        // Full-width forms of printable ASCII stand in the order of ASCII.
        '\u{FF01}'..='\u{FF5E}' => shifted(c, 0xFF01, '!'),
        '\u{660}'..='\u{669}' => shifted(c, 0x660, '0'),
        '\u{6F0}'..='\u{6F9}' => shifted(c, 0x6F0, '0'),
        '\u{966}'..='\u{96F}' => shifted(c, 0x966, '0'),
        _ => c,
    }
}

fn shifted(c: char, block: u32, first: char) -> char {
    char::from_u32(c as u32 - block + first as u32).unwrap_or(c)
}
