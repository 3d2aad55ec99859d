//! Carries out what a person says: decisions, decisions alike, and their undo. Each act is one transaction with its event.
//!
//! What is asked, and in which order, is the policy's.

use crate::breaks::{Breaks, Point};
use crate::catalog::review::{self, Item, NewDecision};
use crate::catalog::{assets, audit, labels, near_duplicates};
use crate::error::{EngineError, Result};
use crate::ports::Ports;
use crate::review::{context, policy, reading};
use rusqlite::Connection;
use serde_json::json;
use winnow_contract::Words;
use winnow_contract::command::{Decide, SetLabel};
use winnow_contract::id::{AssetId, DecisionId, ReviewItemId};
use winnow_contract::review::{Decided, ItemKind, ItemState, Undone, Verdict};

/// What a person did.
pub struct Act<T> {
    pub answer: T,
    /// Assets with another text than before.
    pub rewritten: Vec<AssetId>,
}

/// Decides an item, and with `all_alike` every open one with the same value; what an asset is, or that it is the same thing, is
/// then said of everything that is nearly the same. `answers` are those of the taxonomy.
pub fn decide(catalog: &Connection, ports: &Ports, breaks: &Breaks, answers: &[String], request: &Decide) -> Result<Act<Decided>> {
    let item = review::item(catalog, &request.item)?;
    check(&item, request)?;
    match item.kind {
        ItemKind::Label => check_label(catalog, &item, answers, request)?,
        ItemKind::Duplicate => check_duplicate(request)?,
        ItemKind::Extraction => check_reading(catalog, &item, request)?,
        ItemKind::Finding => {}
    }
    let more = if request.all_alike { taken_along(catalog, &item)? } else { 0 };
    let said = said(catalog, &item, more, request.verdict, request.value.as_deref())?;
    let affected = u32::try_from(more + 1).unwrap_or(u32::MAX);
    let answer = |decision| Decided { decision, item: request.item.clone(), verdict: request.verdict, affected, said };
    if request.dry_run {
        return Ok(Act { answer: answer(None), rewritten: Vec::new() });
    }
    let items = if request.all_alike { with_alike(catalog, ports, item)? } else { vec![item] };
    let act = ports.ids.next();
    write(catalog, ports, &act, &items, request)?;
    let act = DecisionId(act);
    let rewritten = rewrite(catalog, ports, breaks, &review::corrected_by(catalog, &act)?)?;
    breaks.hit(Point::DecideRows)?;
    record(catalog, "decision_made", &review::person(catalog)?, &items[0], act.as_str(), ports.clock.now_ms())?;
    Ok(Act { answer: answer(Some(act)), rewritten })
}

/// Brings the texts that items are about in line with what is decided of them; gives back the assets of those that changed.
fn rewrite(catalog: &Connection, ports: &Ports, breaks: &Breaks, items: &[Item]) -> Result<Vec<AssetId>> {
    let mut rewritten = Vec::new();
    for item in items {
        if reading::stand(catalog, ports, breaks, &item.asset, reading::place_of(&item.topic))? {
            rewritten.push(item.asset.clone());
        }
    }
    Ok(rewritten)
}

/// How many others "decide all alike" takes along.
pub fn taken_along(catalog: &Connection, item: &Item) -> Result<usize> {
    Ok(review::alike(catalog, item)?.len() + never_labelled(catalog, item)?.len())
}

/// What is nearly the same as an asset that is labelled, and was never asked about itself.
fn never_labelled(catalog: &Connection, item: &Item) -> Result<Vec<AssetId>> {
    match item.kind {
        ItemKind::Label => near_duplicates::never_labelled(catalog, &item.asset),
        ItemKind::Finding | ItemKind::Extraction | ItemKind::Duplicate => Ok(Vec::new()),
    }
}

