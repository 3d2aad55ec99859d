//! Carries out outcomes: rows, full text, lineage, follow-up jobs, audit event and "job done" in one savepoint.
//!
//! Who writes? This file and the tables it calls. It decides nothing: what to write was decided by a stage or a person.

use super::lineage::{Node, link};
use super::members::Settled;
use super::{
    assets, audit, due, folders, jobs, labels, locations, members, near_duplicates, review, texts, transcripts, vectors, versions,
};
use crate::breaks::{Breaks, Point};
use crate::error::Result;
use crate::jobs::Job;
use crate::jobs::progress::Files;
use crate::outcome::{Again, Content, NewJob, NewMember, NewRendition, Outcome, Part, SeenFile, Subject, Write};
use crate::pipeline;
use crate::ports::Ports;
use crate::review::policy::{NewItem, Route};
use crate::review::{decide, reading};
use rusqlite::{Connection, params};
use winnow_contract::Words;
use winnow_contract::asset::{AssetState, RenditionKind};
use winnow_contract::id::{AssetId, FolderId, LocationId};
use winnow_contract::job::{JobKind, JobState};
use winnow_contract::trail::RowKind;

/// What a change touched, for events.
#[derive(Debug, Default)]
pub struct Touched {
    pub assets: Vec<AssetId>,
    pub review: bool,
    pub folders: bool,
    /// Files whose work began or came to its end.
    pub files: Files,
    /// The same stage goes on with the same file.
    pub again: bool,
    /// A text is another than before.
    pub rewritten: bool,
}

impl Touched {
    fn settled(&mut self, settled: Settled) {
        self.assets.extend(settled.assets);
        self.review |= settled.review;
    }
}

/// What carrying out an outcome needs besides the transaction.
#[derive(Clone)]
pub struct Applying {
    pub ports: Ports,
    pub breaks: Breaks,
}

impl Applying {
    /// An outcome with its digest, of a run that began at `started`. A job that is not running any more (it was taken back)
    /// changes nothing.
    pub fn outcome(&self, catalog: &Connection, job: &Job, outcome: &Outcome, digest: [u8; 32], started: i64) -> Result<Touched> {
        let now = self.ports.clock.now_ms();
        let mut touched = Touched::default();
        if !jobs::finish(catalog, job, now)? {
            return Ok(touched);
        }
        if !outcome.writes.is_empty() {
            let run = self.run(catalog, job, outcome, &digest, started, now)?;
            for write in &outcome.writes {
                self.write(catalog, write, &run, now, &mut touched)?;
            }
            self.breaks.hit(Point::ApplyRows)?;
            let code = format!("{}_done", job.kind);
            self.audit(catalog, &code, &job.subject, &run, digest, now)?;
        }
        if pipeline::is_about_an_asset(job.kind) {
            assets::mend(catalog, &job.subject.as_str().into())?;
        }
        let opened = match touched.rewritten {
            // What was found in a text of before says nothing of this one, even if it is the one before that again.
            true => self.enqueue_after(catalog, job, &outcome.next.iter().map(afresh).collect::<Vec<_>>(), now)?,
            false => self.enqueue_after(catalog, job, &outcome.next, now)?,
        };
        touched.files = files(job.kind, opened, closed(catalog, job)?);
        touched.again = outcome.next.iter().any(|next| goes_on(job, next));
        if job.kind == JobKind::Ocr {
            jobs::hold(catalog, &job.subject, now)?;
        }
        self.breaks.hit(Point::ApplyJobs)?;
        Ok(touched)
    }

    /// A job that ends with a reason: the file's state says so, and nothing else is affected.
    pub fn failure(&self, catalog: &Connection, job: &Job, reason: &Words, state: JobState) -> Result<Touched> {
        let now = self.ports.clock.now_ms();
        jobs::fail(catalog, &job.id, state, reason, now)?;
        let mut touched = Touched::default();
        let subject = AssetId::from(job.subject.as_str());
        // What it should have read is made again if it was ever made, and that job puts this one back behind it.
        if let Some(kind) = gone(reason)
            && assets::has_rendition(catalog, &subject, kind)?
        {
            jobs::make_again(catalog, &subject, jobs::maker(kind), now)?;
        }
        if let Some(part) = job.part {
            touched.assets.push(failed_part(catalog, job, part, reason)?);
        } else if let Some(asset) = self.failed_asset(catalog, job, reason, now, &mut touched)? {
            assets::fail(catalog, &asset, failed_state(reason), reason)?;
            if locations::present(catalog, &asset)? == 0 {
                assets::lose(catalog, &asset)?;
            }
            touched.assets.push(asset);
        }
        if job.kind == JobKind::Ocr {
            jobs::hold(catalog, &job.subject, now)?;
        }
        touched.files = files(job.kind, 0, closed(catalog, job)?);
        let digest = blake3::hash(reason.code.as_bytes());
        self.audit(catalog, &format!("{}_failed", job.kind), &job.subject, &job.id, *digest.as_bytes(), now)?;
        Ok(touched)
    }

