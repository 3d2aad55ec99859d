//! Answers requests with views: one place that says what the window and the command line can ask.
//!
//! Holds no SQL and no rules.

use crate::catalog::apply::Touched;
use crate::catalog::assets::Stored;
use crate::catalog::{
    assets, audit, filter, folders, jobs, labels, lineage, locations, members, near_duplicates, review as rows, texts, threads, vectors,
};
use crate::engine::Engine;
use crate::enrich::{self, embed::Batch};
use crate::error::{EngineError, Result};
use crate::extract::{pages, wav};
use crate::outcome::NewJob;
use crate::paths;
use crate::review::{context, decide};
use rusqlite::Connection;
use serde::Serialize;
use serde_json::Value;
use std::path::Path;
use winnow_contract::asset::{AlikeRow, AssetDetail, AssetFilter, AssetPage, AssetRow, ExtractionView, MemberPage, RenditionKind};
use winnow_contract::command::*;
use winnow_contract::id::*;
use winnow_contract::job::{Activity, Lane, LaneRow};
use winnow_contract::review::{Decided, Undone};
use winnow_contract::settings::SettingsView;
use winnow_contract::status::Status;
use winnow_contract::worker::Role;
use winnow_contract::{ApiError, Call, Event, Request, Words};

/// Characters of a text that one view holds.
const TEXT_LIMIT: usize = 200_000;

/// A rendition's bytes as they are served.
pub struct Picture {
    pub media_type: String,
    pub bytes: Vec<u8>,
}

/// An asset with every path it is at, without its texts.
pub struct Brief {
    pub row: AssetRow,
    /// BLAKE3 of the bytes in hexadecimal; none when they could never be read.
    pub hash: Option<String>,
    /// Full display paths of the locations that are there, oldest first.
    pub paths: Vec<String>,
    pub notes: Vec<Words>,
    /// The oldest asset that it is nearly the same as, when there is an older one.
    pub duplicate_of: Option<AssetId>,
}

impl Engine {
    /// Answers a request with its view.
    pub fn ask<C: Call>(&self, call: C) -> std::result::Result<C::View, ApiError> {
        let view = self.answer(call.into())?;
        serde_json::from_value(view).map_err(|error| EngineError::Unusable(error.to_string()).into())
    }

    /// Answers any request with its view as JSON.
    pub fn answer(&self, request: Request) -> std::result::Result<Value, ApiError> {
        let limit = |limit: u32| limit.min(PAGE_LIMIT);
        let answer = match request {
            Request::GetStatus(_) => json(self.status()),
            Request::ListAssets(ask) => json(self.page(&ask)),
            Request::GetAsset(ask) => json(self.detail(&ask.asset)),
            Request::GetTexts(ask) => json(self.read(|catalog| page_texts(catalog, &ask.asset, ask.page))),
            Request::ListMembers(ask) => json(self.members(&ask.asset, ask.offset, limit(ask.limit))),
            Request::Unlock(ask) => json(self.unlock(&ask.asset, ask.password)),
            Request::TakeFrames(ask) => json(self.take_frames(&ask.asset)),
            Request::ListReview(ask) => json(self.read(|catalog| context::page(catalog, ask.filter, ask.offset, limit(ask.limit)))),
            Request::GetReviewItem(ask) => json(self.read(|catalog| context::detail(catalog, &ask.item, &self.taxonomies().known()))),
            Request::Decide(ask) => json(self.decide(ask)),
            Request::Undo(ask) => json(self.undo(ask.count)),
            Request::SetLabel(ask) => json(self.set_label(&ask)),
            Request::GetTaxonomy(_) => json(Ok(&self.taxonomies().known().taxonomy)),
            Request::SetTaxonomy(ask) => json(self.set_taxonomy(ask.answers)),
            Request::Search(ask) => json(self.search(&Search { limit: limit(ask.limit), ..ask })),
            Request::FindSpot(ask) => json(self.find_spot(ask)),
            Request::Similar(ask) => json(self.similar(&Similar { limit: limit(ask.limit), ..ask })),
            Request::GetModels(_) => json(Ok(self.models_view())),
            Request::GetConfinement(_) => json(Ok(self.confinement())),
            Request::VerifyModels(_) => json(Ok(self.verify_models())),
            Request::ImportModels(ImportModels { folder: Some(folder) }) => json(self.import_models(Path::new(&folder))),
            Request::GetWhy(ask) => json(self.read(|catalog| lineage::walk(catalog, &ask.id, ask.down))),
            Request::GetActivity(ask) => json(self.activity(ask.offset, limit(ask.limit))),
            Request::Retry(ask) => json(self.retry(ask.job)),
            Request::Rescan(ask) => json(self.rescan(&ask.folder)),
            Request::SetWatched(ask) => json(self.set_watched(&ask.folder, ask.watched).and_then(|()| self.status())),
            Request::SetPaused(ask) => {
                self.set_paused(ask.paused);
                json(self.status())
            }
            Request::GetSettings(_) => json(Ok(self.settings_file().view())),
            Request::ChangeSetting(ask) => json(self.change_setting(&ask)),
            Request::ImportModels(ImportModels { folder: None })
            | Request::FetchModels(_)
            | Request::Choose(_)
            | Request::AddSample(_)
            | Request::ShowFile(_) => {
                json(Err::<Done, _>(EngineError::Refused(Words::new("bad_request").with("why", "only the window can do this"))))
            }
        };
        answer.map_err(ApiError::from)
    }