/// An item and all that is decided with it. Of what nobody was asked about, the person is the one who asks.
fn with_alike(catalog: &Connection, ports: &Ports, item: Item) -> Result<Vec<Item>> {
    let mut items = review::alike(catalog, &item)?;
    for asset in never_labelled(catalog, &item)? {
        items.push(asked_by_hand(catalog, ports, &asset)?);
    }
    items.insert(0, item);
    Ok(items)
}

/// The question what an asset is, asked by the person if nobody else has.
fn asked_by_hand(catalog: &Connection, ports: &Ports, asset: &AssetId) -> Result<Item> {
    labels::ask_by_hand(catalog, &policy::labelled_by_hand(asset, ports.ids.next()), ports.clock.now_ms())?;
    review::item(catalog, &labels::item(catalog, asset)?.expect("BUG: it was asked a moment ago"))
}

/// The policy answers instead of a person, and signs with its version. An item that was decided before stays as it is.
pub fn accept(catalog: &Connection, ports: &Ports, id: &ReviewItemId) -> Result<()> {
    let item = review::item(catalog, id)?;
    if item.state != ItemState::Open {
        return Ok(());
    }
    let (act, at) = (ports.ids.next(), ports.clock.now_ms());
    let actor = review::policy_actor(catalog, &ports.ids.next(), at)?;
    let shown = shown(catalog, &item, Verdict::Accepted)?;
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

/// The verdicts that answer what an asset is.
fn check_label(catalog: &Connection, item: &Item, answers: &[String], request: &Decide) -> Result<()> {
    match (request.verdict, &request.value) {
        (Verdict::Accepted, _) if labels::best(catalog, &item.asset)?.is_none() => Err(EngineError::refused("no_proposal")),
        (Verdict::Redacted, _) => Err(EngineError::Refused(Words::new("verdict_not_allowed").with("verdict", request.verdict))),
        (Verdict::Corrected, Some(value)) => known_answer(answers, value),
        (Verdict::Accepted | Verdict::Corrected | Verdict::Rejected | Verdict::Deferred, _) => Ok(()),
    }
}

/// Words can be corrected where there are some, or could be.
fn check_reading(catalog: &Connection, item: &Item, request: &Decide) -> Result<()> {
    let gone = request.verdict == Verdict::Corrected && reading::asked(catalog, item)?.is_none();
    if gone { Err(EngineError::refused("nothing_to_correct")) } else { Ok(()) }
}

/// Two things are the same or they are not.
fn check_duplicate(request: &Decide) -> Result<()> {
    match request.verdict {
        Verdict::Accepted | Verdict::Rejected | Verdict::Deferred => Ok(()),
        Verdict::Corrected | Verdict::Redacted => {
            Err(EngineError::Refused(Words::new("verdict_not_allowed").with("verdict", request.verdict)))
        }
    }
}

fn known_answer(answers: &[String], answer: &str) -> Result<()> {
    let known = answers.iter().any(|known| known == answer);
    if known { Ok(()) } else { Err(EngineError::Refused(Words::new("not_an_answer").with("answer", answer))) }
}

/// A person says what an asset is, asked or not. What was said before still stands behind it and comes back with an undo.
/// Without an answer everything that was said is taken back.
pub fn set_label(catalog: &Connection, ports: &Ports, breaks: &Breaks, answers: &[String], request: &SetLabel) -> Result<Decided> {
    if !assets::exists(catalog, &request.asset)? {
        return Err(EngineError::not_found(request.asset.as_str()));
    }
    let answer = request.answer.trim();
    if answer.is_empty() {
        return take_back(catalog, ports, breaks, request);
    }
    known_answer(answers, answer)?;
    if assets::row(catalog, &request.asset)?.is_some_and(|row| row.labels.iter().any(|label| label == answer)) {
        return Err(EngineError::refused("already_decided"));
    }
    let item = asked_by_hand(catalog, ports, &request.asset)?;
    let proposed = labels::best(catalog, &item.asset)?.is_some_and(|best| best == answer);
    let (verdict, value) = if proposed { (Verdict::Accepted, None) } else { (Verdict::Corrected, Some(answer.to_owned())) };
    let said = said(catalog, &item, 0, verdict, value.as_deref())?;
    let act = ports.ids.next();
    let decide = Decide { item: item.id.clone(), verdict, value, all_alike: false, dry_run: false, took_ms: None };
    write(catalog, ports, &act, std::slice::from_ref(&item), &decide)?;
    breaks.hit(Point::DecideRows)?;
    record(catalog, "decision_made", &review::person(catalog)?, &item, &act, ports.clock.now_ms())?;
    Ok(Decided { decision: Some(DecisionId(act)), item: item.id, verdict, affected: 1, said })
}

/// Reverses every decision that stands on what an asset is.
fn take_back(catalog: &Connection, ports: &Ports, breaks: &Breaks, request: &SetLabel) -> Result<Decided> {
    let nothing = || EngineError::refused("nothing_to_undo");
    let item = labels::item(catalog, &request.asset)?.ok_or_else(nothing)?;
    let acts = labels::standing(catalog, &item)?;
    if acts.is_empty() {
        return Err(nothing());
    }
    let name = assets::row(catalog, &request.asset)?.map(|row| row.name).unwrap_or_default();
    for act in &acts {
        reverse(catalog, ports, breaks, act)?;
    }
    let affected = u32::try_from(acts.len()).unwrap_or(u32::MAX);
    Ok(Decided { decision: None, item, verdict: Verdict::Rejected, affected, said: Words::new("said_label_removed").with("name", name) })
}

fn write(catalog: &Connection, ports: &Ports, act: &str, items: &[Item], request: &Decide) -> Result<()> {
    let actor = review::person(catalog)?;
    let at = ports.clock.now_ms();
    let accepted = accepted_answer(catalog, &items[0], request)?;
    for (number, item) in items.iter().enumerate() {
        let id = if number == 0 { act.to_owned() } else { ports.ids.next() };
        let (verdict, value) = match &accepted {
            Some(answer) if labels::best(catalog, &item.asset)?.as_ref() != Some(answer) => (Verdict::Corrected, Some(answer.as_str())),
            Some(_) | None => (request.verdict, request.value.as_deref()),
        };
        let shown = shown(catalog, item, verdict)?;
        let new = NewDecision { id: &id, act, actor: &actor, verdict, value, shown, took_ms: request.took_ms, at };
        review::insert_decision(catalog, item, &new, &ports.ids.next())?;
    }
    Ok(())
}

/// The answer that is accepted as what an asset is: of others that are decided with it something else may have been proposed.
fn accepted_answer(catalog: &Connection, item: &Item, request: &Decide) -> Result<Option<String>> {
    match (item.kind, request.verdict) {
        (ItemKind::Label, Verdict::Accepted) => labels::best(catalog, &item.asset),
        (ItemKind::Label | ItemKind::Finding | ItemKind::Extraction | ItemKind::Duplicate, _) => Ok(None),
    }
}

/// What stood before the person: where, what kind, how sure; values only as keyed hashes.
fn shown(catalog: &Connection, item: &Item, verdict: Verdict) -> Result<String> {
    match item.kind {
        ItemKind::Label => return shown_label(catalog, item, verdict),
        ItemKind::Extraction => return shown_reading(catalog, item),
        ItemKind::Finding | ItemKind::Duplicate => {}
    }
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

/// What a tool read, and which characters of the text that stood then were asked about.
fn shown_reading(catalog: &Connection, item: &Item) -> Result<String> {
    let mut shown = json!({ "reason": item.reason, "priority": item.priority });
    if let Some(asked) = reading::asked(catalog, item)? {
        shown["extraction"] = json!(asked.read);
        (shown["start"], shown["end"]) = (json!(asked.range.start), json!(asked.range.end));
    }
    Ok(shown.to_string())
}

/// The answers that were proposed, and the one that was accepted.
fn shown_label(catalog: &Connection, item: &Item, verdict: Verdict) -> Result<String> {
    let proposed: Vec<_> = labels::of(catalog, &item.asset)?.into_iter().map(|one| (one.row.answer, one.row.score)).collect();
    let answer = proposed.first().filter(|_| verdict == Verdict::Accepted).map(|(answer, _)| answer);
    let proposed: Vec<_> = proposed.iter().map(|(answer, score)| json!({ "answer": answer, "score": score })).collect();
    let mut shown = json!({ "reason": item.reason, "priority": item.priority, "suggestions": proposed });
    if let Some(answer) = answer {
        shown["answer"] = json!(answer);
    }
    Ok(shown.to_string())
}

fn said(catalog: &Connection, item: &Item, more: usize, verdict: Verdict, value: Option<&str>) -> Result<Words> {
    let name = assets::row(catalog, &item.asset)?.map(|row| row.name).unwrap_or_default();
    let plainly = || Words::new(&format!("said_{verdict}"));
    let other = || context::other(catalog, item).map(|other| other.map(|other| other.name).unwrap_or_default());
    let said = match item.kind {
        ItemKind::Finding | ItemKind::Extraction => plainly(),
        ItemKind::Duplicate => match verdict {
            Verdict::Accepted => Words::new("said_same").with("of", other()?),
            Verdict::Rejected => Words::new("said_not_same").with("of", other()?),
            Verdict::Corrected | Verdict::Redacted | Verdict::Deferred => plainly(),
        },
        ItemKind::Label => match verdict {
            Verdict::Accepted => Words::new("said_label").with("answer", labels::best(catalog, &item.asset)?.unwrap_or_default()),
            Verdict::Corrected => Words::new("said_label").with("answer", value.unwrap_or_default()),
            Verdict::Rejected => Words::new("said_label_none"),
            Verdict::Redacted | Verdict::Deferred => plainly(),
        },
    };
    let said = said.with("name", name);
    Ok(match more {
        0 => said,
        more => Words::new("said_alike").with("sentence", said.sentence()).with("more", more),
    })
}

fn record(catalog: &Connection, code: &str, actor: &str, item: &Item, act: &str, at: i64) -> Result<()> {
    let digest = review::act_digest(catalog, act)?;
    audit::append(catalog, &audit::Event { at, actor, code, subject: item.asset.as_str(), reference: act, digest })
}

/// Takes back the last acts of the person, newest first.
pub fn undo(catalog: &Connection, ports: &Ports, breaks: &Breaks, limit: u32) -> Result<Act<Undone>> {
    let acts = review::last_acts(catalog, limit)?;
    if acts.is_empty() {
        return Err(EngineError::refused("nothing_to_undo"));
    }
    let (mut items, mut rewritten) = (Vec::new(), Vec::new());
    for act in &acts {
        let reversed = reverse(catalog, ports, breaks, act)?;
        items.extend(reversed.answer);
        rewritten.extend(reversed.rewritten);
    }
    Ok(Act { answer: Undone { undone: acts, items }, rewritten })
}

/// Takes back one act, with its event; gives back the items that are open again.
fn reverse(catalog: &Connection, ports: &Ports, breaks: &Breaks, act: &DecisionId) -> Result<Act<Vec<ReviewItemId>>> {
    let (actor, at) = (review::person(catalog)?, ports.clock.now_ms());
    let (asset, reopened) = review::reverse(catalog, act, &actor, at, || ports.ids.next())?;
    let rewritten = rewrite(catalog, ports, breaks, &review::corrected_by(catalog, act)?)?;
    breaks.hit(Point::UndoRows)?;
    let digest = review::reversal_digest(catalog, act.as_str())?;
    let event = audit::Event { at, actor: &actor, code: "decision_undone", subject: asset.as_str(), reference: act.as_str(), digest };
    audit::append(catalog, &event)?;
    Ok(Act { answer: reopened, rewritten })
}