    /// The asset a failure is about. A file that could not be read gets one that stands for its unread bytes.
    fn failed_asset(&self, catalog: &Connection, job: &Job, reason: &Words, now: i64, touched: &mut Touched) -> Result<Option<AssetId>> {
        match job.kind {
            // What was read stays read, whether or not it can be searched by meaning.
            JobKind::Scan | JobKind::Embed | JobKind::Label | JobKind::Compare | JobKind::Frames => Ok(None),
            JobKind::Decode | JobKind::Expand | JobKind::Ocr | JobKind::Sound | JobKind::Transcribe | JobKind::Detect => {
                Ok(Some(AssetId::from(job.subject.as_str())))
            }
            JobKind::Ingest => {
                let location = LocationId::from(job.subject.as_str());
                let known = locations::asset(catalog, &location)?;
                match known {
                    Some(asset) if assets::is_placeholder(catalog, &asset)? => return Ok(Some(asset)),
                    // What stood there is known; only its file is gone.
                    Some(_) if reason.code == "vanished" => return lose(catalog, &[location], now, touched).map(|()| None),
                    Some(_) | None => {}
                }
                let asset = AssetId(self.ports.ids.next());
                assets::insert(catalog, &asset, None, 0, now)?;
                touched.settled(self.bind(catalog, &location, &asset, None, now)?);
                Ok(Some(asset))
            }
        }
    }

    fn run(&self, catalog: &Connection, job: &Job, outcome: &Outcome, digest: &[u8; 32], started: i64, now: i64) -> Result<String> {
        let run = self.ports.ids.next();
        let sql = "INSERT INTO runs (id, job_id, stage, subject, card, input_hash, output_digest, started_at, ended_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let hash = outcome.input_hash.map(|hash| hash.to_vec());
        let stage = job.kind.as_str();
        let row = params![run, job.id, stage, job.subject, outcome.card, hash, digest.as_slice(), started, now];
        catalog.prepare_cached(sql)?.execute(row)?;
        Ok(run)
    }

    fn audit(&self, catalog: &Connection, code: &str, subject: &str, reference: &str, digest: [u8; 32], at: i64) -> Result<()> {
        audit::append(catalog, &audit::Event { at, actor: "winnow", code, subject, reference, digest })?;
        self.breaks.hit(Point::ApplyAudit)
    }

    /// Enqueues jobs; gives back how many files wait on which nothing waited before.
    pub fn enqueue(&self, catalog: &Connection, next: &[NewJob], now: i64) -> Result<u32> {
        next.iter().map(|job| self.enqueue_one(catalog, job, now).map(u32::from)).sum()
    }

    /// What follows when a person changed the texts of assets; `follow` is on no asset yet.
    pub fn read_again(&self, catalog: &Connection, rewritten: Vec<AssetId>, follow: &[NewJob]) -> Result<Touched> {
        let (now, mut files) = (self.ports.clock.now_ms(), Files::default());
        for asset in &rewritten {
            let on = |job: &NewJob| NewJob { subject: Subject::Row(asset.to_string()), ..job.clone() };
            files.opened += self.enqueue(catalog, &follow.iter().map(on).collect::<Vec<_>>(), now)?;
        }
        Ok(Touched { assets: rewritten, review: true, files, ..Touched::default() })
    }

    /// The same for what follows a job: with its own file the work goes on.
    fn enqueue_after(&self, catalog: &Connection, job: &Job, next: &[NewJob], now: i64) -> Result<u32> {
        let mut opened = 0;
        for new in next {
            let own = matches!(&new.subject, Subject::Row(id) | Subject::Part(id, _) if *id == job.subject);
            opened += u32::from(self.enqueue_one(catalog, new, now)? && !own);
        }
        Ok(opened)
    }

    /// Enqueues a job; true when it is the first that waits on its file.
    fn enqueue_one(&self, catalog: &Connection, new: &NewJob, now: i64) -> Result<bool> {
        let rested = match jobs::subject(catalog, new)? {
            Some(subject) if new.kind != JobKind::Scan => !jobs::is_open(catalog, &subject)?,
            _ => false,
        };
        Ok(jobs::enqueue(catalog, new, &self.ports.ids.next(), now)? && rested)
    }

