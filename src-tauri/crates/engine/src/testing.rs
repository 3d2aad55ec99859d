//! Readable fakes of the ports, for fast tests. Beside each stands a test of the real thing in the full run.
//!
//! Not part of a shipped binary.

pub mod documents;

use crate::extract::files;
use crate::ports::{
    CallLimits, Cancel, Clock, Decode, DecodedFile, DecodedSound, DrawnPage, Embedder, FilmFrame, Following, Hint, Ids, Ocr, Ports, Space,
    Speech, SpeechCard, StageError, VectorIndex, Vectors, Watcher,
};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use winnow_contract::Words;
use winnow_contract::asset::{MediaKind, Property, RenditionKind, Span};
use winnow_contract::model::ProviderRow;
use winnow_contract::worker::{
    Confinement, DecodeRequest, Decoded, DecodedText, ExpandRequest, Expanded, HearRequest, Heard, HeardWord, OcrPage, OcrRequest,
    PageRequest, RenditionHead, SAMPLE_RATE, Segment, SoundRequest, Sounded, WAV_HEADER, WAVEFORM_RATE,
};

/// Ports of fakes with a clock and ids of their own.
pub fn ports() -> Ports {
    Ports {
        decode: Arc::new(FakeDecode),
        ocr: Arc::new(FakeOcr::default()),
        speech: Arc::new(FakeSpeech::default()),
        embedder: Arc::new(FakeEmbedder::default()),
        vectors: Arc::new(FakeVectors::default()),
        watcher: Arc::new(FakeWatcher::default()),
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
/// `page` – a picture whose words are the rest; `looks` and 16 hexadecimal digits – one that looks so; `faint` – one that is read with doubt; `lying` – one that lies on its side;
/// `sound` – a recording whose script is the rest (see [`FakeSpeech`]), `sound damaged` – one that cannot be decoded,
/// `sound cut` – one that ends too early; `unreadable` – a picture that is not read until the reader is mended; `refused`, `crash`, `panic`,
/// `late` – decoding ends so; `unknown`, `drawing` – no reader; `undrawn` – a picture without pixels, whose words are the rest; `many` – partial; containers, documents with pages and films as in
/// [`documents`]; anything else – the whole is plain text.
pub struct FakeDecode;

impl Decode for FakeDecode {
    fn card(&self) -> &str {
        "fake decode 1"
    }

    fn decode(&self, request: &DecodeRequest, file: File, _: CallLimits, _: &Cancel) -> Result<DecodedFile, StageError> {
        let bytes = all(file)?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
        if let Some(document) = documents::decode(first, rest, &bytes, request) {
            return document;
        }
        match first {
            "sound" | "sound damaged" | "sound cut" => Ok(DecodedFile { head: head(MediaKind::Sound, "audio/x-fake"), blob: Vec::new() }),
            "lying" if request.turn == 90 => Ok(page(&text.replacen("lying", "page", 1))),
            "page" | "faint" | "lying" | "unreadable" => Ok(page(&text)),
            "refused" => Err(StageError::Broken(Words::new("damaged").with("why", "it says so"))),
            "crash" => Err(StageError::Crashed(Words::new("worker_lost"))),
            "late" => Err(StageError::Retry(Words::new("worker_unavailable").with("why", "it says so"))),
            "panic" => panic!("BUG: it says so"),
            "drawing" => Ok(DecodedFile { head: Decoded { unread: true, ..head(MediaKind::Image, "image/svg+xml") }, blob: Vec::new() }),
            "undrawn" => Ok(DecodedFile { head: Decoded { partial: true, kind: MediaKind::Image, ..plain(rest) }, blob: Vec::new() }),
            "unknown" => {
                Ok(DecodedFile { head: Decoded { unread: true, ..head(MediaKind::Other, "application/x-unknown") }, blob: Vec::new() })
            }
            "many" => Ok(DecodedFile { head: Decoded { partial: true, ..plain(rest) }, blob: Vec::new() }),
            _ if first.starts_with("looks ") => Ok(looking(first, &text)),
            "" if bytes.is_empty() => Ok(DecodedFile { head: head(MediaKind::Empty, "application/x-empty"), blob: Vec::new() }),
            _ => Ok(DecodedFile { head: Decoded { properties: vec![extension(request)], ..plain(&text) }, blob: Vec::new() }),
        }
    }

    fn sound(&self, request: &SoundRequest, file: File, mut into: File, _: CallLimits, _: &Cancel) -> Result<DecodedSound, StageError> {
        let text = String::from_utf8_lossy(&all(file)?).into_owned();
        let (first, script) = text.split_once('\n').unwrap_or((&text, ""));
        if first == "sound damaged" {
            return Err(StageError::Broken(Words::new("damaged").with("why", "it says so")));
        }
        if let Some(error) = documents::unheard(first) {
            return Err(error);
        }
        let seconds = script.lines().filter_map(said).map(|line| line.t1).fold(0.0, f64::max).min(f64::from(request.max_seconds));
        let (partial, channels) = (first == "sound cut", Property { key: "channels".into(), value: "1".into() });
        into.write_all(&[&[b'.'; WAV_HEADER as usize], script.as_bytes()].concat()).map_err(unreadable)?;
        let samples = ((seconds * f64::from(SAMPLE_RATE)) as u64 * 2).max(script.len() as u64);
        into.set_len(u64::from(WAV_HEADER) + samples).map_err(unreadable)?;
        let notes = partial.then(|| Words::new("sound_cut")).into_iter().collect();
        let waveform = vec![1; (seconds * f64::from(WAVEFORM_RATE)) as usize];
        Ok(DecodedSound { head: Sounded { seconds, properties: vec![channels], notes, partial }, waveform })
    }

    fn page(&self, request: &PageRequest, file: File, _: CallLimits, _: &Cancel) -> Result<DrawnPage, StageError> {
        documents::page(&String::from_utf8_lossy(&all(file)?), request)
    }

    fn expand(&self, request: &ExpandRequest, file: File, mut into: File, _: CallLimits, _: &Cancel) -> Result<Expanded, StageError> {
        let (expanded, taken) = documents::expand(&all(file)?, request)?;
        into.write_all(&taken).map_err(unreadable)?;
        Ok(expanded)
    }

    fn frames(&self, _: u32, file: File, _: CallLimits, _: &Cancel) -> Result<Vec<FilmFrame>, StageError> {
        Ok(documents::frames(&String::from_utf8_lossy(&all(file)?)))
    }

    fn confinement(&self) -> Option<Confinement> {
        None
    }
}

fn unreadable(error: std::io::Error) -> StageError {
    StageError::Broken(Words::new("io_error").with("why", files::plain(&error)))
}

/// The bytes of a file.
fn all(mut file: File) -> Result<Vec<u8>, StageError> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

/// A line of a script: `t0 t1 probability words …`.
fn said(line: &str) -> Option<Segment> {
    let mut parts = line.splitn(4, ' ');
    let (t0, t1, probability) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let text = parts.next()?.to_owned();
    let count = text.split_whitespace().count().max(1) as f64;
    let word = |(at, word): (u32, &str)| {
        let of = |at: u32| t0 + (t1 - t0) * f64::from(at) / count;
        HeardWord { text: word.to_owned(), t0: of(at), t1: of(at + 1), probability }
    };
    let words = (0u32..).zip(text.split_whitespace()).map(word).collect();
    Some(Segment { t0, t1, text, words })
}

/// Hears what a script says at its times: a line is `t0 t1 probability words …`, or `t0 language cy` from where on a language
/// is spoken that is not covered, or `t0 repeats 2` where phrases were invented.
#[derive(Default)]
pub struct FakeSpeech {
    missing: AtomicBool,
    shouting: AtomicBool,
    heard: AtomicU32,
}

impl FakeSpeech {
    /// A library without a speech model; `install` brings it.
    pub fn missing() -> Self {
        Self { missing: AtomicBool::new(true), ..Self::default() }
    }

    pub fn install(&self) {
        self.missing.store(false, Ordering::SeqCst);
    }

    /// Another model is installed, or the first one again: it writes everything in capital letters.
    pub fn shout(&self, shouting: bool) {
        self.shouting.store(shouting, Ordering::SeqCst);
    }

    /// How many stretches were heard.
    pub fn heard(&self) -> u32 {
        self.heard.load(Ordering::SeqCst)
    }
}

impl Speech for FakeSpeech {
    fn card(&self) -> Option<SpeechCard> {
        let card = if self.shouting.load(Ordering::SeqCst) { "fake speech 2" } else { "fake speech 1" };
        (!self.missing.load(Ordering::SeqCst)).then(|| SpeechCard { card: card.into(), languages: vec!["en".into()] })
    }

    fn hear(&self, request: &HearRequest, mut sound: File, _: CallLimits, _: &Cancel) -> Result<Heard, StageError> {
        self.heard.fetch_add(1, Ordering::SeqCst);
        let mut bytes = Vec::new();
        sound.read_to_end(&mut bytes).map_err(|error| StageError::Broken(Words::new("io_error").with("why", files::plain(&error))))?;
        let bytes = bytes.get(WAV_HEADER as usize..).unwrap_or_default();
        let seconds = bytes.len() as f64 / f64::from(2 * SAMPLE_RATE);
        let script: Vec<u8> = bytes.iter().copied().take_while(|byte| *byte != 0).collect();
        let script = String::from_utf8_lossy(&script).into_owned();
        let script = if self.shouting.load(Ordering::SeqCst) { script.to_uppercase() } else { script };
        let until = (request.from + request.at_most).min(seconds);
        let here = |at: f64| at >= request.from && at < until;
        let segments: Vec<_> = script.lines().filter_map(said).filter(|segment| here(segment.t0)).collect();
        let sign = |word: &str| {
            let parts = script.lines().map(|line| line.split(' ').collect::<Vec<_>>());
            let mut found = parts.filter(|parts| parts.len() == 3 && parts[1] == word && parts[0].parse().is_ok_and(here));
            found.next().map(|parts| parts[2].to_owned())
        };
        let foreign = sign("language");
        let speech = segments.iter().map(|segment| segment.t1 - segment.t0).sum();
        let language = foreign.clone().or((!segments.is_empty()).then(|| "en".to_owned())).map(|language| (language, 0.9));
        Ok(Heard {
            segments: if foreign.is_some() { Vec::new() } else { segments },
            language,
            not_covered: foreign.is_some(),
            until,
            at_end: until >= seconds,
            speech,
            discarded: sign("repeats").and_then(|count| count.parse().ok()).unwrap_or(0),
        })
    }
}

/// A bag of words, each of them in a direction of its own, and a few that mean the same: unrelated texts are about at right
/// angles. What it does can be changed while it is used.
#[derive(Default)]
pub struct FakeEmbedder {
    /// None: the first card. Empty: no model is installed.
    card: Mutex<Option<String>>,
    broken: AtomicBool,
    texts: AtomicU64,
    calls: AtomicU64,
}

/// Words that mean the same to the fake model.
const ALIKE: &[&[&str]] =
    &[&["ship", "ships", "vessel", "vessels", "boat", "boats"], &["storm", "gale", "tempest"], &["flood", "flooded", "soaked", "water"]];
const DIMENSIONS: u32 = 256;

impl FakeEmbedder {
    /// Another model is installed.
    pub fn install(&self, card: &str) {
        *self.card.lock().unwrap_or_else(PoisonError::into_inner) = Some(card.to_owned());
    }

    /// No model is installed any more.
    pub fn remove(&self) {
        self.install("");
    }

    /// Every call fails from now on, or works again.
    pub fn set_broken(&self, broken: bool) {
        self.broken.store(broken, Ordering::SeqCst);
    }

    /// Texts that were embedded so far, questions left out.
    pub fn texts(&self) -> u64 {
        self.texts.load(Ordering::SeqCst)
    }

    /// Calls that embedded them.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::SeqCst)
    }

    fn ask(&self) -> Result<(), StageError> {
        if self.space().is_none() {
            return Err(StageError::Missing("fake embed".into()));
        }
        match self.broken.load(Ordering::SeqCst) {
            true => Err(StageError::Broken(Words::new("worker_timeout").with("seconds", 1))),
            false => Ok(()),
        }
    }
}

impl Embedder for FakeEmbedder {
    fn space(&self) -> Option<Space> {
        let card = self.card.lock().unwrap_or_else(PoisonError::into_inner).clone().unwrap_or_else(|| "fake embed 1".into());
        (!card.is_empty()).then_some(Space { card, dimensions: DIMENSIONS })
    }

    fn embed(&self, texts: &[String], _: CallLimits, _: &Cancel) -> Result<Vec<Vec<f32>>, StageError> {
        self.ask()?;
        self.calls.fetch_add(1, Ordering::SeqCst);
        self.texts.fetch_add(texts.len() as u64, Ordering::SeqCst);
        Ok(texts.iter().map(|text| bag(text)).collect())
    }

    fn embed_query(&self, text: &str) -> Result<Vec<f32>, StageError> {
        self.ask()?;
        Ok(bag(text))
    }

    fn provider(&self) -> Option<ProviderRow> {
        None
    }
}

/// The sum of the directions of a text's words, at unit length. Even no words have a direction.
fn bag(text: &str) -> Vec<f32> {
    let mut sum = vec![0.0f32; DIMENSIONS as usize];
    let mut words: Vec<String> = text.split(|at: char| !at.is_alphanumeric()).flat_map(meant).collect();
    words.resize(words.len().max(1), String::new());
    for word in &words {
        let bits = blake3::hash(word.as_bytes());
        let sign = |at: usize| if bits.as_bytes()[at / 8] >> (at % 8) & 1 == 1 { 1.0 } else { -1.0 };
        sum.iter_mut().enumerate().for_each(|(at, value)| *value += sign(at));
    }
    let length = sum.iter().map(|value| value * value).sum::<f32>().sqrt().max(1.0);
    sum.into_iter().map(|value| value / length).collect()
}

/// The word that stands for all that mean the same. A word of nothing but `a`, `m` and `z` is the letters it is made of, so
/// that a test can mix texts as it likes.
fn meant(word: &str) -> Vec<String> {
    let word = word.to_lowercase();
    if word.chars().all(|letter| matches!(letter, 'a' | 'm' | 'z')) {
        return word.chars().map(String::from).collect();
    }
    vec![ALIKE.iter().find(|alike| alike.contains(&word.as_str())).map_or(word, |alike| alike[0].to_owned())]
}

/// Indexes that outlive the program as files do: each keeps a log of what it was told in its folder. A test may plan failures.
#[derive(Default)]
pub struct FakeVectors {
    open: Mutex<BTreeMap<std::path::PathBuf, Arc<FakeIndex>>>,
    failures: Arc<AtomicU64>,
}

impl FakeVectors {
    /// The next so many calls that write fail.
    pub fn fail(&self, times: u64) {
        self.failures.store(times, Ordering::SeqCst);
    }
}

const LOG: &str = "told";

impl Vectors for FakeVectors {
    fn open(&self, folder: &Path, _: u32) -> Result<Arc<dyn VectorIndex>, Words> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if !folder.join(LOG).is_file() {
            open.remove(folder);
            let made = fs_err::create_dir_all(folder).and_then(|()| fs_err::write(folder.join(LOG), ""));
            made.map_err(|error| Words::new("io_error").with("why", files::plain(&error)))?;
        }
        let fresh = || {
            Arc::new(FakeIndex { rows: Mutex::new(replay(&folder.join(LOG))), log: folder.join(LOG), failures: Arc::clone(&self.failures) })
        };
        Ok(Arc::clone(open.entry(folder.to_owned()).or_insert_with(fresh)) as _)
    }
}

