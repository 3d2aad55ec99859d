//! Corrections as tables: what was read, what a person wrote, and every word with its place.

use super::*;

/// Words in their order, each ten wide: of line `n` at height 20 `n`, and said a second after the one before.
fn read(text: &str) -> Placed {
    let letters: Vec<char> = text.chars().collect();
    let line = |token: &Range<usize>| letters[..token.start].iter().filter(|letter| **letter == '\n').count() as u32;
    let spans = tokens(&letters, 0..letters.len()).into_iter().enumerate().map(|(n, token)| Span {
        start: at(token.start),
        end: at(token.end),
        page: Some(1),
        rect: Some([n as u32 * 10, line(&token) * 20, 10, 8]),
        t0: Some(n as f32),
        t1: Some(n as f32 + 1.0),
        confidence: Some(0.3),
        ..Span::default()
    });
    Placed { spans: spans.collect(), text: text.to_owned() }
}

/// Each word with its seconds; what a person wrote with a star. Boxes tell the same as seconds.
fn shown(placed: &Placed) -> Vec<String> {
    let letters: Vec<char> = placed.text.chars().collect();
    let one = |span: &Span| {
        let word: String = letters[span.start as usize..span.end as usize].iter().collect();
        let (t0, t1) = (span.t0.unwrap_or(-1.0), span.t1.unwrap_or(-1.0));
        if let Some([x, _, width, _]) = span.rect {
            assert_eq!((x as f32, (x + width) as f32), (t0 * 10.0, t1 * 10.0), "{word}");
        }
        assert_eq!(span.confidence.is_none(), span.corrected, "{word}");
        format!("{word} {t0}-{t1}{}", if span.corrected { "*" } else { "" })
    };
    placed.spans.iter().map(one).collect()
}

#[test]
fn every_word_keeps_or_takes_a_place() {
    let check = |text: &str, value: &str, expected: &str, words: &[&str]| {
        let read = read(text);
        let put = put(&read, 0..at(text.chars().count()), value, None);
        assert_eq!(put.text, expected, "{value}");
        assert_eq!(shown(&put), words, "{value}");
    };
    check("for thirsty ears", "for thirsty ears", "for thirsty ears", &["for 0-1", "thirsty 1-2", "ears 2-3"]);
    check("for thirsty ears", " for thirty  years\n", "for thirty years", &["for 0-1", "thirty 1-2*", "years 2-3*"]);
    // One for two, two for one, none, and more.
    check("light house of old", "lighthouse of old", "lighthouse of old", &["lighthouse 0-2*", "of 2-3", "old 3-4"]);
    check("the lighthouse", "the light house", "the light house", &["the 0-1", "light house 1-2*"]);
    check("well uh yes", "well yes", "well yes", &["well 0-1", "yes 2-3"]);
    check("uh\nyes well", "yes", "yes", &["yes 1-2"]);
    check("dear Ann", "dear aunt Ann", "dear aunt Ann", &["dear aunt 0-1*", "Ann 1-2"]);
    check("Ann", "dear Ann", "dear Ann", &["dear Ann 0-1*"]);
    check("dear Ann", "dear Ann Lee", "dear Ann Lee", &["dear 0-1", "Ann Lee 1-2*"]);
    check("mumbled words here", "the lamp went out", "the lamp went out", &["the lamp went out 0-3*"]);
    // Lines stay, unless the person writes lines.
    check("one too\nthree\n\nfor", "one two three four", "one two\nthree\n\nfour", &["one 0-1", "two 1-2*", "three 2-3", "four 3-4*"]);
    check("one too\nthree", "one\ntwo three", "one\ntwo three", &["one 0-1", "two 1-2*", "three 2-3"]);
    check("one\nuh two\nthree", "one two three", "one\ntwo\nthree", &["one 0-1", "two 2-3", "three 3-4"]);
    check("one\nAnn", "one\ndear Ann", "one\ndear Ann", &["one 0-1", "dear Ann 1-2*"]);
    check("  one too\n", "one two", "  one two\n", &["one 0-1", "two 1-2*"]);
    // Each letter is a word where nothing parts words.
    check("灯塔守任 left", "灯塔守人 left", "灯塔守人 left", &["灯 0-1", "塔 1-2", "守 2-3", "人 3-4*", "left 4-5"]);
    check("ünïcode wörds", "ünïcode words", "ünïcode words", &["ünïcode 0-1", "words 1-2*"]);
    // Control characters do not come in this way either.
    check("one", "o\u{2}e", "o\u{fffd}e", &["o\u{fffd}e 0-1*"]);
}

