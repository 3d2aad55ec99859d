//! The audit trail: events chained by BLAKE3, each bound to what was written by a salted commitment.
//!
//! Holds no text, path or name. The salt of a subject is a row that erasure deletes; the chain verifies without it.

use super::schema::random_bytes;
use crate::error::Result;
use rusqlite::{Connection, OptionalExtension, params};

/// Something that happened.
pub struct Event<'a> {
    pub at: i64,
    /// Id of the actor, or `winnow` for what no person decided.
    pub actor: &'a str,
    /// `scan_done`, `decision_made`, ….
    pub code: &'a str,
    /// Id of the asset, location or folder it is about.
    pub subject: &'a str,
    /// Id of the run, job or act that holds the detail.
    pub reference: &'a str,
    /// BLAKE3 of the detail.
    pub digest: [u8; 32],
}

/// Appends an event to the chain.
pub fn append(catalog: &Connection, event: &Event<'_>) -> Result<()> {
    let salt = salt(catalog, event.subject)?;
    let commitment = commitment(&salt, &event.digest);
    let sql = "SELECT events, hash FROM audit_head";
    let (events, previous): (i64, [u8; 32]) = catalog.prepare_cached(sql)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let seq = events + 1;
    let hash = chain(&previous, seq, event, &commitment);
    catalog
        .prepare_cached(
            "INSERT INTO audit_events (seq, at, actor, code, subject, reference, commitment, previous, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            seq,
            event.at,
            event.actor,
            event.code,
            event.subject,
            event.reference,
            commitment.as_slice(),
            previous.as_slice(),
            hash.as_slice()
        ])?;
    catalog.prepare_cached("UPDATE audit_head SET events = ?1, hash = ?2 WHERE one = 1")?.execute(params![seq, hash.as_slice()])?;
    Ok(())
}

fn salt(catalog: &Connection, subject: &str) -> Result<[u8; 32]> {
    let known = known_salt(catalog, subject)?;
    if let Some(salt) = known {
        return Ok(salt);
    }
    let salt = random_bytes()?;
    catalog.prepare_cached("INSERT INTO audit_salts (subject, salt) VALUES (?1, ?2)")?.execute(params![subject, salt])?;
    Ok(salt)
}

fn known_salt(catalog: &Connection, subject: &str) -> Result<Option<[u8; 32]>> {
    Ok(catalog.prepare_cached("SELECT salt FROM audit_salts WHERE subject = ?1")?.query_row([subject], |row| row.get(0)).optional()?)
}

/// BLAKE3 keyed with the salt.
fn commitment(salt: &[u8; 32], digest: &[u8; 32]) -> [u8; 32] {
    *blake3::keyed_hash(salt, digest).as_bytes()
}

/// The canonical form: the previous hash, then each field with its length in front, little-endian.
fn chain(previous: &[u8; 32], seq: i64, event: &Event<'_>, commitment: &[u8; 32]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(previous);
    hasher.update(&seq.to_le_bytes());
    hasher.update(&event.at.to_le_bytes());
    for field in [event.actor, event.code, event.subject, event.reference] {
        hasher.update(&(field.len() as u64).to_le_bytes());
        hasher.update(field.as_bytes());
    }
    hasher.update(commitment);
    *hasher.finalize().as_bytes()
}

/// What a walk over the chain found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    pub events: i64,
    /// Last hash in hexadecimal.
    pub head: String,
    /// The first event that does not fit, and why; none when all do.
    pub broken: Option<(i64, &'static str)>,
}

/// Walks the whole chain; checks every decision and run against its commitment as long as the salt exists.
pub fn verify(catalog: &Connection) -> Result<Verified> {
    let mut query =
        catalog.prepare("SELECT seq, at, actor, code, subject, reference, commitment, previous, hash FROM audit_events ORDER BY seq")?;
    let mut rows = query.query([])?;
    let (mut events, mut head, mut broken) = (0i64, [0u8; 32], None);
    while let Some(row) = rows.next()? {
        let seq: i64 = row.get(0)?;
        let (actor, code, subject, reference): (String, String, String, String) = (row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?);
        let (stored, previous, hash): ([u8; 32], [u8; 32], [u8; 32]) = (row.get(6)?, row.get(7)?, row.get(8)?);
        let event = Event { at: row.get(1)?, actor: &actor, code: &code, subject: &subject, reference: &reference, digest: [0; 32] };
        let fault = match () {
            () if seq != events + 1 => Some("an event is missing"),
            () if previous != head => Some("it does not follow the event before"),
            () if hash != chain(&previous, seq, &event, &stored) => Some("it was changed"),
            () => detail_fault(catalog, &event, &stored)?,
        };
        broken = broken.or(fault.map(|why| (seq, why)));
        (events, head) = (seq, hash);
    }
    let (count, last): (i64, [u8; 32]) =
        catalog.query_row("SELECT events, hash FROM audit_head", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if broken.is_none() && (count != events || last != head) {
        broken = Some((events + 1, "the end of the chain is missing"));
    }
    Ok(Verified { events, head: blake3::Hash::from(head).to_hex().to_string(), broken: broken.or(unaudited(catalog)?) })
}

/// Compares the rows an event speaks of with what it committed to.
fn detail_fault(catalog: &Connection, event: &Event<'_>, stored: &[u8; 32]) -> Result<Option<&'static str>> {
    let Some(salt) = known_salt(catalog, event.subject)? else { return Ok(None) };
    let digest = match event.code {
        "decision_made" => Some(super::review::act_digest(catalog, event.reference)?),
        "decision_undone" => Some(super::review::reversal_digest(catalog, event.reference)?),
        code if code.ends_with("_done") => run_digest(catalog, event.reference)?,
        _ => None,
    };
    Ok(digest.filter(|digest| commitment(&salt, digest) != *stored).map(|_| "what it speaks of was changed"))
}

fn run_digest(catalog: &Connection, run: &str) -> Result<Option<[u8; 32]>> {
    Ok(catalog.prepare_cached("SELECT output_digest FROM runs WHERE id = ?1")?.query_row([run], |row| row.get(0)).optional()?)
}

/// A decision, reversal or run that no event speaks of.
fn unaudited(catalog: &Connection) -> Result<Option<(i64, &'static str)>> {
    let orphan = |sql: &str| -> Result<bool> { Ok(catalog.prepare(sql)?.exists([])?) };
    let audited = "(SELECT 1 FROM audit_events e WHERE e.reference =";
    let faults = [
        (format!("SELECT 1 FROM decisions d WHERE NOT EXISTS {audited} d.act_id AND e.code = 'decision_made')"), "a decision has no event"),
        (
            format!(
                "SELECT 1 FROM reversals r JOIN decisions d ON d.id = r.decision_id WHERE NOT EXISTS {audited} d.act_id AND e.code = 'decision_undone')"
            ),
            "an undo has no event",
        ),
        (format!("SELECT 1 FROM runs r WHERE NOT EXISTS {audited} r.id)"), "a run has no event"),
    ];
    for (sql, why) in faults {
        if orphan(&sql)? {
            return Ok(Some((0, why)));
        }
    }
    Ok(None)
}
