//! Fonts for documents that bring none of their own for a script: without one PDFium loses their text.
//!
//! Two ordinary fonts of the system, opened before the process confines itself: one for Chinese, Japanese and Korean, one
//! for the other scripts. Latin letters are drawn with what PDFium has built in, whatever a document asks for.

use pdfium_render::prelude::{
    PdfFontCharacterSet, PdfiumCustomFontProvider, PdfiumCustomFontProviderRequest, PdfiumCustomFontProviderResponse,
};
use std::fs::File;
use std::io::{Read, Seek};

/// Bytes of one font.
const LARGEST: u64 = 32 << 20;

/// Where systems keep fonts for Chinese, Japanese and Korean; the first that is there counts.
const EASTERN: &[&str] = &[
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/usr/share/fonts/google-droid-sans-fonts/DroidSansFallbackFull.ttf",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/Library/Fonts/Arial Unicode.ttf",
];
/// And for most other scripts.
const OTHERS: &[&str] = &[
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
    "/usr/share/fonts/TTF/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
    "/Library/Fonts/Arial Unicode.ttf",
];

/// The fonts that could be opened.
pub struct Fonts {
    eastern: Option<Font>,
    others: Option<Font>,
    /// Fonts handed out so far: PDFium wants another number for each.
    given: u64,
}

/// A font that is read when it is wanted first.
struct Font {
    file: File,
    bytes: Vec<u8>,
}

impl Fonts {
    /// Opens them.
    pub fn open() -> Self {
        Self { eastern: Font::first(EASTERN), others: Font::first(OTHERS), given: 0 }
    }
}

impl Font {
    #[expect(clippy::disallowed_methods, reason = "a font that is not there is no error")]
    fn first(paths: &[&str]) -> Option<Self> {
        paths.iter().find_map(|path| File::open(path).ok()).map(|file| Self { file, bytes: Vec::new() })
    }

    /// Its bytes; none when it cannot be read.
    fn bytes(&mut self) -> Option<Vec<u8>> {
        if self.bytes.is_empty() {
            self.file.rewind().ok()?;
            Read::by_ref(&mut self.file).take(LARGEST).read_to_end(&mut self.bytes).ok()?;
        }
        Some(self.bytes.clone()).filter(|bytes| !bytes.is_empty())
    }
}

/// Which font has the letters of a character set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Script {
    /// Built in.
    Latin,
    Eastern,
    Other,
}

fn script(set: &PdfFontCharacterSet) -> Script {
    match set {
        PdfFontCharacterSet::Ansi | PdfFontCharacterSet::Default | PdfFontCharacterSet::Symbol => Script::Latin,
        PdfFontCharacterSet::JapaneseShiftJis
        | PdfFontCharacterSet::KoreanHangul
        | PdfFontCharacterSet::ChineseGb2312
        | PdfFontCharacterSet::ChineseBig5 => Script::Eastern,
        PdfFontCharacterSet::Greek
        | PdfFontCharacterSet::Vietnamese
        | PdfFontCharacterSet::Hebrew
        | PdfFontCharacterSet::Arabic
        | PdfFontCharacterSet::Cyrillic
        | PdfFontCharacterSet::Thai
        | PdfFontCharacterSet::EasternEuropean => Script::Other,
    }
}

impl PdfiumCustomFontProvider for Fonts {
    fn provide(&mut self, request: PdfiumCustomFontProviderRequest) -> Option<PdfiumCustomFontProviderResponse> {
        let data = match script(&request.character_set) {
            Script::Latin => None,
            Script::Eastern => self.eastern.as_mut().or(self.others.as_mut())?.bytes(),
            Script::Other => self.others.as_mut()?.bytes(),
        }?;
        self.given += 1;
        // Names go back to PDFium as they came; one with a NUL would end the process.
        let font_face = request.font_face.replace('\0', "");
        Some(PdfiumCustomFontProviderResponse { id: self.given, font_face, character_set: request.character_set, data })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latin_letters_need_no_font_of_the_system() {
        let check = |set: PdfFontCharacterSet, expected: Script| assert_eq!(script(&set), expected);
        check(PdfFontCharacterSet::Ansi, Script::Latin);
        check(PdfFontCharacterSet::Default, Script::Latin);
        check(PdfFontCharacterSet::JapaneseShiftJis, Script::Eastern);
        check(PdfFontCharacterSet::Cyrillic, Script::Other);
    }
}
