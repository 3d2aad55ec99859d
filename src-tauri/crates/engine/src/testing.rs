//! Readable fakes of the ports, for fast tests. Beside each stands a test of the real thing in the full run.
//!
//! Not part of a shipped binary.

use crate::extract::files;
use crate::ports::{CallLimits, Cancel, Clock, Decode, DecodedFile, Ids, Ocr, Ports, StageError};
use std::fs::File;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use winnow_contract::Words;
use winnow_contract::asset::{MediaKind, Property, RenditionKind, Span};
use winnow_contract::worker::{DecodeRequest, Decoded, DecodedText, OcrPage, OcrRequest, RenditionHead};

/// Ports of fakes with a clock and ids of their own.
pub fn ports() -> Ports {
    Ports {
        decode: Arc::new(FakeDecode),
        ocr: Arc::new(FakeOcr::default()),
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
