//! The queue: enqueue, lease, finish, give back. The key (kind, subject, fingerprint) makes enqueuing twice a no-op.

use super::{assets::word, count, params_json, words_of};
use crate::error::Result;
use crate::jobs::Job;
use crate::outcome::{Again, NewJob, Part, Subject};
use crate::paths;
use crate::pipeline;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::HashSet;
use winnow_contract::Words;
use winnow_contract::asset::RenditionKind;
use winnow_contract::id::{AssetId, JobId};
use winnow_contract::job::{FailureRow, JobKind, JobState, Lane};
use winnow_contract::status::JobCounts;

/// Crashes after which a job is set aside.
pub const PARK_AFTER: u32 = 3;
/// When a job may run that waits for others: these let it go when they end.
const HELD: i64 = i64::MAX;
/// A job waits again as if it had never been tried.
const AFRESH: &str = "state = 'queued', attempts = 0, crashes = 0, not_before = 0, error_code = NULL, error_params = NULL";
/// A failed job `j` that says how the reading of its asset ended; those about a part of it are counted apart.
pub const FAILED_WHOLE: &str =
    "j.state IN ('failed', 'parked') AND j.part IS NULL AND j.kind NOT IN ('embed', 'label', 'compare', 'frames')";

/// Enqueues a job; true when it now waits and did not before.
pub fn enqueue(catalog: &Connection, new: &NewJob, id: &str, now: i64) -> Result<bool> {
    let Some(subject) = subject(catalog, new)? else { return Ok(false) };
    let added = add(catalog, new, &subject, id, now)?;
    if matches!(new.kind, JobKind::Detect | JobKind::Compare) {
        hold(catalog, &subject, now)?;
    }
    Ok(added)
}

/// What a new job is about; none when there is no such asset.
pub fn subject(catalog: &Connection, new: &NewJob) -> Result<Option<String>> {
    Ok(match &new.subject {
        Subject::Row(id) | Subject::Part(id, _) => Some(id.clone()),
        Subject::AssetAt(location) => super::locations::asset(catalog, location)?.map(|asset| asset.0),
    })
}

fn add(catalog: &Connection, new: &NewJob, subject: &str, id: &str, now: i64) -> Result<bool> {
    let part = match &new.subject {
        Subject::Part(_, part) => Some(part.to_string()),
        Subject::Row(_) | Subject::AssetAt(_) => None,
    };
    let inserted = catalog
        .prepare_cached(
            "INSERT OR IGNORE INTO jobs (id, kind, subject, fingerprint, lane, params, state, created_at, changed_at, part)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'queued', ?7, ?7, ?8)",
        )?
        .execute(params![id, new.kind.as_str(), subject, new.fingerprint, pipeline::lane(new.kind).as_str(), new.params, now, part])?;
    let from = match new.again {
        _ if inserted > 0 => return Ok(true),
        Again::Never => return Ok(false),
        Again::IfFailed => "('failed', 'parked')",
        Again::Always => "('done', 'failed', 'parked')",
    };
    let back = catalog
        .prepare_cached(&format!(
            "UPDATE jobs SET {AFRESH}, changed_at = ?4, params = ?5 WHERE kind = ?1 AND subject = ?2 AND fingerprint = ?3 AND state IN {from}"
        ))?
        .execute(params![new.kind.as_str(), subject, new.fingerprint, now, new.params])?;
    Ok(back > 0)
}

/// Lets an asset be looked through, and compared, once the last of its pages was read, and not before.
pub fn hold(catalog: &Connection, subject: &str, now: i64) -> Result<()> {
    let open = "EXISTS (SELECT 1 FROM jobs o WHERE o.subject = ?1 AND o.state IN ('queued', 'running') AND o.kind = 'ocr')";
    let wrong = format!("subject = ?1 AND state = 'queued' AND kind IN ('detect', 'compare') AND (not_before = ?2) <> {open}");
    let sql = format!("UPDATE jobs SET not_before = CASE WHEN {open} THEN ?2 ELSE 0 END, changed_at = ?3 WHERE {wrong}");
    catalog.prepare_cached(&sql)?.execute(params![subject, HELD, now])?;
    Ok(())
}

