//! Reads the words on a page image with Tesseract, whichever way up the page lies.
//!
//! Input is what our own decoder wrote (gray or RGB, JPEG or PNG). It does not judge the words: doubtful ones come back
//! with their confidence. Upright pages are read once; only a page that reads badly is turned. A page with large letters is
//! reduced first.

mod layout;
mod scale;
mod tesseract;
mod turn;

use image::GrayImage;
use layout::Word;
use tesseract::Tesseract;
use turn::Turn;
use winnow_contract::Words;
use winnow_contract::worker::{Answer, Loaded, ModelFiles, OcrPage, OcrRequest};

/// Version of what this file makes of Tesseract's results: part of every card.
const READ: &str = "read 2";
/// A page whose characters are read with at least this mean confidence lies the right way up. Pages that lie wrong come
/// out below 0.6, clean ones above 0.9.
const SOUND: f32 = 0.75;
/// Tesseract reads nothing from images with a shorter side than this.
const LEAST_SIDE: u32 = 8;

/// Tesseract, kept warm for the languages it was loaded with.
#[derive(Default)]
pub struct Reader {
    warm: Option<(String, Tesseract)>,
    /// For finding which way up a page lies; none when its data is not installed.
    compass: Option<Tesseract>,
}

/// A page read in one position.
struct Reading {
    turn: Turn,
    /// Boxes are of the turned image.
    words: Vec<Word>,
}

impl Reading {
    /// With boxes of the page before it was reduced.
    fn enlarged(mut self, factor: f32, page: &GrayImage) -> Self {
        let (width, height) = if self.turn.is_sideways() { (page.height(), page.width()) } else { page.dimensions() };
        let along = |at: u32, side: u32| ((at as f32 / factor).round() as u32).min(side);
        for word in &mut self.words {
            let [x, y, w, h] = word.rect;
            let (left, top) = (along(x, width), along(y, height));
            word.rect = [left, top, along(x + w, width) - left, along(y + h, height) - top];
        }
        self
    }
}

impl Reader {
    /// Engine and version without languages, e.g. `tesseract 5.3.0 read 1`.
    pub fn card() -> String {
        format!("tesseract {} {READ}", Tesseract::version())
    }

    /// Loads the data of the languages that the card names, joined by `+`; `Missing` with the first that is not installed.
    /// Nothing else is loaded afterwards.
    pub fn load(&mut self, files: &ModelFiles) -> Answer {
        match Tesseract::for_reading(&files.card) {
            Ok(engine) => self.warm = Some((files.card.clone(), engine)),
            Err(missing) => return Answer::Missing { card: format!("tesseract {missing}") },
        }
        self.compass = Tesseract::for_orientation();
        Answer::Loaded(Loaded { card: files.card.clone(), dimensions: 0, provider: None })
    }

    /// The words on a page in the languages that were loaded, or `Refused` for what is no image.
    pub fn read(&mut self, request: &OcrRequest, image: &[u8]) -> Answer {
        if self.warm.as_ref().is_none_or(|(languages, _)| *languages != request.languages) {
            return Answer::Refused { reason: Words::new("internal").with("why", "other languages were loaded") };
        }
        let gray = match gray(image) {
            Ok(gray) => gray,
            Err(reason) => return Answer::Refused { reason },
        };
        let factor = scale::factor(&gray);
        let smaller = (factor < 1.0).then(|| scale::reduced(&gray, factor)).flatten();
        let reading = match smaller {
            Some(smaller) => self.best_reading(&smaller).enlarged(factor, &gray),
            None => self.best_reading(&gray),
        };
        Answer::Read(page(request, reading, gray.dimensions()))
    }

    fn best_reading(&mut self, gray: &GrayImage) -> Reading {
        let mut best = self.reading(gray, Turn::None);
        // A page without a single word in this position is blank, or a picture.
        if best.words.is_empty() || is_sound(&best) {
            return best;
        }
        for turn in self.other_turns(gray) {
            let other = self.reading(&turn.applied(gray), turn);
            best = if worth(&other) > worth(&best) { other } else { best };
            if is_sound(&best) {
                break;
            }
        }
        best
    }

    fn reading(&mut self, image: &GrayImage, turn: Turn) -> Reading {
        let small = image.width().min(image.height()) < LEAST_SIDE;
        let words = match &mut self.warm {
            Some((_, engine)) if !small => engine.words(image),
            _ => Vec::new(),
        };
        Reading { turn, words }
    }

    /// The turns still to try, the likeliest first.
    fn other_turns(&mut self, gray: &GrayImage) -> Vec<Turn> {
        let likely = self.compass.as_mut().and_then(|compass| compass.turn_to_upright(gray));
        let mut turns = vec![Turn::Half, Turn::Right, Turn::Left];
        match likely {
            // It lies right; it is only hard to read.
            Some(Turn::None) => turns.clear(),
            Some(likely) => turns.sort_by_key(|turn| *turn != likely),
            None => {}
        }
        turns
    }
}

fn page(request: &OcrRequest, reading: Reading, size: (u32, u32)) -> OcrPage {
    let Reading { turn, words } = reading;
    let turned = turn.and(layout::usual_turn(&words));
    let words: Vec<Word> = words.into_iter().map(|word| Word { rect: turn.undone(word.rect, size), ..word }).collect();
    let (text, spans) = layout::text_and_spans(&words, request.page);
    OcrPage {
        card: format!("tesseract {} {} {READ}", Tesseract::version(), request.languages),
        confidence: (!words.is_empty()).then(|| words.iter().map(|word| word.confidence).sum::<f32>() / words.len() as f32),
        text,
        words: spans,
        turned: turned.degrees(),
    }
}

fn is_sound(reading: &Reading) -> bool {
    mean_confidence(&reading.words) >= SOUND
}

/// By characters: a page that lies wrong has many short words.
fn mean_confidence(words: &[Word]) -> f32 {
    let (sum, count) = words.iter().fold((0.0, 0.0), |(sum, count), word| {
        let characters = word.text.chars().count() as f32;
        (sum + word.confidence * characters, count + characters)
    });
    if count > 0.0 { sum / count } else { 0.0 }
}

/// How much was read with more than even confidence; for comparing positions of one page.
fn worth(reading: &Reading) -> f32 {
    reading.words.iter().map(|word| (word.confidence - 0.5).max(0.0) * word.text.chars().count() as f32).sum()
}

fn gray(image: &[u8]) -> Result<GrayImage, Words> {
    image::load_from_memory(image)
        .map(|image| image.into_luma8())
        .map_err(|_| Words::new("damaged").with("why", "the page image cannot be decoded"))
}
