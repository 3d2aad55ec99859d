//! Which paragraph styles are headings.
//!
//! By the names that Word gives its own styles in every language, and by what a style is based on.

use crate::packed::Packed;
use crate::xml::{Element, Token};
use std::collections::HashMap;

/// Styles that may be based on one another; longer rows are circles.
const GENERATIONS: usize = 20;
/// Styles that are kept.
const STYLES: usize = 10_000;

/// The paragraph styles of a document.
#[derive(Debug, Default)]
pub struct Styles(HashMap<String, Style>);

#[derive(Debug, Default)]
struct Style {
    heading: bool,
    based_on: String,
}

impl Styles {
    /// The style, or one that it is based on, is a heading or the title.
    pub fn is_heading(&self, id: &str) -> bool {
        let mut style = self.0.get(id);
        for _ in 0..GENERATIONS {
            match style {
                Some(found) if found.heading => return true,
                Some(found) => style = self.0.get(&found.based_on),
                None => return false,
            }
        }
        false
    }
}

/// Reads the part of styles, as far as it can be read: without it a document has only paragraphs.
pub fn read(packed: &mut Packed<'_>, part: &str) -> Styles {
    let mut styles = HashMap::new();
    let Ok(Some(mut xml)) = packed.xml(part) else { return Styles(styles) };
    let mut id = String::new();
    while let Ok(Some(token)) = xml.next() {
        let Token::Open(element) = token else { continue };
        if element.name() == "style" {
            id = element.get("styleId").unwrap_or_default();
        } else if styles.len() < STYLES {
            learn(&element, &id, &mut styles);
        }
    }
    Styles(styles)
}

fn learn(element: &Element<'_>, id: &str, styles: &mut HashMap<String, Style>) {
    let value = || element.get("val").unwrap_or_default();
    match element.name() {
        "name" if is_heading_name(&value()) => styles.entry(id.to_owned()).or_default().heading = true,
        "basedOn" => styles.entry(id.to_owned()).or_default().based_on = value(),
        "outlineLvl" if element.number("val").is_some_and(|level: u8| level < 9) => {
            styles.entry(id.to_owned()).or_default().heading = true;
        }
        _ => {}
    }
}

fn is_heading_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name == "title" || name == "subtitle" || name.strip_prefix("heading ").is_some_and(|level| level.parse::<u8>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(heading: bool, based_on: &str) -> Style {
        Style { heading, based_on: based_on.to_owned() }
    }

    #[test]
    fn a_heading_is_one_by_name_or_by_descent() {
        let all = [("h", style(true, "")), ("mine", style(false, "h")), ("a", style(false, "b")), ("b", style(false, "a"))];
        let styles = Styles(all.into_iter().map(|(id, style)| (id.to_owned(), style)).collect());
        let check = |id: &str, expected: bool| assert_eq!(styles.is_heading(id), expected, "{id}");
        check("h", true);
        check("mine", true);
        check("a", false);
        check("unknown", false);
    }

    #[test]
    fn names_of_headings() {
        let check = |name: &str, expected: bool| assert_eq!(is_heading_name(name), expected, "{name}");
        check("heading 1", true);
        check("Title", true);
        check("heading", false);
        check("Normal", false);
    }
}
