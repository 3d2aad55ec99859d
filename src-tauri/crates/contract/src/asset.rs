//! Assets and what was derived from them, as the window and the command line see them.
//!
//! All offsets into text are Unicode scalar values, half-open; boxes are `[x, y, width, height]` in pixels of the
//! page image; times are UTC milliseconds unless a field says seconds.

use crate::id::*;
use crate::review::{AnnotationRow, FindingRow, ItemKind};
use crate::words::Words;
use serde::{Deserialize, Serialize};

/// Declares a closed vocabulary: an enum with the one spelling used in SQL, JSON and on the command line.
#[macro_export]
macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant),* }

        impl $name {
            /// Every word, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// The spelling used in SQL, JSON and on the command line.
            pub fn as_str(self) -> &'static str { match self { $(Self::$variant => $text),* } }
            /// The word spelled so, if there is one.
            pub fn parse(text: &str) -> Option<Self> { match text { $($text => Some(Self::$variant),)* _ => None } }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }
    };
}

vocabulary! {
    /// What became of an asset.
    AssetState {
        /// Not read yet.
        Pending = "pending",
        /// Read completely.
        Ready = "ready",
        /// A limit was met: what was read is kept, a note says which.
        Partial = "partial",
        /// There is no reader for it yet.
        Unread = "unread",
        /// Needs a password, or is encrypted in a way that cannot be opened; the failure says which.
        Locked = "locked",
        /// No location is left.
        Missing = "missing",
        /// Could not be read, or was refused on its header.
        Failed = "failed",
    }
}

vocabulary! {
    /// What kind of content an asset is, by its bytes and not by its name.
    MediaKind {
        Text = "text",
        Table = "table",
        Web = "web",
        Image = "image",
        Pdf = "pdf",
        Office = "office",
        Mail = "mail",
        Archive = "archive",
        Sound = "sound",
        Video = "video",
        Empty = "empty",
        Other = "other",
    }
}

vocabulary! {
    /// What a rendition is for.
    RenditionKind {
        /// At most 352 pixels on its longer side.
        Thumbnail = "thumbnail",
        /// At most 1,600 pixels on its longer side: what the window shows first.
        Preview = "preview",
        /// The upright page at full size: what was read, and what boxes refer to.
        Page = "page",
        /// Sound as it was heard: 16 kHz, one channel, 16 bits, in a WAV file. Served in slices of at most 120 s.
        Sound = "sound",
        /// The loudest sample of every twentieth of a second, one byte each: what a player draws.
        Waveform = "waveform",
        /// A key frame of a film; its page is the second it stands at.
        Frame = "frame",
    }
}

/// `[x, y, width, height]` in pixels of the page image.
pub type PixelBox = [u32; 4];

/// One asset in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AssetRow {
    pub id: AssetId,
    /// File name for display, control characters escaped; of an earlier version of an edited file it says so.
    pub name: String,
    /// Display form of the first location, relative to its folder; of an earlier version the one that was taken over.
    pub path: String,
    pub folder: Option<FolderId>,
    pub kind: MediaKind,
    pub media_type: String,
    #[serde(with = "crate::asset::big")]
    pub bytes: i64,
    pub state: AssetState,
    pub failure: Option<Words>,
    pub thumbnail: Option<RenditionId>,
    /// How its text begins, at most 240 characters, when there is no picture of it.
    pub excerpt: Option<String>,
    /// Locations of the same content.
    pub copies: u32,
    /// Review items waiting on this asset.
    pub open_items: u32,
    /// A job of this asset is waiting or running.
    pub busy: bool,
    /// When the asset was first seen, UTC milliseconds.
    #[serde(with = "crate::asset::big")]
    pub added_at: i64,
    /// Answers to "what is it?" that are held to be true.
    #[serde(default)]
    pub labels: Vec<String>,
    /// What a model takes it for, when nobody has answered yet: the name of an answer, no probability.
    #[serde(default)]
    pub suggested: Option<String>,
    /// ISO 639-1 code of the language of its text or speech, when it was found out.
    #[serde(default)]
    pub language: Option<String>,
    /// Length of sound, in seconds.
    #[serde(default)]
    pub seconds: Option<f32>,
    /// The asset it was found in, when it is an attachment or a member of an archive.
    #[serde(default)]
    pub parent: Option<AssetId>,
    /// Assets that were found directly in it.
    #[serde(default)]
    pub members: u32,
    /// Pages, when it has pages.
    #[serde(default)]
    pub pages: Option<u32>,
}

