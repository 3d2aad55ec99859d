//! Readable fakes of the ports, for fast tests. Beside each stands a test of the real thing in the full run.
//!
//! Not part of a shipped binary.

use crate::extract::files;
use crate::ports::{
    CallLimits, Cancel, Clock, Decode, DecodedFile, DecodedSound, Embedder, Following, Hint, Ids, Ocr, Ports, Space, Speech, SpeechCard,
    StageError, VectorIndex, Vectors, Watcher,
};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use winnow_contract::Words;
use winnow_contract::asset::{MediaKind, Property, RenditionKind, Span};
use winnow_contract::model::ProviderRow;
use winnow_contract::worker::{DecodeRequest, Decoded, DecodedText, HearRequest, Heard, OcrPage, OcrRequest, RenditionHead, SoundRequest};

/// Ports of fakes with a clock and ids of their own.
pub fn ports() -> Ports {
    Ports {
        decode: Arc::new(FakeDecode),
        ocr: Arc::new(FakeOcr::default()),
        speech: Arc::new(FakeSpeech),
        embedder: Arc::new(FakeEmbedder),
        vectors: Arc::new(FakeVectors::default()),
        watcher: Arc::new(FakeWatcher),
        clock: Arc::new(ManualClock::default()),
        ids: Arc::new(NumberedIds::default()),
    }
}

/// A clock that a test moves; each look at it takes a millisecond, so that no two events have the same time.
pub struct ManualClock(AtomicI64);

impl Default for ManualClock {
    fn default() -> Self {
        Self(AtomicI64::new(1_700_000_000_000))
    }
}

impl ManualClock {
    pub fn advance(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now_ms(&self) -> i64 {
        self.0.fetch_add(1, Ordering::SeqCst)
    }
}

/// Ids that count up, after a start that is different for each maker.
pub struct NumberedIds {
    maker: u64,
    next: AtomicU64,
}

impl Default for NumberedIds {
    fn default() -> Self {
        static MAKERS: AtomicU64 = AtomicU64::new(1);
        Self { maker: MAKERS.fetch_add(1, Ordering::SeqCst), next: AtomicU64::new(1) }
    }
}

impl Ids for NumberedIds {
    fn next(&self) -> String {
        let number = self.next.fetch_add(1, Ordering::SeqCst);
        format!("{:08x}-{:04x}-7000-8000-{number:012x}", std::process::id(), self.maker)
    }
}

/// Reads what a test wrote: the first line says what the file pretends to be.
///
/// `page` – a picture whose words are the rest; `faint` – one that is read with doubt; `lying` – one that lies on its side;
/// `unreadable` – one that is not read until the reader is mended; `refused`, `crash`, `panic`,
/// `late` – decoding ends so; `unknown`, `drawing` – no reader; `many` – partial; anything else – the whole is plain text.
pub struct FakeDecode;

impl Decode for FakeDecode {
    fn card(&self) -> &str {
        "fake decode 1"
    }

    fn decode(&self, request: &DecodeRequest, mut file: File, _: CallLimits, _: &Cancel) -> Result<DecodedFile, StageError> {
        let mut bytes = Vec::new();
        let read = file.read_to_end(&mut bytes);
        read.map_err(|error| StageError::Broken(Words::new("io_error").with("why", files::plain(&error))))?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
        match first {
            "lying" if request.turn == 90 => Ok(page(&text.replacen("lying", "page", 1))),
            "page" | "faint" | "lying" | "unreadable" => Ok(page(&text)),
            "refused" => Err(StageError::Broken(Words::new("damaged").with("why", "it says so"))),
            "crash" => Err(StageError::Crashed(Words::new("worker_lost"))),
            "late" => Err(StageError::Retry(Words::new("worker_unavailable").with("why", "it says so"))),
            "panic" => panic!("BUG: it says so"),
            "drawing" => Ok(DecodedFile { head: Decoded { unread: true, ..head(MediaKind::Image, "image/svg+xml") }, blob: Vec::new() }),
            "unknown" => {
                Ok(DecodedFile { head: Decoded { unread: true, ..head(MediaKind::Other, "application/x-unknown") }, blob: Vec::new() })
            }
            "many" => Ok(DecodedFile { head: Decoded { partial: true, ..plain(rest) }, blob: Vec::new() }),
            "" if bytes.is_empty() => Ok(DecodedFile { head: head(MediaKind::Empty, "application/x-empty"), blob: Vec::new() }),
            _ => Ok(DecodedFile { head: Decoded { properties: vec![extension(request)], ..plain(&text) }, blob: Vec::new() }),
        }
    }

