//! Writing without spaces between words: each of its characters becomes a word of its own, in texts and in questions alike.
//!
//! Pure. The full text takes a run of letters for one word. Chinese, Japanese, Thai, Lao, Khmer and Burmese have no spaces there,
//! and Korean puts endings at its words, so what a person asks for is seldom the whole run. As single characters in order (a
//! phrase) it is found wherever it stands. Vowel signs and tones, which are no letters, are passed over, as accents are.

use std::borrow::Cow;

/// Put between such characters. A text never holds it: see `extract::chunks::plain`.
const SEPARATOR: char = '\u{1f}';

/// First and last characters of such writing, ascending. Digits are left out: a number is one word in every script.
const ALONE: &[(char, char)] = &[
    ('\u{0e01}', '\u{0e4e}'),   // Thai
    ('\u{0e81}', '\u{0ecf}'),   // Lao
    ('\u{0edc}', '\u{0edf}'),   // Lao
    ('\u{1000}', '\u{103f}'),   // Burmese
    ('\u{104a}', '\u{108f}'),   // Burmese
    ('\u{1100}', '\u{11ff}'),   // Hangul, in parts
    ('\u{1780}', '\u{17dd}'),   // Khmer
    ('\u{3005}', '\u{3007}'),   // 々〆〇
    ('\u{3031}', '\u{3035}'),   // kana repeat marks
    ('\u{3041}', '\u{318e}'),   // Hiragana, Katakana, Bopomofo, Hangul letters
    ('\u{31a0}', '\u{31bf}'),   // Bopomofo
    ('\u{31f0}', '\u{31ff}'),   // Katakana
    ('\u{3400}', '\u{4dbf}'),   // Han, extension A
    ('\u{4e00}', '\u{9fff}'),   // Han
    ('\u{a960}', '\u{a97c}'),   // Hangul, in parts
    ('\u{a9e0}', '\u{a9ef}'),   // Burmese
    ('\u{aa60}', '\u{aa7f}'),   // Burmese
    ('\u{ac00}', '\u{d7fb}'),   // Hangul
    ('\u{f900}', '\u{faff}'),   // Han, for compatibility
    ('\u{ff66}', '\u{ffdc}'),   // Katakana and Hangul, half as wide
    ('\u{1b000}', '\u{1b16f}'), // kana
    ('\u{20000}', '\u{3ffff}'), // Han, other extensions
];

fn stands_alone(character: char) -> bool {
    if character < ALONE[0].0 {
        return false;
    }
    let after = ALONE.partition_point(|(first, _)| *first <= character);
    after > 0 && character <= ALONE[after - 1].1
}

/// True when a character of a text stands alone.
pub fn has_any(text: &str) -> bool {
    !text.is_ascii() && text.chars().any(stands_alone)
}

/// The text with a separator on each side of a character that stands alone, where another letter would touch it. What has them
/// already stays as it is.
pub fn spaced(text: &str) -> Cow<'_, str> {
    if !has_any(text) {
        return Cow::Borrowed(text);
    }
    let mut spaced = String::with_capacity(text.len() * 4 / 3);
    let mut before = ' ';
    for character in text.chars() {
        let alone = stands_alone(before) || stands_alone(character);
        if alone && before.is_alphanumeric() && character.is_alphanumeric() {
            spaced.push(SEPARATOR);
        }
        spaced.push(character);
        before = character;
    }
    Cow::Owned(spaced)
}

/// The text as it was before [`spaced`].
pub fn unspaced(text: String) -> String {
    if text.contains(SEPARATOR) { text.replace(SEPARATOR, "") } else { text }
}

/// Letters behind the last separator: what of a word may still be unfinished. A character that stands alone is whole.
pub fn unfinished(spaced: &str) -> &str {
    let last = spaced.rsplit(SEPARATOR).next().unwrap_or(spaced);
    if last.chars().any(stands_alone) { "" } else { last }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_ascend() {
        let bounds: Vec<char> = ALONE.iter().flat_map(|(first, last)| [*first, *last]).collect();
        assert!(bounds.is_sorted());
    }

    #[test]
    fn each_character_of_writing_without_spaces_is_a_word() {
        let check = |text: &str, expected: &str| {
            let marked = spaced(text).replace(SEPARATOR, "|");
            assert_eq!(marked, expected, "{text}");
            assert_eq!(spaced(&spaced(text)), spaced(text), "{text} twice");
            assert_eq!(unspaced(spaced(text).into_owned()), text);
        };
        check("", "");
        check("Harbour light, 1911", "Harbour light, 1911");
        check("Öl für Ærø, Ελλάδα, Россия, हिन्दी, עברית", "Öl für Ærø, Ελλάδα, Россия, हिन्दी, עברית");
        check("東京湾", "東|京|湾");
        check("東京 harbour", "東|京 harbour");
        check("東京tower 3階", "東|京|tower 3|階");
        check("灯台は、港にある。", "灯|台|は、港|に|あ|る。");
        check("コーヒー", "コ|ー|ヒ|ー");
        check("서울에서", "서|울|에|서");
        check("ภาษา 12", "ภ|า|ษ|า 12");
        check("๑๒๓", "๑๒๓");
        check("𠮷野家", "𠮷|野|家");
    }

    #[test]
    fn latin_text_is_not_copied() {
        for text in ["plain text", "Öl und Docht"] {
            assert!(matches!(spaced(text), Cow::Borrowed(_)), "{text}");
        }
    }

    #[test]
    fn only_a_word_of_letters_may_be_unfinished() {
        let check = |typed: &str, expected: &str| assert_eq!(unfinished(&spaced(typed)), expected, "{typed}");
        check("harb", "harb");
        check("東京", "");
        check("東", "");
        check("東京tow", "tow");
        check("3階", "");
    }
}
