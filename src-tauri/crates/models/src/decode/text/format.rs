//! What single text formats add: titles, well-formedness, encodings that a text names itself.
//!
//! None of them changes the text.

use super::super::kind::Kind;
use super::{Content, property};
use serde::de::IgnoredAny;
use serde_json::Deserializer;
use winnow_contract::Words;
use winnow_contract::asset::MediaKind;

/// Markdown: its first heading is the title.
pub fn markdown(text: String) -> Content {
    let heading = text.lines().take(200).find_map(|line| line.strip_prefix("# "));
    let title = heading.map(|line| line.trim().chars().take(300).collect::<String>()).filter(|title| !title.is_empty());
    let properties = title.map(|title| property("title", title)).into_iter().collect();
    Content { tool: "markdown 1", properties, text, ..Content::default() }
}

/// JSON, one value. Nesting is not limited: nothing is built.
pub fn json(text: String) -> Content {
    let proper = serde_json::from_str::<IgnoredAny>(&text).is_ok();
    checked(text, proper)
}

/// JSON, one value a line.
pub fn json_lines(text: String) -> Content {
    let proper = Deserializer::from_str(&text).into_iter::<IgnoredAny>().all(|value| value.is_ok());
    checked(text, proper)
}

fn checked(text: String, proper: bool) -> Content {
    let notes = if proper { Vec::new() } else { vec![Words::new("not_well_formed").with("format", "JSON")] };
    Content { tool: if proper { "json 1" } else { "text 1" }, text, notes, ..Content::default() }
}

/// The label that a page (`charset=`) or an XML text (`encoding=`) names near its beginning.
pub fn declared_encoding(kind: &Kind, bytes: &[u8]) -> Option<String> {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]).to_ascii_lowercase();
    let after = match (kind.media, kind.media_type) {
        (MediaKind::Web, _) => start.split_once("charset=")?.1,
        (_, "application/xml") => start.split_once("encoding=")?.1,
        _ => return None,
    };
    let label = after.trim_start_matches(['"', '\'', ' ']);
    let end = label.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | ':')).unwrap_or(label.len());
    Some(label[..end].to_owned()).filter(|label| !label.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_judged_and_kept() {
        let check = |text: &str, proper: bool| {
            let content = json(text.to_owned());
            assert_eq!((content.notes.is_empty(), content.text.len()), (proper, text.len()));
        };
        check("{\"a\": [1, 2]}", true);
        check("{\"a\": [1, 2", false);
        check(&("[".repeat(1_000_000) + &"]".repeat(1_000_000)), true);
        assert!(json_lines("{}\n{}\n".to_owned()).notes.is_empty());
        assert!(!json_lines("{}\n{oops\n".to_owned()).notes.is_empty());
    }

    #[test]
    fn encodings_that_a_text_names() {
        let check = |media: MediaKind, media_type: &'static str, text: &str, expected: Option<&str>| {
            assert_eq!(declared_encoding(&Kind { media, media_type }, text.as_bytes()).as_deref(), expected);
        };
        check(MediaKind::Web, "text/html", "<meta charset=\"iso-8859-2\">", Some("iso-8859-2"));
        check(MediaKind::Web, "text/html", "<meta content='text/html; charset=KOI8-R'>", Some("koi8-r"));
        check(MediaKind::Text, "application/xml", "<?xml version='1.0' encoding='windows-1251'?>", Some("windows-1251"));
        check(MediaKind::Text, "text/plain", "charset=koi8-r", None);
    }

    #[test]
    fn the_first_heading_is_the_title() {
        let check = |text: &str, expected: Option<&str>| {
            let content = markdown(text.to_owned());
            assert_eq!(content.properties.first().map(|title| title.value.as_str()), expected);
        };
        check("intro\n# A title \ntext", Some("A title"));
        check("## not this", None);
    }
}
