//! Carries out what a person says: decisions, decisions alike, and their undo. Each act is one transaction with its event.
//!
//! What is asked, and in which order, is the policy's.

use crate::breaks::{Breaks, Point};
use crate::catalog::review::{self, Item, NewDecision};
use crate::catalog::{assets, audit};
use crate::error::{EngineError, Result};
use crate::ports::Ports;
use rusqlite::Connection;
use serde_json::json;
use winnow_contract::Words;
use winnow_contract::command::Decide;
use winnow_contract::id::{DecisionId, ReviewItemId};
use winnow_contract::review::{Decided, ItemState, Undone, Verdict};

/// Decides an item, and with `all_alike` every open one with the same value.
pub fn decide(catalog: &Connection, ports: &Ports, breaks: &Breaks, request: &Decide) -> Result<Decided> {
    let item = review::item(catalog, &request.item)?;
    check(&item, request)?;
    let mut items = vec![item];
    if request.all_alike {
        items.extend(review::alike(catalog, &items[0])?);
    }
    let said = said(catalog, &items, request.verdict)?;
    let affected = u32::try_from(items.len()).unwrap_or(u32::MAX);
    let answer = |decision| Decided { decision, item: request.item.clone(), verdict: request.verdict, affected, said };
    if request.dry_run {
        return Ok(answer(None));
    }
    let act = ports.ids.next();
    write(catalog, ports, &act, &items, request)?;
    breaks.hit(Point::DecideRows)?;
    record(catalog, "decision_made", &review::person(catalog)?, &items[0], &act, ports.clock.now_ms())?;
    Ok(answer(Some(DecisionId(act))))
}

/// The policy answers instead of a person, and signs with its version. An item that was decided before stays as it is.
pub fn accept(catalog: &Connection, ports: &Ports, id: &ReviewItemId) -> Result<()> {
    let item = review::item(catalog, id)?;
    if item.state != ItemState::Open {
        return Ok(());
    }
    let (act, at) = (ports.ids.next(), ports.clock.now_ms());
    let actor = review::policy_actor(catalog, &ports.ids.next(), at)?;
    let shown = shown(catalog, &item)?;
    let new = NewDecision { id: &act, act: &act, actor: &actor, verdict: Verdict::Accepted, value: None, shown, took_ms: None, at };
    review::insert_decision(catalog, &item, &new, &ports.ids.next())?;
    record(catalog, "decision_made", &actor, &item, &act, at)
}

fn check(item: &Item, request: &Decide) -> Result<()> {
    let value = request.value.as_deref().filter(|value| !value.trim().is_empty());
    match (item.state, request.verdict, value, &request.value) {
        (ItemState::Decided | ItemState::Withdrawn, ..) => Err(EngineError::refused("already_decided")),
        (_, Verdict::Corrected, None, _) => Err(EngineError::refused("value_needed")),
        (_, Verdict::Accepted | Verdict::Redacted | Verdict::Rejected | Verdict::Deferred, _, Some(_)) => {
            Err(EngineError::refused("value_not_allowed"))
        }
        (ItemState::Open | ItemState::Deferred, ..) => Ok(()),
    }
}

fn write(catalog: &Connection, ports: &Ports, act: &str, items: &[Item], request: &Decide) -> Result<()> {
    let actor = review::person(catalog)?;
    let at = ports.clock.now_ms();
    for (number, item) in items.iter().enumerate() {
        let id = if number == 0 { act.to_owned() } else { ports.ids.next() };
        let (verdict, value) = (request.verdict, request.value.as_deref());
        let shown = shown(catalog, item)?;
        let new = NewDecision { id: &id, act, actor: &actor, verdict, value, shown, took_ms: request.took_ms, at };
        review::insert_decision(catalog, item, &new, &ports.ids.next())?;
    }
    Ok(())
}

/// What stood before the person: where, what kind, how sure; values only as keyed hashes.
fn shown(catalog: &Connection, item: &Item) -> Result<String> {
    let findings = review::findings_by_item(catalog, &item.id)?;
    let findings: Vec<_> = findings
        .iter()
        .map(|finding| {
            let row = &finding.row;
            json!({
                "entity": row.entity, "extraction": row.extraction, "start": row.start, "end": row.end, "score": row.score,
                "recogniser": row.recogniser, "value": blake3::Hash::from(finding.value_hash).to_hex().as_str(),
            })
        })
        .collect();
    Ok(json!({ "reason": item.reason, "priority": item.priority, "findings": findings }).to_string())
}

fn said(catalog: &Connection, items: &[Item], verdict: Verdict) -> Result<Words> {
    let name = assets::row(catalog, &items[0].asset)?.map(|row| row.name).unwrap_or_default();
    let said = Words::new(&format!("said_{verdict}")).with("name", name);
    Ok(match items.len() {
        1 => said,
        several => Words::new("said_alike").with("sentence", said.sentence()).with("more", several - 1),
    })
}

fn record(catalog: &Connection, code: &str, actor: &str, item: &Item, act: &str, at: i64) -> Result<()> {
    let digest = review::act_digest(catalog, act)?;
    audit::append(catalog, &audit::Event { at, actor, code, subject: item.asset.as_str(), reference: act, digest })
}

/// Takes back the last acts of the person, newest first.
pub fn undo(catalog: &Connection, ports: &Ports, breaks: &Breaks, limit: u32) -> Result<Undone> {
    let acts = review::last_acts(catalog, limit)?;
    if acts.is_empty() {
        return Err(EngineError::refused("nothing_to_undo"));
    }
    let actor = review::person(catalog)?;
    let mut items = Vec::new();
    for act in &acts {
        let at = ports.clock.now_ms();
        let (asset, reopened) = review::reverse(catalog, act, &actor, at)?;
        breaks.hit(Point::UndoRows)?;
        let digest = review::reversal_digest(catalog, act.as_str())?;
        let event = audit::Event { at, actor: &actor, code: "decision_undone", subject: asset.as_str(), reference: act.as_str(), digest };
        audit::append(catalog, &event)?;
        items.extend(reopened);
    }
    Ok(Undone { undone: acts, items })
}