    fn write(&self, catalog: &Connection, write: &Write, run: &str, now: i64, touched: &mut Touched) -> Result<()> {
        match write {
            Write::Seen { folder, files } => see(catalog, folder, files, now)?,
            Write::Gone { locations } => lose(catalog, locations, now, touched)?,
            Write::Scanned { folder, reached, root } => {
                folders::scanned(catalog, folder, *reached, *root, now)?;
                touched.folders = true;
            }
            Write::Bound { location, new_asset, content } => {
                touched.settled(self.bound(catalog, location, new_asset, content, run, now)?);
            }
            Write::Described { asset, kind, media_type, state } => {
                assets::describe(catalog, asset, *kind, media_type, Some(*state))?;
                if locations::present(catalog, asset)? == 0 {
                    assets::lose(catalog, asset)?;
                }
                touched.assets.push(asset.clone());
            }
            Write::Members { parent, began, members } => {
                touched.settled(self.found(catalog, parent, members, run, now)?);
                members::mark(catalog, parent, members, *began)?;
            }
            Write::MembersDone { parent, began, cut } => {
                assets::set_members_cut(catalog, parent, *cut)?;
                let unseen = if *cut { Vec::new() } else { members::forget_unseen(catalog, parent, *began)? };
                for asset in unseen {
                    touched.settled(members::settle(catalog, &asset, now)?);
                }
                for (edited, newer) in versions::edited_members(catalog, parent)? {
                    touched.settled(members::settle_behind(catalog, &edited, Some(newer), now)?);
                }
            }
            Write::Notes { asset, stage, page, notes } => assets::set_notes(catalog, asset, run, *stage, *page, notes)?,
            Write::Ended { asset, state } => {
                assets::end(catalog, asset, *state)?;
                touched.assets.push(asset.clone());
            }
            Write::Properties { asset, stage, properties } => assets::set_properties(catalog, asset, run, *stage, properties)?,
            Write::TranscriptPart { asset, fingerprint, part, heard } => {
                transcripts::insert(catalog, asset, fingerprint, *part, heard, run)?;
            }
            Write::TranscriptDone { asset, language } => {
                transcripts::remove(catalog, asset)?;
                assets::set_language(catalog, asset, language.as_deref())?;
            }
            Write::Language { asset, language } => assets::set_language(catalog, asset, language.as_deref())?,
            Write::Renditions { asset, stage, renditions } => {
                assets::set_renditions(catalog, asset, run, *stage, renditions)?;
                link_renditions(catalog, asset, renditions, run)?;
            }
            Write::Extraction(new) => {
                if texts::insert(catalog, new, run)? {
                    touched.rewritten = true;
                    reading::stand(catalog, &self.ports, &self.breaks, &new.asset, (new.stage, new.page))?;
                }
                touched.assets.push(new.asset.clone());
            }
            Write::OnlyPages { asset, stage, pages } => touched.rewritten |= texts::keep_pages(catalog, asset, *stage, pages, run)?,
            Write::Embeddings { space, rows } => vectors::insert(catalog, space, rows, run)?,
            Write::Findings { asset, findings, items } => {
                review::set_findings(catalog, asset, findings, items, run, now)?;
                self.accept(catalog, items)?;
                touched.review = true;
                touched.assets.push(asset.clone());
            }
            Write::Reading { asset, page, items } => touched.review |= review::set_reading(catalog, asset, *page, items, run, now)?,
            Write::Suggestions { asset, suggestions, item } => {
                touched.review |= labels::set(catalog, asset, suggestions, item.as_ref(), run, now)?;
                touched.assets.push(asset.clone());
            }
            Write::Look { asset, look } => near_duplicates::set_look(catalog, asset, look.as_deref(), run)?,
            Write::Compared { asset, signature, rules } => {
                let placing = near_duplicates::Placing { rules, run, now, id: &|| self.ports.ids.next() };
                touched.review |= near_duplicates::place(catalog, asset, signature.as_ref(), &placing)?;
                touched.assets.push(asset.clone());
            }
        }
        Ok(())
    }

    /// Decides what the policy accepts without a person.
    fn accept(&self, catalog: &Connection, items: &[NewItem]) -> Result<()> {
        for item in items.iter().filter(|item| item.route == Route::Accept) {
            if let Some(id) = review::item_of_topic(catalog, item)? {
                decide::accept(catalog, &self.ports, &id)?;
            }
        }
        Ok(())
    }

