//! What somebody wrote about a picture, wherever in the file it stood: as properties, and as a text that is searched.
//!
//! It reads no format itself (`xmp`, `iptc`, `svg` do) and believes nothing it is told.

use super::super::property;
use winnow_contract::Words;
use winnow_contract::asset::{PartKind, Place, Property};
use winnow_contract::worker::DecodedText;
use winnow_readers::Text;

/// The reader of descriptions and its version.
const TOOL: &str = "caption 1";
/// Keywords that are kept.
const KEYWORDS: usize = 200;
/// Characters of one value that are kept as a property; the text keeps more.
const VALUE: usize = 500;
/// Characters of one value in the text.
const LONG_VALUE: usize = 20_000;

/// A description; what is missing is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Described {
    pub title: String,
    pub description: String,
    pub creator: String,
    pub keywords: Vec<String>,
    /// Stars, -1 (rejected) to 5.
    pub rating: String,
    /// When the picture was made, as it was written down.
    pub date: String,
    pub city: String,
    pub country: String,
}

impl Described {
    /// Fills what is missing from another description; keywords of both count.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        let fill = |mine: &mut String, theirs: String| {
            if mine.is_empty() {
                *mine = theirs;
            }
        };
        fill(&mut self.title, other.title);
        fill(&mut self.description, other.description);
        fill(&mut self.creator, other.creator);
        fill(&mut self.rating, other.rating);
        fill(&mut self.date, other.date);
        fill(&mut self.city, other.city);
        fill(&mut self.country, other.country);
        for keyword in other.keywords {
            self.keyword(keyword);
        }
        self
    }

    /// Adds a keyword that is not there yet.
    pub fn keyword(&mut self, keyword: String) {
        if !keyword.is_empty() && self.keywords.len() < KEYWORDS && !self.keywords.contains(&keyword) {
            self.keywords.push(keyword);
        }
    }

    /// `title`, `description`, `creator`, `keywords`, `rating`, `date`, `city` and `country`, as far as they are there.
    pub fn properties(&self) -> Vec<Property> {
        let keywords = self.keywords.join(", ");
        let all = [
            ("title", &self.title),
            ("description", &self.description),
            ("creator", &self.creator),
            ("keywords", &keywords),
            ("rating", &self.rating),
            ("date", &self.date),
            ("city", &self.city),
            ("country", &self.country),
        ];
        let short = |value: &str| value.chars().take(VALUE).collect::<String>();
        all.into_iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| property(key, short(value))).collect()
    }

    /// What can be searched of it, one after the other; none when there is nothing. The note says when it was too long.
    pub fn text(&self, limit: u32) -> (Option<DecodedText>, Option<Words>) {
        let mut text = Text::new(limit as usize);
        let keywords = self.keywords.join(", ");
        let pieces = [("title", &self.title), ("description", &self.description), ("keywords", &keywords), ("creator", &self.creator)];
        let place = |name: &str| Place { part: PartKind::Description, name: name.to_owned() };
        for (name, piece) in pieces.into_iter().chain([("city", &self.city), ("country", &self.country)]) {
            if !piece.is_empty() {
                text.break_line(1);
                text.push_at(place(name), piece);
            }
        }
        if text.length() == 0 {
            return (None, None);
        }
        let (text, note) = text.finish(TOOL);
        (Some(text), note)
    }
}

/// A value as it is kept: control characters become blanks (lines stay), blanks at both ends go, and it has an end.
pub fn clean(value: &str) -> String {
    let kept = value.trim().chars().take(LONG_VALUE).map(|c| if c.is_control() && c != '\n' { ' ' } else { c });
    kept.collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(title: &str, keywords: &[&str]) -> Described {
        Described { title: title.to_owned(), keywords: keywords.iter().map(|k| (*k).to_owned()).collect(), ..Described::default() }
    }

    #[test]
    fn the_first_description_counts_and_keywords_of_both() {
        let both = described("One", &["sea"]).or(Described { city: "Kiel".to_owned(), ..described("Two", &["sea", "ship"]) });
        assert_eq!(both, Described { city: "Kiel".to_owned(), ..described("One", &["sea", "ship"]) });
        assert_eq!(
            both.properties().iter().map(|p| format!("{}={}", p.key, p.value)).collect::<Vec<_>>(),
            ["title=One", "keywords=sea, ship", "city=Kiel"]
        );
    }

    #[test]
    fn the_text_keeps_where_each_piece_stood() {
        let (text, note) = described("Harbour", &["sea", "ship"]).text(100);
        let text = text.expect("a text");
        assert_eq!((text.text.as_str(), text.tool.as_str(), note), ("Harbour\nsea, ship", TOOL, None));
        let spans: Vec<_> = text.spans.iter().map(|s| (s.start, s.end, s.place.as_ref().expect("a place").name.as_str())).collect();
        assert_eq!(spans, [(0, 7, "title"), (8, 17, "keywords")]);
        assert_eq!(described("", &[]).text(100), (None, None));
        let (text, note) = described("Harbour", &[]).text(4);
        assert_eq!((text.expect("a text").text.as_str(), note.map(|n| n.code)), ("Harb", Some("text_cut".to_owned())));
    }

    #[test]
    fn values_are_cleaned_and_end() {
        let check = |value: &str, expected: &str| assert_eq!(clean(value), expected);
        check("  a\0b\r\nc\t ", "a b \nc");
        check(&"x".repeat(LONG_VALUE + 9), &"x".repeat(LONG_VALUE));
        check("\0\0", "");
    }
}
