//! Findings, review items, decisions and annotations: the rows of review.
//!
//! What is asked is the policy's; what a verdict means is in `review::decide`.

use super::assets::word;
use super::lineage::{Node, link};
use super::{corrections, count, near_duplicates, params_json, texts, versions, words_of};
use crate::error::{EngineError, Result};
use crate::outcome::NewFinding;
use crate::review::policy::{NewItem, VERSION, page_topic};
use rusqlite::{Connection, OptionalExtension, Row, params};
use winnow_contract::Words;
use winnow_contract::asset::PixelBox;
use winnow_contract::id::*;
use winnow_contract::job::JobKind;
use winnow_contract::review::{AnnotationRow, FindingRow, FindingState, ItemKind, ItemState, ReviewFilter, Verdict};
use winnow_contract::trail::RowKind;

/// Values of an asset that a person has decided, each with the topic it was decided under.
pub fn decided_values(catalog: &Connection, asset: &AssetId) -> Result<Vec<([u8; 32], String)>> {
    let mut query = catalog.prepare_cached(
        "SELECT DISTINCT f.value_hash, i.topic FROM findings f JOIN review_items i ON i.id = f.item_id
         WHERE f.asset_id = ?1 AND i.state IN ('decided', 'deferred')",
    )?;
    let rows = query.query_map([asset.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Replaces an asset's findings; asks what is new, withdraws what is no longer there, keeps what was decided.
pub fn set_findings(catalog: &Connection, asset: &AssetId, findings: &[NewFinding], items: &[NewItem], run: &str, now: i64) -> Result<()> {
    catalog
        .prepare_cached("UPDATE findings SET superseded_by = ?2 WHERE asset_id = ?1 AND superseded_by IS NULL")?
        .execute(params![asset.as_str(), run])?;
    for item in items {
        ask(catalog, item, Some(run), now)?;
    }
    for finding in findings {
        insert_finding(catalog, asset, finding, run)?;
    }
    catalog
        .prepare_cached(
            "UPDATE review_items SET state = 'withdrawn' WHERE asset_id = ?1 AND question_id = 'sensitive' AND state IN ('open', 'deferred')
             AND NOT EXISTS (SELECT 1 FROM findings f WHERE f.item_id = review_items.id AND f.superseded_by IS NULL)",
        )?
        .execute([asset.as_str()])?;
    Ok(())
}

fn insert_finding(catalog: &Connection, asset: &AssetId, new: &NewFinding, run: &str) -> Result<()> {
    let item = match &new.topic {
        Some(topic) => item_by_topic(catalog, asset, "sensitive", topic)?,
        None => None,
    };
    let boxes = serde_json::to_string(&new.boxes).expect("BUG: boxes are always JSON");
    catalog
        .prepare_cached(
            "INSERT INTO findings (id, asset_id, run_id, extraction_id, entity, start, \"end\", page, boxes, score, recogniser, value_hash, severity, route, blocks, item_id)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        )?
        .execute(params![
            new.id.as_str(),
            asset.as_str(),
            run,
            new.extraction.as_str(),
            new.entity,
            new.start,
            new.end,
            new.page,
            boxes,
            f64::from(new.score),
            new.recogniser,
            new.value_hash.as_slice(),
            f64::from(new.severity),
            if new.ask { "ask" } else { "record" },
            new.blocks,
            item.as_ref().map(ReviewItemId::as_str)
        ])?;
    let finding = Node(RowKind::Finding, new.id.as_str());
    link(catalog, finding, Node(RowKind::Extraction, new.extraction.as_str()), Some(run))?;
    if let Some(item) = item {
        link(catalog, Node(RowKind::ReviewItem, item.as_str()), finding, Some(run))?;
    }
    Ok(())
}

fn item_by_topic(catalog: &Connection, asset: &AssetId, question: &str, topic: &str) -> Result<Option<ReviewItemId>> {
    let sql = "SELECT id FROM review_items WHERE asset_id = ?1 AND question_id = ?2 AND topic = ?3";
    let id: Option<String> =
        catalog.prepare_cached(sql)?.query_row(params![asset.as_str(), question, topic], |row| row.get(0)).optional()?;
    Ok(id.map(ReviewItemId))
}

/// Asks a question unless it was asked before; one that was withdrawn is open again. Of an earlier version nobody is asked: the
/// question is kept, for the day its content comes back.
pub fn ask(catalog: &Connection, item: &NewItem, run: Option<&str>, now: i64) -> Result<()> {
    let state = if versions::is_earlier(catalog, &item.asset)? { ItemState::Withdrawn } else { ItemState::Open };
    catalog
        .prepare_cached(
            "INSERT INTO review_items (id, asset_id, run_id, question_id, kind, topic, reason_code, reason_params, priority, blocks, state, policy, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?13, ?11, ?12)
             ON CONFLICT (asset_id, question_id, topic) DO UPDATE SET state = CASE state WHEN 'withdrawn' THEN excluded.state ELSE state END,
                reason_code = excluded.reason_code, reason_params = excluded.reason_params, priority = excluded.priority
             WHERE state <> 'decided' OR reason_code = 'labelled_by_hand'",
        )?
        .execute(params![
            item.id.as_str(),
            item.asset.as_str(),
            run,
            item.question,
            item.kind.as_str(),
            item.topic,
            item.reason.code,
            params_json(&item.reason),
            f64::from(item.priority),
            item.blocks,
            VERSION,
            now,
            state.as_str()
        ])?;
    Ok(())
}

/// Asks about what is doubtful in a reading, or in that of one page, and withdraws what is no longer. True when anything changed.
pub fn set_reading(catalog: &Connection, asset: &AssetId, page: Option<u32>, items: &[NewItem], run: &str, now: i64) -> Result<bool> {
    let withdrawn = match page {
        None => withdraw_others(catalog, asset, "reading", items)?,
        Some(page) if items.is_empty() => withdraw(catalog, asset, "reading", &page_topic(page))?,
        Some(_) => false,
    };
    let read = texts::read_id(catalog, asset, page.map_or((JobKind::Transcribe, 0), |page| (JobKind::Ocr, page)))?;
    for item in items {
        follow_decisions(catalog, item)?;
        ask(catalog, item, Some(run), now)?;
        if let (Some(read), Some(id)) = (&read, item_of_topic(catalog, item)?) {
            link(catalog, Node(RowKind::ReviewItem, id.as_str()), Node(RowKind::Extraction, read), Some(run))?;
        }
    }
    Ok(withdrawn || !items.is_empty())
}

/// What was decided by correcting words that are not there any more is not decided, and is again when they are back.
fn follow_decisions(catalog: &Connection, new: &NewItem) -> Result<()> {
    let Some(id) = item_of_topic(catalog, new)? else { return Ok(()) };
    let decided = item(catalog, &id)?.state == ItemState::Decided;
    match standing_state(catalog, &id)? == ItemState::Decided {
        stands if stands == decided => Ok(()),
        true => set_item_state(catalog, &id, ItemState::Decided),
        false => set_item_state(catalog, &id, ItemState::Withdrawn),
    }
}

/// Withdraws the open item of a topic. True when there was one.
fn withdraw(catalog: &Connection, asset: &AssetId, question: &str, topic: &str) -> Result<bool> {
    let sql = "UPDATE review_items SET state = 'withdrawn'
         WHERE asset_id = ?1 AND question_id = ?2 AND topic = ?3 AND state IN ('open', 'deferred')";
    Ok(catalog.prepare_cached(sql)?.execute([asset.as_str(), question, topic])? > 0)
}

/// Withdraws the open items of a question on an asset that are not asked any more. True when there were some.
pub fn withdraw_others(catalog: &Connection, asset: &AssetId, question: &str, items: &[NewItem]) -> Result<bool> {
    let topics: Vec<&str> = items.iter().map(|item| item.topic.as_str()).collect();
    let topics = serde_json::to_string(&topics).expect("BUG: a list of strings is always JSON");
    let sql = "UPDATE review_items SET state = 'withdrawn' WHERE asset_id = ?1 AND question_id = ?2 AND state IN ('open', 'deferred')
         AND topic NOT IN (SELECT value FROM json_each(?3))";
    Ok(catalog.prepare_cached(sql)?.execute(params![asset.as_str(), question, topics])? > 0)
}

/// Withdraws every open item of an asset. True when there were some.
pub fn withdraw_all(catalog: &Connection, asset: &AssetId) -> Result<bool> {
    let sql = "UPDATE review_items SET state = 'withdrawn' WHERE asset_id = ?1 AND state IN ('open', 'deferred')";
    Ok(catalog.prepare_cached(sql)?.execute([asset.as_str()])? > 0)
}

/// Asks a withdrawn item again; one that a person had put off is put off still.
pub fn reopen(catalog: &Connection, item: &ReviewItemId) -> Result<()> {
    set_item_state(catalog, item, standing_state(catalog, item)?)
}

/// Reasons of the readings of an asset that a person has decided: they say what they were about. A correction counts only where
/// these words, by the hash of their text, were corrected.
pub fn decided_readings(catalog: &Connection, asset: &AssetId, text_hash: &[u8; 32]) -> Result<Vec<Words>> {
    let sql = "SELECT i.reason_code, i.reason_params FROM review_items i
         WHERE i.asset_id = ?1 AND i.question_id = 'reading' AND i.state = 'decided' AND NOT EXISTS (
           SELECT 1 FROM decisions d LEFT JOIN extractions e ON e.id = json_extract(d.shown, '$.extraction')
           WHERE d.verdict = 'corrected' AND e.text_hash IS NOT ?2 AND d.rowid = (SELECT max(s.rowid) FROM decisions s
             WHERE s.item_id = i.id AND NOT EXISTS (SELECT 1 FROM reversals r WHERE r.decision_id = s.id)))";
    let mut query = catalog.prepare_cached(sql)?;
    let read = params![asset.as_str(), text_hash.as_slice()];
    let rows = query.query_map(read, |row| Ok(words_of(row.get(0)?, &row.get::<_, String>(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A review item as it is stored.
#[derive(Debug, Clone)]
pub struct Item {
    pub id: ReviewItemId,
    pub asset: AssetId,
    pub question: String,
    pub kind: ItemKind,
    pub topic: String,
    pub reason: Words,
    pub priority: f32,
    pub blocks: bool,
    pub state: ItemState,
    pub policy: String,
}

const ITEM: &str =
    "i.id, i.asset_id, i.question_id, i.kind, i.topic, i.reason_code, i.reason_params, i.priority, i.blocks, i.state, i.policy";

fn item_of(row: &Row<'_>) -> rusqlite::Result<Item> {
    Ok(Item {
        id: ReviewItemId(row.get(0)?),
        asset: AssetId(row.get(1)?),
        question: row.get(2)?,
        kind: word(row, 3, ItemKind::parse)?,
        topic: row.get(4)?,
        reason: words_of(row.get(5)?, &row.get::<_, String>(6)?),
        priority: row.get(7)?,
        blocks: row.get(8)?,
        state: word(row, 9, ItemState::parse)?,
        policy: row.get(10)?,
    })
}

/// One item.
pub fn item(catalog: &Connection, id: &ReviewItemId) -> Result<Item> {
    let sql = format!("SELECT {ITEM} FROM review_items i WHERE i.id = ?1");
    catalog.prepare_cached(&sql)?.query_row([id.as_str()], item_of).optional()?.ok_or_else(|| EngineError::not_found(id.as_str()))
}

/// What a filter shows: items in this state, of this kind if one is named, that block or not if that matters.
struct Wanted {
    state: ItemState,
    kind: Option<ItemKind>,
    blocks: Option<bool>,
}

fn wanted(filter: ReviewFilter) -> Wanted {
    let open = |kind, blocks| Wanted { state: ItemState::Open, kind, blocks };
    match filter {
        ReviewFilter::All => open(None, None),
        ReviewFilter::Ids => open(Some(ItemKind::Finding), Some(true)),
        ReviewFilter::Contacts => open(Some(ItemKind::Finding), Some(false)),
        ReviewFilter::Labels => open(Some(ItemKind::Label), None),
        ReviewFilter::Reading => open(Some(ItemKind::Extraction), None),
        ReviewFilter::Deferred => Wanted { state: ItemState::Deferred, kind: None, blocks: None },
    }
}

impl Wanted {
    /// As a condition on rows of `review_items i`.
    fn sql(&self) -> String {
        let kind = self.kind.map(|kind| format!(" AND i.kind = '{kind}'")).unwrap_or_default();
        let blocks = self.blocks.map(|blocks| if blocks { " AND i.blocks" } else { " AND NOT i.blocks" }).unwrap_or_default();
        format!("i.state = '{}'{kind}{blocks}", self.state)
    }

    fn fits(&self, state: ItemState, kind: ItemKind, blocks: bool) -> bool {
        state == self.state && self.kind.is_none_or(|wanted| wanted == kind) && self.blocks.is_none_or(|wanted| wanted == blocks)
    }
}

/// Items of a filter, best first.
pub fn queue(catalog: &Connection, filter: ReviewFilter, offset: u32, limit: u32) -> Result<Vec<Item>> {
    let wanted = wanted(filter).sql();
    let sql = format!("SELECT {ITEM} FROM review_items i WHERE {wanted} ORDER BY i.priority DESC, i.created_at, i.id LIMIT ?1 OFFSET ?2");
    let mut query = catalog.prepare_cached(&sql)?;
    let rows = query.query_map([limit, offset], item_of)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many items every filter shows, and how many of one filter's kind are decided.
pub fn counts(catalog: &Connection, filter: ReviewFilter) -> Result<(Vec<(ReviewFilter, u32)>, u32)> {
    let mut query = catalog.prepare_cached("SELECT state, kind, blocks, count(*) FROM review_items GROUP BY state, kind, blocks")?;
    let rows = query.query_map([], |row| {
        let group = (word(row, 0, ItemState::parse)?, word(row, 1, ItemKind::parse)?, row.get::<_, bool>(2)?);
        Ok((group, count(row.get(3)?)))
    })?;
    let groups = rows.collect::<Result<Vec<_>, _>>()?;
    let sum = |fits: &dyn Fn(ItemState, ItemKind, bool) -> bool| -> u32 {
        groups.iter().filter(|((state, kind, blocks), _)| fits(*state, *kind, *blocks)).map(|(_, count)| count).sum()
    };
    let shown = |filter: &ReviewFilter| (*filter, sum(&|state, kind, blocks| wanted(*filter).fits(state, kind, blocks)));
    Ok((
        ReviewFilter::ALL.iter().map(shown).collect(),
        sum(&|state, kind, blocks| state == ItemState::Decided && wanted(filter).fits(ItemState::Open, kind, blocks)),
    ))
}

/// Open items by kind, those put off included.
pub fn open_by_kind(catalog: &Connection) -> Result<Vec<(ItemKind, u32)>> {
    let sql = "SELECT kind, count(*) FROM review_items WHERE state IN ('open', 'deferred') GROUP BY kind ORDER BY kind";
    let mut query = catalog.prepare_cached(sql)?;
    let rows = query.query_map([], |row| Ok((word(row, 0, ItemKind::parse)?, count(row.get(1)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Open items of an asset, best first.
pub fn open_of(catalog: &Connection, asset: &AssetId) -> Result<Vec<(ReviewItemId, ItemKind)>> {
    let sql = "SELECT id, kind FROM review_items WHERE asset_id = ?1 AND state IN ('open', 'deferred') ORDER BY priority DESC, id";
    let mut query = catalog.prepare_cached(sql)?;
    let rows = query.query_map([asset.as_str()], |row| Ok((ReviewItemId(row.get(0)?), word(row, 1, ItemKind::parse)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Open items that one decision can take along: for a finding those of the same value, for a label or a duplicate those of the
/// same question on what is nearly the same. Readings are never alike.
pub fn alike(catalog: &Connection, item: &Item) -> Result<Vec<Item>> {
    match item.kind {
        ItemKind::Finding => same_topic(catalog, item),
        ItemKind::Label | ItemKind::Duplicate => {
            let ids = near_duplicates::open_alike(catalog, &item.asset, &item.question)?;
            ids.iter().map(|id| self::item(catalog, id)).collect()
        }
        ItemKind::Extraction => Ok(Vec::new()),
    }
}

/// Open items of the same question and topic, in every asset.
fn same_topic(catalog: &Connection, item: &Item) -> Result<Vec<Item>> {
    let sql = format!(
        "SELECT {ITEM} FROM review_items i WHERE i.topic = ?1 AND i.question_id = ?2 AND i.state IN ('open', 'deferred') AND i.id <> ?3 ORDER BY i.id"
    );
    let mut query = catalog.prepare_cached(&sql)?;
    let rows = query.query_map(params![item.topic, item.question, item.id.as_str()], item_of)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A live finding with what the review needs of it.
#[derive(Debug)]
pub struct Finding {
    pub row: FindingRow,
    pub value_hash: [u8; 32],
}

const FINDING: &str =
    "f.id, f.entity, f.extraction_id, f.start, f.\"end\", f.page, f.boxes, f.score, f.recogniser, f.item_id, f.value_hash,
    CASE WHEN f.route = 'record' THEN 'recorded'
         ELSE coalesce((SELECT d.verdict FROM decisions d WHERE d.item_id = f.item_id AND d.verdict <> 'deferred'
                        AND NOT EXISTS (SELECT 1 FROM reversals r WHERE r.decision_id = d.id)
                        ORDER BY d.rowid DESC LIMIT 1), 'open') END";

fn finding_of(row: &Row<'_>) -> rusqlite::Result<Finding> {
    let boxes: String = row.get(6)?;
    let boxes: Vec<PixelBox> = serde_json::from_str(&boxes).unwrap_or_default();
    let shown = FindingRow {
        finding: FindingId(row.get(0)?),
        entity: row.get(1)?,
        extraction: ExtractionId(row.get(2)?),
        start: row.get(3)?,
        end: row.get(4)?,
        page: row.get(5)?,
        boxes,
        score: row.get(7)?,
        recogniser: row.get(8)?,
        state: word(row, 11, FindingState::parse)?,
        item: row.get::<_, Option<String>>(9)?.map(ReviewItemId),
    };
    Ok(Finding { row: shown, value_hash: row.get(10)? })
}

/// Live findings of an asset in the order of the text.
pub fn findings_of(catalog: &Connection, asset: &AssetId) -> Result<Vec<Finding>> {
    let sql =
        format!("SELECT {FINDING} FROM findings f WHERE f.asset_id = ?1 AND f.superseded_by IS NULL ORDER BY f.extraction_id, f.start");
    let mut query = catalog.prepare_cached(&sql)?;
    let rows = query.query_map([asset.as_str()], finding_of)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Live findings an item asks about, in the order of the text.
pub fn findings_by_item(catalog: &Connection, item: &ReviewItemId) -> Result<Vec<Finding>> {
    let sql =
        format!("SELECT {FINDING} FROM findings f WHERE f.item_id = ?1 AND f.superseded_by IS NULL ORDER BY f.extraction_id, f.start");
    let mut query = catalog.prepare_cached(&sql)?;
    let rows = query.query_map([item.as_str()], finding_of)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How a person lately decided items that ask the same kind of thing: of the same entity, or of the same question.
pub fn decided_alike(catalog: &Connection, item: &Item) -> Result<Vec<(Verdict, u32)>> {
    let mut query = catalog.prepare_cached(
        "SELECT d.verdict, count(*) FROM (SELECT * FROM decisions ORDER BY rowid DESC LIMIT 2000) d
           JOIN review_items i ON i.id = d.item_id JOIN actors a ON a.id = d.actor_id
         WHERE i.question_id = ?1 AND i.reason_code = ?2 AND (i.reason_code <> 'sensitive_value' OR i.reason_params = ?3)
           AND a.kind = 'person' AND d.verdict <> 'deferred'
           AND NOT EXISTS (SELECT 1 FROM reversals r WHERE r.decision_id = d.id)
         GROUP BY d.verdict ORDER BY count(*) DESC, d.verdict",
    )?;
    let rows = query.query_map(params![item.question, item.reason.code, params_json(&item.reason)], |row| {
        Ok((word(row, 0, Verdict::parse)?, count(row.get(1)?)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// One verdict to write.
pub struct NewDecision<'a> {
    pub id: &'a str,
    /// Id of the first decision of the act.
    pub act: &'a str,
    pub actor: &'a str,
    pub verdict: Verdict,
    pub value: Option<&'a str>,
    /// What was shown, as JSON: spans, scores, value hashes.
    pub shown: String,
    pub took_ms: Option<u32>,
    pub at: i64,
}

/// Writes a decision, its annotation and the item's new state.
pub fn insert_decision(catalog: &Connection, item: &Item, new: &NewDecision<'_>, annotation: &str) -> Result<()> {
    catalog
        .prepare_cached(
            "INSERT INTO decisions (id, act_id, item_id, asset_id, question_id, actor_id, verdict, value, policy, shown, took_ms, decided_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute(params![
            new.id,
            new.act,
            item.id.as_str(),
            item.asset.as_str(),
            item.question,
            new.actor,
            new.verdict.as_str(),
            new.value,
            item.policy,
            new.shown,
            new.took_ms,
            new.at
        ])?;
    link(catalog, Node(RowKind::Decision, new.id), Node(RowKind::ReviewItem, item.id.as_str()), None)?;
    let state = if new.verdict == Verdict::Deferred { ItemState::Deferred } else { ItemState::Decided };
    set_item_state(catalog, &item.id, state)?;
    annotate(catalog, &item.id, annotation)
}

/// Makes the annotation of an item what its last decision that stands says: the value, else the answer that was accepted, else
/// the verdict.
fn annotate(catalog: &Connection, item: &ReviewItemId, id: &str) -> Result<()> {
    let edges = "DELETE FROM lineage WHERE child IN (SELECT id FROM annotations WHERE item_id = ?1)";
    catalog.prepare_cached(edges)?.execute([item.as_str()])?;
    catalog.prepare_cached("DELETE FROM annotations WHERE item_id = ?1")?.execute([item.as_str()])?;
    let mut insert = catalog.prepare_cached(
        "INSERT INTO annotations (id, asset_id, question_id, item_id, decision_id, answer, created_at)
         SELECT ?2, d.asset_id, d.question_id, d.item_id, d.id, coalesce(d.value, json_extract(d.shown, '$.answer'), d.verdict), d.decided_at
         FROM decisions d WHERE d.item_id = ?1 AND d.verdict <> 'deferred' AND NOT EXISTS (SELECT 1 FROM reversals r WHERE r.decision_id = d.id)
         ORDER BY d.rowid DESC LIMIT 1 RETURNING decision_id",
    )?;
    let decision: Option<String> = insert.query_row([item.as_str(), id], |row| row.get(0)).optional()?;
    decision.map_or(Ok(()), |decision| link(catalog, Node(RowKind::Annotation, id), Node(RowKind::Decision, &decision), None))
}

fn set_item_state(catalog: &Connection, item: &ReviewItemId, state: ItemState) -> Result<()> {
    catalog.prepare_cached("UPDATE review_items SET state = ?2 WHERE id = ?1")?.execute(params![item.as_str(), state.as_str()])?;
    Ok(())
}

/// The person of this library.
pub fn person(catalog: &Connection) -> Result<String> {
    Ok(catalog
        .prepare_cached("SELECT id FROM actors WHERE kind = 'person' ORDER BY created_at LIMIT 1")?
        .query_row([], |row| row.get(0))?)
}

/// The policy of this version as an actor, made when it first decides.
pub fn policy_actor(catalog: &Connection, id: &str, now: i64) -> Result<String> {
    let insert = "INSERT OR IGNORE INTO actors (id, kind, name, version, created_at) VALUES (?1, 'policy', 'policy', ?2, ?3)";
    catalog.prepare_cached(insert)?.execute(params![id, VERSION, now])?;
    let sql = "SELECT id FROM actors WHERE kind = 'policy' AND version = ?1";
    Ok(catalog.prepare_cached(sql)?.query_row([VERSION], |row| row.get(0))?)
}

/// The id of an item by what it is about.
pub fn item_of_topic(catalog: &Connection, item: &NewItem) -> Result<Option<ReviewItemId>> {
    item_by_topic(catalog, &item.asset, item.question, &item.topic)
}

/// The last acts of a person that stand, newest first.
pub fn last_acts(catalog: &Connection, limit: u32) -> Result<Vec<DecisionId>> {
    let mut query = catalog.prepare_cached(
        "SELECT d.act_id FROM decisions d JOIN actors a ON a.id = d.actor_id
         WHERE a.kind = 'person' AND d.id = d.act_id AND NOT EXISTS (SELECT 1 FROM reversals r WHERE r.decision_id = d.id)
         ORDER BY d.rowid DESC LIMIT ?1",
    )?;
    let rows = query.query_map([limit], |row| Ok(DecisionId(row.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Takes back every decision of an act; gives back its asset, and the items that are open again. What an earlier decision on
/// the same item said is held to be true again.
pub fn reverse(
    catalog: &Connection,
    act: &DecisionId,
    actor: &str,
    now: i64,
    mut id: impl FnMut() -> String,
) -> Result<(AssetId, Vec<ReviewItemId>)> {
    let mut query = catalog.prepare_cached("SELECT id, item_id, asset_id FROM decisions WHERE act_id = ?1 ORDER BY id")?;
    let rows = query.query_map([act.as_str()], |row| Ok((row.get::<_, String>(0)?, ReviewItemId(row.get(1)?), AssetId(row.get(2)?))))?;
    let rows: Vec<_> = rows.collect::<Result<_, _>>()?;
    let asset = rows.first().map(|row| row.2.clone()).ok_or_else(|| EngineError::not_found(act.as_str()))?;
    let mut open = Vec::new();
    for (decision, item, _) in rows {
        let reversal = "INSERT INTO reversals (decision_id, actor_id, reversed_at) VALUES (?1, ?2, ?3)";
        catalog.prepare_cached(reversal)?.execute(params![decision, actor, now])?;
        annotate(catalog, &item, &id())?;
        let state = standing_state(catalog, &item)?;
        set_item_state(catalog, &item, state)?;
        match state {
            ItemState::Open | ItemState::Deferred => open.push(item),
            ItemState::Decided | ItemState::Withdrawn => {}
        }
    }
    Ok((asset, open))
}

/// The state that the decisions which still stand leave an item in.
fn standing_state(catalog: &Connection, item: &ReviewItemId) -> Result<ItemState> {
    let lapsed = corrections::lapsed();
    let sql = format!(
        "SELECT d.verdict FROM decisions d WHERE d.item_id = ?1 AND NOT EXISTS (SELECT 1 FROM reversals r WHERE r.decision_id = d.id)
         AND NOT {lapsed} ORDER BY d.rowid DESC LIMIT 1"
    );
    let verdict: Option<String> = catalog.prepare_cached(&sql)?.query_row([item.as_str()], |row| row.get(0)).optional()?;
    // What a person said without being asked is no question once it is taken back.
    let unasked = "SELECT 1 FROM review_items WHERE id = ?1 AND reason_code = 'labelled_by_hand'";
    // Of what is gone nobody is asked, before its content is back.
    let earlier = || versions::is_earlier(catalog, &self::item(catalog, item)?.asset);
    Ok(match verdict.as_deref() {
        None | Some("deferred") if earlier()? => ItemState::Withdrawn,
        None if catalog.prepare_cached(unasked)?.exists([item.as_str()])? => ItemState::Withdrawn,
        None => ItemState::Open,
        Some("deferred") => ItemState::Deferred,
        Some(_) => ItemState::Decided,
    })
}

/// What is held to be true of an asset.
pub fn annotations_of(catalog: &Connection, asset: &AssetId) -> Result<Vec<AnnotationRow>> {
    let sql = "SELECT id, question_id, answer, decision_id, created_at FROM annotations WHERE asset_id = ?1 ORDER BY created_at, id";
    let mut query = catalog.prepare_cached(sql)?;
    let rows = query.query_map([asset.as_str()], |row| {
        Ok(AnnotationRow {
            id: AnnotationId(row.get(0)?),
            question: row.get(1)?,
            answer: row.get(2)?,
            decision: DecisionId(row.get(3)?),
            at: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The items about readings that an act corrected.
pub fn corrected_by(catalog: &Connection, act: &DecisionId) -> Result<Vec<Item>> {
    let sql = format!(
        "SELECT {ITEM} FROM decisions d JOIN review_items i ON i.id = d.item_id
         WHERE d.act_id = ?1 AND d.verdict = 'corrected' AND i.kind = 'extraction' ORDER BY d.id"
    );
    let mut query = catalog.prepare_cached(&sql)?;
    let rows = query.query_map([act.as_str()], item_of)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// BLAKE3 over every decision of an act: what its audit event commits to.
pub fn act_digest(catalog: &Connection, act: &str) -> Result<[u8; 32]> {
    let sql = "SELECT id || '|' || item_id || '|' || asset_id || '|' || question_id || '|' || actor_id || '|' || verdict || '|' ||
               coalesce(quote(value), '') || '|' || policy || '|' || shown || '|' || coalesce(took_ms, '') || '|' || decided_at
         FROM decisions WHERE act_id = ?1 ORDER BY id";
    digest(catalog, sql, act)
}

/// BLAKE3 over the reversals of an act.
pub fn reversal_digest(catalog: &Connection, act: &str) -> Result<[u8; 32]> {
    let sql = "SELECT r.decision_id || '|' || r.actor_id || '|' || r.reversed_at FROM reversals r JOIN decisions d ON d.id = r.decision_id
         WHERE d.act_id = ?1 ORDER BY r.decision_id";
    digest(catalog, sql, act)
}

fn digest(catalog: &Connection, sql: &str, act: &str) -> Result<[u8; 32]> {
    let mut query = catalog.prepare_cached(sql)?;
    let mut rows = query.query([act])?;
    let mut hasher = blake3::Hasher::new();
    while let Some(row) = rows.next()? {
        hasher.update(row.get::<_, String>(0)?.as_bytes());
        hasher.update(b"\n");
    }
    Ok(*hasher.finalize().as_bytes())
}
