//! Stage `frames`: key frames of a film, because somebody asked for them; the words on each are read like those on a page.
//!
//! A film is never gone through for its pictures unasked.

use super::{ocr, open, sound};
use crate::breaks::Point;
use crate::catalog::assets;
use crate::engine::Engine;
use crate::error::{EngineError, Result};
use crate::jobs::{Context, Job};
use crate::outcome::{Again, NewJob, NewRendition, Outcome, Part, Subject, Write};
use crate::ports::{CallLimits, FilmFrame, StageError};
use crate::renditions::Renditions;
use winnow_contract::Words;
use winnow_contract::asset::{MediaKind, RenditionKind};
use winnow_contract::command::Retried;
use winnow_contract::id::AssetId;
use winnow_contract::job::JobKind;

impl Engine {
    /// Queues the taking of key frames. Only a film has some.
    pub(crate) fn take_frames(&self, asset: &AssetId) -> Result<Retried> {
        let (applying, asset) = (self.applying(), asset.clone());
        let (card, count) = (applying.ports.decode.card().to_owned(), self.settings().decode.frames);
        let jobs = self.reopen(move |catalog| {
            let kind = assets::kind(catalog, &asset)?.ok_or_else(|| EngineError::not_found(asset.as_str()))?;
            if kind != MediaKind::Video {
                return Err(EngineError::Refused(Words::new("no_film")));
            }
            let (subject, fingerprint) = (Subject::Row(asset.to_string()), format!("{card}/{count}"));
            let job = NewJob { kind: JobKind::Frames, subject, fingerprint, params: None, again: Again::Always };
            crate::catalog::jobs::enqueue(catalog, &job, &applying.ports.ids.next(), applying.ports.clock.now_ms())
        })?;
        self.tell(Default::default());
        Ok(Retried { jobs: u32::from(jobs) })
    }
}

pub fn run(job: &Job, context: &Context<'_>) -> std::result::Result<Outcome, StageError> {
    let asset = AssetId::from(job.subject.as_str());
    let Some(source) = context.read(|catalog| assets::source(catalog, &asset))? else { return Ok(Outcome::default()) };
    let (file, _) = open::open(&asset, &source, context)?;
    let mut frames = context.ports.decode.frames(context.settings.decode.frames, file, limits(context), context.cancel)?;
    frames.truncate(context.settings.decode.frames as usize);
    frames.dedup_by_key(|frame| second(frame));
    let renditions = frames.iter().map(|frame| put(&asset, frame, context)).collect::<std::result::Result<Vec<_>, _>>()?;
    context.reach(Point::FramesPut)?;
    let stage = JobKind::Frames;
    let next = frames.iter().filter_map(|frame| ocr::page_job(&asset, &source.hash, Part::Frame(second(frame)), context)).collect();
    let notes = frames.is_empty().then(|| Words::new("no_frames")).into_iter().collect();
    let writes = vec![Write::Renditions { asset: asset.clone(), stage, renditions }, Write::Notes { asset, stage, page: 0, notes }];
    Ok(Outcome { card: context.ports.decode.card().to_owned(), input_hash: Some(source.hash), writes, next })
}

/// The second a frame stands at.
fn second(frame: &FilmFrame) -> u32 {
    frame.at.max(0.0) as u32
}

fn put(asset: &AssetId, frame: &FilmFrame, context: &Context<'_>) -> std::result::Result<NewRendition, StageError> {
    let (kind, page, head) = (RenditionKind::Frame, second(frame), &frame.frame.head);
    let id = Renditions::id(asset, kind, page, 0);
    context.renditions.put(&id, &frame.frame.image).map_err(sound::full)?;
    let bytes = u32::try_from(frame.frame.image.len()).unwrap_or(u32::MAX);
    Ok(NewRendition { id, kind, page, media_type: head.media_type.clone(), width: head.width, height: head.height, bytes })
}

fn limits(context: &Context<'_>) -> CallLimits {
    let sound = &context.settings.sound;
    CallLimits { seconds: sound.seconds, memory_mb: sound.memory_mb, recycle_after: context.settings.decode.recycle_after }
}
