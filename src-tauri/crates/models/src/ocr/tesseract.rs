//! The one place that calls libtesseract's C interface; its owner sees only safe functions and plain values.
//!
//! Unsafe is allowed here because the C interface offers nothing else. The rules: a handle is used by one owner at a
//! time (`&mut self`) and freed once (`Drop`); pixels outlive every call that reads them, for the image is cleared
//! before the function returns; strings that Tesseract hands out are copied and freed at once.
#![allow(unsafe_code)]

use super::layout::{Begins, Word};
use super::turn::Turn;
use image::GrayImage;
use std::ffi::{CStr, CString, c_char, c_int};
use std::ptr::{self, NonNull};
use tesseract::plumbing::tesseract_sys as sys;

/// Data for finding a page's orientation.
const COMPASS: &str = "osd";
/// Below this Tesseract's orientation is a guess (its own command line warns below 1).
const SURE: f32 = 2.0;
/// Pixels per inch, assumed for every page: scans for reading are made at 300.
const RESOLUTION: c_int = 300;

/// One instance with its data loaded.
pub struct Tesseract(NonNull<sys::TessBaseAPI>);

impl Tesseract {
    /// The library's version, e.g. `5.3.0`.
    pub fn version() -> String {
        // SAFETY: returns a static string.
        let version = unsafe { CStr::from_ptr(sys::TessVersion()) };
        version.to_string_lossy().into_owned()
    }

    /// An instance for reading; languages are joined by `+`.
    ///
    /// # Errors
    /// The first language whose data is not installed.
    pub fn for_reading(languages: &str) -> Result<Self, String> {
        let engine = Self::with_data(languages, sys::TessOcrEngineMode_OEM_LSTM_ONLY);
        let loaded = engine.as_ref().map(Self::loaded).unwrap_or_default();
        match languages.split('+').find(|wanted| !loaded.iter().any(|language| language == wanted)) {
            Some(missing) => Err(missing.to_owned()),
            None => engine.ok_or_else(|| languages.to_owned()),
        }
    }

    /// An instance for finding orientations; none when its data is not installed.
    pub fn for_orientation() -> Option<Self> {
        Self::with_data(COMPASS, sys::TessOcrEngineMode_OEM_TESSERACT_ONLY)
    }

    /// The words of a page in reading order, with boxes in its pixels; none when nothing can be read.
    pub fn words(&mut self, page: &GrayImage) -> Vec<Word> {
        self.show(page, sys::TessPageSegMode_PSM_AUTO);
        // SAFETY: the handle is ours; the image set above is alive.
        let read = unsafe { sys::TessBaseAPIRecognize(self.handle(), ptr::null_mut()) } == 0;
        let words = if read { self.collect(page) } else { Vec::new() };
        self.forget();
        words
    }

    /// By how much a page has to be turned to stand upright; none when there is too little text to be sure.
    pub fn turn_to_upright(&mut self, page: &GrayImage) -> Option<Turn> {
        let (mut degrees, mut sureness, mut script, mut script_sureness) = (0, 0.0, ptr::null(), 0.0);
        self.show(page, sys::TessPageSegMode_PSM_OSD_ONLY);
        // SAFETY: the handle is ours, the image is alive, and all four targets outlive the call.
        let found = unsafe {
            sys::TessBaseAPIDetectOrientationScript(self.handle(), &mut degrees, &mut sureness, &mut script, &mut script_sureness)
        };
        self.forget();
        (found != 0 && sureness >= SURE).then(|| Turn::by(-degrees)).flatten()
    }

    fn with_data(data: &str, mode: sys::TessOcrEngineMode) -> Option<Self> {
        // A name is a file name to Tesseract: nothing but the letters of language codes.
        let proper = !data.is_empty() && data.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+'));
        let name = CString::new(data).ok().filter(|_| proper)?;
        // SAFETY: creates a handle that `Drop` frees, also when loading fails; a null path means the default one.
        let engine = Self(NonNull::new(unsafe { sys::TessBaseAPICreate() })?);
        // SAFETY: the handle is ours and the name outlives the call.
        let failed = unsafe { sys::TessBaseAPIInit2(engine.handle(), ptr::null(), name.as_ptr(), mode) } != 0;
        (!failed).then_some(engine)
    }

    fn loaded(&self) -> Vec<String> {
        // SAFETY: the handle is ours; the result is an array that ends with null and is freed below.
        let list = unsafe { sys::TessBaseAPIGetLoadedLanguagesAsVector(self.handle()) };
        let mut languages = Vec::new();
        if list.is_null() {
            return languages;
        }
        // SAFETY: reads up to the null at the array's end, then frees the array with its strings.
        unsafe {
            let mut next = list;
            while !(*next).is_null() {
                languages.push(CStr::from_ptr(*next).to_string_lossy().into_owned());
                next = next.add(1);
            }
            sys::TessDeleteTextArray(list);
        }
        languages
    }