/// Leases up to `limit` waiting jobs of a lane.
pub fn claim(catalog: &Connection, lane: Lane, limit: u32, owner: &str, now: i64, until: i64) -> Result<Vec<Job>> {
    let mut query = catalog.prepare_cached(
        "SELECT id, kind, lane, subject, params, attempts, crashes, part FROM jobs INDEXED BY jobs_waiting
         WHERE state = 'queued' AND lane = ?1 AND not_before <= ?2 ORDER BY crashes, created_at, id LIMIT ?3",
    )?;
    let jobs = query.query_map(params![lane.as_str(), now, limit], job_of)?.collect::<Result<Vec<_>, _>>()?;
    let mut lease =
        catalog.prepare_cached("UPDATE jobs SET state = 'running', lease_owner = ?2, lease_until = ?3, changed_at = ?4 WHERE id = ?1")?;
    for job in &jobs {
        lease.execute(params![job.id, owner, until, now])?;
    }
    Ok(jobs)
}

fn job_of(row: &Row<'_>) -> rusqlite::Result<Job> {
    Ok(Job {
        id: row.get(0)?,
        kind: word(row, 1, JobKind::parse)?,
        lane: word(row, 2, Lane::parse)?,
        subject: row.get(3)?,
        params: row.get(4)?,
        attempts: row.get(5)?,
        crashes: row.get(6)?,
        part: row.get::<_, Option<String>>(7)?.as_deref().and_then(Part::parse),
    })
}

/// When the next job that is put off may run, if any is.
pub fn next_due(catalog: &Connection, lane: Lane) -> Result<Option<i64>> {
    let sql = "SELECT min(not_before) FROM jobs WHERE state = 'queued' AND lane = ?1";
    Ok(catalog.prepare_cached(sql)?.query_row([lane.as_str()], |row| row.get(0))?)
}

/// A job is done, and so are older ones of its kind and subject that had failed. False when it was not running (any more),
/// so that nothing is written twice.
pub fn finish(catalog: &Connection, job: &Job, now: i64) -> Result<bool> {
    // Scans of one folder go on side by side; their failures are forgotten with the next request.
    if job.kind != JobKind::Scan {
        forget_failed_part(catalog, job.kind, &job.subject, job.part, now)?;
    }
    let sql =
        "UPDATE jobs SET state = 'done', error_code = NULL, error_params = NULL, lease_owner = NULL, lease_until = NULL, changed_at = ?2,
         params = CASE kind WHEN 'expand' THEN NULL ELSE params END WHERE id = ?1 AND state = 'running'";
    Ok(catalog.prepare_cached(sql)?.execute(params![job.id, now])? == 1)
}

/// Failed jobs of a kind on a subject no longer matter.
pub fn forget_failed(catalog: &Connection, kind: JobKind, subject: &str, now: i64) -> Result<()> {
    let sql = "UPDATE jobs SET state = 'done', changed_at = ?3 WHERE kind = ?1 AND subject = ?2 AND state IN ('failed', 'parked')";
    catalog.prepare_cached(sql)?.execute(params![kind.as_str(), subject, now])?;
    Ok(())
}

fn forget_failed_part(catalog: &Connection, kind: JobKind, subject: &str, part: Option<Part>, now: i64) -> Result<()> {
    let sql =
        "UPDATE jobs SET state = 'done', changed_at = ?3 WHERE kind = ?1 AND subject = ?2 AND state IN ('failed', 'parked') AND part IS ?4";
    catalog.prepare_cached(sql)?.execute(params![kind.as_str(), subject, now, part.map(|part| part.to_string())])?;
    Ok(())
}