type Rows = BTreeMap<String, Vec<f32>>;

fn replay(log: &Path) -> Rows {
    let mut rows = Rows::new();
    for line in fs_err::read_to_string(log).unwrap_or_default().lines() {
        match serde_json::from_str::<(String, Option<Vec<f32>>)>(line) {
            Ok((chunk, Some(vector))) => drop(rows.insert(chunk, vector)),
            Ok((chunk, None)) => drop(rows.remove(&chunk)),
            // The end of the log of one that was killed.
            Err(_) => {}
        }
    }
    rows
}

/// Compares with every vector.
pub struct FakeIndex {
    rows: Mutex<Rows>,
    log: std::path::PathBuf,
    failures: Arc<AtomicU64>,
}

impl FakeIndex {
    fn rows(&self) -> std::sync::MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, lines: impl Iterator<Item = (String, Option<Vec<f32>>)>) -> Result<(), Words> {
        use std::io::Write;
        let failing = self.failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        let failed = |why: &str| Words::new("io_error").with("why", why);
        if failing {
            return Err(failed("it was planned"));
        }
        let lines: String = lines.map(|line| serde_json::to_string(&line).expect("BUG: rows are always JSON") + "\n").collect();
        let written = fs_err::OpenOptions::new().append(true).open(&self.log).and_then(|mut file| file.write_all(lines.as_bytes()));
        written.map_err(|error| failed(&files::plain(&error)))
    }
}

