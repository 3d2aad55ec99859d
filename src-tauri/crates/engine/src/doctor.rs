//! Checks a library and says what repair would do; repairs only what can be made again from the truth.
//!
//! Never touches an original, a decision or the audit trail.

use crate::catalog::{assets, audit, locations, texts, words};
use crate::engine::Engine;
use crate::error::Result;
use crate::extract::files;
use crate::renditions::Renditions;
use rusqlite::Connection;
use std::collections::HashSet;
use winnow_contract::asset::AssetFilter;
use winnow_contract::id::{AssetId, RenditionId};

/// One thing that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub name: &'static str,
    pub ok: bool,
    /// What was found, and what repair would do (or did).
    pub detail: String,
}

impl Check {
    fn of(name: &'static str, faults: usize, fine: &str, fault: &str) -> Self {
        Self { name, ok: faults == 0, detail: if faults == 0 { fine.to_owned() } else { format!("{faults} {fault}") } }
    }
}

impl Engine {
    /// Checks rows, full text, renditions and the audit chain; with `read_data` also the originals' hashes; with `repair`
    /// makes again what can be made again.
    pub fn examine(&self, read_data: bool, repair: bool) -> Result<Vec<Check>> {
        // First, for a damaged index is a fault of the rows until it is written again.
        let full_text = self.full_text(repair)?;
        let mut checks = vec![self.read(rows)?, self.read(references)?, self.read(extractions)?, full_text];
        checks.push(self.read(projection)?);
        checks.push(self.missing_renditions(repair)?);
        checks.push(self.stray_renditions(repair)?);
        checks.push(self.vectors(repair)?);
        checks.push(self.answers());
        checks.push(self.chain()?);
        if read_data {
            checks.push(self.originals()?);
        }
        Ok(checks)
    }

    fn full_text(&self, repair: bool) -> Result<Check> {
        let (chunks, faults) = self.write_or_read(words::faults)?;
        let name = "full text";
        if faults == 0 {
            return Ok(Check { name, ok: true, detail: format!("{chunks} passages") });
        }
        if repair {
            self.write(words::rebuild)?;
            return Ok(Check { name, ok: true, detail: format!("written again from {chunks} passages") });
        }
        Ok(Check { name, ok: false, detail: format!("{faults} faults in {chunks} passages; repair writes it again from the texts") })
    }