#[test]
fn only_what_was_asked_about_changes() {
    let read = read("My father\nkept thirsty ears.\n\nEvery ship");
    let put = put(&read, 15..28, "a lamp for thirty years.", None);
    assert_eq!(put.text, "My father\nkept a lamp for thirty years.\n\nEvery ship");
    let words = ["My 0-1", "father 1-2", "kept 2-3", "a lamp for thirty years. 3-5*", "Every 5-6", "ship 6-7"];
    assert_eq!(shown(&put), words);
    // The next one is about the text as it is now.
    let again = super::put(&put, 0..9, "My mother", None);
    assert_eq!(again.text, "My mother\nkept a lamp for thirty years.\n\nEvery ship");
    assert_eq!(shown(&again)[..3], ["My 0-1", "mother 1-2*", "kept 2-3"]);
    assert_eq!(super::put(&read, 900..950, "beyond", None).text, "My father\nkept thirsty ears.\n\nEvery ship\n\nbeyond");
}

#[test]
fn a_run_is_placed_around_all_that_it_replaces() {
    let span = |start, end, rect, page| Span { start, end, page: Some(page), rect: Some(rect), confidence: Some(0.2), ..Span::default() };
    let spans = vec![span(0, 3, [50, 0, 10, 8], 1), span(4, 7, [0, 20, 12, 9], 1), span(8, 11, [0, 0, 5, 5], 2)];
    let put = put(&Placed { text: "aaa bbb ccc".into(), spans }, 0..11, "the whole", None);
    let expected = Span { start: 0, end: 9, page: Some(1), rect: Some([0, 0, 60, 29]), corrected: true, ..Span::default() };
    assert_eq!(put.spans, [expected]);
}

#[test]
fn spans_that_are_no_words_are_served_as_well() {
    // A span of two words, a word of two spans, and a word without any.
    let span = |start, end, t0: f32| Span { start, end, t0: Some(t0), t1: Some(t0 + 1.0), confidence: Some(0.2), ..Span::default() };
    let spans = vec![span(0, 8, 0.0), span(9, 12, 1.0), span(12, 16, 2.0)];
    let read = Placed { text: "New York twentyone it is".into(), spans };
    let check = |value: &str, words: &[&str]| {
        assert_eq!(shown(&put(&read, 0..24, value, None)), words, "{value}");
    };
    check("New York twentyone it is", &["New York 0-1", "twe 1-2", "ntyo 2-3"]);
    check("Old York twentyone it is", &["Old York 0-1*", "twe 1-2", "ntyo 2-3"]);
    check("New York thirty it is", &["New York 0-1", "thirty 1-3*"]);
    check("New York twentyone it was", &["New York 0-1", "twe 1-2", "ntyo 2-3", "was 2-3*"]);
    assert_eq!(put(&Placed { text: "ab".into(), spans: vec![] }, 0..2, "cd", None).spans.len(), 1, "a place that nobody knows");
}

#[test]
fn a_question_is_about_the_words_that_begin_in_its_stretch() {
    let read = read("one two three. four");
    let check = |stretch, expected| assert_eq!(asked_about(&read.text, &read.spans, stretch), expected, "{stretch:?}");
    check(None, 0..19);
    check(Some((1.0, 3.0)), 4..14);
    check(Some((0.0, 99.0)), 0..19);
    check(Some((0.4, 0.6)), 3..3);
    check(Some((7.0, 9.0)), 19..19);
    assert_eq!(asked_about("", &[], Some((0.0, 5.0))), 0..0);
    // What stands behind a word stays with it.
    assert_eq!(asked_about("one. two", &[Span { start: 0, end: 3, t0: Some(0.0), ..Span::default() }], Some((5.0, 6.0))), 4..4);
}

#[test]
fn what_nobody_wrote_down_is_a_paragraph_of_its_own() {
    let read = read("one two");
    let check = |range, text: &str, words: &[&str]| {
        let put = put(&read, range, "Noswaith dda", Some((0.25, 0.5)));
        assert_eq!((put.text.as_str(), shown(&put)), (text, words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>()));
    };
    check(3..3, "one\n\nNoswaith dda two", &["one 0-1", "Noswaith dda 0.25-0.5*", "two 1-2"]);
    check(0..0, "Noswaith dda\n\none two", &["Noswaith dda 0.25-0.5*", "one 0-1", "two 1-2"]);
    check(7..7, "one two\n\nNoswaith dda", &["one 0-1", "two 1-2", "Noswaith dda 0.25-0.5*"]);
    let alone = put(&Placed::default(), 0..0, "Noswaith dda", Some((0.25, 0.5)));
    assert_eq!((alone.text.as_str(), shown(&alone)), ("Noswaith dda", vec!["Noswaith dda 0.25-0.5*".to_owned()]));
}
