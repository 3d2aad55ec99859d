//! Files, pages, containers and recordings through the decoder.
//!
//! What a file means is not looked at here; only whether the answer fits together.

use super::{card, declined, film};
use crate::film::Film;
use crate::pool::{Load, Pool, Told};
use crate::protocol::Reply;
use crate::{FindKindModel, FindLibrary, Models};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use winnow_contract::Words;
use winnow_contract::worker::{
    Answer, Confinement, DecodeRequest, Decoded, DecodedText, ExpandRequest, Expanded, KIND_MODEL, PDF_LIBRARY, PageHead, PageRequest,
    Role, SoundRequest, Sounded, WAVEFORM_RATE, Work,
};
use winnow_engine::ports::{CallLimits, Cancel, Decode, DecodedFile, DecodedSound, DrawnPage, FilmFrame, StageError};

/// What the decoder says of sound that it does not know.
const NEEDS_FFMPEG: &str = "needs_ffmpeg";

/// Decodes files in child processes.
pub struct DecodeWorkers {
    pool: Pool,
    card: String,
    program: PathBuf,
    ffmpeg: FindLibrary,
}

impl DecodeWorkers {
    /// Starts one worker and asks its version.
    pub(crate) fn start(program: &Path, width: usize, models: &Models) -> io::Result<Self> {
        let (pdf, kinds, ffmpeg) = (Arc::clone(&models.pdf), Arc::clone(&models.kinds), Arc::clone(&models.ffmpeg));
        let pool = Pool::new(program, Role::Decode, width).telling(move || told(&pdf, &kinds));
        let card = card(&pool).map_err(|error| io::Error::other(format!("winnow-worker does not answer: {error:?}")))?;
        Ok(Self { pool, card, program: program.to_owned(), ffmpeg })
    }

    /// Process ids of the workers that run now: those at work, then those that wait.
    pub fn pids(&self) -> Vec<u32> {
        self.pool.pids()
    }
}

impl Decode for DecodeWorkers {
    fn card(&self) -> &str {
        &self.card
    }

    fn decode(&self, request: &DecodeRequest, file: File, limits: CallLimits, cancel: &Cancel) -> Result<DecodedFile, StageError> {
        let load = Load { work: Work::Decode(request.clone()), blob: &[], files: &[&file], opening: None };
        self.pool.call(&load, limits, cancel, decoded)
    }

    fn sound(
        &self,
        request: &SoundRequest,
        file: File,
        into: File,
        limits: CallLimits,
        cancel: &Cancel,
    ) -> Result<DecodedSound, StageError> {
        let load = Load { work: Work::Sound(request.clone()), blob: &[], files: &[&file, &into], opening: None };
        let heard = self.pool.call(&load, limits, cancel, sounded);
        if !matches!(&heard, Err(StageError::Broken(words)) if words.code == NEEDS_FFMPEG) {
            return heard;
        }
        let Some(ffmpeg) = (self.ffmpeg)() else { return heard };
        let film = Film { worker: &self.program, ffmpeg: &ffmpeg, file: &file, limits, cancel };
        film::sound(&self.pool, &film, request, &into)
    }

    fn page(&self, request: &PageRequest, file: File, limits: CallLimits, cancel: &Cancel) -> Result<DrawnPage, StageError> {
        let load = Load { work: Work::Page(request.clone()), blob: &[], files: &[&file], opening: None };
        self.pool.call(&load, limits, cancel, |reply| paged(reply, request.page))
    }

    fn expand(&self, request: &ExpandRequest, file: File, into: File, limits: CallLimits, cancel: &Cancel) -> Result<Expanded, StageError> {
        let load = Load { work: Work::Expand(request.clone()), blob: &[], files: &[&file, &into], opening: None };
        self.pool.call(&load, limits, cancel, |reply| expanded(reply, &into))
    }

    fn frames(&self, count: u32, file: File, limits: CallLimits, cancel: &Cancel) -> Result<Vec<FilmFrame>, StageError> {
        let Some(ffmpeg) = (self.ffmpeg)() else { return Err(StageError::Broken(Words::new(NEEDS_FFMPEG).with("what", "a film"))) };
        let film = Film { worker: &self.program, ffmpeg: &ffmpeg, file: &file, limits, cancel };
        film::frames(&self.pool, &film, count)
    }

    fn confinement(&self) -> Option<Confinement> {
        self.pool.confinement()
    }
}

/// What a process may load when it starts.
fn told(pdf: &FindLibrary, kinds: &FindKindModel) -> Told {
    let library = pdf().map(|path| (PDF_LIBRARY, path.into_os_string()));
    let model = kinds().and_then(|files| serde_json::to_string(&files).ok()).map(|files| (KIND_MODEL, files.into()));
    library.into_iter().chain(model).collect()
}

pub(super) fn decoded((answer, blob): Reply) -> Option<Result<DecodedFile, StageError>> {
    match answer {
        Answer::Decoded(head) => fits(&head, &blob).then_some(Ok(DecodedFile { head, blob })),
        other => declined(other),
    }
}

pub(super) fn sounded((answer, waveform): Reply) -> Option<Result<DecodedSound, StageError>> {
    match answer {
        Answer::Sounded(head) => lasts(&head, &waveform).then_some(Ok(DecodedSound { head, waveform })),
        other => declined(other),
    }
}