    fn sound(&self, _: &SoundRequest, _: File, _: File, _: CallLimits, _: &Cancel) -> Result<DecodedSound, StageError> {
        Err(StageError::Broken(Words::new("damaged").with("why", "a fake hears nothing")))
    }
}

/// No speech model is installed.
pub struct FakeSpeech;

impl Speech for FakeSpeech {
    fn card(&self) -> Option<SpeechCard> {
        None
    }

    fn hear(&self, _: &HearRequest, _: File, _: CallLimits, _: &Cancel) -> Result<Heard, StageError> {
        Err(StageError::Missing("fake speech".into()))
    }
}

/// Counts letters: texts with the same letters lie close together.
pub struct FakeEmbedder;

impl Embedder for FakeEmbedder {
    fn space(&self) -> Option<Space> {
        Some(Space { card: "fake embed 1".into(), dimensions: 32 })
    }

    fn embed(&self, texts: &[String], _: CallLimits, _: &Cancel) -> Result<Vec<Vec<f32>>, StageError> {
        texts.iter().map(|text| self.embed_query(text)).collect()
    }

    fn embed_query(&self, text: &str) -> Result<Vec<f32>, StageError> {
        let mut vector = vec![0.0; 32];
        text.bytes().for_each(|byte| vector[usize::from(byte % 32)] += 1.0);
        let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt().max(1.0);
        Ok(vector.into_iter().map(|value| value / length).collect())
    }

    fn provider(&self) -> Option<ProviderRow> {
        None
    }
}

/// Indexes in memory, one for each folder; they outlive the engine, as files do.
#[derive(Default)]
pub struct FakeVectors(Mutex<BTreeMap<std::path::PathBuf, Arc<FakeIndex>>>);

impl Vectors for FakeVectors {
    fn open(&self, folder: &Path, _: u32) -> Result<Arc<dyn VectorIndex>, Words> {
        let mut indexes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(indexes.entry(folder.to_owned()).or_default()) as _)
    }
}

/// Compares with every vector.
#[derive(Default)]
pub struct FakeIndex(Mutex<BTreeMap<String, Vec<f32>>>);