    fn show(&mut self, page: &GrayImage, mode: sys::TessPageSegMode) {
        let (width, height) = (side(page.width()), side(page.height()));
        // SAFETY: the buffer holds width × height bytes, one for each pixel; Tesseract copies it.
        unsafe {
            sys::TessBaseAPISetPageSegMode(self.handle(), mode);
            sys::TessBaseAPISetImage(self.handle(), page.as_raw().as_ptr(), width, height, 1, width);
            sys::TessBaseAPISetSourceResolution(self.handle(), RESOLUTION);
        }
    }

    /// Pages do not influence one another.
    fn forget(&mut self) {
        // SAFETY: the handle is ours.
        unsafe {
            sys::TessBaseAPIClear(self.handle());
            sys::TessBaseAPIClearAdaptiveClassifier(self.handle());
        }
    }

    fn collect(&self, page: &GrayImage) -> Vec<Word> {
        let mut words = Vec::new();
        // SAFETY: the handle is ours; the iterator is freed below, before the results it points at.
        let Some(results) = NonNull::new(unsafe { sys::TessBaseAPIGetIterator(self.handle()) }) else { return words };
        let mut begins = Begins::Block;
        loop {
            begins = larger(begins, begins_at(results));
            if let Some(word) = word_at(results, page, begins) {
                words.push(word);
                begins = Begins::Word;
            }
            // SAFETY: the iterator is alive.
            if unsafe { sys::TessResultIteratorNext(results.as_ptr(), WORD) } == 0 {
                break;
            }
        }
        // SAFETY: freed once; nothing uses it afterwards.
        unsafe { sys::TessResultIteratorDelete(results.as_ptr()) };
        words
    }

    fn handle(&self) -> *mut sys::TessBaseAPI {
        self.0.as_ptr()
    }
}

impl Drop for Tesseract {
    fn drop(&mut self) {
        // SAFETY: created once by `with_data` and freed only here.
        unsafe { sys::TessBaseAPIDelete(self.handle()) }
    }
}

const WORD: sys::TessPageIteratorLevel = sys::TessPageIteratorLevel_RIL_WORD;
type Results = NonNull<sys::TessResultIterator>;

fn begins_at(results: Results) -> Begins {
    // SAFETY: the iterator is alive; the page iterator is the same object and is not freed on its own.
    let at =
        |level| unsafe { sys::TessPageIteratorIsAtBeginningOf(sys::TessResultIteratorGetPageIteratorConst(results.as_ptr()), level) != 0 };
    if at(sys::TessPageIteratorLevel_RIL_BLOCK) {
        Begins::Block
    } else if at(sys::TessPageIteratorLevel_RIL_TEXTLINE) {
        Begins::Line
    } else {
        Begins::Word
    }
}

/// What an empty word began, the next word begins.
fn larger(pending: Begins, here: Begins) -> Begins {
    match (pending, here) {
        (Begins::Block, _) | (_, Begins::Block) => Begins::Block,
        (Begins::Line, _) | (_, Begins::Line) => Begins::Line,
        _ => Begins::Word,
    }
}

fn word_at(results: Results, page: &GrayImage, begins: Begins) -> Option<Word> {
    // SAFETY: the iterator is alive; the text is copied and freed by `taken`.
    let text = taken(unsafe { sys::TessResultIteratorGetUTF8Text(results.as_ptr(), WORD) });
    // SAFETY: the iterator is alive.
    let percent = unsafe { sys::TessResultIteratorConfidence(results.as_ptr(), WORD) };
    let text: String = text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
    let rect = box_at(results, page)?;
    let confidence = (percent / 100.0).clamp(0.0, 1.0);
    (!text.is_empty()).then_some(Word { text, confidence, rect, begins })
}

fn box_at(results: Results, page: &GrayImage) -> Option<[u32; 4]> {
    let (mut left, mut top, mut right, mut bottom) = (0, 0, 0, 0);
    // SAFETY: the iterator is alive and the targets outlive the call.
    let found = unsafe {
        let words = sys::TessResultIteratorGetPageIteratorConst(results.as_ptr());
        sys::TessPageIteratorBoundingBox(words, WORD, &mut left, &mut top, &mut right, &mut bottom)
    };
    let inside = |at: c_int, side: u32| u32::try_from(at).unwrap_or(0).min(side);
    let (x, y) = (inside(left, page.width()), inside(top, page.height()));
    let (right, bottom) = (inside(right, page.width()), inside(bottom, page.height()));
    (found != 0).then(|| [x, y, right.saturating_sub(x), bottom.saturating_sub(y)])
}

/// A copy of a string of Tesseract's, which is freed.
fn taken(text: *mut c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: Tesseract hands out a string that ends with NUL and is ours to free, once.
    unsafe {
        let copy = CStr::from_ptr(text).to_string_lossy().into_owned();
        sys::TessDeleteText(text);
        copy
    }
}

fn side(length: u32) -> c_int {
    c_int::try_from(length).unwrap_or(c_int::MAX)
}