fn paged((answer, image): Reply, page: u32) -> Option<Result<DrawnPage, StageError>> {
    match answer {
        Answer::Paged(head) => {
            let fits = head.page == page && head.bytes as usize == image.len() && head.width > 0 && head.height > 0;
            fits.then_some(Ok(DrawnPage { head, image }))
        }
        other => declined(other),
    }
}

fn expanded((answer, _): Reply, into: &File) -> Option<Result<Expanded, StageError>> {
    match answer {
        Answer::Expanded(found) => {
            let length = into.metadata().ok()?.len();
            lies_within(&found, length).then_some(Ok(found))
        }
        other => declined(other),
    }
}

/// The announced renditions are exactly the blob, pages follow one another, and every place lies in its text.
fn fits(head: &Decoded, blob: &[u8]) -> bool {
    let announced: u64 = head.renditions.iter().map(|rendition| u64::from(rendition.bytes)).sum();
    let has_size = head.renditions.iter().all(|rendition| rendition.width > 0 && rendition.height > 0);
    announced == blob.len() as u64 && has_size && follow(&head.pages) && head.texts.iter().all(stands)
}

fn follow(pages: &[PageHead]) -> bool {
    let ascend = pages.windows(2).all(|pair| pair[0].number < pair[1].number);
    ascend && pages.iter().all(|page| page.number > 0 && page.width > 0 && page.height > 0)
}

fn stands(text: &DecodedText) -> bool {
    let characters = text.text.chars().count();
    text.spans.iter().all(|span| span.start <= span.end && span.end as usize <= characters)
}

/// Every member lies in what was written, has what finds it again, and a name that can be shown.
fn lies_within(found: &Expanded, length: u64) -> bool {
    let end = |offset: i64, bytes: i64| u64::try_from(offset).ok()?.checked_add(u64::try_from(bytes).ok()?);
    found.members.iter().all(|member| {
        let inside = end(member.offset, member.bytes).is_some_and(|end| end <= length);
        inside && !member.locator.is_empty() && !member.display.chars().any(char::is_control)
    })
}

/// The waveform is as long as the recording.
fn lasts(head: &Sounded, waveform: &[u8]) -> bool {
    let expected = head.seconds * f64::from(WAVEFORM_RATE);
    head.seconds.is_finite() && head.seconds > 0.0 && (waveform.len() as f64 - expected).abs() <= 1.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use winnow_contract::asset::{RenditionKind, Span};
    use winnow_contract::worker::{Member, RenditionHead};

    #[test]
    fn a_refusal_is_the_files_fault() {
        let refused = || (Answer::Refused { reason: Words::new("damaged") }, Vec::new());
        assert_eq!(decoded(refused()), Some(Err(StageError::Broken(Words::new("damaged")))));
        assert_eq!(sounded(refused()), Some(Err(StageError::Broken(Words::new("damaged")))));
    }

    #[test]
    fn members_lie_in_what_was_written() {
        let check = |offset: i64, bytes: i64, display: &str, expected: bool| {
            let member = Member { locator: b"0/a".to_vec(), display: display.to_owned(), offset, bytes, mtime_ns: 0 };
            assert_eq!(lies_within(&Expanded { members: vec![member], ..Expanded::default() }, 100), expected, "{bytes} from {offset}");
        };
        check(0, 100, "a", true);
        check(100, 0, "", true);
        check(1, 100, "a", false);
        check(-1, 10, "a", false);
        check(10, -1, "a", false);
        check(i64::MAX, i64::MAX, "a", false);
        check(0, 1, "a\nb", false);
    }

    #[test]
    fn places_lie_in_their_text_and_pages_follow_one_another() {
        let text = |end| {
            let spans = vec![Span { start: 1, end, ..Span::default() }];
            DecodedText { page: 0, tool: "text 1".to_owned(), text: "äöü".to_owned(), spans }
        };
        assert!(stands(&text(3)) && !stands(&text(4)) && !stands(&text(0)));
        let page = |number, width| PageHead { number, width, height: 1, needs_ocr: false };
        let check = |pages: &[PageHead], expected: bool| assert_eq!(follow(pages), expected);
        check(&[page(1, 1), page(3, 1)], true);
        check(&[page(2, 1), page(2, 1)], false);
        check(&[page(0, 1)], false);
        check(&[page(1, 0)], false);
    }

    #[test]
    fn a_page_is_the_one_that_was_asked_for() {
        let head = |page, bytes| {
            let (kind, media_type) = (RenditionKind::Page, "image/png".to_owned());
            (Answer::Paged(RenditionHead { kind, page, media_type, width: 1, height: 1, bytes }), vec![0; 3])
        };
        assert!(paged(head(2, 3), 2).is_some_and(|page| page.is_ok()));
        assert!(paged(head(1, 3), 2).is_none() && paged(head(2, 4), 2).is_none());
    }

    #[test]
    fn a_waveform_is_as_long_as_its_recording() {
        let check = |seconds: f64, waveform: usize, expected: bool| {
            let head = Sounded { seconds, properties: Vec::new(), notes: Vec::new(), partial: false };
            assert_eq!(lasts(&head, &vec![0; waveform]), expected, "{seconds} s, {waveform} bytes");
        };
        check(1.0, 20, true);
        check(1.02, 21, true);
        check(0.0001, 1, true);
        check(1.0, 2000, false);
        check(0.0, 0, false);
        check(f64::NAN, 0, false);
        check(f64::INFINITY, 0, false);
        check(-1.0, 0, false);
    }
}
