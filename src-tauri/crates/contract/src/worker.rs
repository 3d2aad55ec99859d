//! What the engine's parent process and `winnow-worker` say to each other.
//!
//! A frame is `[u32 LE header length][u32 LE blob length][header: JSON][blob]`. A request travels parent → worker, an
//! answer back, one at a time. A file reaches the decoder as a descriptor beside the request (SCM_RIGHTS), never as a path.

use crate::asset::{MediaKind, Property, RenditionKind, Span};
use crate::vocabulary;
use crate::words::Words;
use serde::{Deserialize, Serialize};

/// A header above this is not read.
pub const MAX_HEADER: u32 = 64 << 20;
/// A blob above this is not read.
pub const MAX_BLOB: u32 = 256 << 20;

vocabulary! {
    /// What a worker process is for; one role each.
    Role { Decode = "decode", Ocr = "ocr", Speech = "speech", Embed = "embed" }
}

/// Parent → worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Work {
    /// Which tool and version are you? Answered by `Ready`.
    Hello,
    /// Decode the attached descriptor. The blob is empty.
    Decode(DecodeRequest),
    /// Draw one page of the attached document.
    Page(PageRequest),
    /// Write what is in the attached container into the second descriptor, one member behind the other.
    Expand(ExpandRequest),
    /// Read the page image in the blob.
    Ocr(OcrRequest),
    /// Decode the recording in the first attached descriptor into the second. The blob is empty.
    Sound(SoundRequest),
    /// Load these models; the first request of a role that needs some. Answered by `Loaded`.
    Load(ModelFiles),
    /// Write down what is said in a stretch of the attached 16 kHz WAV file.
    Hear(HearRequest),
    /// Embed texts.
    Embed { texts: Vec<String> },
    /// Answer requests on the attached socket too, at the same time, with the same models: for a person who waits.
    Attach,
}

/// Worker → parent. The kind comes first, for a long answer that has it among its fields is read twice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The tool with its version, e.g. `tesseract 5.3.0 eng`.
    Ready {
        card: String,
        /// What holds the process back; none for a role that says nothing of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        confinement: Option<Confinement>,
    },
    /// Renditions lie in the blob, one after the other.
    Decoded(Decoded),
    /// The page lies in the blob.
    Paged(RenditionHead),
    Expanded(Expanded),
    Read(OcrPage),
    /// The waveform lies in the blob: the loudest sample of every twentieth of a second, one byte each.
    Sounded(Sounded),
    Loaded(Loaded),
    Heard(Heard),
    /// `count` vectors of `dimensions` 32-bit floats (little endian, unit length) lie in the blob, in the order of the texts.
    Embedded {
        count: u32,
        dimensions: u32,
    },
    Attached,
    /// This input cannot be done; the worker lives on.
    Refused {
        reason: Words,
    },
    /// A model or its data is not installed.
    Missing {
        card: String,
    },
}

/// Limits of one decoding; every one ends in a named state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecodeLimits {
    /// Pixels of a picture as its header announces them; above it, refused.
    #[serde(with = "crate::asset::big")]
    pub pixels: i64,
    /// Memory a picture decoder may allocate, in bytes.
    #[serde(with = "crate::asset::big")]
    pub picture_bytes: i64,
    /// Bytes of a file that is decoded; above it text is cut and pictures are refused.
    #[serde(with = "crate::asset::big")]
    pub file_bytes: i64,
    /// Unicode scalar values of text that are kept.
    pub text_chars: u32,
    /// Pixels of the page image; a larger picture is reduced.
    #[serde(with = "crate::asset::big")]
    pub page_pixels: i64,
    pub preview_side: u32,
    pub thumbnail_side: u32,
    /// Pages that are read; of a longer document the first ones.
    pub pages: u32,
    /// Cells of a workbook that are read.
    pub cells: u32,
    /// How deeply the elements of an XML file, or the parts of a message, may be nested.
    pub nesting: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DecodeRequest {
    /// Lower-case extension of the name, without dot; a hint between text formats and for `type_differs` only.
    pub extension: String,
    #[serde(with = "crate::asset::big")]
    pub bytes: i64,
    pub limits: DecodeLimits,
    /// By how much a picture is turned clockwise after its own orientation: 0, 90, 180 or 270.
    #[serde(default)]
    pub turn: u32,
    /// What a person typed to open it. Never written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Password>,
}