    /// Binds a location to the asset of its content, which may be known, new, or one that could not be read before.
    fn bound(&self, catalog: &Connection, location: &LocationId, new: &AssetId, content: &Content, run: &str, now: i64) -> Result<Settled> {
        let placeholder = locations::asset(catalog, location)?.filter(|asset| assets::is_placeholder(catalog, asset).unwrap_or(false));
        let asset = match (assets::by_hash(catalog, &content.hash)?, &placeholder) {
            (Some(known), _) => known,
            (None, Some(placeholder)) => {
                assets::fill(catalog, placeholder, &content.hash, content.bytes)?;
                placeholder.clone()
            }
            (None, None) => {
                assets::insert(catalog, new, Some(&content.hash), content.bytes, now)?;
                new.clone()
            }
        };
        locations::set_read(catalog, location, content)?;
        let mut settled = self.bind(catalog, location, &asset, Some(run), now)?;
        if let Some(placeholder) = placeholder.filter(|placeholder| *placeholder != asset) {
            assets::remove_placeholder(catalog, &placeholder)?;
            settled.assets.retain(|asset| *asset != placeholder);
        }
        Ok(settled)
    }

    fn bind(&self, catalog: &Connection, location: &LocationId, asset: &AssetId, run: Option<&str>, now: i64) -> Result<Settled> {
        let before = locations::bind(catalog, location, asset, now)?;
        let mut settled = members::settle(catalog, asset, now)?;
        jobs::expand_again(catalog, asset, now)?;
        due::name(catalog, location)?;
        link(catalog, Node(RowKind::Asset, asset.as_str()), Node(RowKind::Location, location.as_str()), run)?;
        if let Some(before) = before {
            settled.add(members::settle_behind(catalog, &before, Some(asset.clone()), now)?);
        }
        Ok(settled)
    }

    /// What was found in a container. Content that the container itself lies in would be a tree without an end, so it is left
    /// out with a note.
    fn found(&self, catalog: &Connection, parent: &AssetId, members: &[NewMember], run: &str, now: i64) -> Result<Settled> {
        let mut around = members::above(catalog, parent)?;
        around.push(parent.clone());
        let mut settled = Settled::default();
        for member in members {
            if assets::by_hash(catalog, &member.content.hash)?.is_some_and(|known| around.contains(&known)) {
                assets::add_note(catalog, parent, Some(run), JobKind::Expand, 0, &Words::new("holds_itself"))?;
                continue;
            }
            let location = members::see(catalog, parent, member, now)?;
            link(catalog, Node(RowKind::Location, location.as_str()), Node(RowKind::Asset, parent.as_str()), Some(run))?;
            settled.add(self.bound(catalog, &location, &member.new_asset, &member.content, run, now)?);
        }
        // What is not there itself holds nothing that is.
        settled.add(members::settle(catalog, parent, now)?);
        Ok(settled)
    }
}

/// True when the last job on its file has ended.
fn closed(catalog: &Connection, job: &Job) -> Result<bool> {
    Ok(job.kind != JobKind::Scan && !jobs::is_open(catalog, &job.subject)?)
}

/// Files that began and ended with a job. A file that was read in goes on as its content.
fn files(kind: JobKind, opened: u32, closed: bool) -> Files {
    let closed = u32::from(closed);
    let passed_on = if kind == JobKind::Ingest { opened.min(closed) } else { 0 };
    Files { opened: opened - passed_on, closed: closed - passed_on }
}

/// True when the stage of a job goes on with the same file.
fn goes_on(job: &Job, next: &NewJob) -> bool {
    next.kind == job.kind && matches!(&next.subject, Subject::Row(id) if *id == job.subject)
}

/// A job that reads a text, put back even if it was done before.
fn afresh(job: &NewJob) -> NewJob {
    let reads = matches!(job.kind, JobKind::Detect | JobKind::Embed | JobKind::Compare);
    NewJob { again: if reads { Again::Always } else { job.again }, ..job.clone() }
}

/// What a failure makes of an asset.
fn failed_state(reason: &Words) -> AssetState {
    match reason.code.as_str() {
        "vanished" | "no_location" => AssetState::Missing,
        "model_missing" | "needs_ffmpeg" => AssetState::Unread,
        "locked" | "cannot_unlock" => AssetState::Locked,
        _ => AssetState::Failed,
    }
}

/// The rendition that a job wanted to read and did not find.
fn gone(reason: &Words) -> Option<RenditionKind> {
    match reason.code.as_str() {
        "thumbnail_failed" => Some(RenditionKind::Page),
        "sound_gone" => Some(RenditionKind::Sound),
        "frame_gone" => Some(RenditionKind::Frame),
        _ => None,
    }
}

