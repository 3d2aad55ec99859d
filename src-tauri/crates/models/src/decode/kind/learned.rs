//! What bytes, structure and name leave open is asked of a model that has learned what files look like.
//!
//! Its word changes what a text is called, and never what may be read: nothing binary is handed to a reader because of it,
//! and a text is only taken for a format whose reader keeps all of it, or that shows itself too. Without the model, and
//! where it is not sure, everything stays as the bytes say.

mod ends;
mod labels;
mod model;

pub use model::Model;

use super::textual;
use super::{Kind, UNKNOWN};
use crate::decode::sample::Sample;
use winnow_contract::asset::MediaKind;

/// What the model says of a content, when it is as sure as it has to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Told {
    /// Its own word for the format, e.g. `python`.
    pub label: &'static str,
    /// The same in ours.
    pub kind: Kind,
    pub is_text: bool,
    /// From 0 to 1.
    pub score: f32,
}

/// Asks the model; none when there is none, or it is not sure.
pub type Ask<'a> = dyn Fn(&Sample) -> Option<Told> + 'a;

/// A kind, and what it rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    pub kind: Kind,
    /// The model's word, when the kind rests on that.
    pub label: Option<&'static str>,
    /// The name claims another format of text.
    pub contradicts_name: bool,
}

impl Found {
    /// A kind that rests on bytes, structure or name.
    pub const fn sure(kind: Kind) -> Self {
        Self { kind, label: None, contradicts_name: false }
    }
}

/// It is believed from here on, whatever less its makers ask for. Of some 2,500 files of a Linux system, most of what it said
/// with a lower score was wrong: configuration files of programs it does not know became Tcl, Groovy or PowerShell.
const SURE: f32 = 0.9;

/// Formats that are written under each other's names without anybody being wrong, as (media type, labels).
const AKIN: &[(&str, &[&str])] = &[
    ("text/x-c", &["cpp", "objectivec"]),
    ("text/javascript", &["typescript", "vue"]),
    ("application/json", &["jsonl"]),
    ("application/x-ndjson", &["json"]),
    ("text/csv", &["tsv"]),
    ("text/tab-separated-values", &["csv"]),
    ("text/css", &["scss", "vue"]),
    ("application/toml", &["ini"]),
    ("application/yaml", &["jinja", "json"]),
    ("application/x-tex", &["bib"]),
];

/// What remains to be asked once bytes, structure and name have spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It is not text, and nothing says what it is.
    Content,
    /// It is text, and nothing says of which format.
    Format,
    /// It is text that does not look like what its name claims.
    Name,
}

/// The kind of a file that bytes and name take for `kind`.
pub fn settle(kind: Kind, sample: &Sample, extension: &str, ask: &Ask) -> Found {
    let Some(doubt) = doubt(kind, &sample.head, extension) else { return Found::sure(kind) };
    let answers = |told: &Told| match doubt {
        Doubt::Content => !told.is_text,
        Doubt::Format => is_safe(*told, &sample.head, extension),
        Doubt::Name => is_safe(*told, &sample.head, extension) && !is_akin(kind, told.label),
    };
    let told = ask(sample).filter(|told| told.score >= SURE && told.kind != kind && answers(told));
    told.map_or(Found::sure(kind), |told| Found { kind: told.kind, label: Some(told.label), contradicts_name: doubt == Doubt::Name })
}

fn doubt(kind: Kind, head: &[u8], extension: &str) -> Option<Doubt> {
    match kind.media {
        MediaKind::Text | MediaKind::Table => textual::doubt(kind, head, extension),
        MediaKind::Other => (kind == UNKNOWN).then_some(Doubt::Content),
        MediaKind::Empty
        | MediaKind::Web
        | MediaKind::Image
        | MediaKind::Pdf
        | MediaKind::Office
        | MediaKind::Mail
        | MediaKind::Archive
        | MediaKind::Sound
        | MediaKind::Video => None,
    }
}

/// A text can be taken for it, and nothing of it is lost.
fn is_safe(told: Told, head: &[u8], extension: &str) -> bool {
    told.is_text && textual::can_be_read_as(told.kind, head, extension)
}

fn is_akin(kind: Kind, label: &str) -> bool {
    AKIN.iter().any(|(media_type, labels)| *media_type == kind.media_type && labels.contains(&label))
}

#[cfg(test)]
mod tests {
    use super::super::textual::{MAIL, PLAIN, WEB};
    use super::*;
    use std::cell::Cell;
    use std::io::Write;

    const CSV: Kind = Kind::new(MediaKind::Table, "text/csv");
    const PYTHON: Kind = Kind::new(MediaKind::Text, "text/x-python");
    const PICKLE: Kind = Kind::new(MediaKind::Other, "application/x-pickle");
    const SCRIPT: &[u8] = b"def lamp(lit):\n    return [not lit]\n";
    const TABLE: &[u8] = b"name,town\nAnn,Bath\n";