/// A password; not shown where requests are shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Password(pub String);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password")
    }
}

/// What came out of the bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decoded {
    pub kind: MediaKind,
    pub media_type: String,
    /// Text with positions: one of the whole (page 0), or one for each page that has a text of its own. None for pictures.
    pub texts: Vec<DecodedText>,
    /// The pages of a document that has some, in order. Their pictures are drawn when they are wanted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pages: Vec<PageHead>,
    /// There are attachments or members in it: worth expanding.
    #[serde(default)]
    pub has_members: bool,
    /// 64 bits that are alike for pictures that look alike; in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look: Option<String>,
    pub properties: Vec<Property>,
    /// Lengths and sizes of the pictures in the blob, in order.
    pub renditions: Vec<RenditionHead>,
    pub notes: Vec<Words>,
    /// A limit was met; a note says which.
    pub partial: bool,
    /// There is no reader for this kind.
    pub unread: bool,
    /// Why it was not decoded although its kind is known: refused on its header, or damaged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Words>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DecodedText {
    /// From 1; 0 when the text is of the whole.
    #[serde(default)]
    pub page: u32,
    /// e.g. `text 1`, `html 1`: the reader and its version.
    pub tool: String,
    pub text: String,
    /// Empty, or stretches with a place of their own.
    pub spans: Vec<Span>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenditionHead {
    pub kind: RenditionKind,
    pub page: u32,
    pub media_type: String,
    pub width: u32,
    pub height: u32,
    pub bytes: u32,
}

/// A page of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageHead {
    /// From 1.
    pub number: u32,
    /// Size of its picture in pixels at the scale that boxes refer to ([`PAGE_DPI`] for documents with a size on paper).
    pub width: u32,
    pub height: u32,
    /// Its text layer is missing, garbled or only a stamp: the words have to be read off its picture.
    pub needs_ocr: bool,
}

/// Variable of the decoder's environment that names the library for PDF documents; without it they are not read.
pub const PDF_LIBRARY: &str = "WINNOW_PDFIUM";

/// Variable of the decoder's environment that names the model for kinds of content and the library that runs it:
/// [`ModelFiles`] as JSON. Without it such content is told by bytes, structure and name alone.
pub const KIND_MODEL: &str = "WINNOW_KIND_MODEL";

/// Dots per inch of the page pictures that boxes refer to.
pub const PAGE_DPI: u32 = 150;

/// Which page to draw, and how large.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageRequest {
    pub extension: String,
    #[serde(with = "crate::asset::big")]
    pub bytes: i64,
    /// From 1.
    pub page: u32,
    /// Times the size that [`PageHead`] gives: 1 to look at, 2 to read from. A picture that was never larger stays as it is.
    pub scale: u32,
    pub limits: DecodeLimits,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Password>,
}

/// Limits of one container; every one ends in a named state, with what was found until then kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpandLimits {
    /// Members in all.
    pub entries: u32,
    /// Bytes of all members together.
    #[serde(with = "crate::asset::big")]
    pub total_bytes: i64,
    /// Times its own size that a container may grow, once it has grown by 10 MB.
    pub ratio: u32,
    /// Bytes written before the worker stops and says where to go on, for containers that can be gone on with (mbox).
    #[serde(with = "crate::asset::big")]
    pub slice_bytes: i64,
    /// Levels of multipart in a message.
    pub nesting: u32,
}

/// Take members out of a container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpandRequest {
    pub extension: String,
    #[serde(with = "crate::asset::big")]
    pub bytes: i64,
    /// Where the last answer stopped; 0 at first.
    #[serde(with = "crate::asset::big")]
    pub from: i64,
    /// Only this member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<Vec<u8>>,
    pub limits: ExpandLimits,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Password>,
}

/// What was found in a container, in its order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Expanded {
    pub members: Vec<Member>,
    /// There is more: ask again with this as `from`.
    #[serde(default, with = "crate::asset::big_option")]
    pub next: Option<i64>,
    /// A limit was met or the container is damaged; a note says which.
    pub partial: bool,
    pub notes: Vec<Words>,
}