/// A job ends without an outcome.
pub fn fail(catalog: &Connection, job: &str, state: JobState, reason: &Words, now: i64) -> Result<()> {
    let sql = "UPDATE jobs SET state = ?2, error_code = ?3, error_params = ?4, attempts = attempts + 1, lease_owner = NULL, changed_at = ?5 WHERE id = ?1";
    catalog.prepare_cached(sql)?.execute(params![job, state.as_str(), reason.code, params_json(reason), now])?;
    Ok(())
}

/// A job waits again, from `not_before` on.
pub fn put_back(catalog: &Connection, job: &str, attempts: u32, crashes: u32, not_before: i64, now: i64) -> Result<()> {
    let sql = "UPDATE jobs SET state = 'queued', attempts = attempts + ?2, crashes = crashes + ?3, not_before = ?4, lease_owner = NULL, changed_at = ?5
         WHERE id = ?1";
    catalog.prepare_cached(sql)?.execute(params![job, attempts, crashes, not_before, now])?;
    Ok(())
}

/// Takes back what a dead owner held. A death counts against the jobs that were being worked on inside it.
/// Gives back the jobs that are now set aside.
pub fn take_back(catalog: &Connection, in_hand: &HashSet<String>, now: i64) -> Result<Vec<Job>> {
    let mut query = catalog
        .prepare("SELECT id, kind, lane, subject, params, attempts, crashes, part FROM jobs WHERE state <> 'done' AND state = 'running'")?;
    let jobs = query.query_map([], job_of)?.collect::<Result<Vec<_>, _>>()?;
    let mut parked = Vec::new();
    for job in jobs {
        let crashes = u32::from(in_hand.contains(&job.id));
        put_back(catalog, &job.id, 0, crashes, 0, now)?;
        if job.crashes + crashes >= PARK_AFTER {
            parked.push(Job { crashes: job.crashes + crashes, ..job });
        }
    }
    Ok(parked)
}

/// Puts failed jobs back: one, or all. Gives back how many.
pub fn retry(catalog: &Connection, job: Option<&JobId>, now: i64) -> Result<u32> {
    let sql = format!(
        "UPDATE jobs SET {AFRESH}, changed_at = ?2
         WHERE state <> 'done' AND state IN ('failed', 'parked') AND (?1 IS NULL OR id = ?1)
           AND NOT EXISTS (SELECT 1 FROM assets a WHERE a.id = jobs.subject AND a.state = 'missing')"
    );
    Ok(u32::try_from(catalog.execute(&sql, params![job.map(JobId::as_str), now])?).unwrap_or(u32::MAX))
}

/// The stage that makes renditions of a kind.
pub fn maker(kind: RenditionKind) -> JobKind {
    match kind {
        RenditionKind::Thumbnail | RenditionKind::Preview | RenditionKind::Page => JobKind::Decode,
        RenditionKind::Sound | RenditionKind::Waveform => JobKind::Sound,
        RenditionKind::Frame => JobKind::Frames,
    }
}

/// Puts an asset's last job of a stage back when it was done, to make its renditions again.
pub fn make_again(catalog: &Connection, asset: &AssetId, stage: JobKind, now: i64) -> Result<u32> {
    let sql = format!(
        "UPDATE jobs SET {AFRESH}, changed_at = ?2 WHERE subject = ?1 AND state = 'done'
           AND id = (SELECT j.id FROM jobs j WHERE j.subject = ?1 AND j.kind = ?3 ORDER BY j.created_at DESC, j.id DESC LIMIT 1)"
    );
    Ok(u32::try_from(catalog.execute(&sql, params![asset.as_str(), now, stage.as_str()])?).unwrap_or(u32::MAX))
}