    fn detail(&self, asset: &AssetId) -> Result<AssetDetail> {
        let detail = self.read(|catalog| detail(catalog, asset, TEXT_LIMIT))?;
        Ok(AssetDetail { unlocked: self.passwords().of(asset).is_some(), ..detail })
    }

    fn members(&self, asset: &AssetId, offset: u32, limit: u32) -> Result<MemberPage> {
        self.read(|catalog| {
            if !assets::exists(catalog, asset)? {
                return Err(EngineError::not_found(asset.as_str()));
            }
            let (rows, total) = members::rows(catalog, asset, offset, limit)?;
            Ok(MemberPage { rows, total })
        })
    }

    fn page(&self, ask: &ListAssets) -> Result<AssetPage> {
        filter::check(&ask.filter)?;
        self.read(|catalog| assets::page(catalog, &ask.filter, ask.sort, ask.offset, ask.limit.min(PAGE_LIMIT)))
    }

    fn status(&self) -> Result<Status> {
        let (now, elsewhere, index_lag) = (self.now(), self.followed_elsewhere(), self.index_lag()?);
        self.read(|catalog| {
            let by_kind = rows::open_by_kind(catalog)?;
            let counts = jobs::counts(catalog)?;
            let any = counts.queued + counts.running > 0;
            let loads = if any { jobs::loads(catalog)? } else { Vec::new() };
            let progress = self.meter().progress(&loads, any, now);
            let waiting = jobs::oldest(catalog)?.map_or(0, |oldest| (now - oldest).max(0));
            Ok(Status {
                assets: assets::by_state(catalog)?,
                jobs: counts,
                review_open: by_kind.iter().map(|(_, count)| count).sum(),
                review_by_kind: by_kind,
                ingest_lag_s: waiting as f64 / 1000.0,
                index_lag,
                models: self.model_rows(),
                folders: folders::rows(catalog)?.into_iter().map(|row| self.followed(row, &elsewhere)).collect(),
                progress,
                provider: self.ports().embedder.provider(),
                paused: self.paused(),
                library: self.library().display().to_string(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
            })
        })
    }

    /// What holds the reading processes back.
    fn confinement(&self) -> ConfinementView {
        let ports = self.ports();
        let of = |role| match role {
            Role::Decode => ports.decode.confinement(),
            Role::Ocr => ports.ocr.confinement(),
            Role::Speech => ports.speech.confinement(),
            Role::Embed => ports.embedder.confinement(),
        };
        ConfinementView { roles: Role::ALL.iter().map(|role| RoleRow { role: *role, confinement: of(*role) }).collect() }
    }

    fn decide(&self, request: Decide) -> Result<Decided> {
        let (applying, answers) = (self.applying(), self.taxonomies().known().names());
        if request.dry_run {
            return self.read(|catalog| Ok(decide::decide(catalog, &applying.ports, &applying.breaks, &answers, &request)?.answer));
        }
        let follow = self.after_person();
        let (decided, touched) = self.write(move |catalog| {
            let act = decide::decide(catalog, &applying.ports, &applying.breaks, &answers, &request)?;
            Ok((act.answer, applying.read_again(catalog, act.rewritten, &follow)?))
        })?;
        self.tell_person(touched);
        Ok(decided)
    }

    fn undo(&self, count: u32) -> Result<Undone> {
        let (applying, follow) = (self.applying(), self.after_person());
        let (undone, touched) = self.write(move |catalog| {
            let act = decide::undo(catalog, &applying.ports, &applying.breaks, count)?;
            Ok((act.answer, applying.read_again(catalog, act.rewritten, &follow)?))
        })?;
        self.tell_person(touched);
        Ok(undone)
    }

    /// What follows when a person changes a text.
    fn after_person(&self) -> Vec<NewJob> {
        let (settings, batch) = (self.settings(), Batch::default());
        enrich::after_person(&self.ports().ids.next(), &self.context(&settings, &batch))
    }

    /// Passes on what a person did. Most of it touches nothing but the review.
    fn tell_person(&self, touched: Touched) {
        if touched.assets.is_empty() { self.emit(Event::ReviewChanged) } else { self.tell(touched) }
    }

    fn activity(&self, offset: u32, limit: u32) -> Result<Activity> {
        let now = self.now();
        self.read(|catalog| {
            let lane = |lane: &Lane| -> Result<LaneRow> {
                let width = u32::try_from(self.width(*lane)).unwrap_or(u32::MAX);
                let running = jobs::running(catalog, *lane, width)?;
                let queued = if *lane == Lane::Index { vectors::lag(catalog)? } else { jobs::queued(catalog, *lane)? };
                Ok(LaneRow { lane: *lane, queued, running, per_second: self.meter().rate(*lane, now) })
            };
            let lanes = Lane::ALL.iter().map(lane).collect::<Result<_>>()?;
            Ok(Activity { lanes, failures: jobs::failures(catalog, offset, limit)?, failed: jobs::counts(catalog)?.failed })
        })
    }

    fn retry(&self, job: Option<JobId>) -> Result<Retried> {
        let now = self.now();
        let jobs = self.reopen(move |catalog| jobs::retry(catalog, job.as_ref(), now))?;
        self.tell(Default::default());
        Ok(Retried { jobs })
    }

    fn change_setting(&self, ask: &ChangeSetting) -> Result<SettingsView> {
        // Only whoever holds the lock may change the library's file.
        self.writer()?;
        let changed = self.settings_file().change(self.library(), &ask.key, ask.value.as_deref())?;
        let view = changed.view();
        self.set_settings_file(changed);
        self.desk().change();
        Ok(view)
    }

    /// The bytes of a rendition, whole; sound is served by [`Engine::sound_slice`]. A page of a document is drawn at once. When the
    /// file of another is gone, it is asked for again and there is none for now.
    pub fn picture(&self, id: &RenditionId) -> Result<Option<Picture>> {
        let Some(Stored { row, asset, on_demand }) = self.read(|catalog| assets::rendition(catalog, id))? else { return Ok(None) };
        if row.kind == RenditionKind::Sound {
            return self.sound_slice(id, 0.0, f64::INFINITY);
        }
        if on_demand {
            let drawn = self.look_at(&row, &asset)?;
            let media_type = |bytes: &[u8]| pages::media_type(bytes).map_or(row.media_type.clone(), str::to_owned);
            return Ok(drawn.map(|bytes| Picture { media_type: media_type(&bytes), bytes }));
        }
        let bytes = self.renditions().get(id)?;
        if bytes.is_none() {
            self.make_again(asset, row.kind)?;
        }
        Ok(bytes.map(|bytes| Picture { media_type: row.media_type, bytes }))
    }

    /// Sound of a rendition from one second to another as a WAV of its own, at most 120 s; what lies outside the recording is
    /// left out. When its file is gone, it is asked for again and there is none for now.
    pub fn sound_slice(&self, id: &RenditionId, from: f64, to: f64) -> Result<Option<Picture>> {
        let Some(Stored { row, asset, .. }) = self.read(|catalog| assets::rendition(catalog, id))? else { return Ok(None) };
        if row.kind != RenditionKind::Sound {
            return Err(EngineError::not_found(id.as_str()));
        }
        match self.renditions().open(id)? {
            Some(file) => Ok(Some(Picture { media_type: row.media_type, bytes: wav::slice(file, from, to)? })),
            None => self.make_again(asset, row.kind).map(|()| None),
        }
    }

    /// Asks for renditions of an asset once more.
    fn make_again(&self, asset: AssetId, kind: RenditionKind) -> Result<()> {
        if self.writer().is_ok() {
            let now = self.now();
            self.reopen(move |catalog| jobs::make_again(catalog, &asset, jobs::maker(kind), now).map(drop))?;
            self.tell(Default::default());
        }
        Ok(())
    }

    /// The asset meant by an id or a path; behind the path of a container goes the name of a member.
    pub fn find_asset(&self, text: &str) -> Result<AssetId> {
        let id = AssetId::from(text);
        if self.read(|catalog| assets::exists(catalog, &id))? {
            return Ok(id);
        }
        let path = std::path::absolute(text).unwrap_or_else(|_| text.into());
        self.read(|catalog| at(catalog, &path))?.ok_or_else(|| EngineError::not_found(text))
    }

    /// Everything about an asset, with its whole text.
    pub fn whole_asset(&self, asset: &AssetId) -> Result<AssetDetail> {
        self.read(|catalog| detail(catalog, asset, usize::MAX))
    }

    /// An asset with its paths and notes, without what was read in it.
    pub fn brief(&self, asset: &AssetId) -> Result<Brief> {
        self.read(|catalog| {
            let row = assets::row(catalog, asset)?.ok_or_else(|| EngineError::not_found(asset.as_str()))?;
            let there = locations::rows(catalog, asset)?.into_iter().filter(|location| !location.missing);
            let paths = there.map(|location| location.path).collect();
            let (hash, notes) = (assets::hash(catalog, asset)?, assets::notes(catalog, asset)?);
            Ok(Brief { row, hash, paths, notes, duplicate_of: near_duplicates::duplicate_of(catalog, asset)? })
        })
    }

    /// Every asset that a filter lets through, oldest first.
    pub fn asset_ids(&self, filter: &AssetFilter) -> Result<Vec<AssetId>> {
        self.read(|catalog| assets::ids(catalog, filter))
    }

    /// Assets with a location at or below a path, oldest first.
    pub fn assets_below(&self, path: &Path) -> Result<Vec<AssetId>> {
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        self.read(|catalog| assets::below(catalog, &paths::to_bytes(&path)))
    }

    /// Where a location's file is on disk; of a member it is the outermost file that it is in.
    pub fn path_of(&self, location: &LocationId) -> Result<std::path::PathBuf> {
        let place = self.read(|catalog| match members::way(catalog, location)? {
            Some(way) => locations::place(catalog, &way.file),
            None => Ok(None),
        })?;
        let place = place.ok_or_else(|| EngineError::not_found(location.as_str()))?;
        Ok(place.folder.join(place.path))
    }

    /// Walks the audit chain.
    pub fn verify_audit(&self) -> Result<audit::Verified> {
        self.read(audit::verify)
    }

    /// The state of the library as text, for tests: ids numbered, times left out.
    pub fn dump(&self) -> Result<String> {
        self.read(crate::catalog::dump::dump)
    }
}

/// What is nearly the same as an asset.
fn alike(catalog: &Connection, asset: &AssetId) -> Result<Vec<AlikeRow>> {
    let mut rows = Vec::new();
    for other in near_duplicates::shown(catalog, asset)? {
        let Some(row) = assets::row(catalog, &other.asset)? else { continue };
        let (path, percent) = (assets::path(catalog, &other.asset)?, (other.likeness * 100.0).round() as u32);
        rows.push(AlikeRow { asset: row.id, name: row.name, path, kind: row.kind, state: row.state, percent });
    }
    Ok(rows)
}

/// The asset at an absolute path, or at a name inside the asset at the longest part of it that is a file.
fn at(catalog: &Connection, path: &Path) -> Result<Option<AssetId>> {
    for outer in path.ancestors() {
        let real = outer.canonicalize().unwrap_or_else(|_| outer.to_owned());
        let Some(asset) = locations::asset_at(catalog, &paths::to_bytes(&real))? else { continue };
        let Ok(inner) = path.strip_prefix(outer) else { return Ok(None) };
        return match paths::to_bytes(inner) {
            whole if whole.is_empty() => Ok(Some(asset)),
            inner => members::at(catalog, &asset, &String::from_utf8_lossy(&inner)),
        };
    }
    Ok(None)
}

fn json<T: Serialize>(answer: Result<T>) -> Result<Value> {
    answer.map(|view| serde_json::to_value(view).expect("BUG: views are always JSON"))
}

/// The texts of one page.
fn page_texts(catalog: &Connection, asset: &AssetId, page: u32) -> Result<Texts> {
    let texts = texts::on_page(catalog, asset, page)?;
    Ok(Texts { extractions: texts.into_iter().map(|text| texts::view(text, TEXT_LIMIT)).collect() })
}

fn detail(catalog: &Connection, asset: &AssetId, text_limit: usize) -> Result<AssetDetail> {
    let row = assets::row(catalog, asset)?.ok_or_else(|| EngineError::not_found(asset.as_str()))?;
    let mut left = text_limit;
    let shown = |text: texts::Text| {
        let view = texts::view(text, left);
        left = left.saturating_sub(view.text.chars().count());
        view
    };
    let extractions: Vec<ExtractionView> = texts::live(catalog, asset)?.into_iter().map(shown).collect();
    Ok(AssetDetail {
        row,
        hash: assets::hash(catalog, asset)?,
        locations: locations::rows(catalog, asset)?,
        notes: assets::notes(catalog, asset)?,
        properties: assets::properties(catalog, asset)?,
        extractions,
        findings: rows::findings_of(catalog, asset)?.into_iter().map(|finding| finding.row).collect(),
        suggestions: labels::of(catalog, asset)?.into_iter().map(|suggestion| suggestion.row).collect(),
        annotations: rows::annotations_of(catalog, asset)?,
        renditions: assets::renditions(catalog, asset)?,
        open: rows::open_of(catalog, asset)?,
        precedents: context::precedents(catalog, asset)?,
        parents: members::parents(catalog, asset)?,
        members: members::rows(catalog, asset, 0, PAGE_LIMIT)?.0,
        unlocked: false,
        alike: alike(catalog, asset)?,
        thread: threads::others(catalog, asset)?,
    })
}