/// A page that could not be read costs the others nothing: a note says which it was, and the asset is partial.
fn failed_part(catalog: &Connection, job: &Job, part: Part, reason: &Words) -> Result<AssetId> {
    let asset = AssetId::from(job.subject.as_str());
    let code = match part {
        Part::Page(_) => "page_unread",
        Part::Frame(_) => "frame_unread",
    };
    let why = reason.sentence();
    let note = Words::new(code).with("page", part.number()).with("why", why.trim_end_matches('.'));
    assets::remove_notes(catalog, &asset, job.kind, part.number())?;
    assets::add_note(catalog, &asset, None, job.kind, part.number(), &note)?;
    assets::mend(catalog, &asset)?;
    Ok(asset)
}

fn see(catalog: &Connection, folder: &FolderId, files: &[SeenFile], now: i64) -> Result<()> {
    files.iter().try_for_each(|file| locations::see(catalog, folder, file, now))
}

/// Marks locations as missing; an asset that has none left is missing too.
fn lose(catalog: &Connection, gone: &[LocationId], now: i64, touched: &mut Touched) -> Result<()> {
    for location in gone {
        let Some(asset) = locations::lose(catalog, location, now)? else { continue };
        touched.settled(members::settle(catalog, &asset, now)?);
    }
    Ok(())
}

fn link_renditions(catalog: &Connection, asset: &AssetId, renditions: &[NewRendition], run: &str) -> Result<()> {
    for rendition in renditions {
        link(catalog, Node(RowKind::Rendition, rendition.id.as_str()), Node(RowKind::Asset, asset.as_str()), Some(run))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::schema;
    use crate::testing;
    use winnow_contract::id::ReviewItemId;
    use winnow_contract::review::{ItemKind, ItemState};

    fn item(asset: &AssetId, topic: &str, route: Route) -> NewItem {
        NewItem {
            id: ReviewItemId(format!("item {topic}")),
            asset: asset.clone(),
            question: "sensitive",
            kind: ItemKind::Finding,
            topic: topic.into(),
            reason: Words::new("sensitive_value"),
            priority: 0.5,
            blocks: false,
            route,
        }
    }

    #[test]
    fn what_the_policy_accepts_is_a_decision_it_signed() {
        let folder = tempfile::tempdir().expect("a folder");
        let ports = testing::ports();
        let mut catalog = schema::open_for_writing(&folder.path().join("catalog.sqlite")).expect("a catalog");
        schema::migrate(&mut catalog, &ports).expect("a schema");
        let applying = Applying { ports, breaks: Breaks::default() };
        let asset = AssetId::from("asset");
        assets::insert(&catalog, &asset, Some(&[1; 32]), 1, 0).expect("an asset");
        let scan = NewJob {
            kind: JobKind::Detect,
            subject: crate::outcome::Subject::Row("asset".into()),
            fingerprint: "1".into(),
            params: None,
            again: crate::outcome::Again::Never,
        };
        jobs::enqueue(&catalog, &scan, "job", 0).expect("a job");
        let job = jobs::claim(&catalog, crate::pipeline::lane(JobKind::Detect), 1, "me", 0, 1).expect("a lease").remove(0);
        let items = vec![item(&asset, "sure", Route::Accept), item(&asset, "doubtful", Route::Review)];
        let finding = |topic: &str| testing::finding(topic);
        let findings = vec![finding("sure"), finding("doubtful")];
        catalog.execute_batch("PRAGMA foreign_keys = OFF").expect("no texts needed");
        let outcome = Outcome { writes: vec![Write::Findings { asset: asset.clone(), findings, items }], ..Outcome::default() };
        applying.outcome(&catalog, &job, &outcome, outcome.digest(), 0).expect("applied");
        let state = |topic: &str| review::item(&catalog, &ReviewItemId(format!("item {topic}"))).expect("an item").state;
        assert_eq!((state("sure"), state("doubtful")), (ItemState::Decided, ItemState::Open));
        let signed: String = catalog
            .query_row("SELECT a.kind || '/' || a.version FROM decisions d JOIN actors a ON a.id = d.actor_id", [], |row| row.get(0))
            .expect("one decision");
        assert_eq!(signed, format!("policy/{}", crate::review::policy::VERSION));
        assert_eq!(audit::verify(&catalog).expect("a walk").broken, None);
        assert_eq!(review::last_acts(&catalog, 9).expect("acts"), [], "undo is for what a person did");
    }
}