/// A page of assets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AssetPage {
    pub rows: Vec<AssetRow>,
    /// Rows that match in all.
    pub total: u32,
}

/// Which assets a list or a search is about; an empty filter is all but earlier versions of edited files, which are among what
/// is missing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AssetFilter {
    pub state: Option<AssetState>,
    pub kind: Option<MediaKind>,
    pub label: Option<String>,
    pub folder: Option<FolderId>,
    /// Only assets with open review items.
    pub waiting: bool,
    /// ISO 639-1 code.
    pub language: Option<String>,
    /// Only assets with (or without) findings that were not rejected.
    pub has_findings: Option<bool>,
    /// Only files last changed at or after this day, `YYYY-MM-DD` (UTC).
    pub since: Option<String>,
    /// Only files last changed on or before this day, `YYYY-MM-DD` (UTC).
    pub until: Option<String>,
    /// Only what was found in this asset, at any depth, and the asset itself.
    pub inside: Option<AssetId>,
}

vocabulary! {
    /// The order of a list of assets.
    AssetSort { Newest = "newest", Oldest = "oldest", Name = "name", Kind = "kind", Size = "size", State = "state" }
}

/// Everything known about one asset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AssetDetail {
    pub row: AssetRow,
    /// BLAKE3 of the bytes in hexadecimal; none when they could never be read.
    pub hash: Option<String>,
    pub locations: Vec<LocationRow>,
    pub notes: Vec<Words>,
    pub properties: Vec<Property>,
    pub extractions: Vec<ExtractionView>,
    pub findings: Vec<FindingRow>,
    pub suggestions: Vec<SuggestionRow>,
    pub annotations: Vec<AnnotationRow>,
    pub renditions: Vec<RenditionRow>,
    /// Open review items of this asset, best first.
    pub open: Vec<(ReviewItemId, ItemKind)>,
    /// What was decided of the content that stood at this place before the file was edited.
    #[serde(default)]
    pub precedents: Vec<AnnotationRow>,
    /// What it was found in, the outermost first; empty for a file of its own.
    #[serde(default)]
    pub parents: Vec<MemberRow>,
    /// What was found directly in it, in the order of the container; at most 200, `row.members` says how many there are.
    #[serde(default)]
    pub members: Vec<MemberRow>,
    /// A password was given and is kept in memory: its pages can be shown.
    #[serde(default)]
    pub unlocked: bool,
    /// Other assets that are nearly the same, the oldest first; at most 50. Those that a person set apart are left out.
    #[serde(default)]
    pub alike: Vec<AlikeRow>,
    /// Other messages of the same thread, the oldest first; at most 200.
    #[serde(default)]
    pub thread: Vec<ThreadRow>,
}

/// A message of the thread in question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ThreadRow {
    pub asset: AssetId,
    /// Its subject; the name of its file when it has none.
    pub name: String,
    /// Who wrote it, as the message says.
    pub from: Option<String>,
    /// When it was written, RFC 3339.
    pub date: Option<String>,
    pub state: AssetState,
}

/// An asset that is nearly the same as the one in question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlikeRow {
    pub asset: AssetId,
    pub name: String,
    /// Full path for display.
    pub path: String,
    pub kind: MediaKind,
    pub state: AssetState,
    /// How alike, 0 to 100: shared runs of words of two texts, equal bits of the looks of two pictures.
    pub percent: u32,
}

/// An asset in the tree of what was found in what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemberRow {
    pub asset: AssetId,
    /// Its name there, control characters escaped.
    pub name: String,
    pub kind: MediaKind,
    pub state: AssetState,
    #[serde(with = "crate::asset::big")]
    pub bytes: i64,
    /// Assets that were found directly in it.
    pub members: u32,
}

/// A page of members.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MemberPage {
    pub rows: Vec<MemberRow>,
    pub total: u32,
}

/// Where an asset's bytes are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LocationRow {
    pub id: LocationId,
    pub folder: FolderId,
    /// Full path for display, control characters escaped.
    pub path: String,
    #[serde(with = "crate::asset::big")]
    pub first_seen: i64,
    #[serde(with = "crate::asset::big")]
    pub last_seen: i64,
    /// Since when it is gone, if it is.
    pub missing: bool,
}