/// A member: where it is in the container, and where its bytes lie in the second descriptor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Finds it again in the same container, and nothing else: `number/name as bytes`, e.g. `12/dir/file.txt`.
    pub locator: Vec<u8>,
    /// Its name for display, control characters and directions escaped, without a leading number.
    pub display: String,
    #[serde(with = "crate::asset::big")]
    pub offset: i64,
    #[serde(with = "crate::asset::big")]
    pub bytes: i64,
    /// When it was last changed as the container says, nanoseconds since 1970; 0 when it does not say.
    #[serde(with = "crate::asset::big")]
    pub mtime_ns: i64,
}

/// What holds a worker process back, as it found when it started. What the system lacks is named in `lacking`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confinement {
    /// It can gain no new privileges.
    pub no_new_privileges: bool,
    /// Version of Landlock in force; 0 when there is none.
    pub landlock: u32,
    /// System calls are filtered: no sockets, no programs, no tracing.
    pub seccomp: bool,
    /// Limits on memory, file size and descriptors are set.
    pub limits: bool,
    pub lacking: Vec<Words>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OcrRequest {
    pub page: u32,
    /// Tesseract's language codes, e.g. `eng` or `eng+deu`.
    pub languages: String,
}

/// A page as it was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OcrPage {
    pub card: String,
    /// Words parted by spaces, lines by `\n`, blocks by a blank line.
    pub text: String,
    /// One span per word, with page, box and confidence. Boxes are in pixels of the page image as it was handed in.
    pub words: Vec<Span>,
    /// Mean word confidence, 0..1; none without words.
    pub confidence: Option<f32>,
    /// By how much the page had to be turned clockwise to be read: 0, 90, 180 or 270.
    pub turned: u32,
}

/// Samples a second of every sound after decoding; one channel of 16 bits.
pub const SAMPLE_RATE: u32 = 16_000;
/// Bytes of a waveform for one second of sound.
pub const WAVEFORM_RATE: u32 = 20;
/// Bytes before the first sample in the WAV files that a decoder writes.
pub const WAV_HEADER: u32 = 44;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoundRequest {
    /// Lower-case extension of the name, without dot; a hint only.
    pub extension: String,
    /// Longer recordings are cut here, with a note.
    pub max_seconds: u32,
}

/// A recording as it was decoded into the second descriptor: a WAV file of 16 kHz, one channel, 16 bits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sounded {
    pub seconds: f64,
    /// Codec, channels, sample rate, title, artist …
    pub properties: Vec<Property>,
    pub notes: Vec<Words>,
    /// A limit was met or the file is cut; a note says which.
    pub partial: bool,
}

/// Model files by the name their card gives them. Paths are absolute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelFiles {
    /// Id of the card with its version.
    pub card: String,
    pub files: Vec<(String, String)>,
    pub threads: u32,
    /// Providers to try, the best first, e.g. `["cuda", "webgpu", "cpu"]`; the CPU is always tried last.
    pub providers: Vec<String>,
    /// Tokens a text is cut at; for embedding.
    pub max_tokens: u32,
}

/// Models are loaded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Loaded {
    pub card: String,
    /// Length of a vector; 0 when it makes none.
    pub dimensions: u32,
    /// What it runs on, for models that can choose.
    pub provider: Option<crate::model::ProviderRow>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HearRequest {
    /// Seconds from the start of the recording.
    pub from: f64,
    /// Stop at the last silence before this many seconds were listened to; the end of the recording ends it too.
    pub at_most: f64,
    /// ISO 639-1; none lets the model find out.
    pub language: Option<String>,
    /// Languages the card covers; another one is reported, not written down. Empty: all.
    pub languages: Vec<String>,
}

/// What was heard in a stretch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    pub segments: Vec<Segment>,
    /// The language and how sure the model is of it, 0..1; none when nobody speaks.
    pub language: Option<(String, f32)>,
    /// The language is not one of those the card covers, so nothing was written down.
    pub not_covered: bool,
    /// Listened up to here, in seconds from the start of the recording.
    pub until: f64,
    /// The recording ends here.
    pub at_end: bool,
    /// Seconds of speech among them.
    pub speech: f64,
    /// Invented repetitions that were left out.
    pub discarded: u32,
}

/// A sentence or so of speech.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// Seconds from the start of the recording.
    pub t0: f64,
    pub t1: f64,
    pub text: String,
    /// Words with their times and probabilities, in order; together they are the text.
    pub words: Vec<HeardWord>,
}

/// A word as it was heard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeardWord {
    pub text: String,
    pub t0: f64,
    pub t1: f64,
    /// Geometric mean of its tokens' probabilities, 0..1.
    pub probability: f32,
}
