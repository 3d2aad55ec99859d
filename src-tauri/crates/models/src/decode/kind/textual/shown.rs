//! What a text has to show so that nobody has to ask of which format it is.
//!
//! Quick looks at its beginning; a text that shows nothing may be of its format all the same.

/// What shows that a text is of the format that its name claims. All of it is quickly looked for; a text that lacks it may be of
/// that format all the same.
#[derive(Clone, Copy)]
pub enum Shown {
    /// Every text may be of it.
    ByAnything,
    /// One of these at its beginning, in small letters.
    Beginning(&'static [&'static str]),
    /// One of these at the beginning of a line, in small letters.
    Lines(&'static [&'static str]),
    /// Nearly every line has as many of one of these characters as the first.
    Columns(&'static [char]),
    /// Half of the lines have this character.
    Pairs(char),
}

impl Shown {
    /// Whether a text shows it; `start` is without white space at its beginning.
    pub fn is_seen(self, start: &str) -> bool {
        let begins = |line: &str, signs: &[&str]| {
            let begin = line[..line.floor_char_boundary(40)].to_ascii_lowercase();
            signs.iter().any(|sign| begin.starts_with(sign))
        };
        match self {
            Self::ByAnything => true,
            Self::Beginning(signs) => begins(start, signs),
            Self::Lines(signs) => start.lines().any(|line| begins(line.trim_start(), signs)),
            Self::Columns(separators) => separators.iter().any(|separator| is_regular(start, *separator)),
            Self::Pairs(mark) => {
                let lines = || start.lines().filter(|line| !line.trim().is_empty());
                lines().filter(|line| line.contains(mark)).count() * 2 >= lines().count()
            }
        }
    }
}

/// Sentences and little else: few of the marks that formats are made of, and lines that are not alike.
pub fn is_prose(start: &str) -> bool {
    let marks = start.chars().filter(|c| MARKS.contains(*c)).count();
    let is_table = || start.trim_end().contains('\n') && [',', ';', ':'].iter().any(|separator| is_regular(start, *separator));
    marks * 50 <= start.len() && !start.starts_with("#!") && !is_table()
}

/// Characters that formats are made of.
const MARKS: &str = "{}[]<>=|\\_#$&@~^+*`\t";

/// Four of five lines, of the first twenty, have as many of this character as the first: one at least.
fn is_regular(text: &str, separator: char) -> bool {
    let counts: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).take(20).map(|line| line.matches(separator).count()).collect();
    let alike = counts.iter().filter(|count| Some(*count) == counts.first()).count();
    counts.first().is_some_and(|count| *count > 0) && alike * 5 >= counts.len() * 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_prose_and_formats_are_none() {
        let check = |text: &str, expected: bool| assert_eq!(is_prose(text), expected, "{text:?}");
        check("Dear Sir,\n\nthe lamp (the old one) was lit at dusk; it burnt until four.\nYours, Edith\n", true);
        check("Entry 3 of the light's book.\nwind calm.\nPay by card 4111 1111 1111 1111 or to GB82WEST12345698765432.\nice.\n", true);
        check("Write to keeper7@example.org or call +44 1632 960007. Nothing else is known about the man, nor was it ever asked.", true);
        check("name,town\nAnn,Bath\nBen,York\n", false);
        check("host: a\nport: 1\nuser: b\n", false);
        check("{\"a\": [1, 2]}", false);
        check("#!/bin/sh\necho lit\n", false);
        check("def lamp(lit):\n    return [not lit]\n", false);
        check("", true);
    }

    #[test]
    fn formats_show_themselves() {
        let check = |shown: Shown, text: &str, expected: bool| assert_eq!(shown.is_seen(text), expected, "{text:?}");
        check(Shown::ByAnything, "", true);
        check(Shown::Beginning(&["begin:vcard"]), "BEGIN:VCARD\nVERSION:3.0", true);
        check(Shown::Beginning(&["begin:vcard"]), "a BEGIN:VCARD", false);
        check(Shown::Lines(&["def "]), "x = 1\n    def y():", true);
        check(Shown::Lines(&["def "]), "a def of y", false);
        check(Shown::Columns(&[',', ';']), "a;b\n1,5;2\n3;4\n5;6\n", true);
        check(Shown::Columns(&[',']), "import os, sys\n\nfor a in b:\n    print(a, b, c)\n", false);
        check(Shown::Columns(&[',']), "one column\n", false);
        check(Shown::Pairs(':'), "a: 1\nb:\n  - 2\n", true);
        check(Shown::Pairs('='), "words and words\nand more\na = 1\n", false);
        check(Shown::Lines(&["äöü"]), &"ä".repeat(100), false);
    }
}