impl FakeIndex {
    fn rows(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Vec<f32>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl VectorIndex for FakeIndex {
    fn put(&self, rows: &[(String, Vec<f32>)]) -> Result<(), Words> {
        self.rows().extend(rows.iter().cloned());
        Ok(())
    }

    fn remove(&self, chunks: &[String]) -> Result<(), Words> {
        chunks.iter().for_each(|chunk| drop(self.rows().remove(chunk)));
        Ok(())
    }

    fn nearest(&self, vector: &[f32], count: usize) -> Result<Vec<(String, f32)>, Words> {
        let cosine = |other: &[f32]| vector.iter().zip(other).map(|(one, other)| one * other).sum::<f32>();
        let mut rows: Vec<_> = self.rows().iter().map(|(chunk, other)| (chunk.clone(), cosine(other))).collect();
        rows.sort_by(|one, other| other.1.total_cmp(&one.1));
        rows.truncate(count);
        Ok(rows)
    }

    fn chunks(&self) -> Result<Vec<String>, Words> {
        Ok(self.rows().keys().cloned().collect())
    }

    fn len(&self) -> Result<usize, Words> {
        Ok(self.rows().len())
    }

    fn maintain(&self) -> Result<(), Words> {
        Ok(())
    }
}

/// Says nothing: folders are scanned.
pub struct FakeWatcher;

impl Watcher for FakeWatcher {
    fn follow(&self, _: &Path, _: Arc<dyn Fn(Hint) + Send + Sync>) -> Result<Box<dyn Following>, Words> {
        Ok(Box::new(Untold))
    }
}

struct Untold;

impl Following for Untold {
    fn is_told(&self) -> bool {
        false
    }
}

fn extension(request: &DecodeRequest) -> Property {
    Property { key: "extension".into(), value: request.extension.clone() }
}

fn head(kind: MediaKind, media_type: &str) -> Decoded {
    let media_type = media_type.to_owned();
    Decoded {
        kind,
        media_type,
        text: None,
        properties: Vec::new(),
        renditions: Vec::new(),
        notes: Vec::new(),
        partial: false,
        unread: false,
        refused: None,
    }
}

fn plain(text: &str) -> Decoded {
    let text = DecodedText { tool: "fake text 1".into(), text: text.to_owned(), spans: Vec::new() };
    Decoded { text: Some(text), ..head(MediaKind::Text, "text/plain") }
}

/// A picture whose pixels are its words: page and thumbnail hold the text itself.
fn page(text: &str) -> DecodedFile {
    let rendition =
        |kind| RenditionHead { kind, page: 1, media_type: "image/x-fake".into(), width: 100, height: 100, bytes: text.len() as u32 };
    let renditions = vec![rendition(RenditionKind::Page), rendition(RenditionKind::Thumbnail)];
    DecodedFile { head: Decoded { renditions, ..head(MediaKind::Image, "image/x-fake") }, blob: text.repeat(2).into_bytes() }
}

/// Reads the words of a fake picture; each stands on a line of its own, ten pixels high.
#[derive(Default)]
pub struct FakeOcr(AtomicBool);

impl FakeOcr {
    /// From now on `unreadable` pictures are read too.
    pub fn mend(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Ocr for FakeOcr {
    fn card(&self) -> &str {
        "fake ocr 1"
    }

    fn read(&self, request: &OcrRequest, image: &[u8], _: CallLimits, _: &Cancel) -> Result<OcrPage, StageError> {
        let text = String::from_utf8_lossy(image).into_owned();
        let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
        if first == "unreadable" && !self.0.load(Ordering::SeqCst) {
            return Err(StageError::Broken(Words::new("worker_timeout").with("seconds", 1)));
        }
        let confidence = if first == "faint" { 0.3 } else { 0.95 };
        let mut at = 0;
        let words = (0u32..).zip(rest.split_whitespace()).map(|(line, word)| {
            let start = at;
            at += word.chars().count() as u32 + 1;
            let rect = Some([0, line * 10, 50, 10]);
            Span { start, end: at - 1, page: Some(request.page), rect, t0: None, t1: None, confidence: Some(confidence) }
        });
        let words: Vec<Span> = words.collect();
        let text = rest.split_whitespace().collect::<Vec<_>>().join(" ");
        Ok(OcrPage {
            card: "fake ocr 1".into(),
            text,
            confidence: (!words.is_empty()).then_some(confidence),
            words,
            turned: if first == "lying" { 90 } else { 0 },
        })
    }
}

#[cfg(test)]
pub(crate) fn finding(topic: &str) -> crate::outcome::NewFinding {
    crate::outcome::NewFinding {
        id: format!("finding {topic}").as_str().into(),
        extraction: "extraction".into(),
        entity: "PHONE_NUMBER".into(),
        start: 0,
        end: 1,
        page: None,
        boxes: Vec::new(),
        score: 0.999,
        recogniser: "test".into(),
        value_hash: [topic.len() as u8; 32],
        severity: 0.5,
        ask: true,
        blocks: false,
        topic: Some(topic.into()),
    }
}