impl VectorIndex for FakeIndex {
    fn put(&self, rows: &[(String, Vec<f32>)]) -> Result<(), Words> {
        self.tell(rows.iter().map(|(chunk, vector)| (chunk.clone(), Some(vector.clone()))))?;
        self.rows().extend(rows.iter().cloned());
        Ok(())
    }

    fn remove(&self, chunks: &[String]) -> Result<(), Words> {
        self.tell(chunks.iter().map(|chunk| (chunk.clone(), None)))?;
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

    fn count(&self) -> Result<usize, Words> {
        Ok(self.rows().len())
    }

    fn maintain(&self) -> Result<(), Words> {
        Ok(())
    }
}

type Hear = Arc<dyn Fn(Hint) + Send + Sync>;

/// Says what a test says, and like every watcher `Rescan` when it begins.
#[derive(Default)]
pub struct FakeWatcher {
    heard_by: Mutex<Vec<(std::path::PathBuf, Hear)>>,
    deaf: Arc<AtomicBool>,
}

impl FakeWatcher {
    /// Tells every follower whose folder holds the path; `Rescan` goes to all of them.
    pub fn say(&self, hint: &Hint) {
        let followers = self.heard_by.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for (folder, hear) in followers {
            match hint {
                Hint::Touched(path) | Hint::Complete(path) if !path.starts_with(&folder) => {}
                Hint::Touched(_) | Hint::Complete(_) | Hint::Rescan => hear(hint.clone()),
            }
        }
    }