/// Puts jobs of an asset back that had failed for a reason which is gone. Gives back how many.
pub fn retry_failed(catalog: &Connection, asset: &AssetId, reason: &str, now: i64) -> Result<u32> {
    let sql = format!("UPDATE jobs SET {AFRESH}, changed_at = ?3 WHERE subject = ?1 AND state = 'failed' AND error_code = ?2");
    Ok(u32::try_from(catalog.execute(&sql, params![asset.as_str(), reason, now])?).unwrap_or(u32::MAX))
}

/// The stages of an asset that failed for want of a password.
pub fn locked(catalog: &Connection, asset: &AssetId) -> Result<Vec<JobKind>> {
    let sql = "SELECT DISTINCT kind FROM jobs WHERE subject = ?1 AND state = 'failed' AND error_code = 'locked' ORDER BY kind";
    let mut query = catalog.prepare_cached(sql)?;
    let rows = query.query_map([asset.as_str()], |row| word(row, 0, JobKind::parse))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Takes apart again what lay too deep and may lie higher now.
pub fn expand_again(catalog: &Connection, asset: &AssetId, now: i64) -> Result<()> {
    let sql = format!(
        "UPDATE jobs SET {AFRESH}, changed_at = ?2 WHERE subject = ?1 AND state = 'done' AND kind = 'expand'
           AND EXISTS (SELECT 1 FROM asset_notes n WHERE n.asset_id = ?1 AND n.stage = 'expand' AND n.code = 'too_deep')"
    );
    catalog.prepare_cached(&sql)?.execute(params![asset.as_str(), now])?;
    Ok(())
}

/// Jobs that wait, run, or failed; failures of what is no longer there are left out.
pub fn counts(catalog: &Connection) -> Result<JobCounts> {
    let number = |sql: &str| -> Result<u32> { Ok(count(catalog.prepare_cached(sql)?.query_row([], |row| row.get(0))?)) };
    Ok(JobCounts {
        queued: number("SELECT count(*) FROM jobs WHERE state <> 'done' AND state = 'queued'")?,
        running: number("SELECT count(*) FROM jobs WHERE state <> 'done' AND state = 'running'")?,
        failed: number(
            "SELECT count(*) FROM jobs WHERE state <> 'done' AND state IN ('failed', 'parked')
               AND NOT EXISTS (SELECT 1 FROM assets a WHERE a.id = jobs.subject AND a.state = 'missing')",
        )?,
    })
}

/// True when a job waits or runs.
pub fn any_left(catalog: &Connection) -> Result<bool> {
    Ok(catalog.prepare_cached("SELECT 1 FROM jobs WHERE state <> 'done' AND state IN ('queued', 'running')")?.exists([])?)
}

/// True when a job on this subject waits or runs.
pub fn is_open(catalog: &Connection, subject: &str) -> Result<bool> {
    Ok(catalog.prepare_cached("SELECT 1 FROM jobs WHERE subject = ?1 AND state IN ('queued', 'running')")?.exists([subject])?)
}

/// Files on which a job waits or runs; it goes through all of these.
pub fn open_files(catalog: &Connection) -> Result<u32> {
    let sql = "SELECT count(DISTINCT subject) FROM jobs WHERE state <> 'done' AND state IN ('queued', 'running') AND kind <> 'scan'";
    Ok(count(catalog.prepare_cached(sql)?.query_row([], |row| row.get(0))?))
}

/// Jobs of each lane that run or could.
pub fn loads(catalog: &Connection) -> Result<Vec<(Lane, u32)>> {
    let sql = "SELECT (SELECT count(*) FROM jobs WHERE state = 'queued' AND lane = ?1 AND not_before < ?2)
                    + (SELECT count(*) FROM jobs WHERE state <> 'done' AND state = 'running' AND lane = ?1)";
    let load = |lane: &Lane| Ok((*lane, count(catalog.prepare_cached(sql)?.query_row(params![lane.as_str(), HELD], |row| row.get(0))?)));
    Lane::ALL.iter().map(load).collect()
}

/// True when a job of a lane waits or runs.
pub fn any_in(catalog: &Connection, lane: Lane) -> Result<bool> {
    let sql = "SELECT 1 WHERE EXISTS (SELECT 1 FROM jobs WHERE state = 'queued' AND lane = ?1)
         OR EXISTS (SELECT 1 FROM jobs WHERE state <> 'done' AND state = 'running' AND lane = ?1)";
    Ok(catalog.prepare_cached(sql)?.exists([lane.as_str()])?)
}

/// Puts jobs of a kind back that failed for a reason which is gone.
pub fn retry_without(catalog: &Connection, kind: JobKind, reason: &str, now: i64) -> Result<()> {
    let sql =
        format!("UPDATE jobs SET {AFRESH}, changed_at = ?3 WHERE state <> 'done' AND state = 'failed' AND kind = ?1 AND error_code = ?2");
    catalog.execute(&sql, params![kind.as_str(), reason, now])?;
    Ok(())
}

/// When the oldest waiting job was enqueued.
pub fn oldest(catalog: &Connection) -> Result<Option<i64>> {
    let sql = "SELECT created_at FROM jobs WHERE state <> 'done' AND state = 'queued' ORDER BY rowid LIMIT 1";
    Ok(catalog.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?)
}

/// Waiting jobs of a lane.
pub fn queued(catalog: &Connection, lane: Lane) -> Result<u32> {
    let sql = "SELECT count(*) FROM jobs WHERE state = 'queued' AND lane = ?1";
    Ok(count(catalog.prepare_cached(sql)?.query_row([lane.as_str()], |row| row.get(0))?))
}

/// Names of the files a lane works on now.
pub fn running(catalog: &Connection, lane: Lane, limit: u32) -> Result<Vec<String>> {
    let mut query = catalog.prepare_cached(
        "SELECT coalesce((SELECT l.display FROM locations l WHERE l.id = j.subject OR l.asset_id = j.subject LIMIT 1),
                         (SELECT f.display FROM folders f WHERE f.id = j.subject), '')
         FROM jobs j WHERE j.state <> 'done' AND j.state = 'running' AND j.lane = ?1 ORDER BY j.created_at, j.id LIMIT ?2",
    )?;
    let rows = query.query_map(params![lane.as_str(), limit], |row| Ok(paths::file_name(&row.get::<_, String>(0)?).to_owned()))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Failed jobs, newest first.
pub fn failures(catalog: &Connection, offset: u32, limit: u32) -> Result<Vec<FailureRow>> {
    let mut query = catalog.prepare_cached(
        "SELECT j.id, j.kind, j.error_code, j.error_params, j.changed_at,
                coalesce((SELECT a.id FROM assets a WHERE a.id = j.subject), (SELECT l.asset_id FROM locations l WHERE l.id = j.subject)),
                coalesce((SELECT l.display FROM locations l WHERE l.id = j.subject OR l.asset_id = j.subject LIMIT 1),
                         (SELECT f.display FROM folders f WHERE f.id = j.subject), '')
         FROM jobs j WHERE j.state <> 'done' AND j.state IN ('failed', 'parked')
           AND NOT EXISTS (SELECT 1 FROM assets a WHERE a.id = j.subject AND a.state = 'missing') ORDER BY j.changed_at DESC, j.id DESC LIMIT ?1 OFFSET ?2",
    )?;
    let rows = query.query_map(params![limit, offset], |row| {
        let (code, params): (Option<String>, Option<String>) = (row.get(2)?, row.get(3)?);
        Ok(FailureRow {
            job: JobId(row.get(0)?),
            kind: word(row, 1, JobKind::parse)?,
            asset: row.get::<_, Option<String>>(5)?.map(AssetId),
            name: paths::file_name(&row.get::<_, String>(6)?).to_owned(),
            reason: words_of(code.unwrap_or_else(|| "internal".into()), params.as_deref().unwrap_or("{}")),
            at: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