    /// Asks on the writer's connection, which may hold temporary tables, when there is one.
    fn write_or_read<T: Send + 'static>(&self, ask: fn(&Connection) -> Result<T>) -> Result<T> {
        if self.writer().is_ok() { self.write(ask) } else { self.read(ask) }
    }

    fn missing_renditions(&self, repair: bool) -> Result<Check> {
        let missing = self.read(assets::kept_renditions)?.into_iter().filter(|(id, ..)| !self.renditions().has(id)).count();
        if missing > 0 && repair {
            let assets = self.heal_renditions()?;
            return Ok(Check { name: "renditions", ok: true, detail: format!("{assets} assets are decoded again for {missing} pictures") });
        }
        Ok(Check::of("renditions", missing, "every picture is there", "pictures are gone; repair decodes their assets again"))
    }

    fn stray_renditions(&self, repair: bool) -> Result<Check> {
        let mut known: HashSet<RenditionId> = self.read(assets::all_renditions)?.into_iter().collect();
        // A container that holds itself leaves its own bytes among what was found in containers.
        known.extend(self.read(assets::contents)?.iter().map(Renditions::content));
        let stray: Vec<_> = self.renditions().list()?.into_iter().filter(|(id, _)| !known.contains(id)).collect();
        // A picture is put in place before its row, so one of a job that still waits is no stray.
        if stray.is_empty() || !self.is_settled()? {
            return Ok(Check { name: "stray pictures", ok: true, detail: "none".into() });
        }
        if repair {
            stray.iter().try_for_each(|(_, path)| fs_err::remove_file(path))?;
            return Ok(Check { name: "stray pictures", ok: true, detail: format!("{} removed", stray.len()) });
        }
        Ok(Check::of("stray pictures", stray.len(), "none", "files belong to no row; repair removes them"))
    }

    /// The vector index holds exactly the live passages, but for what it has still to be told.
    fn vectors(&self, repair: bool) -> Result<Check> {
        let name = "vectors";
        let (held, faults) = match self.index_faults(repair)? {
            None => return Ok(Check { name, ok: true, detail: "nothing is searched by meaning".into() }),
            Some(Err(words)) => {
                return Ok(Check { name, ok: false, detail: format!("{} It is made again from the catalog.", words.sentence()) });
            }
            Some(Ok(found)) => found,
        };
        match (faults, repair) {
            (0, _) => Ok(Check { name, ok: true, detail: format!("{held} passages") }),
            (_, true) => Ok(Check { name, ok: true, detail: format!("{faults} passages are told again") }),
            (_, false) => {
                Ok(Check { name, ok: false, detail: format!("{faults} passages differ from the catalog; repair tells them again") })
            }
        }
    }

    /// The library's own answers to "what is it?".
    fn answers(&self) -> Check {
        let known = self.taxonomies().known();
        let detail = match &known.problem {
            None => format!("{} to choose from", known.taxonomy.answers.len()),
            Some(why) => format!("taxonomy.toml cannot be used, so the shipped ones are: {why}"),
        };
        Check { name: "answers", ok: known.problem.is_none(), detail }
    }

    fn chain(&self) -> Result<Check> {
        let verified: audit::Verified = self.verify_audit()?;
        let detail = match verified.broken {
            None => format!("{} events", verified.events),
            Some((seq, why)) => format!("event {seq}: {why}; this cannot be repaired, only reported"),
        };
        Ok(Check { name: "audit chain", ok: verified.broken.is_none(), detail })
    }

    fn originals(&self) -> Result<Check> {
        let (mut wrong, mut closed) = (0, 0);
        for asset in self.read(|catalog| assets::ids(catalog, &AssetFilter::default()))? {
            let (differ, unread) = self.compare_originals(&asset)?;
            (wrong, closed) = (wrong + differ, closed + unread);
        }
        let fault = format!("files differ or are out of reach ({closed} of them could not be opened); scan their folders again");
        Ok(Check::of("originals", wrong + closed, "every file has the bytes that were read", &fault))
    }

    /// Locations of an asset that hold other bytes, and those that cannot be opened.
    fn compare_originals(&self, asset: &AssetId) -> Result<(usize, usize)> {
        let Some(source) = self.read(|catalog| assets::source(catalog, asset))? else { return Ok((0, 0)) };
        let (mut wrong, mut closed) = (0, 0);
        for place in self.read(|catalog| locations::places(catalog, asset))? {
            match files::open(&place.folder, &place.path) {
                Ok((file, _)) => wrong += usize::from(*blake3::Hasher::new().update_reader(file)?.finalize().as_bytes() != source.hash),
                Err(_) => closed += 1,
            }
        }
        Ok((wrong, closed))
    }
}

fn rows(catalog: &Connection) -> Result<Check> {
    let answer: String = catalog.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    Ok(Check { name: "rows", ok: answer == "ok", detail: answer })
}

fn references(catalog: &Connection) -> Result<Check> {
    let faults = catalog.prepare("PRAGMA foreign_key_check")?.query_map([], |_| Ok(()))?.count();
    Ok(Check::of("references", faults, "every row points to one that exists", "rows point to nothing"))
}

fn extractions(catalog: &Connection) -> Result<Check> {
    Ok(Check::of("texts", texts::damaged(catalog)?.len(), "every text has its hash", "texts were changed behind Winnow's back"))
}

/// Annotations are exactly what the decisions that stand say.
fn projection(catalog: &Connection) -> Result<Check> {
    // Of several decisions on one item the last counts.
    let kept = |row: &str| format!("{row}.verdict <> 'deferred' AND NOT EXISTS (SELECT 1 FROM reversals r WHERE r.decision_id = {row}.id)");
    let later = format!("SELECT 1 FROM decisions e WHERE e.item_id = d.item_id AND e.rowid > d.rowid AND {}", kept("e"));
    let stands = format!("{} AND NOT EXISTS ({later})", kept("d"));
    let sql = format!(
        "SELECT (SELECT count(*) FROM decisions d WHERE {stands} AND NOT EXISTS (SELECT 1 FROM annotations n WHERE n.decision_id = d.id))
              + (SELECT count(*) FROM annotations n JOIN decisions d ON d.id = n.decision_id WHERE NOT ({stands}))"
    );
    let faults: i64 = catalog.query_row(&sql, [], |row| row.get(0))?;
    Ok(Check::of("annotations", usize::try_from(faults).unwrap_or(1), "they are what the decisions say", "differ from the decisions"))
}