    /// From now on nothing is told, and who follows can see it.
    pub fn deafen(&self) {
        self.deaf.store(true, Ordering::SeqCst);
    }

    /// The folders that were ever followed, in order.
    pub fn followed(&self) -> Vec<std::path::PathBuf> {
        self.heard_by.lock().unwrap_or_else(PoisonError::into_inner).iter().map(|(folder, _)| folder.clone()).collect()
    }
}

impl Watcher for FakeWatcher {
    fn follow(&self, folder: &Path, hear: Hear) -> Result<Box<dyn Following>, Words> {
        self.heard_by.lock().unwrap_or_else(PoisonError::into_inner).push((folder.to_owned(), Arc::clone(&hear)));
        hear(Hint::Rescan);
        Ok(Box::new(Told(Arc::clone(&self.deaf))))
    }
}

struct Told(Arc<AtomicBool>);

impl Following for Told {
    fn is_told(&self) -> bool {
        !self.0.load(Ordering::SeqCst)
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
        texts: Vec::new(),
        pages: Vec::new(),
        has_members: false,
        look: None,
        properties: Vec::new(),
        renditions: Vec::new(),
        notes: Vec::new(),
        partial: false,
        unread: false,
        refused: None,
    }
}

fn plain(text: &str) -> Decoded {
    let text = DecodedText { page: 0, tool: "fake text 1".into(), text: text.to_owned(), spans: Vec::new() };
    Decoded { texts: vec![text], ..head(MediaKind::Text, "text/plain") }
}

/// The same with a look: the first line is `looks` and 16 hexadecimal digits.
fn looking(first: &str, text: &str) -> DecodedFile {
    let picture = page(text);
    let look = first.split_once(' ').map(|(_, digits)| digits.to_owned());
    DecodedFile { head: Decoded { look, ..picture.head }, ..picture }
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
            Span { start, end: at - 1, page: Some(request.page), rect, confidence: Some(confidence), ..Span::default() }
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
