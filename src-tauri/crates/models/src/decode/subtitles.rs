//! Subtitles of films, SubRip and WebVTT: what is said, with the time of every cue.
//!
//! Cues keep the order of the file. Fonts, colours and places on the screen are left out; so are notes and styles.

use winnow_contract::asset::Span;
use winnow_contract::worker::DecodedText;
use winnow_readers::Text;

/// Hours above which a time is none.
const LONGEST: f32 = 100.0 * 3600.0;

/// What the cues say, a line for each, and whether something was left out.
pub fn read(source: &str, limit: usize) -> (DecodedText, bool) {
    let mut text = Text::new(limit);
    let mut lines = source.lines().peekable();
    while let Some(line) = lines.next() {
        if is_aside(line) {
            while lines.next_if(|line| !line.trim().is_empty()).is_some() {}
            continue;
        }
        let Some((t0, t1)) = times(line) else { continue };
        let mut said = String::new();
        while let Some(line) = lines.next_if(|line| !line.trim().is_empty() && times(line).is_none()) {
            said.push_str(if said.is_empty() { "" } else { " " });
            said.push_str(plain(line).trim());
        }
        text.break_line(1);
        let start = text.length();
        text.push(said.trim());
        text.mark(start, Span { t0: Some(t0), t1: Some(t1), ..Span::default() });
    }
    let (found, cut) = text.finish("subtitles 1");
    (found, cut.is_some())
}

/// A text with cues in its first lines.
pub fn is_subtitles(start: &str) -> bool {
    start.lines().take(200).any(|line| times(line).is_some())
}

/// Blocks of WebVTT that nobody sees.
fn is_aside(line: &str) -> bool {
    let line = line.trim_end();
    line == "STYLE" || line == "REGION" || line == "NOTE" || line.starts_with("NOTE ")
}

/// `00:01:02,500 --> 00:01:04,000`, with a point for the comma and without hours in WebVTT; settings may follow.
fn times(line: &str) -> Option<(f32, f32)> {
    let (from, rest) = line.split_once("-->")?;
    let (from, to) = (seconds(from.trim())?, seconds(rest.split_whitespace().next()?)?);
    (to >= from).then_some((from, to))
}

fn seconds(time: &str) -> Option<f32> {
    let mut parts = time.rsplit(':');
    let part = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<f32>().ok()).flatten();
    let (whole, fraction) = parts.next()?.split_once([',', '.'])?;
    let fine = part(fraction)? / 10f32.powi(i32::try_from(fraction.len()).ok()?);
    let (minutes, hours) = (part(parts.next()?)?, parts.next().map_or(Some(0.0), part)?);
    let total = hours * 3600.0 + minutes * 60.0 + part(whole)? + fine;
    (parts.next().is_none() && total <= LONGEST).then_some(total)
}

/// Without tags like `<i>` and `{\an8}`; what is never closed is kept.
fn plain(line: &str) -> String {
    let mut rest = line;
    let mut kept = String::new();
    while let Some(at) = rest.find(['<', '{']) {
        let (before, tag) = rest.split_at(at);
        kept.push_str(before);
        let is_tag =
            tag.starts_with('<') && tag[1..].starts_with(|c: char| c == '/' || c.is_ascii_alphanumeric()) || tag.starts_with("{\\");
        let end = if tag.starts_with('<') { '>' } else { '}' };
        match tag.find(end).filter(|_| is_tag) {
            Some(close) => rest = &tag[close + 1..],
            None => {
                kept.push_str(&tag[..1]);
                rest = &tag[1..];
            }
        }
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: &[(f32, f32, &str)]) {
        let (found, _) = read(source, 1000);
        let said: Vec<char> = found.text.chars().collect();
        let text = |span: &Span| said[span.start as usize..span.end as usize].iter().collect::<String>();
        let cues: Vec<_> = found.spans.iter().map(|span| (span.t0.unwrap_or(-1.0), span.t1.unwrap_or(-1.0), text(span))).collect();
        let expected: Vec<_> = expected.iter().map(|(t0, t1, text)| (*t0, *t1, (*text).to_owned())).collect();
        assert_eq!(cues, expected, "{source}");
    }

    #[test]
    fn cues_have_their_times() {
        check(
            "1\n00:00:01,500 --> 00:00:02,000\n<i>Two flares,</i>\nred.\n\n2\n01:00:00,000 --> 01:00:01,250\n{\\an8}Gone.\n",
            &[(1.5, 2.0, "Two flares, red."), (3600.0, 3601.25, "Gone.")],
        );
        check(
            "WEBVTT\n\nNOTE a cue\n00:09.000 --> 00:10.000\nno\n\nintro\n00:01.000 --> 00:02.000 align:start\n<v Ann>Hello\n",
            &[(1.0, 2.0, "Hello")],
        );
        check("00:00:01,000 --> 00:00:02,000\n3 < 5 and {so}\n", &[(1.0, 2.0, "3 < 5 and {so}")]);
        check("00:00:02,000 --> 00:00:01,000\nbackwards\n", &[]);
        check("99:99:99:99,0 --> x\n", &[]);
        check("00:00:01,000 --> 00:00:02,000\n\n00:00:03,000 --> 00:00:04,000\nlater", &[(3.0, 4.0, "later")]);
    }

    #[test]
    fn what_is_too_much_is_left_out() {
        let (found, cut) = read("00:01.000 --> 00:02.000\nHello there\n", 5);
        assert_eq!((found.text.as_str(), cut), ("Hello", true));
    }

    #[test]
    fn a_text_that_only_has_an_arrow_is_none() {
        assert!(is_subtitles("1\n00:00:01,000 --> 00:00:02,000\nx"));
        assert!(!is_subtitles("first --> second\n"));
    }
}