/// A fact read out of a file (EXIF date, pixel size, title, encoding …), as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Property {
    /// `width`, `height`, `taken_at`, `camera`, `latitude`, `longitude`, `orientation`, `title`, `encoding`, `rows` …
    pub key: String,
    pub value: String,
}

/// A stretch of extracted text and where it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Span {
    pub start: u32,
    pub end: u32,
    /// Page number from 1, when the text stands on a page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    #[serde(default, rename = "box", skip_serializing_if = "Option::is_none")]
    pub rect: Option<PixelBox>,
    /// Seconds from the start, for sound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub t0: Option<f32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub t1: Option<f32>,
    /// 0..1, when the reader gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f32>,
    /// Where it stands in a document without pages, as its format names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// A person wrote this in the place of what was read or heard; no reader is sure of it or not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub corrected: bool,
}

/// A place in a document without pages: what it is in, and where there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub part: PartKind,
    /// Its own name or number as the document gives it: `Accounts 1931!B7`, `3`, the author of a comment; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
}

impl Place {
    /// Where that is: `Accounts 1931!B7`, `slide 3`, `comment by Anna`. None for the body, which needs no saying.
    pub fn words(&self) -> Option<Words> {
        let code = format!("place_{}", self.part);
        match self.part {
            PartKind::Body => None,
            _ if self.name.is_empty() => Some(Words::new(&format!("{code}_alone"))),
            PartKind::Property => Some(Words::new(&code).with("name", self.name.replace('_', " "))),
            _ => Some(Words::new(&code).with("name", &self.name)),
        }
    }
}

vocabulary! {
    /// What a stretch of a document without pages is in.
    PartKind {
        /// The body of a document or of a message.
        Body = "body",
        Heading = "heading",
        /// A table in a text; its name is the number, from 1.
        Table = "table",
        /// A cell of a sheet, as `Sheet!B7`.
        Cell = "cell",
        /// The same on a sheet that is hidden.
        HiddenCell = "hidden_cell",
        /// A slide by number, from 1.
        Slide = "slide",
        /// The same of a slide that is hidden.
        HiddenSlide = "hidden_slide",
        /// Speaker's notes on the slide of this number.
        SlideNotes = "slide_notes",
        /// A comment, by its author.
        Comment = "comment",
        /// Text that a tracked change put in, by its author.
        Inserted = "inserted",
        /// Text that a tracked change took out, by its author.
        Deleted = "deleted",
        Footnote = "footnote",
        Header = "header",
        Footer = "footer",
        /// A header of a message, by its name.
        MailHeader = "mail_header",
        /// A chapter of a book, by its number, from 1.
        Chapter = "chapter",
        /// An annotation on a page.
        Annotation = "annotation",
        /// Text that stands only in alternatives or descriptions of pictures.
        Description = "description",
        /// A row of a table file, by its number, from 1.
        Row = "row",
        /// Text that its author made invisible.
        HiddenText = "hidden_text",
        /// No part of the text: a property of the file, by its key.
        Property = "property",
    }
}

/// Text taken out of an asset. The window gets at most 200,000 characters of all texts together; `characters` says how many there
/// are, and `GetTexts` has the rest page by page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExtractionView {
    pub id: ExtractionId,
    pub tool: String,
    pub text: String,
    pub characters: u32,
    pub confidence: Option<f32>,
    pub spans: Vec<Span>,
    /// The page it was read from, from 1; 0 when it is of the whole.
    #[serde(default)]
    pub page: u32,
}

/// What a model proposes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SuggestionRow {
    pub id: SuggestionId,
    pub question: String,
    pub answer: String,
    pub score: f32,
    /// True when `score` is a measured probability.
    pub calibrated: bool,
    pub card: String,
}

/// A derived picture or sound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RenditionRow {
    pub id: RenditionId,
    pub kind: RenditionKind,
    pub page: u32,
    pub media_type: String,
    /// Pixels; 0 for sound.
    pub width: u32,
    pub height: u32,
}

/// 64-bit numbers travel as strings, for JavaScript loses them above 2^53.
pub mod big {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(number: &i64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(number)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// The same for a number that may be missing.
pub mod big_option {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(number: &Option<i64>, serializer: S) -> Result<S::Ok, S::Error> {
        match number {
            Some(number) => serializer.collect_str(number),
            None => serializer.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
        Option::<String>::deserialize(deserializer)?.map(|text| text.parse().map_err(D::Error::custom)).transpose()
    }
}
