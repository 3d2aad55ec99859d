//! What a recording says of itself: title, artist, album, and when it was recorded.
//!
//! Nothing else is kept, no pictures, and nothing is believed to be true.

use std::sync::Arc;
use symphonia::core::meta::{Metadata, MetadataRevision, StandardTag};
use winnow_contract::asset::Property;

/// Characters of a tag that are kept.
const LONGEST: usize = 500;

/// The tags that were found; the first of each counts.
#[derive(Default)]
pub struct Tags {
    title: Option<String>,
    artist: Option<String>,
    album: Option<String>,
    recorded: Option<String>,
}

impl Tags {
    /// All that was read so far.
    pub fn of(metadata: &mut Metadata) -> Self {
        let mut tags = Self::default();
        while let Some(revision) = metadata.pop() {
            tags.take(&revision);
        }
        if let Some(revision) = metadata.current() {
            tags.take(revision);
        }
        tags
    }

    /// In the order in which they are shown.
    pub fn properties(self) -> Vec<Property> {
        let named = [("title", self.title), ("artist", self.artist), ("album", self.album), ("recorded_at", self.recorded)];
        named.into_iter().filter_map(|(key, value)| Some(property(key, value?))).collect()
    }

    fn take(&mut self, revision: &MetadataRevision) {
        let tracks = revision.per_track.iter().flat_map(|track| &track.metadata.tags);
        for tag in revision.media.tags.iter().chain(tracks).filter_map(|tag| tag.std.as_ref()) {
            self.keep(tag);
        }
    }

    fn keep(&mut self, tag: &StandardTag) {
        match tag {
            StandardTag::TrackTitle(text) => set(&mut self.title, text),
            StandardTag::Artist(text) => set(&mut self.artist, text),
            StandardTag::Album(text) => set(&mut self.album, text),
            StandardTag::RecordingDate(text) => set(&mut self.recorded, text),
            StandardTag::RecordingYear(year) => set(&mut self.recorded, &Arc::new(year.to_string())),
            // Everything else is not asked about.
            _ => {}
        }
    }
}

/// A property with a name of ours.
pub fn property(key: &str, value: impl ToString) -> Property {
    Property { key: key.to_owned(), value: value.to_string() }
}

fn set(slot: &mut Option<String>, text: &Arc<String>) {
    let clean = clean(text);
    if slot.is_none() && !clean.is_empty() {
        *slot = Some(clean);
    }
}

/// One line without control characters.
fn clean(text: &str) -> String {
    let line: String = text.chars().map(|each| if each.is_control() { ' ' } else { each }).collect();
    line.trim().chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_one_short_line() {
        let check = |text: &str, expected: &str| assert_eq!(clean(text), expected);
        check("  Log of the keeper\n", "Log of the keeper");
        check("a\0b\u{1b}[31m", "a b [31m");
        check(&"ä".repeat(900), &"ä".repeat(500));
        check("\0\0", "");
    }

    #[test]
    fn the_first_of_each_counts() {
        let mut tags = Tags::default();
        let text = |text: &str| Arc::new(text.to_owned());
        tags.keep(&StandardTag::TrackTitle(text("  ")));
        tags.keep(&StandardTag::TrackTitle(text("Log")));
        tags.keep(&StandardTag::TrackTitle(text("Another")));
        tags.keep(&StandardTag::RecordingYear(1931));
        let shown: Vec<_> = tags.properties().into_iter().map(|property| (property.key, property.value)).collect();
        assert_eq!(shown, [("title".to_owned(), "Log".to_owned()), ("recorded_at".to_owned(), "1931".to_owned())]);
    }
}