    fn told(label: &'static str, kind: Kind, score: f32) -> Option<Told> {
        Some(Told { label, kind, is_text: kind.media != MediaKind::Other, score })
    }

    /// What comes of an answer, and whether it was asked for.
    fn settled(kind: Kind, bytes: &[u8], extension: &str, answer: Option<Told>) -> (Found, bool) {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(bytes).expect("written");
        let (sample, asked) = (Sample::take(file).expect("a sample"), Cell::new(false));
        let ask = |_: &Sample| {
            asked.set(true);
            answer
        };
        (settle(kind, &sample, extension, &ask), asked.get())
    }

    #[test]
    fn what_is_plain_is_not_asked() {
        let check = |kind: Kind, bytes: &[u8], extension: &str| {
            assert_eq!(settled(kind, bytes, extension, told("python", PYTHON, 1.0)), (Found::sure(kind), false), "{extension}");
        };
        check(PLAIN, b"Dear Sir,\nthe lamp was lit.\n", "txt");
        check(CSV, TABLE, "csv");
        check(PYTHON, SCRIPT, "py");
        check(WEB, b"<html>", "txt");
        check(Kind::new(MediaKind::Other, "application/x-elf"), b"\x7fELF", "");
        check(Kind::new(MediaKind::Text, "text/markdown"), SCRIPT, "md");
    }

    #[test]
    fn without_an_answer_everything_stays() {
        let check = |kind: Kind, bytes: &[u8], extension: &str| {
            assert_eq!(settled(kind, bytes, extension, None), (Found::sure(kind), true), "{extension}");
        };
        check(PLAIN, SCRIPT, "");
        check(PLAIN, SCRIPT, "txt");
        check(CSV, SCRIPT, "csv");
        check(UNKNOWN, b"\0\x01\x02\x03", "");
    }

    #[test]
    fn an_answer_settles_a_doubt_and_no_more() {
        let check = |kind: Kind, bytes: &[u8], extension: &str, answer: Option<Told>, expected: Option<(Kind, bool)>| {
            let (found, asked) = settled(kind, bytes, extension, answer);
            let settled = found.label.map(|_| (found.kind, found.contradicts_name));
            assert_eq!((settled, asked), (expected, true), "{extension:?} {answer:?}");
            assert!(expected.is_some() || found.kind == kind);
        };
        // A text that nobody names.
        check(PLAIN, SCRIPT, "", told("python", PYTHON, 0.9), Some((PYTHON, false)));
        check(PLAIN, SCRIPT, "xyz", told("python", PYTHON, 0.9), Some((PYTHON, false)));
        check(PLAIN, SCRIPT, "txt", told("python", PYTHON, 0.9), Some((PYTHON, false)));
        check(PLAIN, TABLE, "txt", told("csv", CSV, 0.9), Some((CSV, false)));
        // Text is never taken for anything else.
        check(PLAIN, SCRIPT, "", told("pickle", PICKLE, 1.0), None);
        // A reader that leaves something out wants to see what it reads.
        check(PLAIN, b"<p>One<p>Two", "", told("html", WEB, 0.9), Some((WEB, false)));
        check(PLAIN, b"A page begins with <html>, they say.", "", told("html", WEB, 0.9), None);
        check(PLAIN, b"From: Ann\nTo: Ben\n\nThe lamp.", "", told("eml", MAIL, 0.9), Some((MAIL, false)));
        check(PLAIN, b"From: Ann\nTo: Ben\nSubject: Oil\n\nSee:", "txt", told("eml", MAIL, 0.9), None);
        check(PLAIN, b"The lamp was lit by Ann.", "", told("eml", MAIL, 0.9), None);
        // Nobody is believed who is not sure.
        check(PLAIN, SCRIPT, "", told("python", PYTHON, 0.89), None);
        check(UNKNOWN, b"\0\x01\x02\x03", "", told("pickle", PICKLE, 0.89), None);
        check(PLAIN, SCRIPT, "", told("python", PYTHON, f32::NAN), None);
        // A name is contradicted, and not by what is akin to it.
        check(CSV, SCRIPT, "csv", told("python", PYTHON, 0.99), Some((PYTHON, true)));
        check(CSV, SCRIPT, "csv", told("python", PYTHON, 0.8), None);
        check(CSV, SCRIPT, "csv", told("csv", CSV, 0.99), None);
        check(CSV, SCRIPT, "csv", told("tsv", Kind::new(MediaKind::Table, "text/tab-separated-values"), 0.99), None);
        // What is not text stays unread.
        check(UNKNOWN, b"\x80\x04\x95\0\0\0", "dat", told("pickle", PICKLE, 0.9), Some((PICKLE, false)));
        check(UNKNOWN, b"\0\x01\x02\x03", "txt", told("python", PYTHON, 1.0), None);
    }
}
